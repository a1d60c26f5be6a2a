"""Telling the training engine that a visitor is still there, from whichever page; it ends what nobody waits for."""

from __future__ import annotations

import time

from cnnviz.ui.shell import session, visitor

SECONDS = 10.0


def note() -> None:
    """Renew the leases of all of the visitor's trainings, also of those that began on another page or in another tab.

    Most calls do nothing, and nothing is done for those who have never been on Train.
    """
    if (session.get("followed") or visitor.returns()) and time.monotonic() - session.get("noted") > SECONDS:
        from cnnviz.jobs import api  # those who only draw do not load the engine

        session.put(noted=time.monotonic())
        engine = api.engine()
        for run_id in engine.active(visitor.owner()):
            engine.touch(run_id)
