"""Translate a layer of Keras 2 or 3, as a file describes it, to layers of ours, by a list of what is allowed.

Every argument is either one that our layer has, one that matters in training only, or one that must have its usual
value. Anything else is refused by name: what is not understood may change what the network computes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from cnnviz.core import layers
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import ACTIVATIONS, Layer, ReLU, Rescaling, checks
from cnnviz.core.layers.shaping import MAX_SCALE
from cnnviz.core.messages import gettext_noop

KINDS: Mapping[str, type[Layer]] = {**layers.KINDS, **layers.MERGES}
"""Class in Keras -> our class."""

TRAINING_ONLY = frozenset(
    {
        "ActivityRegularization",
        "AlphaDropout",
        "AugMix",
        "CutMix",
        "Dropout",
        "GaussianDropout",
        "GaussianNoise",
        "MixUp",
        "RandAugment",
        "RandomBrightness",
        "RandomColorDegeneration",
        "RandomColorJitter",
        "RandomContrast",
        "RandomElasticTransform",
        "RandomErasing",
        "RandomFlip",
        "RandomGaussianBlur",
        "RandomGrayscale",
        "RandomHue",
        "RandomInvert",
        "RandomPerspective",
        "RandomPosterization",
        "RandomRotation",
        "RandomSaturation",
        "RandomSharpness",
        "RandomShear",
        "RandomTranslation",
        "RandomZoom",
        "SpatialDropout2D",
    }
)
"""Kinds that pass everything on when a network answers. Those that we have no class for are left out."""

MIN_CHANNEL_SCALE, MAX_CHANNEL_SCALE = 1e-6, 3e4
"""Scales of a Rescaling that differ by channel: their squares are variances of a Normalization."""

CHANNEL_SCALES = f"one number, or one for each channel, from {MIN_CHANNEL_SCALE:g} to {MAX_CHANNEL_SCALE:g}"

CENTER_CROP = "CenterCrop"
"""Kind that cuts the middle of a given size out: a Cropping2D here."""

MAX_SHOWN_NAME = 40

IGNORED = frozenset(
    {
        "activity_regularizer",
        "autocast",
        "batch_input_shape",
        "batch_shape",
        "dtype",
        "fill_mode",
        "fill_value",
        "fused",
        "input_dtype",
        "input_shape",
        "input_spec",
        "kernel_quantizer",
        "momentum",
        "name",
        "renorm_clipping",
        "renorm_momentum",
        "seed",
        "synchronized",
        "trainable",
    }
)
"""Arguments that change nothing when a network answers, or are read elsewhere (`dtype`, shapes, names). How a layer
fills in matters where a picture is padded, which `USUAL` excludes."""

IGNORED_ENDINGS = ("_initializer", "_regularizer", "_constraint")

USUAL: Mapping[str, tuple[Any, ...]] = {
    "adjustment": (None,),
    "antialias": (False,),
    "crop_to_aspect_ratio": (False,),
    "data_format": (None, "channels_last"),
    "depth_multiplier": (None, 1),
    "groups": (1,),
    "lora_rank": (None,),
    "noise_shape": (None,),
    "output_padding": (None,),
    "pad_to_aspect_ratio": (False,),
    "quantization_config": (None,),
    "ragged": (False,),
    "renorm": (False,),
    "rms_scaling": (False,),
    "sparse": (False,),
    "virtual_batch_size": (None,),
}
"""Argument that our layer does not have -> values that make no difference."""

RENAMED = {"LeakyReLU": {"alpha": "negative_slope"}, "Dropout": {"p": "rate"}}
"""Class -> older name of an argument -> its name in Keras 3."""

AXIS_KINDS = frozenset({"BatchNormalization", "LayerNormalization", "GroupNormalization", "Softmax"})
"""Kinds that work along one axis, which must be the last one unless our layer has it as a setting."""

PRECISIONS = frozenset({"float16", "float32", "float64", "mixed_float16", "mixed_bfloat16"})

LOGARITHMS = ("log_softmax", "log_softmax_v2")
"""Names of the activation that makes logarithms of probabilities, which a network may end in."""

ACTIVATION_NAMES = {"swish": "silu", "softmax_v2": "softmax", "": "linear", **dict.fromkeys(LOGARITHMS, "softmax")}
"""Other names of activations in Keras: `softmax_v2` is what files call `tf.nn.softmax`."""

UNSUPPORTED_KIND = gettext_noop(
    "Layer {layer} is of the kind {kind}, which is not supported here. Supported are layers for images: convolutions, "
    "poolings, Dense, normalizations, activations, Add, Concatenate and the like. Build the network of these and save "
    "it again."
)
UNSUPPORTED_VALUE = gettext_noop(
    "Layer {layer} ({kind}) has {argument}={value}, which is not supported here; supported: {supported}. Change it "
    "and save the network again."
)
UNKNOWN_ARGUMENT = gettext_noop(
    "Layer {layer} ({kind}) has the argument {argument}={value}, which is not supported here. Leave it out and save "
    "the network again."
)
WRONG_LAYER = gettext_noop("Layer {layer} ({kind}): {reason}")
"""With what our layer says about a value."""


@dataclass(frozen=True)
class Translation:
    """Layers of ours that compute the same as one layer of a file.

    Attributes:
        layers: Our layers, in order: none for one that is left out, two where an activation needs a layer of its own.
        axis: Axis along which it works, or None; it must be the last.
        precision: Name of its dtype policy.
        logarithms: Whether the file's layer makes logarithms of the probabilities that ours makes.
    """

    layers: tuple[Layer, ...]
    axis: int | None = None
    precision: str = "float32"
    logarithms: bool = False


@dataclass(frozen=True)
class FileLayer:
    """A layer as a file describes it.

    Attributes:
        kind: Name of its class.
        name: Its name in the file.
        config: Its arguments.
        keras_2: Whether Keras 2 has written it.
    """

    kind: str
    name: str
    config: Mapping[str, Any] = field(repr=False)
    keras_2: bool = False


def translate(layer: FileLayer, name: str) -> Translation:
    """Translate one layer; its main layer of ours is called `name`.

    Raises:
        Refusal: If its kind, an argument or a value is not supported.
    """
    precision = _read_precision(layer)
    if layer.kind == "Identity":
        config = {**layer.config, "activation": "linear"}
        return translate(replace(layer, kind="Activation", config=config), name)
    if layer.kind == CENTER_CROP:
        # How much it cuts off depends on what it reads, which is known when all layers are.
        config = {name: value for name, value in layer.config.items() if name not in ("height", "width")}
        return translate(replace(layer, kind="Cropping2D", config=config), name)
    if layer.kind == "Rescaling" and (numbers := _list_channel_numbers(layer)) is not None:
        return Translation((_rescale_channels(layer, name, *numbers),), precision=precision)
    if layer.kind not in KINDS:
        if layer.kind in TRAINING_ONLY:
            return Translation((), precision=precision)
        raise Refusal(UNSUPPORTED_KIND, layer=show(layer.name), kind=show(layer.kind))
    kind = KINDS[layer.kind]
    known = {each.name for each in fields(kind)} - {"name"}
    settings: dict[str, Any] = {}
    for argument, value in layer.config.items():
        target = RENAMED.get(layer.kind, {}).get(argument, argument)
        if target in known:
            settings[target] = _unwrap(value) if target == "axis" else value
        elif argument == "axis" and layer.kind in AXIS_KINDS:
            continue
        elif argument in USUAL and layer.kind not in TRAINING_ONLY:
            if not any(value == usual and type(value) is type(usual) for usual in USUAL[argument]):
                raise _refuse_value(layer, argument, value, _list_usual(argument))
        elif not _is_ignored(layer, argument):
            raise Refusal(
                UNKNOWN_ARGUMENT,
                layer=show(layer.name),
                kind=layer.kind,
                argument=show(argument),
                value=checks.repr_of(value),
            )
    after: tuple[Layer, ...] = ()
    logarithms = _get_function(settings.get("activation")) in LOGARITHMS
    if "activation" in settings:
        settings["activation"], after = _read_activation(layer, settings["activation"], name)
    try:
        made = kind(name=name, **settings)
    except Refusal as reason:
        if layer.kind in TRAINING_ONLY:
            return Translation((), precision=precision)  # its setting is not ours, and does not matter
        raise name_layer(layer, reason) from None
    except TypeError:
        raise Refusal(
            "Layer {layer} ({kind}) lacks an argument that it needs. Save the network again with Keras and try once "
            "more.",
            layer=show(layer.name),
            kind=layer.kind,
        ) from None
    return Translation((made, *after), _read_axis(layer), precision, logarithms)


def _list_channel_numbers(layer: FileLayer) -> tuple[list[Any], list[Any]] | None:
    """Return scale and offset of a Rescaling with numbers for each channel, of one length; None if it has one of each.

    Raises:
        Refusal: If the two are of different lengths.
    """
    scale, offset = (
        _unwrap_numbers(layer.config.get(name, usual)) for name, usual in (("scale", 1.0), ("offset", 0.0))
    )
    if not isinstance(scale, list) and not isinstance(offset, list):
        return None
    scales, offsets = (each if isinstance(each, list) else [each] for each in (scale, offset))
    number = max(len(scales), len(offsets))
    if min(len(scales), len(offsets)) not in (1, number) or number > checks.MAX_UNITS:
        raise _refuse_value(layer, "scale", scale, CHANNEL_SCALES)
    return scales * (number // len(scales)), offsets * (number // len(offsets))


def _unwrap_numbers(value: Any) -> Any:
    """Return the list in a tuple or an array as Keras 3 writes them; anything else as it is."""
    if isinstance(value, dict):
        config = value.get("config")
        if value.get("class_name") == "__tuple__":
            return value.get("items")
        if value.get("class_name") == "__numpy__" and isinstance(config, dict):
            return config.get("value")
    return value


def _rescale_channels(layer: FileLayer, name: str, scales: list[Any], offsets: list[Any]) -> Layer:
    """Return x × scale + offset of each channel: a Rescaling for equal numbers, else the inverse of a Normalization.

    Its deviation is the root of the variance, and in float32 the root of the square of a number is that number.
    """
    if set(layer.config) - {"scale", "offset"} - IGNORED:
        raise _refuse_value(layer, "scale", scales, "one number")
    try:
        pairs = [
            tuple(
                checks.number(what, each, -MAX_SCALE, MAX_SCALE)
                for what, each in (("scale", scale), ("offset", offset))
            )
            for scale, offset in zip(scales, offsets, strict=True)
        ]
    except Refusal as reason:
        raise name_layer(layer, reason) from None
    if len(set(pairs)) == 1:
        return Rescaling(name=name, scale=pairs[0][0], offset=pairs[0][1])
    factors = [np.float32(scale) for scale, _ in pairs]
    if not pairs or min(factors) < MIN_CHANNEL_SCALE or max(factors) > MAX_CHANNEL_SCALE:
        raise _refuse_value(layer, "scale", scales, CHANNEL_SCALES)
    variances = tuple(float(factor * factor) for factor in factors)
    return layers.Normalization(name=name, mean=tuple(offset for _, offset in pairs), variance=variances, invert=True)


def name_layer(layer: FileLayer, reason: Refusal) -> Refusal:
    """Return a refusal of one of our layers with the layer of the file before it."""
    return Refusal(WRONG_LAYER, layer=show(layer.name), kind=layer.kind, reason=reason.message)


def show(name: object) -> str:
    """Return a name of a file as short text, without line breaks and other control characters."""
    text = "".join(character if character.isprintable() else "?" for character in str(name)[: MAX_SHOWN_NAME + 1])
    return text if len(text) <= MAX_SHOWN_NAME else text[: MAX_SHOWN_NAME - 1] + "…"


def _list_usual(argument: str) -> str:
    values = [str(value) for value in USUAL[argument] if value is not None]
    return ", ".join(values or ["None"])


def _is_ignored(layer: FileLayer, argument: str) -> bool:
    if layer.kind in TRAINING_ONLY:
        return True
    return argument in IGNORED or argument.endswith(IGNORED_ENDINGS)


def _read_precision(layer: FileLayer) -> str:
    """Return the name of the dtype policy, which files write as a text, or as an object of Keras 2 or 3."""
    policy = layer.config.get("dtype", "float32")
    if isinstance(policy, dict):
        config = policy.get("config")
        policy = config.get("name") if isinstance(config, dict) else None
    if policy is None:
        return "float32"
    if isinstance(policy, str) and policy in PRECISIONS:
        return policy
    raise _refuse_value(layer, "dtype", policy, "float32, float16, float64, mixed_float16, mixed_bfloat16")


def _read_axis(layer: FileLayer) -> int | None:
    known = {each.name for each in fields(KINDS[layer.kind])}
    if layer.kind not in AXIS_KINDS or "axis" not in layer.config or "axis" in known:
        return None
    axis = _unwrap(layer.config["axis"])
    if isinstance(axis, int) and not isinstance(axis, bool):
        return axis
    raise _refuse_value(layer, "axis", axis, "-1")


def _unwrap(axis: Any) -> Any:
    """Return an axis as a number, which Keras 2 writes as a list of one; several as a tuple."""
    if isinstance(axis, list):
        return axis[0] if len(axis) == 1 else tuple(axis)
    return axis


def check_axis(layer: FileLayer, axis: int | None, rank: int) -> None:
    """Refuse an axis that is not the last one of an input with so many axes, without the batch axis."""
    if axis not in (None, -1, rank):
        raise _refuse_value(layer, "axis", axis, "-1")


def _get_function(value: Any) -> Any:
    """Return the name of an activation that files have as a function; anything else as it is."""
    if isinstance(value, dict) and value.get("class_name") == "function" and isinstance(value.get("config"), str):
        return value["config"]
    return value


def _read_activation(layer: FileLayer, value: Any, name: str) -> tuple[str, tuple[Layer, ...]]:
    """Return an activation's name, and a layer for it where it has arguments: then the name is "linear".

    Files have it as text, as a function or as a layer: {"class_name": "function", "config": "relu"}, or
    {"class_name": "LeakyReLU", "config": {"negative_slope": 0.1, ...}}.
    """
    value = _get_function(value)
    if isinstance(value, dict):
        kind, config = value.get("class_name"), value.get("config")
        if isinstance(kind, str) and kind in KINDS and isinstance(config, dict):
            if not issubclass(KINDS[kind], (layers.ReLU, layers.LeakyReLU, layers.ELU, layers.Softmax)):
                raise _refuse_activation(layer, kind)
            inner = translate(replace(layer, kind=kind, config=config), _name_activation(name))
            return "linear", inner.layers
        raise _refuse_activation(layer, kind)
    if value is None:
        return "linear", ()
    if value == "hard_sigmoid" and layer.keras_2:
        return "linear", _make_older_hard_sigmoid(name)
    name_of_ours = ACTIVATION_NAMES.get(value, value) if isinstance(value, str) else ""
    if name_of_ours in ACTIVATIONS:
        return name_of_ours, ()
    if value == "relu6":
        return "linear", (ReLU(name=_name_activation(name), max_value=6.0),)
    raise _refuse_activation(layer, value)


def _make_older_hard_sigmoid(name: str) -> tuple[Layer, ...]:
    """Return the hard sigmoid of Keras 2, clip(0.2 x + 0.5, 0, 1); that of Keras 3 has a slope of 1/6."""
    line = Rescaling(name=f"{name[:55]}.scale", scale=0.2, offset=0.5)
    return line, ReLU(name=_name_activation(name), max_value=1.0)


def _name_activation(name: str) -> str:
    return f"{name[:55]}.activate"


def _refuse_activation(layer: FileLayer, value: object) -> Refusal:
    return _refuse_value(layer, "activation", value, ", ".join(ACTIVATIONS))


def _refuse_value(layer: FileLayer, argument: str, value: object, supported: str) -> Refusal:
    return Refusal(
        UNSUPPORTED_VALUE,
        layer=show(layer.name),
        kind=show(layer.kind),
        argument=argument,
        value=checks.repr_of(value),
        supported=supported,
    )
