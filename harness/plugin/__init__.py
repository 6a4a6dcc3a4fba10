"""The pytest plugin: `pytest --vendor-profile P` is a conformance run.

Without `--vendor-profile` the plugin does nothing and imports nothing heavy, so that it can stay installed
beside any other test suite.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.bench import Bench

LEVEL_CHOICES = ("basic", "intermediate", "advanced")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options of a conformance run."""
    group = parser.getgroup("mssante", "conformité MSSanté / MSSanté conformance")
    group.addoption(
        "--vendor-profile",
        metavar="P",
        help="profil éditeur (TOML) du produit à juger ; sans chemin, tous les cas livrés sont joués / "
        "vendor profile of the product to judge; given no path, all packaged cases are played",
    )
    group.addoption(
        "--report-dir",
        metavar="D",
        help="dossier des rapports et des preuves (mssante-report) / folder of reports and evidence",
    )
    group.addoption(
        "--require-level",
        choices=LEVEL_CHOICES,
        help="niveau exigé pour sortir avec 0 (celui que le profil revendique) / "
        "level needed to exit with 0 (the one claimed by the profile)",
    )
    group.addoption(
        "--seed",
        type=int,
        metavar="N",
        help="graine des identités et des fautes simulées : la même rejoue le même monde / "
        "seed of simulated identities and faults: the same one replays the same world",
    )
    group.addoption(
        "--case",
        action="append",
        default=[],
        metavar="ID",
        help="ne jouer que ce cas (répétable), par exemple ECO.1.1.5/expired-smtp / play only this case",
    )
    group.addoption("--lang", choices=("fr", "en"), help="langue des messages (fr) / language of messages")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Keep a product that cannot be started twice on one worker."""
    if config.getoption("vendor_profile", None):
        from harness.plugin.session import prefer_grouped_distribution  # noqa: PLC0415

        prefer_grouped_distribution(config)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register the mark, and the run itself when a profile is given."""
    config.addinivalue_line("markers", "case(info): a conformance case (harness.cases.CaseInfo)")
    if config.getoption("vendor_profile", None):
        from harness.plugin.session import ConformanceSession  # noqa: PLC0415

        config.pluginmanager.register(ConformanceSession.open(config), "mssante-session")


@pytest.fixture
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """Give a case its tenant, the product and the ways to judge."""
    session = request.config.pluginmanager.get_plugin("mssante-session")
    if session is None:
        pytest.exit(
            "Les cas de conformité jugent un produit : donnez --vendor-profile PROFIL.toml "
            "(`mssante init` en écrit un). / Conformance cases judge a product: give --vendor-profile.",
            returncode=2,
        )
    with session.bench_for(request.node) as opened:
        yield opened
