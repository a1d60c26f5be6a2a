"""Where a value of a picture stands in both orders of the axes: channels last, as in Keras, and channels first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SHAPE = (3, 4, 3)
"""Rows, columns and channels of the picture that is shown."""


@dataclass(frozen=True)
class Place:
    """One value of a picture of `SHAPE`; row, column and channel are counted from 0."""

    row: int
    column: int
    channel: int

    @property
    def text(self) -> str:
        """The value itself: its own row, column and channel as three figures, so that it tells where it belongs."""
        return f"{self.row}{self.column}{self.channel}"

    @property
    def last(self) -> tuple[int, int, int]:
        """Its index where channels are the last axis."""
        return self.row, self.column, self.channel

    @property
    def first(self) -> tuple[int, int, int]:
        """Its index where channels are the first axis."""
        return self.channel, self.row, self.column

    @property
    def number_last(self) -> int:
        """How many values stand before it in memory where channels are the last axis."""
        _, columns, channels = SHAPE
        return (self.row * columns + self.column) * channels + self.channel

    @property
    def number_first(self) -> int:
        """How many values stand before it in memory where channels are the first axis."""
        rows, columns, _ = SHAPE
        return (self.channel * rows + self.row) * columns + self.column

    @property
    def work_last(self) -> str:
        """The same with its numbers: "(1 × 4 + 2) × 3 + 0 = 18"."""
        _, columns, channels = SHAPE
        return f"({self.row} × {columns} + {self.column}) × {channels} + {self.channel} = {self.number_last}"

    @property
    def work_first(self) -> str:
        """ "(0 × 3 + 1) × 4 + 2 = 6"."""
        rows, columns, _ = SHAPE
        return f"({self.channel} × {rows} + {self.row}) × {columns} + {self.column} = {self.number_first}"


def list_in_memory_order(order: str) -> tuple[Place, ...]:
    """All values as they stand in memory, one after the other; `order` is "last" or "first"."""
    places = [Place(*index) for index in np.ndindex(SHAPE)]
    return tuple(sorted(places, key=lambda place: place.last if order == "last" else place.first))
