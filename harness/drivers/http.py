"""The `http` driver: POST of the request to the product's endpoint, 200 with the answer.

With a command, the product is started before and ended (whole process tree) after; its output is kept.
Each exchange has its own connection and one deadline over everything, however slowly octets come; no proxy
of the environment is used and no redirect is followed.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from harness.drivers.base import Carried, WireDriver
from harness.drivers.faults import DriverFault, driver_fault
from harness.drivers.process import ProcessTree
from harness.drivers.wire import MAX_ANSWER_BYTES, excerpt, too_large
from simulators.journal import Journal

OUTPUT_BYTES = 1_000_000
STOP_GRACE_S = 2.0
RETRY_S = 0.05
ERROR_BODY_BYTES = 64_000


class HttpDriver(WireDriver):
    """Drives a product through its HTTP endpoint."""

    def __init__(
        self,
        journal: Journal,
        url: str,
        *,
        command: Sequence[str] = (),
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        timeout_s: float = 30.0,
        worker: str = "main",
    ) -> None:
        super().__init__(journal, timeout_s, worker)
        self._url = url
        self._command = tuple(command)
        self._cwd = cwd
        self._env = dict(env or {})
        self._tree: ProcessTree | None = None
        self._runner = asyncio.Runner()

    def prepare(self) -> None:
        """Start the product's program, if there is one and it does not run yet, and wait for its port."""
        if not self._command or self._tree is not None:
            return
        target = httpx.URL(self._url)
        address = (target.host, target.port or (443 if target.scheme == "https" else 80))
        if _listens(address):  # the product would fail to start, and another program be judged in its place
            raise driver_fault("DRV-004", self._url, f"{address[0]}:{address[1]} : EADDRINUSE")
        self._tree = ProcessTree(
            self._command, cwd=self._cwd, env=self._env, stdout_limit=OUTPUT_BYTES, stderr_limit=OUTPUT_BYTES
        )
        self._tree.close_input()
        deadline = time.monotonic() + self.timeout_s
        while not _listens(address):
            code = self._tree.wait(RETRY_S)
            if code is not None or time.monotonic() > deadline:
                raise self._not_started(code)

    def carry(self, identifier: str, request: bytes, deadline_s: float, tenant: str) -> Carried:
        """POST the request."""
        try:
            return Carried(self._runner.run(self._post(request, deadline_s)))
        except (TimeoutError, httpx.ReadTimeout) as error:
            found = f"> {deadline_s:g} s"
            raise driver_fault("DRV-002", f"<= {deadline_s:g} s", found) from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise self._unreachable(error) from error

    def close(self) -> None:
        """End the product that this driver started and close the loop."""
        super().close()
        self._runner.close()

    def stop(self) -> None:
        """End the product that this driver started and keep its output."""
        if self._tree is not None:
            tree, self._tree = self._tree, None
            tree.end(STOP_GRACE_S)
            if output := tree.stdout.content() + tree.stderr.content():
                self.record.output("", "", output)

    async def _post(self, request: bytes, deadline_s: float) -> bytes:
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity", "Connection": "close"}
        async with asyncio.timeout(deadline_s):
            # verify: only a product named by https needs it, and building a TLS context costs 20 ms a call.
            secure = self._url.lower().startswith("https:")
            async with (
                httpx.AsyncClient(trust_env=False, timeout=deadline_s, verify=secure) as client,
                client.stream("POST", self._url, content=request, headers=headers) as response,
            ):
                if response.status_code != httpx.codes.OK:
                    body = await _read(response, ERROR_BODY_BYTES)
                    found = f"HTTP {response.status_code} : {excerpt(body)}"
                    raise driver_fault("DRV-010", "HTTP 200", found, body)
                body = await _read(response, MAX_ANSWER_BYTES + 1)
                if len(body) > MAX_ANSWER_BYTES:
                    raise too_large(body)
                return body

    def _unreachable(self, error: Exception) -> DriverFault:
        detail = f"{self._url} : {error or type(error).__name__}"
        output = self._tree.stderr.content() if self._tree else b""
        if self.described:
            return driver_fault("DRV-003", "HTTP 200", detail, output)
        return driver_fault("DRV-001", "HTTP 200", detail, output)

    def _not_started(self, code: int | None) -> DriverFault:
        assert self._tree is not None
        self._tree.stderr.join(RETRY_S)
        output = self._tree.stdout.content() + self._tree.stderr.content()
        if code is None:
            found = f"{self._url} : > {self.timeout_s:g} s : {excerpt(output)}"
            return driver_fault("DRV-001", self._url, found, output)
        return driver_fault("DRV-004", self._url, f"exit {code} : {excerpt(output)}", output)


async def _read(response: httpx.Response, limit: int) -> bytes:
    content = bytearray()
    async for chunk in response.aiter_raw():
        content += chunk[: limit - len(content)]
        if len(content) >= limit:
            break
    return bytes(content)


def _listens(address: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(address, timeout=1.0):
            return True
    except OSError:
        return False
