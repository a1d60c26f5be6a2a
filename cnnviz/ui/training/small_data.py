"""Say that trainings use scikit-learn's digits where MNIST is missing, with their numbers."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.data import datasets
from cnnviz.core.networks import training_plan
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.core.training.experiments import SHIFTED, Experiment
from cnnviz.jobs.runs import planner
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.shell import terms
from cnnviz.ui.training.run_status import RunStatus

NAME = datasets.BUNDLED
NOTE = gettext_noop(
    "[[mnist|MNIST]] is not on this computer, so trainings use {name}: {train:,} to learn from and [[validation "
    "set|validate on]], {test:,} to [[test set|test on]], enlarged from 8 × 8. Results are rough: a few digits "
    "decide, and they cannot be set beside results on MNIST."
)


def is_used() -> bool:
    """Return whether trainings that start now use the small data set."""
    return datasets.load_test().name != datasets.MNIST


def was_used(status: RunStatus) -> bool:
    """Return whether a run was trained on the small data set, as its card or its first event says."""
    card = status.get_payload("result").get("card")
    if card is not None:
        return str(card["data"]["name"]).startswith(NAME)
    examples = status.get_payload("start").get("examples")
    return examples is not None and examples < status.run.plan.examples - status.run.plan.validation_examples


def count_digits(plan: TrainingPlan) -> tuple[int, int]:
    """Return how many digits a plan learns from and how many it validates on, with the data that is there."""
    return training_plan.count_digits(plan, planner.get_data_reference().count)


def count_judging(experiment: Experiment) -> int:
    """Return how many digits decide an experiment, with the data that is there."""
    if experiment.measure == SHIFTED:
        return min(experiment.count, len(datasets.load_test().y_test))
    return min(count_digits(arm.plan)[1] for arm in experiment.arms)


def show_note() -> None:
    """Say what the trainings learn from and that their results are rough; nothing where MNIST is there."""
    if is_used():
        st.warning(
            terms.explain(
                NOTE,
                name=translate("the digits that scikit-learn carries"),
                train=planner.get_data_reference().count,
                test=len(datasets.load_test().y_test),
            )
        )
