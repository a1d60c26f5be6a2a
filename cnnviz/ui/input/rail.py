"""The rail: pad, what the network reads, its answer and the network, in sight wherever a page is scrolled to.

The style sheet of all pages keeps the container `subject` at the left of a wide window; in a narrow one it is a bar at
the foot, with the digit and the answer, that opens as a sheet. Everything in it is drawn either way.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import streamlit as st

from cnnviz.core.inference import subject
from cnnviz.core.inference.subject import Prediction
from cnnviz.ui.components.bars import LABELS, bars
from cnnviz.ui.components.rail import rail_head
from cnnviz.ui.i18n import translate_all
from cnnviz.ui.input import preprocessing_steps, surfaces
from cnnviz.ui.prediction import answer, history, network_picker
from cnnviz.ui.shell import networks, session

READ_SIDE = 84
"""Side in CSS pixels of the picture that the network reads."""


@contextmanager
def keep_in_sight(*, choices: bool = True) -> Iterator[None]:
    """Draw what follows in the rail, and below it the choice of network and surface, unless there are no `choices`."""
    with st.container(key="subject", gap="xsmall"):
        rail_head()
        live = st.container(key="subject-live", gap="xsmall")
        if choices:
            with st.container(key="subject-choices", gap="xsmall", horizontal=True, vertical_alignment="center"):
                network_picker.pick()
                surfaces.pick_surface(only_for_experts=True)
        with live:
            yield


def draw(*, plain: bool = False) -> bool:
    """Show the drawing surface in the rail; return whether the pen is down. `plain` as for `surfaces.draw`."""
    with st.container(key="subject-pad"):
        return surfaces.draw(plain=True) if plain else surfaces.draw()


def read() -> tuple[Prediction, bool]:
    """Show the drawing surface, and read what is on it with the chosen network; return that and whether the pen is
    down."""
    pen_down = draw()
    source = session.subject()
    prediction = subject.read(networks.load_chosen(), source, session.steps())
    show_answer(
        "–" if prediction.empty else str(prediction.trace.answer),
        None if prediction.empty else prediction.trace.probabilities,
        answer.describe_answer(prediction, source),
        prediction.trace.digit,
        told=answer.announce(prediction, source),
    )
    if doubt := answer.describe_doubt(prediction):
        add_note(doubt)
    history.keep(prediction, source)
    history.show()
    return prediction, pen_down


def add_note(text: str) -> None:
    """Say something more below the answer, which the bar leaves out."""
    with st.container(key="subject-note"):
        st.caption(text)


def show_answer(
    digit: str, probabilities: np.ndarray | None, sentence: str, image: np.ndarray, told: tuple[int, str] = (0, "")
) -> None:
    """Show what is read beside the answer, and the ten probabilities.

    Args:
        digit: The answer, or a dash.
        probabilities: (10,) float32, or None without an answer.
        sentence: How sure the network is, for the bar too.
        image: (h, w) float in [0, 1] or (h, w, 3), what the network reads.
        told: What those who hear the page are told, with a running number.
    """
    with st.container(key="subject-reading", horizontal=True, vertical_alignment="center", gap="small"):
        preprocessing_steps.show_image(image, READ_SIDE)
        with st.container(key="predicted-digit", width="content"):
            st.markdown(digit)
        st.caption(sentence, width="stretch")
    bars("answer", probabilities, translate_all(LABELS), told=told, live=True)
