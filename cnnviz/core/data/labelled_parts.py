"""Divide a labelled set into a part to learn from and one to test on, and say what is doubtful about it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from cnnviz.core.data import split
from cnnviz.core.data.labelled_set import MIN_A_CLASS, LabelledSet

SEED = 1
"""Seed of the test part: it is the same for every plan, so that networks can be compared."""

TEST_SHARE = 0.2


@dataclass(frozen=True)
class SetFindings:
    """What is doubtful about a set.

    Attributes:
        rare: Names of the classes with fewer than `MIN_A_CLASS` pictures.
        copies: Pictures that are the same, pixel for pixel, as one before them.
        across: Pictures of the test part that are in the training part too.
        contradicting: Pictures that are the same as one before them, but have another label.
        given: Whether the test part came with the set, and was not drawn here.
    """

    rare: tuple[str, ...] = ()
    copies: int = 0
    across: int = 0
    contradicting: int = 0
    given: bool = False


def order_parts(labels: np.ndarray, seed: int = SEED) -> tuple[np.ndarray, int]:
    """Order the rows of a set so that those of its test part come last, both parts in their old order.

    Of each class a fifth is tested on, one picture at least where the class has two; which ones, chance decides by the
    seed. The validation set is held out of the rest by the plan of a training (`split.order_stratified`).

    Args:
        labels: (n,) integers.
        seed: Seed of the draw.

    Returns:
        (n,) int32 row numbers, and how many of them, at the end, are the test part.
    """
    order = split.order_stratified(labels, seed)
    tested = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        rows = order[labels[order] == label]
        number = max(1, round(TEST_SHARE * len(rows))) if len(rows) > 1 else 0
        tested[rows[:number]] = True
    return np.argsort(tested, kind="stable").astype(np.int32), int(tested.sum())


def inspect(labelled: LabelledSet, tested: int) -> SetFindings:
    """Find small classes and exact copies in a set, the last `tested` pictures of which are its test part."""
    counts = labelled.counts
    rare = tuple(name for name, count in zip(labelled.classes, counts, strict=True) if count < MIN_A_CLASS)
    first_test = len(labelled.labels) - tested
    seen: dict[bytes, int] = {}
    copies = across = contradicting = 0
    for row, picture in enumerate(labelled.pictures):
        digest = hashlib.blake2b(picture.tobytes(), digest_size=16).digest()
        first = seen.setdefault(digest, row)
        if first == row:
            continue
        copies += 1
        across += first < first_test <= row
        contradicting += bool(labelled.labels[first] != labelled.labels[row])
    return SetFindings(rare, copies, across, contradicting, tested != order_parts(labelled.labels)[1])
