"""The cards of the ready experiments, and what they say in the end."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.training.experiments import EXPERIMENTS
from tests.marked_text import plain


def cards() -> None:
    import streamlit as st

    from cnnviz.ui.shell import session
    from cnnviz.ui.training.experiments import cards

    session.begin()
    if st.session_state.get("here", True):
        cards.show(
            lambda experiment: st.session_state.update(started=experiment.id),
            lambda experiment: st.session_state.update(played=experiment.id),
            lambda experiment: experiment.id != "digits",
            lambda experiment: 30.0 * len(experiment.arms) - 30,
        )


def ended(name: str, shares: dict[str, float]) -> None:
    from cnnviz.core.training.experiments import EXPERIMENTS
    from cnnviz.core.training.verdicts import Results
    from cnnviz.ui.shell import session
    from cnnviz.ui.training.experiments import cards

    session.begin()
    measured = Results({arm: (share,) for arm, share in shares.items()}, EXPERIMENTS[name].count)
    cards.show_verdict(EXPERIMENTS[name], measured)


def test_a_card_says_how_many_minutes_its_trainings_take() -> None:
    app = AppTest.from_function(cards).run()
    said = [str(caption.value) for caption in app.caption]
    for arms in (2, 3, 4):
        assert any(text.startswith(f"{arms} trainings") for text in said)
    for name, time in (("pooling", "less than a minute"), ("filters", "about 1 minute"), ("rates", "about 2 minutes")):
        assert time in app.button(key=f"start-{name}").label


def test_each_button_says_how_long_it_takes() -> None:
    """The minutes are those of a training; what is recorded is there at once."""
    app = AppTest.from_function(cards).run()
    assert app.button(key="play-rates").label == "Find out (recorded: at once)"
    assert app.button(key="start-rates").label == "Train it yourself (about 2 minutes)"
    assert app.button(key="start-digits").label == "Find out (about 1 minute)"
    assert not any("minute" in str(caption.value) for caption in app.caption)


def test_each_card_says_what_one_will_see() -> None:
    app = AppTest.from_function(cards).run()
    said = plain(" ".join(str(caption.value) for caption in app.caption))
    for experiment in EXPERIMENTS.values():
        assert f"You will see: {plain(experiment.shows)}" in said


def test_every_experiment_has_a_card_and_starts_by_one_click() -> None:
    app = AppTest.from_function(cards).run()
    assert not app.exception
    texts = plain(" ".join(text.value for text in app.markdown))
    for name, experiment in EXPERIMENTS.items():
        assert plain(experiment.question) in texts
        app.button(key=f"start-{name}").click().run()
        assert app.session_state["started"] == name
        if name == "digits":
            assert app.button(key="start-digits").label.startswith("Find out (")
            assert not any(button.key == "play-digits" for button in app.button)
        else:
            assert app.button(key=f"start-{name}").label.startswith("Train it yourself (")
            app.button(key=f"play-{name}").click().run()
            assert app.session_state["played"] == name


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
    return plain(" ".join(element.value for kind in kinds for element in kind))


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
            ["**Max pooling** 98.0 %", "You guessed right: Max pooling", "That agrees with what is usually said"],
        ),
        (
            {"max": 0.95, "average": 0.98},
            "max",
            ["It came out: Average pooling", "Usually it is said: Max pooling", "These trainings contradict it"],
        ),
        (
            {"max": 0.98, "average": 0.979},
            None,
            ["cannot be told apart", "Usually it is said: Max pooling", "neither show it nor exclude it"],
        ),
    ],
)
def test_the_verdict_is_computed_from_the_results(
    shares: dict[str, float], guess: str | None, words: list[str]
) -> None:
    text = said("pooling", shares, guess)
    assert all(word in text for word in words), text
    assert text.count("95 %") == 1
    assert ("You guessed" in text) == (guess is not None)


@pytest.mark.parametrize(
    ("guess", "words"),
    [
        ("0.01", "You guessed: 0.01. It may be so: these trainings leave open 0.01; 0.001."),
        ("0.1", "You guessed: 0.1. These trainings exclude it and leave open 0.01; 0.001."),
        ("alike", "These trainings exclude it and leave open 0.01; 0.001."),
    ],
)
def test_a_guess_is_set_beside_all_answers_that_are_left(guess: str, words: str) -> None:
    text = said("rates", {"0.1": 0.107, "0.01": 0.984, "0.001": 0.978, "0.0001": 0.933}, guess)
    assert words in text
    assert "Clearly behind **rate 0.01**: **rate 0.0001**, **rate 0.1**" in text
    assert "Usually it is said: 0.001." in text
    assert "neither show it nor exclude it" in text


def test_more_mistakes_than_before_answer_none_of_the_guesses() -> None:
    text = said("digits", {"100": 0.8, "1000": 0.97, "10000": 0.17}, "same")
    assert "None of these answers came out" in text
    assert "clearly more mistakes" in text
