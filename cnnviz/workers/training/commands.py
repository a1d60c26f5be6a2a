"""Where the commands of a learner arrive while a network trains."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

from cnnviz.core.training.protocol import Command

Inbox = Callable[[], Sequence[Command]]

LONGEST_PAUSE = 600.0
"""Seconds after which a pause is taken for the end: the worker is needed by others."""
BETWEEN_LOOKS = 0.05


class Cancelled(Exception):  # noqa: N818  (asked for, not a fault)
    """The learner wants neither the rest of the training nor its result."""


class Desk:
    """What the learner has asked for, as far as it came."""

    def __init__(self, inbox: Inbox, probe: np.ndarray) -> None:
        self.probe = probe
        """(28, 28) uint8: the visitor's digit."""
        self.probe_is_new = False
        self.paused = False
        self.stopping = False
        self.more = 0
        """Epochs that were asked for beside the plan's and not yet granted."""
        self._inbox = inbox

    def look(self) -> None:
        """Take in what came. Raises `Cancelled`."""
        for command in self._inbox():
            self._take(command)

    def wait(self, while_waiting: Callable[[], object]) -> None:
        """Sleep until the pause is over, looking at the inbox now and then. Ten minutes end in stopping."""
        end = time.monotonic() + LONGEST_PAUSE
        while self.paused and not self.stopping:
            time.sleep(BETWEEN_LOOKS)
            self.look()
            while_waiting()
            self.stopping = self.stopping or time.monotonic() >= end
        self.paused = False

    def new_probe(self) -> bool:
        """Whether another digit came since this was asked last."""
        new, self.probe_is_new = self.probe_is_new, False
        return new

    def granted(self) -> int:
        """The epochs that were asked for since this was asked last."""
        asked, self.more = self.more, 0
        return asked

    def _take(self, command: Command) -> None:
        match command.kind:
            case "cancel":
                raise Cancelled
            case "pause" | "resume":
                self.paused = command.kind == "pause"
            case "stop":
                self.stopping = True
            case "more":
                self.more += 1
            case "probe":
                self._take_probe(command.arrays.get("digit"))

    def _take_probe(self, digit: np.ndarray | None) -> None:
        if digit is not None and digit.shape == (28, 28) and digit.dtype == np.uint8:
            self.probe, self.probe_is_new = digit, True
