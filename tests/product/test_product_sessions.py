"""The product's sessions against scripted operators and the simulated Pro Santé Connect."""

from __future__ import annotations

import base64

from conftest import MakeBench


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
