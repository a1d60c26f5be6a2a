"""Say how a drawing or a picture is brought to the input of a network, where that is not as usual."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.data import colour_digits
from cnnviz.core.inference import network_input, whole_picture
from cnnviz.core.inference.subject import InputSource, cut_out
from cnnviz.core.networks.architecture import Architecture
from cnnviz.jobs.own_networks.store import is_opened
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.prediction import wording
from cnnviz.ui.shell import networks, session, terms

KEY = "own-network-input"

SCALED = gettext_noop(
    "It reads {rows} × {columns} pixels, so the prepared 28 × 28 digit is scaled to {side} × {side} "
    "([[bilinear interpolation|bilinear]])."
)
CENTRED = gettext_noop("It stands in the middle, with paper on both sides.")
COLOURED = gettext_noop("It reads {channels} channels, so ink and paper have colours.")
OPAQUE = gettext_noop("Its last channel is opacity, 1 everywhere.")
BYTES = gettext_noop("The network begins by scaling bytes, so it gets values from 0 to {most:g} instead of 0 to 1.")

MIDDLE = gettext_noop(
    "The picture is read whole, and no digit is looked for: of its {width} × {height} pixels the {across} × {down} in "
    "the middle are scaled to {columns} × {rows} ([[bilinear interpolation|bilinear]])."
)
ALL = gettext_noop(
    "The picture is read whole, and no digit is looked for: all of its {width} × {height} pixels are scaled to fit "
    "{columns} × {rows} ([[bilinear interpolation|bilinear]]), and what they do not fill is black."
)
IN_COLOUR = gettext_noop("Its colours stay as they are.")
IN_GREY = gettext_noop("The network reads one channel, so each pixel becomes grey.")


def show() -> None:
    """Say how the digit or picture is brought to the input of a network, where that is not as usual."""
    name, source = session.get("network"), session.subject()
    if source.is_whole:
        with st.container(key=KEY):
            st.caption(describe_whole(networks.load(name).architecture, source))
    elif is_opened(name) and (told := describe_input(networks.load(name).architecture)):
        with st.container(key=KEY):
            st.caption(told)


def describe_input(architecture: Architecture) -> str:
    """Return how a digit is brought to the input of a network; "" for one that reads it as it is prepared."""
    rows, columns, channels = architecture.input_shape
    told = []
    if (rows, columns) != network_input.DIGIT[:2] and not colour_digits.reads_colour(architecture.input_shape):
        told.append(terms.explain(wording.word(SCALED), rows=rows, columns=columns, side=min(rows, columns)))
        if rows != columns:
            told.append(translate(CENTRED))
    if network_input.reads_colours(architecture.input_shape):
        told.append(translate(COLOURED, channels=channels))
    return " ".join([*told, *_describe_values(architecture)])


def _describe_values(architecture: Architecture) -> list[str]:
    """Say what an input has that is neither ink nor colour, and its values if they do not end at 1."""
    told = [translate(OPAQUE)] if architecture.input_shape[2] in (2, 4) else []
    if architecture.highest_input != 1:
        told.append(translate(BYTES, most=architecture.highest_input))
    return told


def describe_whole(architecture: Architecture, source: InputSource) -> str:
    """Return how a whole picture is brought to the input of a network."""
    rows, columns, _ = architecture.input_shape
    height, width = cut_out(source).shape[:2]
    values: dict[str, object] = {"width": width, "height": height, "columns": columns, "rows": rows}
    if source.fitting == "middle":
        across, down = whole_picture.measure_middle(height, width, rows, columns)
        told = [terms.explain(MIDDLE, across=round(across), down=round(down), **values)]
    else:
        told = [terms.explain(ALL, **values)]
    told.append(translate(IN_COLOUR if network_input.reads_colours(architecture.input_shape) else IN_GREY))
    return " ".join([*told, *_describe_values(architecture)])
