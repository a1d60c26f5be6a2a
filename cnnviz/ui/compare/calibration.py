"""How often answers are right that are so and so sure, the most confident mistakes, and labels that may be wrong."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.data import colour_digits
from cnnviz.core.data.datasets import Dataset
from cnnviz.core.errors import Refusal
from cnnviz.core.evaluation import statistics, suspects
from cnnviz.core.evaluation.evaluation import Evaluation
from cnnviz.core.inference import samples
from cnnviz.core.networks import model_store
from cnnviz.core.percentages import format_percent
from cnnviz.figures.evaluation import reliability
from cnnviz.ui.compare import contenders, digit_sheet
from cnnviz.ui.compare.contenders import Pair
from cnnviz.ui.compare.sections import section
from cnnviz.ui.components.drawing import drawing
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.shell import cache, page, terms, url

WHY = gettext_noop(
    "A network always says how sure it is. [[calibration|Calibration]] asks how often it is right when it says so: on "
    "the dashed line the two agree, below it the network is too sure of itself."
)
SURE = 0.9
"""Least probability of an answer that is called sure."""
SURE_ANSWERS = gettext_noop("At least {sure:.0f} % sure: {count:,} of {all:,} answers, {share} of them right.")
NO_SURE_ANSWER = gettext_noop("None of its answers is {sure:.0f} % sure.")
ERROR = gettext_noop("[[calibration error|Expected calibration error]]: {points} percentage points.")
MISTAKES = 12
"""Confident mistakes that are shown of each network."""
SUSPECTS = 24
"""Digits that are shown whose label is probably wrong."""
RULE = gettext_noop(
    "Every network that comes with the app for grey digits, {count} of them, reads each of these as the same other "
    "digit and is at least {share:.0%} sure in the mean. Look for yourself whether the label or the networks are wrong."
)
NO_SUSPECT = gettext_noop("No digit is read as the same other digit by all {count} networks.")


@st.fragment
@page.guard
def show(pair: Pair | None) -> None:
    """Show the section."""
    with section("calibration", translate("How sure, and how often right"), WHY) as unfolded:
        if unfolded and pair is not None:
            for column, (side, made, title) in zip(st.columns(2, gap="medium"), pair.sides, strict=True):
                with column:
                    _show_network(side, made, pair.data, title)
            _show_suspects(pair)
    url.show(pen_down=False, place="calibration")


def _show_network(key: str, made: Evaluation, data: Dataset, title: str) -> None:
    st.markdown(f"**{page.escape_markdown(title)}**")
    picture = reliability.draw(
        made.reliability,
        title=translate("Reliability curve of {network}", network=title),
        description=describe_bins(made),
        x=translate("how sure"),
        y=translate("how often right"),
        counts=translate("number of answers"),
    )
    drawing(f"reliability-{key}", {0: picture})
    st.markdown(describe(made))
    st.markdown("**" + translate("Its most confident mistakes") + "**")
    digit_sheet.show_digits(f"mistakes-{key}", made, data, made.find_mistakes()[:MISTAKES], title)


def describe(made: Evaluation) -> str:
    """Return in sentences how often sure answers are right, and the calibration error."""
    sure = made.confidences >= SURE
    count = int(sure.sum())
    share = f"**{format_percent(float(made.right[sure].mean()), 2)}**" if count else ""
    message = SURE_ANSWERS if count else NO_SURE_ANSWER
    answers = translate(message, sure=100 * SURE, count=count, all=made.count, share=share)
    points = f"{100 * statistics.compute_calibration_error(made.reliability):.2f}"
    return f"{answers} {terms.explain(ERROR, 'calibration-error', points=points)}"


def describe_bins(made: Evaluation) -> str:
    """Return the points of the curve in words, for those who hear the page."""
    return " ".join(
        translate(
            "{count:,} answers, {confidence:.0%} sure on average: {right:.1%} right.",
            count=each.count,
            confidence=each.confidence,
            right=each.right,
        )
        for each in made.reliability
    )


def _show_suspects(pair: Pair) -> None:
    """Show digits whose label may be wrong, and by which rule they were chosen."""
    known = _load_all(pair.data)
    st.markdown("**" + translate("Labels of the test set that are probably wrong") + "**")
    found = suspects.find(known)
    if not len(found):
        st.caption(translate(NO_SUSPECT, count=len(known)))
        return
    st.caption(translate(RULE, count=len(known), share=suspects.MIN_CONFIDENCE))
    digit_sheet.show_digits(
        "suspects", known[0], pair.data, found[:SUSPECTS], translate("all networks"), with_labels=True
    )


def _load_all(data: Dataset) -> list[Evaluation]:
    """Return the answers to the same digits of all networks that come with the app and read grey digits."""
    found = []
    for name in model_store.names():
        try:
            made = contenders.load(name, samples.SLUGS[data.name])
        except Refusal:
            continue
        if made is not None and made.data_sha256 == data.sha256 and not _reads_colour(name):
            found.append(made)
    return found


def _reads_colour(name: str) -> bool:
    return colour_digits.reads_colour(cache.card(name).architecture.input_shape)
