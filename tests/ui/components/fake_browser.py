"""A stand-in for a session of Streamlit and the component in its browser."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class Browser:
    """The session's state and what a component was sent.

    Attributes:
        key: the component's key in the session.
        event: the event that it sends when a test names no other.
        state: the session's state.
        data: what the component was sent last, as it was given to `mount`.
    """

    key: str
    event: str
    state: dict[str, Any] = field(default_factory=dict)
    data: Any = field(default_factory=dict)

    def says(self, value: object, event: str = "") -> None:
        """Send a value as the component does."""
        self.state.setdefault(self.key, {})[event or self.event] = value

    def mount(self, _: str, **arguments: Any) -> None:
        """Replace `mount`: keep what the component is sent."""
        self.data = arguments["data"]

    @property
    def header(self) -> dict[str, Any]:
        """Return the JSON in front of the arrays, of a component that is sent bytes."""
        header: dict[str, Any] = json.loads(self.data[4 : self._end()])
        return header

    @property
    def arrays(self) -> np.ndarray:
        """Return the int32 numbers behind the JSON, of a component that is sent bytes."""
        return np.frombuffer(self.data[self._end() :], np.int32)

    def _end(self) -> int:
        length = int.from_bytes(self.data[:4], "little")
        assert length % 4 == 0
        return 4 + length
