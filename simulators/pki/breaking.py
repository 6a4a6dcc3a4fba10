"""An answer that is cut in the middle, as a connection lost on the way."""

from __future__ import annotations

import logging

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_CUT_SHORT = "ASGI callable returned without completing response."
"""What uvicorn logs as it closes the connection under such an answer."""


class _Wanted(logging.Filter):
    """Keeps the cuts that were wanted out of the log of errors, and only those."""

    def __init__(self) -> None:
        super().__init__()
        self.expected = 0

    def filter(self, record: logging.LogRecord) -> bool:
        if self.expected and record.msg == _CUT_SHORT:
            self.expected -= 1
            return False
        return True


_WANTED = _Wanted()
logging.getLogger("simulators.http").addFilter(_WANTED)


class BrokenResponse(Response):
    """Announces its whole length, sends the first half, and ends: the server then closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the half."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        _WANTED.expected += 1
