"""A model store with pooling networks of random weights, their table and their curves, made in no time."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cnnviz.core.lessons.pooling import robustness_curves, seed_results
from cnnviz.core.lessons.pooling.robustness_curves import KINDS, Curve, Robustness, get_amounts, get_start
from cnnviz.core.lessons.pooling.trio import POOL_NETWORKS, STORED_SEED
from cnnviz.core.networks import model_store
from cnnviz.core.networks.card import ModelCard
from cnnviz.core.networks.metrics import CURVES
from tests.core import strategies
from tests.core.networks import small_network

SEEDS = (1, 2, 3, 4, 5)
SPREAD = (-0.0012, -0.0004, 0.0001, 0.0005, 0.001)


def write(folder: Path, accuracies: tuple[float, float, float] = (0.99, 0.98, 0.97)) -> None:
    """Fill `folder`; `accuracies` are the means of the networks over the seeds."""
    cards = [
        card(name, accuracy + SPREAD[seed - 1], seed)
        for seed in SEEDS
        for name, accuracy in zip(POOL_NETWORKS, accuracies, strict=True)
    ]
    for one in cards:
        if one.seed == STORED_SEED:
            model_store.save(strategies.network(one.architecture, 1), one, folder)
    seed_results.write(seed_results.collect(cards), folder)
    curves = {kind: {name: curve(kind) for name in POOL_NETWORKS} for kind in KINDS}
    robustness_curves.write(Robustness({"digits": 1_000, "seeds": list(SEEDS)}, curves), folder)


def card(name: str, accuracy: float, seed: int) -> ModelCard:
    """Build a card whose mistakes follow `accuracy`, each digit being read as the next one."""
    architecture, plan = POOL_NETWORKS[name]
    right = round(10_000 * accuracy)
    confusion = right * np.eye(10, dtype=int) + (10_000 - right) * np.roll(np.eye(10, dtype=int), 1, axis=1)
    return small_network.card(
        strategies.network(architecture, seed),
        plan=plan,
        name=name,
        seed=seed,
        test_accuracy=accuracy,
        pen_accuracy=0.9,
        confusion=confusion.tolist(),
        pen_note="pens",
        curves={quantity: [0.5, 0.25, 0.1] for quantity in CURVES},
    )


def curve(kind: str) -> Curve:
    """Build a curve that falls from 0.9 by a hundredth per step of the amount, with a band of 0.02."""
    values = [0.9 - 0.01 * abs(place - get_start(kind)) for place in range(len(get_amounts(kind)))]
    row, low, high = (tuple(round(value + by, 4) for value in values) for by in (0.0, -0.02, 0.02))
    return Curve((row, low, high), (row, low, high), (low, high), (low, high))
