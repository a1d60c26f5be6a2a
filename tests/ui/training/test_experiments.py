"""The cards of the ready experiments, and what they say in the end."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.training.experiments import EXPERIMENTS


def cards() -> None:
    import streamlit as st

    from cnnviz.ui.shell import session
    from cnnviz.ui.training import experiments

    session.begin()
    if st.session_state.get("here", True):
        experiments.show(lambda experiment: st.session_state.update(started=experiment.id))


def ended(name: str, shares: dict[str, float]) -> None:
    from cnnviz.core.training.experiments import EXPERIMENTS
    from cnnviz.ui.shell import session
    from cnnviz.ui.training import experiments

    session.begin()
    experiments.verdict(EXPERIMENTS[name], shares)


def test_every_experiment_has_a_card_and_starts_by_one_click() -> None:
    app = AppTest.from_function(cards).run()
    assert not app.exception
    texts = " ".join(text.value for text in app.markdown)
    for name, experiment in EXPERIMENTS.items():
        assert experiment.question in texts
        app.button(key=f"start-{name}").click().run()
        assert app.session_state["started"] == name


def test_a_guess_is_kept_also_on_another_page() -> None:
    app = AppTest.from_function(cards).run()
    app.button_group(key="guess-pooling").set_value("average").run()
    for here in (False, True):
        app.session_state["here"] = here
        app.run()
    assert app.session_state["guesses"] == {"pooling": "average"}
    assert app.button_group(key="guess-pooling").value == "average"


def said(name: str, shares: dict[str, float], guess: str | None = None) -> str:
    app = AppTest.from_function(ended, args=(name, shares))
    app.session_state["guesses"] = {name: guess}
    app.run()
    assert not app.exception
    kinds = (app.markdown, app.caption, app.success, app.info)
    return " ".join(element.value for kind in kinds for element in kind)


def test_missing_results_are_named_before_the_end() -> None:
    text = said("pooling", {"max": 0.98})
    assert "Still to come: Average pooling." in text
    assert "%" not in text


@pytest.mark.parametrize(
    ("shares", "guess", "words"),
    [
        (
            {"max": 0.98, "average": 0.95},
            "max",
            ["**Max pooling** reads 98.0 %", "You guessed right: Max pooling"],
        ),
        (
            {"max": 0.95, "average": 0.98},
            "max",
            ["It came out: Average pooling", "These trainings did not show it"],
        ),
        (
            {"max": 0.98, "average": 0.979},
            None,
            ["too few digits to tell", "Usually it is said: Max pooling"],
        ),
    ],
)
def test_the_verdict_is_computed_from_the_results(
    shares: dict[str, float], guess: str | None, words: list[str]
) -> None:
    text = said("pooling", shares, guess)
    assert all(word in text for word in words), text
    assert ("You guessed" in text) == (guess is not None)
