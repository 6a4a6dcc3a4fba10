"""The 19 care scenarios: one implementation, driven by the sheets of `schemas.scenarios`."""

from harness.bench import Bench
from harness.scenarios.cases import Scenario, scenario_cases
from harness.scenarios.playing import play


@scenario_cases()
def test_scenario(bench: Bench, sheet: Scenario) -> None:
    """The product plays each part of the sheet that it claims; simulated structures play the others.

    EXIGENCE : le produit tient sa place dans un parcours de soins réel (ANS, Catalogue des usages MSSanté).
    ATTENDU : ses messages partent de la bonne BAL, à tous les destinataires, patient compris, avec les documents ;
    ceux qu'il reçoit parviennent à l'utilisateur.
    REQUIREMENT: the product holds its place in a real care pathway (ANS, Catalogue des usages MSSanté).
    EXPECTED: its messages leave from the right mailbox, to all recipients, the patient among them, with the
    documents; those that it receives reach the user.
    """
    play(bench, sheet)
