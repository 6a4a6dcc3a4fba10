"""What every driver is: the actions, what a product says that it can do, and what it answers.

The words are those of `schemas/json/driver-1.json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Status = Literal["done", "refused", "unsupported", "failed"]
Means = Literal["product", "person", "files"]

ACTIONS = (
    "describe",
    "configure",
    "connect",
    "send",
    "reply",
    "list",
    "fetch",
    "read",
    "outbox",
    "disconnect",
    "status",
    "advance",
    "files",
    "search_directory",
    "update_directory",
    "write_to_patient",
    "traces",
    "send_documents",
    "replace_documents",
    "delete_documents",
    "collect",
    "documents",
    "worklist",
    "file_document",
    "reject_document",
    "statistics",
)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a product (or the person or folder that stands for it) can do.

    `parameters` names, for an action, the parameters understood; an action left out understands all.
    `clock`: the product lives by an injected clock and understands `advance`. `sessions`: `connect` keeps
    sessions open. `means` tells who acts.
    """

    actions: frozenset[str]
    parameters: Mapping[str, frozenset[str]] = field(default_factory=dict)
    clock: bool = False
    sessions: bool = False
    product: str = ""
    version: str = ""
    means: Means = "product"

    def can(self, action: str) -> bool:
        """Tell whether the action is announced."""
        return action in self.actions

    def understands(self, action: str, parameter: str) -> bool:
        """Tell whether the action is announced with this parameter."""
        known = self.parameters.get(action)
        return self.can(action) and (known is None or parameter in known)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one action.

    `refused`: on purpose, often the right answer. `failed`: tried and could not. `unsupported`: there is no
    such function. `result` is as the protocol's schema says for the action; `detail` is what a user is told.
    """

    status: Status
    result: Mapping[str, Any] = field(default_factory=dict)
    detail: str = ""
    duration_ms: float = 0.0


class Driver(Protocol):
    """A way to make the product act. Used by one thread."""

    def describe(self) -> Capabilities:
        """Ask what the product can do; starts the product where that is asked. Raises `DriverFault`."""
        ...

    def call(self, action: str, params: Mapping[str, Any], deadline_s: float, *, tenant: str = "") -> Answer:
        """Do one action within `deadline_s` seconds; its events are journalled under `tenant`.

        Raises `DriverFault` when there is no usable answer, `HarnessFault` when the request itself is wrong.
        """
        ...

    def close(self) -> None:
        """Stop what `describe` started. May be called twice."""
        ...
