"""The product's sessions against scripted operators and the simulated Pro Santé Connect."""

from __future__ import annotations

import base64
from email import message_from_bytes
from pathlib import Path

import pytest
from product_fakes import Script
from product_world import PS, MakeBench

from simulators.product import variant_named
from simulators.psc.faults import (
    AudienceChanged,
    DiscoveryLies,
    EndpointError,
    MalformedJson,
    NonceChanged,
    PscFault,
    StateChanged,
    WrongSigningKey,
)


def test_connects_sends_and_lists(make_bench: MakeBench) -> None:
    # Given a product configured for a good operator
    bench = make_bench()
    # When its user opens the mailbox, sends a mail and lists the folder
    connected = bench.do("connect", mailbox=bench.bal)
    sent = bench.do(
        "send", **{"from": bench.bal, "to": ["a@b.mssante.fr"], "subject": "Été", "text": "Bonjour\n"}
    )
    bench.imap.mails = bench.smtp.mails
    listed = bench.do("list", mailbox=bench.bal)
    # Then all is done, over TLS, with a token of Pro Santé Connect
    assert (connected["status"], sent["status"], listed["status"]) == ("done", "done", "done"), (
        connected,
        sent,
    )
    assert listed["result"]["messages"][0]["message_id"] == sent["result"]["message_id"]
    assert listed["result"]["messages"][0]["subject"] == "Été"
    seen = bench.smtp.seen
    assert seen.index("-- tls --") < next(i for i, line in enumerate(seen) if line.startswith("AUTH"))
    sasl = next(line for line in seen if line.startswith("sasl "))
    assert sasl.startswith(f"sasl user={bench.bal}\x01auth=Bearer ey") and sasl.endswith("\x01\x01")
    status = bench.do("status")["result"]
    assert (status["smtp"], status["imap"], status["psc"]) == ("open", "open", "open")
    assert status["identity"]["ps_idnat"].startswith("8997")


def test_fetches_the_raw_message(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.imap.mails = [b"Message-ID: <a@b>\r\nSubject: x\r\nContent-Type: text/plain\r\n\r\nCorps\r\n"]
    fetched = bench.do("fetch", mailbox=bench.bal, message_id="<a@b>")["result"]
    assert base64.b64decode(fetched["raw_base64"]) == bench.imap.mails[0]
    assert fetched["text"].strip() == "Corps"


def test_a_long_token_goes_after_the_334(make_bench: MakeBench) -> None:
    # Given a token of about 1 KB
    bench = make_bench()
    bench.do("connect", mailbox=bench.bal, protocols=["smtp"])
    # Then the AUTH line is bare and the token follows
    assert "AUTH XOAUTH2" in bench.smtp.seen
    assert all(len(line) <= 510 for line in bench.smtp.seen if line.startswith("AUTH"))


def test_the_variant_puts_the_long_token_on_the_auth_line(make_bench: MakeBench) -> None:
    bench = make_bench(variant_named("jeton-long-sur-auth").behaviour)
    assert bench.do("connect", mailbox=bench.bal, protocols=["smtp"])["status"] == "done"
    assert any(len(line) > 510 for line in bench.smtp.seen if line.startswith("AUTH"))


@pytest.mark.parametrize(("offered", "bare"), [(True, False), (False, True)])
def test_sasl_ir_is_used_only_when_offered(make_bench: MakeBench, offered: bool, bare: bool) -> None:
    bench = make_bench(script=Script(sasl_ir=offered))
    assert bench.do("connect", mailbox=bench.bal, protocols=["imap"])["status"] == "done"
    assert any(line.endswith("AUTHENTICATE XOAUTH2") for line in bench.imap.seen) is bare


def test_an_applicative_mailbox_uses_its_certificate_and_plain(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.configure(psc=None)
    assert bench.do("connect", mailbox=bench.app)["status"] == "done"
    assert any(line.startswith(f"sasl \0{bench.app}\0") for line in bench.smtp.seen)
    assert bench.do("connect", mailbox=bench.bal)["status"] == "failed"


def test_a_session_that_the_operator_closes_is_opened_again(make_bench: MakeBench) -> None:
    # Given an open IMAP session
    bench = make_bench()
    bench.do("connect", mailbox=bench.bal, protocols=["imap"])
    # When the operator closes it
    bench.imap.hang_up()
    # Then the product comes back by itself, with a token
    assert bench.imap.wait(lambda: sum(line.startswith("sasl ") for line in bench.imap.seen) == 2)
    assert bench.do("status")["result"]["imap"] == "open"


def test_the_variant_that_gives_up_does_not_come_back(make_bench: MakeBench) -> None:
    bench = make_bench(variant_named("sans-reouverture").behaviour)
    bench.do("connect", mailbox=bench.bal, protocols=["imap"])
    bench.imap.hang_up()
    assert not bench.imap.wait(lambda: bench.imap.connections == 2, 0.5)
    assert bench.do("status")["result"]["imap"] == "closed"


def test_sessions_end_with_the_refresh_token(make_bench: MakeBench) -> None:
    # Given an open mailbox
    bench = make_bench()
    bench.do("connect", mailbox=bench.bal)
    # When Pro Santé Connect ends the session and the token comes to its end
    bench.world.psc.revoke_session(bench.tenant, PS)
    bench.advance(115)
    # Then both sessions end politely and the user is told
    assert bench.imap.wait(lambda: any(line.endswith("LOGOUT") for line in bench.imap.seen))
    assert bench.smtp.wait(lambda: "QUIT" in bench.smtp.seen)
    status = bench.do("status")["result"]
    assert (status["smtp"], status["imap"], status["psc"]) == ("closed", "closed", "closed")
    assert status["alerts"] and status["identity"] is None
    # And they are not opened again
    assert bench.imap.connections == 1


def test_the_variant_keeps_its_sessions_after_the_refresh_token(make_bench: MakeBench) -> None:
    bench = make_bench(variant_named("sessions-apres-psc").behaviour)
    bench.do("connect", mailbox=bench.bal)
    bench.world.psc.revoke_session(bench.tenant, PS)
    bench.advance(115)
    status = bench.do("status")["result"]
    assert (status["smtp"], status["imap"]) == ("open", "open")


@pytest.mark.parametrize(("name", "accepted"), [(None, True), ("jeton-expire-sans-session", False)])
def test_the_token_is_renewed_before_it_expires(
    make_bench: MakeBench, name: str | None, accepted: bool
) -> None:
    bench = make_bench(variant_named(name).behaviour if name else None)
    for _ in range(3):
        bench.do("connect", mailbox=bench.bal, protocols=["smtp"])
        sasl = [line for line in bench.smtp.seen if line.startswith("sasl ")][-1]
        token = sasl.partition("Bearer ")[2].strip("\x01")
        verdict = bench.world.psc.check_token(bench.tenant, token)
        bench.do("disconnect", mailbox=bench.bal, psc_logout=False)
        bench.advance(115)
    assert verdict.accepted is accepted


def test_ciba_signs_in_too(make_bench: MakeBench) -> None:
    bench = make_bench(psc_mode="ciba")
    assert bench.do("connect", mailbox=bench.bal, protocols=["smtp"])["status"] == "done"


def test_signing_out_closes_everything(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.do("connect", mailbox=bench.bal)
    assert bench.do("disconnect", psc_logout=True)["status"] == "done"
    assert any(line.endswith("LOGOUT") for line in bench.imap.seen) and "QUIT" in bench.smtp.seen
    assert bench.do("status")["result"]["psc"] == "closed"


@pytest.mark.parametrize(
    "script",
    [
        Script(auth_reply="535 5.7.8 Authentication credentials invalid"),
        Script(auth_reply="421 4.7.0 Too many connections"),
        Script(auth_reply="334 eyJzdGF0dXMiOiI0MDEifQ=="),
        Script(greeting="421 4.3.2 Service not available"),
        Script(greeting="* BYE overloaded"),
        Script(raw_greeting=b"\0\xff\xfe" * 3000 + b"\r\n"),
        Script(raw_greeting=b"220-" + b"x" * 100_000),
        Script(silent=True),
    ],
    ids=["535", "421", "334", "greeting", "bye", "garbage", "long-line", "silent"],
)
@pytest.mark.parametrize("protocol", ["smtp", "imap"])
def test_an_error_is_told_and_disturbs_nothing(make_bench: MakeBench, script: Script, protocol: str) -> None:
    bench = make_bench(script=script)
    answer = bench.do("connect", deadline_s=0.5, mailbox=bench.bal, protocols=[protocol])
    assert answer["status"] == "failed" and answer["detail"]
    status = bench.do("status")
    assert status["status"] == "done" and status["result"]["alerts"]


def test_the_variants_that_die_or_hide_errors(make_bench: MakeBench) -> None:
    refusing = Script(auth_reply="535 5.7.8 no")
    dead = make_bench(variant_named("arret-sur-erreur").behaviour, script=refusing)
    assert dead.do("connect", mailbox=dead.bal)["status"] == "failed"
    assert dead.do("status")["status"] == "failed"
    mute = make_bench(variant_named("erreur-tue").behaviour, script=refusing)
    assert mute.do("connect", mailbox=mute.bal)["status"] == "done"
    assert mute.do("status")["result"]["alerts"] == []


@pytest.mark.parametrize("protocol", ["smtp", "imap"])
def test_nothing_goes_in_clear_without_starttls(make_bench: MakeBench, protocol: str) -> None:
    bench = make_bench(script=Script(starttls=False))
    assert bench.do("connect", mailbox=bench.bal, protocols=[protocol])["status"] == "refused"
    seen = bench.smtp.seen + bench.imap.seen
    assert not any("AUTH" in line for line in seen)


def test_the_variant_goes_on_in_clear(make_bench: MakeBench) -> None:
    bench = make_bench(variant_named("clair-sans-starttls").behaviour, script=Script(starttls=False))
    bench.do("connect", mailbox=bench.bal, protocols=["imap"])
    assert any("AUTHENTICATE" in line for line in bench.imap.seen)


def test_injected_plaintext_ends_the_session(make_bench: MakeBench) -> None:
    injected = Script(injected=b"250 operateur\r\n")
    bench = make_bench(script=injected)
    assert bench.do("connect", mailbox=bench.bal, protocols=["smtp"])["status"] == "refused"
    assert "-- tls --" not in bench.smtp.seen


def test_a_mail_that_is_too_large_is_not_sent(make_bench: MakeBench) -> None:
    big = {"to": ["a@b.mssante.fr"], "subject": "x", "text": "x" * 3000}
    bench = make_bench(script=Script(size=1000))
    answer = bench.do("send", **{"from": bench.bal}, **big)
    assert answer["status"] == "refused" and "1000" in answer["detail"]
    careless = make_bench(
        variant_named("taille-ignoree").behaviour, script=Script(size=1000, data_reply="552 5.3.4 too big")
    )
    assert careless.do("send", **{"from": careless.bal}, **big)["status"] == "done"


@pytest.mark.parametrize(
    ("script", "word"),
    [
        (Script(data_reply="451 4.3.0 later"), "temporaire"),
        (Script(data_reply="554 5.6.0 no"), "définitif"),
        (Script(rcpt_reply="550 5.1.1 unknown"), "définitif"),
        (Script(rcpt_reply="450 4.2.1 busy"), "temporaire"),
    ],
)
def test_a_refused_mail_is_told_with_its_kind(make_bench: MakeBench, script: Script, word: str) -> None:
    bench = make_bench(script=script)
    answer = bench.do("send", **{"from": bench.bal, "to": ["a@b.fr"], "subject": "x", "text": "y"})
    assert answer["status"] == "failed" and word in answer["detail"]


def test_a_reply_continues_the_thread(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.imap.mails = [
        b"Message-ID: <q@b>\r\nReferences: <p@b>\r\nFrom: x <x@b.fr>\r\nSubject: Avis\r\n\r\nCorps\r\n"
    ]
    answer = bench.do("reply", mailbox=bench.bal, message_id="<q@b>", text="Merci")
    assert answer["status"] == "done", answer
    mail = message_from_bytes(bench.smtp.mails[0])
    assert mail["In-Reply-To"] == "<q@b>"
    assert mail["References"].split() == ["<p@b>", "<q@b>"]
    assert (mail["To"], mail["Subject"], mail["X-MSS-NIL"]) == ("<x@b.fr>", "Re: Avis", "1234")


def test_no_token_is_left_in_the_files(make_bench: MakeBench) -> None:
    for behaviour, left in ((None, False), (variant_named("jeton-sur-disque").behaviour, True)):
        bench = make_bench(behaviour)
        bench.do("connect", mailbox=bench.bal, protocols=["smtp"])
        token = next(line for line in bench.smtp.seen if line.startswith("sasl ")).partition("Bearer ")[2]
        folder = Path(bench.do("files")["result"]["paths"][0])
        files = [path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file()]
        assert files and any(token.strip("\x01") in text for text in files) is left


def test_a_renewal_that_fails_is_tried_again_later_and_no_expired_token_is_used(
    make_bench: MakeBench,
) -> None:
    # Given a signed-in product whose Pro Santé Connect breaks down
    bench = make_bench()
    bench.do("connect", mailbox=bench.bal, protocols=["smtp"])
    realm = bench.world.psc.realm(bench.tenant)
    realm.break_with(EndpointError())
    # When the token comes to its end
    bench.advance(115)
    # Then the session stays, the user is told, and the next mail does not leave with a dead token
    status = bench.do("status")["result"]
    assert (status["smtp"], status["psc"]) == ("open", "open") and status["alerts"]
    bench.advance(10)
    bench.do("disconnect")
    assert bench.do("connect", mailbox=bench.bal, protocols=["smtp"])["status"] == "failed"
    assert bench.smtp.connections == 1
    # And all is well once the service is back
    realm.repair()
    bench.advance(10)
    assert bench.do("connect", mailbox=bench.bal, protocols=["smtp"])["status"] == "done"


@pytest.mark.parametrize(
    "fault",
    [
        WrongSigningKey(),
        DiscoveryLies(),
        StateChanged(),
        NonceChanged(),
        AudienceChanged(),
        MalformedJson(),
        EndpointError(endpoint="userinfo"),
        EndpointError(endpoint="authorization"),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_a_false_pro_sante_connect_is_not_believed(make_bench: MakeBench, fault: PscFault) -> None:
    bench = make_bench()
    bench.world.psc.realm(bench.tenant).break_with(fault)
    answer = bench.do("connect", mailbox=bench.bal)
    assert answer["status"] == "failed" and answer["detail"]
    assert bench.smtp.connections == bench.imap.connections == 0
    assert bench.do("status")["result"]["psc"] == "closed"


@pytest.mark.parametrize(
    ("name", "action", "early"),
    [
        ("auth-avant-starttls", "send", "AUTH"),
        ("mail-from-avant-starttls", "send", "MAIL"),
        ("select-avant-starttls", "list", "SELECT"),
        ("authenticate-avant-starttls", "list", "AUTHENTICATE"),
    ],
)
def test_a_hurried_variant_speaks_in_clear_first(
    make_bench: MakeBench, name: str, action: str, early: str
) -> None:
    for behaviour, shown in ((variant_named(name).behaviour, True), (None, False)):
        bench = make_bench(behaviour)
        mail = {"from": bench.bal, "to": ["a@b.fr"], "subject": "x", "text": "y"}
        params = mail if action == "send" else {"mailbox": bench.bal}
        assert bench.do(action, **params)["status"] == "done"
        seen = bench.smtp.seen if action == "send" else bench.imap.seen
        assert any(early in line.split()[:2] for line in seen[: seen.index("-- tls --")]) is shown
