"""The parts of a labelled set are stratified, the same for a seed, and what is doubtful about a set is found."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.data import labelled_parts
from cnnviz.core.data.labelled_set import LabelledSet


@given(st.lists(st.integers(0, 5), min_size=1, max_size=200), st.integers(0, 100))
def test_every_class_has_its_share_in_the_test_part(labels: list[int], seed: int) -> None:
    array = np.array(labels, np.uint8)
    order, tested = labelled_parts.order_parts(array, seed)
    assert sorted(order.tolist()) == list(range(len(labels)))
    test = array[order[len(order) - tested :]]
    for label in set(labels):
        number, count = int((test == label).sum()), labels.count(label)
        assert number == (max(1, round(0.2 * count)) if count > 1 else 0)
        assert number < count


def test_another_seed_draws_another_test_part() -> None:
    labels = np.arange(100) % 2
    first, second = (labelled_parts.order_parts(labels, seed)[0].tolist() for seed in (1, 2))
    assert first == labelled_parts.order_parts(labels, 1)[0].tolist()
    assert first != second


def test_small_classes_and_exact_copies_are_found() -> None:
    pictures = np.random.default_rng(1).integers(0, 256, (40, 8, 8, 1), np.uint8)
    pictures[5] = pictures[0]  # in the training part, the same label
    pictures[39] = pictures[1]  # in the test part, another label
    labels = np.array([0] * 31 + [1] * 9, np.uint8)
    found = labelled_parts.inspect(LabelledSet("set", pictures, labels, ("many", "few")), tested=8)
    assert found == labelled_parts.SetFindings(rare=("few",), copies=2, across=1, contradicting=1)
