"""What layers are called in words."""

from __future__ import annotations

import pytest

from cnnviz.core.layers import (
    KINDS,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    Softmax,
)
from cnnviz.core.layers.naming import name_in_words
from cnnviz.core.networks import pen


def called(*layers: Layer) -> list[str]:
    """Return the names in English."""
    return [str(message) for message in name_in_words(layers).values()]


def conv(name: str) -> Conv2D:
    return Conv2D(name=name, filters=1, kernel_size=(3, 3))


def test_layers_are_counted_by_kind() -> None:
    assert {name: str(message) for name, message in name_in_words(pen.ARCHITECTURE.layers).items()} == {
        "conv2d": "Convolution 1",
        "conv2d_1": "Convolution 2",
        "max_pooling2d": "Max pooling 1",
        "conv2d_2": "Convolution 3",
        "conv2d_3": "Convolution 4",
        "max_pooling2d_1": "Max pooling 2",
        "dropout": "Dropout 1",
        "flatten": "Flatten",
        "dense": "Dense layer",
        "dropout_1": "Dropout 2",
        "dense_1": "Output",
    }


def test_the_only_layer_of_its_kind_has_no_number() -> None:
    assert called(conv("a"), MaxPooling2D(name="b"), Flatten(name="c"), Dense(name="d", units=10)) == [
        "Convolution",
        "Max pooling",
        "Flatten",
        "Output",
    ]


def test_the_output_does_not_count_as_a_dense_layer() -> None:
    dense = [Dense(name=f"d{number}", units=10) for number in range(3)]
    assert called(*dense) == ["Dense layer 1", "Dense layer 2", "Output"]


def test_a_network_that_ends_otherwise_has_no_output() -> None:
    assert called(conv("a"), GlobalAveragePooling2D(name="b"), Softmax(name="c")) == [
        "Convolution",
        "Global average pooling",
        "Softmax",
    ]
    assert called(Dense(name="a", units=10), Dropout(name="b", rate=0.5)) == ["Dense layer", "Dropout"]


def test_no_layers_have_no_names() -> None:
    assert called() == []


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.kind)
def test_every_kind_has_a_name_of_its_own(kind: type[Layer]) -> None:
    assert kind.title[0].isupper()
    assert [other.kind for other in KINDS.values() if other.title == kind.title] == [kind.kind]
