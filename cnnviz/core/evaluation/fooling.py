"""Change a digit step by step, from nothing to much, and find where the answer of a network turns.

Series of digits for every kind of change: those of `cnnviz.core.inference.perturbations`, and a morph into another. And
a few pixels, found by gradient, whose change turns an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from cnnviz.core.background import Progress, ignore_progress
from cnnviz.core.data import colour_digits
from cnnviz.core.inference import gradients
from cnnviz.core.inference.perturbations import MAX_SHIFT, PERTURBATIONS, shift
from cnnviz.core.messages import gettext_noop
from cnnviz.core.networks.network import Network

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


MAX_PIXELS = 60
"""Pixels that are changed at most, one after the other."""

CHANGING = gettext_noop("Changing one pixel after the other")


@dataclass(frozen=True, eq=False)
class Attack:
    """Pixels whose change turns the answer of a network.

    Attributes:
        digit: (28, 28) float32 in [0, 1], before the change.
        changed: (28, 28), after it.
        before: The answer before.
        after: The answer after; the same where `MAX_PIXELS` are not enough, or no pixel helps.
        pixels: (k, 2) ints, row and column of the changed pixels, in the order of their change.
    """

    digit: np.ndarray
    changed: np.ndarray
    before: int
    after: int
    pixels: np.ndarray

    @property
    def turned(self) -> bool:
        """Whether the answer is another one."""
        return self.before != self.after


@dataclass(frozen=True)
class _Shown:
    """How a network is shown a digit: as it is, or in two colours, blended by the amount of ink.

    Attributes:
        network: The network.
        ink, paper: The colours for a network that reads colour.
    """

    network: Network
    ink: str
    paper: str

    @property
    def coloured(self) -> bool:
        """Whether the network reads colour."""
        return colour_digits.reads_colour(self.network.architecture.input_shape)

    def to_input(self, digit: np.ndarray) -> np.ndarray:
        """Return what the network reads of `digit`, (28, 28)."""
        return colour_digits.colour_from_hex(digit, self.ink, self.paper) if self.coloured else digit

    def to_slope(self, gradient: np.ndarray) -> np.ndarray:
        """Return the gradient at the amounts of ink, (28, 28), given the one at the input, of its shape."""
        if not self.coloured:
            return gradient[..., 0]
        ink, paper = (np.array(colour_digits.parse_hex(each), np.float32) for each in (self.ink, self.paper))
        inside = slice(colour_digits.BORDER, -colour_digits.BORDER)
        slope: np.ndarray = gradient[inside, inside] @ ((ink - paper) / np.float32(255))
        return slope


def attack(
    network: Network,
    digit: np.ndarray,
    progress: Progress = ignore_progress,
    *,
    ink: str = colour_digits.INK,
    paper: str = colour_digits.PAPER,
) -> Attack:
    """Change a few pixels of `digit`, (28, 28) float32 in [0, 1], that turn the answer of a network.

    One pixel after the other becomes ink or paper: the one by which, as the gradient has it, the logit of the nearest
    other answer gains most on that of the present one. It is greedy, so fewer pixels may do (the idea is that of
    Papernot et al., "The limitations of deep learning in adversarial settings", 2016).

    For a network that reads colour a pixel becomes `ink` or `paper`, colours such as "#1d4ed8": its three numbers
    change at once, and their slopes are added up.
    """
    shown = _Shown(network, ink, paper)
    changed = digit.astype(np.float32).copy()
    free, pixels = np.ones(digit.shape, bool), list[tuple[int, int]]()
    before: int | None = None
    while True:
        run = gradients.run_forward(network, gradients.make_batch(network, shown.to_input(changed)))
        logits = run.logits[0]
        answer = int(logits.argmax())
        before = answer if before is None else before
        if answer != before or len(pixels) >= MAX_PIXELS:
            break
        # 1. The nearest other answer, and how the lead of the present one over it changes with every pixel.
        rival = int(np.argsort(logits)[-2])
        weighting = np.zeros(len(logits), np.float32)
        weighting[rival], weighting[before] = 1, -1
        slope = shown.to_slope(gradients.compute_gradient(run, weighting)[0])
        # 2. What each pixel would gain for it as ink or as paper, whichever the slope asks for; each changes once.
        gain = np.where(free, np.where(slope > 0, slope * (1 - changed), -slope * changed), 0)
        if gain.max() <= 0:  # as where all units are dark: no pixel helps
            break
        row, column = np.unravel_index(int(gain.argmax()), gain.shape)
        changed[row, column] = float(slope[row, column] > 0)
        free[row, column] = False
        pixels.append((int(row), int(column)))
        progress(len(pixels) / MAX_PIXELS, CHANGING)
    changed.setflags(write=False)
    return Attack(digit, changed, before, answer, np.array(pixels, np.int64).reshape(-1, 2))
