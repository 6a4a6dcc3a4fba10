"""How the served directory behaves where the sources differ, are silent, or give a figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simulators.annuaire.fhir.outcome import GatewayBody, IssueCode

DEAD_PAGE_STATUS = Literal[400, 410, 500]


@dataclass(frozen=True, slots=True)
class Conduct:
    """Switches of one directory; the defaults are the documented or most probable behaviour.

    `mailbox_type`: `refused` as the live server of 2026 does, or `served` as specified. `unknown_status`:
    status of an unknown parameter (documented 400; the published code answers 500). `dead_page_status`:
    status of a page link that went stale (published code 500; 410 is in the documented list; a client has to
    survive 400 as well). `issue_code`: `processing` (documented) or `exception` (published code).
    `gateway_body`: shape of what the gateway itself refuses.

    `max_count` caps `_count` (example of the documentation: 10,000; the true ceiling is not known), a count
    above `refused_count` is an error. `calls_per_second` None: no limit. `timeout_s` real seconds after which
    the gateway gives up. `page_life_s` is how long a next link lives (not documented [inferred]).
    `history_days`: how far back `_lastUpdated` reaches. `visible_after_s`: how long after a change everybody
    sees it (none is documented; "in the days that follow"). `write`: the draft write API is open.
    """

    mailbox_type: Literal["refused", "served"] = "refused"
    unknown_status: int = 400
    dead_page_status: DEAD_PAGE_STATUS = 500
    issue_code: IssueCode = "processing"
    gateway_body: GatewayBody = "json"
    max_count: int = 10_000
    refused_count: int = 50_000_000
    calls_per_second: int | None = 17
    timeout_s: float = 30.0
    page_life_s: float = 600.0
    history_days: int = 30
    visible_after_s: float = 0.0
    write: bool = False
