"""Layers that work in training only: they give what they read, and take the settings that Keras takes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz.core import layers
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import KINDS, Flatten, RandomBrightness, RandomRotation, RandomZoom, SpatialDropout2D
from cnnviz.core.layers.augmentation import PassThrough
from tests.core.layers.test_gradients import make_layer

PASSING = sorted(kind for kind, of in KINDS.items() if issubclass(of, PassThrough))


@pytest.mark.parametrize("kind", PASSING)
def test_everything_passes_forwards_and_backwards(kind: str) -> None:
    layer, shape = make_layer(kind)
    x = np.random.default_rng(0).normal(size=(2, *shape)).astype(np.float32)
    output = layer.forward(x, {})
    assert output.before is output.after is x
    assert layer.backward(x, output, x, {}).input is x
    assert not layer.changes_values
    assert layer.output_shape(shape) == shape
    assert "during training" in layer.purpose


def test_a_range_of_random_numbers_is_kept_as_keras_takes_it() -> None:
    zoom = RandomZoom(name="z", height_factor=[-0.5, 0.25], fill_mode="nearest")  # type: ignore[arg-type]
    assert zoom.keras_line() == 'RandomZoom((-0.5, 0.25), fill_mode="nearest", name="z")'
    assert RandomRotation(name="r", factor=1).factor == 1.0
    assert RandomBrightness(name="b", factor=0.2).value_range == (0.0, 255.0)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"kind": "SpatialDropout2D", "rate": 1.5}, "`rate` must be a number from 0 to 0.99"),
        ({"kind": "GaussianNoise", "stddev": -1}, "`stddev` must be a number from 0 to 1"),
        ({"kind": "ActivityRegularization", "l2": "x"}, "`l2` must be a number"),
        ({"kind": "RandomFlip", "mode": "sideways"}, "`mode` must be one of horizontal, horizontal_and_vertical"),
        ({"kind": "RandomRotation", "factor": 2}, "`factor` must be a number from -1 to 1"),
        ({"kind": "RandomRotation", "factor": [0.5, 0.1]}, "must begin with the lower limit"),
        ({"kind": "RandomContrast", "factor": -0.5}, "`factor` must be a number from 0 to 1"),
        ({"kind": "RandomBrightness", "factor": 0.5, "value_range": 255}, "a lower and an upper limit"),
        ({"kind": "RandomZoom", "height_factor": 0.5, "fill_mode": "white"}, "`fill_mode` must be one of"),
        ({"kind": "RandomTranslation", "height_factor": 0.5}, "missing width_factor"),
    ],
)
def test_wrong_settings_are_refused_in_words(data: dict[str, Any], words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        layers.from_json({"name": "l", **data})
    assert words in str(refusal.value)


@pytest.mark.parametrize("kind", [kind for kind in PASSING if kind.startswith("Random")])
def test_pictures_are_changed_before_they_are_flattened(kind: str) -> None:
    with pytest.raises(Refusal, match="reads an image"):
        make_layer(kind)[0].output_shape(Flatten(name="f").output_shape((6, 6, 2)))


def test_whole_maps_are_dropped_only_where_there_are_maps() -> None:
    with pytest.raises(Refusal, match="reads an image"):
        SpatialDropout2D(name="s", rate=0.5).output_shape((12,))
