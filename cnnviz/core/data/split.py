"""Draw at random which digits are held out and which are trained on, with each class in its share."""

from __future__ import annotations

import numpy as np

PURPOSE = 0
"""Second number of the random generator's seed; orders of epochs use their number, which starts at 1."""


def order_stratified(labels: np.ndarray, seed: int) -> np.ndarray:
    """Order the rows of `labels`, (n,) integers, at random by `seed`, so that every prefix is stratified.

    Any first rows hold each class in its share of all, to within one: the digits held out are a prefix, those trained
    on the rows after it, and both are like the whole.

    Returns:
        (n,) int32 row numbers.
    """
    shuffled = np.random.default_rng([seed, PURPOSE]).permutation(len(labels))
    place = np.empty(len(labels))
    for label in np.unique(labels):
        rows = shuffled[labels[shuffled] == label]
        place[rows] = (np.arange(len(rows)) + 0.5) / len(rows)
    return np.argsort(place, kind="stable").astype(np.int32)
