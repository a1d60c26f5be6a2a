"""Index and memory position of a value of a picture in both axis orders: channels last, as in Keras, and first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SHAPE = (3, 4, 3)
"""Rows, columns and channels of the picture."""


@dataclass(frozen=True)
class Place:
    """One value of a picture of `SHAPE`.

    Attributes:
        row: From 0.
        column: From 0.
        channel: From 0.
    """

    row: int
    column: int
    channel: int

    @property
    def text(self) -> str:
        """The value itself: its row, column and channel as three figures."""
        return f"{self.row}{self.column}{self.channel}"

    @property
    def last(self) -> tuple[int, int, int]:
        """Index with channels as the last axis."""
        return self.row, self.column, self.channel

    @property
    def first(self) -> tuple[int, int, int]:
        """Index with channels as the first axis."""
        return self.channel, self.row, self.column

    @property
    def number_last(self) -> int:
        """Number of values before it in memory with channels as the last axis."""
        _, columns, channels = SHAPE
        return (self.row * columns + self.column) * channels + self.channel

    @property
    def number_first(self) -> int:
        """Number of values before it in memory with channels as the first axis."""
        rows, columns, _ = SHAPE
        return (self.channel * rows + self.row) * columns + self.column

    @property
    def work_last(self) -> str:
        """Calculation of `number_last`: "(1 × 4 + 2) × 3 + 0 = 18"."""
        _, columns, channels = SHAPE
        return f"({self.row} × {columns} + {self.column}) × {channels} + {self.channel} = {self.number_last}"

    @property
    def work_first(self) -> str:
        """Calculation of `number_first`: "(0 × 3 + 1) × 4 + 2 = 6"."""
        rows, columns, _ = SHAPE
        return f"({self.channel} × {rows} + {self.row}) × {columns} + {self.column} = {self.number_first}"


def list_in_memory_order(order: str) -> tuple[Place, ...]:
    """List all values in their order in memory; `order` is "last" or "first"."""
    places = [Place(*index) for index in np.ndindex(SHAPE)]
    return tuple(sorted(places, key=lambda place: place.last if order == "last" else place.first))
