"""ID (RFC 2971)."""

from __future__ import annotations

from simulators.imap import formats
from simulators.imap.commands.registry import ANY, Call, command
from simulators.imap.parser.reader import Reader, SyntaxProblem
from simulators.imap.responses import Status, ok
from simulators.imap.session import Session

MAX_PAIRS = 30


@command("ID", "RFC 2971 §3.1", ANY)
async def identify(session: Session, call: Call) -> Status:
    """Take the client's description and give ours."""
    call.arguments.space()
    session.client_id = _pairs(call.arguments)
    call.arguments.end()
    pairs = (b"name", b"mssante-conformance", b"support-url", b"https://mssante.fr")
    session.send(b"ID (" + b" ".join(formats.string(word) for word in pairs) + b")")
    return ok("ID completed.")


def _pairs(arguments: Reader) -> dict[str, str]:
    if arguments.skip(b"NIL"):
        return {}
    words = arguments.parenthesised(arguments.nstring, empty=True, limit=MAX_PAIRS * 2)
    if len(words) % 2:
        raise SyntaxProblem("ID needs pairs of field and value")
    texts = [(word or b"").decode("utf-8", "replace") for word in words]
    return dict(zip(texts[::2], texts[1::2], strict=True))
