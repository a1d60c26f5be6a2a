"""The network at a moment of its training: its answer, the maps of one layer, the first filters, and one step."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from cnnviz.core.inference.trace import format_share
from cnnviz.core.ledger.fixed_point import MINUS, Sheet
from cnnviz.core.networks.architecture import DIGITS, Architecture
from cnnviz.core.training import step_arithmetic
from cnnviz.core.training.protocol import Event
from cnnviz.core.training.step_arithmetic import StepArithmetic
from cnnviz.figures import step_picture
from cnnviz.figures.step_picture import Words
from cnnviz.ui.components.feature_maps import LABELS, Block, feature_maps
from cnnviz.ui.i18n import gettext_noop, translate, translate_all, translate_plural
from cnnviz.ui.input import rail
from cnnviz.ui.prediction.strip import format_size
from cnnviz.ui.shell import layer_names, page, session, terms, widgets
from cnnviz.ui.training.plan_form import OPTIMIZERS
from cnnviz.ui.training.snapshot_view import Moment, filter_maps

TALLEST, LOW = 250, 110
"""Heights in CSS pixels that a mosaic should not exceed: usually, and where other things share the screen with it."""


def show_answer(moment: Moment | None, image: np.ndarray, classes: tuple[str, ...] = DIGITS) -> None:
    """Show in the rail what the network makes of the visitor's digit at this moment; `image` is what it reads."""
    rail.show_answer(
        "–" if moment is None else classes[moment.answer],
        None if moment is None else moment.probabilities,
        describe_answer(moment, classes),
        image,
        classes,
    )


def describe_answer(moment: Moment | None, classes: tuple[str, ...] = DIGITS) -> str:
    """Return one sentence that says what a network makes of the visitor's digit at a moment."""
    if moment is None:
        return translate("The network answers as soon as it has seen its first batch.")
    share = format_share(float(moment.probabilities.max()))
    if classes != DIGITS:
        return translate_plural(
            "After {number:,} batch it answers {name} and gives it {share}.",
            "After {number:,} batches it answers {name} and gives it {share}.",
            moment.step,
            name=page.escape_markdown(classes[moment.answer]),
            share=share,
        )
    return translate_plural(
        "After {number:,} batch it reads a {digit} and gives it {share}.",
        "After {number:,} batches it reads a {digit} and gives it {share}.",
        moment.step,
        digit=moment.answer,
        share=share,
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


def show_changes(moment: Moment, architecture: Architecture, key: str) -> None:
    """Show all maps of the chosen layer beside the filters of the first convolution; `key` tells networks apart."""
    maps, filters = st.columns(2, gap="medium")
    with maps:
        show_maps(moment, architecture, key)
    with filters:
        show_filters(moment, key)


def show_maps(
    moment: Moment, architecture: Architecture, key: str, height: int = TALLEST, *, fills: bool = False
) -> None:
    """Show all maps of the chosen layer.

    Args:
        moment: The moment of the network.
        architecture: Its layers.
        key: Tells networks apart.
        height: CSS pixels of the mosaic.
        fills: Whether it takes what a high window has to spare.
    """
    values = moment.outputs.get(session.get("look_layer"))
    if values is None:  # this network has no such layer, or the next view of the training has it
        st.caption(translate("No layer of this name here: {layer}.", layer=session.get("look_layer")))
        return
    block = Block(
        id="maps",
        title=f"{layer_names.in_words(architecture.layers)[session.get('look_layer')]}: {_format_size(values)}",
        subtitle=format_size(values.shape),
        kind="maps" if values.ndim == 3 else "bars",
        values=values,
    )
    feature_maps(
        f"learning-maps-{key}",
        [block],
        mode="mosaic",
        height=height,
        labels=translate_all(LABELS),
        fills=fills,
        **_get_colours(),
    )


def _format_size(values: np.ndarray) -> str:
    if values.ndim == 3:
        return translate_plural("{number} map", "{number} maps", values.shape[-1])
    return translate_plural("{number} unit", "{number} units", values.shape[-1])


def show_filters(moment: Moment, key: str) -> None:
    """Show the filters of the first convolution, their weights as colours around zero; `key` as for the maps."""
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


STEP = gettext_noop(
    "[[batch|Batch]] {step:,}: the [[loss]] on its pictures was **{before:.4f}**. The [[gradient]], {size:.3g} long "
    "over all [[weight|weights]], points uphill; the [[optimizer]] {optimizer} made its [[step]] from it ([[learning "
    "rate]] {rate:.3g}), and the loss on the same pictures became **{after:.4f}**."
)
PLAIN = gettext_noop(
    "In the cell with the frame, {before} − {rate} × {gradient} = {after}; every other cell adds up in the same way."
)
ADAPTED = gettext_noop(
    "In the cell with the frame, {before} − {subtracted} = {after}. {optimizer} does not subtract {rate} × gradient: "
    "it gives every weight a step length of its own, made from this gradient and from earlier ones."
)
SIGNS = gettext_noop("Orange is above zero, blue below.")


def show_step(event: Event, optimizer: str, architecture: Architecture) -> None:
    """Show one step of the training: a batch's loss before and after it, and how the weights of one filter moved."""
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
    step = step_arithmetic.subtract(event.arrays, payload["learning_rate"], optimizer)
    if step is None:
        st.caption(translate("The numbers of this step are too large to be shown."))
        return
    losses = payload["loss_before"], payload["loss_after"]
    st.html(step_picture.write(step, losses, _choose_words(step, losses, payload["learning_rate"], optimizer)))
    st.caption(
        " ".join(
            [
                _name_weights(step, payload, architecture),
                _add_up(step, payload["learning_rate"], optimizer),
                translate(SIGNS),
            ]
        )
    )


def _choose_words(step: StepArithmetic, losses: tuple[float, float], rate: float, optimizer: str) -> Words:
    change = losses[1] - losses[0]
    return Words(
        loss=translate("Loss of this batch"),
        gradient=translate("gradient"),
        before=translate("before"),
        subtracted=(
            translate("{rate:g} × gradient", rate=rate)
            if step.is_plain
            else translate("{optimizer}’s update", optimizer=OPTIMIZERS[optimizer])
        ),
        after=translate("after"),
        change=(
            translate("{size:.4f} less after the step", size=-change)
            if change <= 0
            else translate("{size:.4f} more after the step", size=change)
        ),
    )


def _name_weights(step: StepArithmetic, payload: Any, architecture: Architecture) -> str:
    """Say which weights are shown."""
    titles = layer_names.in_full(architecture.layers)
    names = {"layer": titles.get(payload["layer"], payload["layer"]), "number": payload["filter"] + 1}
    if not step.channels:
        return translate("These are the weights of input {number} of {layer}.", **names)
    if step.channels == 1:
        return translate("These are the weights of filter {number} of {layer}.", **names)
    return translate(
        "These are the weights of filter {number} of {layer} for the first of {channels} channels.",
        channels=step.channels,
        **names,
    )


def _add_up(step: StepArithmetic, rate: float, optimizer: str) -> str:
    """Write out the sum of the cell with the largest gradient."""
    at = step.steepest
    amounts = {
        name: Sheet(step.places).format(units[at])
        for name, units in (("before", step.before), ("subtracted", step.subtracted), ("after", step.after))
    }
    gradient = step_picture.write_gradient(step)[at[0]][at[1]]
    return translate(
        PLAIN if step.is_plain else ADAPTED,
        optimizer=OPTIMIZERS[optimizer],
        rate=f"{rate:g}",
        gradient=_bracket(gradient),
        **{name: _bracket(amount) if name == "subtracted" else amount for name, amount in amounts.items()},
    )


def _bracket(amount: str) -> str:
    return f"({amount})" if amount.startswith(MINUS) else amount


def _get_colours(colour_range: str | None = None) -> dict[str, Any]:
    chosen = colour_range or session.get("colour_range")
    return {"colour_range": "layer" if chosen == "network" else chosen, "palette": session.get("palette")}
