"""The label of the chosen picture as ten numbers, beside the ten shares of the chosen network."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.data.picture_sets import DIGIT_CLASSES, PictureSet
from cnnviz.core.inference import subject
from cnnviz.core.inference.subject import InputSource
from cnnviz.core.lessons.data.one_hot import compute_loss, encode
from cnnviz.figures import one_hot
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.shell import networks, session, terms

WHY = gettext_noop(
    "[[one-hot label|One-hot]]: a network has one output for each class, so its label has a number for each class too."
)
TRAINED = gettext_noop("Training makes the [[share|shares]] below more like the label above.")
LOSS = gettext_noop("The [[loss]] looks at the label's own share alone: −ln {share} = {loss}.")


def show(source: InputSource, label: int, pictures: PictureSet) -> None:
    """Show the label as a picture, and what the network answers if it knows these classes."""
    classes = pictures.classes if pictures.named else DIGIT_CLASSES
    network, shares = networks.load_chosen(), None
    if source.label is not None and network.architecture.classes == classes:
        shares = subject.read(network, source, session.steps()).trace.probabilities
    words = one_hot.Words(
        caption=translate("The label {label} as a one-hot vector", label=classes[label]),
        classes=translate("class"),
        label=translate("label"),
        shares=translate("share"),
    )
    st.html(one_hot.write(encode(label, len(classes)), shares, classes, words))
    said = [WHY] if shares is None else [WHY, TRAINED]
    st.caption(" ".join(map(terms.explain, said)))
    if shares is not None and session.wants_everything():
        loss = compute_loss(label, shares)
        st.caption(terms.explain(LOSS, share=f"{shares[label]:.4f}", loss=f"{loss:.4f}"))
