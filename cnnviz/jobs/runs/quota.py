"""Limit the disk space that the runs of all visitors take, and delete old runs to make room.

The limit on a visitor's runs does not bound anybody who comes back as another visitor. So while there is room every
run is kept; once there is none, runs go that nobody has trained or renamed for `MIN_KEPT_DAYS`, oldest first, and if
that is not enough no new run begins.
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

from cnnviz.core import atomic_file
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import checks
from cnnviz.jobs.runs import record

LOG = logging.getLogger(__name__)

LIMIT_VARIABLE = "CNNVIZ_RUNS_GB"
"""Environment variable with the limit in GB of 10⁹ bytes."""

DEFAULT_LIMIT_GB = 20.0

MIN_KEPT_DAYS = 30
"""A run that was changed more recently is never deleted."""

MAX_MEASUREMENT_AGE = 60.0
"""Seconds for which a measurement that left room is reused; walking through thousands of files takes a moment."""

SETS = "sets"
"""Folder of a visitor's labelled sets, beside the runs."""

NETWORKS = "networks"
"""Folder of the networks that a visitor opened from files."""

OWNER = re.compile("[0-9a-f]{32}")
"""A visitor's id, which names the folder that holds all of these."""

_RUN_ID = re.compile("[0-9a-f]{16}")  # whatever else is there is not deleted
_check_lock = threading.Lock()
_measured: dict[Path, tuple[float, int]] = {}  # when and how many bytes, by the folder of all visitors


def check_owner(owner: str) -> None:
    """Raise `Refusal` unless `owner` is a visitor's id; it becomes part of a path."""
    if not OWNER.fullmatch(owner):
        raise Refusal("There is no such visitor. Received: {owner}.", owner=checks.repr_of(owner))


def check(home: Path) -> None:
    """Make room for one more run in `home`, the folder of all visitors. Raises `Refusal` if there is none."""
    limit = read_limit_gb() * 1e9
    with _check_lock:
        if _get_last_measurement(home) < limit:
            return
        used = _make_room(home, limit)
        _measured[home] = time.monotonic(), used
    if used >= limit:
        raise Refusal(
            "The {most:g} GB that this server has for the runs of all visitors are used up. Delete runs that you no "
            "longer need (“More”, “Delete this run”), or try again another day.",
            most=read_limit_gb(),
        )


def read_limit_gb() -> float:
    """Return `CNNVIZ_RUNS_GB` if that is a positive number, else `DEFAULT_LIMIT_GB`."""
    value = os.environ.get(LIMIT_VARIABLE, "")
    with contextlib.suppress(ValueError):
        if (number := float(value)) > 0:
            return number
    if value:
        LOG.warning("%s must be a positive number. Received: %s. %s is used.", LIMIT_VARIABLE, value, DEFAULT_LIMIT_GB)
    return DEFAULT_LIMIT_GB


def _get_last_measurement(home: Path) -> float:
    """Return the bytes of the last measurement, infinity if that is too old."""
    when, used = _measured.get(home, (-MAX_MEASUREMENT_AGE, 0))
    return used if time.monotonic() - when < MAX_MEASUREMENT_AGE else float("inf")


def _make_room(home: Path, limit: float) -> int:
    """Delete old runs while all runs take more than `limit` bytes; return what is used then."""
    sizes = {folder: _size_and_time(folder) for folder in (*_run_folders(home), *_other_folders(home))}
    used = sum(size for size, _ in sizes.values())
    old = time.time() - MIN_KEPT_DAYS * 86_400
    for folder, (size, changed) in sorted(sizes.items(), key=lambda each: each[1][1]):
        if used < limit or changed > old:
            break
        LOG.warning("%s is deleted to make room", folder.name)
        record.delete(folder)
        used -= size
    return used


def sweep(home: Path) -> int:
    """Delete what killed saves have left in the folders of all runs; return how many files."""
    return sum(atomic_file.sweep(folder) for folder in [home, *_run_folders(home), *_other_folders(home)])


def _run_folders(home: Path) -> list[Path]:
    """Return the folders of all runs. A link is none: what it leads to is neither measured nor deleted."""
    return [each for each in home.glob("*/*") if _RUN_ID.fullmatch(each.name) and each.is_dir() and not _is_link(each)]


def _other_folders(home: Path) -> list[Path]:
    """Return the folders of all visitors' labelled sets (`own_sets`) and opened networks (`own_networks`); no links."""
    found = (each for name in (SETS, NETWORKS) for each in home.glob(f"*/{name}"))
    return [each for each in found if each.is_dir() and not _is_link(each)]


def _is_link(folder: Path) -> bool:
    return folder.is_symlink() or folder.parent.is_symlink()


def _size_and_time(folder: Path) -> tuple[int, float]:
    """Return the bytes in a run's folder, and when one of its files came or was changed last, in seconds since 1970.

    A file with several names counts for each of them in its share: visitors may have the same set. Such a file can be
    older than its name, so the time of the folder counts as well.
    """
    states = list(_iterate_states(folder))
    changed = [each.st_mtime for each in states]
    with contextlib.suppress(OSError):
        changed.append(folder.stat().st_mtime if any(each.st_nlink > 1 for each in states) else 0.0)
    return sum(each.st_size // max(each.st_nlink, 1) for each in states), max(changed, default=0.0)


def _iterate_states(folder: Path) -> Iterator[os.stat_result]:
    with contextlib.suppress(OSError), os.scandir(folder) as entries:  # deleted meanwhile
        for entry in entries:
            yield entry.stat()
