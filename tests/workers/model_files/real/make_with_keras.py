"""Make the files of one version of Keras 2: `python make_with_keras.py FOLDER`, with that version installed.

Nothing here is run by the tests, which have no Keras 2.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import keras as installed
import numpy as np
import tensorflow as tf

keras: Any = tf.keras
kl: Any = keras.layers
folder = Path(sys.argv[1])
VERSION = ".".join(installed.__version__.split(".")[:2])
SHOWN = ("gates", "both", "leaky", "means", "conv", "pool", "norm", "units", "answer")
"""Layers whose values are kept."""


def make_branches() -> Any:
    """Make a network with operators, a layer that is used twice and a model inside."""
    twice = kl.Conv2D(3, 3, padding="same", activation=tf.nn.relu, name="twice")
    block = keras.Sequential([kl.Conv2D(3, 3, padding="same"), kl.BatchNormalization(), kl.ReLU()], name="block")
    picture = keras.Input((8, 8, 3))
    x = block(picture / 0.5 - 1.0)
    x = tf.nn.relu(x + twice(twice(x)))
    y = kl.DepthwiseConv2D(3, padding="same", activation="hard_sigmoid", name="gates")(x)
    x = kl.Concatenate(name="both")([x * y, kl.LeakyReLU(0.1, name="leaky")(x)])
    x = kl.Dropout(0.5, name="drop")(kl.GlobalAveragePooling2D(name="means")(x))
    return keras.Model(picture, kl.Dense(5, activation=tf.nn.softmax, name="answer")(x), name="branches")


def make_stack() -> Any:
    """Make a Sequential without an InputLayer that has been trained, so that the file has the optimizer's numbers."""
    model = keras.Sequential(
        [
            kl.Conv2D(3, 3, activation="relu", input_shape=(8, 8, 1), kernel_regularizer="l2", name="conv"),
            kl.MaxPooling2D(name="pool"),
            kl.BatchNormalization(name="norm"),
            kl.Flatten(name="flat"),
            kl.Dense(4, activation="tanh", name="units"),
            kl.Dropout(0.5, name="drop"),
            kl.Dense(10, name="answer"),
        ],
        name="stack",
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    model.fit(RANDOM.random((16, 8, 8, 1), np.float32), RANDOM.integers(0, 10, 16), verbose=0)
    return model


for make in (make_branches, make_stack):
    RANDOM = np.random.default_rng(11)
    model = make()
    spread = {"moving_variance": (0.5, 2.0), "gamma": (0.6, 1.5)}
    model.set_weights(
        [
            RANDOM.uniform(*spread.get(each.name.split("/")[-1].partition(":")[0], (-0.7, 0.7)), each.shape)
            for each in model.weights
        ]
    )
    name = f"keras-{VERSION}-{model.name}"
    model.save(folder / f"{name}.keras")
    model.save(folder / f"{name}.h5")
    picture = RANDOM.random((1, *model.input_shape[1:]), np.float32)
    shown = [each for each in model.layers if each.name in SHOWN]
    values = keras.Model(model.input, [each.output for each in shown]).predict(picture, verbose=0)
    np.savez_compressed(
        folder / f"{name}.npz", x=picture, **{each.name: v for each, v in zip(shown, values, strict=True)}
    )
