"""The preparation steps: a picture and a switch for each, and what the switch does to the answer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from cnnviz.core.drawing import preprocessing
from cnnviz.core.inference.subject import InputSource, Prediction, toggle_each_step
from cnnviz.core.inference.trace import format_share
from cnnviz.core.networks.network import Network
from cnnviz.ui.components import followers
from cnnviz.ui.components.thumbnails import Step, read_pick, steps, thumbnails
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.prediction import input_note
from cnnviz.ui.shell import session, terms
from cnnviz.ui.shell.fields.every_page import step_key

STEPS: Mapping[str, tuple[str, str]] = {
    "ink": (
        gettext_noop("Bright on black"),
        gettext_noop("Ink becomes 1 and paper 0; off: the canvas’s grey as it is"),
    ),
    "crop": (gettext_noop("Crop to the ink"), gettext_noop("Empty margins go; off: the whole canvas is used")),
    "antialias": (
        gettext_noop("Smooth edges"),
        gettext_noop("Shrinking averages the pixels; off: it picks single ones"),
    ),
    "fit": (
        gettext_noop("Fit into 20×20"),
        gettext_noop("The larger side becomes 20 pixels; off: stretched over all 28×28"),
    ),
    "centre": (
        gettext_noop("Centre of mass"),
        gettext_noop("The ink’s balance point goes to the middle; off: its box does"),
    ),
}
"""A name of `preprocessing.STEPS` -> label of its switch, and what the step does."""


def show(network: Network, prediction: Prediction, subject: InputSource, pen_down: bool) -> None:
    """Show what of `subject` is read, and below it, folded, how it became 28x28.

    What each switch would change is worked out while the steps are open, and when the pen is lifted.
    """
    result(prediction)
    if not followers.are_carried():
        input_note.show()
    followers.require(f"prepared {subject.kind} {subject.fitting}")
    if followers.are_carried():
        if followers.is_there("steps"):
            _show_steps(network, prediction, subject, pen_down)
        return
    if prediction.preparation is None:
        if not prediction.whole:  # how that is brought to the input is said above
            _say_ready(subject)
        return
    usual = len(session.steps()) == len(STEPS)
    label = (
        translate("Prepared as MNIST was: see the steps")
        if usual
        else translate("Not prepared as MNIST was: see the steps")
    )
    folded = st.expander(label, expanded=not usual, on_change="rerun", key="preparation-steps")
    if folded.open:
        with folded:
            _show_steps(network, prediction, subject, pen_down)


def _show_steps(network: Network, prediction: Prediction, subject: InputSource, pen_down: bool) -> None:
    if not pen_down:
        session.put(effects={} if prediction.empty else toggle_each_step(network, subject, session.steps()))
    steps(
        "steps",
        [] if prediction.preparation is None else [_row(step) for step in prediction.preparation.steps],
        label=translate("From your drawing to 28×28"),
        on_switch=_switch,
    )


def result(prediction: Prediction) -> None:
    """Show the picture that the network reads, in its colours if it reads any."""
    show_image(prediction.trace.picture, 196)


def show_image(image: np.ndarray, size: int) -> None:
    """Show a picture that a network reads, (h, w) or (h, w, 3) in [0, 1], with `size` CSS pixels a side."""
    caption = translate("What the network reads")
    thumbnails("preparation", [image], [caption], label=caption, size=size, live=True)


AS_MNIST = gettext_noop(
    "[[mnist|MNIST]]’s own digits were [[preprocessing|prepared]] like this when MNIST was made. Draw one yourself to "
    "see the steps."
)


def _say_ready(subject: InputSource) -> None:
    st.caption(
        terms.explain(AS_MNIST)
        if subject.kind == "sample"
        else translate("This picture came with the link, already prepared.")
    )


def _row(step: preprocessing.Step) -> Step:
    title, why = STEPS[step.name]
    return Step(step.image, translate(title), translate(why), _effect(step), step.active)


def _effect(step: preprocessing.Step) -> str:
    """Return what the answer would be with this one switch the other way, as of the last lift of the pen."""
    if step.name not in session.get("effects"):
        return ""
    answer, share = session.get("effects")[step.name]
    template = translate("Without it: {digit}, {share}") if step.active else translate("With it: {digit}, {share}")
    return template.format(digit=answer, share=format_share(share))


def _switch() -> None:
    """Take over a switch that the visitor has turned."""
    index = read_pick("steps")
    if 0 <= index < len(preprocessing.STEPS):
        key = step_key(preprocessing.STEPS[index])
        session.put(**{key: not session.get(key)})
