"""The script that a reader of a tutorial would write: `python -m benchmarks.contestants.plain_fit NAME ...`.

With --rounds it trains on a part of the digits whenever a line comes on standard input, and answers how long that took;
with --until it trains as published, evaluates on the test set after every epoch and ends at that accuracy.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np

from cnnviz.core.data import colour_digits, datasets
from cnnviz.core.networks.architecture import TUTORIALS, Architecture
from cnnviz.core.networks.training_plan import TrainingPlan


def model_of(architecture: Architecture, plan: TrainingPlan) -> keras.Model:
    """Build and compile the network as the tutorials do."""
    layers = []
    for layer in architecture.to_json()["layers"]:
        settings = dict(layer)
        layers.append(getattr(keras.layers, settings.pop("kind"))(**settings))
    model = keras.Sequential([keras.layers.Input(architecture.input_shape), *layers])
    model.compile(
        optimizer=keras.optimizers.get({"class_name": plan.optimizer, "config": {"learning_rate": plan.learning_rate}}),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def digits(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return MNIST as float32 in [0, 1], in the image `shape` of a network, and its labels."""
    data = datasets.load(allow_download=False)
    x_train, x_test = (
        colour_digits.prepare_inputs(x.astype("float32") / 255, shape, part).reshape(-1, *shape)
        for x, part in ((data.x_train, colour_digits.TRAIN), (data.x_test, colour_digits.TEST))
    )
    return x_train, data.y_train, x_test, data.y_test


def say(**facts: Any) -> None:
    print(json.dumps(facts), flush=True)


def clocks() -> tuple[float, float]:
    """Return wall time and this process's processor time, in seconds."""
    return time.perf_counter(), time.process_time()


def speeds(images: int, start: tuple[float, float]) -> dict[str, float]:
    """Return images per second of wall time and of processor time since `start`."""
    wall, cpu = (now - then for now, then in zip(clocks(), start, strict=True))
    return {"images_per_second": images / wall, "images_per_cpu_second": images / cpu}


def rounds(model: keras.Model, plan: TrainingPlan, batches: int) -> None:
    """Train on a fixed number of batches per request; the first round is unrequested and unmeasured."""
    x, y, _, _ = digits(model.input_shape[1:])
    count = batches * plan.batch_size
    model.fit(x[:count], y[:count], batch_size=plan.batch_size, verbose=0)
    say(ready=True)
    for _ in sys.stdin:
        start = clocks()
        model.fit(x[:count], y[:count], batch_size=plan.batch_size, verbose=0)
        say(**speeds(count, start))


def until(model: keras.Model, plan: TrainingPlan, accuracy: float) -> None:
    """Train as published, validating on the test set as the tutorial does, until `accuracy` is reached."""
    x, y, x_test, y_test = digits(model.input_shape[1:])
    for epoch in range(1, plan.epochs + 1):
        told = model.fit(x, y, batch_size=plan.batch_size, verbose=0, validation_data=(x_test, y_test))
        say(epoch=epoch, accuracy=told.history["val_accuracy"][-1])
        if told.history["val_accuracy"][-1] >= accuracy:
            return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=TUTORIALS)
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--rounds", type=int, help="batches a round")
    parser.add_argument("--until", type=float, help="accuracy on the test set")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    architecture, plan = TUTORIALS[asked.name]
    keras.utils.set_random_seed(asked.seed)
    keras.config.set_dtype_policy(asked.precision)
    model = model_of(architecture, plan)
    if asked.rounds:
        rounds(model, plan, asked.rounds)
    else:
        until(model, plan, asked.until)


if __name__ == "__main__":
    main()
