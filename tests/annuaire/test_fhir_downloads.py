"""The extraction files over HTTP: name, validators, one file a day, faults (X-ANN-10, X-ANN-11)."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import httpx
import pytest
from fhir_world import RED, RED_ROLE, World

from simulators.annuaire.fhir.faults import Unavailable

ADDRESS = "sophie.martin@medecin.mssante.fr"


def url(world: World, name: str = "Extraction_Correspondance_MSSante") -> str:
    return world.base.replace("/fhir/v2", f"/annuaire-sante-webservices/V300/services/extraction/{name}")


def text(answer: httpx.Response) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def test_the_file_of_the_day_without_a_key(world: World) -> None:
    answer = httpx.get(url(world))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    name = "Extraction_Correspondance_MSSante_202601150000"
    assert answer.headers["content-disposition"] == f"attachment; filename={name}.zip"
    (lines,) = text(answer).values()
    assert list(text(answer)) == [f"{name}.txt"]
    assert ADDRESS in lines
    assert "secretariat@hopital.mssante.fr" in lines
    assert RED not in lines
    assert RED_ROLE not in lines
    assert world.events("extraction-request")[0].data["extraction"] == "Extraction_Correspondance_MSSante"
    assert world.events("extraction-response")[0].data["status"] == 200


def test_the_three_files_of_ps_libre_acces(world: World) -> None:
    found = text(httpx.get(url(world, "PS_LibreAcces")))
    assert len(found) == 3
    assert not any("mssante.fr" in lines for lines in found.values())


@pytest.mark.parametrize("header", ["etag", "last-modified"])
def test_what_the_client_has_is_not_sent_again(world: World, header: str) -> None:
    first = httpx.get(url(world))
    asked = {"If-None-Match" if header == "etag" else "If-Modified-Since": first.headers[header]}
    again = httpx.get(url(world), headers=asked)
    assert (again.status_code, again.content) == (304, b"")
    world.clock.advance(86_400)
    tomorrow = httpx.get(url(world), headers=asked)
    assert tomorrow.status_code == 200
    assert tomorrow.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize("value", ["hier", "", "Thu, 15 Jan 2026"])
def test_a_date_that_is_none_is_left_out(world: World, value: str) -> None:
    assert httpx.get(url(world), headers={"If-Modified-Since": value}).status_code == 200


def test_a_change_is_in_the_file_of_the_next_day(world: World) -> None:
    world.directory.change("Practitioner", 1, lambda one: replace(one, mailboxes=()))  # type: ignore[call-arg]
    assert ADDRESS in "".join(text(httpx.get(url(world))).values())
    world.clock.advance(86_400)
    assert ADDRESS not in "".join(text(httpx.get(url(world))).values())


def test_other_methods_names_and_faults(world: World) -> None:
    assert httpx.post(url(world)).status_code == 405
    assert httpx.head(url(world)).headers["etag"]
    assert httpx.get(url(world, "Autre")).status_code == 404
    world.directory.break_with(Unavailable(times=1))
    assert httpx.get(url(world)).status_code == 503
    assert httpx.get(url(world)).status_code == 200
