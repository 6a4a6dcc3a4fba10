"""The simulated peer of the product: the software of a hospital, or its PFI.

It listens by MLLP and answers what the case chose; it sends to the product what the case gives it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from simulators.clock import Clock
from simulators.hl7.er7 import Parties, encoded, escaped, header
from simulators.hl7.mllp import LARGEST, FramingError, MllpServer, exchange, msh_fields, note_message
from simulators.journal import Journal

__all__ = ["LARGEST", "Hl7Peer", "Hl7Spec", "PeerHandle", "PeerRole", "Reply"]

PeerRole = Literal["software", "gateway"]
LABELS_533 = {
    "900": "Version du document incorrecte lors d'une demande de remplacement/suppression",
    "901": "Auteur non autorisé à remplacer ou supprimer un document",
    "902": "Identifiant patient inconnu",
    "903": "INS non présent dans le document",
    "904": "L'INS transmis ne correspond pas exactement à celui stocké dans la base du consommateur",
    "905": "L'INS transmis n'est pas complet",
    "906": "Erreur 'Autre'",
}
"""French labels of applicationErrorCondition (DOSSIER §6.3)."""


@dataclass(frozen=True, slots=True)
class Reply:
    """How the peer answers a message: MSA-1, and with AE or AR the error.

    `condition` is ERR-3 (`207`: application error), `application` the code of ERR-5, given with 207 alone.
    `silent`: takes the message and says nothing.
    """

    code: Literal["AA", "AE", "AR"] = "AA"
    condition: str = "207"
    application: str | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Hl7Spec:
    """The peer of a tenant: what it is, what it is called, how it answers to begin with."""

    role: PeerRole = "software"
    application: str = "DPI-BANC"
    facility: str = "CH du Banc"
    product_application: str = "PFI-PRODUIT"
    reply: Reply = Reply()


class Hl7Peer:
    """One peer of one tenant, on the space's loop."""

    def __init__(
        self,
        spec: Hl7Spec,
        *,
        journal: Journal,
        tenant: str,
        clock: Clock,
        address: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.spec = spec
        self.reply = spec.reply
        self._journal = journal
        self._tenant = tenant
        self._clock = clock
        self._address = address
        self._numbers = itertools.count(1)
        self._server = MllpServer(
            self._answer, journal=journal, tenant=tenant, actor=spec.role, address=address, port=port
        )

    async def start(self) -> int:
        """Listen; return the port."""
        return await self._server.start()

    async def stop(self) -> None:
        """Stop listening."""
        await self._server.stop()

    def to_json(self) -> dict[str, Any]:
        """Return what `configure` of driver/1 tells the product."""
        return {
            "role": self.spec.role,
            "address": self._address,
            "port": self._server.port,
            "application": self.spec.application,
            "facility": self.spec.facility,
            "own_application": self.spec.product_application,
            "own_facility": self.spec.facility,
        }

    async def send(self, address: str, port: int, message: bytes, timeout_s: float) -> bytes | None:
        """Send a message to the product; return its answer, None when there is none that can be read."""
        connection = f"{self._tenant}-hl7-envoi-{next(self._numbers)}"
        note_message(self._journal, self._tenant, connection, message, self.spec.role, "product")
        try:
            answer = await exchange(address, port, message, timeout_s)
        except (OSError, FramingError, TimeoutError) as error:
            self._note_fault(connection, str(error) or type(error).__name__)
            return None
        if answer is None:
            self._note_fault(connection, f"aucune réponse en {timeout_s:g} s")
            return None
        note_message(self._journal, self._tenant, connection, answer, "product", self.spec.role)
        return answer

    async def _answer(self, message: bytes) -> bytes | None:
        reply, fields = self.reply, msh_fields(message)
        if reply.silent:
            return None
        asked = Parties(*(_unescaped(fields.get(number, "")) for number in (3, 4, 5, 6)))
        event = fields.get(9, "").split("^")[1:2] or ["T02"]
        charset = fields.get(18, "UNICODE UTF-8")
        now = self._clock.now()
        identifier = f"{self._tenant}A{next(self._numbers)}"
        head = header(asked.swapped, now, f"ACK^{event[0]}^ACK", identifier, fields.get(12, "2.6"), charset)
        segments = [head, f"MSA|{reply.code}|{fields.get(10, '')}"]
        if reply.code != "AA":
            segments.append(_error(reply))
        return encoded(segments, charset)

    def _note_fault(self, connection: str, text: str) -> None:
        self._journal.record(
            self._tenant, "hl7", "fault", text, source="product", target=self.spec.role, connection=connection
        )


def _error(reply: Reply) -> str:
    label = "Application error" if reply.condition == "207" else "Erreur"
    text = f"ERR|||{reply.condition}^{label}^messageErrorCondition|E^Error^errorSeverity"
    if reply.application is not None:
        told = LABELS_533.get(reply.application, "Erreur 'Autre'")
        text += f"|{reply.application}^{escaped(told)}^applicationErrorCondition"
    return text


def _unescaped(text: str) -> str:
    # What it is sent back to is escaped again by the writer.
    for code, mark in (("\\F\\", "|"), ("\\S\\", "^"), ("\\T\\", "&"), ("\\R\\", "~"), ("\\E\\", "\\")):
        text = text.replace(code, mark)
    return text


@dataclass(frozen=True, slots=True)
class PeerHandle:
    """The peer as a case sees it; safe to call from the test's thread."""

    spec: Hl7Spec
    answer_with: Callable[[Reply], None]
    send: Callable[[str, int, bytes, float], bytes | None]
