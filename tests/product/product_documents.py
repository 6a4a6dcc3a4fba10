"""Documents sent without a network: what the product writes is caught where it would leave."""

from __future__ import annotations

import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from harness.checking.judging import Judgement, judge
from harness.checking.kinds import Kind
from harness.findings import Severity
from schemas.requirements import Direction, Level, catalogue
from simulators.clock import SimulatedClock
from simulators.product import REFERENCE, Behaviour
from simulators.product.composer import Composed, compose
from simulators.product.desk import documents as group
from simulators.product.desk.delivery import Delivered
from simulators.product.desk.documents import Documents
from simulators.product.draft import Draft
from simulators.product.records import parse_record
from simulators.product.settings import Holder, Mailbox, Settings
from simulators.records import RecordSpec, make_records

NIL = "1234"
HOLDER = Holder("899700366240", "Dupré", "Jean-Élie", "Dr", "CH de l'Exemple")
PER = Mailbox("jean.dupre@ch.mssante.fr", "PER", "Jean Dupré", HOLDER)
APP = Mailbox("labo@ch.mssante.fr", "APP", "Laboratoire", contact="secretariat@ch.mssante.fr")
ATTENDING = "medecin@cabinet.mssante.fr"
SPECS = (
    RecordSpec("qualified"),
    RecordSpec("retrieved", ins_status="retrieved"),
    RecordSpec("validated", ins_status="validated"),
    RecordSpec("provisional", ins_status="provisional"),
    RecordSpec("attended", attended=True),
    RecordSpec("closed-to-patient", opposed_to=("patient-mail",)),
    RecordSpec("closed-to-professionals", opposed_to=("professional-mail",)),
)


def patients() -> list[dict[str, Any]]:
    """Return the records as `configure` gives them."""
    made = make_records(SPECS, random.Random(3), SimulatedClock(), ATTENDING)
    return [record.to_json() for record in made]


class Office:
    """The product's desk for documents, and the mails that would have left."""

    def __init__(self, monkeypatch: Any, behaviour: Behaviour = REFERENCE) -> None:
        self.mails: list[Composed] = []
        self.drafts: list[Draft] = []
        clock = SimulatedClock()
        nowhere = Path("none.pem")
        settings = Settings(
            "t", None, None, (PER, APP), nowhere, nowhere, "", None, None, None, NIL,
            tuple(parse_record(one) for one in patients()),
        )  # fmt: skip

        def deliver(desk: Any, draft: Draft, deadline: Any) -> Delivered:
            mail = compose(draft, NIL, clock.now(), desk.behaviour)
            self.drafts.append(draft)
            self.mails.append(mail)
            return Delivered(mail.message_id, "250 2.0.0 Ok")

        monkeypatch.setattr(group, "deliver", deliver)
        desk: Any = SimpleNamespace(behaviour=behaviour, clock=clock, settings=settings)
        self._actions = Documents(desk).actions()

    def do(self, action: str, **params: Any) -> list[dict[str, Any]]:
        """Do an action; return the documents that it tells of."""
        usual = {"from": PER.address, "to": ["confrere@b.mssante.fr"], "patient": "qualified"}
        result = self._actions[action]({**usual, **params}, None)  # type: ignore[arg-type]
        told: list[dict[str, Any]] = result["documents"]
        return told

    def judged(self) -> Judgement:
        """Return what the checks say of the last mail."""
        return judge(self.mails[-1].data, Kind.MAIL)


def told(judgement: Judgement) -> list[tuple[str, str, str]]:
    """Return the errors and warnings: rule, expected, found."""
    return [
        (one.rule, one.expected, one.found)
        for one in judgement.findings
        if one.severity in {Severity.ERROR, Severity.WARNING}
    ]


def touched(judgements: list[Judgement]) -> tuple[set[str], set[str]]:
    """Return the requirements of the advanced level on sending that fail, and those that are only warned.

    A requirement that is not certain only warns, whatever its rules say.
    """
    ours = {
        one.id: one.certainty.may_fail
        for one in catalogue()
        if one.level is Level.ADVANCED and one.direction is Direction.SEND
    }
    failed: set[str] = set()
    warned: set[str] = set()
    for finding in (one for judgement in judgements for one in judgement.findings):
        for requirement in ours.keys() & set(finding.requirements):
            if finding.severity is Severity.ERROR and ours[requirement]:
                failed.add(requirement)
            elif finding.severity in {Severity.ERROR, Severity.WARNING}:
                warned.add(requirement)
    return failed, warned - failed
