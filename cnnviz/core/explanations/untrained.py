"""Untrained copies of a network, to set beside every explanation: what looks the same there explains nothing.

Adebayo et al., "Sanity Checks for Saliency Maps", 2018.
"""

from __future__ import annotations

from functools import lru_cache

from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.initial_weights import make_initial_network
from cnnviz.core.networks.network import Network

SEED = 2**31
"""Of the random weights of the first copy; above the largest seed of a training, so that no network has begun so."""

COPIES = 5
"""Copies that an explanation is compared with: what one of them shows may be chance."""


@lru_cache(maxsize=4 * COPIES)
def make_untrained(architecture: Architecture, number: int = 0) -> Network:
    """Make the copy `number`, with the initial weights of Keras's layers, from a seed that no training has."""
    return make_initial_network(architecture, SEED + number)
