"""What the pictures of each class have in common: how many there are, their mean and their variance."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from cnnviz.core.data.picture_sets import DIGIT_CLASSES, OWN, PictureSet
from cnnviz.core.lessons.data import rows
from cnnviz.core.lessons.data.statistics import ClassStatistics, count_classes, measure_classes
from cnnviz.figures import class_counts
from cnnviz.ui.components.thumbnails import thumbnails
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.shell import session, terms

BALANCE_WHY = gettext_noop(
    "Where one class is much rarer than others, a network may ignore it and still have a high [[accuracy]]. Here all "
    "are about as frequent."
)
OWN_BALANCE_WHY = gettext_noop(
    "Where one class is much rarer than others, a network may ignore it and still have a high [[accuracy]]."
)
MEAN_WHY = gettext_noop(
    "The mean of all pictures of a class, pixel by pixel, and their variance: bright where they differ most, on the "
    "edges of strokes. A class whose mean is sharp is written much the same by everybody."
)
OWN_MEAN_WHY = gettext_noop(
    "The mean of all pictures of a class, pixel by pixel, and their variance: bright where they differ most. The "
    "sharper the mean, the more alike the pictures are."
)
GREY = gettext_noop("Colour digits are computed in grey here: the mean of random colours is grey anyway.")

MAX_VARIANCE = 0.25
"""Variance of a pixel that is 0 in half of the pictures and 1 in the others: more is not possible."""


def show(pictures: PictureSet) -> None:
    """Show the balance of classes, and the mean and variance of each."""
    split = session.get("data_split")
    names = (
        list(pictures.classes)
        if pictures.named
        else [
            str(label) if pictures.classes == DIGIT_CLASSES else f"{label} {translate(pictures.classes[label])}"
            for label in range(len(pictures.classes))
        ]
    )
    with st.container(key="class-balance"):
        st.subheader(translate("How many of each class"), anchor=False)
        st.caption(terms.explain(OWN_BALANCE_WHY if pictures.name == OWN else BALANCE_WHY, "balance"))
        counts = count_classes(pictures.labels[rows.select_rows(pictures, split)], len(names))
        heads = (translate("class"), translate("pictures"), translate("share"))
        caption = translate("{number} pictures by class", number=f"{counts.sum():,}")
        st.html(class_counts.write(counts, names, caption=caption, heads=heads))
    with st.container(key="class-means"):
        st.subheader(translate("Mean and variance of each class"), anchor=False)
        st.caption(terms.explain(OWN_MEAN_WHY if pictures.name == OWN else MEAN_WHY, "means"))
        if pictures.colours is not None:
            st.caption(translate(GREY))
        measured = _measure(pictures, split)
        thumbnails("means", [each.mean for each in measured], names, label=translate("Mean of each class"), size=64)
        largest = max(float(each.variance.max()) for each in measured)
        thumbnails(
            "variances",
            [each.variance / MAX_VARIANCE for each in measured],
            names,
            label=translate("Variance of each class"),
            size=64,
        )
        st.caption(
            translate(
                "Variance: white is {most}, the most that is possible; the largest here is {largest}.",
                most=f"{MAX_VARIANCE:g}",
                largest=f"{largest:.3f}",
            )
        )


@lru_cache(maxsize=16)
def _measure(pictures: PictureSet, split: str) -> tuple[ClassStatistics, ...]:
    chosen = rows.select_rows(pictures, split)
    return measure_classes(pictures.images[chosen], pictures.labels[chosen], len(pictures.classes))
