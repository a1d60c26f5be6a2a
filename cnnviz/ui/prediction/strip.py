"""The strip: the whole network on one line, from the input to the answer, live."""

from __future__ import annotations

from typing import Literal

import numpy as np

from cnnviz.core.inference.subject import Prediction
from cnnviz.core.inference.trace import LayerOutput
from cnnviz.ui.components.feature_maps import LABELS, Block, feature_maps
from cnnviz.ui.i18n import translate, translate_all
from cnnviz.ui.prediction import colour_scale
from cnnviz.ui.shell import layer_names


def show(prediction: Prediction) -> None:
    """Show the input, every layer's output and the answer side by side."""
    layers = [layer for layer in prediction.trace.layers if layer.layer.changes_values]
    names = layer_names.in_words(layer.layer for layer in prediction.trace.layers)
    blocks = [
        _input(prediction),
        *(
            _block(layer, names[layer.name], prediction.classes if layer is layers[-1] else (), prediction.empty)
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


def _block(layer: LayerOutput, title: str, classes: tuple[str, ...], empty: bool) -> Block:
    """Return the maps or bars of a layer.

    The last one's are probabilities, with names of `classes`: 1 is a full bar, none on empty paper.
    """
    kind: Literal["maps", "bars"] = "maps" if layer.after.ndim == 3 else "bars"
    return Block(
        id=layer.name,
        title=title,
        subtitle=format_size(layer.output_shape),
        kind=kind,
        values=np.zeros_like(layer.after) if classes and empty else layer.after,
        quantise=True,
        ticks=classes,
        full=1.0 if classes else None,
    )


def format_size(shape: tuple[int, ...]) -> str:
    """Return a shape as people write it: 26 × 26 × 32."""
    return " × ".join(map(str, shape))
