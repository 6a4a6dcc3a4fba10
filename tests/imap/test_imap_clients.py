"""Programs read and write mailboxes: imaplib, IMAPClient, an asyncio client, curl, mbsync, neomutt."""

from __future__ import annotations

import asyncio
import datetime as dt
import imaplib
import os
import re
import shutil
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from imap_asyncio import AsyncImap
from imap_bench import ADDRESS, MAIL, TENANT, TOKEN, Bench, MakeBench
from imapclient import IMAPClient

from simulators.operator import Account, Accounts
from simulators.wire import API_LPS, Credential

STRUCTURE = "3123456789012"


def needs(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found


@pytest.fixture
def context(trust: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(trust))


def test_imaplib(bench: Bench, context: ssl.SSLContext) -> None:
    with imaplib.IMAP4("localhost", bench.port, timeout=10) as client:
        client.starttls(context)
        client.authenticate("XOAUTH2", lambda _: f"user={ADDRESS}\x01auth=Bearer {TOKEN}\x01\x01".encode())
        assert client.append("INBOX", "(\\Seen)", imaplib.Time2Internaldate(time.time()), MAIL)[0] == "OK"
        assert client.select("INBOX") == ("OK", [b"1"])
        assert client.uid("SEARCH", "SUBJECT", "ultat") == ("OK", [b"1"])
        kind, data = client.fetch("1", "(RFC822 FLAGS)")
        assert kind == "OK" and isinstance(data[0], tuple) and data[0][1] == MAIL
        assert client.store("1", "+FLAGS", "(\\Deleted $MDNSent)")[0] == "OK"
        assert client.expunge() == ("OK", [b"1"])
        assert client.list()[0] == "OK"


def test_imapclient(bench: Bench, context: ssl.SSLContext) -> None:
    bench.store.deliver(ADDRESS, MAIL)
    with IMAPClient("localhost", bench.port, ssl=False, timeout=10) as client:
        client.starttls(context)
        client.oauth2_login(ADDRESS, TOKEN)
        assert client.enable("CONDSTORE") == [b"CONDSTORE"]
        assert tuple(
            flag
            for flags, _, name in client.list_folders()
            if name == "Sent"
            for flag in flags
            if flag == b"\\Sent"
        ) == (b"\\Sent",)
        client.select_folder("INBOX")
        found = client.fetch(client.search(["TEXT", "bonjour"]), ["ENVELOPE", "BODYSTRUCTURE", "BODY.PEEK[]"])
        assert found[1][b"ENVELOPE"].message_id == b"<1@banc>"
        assert found[1][b"BODYSTRUCTURE"][:2] == (b"text", b"plain")
        assert found[1][b"BODY[]"] == MAIL
        client.idle()
        bench.store.deliver(ADDRESS, MAIL)
        assert (2, b"EXISTS") in client.idle_check(timeout=5)
        client.idle_done()
        client.create_folder("Envoyés/été")
        client.move([1], "Envoyés/été")
        assert client.folder_status("Envoyés/été", ["MESSAGES"]) == {b"MESSAGES": 1}
        assert client.sort(["REVERSE DATE"]) == [2]
        assert client.add_flags([2], ["$MDNSent"])[2] == (b"\\Recent", b"$MDNSent")


def test_asyncio(bench: Bench, context: ssl.SSLContext) -> None:
    """Several sessions in one loop, commands under way together, IDLE beside work."""

    async def work() -> None:
        clients = [await AsyncImap.connect(bench.port, context) for _ in range(5)]
        logins = await asyncio.gather(*(client.login(ADDRESS, TOKEN) for client in clients))
        assert [login.kind for login in logins] == ["OK"] * 5
        watcher, *writers = clients
        # Four append at once; the fifth is told of each while it idles.
        assert (await watcher.do("SELECT INBOX")).kind == "OK"
        idling = await watcher.idle()
        appended = await asyncio.gather(*(writer.append("INBOX", MAIL) for writer in writers))
        uids = {re.match(r"\[APPENDUID \d+ (\d+)\]", one.text).group(1) for one in appended}  # type: ignore[union-attr]
        assert uids == {"1", "2", "3", "4"}
        while await watcher.hear() != b"4 EXISTS":
            pass
        assert (await watcher.done(idling)).kind == "OK"
        # Commands sent together are answered each under its own tag, in order.
        under_way = [watcher.start(b"UID FETCH %d (FLAGS BODY.PEEK[])" % uid) for uid in (1, 2, 3, 4)]
        fetched = await asyncio.wait_for(asyncio.gather(*under_way), 10)
        assert all(MAIL in b"".join(one.untagged) for one in fetched)
        assert (await watcher.do("UID MOVE 1:2 Archive")).kind == "OK"
        assert (await writers[0].do("STATUS Archive (MESSAGES)")).untagged == [b"STATUS Archive (MESSAGES 2)"]
        assert (await writers[1].do("WRONG")).kind == "BAD"
        await asyncio.gather(*(client.close() for client in clients))

    asyncio.run(work())


def run_curl(
    bench: Bench, trust: Path, *arguments: str, token: str = TOKEN
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [needs("curl"), "--silent", "--show-error", "--max-time", "20", "--ssl-reqd", "--cacert", str(trust),
         "--user", f"{ADDRESS}:", "--oauth2-bearer", token, *arguments],
        capture_output=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_curl(bench: Bench, trust: Path, tmp_path: Path, mechanism: str) -> None:
    base, options = f"imap://localhost:{bench.port}", ("--login-options", f"AUTH={mechanism}", "--sasl-ir")
    mail = tmp_path / "mail.eml"
    mail.write_bytes(MAIL)
    sent = run_curl(bench, trust, *options, "-T", str(mail), f"{base}/Sent")
    assert sent.returncode == 0, sent.stderr
    assert [message.content.read() for message in bench.store.messages(ADDRESS, "Sent")] == [MAIL]
    read = run_curl(bench, trust, *options, f"{base}/Sent;UID=1")
    assert read.stdout == MAIL
    long = run_curl(bench, trust, *options, f"{base}/Sent;UID=1", token=TOKEN + "." + "x" * 3000)
    assert long.stdout == MAIL, long.stderr
    refused = run_curl(bench, trust, *options, f"{base}/Sent;UID=1", token="faux")
    assert refused.returncode == 67, "CURLE_LOGIN_DENIED"


@pytest.fixture
def application(make_bench: MakeBench, credential: Credential, tmp_path: Path) -> tuple[Bench, Path, Path]:
    """A BAL APP: client certificate of a structure, then PLAIN (ECO.1.3.1)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name(
        [
            x509.NameAttribute(x509.NameOID.ORGANIZATIONAL_UNIT_NAME, STRUCTURE),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, "app.banc"),
        ]
    )
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=9))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    cert_file, key_file = tmp_path / "client.pem", tmp_path / "client.key"
    cert_file.write_bytes(pem)
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    bench = make_bench(
        tls=API_LPS.with_client_certificate("request", (pem,)),
        owners=Accounts([Account(ADDRESS, "APP", structure=STRUCTURE)]),
    )
    return bench, cert_file, key_file


def test_plain_with_a_client_certificate(
    application: tuple[Bench, Path, Path], context: ssl.SSLContext
) -> None:
    bench, certificate, key = application
    context.load_cert_chain(certificate, key)
    with imaplib.IMAP4("localhost", bench.port, timeout=10) as client:
        client.starttls(context)
        assert {"AUTH=PLAIN", "AUTH=EXTERNAL"} <= set(client.capabilities)
        assert client.login(ADDRESS, "peu importe")[0] == "OK"
    with IMAPClient("localhost", bench.port, ssl=False, timeout=10) as other:
        other.starttls(context)
        other.sasl_login("EXTERNAL", lambda _: b"")
        other.select_folder("INBOX")
    assert [event.data["mechanism"] for event in bench.journal.events(TENANT, name="auth")] == [
        "PLAIN",
        "EXTERNAL",
    ]


def test_plain_without_a_certificate_is_refused(
    application: tuple[Bench, Path, Path], context: ssl.SSLContext
) -> None:
    bench, _, _ = application
    with imaplib.IMAP4("localhost", bench.port, timeout=10) as client:
        client.starttls(context)
        with pytest.raises(imaplib.IMAP4.error):
            client.login(ADDRESS, "secret")


def mbsync(folder: Path, bench: Bench, trust: Path, certificate: Path, key: Path) -> None:
    program = needs("mbsync")
    configuration = folder / "mbsyncrc"
    configuration.write_text(
        f"""
FSync no

IMAPAccount banc
Host localhost
Port {bench.port}
User {ADDRESS}
Pass secret
SSLType STARTTLS
CertificateFile {trust}
ClientCertificate {certificate}
ClientKey {key}
AuthMechs PLAIN

IMAPStore loin
Account banc

MaildirStore ici
Path {folder}/mail/
Inbox {folder}/mail/INBOX
SubFolders Verbatim

Channel banc
Far :loin:
Near :ici:
Patterns *
Create Both
Expunge Both
SyncState *
""",
        encoding="utf-8",
    )
    (folder / "mail").mkdir(exist_ok=True)
    done = subprocess.run(
        [program, "-q", "-c", str(configuration), "-a"], capture_output=True, timeout=100, check=False
    )
    assert done.returncode == 0, (done.stdout, done.stderr)


def maildir(folder: Path, name: str) -> list[Path]:
    return sorted(path for part in ("cur", "new") for path in (folder / "mail" / name / part).iterdir())


def test_mbsync_both_ways(application: tuple[Bench, Path, Path], trust: Path, tmp_path: Path) -> None:
    # Given messages here and there
    bench, certificate, key = application
    for number in range(50):
        bench.store.deliver(ADDRESS, MAIL + b"%d\r\n" % number, flags=["\\Seen"] if number % 2 else [])
    mbsync(tmp_path, bench, trust, certificate, key)
    assert len(maildir(tmp_path, "INBOX")) == 50
    assert sum(path.name.endswith("S") for path in maildir(tmp_path, "INBOX")) == 25
    # When both sides change
    (tmp_path / "mail" / "Sent" / "new" / "1.local").write_bytes(MAIL.replace(b"\r\n", b"\n"))
    gone = maildir(tmp_path, "INBOX")[0]
    gone.rename(gone.with_name(gone.name.partition(":")[0] + ":2,ST"))
    bench.store.mailbox(ADDRESS).expunge([2])
    mbsync(tmp_path, bench, trust, certificate, key)
    # Then each side has what the other did
    assert len(bench.store.messages(ADDRESS)) == len(maildir(tmp_path, "INBOX")) == 48
    (sent,) = bench.store.messages(ADDRESS, "Sent")
    assert b"Bonjour" in sent.content.read() and b"X-TUID" in sent.content.read()


def test_mbsync_of_five_thousand_messages(
    application: tuple[Bench, Path, Path], trust: Path, tmp_path: Path
) -> None:
    needs("mbsync")
    # Given 4,000 messages on the server and 1,000 others here, some seen on either side
    bench, certificate, key = application
    inbox = bench.store.mailbox(ADDRESS)
    for number in range(4_000):
        bench.store.deliver(ADDRESS, numbered("loin", number), flags=["\\Seen"] if number % 4 == 0 else [])
    for number in range(1_000):
        put(tmp_path, number, "S" if number % 4 == 0 else "")
    mbsync(tmp_path, bench, trust, certificate, key)
    # Then both sides have all of them, with their flags
    assert len(maildir(tmp_path, "INBOX")) == len(inbox.messages) == 5_000
    seen = sum("\\Seen" in message.flags for message in inbox.snapshot())
    assert seen == sum(info(path) == "S" for path in maildir(tmp_path, "INBOX")) == 1_250
    # When each side gets new ones, flags some and deletes some
    for number in range(4_000, 4_100):
        bench.store.deliver(ADDRESS, numbered("loin", number))
    inbox.set_flags({uid: ["\\Seen", "\\Flagged"] for uid in range(1, 201)})
    inbox.expunge(range(201, 301))
    for number in range(1_000, 1_050):
        put(tmp_path, number, "")
    mine = [
        path for path in maildir(tmp_path, "INBOX") if info(path) == "" and subject(path).startswith("ici")
    ]
    for path in mine[:200]:
        path.rename(path.parent.parent / "cur" / (path.name.partition(":")[0] + ":2,R"))
    for path in mine[200:300]:
        path.rename(path.parent.parent / "cur" / (path.name.partition(":")[0] + ":2,T"))
    mbsync(tmp_path, bench, trust, certificate, key)
    # Then the two are the same again
    here = {subject(path): info(path) for path in maildir(tmp_path, "INBOX")}
    there = {
        field(message.content.read()): "".join(
            letter
            for flag, letter in (("\\Flagged", "F"), ("\\Answered", "R"), ("\\Seen", "S"))
            if flag in message.flags
        )
        for message in inbox.snapshot()
    }
    assert here == there
    assert len(here) == 5_000 + 100 - 100 + 50 - 100
    assert sum(letters == "FS" for letters in here.values()) == 200
    assert sum(letters == "R" for letters in here.values()) == 200


def numbered(side: str, number: int) -> bytes:
    return b"Subject: %b %04d\r\nFrom: a@b.fr\r\n\r\nBonjour\r\n" % (side.encode(), number)


def put(folder: Path, number: int, letters: str) -> None:
    """Put a message into the local INBOX, as another local program would."""
    box = folder / "mail" / "INBOX"
    for part in ("cur", "new", "tmp"):
        (box / part).mkdir(parents=True, exist_ok=True)
    (box / "cur" / f"1700000000.{number}.ici:2,{letters}").write_bytes(
        numbered("ici", number).replace(b"\r\n", b"\n")
    )


def info(path: Path) -> str:
    """Return the flags of a maildir file."""
    return path.name.rpartition(":2,")[2] if ":2," in path.name else ""


def field(octets: bytes) -> str:
    """Return the subject of a message."""
    found = re.search(rb"^Subject: (.*?)\r?$", octets, re.MULTILINE)
    assert found
    return found.group(1).decode()


def subject(path: Path) -> str:
    return field(path.read_bytes())


def test_neomutt_reads_and_saves(bench: Bench, trust: Path, tmp_path: Path) -> None:
    program = needs("neomutt")
    if sys.platform == "win32":
        pytest.skip("no pseudo-terminal")
    import pty

    bench.store.deliver(ADDRESS, MAIL)
    rc = tmp_path / "muttrc"
    rc.write_text(
        f"""
set imap_authenticators="xoauth2"
set imap_oauth_refresh_command="echo {TOKEN}"
set imap_user="{ADDRESS}"
set ssl_force_tls=yes
set ssl_starttls=yes
set certificate_file="{trust}"
set ssl_usesystemcerts=no
set ssl_verify_host=no
set header_cache=""
set folder="imap://localhost:{bench.port}/"
set spoolfile="+INBOX"
set confirmappend=no
set copy=no
set delete=yes
set quit=yes
unset wait_key
unset mark_old
push "<display-message><exit><flag-message><copy-message>=Archive<enter><sync-mailbox><quit>"
""",
        encoding="utf-8",
    )
    parent, child = pty.openpty()
    environment = os.environ | {
        "TERM": "xterm",
        "HOME": str(tmp_path),
        "LC_ALL": "C.UTF-8",
        "LINES": "30",
        "COLUMNS": "90",
    }
    process = subprocess.Popen(
        [program, "-n", "-F", str(rc)],
        stdin=child,
        stdout=child,
        stderr=child,
        env=environment,
        close_fds=True,
    )
    os.close(child)
    screen = bytearray()

    def drain() -> None:
        try:
            while data := os.read(parent, 4096):
                screen.extend(data)
        except OSError:
            # The terminal closes when neomutt ends.
            return

    reader = threading.Thread(target=drain)
    reader.start()
    try:
        assert process.wait(30) == 0, bytes(screen)[-2000:]
    finally:
        process.kill()
        process.wait()
        reader.join(5)
        os.close(parent)
    (message,) = bench.store.messages(ADDRESS)
    assert {"\\Seen", "\\Flagged"} <= message.flags, bytes(screen)[-2000:]
    assert len(bench.store.messages(ADDRESS, "Archive")) == 1
