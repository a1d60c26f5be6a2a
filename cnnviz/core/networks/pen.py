"""The network `pen`: small enough to visualize, trained on MNIST and on pen strokes."""

from __future__ import annotations

from cnnviz.core.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.training_plan import TrainingPlan


def _conv(name: str, filters: int) -> Conv2D:
    return Conv2D(name=name, filters=filters, kernel_size=(3, 3), activation="relu")


ARCHITECTURE = Architecture(
    name="pen",
    layers=(
        _conv("conv2d", 32),
        _conv("conv2d_1", 32),
        MaxPooling2D(name="max_pooling2d", pool_size=(2, 2)),
        _conv("conv2d_2", 64),
        _conv("conv2d_3", 64),
        MaxPooling2D(name="max_pooling2d_1", pool_size=(2, 2)),
        Dropout(name="dropout", rate=0.25),
        Flatten(name="flatten"),
        Dense(name="dense", units=128, activation="relu"),
        Dropout(name="dropout_1", rate=0.5),
        Dense(name="dense_1", units=10, activation="softmax"),
    ),
)

PLAN = TrainingPlan(
    data="mnist+pen", examples=60_000, batch_size=128, epochs=24, learning_rate=0.002, augmentation="pen"
)
"""`examples` counts MNIST's digits; pen strokes are added to them, see `cnnviz.workers.data.pen_strokes`. The second
half of the epochs shows degraded digits, and pictures without a digit, see `cnnviz.workers.data.examples`."""
