"""Watching a network learn on one screen: its curves, the network on the visitor's digit, and every moment again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st

from cnnviz.core.data import colour_digits
from cnnviz.core.inference.subject import prepare_digit
from cnnviz.core.training.protocol import Command
from cnnviz.jobs import api
from cnnviz.jobs.runs.store import Snapshot
from cnnviz.ui.components import curves
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.input import rail
from cnnviz.ui.shell import page, session, terms, visitor
from cnnviz.ui.training import (
    chart,
    comparison,
    controls,
    live_views,
    run_status,
    snapshot_view,
    start_times,
    time_machine,
)
from cnnviz.ui.training.experiments import progress, recorded, variants, verdict
from cnnviz.ui.training.run_status import RunStatus
from cnnviz.ui.training.snapshot_view import Moment

CHART = "learning-curves"

QUICK, SLOW = 0.4, 0.5
"""Seconds between two looks at a training: 2.5 a second while few are trained, 2 when a room trains."""

FEW = 6

COLUMNS = 64, 39
"""Shares of the width: curves and maps, and the confusion matrix; its cells are 30 px wide in a window of 1,400."""

CHART_HEIGHT = 170
"""CSS pixels of a plot in a window of 900, so that it has room for all that belongs to a moment."""

NOTHING = gettext_noop(
    "There is no [[training]] to watch yet. Start one, and its curves, its answer to your drawing and its [[feature "
    "map|maps]] appear here while it learns."
)


def find_run() -> bool:
    """Watch the newest run where the watched one is gone; return whether there is any to watch."""
    known = [run.id for run in visitor.store().runs()]
    if session.get("watched") not in known:
        session.put(watched=known[0] if known else "", moment=-1)
    return bool(known)


def show() -> None:
    """Show the watched run, or the newest one; where there is none, how to start one."""
    if not find_run():
        _show_ways_to_begin()
        return
    live = _is_any_live()
    st.fragment(page.guard(_show_watched), run_every=_choose_period() if live else None)(live)


def _show_ways_to_begin() -> None:
    """Say that there is nothing to watch, and lead to what starts a training."""
    with st.container(border=True, key="nothing-to-watch"):
        st.markdown(terms.explain(NOTHING))
        with st.container(horizontal=True, gap="small"):
            for view, label in (
                ("experiments", translate("Choose an experiment")),
                ("build", translate("Build a network")),
            ):
                st.button(label, key=f"begin-{view}", on_click=session.guard(session.choose), args=("train_view", view))


def _is_any_live() -> bool:
    """Return whether the watched run or one beside it is live."""
    watched = run_status.follow(visitor.store(), session.get("watched"))
    return watched.live or any(run.live for run in comparison.iterate_runs())


def _choose_period() -> float:
    return QUICK if api.scheduler().count_live() <= FEW else SLOW


def _show_watched(was_live: bool) -> None:
    store = visitor.store()
    run_status.touch(store)
    status = run_status.follow(store, session.get("watched"))
    start_times.observe(status)
    if progress.follow(store, status):
        st.rerun()  # the whole page: the table marks another run
    if _is_any_live() != was_live:
        st.rerun()  # the whole page: the table has a result, and the clock stops or starts
    kept = store.snapshots(status.run.id)
    with st.container(key="progress-and-verdict", gap="xsmall"):
        controls.show(status)
        progress.show(progress.list_arms(store, status))
        verdict.show(status.run)
        variants.show(status)
    with st.container(key="time-machine-place", gap="xxsmall"):
        chosen = time_machine.pick(status, kept)
    if comparison.mixes_data(status):
        st.warning(
            translate("Some of these runs learned from MNIST and some from scikit-learn’s digits: do not compare them.")
        )
    digit, shown = _read_along(status, chosen)
    wide, narrow = st.columns(COLUMNS, gap="small")
    with wide, st.container(key="curves-and-maps", gap="xsmall"):
        place, per_epoch = _show_chart(status, chosen, kept)
        live_views.pick_layer(status.run.architecture)
        if shown is not None:
            live_views.show_maps(shown, status.run.architecture, "watched", live_views.LOW, fills=True)
    with narrow, st.container(key="confusion", gap="xsmall"):
        if kept:
            time_machine.show_confusion(store, status.run, chosen or kept[-1])
    if (step := status.newest.get("lesson") or store.explained_step(status.run.id)) is not None:
        live_views.show_step(step, status.run.plan.optimizer, status.run.architecture)
    if shown is not None:
        live_views.show_filters(shown, "watched")
    comparison.show(place, per_epoch, digit)


def _read_along(status: RunStatus, chosen: Snapshot | None) -> tuple[np.ndarray, Moment | None]:
    """Show pad and answer in the rail: what the run's network makes of the digit at the chosen moment.

    Returns:
        The digit, (28, 28) float32 in [0, 1], and the moment that is shown, None before the first.
    """
    with rail.keep_in_sight(choices=False):
        pen_down = rail.draw(plain=True)
        digit = prepare_digit(session.subject(), session.steps())
        _show_to_the_worker(status, digit, pen_down)
        shown = _find_moment(status, chosen, digit)
        colour = colour_digits.reads_colour(status.run.architecture.input_shape)
        live_views.show_answer(
            shown,
            colour_digits.colour_from_hex(digit, colour_digits.INK, colour_digits.PAPER) if colour else digit,
            status.run.architecture.classes,
        )
        if colour:
            rail.add_note(translate("This network reads colour: it is shown your drawing in blue on cream."))
    return digit, shown


def _show_chart(status: RunStatus, chosen: Snapshot | None, kept: Sequence[Snapshot]) -> tuple[float | None, bool]:
    """Show the curves of the watched run and those laid over it; a click goes to the moment nearest to it.

    Returns:
        where on its axis the chosen moment lies, None for the newest, and whether the axis counts epochs, as it does
        for runs whose epochs differ in length.
    """
    learned = [
        chart.ChartRun(
            run.run.title, run.curves, colour, run.run.plan.validation_examples > 0, recorded.find_runs_beside(run)
        )
        for colour, run in enumerate([status, *comparison.iterate_runs()])
        if run is status or run.has_data
    ]
    per_epoch = chart.choose_axis(learned) == "epochs"
    unit = max(1, status.curves.batches) if per_epoch else 1
    at = None if chosen is None else chosen.step / unit
    steps = tuple(snapshot.step for snapshot in kept)
    chart.show(
        CHART,
        learned,
        at=at,
        moment="" if chosen is None else time_machine.name_moment(status, chosen),
        height=CHART_HEIGHT,
        fills=True,
        on_pick=partial(_go_to_click, steps, unit),
    )
    if len(learned) > 1:
        st.caption(
            translate("With marks: on pictures that nothing is learned from. Paler, behind: on those learned from.")
        )
    return at, per_epoch


def _go_to_click(steps: Sequence[int], unit: int) -> None:
    place = curves.read_pick(CHART)
    if place is not None and steps:
        time_machine.go_to(steps, place * unit)


def _show_to_the_worker(status: RunStatus, digit: np.ndarray, pen_down: bool) -> None:
    """Give a training another digit to look at once the visitor has drawn one; a planned one when it gets into the
    queue."""
    pixels = np.round(digit * 255).astype(np.uint8)
    if status.state in run_status.LIVE and not pen_down and session.get("shown") != (status.run.id, pixels.tobytes()):
        session.put(shown=(status.run.id, pixels.tobytes()))
        api.scheduler().command(status.run.id, Command("probe", {"digit": pixels}))


def _find_moment(status: RunStatus, chosen: Snapshot | None, digit: np.ndarray) -> Moment | None:
    """Return the moment to show: a snapshot, or the worker's newest view."""
    if chosen is not None:
        return time_machine.replay(visitor.store(), status.run.id, chosen, digit)
    return snapshot_view.from_view(status.newest["view"]) if "view" in status.newest else None
