"""Drives a product that lives in this process, through the same JSON as every other driver."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from typing import TYPE_CHECKING

from harness.drivers.base import Carried, WireDriver
from harness.drivers.faults import driver_fault

if TYPE_CHECKING:
    from simulators.journal import Journal
    from simulators.product import Product


class InProcessDriver(WireDriver):
    """Carries requests to a `Product` in a thread of its own, so that a hanging one is left behind."""

    def __init__(self, product: Product, journal: Journal, timeout_s: float, worker: str) -> None:
        super().__init__(journal, timeout_s, worker)
        self._product = product
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="produit")

    def carry(self, identifier: str, request: bytes, deadline_s: float, tenant: str) -> Carried:
        """Hand the request over and wait for the answer; DRV-002 when it does not come in time."""
        answering = self._thread.submit(self._product.handle, json.loads(request))
        try:
            answer = answering.result(deadline_s)
        except TooLate:
            self._thread.shutdown(wait=False)
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="produit")
            raise driver_fault("DRV-002", f"≤ {deadline_s:g} s", f"> {deadline_s:g} s") from None
        return Carried(json.dumps(answer).encode())

    def close(self) -> None:
        """Let the product end its sessions and its threads."""
        self._product.close()
        self._thread.shutdown(wait=False)
