"""Explanations in TensorFlow: `python -m benchmarks.contestants.tensorflow_why NETWORK OUT.npz`.

Each line on standard input names a method of `benchmarks.why`; it is computed once, and the answer is how long that
took. Gradients are those of `tf.GradientTape` in a compiled function, and occlusion is one call for all places, as a
careful reader would write it. At the end of the input all pictures are written to OUT.npz.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable

from cnnviz.workers import keras_model  # isort: skip  (it quiets TensorFlow)

import keras
import numpy as np
import tensorflow as tf

from benchmarks.measuring import question
from cnnviz.core.data import datasets
from cnnviz.core.explanations import occlusion, saliency, what_if
from cnnviz.core.networks import model_store

BATCH = 256
"""Digits of a batch of `predict`; with Keras's 32 it takes longer."""


def make_logits(model: keras.Model, at: str = "") -> tuple[keras.Model, keras.Model]:
    """Return the model up to the layer `at`, and from there on to the logits."""
    last = model.layers[-1]
    names = [layer.name for layer in model.layers]
    cut = names.index(at) + 1 if at else 0
    first = keras.Input(model.input_shape[1:])
    values = first
    for layer in model.layers[:cut]:
        values = layer(values)
    second = keras.Input(values.shape[1:])
    onward = second
    for layer in model.layers[cut:-1]:
        onward = layer(onward)
    weights = last.get_weights()
    plain = keras.layers.Dense(last.units, name="logits")
    onward = plain(onward)
    plain.set_weights(weights)
    return keras.Model(first, values), keras.Model(second, onward)


def make_methods(name: str) -> dict[str, Callable[[], np.ndarray]]:
    """Return a function for each method, compiled at its first call."""
    digit, contrast = question.ask(name)
    model = keras_model.to_model(model_store.load(name))
    data = datasets.load_test()
    examples = what_if.prepare_examples(model_store.load(name), data)[..., np.newaxis]
    digits = (data.x_test.astype(np.float32) / np.float32(255))[..., np.newaxis]
    x, weighting = tf.constant(digit[np.newaxis, ..., np.newaxis]), tf.constant(contrast.weighting)
    _, whole = make_logits(model)
    before, behind = make_logits(model, question.LAYER)

    def take_gradient(read: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(read)
            total = tf.reduce_sum(whole(read, training=False) * weighting)
        return tape.gradient(total, read)

    def take_contrast(read: tf.Tensor) -> tf.Tensor:
        return tf.reduce_sum(whole(read, training=False) * weighting, axis=1)

    def take_places(read: tf.Tensor) -> tf.Tensor:
        maps = before(read, training=False)
        with tf.GradientTape() as tape:
            tape.watch(maps)
            total = tf.reduce_sum(behind(maps, training=False) * weighting)
        factors = tf.reduce_mean(tape.gradient(total, maps), axis=(1, 2), keepdims=True)
        return tf.nn.relu(tf.reduce_sum(maps * factors, axis=-1))[0]

    differentiate, measure, locate = map(tf.function, (take_gradient, take_contrast, take_places))

    def occlude() -> np.ndarray:
        side = occlusion.count_places(28)
        images = np.repeat(digit[np.newaxis], side * side + 1, axis=0)
        for place in range(side * side):
            row, column = (occlusion.STRIDE * each for each in divmod(place, side))
            images[place + 1, row : row + occlusion.PATCH, column : column + occlusion.PATCH] = 0
        measured = measure(tf.constant(images[..., np.newaxis])).numpy()
        return np.reshape(measured[0] - measured[1:], (side, side))

    def smooth() -> np.ndarray:
        noise = np.random.default_rng(saliency.NOISE_SEED).standard_normal((saliency.SAMPLES, 28, 28, 1), np.float32)
        gradient = np.asarray(differentiate(x + np.float32(saliency.NOISE) * noise), np.float32)
        return np.asarray(gradient[..., 0].mean(axis=0))

    def integrate() -> np.ndarray:
        ends = ((np.arange(saliency.STEPS + 1) / saliency.STEPS) ** 2).astype(np.float32).reshape(-1, 1, 1, 1)
        gradient = np.asarray(differentiate(x * ((ends[1:] + ends[:-1]) / 2)))
        found: np.ndarray = digit * ((ends[1:] - ends[:-1]) * gradient).sum(axis=0)[..., 0]
        return found

    def leave_out() -> np.ndarray:
        layer, of = question.OFF
        kernel, bias = kept = model.get_layer(layer).get_weights()
        kernel, bias = kernel.copy(), bias.copy()
        kernel[..., of], bias[of] = 0, 0
        model.get_layer(layer).set_weights([kernel, bias])
        shares: np.ndarray = model.predict(examples, batch_size=BATCH, verbose=0)
        model.get_layer(layer).set_weights(kept)
        return shares

    return {
        "occlusion": occlude,
        "saliency": lambda: differentiate(x).numpy()[0, ..., 0],
        "smoothgrad": smooth,
        "integrated": integrate,
        "grad-cam": lambda: locate(x).numpy(),
        "what-if": leave_out,
        "evaluation": lambda: model.predict(digits, batch_size=BATCH, verbose=0),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.contestants.tensorflow_why", description=__doc__)
    parser.add_argument("network")
    parser.add_argument("out", metavar="OUT.npz")
    asked = parser.parse_args()
    methods = make_methods(asked.network)
    found = {name: run() for name, run in methods.items()}  # compiles
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        start = time.perf_counter(), time.process_time()
        found[line.strip()] = methods[line.strip()]()
        took = {"seconds": time.perf_counter() - start[0], "processor": time.process_time() - start[1]}
        print(json.dumps(took), flush=True)
    np.savez(asked.out, allow_pickle=False, **found)


if __name__ == "__main__":
    main()
