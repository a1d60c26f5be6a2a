"""The form of the plan, used through its widgets."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.networks.architecture import TrainingPlan
from cnnviz.core.training import cpu
from cnnviz.core.training.fast_plan import FAST_PLAN
from cnnviz.core.training.plan_draft import GOOD_RATES
from cnnviz.ui.training import plan_form
from tests.marked_text import plain


def script() -> None:
    import streamlit as st

    from cnnviz.ui.shell import session
    from cnnviz.ui.training import plan_form

    session.begin()
    if st.session_state.get("here", True):
        st.session_state["made"] = plan_form.show()


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Open the form with all its settings where MNIST is available."""
    monkeypatch.setattr(plan_form, "_find_data", lambda: ("MNIST", 60_000))
    app = AppTest.from_function(script, default_timeout=60)
    app.session_state["detail"] = "everything"
    return app.run()


def made(app: AppTest) -> TrainingPlan | None:
    assert not app.exception
    plan: TrainingPlan | None = app.session_state["made"]
    return plan


def legal(app: AppTest) -> TrainingPlan:
    plan = made(app)
    assert plan is not None
    return plan


def key(app: AppTest, name: str) -> str:
    return f"recipe-{app.session_state['recipe_edition']}-{name}"


def test_form_opens_with_a_startable_plan(app: AppTest) -> None:
    assert not app.error
    assert legal(app).validation_examples == 1_000


def test_numbers_of_digits_are_picked_or_typed(app: AppTest) -> None:
    app.selectbox(key=key(app, "learn")).select("500").run()
    app.selectbox(key=key(app, "check")).select("2,000").run()
    assert (legal(app).examples, legal(app).validation_examples) == (2_500, 2_000)


def test_a_rate_that_was_picked_gives_way_to_another_optimisers(app: AppTest) -> None:
    app.selectbox(key=key(app, "learning_rate")).select("0.1").run()
    assert legal(app).learning_rate == 0.1
    app.button_group(key=key(app, "optimizer")).set_value("sgd").run()
    assert legal(app).learning_rate == GOOD_RATES["sgd"]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1,234", 1234),
        ("1 234", 1234),
        (500, 500),
        ("many", "many"),
        ("-5", "-5"),
        ("1e3", "1e3"),
        ("9" * 5000, "9" * 5000),
        ("٣", "٣"),
    ],
)
def test_what_is_typed_is_a_number_or_stays(typed: object, read: object) -> None:
    assert plan_form.read_whole(typed) == read


@pytest.mark.parametrize(("typed", "read"), [("0.05", 0.05), ("1e-3", 0.001), (0.1, 0.1), ("fast", "fast")])
def test_a_rate_is_a_number_or_stays(typed: object, read: object) -> None:
    assert plan_form.read_fraction(typed) == read


def test_invalid_value_is_refused_at_its_field(app: AppTest) -> None:
    app.number_input(key=key(app, "batch_size")).set_value(0).run()
    assert made(app) is None
    (error,) = app.error
    assert "batch" in error.value
    app.number_input(key=key(app, "batch_size")).set_value(10).run()
    assert legal(app).batch_size == 10


def test_more_digits_than_there_are_is_refused(app: AppTest) -> None:
    app.selectbox(key=key(app, "learn")).select("59,000").run()
    assert not app.error
    app.selectbox(key=key(app, "check")).select("5,000").run()
    assert made(app) is None
    assert "from 0 to 1000" in app.error[0].value


@pytest.mark.parametrize("name", sorted(GOOD_RATES))
def test_an_optimiser_brings_its_rate_and_says_keras_own(app: AppTest, name: str) -> None:
    app.button_group(key=key(app, "optimizer")).set_value(name).run()
    plan = legal(app)
    assert (plan.optimizer, plan.learning_rate) == (name, GOOD_RATES[name])
    assert app.selectbox(key=key(app, "learning_rate")).value == f"{GOOD_RATES[name]:g}"
    (said,) = [text.value for text in app.caption if "Keras 3’s rate" in text.value]
    assert ("0.01." if name == "sgd" else "0.001.") in said
    assert ("older tutorials took 1.0" in said) == (name == "adadelta")


def test_early_stopping_has_patience(app: AppTest) -> None:
    app.toggle(key=key(app, "patience")).set_value(True).run()
    assert legal(app).patience == 2
    app.number_input(key=key(app, "epochs-of-patience")).set_value(4).run()
    assert legal(app).patience == 4
    app.selectbox(key=key(app, "check")).select("0").run()
    assert "needs pictures to check with" in app.error[0].value
    app.toggle(key=key(app, "patience")).set_value(False).run()
    assert legal(app).patience is None


def test_varied_digits_make_the_rate_fall(app: AppTest) -> None:
    app.button_group(key=key(app, "augmentation")).set_value("affine").run()
    assert (legal(app).augmentation, legal(app).schedule) == ("affine", "cosine")


def test_mixed_precision_is_offered_where_it_pays(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    for there in (True, False):
        monkeypatch.setattr(cpu, "has_bfloat16", lambda there=there: there)
        labels = [toggle.label for toggle in app.run().toggle]
        assert ("Mixed precision" in labels) == there


def test_the_fast_plan_is_taken_and_explained(app: AppTest) -> None:
    app.number_input(key=key(app, "seed")).set_value(9).run()
    app.button(key="fast-plan").click().run()
    plan = legal(app)
    assert (plan.examples, plan.batch_size, plan.epochs, plan.schedule, plan.seed) == (
        FAST_PLAN.examples,
        FAST_PLAN.batch_size,
        FAST_PLAN.epochs,
        "cosine",
        9,
    )
    assert app.number_input(key=key(app, "batch_size")).value == FAST_PLAN.batch_size
    said = plain(" ".join(text.value for text in app.markdown))
    assert "Epochs: 1, of 50,000 pictures in batches of 64" in said
    assert "A rate of 0.003, 3 times Keras’s own for Adam" in said


def test_the_reasons_of_the_fast_plan_follow_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(FAST_PLAN, examples=31_000, epochs=4, optimizer="sgd", learning_rate=0.05)
    monkeypatch.setattr(plan_form, "FAST_PLAN", other)
    said = " ".join(plain(reason).format(**plan_form._describe_fast()) for reason in plan_form.WHY_FAST)
    assert "Epochs: 4, of 30,000 pictures" in said
    assert "A rate of 0.05, 5 times Keras’s own for SGD" in said


def test_the_plan_survives_a_page_without_the_form(app: AppTest) -> None:
    app.number_input(key=key(app, "epochs")).set_value(3).run()
    for here in (False, True):
        app.session_state["here"] = here
        app.run()
    assert legal(app).epochs == 3
    assert app.number_input(key=key(app, "epochs")).value == 3


def test_without_mnist_the_usual_plan_fits_the_digits_that_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CNNVIZ_MNIST", raising=False)
    app = AppTest.from_function(script, default_timeout=60).run()
    assert legal(app).examples < 1_797
    assert any("scikit-learn digits" in text.value for text in app.caption)
    assert "Take the fast plan" not in [button.label for button in app.button]


def test_bfloat16_is_given_the_digits_that_it_has() -> None:
    bits = 8  # of the significand, the leading one among them
    assert 2 < bits * math.log10(2) < 3
    assert "bfloat16, numbers with two to three digits" in plan_form.PRECISIONS
