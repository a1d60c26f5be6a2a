"""Telling the training engine that a visitor is still there, from whichever page; it ends what nobody waits for."""

from __future__ import annotations

import time

from cnnviz.ui import state, visitor

SECONDS = 10.0


def note() -> None:
    """Renew the leases of all of the visitor's trainings, also of those that began on another page or in another tab.

    Most calls do nothing, and nothing is done for those who have never been on Train.
    """
    if (state.get("followed") or visitor.returns()) and time.monotonic() - state.get("noted") > SECONDS:
        from cnnviz.core import jobs  # those who only draw do not load the engine

        state.put(noted=time.monotonic())
        engine = jobs.engine()
        for run_id in engine.active(visitor.owner()):
            engine.touch(run_id)
