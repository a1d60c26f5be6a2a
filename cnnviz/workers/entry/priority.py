"""How a process that trains stands back behind those that draw for others."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

NICE = 10
"""On the scale of `nice`: 0 is as important as anybody, 19 the least."""

AUTOGROUP = Path("/proc/self/autogroup")


def stand_back() -> None:
    """Be nice to all other processes."""
    if hasattr(os, "nice"):
        os.nice(NICE)


def stand_back_with_session() -> None:
    """Be nice to all other processes, and have the session of this process, which it must have for itself, be so too.

    Where Linux shares processors among sessions (sched(7), "The autogroup feature"), niceness counts within a session
    alone: one that trains would get as much as the one that draws.
    """
    stand_back()
    with contextlib.suppress(OSError):  # other systems, and Linux without autogroups
        AUTOGROUP.write_text(str(NICE), encoding="ascii")
