"""Names of filters: of kernels made by hand, turned, and held to SciPy's correlation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import correlate2d

from cnnviz.core.lessons.filters import names, patterns
from cnnviz.core.lessons.filters.patterns import DIRECTIONS, LINES, NAMES, make_patterns
from cnnviz.core.networks import model_store

EDGE = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
SLANTED = [[0, 1, 2], [-1, 0, 1], [-2, -1, 0]]
BAR = [[-1, 2, -1]] * 3
FALLING = [[2, -1, -1], [-1, 2, -1], [-1, -1, 2]]
END = [[-1, -1, -1], [2, 2, -1], [-1, -1, -1]]
SPOT = [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]
KNOWN = {
    "edge right": EDGE,
    "edge top right": SLANTED,
    "bar upright": BAR,
    "bar falling": FALLING,
    "end left": END,
    "spot": SPOT,
    "hole": [[1, 1, 1], [1, -8, 1], [1, 1, 1]],
    "gap upright": [[1, -2, 1]] * 3,
    "ink": [[1, 1, 1]] * 3,
    "paper": [[-1, -1, -1]] * 3,
    "": [[1, -1, 1], [-1, 1, -1], [1, -1, 1]],
}


@pytest.mark.parametrize(("name", "kernel"), KNOWN.items(), ids=[name or "none" for name in KNOWN])
def test_kernels_made_by_hand_have_their_names(name: str, kernel: list[list[int]]) -> None:
    found = names.name_kernel(np.array(kernel))
    assert found.pattern == name
    assert (found.fit >= names.MIN_FIT) == bool(name)


def turn(name: str) -> str:
    """Turn a name against the clock by a quarter."""
    family, _, of = name.partition(" ")
    if family in ("edge", "end"):
        circle = list(DIRECTIONS)
        return f"{family} {circle[(circle.index(of) + 2) % 8]}"
    if family in ("bar", "gap"):
        circle = list(LINES)
        return f"{family} {circle[(circle.index(of) + 2) % 4]}"
    return name


@pytest.mark.parametrize("side", [3, 4, 5, 8, 10, 18])
def test_turning_a_kernel_turns_its_name(side: int) -> None:
    """Each pattern itself, without its mean, is a kernel too."""
    for pattern in make_patterns(side, side):
        kernel = pattern.image - (pattern.image.mean() if pattern.name != "ink" else 0)
        found = names.name_kernel(kernel)
        if found.pattern:
            assert found.pattern == pattern.name
        turned = names.name_kernel(np.rot90(kernel))
        assert turned.pattern == turn(found.pattern)
        assert turned.fit == pytest.approx(found.fit)


def test_turning_any_kernel_turns_its_name() -> None:
    rng = np.random.default_rng(5)
    named = 0
    for _ in range(300):
        kernel = rng.normal(size=(3, 3))
        found = names.name_kernel(kernel)
        named += bool(found.pattern)
        assert names.name_kernel(np.rot90(kernel)).pattern == turn(found.pattern)
    assert 30 < named < 150, "most random kernels have no simple pattern"


def test_every_pattern_has_words_and_is_drawn() -> None:
    for sides in ((3, 3), (10, 10), (18, 18), (3, 5)):
        assert {pattern.name for pattern in make_patterns(*sides)} == set(NAMES) - {patterns.PAPER}
    assert make_patterns(1, 3) == ()
    assert names.name_kernel(np.ones((1, 1))).pattern == ""


def test_ink_that_is_as_good_as_an_edge_is_no_edge() -> None:
    """A kernel without anything below 0 answers to the edge no more than to ink everywhere."""
    assert names.name_kernel(np.array([[0, 0.5, 1]] * 3)).pattern == ""


def test_channels_are_added_since_patterns_are_grey() -> None:
    kernel = np.stack([np.array(EDGE) * share for share in (0.2, 0.3, 0.5)], axis=2)
    assert names.name_kernel(kernel).pattern == "edge right"


def test_answers_of_a_first_convolution_are_correlations() -> None:
    network = model_store.load("cnn-32-32")
    kernel = network.weights["conv2d"]["kernel"]
    found = names.answer_patterns(network, "conv2d", (12, 12, 3, 3), (12, 12))
    for row, pattern in zip(found, make_patterns(3, 3), strict=True):
        theirs = [correlate2d(pattern.image, kernel[:, :, 0, number], "valid")[0, 0] for number in range(32)]
        assert row == pytest.approx(theirs, abs=1e-5)
