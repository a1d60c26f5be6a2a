"""The network picker, and what there is to know about the chosen network."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.core.data import colour_digits, datasets
from cnnviz.core.data.bundled_digits import TRAIN_COUNT
from cnnviz.core.errors import Refusal
from cnnviz.core.networks.card import ModelCard
from cnnviz.core.networks.training_plan import LABEL_SMOOTHING, STRATIFIED, TrainingPlan, count_digits, has_own_data
from cnnviz.core.percentages import format_percent
from cnnviz.jobs.own_networks.store import is_opened
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.prediction import input_note, network_export, own_network
from cnnviz.ui.shell import networks, page, process_tuning, session, terms, widgets

BEHIND_NAME = "\t· "
"""Stands behind the name in the picker's text: in a narrow picker the style sheet makes it so wide that what follows,
which would be cut, is seen in the open list alone. There the tab is a space like any other."""


def pick() -> None:
    """Show the picker with each network's accuracy and size, and the chosen network's card."""
    own_network.settle()
    known = networks.names()
    if session.get("network") not in known:  # it was deleted, here or in another tab
        session.put(network=known[0])
    networks.settle_fitting()
    lines = {name: _line(name) for name in known}
    widgets.pick("network", translate("Network"), known, lambda name: lines.get(name, name), width=540)
    about = st.popover(translate("About this network"), on_change="rerun", key="about-network")
    if about.open:
        with about:
            _tell(session.get("network"))
    own_network.show()
    if session.get("page") != "draw":  # which says it below what the network reads
        input_note.show()


def _tell(name: str) -> None:
    card = networks.card(name)
    if is_opened(name):
        _tell_opened(name)
    elif card is None:
        st.markdown(translate("This training has not ended, so the network was not tested yet."))
    else:
        st.markdown(_describe(card))
    network_export.show(name)
    if card is not None:
        _show_training(card)


def _tell_opened(name: str) -> None:
    st.markdown(own_network.describe(name))
    own_network.show_notes(name)
    st.caption(translate(UNTESTED))


UNTESTED = gettext_noop("It was opened from a file, so how well it reads was not tested here.")


def _line(name: str) -> str:
    """Return what a network is and how well it reads, MNIST and drawings."""
    try:
        card, shown = networks.card(name), networks.describe(name)
    except Refusal:
        return name  # what is wrong with it is said when it is chosen
    if is_opened(name):
        return shown + BEHIND_NAME + translate("from a file")
    if card is None:
        return shown + BEHIND_NAME + translate("not tested yet")
    parts = [f"{_name_data(card)} {format_percent(card.test_accuracy, 2)}"]
    if card.pen_accuracy is not None:
        parts.append(translate("drawings {accuracy}", accuracy=format_percent(card.pen_accuracy, 2)))
    return shown + BEHIND_NAME + " · ".join(parts)


def _name_data(card: ModelCard) -> str:
    """Return what a network was tested on: in a word or two, or the name of a set of one's own, as plain text."""
    if card.plan.data == colour_digits.DATA:
        return translate("colour digits")
    if has_own_data(card.plan) or card.data.name == datasets.BUNDLED:
        return card.data.name
    return datasets.MNIST


def _show_training(card: ModelCard) -> None:
    process_tuning.import_once("plotly.graph_objects")
    from cnnviz.figures import curves  # Plotly is loaded only by those who look at a chart
    from cnnviz.figures.evaluation import confusion

    available = TRAIN_COUNT if card.data.name == datasets.BUNDLED else card.plan.examples
    st.caption(_describe_choice(card.plan, count_digits(card.plan, available)[1]))
    judged = translate("validation") if card.plan.validation_examples else translate("test")
    names = (translate("training"), judged)
    for quantity, title in (("loss", _title_loss(card)), ("accuracy", translate("Accuracy"))):
        figure = curves.learning(
            card.curves[quantity], card.curves.get(f"val_{quantity}", ()), names=names, x=translate("Epoch"), y=title
        )
        st.plotly_chart(figure, key=f"curve-{quantity}", config={"displayModeBar": False})
    st.markdown(write_log(card))
    figure = confusion.matrix(
        np.asarray(card.confusion),
        x=translate("Answer"),
        y=translate("Label"),
        hover=translate("%{z} digits labelled %{y} were read as %{x}"),
    )
    st.plotly_chart(figure, key="card-confusion", config={"displayModeBar": False})


def write_log(card: ModelCard) -> str:
    """Write the training epoch by epoch, as `fit` of Keras prints it: a table in Markdown, four decimals."""
    heads = [translate("Epoch"), *(f"`{name}`" for name in card.curves)]
    lines = [heads, ["---:"] * len(heads)]
    for epoch, values in enumerate(zip(*card.curves.values(), strict=True), 1):
        lines.append([str(epoch), *(f"{value:.4f}" for value in values)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _describe_choice(plan: TrainingPlan, held_out: int) -> str:
    """Say by which digits the training was judged, `held_out` ones or the test set, and what they decided."""
    if not held_out:
        return translate(
            "Trained with seed {seed}. No digits were held out: the curves show the test digits after every epoch, and "
            "they decided nothing.",
            seed=plan.seed,
        )
    drawn = translate("drawn at random") if plan.split == STRATIFIED else translate("the last of the file")
    values = {"seed": plan.seed, "count": held_out, "drawn": drawn}
    if plan.patience is not None:
        return translate(
            "Trained with seed {seed}. {count:,} digits were held out, {drawn}; they decided which epoch was kept. The "
            "test digits were read at the end and decided nothing.",
            **values,
        )
    return translate(
        "Trained with seed {seed}. {count:,} digits were held out, {drawn}, and read after every epoch. The test "
        "digits were read at the end and decided nothing.",
        **values,
    )


def _title_loss(card: ModelCard) -> str:
    """Return the title of the loss curves, which says so where labels are smoothed: the test loss takes them as is."""
    smoothed = LABEL_SMOOTHING.get(card.plan.augmentation)
    return translate("Loss") if smoothed is None else translate("Loss, with labels smoothed by {share}", share=smoothed)


def _describe(card: ModelCard) -> str:
    plan = card.plan
    rows = [
        (translate("Name"), card.name),
        (
            terms.explain(gettext_noop("Test [[accuracy]]")),
            f"{format_percent(card.test_accuracy, 2)} ({page.escape_markdown(_name_data(card))})",
        ),
        (
            terms.explain(gettext_noop("Test [[loss]], with [[label smoothing|labels as they are]]"))
            if card.plan.augmentation in LABEL_SMOOTHING
            else terms.explain(gettext_noop("Test [[cross-entropy|loss]]")),
            f"{card.test_loss:.4f}",
        ),
        (
            translate("Digits drawn with pens"),
            "–" if card.pen_accuracy is None else format_percent(card.pen_accuracy, 2),
        ),
        (translate("Learned from"), page.escape_markdown(card.data.name)),
        (terms.explain(gettext_noop("[[parameter|Parameters]]")), f"{card.parameters:,}"),
        (terms.explain(gettext_noop("[[optimizer|Trained with]]")), f"{plan.optimizer}, {plan.learning_rate:g}"),
        (
            terms.explain(gettext_noop("[[batch|Batch size]], [[epoch|epochs]]")),
            f"{plan.batch_size}, {len(card.curves['loss'])}",
        ),
    ]
    return "\n".join(f"- {name}: **{value}**" for name, value in rows)
