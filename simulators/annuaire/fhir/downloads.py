"""The extraction files over HTTP: produced daily, without authentication (DOSSIER §2.4).

`ETag` and `Last-Modified` let a product ask without loading again [inferred: what the real service sends of
these is not documented; its `Content-Disposition` is].
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import Executor
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.responses import Response, StreamingResponse

from simulators.annuaire.extraction.archives import Archive, mssante_zip, ps_libre_acces_zip
from simulators.annuaire.store import DirectoryStore

EXTRACTION_PATH = ("annuaire-sante-webservices", "V300", "services", "extraction")
ARCHIVES: Mapping[str, Callable[[DirectoryStore, datetime], Archive]] = {
    "Extraction_Correspondance_MSSante": mssante_zip,
    "PS_LibreAcces": ps_libre_acces_zip,
}
"""Names at the end of the path; the second is on data.gouv.fr and has no path of its own [inferred]."""


def asked_archive(path: str) -> str | None:
    """Return which extraction a path (`/t/<tenant>/…`) asks for, None when it is no such path."""
    pieces = tuple(path.split("/")[3:])
    return pieces[4] if len(pieces) == 5 and pieces[:4] == EXTRACTION_PATH and pieces[4] in ARCHIVES else None


def produced(now: datetime) -> datetime:
    """Return when the file of the day was made: at midnight UTC."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def download(
    name: str, store: DirectoryStore, now: datetime, headers: Mapping[str, str], threads: Executor | None
) -> Response:
    """Return the file of the day, or 304 when the client has it already (RFC 9110 §13)."""
    archive = ARCHIVES[name](store, produced(now))
    tag = f'"{archive.name.removesuffix(".zip")}"'
    told = {
        "ETag": tag,
        "Last-Modified": format_datetime(archive.made, usegmt=True),
        "Cache-Control": "no-cache",
    }
    if _has_it(headers, tag, archive.made):
        return Response(status_code=304, headers=told)
    told["Content-Disposition"] = f"attachment; filename={archive.name}"
    return StreamingResponse(_pieces(archive, threads), 200, told, "application/zip")


def _has_it(headers: Mapping[str, str], tag: str, made: datetime) -> bool:
    wanted = headers.get("if-none-match")
    if wanted is not None:
        return wanted.strip() == "*" or tag in {one.strip().removeprefix("W/") for one in wanted.split(",")}
    since = headers.get("if-modified-since")
    if since is None:
        return False
    try:
        return parsedate_to_datetime(since) >= made
    except (ValueError, TypeError):  # no date, or one without zone: RFC 9110 §13.1.3 has it left out
        return False


async def _pieces(archive: Archive, threads: Executor | None) -> AsyncIterator[bytes]:
    loop, pieces = asyncio.get_running_loop(), archive.stream()
    while (piece := await loop.run_in_executor(threads, next, pieces, None)) is not None:
        yield piece
