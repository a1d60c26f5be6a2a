"""Files of Keras 2, made by hand as its versions wrote them, give the same network as files of Keras 3."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import BatchNormalization, Conv2D, Dense, LeakyReLU, ReLU
from cnnviz.jobs.sandbox.model_upload import NOTES
from cnnviz.workers.model_files import reader
from tests.workers.model_files.make_files import WEIGHTS, architecture, hdf5, keras, legacy, safetensors, sequential

pytestmark = pytest.mark.process

INITIALIZER = {"class_name": "VarianceScaling", "config": {"scale": 1.0, "mode": "fan_avg", "seed": None}}

CONV_2_0 = {
    "name": "conv",
    "trainable": True,
    "batch_input_shape": [None, 8, 8, 1],
    "dtype": "float32",
    "filters": 2,
    "kernel_size": [3, 3],
    "strides": [1, 1],
    "padding": "valid",
    "data_format": "channels_last",
    "dilation_rate": [1, 1],
    "activation": "relu",
    "use_bias": True,
    "kernel_initializer": INITIALIZER,
    "bias_initializer": {"class_name": "Zeros", "config": {}},
    "kernel_regularizer": None,
    "bias_regularizer": None,
    "activity_regularizer": None,
    "kernel_constraint": None,
    "bias_constraint": None,
}
"""The first layer of a Sequential of Keras 2.0: there is no InputLayer."""

POOL_2_0 = {
    "name": "pool",
    "trainable": True,
    "pool_size": [2, 2],
    "padding": "valid",
    "strides": [2, 2],
    "data_format": "channels_last",
}

ANSWER_2_0 = {
    "name": "answer",
    "trainable": True,
    "units": 10,
    "activation": "softmax",
    "use_bias": True,
    "kernel_initializer": INITIALIZER,
    "bias_initializer": {"class_name": "Zeros", "config": {}},
}

STACK_2_0 = [
    {"class_name": "Conv2D", "config": CONV_2_0},
    {"class_name": "MaxPooling2D", "config": POOL_2_0},
    {"class_name": "Dropout", "config": {"name": "drop", "trainable": True, "rate": 0.25}},
    {"class_name": "Flatten", "config": {"name": "flatten", "trainable": True}},
    {"class_name": "Dense", "config": ANSWER_2_0},
]


def old(kind: str, name: str, **config: Any) -> dict[str, Any]:
    return {"class_name": kind, "config": {"name": name, "trainable": True, **config}}


def node(entry: dict[str, Any], *reads: str) -> dict[str, Any]:
    """Return a layer of a functional model of Keras 2 with what it reads."""
    calls = [[[name, 0, 0, {}] for name in reads]] if reads else []
    return {**entry, "name": entry["config"]["name"], "inbound_nodes": calls}


def old_functional(*layers: dict[str, Any], kind: str = "Model", name: str = "model_1") -> dict[str, Any]:
    config = {
        "name": name,
        "layers": list(layers),
        "input_layers": [[layers[0]["name"], 0, 0]],
        "output_layers": [[layers[-1]["name"], 0, 0]],
    }
    return {"class_name": kind, "config": config, "keras_version": "2.2.4", "backend": "tensorflow"}


def check_weights(found: reader.ReadNetwork) -> None:
    for layer, group in (("conv", "conv2d"), ("answer", "dense")):
        for number, name in enumerate(("kernel", "bias")):
            np.testing.assert_array_equal(found.weights[layer][name], WEIGHTS[f"layers/{group}/vars/{number}"])


@pytest.mark.parametrize("fixed", [True, False], ids=["fixed length", "variable length"])
@pytest.mark.parametrize("form", ["list", "table"])
def test_a_sequential_of_keras_2_has_no_input_layer(form: str, fixed: bool) -> None:
    config = STACK_2_0 if form == "list" else {"name": "sequential_1", "layers": STACK_2_0}
    found = reader.read(legacy({"class_name": "Sequential", "config": config}, fixed=fixed), "Mein Netz.h5")
    assert found.architecture.name == "mein-netz"
    assert found.architecture.input_shape == (8, 8, 1)
    assert [layer.kind for layer in found.architecture.layers] == [
        "Conv2D",
        "MaxPooling2D",
        "Dropout",
        "Flatten",
        "Dense",
    ]
    assert found.architecture.layers[0] == architecture().layers[0]
    check_weights(found)


def test_a_functional_model_of_keras_2_is_read_by_its_nodes() -> None:
    entries = [old("InputLayer", "input_1", batch_input_shape=[None, 8, 8, 1], dtype="float32", sparse=False)]
    names = ["input_1", "conv", "pool", "drop", "flatten", "answer"]
    nodes = [node(entries[0]), *(node(each, before) for each, before in zip(STACK_2_0, names, strict=False))]
    found = reader.read(legacy(old_functional(*nodes)), "model.h5")
    check_weights(found)
    nodes[1]["inbound_nodes"] = [[["input_1", 0, 0, {"training": False}]]]
    check_weights(reader.read(legacy(old_functional(*nodes, kind="Functional")), "model.h5"))


def test_arguments_have_the_names_of_keras_2() -> None:
    stack = [
        {"class_name": "Conv2D", "config": {**CONV_2_0, "activation": "linear", "groups": 1}},
        old("LeakyReLU", "leaky", alpha=0.10000000149011612),
        old("BatchNormalization", "norm", axis=[3], momentum=0.99, epsilon=0.001, center=False, scale=False),
        old("Activation", "swish", activation="swish"),
        old("ReLU", "cap", max_value=6.0, negative_slope=0.0, threshold=0.0),
        *STACK_2_0[1:],
    ]
    arrays = {
        "conv/kernel:0": ("conv", WEIGHTS["layers/conv2d/vars/0"]),
        "conv/bias:0": ("conv", WEIGHTS["layers/conv2d/vars/1"]),
        "norm/moving_mean:0": ("norm", np.array([1, 2], np.float32)),
        "norm/moving_variance:0": ("norm", np.array([3, 4], np.float32)),
        "answer/kernel:0": ("answer", WEIGHTS["layers/dense/vars/0"]),
        "answer/bias:0": ("answer", WEIGHTS["layers/dense/vars/1"]),
    }
    found = reader.read(legacy({"class_name": "Sequential", "config": stack}, arrays), "a.h5")
    kinds = {layer.name: layer for layer in found.architecture.layers}
    assert kinds["leaky"] == LeakyReLU(name="leaky", negative_slope=0.10000000149011612)
    assert kinds["norm"] == BatchNormalization(name="norm", axis=3, center=False, scale=False)
    assert kinds["cap"] == ReLU(name="cap", max_value=6.0)
    assert kinds["swish"].activation_name == "silu"
    np.testing.assert_array_equal(found.weights["norm"]["moving_variance"], [3, 4])
    check_weights(found)


@pytest.mark.parametrize("names", ["inner", "counted"])
def test_weights_of_a_model_inside_are_told_by_name_or_by_order(names: str) -> None:
    """Keras lists what is trained before what is not, and numbers names that it has used before."""
    inside = {
        "class_name": "Sequential",
        "config": {"name": "base", "layers": [STACK_2_0[0], old("BatchNormalization", "norm", axis=3), STACK_2_0[1]]},
    }
    vectors = {
        name: np.full(2, number, np.float32) for number, name in enumerate(("gamma", "beta", "mean", "variance"), 1)
    }
    tail = "" if names == "inner" else "_1"
    arrays = {
        f"conv{tail}/kernel:0": ("base", WEIGHTS["layers/conv2d/vars/0"]),
        f"conv{tail}/bias:0": ("base", WEIGHTS["layers/conv2d/vars/1"]),
        f"norm{tail}/gamma:0": ("base", vectors["gamma"]),
        f"norm{tail}/beta:0": ("base", vectors["beta"]),
        f"norm{tail}/moving_mean:0": ("base", vectors["mean"]),
        f"norm{tail}/moving_variance:0": ("base", vectors["variance"]),
        "answer/kernel:0": ("answer", WEIGHTS["layers/dense/vars/0"]),
        "answer/bias:0": ("answer", WEIGHTS["layers/dense/vars/1"]),
    }
    found = reader.read(legacy({"class_name": "Sequential", "config": [inside, *STACK_2_0[3:]]}, arrays), "a.h5")
    assert [layer.name for layer in found.architecture.layers][:3] == ["base.conv", "base.norm", "base.pool"]
    np.testing.assert_array_equal(found.weights["base.conv"]["kernel"], WEIGHTS["layers/conv2d/vars/0"])
    assert [
        float(found.weights["base.norm"][name][0]) for name in ("gamma", "beta", "moving_mean", "moving_variance")
    ] == [1, 2, 3, 4]


def test_names_that_are_not_ours_become_ours_and_are_told() -> None:
    stack = [*STACK_2_0[:-1], {"class_name": "Dense", "config": {**ANSWER_2_0, "name": "Antwort: größte <b>"}}]
    arrays = {
        "conv/kernel:0": ("conv", WEIGHTS["layers/conv2d/vars/0"]),
        "conv/bias:0": ("conv", WEIGHTS["layers/conv2d/vars/1"]),
        "kernel:0": ("Antwort: größte <b>", WEIGHTS["layers/dense/vars/0"]),
        "bias:0": ("Antwort: größte <b>", WEIGHTS["layers/dense/vars/1"]),
    }
    found = reader.read(legacy({"class_name": "Sequential", "config": stack}, arrays), "\x1b[31m.h5")
    assert found.architecture.layers[-1].name == "Antwort_grote_b"
    name, values = found.notes[0]
    assert name == "renamed"
    assert values["theirs"] == "Antwort: größte <b>"
    assert found.architecture.name == "31m"


def test_a_layer_does_not_get_the_name_of_the_picture() -> None:
    stack = [{"class_name": "Conv2D", "config": {**CONV_2_0, "name": "input"}}, *STACK_2_0[1:]]
    arrays = {
        "input/kernel:0": ("input", WEIGHTS["layers/conv2d/vars/0"]),
        "input/bias:0": ("input", WEIGHTS["layers/conv2d/vars/1"]),
        "answer/kernel:0": ("answer", WEIGHTS["layers/dense/vars/0"]),
        "answer/bias:0": ("answer", WEIGHTS["layers/dense/vars/1"]),
    }
    found = reader.read(legacy({"class_name": "Sequential", "config": stack}, arrays), "a.h5")
    assert found.architecture.layers[0].name == "input_2"
    assert found.notes[0][1]["theirs"] == "input"
    assert np.array_equal(found.weights["input_2"]["kernel"], WEIGHTS["layers/conv2d/vars/0"])


def ending(*layers: dict[str, Any], units: int = 10) -> reader.ReadNetwork:
    picture = {"class_name": "InputLayer", "config": {"name": "picture", "batch_shape": [None, 4, 4, 1]}}
    rng = np.random.default_rng(5)
    arrays = {
        "layers/dense/vars/0": rng.normal(size=(16, units)).astype(np.float32),
        "layers/dense/vars/1": rng.normal(size=units).astype(np.float32),
    }
    return reader.read(keras(sequential([picture, old("Flatten", "flatten"), *layers]), hdf5(arrays)), "a.keras")


def test_logits_get_a_softmax() -> None:
    found = ending(old("Dense", "logits", units=10))
    assert [layer.kind for layer in found.architecture.layers] == ["Flatten", "Dense", "Softmax"]
    assert found.notes == (("softmax", {}),)
    assert "softmax is added" in NOTES["softmax"]


def test_a_grey_picture_may_have_no_channels() -> None:
    picture = {"class_name": "InputLayer", "config": {"name": "picture", "batch_shape": [None, 6, 3]}}
    config = sequential(
        [
            picture,
            old("Rescaling", "scale", scale=0.5),
            old("Flatten", "flatten"),
            old("Dense", "answer", units=10, activation="softmax"),
        ]
    )
    arrays = {path: array for path, array in WEIGHTS.items() if "dense" in path}
    found = reader.read(keras(config, hdf5(arrays)), "a.keras")
    assert found.architecture.input_shape == (6, 3, 1)
    assert found.notes == (("grey", {}),)
    config["config"]["layers"].insert(1, old("Dense", "rows", units=4))
    with pytest.raises(Refusal, match="must be one image"):
        reader.read(keras(config, hdf5(arrays)), "a.keras")


@pytest.mark.parametrize("form", ["numbered", "named", "whole", "safetensors"])
def test_weights_alone_are_read_for_a_design(form: str) -> None:
    data = {
        "numbered": lambda: hdf5(),
        "named": named_weights,
        "whole": lambda: legacy(),
        "safetensors": lambda: safetensors(format="np"),
    }[form]()
    name = "a.safetensors" if form == "safetensors" else "a.weights.h5"
    check_weights(reader.read(data, name, architecture()))
    other = architecture()
    wrong = type(other)(
        name="other",
        input_shape=other.input_shape,
        layers=(*other.layers[:-1], Dense(name="more", units=5), other.layers[-1]),
    )
    with pytest.raises(Refusal, match=r"do not belong to its layers|needs 2 arrays|is missing"):
        reader.read(data, name, wrong)
    deeper = type(other)(
        name="other",
        input_shape=other.input_shape,
        layers=(Conv2D(name="conv", filters=3, kernel_size=(3, 3)), *other.layers[1:]),
    )
    with pytest.raises(Refusal, match="has shape"):
        reader.read(data, name, deeper)


def named_weights() -> bytes:
    """Return what `model.save_weights("a.h5")` of Keras 2 wrote: the lists of names stand at the root."""
    import io

    import h5py

    source = io.BytesIO(legacy())
    target = io.BytesIO()
    with h5py.File(source) as whole, h5py.File(target, "w") as alone:
        for name in whole["model_weights"]:
            whole.copy(f"model_weights/{name}", alone)
        alone.attrs["layer_names"] = whole["model_weights"].attrs["layer_names"]
    return target.getvalue()


def test_what_cnnviz_writes_is_read_again() -> None:
    found = reader.read(safetensors(), "net.safetensors")
    assert found.architecture == architecture()
    check_weights(found)
