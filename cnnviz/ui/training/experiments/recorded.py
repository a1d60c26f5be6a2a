"""The recorded trainings of an experiment: what they show at once, and the learner's own seed among them."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from cnnviz.core.networks import model_store
from cnnviz.core.training import recordings
from cnnviz.core.training.confidence import format_points
from cnnviz.core.training.experiments import EXPERIMENTS, Experiment
from cnnviz.core.training.recordings import RecordedRun, Recording
from cnnviz.core.training.verdicts import Results
from cnnviz.jobs.runs import planner
from cnnviz.jobs.runs.store import Run, RunStore
from cnnviz.ui.i18n import translate
from cnnviz.ui.shell import cache, page, session
from cnnviz.ui.training import chart
from cnnviz.ui.training.experiments import cards
from cnnviz.ui.training.run_status import RunStatus


def find(experiment: Experiment) -> Recording | None:
    """Return the recorded trainings of an experiment, None where there are none."""
    return cache.recording(experiment.id, model_store.folder())


def play(experiment: Experiment) -> None:
    """Show the recorded trainings of an experiment from the next run of the script on."""
    session.put(recorded=experiment.id)
    session.scroll_up()


def show() -> None:
    """Show the recorded trainings that were asked for and their verdict; nothing where none were."""
    experiment = EXPERIMENTS.get(session.get("recorded"))
    recording = find(experiment) if experiment is not None else None
    if experiment is None or recording is None:
        return
    with st.container(border=True, key="recorded"):
        cards.show_verdict(experiment, Results(recording.get_shares(), recording.count))
        labels = {arm.id: translate(arm.label) for arm in experiment.arms}
        chart.show_recorded("recorded-curves", labels, experiment, recording)
        st.caption(
            translate(
                "Recorded on MNIST with {seeds} seeds each: thin lines are single trainings, strong ones their mean, "
                "judged after every epoch by digits that were held out.",
                seeds=recording.seeds,
            )
        )
        st.button(translate("Close"), key="close-recorded", on_click=session.guard(_close))


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
