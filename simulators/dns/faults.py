"""What a DNS server may do wrong, by name, for one tenant. They serve ECO.1.1.9 (autoconfiguration)."""

from __future__ import annotations

from dataclasses import dataclass

import dns.flags
import dns.message
import dns.rcode


class DnsFault:
    """One way to go wrong; a subclass overrides what it spoils."""

    def delay_s(self) -> float:
        """Return the real seconds to wait before the answer."""
        return 0.0

    def spoil(self, answer: dns.message.Message, *, over_udp: bool) -> dns.message.Message | None:
        """Return the answer to send, None for silence."""
        return answer


@dataclass(frozen=True, slots=True)
class ServFail(DnsFault):
    """Every question is answered SERVFAIL: a technical error, not the absence of the name."""

    def spoil(self, answer: dns.message.Message, *, over_udp: bool) -> dns.message.Message | None:
        """Return SERVFAIL."""
        return _emptied(answer, dns.rcode.SERVFAIL)


@dataclass(frozen=True, slots=True)
class NoSuchName(DnsFault):
    """Every question is answered NXDOMAIN."""

    def spoil(self, answer: dns.message.Message, *, over_udp: bool) -> dns.message.Message | None:
        """Return NXDOMAIN."""
        return _emptied(answer, dns.rcode.NXDOMAIN)


@dataclass(frozen=True, slots=True)
class Slow(DnsFault):
    """Answers take `seconds` of real time."""

    seconds: float = 5.0

    def delay_s(self) -> float:
        """Return the delay."""
        return self.seconds


@dataclass(frozen=True, slots=True)
class Silent(DnsFault):
    """No question is answered."""

    def spoil(self, answer: dns.message.Message, *, over_udp: bool) -> dns.message.Message | None:
        """Return nothing."""
        return None


@dataclass(frozen=True, slots=True)
class Truncated(DnsFault):
    """Answers over UDP are empty with TC: the client asks again over TCP (RFC 7766 §5)."""

    def spoil(self, answer: dns.message.Message, *, over_udp: bool) -> dns.message.Message | None:
        """Return the truncated answer over UDP, the whole one over TCP."""
        if not over_udp:
            return answer
        emptied = _emptied(answer, answer.rcode())
        emptied.flags |= dns.flags.TC
        return emptied


def _emptied(answer: dns.message.Message, rcode: dns.rcode.Rcode) -> dns.message.Message:
    answer.answer.clear()
    answer.authority.clear()
    answer.additional.clear()
    answer.set_rcode(rcode)
    return answer
