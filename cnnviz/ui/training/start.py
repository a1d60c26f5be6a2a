"""The two ways to begin: a ready experiment, or a network and a plan of one's own."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import numpy as np
import streamlit as st

from cnnviz.core.data import datasets
from cnnviz.core.errors import Refusal
from cnnviz.core.inference.subject import prepare_digit
from cnnviz.core.networks.architecture import Architecture, TrainingPlan
from cnnviz.core.training import estimates
from cnnviz.core.training.experiments import Experiment
from cnnviz.core.training.plan_draft import MIN_OWN_EXAMPLES
from cnnviz.jobs.runs import calibration, planner
from cnnviz.jobs.runs import store as run_store
from cnnviz.jobs.runs.store import RunStore
from cnnviz.ui.data import training_choice
from cnnviz.ui.i18n import gettext_noop, translate, translate_refusal
from cnnviz.ui.shell import page, session, visitor, widgets
from cnnviz.ui.shell.fields.train import DIGITS
from cnnviz.ui.training import architecture_editor, plan_form, run_status
from cnnviz.ui.training.controls import format_duration
from cnnviz.ui.training.experiments import cards, recorded


def show_experiments() -> None:
    """Show the ready experiments; one click shows what was recorded or starts all arms of one, one after the other."""
    recorded.show()
    cards.show(
        session.guard(_start_experiment),
        session.guard(recorded.play),
        lambda experiment: recorded.find(experiment) is not None,
        _estimate,
    )


def _estimate(experiment: Experiment) -> float:
    """Return the seconds that all trainings of an experiment will take here, one after the other."""
    speed, digits = calibration.load(run_store.folder()), _count_digits()
    return sum(estimates.estimate_seconds(arm.architecture, arm.plan, speed, *digits) for arm in experiment.arms)


def _start_experiment(experiment: Experiment) -> None:
    """Plan a run for each arm, start the first ones, and watch them together."""
    store = visitor.store()
    first, *others = _plan_arms(store, experiment)
    planner.advance(store)
    _watch(first, tuple(others))
    session.put(followed_experiment=store.run(first).experiment)


def _plan_arms(store: RunStore, experiment: Experiment) -> list[str]:
    """Plan all arms or, where one is refused, none."""
    experiment_run, planned = planner.make_experiment_run(experiment.id), list[str]()
    seed = recorded.find_next_seed(store, experiment)  # the visitor's trainings are others than the recorded ones
    try:
        for arm in experiment.arms:
            job = planner.make_job(arm.architecture, replace(arm.plan, seed=seed), _convert_digit())
            planned.append(planner.plan(store, job, translate(arm.label), experiment_run, arm.id).id)
    except BaseException:  # whatever it is, none has begun
        for run_id in planned:
            with contextlib.suppress(OSError):
                run_status.discard(store, run_id)
        raise
    return planned


def show_builder() -> None:
    """Show the editor of the network beside the plan, and start what they say."""
    _pick_data()
    architecture_editor.fit_answer()
    left, right = st.columns([5, 3], gap="medium")
    with left, st.container(key="architecture-editor", gap="xsmall"):
        architecture = architecture_editor.show()
    with right:
        plan = plan_form.show(architecture)
        _offer(architecture, plan)


def _pick_data() -> None:
    """Show the choice between the digits and the visitor's own sets, or how to come to one."""
    titles, small = training_choice.list_titles(), training_choice.list_small_titles()
    if small:
        st.caption(translate(SMALL_SETS, names=", ".join(small), least=MIN_OWN_EXAMPLES))
    elif not titles:
        st.caption(translate(NO_SETS))
    if not titles:
        return
    options = {DIGITS: translate("Digits")} | titles
    widgets.one_named("plan_set", translate("Learn from"), options, then=plan_form.begin_again)
    if training_choice.find() is not None:
        classes = training_choice.get_classes()
        names = ", ".join(page.escape_markdown(name) for name in classes[:MAX_NAMED])
        more = "" if len(classes) <= MAX_NAMED else ", …"
        st.caption(translate("{number} classes: {names}.", number=len(classes), names=names + more))


def _offer(architecture: Architecture | None, plan: TrainingPlan | None) -> None:
    """Show what the training will cost, and the button that starts it, or why it cannot start."""
    problem = _find_problem(architecture, plan)
    if problem is not None:
        st.error(page.escape_markdown(translate_refusal(problem)))
    elif architecture is not None and plan is not None:
        st.markdown(_describe_cost(architecture, plan))
    st.text_input(translate("Name of the run"), value=_make_title(visitor.store()), max_chars=64, key=TITLE)
    ready = problem is None and architecture is not None and plan is not None
    st.button(
        translate("Train it"),
        type="primary",
        disabled=not ready,
        key="train",
        width="stretch",
        on_click=session.guard(_start),
    )


TITLE = "run-title"

MAX_NAMED = 20
"""Classes that are named."""

SMALL_SETS = gettext_noop(
    "Too small to learn from yet: {names}. At least {least} pictures are needed beside the test part; add some on the "
    "page Data."
)
NO_SETS = gettext_noop("To learn from pictures of your own, draw or open a set on the page Data.")


def _describe_cost(architecture: Architecture, plan: TrainingPlan) -> str:
    """Say how long it will take, and how well that is known."""
    speed = calibration.load(run_store.folder())
    time = format_duration(estimates.estimate_seconds(architecture, plan, speed, *_count_digits()))
    if not speed.runs:
        return translate(
            "It will take about **{time}** on a server like the one this was measured on; the first run tells "
            "how fast this one is.",
            time=time,
        )
    return translate("It will take about **{time}** on this server.", time=time)


def _count_digits() -> tuple[int, int]:
    """Return the numbers of pictures to train with and to test on."""
    if (kept := training_choice.find()) is not None:
        return kept.trained, kept.tested
    return planner.get_data_reference().count, len(datasets.load_test().y_test)


def _find_problem(architecture: Architecture | None, plan: TrainingPlan | None) -> Refusal | None:
    if architecture is None or plan is None:
        return None  # it is said where it stands
    try:
        estimates.check(architecture, plan)
    except Refusal as reason:
        return reason
    return None


def _start() -> None:
    """Train what the settings say now; what was typed just before the click is newer than the page."""
    architecture = architecture_editor.get_architecture()
    plan = plan_form.find_plan(architecture)
    if architecture is None or plan is None:
        return  # the page says why where it stands
    store = visitor.store()
    title = st.session_state.get(TITLE, _make_title(store))
    training_choice.keep_for_training()
    run = planner.start(store, planner.make_job(architecture, plan, _convert_digit(), store.owner), title)
    st.session_state.pop(TITLE, None)  # the next run gets a name of its own
    _watch(run.id, ())


def _watch(run_id: str, compared: tuple[str, ...]) -> None:
    session.put(watched=run_id, compared=compared, moment=-1)
    session.scroll_up()
    session.choose("train_view", "watch")


def _convert_digit() -> np.ndarray:
    """Convert the visitor's digit for a worker, (28, 28) uint8."""
    return np.round(prepare_digit(session.subject(), session.steps()) * 255).astype(np.uint8)


def _make_title(store: RunStore) -> str:
    return translate("Run {number}", number=len(store.runs()) + 1)
