"""Files of networks made by hand, sound ones and hostile ones, without Keras."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from cnnviz.core.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnnviz.core.networks.architecture import Architecture

RANDOM = np.random.default_rng(3)

WEIGHTS: Mapping[str, np.ndarray] = {
    "layers/conv2d/vars/0": RANDOM.normal(size=(3, 3, 1, 2)).astype(np.float32),
    "layers/conv2d/vars/1": RANDOM.normal(size=2).astype(np.float32),
    "layers/dense/vars/0": RANDOM.normal(size=(18, 10)).astype(np.float32),
    "layers/dense/vars/1": RANDOM.normal(size=10).astype(np.float32),
}
"""Those of `small_network`, as Keras 3 names them."""

LEGACY_NAMES = {
    "layers/conv2d/vars/0": ("conv", "conv/kernel:0"),
    "layers/conv2d/vars/1": ("conv", "conv/bias:0"),
    "layers/dense/vars/0": ("answer", "answer/kernel:0"),
    "layers/dense/vars/1": ("answer", "answer/bias:0"),
}


def layer(kind: str, name: str, **config: Any) -> dict[str, Any]:
    return {"module": "keras.layers", "class_name": kind, "config": {"name": name, **config}, "registered_name": None}


def small_layers(**changes: Any) -> list[dict[str, Any]]:
    """Return the layers of a network for pictures of 8 x 8; `changes` are arguments of its convolution."""
    return [
        layer("InputLayer", "picture", batch_shape=[None, 8, 8, 1]),
        layer("Conv2D", "conv", **{"filters": 2, "kernel_size": [3, 3], "activation": "relu", **changes}),
        layer("MaxPooling2D", "pool", pool_size=[2, 2]),
        layer("Flatten", "flatten"),
        layer("Dense", "answer", units=10, activation="softmax"),
    ]


def sequential(layers: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"module": "keras", "class_name": "Sequential", "config": {"name": "net", "layers": layers, **more}}


def small_network(**changes: Any) -> dict[str, Any]:
    return sequential(small_layers(**changes))


def functional(layers: list[tuple[dict[str, Any], Any]], inputs: Any = None, outputs: Any = None) -> dict[str, Any]:
    """Return a functional model of layers, each with the names of what it reads."""
    whole = []
    for each, reads in layers:
        name = each["config"]["name"]
        calls = [call(*reads)] if reads else []
        whole.append({**each, "name": name, "inbound_nodes": calls})
    config = {
        "name": "net",
        "layers": whole,
        "input_layers": inputs or [whole[0]["name"], 0, 0],
        "output_layers": outputs or [whole[-1]["name"], 0, 0],
    }
    return {"module": "keras", "class_name": "Functional", "config": config, "registered_name": "Functional"}


def call(*names: str) -> dict[str, Any]:
    """Return how Keras 3 writes that a layer reads others."""
    tensors = [{"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}} for name in names]
    return {"args": [tensors if len(tensors) > 1 else tensors[0]], "kwargs": {}}


def chain(*layers: dict[str, Any]) -> list[tuple[dict[str, Any], Any]]:
    names = [each["config"]["name"] for each in layers]
    return [(each, (names[place - 1],) if place else ()) for place, each in enumerate(layers)]


def hdf5(arrays: Mapping[str, Any] = WEIGHTS, **options: Any) -> bytes:
    """Return an HDF5 file with these arrays by path."""
    import h5py

    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for path, array in arrays.items():
            file.create_dataset(path, data=array, **options)
    return buffer.getvalue()


def members(config: Any = None, weights: bytes | None = None) -> dict[str, bytes]:
    """Return the parts of a `.keras` file; `config` may be text."""
    text = config if isinstance(config, (str, bytes)) else json.dumps(small_network() if config is None else config)
    return {
        "metadata.json": b'{"keras_version": "3.15.1", "date_saved": "2026-11-01@10:00:00"}',
        "config.json": text.encode() if isinstance(text, str) else text,
        "model.weights.h5": hdf5() if weights is None else weights,
    }


def packed(parts: Mapping[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def keras(config: Any = None, weights: bytes | None = None) -> bytes:
    return packed(members(config, weights))


def legacy(
    config: Any = None, arrays: Mapping[str, tuple[str, Any]] | None = None, fixed: bool = False, **more: Any
) -> bytes:
    """Return an `.h5` file as `model.save` of Keras 2 makes it.

    Args:
        config: The description.
        arrays: Name of the weight -> name of the layer and array.
        fixed: Whether names are of fixed length, as old h5py wrote them.
        more: Further attributes of the file.
    """
    found = arrays or {LEGACY_NAMES[path][1]: (LEGACY_NAMES[path][0], array) for path, array in WEIGHTS.items()}
    import h5py

    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.attrs["model_config"] = json.dumps(small_network() if config is None else config).encode()
        file.attrs["keras_version"] = b"2.2.4"
        for name, value in more.items():
            file.attrs[name] = value
        group = file.create_group("model_weights")
        names = list(dict.fromkeys(of for of, _ in found.values()))
        group.attrs["layer_names"] = np.array([name.encode() for name in names]) if fixed else names
        for name in names:
            inside = group.create_group(name)
            weights = [weight for weight, (of, _) in found.items() if of == name]
            inside.attrs["weight_names"] = np.array([each.encode() for each in weights]) if fixed else weights
            for weight in weights:
                inside[weight] = found[weight][1]
    return buffer.getvalue()


def safetensors(**metadata: str) -> bytes:
    """Return the file that a visitor takes out of cnnviz: weights by layer and name, and the architecture."""
    from safetensors.numpy import save

    arrays = {
        f"{LEGACY_NAMES[path][0]}/{'bias' if array.ndim == 1 else 'kernel'}": array for path, array in WEIGHTS.items()
    }
    return save(arrays, metadata=metadata or {"variant": json.dumps(architecture().to_json())})


def architecture() -> Architecture:
    """Return the architecture of `small_network`."""
    return Architecture(
        name="net",
        input_shape=(8, 8, 1),
        layers=(
            Conv2D(name="conv", filters=2, kernel_size=(3, 3), activation="relu"),
            MaxPooling2D(name="pool", pool_size=(2, 2)),
            Flatten(name="flatten"),
            Dense(name="answer", units=10, activation="softmax"),
        ),
    )
