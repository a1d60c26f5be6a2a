"""Architectures and plans: the published ones exactly, the others checked."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Conv2D, Dense, Flatten, GlobalMaxPooling2D, Layer, Softmax
from cnnviz.core.networks import pen
from cnnviz.core.networks.architecture import TUTORIALS, Architecture
from cnnviz.core.networks.training_plan import TrainingPlan
from tests.core import strategies

ANSWER = Dense(name="answer", units=10, activation="softmax")
SMALL = Architecture(name="small", layers=(Flatten(name="flatten"), ANSWER))

PUBLISHED = {
    "cnn-32-64": (1_199_882, "Conv2D Conv2D MaxPooling2D Dropout Flatten Dense Dropout Dense"),
    "cnn-32-32": (600_810, "Conv2D Conv2D MaxPooling2D Dropout Flatten Dense Dropout Dense"),
    "dense-64": (50_890, "Flatten Dense Dense"),
    "cnn-32-64-64": (93_322, "Conv2D MaxPooling2D Conv2D MaxPooling2D Conv2D Flatten Dense Dense"),
    "cnn-16-128-256": (
        831_398,
        "Conv2D MaxPooling2D Conv2D MaxPooling2D Conv2D MaxPooling2D Dropout Flatten Dense Dropout Dense",
    ),
    "cnn-rgb": (21_674, "Conv2D MaxPooling2D Dropout Conv2D MaxPooling2D Dropout Flatten Dense"),
}


def test_the_published_networks_are_there() -> None:
    assert list(TUTORIALS) == list(PUBLISHED)
    for name, (architecture, _) in TUTORIALS.items():
        assert architecture.name == name
        assert (architecture.parameters, " ".join(layer.kind for layer in architecture.layers)) == PUBLISHED[name]


def test_28_becomes_26_13_11_5_3() -> None:
    sides = [shape[0] for shape in TUTORIALS["cnn-32-64-64"][0].shapes()[:6]]
    assert sides == [28, 26, 13, 11, 5, 3]


def test_the_colour_network_has_27_weights_a_filter() -> None:
    architecture, plan = TUTORIALS["cnn-rgb"]
    assert architecture.input_shape == (32, 32, 3)
    assert architecture.weight_shapes()["conv2d"] == {"kernel": (3, 3, 3, 32), "bias": (32,)}
    assert plan.data == "colour"


def test_the_plans_are_as_published() -> None:
    plans = {name: plan for name, (_, plan) in TUTORIALS.items()}
    adadelta = plans["cnn-32-64"]
    assert (adadelta.optimizer, adadelta.learning_rate) == ("adadelta", 1.0)
    assert (adadelta.batch_size, adadelta.epochs, adadelta.patience) == (128, 12, None)
    assert plans["cnn-32-32"].patience is not None
    large = plans["cnn-16-128-256"]
    assert (large.optimizer, large.batch_size, large.epochs) == ("adam", 1000, 10)
    assert all(plan.examples == 60_000 for plan in plans.values())


@pytest.mark.parametrize("architecture", [*[architecture for architecture, _ in TUTORIALS.values()], pen.ARCHITECTURE])
def test_an_architecture_comes_back_from_json(architecture: Architecture) -> None:
    assert Architecture.from_json(json.loads(json.dumps(architecture.to_json()))) == architecture


@settings(deadline=None)
@given(architecture=strategies.architectures())
def test_any_architecture_comes_back_from_json(architecture: Architecture) -> None:
    assert Architecture.from_json(json.loads(json.dumps(architecture.to_json()))) == architecture
    assert len(architecture.shapes()) == len(architecture.layers) + 1


@pytest.mark.parametrize("plan", [plan for _, plan in TUTORIALS.values()])
def test_a_plan_comes_back_from_json(plan: TrainingPlan) -> None:
    assert TrainingPlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


def conv(filters: int, name: str = "conv2d") -> Conv2D:
    return Conv2D(name=name, filters=filters, kernel_size=(3, 3), padding="same")


@pytest.mark.parametrize(
    ("stack", "words"),
    [
        ((), "a list of 1 to 250 layers. Received: 0 layers"),
        ((ANSWER,) * 251, "Received: 251 layers"),
        ((Flatten(name="answer"), ANSWER), "Received: answer more than once"),
        ((ANSWER,), "The last layer must give 10 probabilities"),
        ((Flatten(name="f"), Dense(name="d", units=10)), "The last layer must give 10 probabilities"),
        ((Flatten(name="f"), Softmax(name="d")), "output shape (784,)"),
        (
            (Flatten(name="f"), Dense(name="d", units=40_000), ANSWER),
            "at most 20,000,000 parameters. Received: 31,800,010",
        ),
        (
            (conv(4096), conv(400, "conv2d_1"), Flatten(name="f"), ANSWER),
            "at most 1,000,000,000 multiplications",
        ),
    ],
)
def test_layers_that_make_no_network_are_refused(stack: tuple[Layer, ...], words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        Architecture(name="wrong", layers=stack)
    assert words in str(refusal.value)


def test_a_network_beyond_the_memory_is_refused_before_it_is_built() -> None:
    stack = (conv(100), GlobalMaxPooling2D(name="g"), ANSWER)
    with pytest.raises(Refusal, match="at most 4,000,000 values in one layer"):
        Architecture(name="wide", input_shape=(256, 256, 1), layers=stack)


@pytest.mark.parametrize("name", ["", "a" * 65, "../pen", "Pen", "a b", "a/b", "pen\n", 7, None])
def test_a_name_that_is_not_one_is_refused(name: Any) -> None:
    with pytest.raises(Refusal, match="`name` must be 1 to 64 small letters"):
        replace(SMALL, name=name)


@pytest.mark.parametrize("shape", [(28, 28), (0, 28, 1), (28, 28, 5), (2000, 28, 1), "28", None])
def test_an_input_that_is_no_image_is_refused(shape: Any) -> None:
    with pytest.raises(Refusal, match="`input_shape"):
        Architecture(name="small", input_shape=shape, layers=SMALL.layers)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"epochs": 0}, "`epochs` must be a whole number from 1"),
        ({"epochs": 10_000}, "Received: 10000"),
        ({"batch_size": 10**9}, "`batch_size` must be"),
        ({"learning_rate": float("nan")}, "`learning_rate` must be"),
        ({"learning_rate": 1e6}, "`learning_rate` must be"),
        ({"optimizer": "lion"}, "`optimizer` must be one of adadelta, adam, rmsprop, sgd. Received: 'lion'"),
        ({"data": "/etc/passwd"}, "`data` must be one of"),
        ({"seed": -1}, "`seed` must be"),
        ({"patience": 2}, "`validation_examples` must be a whole number from 1"),
    ],
)
def test_a_plan_that_cannot_be_followed_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        TrainingPlan(**changes)
    assert words in str(refusal.value)


@pytest.mark.parametrize("data", [None, [], {}, {"name": "a"}, {"name": "a", "input_shape": [28, 28, 1], "layers": 3}])
def test_json_that_is_no_architecture_is_refused(data: object) -> None:
    with pytest.raises(Refusal):
        Architecture.from_json(data)
