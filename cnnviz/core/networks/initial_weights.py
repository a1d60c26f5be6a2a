"""The weights of a network before its first batch, made again from the seed of its training, without Keras.

Keras draws one seed for every initializer and for every dropout layer when a layer is made, from Python's generator,
and makes a kernel of such a seed by TensorFlow's stateless uniform numbers: Philox4x32-10 (J. K. Salmon and others:
Parallel Random Numbers: As Easy as 1, 2, 3, 2011), on a limit after X. Glorot and Y. Bengio (2010). A test of the
trainings compares every kind of layer with Keras itself, number by number.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping

import numpy as np

from cnnviz.core.layers import Dropout, Layer, Shape
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network

MAX_SEED = 10**9
"""Largest seed that Keras draws for an initializer."""

ROUNDS = 10
MULTIPLIERS = np.array([[0xD2511F53], [0xCD9E8D57]], np.uint64)
KEY_STEPS = np.array([0x9E3779B9, 0xBB67AE85], np.uint64)
WORD, HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
"""Philox's constants for four words of 32 bits."""

SCRAMBLING_KEY = np.array([0x3EC8F720, 0x02461E29], np.uint64)
"""The key by which TensorFlow makes key and counter of a seed."""

MANTISSA, ONE = np.uint32(0x7FFFFF), np.uint32(0x3F800000)
"""The bits of a float32 behind its exponent, and the bits of 1.0."""

CONSTANTS: Mapping[str, float] = {"gamma": 1.0, "moving_variance": 1.0, "variance": 1.0}
"""Weights that start at another constant than 0, by their name in Keras."""


def make_initial_network(architecture: Architecture, seed: int) -> Network:
    """Make the network that a training of `architecture` with this `seed` starts from."""
    weights: dict[str, dict[str, np.ndarray]] = {}
    for layer, shape, seeds in _draw_seeds(architecture, seed):
        shapes = layer.weight_shapes(shape)
        if shapes:
            weights[layer.name] = {name: _make_weight(name, shapes[name], seeds.get(name)) for name in shapes}
    return Network(architecture, weights)


def _draw_seeds(architecture: Architecture, seed: int) -> Iterator[tuple[Layer, Shape, dict[str, int]]]:
    """Yield each layer with the shape of its input and the seeds of its initializers, in the order of Keras's draws."""
    generator = random.Random(seed)
    for layer, shape in architecture.layers_and_inputs():
        kernels = [name for name in layer.weight_shapes(shape) if name.endswith("kernel")]
        yield layer, shape, {name: generator.randint(1, MAX_SEED) for name in kernels}
        if isinstance(layer, Dropout) and layer.rate > 0:
            generator.randint(1, MAX_SEED)  # for the digits that it will drop


def _make_weight(name: str, shape: Shape, seed: int | None) -> np.ndarray:
    if seed is None:
        return np.full(shape, CONSTANTS.get(name, 0.0), np.float32)
    return make_glorot_uniform(shape, seed)


def make_glorot_uniform(shape: Shape, seed: int) -> np.ndarray:
    """Make a kernel as Keras's `GlorotUniform(seed)` does: float32, uniform between ± √(6 / (fan in + fan out))."""
    window = math.prod(shape[:-2])
    limit = math.sqrt(3.0 / max(1.0, window * (shape[-2] + shape[-1]) / 2.0))
    low, high = np.float32(-limit), np.float32(limit)
    return (draw_uniform(math.prod(shape), seed) * (high - low) + low).reshape(shape)


def draw_uniform(count: int, seed: int) -> np.ndarray:
    """Draw `count` float32 in [0, 1) as `tf.random.stateless_uniform([count], seed=[seed, 0])` does."""
    mixed = _philox(np.array([[seed], [0], [0], [0]], np.uint64), SCRAMBLING_KEY)[:, 0]
    blocks = -(-count // 4)
    # The counter is one number of 128 bits; its two lower words begin at 0.
    counters = np.zeros((4, blocks), np.uint64)
    counters[0] = np.arange(blocks, dtype=np.uint64)
    counters[2], counters[3] = mixed[2], mixed[3]
    words = _philox(counters, mixed[:2]).T.reshape(-1)[:count].astype(np.uint32)
    return ((words & MANTISSA) | ONE).view(np.float32) - np.float32(1)


def _philox(counters: np.ndarray, key: np.ndarray) -> np.ndarray:
    """Encrypt `counters`, (4, n) words of 32 bits as uint64, with two words of key."""
    words, key = counters.copy(), key.copy()
    for _ in range(ROUNDS):
        products = words[[0, 2]] * MULTIPLIERS
        high, low = products >> HALF, products & WORD
        words = np.stack([high[1] ^ words[1] ^ key[0], low[1], high[0] ^ words[3] ^ key[1], low[0]])
        key = (key + KEY_STEPS) & WORD
    return words
