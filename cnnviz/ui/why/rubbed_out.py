"""Rub out a stroke and see what tips the answer."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.explanations import strokes
from cnnviz.core.explanations.contrast import Contrast
from cnnviz.core.explanations.strokes import Rubbing
from cnnviz.core.inference.subject import InputSource, Prediction
from cnnviz.core.inference.trace import format_share
from cnnviz.core.networks.architecture import DIGITS
from cnnviz.core.networks.network import Network
from cnnviz.ui.components.thumbnails import thumbnails
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.prediction import wording
from cnnviz.ui.shell import session
from cnnviz.ui.why import question

SIDE = 84
"""Side of a picture in CSS pixels."""

TITLE = gettext_noop("**Rub out a stroke.** The rest is prepared and read anew.")
TITLE_PIECES = gettext_noop(
    "**Rub out a piece of the stroke,** a quarter of its length. The rest is prepared and read anew."
)
NO_STROKES = gettext_noop("**Rub out a stroke.** What is read has no strokes: draw a digit to try that.")
WITHOUT = gettext_noop("without {number}: {answer}, {share}")
TIPPED = gettext_noop("Without {numbers} it is no longer read as {answer}.")
KEPT = gettext_noop("Whichever is rubbed out, the rest is still read as {answer}.")


def show(network: Network, prediction: Prediction, source: InputSource, contrast: Contrast) -> None:
    """Show the drawing without each of its strokes, with what is then read."""
    found = strokes.rub_out_each(network, source, session.steps(), contrast)
    if not found:
        st.markdown(translate(wording.word(NO_STROKES)))
        return
    classes = prediction.classes
    told = describe(found, prediction.trace.answer, question.escape(classes))
    st.markdown(f"{translate(TITLE_PIECES if found[0].is_piece else TITLE)} {told}")
    thumbnails(
        "why-strokes",
        [each.digit for each in found],
        [_write_caption(each, classes) for each in found],
        label=translate(wording.word(gettext_noop("The digit without each stroke"))),
        size=SIDE,
    )


def describe(found: tuple[Rubbing, ...], answer: int, classes: tuple[str, ...] = DIGITS) -> str:
    """Return which strokes tip the answer."""
    tipping = [each.number for each in found if each.answer != answer]
    if not tipping:
        return translate(KEPT, answer=classes[answer])
    what = gettext_noop("quarter {number}") if found[0].is_piece else gettext_noop("stroke {number}")
    names = [translate(what, number=number) for number in tipping]
    return translate(TIPPED, numbers=_join(names), answer=classes[answer])


def _join(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    return translate("{first} or {last}", first=", ".join(names[:-1]), last=names[-1])


def _write_caption(rubbing: Rubbing, classes: tuple[str, ...]) -> str:
    return translate(WITHOUT, number=rubbing.number, answer=classes[rubbing.answer], share=format_share(rubbing.share))
