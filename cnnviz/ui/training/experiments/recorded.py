"""The recorded trainings of an experiment: their replay, what they show, and the learner's own seed among them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from cnnviz.core.networks import model_store
from cnnviz.core.training import recordings
from cnnviz.core.training.confidence import format_points
from cnnviz.core.training.experiments import EXPERIMENTS, Experiment
from cnnviz.core.training.recordings import RecordedRun, Recording
from cnnviz.core.training.verdicts import Results
from cnnviz.jobs.runs import planner
from cnnviz.jobs.runs.store import Run, RunStore
from cnnviz.ui.components.player import player
from cnnviz.ui.i18n import translate
from cnnviz.ui.shell import cache, page, session
from cnnviz.ui.training import chart
from cnnviz.ui.training.experiments import cards
from cnnviz.ui.training.run_status import RunStatus

MAX_MOMENTS = 12
"""Moments of a replay: at the player's usual speed it lasts some nine seconds."""

LAST = -1
"""The last moment of a replay, whatever its number."""


def find(experiment: Experiment) -> Recording | None:
    """Return the recorded trainings of an experiment, None where there are none."""
    return cache.recording(experiment.id, model_store.folder())


def play(experiment: Experiment) -> None:
    """Replay the recorded trainings of an experiment from the next run of the script on."""
    session.put(recorded=experiment.id, recorded_moment=0, replays=session.get("replays") + 1)
    session.scroll_up()


def show() -> None:
    """Show the recorded trainings that were asked for, epoch by epoch, then their verdict; nothing where none were."""
    if session.get("recorded"):
        st.fragment(page.guard(_show_replay))()


def _show_replay() -> None:
    experiment = EXPERIMENTS.get(session.get("recorded"))
    recording = find(experiment) if experiment is not None else None
    if experiment is None or recording is None:
        return
    moments = list_moments(experiment)
    with st.container(border=True, key="recorded"):
        st.markdown(f"**{translate(experiment.question)}**")
        place = _pick_moment(experiment, moments)
        labels = {arm.id: translate(arm.label) for arm in experiment.arms}
        chart.show_recorded("recorded-curves", labels, experiment, recording, moments[place])
        st.caption(
            translate(
                "Recorded on MNIST with {seeds} seeds each: thin lines are single trainings, strong ones their mean, "
                "judged after every epoch by digits that were held out.",
                seeds=recording.seeds,
            )
        )
        if place == LAST:
            cards.show_verdict(experiment, Results(recording.get_shares(), recording.count), asked=True)
        else:
            st.button(translate("Show the result at once"), key="end-replay", on_click=session.guard(_end))
        st.button(translate("Close"), key="close-recorded", on_click=session.guard(_close))


def list_moments(experiment: Experiment) -> tuple[int, ...]:
    """List the updates at which a replay stops: ends of epochs, at most `MAX_MOMENTS` of them with the last."""
    lengths = {chart.count_batches(arm.plan): arm.plan.epochs for arm in experiment.arms}
    ends = sorted({length * epoch for length, epochs in lengths.items() for epoch in range(1, epochs + 1)})
    chosen = np.linspace(0, len(ends) - 1, min(MAX_MOMENTS, len(ends))).round().astype(int)
    return tuple(ends[place] for place in chosen)


def _pick_moment(experiment: Experiment, moments: tuple[int, ...]) -> int:
    """Show the player and return the place of the moment to show, `LAST` for the last."""
    wanted, last = session.get("recorded_moment"), len(moments) - 1
    at = player(
        f"replay-{session.get('replays')}",
        _name_moments(experiment, moments),
        last if wanted == LAST else wanted,
        label=translate("Replay of the recorded trainings"),
        plays=wanted == 0,
    )
    place = LAST if at == last else at
    session.put(recorded_moment=place)
    return place


def _name_moments(experiment: Experiment, moments: tuple[int, ...]) -> list[str]:
    """Name moments by their epoch, or by the updates where the epochs of the arms differ in length."""
    lengths = {chart.count_batches(arm.plan) for arm in experiment.arms}
    if len(lengths) > 1:
        return [translate("update {number:,} of {all:,}", number=each, all=moments[-1]) for each in moments]
    (length,) = lengths
    return [translate("epoch {number} of {all}", number=each // length, all=moments[-1] // length) for each in moments]


def _end() -> None:
    """Go to the end; a new player, since the former one may just have said that it plays on."""
    session.put(recorded_moment=LAST, replays=session.get("replays") + 1)


def _close() -> None:
    session.put(recorded="")


def find_next_seed(store: RunStore, experiment: Experiment) -> int:
    """Return the lowest seed that neither the recording nor an earlier run of the visitor has."""
    recording = find(experiment)
    known = {run.seed for arm in recording.arms.values() for run in arm.runs} if recording else {0}
    known |= {run.plan.seed for run in store.runs() if planner.get_experiment(run) == experiment.id}
    return max(known) + 1


def find_runs_beside(status: RunStatus) -> tuple[RecordedRun, ...]:
    """Return the recorded trainings of the arm that a run trains, if it learns by the same plan."""
    experiment = EXPERIMENTS.get(planner.get_experiment(status.run))
    recording = find(experiment) if experiment is not None else None
    if experiment is None or recording is None or planner.get_data_reference().sha256 != recording.data_sha256:
        return ()
    return recording.arms[status.run.arm].runs if _follows_plan(experiment, status.run) else ()


def _follows_plan(experiment: Experiment, run: Run) -> bool:
    """Return whether a run has the plan of its arm, in all but the seed."""
    arm = next((arm for arm in experiment.arms if arm.id == run.arm), None)
    return arm is not None and replace(run.plan, seed=arm.plan.seed) == arm.plan


def join(experiment: Experiment, own: Results, seed: int, data_sha256: str) -> Results:
    """Put a visitor's trainings with one seed among the recorded ones, if these learned from the same digits."""
    recording = find(experiment)
    if recording is None or recording.data_sha256 != data_sha256 or own.count != recording.count:
        return own
    known = {arm: tuple(run.share for run in recording.arms[arm].runs if run.seed != seed) for arm in recording.arms}
    return replace(own, shares={arm: (*known[arm], *shares) for arm, shares in own.shares.items()})


def say_where_it_falls(experiment: Experiment, own: Results, seed: int) -> None:
    """Say where the visitor's own trainings lie among the recorded ones."""
    recording = find(experiment)
    if recording is None:
        return
    parts = []
    for arm in experiment.arms:
        others = [run.share for run in recording.arms[arm.id].runs if run.seed != seed]
        share, low, high = format_points(own.shares[arm.id][0], min(others), max(others))
        parts.append(
            translate(
                "{arm} {share} % (recorded: {low} to {high} %)",
                arm=translate(arm.label),
                share=share,
                low=low,
                high=high,
            )
        )
    st.caption(page.escape_markdown(translate("Your seed {seed}: {arms}.", seed=seed, arms=", ".join(parts))))


def estimate_spread(share: float, data_sha256: str) -> float | None:
    """Estimate the spread between seeds of a training that reads `share` right; None for other digits than recorded."""
    known = [recording for name in EXPERIMENTS if (recording := cache.recording(name, model_store.folder()))]
    return recordings.estimate_spread((each for each in known if each.data_sha256 == data_sha256), share)
