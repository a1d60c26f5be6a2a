"""A map of digits that keeps neighbours together: t-SNE of the last hidden layer, computed once for each network.

Van der Maaten, Hinton, "Visualizing Data using t-SNE", 2008. A script computes it with scikit-learn, for it takes
seconds; pages read the places, 8 kB a network. A file goes with one set of weights and one data set.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnnviz.core import atomic_file, npz_file
from cnnviz.core.data.datasets import Dataset
from cnnviz.core.errors import Refusal
from cnnviz.core.evaluation import embedding
from cnnviz.core.networks import model_store
from cnnviz.core.networks.network import Network

PERPLEXITY = 30
"""How many neighbours a digit has, about: scikit-learn's default."""

SEED = 1

NEIGHBOURS = 5
"""Digits in whose middle a digit stands that was not among those which were placed."""

MAX_BYTES = 100_000


@dataclass(frozen=True, eq=False)
class NeighbourMap:
    """Where test digits lie.

    Attributes:
        weights_sha256: Of the network.
        data_sha256: Of the data set whose first test digits are placed.
        layer: Name of the layer whose values are placed, the last before the answer.
        places: (n, 2) float32 in [-1, 1], read-only.
    """

    weights_sha256: str
    data_sha256: str
    layer: str
    places: np.ndarray

    def place(self, nearest: np.ndarray) -> np.ndarray:
        """Return the middle, (2,), of the digits with the indexes `nearest`."""
        found: np.ndarray = self.places[nearest].mean(axis=0)
        return found


def find_layer(network: Network) -> str:
    """Return the name of the last layer before the answer that changes values; the input's if there is none."""
    names = [embedding.INPUT, *(layer.name for layer in network.architecture.layers if layer.changes_values)]
    return names[-2]


def make(network: Network, weights_sha256: str, data: Dataset) -> NeighbourMap:
    """Place the first `embedding.MAX_DIGITS` test digits by t-SNE. Takes seconds, and scikit-learn.

    Raises:
        Refusal: As `trace.run`.
    """
    from sklearn.manifold import TSNE  # 80 MB, for the script alone

    layer = find_layer(network)
    values = embedding.read_digits(network, data.x_test[: embedding.MAX_DIGITS])[layer]
    found = TSNE(perplexity=PERPLEXITY, init="pca", random_state=SEED).fit_transform(values)
    centred = found - found.mean(axis=0)
    return NeighbourMap(weights_sha256, data.sha256, layer, _freeze(centred / np.abs(centred).max()))


def find_path(name: str, store: Path | None = None) -> Path:
    """Return the file of the network `name`, in a model store's folder."""
    return (store or model_store.folder()) / f"{name}.tsne.npz"


def save(made: NeighbourMap, path: Path) -> None:
    """Write a map to `path`, atomically; its places in half precision."""
    file = io.BytesIO()
    np.savez_compressed(
        file,
        weights_sha256=np.array(made.weights_sha256),
        data_sha256=np.array(made.data_sha256),
        layer=np.array(made.layer),
        places=made.places.astype(np.float16),
    )
    atomic_file.write(path, file.getvalue())


def load(name: str, weights_sha256: str, store: Path | None = None) -> NeighbourMap | None:
    """Load the map of the network `name`; None where the store has none.

    Raises:
        Refusal: If the file is damaged, or was made for other weights.
    """
    path = find_path(name, store)
    if not path.is_file():
        return None
    made = _read(path, name)
    if made.weights_sha256 != weights_sha256:
        raise Refusal(
            "The map of digits of {name} must be that of its present weights. Received: that of other weights. Run "
            "scripts/place_digits.py.",
            name=name,
        )
    return made


def _read(path: Path, name: str) -> NeighbourMap:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise _make_refusal(name)
        stored = npz_file.read(content, MAX_BYTES)
        texts = {key: str(stored[key][()]) for key in ("weights_sha256", "data_sha256", "layer")}
        places = stored["places"].astype(np.float32)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise _make_refusal(name) from error
    if not (0 < len(places) <= embedding.MAX_DIGITS and places.shape[1:] == (2,) and np.abs(places).max() <= 1):
        raise _make_refusal(name)
    return NeighbourMap(**texts, places=_freeze(places))


def _freeze(places: np.ndarray) -> np.ndarray:
    kept = np.ascontiguousarray(places, np.float32)
    kept.setflags(write=False)
    return kept


def _make_refusal(name: str) -> Refusal:
    return Refusal(
        "A map of digits must be as it was saved. Received: that of {name}, which is damaged. Run "
        "scripts/place_digits.py.",
        name=name,
    )
