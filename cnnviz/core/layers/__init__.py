"""The layer kinds, one file a family, and their JSON. A new kind is a new class and one row in `KINDS` or `MERGES`."""

from dataclasses import MISSING, fields
from typing import Any

from cnnviz.core.errors import Refusal
from cnnviz.core.layers.activations.functions import ACTIVATIONS
from cnnviz.core.layers.activations.kinds import ELU, Activation, LeakyReLU, PReLU, ReLU, Softmax
from cnnviz.core.layers.augmentation import (
    ActivityRegularization,
    AlphaDropout,
    Dropout,
    GaussianDropout,
    GaussianNoise,
    RandomBrightness,
    RandomContrast,
    RandomFlip,
    RandomRotation,
    RandomTranslation,
    RandomZoom,
    SpatialDropout2D,
)
from cnnviz.core.layers.checks import choice
from cnnviz.core.layers.convolution import Conv2D
from cnnviz.core.layers.dense import Dense
from cnnviz.core.layers.depthwise import DepthwiseConv2D, SeparableConv2D
from cnnviz.core.layers.layer import Gradients, Layer, Output, Pair, Shape, Weights
from cnnviz.core.layers.merging import Add, Average, Concatenate, Maximum, Merge, Minimum, Multiply, Subtract
from cnnviz.core.layers.normalization import (
    BatchNormalization,
    GroupNormalization,
    LayerNormalization,
    Normalization,
)
from cnnviz.core.layers.pooling import (
    AveragePooling2D,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
)
from cnnviz.core.layers.resampling import Resizing, UpSampling2D
from cnnviz.core.layers.shaping import Cropping2D, Flatten, Permute, Rescaling, Reshape, ZeroPadding2D
from cnnviz.core.layers.transposed import Conv2DTranspose

__all__ = [
    "ACTIVATIONS",
    "ELU",
    "KINDS",
    "MERGES",
    "Activation",
    "ActivityRegularization",
    "Add",
    "AlphaDropout",
    "Average",
    "AveragePooling2D",
    "BatchNormalization",
    "Concatenate",
    "Conv2D",
    "Conv2DTranspose",
    "Cropping2D",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "Flatten",
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "Gradients",
    "GroupNormalization",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "MaxPooling2D",
    "Maximum",
    "Merge",
    "Minimum",
    "Multiply",
    "Normalization",
    "Output",
    "PReLU",
    "Pair",
    "Permute",
    "RandomBrightness",
    "RandomContrast",
    "RandomFlip",
    "RandomRotation",
    "RandomTranslation",
    "RandomZoom",
    "ReLU",
    "Rescaling",
    "Reshape",
    "Resizing",
    "SeparableConv2D",
    "Shape",
    "Softmax",
    "SpatialDropout2D",
    "Subtract",
    "UpSampling2D",
    "Weights",
    "ZeroPadding2D",
    "from_json",
    "to_json",
]

KINDS: dict[str, type[Layer]] = {
    kind.kind: kind
    for kind in (
        Conv2D,
        DepthwiseConv2D,
        SeparableConv2D,
        MaxPooling2D,
        AveragePooling2D,
        GlobalMaxPooling2D,
        GlobalAveragePooling2D,
        ZeroPadding2D,
        BatchNormalization,
        Dense,
        Flatten,
        Dropout,
        Rescaling,
        Activation,
        ReLU,
        LeakyReLU,
        ELU,
        Softmax,
        Cropping2D,
        Reshape,
        Permute,
        SpatialDropout2D,
        GaussianDropout,
        AlphaDropout,
        GaussianNoise,
        ActivityRegularization,
        RandomFlip,
        RandomRotation,
        RandomZoom,
        RandomTranslation,
        RandomContrast,
        RandomBrightness,
        Conv2DTranspose,
        UpSampling2D,
        Resizing,
        LayerNormalization,
        GroupNormalization,
        Normalization,
        PReLU,
    )
}
"""Kinds that read one input, by their name in Keras."""

MERGES: dict[str, type[Merge]] = {
    kind.kind: kind for kind in (Add, Subtract, Multiply, Average, Maximum, Minimum, Concatenate)
}
"""Kinds that read several inputs, by their name in Keras."""


def to_json(layer: Layer) -> dict[str, Any]:
    """Return `layer` as plain data for `json.dumps`: its kind and every setting.

    Settings that were added later are left out at their default, so that files stay as they are.
    """
    names = [field.name for field in fields(layer)]
    left_out = {name for name in layer.added_later if layer.is_default(name)}
    return {"kind": layer.kind, **{name: getattr(layer, name) for name in names if name not in left_out}}


def from_json(data: object) -> Layer:
    """Make the layer that `to_json` described. Raises `Refusal` if the kind or a setting is unknown or wrong."""
    if not isinstance(data, dict):
        raise Refusal("A layer must be a table of settings. Received: {data}. Export it again.", data=data)
    kinds: dict[str, type[Layer]] = {**KINDS, **MERGES}
    kind = kinds[choice("kind", data.get("kind"), kinds)]
    settings = {name: value for name, value in data.items() if name != "kind"}
    _check_names(kind, settings)
    return kind(**settings)


def _check_names(kind: type[Layer], settings: dict[str, Any]) -> None:
    known = {field.name: field for field in fields(kind)}
    missing = [name for name, field in known.items() if field.default is MISSING and name not in settings]
    unknown = [name for name in settings if name not in known]
    if missing or unknown:
        raise Refusal(
            "{kind} has the settings {known}. Received: missing {missing}; unknown {unknown}. Correct the names.",
            kind=kind.kind,
            known=", ".join(known),
            missing=", ".join(missing) or "none",
            unknown=", ".join(map(str, unknown)) or "none",
        )
