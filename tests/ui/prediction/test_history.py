"""The last answers: which are kept, and what replaces what."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import streamlit as st

from cnnviz.core.drawing.strokes import Drawing, Stroke
from cnnviz.core.inference.subject import InputSource
from cnnviz.core.networks.architecture import DIGITS
from cnnviz.ui.prediction import answer, history
from cnnviz.ui.shell import session


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "session_state", {"answers": (), "announced": (0, "", ""), "pen_down": False})


def drawn(*places: int) -> InputSource:
    return InputSource(drawing=Drawing(tuple(Stroke(((float(place), 1.0),)) for place in places)))


def sample(number: int) -> InputSource:
    return InputSource(kind="sample", digit=np.ones((28, 28), np.float32), source="mnist", number=number)


def predict(digit: int, share: float = 0.9, network: str = "pen", empty: bool = False, seed: int = 0) -> Any:
    probabilities = np.full(10, (1 - share) / 9, np.float32)
    probabilities[digit] = share
    trace = SimpleNamespace(probabilities=probabilities, answer=digit, network_name=network)
    pixels = np.full((28, 28), seed, np.float32)
    return SimpleNamespace(empty=empty, digit=pixels, trace=trace, classes=DIGITS)


def kept() -> list[int]:
    return [one.answer for one in session.get("answers")]


def test_the_newest_answer_comes_first_and_five_are_kept() -> None:
    for number in range(8):
        history.keep(predict(number), drawn(number))
    assert kept() == [7, 6, 5, 4, 3]


def test_a_drawing_that_goes_on_replaces_what_it_was() -> None:
    history.keep(predict(3), sample(5))
    history.keep(predict(1), drawn(10))
    history.keep(predict(4), drawn(10, 20))
    assert kept() == [4, 3]
    history.keep(predict(1), drawn(10))  # undone
    assert kept() == [1, 3]
    history.keep(predict(2), drawn(30))
    assert kept() == [2, 1, 3]


def test_what_comes_again_stays_where_it_is_with_its_newest_answer() -> None:
    history.keep(predict(3), sample(5))
    history.keep(predict(1), drawn(10))
    history.keep(predict(8, network="another"), sample(5))
    assert kept() == [1, 8]


def test_uploads_and_empty_paper_are_not_kept() -> None:
    history.keep(predict(3), InputSource(kind="picture", rgba=np.zeros((9, 9, 4), np.uint8)))
    history.keep(predict(0, empty=True), drawn())
    assert kept() == []


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "describe_answer", lambda prediction, *_, plain: f"a {prediction.trace.answer}" * plain)
    monkeypatch.setattr(answer, "describe_doubt", lambda _: "")


@pytest.mark.usefixtures("words")
def test_an_answer_is_told_once_the_pen_is_up() -> None:
    assert answer.announce(predict(1), drawn(1), "") == (1, "a 1")
    session.put(pen_down=True)
    for seed in (1, 2):
        assert answer.announce(predict(7, seed=seed), drawn(1), "") == (1, "a 1")
        history.keep(predict(7, seed=seed), drawn(1))
    assert kept() == []
    session.put(pen_down=False)
    for _ in range(2):
        assert answer.announce(predict(7, seed=2), drawn(1), "") == (2, "a 7")


@pytest.mark.usefixtures("words")
def test_another_network_is_told_also_in_the_same_words() -> None:
    assert answer.announce(predict(1), drawn(1), "") == (1, "a 1")
    assert answer.announce(predict(1, network="another"), drawn(1), "") == (2, "a 1")
