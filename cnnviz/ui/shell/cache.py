"""Every cache of the app. What is cached is immutable and shared by all visitors; any of it may vanish."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Generic, ParamSpec, TypeVar

import numpy as np
import streamlit as st

from cnnviz.core.background import BackgroundTask, Progress
from cnnviz.core.data import datasets
from cnnviz.core.evaluation import drawn, embedding, evaluation, neighbour_map
from cnnviz.core.evaluation.drawn import DrawnTable
from cnnviz.core.evaluation.embedding import LayerMap
from cnnviz.core.evaluation.evaluation import Evaluation
from cnnviz.core.evaluation.neighbour_map import NeighbourMap
from cnnviz.core.explanations import methods, what_if
from cnnviz.core.explanations.contrast import Contrast
from cnnviz.core.explanations.methods import Explanation, Likeness
from cnnviz.core.inference import evidence, robustness, shifted_accuracy
from cnnviz.core.inference.evidence import EvidenceThreshold
from cnnviz.core.inference.perturbations import PERTURBATIONS
from cnnviz.core.inference.robustness import Reaction
from cnnviz.core.lessons.filters import patches
from cnnviz.core.lessons.filters.patches import NetworkPatches
from cnnviz.core.lessons.pooling import robustness_curves, seed_results
from cnnviz.core.lessons.pooling.robustness_curves import Robustness
from cnnviz.core.lessons.pooling.seed_results import SeedTable
from cnnviz.core.networks import initial_weights, model_store
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.card import ModelCard
from cnnviz.core.networks.network import Network
from cnnviz.core.training import recordings
from cnnviz.core.training.curves import Curves, extend
from cnnviz.core.training.experiments import EXPERIMENTS
from cnnviz.core.training.protocol import Event
from cnnviz.core.training.recordings import Recording
from cnnviz.jobs.own_networks.store import NetworkEntry, NetworkStore
from cnnviz.jobs.runs.store import RunStore, Snapshot

_placing = Lock()
"""Held while digits are placed in a network: one at a time, so that memory does not fill and pages stay quick."""

P = ParamSpec("P")
R = TypeVar("R")


class _Remembered(Generic[P, R]):
    """A function whose results are kept, the newest `max_entries`.

    Finding a result in Streamlit's own caches shows in the profile of an answer, which needs five.
    """

    def __init__(self, make: Callable[P, R], max_entries: int) -> None:
        self._find = lru_cache(max_entries)(make)
        functools.update_wrapper(self, make)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self._find(*args, **kwargs)  # type: ignore[arg-type]  # names and digests

    def clear(self) -> None:
        """Forget all results."""
        self._find.cache_clear()


def _remember(max_entries: int) -> Callable[[Callable[P, R]], _Remembered[P, R]]:
    return lambda make: _Remembered(make, max_entries)


@_remember(max_entries=16)
def network(name: str) -> Network:
    """Return the network `name` of the model store; its arrays are read-only."""
    return model_store.load(name)


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs={Architecture: repr})
def initial_network(architecture: Architecture, seed: int) -> Network:
    """Return the network that a training of an architecture with this seed starts from."""
    return initial_weights.make_initial_network(architecture, seed)


@st.cache_resource(max_entries=64, show_spinner=False)
def measure_accuracy(identity: str, data_sha256: str, _network: Network) -> float:  # noqa: ARG001 (parts of the key)
    """Return the share of the first test digits that a network reads right; `identity` tells its weights."""
    return what_if.measure_accuracy(_network, datasets.load_test())


@st.cache_resource(max_entries=16, show_spinner=False)
def filter_patches(name: str, weights_sha256: str) -> NetworkPatches:
    """Return the patches that excite the filters of the network `name` of the model store."""
    return patches.load(name, weights_sha256)


@_remember(max_entries=64)
def card(name: str) -> ModelCard:
    """Return the card of the network `name` of the model store."""
    return model_store.card(name)


@_remember(max_entries=64)
def load_evidence(name: str, weights_sha256: str) -> EvidenceThreshold | None:
    """Return the least evidence of a digit in the network `name`; None where it was not measured for its weights."""
    return evidence.load(name, weights_sha256)


@st.cache_resource(max_entries=64, show_spinner=False)
def load_evaluation(name: str, weights_sha256: str, source: str) -> Evaluation | None:
    """Return the stored answers of the network `name` to a test set, one of `samples.SLUGS`; None where it has none.

    Raises `Refusal` if they are those of other weights.
    """
    return evaluation.load(name, weights_sha256, source)


@st.cache_resource(max_entries=16, show_spinner=False)
def load_neighbours(name: str, weights_sha256: str) -> NeighbourMap | None:
    """Return where t-SNE placed the test digits in the network `name`; None where that was not computed.

    Raises `Refusal` if the file is that of other weights.
    """
    return neighbour_map.load(name, weights_sha256)


@st.cache_resource(max_entries=4, show_spinner=False)
def load_drawn(folder: Path) -> DrawnTable | None:
    """Return what was measured on drawn digits, in a model store's folder; None where there is nothing."""
    return drawn.load(folder)


@st.cache_resource(max_entries=6, show_spinner=False)
def place_digits(_network: Network, weights_sha256: str, data_sha256: str) -> BackgroundTask[Mapping[str, LayerMap]]:  # noqa: ARG001 (parts of the key)
    """Return the task, which has begun, that places the test digits in the values of every layer of a network."""
    images = datasets.load_test().x_test

    def work(progress: Progress) -> Mapping[str, LayerMap]:
        with _placing:
            return embedding.make(_network, images, progress)

    return BackgroundTask(work).start()


@st.cache_resource(max_entries=32, show_spinner=False)
def load_run(store: RunStore, run_id: str, version: str) -> Network:  # noqa: ARG001 (a part of the key)
    """Return the network of a visitor's run; `version` is that of `store.version`."""
    return store.network(run_id)


@st.cache_resource(max_entries=8, show_spinner=False)
def load_opened(store: NetworkStore, name: str, stamp: int) -> Network:  # noqa: ARG001 (a part of the key)
    """Return a network that a visitor opened from a file; `stamp` is that of `store.stamp`."""
    return store.read(name)


@st.cache_resource(max_entries=64, show_spinner=False)
def load_entry(store: NetworkStore, name: str, stamp: int) -> NetworkEntry:  # noqa: ARG001 (a part of the key)
    """Return what is known of such a network, likewise."""
    return store.entry(name)


@st.cache_resource(max_entries=64, show_spinner=False)
def load_events(store: RunStore, run_id: str, stamp: tuple[int, int]) -> tuple[Event, ...]:  # noqa: ARG001 (a part of the key)
    """Return the events of a visitor's run; `stamp` is that of `store.stamp`."""
    return store.events(run_id)


@st.cache_resource(max_entries=64, show_spinner=False)
def count_damaged_events(store: RunStore, run_id: str, stamp: tuple[int, int]) -> int:  # noqa: ARG001 (a part of the key)
    """Return how many events of a visitor's run cannot be read, likewise."""
    return store.count_damaged_events(run_id)


@st.cache_resource(max_entries=64, show_spinner=False)
def load_curves(store: RunStore, run_id: str, stamp: tuple[int, int]) -> Curves:
    """Return the curves of a visitor's run, likewise."""
    return extend(Curves(), load_events(store, run_id, stamp))


@st.cache_resource(max_entries=16, show_spinner=False)
def load_snapshot(store: RunStore, run_id: str, kept: Snapshot) -> Network:
    """Return a visitor's network as it was at a moment of its training."""
    return store.network_at(run_id, kept)


@st.cache_resource(max_entries=64, show_spinner=False)
def measure_shifted_accuracy(store: RunStore, run_id: str, version: str) -> float:
    """Return the share of shifted test digits that a visitor's network reads right."""
    data = datasets.load_test()
    return shifted_accuracy.measure_accuracy(load_run(store, run_id, version), data.x_test, data.y_test)


@st.cache_resource(max_entries=64, show_spinner=False)
def explanation(
    weights_sha256: str,  # noqa: ARG001 (a part of the key, as the network is not)
    _network: Network,
    pictures: bytes,
    method: str,
    contrast: tuple[int, int | None],
    layer: str,
) -> Explanation:
    """Return why a network gives its answer; `pictures` holds the float32 of its input, then of an empty paper's."""
    digit, blank = np.frombuffer(pictures, np.float32).reshape(2, *_network.architecture.input_shape)
    return methods.explain(
        method, _network, digit, blank, Contrast(*contrast, len(_network.architecture.classes)), layer
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def likeness(
    weights_sha256: str,
    _network: Network,
    pictures: bytes,
    method: str,
    contrast: tuple[int, int | None],
    layer: str,
) -> Likeness | None:
    """Return how much untrained copies explain the same answer alike; arguments are those of `explanation`."""
    found = explanation(weights_sha256, _network, pictures, method, contrast, layer)
    digit, blank = np.frombuffer(pictures, np.float32).reshape(2, *_network.architecture.input_shape)
    return methods.measure_likeness(
        method, _network, digit, blank, Contrast(*contrast, len(_network.architecture.classes)), found, layer
    )


@st.cache_resource(max_entries=4, show_spinner=False)
def seed_table(folder: Path) -> SeedTable:
    """Return the table of the pooling networks' trainings in a model store's folder."""
    return seed_results.load(folder)


@st.cache_resource(max_entries=4, show_spinner=False)
def pooling_curves(folder: Path) -> Robustness:
    """Return the curves of the pooling networks in a model store's folder."""
    return robustness_curves.load(folder)


@st.cache_resource(max_entries=16, show_spinner=False)
def recording(experiment: str, folder: Path) -> Recording | None:
    """Return the recorded trainings of an experiment in a model store's folder, None where they are not whole."""
    return recordings.load(EXPERIMENTS[experiment], folder)


@st.cache_resource(max_entries=64, show_spinner=False)
def reaction(name: str, digit: bytes, perturbation: str) -> Reaction:
    """Return how the network `name` reacts to a perturbed digit.

    `digit` holds 28 × 28 float32; `perturbation` is "shift" or a name from `perturbations.PERTURBATIONS`.
    """
    image = np.frombuffer(digit, np.float32).reshape(28, 28)
    if perturbation == robustness_curves.SHIFT:
        return robustness.react_to_shifts(network(name), image)
    return robustness.react_to_amounts(network(name), image, PERTURBATIONS[perturbation])
