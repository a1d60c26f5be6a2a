"""Guesses on the page Convolution: optional, checked, and remembered for the visit."""

from __future__ import annotations

from collections.abc import Mapping

from cnnviz.core.lessons.convolution.worked_example import ConvWorkedExample
from cnnviz.ui.components.conv_grid import name_of, read_guesses
from cnnviz.ui.shell import session

MAX_GUESSES = 500
"""Guesses of a visit that are remembered; then the oldest are forgotten."""


def take(key: str) -> None:
    """Remember what was guessed since the last run in the grid `key`."""
    for guess in read_guesses(key):
        remember((guess.example, guess.place), guess.text, guess.right)


def remember(question: tuple[str, int], answer: str, right: bool) -> None:
    """Remember the answer to a question; another one to the same question takes its place."""
    known = {name: said for name, said in session.get("conv_guesses").items() if name != question}
    session.put(conv_guesses=dict([*known.items(), (question, (answer, right))][-MAX_GUESSES:]))


def get_guesses(example: ConvWorkedExample) -> Mapping[int, str]:
    """Return what was guessed about `example`: place -> text."""
    name = name_of(example)
    return {place: text for (of, place), (text, _) in session.get("conv_guesses").items() if of == name}


def count_score() -> tuple[int, int]:
    """Return how many guesses of the visit were right, and how many there were."""
    said = session.get("conv_guesses").values()
    return sum(right for _, right in said), len(said)


def get_answer(question: tuple[str, int]) -> str:
    """Return what was answered to a question, "" for nothing yet."""
    text, _ = session.get("conv_guesses").get(question, ("", False))
    return str(text)
