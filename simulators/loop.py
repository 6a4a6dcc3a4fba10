"""The one asyncio loop of the space, in one background thread, so that cases stay plain synchronous code."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

Value = TypeVar("Value")
CALL_SECONDS = 30.0


class LoopThread:
    """Runs coroutines for synchronous callers."""

    def __init__(self, name: str = "espace-de-confiance") -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop itself, for `call_soon_threadsafe`."""
        return self._loop

    def run(self, coroutine: Coroutine[Any, Any, Value], timeout_s: float = CALL_SECONDS) -> Value:
        """Run a coroutine on the loop and return its value; raises `TimeoutError` after `timeout_s`."""
        if threading.current_thread() is self._thread:
            coroutine.close()
            raise RuntimeError("LoopThread.run would wait for itself: await the coroutine instead")
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout_s)

    def close(self) -> None:
        """Cancel what still runs, stop the loop and end the thread."""
        if self._loop.is_closed():
            return
        self.run(self._drain())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CALL_SECONDS)
        self._loop.close()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _drain(self) -> None:
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._loop.shutdown_asyncgens()
