"""What stands behind the softmax or sigmoid of a network from a file: left out if it changes nothing, else refused."""

from __future__ import annotations

from typing import Any

import pytest

from cnnviz.core.errors import Refusal
from cnnviz.workers.model_files import keras_graph
from tests.workers.model_files.make_files import functional, layer, sequential

PICTURE = layer("InputLayer", "picture", batch_shape=[None, 8, 8, 1])
FLATTEN = layer("Flatten", "flatten")


def dense(activation: str, units: int = 10, name: str = "answer") -> dict[str, Any]:
    return layer("Dense", name, units=units, activation=activation)


def behind(*ends: dict[str, Any]) -> dict[str, Any]:
    return sequential([PICTURE, FLATTEN, *ends])


UNCHANGED = {
    "linear, in float32": layer("Activation", "end", activation="linear", dtype="float32"),
    "dropout": layer("Dropout", "end", rate=0.5),
}


@pytest.mark.parametrize("answer", [dense("softmax"), dense("sigmoid", 1)], ids=["softmax", "sigmoid"])
@pytest.mark.parametrize("end", UNCHANGED)
def test_what_changes_nothing_is_left_out_and_no_second_softmax_is_added(answer: dict[str, Any], end: str):
    plain = keras_graph.read_model(behind(answer), "net.keras")
    found = keras_graph.read_model(behind(answer, UNCHANGED[end]), "net.keras")
    assert found.architecture == plain.architecture
    assert found.notes == (("ending", {"number": 1, "names": "end"}), *plain.notes)


MAPS = layer("Conv2D", "maps", filters=10, kernel_size=[3, 3], activation="softmax")

REFUSED: dict[str, dict[str, Any]] = {
    "percent": behind(dense("softmax"), layer("Rescaling", "end", scale=100.0)),
    "a mean over places": sequential([PICTURE, MAPS, layer("GlobalAveragePooling2D", "end")]),
    "flattened maps": sequential([PICTURE, {**MAPS, "config": {**MAPS["config"], "kernel_size": [8, 8]}},
                                  layer("Flatten", "end")]),
    "a mean of two networks": functional([
        (PICTURE, ()), (FLATTEN, ("picture",)), (dense("softmax", name="one"), ("flatten",)),
        (dense("softmax", name="two"), ("flatten",)), (layer("Average", "end"), ("one", "two")),
    ]),
    "several sigmoids, scaled": behind(dense("sigmoid"), layer("Rescaling", "end", scale=2.0)),
    "two sigmoids": behind(dense("sigmoid", 1), layer("Activation", "end", activation="sigmoid")),
    "a sigmoid of a softplus": behind(dense("softplus", 1), layer("Activation", "end", activation="sigmoid")),
}  # fmt: skip


@pytest.mark.parametrize("end", REFUSED)
def test_what_works_on_probabilities_is_refused(end: str):
    with pytest.raises(Refusal, match="Layer end works on the probabilities"):
        keras_graph.read_model(REFUSED[end], "net.keras")


def test_values_that_are_no_probabilities_are_logits_still():
    found = keras_graph.read_model(behind(dense("relu"), layer("Rescaling", "end", scale=2.0)), "net.keras")
    assert found.notes == (("softmax", {}),)
    gate = functional([
        (PICTURE, ()), (layer("Conv2D", "maps", filters=10, kernel_size=[3, 3]), ("picture",)),
        (layer("Conv2D", "gate", filters=10, kernel_size=[3, 3], activation="sigmoid"), ("picture",)),
        (layer("Multiply", "gated"), ("maps", "gate")), (layer("GlobalAveragePooling2D", "end"), ("gated",)),
    ])  # fmt: skip
    assert keras_graph.read_model(gate, "net.keras").notes == (("softmax", {}),)
