"""The answer: the digit that the network reads, how sure it is, and all ten probabilities."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.core.inference import evidence, samples
from cnnviz.core.inference.subject import InputSource, Prediction
from cnnviz.core.inference.trace import format_share
from cnnviz.core.networks.architecture import DIGITS
from cnnviz.ui.components import followers
from cnnviz.ui.components.bars import CLASS_LABELS, LABELS, bars
from cnnviz.ui.components.sentence import sentence
from cnnviz.ui.i18n import gettext_noop, translate, translate_all
from cnnviz.ui.prediction import history, wording
from cnnviz.ui.shell import cache, page, session, terms

READS = gettext_noop("The network reads a {digit} and gives it a [[share]] of {share}.")
READS_TEST_DIGIT = gettext_noop(
    "A test digit: its [[label]] is {label}. The network reads a {digit} and gives it a [[share]] of {share}."
)
READS_TRAINING_DIGIT = gettext_noop(
    "A training digit: its [[label]] is {label}. The network reads a {digit} and gives it a [[share]] of {share}."
)
READS_CLASS = gettext_noop("The network answers {name} and gives it a [[share]] of {share}.")
LIKELIEST = gettext_noop("Probability of the {shown} likeliest of {number:,} classes")
DOUBT = gettext_noop("This does not look like a digit.")
DOUBT_MEASURED = gettext_noop(
    "Measured: this warning is also given for {rejected} of real digits, and for {caught} of letters, symbols, "
    "scribbles, textures and blobs."
)
NO_INK = gettext_noop(
    "The picture was read, but no ink was found in it. Cut out the digit, choose the other ink, or take it again with "
    "darker ink and more light."
)
NOTHING_DRAWN = gettext_noop("Nothing drawn yet: draw a digit.")

MAX_BARS, SHOWN_BARS = 20, 10
"""Classes up to which each has a bar, and bars of a network with more."""


def show(prediction: Prediction, subject: InputSource) -> None:
    """Show the predicted digit in the container `predicted-digit`, the ten shares as bars, and what shares are not.

    Once the pen is up, those who hear the page are told, and the answer is kept among the last ones, which `history`
    shows.
    """
    show_digit(prediction)
    with followers.container(key="answer-sentence"):
        doubt = describe_doubt(prediction)
        show_sentence(" ".join(filter(None, (describe_answer(prediction, subject), doubt))))
    show_bars(prediction, announce(prediction, subject, doubt))
    if not followers.are_carried():
        st.caption(describe_caution(prediction))
    history.keep(prediction, subject)


def show_bars(prediction: Prediction, told: tuple[int, str]) -> None:
    """Show the shares of all classes, or of the likeliest of very many; `told` as for `bars`."""
    labels, names = dict(translate_all(choose_labels(prediction.classes))), prediction.classes
    shares = None if prediction.empty else prediction.trace.probabilities
    if len(names) > MAX_BARS:
        likeliest = np.argsort(-prediction.trace.probabilities, kind="stable")[:SHOWN_BARS]
        shares = None if shares is None else shares[likeliest]
        labels["caption"] = translate(LIKELIEST, shown=SHOWN_BARS, number=len(names))
        names = tuple(names[of] for of in likeliest)
    bars("answer", shares, labels, names, told=told, live=True)


def show_sentence(text: str) -> None:
    """Show the sentence about the answer, which the browser words itself while the pen moves."""
    sentence("sentence", text, reads=terms.explain(READS, "answer"), nothing=translate(wording.word(NOTHING_DRAWN)))


def announce(prediction: Prediction, subject: InputSource, doubt: str) -> tuple[int, str]:
    """Return what is to be told to those who hear the page, `doubt` included, with a running number.

    It is another after another answer, to a drawing, a test digit, an upload or by another network, but not while the
    pen is down: nobody can listen to forty answers a second.
    """
    number, told, cause = session.get("announced")
    if not session.get("pen_down"):
        now = hashlib.sha256(prediction.digit.tobytes()).hexdigest() + prediction.trace.network_name
        if now != cause:
            text = " ".join(filter(None, (describe_answer(prediction, subject, plain=True), doubt)))
            number, told = number + 1, text
            session.put(announced=(number, told, now))
    return number, told


def show_digit(prediction: Prediction, **arguments: Any) -> None:
    """Show the predicted digit alone, large; the name of another class not so large."""
    if prediction.classes == DIGITS or prediction.empty:
        followers.write("–" if prediction.empty else str(prediction.trace.answer), "predicted-digit", **arguments)
    else:
        name = prediction.answer_name
        followers.write(name, "predicted-name", markdown=page.escape_markdown(name), **arguments)


def choose_labels(classes: tuple[str, ...]) -> Mapping[str, str]:
    """Return the texts of the bars for a network with these classes."""
    return LABELS if classes == DIGITS else CLASS_LABELS


def describe_answer(prediction: Prediction, subject: InputSource, *, plain: bool = False) -> str:
    """Return one sentence that says what was read and how sure the network is; `plain` without links to terms."""
    if prediction.empty and subject.kind == "picture":
        return translate(wording.word(NO_INK))
    if prediction.empty:
        return translate(wording.word(NOTHING_DRAWN))
    share = format_share(float(prediction.trace.probabilities.max()))
    if prediction.classes != DIGITS:
        name = prediction.answer_name if plain else page.escape_markdown(prediction.answer_name)
        named = {"name": name, "share": share}
        return translate(READS_CLASS, **named) if plain else terms.explain(READS_CLASS, "answer", **named)
    values = {"digit": prediction.trace.answer, "share": share}
    template = READS
    if subject.label is not None:
        template = READS_TRAINING_DIGIT if samples.is_training_digit(subject) else READS_TEST_DIGIT
        values["label"] = subject.label
    return translate(template, **values) if plain else terms.explain(template, "answer", **values)


def describe_doubt(prediction: Prediction) -> str:
    """Return a warning if the picture does not look like a digit, with how often that is wrong; otherwise ""."""
    return " ".join(filter(None, (warn_of_doubt(prediction), describe_measure(prediction))))


def warn_of_doubt(prediction: Prediction) -> str:
    """Return the warning alone.

    Also "" for a network for which this has not been measured, see `cnnviz.core.inference.evidence`.
    """
    return translate(DOUBT) if _find_doubt(prediction) else ""


def describe_measure(prediction: Prediction) -> str:
    """Return how often the warning is wrong and right, where there is one; otherwise ""."""
    if (least := _find_doubt(prediction)) is None:
        return ""
    rejected, caught = format_share(least.largest_rejected), format_share(least.mean_caught)
    return translate(DOUBT_MEASURED, rejected=rejected, caught=caught)


def _find_doubt(prediction: Prediction) -> evidence.EvidenceThreshold | None:
    """Return what the picture has less of than digits have; None where it looks like one, or nothing was measured."""
    if prediction.empty:
        return None
    least = cache.load_evidence(prediction.trace.network_name, prediction.weights_sha256)
    return None if least is None or evidence.looks_like_digit(prediction.trace, least) else least


def describe_caution(prediction: Prediction) -> str:
    """Say that shares are not chances, and that they are cautious where the training smoothed the labels."""
    if not prediction.label_smoothing:
        return translate("Shares are not chances of being right.")
    return translate(
        "Shares are not chances of being right. This network was trained with label smoothing of {smoothing:g}, which "
        "keeps its shares cautious.",
        smoothing=prediction.label_smoothing,
    )
