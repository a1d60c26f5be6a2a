"""What a job has told so far, kept in bounded memory."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from dataclasses import replace

from cnnviz.core.training.protocol import Event

LIVE = ("view", "lesson")
"""Kinds that matter while they are new: only the newest is kept."""

LARGE = ("snapshot", "checkpoint", "result")
"""Kinds whose arrays are large."""


class History:
    """Events of one job in order, from several threads.

    Args:
        newest: Kinds of which only the newest is kept.
        bare: Kinds that are kept without their arrays.
    """

    def __init__(self, newest: Collection[str] = LIVE, bare: Collection[str] = ()) -> None:
        self._newest, self._bare = newest, bare
        self._events: dict[int, Event] = {}  # by number, in order
        self._of_kind: dict[str, int] = {}
        self._lock = threading.Lock()
        self.last = 0
        """The number of the last event, 0 before the first."""

    def add(self, event: Event) -> None:
        """Keep an event that is newer than all others; older ones are ignored, so that telling twice does no harm."""
        with self._lock:
            if event.seq <= self.last:
                return
            self.last = event.seq
            if event.kind in self._newest:
                self._events.pop(self._of_kind.get(event.kind, 0), None)
                self._of_kind[event.kind] = event.seq
            self._events[event.seq] = replace(event, arrays={}) if event.kind in self._bare else event

    def since(self, number: int) -> tuple[Event, ...]:
        """The events after that number, in order."""
        with self._lock:
            return tuple(reversed(list(self._after(number))))

    def strip(self, number: int, kinds: Collection[str] = LARGE) -> None:
        """Forget the arrays of events of these kinds up to that number."""
        with self._lock:
            for seq, event in self._events.items():
                if seq <= number and event.kind in kinds and event.arrays:
                    self._events[seq] = replace(event, arrays={})

    def _after(self, number: int) -> Iterator[Event]:
        for seq in reversed(self._events):
            if seq <= number:
                return
            yield self._events[seq]
