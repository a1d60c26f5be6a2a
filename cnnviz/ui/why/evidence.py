"""Evidence for a digit and against it: which maps or units of the last hidden layer make the difference."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.core.explanations.contrast import Contrast
from cnnviz.core.explanations.contributions import Contributions, compute_contributions
from cnnviz.core.inference.gradients import INPUT
from cnnviz.core.inference.subject import Prediction
from cnnviz.core.networks.network import Network
from cnnviz.figures import contribution_bars
from cnnviz.figures.contribution_bars import Bar
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.prediction import wording
from cnnviz.ui.shell import layer_names, terms
from cnnviz.ui.why import question

MOST = 5
"""Entries on each side that have a bar of their own."""

SEEN = 0.005
"""The least contribution that is not shown as 0.00."""

UNITS = gettext_noop(
    "**Evidence for and against.** Behind “{layer}” the network only weighs and adds up, so what each [[unit]] adds to "
    "{what} can be told exactly: its value times the difference of its two [[weight|weights]]."
)
UNITS_OF_ONE = gettext_noop(
    "**Evidence for and against.** Behind “{layer}” the network only weighs and adds up, so what each [[unit]] adds to "
    "{what} can be told exactly: its value times its [[weight]]."
)
MAPS = gettext_noop(
    "**Evidence for and against.** Behind “{layer}” the network only weighs and adds up, so what each "
    "[[feature map|map]] adds to {what} can be told exactly: the sum of its values, each times a factor."
)


def show(network: Network, prediction: Prediction, contrast: Contrast) -> None:
    """Show the largest contributions as signed bars that add up to what is explained."""
    found = compute_contributions(network, prediction.trace.digit, contrast)
    names = layer_names.in_words(network.architecture.layers)
    classes = network.architecture.classes
    what = question.describe(contrast, classes)
    layer = translate(wording.word(gettext_noop("the digit"))) if found.layer == INPUT else names[found.layer]
    template = MAPS if found.of_maps else UNITS_OF_ONE if contrast.against is None else UNITS
    marked = question.describe(contrast, question.escape(classes))
    st.markdown(terms.explain(template, "why-evidence", layer=layer, what=marked))
    bars = list_bars(found)
    st.html(
        contribution_bars.write(
            bars[:-1],
            found.total,
            rest=bars[-1].name,
            sum_name=translate("together"),
            caption=what[:1].upper() + what[1:],
        )
    )


def list_bars(found: Contributions) -> list[Bar]:
    """Return the `MOST` entries on each side, the biases, and all others: those against it, if any, and the rest."""
    order = found.rank().tolist()
    speaking = [index for index in order[:MOST] if found.values[index] >= SEEN]
    against = [index for index in order[-MOST:] if found.values[index] <= -SEEN]
    template = gettext_noop("map {number}") if found.of_maps else gettext_noop("unit {number}")
    bars = [Bar(translate(template, number=index), float(found.values[index])) for index in (*speaking, *against)]
    others = np.delete(found.values, [*speaking, *against])
    below, above = others[others < 0], others[others >= 0]
    bars.append(Bar(translate("biases"), found.constant))
    if len(below):
        bars.append(Bar(translate("{number} others against it", number=len(below)), float(below.sum())))
    return [*bars, Bar(translate("{number} others for it", number=len(above)), float(above.sum()))]
