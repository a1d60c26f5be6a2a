"""How much of this server's disk the runs of all visitors may take, and which of them make room.

A visitor's own limit bounds nobody who begins anew as another visitor. So while there is room every run is kept; once
there is none, those go that nobody has trained or renamed for `KEPT_DAYS`, the oldest first, and then no run begins.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from cnnviz.core.errors import Refusal
from cnnviz.jobs.runs import record

LOG = logging.getLogger(__name__)

SETTING = "CNNVIZ_RUNS_GB"
"""The environment variable that says how much they may take, in GB of 10⁹ bytes."""
USUAL_GB = 20.0
KEPT_DAYS = 30
MEASURED_AGAIN = 60.0
"""Seconds for which a measurement that left room is believed; walking through thousands of files takes a moment."""

_OURS = re.compile("[0-9a-f]{16}")  # the id of a run: whatever else lies there is not deleted
_one_at_a_time = threading.Lock()
_measured: dict[Path, tuple[float, int]] = {}  # when and how much, by the folder of all visitors


def check(home: Path) -> None:
    """Make room for one more run in `home`, the folder of all visitors. Raises `Refusal` where there is none."""
    most = limit_gb() * 1e9
    with _one_at_a_time:
        if _recently(home) < most:
            return
        used = _make_room(home, most)
        _measured[home] = time.monotonic(), used
    if used >= most:
        raise Refusal(
            "The runs of all visitors may take {most:g} GB on this server. Received: one more, and they are used up. "
            "Delete runs that you no longer need, or try again another day.",
            most=limit_gb(),
        )


def limit_gb() -> float:
    """What `CNNVIZ_RUNS_GB` says if that is a positive number, else `USUAL_GB`."""
    value = os.environ.get(SETTING, "")
    with contextlib.suppress(ValueError):
        if (number := float(value)) > 0:
            return number
    if value:
        LOG.warning("%s must be a positive number. Received: %s. %s is taken", SETTING, value, USUAL_GB)
    return USUAL_GB


def _recently(home: Path) -> float:
    """Bytes at the last measurement, infinitely many if that was long ago."""
    when, used = _measured.get(home, (-MEASURED_AGAIN, 0))
    return used if time.monotonic() - when < MEASURED_AGAIN else float("inf")


def _make_room(home: Path, most: float) -> int:
    """Delete old runs while all take more than that; returns what they take then."""
    taken = {place: _size_and_age(place) for place in home.glob("*/*/") if _OURS.fullmatch(place.name)}
    used = sum(size for size, _ in taken.values())
    old = time.time() - KEPT_DAYS * 86_400
    for place, (size, changed) in sorted(taken.items(), key=lambda each: each[1][1]):
        if used < most or changed > old:
            break
        LOG.warning("a run is deleted to make room: %s", place.name)
        record.delete(place)
        used -= size
    return used


def _size_and_age(place: Path) -> tuple[int, float]:
    """Bytes in a run's folder, and when one of its files was changed last, in seconds since 1970."""
    states = list(_states(place))
    return sum(each.st_size for each in states), max((each.st_mtime for each in states), default=0.0)


def _states(place: Path) -> Iterator[os.stat_result]:
    with contextlib.suppress(OSError), os.scandir(place) as entries:  # deleted meanwhile
        for entry in entries:
            yield entry.stat()
