"""The `command` driver: one run of the vendor's program for one action.

Request on standard input, answer on standard output; exit code 0 when the use case succeeded. Standard
error is kept as evidence. A program that exceeds its deadline is ended with everything that it started.
What a program leaves running on purpose when it ends in time (a product kept open between two actions) is
left alone.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.drivers.base import Carried, WireDriver
from harness.drivers.faults import driver_fault
from harness.drivers.process import ProcessTree
from harness.drivers.protocol import Answer
from harness.drivers.wire import MAX_ANSWER_BYTES, excerpt, too_large
from simulators.journal import Journal

STDERR_BYTES = 256_000
DRAIN_S = 0.5
"""After the program ended, how long a descendant that holds its output is waited for."""


class CommandDriver(WireDriver):
    """Drives a product through a program of its vendor's."""

    def __init__(
        self,
        journal: Journal,
        command: Sequence[str],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        timeout_s: float = 30.0,
        worker: str = "main",
    ) -> None:
        super().__init__(journal, timeout_s, worker)
        self._command = tuple(command)
        self._cwd = cwd
        self._env = dict(env or {})

    def carry(self, identifier: str, request: bytes, deadline_s: float, tenant: str) -> Carried:
        """Run the program once."""
        deadline = time.monotonic() + deadline_s
        tree = ProcessTree(
            self._command,
            cwd=self._cwd,
            env=self._env,
            stdout_limit=MAX_ANSWER_BYTES,
            stderr_limit=STDERR_BYTES,
        )
        ended = False
        try:
            tree.feed(request)
            self._listen(tree, deadline)
            ended = not tree.stdout.overflowed and tree.wait(deadline - time.monotonic()) is not None
        finally:
            if not ended:
                tree.end()
            tree.stderr.join(DRAIN_S)
            if errors := tree.stderr.content():
                self.record.output(tenant, identifier, errors)
        if tree.stdout.overflowed:
            raise too_large(tree.stdout.content())
        if not ended:
            raise driver_fault(
                "DRV-002",
                f"<= {deadline_s:g} s",
                f"> {deadline_s:g} s",
                tree.stdout.content() + tree.stderr.content(),
            )
        return self._outcome(tree)

    def check(self, answer: Answer, carried: Carried) -> None:
        """Refuse an answer that says done while the exit code says the contrary."""
        if answer.status == "done" and carried.exit_code != 0:
            raise driver_fault("DRV-011", "exit 0", f"done, exit {carried.exit_code}", carried.content)

    def _listen(self, tree: ProcessTree, deadline: float) -> None:
        """Wait until the answer is complete, the program has ended, or the deadline."""
        while (left := deadline - time.monotonic()) > 0:
            if tree.stdout.settled.wait(min(left, 0.02)):
                return
            if tree.exit_code is not None:
                tree.stdout.settled.wait(DRAIN_S)
                return

    def _outcome(self, tree: ProcessTree) -> Carried:
        content, code = tree.stdout.content(), tree.exit_code or 0
        if code != 0 and not content.strip():
            errors = tree.stderr.content()
            rule = "DRV-003" if self.described else "DRV-004"
            raise driver_fault(rule, "exit 0", f"exit {code} : {excerpt(errors)}", errors)
        return Carried(content, code)
