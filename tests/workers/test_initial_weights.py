"""The weights that are made again without Keras are those that Keras begins a training with."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.core.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    SeparableConv2D,
)
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.initial_weights import make_initial_network
from cnnviz.core.networks.training_plan import TrainingPlan

EVERY_KIND = Architecture(
    name="every-kind",
    input_shape=(28, 28, 1),
    layers=(
        Conv2D(name="conv", filters=6, kernel_size=(3, 5), groups=1, activation="relu"),
        BatchNormalization(name="normal"),
        DepthwiseConv2D(name="depthwise", kernel_size=(3, 3), depth_multiplier=2),
        Dropout(name="nothing", rate=0.0),
        Dropout(name="dropout", rate=0.25),
        SeparableConv2D(name="separable", filters=7, kernel_size=(3, 3)),
        Conv2D(name="grouped", filters=14, kernel_size=(1, 1), groups=7, use_bias=False),
        GlobalAveragePooling2D(name="pool"),
        Dense(name="dense", units=10, activation="softmax"),
    ),
)


def architectures() -> dict[str, tuple[Architecture, int]]:
    stored = {name: model_store.card(name) for name in model_store.names()}
    return {name: (card.architecture, card.seed) for name, card in stored.items()} | {"every kind": (EVERY_KIND, 2024)}


@pytest.mark.parametrize(("architecture", "seed"), architectures().values(), ids=list(architectures()))
def test_initial_weights_are_those_of_keras(architecture: Architecture, seed: int) -> None:
    import keras

    from cnnviz.workers import keras_model

    keras.utils.set_random_seed(seed)
    theirs = keras_model.read_weights(keras_model.build(architecture))
    ours = make_initial_network(architecture, seed).weights
    assert theirs.keys() == ours.keys()
    for layer, weights in theirs.items():
        assert weights.keys() == ours[layer].keys()
        for name, array in weights.items():
            assert np.array_equal(array, ours[layer][name]), f"{layer}/{name}"


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_a_training_begins_with_them_in_every_precision(precision: str) -> None:
    from cnnviz.workers import keras_model
    from cnnviz.workers.training.train_loop import TrainStep

    layers = (Flatten(name="flatten"), Dense(name="dense", units=10, activation="softmax"))
    architecture = Architecture(name="small", input_shape=(28, 28, 1), layers=layers)
    step = TrainStep(architecture, TrainingPlan(epochs=1, seed=11, precision=precision))
    begun = keras_model.read_weights(step.model)
    assert np.array_equal(begun["dense"]["kernel"], make_initial_network(architecture, 11).weights["dense"]["kernel"])
