"""What a training may cost a server that many share, checked before anything starts."""

from __future__ import annotations

import math

from cnnviz.core.plans import TrainingPlan
from cnnviz.core.refusals import Refusal
from cnnviz.core.variants import Variant

MOST_PARAMETERS = 5_000_000
MOST_WORK = 20_000_000_000_000
"""Multiplications of a whole training, forwards alone."""
MOST_MEMORY = 1_500_000_000
"""Bytes of one batch with its gradients, and of the weights with their optimizer."""
FLOAT32 = 4
INPUT_SHAPE = (28, 28, 1)


def check(variant: Variant, plan: TrainingPlan) -> None:
    """Raise `Refusal` where training `variant` by `plan` is beyond the budget, naming the value and the limit."""
    if variant.input_shape != INPUT_SHAPE:
        raise Refusal(
            "A network that trains here must read digits of 28 × 28 × 1. Received: `input_shape` {shape}. Start from "
            "another network.",
            shape=variant.input_shape,
        )
    if not variant.parameters:
        raise Refusal(
            "A network must have weights to be trained. Received: none. Add a Conv2D or a Dense layer."
        )
    for what, number, most in (
        ("parameters", variant.parameters, MOST_PARAMETERS),
        ("multiplications in the whole training", work(variant, plan), MOST_WORK),
        ("bytes of memory for a batch", memory(variant, plan), MOST_MEMORY),
    ):
        if number > most:
            raise Refusal(
                "A training may have at most {most:,} {what}. Received: {number:,}. Use fewer filters or units, fewer "
                "digits or epochs, or a smaller batch.",
                what=what,
                most=most,
                number=number,
            )


def work(variant: Variant, plan: TrainingPlan) -> int:
    """Multiplications of the whole training, forwards alone; backwards costs about twice that again."""
    return variant.multiplications * (plan.examples - plan.validation_examples) * plan.epochs


def memory(variant: Variant, plan: TrainingPlan) -> int:
    """Bytes, about: every layer's values for a batch and their gradients, and four copies of the weights."""
    batch = min(plan.batch_size, plan.examples)
    return FLOAT32 * (2 * batch * values(variant) + 4 * variant.parameters)


def values(variant: Variant) -> int:
    """Numbers that all layers together make of one image."""
    return sum(math.prod(shape) for shape in variant.shapes()[1:])
