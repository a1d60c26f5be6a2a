"""Watching a network learn: the curves, the network changing on the visitor's digit, and every moment again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnnviz.core import jobs
from cnnviz.core.refusals import Refusal
from cnnviz.core.runs import Snapshot
from cnnviz.core.training_jobs import Command
from cnnviz.ui import canvas, frame, state, visitor
from cnnviz.ui.subject import prepared
from cnnviz.ui.training import chart, controls, following, learning, moment, time_machine, verdict
from cnnviz.ui.training.following import Followed
from cnnviz.ui.training.moment import Moment
from cnnviz.ui.words import say

CHART = "learning-curves"

#: Seconds between two looks at a training: 2.5 a second while few watch, less when a room does.
QUICK, SLOW = 0.4, 1.0
FEW = 6


def show() -> None:
    """Show the watched run, or the newest one; nothing where there is none."""
    store = visitor.store()
    known = [run.id for run in store.runs()]
    if state.get("watched") not in known:
        state.put(watched=known[0] if known else "", moment=-1)
    if state.get("watched"):
        live = following.follow(store, state.get("watched")).live
        every = (QUICK) if live else None
        st.fragment(frame.guarded(_watched), run_every=every)(live)


def _watched(was_live: bool) -> None:
    store = visitor.store()
    following.touch(store)
    followed = following.follow(store, state.get("watched"))
    if followed.live != was_live:
        st.rerun()  # the whole page: the table has a result, and the clock stops or starts
    controls.show(followed)
    verdict.show(followed.run)
    kept = store.snapshots(followed.run.id)
    with st.container(key="time-machine-place"):
        chosen = time_machine.pick(followed, kept)
    _chart(followed, chosen, kept)
    drawing, answering, closer = st.columns([320, 350, 450], gap="medium")
    with drawing:
        pen_down = canvas.draw()
    digit = prepared(state.subject(), state.steps())
    _show_to_the_worker(followed, digit, pen_down)
    shown = _moment(followed, chosen, digit)
    with answering:
        learning.answer(shown)
    with closer:
        _closer(followed, chosen, kept)
    _changing(followed, shown)
    _others(chosen, digit)


def _chart(followed: Followed, chosen: Snapshot | None, kept: Sequence[Snapshot]) -> None:
    """Show the curves of the watched run and those laid over it; a click goes to the moment nearest to it."""
    store = visitor.store()
    runs = [followed, *(following.follow(store, other) for other in _compared())]
    learned = [chart.Learned(run.run.title, run.curves, colour) for colour, run in enumerate(runs)]
    per_epoch = chart.axis_of(learned) == "epochs"
    batches = max(1, followed.curves.batches) if per_epoch else 1
    at = None if chosen is None else chosen.step / batches
    clicked = chart.show(CHART, learned, at=at, on_pick=_nothing)
    if clicked is not None and kept:
        time_machine.go_to(kept, clicked * batches)
        st.rerun(scope="fragment")


def _nothing() -> None:
    """The next run reads what was clicked."""


def _compared() -> list[str]:
    known = {run.id for run in visitor.store().runs()}
    return [run_id for run_id in state.get("compared") if run_id in known and run_id != state.get("watched")]


def _show_to_the_worker(followed: Followed, digit: np.ndarray, pen_down: bool) -> None:
    """Give a training another digit to look at once the visitor has drawn one."""
    pixels = np.round(digit * 255).astype(np.uint8)
    if followed.live and not pen_down and state.get("shown") != (followed.run.id, pixels.tobytes()):
        state.put(shown=(followed.run.id, pixels.tobytes()))
        jobs.engine().command(followed.run.id, Command("probe", {"digit": pixels}))


def _moment(followed: Followed, chosen: Snapshot | None, digit: np.ndarray) -> Moment | None:
    """What is looked at: a kept moment, or what the worker saw last."""
    if chosen is not None:
        return time_machine.seen(visitor.store(), followed.run.id, chosen, digit)
    return moment.of_view(followed.newest["view"]) if "view" in followed.newest else None


def _closer(followed: Followed, chosen: Snapshot | None, kept: Sequence[Snapshot]) -> None:
    """Beside the answer: the present step explained, or the confusion at a kept moment."""
    if chosen is None and "lesson" in followed.newest:
        learning.lesson(followed.newest["lesson"])
    elif chosen is not None or kept:
        time_machine.confusion(visitor.store(), followed.run.id, chosen or kept[-1])


def _changing(followed: Followed, shown: Moment | None) -> None:
    if shown is None:
        return
    learning.pick_layer(followed.run.variant)
    maps, filters = st.columns(2, gap="medium")
    with maps:
        learning.maps(shown)
    with filters:
        learning.filters(shown)


def _others(chosen: Snapshot | None, digit: np.ndarray) -> None:
    """What the compared networks made of the digit at the same batch, or at their nearest kept one."""
    store = visitor.store()
    for run_id in _compared():
        kept = store.snapshots(run_id)
        if kept:
            wanted = kept[-1].step if chosen is None else chosen.step
            near = min(kept, key=lambda other: abs(other.step - wanted))
            _other(store.run(run_id).title, moment_of(run_id, near, digit))


def moment_of(run_id: str, kept: Snapshot, digit: np.ndarray) -> Moment | None:
    """What a compared network made of the digit; None where its numbers overflow."""
    try:
        return time_machine.seen(visitor.store(), run_id, kept, digit)
    except Refusal:
        return None


def _other(title: str, seen: Moment | None) -> None:
    if seen is not None:
        st.caption(say("{title}, after {step:,} batches: reads a {digit} and gives it {share:.1%}.", title=title,
                       step=seen.step, digit=seen.answer, share=float(seen.probabilities.max())))  # fmt: skip
