"""The strip: the whole network on one line, from the input to the answer, live."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np

from cnnviz.core.inference.subject import Prediction
from cnnviz.core.inference.trace import LayerOutput
from cnnviz.core.layers import Shape
from cnnviz.ui.components.feature_maps import LABELS, MAX_VALUES, Block, feature_maps
from cnnviz.ui.i18n import translate, translate_all, translate_plural
from cnnviz.ui.prediction import colour_scale
from cnnviz.ui.shell import layer_names


def show(prediction: Prediction) -> None:
    """Show the input, every layer's output and the answer side by side."""
    layers = [layer for layer in prediction.trace.layers if layer.layer.changes_values]
    names = layer_names.in_words(layer.layer for layer in prediction.trace.layers)
    most = limit_values([layer.after.shape for layer in layers])
    blocks = [
        _input(prediction),
        *(
            _block(layer, names[layer.name], prediction.classes if layer is layers[-1] else (), prediction.empty, most)
            for layer in layers
        ),
    ]
    feature_maps(
        "strip",
        blocks,
        mode="strip",
        height=112,
        labels=translate_all(LABELS),
        opens="Layers",
        live=True,
        **colour_scale.get_colours(prediction.trace),
    )


def _input(prediction: Prediction) -> Block:
    return Block(
        id="input",
        title=translate("input"),
        subtitle=format_size(prediction.trace.digit.shape),
        kind="image",
        values=prediction.trace.picture,
        quantise=True,
    )


def limit_values(shapes: Sequence[Shape]) -> int:
    """Return how many values a layer may show, so that all together have at most `MAX_VALUES`: a power of two.

    A layer shows its first map in any case.
    """
    most = 1 << MAX_VALUES.bit_length()
    while most > 1 and sum(math.prod(shape[:-1]) * count_maps(shape, most) for shape in shapes) > MAX_VALUES:
        most //= 2
    return most


def count_maps(shape: Shape, most: int) -> int:
    """Return how many of a layer's maps have at most `most` values together: one at least."""
    return max(1, min(shape[-1], most // math.prod(shape[:-1]))) if len(shape) == 3 else shape[-1]


def _block(layer: LayerOutput, title: str, classes: tuple[str, ...], empty: bool, most: int) -> Block:
    """Return the maps or bars of a layer, the first of them where all have more than `most` values.

    The last one's are probabilities, with names of `classes`: 1 is a full bar, none on empty paper.
    """
    kind: Literal["maps", "bars"] = "maps" if layer.after.ndim == 3 else "bars"
    size, values = format_size(layer.output_shape), layer.after
    maps = count_maps(values.shape, most)
    if maps < values.shape[-1]:
        values = values[..., :maps]
        size = translate_plural("{size}, the first map", "{size}, the first {number} maps", maps, size=size)
    return Block(
        id=layer.name,
        title=title,
        subtitle=size,
        kind=kind,
        values=np.zeros_like(values) if classes and empty else values,
        quantise=True,
        ticks=classes,
        full=1.0 if classes else None,
    )


def format_size(shape: tuple[int, ...]) -> str:
    """Return a shape as people write it: 26 × 26 × 32."""
    return " × ".join(map(str, shape))
