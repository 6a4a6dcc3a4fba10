"""What a case needs to go on: without it the case is not tested, and says why; it never passes."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from harness.artefacts.connections import QUIET, Connection, LinkProtocol
from harness.checks.psc import sign_ins
from harness.drivers import Answer, Capabilities
from harness.findings import Bilingual
from harness.outcomes import NotConcerned, NotTested
from harness.recorded import Recorded

if TYPE_CHECKING:
    from harness.product import ProductHandle


class Needs(Recorded):
    """The preconditions of cases, each told from what the product can do and from what was recorded."""

    @property
    @abstractmethod
    def product(self) -> ProductHandle:
        """Return the product, configured for the tenant at its first action."""

    @property
    @abstractmethod
    def capabilities(self) -> Capabilities:
        """Return what the product announces that it can do."""

    @abstractmethod
    def controlled(self, protocol: LinkProtocol) -> bool:
        """Tell whether the product opens this kind of link to a blameless operator."""

    def need_control(self, protocol: LinkProtocol) -> None:
        """Go on only if the product connects when everything is right: otherwise a refusal proves nothing."""
        if not self.controlled(protocol):
            raise NotTested(
                Bilingual(
                    f"Le produit ne se connecte pas en {protocol.upper()} à un opérateur sans défaut : "
                    "son refus ici ne prouverait rien.",
                    f"The product does not connect by {protocol.upper()} to a blameless operator: "
                    "its refusal here would prove nothing.",
                )
            )

    def need_tls(self, protocol: LinkProtocol) -> tuple[Connection, ...]:
        """Return the connections of a protocol if one got as far as a command under TLS, or spoke in clear.

        A product that never gets there (it refuses the certificate, say) fails other cases, not those
        about what comes after. Where some connections say something of the user, those that only greet and
        leave (a probe) are left out.
        """
        links = self.connections(protocol)
        if any(command.tls or command.verb not in QUIET for link in links for command in link.commands):
            return tuple(link for link in links if link.committed()) or links
        raise NotTested(
            Bilingual(
                f"Le produit n'a envoyé aucune commande {protocol.upper()} sous TLS.",
                f"The product sent no {protocol.upper()} command under TLS.",
            )
        )

    def need(self, answer: Answer, what: Bilingual) -> Answer:
        """Return the answer if the product did it; otherwise the case cannot be played."""
        if answer.status == "done":
            return answer
        raise NotTested(
            Bilingual(
                f"Préalable non rempli ({what.fr}) : le produit répond « {answer.status} » {answer.detail}",
                f"Precondition not met ({what.en}): the product answers “{answer.status}” {answer.detail}",
            )
        )

    def need_parameter(self, action: str, parameter: str) -> None:
        """Go on only if the product's action understands this parameter."""
        if not self.capabilities.understands(action, parameter):
            raise NotTested(
                Bilingual(
                    f"L'action {action} du produit ne connaît pas {parameter}.",
                    f"The product's {action} action does not know {parameter}.",
                )
            )

    def need_open_session(self) -> None:
        """Go on only if the product keeps a session open: what ends it cannot be seen otherwise.

        A driver that announces no sessions, and of which none is seen open, has none to end: the requirement
        is not about it.
        """
        if any(link.authenticated and link.closed is None for link in self.links()):
            return
        if not self.capabilities.sessions:
            raise NotConcerned(
                Bilingual(
                    "Le produit ne garde aucune session ouverte : il n'en a pas à fermer.",
                    "The product keeps no session open: it has none to close.",
                )
            )
        raise NotTested(
            Bilingual(
                "Le produit annonce des sessions, mais aucune n'est restée ouverte : rien à fermer ici.",
                "The product announces sessions but none stayed open: there is nothing to close here.",
            )
        )

    def need_sign_in(self) -> None:
        """Go on only if the product asked Pro Santé Connect for a sign-in."""
        if not sign_ins(self.events("oauth")):
            raise NotTested(
                Bilingual(
                    "Le produit n'a envoyé aucune demande d'autorisation à Pro Santé Connect.",
                    "The product sent no authorization request to Pro Santé Connect.",
                )
            )

    def reopen(self, protocol: LinkProtocol) -> tuple[Answer, tuple[Connection, ...]]:
        """Close the sessions where the product can, open a link again; return the answer and the new links.

        A product that opens nothing new (it kept its session and has no `disconnect`) cannot be judged so.
        """
        if self.product.can("disconnect"):
            self.product.disconnect()
        mark = self.mark
        answer = self.product.open(protocol)
        links = tuple(link for link in self.connections(protocol, mark) if link.commands)
        if answer.status == "done" and not links:
            raise NotTested(
                Bilingual(
                    "Le produit garde sa session et n'offre pas l'action disconnect : rien à juger.",
                    "The product keeps its session and has no disconnect action: nothing to judge.",
                )
            )
        return answer, links
