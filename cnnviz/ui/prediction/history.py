"""The last answers: small pictures of what was read, each of which brings its drawing back."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from cnnviz.core.inference.subject import InputSource, Prediction
from cnnviz.core.networks.architecture import DIGITS
from cnnviz.ui.components import followers
from cnnviz.ui.components.thumbnails import read_pick, thumbnails
from cnnviz.ui.i18n import translate
from cnnviz.ui.input import ink_and_paper
from cnnviz.ui.shell import session

MAX_ANSWERS = 5
"""As many stand beside one another in the rail."""

SIZE = 40
"""Side of a picture in CSS pixels."""

KINDS = frozenset({"drawing", "sample"})
"""Kinds of what is kept; an upload has a place of its own, and may be large."""


@dataclass(frozen=True)
class Answer:
    """What was read, and how.

    Attributes:
        source: The drawing or the test digit.
        digit: (28, 28) float32 in [0, 1], what was made of it.
        answer: The class that the network gave most, 0 to 9.
        share: Its probability, in [0, 1].
        name: Name of that class; "" for a digit.
    """

    source: InputSource
    digit: np.ndarray = field(repr=False, compare=False)
    answer: int
    share: float
    name: str = ""


def keep(prediction: Prediction, source: InputSource) -> None:
    """Keep an answer once the pen is up, the newest first.

    A drawing that goes on, or is undone, replaces what it was before.
    """
    if prediction.empty or source.kind not in KINDS or session.get("pen_down"):
        return
    probabilities = prediction.trace.probabilities
    new = Answer(source, prediction.digit, prediction.trace.answer, float(probabilities.max()), _name(prediction))
    kept: tuple[Answer, ...] = session.get("answers")
    place = next((at for at, one in enumerate(kept) if _is_same(one.source, source)), None)
    if place is not None:  # of another network, or brought back: it stays where it is
        session.put(answers=(*kept[:place], new, *kept[place + 1 :]))
    elif kept and _goes_on(kept[0].source, source):
        session.put(answers=(new, *kept[1:]))
    else:
        session.put(answers=(new, *kept[: MAX_ANSWERS - 1]))


def show() -> None:
    """Show the last answers; a click brings one back."""
    kept: tuple[Answer, ...] = session.get("answers")
    with followers.container(key="last-answers", gap="small"):
        if not kept:
            return
        if not followers.are_carried():
            st.caption(translate("Last answers"))
        thumbnails(
            "last-answer",
            ink_and_paper.colour_digits_alike([one.digit for one in kept]),
            [_caption(one) for one in kept],
            label=translate("Last answers: pick one to bring it back"),
            size=SIZE,
            on_pick=_bring_back,
        )


def _caption(one: Answer) -> str:
    return translate("{digit}: {share} %", digit=one.name or one.answer, share=min(99, int(one.share * 100)))


def _name(prediction: Prediction) -> str:
    return "" if prediction.classes == DIGITS else prediction.answer_name


def _bring_back() -> None:
    kept, index = session.get("answers"), read_pick("last-answer")
    if 0 <= index < len(kept):
        session.show(kept[index].source)


def _is_same(one: InputSource, other: InputSource) -> bool:
    return _identity(one) == _identity(other)


def _identity(source: InputSource) -> tuple[object, ...]:
    return source.kind, source.drawing, source.source, source.number


def _goes_on(before: InputSource, after: InputSource) -> bool:
    """Return whether one drawing is the beginning of the other."""
    if before.kind != "drawing" or after.kind != "drawing":
        return False
    length = min(len(before.drawing.strokes), len(after.drawing.strokes))
    return before.drawing.strokes[:length] == after.drawing.strokes[:length]
