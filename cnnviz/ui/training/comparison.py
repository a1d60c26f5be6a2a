"""Other runs beside the watched one: on the same axis, at the same moment, on the same digit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import streamlit as st

from cnnviz.jobs.runs.store import Snapshot
from cnnviz.ui.i18n import translate
from cnnviz.ui.shell import page, session, visitor
from cnnviz.ui.training import live_views, run_status, small_data, time_machine
from cnnviz.ui.training.run_status import RunStatus

MAX_SHOWN = 2
"""Compared networks whose maps and filters are shown; of further ones there are curves and answers."""


def list_ids() -> list[str]:
    """Return the runs that are compared with the watched one."""
    known = {run.id for run in visitor.store().runs()}
    return [run_id for run_id in session.get("compared") if run_id in known and run_id != session.get("watched")]


def mixes_data(watched: RunStatus) -> bool:
    """Return whether some of the runs learned from MNIST and others from the small data set."""
    return len({small_data.was_used(run) for run in (watched, *iterate_runs()) if run.get_payload("start")}) > 1


def iterate_runs() -> Iterator[RunStatus]:
    """Yield these runs as they stand."""
    store = visitor.store()
    return (run_status.follow(store, run_id) for run_id in list_ids())


def show(place: float | None, per_epoch: bool, digit: np.ndarray) -> None:
    """Show what the compared networks made of `digit` at a place of the chart, or at the moment kept nearest to it.

    Args:
        place: Batches, or epochs where the chart's axis counts those; None for their newest moments.
        per_epoch: Whether it does.
        digit: (28, 28) float32 in [0, 1].
    """
    for number, run in enumerate(iterate_runs()):
        unit = max(1, run.curves.batches) if per_epoch else 1
        if kept := _find_nearest(run.run.id, None if place is None else place * unit):
            _show_one(run.run.id, kept, digit, with_maps=number < MAX_SHOWN)


def _find_nearest(run_id: str, step: float | None) -> Snapshot | None:
    kept = visitor.store().snapshots(run_id)
    if not kept or step is None:
        return kept[-1] if kept else None
    return min(kept, key=lambda other: abs(other.step - step))


def _show_one(run_id: str, kept: Snapshot, digit: np.ndarray, with_maps: bool) -> None:
    store = visitor.store()
    run = store.run(run_id)
    st.markdown(f"**{page.escape_markdown(run.title)}**")
    seen = time_machine.replay(store, run_id, kept, digit)
    if seen is None:
        return
    st.caption(live_views.describe_answer(seen, run.architecture.classes))
    if with_maps:
        live_views.show_changes(seen, run.architecture, run_id)
    else:
        st.caption(translate("Maps and filters are shown of the first {number} compared runs.", number=MAX_SHOWN))
