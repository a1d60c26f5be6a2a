"""Layers that work during training only, and let everything pass when the network answers.

Dropout of several kinds, noise, penalties on activity, and the random changes of pictures that make examples more
varied.
"""

# ruff: noqa: ARG002  (all kinds of layers are called alike, whether they read every argument or not)

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import checks
from cnnviz.core.layers.layer import Arithmetic, Layer, Output, Role, Shape, Weights
from cnnviz.core.layers.resampling import INTERPOLATIONS
from cnnviz.core.messages import gettext_noop

Factor = float | tuple[float, float]
"""How far a random change goes: at most so far both ways, or from a lower to an upper limit."""

MAX_PENALTY = 1e6
MAX_BRIGHTNESS = 1e6
FILL_MODES = ("constant", "nearest", "wrap", "reflect")
FLIPS = ("horizontal", "vertical", "horizontal_and_vertical")


@dataclass(frozen=True, kw_only=True)
class PassThrough(Layer):
    """Base of the layers that do nothing in inference."""

    role: ClassVar[Role] = "elementwise"
    arithmetic: ClassVar[Arithmetic] = "copy"
    changes_values: ClassVar[bool] = False

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def forward(self, x: np.ndarray, weights: Weights) -> Output:
        return Output(x, x)

    def input_gradient(self, x: np.ndarray, output: Output, gradient: np.ndarray, weights: Weights) -> np.ndarray:
        return gradient


@dataclass(frozen=True, kw_only=True)
class _RandomDrop(PassThrough):
    """Base of the kinds of dropout with one argument, the share `rate`."""

    positional: ClassVar[tuple[str, ...]] = ("rate",)

    rate: float

    def __post_init__(self) -> None:
        super().__post_init__()
        self._settle(rate=checks.number("rate", self.rate, 0, 0.99))


@dataclass(frozen=True, kw_only=True)
class Dropout(_RandomDrop):
    """While training, a share `rate` of the values is set to 0 at random."""

    kind: ClassVar[str] = "Dropout"
    title: ClassVar[str] = gettext_noop("Dropout")
    purpose: ClassVar[str] = gettext_noop(
        "[[dropout|Switches units off at random]] during training; it does nothing when the network answers."
    )

    def __post_init__(self) -> None:
        if isinstance(self.rate, (int, float)) and 1 < self.rate < 100:
            raise Refusal(
                "`rate` is a share from 0 to 0.99, not a percentage. Received: {rate}. For {rate} % write {share}.",
                rate=f"{self.rate:g}",
                share=f"{self.rate / 100:g}",
            )
        super().__post_init__()


@dataclass(frozen=True, kw_only=True)
class SpatialDropout2D(_RandomDrop):
    """While training, a share `rate` of the maps is set to 0 at random (arXiv 1411.4280)."""

    kind: ClassVar[str] = "SpatialDropout2D"
    title: ClassVar[str] = gettext_noop("Spatial dropout")
    purpose: ClassVar[str] = gettext_noop(
        "[[dropout|Switches whole maps off at random]] during training; it does nothing when the network answers."
    )

    def output_shape(self, shape: Shape) -> Shape:
        return checks.image(self.kind, shape)


@dataclass(frozen=True, kw_only=True)
class GaussianDropout(_RandomDrop):
    """While training, every value is multiplied by a random number around 1 of variance rate / (1 - rate)."""

    kind: ClassVar[str] = "GaussianDropout"
    title: ClassVar[str] = gettext_noop("Gaussian dropout")
    purpose: ClassVar[str] = gettext_noop(
        "Multiplies values by random numbers around 1 during training; it does nothing when the network answers."
    )


@dataclass(frozen=True, kw_only=True)
class AlphaDropout(_RandomDrop):
    """While training, a dropout that keeps mean and variance of values that went through a SELU (arXiv 1706.02515)."""

    kind: ClassVar[str] = "AlphaDropout"
    title: ClassVar[str] = gettext_noop("Alpha dropout")
    purpose: ClassVar[str] = gettext_noop(
        "A [[dropout]] that keeps mean and variance during training; it does nothing when the network answers."
    )


@dataclass(frozen=True, kw_only=True)
class GaussianNoise(PassThrough):
    """While training, a random number of standard deviation `stddev` is added to every value."""

    kind: ClassVar[str] = "GaussianNoise"
    title: ClassVar[str] = gettext_noop("Gaussian noise")
    purpose: ClassVar[str] = gettext_noop(
        "Adds random numbers during training; it does nothing when the network answers."
    )
    positional: ClassVar[tuple[str, ...]] = ("stddev",)

    stddev: float

    def __post_init__(self) -> None:
        super().__post_init__()
        self._settle(stddev=checks.number("stddev", self.stddev, 0, 1))


@dataclass(frozen=True, kw_only=True)
class ActivityRegularization(PassThrough):
    """While training, large values cost: `l1` times their sizes plus `l2` times their squares is added to the loss."""

    kind: ClassVar[str] = "ActivityRegularization"
    title: ClassVar[str] = gettext_noop("Activity penalty")
    purpose: ClassVar[str] = gettext_noop(
        "Makes large values costly during training; it does nothing when the network answers."
    )

    l1: float = 0.0
    l2: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self._settle(
            l1=checks.number("l1", self.l1, 0, MAX_PENALTY),
            l2=checks.number("l2", self.l2, 0, MAX_PENALTY),
        )


@dataclass(frozen=True, kw_only=True)
class _Augmentation(PassThrough):
    """Base of the layers that change pictures at random while training."""

    def output_shape(self, shape: Shape) -> Shape:
        return checks.image(self.kind, shape)


@dataclass(frozen=True, kw_only=True)
class RandomFlip(_Augmentation):
    """While training, pictures are mirrored at random."""

    kind: ClassVar[str] = "RandomFlip"
    title: ClassVar[str] = gettext_noop("Random flip")
    purpose: ClassVar[str] = gettext_noop(
        "Mirrors pictures at random during training; it does nothing when the network answers."
    )
    positional: ClassVar[tuple[str, ...]] = ("mode",)

    mode: str = "horizontal_and_vertical"

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.choice("mode", self.mode, FLIPS)


@dataclass(frozen=True, kw_only=True)
class _Warp(_Augmentation):
    """Base of the layers that move pixels: what lies outside of the picture is filled in by `fill_mode`."""

    fill_mode: str = "reflect"
    interpolation: str = "bilinear"
    fill_value: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.choice("fill_mode", self.fill_mode, FILL_MODES)
        checks.choice("interpolation", self.interpolation, INTERPOLATIONS)
        self._settle(fill_value=checks.number("fill_value", self.fill_value, -MAX_BRIGHTNESS, MAX_BRIGHTNESS))


@dataclass(frozen=True, kw_only=True)
class RandomRotation(_Warp):
    """While training, pictures are turned at random, by at most `factor` of a full turn."""

    kind: ClassVar[str] = "RandomRotation"
    title: ClassVar[str] = gettext_noop("Random rotation")
    purpose: ClassVar[str] = gettext_noop(
        "Turns pictures at random during training; it does nothing when the network answers."
    )
    positional: ClassVar[tuple[str, ...]] = ("factor",)

    factor: Factor

    def __post_init__(self) -> None:
        super().__post_init__()
        self._settle(factor=_settle_factor("factor", self.factor, -1))


@dataclass(frozen=True, kw_only=True)
class RandomZoom(_Warp):
    """While training, pictures are scaled at random; without `width_factor` they keep their proportions."""

    kind: ClassVar[str] = "RandomZoom"
    title: ClassVar[str] = gettext_noop("Random zoom")
    purpose: ClassVar[str] = gettext_noop(
        "Enlarges or shrinks pictures at random during training; it does nothing when the network answers."
    )
    positional: ClassVar[tuple[str, ...]] = ("height_factor",)

    height_factor: Factor
    width_factor: Factor | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self._settle(height_factor=_settle_factor("height_factor", self.height_factor, -1))
        if self.width_factor is not None:
            self._settle(width_factor=_settle_factor("width_factor", self.width_factor, -1))


@dataclass(frozen=True, kw_only=True)
class RandomTranslation(_Warp):
    """While training, pictures are moved at random, by at most these shares of their height and width."""

    kind: ClassVar[str] = "RandomTranslation"
    title: ClassVar[str] = gettext_noop("Random shift")
    purpose: ClassVar[str] = gettext_noop(
        "Moves pictures at random during training; it does nothing when the network answers."
    )
    positional: ClassVar[tuple[str, ...]] = ("height_factor", "width_factor")

    height_factor: Factor
    width_factor: Factor

    def __post_init__(self) -> None:
        super().__post_init__()
        self._settle(
            height_factor=_settle_factor("height_factor", self.height_factor, -1),
            width_factor=_settle_factor("width_factor", self.width_factor, -1),
        )


@dataclass(frozen=True, kw_only=True)
class _Tone(_Augmentation):
    """Base of the layers that change brightness values, which lie in `value_range`."""

    positional: ClassVar[tuple[str, ...]] = ("factor",)

    factor: Factor
    value_range: tuple[float, float] = (0.0, 255.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._settle(value_range=_settle_limits("value_range", self.value_range, -MAX_BRIGHTNESS, MAX_BRIGHTNESS))


@dataclass(frozen=True, kw_only=True)
class RandomContrast(_Tone):
    """While training, the distance of each value from its channel's mean is scaled at random."""

    kind: ClassVar[str] = "RandomContrast"
    title: ClassVar[str] = gettext_noop("Random contrast")
    purpose: ClassVar[str] = gettext_noop(
        "Changes contrast at random during training; it does nothing when the network answers."
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        self._settle(factor=_settle_factor("factor", self.factor, 0))


@dataclass(frozen=True, kw_only=True)
class RandomBrightness(_Tone):
    """While training, one random number is added to all values of a picture."""

    kind: ClassVar[str] = "RandomBrightness"
    title: ClassVar[str] = gettext_noop("Random brightness")
    purpose: ClassVar[str] = gettext_noop(
        "Brightens or darkens pictures at random during training; it does nothing when the network answers."
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        self._settle(factor=_settle_factor("factor", self.factor, -1))


def _settle_factor(argument: str, value: Any, low: float) -> Factor:
    """Return a factor from `low` to 1 in its stored form: one number, or a pair in ascending order."""
    if isinstance(value, (list, tuple)):
        return _settle_limits(argument, value, low, 1)
    return checks.number(argument, value, low, 1)


def _settle_limits(argument: str, value: Any, low: float, high: float) -> tuple[float, float]:
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise Refusal(
            "`{argument}` must be a lower and an upper limit. Received: {value}. Give two numbers.",
            argument=argument,
            value=checks.repr_of(value),
        )
    first, last = (checks.number(argument, each, low, high) for each in value)
    if first > last:
        raise Refusal(
            "`{argument}` must begin with the lower limit. Received: {value}. Swap the two numbers.",
            argument=argument,
            value=checks.repr_of(value),
        )
    return first, last
