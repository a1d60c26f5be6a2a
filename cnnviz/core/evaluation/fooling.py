"""Change a digit step by step, from nothing to much, and find where the answer of a network turns.

Series of digits for every kind of change: those of `cnnviz.core.inference.perturbations`, and a morph into another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from cnnviz.core.inference.perturbations import MAX_SHIFT, PERTURBATIONS, shift
from cnnviz.core.messages import gettext_noop

MORPH_STEPS = 21


@dataclass(frozen=True)
class Change:
    """A kind of change.

    Attributes:
        label: Its name, a key of the catalogue.
        unit: Of its amounts, a key of the catalogue.
        amounts: Ascending.
        start: Index of the amount that changes nothing.
    """

    label: str
    unit: str
    amounts: tuple[float, ...]
    start: int


CHANGES: Mapping[str, Change] = MappingProxyType(
    {
        "right": Change(
            gettext_noop("Move"),
            gettext_noop("pixels to the right"),
            tuple(float(pixels) for pixels in range(-MAX_SHIFT, MAX_SHIFT + 1)),
            MAX_SHIFT,
        ),
        **{
            name: Change(each.label, each.unit, each.amounts, each.start)
            for name, each in PERTURBATIONS.items()
            if name != "scale"
        },
        "morph": Change(
            gettext_noop("Morph"),
            gettext_noop("share of the other digit"),
            tuple(round(float(share), 2) for share in np.linspace(0, 1, MORPH_STEPS)),
            0,
        ),
    }
)
"""Kinds of change that have an amount."""


def make_series(kind: str, digit: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Change `digit` by every amount of a kind: (n, 28, 28) float32 in [0, 1]. A morph ends in `other`, (28, 28)."""
    if kind == "morph":
        return morph(digit, other)
    if kind == "right":
        return np.stack([shift(digit, 0, int(pixels)) for pixels in CHANGES[kind].amounts])
    return PERTURBATIONS[kind].series(digit)


def morph(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Turn one digit into another, (`MORPH_STEPS`, 28, 28) float32: the first and the last are the digits themselves.

    Between them each pixel is a weighted mean of both. (Weighted distances from the strokes' edges, which keep ink
    sharp, make most of two thin shapes vanish halfway, because they hardly overlap.)
    """
    shares = np.array(CHANGES["morph"].amounts, np.float32)[:, None, None]
    made: np.ndarray = (1 - shares) * one + shares * other
    return made.astype(np.float32)


def find_turn(answers: np.ndarray, start: int) -> int | None:
    """Return the index nearest to `start` whose answer is another than that at `start`; None where all are the same.

    Of two as near it is the one further on.
    """
    (places,) = np.nonzero(answers != answers[start])
    if not len(places):
        return None
    return int(min(places, key=lambda place: (abs(int(place) - start), -int(place))))
