"""The product as a case sees it: one method an action, its answer judged for form by the driver."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from harness.artefacts.connections import LinkProtocol
from harness.drivers import Answer, Capabilities, Driver, DriverFault
from harness.findings import Bilingual
from harness.outcomes import NotTested

if TYPE_CHECKING:
    from harness.bench import Bench


class ProductHandle:
    """Drives the product for one case; configures it for the case's tenant at the first action.

    `deadline_s` is how long one action may take, the profile's `driver.timeout_s` unless a case shortens it.
    """

    def __init__(self, bench: Bench, driver: Driver, capabilities: Capabilities) -> None:
        self._bench = bench
        self._driver = driver
        self._capabilities = capabilities
        self._configured = False
        self._told: Mapping[str, Any] = {}
        self.deadline_s = bench.profile.driver.timeout_s

    def can(self, action: str) -> bool:
        """Tell whether the product announces this action."""
        return action in self._capabilities.actions

    def open(self, protocol: LinkProtocol, mailbox: str | None = None) -> Answer:
        """Open a link as a user does: `connect`, or the action that needs the link when there is none."""
        address = mailbox or self._bench.bal.address
        if self.can("connect"):
            return self.connect(protocol, mailbox=address)
        if protocol == "smtp":
            return self.send(sender=address)
        return self.list(mailbox=address)

    def connect(self, *protocols: LinkProtocol, mailbox: str | None = None) -> Answer:
        """Open the connections of a mailbox."""
        return self.call(
            "connect",
            mailbox=mailbox or self._bench.bal.address,
            protocols=list(protocols or ("smtp", "imap")),
        )

    def send(
        self,
        *,
        sender: str | None = None,
        to: Sequence[str] = (),
        subject: str = "Résultat d'examen à votre attention",
        text: str = "Bonjour,\nVeuillez trouver mon avis : évolution très favorable, à revoir dans 3 mois.\n",
        **more: Any,
    ) -> Answer:
        """Write and send one mail, to the tenant's correspondent unless told otherwise."""
        tenant = self._bench.tenant
        return self.call(
            "send",
            **{
                "from": sender or self._bench.bal.address,
                "to": list(to) or [tenant.correspondent.address],
                "subject": subject,
                "text": text,
                **more,
            },
        )

    def reply(self, message_id: str, text: str = "Bien reçu, merci.\n") -> Answer:
        """Answer a received mail."""
        return self.call("reply", mailbox=self._bench.bal.address, message_id=message_id, text=text)

    def list(self, mailbox: str | None = None) -> Answer:
        """List the received mails."""
        return self.call("list", mailbox=mailbox or self._bench.bal.address)

    def messages(self) -> Sequence[Mapping[str, Any]]:
        """Return the received mails as the product shows them."""
        answer = self._bench.need(self.list(), Bilingual("lister les messages", "list the messages"))
        found = answer.result.get("messages", [])
        return [message for message in found if isinstance(message, Mapping)]

    def fetch(self, message_id: str) -> Answer:
        """Read one received mail."""
        return self.call("fetch", mailbox=self._bench.bal.address, message_id=message_id)

    def read(self, message_id: str, *, receipt: str | None = None, mailbox: str | None = None) -> Answer:
        """Open a received mail on the screen; `receipt` (`accept`, `decline`) answers a request for one."""
        more = {} if receipt is None else {"receipt": receipt}
        return self.call("read", mailbox=mailbox or self._bench.bal.address, message_id=message_id, **more)

    def outbox(self, mailbox: str | None = None) -> Sequence[Mapping[str, Any]]:
        """Return the sent messages with what became of them."""
        answer = self.call("outbox", mailbox=mailbox or self._bench.bal.address)
        self._bench.need(answer, Bilingual("lister les messages envoyés", "list the sent messages"))
        return _mappings(answer, "messages")

    def search_directory(self, **criteria: str) -> Answer:
        """Search an address in the directory from the composer."""
        return self.call("search_directory", **criteria)

    def update_directory(self) -> Answer:
        """Load the extraction files of the directory anew."""
        return self.call("update_directory")

    def write_to_patient(
        self,
        patient: str,
        *,
        sender: str | None = None,
        subject: str = "Votre rendez-vous",
        text: str = "Bonjour,\nVotre rendez-vous est confirmé.\n",
        **more: Any,
    ) -> Answer:
        """Write to a patient chosen in the record."""
        return self.call(
            "write_to_patient",
            **{
                "from": sender or self._bench.bal.address,
                "patient": patient,
                "subject": subject,
                "text": text,
                **more,
            },
        )

    def traces(self, **chosen: str) -> Sequence[Mapping[str, Any]]:
        """Return the functional traces, all or those of a `message_id` or `mailbox`."""
        answer = self._bench.need(
            self.call("traces", **chosen), Bilingual("montrer ses traces", "show its traces")
        )
        return _mappings(answer, "traces")

    def send_documents(
        self,
        patient: str,
        documents: Sequence[Mapping[str, Any]],
        *,
        sender: str | None = None,
        to: Sequence[str] = (),
        **more: Any,
    ) -> Answer:
        """Make documents of a patient and send them in one mail, to the correspondent unless told otherwise.

        Each document is what `send_documents` of driver/1 takes: `{"model": "CR-BIO", "format": "N3"}`.
        """
        return self._documents("send_documents", patient, list(documents), sender=sender, to=to, more=more)

    def replace_documents(
        self,
        patient: str,
        documents: Sequence[str],
        *,
        sender: str | None = None,
        to: Sequence[str] = (),
        **more: Any,
    ) -> Answer:
        """Send the new version of documents already sent, named by their ids."""
        return self._documents("replace_documents", patient, list(documents), sender=sender, to=to, more=more)

    def delete_documents(
        self,
        patient: str,
        documents: Sequence[str],
        *,
        sender: str | None = None,
        to: Sequence[str] = (),
        **more: Any,
    ) -> Answer:
        """Ask the recipients to delete documents already sent, named by their ids."""
        return self._documents("delete_documents", patient, list(documents), sender=sender, to=to, more=more)

    def _documents(
        self,
        action: str,
        patient: str,
        documents: Sequence[Any],
        *,
        sender: str | None,
        to: Sequence[str],
        more: Mapping[str, Any],
    ) -> Answer:
        return self.call(
            action,
            **{
                "from": sender or self._bench.bal.address,
                "to": list(to) or [self._bench.tenant.correspondent.address],
                "patient": patient,
                "documents": documents,
                **more,
            },
        )

    def collect(self, mailbox: str | None = None) -> Sequence[Mapping[str, Any]]:
        """Let the product read and treat its new mails; return what it did with each."""
        answer = self.call("collect", mailbox=mailbox or self._bench.bal.address)
        self._bench.need(
            answer, Bilingual("relever et traiter les messages", "collect and treat the messages")
        )
        return _mappings(answer, "messages")

    def documents(self, patient: str, **chosen: str) -> Sequence[Mapping[str, Any]]:
        """Return the documents of a patient's record as the user sees them, in the order of `sort`."""
        answer = self.call("documents", patient=patient, **chosen)
        self._bench.need(answer, Bilingual("lister les documents du dossier", "list the record's documents"))
        return _mappings(answer, "documents")

    def worklist(self, mailbox: str | None = None, **chosen: Any) -> Sequence[Mapping[str, Any]]:
        """Return what waits for a person's decision; `chosen` as in driver/1 (`unread`, `patient`…)."""
        answer = self.call("worklist", mailbox=mailbox or self._bench.bal.address, **chosen)
        self._bench.need(answer, Bilingual("montrer la liste de travail", "show the work list"))
        return _mappings(answer, "items")

    def file_document(self, message_id: str, patient: str) -> Answer:
        """File a waiting mail's documents in the record that the user chooses."""
        return self.call("file_document", message_id=message_id, patient=patient)

    def reject_document(self, message_id: str, reason: str, text: str = "") -> Answer:
        """Refuse a waiting mail's documents as the user does."""
        return self.call("reject_document", message_id=message_id, reason=reason, text=text)

    def statistics(self, since: str | None = None) -> Sequence[Mapping[str, Any]]:
        """Return the counts of documents received, by type."""
        chosen = {} if since is None else {"since": since}
        answer = self.call("statistics", **chosen)
        self._bench.need(answer, Bilingual("compter les documents reçus", "count the documents received"))
        return _mappings(answer, "types")

    def hl7_place(self) -> tuple[str, int] | None:
        """Return where the product listens for HL7 v2 (`configure.result.hl7`); None when it says nothing."""
        self._configure()
        told = self._told.get("hl7")
        return (str(told["address"]), int(told["port"])) if isinstance(told, Mapping) else None

    def disconnect(self, *, psc_logout: bool = False) -> Answer:
        """Close the sessions, as when the user signs out."""
        return self.call("disconnect", mailbox=self._bench.bal.address, psc_logout=psc_logout)

    def status(self) -> Mapping[str, Any]:
        """Return the state of the sessions and what the user has been told."""
        return self.call("status", mailbox=self._bench.bal.address).result

    def advance(self, seconds: float) -> Answer:
        """Let time pass in the product."""
        return self.call("advance", seconds=seconds)

    def files(self) -> Sequence[str]:
        """Return the files and folders in which the product keeps anything."""
        answer = self._bench.need(self.call("files"), Bilingual("nommer ses fichiers", "name its files"))
        return [str(path) for path in answer.result.get("paths", [])]

    def call(self, action: str, **params: Any) -> Answer:
        """Do one action; a fault of the driver becomes a finding or a reason of the right fault class."""
        if not self.can(action):
            raise NotTested(
                Bilingual(
                    f"Le pilote du produit n'offre pas l'action {action}.",
                    f"The product's driver has no {action} action.",
                )
            )
        self._configure()
        answer = self._ask(action, params)
        if answer.status == "unsupported":
            raise NotTested(
                Bilingual(
                    f"Le produit ne sait pas faire {action} ainsi : {answer.detail}",
                    f"The product cannot {action} this way: {answer.detail}",
                )
            )
        return answer

    def leave(self) -> None:
        """End the sessions of the case, so that the product is quiet for the next one."""
        if self._configured and self.can("disconnect"):
            self._driver.call("disconnect", {}, self._bench.profile.driver.timeout_s)

    def _configure(self) -> None:
        if self._configured:
            return
        self._configured = True
        answer = self._ask("configure", self._bench.tenant.configuration(self._bench.profile.product.nil))
        self._bench.need(answer, Bilingual("prendre la configuration", "take the configuration"))
        self._told = answer.result

    def _ask(self, action: str, params: Mapping[str, Any]) -> Answer:
        try:
            answer = self._driver.call(action, params, self.deadline_s, tenant=self._bench.tenant.id)
        except DriverFault as fault:
            self._bench.settle()
            self._bench.driver_fault(fault)
            raise
        self._bench.settle()
        return answer


def _mappings(answer: Answer, name: str) -> Sequence[Mapping[str, Any]]:
    found = answer.result.get(name, [])
    return [one for one in found if isinstance(one, Mapping)]


def decoded_raw(answer: Answer) -> bytes | None:
    """Return the message of a `fetch` answer, or None when there is none that decodes."""
    text = answer.result.get("raw_base64")
    if not isinstance(text, str):
        return None
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
