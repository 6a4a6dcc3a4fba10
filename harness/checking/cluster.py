"""The same run on a dask.distributed cluster (extra `dask`): batches of paths out, lines back in order.

Workers read the files themselves: they need this program and the same paths. Bounded batches are under way,
so that memory does not grow with the number of artefacts, here or on the scheduler.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from harness.checking.items import Item, Left
from harness.checking.running import CHUNK, WINDOW, Settings, several
from harness.errors import EnvironmentFault
from schemas.messages import message

CONNECT_S = 10.0
"""Seconds within which the scheduler has to answer, and a worker to be there."""


def judged_on(
    address: str, items: Iterable[Item], settings: Settings
) -> Iterator[tuple[Item, dict[str, Any] | Left]]:
    """Yield each artefact with its line, in the order in which they were found.

    Raises `EnvironmentFault` when the extra is missing, the scheduler does not answer or has no worker, or a
    batch is lost (a worker died several times on it, or lacks this program).
    """
    try:
        import distributed  # noqa: PLC0415
    except ImportError as error:
        raise EnvironmentFault(
            message("cli.dask-missing"), message("cli.dask-missing-why"), message("cli.dask-missing-fix")
        ) from error
    # Its own log would tell a lost scheduler a second time, as a traceback.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    connect: Any = distributed.Client
    try:
        client = connect(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise _unreachable(address, error) from error
    try:
        try:
            client.wait_for_workers(1, timeout=CONNECT_S)
        except TimeoutError as error:
            text = message("cli.dask-no-worker").filled(address=address)
            raise EnvironmentFault(text, fix=message("cli.dask-no-worker-fix")) from error
        yield from _spread(client, iter(items), settings, address)
    finally:
        client.close(timeout=CONNECT_S)


def _spread(
    client: Any, items: Iterator[Item], settings: Settings, address: str
) -> Iterator[tuple[Item, dict[str, Any] | Left]]:
    waiting: deque[tuple[list[Item], Any]] = deque()
    limit = WINDOW * max(1, sum(client.nthreads().values()))
    try:
        while chunk := list(islice(items, CHUNK)):
            # Not pure: the same path judged twice is read twice.
            sent = [replace(each, path=str(Path(each.path).absolute())) for each in chunk]
            waiting.append((chunk, client.submit(several, sent, settings, pure=False)))
            if len(waiting) >= limit:
                yield from _next(waiting, address)
        while waiting:
            yield from _next(waiting, address)
    finally:
        client.cancel([future for _, future in waiting], force=True)


def _next(
    waiting: deque[tuple[list[Item], Any]], address: str
) -> Iterator[tuple[Item, dict[str, Any] | Left]]:
    chunk, future = waiting.popleft()
    try:
        lines = future.result()
    except Exception as error:  # what a worker raises, or what the cluster says of a lost one
        detail = f"{type(error).__name__}: {error}"
        text = message("cli.dask-lost").filled(address=address, first=chunk[0].path, detail=detail)
        raise EnvironmentFault(text, fix=message("cli.dask-lost-fix")) from error
    future.release()
    for item, line in zip(chunk, lines, strict=True):
        # Told as it was asked for: workers stand in another folder, so they are sent the whole path.
        told = Left(item.path, line.reason) if isinstance(line, Left) else {**line, "path": item.path}
        yield item, told


def _unreachable(address: str, error: Exception) -> EnvironmentFault:
    detail = " ".join(str(error).split())[:300]
    return EnvironmentFault(
        message("cli.dask-unreachable").filled(address=address, detail=detail),
        fix=message("cli.dask-unreachable-fix"),
    )
