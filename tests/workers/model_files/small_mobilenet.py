"""A small network of MobileNetV2's kind, made, trained and saved by Keras; also a program of its own.

    python -m tests.workers.model_files.small_mobilenet FOLDER [fashion.npz EXAMPLES EPOCHS]

writes `mobilenet.keras`, `photograph.png` and `expected.npz`: what the network reads of the photograph, and the values
of every layer. Without data the weights are random, and the statistics of batch normalization those of made pictures.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers as kl
from PIL import Image, ImageDraw

from tests.workers.model_files.keras_files import compute

SIDE = 56
CLASSES = ("T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")


def build() -> Any:
    """Build inverted residual blocks: expanded by 1 × 1, a depthwise convolution, projected, added where sizes fit."""
    x = picture = keras.Input((SIDE, SIDE, 3))
    x = kl.Rescaling(1 / 127.5, offset=-1)(x)
    x = _normalize(kl.Conv2D(12, 3, strides=2, padding="same", use_bias=False)(x))
    for maps, strides in ((12, 1), (20, 2), (20, 1), (32, 2), (32, 1)):
        before = x
        x = _normalize(kl.Conv2D(4 * x.shape[-1], 1, use_bias=False)(x))
        x = _normalize(kl.DepthwiseConv2D(3, strides=strides, padding="same", use_bias=False)(x))
        x = kl.BatchNormalization(momentum=0.9)(kl.Conv2D(maps, 1, use_bias=False)(x))
        if strides == 1 and before.shape[-1] == maps:
            x = kl.Add()([before, x])
    x = _normalize(kl.Conv2D(64, 1, use_bias=False)(x))
    x = kl.Dropout(0.1)(kl.GlobalAveragePooling2D()(x))
    return keras.Model(picture, kl.Dense(len(CLASSES), activation="softmax")(x))


def _normalize(x: Any) -> Any:
    return kl.ReLU(6)(kl.BatchNormalization(momentum=0.9)(x))


def paint(images: np.ndarray, seed: int) -> np.ndarray:
    """Enlarge grey pictures (n, 28, 28) uint8 and give them two colours each, (n, SIDE, SIDE, 3) float32 of bytes."""
    rng = np.random.default_rng(seed)
    amounts = images.repeat(2, axis=1).repeat(2, axis=2)[..., None].astype(np.float32) / 255
    ends = rng.uniform(0, 255, (2, len(images), 1, 1, 3)).astype(np.float32)
    ends[0] = ends[0] * 0.4 + 153  # light paper, as behind most photographs
    painted: np.ndarray = ends[0] + amounts * (ends[1] * 0.5 - ends[0])
    return painted


def draw_photograph() -> Image.Image:
    """Draw a red T-shirt on a light, uneven ground, wider than high."""
    across = np.linspace(0, 30, 320)[None, :, None] + np.linspace(0, 20, 240)[:, None, None]
    image = Image.fromarray((np.full((240, 320, 3), [200, 205, 190]) + across).astype(np.uint8))
    shirt = [(110, 30), (140, 42), (180, 42), (210, 30), (260, 70), (235, 105), (210, 85), (210, 220)]
    ImageDraw.Draw(image).polygon([*shirt, (110, 220), (110, 85), (85, 105), (60, 70)], fill=(150, 40, 50))
    return image


def make_files(folder: Path, *training: str) -> None:
    """Write the files into a folder; `training` is what the program reads after it."""
    keras.utils.set_random_seed(1)
    model = build()
    photograph = draw_photograph()
    photograph.save(folder / "photograph.png")
    if training:
        data, examples, epochs = training
        train(model, Path(data), int(examples), int(epochs))
    else:
        made = np.random.default_rng(1).integers(0, 2, (32, 7, 7), np.uint8).repeat(4, axis=1).repeat(4, axis=2) * 255
        for seed in range(20):
            model(paint(made, seed), training=True)
    model.save(folder / "mobilenet.keras")
    middle = tf.constant(np.asarray(photograph)[:, 40:280], tf.float32)
    resized = tf.image.resize(middle, (SIDE, SIDE), "bilinear", antialias=True).numpy()
    x = np.rint(resized)[None]
    arrays: dict[str, Any] = {"x": x, **compute(model, x)}
    np.savez(folder / "expected.npz", resized=resized, **arrays)


def train(model: Any, data: Path, examples: int, epochs: int) -> None:
    """Train on the first examples of Fashion-MNIST and print the accuracy on its test set."""
    with np.load(data) as stored:
        images, labels, tests, answers = (stored[name] for name in ("x_train", "y_train", "x_test", "y_test"))
    model.compile(keras.optimizers.Adam(3e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    for epoch in range(epochs):
        model.fit(paint(images[:examples], epoch), labels[:examples], batch_size=64, verbose=2)
    print(model.evaluate(paint(tests[:2000], 99), answers[:2000], verbose=0))


if __name__ == "__main__":
    make_files(Path(sys.argv[1]), *sys.argv[2:])
