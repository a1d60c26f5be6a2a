"""Find what stands behind the softmax or sigmoid at the end of a network from a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnviz.core import layers
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Layer
from cnnviz.core.layers.augmentation import PassThrough
from cnnviz.core.messages import gettext_noop

PROBABILITIES = ("softmax", "sigmoid")
"""Activations that give probabilities."""

MOVING = (
    *(layers.Activation, PassThrough, layers.Flatten, layers.Permute, layers.Reshape, layers.Cropping2D),
    *(layers.Rescaling, layers.Concatenate, layers.Add, layers.Average, layers.Maximum),
    *(layers.AveragePooling2D, layers.MaxPooling2D, layers.GlobalAveragePooling2D, layers.GlobalMaxPooling2D),
)
"""Kinds that move, cut, scale or average values, and make no logits of probabilities."""

MORE_THAN_ANSWER = gettext_noop(
    "Layer {layer} works on the probabilities that this network already has. Networks here end in the softmax or "
    "sigmoid itself: leave out the layers beside it and save the network again."
)


def leave_out_behind(stack: list[Layer], sources: list[tuple[str, ...]]) -> list[tuple[str, dict[str, Any]]]:
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
        if not isinstance(last, (layers.Activation, PassThrough)):
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
