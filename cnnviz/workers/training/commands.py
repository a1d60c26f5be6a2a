"""Receive the commands that arrive while a network trains: pause, resume, stop, cancel, more, probe."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

from cnnviz.core.training.protocol import Command

PollCommands = Callable[[], Sequence[Command]]
"""Returns the commands that came since the last call."""

MAX_PAUSE_SECONDS = 600.0
"""A longer pause stops the training, because others are waiting for the worker."""

POLL_SECONDS = 0.05
"""Between two looks for commands in a pause."""


class Cancelled(Exception):  # noqa: N818  (asked for, not a fault)
    """The training was cancelled: neither its rest nor its result is wanted."""


class CommandReceiver:
    """The state that commands have asked for so far.

    Attributes:
        probe: (28, 28) uint8: the visitor's digit.
        paused: The training is to pause.
        stopping: The training is to end and keep its result.
    """

    def __init__(self, poll: PollCommands, probe: np.ndarray) -> None:
        self.probe = probe
        self.paused = False
        self.stopping = False
        self._poll = poll
        self._probe_is_new = False
        self._extra_epochs = 0

    def receive(self) -> None:
        """Apply all commands that have arrived. Raises `Cancelled`."""
        for command in self._poll():
            self._apply(command)

    def wait_while_paused(self, after_poll: Callable[[], object]) -> None:
        """Sleep until the pause ends, receiving commands meanwhile; after `MAX_PAUSE_SECONDS` stop the training."""
        end = time.monotonic() + MAX_PAUSE_SECONDS
        while self.paused and not self.stopping:
            time.sleep(POLL_SECONDS)
            self.receive()
            after_poll()
            self.stopping = self.stopping or time.monotonic() >= end
        self.paused = False

    def take_new_probe(self) -> bool:
        """Tell whether another digit has arrived since the last call."""
        new, self._probe_is_new = self._probe_is_new, False
        return new

    def take_extra_epochs(self) -> int:
        """Return the number of epochs that were added since the last call."""
        added, self._extra_epochs = self._extra_epochs, 0
        return added

    def _apply(self, command: Command) -> None:
        match command.kind:
            case "cancel":
                raise Cancelled
            case "pause" | "resume":
                self.paused = command.kind == "pause"
            case "stop":
                self.stopping = True
            case "more":
                self._extra_epochs += 1
            case "probe":
                self._set_probe(command.arrays.get("digit"))

    def _set_probe(self, digit: np.ndarray | None) -> None:
        if digit is not None and digit.shape == (28, 28) and digit.dtype == np.uint8:
            self.probe, self._probe_is_new = digit, True
