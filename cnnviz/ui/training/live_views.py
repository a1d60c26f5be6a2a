"""The network changing before one's eyes: the answer, the maps of one layer and the first filters at a moment."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.training.protocol import Event
from cnnviz.ui.components.feature_maps import LABELS, Block, feature_maps
from cnnviz.ui.i18n import gettext_noop, translate, translate_all, translate_plural
from cnnviz.ui.input import rail
from cnnviz.ui.prediction.answer import format_percent
from cnnviz.ui.prediction.strip import format_size
from cnnviz.ui.shell import layer_names, session, terms, widgets
from cnnviz.ui.training.plan_form import OPTIMIZERS
from cnnviz.ui.training.snapshot_view import Moment, filter_maps

TALLEST = 250
"""Height in CSS pixels that a mosaic should not exceed."""


def show_answer(moment: Moment | None, image: np.ndarray) -> None:
    """Show in the rail what the network makes of the visitor's digit at this moment; `image` is what it reads."""
    rail.show_answer(
        "–" if moment is None else str(moment.answer),
        None if moment is None else moment.probabilities,
        describe_answer(moment),
        image,
    )


def describe_answer(moment: Moment | None) -> str:
    """Return one sentence that says what a network makes of the visitor's digit at a moment."""
    if moment is None:
        return translate("The network answers as soon as it has seen its first batch.")
    return translate_plural(
        "After {number:,} batch it reads a {digit} and gives it {share}.",
        "After {number:,} batches it reads a {digit} and gives it {share}.",
        moment.step,
        digit=moment.answer,
        share=format_percent(float(moment.probabilities.max())),
    )


def pick_layer(architecture: Architecture) -> None:
    """Let the visitor choose the layer whose maps are shown."""
    names = list_shown_layers(architecture)
    if session.get("look_layer") not in names:
        session.put(look_layer=names[0])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**" + translate("The network while it learns") + "**", width="content")
        titles = layer_names.in_full(architecture.layers)
        label = translate("Layer whose maps are shown")
        widgets.pick("look_layer", label, names, lambda name: titles.get(name, name), width=280)


def list_shown_layers(architecture: Architecture) -> tuple[str, ...]:
    """Return the names of the layers that have something of their own to show."""
    return tuple(layer.name for layer in architecture.layers if layer.changes_values)


def show_changes(moment: Moment, key: str) -> None:
    """Show all maps of the chosen layer beside the filters of the first convolution; `key` tells networks apart."""
    maps, filters = st.columns(2, gap="medium")
    with maps:
        _show_maps(moment, key)
    with filters:
        _show_filters(moment, key)


def _show_maps(moment: Moment, key: str) -> None:
    values = moment.outputs.get(session.get("look_layer"))
    if values is None:  # this network has no such layer, or the next view of the training has it
        st.caption(translate("No layer of this name here: {layer}.", layer=session.get("look_layer")))
        return
    block = Block(
        id="maps",
        title=f"{session.get('look_layer')}: {_format_size(values)}",
        subtitle=format_size(values.shape),
        kind="maps" if values.ndim == 3 else "bars",
        values=values,
    )
    feature_maps(
        f"learning-maps-{key}", [block], mode="mosaic", height=TALLEST, labels=translate_all(LABELS), **_get_colours()
    )


def _format_size(values: np.ndarray) -> str:
    if values.ndim == 3:
        return translate_plural("{number} map", "{number} maps", values.shape[-1])
    return translate_plural("{number} unit", "{number} units", values.shape[-1])


def _show_filters(moment: Moment, key: str) -> None:
    """Show weights as colours around zero."""
    if moment.filters is None:
        st.caption(translate("This network has no convolution, so there are no filters to see."))
        return
    title = translate_plural(
        "{number} filter of the first convolution",
        "{number} filters of the first convolution",
        moment.filters.shape[-1],
    )
    block = Block(
        id="filters",
        title=title,
        subtitle=format_size(moment.filters.shape[:2]),
        values=filter_maps(moment.filters),
        signed=True,
    )
    feature_maps(
        f"learning-filters-{key}",
        [block],
        mode="mosaic",
        height=TALLEST,
        labels=translate_all(LABELS),
        **_get_colours(),
    )


def show_step(event: Event, optimizer: str) -> None:
    """Explain one step of the training: one batch, its gradient, and what became of one filter."""
    payload = event.payload
    st.markdown("**" + translate("One step, looked at closely") + "**")
    st.markdown(
        terms.explain(
            STEP,
            optimizer=OPTIMIZERS[optimizer],
            step=payload["step"],
            before=payload["loss_before"],
            after=payload["loss_after"],
            size=payload["gradient_norm"],
            rate=payload["learning_rate"],
        )
    )
    arrays = {name: _make_picture(event.arrays[name]) for name in STAGES}
    titles = {"before": translate("before"), "gradient": translate("gradient"), "after": translate("after")}
    blocks = [
        Block(id=name, title=titles[name], subtitle=_name_filter(payload), values=arrays[name], signed=True)
        for name in STAGES
    ]
    feature_maps("lesson", blocks, mode="strip", height=110, labels=translate_all(LABELS), **_get_colours("map"))


IMAGES = {784: (28, 28, 1), 3072: (32, 32, 3)}
"""Number of inputs -> the shape of the digits that have so many."""

STEP = gettext_noop(
    "[[batch|Batch]] {step:,}: the [[loss]] on its digits was **{before:.4f}**. The [[gradient]], {size:.3g} long "
    "over all [[weight|weights]], points uphill; the [[optimizer]] {optimizer} made its [[step]] from it ([[learning "
    "rate]] {rate:.3g}), and the loss on the same digits became **{after:.4f}**."
)

STAGES = ("before", "gradient", "after")


def _make_picture(weights: np.ndarray) -> np.ndarray:
    """Return one filter, or one unit's weights, as (rows, columns, inputs); of images as they lie there."""
    if weights.ndim == 1:
        return weights.reshape(IMAGES.get(weights.size, (1, -1, 1)))
    return weights.reshape(*weights.shape[:2], -1)


def _name_filter(payload: Any) -> str:
    return translate("{layer}, filter {number}", layer=payload["layer"], number=payload["filter"] + 1)


def _get_colours(colour_range: str | None = None) -> dict[str, Any]:
    chosen = colour_range or session.get("colour_range")
    return {"colour_range": "layer" if chosen == "network" else chosen, "palette": session.get("palette")}
