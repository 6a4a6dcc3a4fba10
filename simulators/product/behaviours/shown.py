"""What the product shows and keeps: receipts, sent mails, traces (ECO.2.3.2, ECO.3.x, ECO.4.1.x)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MdnRequest = Literal["asked", "never", "other-address"]
MdnReturn = Literal["as-answered", "never", "told-only", "despite-decline", "unasked", "automatic"]
MdnTo = Literal["asked", "from", "first", "everyone"]
MdnForm = Literal[
    "complete",
    "plain",
    "mixed",
    "no-text",
    "no-final-recipient",
    "no-disposition",
    "disposition-bare",
    "no-original-id",
    "other-original-id",
    "no-original-recipient",
]
ListPrefix = Literal["hidden", "shown", "shown-when-encoded", "subject-lost"]
TraceFault = Literal[
    "none",
    "no-sending",
    "no-reading",
    "no-failure",
    "failure-as-success",
    "no-author",
    "station-account",
    "no-offset",
    "date-alone",
    "shifted",
    "no-action",
    "no-request",
    "no-reply",
]


@dataclass(frozen=True)
class ShownBehaviour:
    """How mails are shown, receipts asked and returned, and actions traced.

    - `mdn_request`, `mdn_always`: the receipt that the user asks for, and whether one is asked unbidden.
    - `mdn_return`: when a receipt leaves; the user decides, each time.
    - `mdn_to`, `mdn_envelope`, `mdn_from_own`, `mdn_asks`, `mdn_once`, `mdn_for_reports`: X-MDN-01.
    - `mdn_form`: X-MDN-02.
    - `receipts_matched`, `reports_matched`: how what comes back finds the mail that it is about.
    - `reply_to_kept`: the first return address chosen serves for all that follows (MSS/ENV.01).
    - `ticks_everyone`: every known professional gets the mail (MSS/ENV.02).
    - `tells_refusals`: the user hears that the operator refused recipients.
    """

    list_prefix: ListPrefix = "hidden"
    several_mailboxes: bool = True
    mdn_request: MdnRequest = "asked"
    mdn_always: bool = False
    mdn_return: MdnReturn = "as-answered"
    mdn_to: MdnTo = "asked"
    mdn_envelope: Literal["null", "sender"] = "null"
    mdn_from_own: bool = True
    mdn_asks: bool = False
    mdn_once: bool = True
    mdn_for_reports: bool = False
    mdn_form: MdnForm = "complete"
    receipts_matched: Literal["by-message-id", "by-subject", "not-at-all"] = "by-message-id"
    reports_matched: Literal["each-recipient", "last-mail", "swallowed", "failures-only", "all-failed"] = (
        "each-recipient"
    )
    reply_to_kept: bool = False
    ticks_everyone: bool = False
    tells_refusals: bool = True
    trace_fault: TraceFault = "none"
