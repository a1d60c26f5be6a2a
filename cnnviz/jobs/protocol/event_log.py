"""The events of one job, kept in bounded memory."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from dataclasses import replace

from cnnviz.core.training.protocol import Event

LIVE_KINDS = ("view", "lesson")
"""Kinds that are of use only while they are new: the log keeps the latest of each."""

LARGE_KINDS = ("snapshot", "checkpoint", "result")
"""Kinds whose arrays are large."""


class EventLog:
    """Store the events of one job in order; safe to use from several threads.

    Args:
        latest_only: Kinds of which only the latest event is kept.
        without_arrays: Kinds that are kept without their arrays.
    """

    def __init__(self, latest_only: Collection[str] = LIVE_KINDS, without_arrays: Collection[str] = ()) -> None:
        self._latest_only, self._without_arrays = latest_only, without_arrays
        self._events: dict[int, Event] = {}  # by number, in order
        self._latest: dict[str, int] = {}  # number of the latest event by kind
        self._lock = threading.Lock()
        self.last_seq = 0
        """Number of the last event, 0 before the first."""

    def add(self, event: Event) -> None:
        """Append an event. One that is not newer than the last is ignored, so delivering it twice is harmless."""
        with self._lock:
            if event.seq <= self.last_seq:
                return
            self.last_seq = event.seq
            if event.kind in self._latest_only:
                self._events.pop(self._latest.get(event.kind, 0), None)
                self._latest[event.kind] = event.seq
            self._events[event.seq] = replace(event, arrays={}) if event.kind in self._without_arrays else event

    def since(self, seq: int) -> tuple[Event, ...]:
        """Return the events after number `seq`, in order."""
        with self._lock:
            return tuple(reversed(list(self._iterate_back_to(seq))))

    def _iterate_back_to(self, seq: int) -> Iterator[Event]:
        for number in reversed(self._events):
            if number <= seq:
                return
            yield self._events[number]
