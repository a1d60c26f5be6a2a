"""Places for trainings that several app processes of one machine share: locks on files in a folder.

The system drops the locks of a process that ends, however it ends, so that no place is ever lost.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

LOG = logging.getLogger(__name__)

FOLDER_VARIABLE = "CNNVIZ_SHARED_SLOTS"
"""Environment variable with the folder of the locks, for app processes that share the workers of one machine."""

PAUSE_SECONDS = 0.6
"""How long a process leaves a place that it has given back to the others, whose schedulers look every 0.2 s."""


class MachineSlots:
    """The places for `count` trainings at once on this machine.

    Args:
        folder: Where the locks are; all processes name the same.
        count: How many places there are; the same for all processes.
        clock: Monotonic seconds.
    """

    def __init__(self, folder: Path, count: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._paths = [folder / f"slot-{number}" for number in range(count)]
        self._clock = clock
        self._not_before = -PAUSE_SECONDS
        self._taken: list[int] = []

    def count_free(self) -> int:
        """Return how many places are free now; another process may be faster to take them."""
        if self._clock() < self._not_before:
            return 0
        found = list(self._lock_each(len(self._paths)))
        for descriptor in found:
            os.close(descriptor)
        return len(found)

    def take(self) -> bool:
        """Take a place, to be given back by `give_back`; return whether there was one."""
        found = list(self._lock_each(1))
        self._taken += found
        return bool(found)

    def give_back(self) -> None:
        """Give a place back, if one is taken."""
        if self._taken:
            os.close(self._taken.pop())
            self._not_before = self._clock() + PAUSE_SECONDS

    def _lock_each(self, most: int) -> Iterator[int]:
        """Lock up to `most` places and yield their descriptors; closing one unlocks it."""
        import fcntl  # not on Windows, where no setting asks for shared places

        for path in self._paths:
            if most == 0:
                return
            try:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # temporary folders are tidied
                descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError as error:
                LOG.error("cannot open a place for trainings: %s", error)
                return
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(descriptor)
                continue
            most -= 1
            yield descriptor


def find(count: int) -> MachineSlots | None:
    """Return the places that the environment says are shared; None if this process has the machine for itself."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        return None
    Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    return MachineSlots(Path(folder), count)
