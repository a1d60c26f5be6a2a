"""Three networks that differ only in how they shrink their maps, trained with several seeds each.

All three have the same two convolutions and the same answering layer, weight for weight. `pool-max` and `pool-average`
follow each convolution by a pooling of 2 × 2; `pool-stride` has none and gives the convolution itself strides of 2.

Padding "same" makes their shapes agree: 28 → 14 → 7 either way, while with "valid" 11 rows would become 5 by pooling
but 13 would become 6 by strides. On an even side TensorFlow's "same" padding for a 3 × 3 kernel is one pixel before
and one after for strides of 1, and one after alone for strides of 2, so that the strided convolution computes, of each
2 × 2 window that the others pool, the lower right cell and no other. The comparison is thus: keep the largest of
four, the mean of four, or always the same one of four.

There is no hidden dense layer and no dropout: they could compensate for the difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from cnnviz.core.layers import AveragePooling2D, Conv2D, Dense, Flatten, Layer, MaxPooling2D, Pair
from cnnviz.core.messages import gettext_noop
from cnnviz.core.networks.architecture import CLASSES, Architecture
from cnnviz.core.networks.training_plan import TrainingPlan

FILTERS = (16, 32)
KERNEL_SIZE = (3, 3)
STEP = (2, 2)

STORED_SEED = 1
"""Seed of the networks in the model store, chosen before any network was trained."""

MIN_SEEDS = 5

PLAN = TrainingPlan(
    examples=60_000,
    batch_size=128,
    epochs=5,
    optimizer="adam",
    learning_rate=0.002,
    schedule="cosine",
    seed=STORED_SEED,
    precision="mixed_bfloat16",
)
"""The plan of all three. Nothing is held out, since no decision depends on a result; test results are only shown."""


def _make_convolution(place: int, strides: Pair = (1, 1)) -> Conv2D:
    return Conv2D(
        name=f"conv2d_{place}" if place else "conv2d",
        filters=FILTERS[place],
        kernel_size=KERNEL_SIZE,
        strides=strides,
        padding="same",
        activation="relu",
    )


def _make_max(place: int) -> tuple[Layer, ...]:
    name = f"max_pooling2d_{place}" if place else "max_pooling2d"
    return _make_convolution(place), MaxPooling2D(name=name, pool_size=STEP)


def _make_average(place: int) -> tuple[Layer, ...]:
    name = f"average_pooling2d_{place}" if place else "average_pooling2d"
    return _make_convolution(place), AveragePooling2D(name=name, pool_size=STEP)


def _make_stride(place: int) -> tuple[Layer, ...]:
    return (_make_convolution(place, STEP),)


def _architecture(name: str, *stages: tuple[Layer, ...]) -> Architecture:
    answer = Dense(name="dense", units=CLASSES, activation="softmax")
    return Architecture(name, (*(layer for stage in stages for layer in stage), Flatten(name="flatten"), answer))


POOL_NETWORKS: MappingProxyType[str, tuple[Architecture, TrainingPlan]] = MappingProxyType(
    {
        "pool-max": (_architecture("pool-max", _make_max(0), _make_max(1)), PLAN),
        "pool-average": (_architecture("pool-average", _make_average(0), _make_average(1)), PLAN),
        "pool-stride": (_architecture("pool-stride", _make_stride(0), _make_stride(1)), PLAN),
    }
)


@dataclass(frozen=True)
class Shrinking:
    """Description of how a network shrinks its maps.

    Attributes:
        label: Short marked text.
        what: Marked sentence.
    """

    label: str
    what: str


SHRINKING: MappingProxyType[str, Shrinking] = MappingProxyType(
    {
        "pool-max": Shrinking(gettext_noop("max pooling"), gettext_noop("keeps the largest of every four values")),
        "pool-average": Shrinking(gettext_noop("average pooling"), gettext_noop("keeps the mean of every four values")),
        "pool-stride": Shrinking(
            gettext_noop("strided convolution"), gettext_noop("computes only one of every four values")
        ),
    }
)
