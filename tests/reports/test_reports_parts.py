"""Text, masking, excerpts and the rows of a diagram, each by itself."""

from __future__ import annotations

import io
import json
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_samples import CDA, INS, TOKEN, RunFolder, case, full_record

from reports.diagram import draw
from reports.excerpt import excerpt, part_of
from reports.exchange import KEPT_AT_EACH_END, Kept, gather, rows
from reports.masking import Masker
from reports.reading import MAX_JOURNAL_LINE_OCTETS, read_events, read_record
from reports.record import Event, Location
from reports.text import clean, cut, one_line


class TestText:
    def test_control_and_direction_become_visible(self) -> None:
        assert clean("a\x00b\u202ec\ud800") == "a‹U+0000›b‹U+202E›c\ufffd"

    def test_ordinary_text_stays(self) -> None:
        assert clean("É\n\tשלום 漢字 🩺") == "É\n\tשלום 漢字 🩺"

    def test_cut_says_how_much_is_missing(self) -> None:
        assert cut("abcdef", 4) == "abcd… (+2)"
        assert cut("abcd", 4) == "abcd"

    @given(st.text(max_size=300), st.integers(0, 40))
    def test_one_line_is_one_line_of_that_length(self, text: str, limit: int) -> None:
        line = one_line(text, limit)
        assert "\n" not in line
        assert len(line) <= max(limit, 1)

    @given(st.text(alphabet=st.characters(), max_size=200))
    def test_clean_is_stable_and_encodable(self, text: str) -> None:
        once = clean(text)
        assert clean(once) == once
        once.encode()


class TestMasking:
    @pytest.mark.parametrize(
        "text",
        [
            f"Authorization: Bearer {TOKEN}",
            f"AUTH XOAUTH2 {'dXNlcj1hQGIuZnI' * 4}",
            f"a1 AUTHENTICATE PLAIN {'AGFiYwBkZWZnaGk=' * 2}",
            f'{{"access_token": "{TOKEN}"}}',
            "grant_type=authorization_code&code=SplxlOBeZQQYbYS6WxSbIA&redirect_uri=x",
            "client_secret=abcdefgh12345",
            "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0\n-----END PRIVATE KEY-----",
        ],
    )
    def test_tokens(self, text: str) -> None:
        masked = Masker()(text)
        assert "‹jeton 1›" in masked
        for secret in (TOKEN, "dXNlcj1h", "AGFiYw", "Splxl", "abcdefgh12345", "MIIEvQ"):
            assert secret not in masked

    @pytest.mark.parametrize(
        "ins",
        [
            INS,
            "2 79 03 51 215 189 89",
            "1 85 02 2A 123 456 78",
            "1850233123456",
            "279035121518989@patient.mssante.fr",
        ],
    )
    def test_ins(self, ins: str) -> None:
        assert Masker()(f"matricule {ins}").startswith("matricule ‹INS 1›")

    @pytest.mark.parametrize(
        "text",
        [
            'code code="11502-2" codeSystem="2.16.840.1.113883.6.1"',
            "1.2.250.1.213.1.4.8",
            "a3f5" * 16,
            "20261120131500123456",
            "RPPS 10003456789, SIRET 80851479900017",
            "250-SIZE 20971520",
            "error code: 550571",
        ],
    )
    def test_what_is_not_secret_stays(self, text: str) -> None:
        assert Masker()(text) == text

    def test_equal_values_have_equal_numbers(self) -> None:
        masker = Masker()
        assert masker(f"{INS} {INS} 1850233123456") == "‹INS 1› ‹INS 1› ‹INS 2›"

    @pytest.mark.parametrize(
        "place",
        [
            "<family qualifier='BR'>Durand</family>",
            "<hl7:given>Durand</hl7:given>",
            '{"family_name": "Durand"}',
            '"given": ["Durand"]',
            "PID|1||123^^^X||DURAND^Marie||19790328",
            "PID-5|DURAND^Marie^^^^^D",
            "899700218896^DURAND^Marie^^^^^^&1.2.250.1.71.4.2.1&ISO^D",
            'From: "Marie Durand" <m@banc.mssante.fr>',
            "To: Durand <m@banc.mssante.fr>",
        ],
    )
    def test_a_name_known_by_its_place_is_masked_everywhere(self, place: str) -> None:
        masker = Masker()
        masker.learn([place])
        masked = masker(f"{place} — patiente DURAND, Durand")
        assert "durand" not in masked.casefold()
        assert "patiente ‹nom" in masked

    def test_addresses_with_first_and_last_name(self) -> None:
        masked = Masker()("RCPT TO:<marie.durand@banc-1.mssante.fr> <cardio@banc-1.mssante.fr>")
        assert masked == "RCPT TO:<‹nom 1›@banc-1.mssante.fr> <cardio@banc-1.mssante.fr>"

    def test_clear_masks_nothing(self) -> None:
        masker = Masker(clear=True)
        masker.learn(["<family>Durand</family>"])
        assert masker(f"{TOKEN} {INS} Durand") == f"{TOKEN} {INS} Durand"

    @settings(max_examples=60)
    @given(st.text(max_size=400))
    def test_any_text_can_be_learnt_and_masked(self, text: str) -> None:
        masker = Masker()
        masker.learn([text])
        masker(text)

    @pytest.mark.timeout(10)
    @pytest.mark.parametrize(
        "piece",
        ["<", "<family ", "a.", "PID|", "1 ", "eyJ", '"', "code=", "^", "From: a ", "1234567890^", "x"],
    )
    def test_hostile_repetition_takes_no_time(self, piece: str) -> None:
        text = piece * (200_000 // len(piece))
        masker = Masker()
        masker.learn([text])
        masker(text)


class TestExcerpt:
    def test_line_and_column(self) -> None:
        found = excerpt(CDA.encode(), "application/xml", Location(line=10, column=9))
        assert found is not None
        (hit,) = [line for line in found.lines if line.hit]
        assert hit.marked.startswith("<administrativeGenderCode")
        assert [line.label for line in found.lines] == [str(n) for n in range(7, 14)]

    def test_column_and_length(self) -> None:
        found = excerpt(b"one\ntwo three\n", "text/plain", Location(line=2, column=5, length=3))
        assert found is not None
        line = next(line for line in found.lines if line.hit)
        assert (line.before, line.marked, line.after) == ("two ", "thr", "ee")

    def test_folded_header(self) -> None:
        found = excerpt(
            b"A: 1\r\nsubject: a\r\n b\r\nC: 2\r\n\r\nbody", "message/rfc822", Location(header="Subject")
        )
        assert found is not None
        assert [line.marked for line in found.lines if line.hit] == ["subject: a", " b"]

    def test_offset_in_text(self) -> None:
        found = excerpt("é\nabc déf\n".encode(), "text/plain", Location(offset=7, length=4))
        assert found is not None
        assert next(line.marked for line in found.lines if line.hit) == "déf"

    def test_offset_in_binary_is_hexadecimal(self) -> None:
        found = excerpt(bytes(range(256)), "application/pkix-crl", Location(offset=70, length=6))
        assert found is not None
        assert found.kind == "hex"
        assert [line.marked for line in found.lines if line.hit] == ["46 47 48 49 4a 4b"]

    def test_zip_entry_and_mime_part(self) -> None:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
            bundle.writestr("IHE_XDM/SUBSET01/DOC0001.XML", CDA)
        mail = EmailMessage()
        mail["Subject"] = "x"
        mail.set_content("bonjour\nligne deux\n")
        mail.add_attachment(archive.getvalue(), maintype="application", subtype="zip", filename="IHE_XDM.ZIP")
        raw = mail.as_bytes()

        assert part_of(raw, "1") == b"bonjour\nligne deux\n"
        assert part_of(raw, "2") == archive.getvalue()
        assert part_of(raw, "IHE_XDM/SUBSET01/DOC0001.XML") == CDA.encode()
        assert part_of(raw, "2!IHE_XDM/SUBSET01/DOC0001.XML") == CDA.encode()
        assert part_of(raw, "3") is None
        assert part_of(raw, "NOTHING.XML") is None
        found = excerpt(raw, "message/rfc822", Location(part="IHE_XDM/SUBSET01/DOC0001.XML", line=3))
        assert found is not None
        assert "POCD_HD000040" in next(line.marked for line in found.lines if line.hit)

    @pytest.mark.parametrize(
        "location",
        [
            Location(line=999),
            Location(offset=10_000_000),
            Location(header="None"),
            Location(part="9.9", line=1),
            Location(),
        ],
    )
    def test_a_place_that_is_not_there_gives_none(self, location: Location) -> None:
        assert excerpt(CDA.encode(), "application/xml", location) is None

    @settings(max_examples=150, deadline=None)
    @given(
        st.binary(max_size=400),
        st.sampled_from(["text/plain", "application/zip", "message/rfc822", ""]),
        st.builds(
            Location,
            part=st.none() | st.text(max_size=8) | st.sampled_from(["1", "1.2", "1!a"]),
            line=st.none() | st.integers(-2, 20),
            column=st.none() | st.integers(-2, 50),
            offset=st.none() | st.integers(-5, 500),
            length=st.none() | st.integers(-5, 50),
            header=st.none() | st.text(max_size=8),
        ),
    )
    def test_any_bytes_and_place_are_borne(self, content: bytes, media_type: str, location: Location) -> None:
        found = excerpt(content, media_type, location)
        assert found is None or any(line.hit for line in found.lines)

    def test_a_zip_bomb_is_not_unpacked(self) -> None:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
            bundle.writestr("big.xml", b"\n" * 40_000_000)
        assert excerpt(archive.getvalue(), "application/zip", Location(part="big.xml", line=1)) is None


def event(
    seq: int,
    source: str,
    target: str,
    name: str,
    text: str,
    *,
    protocol: str = "smtp",
    connection: str = "c",
) -> Event:
    return Event(seq, float(seq), "t", "t", protocol, connection, source, target, name, text, None, False)


def kept(*events: Event) -> Kept:
    found = Kept()
    for one in events:
        found.add(one, named=False)
    return found


class TestRows:
    def test_an_answer_stands_beside_its_command(self) -> None:
        (row,) = rows(
            kept(
                event(1, "product", "operator", "command", "AUTH XOAUTH2"),
                event(2, "operator", "product", "reply", "235 2.7.0 OK"),
            )
        )
        assert (row.label, row.answer, row.broken, row.number) == ("AUTH XOAUTH2", "235 2.7.0 OK", False, 1)

    def test_the_tagged_answer_of_imap_stands_for_all_its_lines(self) -> None:
        found = rows(
            kept(
                event(1, "product", "operator", "command", "a1 SELECT INBOX"),
                event(2, "operator", "product", "reply", "* 3 EXISTS"),
                event(3, "operator", "product", "reply", "… 4 autres réponses"),
                event(4, "operator", "product", "reply", "a1 OK SELECT completed"),
                event(5, "operator", "product", "reply", "* BYE idle"),
            )
        )
        assert [(row.answer, row.events) for row in found] == [
            ("a1 OK SELECT completed", (1, 2, 3, 4)),
            ("", (5,)),
        ]
        assert found[1].broken

    @pytest.mark.parametrize(
        ("text", "broken"), [("200 OK, application/json", False), ("400 Bad Request", True)]
    )
    def test_an_answer_named_after_its_request_stands_beside_it(self, text: str, *, broken: bool) -> None:
        (row,) = rows(
            kept(
                event(1, "product", "psc", "token-request", "POST /token", protocol="oauth"),
                event(2, "psc", "product", "token-response", text, protocol="oauth"),
            )
        )
        assert (row.label, row.answer, row.broken) == ("POST /token", text, broken)

    def test_an_answer_of_another_connection_is_not_mixed(self) -> None:
        found = rows(
            kept(
                event(1, "product", "operator", "command", "NOOP", connection="a"),
                event(2, "operator", "product", "reply", "220 hello", connection="b"),
            )
        )
        assert [row.answer for row in found] == ["", ""]

    @pytest.mark.parametrize(
        "answer", ["550 5.7.1 Refused", "a1 NO denied", "* BYE", "404 Not Found", "banc.fr SRV : NXDOMAIN"]
    )
    def test_a_refusal_is_broken(self, answer: str) -> None:
        (row,) = rows(
            kept(
                event(1, "product", "operator", "command", "X"),
                event(2, "operator", "product", "reply", answer),
            )
        )
        assert row.broken

    def test_repeats_fold_and_what_a_finding_names_does_not(self) -> None:
        events = [event(n, "product", "operator", "command", f"a{n} NOOP") for n in range(40)]
        folded = rows(kept(*events))
        assert [row.kind for row in folded] == ["call", "fold"]
        assert folded[1].count == 40
        named = rows(kept(*events), flagged=frozenset({events[20].seq}))
        assert any(row.events == (events[20].seq,) for row in named)

    def test_a_part_of_two_rows_folds(self) -> None:
        events = []
        for n in range(6):
            events.append(event(2 * n, "product", "operator", "command", f"UID FETCH {n}"))
            events.append(event(2 * n + 1, "product", "psc", "request", "GET /userinfo", connection="h"))
        folded = rows(kept(*events))
        assert [row.kind for row in folded] == ["call", "call", "fold"]
        assert (folded[2].count, folded[2].label) == (6, "2")

    def test_a_long_exchange_keeps_its_ends_and_says_what_is_missing(self) -> None:
        events = [event(n, "product", "operator", "command", "x" * (n + 1)) for n in range(100)]
        found = rows(kept(*events), limit=20)
        assert [row.kind for row in found].count("gap") == 1
        assert (
            sum(row.count for row in found if row.kind == "gap") + sum(bool(row.events) for row in found)
            == 100
        )
        assert found[-1].events == (99,)

    def test_memory_is_bounded_and_the_count_true(self) -> None:
        events = [event(n, "product", "operator", "command", "x" * (n % 50)) for n in range(5000)]
        found = kept(*events)
        assert len(found.events()) == 2 * KEPT_AT_EACH_END
        assert found.total == 5000
        short = rows(found, limit=10)
        assert (
            sum(row.count for row in short if row.kind == "gap") + sum(bool(row.events) for row in short)
            == 5000
        )

    def test_tls_protects_what_comes_after_it_only(self) -> None:
        found = rows(
            kept(
                event(1, "product", "operator", "command", "STARTTLS"),
                event(2, "operator", "product", "reply", "220 Ready"),
                event(3, "product", "operator", "client-hello", "ClientHello", protocol="tls"),
                event(4, "operator", "product", "established", "TLSv1.2 ECDHE", protocol="tls"),
                event(5, "product", "operator", "command", "EHLO x"),
            )
        )
        assert [row.tls for row in found] == [False, False, True]

    def test_a_failed_handshake_is_one_broken_arrow(self) -> None:
        (row, after) = rows(
            kept(
                event(1, "product", "operator", "client-hello", "ClientHello", protocol="tls"),
                event(2, "operator", "product", "failed", "échec TLS : version", protocol="tls"),
                event(3, "product", "operator", "close", "fermeture"),
            )
        )
        assert (row.answer, row.broken, row.tls, after.tls) == ("échec TLS : version", True, False, False)

    def test_a_tls_alert_protects_nothing_and_is_broken(self) -> None:
        found = rows(
            kept(
                event(1, "product", "operator", "client-hello", "ClientHello", protocol="tls"),
                event(2, "product", "operator", "alert", "Alert", protocol="tls"),
                event(3, "product", "operator", "command", "EHLO x"),
            )
        )
        assert [row.tls for row in found] == [False, False, False]
        assert found[1].broken

    def test_drawing_marks_refusals_by_shape(self) -> None:
        refused = rows(
            kept(
                event(1, "product", "operator", "command", "X"),
                event(2, "operator", "product", "reply", "550 no"),
            )
        )
        accepted = rows(
            kept(
                event(1, "product", "operator", "command", "X"),
                event(2, "operator", "product", "reply", "250 ok"),
            )
        )
        assert 'class="cross"' in draw(refused, "c", lambda _: None)
        assert 'class="cross"' not in draw(accepted, "c", lambda _: None)

    def test_two_events_and_tenants_of_parallel_workers(self, run: RunFolder) -> None:
        record = full_record(run)
        record["cases"].append(case("OTHER", "passed", []))
        run.event("other", "product", "operator", "command", "NOOP")
        run.events[-1]["seq"] = 1
        journal = gather(read_record(run.write(record)))
        assert journal.cases["OTHER"].total == 1
        assert journal.cases["TLS-REVOKED"].events()[0].seq == 1


class TestJournal:
    def test_bad_lines_are_counted_not_guessed(self, run: RunFolder) -> None:
        record = full_record(run)
        path = run.write(record)
        journal = run.folder / "journal.jsonl"
        good = journal.read_bytes()
        bad = [
            b"[]",
            b"null",
            b'{"seq": 1}',
            b"\xff\xfe",
            b"{" * 50_000,
            b'{"seq": 1e999}',
            b"x" * (MAX_JOURNAL_LINE_OCTETS + 5),
        ]
        journal.write_bytes(b"\n".join(bad) + b"\n\n" + good)
        events = list(read_events(read_record(path)))
        assert events.count(None) == len(bad)
        assert len(events) - len(bad) == len(run.events)

    def test_no_journal_is_no_event(self, run: RunFolder) -> None:
        path = run.write(full_record(run))
        (run.folder / "journal.jsonl").unlink()
        assert list(read_events(read_record(path))) == []

    def test_a_cut_last_line(self, run: RunFolder) -> None:
        path = run.write(full_record(run), cut_journal=True)
        events = list(read_events(read_record(path)))
        assert events[-1] is None
        assert None not in events[:-1]
        assert json.loads(Path(path).read_text(encoding="utf-8"))["schema"] == "run-record/1"
