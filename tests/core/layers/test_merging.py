"""Layers that read several inputs: shapes, values, gradients and refusals, by hand and by finite differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.core import layers
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import (
    KINDS,
    MERGES,
    Add,
    Average,
    Concatenate,
    Maximum,
    Merge,
    Minimum,
    Multiply,
    Shape,
    Subtract,
)
from tests.core import strategies

STEP = 1e-6
TOLERANCE = 1e-4
"""Of the largest value; half of it is the rounding of float32, in which the gradients are computed."""


def row(*values: float) -> np.ndarray:
    return np.array([values], np.float32)


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (Add(name="m"), [5, -3]),
        (Subtract(name="m"), [-1, 5]),
        (Multiply(name="m"), [6, -4]),
        (Average(name="m"), [2.5, -1.5]),
        (Maximum(name="m"), [3, 1]),
        (Minimum(name="m"), [2, -4]),
        (Concatenate(name="m"), [2, 1, 3, -4]),
    ],
)
def test_two_values_are_merged_as_by_hand(layer: Merge, expected: list[float]) -> None:
    output = layer.merge([row(2, 1), row(3, -4)])
    assert output.before is output.after
    assert output.after.dtype == np.float32
    assert output.after.tolist() == [expected]


@pytest.mark.parametrize(
    ("layer", "shapes", "expected"),
    [
        (Add(name="m"), [(4, 5, 3), (4, 5, 3), (4, 5, 3)], (4, 5, 3)),
        (Multiply(name="m"), [(4, 5, 3), (1, 1, 3)], (4, 5, 3)),
        (Multiply(name="m"), [(4, 5, 3), (3,)], (4, 5, 3)),
        (Add(name="m"), [(4, 1, 3), (1, 5, 1)], (4, 5, 3)),
        (Concatenate(name="m"), [(4, 5, 3), (4, 5, 2)], (4, 5, 5)),
        (Concatenate(name="m", axis=3), [(4, 5, 3), (4, 5, 2)], (4, 5, 5)),
        (Concatenate(name="m", axis=1), [(4, 5, 3), (2, 5, 3)], (6, 5, 3)),
        (Concatenate(name="m", axis=-2), [(4, 5, 3), (4, 1, 3)], (4, 6, 3)),
        (Concatenate(name="m"), [(7,), (2,), (1,)], (10,)),
    ],
)
def test_shapes_are_inferred_and_made(layer: Merge, shapes: list[Shape], expected: Shape) -> None:
    assert layer.merged_shape(shapes) == expected
    assert layer.merge([strategies.values(shape, 1, n=2) for shape in shapes]).after.shape == (2, *expected)


@pytest.mark.parametrize(
    ("layer", "shapes", "words"),
    [
        (Add(name="m"), [(4, 5, 3)], "Add must read at least 2 inputs. Received: 1"),
        (Concatenate(name="m"), [(4, 5, 3)], "Concatenate must read at least 2 inputs. Received: 1"),
        (Subtract(name="m"), [(3,)] * 3, "Subtract must read 2 inputs. Received: 3"),
        (Add(name="m"), [(4, 5, 3), (4, 5, 2)], "inputs of equal shapes, or with sides of 1 where they differ"),
        (Add(name="m"), [(4, 5, 3), (4,)], "Received: (4, 5, 3), (4,)"),
        (Concatenate(name="m"), [(4, 5, 3), (5, 5, 3)], "equal but for axis -1"),
        (Concatenate(name="m"), [(4, 5, 3), (3,)], "equal but for axis -1"),
        (Concatenate(name="m", axis=2), [(4,), (3,)], "equal but for axis 2"),
        (Add(name="m"), [(number,) for number in range(2, 9)], "(5,), …"),
    ],
)
def test_inputs_that_do_not_fit_are_refused_in_words(layer: Merge, shapes: list[Shape], words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        layer.merged_shape(shapes)
    assert words in str(refusal.value)
    assert len(str(refusal.value)) <= 300


@pytest.mark.parametrize("axis", [0, 4, -4, 1.0, True, "maps", None])
def test_an_axis_that_is_none_is_refused(axis: Any) -> None:
    with pytest.raises(Refusal, match="`axis` must"):
        Concatenate(name="m", axis=axis)


@st.composite
def merged(draw: st.DrawFn, kind: str) -> tuple[Merge, list[Shape]]:
    """Draw a merge with the shapes of two to four inputs, some with sides of 1 that are repeated."""
    whole = draw(strategies.image_shapes(largest=5, channels=4))
    count = 2 if kind == "Subtract" else draw(st.integers(2, 4))
    if kind == "Concatenate":
        axis = draw(st.sampled_from([-3, -2, -1, 1, 2, 3]))
        layer = Concatenate(name="m", axis=axis)
        at = layer.find_axis(3)
        sides = draw(st.lists(st.integers(1, 4), min_size=count, max_size=count))
        return layer, [(*whole[:at], side, *whole[at + 1 :]) for side in sides]
    shapes = [tuple(draw(st.sampled_from([1, side])) for side in whole) for _ in range(count)]
    if draw(st.booleans()):
        shapes[-1] = shapes[-1][-1:]
    return MERGES[kind](name="m"), shapes


@pytest.mark.parametrize("kind", sorted(MERGES))
@settings(deadline=None, max_examples=25)
@given(data=st.data(), seed=strategies.seeds())
def test_gradients_are_the_slopes_of_the_forward_pass(kind: str, data: st.DataObject, seed: int) -> None:
    layer, shapes = data.draw(merged(kind))
    xs = [strategies.values(shape, seed + place, n=2) for place, shape in enumerate(shapes)]
    output = layer.merge(xs)
    rng = np.random.default_rng(seed)
    gradient = rng.normal(size=output.after.shape).astype(np.float32)
    found = layer.backward_merge(xs, output, gradient)
    assert [each.shape for each in found] == [x.shape for x in xs]
    assert all(each.dtype == np.float32 for each in found)
    for place, each in enumerate(found):
        along = rng.normal(size=each.shape)
        ends = []
        for step in (STEP, -STEP):
            moved = [x.astype(float) + (step * along if at == place else 0) for at, x in enumerate(xs)]
            ends.append(float((layer.merge(moved).after * gradient.astype(float)).sum()))
        slope, predicted = (ends[0] - ends[1]) / (2 * STEP), float((each * along).sum())
        assert abs(slope - predicted) <= TOLERANCE * (float(np.abs(each * along).sum()) + 1e-3)


def test_the_first_of_equal_values_passes_the_gradient_on() -> None:
    xs = [row(1, 2, 2), row(1, 3, 2), row(1, 3, 1)]
    layer = Maximum(name="m")
    found = layer.backward_merge(xs, layer.merge(xs), row(5, 6, 7))
    assert [each.tolist() for each in found] == [[[5, 0, 7]], [[0, 6, 0]], [[0, 0, 0]]]
    least = Minimum(name="m")
    found = least.backward_merge(xs, least.merge(xs), row(5, 6, 7))
    assert [each.tolist() for each in found] == [[[5, 6, 0]], [[0, 0, 0]], [[0, 0, 7]]]


def test_a_product_with_0_has_a_gradient() -> None:
    xs = [row(0, 0), row(3, 0), row(2, 5)]
    layer = Multiply(name="m")
    found = layer.backward_merge(xs, layer.merge(xs), row(1, 1))
    assert [each.tolist() for each in found] == [[[6, 0]], [[0, 0]], [[0, 0]]]


@given(seed=strategies.seeds(), shape=strategies.image_shapes())
def test_adding_zeros_changes_nothing(seed: int, shape: Shape) -> None:
    x = strategies.values(shape, seed)
    np.testing.assert_array_equal(Add(name="m").merge([x, np.zeros_like(x)]).after, x)


@given(data=st.data(), seed=strategies.seeds())
def test_what_is_concatenated_can_be_split_again(data: st.DataObject, seed: int) -> None:
    layer, shapes = data.draw(merged("Concatenate"))
    xs = [strategies.values(shape, seed + place) for place, shape in enumerate(shapes)]
    output = layer.merge(xs)
    # The gradient of a concatenation is the inverse of it.
    for x, part in zip(xs, layer.backward_merge(xs, output, output.after), strict=True):
        np.testing.assert_array_equal(part, x)


@given(data=st.data(), kind=st.sampled_from(sorted(MERGES)), seed=strategies.seeds())
def test_a_merge_does_not_change_what_it_reads(data: st.DataObject, kind: str, seed: int) -> None:
    layer, shapes = data.draw(merged(kind))
    xs = [strategies.values(shape, seed) for shape in shapes]
    before = [x.copy() for x in xs]
    layer.merge(xs)
    for x, kept in zip(xs, before, strict=True):
        np.testing.assert_array_equal(x, kept)


@given(data=st.data(), kind=st.sampled_from(sorted(MERGES)))
def test_a_merge_comes_back_from_json(data: st.DataObject, kind: str) -> None:
    layer, _ = data.draw(merged(kind))
    assert layers.from_json(layers.to_json(layer)) == layer


@pytest.mark.parametrize(
    ("layer", "line"),
    [
        (Add(name="add"), 'Add(name="add")'),
        (Concatenate(name="c"), 'Concatenate(name="c")'),
        (Concatenate(name="c", axis=1), 'Concatenate(axis=1, name="c")'),
    ],
)
def test_the_line_of_code_is_that_of_keras(layer: Merge, line: str) -> None:
    assert layer.keras_line() == line


def test_multiplications_are_counted() -> None:
    shapes = [(4, 5, 3), (1, 1, 3), (4, 5, 3)]
    assert Multiply(name="m").merged_multiplications(shapes) == 120
    assert Average(name="m").merged_multiplications(shapes) == 60
    assert Add(name="m").merged_multiplications(shapes) == 0


def test_the_size_of_a_concatenation_is_explained() -> None:
    parts = Concatenate(name="m").merged_size_parts([(4, 5, 3), (4, 5, 20)])
    assert layers.formulas.text(parts) == "3 + 20 = 23"


def test_every_kind_reads_one_input_or_several() -> None:
    assert not set(KINDS) & set(MERGES)
    assert all(kind.role == "merging" for kind in MERGES.values())
    assert not any(issubclass(kind, Merge) for kind in KINDS.values())
