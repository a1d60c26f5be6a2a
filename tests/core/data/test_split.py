"""Digits drawn at random: by the seed alone, each once, every class in its share of every prefix."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.data.split import order_stratified

LABELS = st.lists(st.integers(0, 9), min_size=1, max_size=300).map(lambda each: np.array(each, np.uint8))


@given(labels=LABELS, seed=st.integers(0, 2**31 - 1), share=st.floats(0, 1))
def test_every_prefix_is_stratified(labels: np.ndarray, seed: int, share: float) -> None:
    order = order_stratified(labels, seed)
    assert sorted(order) == list(range(len(labels)))
    count = round(share * len(labels))
    of_each = np.bincount(labels[order[:count]], minlength=10)
    assert np.abs(of_each - count * np.bincount(labels, minlength=10) / len(labels)).max() <= 1


def test_the_seed_alone_decides() -> None:
    labels = np.arange(1_000) % 10
    assert order_stratified(labels, 3).tolist() == order_stratified(labels, 3).tolist()
    assert order_stratified(labels, 3).tolist() != order_stratified(labels, 4).tolist()
