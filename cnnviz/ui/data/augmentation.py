"""Augmentation, live: copies of the chosen digit as a training plan makes them."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.core.data.degradation import DEGRADED_SHARE
from cnnviz.core.data.picture_sets import DIGIT_CLASSES, PictureSet
from cnnviz.core.lessons.data import augmented
from cnnviz.ui.components.thumbnails import thumbnails
from cnnviz.ui.data.sheet import find_chosen
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.shell import page, session, terms, url, widgets

COPIES = 10

WHY = gettext_noop(
    "[[augmentation|Augmentation]] shows a training other copies of a picture in every [[epoch]], and their label "
    "stays. These are made by the same lines of code as in a training here."
)
HELP = gettext_noop(
    "affine: habits of handwriting, pen width, rotation, shear, stretching, bending. pen: in the second half of the "
    "epochs {share:.0%} of the digits are also thinned, blurred, moved, shaded, ruled and specked."
)


@st.fragment
@page.guard
def show(pictures: PictureSet) -> None:
    """Show copies of the chosen digit, and others at a click; clothes are not augmented here."""
    if pictures.classes != DIGIT_CLASSES:
        return
    index = find_chosen(pictures)
    with st.container(key="augmentation"):
        st.subheader(translate("Augmentation"), anchor=False)
        st.caption(terms.explain(WHY))
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            if session.shows("data_augmentation"):
                widgets.one_of(
                    "data_augmentation",
                    translate("Augmentation of the plan"),
                    help=translate(HELP, share=DEGRADED_SHARE),
                )
            st.button(translate("Other copies"), on_click=session.guard(_draw_again))
        copies = augmented.draw_copies(
            pictures.images[index],
            int(pictures.labels[index]),
            session.get("data_augmentation"),
            COPIES,
            session.get("data_draw"),
        )
        shown = [pictures.images[index], *copies]
        thumbnails(
            "copies",
            [image / np.float32(255) for image in shown],
            [translate("original"), *[""] * COPIES],
            label=translate("The chosen digit and its augmented copies"),
            size=64,
        )
    url.show(pen_down=False, place="augmentation")


def _draw_again() -> None:
    session.put(data_draw=session.get("data_draw") + 1)
