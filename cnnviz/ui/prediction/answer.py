"""The answer: the digit that the network reads, how sure it is, and all ten probabilities."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.inference.subject import InputSource, Prediction
from cnnviz.ui.components.bars import LABELS, bars
from cnnviz.ui.i18n import translate, translate_all


def show(reading: Prediction, subject: InputSource) -> None:
    """Show the predicted digit in the container `predicted-digit`, and the ten probabilities as bars."""
    digit(reading)
    st.caption(sentence(reading, subject))
    bars("answer", None if reading.empty else reading.trace.probabilities, translate_all(LABELS))


def digit(reading: Prediction) -> None:
    """Show the predicted digit alone, large."""
    with st.container(key="predicted-digit"):
        st.markdown("–" if reading.empty else str(reading.trace.answer))


def sentence(reading: Prediction, subject: InputSource) -> str:
    """Return one sentence that says what was read and how sure the network is."""
    if reading.empty and subject.kind == "picture":
        return translate(
            "The picture was read, but no ink was found in it. Cut out the digit, choose the other ink, or take it "
            "again with darker ink and more light."
        )
    if reading.empty:
        return translate("Nothing drawn yet: draw a digit.")
    values = {"digit": reading.trace.answer, "share": percent(float(reading.trace.probabilities.max()))}
    if subject.label is None:
        return translate("The network reads a {digit} and gives it {share}.", **values)
    return translate(
        "A test digit: its label is {label}. The network reads a {digit} and gives it {share}.",
        label=subject.label,
        **values,
    )


def percent(share: float) -> str:
    """Return a share in [0, 1] as a percentage with one decimal; never 100 % for less than 1."""
    if 0.9995 <= share < 1:
        return ">99.9 %"
    return "<0.1 %" if 0 < share < 0.0005 else f"{share * 100:.1f} %"
