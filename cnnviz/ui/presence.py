"""Telling the training engine that a visitor is still there, from whichever page; it ends what nobody waits for."""

from __future__ import annotations

import time

from cnnviz.ui import state

SECONDS = 10.0


def note() -> None:
    """Renew the leases of the trainings that this session follows; most calls do nothing."""
    followed = state.get("followed")
    if followed and time.monotonic() - state.get("noted") > SECONDS:
        from cnnviz.core import jobs  # those who only draw do not load the engine

        state.put(noted=time.monotonic())
        for run_id in followed:
            jobs.engine().touch(run_id)
