"""How long networks take to read one digit here, measured in turns, so that a busy moment slows all of them alike."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from statistics import median

import numpy as np

from cnnviz.core.background import Progress, ignore_progress
from cnnviz.core.data import colour_digits
from cnnviz.core.inference import network_input, trace
from cnnviz.core.messages import gettext_noop
from cnnviz.core.networks.network import Network

ROUNDS = 15
"""Turns of every network; the first is not counted, because it loads and allocates."""

MEASURING = gettext_noop("Measuring, network by network")


def measure(
    networks: Sequence[Network], digit: np.ndarray, progress: Progress = ignore_progress, rounds: int = ROUNDS
) -> Mapping[str, float]:
    """Return network -> median milliseconds of one trace of `digit`, (28, 28) float32 in [0, 1].

    `rounds` is at least 2.
    """
    taken: dict[str, list[float]] = {network.name: [] for network in networks}
    for turn in range(rounds):
        for network in networks:
            seen = network_input.fit_digit(digit, network.architecture, colour_digits.INK, colour_digits.PAPER)
            began = time.perf_counter()
            trace.trace(network, seen)
            if turn:
                taken[network.name].append(1000 * (time.perf_counter() - began))
        progress((turn + 1) / rounds, MEASURING)
    return {name: median(each) for name, each in taken.items()}
