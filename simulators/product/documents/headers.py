"""X-MSS-CODECDA and X-MSS-INS (ECO.2.4.1, ECO.2.4.2)."""

from __future__ import annotations

from simulators.product.behaviour import Behaviour
from simulators.product.draft import Carried
from simulators.product.mime import field

ORDINARY_CODE = "11490-0"


def carried_fields(carried: Carried | None, behaviour: Behaviour) -> list[bytes]:
    """Return the header lines about the documents; none for a mail without documents."""
    if carried is None:
        lines = []
        if behaviour.code_header == "on-every-mail":
            lines.append(field("X-MSS-CODECDA", ORDINARY_CODE))
        if behaviour.ins_header == "on-every-mail":
            lines.append(field("X-MSS-INS", "N"))
        return lines
    return [*_codes(carried.codes, behaviour), *_ins(carried, behaviour)]


def _codes(codes: tuple[str, ...], behaviour: Behaviour) -> list[bytes]:
    match behaviour.code_header:
        case "absent":
            return []
        case "first-only":
            codes = codes[:1]
        case "no-repetition":
            codes = tuple(dict.fromkeys(codes))
        case "loinc-prefixed":
            codes = tuple(f"LOINC:{code}" for code in codes)
        case "constant":
            codes = (ORDINARY_CODE,) * len(codes)
        case "one-header-each":
            return [field("X-MSS-CODECDA", code) for code in codes]
        case "spaces":
            return [field("X-MSS-CODECDA", " ".join(codes))]
        case "every-code" | "on-every-mail":
            pass
    return [field("X-MSS-CODECDA", ",".join(codes))]


def _ins(carried: Carried, behaviour: Behaviour) -> list[bytes]:
    match behaviour.ins_header:
        case "absent":
            return []
        case "always-yes":
            value = "O"
        case "always-no":
            value = "N"
        case "english":
            value = "Y" if carried.ins else "N"
        case "qualified" | "on-every-mail":
            value = "O" if carried.ins else "N"
    return [field("X-MSS-INS", value)]
