"""An untrained copy of a network, to set beside every explanation: what looks the same there explains nothing.

Adebayo et al., "Sanity Checks for Saliency Maps", 2018.
"""

from __future__ import annotations

from functools import lru_cache

from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.initial_weights import make_initial_network
from cnnviz.core.networks.network import Network

SEED = 2**31
"""Of the random weights; above the largest seed of a training, so that no network has begun with them."""


@lru_cache(maxsize=8)
def make_untrained(architecture: Architecture) -> Network:
    """Make a network with the initial weights of Keras's layers, from a seed that no training has."""
    return make_initial_network(architecture, SEED)
