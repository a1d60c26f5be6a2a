"""Hypothesis strategies: layers that fit a shape, whole architectures, weights and inputs for them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from cnnviz.core import layers
from cnnviz.core.layers import ACTIVATIONS, KINDS, Layer, Shape
from cnnviz.core.layers.convolution import Windowed
from cnnviz.core.networks.architecture import CLASSES, Architecture
from cnnviz.core.networks.network import Network

MAX_VALUES = 4096
"""Most values of a layer of a drawn architecture; layers that enlarge maps would make tests slow."""

SEARCHED = 10
"""How many times as many examples the profile `search` tries as other profiles."""


def count_examples(usual: int) -> int:
    """Return how many examples to try of what is compared with a slow oracle: `usual`, more in the profile `search`."""
    return usual * SEARCHED if settings.get_current_profile_name() == "search" else usual


PADDINGS = st.sampled_from(["valid", "same"])
ACTIVATION_NAMES = st.sampled_from(sorted(ACTIVATIONS))
IMAGE_ONLY = {
    name
    for name, kind in KINDS.items()
    if kind.role == "pooling"
    or issubclass(kind, Windowed)
    or name.endswith("2D")
    or name.startswith(("Random", "Conv", "Resizing"))
}


@st.composite
def image_shapes(draw: st.DrawFn, largest: int = 13, channels: int = 5) -> Shape:
    """Draw shapes of small images, also long, odd and one-pixel ones."""
    side = st.integers(1, largest)
    return draw(side), draw(side), draw(st.integers(1, channels))


def seeds() -> st.SearchStrategy[int]:
    """Draw seeds for arrays: drawing every value would be slow and no more telling."""
    return st.integers(0, 2**32 - 1)


def values(shape: Shape, seed: int, n: int = 4) -> np.ndarray:
    """Return (n, *shape) float32, normally distributed around 0."""
    return np.random.default_rng(seed).normal(size=(n, *shape)).astype(np.float32)


def weights(shapes: Mapping[str, Shape], seed: int) -> dict[str, np.ndarray]:
    """Return random weights, scaled so that values keep their size from layer to layer."""
    rng = np.random.default_rng(seed)
    return {name: _weight(name, shape, rng) for name, shape in shapes.items()}


def _weight(name: str, shape: Shape, rng: np.random.Generator) -> np.ndarray:
    if name == "count":
        return np.array(3, np.float32)
    if name in ("moving_variance", "variance"):
        return rng.uniform(0.3, 3, shape).astype(np.float32)
    inputs = math.prod(shape[:-1]) if len(shape) > 1 else 1
    return (rng.normal(size=shape) / math.sqrt(inputs)).astype(np.float32)


@st.composite
def layers_for(draw: st.DrawFn, shape: Shape, name: str = "layer", kind: str = "") -> Layer:
    """Draw a layer of any kind, or of `kind`, that can read an input of `shape`."""
    possible = sorted(KINDS if len(shape) == 3 else set(KINDS) - IMAGE_ONLY)
    chosen = kind or draw(st.sampled_from(possible))
    return KINDS[chosen](name=name, **_settings(draw, chosen, shape))


def _settings(draw: st.DrawFn, kind: str, shape: Shape) -> dict[str, Any]:
    if kind.endswith("Conv2D"):
        return _convolution_settings(draw, kind, shape)
    if "pool_size" in {field.name for field in fields(KINDS[kind])}:
        return _pooling_settings(draw, shape)
    if kind in SETTINGS_BY_SHAPE:
        return SETTINGS_BY_SHAPE[kind](draw, shape)
    settings = SETTINGS.get(kind, {"keepdims": st.booleans()} if KINDS[kind].role == "pooling" else {})
    return {name: draw(strategy) for name, strategy in settings.items()}


# Tenths: subnormal numbers, which TensorFlow takes for 0, would compare nothing but that.
SLOPES = st.integers(0, 10).map(lambda tenths: tenths / 10)
FACTORS = SLOPES | st.tuples(SLOPES, SLOPES).map(lambda limits: (min(limits) - 0.5, max(limits)))
WARPS: dict[str, st.SearchStrategy[Any]] = {
    "fill_mode": st.sampled_from(["constant", "nearest", "wrap", "reflect"]),
    "interpolation": st.sampled_from(["nearest", "bilinear"]),
    "fill_value": SLOPES,
}
SETTINGS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "ZeroPadding2D": {"padding": st.tuples(*[st.tuples(st.integers(0, 3), st.integers(0, 3))] * 2)},
    "Dense": {"units": st.integers(1, 12), "activation": ACTIVATION_NAMES, "use_bias": st.booleans()},
    "Dropout": {"rate": SLOPES.filter(lambda rate: rate < 0.99)},
    "Rescaling": {"scale": SLOPES.map(lambda slope: 2 * slope - 1), "offset": SLOPES},
    "Activation": {"activation": ACTIVATION_NAMES},
    "ReLU": {
        "max_value": st.none() | st.sampled_from([0.5, 1.0, 6.0]),
        "negative_slope": SLOPES,
        "threshold": st.sampled_from([0.0, 0.5]),
    },
    "LeakyReLU": {"negative_slope": SLOPES},
    "ELU": {"alpha": SLOPES},
    "UpSampling2D": {
        "size": st.tuples(st.integers(1, 3), st.integers(1, 3)),
        "interpolation": st.sampled_from(["nearest", "bilinear"]),
    },
    "Resizing": {
        "height": st.integers(1, 12),
        "width": st.integers(1, 12),
        "interpolation": st.sampled_from(["nearest", "bilinear"]),
    },
    "SpatialDropout2D": {"rate": SLOPES.filter(lambda rate: rate < 0.99)},
    "GaussianDropout": {"rate": SLOPES.filter(lambda rate: rate < 0.99)},
    "AlphaDropout": {"rate": SLOPES.filter(lambda rate: rate < 0.99)},
    "GaussianNoise": {"stddev": SLOPES},
    "ActivityRegularization": {"l1": SLOPES, "l2": SLOPES},
    "RandomFlip": {"mode": st.sampled_from(["horizontal", "vertical", "horizontal_and_vertical"])},
    "RandomRotation": {**WARPS, "factor": FACTORS},
    "RandomZoom": {**WARPS, "height_factor": FACTORS, "width_factor": st.none() | FACTORS},
    "RandomTranslation": {**WARPS, "height_factor": FACTORS, "width_factor": FACTORS},
    "RandomContrast": {"factor": SLOPES},
    "RandomBrightness": {"factor": FACTORS, "value_range": st.sampled_from([(0.0, 255.0), (0.0, 1.0)])},
}


def _cropping_settings(draw: st.DrawFn, shape: Shape) -> dict[str, Any]:
    """Draw how much is cut off, so that something is left."""
    cuts = []
    for side in shape[:2]:
        before = draw(st.integers(0, min(3, side - 1)))
        cuts.append((before, draw(st.integers(0, min(3, side - 1 - before)))))
    return {"cropping": tuple(cuts)}


def _reshape_settings(draw: st.DrawFn, shape: Shape) -> dict[str, Any]:
    """Draw another shape of as many values, at times with one side left open."""
    number = math.prod(shape)
    sides = [*shape, 1, 1][:3]
    target = draw(st.sampled_from([(number,), (1, 1, number), *itertools.permutations(sides)]))
    opened = draw(st.integers(-1, len(target) - 1))
    return {"target_shape": tuple(-1 if place == opened else side for place, side in enumerate(target))}


def _permute_settings(draw: st.DrawFn, shape: Shape) -> dict[str, Any]:
    return {"dims": tuple(draw(st.permutations(range(1, len(shape) + 1))))}


def _batch_normalization_settings(draw: st.DrawFn, shape: Shape) -> dict[str, Any]:
    axis = draw(st.sampled_from([-1, -1, *range(1, len(shape) + 1)]))
    return {"axis": axis, **_switches(draw)}


def _switches(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "center": draw(st.booleans()),
        "scale": draw(st.booleans()),
        "epsilon": draw(st.sampled_from([1e-3, 1e-5])),
    }


def _layer_normalization_settings(draw: st.DrawFn, shape: Shape) -> dict[str, Any]:
    axes = range(1, len(shape) + 1)
    several = st.lists(st.sampled_from(axes), min_size=1, unique=True).map(lambda drawn: tuple(sorted(drawn)))
    return {"axis": draw(st.just(-1) | st.sampled_from(axes) | several), **_switches(draw)}


def _group_normalization_settings(draw: st.DrawFn, shape: Shape) -> dict[str, Any]:
    divisors = [number for number in range(1, shape[-1] + 1) if shape[-1] % number == 0]
    return {"groups": draw(st.sampled_from([-1, *divisors])), **_switches(draw)}


def _figures(draw: st.DrawFn, shape: Shape) -> dict[str, Any]:
    """Draw a Normalization with stored figures, or with given ones: one for all or one for each index of its axis."""
    axis = draw(st.sampled_from([-1, None, *range(1, len(shape) + 1)]))
    settings: dict[str, Any] = {"axis": axis, "invert": draw(st.booleans())}
    if draw(st.booleans()):
        number = 0 if axis is None else shape[axis - 1 if axis > 0 else axis]
        chosen = st.integers(1, 30).map(lambda tenths: tenths / 10)
        figures = st.tuples(*[chosen] * number) if number and draw(st.booleans()) else chosen
        settings |= {"mean": draw(figures), "variance": draw(figures)}
        if isinstance(settings["mean"], tuple) != isinstance(settings["variance"], tuple):
            settings["variance"] = settings["mean"]
    return settings


def _prelu_settings(draw: st.DrawFn, shape: Shape) -> dict[str, Any]:
    axes = st.lists(st.sampled_from(range(1, len(shape) + 1)), min_size=1, unique=True).map(tuple)
    return {"shared_axes": draw(st.none() | axes)}


def _transposed_settings(draw: st.DrawFn, _: Shape) -> dict[str, Any]:
    padding = draw(PADDINGS)
    kernel_size = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    settings: dict[str, Any] = {
        "filters": draw(st.integers(1, 4)),
        "kernel_size": kernel_size,
        "padding": padding,
        "activation": draw(ACTIVATION_NAMES),
        "use_bias": draw(st.booleans()),
    }
    if draw(st.booleans()):
        return settings | {"dilation_rate": draw(st.tuples(st.integers(1, 2), st.integers(1, 2)))}
    strides = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    # With "same" a kernel of even size needs one at least.
    least = [padding == "same" and size % 2 == 0 for size in kernel_size]
    if draw(st.booleans()) and all(low < step for low, step in zip(least, strides, strict=True)):
        extra = [draw(st.integers(int(low), step - 1)) for low, step in zip(least, strides, strict=True)]
        settings["output_padding"] = tuple(extra)
    return settings | {"strides": strides}


SETTINGS_BY_SHAPE: Mapping[str, Callable[[st.DrawFn, Shape], dict[str, Any]]] = {
    "Cropping2D": _cropping_settings,
    "Reshape": _reshape_settings,
    "Permute": _permute_settings,
    "Conv2DTranspose": _transposed_settings,
    "BatchNormalization": _batch_normalization_settings,
    "LayerNormalization": _layer_normalization_settings,
    "GroupNormalization": _group_normalization_settings,
    "Normalization": _figures,
    "PReLU": _prelu_settings,
}
"""Kinds whose settings have to fit the shape that they read."""


def _pooling_settings(draw: st.DrawFn, shape: Shape) -> dict[str, Any]:
    padding = draw(PADDINGS)
    size = _window(draw, shape, padding, largest=4)
    strides = draw(st.none() | st.tuples(st.integers(1, 4), st.integers(1, 4)))
    return {"pool_size": size, "strides": strides, "padding": padding}


def _window(draw: st.DrawFn, shape: Shape, padding: str, largest: int) -> tuple[int, int]:
    rows, columns = (min(side, largest) if padding == "valid" else largest for side in shape[:2])
    return draw(st.integers(1, rows)), draw(st.integers(1, columns))


def _convolution_settings(draw: st.DrawFn, kind: str, shape: Shape) -> dict[str, Any]:
    padding = draw(PADDINGS)
    kernel_size = _window(draw, shape, padding, largest=5)
    settings: dict[str, Any] = {
        "kernel_size": kernel_size,
        "padding": padding,
        "activation": draw(ACTIVATION_NAMES),
        "use_bias": draw(st.booleans()),
    }
    step = draw(st.integers(1, 3))
    if draw(st.booleans()):
        settings["strides"] = (step, draw(st.integers(1, 3)) if kind == "Conv2D" else step)
    else:
        settings["dilation_rate"] = _dilation(draw, shape, padding, kernel_size)
    return settings | _depth_settings(draw, kind, shape)


def _dilation(draw: st.DrawFn, shape: Shape, padding: str, kernel_size: tuple[int, int]) -> tuple[int, int]:
    """Draw rates with which the kernel still fits into the image."""
    most = [
        3 if padding == "same" or window == 1 else min(3, (side - 1) // (window - 1))
        for side, window in zip(shape[:2], kernel_size, strict=True)
    ]
    return draw(st.integers(1, most[0])), draw(st.integers(1, most[1]))


def _depth_settings(draw: st.DrawFn, kind: str, shape: Shape) -> dict[str, Any]:
    if kind == "Conv2D":
        divisors = [number for number in range(1, shape[2] + 1) if shape[2] % number == 0]
        few = st.integers(0, 3).flatmap(lambda number: st.sampled_from([1] if number else divisors))
        groups = draw(few)  # Keras compiles every grouped convolution anew
        return {"groups": groups, "filters": groups * draw(st.integers(1, 4))}
    multiplier = {"depth_multiplier": draw(st.integers(1, 3))}
    return multiplier if kind == "DepthwiseConv2D" else {**multiplier, "filters": draw(st.integers(1, 6))}


@st.composite
def architectures(draw: st.DrawFn) -> Architecture:
    """One to five layers of any kind that fit one another, then what it takes to give ten probabilities."""
    input_shape = draw(image_shapes(channels=4))
    stack: list[Layer] = []
    shape = input_shape
    for number in range(draw(st.integers(1, 5))):
        layer = draw(layers_for(shape, name=f"layer_{number}").filter(_continuous))
        if math.prod(layer.output_shape(shape)) > MAX_VALUES:
            break
        stack.append(layer)
        shape = layer.output_shape(shape)
    if len(shape) == 3:
        stack.append(layers.Flatten(name="flatten"))
    stack += [
        layers.Dense(name="answer", units=CLASSES),
        layers.Softmax(name="softmax"),
    ]
    return Architecture(name="drawn", input_shape=input_shape, layers=tuple(stack))


def _continuous(layer: Layer) -> bool:
    """Exclude what turns a rounding error into any error: a jump at a threshold, and exponentials of exponentials."""
    jumps = isinstance(layer, layers.ReLU) and bool(layer.threshold)
    return not (jumps or layer.activation_name in ("hard_shrink", "exponential"))


def network(architecture: Architecture, seed: int) -> Network:
    """Build the architecture with random weights."""
    shapes = architecture.weight_shapes().items()
    return Network(architecture, {name: weights(each, seed + number) for number, (name, each) in enumerate(shapes)})
