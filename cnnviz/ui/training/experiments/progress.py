"""An experiment as a whole while its arms are trained: how far it is, and the arm that learns now."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnviz.jobs.runs import planner
from cnnviz.jobs.runs.store import RunStore
from cnnviz.ui.i18n import translate
from cnnviz.ui.shell import session
from cnnviz.ui.training import controls, run_status
from cnnviz.ui.training.run_status import RunStatus


def list_arms(store: RunStore, status: RunStatus) -> list[RunStatus]:
    """Return the runs of the experiment that a run belongs to, in the order in which they are trained."""
    if not status.run.experiment:
        return []
    runs = [run for run in reversed(store.runs()) if run.experiment == status.run.experiment]
    return [run_status.follow(store, run.id) for run in runs]


def follow(store: RunStore, status: RunStatus) -> bool:
    """Go on to the arm that learns now once the watched one has ended; return whether that was done.

    Only while the visitor has chosen no other run since the experiment was started, and no moment of this one.
    """
    if status.live or not status.run.experiment or session.get("followed_experiment") != status.run.experiment:
        return False
    others = list_arms(store, status)
    coming = [run.run.id for run in others if run.live and run.state != planner.PLANNED]
    if not coming or session.get("moment") != -1:
        return False
    rest = tuple(run.run.id for run in others if run.run.id != coming[0])
    session.put(watched=coming[0], compared=rest, moment=-1)
    return True


def show(runs: Sequence[RunStatus]) -> None:
    """Show how far all arms together are."""
    if len(runs) > 1 and any(run.live for run in runs):
        done = sum(not run.live for run in runs)
        share = sum(1.0 if not run.live else controls.share(run) for run in runs) / len(runs)
        st.progress(
            share, text=translate("The whole experiment: {done} of {all} trainings done", done=done, all=len(runs))
        )
