"""A small network and its card, built instantly."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnnviz.core.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.card import DataSource, ModelCard
from cnnviz.core.networks.metrics import CURVES
from cnnviz.core.networks.network import Network
from cnnviz.core.networks.training_plan import TrainingPlan
from tests.core import strategies

ARCHITECTURE = Architecture(
    name="small",
    layers=(
        Conv2D(name="conv2d", filters=3, kernel_size=(3, 3), activation="relu"),
        MaxPooling2D(name="max_pooling2d"),
        Flatten(name="flatten"),
        Dense(name="dense", units=10, activation="softmax"),
    ),
)


def network(seed: int = 0, name: str = "small") -> Network:
    return strategies.network(Architecture(name=name, layers=ARCHITECTURE.layers), seed)


def card(of: Network, **changes: Any) -> ModelCard:
    source = DataSource(name="mnist", source="mnist.npz", sha256="a" * 64, licence="CC BY-SA 3.0", attribution="LeCun")
    values: dict[str, Any] = {
        "name": of.name,
        "architecture": of.architecture,
        "plan": TrainingPlan(),
        "data": source,
        "seed": 1,
        "curves": {name: [0.5, 0.25] for name in CURVES},
        "test_loss": 0.1,
        "test_accuracy": 0.97,
        "confusion": np.eye(10, dtype=int).tolist(),
        "parameters": of.parameters,
        "versions": {"python": "3.11", "keras": "3.15"},
        "trained_seconds": 2.5,
    }
    return ModelCard(**values | changes)


def digit(seed: int = 0) -> np.ndarray:
    """Return a random digit, (28, 28) float32 in [0, 1)."""
    return np.random.default_rng(seed).random((28, 28), dtype=np.float32)
