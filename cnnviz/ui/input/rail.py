"""The rail: pad, what the network reads, its answer and the network, in sight wherever a page is scrolled to.

The style sheet of all pages keeps the container `subject` at the left of a wide window; in a narrow one it is a bar at
the foot, with the digit and the answer, that opens as a sheet. Everything in it is drawn either way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.core.inference import subject
from cnnviz.core.inference.subject import Prediction
from cnnviz.core.networks.architecture import DIGITS
from cnnviz.ui.components import followers
from cnnviz.ui.components.bars import bars
from cnnviz.ui.components.rail import LABELS, rail_head
from cnnviz.ui.components.sentence import sentence
from cnnviz.ui.i18n import translate_all
from cnnviz.ui.input import preprocessing_steps, surfaces
from cnnviz.ui.prediction import answer, history, network_picker, wording
from cnnviz.ui.shell import networks, page, session

READ_SIDE = 84
"""Side in CSS pixels of the picture that the network reads."""

READING: Mapping[str, Any] = {
    "key": "subject-reading",
    "horizontal": True,
    "vertical_alignment": "center",
    "gap": "small",
}
"""The container of that picture and the answer."""

_last_place: ContextVar[AbstractContextManager[Any] | None] = ContextVar("last_place", default=None)
"""Container of the last answers, while the rail is drawn."""


@contextmanager
def keep_in_sight(*, choices: bool = True) -> Iterator[None]:
    """Draw what follows in the rail, and below it the choice of network and surface, unless there are no `choices`.

    The last answers come at the end, and how often a warning is wrong: they are what a low window may leave out of
    sight.
    """
    with st.container(key="subject", gap="xsmall"):
        rail_head(wording.word_all(LABELS))
        live = st.container(key="subject-live", gap="xsmall")
        if choices:
            with st.container(key="subject-choices", gap="xsmall", horizontal=True, vertical_alignment="center"):
                network_picker.pick()
                surfaces.pick_surface(only_for_experts=True)
        token = _last_place.set(st.container(key="subject-last", gap="xsmall"))
        try:
            with live:
                yield
        finally:
            _last_place.reset(token)


def draw(*, plain: bool = False) -> bool:
    """Show the drawing surface in the rail; return whether the pen is down. `plain` as for `surfaces.draw`."""
    with st.container(key="subject-pad"):
        return surfaces.draw(plain=True) if plain else surfaces.draw()


def show_reading() -> Prediction:
    """Show what the chosen network reads, and return it."""
    source = session.subject()
    prediction = subject.read(networks.load_chosen(), source, session.steps())
    doubt = answer.describe_doubt(prediction)
    with followers.container(**READING):
        preprocessing_steps.show_image(prediction.trace.picture, READ_SIDE)
        answer.show_digit(prediction, width="content")
        answer.show_sentence(answer.describe_answer(prediction, source))
    answer.show_bars(prediction, answer.announce(prediction, source, doubt))
    with followers.container(key="subject-note"):
        sentence("note", answer.warn_of_doubt(prediction))
    history.keep(prediction, source)
    with _last_place.get() or nullcontext():  # in a fragment there is none: the last answers are carried
        history.show()
        if session.wants_everything():
            with followers.container(key="subject-measure"):
                sentence("measure", answer.describe_measure(prediction))
    return prediction


def add_note(text: str) -> None:
    """Say something more below the answer, which the bar leaves out."""
    with st.container(key="subject-note"):
        st.caption(text)


def show_answer(
    digit: str, probabilities: np.ndarray | None, words: str, image: np.ndarray, classes: tuple[str, ...] = DIGITS
) -> None:
    """Show what is read beside the answer, and the probabilities.

    Args:
        digit: The answer, plain text, or a dash.
        probabilities: (classes,) float32, or None without an answer.
        words: How sure the network is, for the bar too.
        image: (h, w) float in [0, 1] or (h, w, 3), what the network reads.
        classes: Names of the answers.
    """
    with st.container(**READING):
        preprocessing_steps.show_image(image, READ_SIDE)
        with st.container(key="predicted-digit" if classes == DIGITS else "predicted-name", width="content"):
            st.markdown(page.escape_markdown(digit))
        sentence("sentence", words)
    bars("answer", probabilities, translate_all(answer.choose_labels(classes)), classes, live=True)
