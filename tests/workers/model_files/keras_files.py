"""Make random networks with Keras, save them, and keep what Keras computes with them; also a program of its own.

    python -m tests.workers.model_files.keras_files FOLDER COUNT [SEED [exact]]

For each network, and each of `FORMS` by its name, there are `<number>.keras`, `<number>.h5` and `<number>.npz`: two
pictures `x`, and the values of every layer by its name, those of models inside with the name of the model before a
point; with `exact` also those of the same network in float64, under `exact/<name>`.
"""

# ruff: noqa: ARG005  (all makers of layers are called alike, whether they read every argument or not)

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers as kl

from cnnviz.workers.model_files import keras_layers

Random = np.random.Generator
ACTIVATIONS = ("linear", "relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "sigmoid", "softmax", "relu6")

EPSILON = 0.1
"""Of normalizations by the values themselves: values that are nearly alike are not blown up to rounding alone."""


def pick(rng: Random, *choices: Any) -> Any:
    return choices[int(rng.integers(len(choices)))]


def activation(rng: Random) -> Any:
    if rng.random() < 0.15:
        return pick(rng, kl.ReLU(max_value=2.0), kl.LeakyReLU(negative_slope=0.1), kl.ELU(alpha=0.5))
    return pick(rng, *ACTIVATIONS)


def window(rng: Random, of: tuple[int, ...]) -> dict[str, Any]:
    padding = "same" if min(of[:2]) < 4 else pick(rng, "valid", "same")
    stretch = pick(rng, {}, {}, {"strides": 2}, {"dilation_rate": 2} if min(of[:2]) > 6 else {})
    return {"padding": padding, "activation": activation(rng), "use_bias": pick(rng, True, True, False), **stretch}


def conv(rng: Random, of: tuple[int, ...]) -> Any:
    groups = pick(rng, 1, 1, of[2])
    return kl.Conv2D(groups * int(rng.integers(1, 4)), pick(rng, 1, 2, 3, (3, 2)), groups=groups, **window(rng, of))


def depthwise(rng: Random, of: tuple[int, ...]) -> Any:
    return kl.DepthwiseConv2D(pick(rng, 2, 3), depth_multiplier=pick(rng, 1, 2), **window(rng, of))


def separable(rng: Random, of: tuple[int, ...]) -> Any:
    return kl.SeparableConv2D(3, pick(rng, 2, 3), depth_multiplier=pick(rng, 1, 2), **window(rng, of))


def transposed(rng: Random, of: tuple[int, ...]) -> Any:
    if max(of[:2]) > 20:
        return kl.Conv2D(2, 1)
    return kl.Conv2DTranspose(
        int(rng.integers(1, 4)), pick(rng, 2, 3), strides=pick(rng, 1, 2), padding=pick(rng, "valid", "same")
    )


def pooling(kind: Any) -> Callable[[Random, tuple[int, ...]], Any]:
    def make(rng: Random, of: tuple[int, ...]) -> Any:
        return kind(pick(rng, 2, 3), strides=pick(rng, None, 1, 2), padding="same" if min(of[:2]) < 4 else "valid")

    return make


IMAGE_LAYERS: dict[str, Callable[[Random, tuple[int, ...]], Any]] = {
    "Conv2D": conv,
    "DepthwiseConv2D": depthwise,
    "SeparableConv2D": separable,
    "Conv2DTranspose": transposed,
    "MaxPooling2D": pooling(kl.MaxPooling2D),
    "AveragePooling2D": pooling(kl.AveragePooling2D),
    "ZeroPadding2D": lambda rng, of: kl.ZeroPadding2D(pick(rng, 1, (1, 0), ((0, 1), (2, 0)))),
    "Cropping2D": lambda rng, of: kl.Cropping2D(
        pick(rng, ((1, 0), (0, 1)), ((0, 0), (1, 0))) if min(of[:2]) > 3 else 0
    ),
    "UpSampling2D": lambda rng, of: kl.UpSampling2D(2 if max(of[:2]) < 12 else 1, interpolation=pick(rng, "nearest")),
    "Resizing": lambda rng, of: kl.Resizing(*map(int, rng.integers(4, 12, 2)), interpolation=pick(rng, "bilinear")),
    "SpatialDropout2D": lambda rng, of: kl.SpatialDropout2D(0.3),
    "Permute": lambda rng, of: kl.Permute((2, 1, 3)),
    "GroupNormalization": lambda rng, of: kl.GroupNormalization(groups=pick(rng, 1, of[-1]), epsilon=EPSILON),
    "RandomFlip": lambda rng, of: kl.RandomFlip("horizontal"),
    "RandomRotation": lambda rng, of: kl.RandomRotation(0.1),
    "RandomZoom": lambda rng, of: kl.RandomZoom(0.1),
    "RandomTranslation": lambda rng, of: kl.RandomTranslation(0.1, 0.1),
    "RandomContrast": lambda rng, of: kl.RandomContrast(0.1),
    "RandomBrightness": lambda rng, of: kl.RandomBrightness(0.1),
}

ANY_LAYERS: dict[str, Callable[[Random, tuple[int, ...]], Any]] = {
    "BatchNormalization": lambda rng, of: kl.BatchNormalization(
        center=pick(rng, True, False), scale=pick(rng, True, False), epsilon=pick(rng, 1e-3, 1e-5)
    ),
    "LayerNormalization": lambda rng, of: kl.LayerNormalization(center=pick(rng, True, False), epsilon=EPSILON),
    "Dense": lambda rng, of: kl.Dense(int(rng.integers(2, 7)), activation=activation(rng)),
    "Dropout": lambda rng, of: kl.Dropout(0.25),
    "GaussianNoise": lambda rng, of: kl.GaussianNoise(0.1),
    "Rescaling": lambda rng, of: kl.Rescaling(pick(rng, 1 / 3, 2.0), offset=pick(rng, 0.0, -0.5)),
    "Activation": lambda rng, of: kl.Activation(pick(rng, *ACTIVATIONS[:-1])),
    "ReLU": lambda rng, of: kl.ReLU(max_value=pick(rng, None, 1.0), negative_slope=pick(rng, 0.0, 0.2)),
    "LeakyReLU": lambda rng, of: kl.LeakyReLU(pick(rng, 0.3, 0.05)),
    "ELU": lambda rng, of: kl.ELU(pick(rng, 1.0, 0.4)),
    "PReLU": lambda rng, of: kl.PReLU(shared_axes=[1, 2] if len(of) == 3 else None),
    "Softmax": lambda rng, of: kl.Softmax(),
    "Normalization": lambda rng, of: kl.Normalization(mean=0.3, variance=1.7),
}

ENDS = ("Flatten", "GlobalMaxPooling2D", "GlobalAveragePooling2D", "Reshape")
MERGES = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Concatenate")


def supported(names: Any) -> list[str]:
    return [name for name in names if name in keras_layers.KINDS or name in keras_layers.TRAINING_ONLY]


def add_layer(rng: Random, x: Any) -> Any:
    """Put one random layer behind `x`."""
    of = tuple(x.shape[1:])
    table = {**ANY_LAYERS, **(IMAGE_LAYERS if len(of) == 3 else {})}
    return table[pick(rng, *supported(table))](rng, of)(x)


def add_branches(rng: Random, x: Any) -> Any:
    """Put a residual or an inception block behind the image `x`."""
    merge = pick(rng, *supported(MERGES))
    filters = int(rng.integers(2, 5))
    drawn = [activation(rng) for _ in range(2)]
    if merge == "Multiply":  # gates: of factors that are 0 nearly everywhere, little more than rounding is left
        drawn = ["sigmoid"] * 2
    paths = [
        kl.Conv2D(filters, size, padding="same", activation=each)(x) for size, each in zip((1, 3), drawn, strict=True)
    ]
    if rng.random() < 0.5:
        paths[0] = kl.BatchNormalization()(paths[0])
    if merge != "Subtract" and rng.random() < 0.3:
        paths.append(kl.DepthwiseConv2D(3, padding="same")(paths[0]))
    return getattr(kl, merge)()(paths)


def make_inner(rng: Random, shape: tuple[int, ...], depth: int = 0) -> Any:
    """Make a model to be put inside another."""
    start = x = keras.Input(shape)
    kinds = [conv, IMAGE_LAYERS["MaxPooling2D"], ANY_LAYERS["BatchNormalization"], ANY_LAYERS["Dropout"]]
    chain = []
    for _ in range(int(rng.integers(1, 4))):
        chain.append(pick(rng, *kinds)(rng, tuple(x.shape[1:])))
        x = chain[-1](x)
    if depth == 0 and rng.random() < 0.3:
        chain.append(make_inner(rng, tuple(x.shape[1:]), 1))
        x = chain[-1](x)
    if rng.random() < 0.5:
        return keras.Sequential([keras.Input(shape), *[type(each).from_config(each.get_config()) for each in chain]])
    if supported(MERGES) and rng.random() < 0.5:
        x = add_branches(rng, x)
    return keras.Model(start, x)


def make_network(rng: Random) -> Any:
    """Make a random network, sequential or functional, with random weights."""
    keras.utils.clear_session()
    shape = (*map(int, rng.integers(7, 15, 2)), int(rng.integers(1, 5)))
    apart = rng.spawn(1)[0]  # so that what was added later leaves the other networks as they are
    flat, logarithms = apart.random() < 0.15, apart.random() < 0.4
    start = x = keras.Input((int(np.prod(shape)),) if flat else shape)
    if flat:
        x = kl.Reshape(shape)(kl.Rescaling(0.5)(x) if apart.random() < 0.5 else x)
    for _ in range(int(rng.integers(1, 6))):
        kind = rng.random()
        if kind < 0.2 and supported(MERGES):
            x = add_branches(rng, x)
        elif kind < 0.35:
            x = make_inner(rng, tuple(x.shape[1:]))(x)
        else:
            x = add_layer(rng, x)
    x = add_end(rng, x, "log_softmax" if logarithms else "softmax")
    model = keras.Model(start, x)
    chain = model.layers[1:]
    if rng.random() < 0.5 and all(len(each._inbound_nodes[-1].input_tensors) == 1 for each in chain) and in_line(model):
        model = keras.Sequential([keras.Input(start.shape[1:]), *chain], name="in_line")
    if rng.random() < 0.2:
        for each in model.layers[: len(model.layers) // 2]:
            each.trainable = False
    randomize(rng, model)
    return model


def in_line(model: Any) -> bool:
    """Check that each layer reads the one before it."""
    names = [each.name for each in model.layers]
    read = [each._inbound_nodes[-1].input_tensors[0]._keras_history.operation.name for each in model.layers[1:]]
    return names[:-1] == read


def add_end(rng: Random, x: Any, probabilities: str) -> Any:
    """Put an end behind `x` that gives probabilities (or their logarithms), logits or one sigmoid."""
    end = pick(rng, *supported(ENDS))
    size = int(np.prod(x.shape[1:]))
    x = kl.Reshape((size,))(x) if end == "Reshape" else getattr(kl, end)()(x)
    for _ in range(int(rng.integers(0, 3))):
        x = add_layer(rng, x)
    classes = int(rng.integers(2, 13))
    match int(rng.integers(7)):
        case 0:
            return kl.Dense(classes)(x)
        case 1:
            return kl.Softmax()(kl.Dense(classes)(x))
        case 2:
            return kl.Activation(probabilities)(kl.Dense(classes, use_bias=False)(x))
        case 3:
            return kl.Dense(1, activation="sigmoid")(x)
        case 4:
            return kl.Activation("sigmoid")(kl.Dense(1)(x))
        case _:
            return kl.Dense(classes, activation=probabilities)(x)


def make_extremes() -> Any:
    """Make a network with the minimum of three layers, and of layers of different shapes."""
    start = keras.Input((9, 8, 2))
    maps = [kl.Conv2D(3, 3, padding="same", activation=each)(start) for each in ("relu", "tanh", "linear")]
    x = kl.Minimum()([kl.Minimum()(maps), kl.Conv2D(1, 1)(start)])
    return keras.Model(start, kl.Dense(4, activation="softmax")(kl.GlobalAveragePooling2D()(x)))


def make_middle() -> Any:
    """Make a network that cuts the middle out of the picture and of its maps, also of an odd rest."""
    return keras.Sequential(
        [
            *(keras.Input((11, 8, 3)), kl.CenterCrop(8, 5), kl.Conv2D(4, 3, activation="relu"), kl.CenterCrop(3, 3)),
            *(kl.Flatten(), kl.Dense(5, activation="log_softmax")),
        ]
    )


def make_factors() -> Any:
    """Make a network that gives each channel, and each map, a factor and an offset of its own."""
    colours = kl.Rescaling([0.5, 1.25, 2.0], (-0.25, 0.5, -1.0))
    maps = [kl.Conv2D(4, 3, activation="relu"), kl.Rescaling(np.array([0.3, 0.7, 1.1, 1.9]), 0.125)]
    return keras.Sequential([keras.Input((7, 8, 3)), colours, *maps, kl.Flatten(), kl.Dense(3, activation="softmax")])


FORMS: dict[str, Callable[[], Any]] = {"extremes": make_extremes, "middle": make_middle, "factors": make_factors}
"""Networks with what random ones do not have, so that these stay as they are."""


def randomize(rng: Random, model: Any) -> None:
    """Give every weight a random value, variances positive ones; the scale of values stays what it is."""
    for variable in model.variables:
        if "variance" in variable.name:
            variable.assign(rng.uniform(0.3, 3, variable.shape))
        elif "seed" not in variable.path and "float" in str(variable.dtype):
            inputs = int(np.prod(variable.shape[:-1])) if len(variable.shape) > 1 else 1
            variable.assign(rng.normal(size=variable.shape) / np.sqrt(inputs))


def compute(model: Any, x: Any, prefix: str = "") -> dict[str, np.ndarray]:
    """Compute the values of all layers, those of models inside too."""
    chosen = [each for each in model.layers if not isinstance(each, kl.InputLayer)]
    nodes = [each._inbound_nodes[-1] for each in chosen]
    outputs = [node.output_tensors[0] for node in nodes] + [node.input_tensors[0] for node in nodes]
    values = keras.Model(model.inputs, outputs)(x, training=False)
    found: dict[str, np.ndarray] = {}
    for place, each in enumerate(chosen):
        if isinstance(each, keras.Model):
            found |= compute(each, values[len(chosen) + place], f"{prefix}{each.name}.")
        elif type(each).__name__ in (
            *keras_layers.KINDS,
            keras_layers.CENTER_CROP,
        ):  # others are left out when the file is read
            found[f"{prefix}{each.name}"] = np.asarray(values[place])
    return found


def widen(model: Any) -> Any:
    """Return the same network in float64."""
    text = json.dumps(keras.saving.serialize_keras_object(model)).replace('"float32"', '"float64"')
    wide = keras.saving.deserialize_keras_object(json.loads(text))
    wide.set_weights(model.get_weights())
    return wide


def make_files(folder: Path, count: int, seed: int = 1, exact: bool = False) -> None:
    """Make so many networks, and those of `FORMS`, and write their files into a folder."""
    for number in (*range(count), *FORMS):
        rng = np.random.default_rng([seed, number] if isinstance(number, int) else seed)
        if isinstance(number, int):
            model = make_network(rng)
        else:
            model = FORMS[number]()
            randomize(rng, model)
        x = rng.random((2, *model.inputs[0].shape[1:]), np.float32)
        model.save(folder / f"{number}.keras")
        try:
            model.save(folder / f"{number}.h5")
        except TypeError:  # Keras 3 cannot write layers that change pictures into this form
            (folder / f"{number}.h5").unlink(missing_ok=True)
        arrays: dict[str, Any] = {"x": x, **compute(model, x)}
        if exact:
            found = compute(widen(model), x.astype(np.float64))
            arrays |= {f"exact/{name}": values for name, values in found.items()}
        np.savez(folder / f"{number}.npz", **arrays)


def main() -> None:
    warnings.simplefilter("ignore")
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    make_files(Path(sys.argv[1]), int(sys.argv[2]), seed, sys.argv[4:] == ["exact"])


if __name__ == "__main__":
    main()
