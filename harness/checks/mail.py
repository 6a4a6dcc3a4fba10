"""Rules on any mail that a product sends: identity, threading, encoding, body, sender, X-MSS-NIL.

Sources: Référentiel socle MSSanté #2, ECO.2.2.1 to 2.2.7, 2.3.1 and 2.4.3; RFC 5322 §3.4 and §3.6.4.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree
from lxml import html as lxml_html

from harness.artefacts.mail import Header, Mail, Part, decoded_text, message_ids
from harness.checks.rulebook import finding
from harness.findings import Finding, Location

_STRICT_MSG_ID = re.compile(
    r"""^\s*<
    (?:[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*|"(?:[^"\\\r\n]|\\.)*")
    @
    (?:[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*|\[[^\[\]\\]*\])
    >\s*$""",
    re.VERBOSE | re.ASCII,
)
_COMMENT = re.compile(r"\([^()\\]*(?:\\.[^()\\]*)*\)")
_NOT_SHOWN = ("style", "script", "head", "title")
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "big", "code", "em", "font", "i", "mark", "s", "small", "span", "strong"}
    | {"sub", "sup", "u"}
)
"""Elements that do not part words: `<b>R</b>ésultat` is one word."""
MIN_SAME_WORDS = 0.9
"""Share of words that the two versions of a body must have in common: a signature or a link may differ."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends, as the bench configured it: the mailbox and what its From label must hold."""

    address: str
    type: str
    label: str
    family: str = ""
    given: str = ""
    contact: str = ""


def message_id(mail: Mail) -> Iterator[Finding]:
    """MAIL-001 (ECO.2.2.1): exactly one Message-ID, written as RFC 5322 §3.6.4 says."""
    found = mail.all("Message-ID")
    if len(found) != 1:
        yield _fault(
            mail, "MAIL-001", "un seul en-tête Message-ID / exactly one", f"{len(found)}", "Message-ID"
        )
    elif not _STRICT_MSG_ID.match(_without_comments(found[0].value)):
        yield _fault(mail, "MAIL-001", "<gauche@droite>", found[0].value, "Message-ID", found[0].line)


def message_ids_differ(first: Mail, second: Mail) -> Iterator[Finding]:
    """MAIL-001 (ECO.2.2.1): no two mails bear the same Message-ID."""
    if first.message_id is not None and first.message_id == second.message_id:
        yield _fault(
            second, "MAIL-001", "identifiant unique / unique id", second.message_id or "", "Message-ID"
        )


def reply_threading(mail: Mail, answered: Mail) -> Iterator[Finding]:
    """MAIL-002 (ECO.2.2.2): a reply names the mail it answers in In-Reply-To and at the end of References."""
    target = answered.message_id or ""
    in_reply_to = mail.first("In-Reply-To")
    if in_reply_to is None or target not in message_ids(in_reply_to.value):
        yield _fault(
            mail,
            "MAIL-002",
            f"In-Reply-To: {target}",
            in_reply_to.value if in_reply_to else "absent",
            "In-Reply-To",
            in_reply_to.line if in_reply_to else None,
        )
    before = answered.first("References")
    expected = (*(message_ids(before.value) if before else ()), target)
    references = mail.first("References")
    found = message_ids(references.value) if references else ()
    # RFC 5322 lets a long chain be cut in its middle; its last id must be the mail that is answered.
    if not found or found[-1] != target:
        yield _fault(
            mail,
            "MAIL-002",
            f"References: {' '.join(expected)}",
            references.value if references else "absent",
            "References",
            references.line if references else None,
        )


def utf8_text(mail: Mail) -> Iterator[Finding]:
    """MAIL-003 (ECO.2.2.3): the text parts of the body are declared UTF-8 and decode as UTF-8."""
    for part in mail.body_parts:
        charset = (part.charset or "us-ascii").lower()
        # Without a charset, ASCII text is UTF-8 too; a declared us-ascii is not what the text asks for.
        undeclared = part.charset is None and part.content.isascii()
        if charset not in {"utf-8", "utf8"} and not undeclared:
            yield _part_fault(mail, "MAIL-003", "charset=utf-8", f"charset={charset}", part)
        elif not _decodes(part.content):
            yield _part_fault(mail, "MAIL-003", "octets UTF-8 / UTF-8 octets", repr(part.content[:40]), part)


def header_words(mail: Mail) -> Iterator[Finding]:
    """MAIL-011 (ECO.2.2.3, warning): encoded words of the headers are in UTF-8."""
    for header in mail.headers:
        charsets = {
            name.lower().partition("*")[0] for name in re.findall(r"=\?([^?]+)\?[bBqQ]\?", header.value)
        }
        if charsets - {"utf-8", "us-ascii"}:
            yield _fault(mail, "MAIL-011", "=?utf-8?…?=", header.value, header.name, header.line)


def body_type(mail: Mail) -> Iterator[Finding]:
    """MAIL-004 (ECO.2.2.4): text/plain, or multipart/alternative with text/plain then text/html."""
    types = [part.content_type for part in mail.body_parts]
    alternative = "multipart/alternative" in mail.structure
    related = [kind for kind in mail.structure if kind == "multipart/related"]
    accepted = types == ["text/plain"] or (alternative and types == ["text/plain", "text/html"])
    if not accepted:
        found = f"{'/'.join(mail.structure) or 'corps simple'} : {', '.join(types) or 'aucun texte'}"
        yield _fault(
            mail,
            "MAIL-004",
            "text/plain, ou multipart/alternative : text/plain puis text/html",
            found + (" (multipart/related)" if related else ""),
            "Content-Type",
        )


def same_wording(mail: Mail) -> Iterator[Finding]:
    """MAIL-005 (ECO.2.2.4): the two versions of the body say the same."""
    bodies = {part.content_type: part for part in mail.body_parts}
    plain, rich = bodies.get("text/plain"), bodies.get("text/html")
    if plain is None or rich is None:
        return
    plain_words = words(text_of(plain))
    rich_words = words(visible_text(text_of(rich)))
    if _similarity(plain_words, rich_words) < MIN_SAME_WORDS:
        yield _part_fault(
            mail,
            "MAIL-005",
            " ".join(plain_words[:40]) or "(vide)",
            " ".join(rich_words[:40]) or "(vide)",
            rich,
        )


def automatic_mention(mail: Mail, sender: Sender) -> Iterator[Finding]:
    """MAIL-006 (ECO.2.2.5): a mail of an APP mailbox has Reply-To and ends with the contact's address."""
    reply_to = mail.first("Reply-To")
    addresses = _addresses(reply_to)
    if not addresses or sender.address.lower() in addresses:
        yield _fault(
            mail,
            "MAIL-006",
            f"Reply-To: {sender.contact}",
            reply_to.value if reply_to else "absent",
            "Reply-To",
            reply_to.line if reply_to else None,
        )
    bodies = mail.body_parts
    lines = [line for line in text_of(bodies[0]).splitlines() if line.strip()] if bodies else []
    ending = "\n".join(lines[-8:]).lower()
    wanted = addresses or (sender.contact.lower(),)
    if not any(address in ending for address in wanted):
        yield _fault(
            mail,
            "MAIL-006",
            f"fin du corps : mention d'envoi automatique et {' '.join(wanted)}",
            ending or "(vide)",
            "corps",
        )


def from_label(mail: Mail, sender: Sender) -> Iterator[Finding]:
    """MAIL-007 (ECO.2.2.7): From has the label that the type of its mailbox asks for."""
    header = mail.first("From")
    pairs = header.addresses if header else ()
    # Some products repeat the address as its own label: that is no label.
    label = pairs[0][0] if pairs and "@" not in pairs[0][0] else ""
    wanted = (sender.family, sender.given) if sender.type == "PER" else (sender.label,)
    expected = (
        f"{sender.given} {sender.family} <{sender.address}>"
        if sender.type == "PER"
        else f"{sender.label} <{sender.address}>"
    )
    if not label.strip() or not all(fold(piece) in fold(label) for piece in wanted):
        yield _fault(
            mail,
            "MAIL-007",
            expected,
            header.decoded if header else "absent",
            "From",
            header.line if header else None,
        )


def receipt_requested(mail: Mail, sender: Sender) -> Iterator[Finding]:
    """MAIL-008 (ECO.2.3.1): the delivery receipt is asked with Return-Receipt-To and the sender's mailbox."""
    header = mail.first("Return-Receipt-To")
    if header is None or sender.address.lower() not in _addresses(header):
        yield _fault(
            mail,
            "MAIL-008",
            f"Return-Receipt-To: {sender.address}",
            header.value if header else "absent",
            "Return-Receipt-To",
            header.line if header else None,
        )


def nil(mail: Mail, declared: str) -> Iterator[Finding]:
    """MAIL-009 (ECO.2.4.3): X-MSS-NIL once, equal to the product reference of the profile."""
    found = mail.all("X-MSS-NIL")
    if len(found) != 1 or found[0].value.strip() != declared:
        yield _fault(
            mail,
            "MAIL-009",
            f"X-MSS-NIL: {declared}",
            " | ".join(header.value for header in found) or "absent",
            "X-MSS-NIL",
            found[0].line if found else None,
        )


def nil_form(mail: Mail) -> Iterator[Finding]:
    """MAIL-010 (ECO.2.4.3, warning): the wording of January 2023 asked for four digits."""
    for header in mail.all("X-MSS-NIL"):
        if not re.fullmatch(r"[0-9]{4}", header.value.strip(), re.ASCII):
            yield _fault(mail, "MAIL-010", "4 chiffres / digits", header.value, "X-MSS-NIL", header.line)


def text_of(part: Part) -> str:
    """Return the text of a part by its charset, undecodable octets replaced."""
    return decoded_text(part.content, part.charset)


def visible_text(source: str) -> str:
    """Return what a person reads of an HTML text: no tags, no style, entities resolved."""
    # As octets: lxml refuses a text that declares an encoding, as XHTML bodies do.
    parser = lxml_html.HTMLParser(encoding="utf-8")
    try:
        tree = lxml_html.fromstring(source.replace("\0", "").encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError):
        return ""
    etree.strip_elements(tree, etree.Comment, *_NOT_SHOWN, with_tail=False)
    pieces: list[str] = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if element.tag not in _INLINE:
            pieces.append(" ")
        pieces.append((element.text if event == "start" else element.tail) or "")
    return "".join(pieces)


def words(text: str) -> list[str]:
    """Return the words of a text, folded: neither case, accents, spaces nor punctuation count."""
    return re.findall(r"\w+", fold(text))


def fold(text: str) -> str:
    """Return a text without case, accents and repeated separators, for tolerant comparison."""
    spelt_out = text.casefold().replace("œ", "oe").replace("æ", "ae")
    decomposed = unicodedata.normalize("NFKD", spelt_out)
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(re.split(r"[\s_\-'’.]+", plain)).strip()


def _without_comments(value: str) -> str:
    """Return a header value without its RFC 5322 comments, which nest; a few levels are followed."""
    for _ in range(8):
        value, removed = _COMMENT.subn("", value)
        if not removed:
            break
    return value


def _similarity(left: list[str], right: list[str]) -> float:
    if not left and not right:
        return 1.0
    return (Counter(left) & Counter(right)).total() / max(len(left), len(right))


def _decodes(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _addresses(header: Header | None) -> tuple[str, ...]:
    pairs = header.addresses if header else ()
    return tuple(address.lower() for _, address in pairs if "@" in address)


def _fault(  # noqa: PLR0917 (one call a rule, in the order of a sentence)
    mail: Mail, rule: str, expected: str, found: str, header: str, line: int | None = None
) -> Finding:
    return finding(
        rule,
        expected=expected,
        found=found,
        location=Location(header=header, line=line),
        evidence=mail.sha256,
    )


def _part_fault(mail: Mail, rule: str, expected: str, found: str, part: Part) -> Finding:
    return finding(
        rule, expected=expected, found=found, location=Location(part=part.number), evidence=mail.sha256
    )


def every_mail(mail: Mail, declared_nil: str) -> Iterable[Finding]:
    """Yield what holds for every mail of the product, whatever the case that made it send one."""
    yield from message_id(mail)
    yield from nil(mail, declared_nil)
