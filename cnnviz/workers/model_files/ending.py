"""Complete the end of a network from a file to a softmax, and refuse what stands behind the probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from cnnviz.core import layers
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import ACTIVATIONS, Activation, Dense, Layer, Softmax
from cnnviz.core.layers.augmentation import PassThrough
from cnnviz.core.messages import gettext_noop

Note = tuple[str, dict[str, Any]]
"""Name of a remark in `cnnviz.jobs.sandbox.model_upload.NOTES`, and its values."""

PROBABILITIES = ("softmax", "sigmoid")
"""Activations that give probabilities."""

MOVING = (
    *(Activation, PassThrough, layers.Flatten, layers.Permute, layers.Reshape, layers.Cropping2D),
    *(layers.Rescaling, layers.Concatenate, layers.Add, layers.Average, layers.Maximum, layers.Minimum),
    *(layers.AveragePooling2D, layers.MaxPooling2D, layers.GlobalAveragePooling2D, layers.GlobalMaxPooling2D),
)
"""Kinds that move, cut, scale or average values, and make no logits of probabilities."""

MORE_THAN_ANSWER = gettext_noop(
    "Layer {layer} works on the probabilities that this network already has. Networks here end in the softmax or "
    "sigmoid itself: leave out the layers beside it and save the network again."
)


def complete_answer(
    stack: list[Layer], sources: list[tuple[str, ...]], names: set[str]
) -> tuple[list[Layer], str, list[Note]]:
    """Complete a network to end in a softmax: one is added after logits, and one sigmoid becomes two classes.

    softmax([0, z]) is [1 - sigmoid(z), sigmoid(z)], so a unit of its own with weights 0 stands for the other class.

    Returns:
        The layers, the name of the layer that now has two units or "", and what was changed.
    """
    left_out = _leave_out_behind(stack, sources)
    last = stack[-1]
    if isinstance(last, Dense) and last.units == 1 and last.activation == "sigmoid":
        doubled = replace(last, units=2, activation="softmax")
        return [*stack[:-1], doubled], last.name, [*left_out, ("sigmoid", {})]
    if isinstance(last, Activation) and last.activation == "sigmoid" and len(stack) > 1:
        before = stack[-2]
        if isinstance(before, Dense) and before.units == 1 and sources[-1] == (before.name,):
            if ACTIVATIONS[before.activation](np.zeros((1, 1), np.float32)).any():
                raise Refusal(MORE_THAN_ANSWER, layer=last.name)  # the other class would not have the logit 0
            two = replace(before, units=2)
            return [*stack[:-2], two, Softmax(name=last.name)], before.name, [*left_out, ("sigmoid", {})]
    if last.activation_name in ("", "linear") and not isinstance(last, Softmax):
        if isinstance(last, Dense) and last.units == 1:
            raise Refusal(
                "This network ends in one number without an activation. Networks here choose between classes: end it "
                'in Dense(1, activation="sigmoid") or Dense(classes, activation="softmax") and save it again.'
            )
        name = "softmax"
        while name in names:
            name += "_"
        sources.append((last.name,))
        return [*stack, Softmax(name=name)], "", [*left_out, ("softmax", {})]
    if last.activation_name == "sigmoid":
        raise Refusal(
            "This network ends in several sigmoids, each for itself, so that several answers can be right at once. "
            'Networks here choose one class: end it in Dense(classes, activation="softmax"), train and save it again.'
        )
    return stack, "", left_out


def _leave_out_behind(stack: list[Layer], sources: list[tuple[str, ...]]) -> list[Note]:
    """Take layers that change nothing from the end of a network, behind its softmax or sigmoid; return the remark.

    Raises:
        Refusal: If other layers work on probabilities at the end: a softmax behind them would be a second one.
    """
    reads = {layer.name: (layer, names) for layer, names in zip(stack, sources, strict=True)}
    if not _gives_probabilities(stack[-1].name, reads):
        return []
    names = []
    while stack[-1].activation_name not in PROBABILITIES:
        last = stack[-1]
        if not isinstance(last, (Activation, PassThrough)):
            raise Refusal(MORE_THAN_ANSWER, layer=last.name)
        names.append(last.name)
        stack.pop()
        sources.pop()
    return [("ending", {"number": len(names), "names": ", ".join(names)})] if names else []


def _gives_probabilities(name: str, reads: Mapping[str, tuple[Layer, tuple[str, ...]]]) -> bool:
    """Return whether a layer gives probabilities, or moves, cuts and averages those that it reads."""
    pending, seen = [name], set[str]()
    while pending:
        at = pending.pop()
        if at in seen:
            continue
        seen.add(at)
        layer, sources = reads.get(at, (None, ()))
        if layer is not None and layer.activation_name in PROBABILITIES:
            continue
        if not isinstance(layer, MOVING) or layer.activation_name not in ("", "linear"):
            return False  # also the picture
        pending += sources
    return True
