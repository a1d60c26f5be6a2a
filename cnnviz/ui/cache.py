"""Every cache of the app. What is cached is immutable and shared by all visitors; any of it may vanish."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st

from cnnviz.core import datasets, pool_robustness, pool_seeds, robustness, shelf, shifting
from cnnviz.core.cards import Card
from cnnviz.core.disturbances import DISTURBANCES
from cnnviz.core.network import Network
from cnnviz.core.pool_robustness import Robustness
from cnnviz.core.pool_seeds import SeedTable
from cnnviz.core.robustness import Reaction
from cnnviz.core.runs import RunStore, Snapshot
from cnnviz.core.training_curves import Curves, extended
from cnnviz.core.training_jobs import Event


@st.cache_resource(max_entries=16, show_spinner=False)
def network(name: str) -> Network:
    """Return the network `name` of the shelf; its arrays are read-only."""
    return shelf.load(name)


@st.cache_resource(max_entries=64, show_spinner=False)
def card(name: str) -> Card:
    """Return the card of the network `name` of the shelf."""
    return shelf.card(name)


@st.cache_resource(max_entries=32, show_spinner=False)
def trained(store: RunStore, run_id: str, version: str) -> Network:  # noqa: ARG001 (a part of the key)
    """Return what came of a visitor's run; `version` is that of `store.version`."""
    return store.network(run_id)


@st.cache_resource(max_entries=64, show_spinner=False)
def told(store: RunStore, run_id: str, stamp: tuple[int, int]) -> tuple[Event, ...]:  # noqa: ARG001 (a part of the key)
    """Return what a visitor's run told; `stamp` is that of `store.stamp`."""
    return store.events(run_id)


@st.cache_resource(max_entries=64, show_spinner=False)
def learned(store: RunStore, run_id: str, stamp: tuple[int, int]) -> Curves:
    """Return the curves of a visitor's run, likewise."""
    return extended(Curves(), told(store, run_id, stamp))


@st.cache_resource(max_entries=16, show_spinner=False)
def at_moment(store: RunStore, run_id: str, kept: Snapshot) -> Network:
    """Return a visitor's network as it was at a moment of its training."""
    return store.network_at(run_id, kept)


@st.cache_resource(max_entries=64, show_spinner=False)
def shifted_accuracy(store: RunStore, run_id: str, version: str) -> float:
    """Return the share of shifted test digits that a visitor's network reads right."""
    data = datasets.load_test()
    return shifting.accuracy(trained(store, run_id, version), data.x_test, data.y_test)


@st.cache_resource(max_entries=4, show_spinner=False)
def seed_table(folder: Path) -> SeedTable:
    """Return the table of the pooling networks' trainings that lies in a shelf's folder."""
    return pool_seeds.load(folder)


@st.cache_resource(max_entries=4, show_spinner=False)
def pooling_curves(folder: Path) -> Robustness:
    """Return the curves of the pooling networks that lie in a shelf's folder."""
    return pool_robustness.load(folder)


@st.cache_resource(max_entries=64, show_spinner=False)
def reaction(name: str, digit: bytes, disturbance: str) -> Reaction:
    """Return how the network `name` of the shelf takes a disturbed digit.

    `digit` holds 28 × 28 float32; `disturbance` is "shift" or a name from `disturbances.DISTURBANCES`.
    """
    image = np.frombuffer(digit, np.float32).reshape(28, 28)
    if disturbance == pool_robustness.SHIFT:
        return robustness.to_shifts(network(name), image)
    return robustness.to_amounts(network(name), image, DISTURBANCES[disturbance])
