"""Maps that become larger or smaller: values by hand, and where each comes from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core import layers
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Resizing, UpSampling2D
from cnnviz.core.layers.resampling import find_between, find_nearest


def apply(layer: layers.Layer, rows: list[list[float]]) -> list[list[float]]:
    x = np.array(rows, np.float32)[np.newaxis, :, :, np.newaxis]
    values: list[list[float]] = layer.forward(x, {}).after[0, :, :, 0].tolist()
    return values


def test_the_nearest_cell_is_repeated() -> None:
    assert apply(UpSampling2D(name="u", size=(1, 3)), [[1, 2]]) == [[1, 1, 1, 2, 2, 2]]
    assert apply(UpSampling2D(name="u"), [[5]]) == [[5, 5], [5, 5]]


def test_between_cells_values_are_mixed_by_distance() -> None:
    doubled = UpSampling2D(name="u", size=(1, 2), interpolation="bilinear")
    assert apply(doubled, [[0, 4]]) == [[0, 1, 3, 4]]


def test_resizing_down_reads_at_the_middle_of_each_new_cell() -> None:
    assert apply(Resizing(name="r", height=1, width=2), [[0, 2, 4, 6]]) == [[1, 5]]
    assert apply(Resizing(name="r", height=1, width=2, interpolation="nearest"), [[0, 2, 4, 6]]) == [[2, 6]]


def test_the_same_size_changes_nothing() -> None:
    rows = np.random.default_rng(0).random((5, 4), np.float32).tolist()
    assert apply(Resizing(name="r", height=5, width=4), rows) == rows


@given(side=st.integers(1, 40), places=st.integers(1, 40))
def test_what_a_place_reads_is_mixed_in_shares_that_make_one(side: int, places: int) -> None:
    for positions in (find_nearest(side, places), find_between(side, places)):
        factors = positions.make_matrix(side)
        assert np.allclose(factors.sum(axis=1), 1, atol=1e-6)
        for place in range(places):
            cells, shares = positions.list_cells(place)
            assert list(cells) == sorted(set(cells))
            assert set(cells) <= set(range(side))
            assert factors[place, list(cells)].tolist() == pytest.approx(shares)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"kind": "UpSampling2D", "size": 0}, "`size` must be a whole number from 1"),
        ({"kind": "UpSampling2D", "interpolation": "bicubic"}, "`interpolation` must be one of bilinear, nearest"),
        ({"kind": "Resizing", "height": 0, "width": 3}, "`height` must be a whole number from 1 to 1024"),
        ({"kind": "Resizing", "height": 3}, "missing width"),
    ],
)
def test_wrong_settings_are_refused_in_words(data: dict[str, Any], words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        layers.from_json({"name": "l", **data})
    assert words in str(refusal.value)


def test_only_maps_are_resampled() -> None:
    for layer in (UpSampling2D(name="u"), Resizing(name="r", height=2, width=2)):
        with pytest.raises(Refusal, match="reads an image"):
            layer.output_shape((9,))
