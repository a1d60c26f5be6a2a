"""Lower the priority of processes that train, so that the web process stays responsive."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

NICE = 10
"""Niceness of a process that trains: 0 is the default, 19 the lowest priority."""

AUTOGROUP = Path("/proc/self/autogroup")


def lower_priority() -> None:
    """Raise the niceness of this process."""
    if hasattr(os, "nice"):
        os.nice(NICE)


def lower_session_priority() -> None:
    """Raise the niceness of this process and of its session, which must be its own.

    Where Linux shares processors among sessions (sched(7), "The autogroup feature"), niceness counts only within a
    session: a training would otherwise get as much processor time as the web process.
    """
    lower_priority()
    with contextlib.suppress(OSError):  # other systems, and Linux without autogroups
        AUTOGROUP.write_text(str(NICE), encoding="ascii")
