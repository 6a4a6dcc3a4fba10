"""A program of the vendor's and everything that it starts: run, heard with bounds, ended as a whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from harness.drivers.faults import driver_fault

CHUNK = 65_536
KILL_WAIT_S = 5.0


class Capture:
    """Reads a stream to its end in a thread, keeping the first `limit` octets.

    `settled` is set at the end of the stream or when more than `limit` octets came.
    """

    def __init__(self, stream: IO[bytes], limit: int) -> None:
        self.limit = limit
        self.overflowed = False
        self.settled = threading.Event()
        self._stream = stream
        self._kept = bytearray()
        self._thread = threading.Thread(target=self._read, name="driver-capture", daemon=True)
        self._thread.start()

    def content(self) -> bytes:
        """Return what came so far."""
        return bytes(self._kept)

    def join(self, timeout_s: float) -> None:
        """Wait for the end of the stream."""
        self._thread.join(timeout_s)

    def _read(self) -> None:
        with self._stream:
            descriptor = self._stream.fileno()
            while chunk := os.read(descriptor, CHUNK):
                room = self.limit - len(self._kept)
                self._kept += chunk[: max(room, 0)]
                if len(chunk) > room:
                    self.overflowed = True
                    self.settled.set()
        self.settled.set()


class ProcessTree:
    """One started program with its descendants.

    `command[0]` is looked up as the system does. Raises `DriverFault` (DRV-004) when it cannot be started.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        cwd: Path | None,
        env: Mapping[str, str],
        stdout_limit: int,
        stderr_limit: int,
    ) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603  the vendor's own program, named in his profile
                list(command),
                cwd=cwd,
                env={**os.environ, **env},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=sys.platform != "win32",
            )
        except (OSError, ValueError) as error:
            raise driver_fault("DRV-004", command[0], f"{command[0]} : {error}") from error
        assert self._process.stdin and self._process.stdout and self._process.stderr
        self._stdin = self._process.stdin
        self.stdout = Capture(self._process.stdout, stdout_limit)
        self.stderr = Capture(self._process.stderr, stderr_limit)

    @property
    def exit_code(self) -> int | None:
        """Return the exit code, or None while the program runs."""
        return self._process.poll()

    def feed(self, content: bytes) -> None:
        """Write to the program's standard input and close it, without waiting for the program to read."""
        threading.Thread(target=self._feed, args=(content,), name="driver-feed", daemon=True).start()

    def close_input(self) -> None:
        """Close the program's standard input."""
        self._feed(b"")

    def wait(self, timeout_s: float) -> int | None:
        """Wait for the program to end; return its exit code, or None when it still runs."""
        try:
            return self._process.wait(max(timeout_s, 0.0))
        except subprocess.TimeoutExpired:
            return None

    def end(self, grace_s: float = 0.0) -> None:
        """End the program and all its descendants: politely for `grace_s` seconds, then by force."""
        if grace_s > 0 and self.exit_code is None:
            self._signal(force=False)
            self.wait(grace_s)
        self._signal(force=True)
        self.wait(KILL_WAIT_S)
        self.stdout.join(1.0)
        self.stderr.join(1.0)

    def _feed(self, content: bytes) -> None:
        try:
            with self._stdin:
                self._stdin.write(content)
        except (OSError, ValueError):
            return  # the program ended or closed its input without reading: its answer will tell

    if sys.platform == "win32":

        def _signal(self, *, force: bool) -> None:
            if self.exit_code is None:
                flags = ["/F"] if force else []
                subprocess.run(  # noqa: S603
                    ["taskkill", *flags, "/T", "/PID", str(self._process.pid)],  # noqa: S607
                    capture_output=True,
                    check=False,
                )
    else:

        def _signal(self, *, force: bool) -> None:
            # The program leads its own process group: what it started dies with it.
            try:
                os.killpg(self._process.pid, signal.SIGKILL if force else signal.SIGTERM)
            except (ProcessLookupError, PermissionError):
                return  # nobody of the group is left (macOS says EPERM for zombies)
