"""Estimate how long a training takes, and check that it stays within the limits of a shared server.

Seconds of one processor core are a sum over batches and images whose terms follow from shapes alone. Their prices
were fitted to measurements of 21 networks (`benchmarks/estimate.py` measures others); one factor per machine, learned
from its earlier runs, corrects for its speed and its threads.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass

from cnnviz.core.data import colour_digits
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Conv2D, Layer, Shape
from cnnviz.core.messages import Message, gettext_noop
from cnnviz.core.networks import training_plan
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.training_plan import TrainingPlan

MAX_PARAMETERS = 5_000_000
MAX_MULTIPLICATIONS = 100_000_000_000_000
"""Multiplications of all forward passes of a training."""
MAX_MEMORY = 1_500_000_000
"""Bytes of one batch with its gradients, and of the weights with their optimizer state."""
MAX_SECONDS = 1_800.0
"""Estimated seconds on an uncalibrated machine."""
FLOAT32 = 4
INPUT_SHAPES: Mapping[str, Shape] = {"colour": colour_digits.INPUT_SHAPE}
"""Input shapes by a plan's `data`, where it is not MNIST."""
GREY_SHAPE: Shape = (28, 28, 1)

TRAINING_DIGITS, TEST_DIGITS = 60_000, 10_000
LANES = 16
"""float32 numbers per AVX-512 register: fewer filters cost as much."""
NORMALIZATION = 4
"""Price of a value of a batch normalization, as a multiple of the price of other values."""
START_SECONDS = 1.0
"""Seconds until the first batch, in which the graph is built."""
RECENT_RUNS = 5
"""Runs that are remembered for the speed of a machine."""
AUGMENTATION_SECONDS = 0.0005
"""Seconds per image and augmented copy of the data."""
POOLS = 4


@dataclass(frozen=True)
class Prices:
    """Seconds of one core.

    Attributes:
        layer: Per layer and batch.
        parameter: Per parameter and batch.
        multiplication: Per multiplication and image.
        value: Per layer output value and image.
    """

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
    """The measured speed of a machine.

    Attributes:
        factor: Seconds that it takes for one second of the model.
        runs: Number of runs that were measured so far.
        recent: Factors of the last `RECENT_RUNS` of them, the newest last.
    """

    factor: float = 1.0
    runs: int = 0
    recent: tuple[float, ...] = ()


UNCALIBRATED = Calibration()
"""A machine like the one on which the prices were measured, with one thread."""


def estimate_seconds(
    architecture: Architecture,
    plan: TrainingPlan,
    calibration: Calibration = UNCALIBRATED,
    digits: int = TRAINING_DIGITS,
    tests: int = TEST_DIGITS,
) -> float:
    """Estimate the seconds of a whole training, for a data set of `digits` training and `tests` test digits."""
    learned, held_out = training_plan.count_digits(plan, digits)
    batches = -(-learned // plan.batch_size)
    # Every epoch ends with an evaluation; with held-out digits, one on the test set follows at the end.
    epoch = _price(architecture, TRAINING_PRICES[plan.precision], learned, batches) + _price_evaluation(
        architecture, held_out or tests
    )
    last = _price_evaluation(architecture, tests) if held_out else 0.0
    changed = AUGMENTATION_SECONDS * learned * min(plan.epochs, POOLS) if plan.augmentation != "none" else 0.0
    return START_SECONDS + calibration.factor * (epoch * plan.epochs + last + changed)


def calibrate(
    previous: Calibration,
    architecture: Architecture,
    plan: TrainingPlan,
    measured_seconds: float,
    digits: int = TRAINING_DIGITS,
    tests: int = TEST_DIGITS,
) -> Calibration:
    """Update `previous` by a run that took `measured_seconds`; `plan.epochs` are those that were really trained.

    The factor is the median of the last runs, of an even number the lower one of both in the middle: a busy spell makes
    runs longer, by 40 times in one that was measured, and nothing makes them shorter. So two runs are enough if one of
    them was undisturbed, and a busy spell is forgotten.
    """
    expected = estimate_seconds(architecture, plan, UNCALIBRATED, digits, tests) - START_SECONDS
    factor = max(measured_seconds - START_SECONDS, 0.1 * measured_seconds, 1e-3) / expected
    before = previous.recent or (previous.factor,) * min(previous.runs, 1)
    recent = (*before, factor)[-RECENT_RUNS:]
    return Calibration(statistics.median_low(recent), previous.runs + 1, recent)


def check(architecture: Architecture, plan: TrainingPlan) -> None:
    """Raise `Refusal`, naming value and limit, where training `architecture` by `plan` exceeds a limit."""
    expected = INPUT_SHAPES.get(plan.data, GREY_SHAPE)
    fits_own = training_plan.has_own_data(plan) and architecture.input_shape == colour_digits.INPUT_SHAPE
    if architecture.input_shape != expected and not fits_own:
        raise Refusal(
            "A network must read the digits that it learns from: `input_shape` {expected} with `data` {data}. "
            "Received: {shape}. Start from another network, or choose other digits.",
            expected=expected,
            data=plan.data,
            shape=architecture.input_shape,
        )
    if not architecture.parameters:
        raise Refusal("A network must have weights to be trained. Received: none. Add a Conv2D or a Dense layer.")
    for what, number, most in (
        (gettext_noop("parameters"), architecture.parameters, MAX_PARAMETERS),
        (
            gettext_noop("multiplications in the whole training"),
            count_multiplications(architecture, plan),
            MAX_MULTIPLICATIONS,
        ),
        (gettext_noop("bytes of memory for a batch"), estimate_memory(architecture, plan), MAX_MEMORY),
        (gettext_noop("estimated seconds"), round(estimate_seconds(architecture, plan)), round(MAX_SECONDS)),
    ):
        if number > most:
            raise Refusal(
                "A training may have at most {most:,} {what}. Received: {number:,}. Use fewer filters or units, fewer "
                "digits or epochs, or another batch size.",
                what=Message(what),
                most=most,
                number=number,
            )


def count_multiplications(architecture: Architecture, plan: TrainingPlan) -> int:
    """Count the multiplications of all forward passes of a training; backward passes take about twice as many."""
    return architecture.multiplications * (plan.examples - plan.validation_examples) * plan.epochs


def estimate_memory(architecture: Architecture, plan: TrainingPlan) -> int:
    """Estimate the bytes of one batch: all layers' values and their gradients, and four copies of the weights."""
    batch = min(plan.batch_size, plan.examples)
    return FLOAT32 * (2 * batch * _count_values(architecture) + 4 * architecture.parameters)


def _price_evaluation(architecture: Architecture, images: int) -> float:
    """Estimate seconds of one core for the evaluation of so many images."""
    return _price(architecture, EVALUATION_PRICES, images, -(-images // EVALUATION_BATCH))


def _price(architecture: Architecture, prices: Prices, images: int, batches: int) -> float:
    """Estimate seconds of one core for so many images in so many batches."""
    batch = prices.layer * len(architecture.layers) + prices.parameter * architecture.parameters
    multiplied = sum(_count_padded_multiplications(layer, shape) for layer, shape in architecture.layers_and_inputs())
    normalized = sum(
        math.prod(shape) for layer, shape in architecture.layers_and_inputs() if layer.kind == "BatchNormalization"
    )
    values = _count_values(architecture) + (NORMALIZATION - 1) * normalized
    return batches * batch + images * (prices.multiplication * multiplied + prices.value * values)


def _count_padded_multiplications(layer: Layer, shape: Shape) -> int:
    """Count multiplications of one image as a processor does them: a convolution's filters in groups of 16."""
    if not isinstance(layer, Conv2D):
        return 0 if layer.kind == "BatchNormalization" else layer.multiplications(shape)
    return layer.multiplications(shape) * -(-layer.filters // LANES) * LANES // layer.filters


def _count_values(architecture: Architecture) -> int:
    """Count the numbers that all layers together output for one image."""
    return sum(math.prod(shape) for shape in architecture.shapes()[1:])
