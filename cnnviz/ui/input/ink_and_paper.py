"""Ink and paper for networks that read colour: the two pickers, and what there is to say about the choice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnnviz.core.data import colour_digits
from cnnviz.core.errors import Refusal
from cnnviz.core.inference import network_input
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.shell import networks, session

COLOURS = {"ink": gettext_noop("Ink"), "paper": gettext_noop("Paper")}
"""Choice -> its label."""

FAINT = gettext_noop(
    "Ink and paper have a contrast of {contrast:.1f} to 1. Networks learned from {least:g} to 1 and more."
)


def current_colours() -> tuple[str, str] | None:
    """Return ink and paper if the chosen network reads colour, else None."""
    try:
        shape = networks.load_chosen().architecture.input_shape
    except Refusal:
        return None  # what is wrong with the network is said where it is used
    return (session.get("ink"), session.get("paper")) if network_input.reads_colours(shape) else None


def colour_digit(digit: np.ndarray) -> np.ndarray:
    """Return a (28, 28) digit as the chosen network would read it."""
    return colour_digits_alike([digit])[0]


def colour_digits_alike(digits: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return (28, 28) digits as the chosen network would read them."""
    pair = current_colours()
    return [digit if pair is None else colour_digits.colour_from_hex(digit, *pair) for digit in digits]


def pick() -> None:
    """Show the two pickers where the chosen network reads colour; whatever is read gets these colours."""
    if current_colours() is not None:
        pick_both()


def pick_both() -> None:
    """Show the two pickers, and say where the colours are too much alike."""
    for key, label in COLOURS.items():
        st.color_picker(translate(label), value=session.get(key), **session.bind(key, _is_colour, _settle))
    ratio = contrast(session.get("ink"), session.get("paper"))
    if ratio < colour_digits.MIN_CONTRAST:
        st.caption(translate(FAINT, contrast=ratio, least=colour_digits.MIN_CONTRAST))


def contrast(ink: str, paper: str) -> float:
    """Return WCAG's contrast of two colours, 1 to 21."""
    first, second = (np.array(colour_digits.parse_hex(one)) for one in (ink, paper))
    return float(colour_digits.compute_contrast_ratio(first, second))


def _is_colour(value: object) -> bool:
    try:
        colour_digits.parse_hex(str(value))
    except Refusal:
        return False
    return True


def _settle() -> None:
    """Give the drawing to the surface, which is made anew where the colours are its own."""
    session.show(session.subject())
