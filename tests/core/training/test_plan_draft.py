"""Drafts of a plan: any value is accepted, errors are reported by name, a legal draft is a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.networks.architecture import TUTORIALS
from cnnviz.core.networks.training_plan import OPTIMIZERS, TrainingPlan
from cnnviz.core.training.plan_draft import DEFAULT_RATES, GOOD_RATES, PlanDraft, make_default_draft

ODD: st.SearchStrategy[Any] = st.sampled_from(
    [
        0,
        -1,
        1,
        2,
        64,
        500,
        59_000,
        10**9,
        0.001,
        1.5,
        float("nan"),
        "",
        "1e",
        None,
        True,
        "adam",
        "cosine",
        "affine",
        [],
    ]
)
NAMES = sorted(make_default_draft(60_000).values)


@given(changes=st.dictionaries(st.sampled_from(NAMES), ODD, max_size=4), available=st.integers(20, 60_000))
def test_any_values_are_taken_and_what_is_wrong_is_said_by_name(changes: dict[str, Any], available: int) -> None:
    draft = make_default_draft(available).change(**changes)
    problems = draft.problems(available)
    plan = draft.plan(available)
    assert set(problems) <= set(NAMES)
    assert (plan is None) == bool(problems)
    if plan is not None:
        assert plan.examples <= available
        assert plan.examples - plan.validation_examples == draft.values["learn"]
        assert PlanDraft.from_plan(plan).plan(available) == plan


@given(available=st.integers(20, 60_000))
def test_the_usual_plan_fits_the_data(available: int) -> None:
    assert make_default_draft(available).problems(available) == {}


@pytest.mark.parametrize("name", sorted(TUTORIALS))
def test_a_plan_comes_back(name: str) -> None:
    plan = TUTORIALS[name][1]
    assert PlanDraft.from_plan(plan).plan(60_000) == replace(plan, split="stratified")  # whichever digits it held out


@pytest.mark.parametrize(
    ("changes", "name", "words"),
    [
        ({"learn": 59_001}, "check", "from 0 to 999"),
        ({"learn": 60_001}, "learn", "from 10 to 60000"),
        ({"learn": "many"}, "learn", "Received: 'many'"),
        ({"batch_size": 0}, "batch_size", "`batch_size` must be"),
        ({"learning_rate": float("nan")}, "learning_rate", "Received: nan"),
        ({"epochs": 10_000}, "epochs", "from 1 to 200"),
        ({"check": 0, "patience": 3}, "patience", "needs pictures to check with"),
    ],
)
def test_a_refusal_stands_at_its_setting(changes: dict[str, Any], name: str, words: str) -> None:
    problems = make_default_draft(60_000).change(**changes).problems(60_000)
    assert list(problems) == [name]
    assert words in str(problems[name])


def test_another_optimizer_brings_its_rate() -> None:
    draft = make_default_draft(60_000).change(learning_rate=0.3)
    for name in OPTIMIZERS:
        plan = draft.change(optimizer=name).plan(60_000)
        assert plan is not None
        assert plan.learning_rate == GOOD_RATES[name]
    assert draft.change(optimizer="sgd", learning_rate=0.5).values["learning_rate"] == 0.5


def test_varied_digits_are_learned_with_a_falling_rate() -> None:
    plan = make_default_draft(60_000).change(augmentation="affine").plan(60_000)
    assert plan is not None
    assert plan.schedule == "cosine"


@pytest.mark.train
@pytest.mark.filterwarnings("ignore::DeprecationWarning:tensorflow")
def test_the_default_rates_are_those_of_keras() -> None:
    from cnnviz.workers import keras_model  # noqa: F401  (first, as it quiets TensorFlow)

    import keras  # isort: skip

    assert set(DEFAULT_RATES) == set(OPTIMIZERS)
    for name, rate in DEFAULT_RATES.items():
        assert float(keras.optimizers.get(name).learning_rate) == pytest.approx(rate)
    assert TrainingPlan().learning_rate == DEFAULT_RATES["adam"]
