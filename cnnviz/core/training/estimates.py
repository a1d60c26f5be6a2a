"""How long a training will take, and whether it is within what a server that many share can give.

Seconds of one processor core are a sum over batches and images whose terms are known from shapes alone. Their prices
were fitted to measurements of 21 networks (`benchmarks/estimate.py` measures others); one factor a machine, which any
earlier run tells, corrects for its speed and its threads.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from cnnviz.core.data import colour_digits
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Conv2D, Layer, Shape
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.training_plan import TrainingPlan

MAX_PARAMETERS = 5_000_000
MAX_MULTIPLICATIONS = 100_000_000_000_000
"""Multiplications of a whole training, forwards alone."""
MAX_MEMORY = 1_500_000_000
"""Bytes of one batch with its gradients, and of the weights with their optimizer."""
MAX_SECONDS = 1_800.0
"""Of the estimate on a machine that nobody has calibrated."""
FLOAT32 = 4
INPUT_SHAPES: Mapping[str, Shape] = {"colour": colour_digits.INPUT_SHAPE}
"""What the digits of a plan's `data` look like where they are not MNIST's own."""
GREY_SHAPE: Shape = (28, 28, 1)

TRAINING_DIGITS, TEST_DIGITS = 60_000, 10_000
LANES = 16
"""float32 numbers that a processor with AVX-512 handles at once: fewer filters cost as much."""
NORMALIZATION = 4
"""How many times the price of other values those of a batch normalization have."""
START_SECONDS = 1.0
"""Seconds until the first batch: the graph is made."""
AUGMENTATION_SECONDS = 0.0005
"""Seconds an image and pool."""
POOLS = 4


@dataclass(frozen=True)
class Prices:
    """Seconds of one core: for a layer and for a parameter a batch; for a multiplication and a value an image."""

    layer: float
    parameter: float
    multiplication: float
    value: float


TRAINING_PRICES = {
    "float32": Prices(layer=1.6e-4, parameter=2.9e-10, multiplication=6.7e-11, value=2.0e-9),
    "mixed_bfloat16": Prices(layer=2.3e-4, parameter=3.5e-9, multiplication=3.2e-11, value=1.8e-9),
}
EVALUATION_PRICES = Prices(layer=7.2e-4, parameter=0.0, multiplication=1.9e-11, value=4.0e-10)
EVALUATION_BATCH = 500


@dataclass(frozen=True)
class Calibration:
    """What is known of a machine: how many seconds it takes for one second of the model, from how many runs."""

    factor: float = 1.0
    runs: int = 0


UNCALIBRATED = Calibration()
"""A machine like the one that the prices were measured on, with one thread."""


def estimate_seconds(
    variant: Architecture,
    plan: TrainingPlan,
    calibration: Calibration = UNCALIBRATED,
    digits: int = TRAINING_DIGITS,
    tests: int = TEST_DIGITS,
) -> float:
    """Seconds that the whole training will take. `digits` and `tests`: how many the data set has."""
    count = min(plan.examples, digits)
    held_out = -(-plan.validation_examples * count // plan.examples)
    learned = count - held_out
    batches = -(-learned // plan.batch_size)
    epoch = _price(variant, TRAINING_PRICES[plan.precision], learned, batches) + _price_evaluation(
        variant, held_out or tests
    )
    last = _price_evaluation(variant, tests) if held_out else 0.0
    changed = AUGMENTATION_SECONDS * learned * min(plan.epochs, POOLS) if plan.augmentation != "none" else 0.0
    return START_SECONDS + calibration.factor * (epoch * plan.epochs + last + changed)


def calibrate(
    previous: Calibration,
    variant: Architecture,
    plan: TrainingPlan,
    measured_seconds: float,
    digits: int = TRAINING_DIGITS,
    tests: int = TEST_DIGITS,
) -> Calibration:
    """What a run that took `measured_seconds` teaches; `plan.epochs` are those that it really trained.

    The first run sets the factor, later ones move it by the geometric mean, so that one run beside a busy neighbour
    does not spoil it.
    """
    expected = estimate_seconds(variant, plan, UNCALIBRATED, digits, tests) - START_SECONDS
    factor = max(measured_seconds - START_SECONDS, 0.1 * measured_seconds, 1e-3) / expected
    if previous.runs:
        factor = math.sqrt(previous.factor * factor)
    return Calibration(factor, previous.runs + 1)


def check(variant: Architecture, plan: TrainingPlan) -> None:
    """Raise `Refusal` where training `variant` by `plan` is beyond the budget, naming the value and the limit."""
    there = INPUT_SHAPES.get(plan.data, GREY_SHAPE)
    if variant.input_shape != there:
        raise Refusal(
            "A network must read the digits that it learns from: `input_shape` {expected} with `data` {data}. "
            "Received: {shape}. Start from another network, or choose other digits.",
            expected=there,
            data=plan.data,
            shape=variant.input_shape,
        )
    if not variant.parameters:
        raise Refusal("A network must have weights to be trained. Received: none. Add a Conv2D or a Dense layer.")
    for what, number, most in (
        ("parameters", variant.parameters, MAX_PARAMETERS),
        ("multiplications in the whole training", count_multiplications(variant, plan), MAX_MULTIPLICATIONS),
        ("bytes of memory for a batch", estimate_memory(variant, plan), MAX_MEMORY),
        ("estimated seconds", round(estimate_seconds(variant, plan)), round(MAX_SECONDS)),
    ):
        if number > most:
            raise Refusal(
                "A training may have at most {most:,} {what}. Received: {number:,}. Use fewer filters or units, fewer "
                "digits or epochs, or another batch size.",
                what=what,
                most=most,
                number=number,
            )


def count_multiplications(variant: Architecture, plan: TrainingPlan) -> int:
    """Multiplications of the whole training, forwards alone; backwards costs about twice that again."""
    return variant.multiplications * (plan.examples - plan.validation_examples) * plan.epochs


def estimate_memory(variant: Architecture, plan: TrainingPlan) -> int:
    """Bytes, about: every layer's values for a batch and their gradients, and four copies of the weights."""
    batch = min(plan.batch_size, plan.examples)
    return FLOAT32 * (2 * batch * _count_values(variant) + 4 * variant.parameters)


def _price_evaluation(variant: Architecture, images: int) -> float:
    return _price(variant, EVALUATION_PRICES, images, -(-images // EVALUATION_BATCH))


def _price(variant: Architecture, prices: Prices, images: int, batches: int) -> float:
    """Seconds of one core for so many images in so many batches."""
    batch = prices.layer * len(variant.layers) + prices.parameter * variant.parameters
    multiplied = sum(_count_padded_multiplications(layer, shape) for layer, shape in variant.layers_and_inputs())
    normalized = sum(
        math.prod(shape) for layer, shape in variant.layers_and_inputs() if layer.kind == "BatchNormalization"
    )
    values = _count_values(variant) + (NORMALIZATION - 1) * normalized
    return batches * batch + images * (prices.multiplication * multiplied + prices.value * values)


def _count_padded_multiplications(layer: Layer, shape: Shape) -> int:
    """Multiplications of one image as a processor counts them: a convolution's filters come in sixteens."""
    if not isinstance(layer, Conv2D):
        return 0 if layer.kind == "BatchNormalization" else layer.multiplications(shape)
    return layer.multiplications(shape) * -(-layer.filters // LANES) * LANES // layer.filters


def _count_values(variant: Architecture) -> int:
    """Numbers that all layers together make of one image."""
    return sum(math.prod(shape) for shape in variant.shapes()[1:])
