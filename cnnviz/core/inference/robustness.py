"""Measure how perturbations change a network's answer and every layer's output, in one batched pass.

A layer is *invariant* to a shift if its output stays the same, *equivariant* if its output shifts along. To tell these
apart each layer's output is compared with the one for the unperturbed digit twice: as it is, and after it was moved
back. A layer whose maps have one cell for every s pixels cannot follow a shift of less than s exactly, so it is moved
back by the whole number of cells that fits best: along each axis d / s rounded down or up, whichever gives the smaller
distance. Where s divides the shift there is nothing to choose. Only cells that both outputs have are compared, so
pixels that left the paper do not count against a layer; but cells at that edge are affected by the cut.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from cnnviz.core.inference import trace
from cnnviz.core.inference.perturbations import OFFSETS, UNMOVED, Perturbation, find_overlap, shift_grid
from cnnviz.core.layers import Layer
from cnnviz.core.layers.layer import Output
from cnnviz.core.networks.network import Network

Offset = tuple[int, int]

SATURATING = ("softmax", "sigmoid", "tanh")
"""Activations that bend all sums into a fixed range."""


@dataclass(frozen=True, eq=False)
class Reaction:
    """The reaction of one network to n perturbed digits.

    Attributes:
        network: its name.
        original: its answer to the unperturbed digit.
        confidence: (n,) float32, the probability of the original answer for each perturbed digit.
        answers: (n,) int, its answer to each.
        moved: layer name -> (n,) float32, cosine distance of the layer's output from that for the unperturbed digit; of
            its sums where an activation bends them into a fixed range, in which large differences would vanish.
        moved_back: the same after moving the output back, for layers with maps and where offsets were given;
            otherwise empty. NaN where the shift is larger than the map.
    """

    network: str
    original: int
    confidence: np.ndarray
    answers: np.ndarray
    moved: Mapping[str, np.ndarray]
    moved_back: Mapping[str, np.ndarray]

    @property
    def kept(self) -> np.ndarray:
        """(n,) bool: whether the answer is still the original one."""
        same: np.ndarray = self.answers == self.original
        return same


def react_to_shifts(network: Network, digit: np.ndarray) -> Reaction:
    """Measure the reaction of `network` to `digit`, (28, 28) float32 in [0, 1], shifted by all `OFFSETS`."""
    return react(network, shift_grid(digit), UNMOVED, OFFSETS)


def react_to_amounts(network: Network, digit: np.ndarray, perturbation: Perturbation) -> Reaction:
    """Measure the reaction of `network` to `digit` perturbed by all amounts."""
    return react(network, perturbation.series(digit), perturbation.start)


def react(network: Network, digits: np.ndarray, unperturbed: int, offsets: Sequence[Offset] = ()) -> Reaction:
    """Measure the reaction of `network` to `digits`, (n, 28, 28) float32 in [0, 1].

    Args:
        network: Any network that reads them.
        digits: The perturbed ones, among them the original.
        unperturbed: Where the original is.
        offsets: By how many whole pixels (down, right) each was moved, if they were; otherwise nothing is moved back.

    Raises:
        Refusal: As `trace.trace`.
    """
    original = _compute_originals(network, digits[unperturbed])
    moved = {name: np.empty(len(digits), np.float32) for name in original}
    strides = find_strides(network)
    back = {name: np.empty(len(digits), np.float32) for name in strides if offsets}
    probabilities = np.empty((len(digits), *network.architecture.shapes()[-1]), np.float32)
    for part, layer, output in trace.run(network, digits):
        after = _select_compared(layer, output)
        if layer is network.architecture.layers[-1]:
            probabilities[part] = output.after
        if layer.name in moved:
            moved[layer.name][part] = compute_distances(after, original[layer.name])
        if layer.name in back:
            back[layer.name][part] = _compute_moved_back(
                after, original[layer.name], offsets[part], strides[layer.name]
            )
    answer = int(probabilities[unperturbed].argmax())
    return Reaction(
        network=network.name,
        original=answer,
        confidence=probabilities[:, answer],
        answers=probabilities.argmax(axis=1),
        moved=MappingProxyType(moved),
        moved_back=MappingProxyType(back),
    )


def find_strides(network: Network) -> dict[str, Offset]:
    """Return the pixels of the digit between neighbouring cells, (down, right), for every layer with maps."""
    found: dict[str, Offset] = {}
    down, right = 1, 1
    for layer, shape in zip(network.architecture.layers, network.architecture.shapes()[1:], strict=True):
        if len(shape) != 3:
            break
        own = getattr(layer, "strides", (1, 1))
        down, right = down * own[0], right * own[1]
        if layer.changes_values:
            found[layer.name] = (down, right)
    return found


def compute_distances(outputs: np.ndarray, original: np.ndarray) -> np.ndarray:
    """Return the cosine distance, 1 minus the cosine of the angle, of each of `outputs` (n, ...) from `original` (...).

    (n,) float32 in [0, 2]. If both outputs are all zeros the distance is 0; if only one is, it is 1.
    """
    rows = outputs.reshape(len(outputs), -1)
    one = original.reshape(-1)
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows) * (one @ one))
    cosines = np.divide(rows @ one, lengths, out=np.zeros(len(rows), np.float32), where=lengths > 0)
    both_empty = ~rows.any(axis=1) & (not one.any())
    result: np.ndarray = np.clip(np.where(both_empty, 0, 1 - cosines), 0, 2)
    return result.astype(np.float32)


def _compute_distance(one: np.ndarray, other: np.ndarray) -> float:
    """Return the cosine distance of two arrays; called for thousands of small parts, so it is kept minimal."""
    a, b = one.ravel(), other.ravel()
    lengths = math.sqrt(float(a @ a) * float(b @ b))
    if lengths:
        return min(2.0, max(0.0, 1 - float(a @ b) / lengths))
    return float(bool(a.any() or b.any()))


def _compute_originals(network: Network, digit: np.ndarray) -> dict[str, np.ndarray]:
    """Return every layer's output for one digit, by name, in order."""
    made: Iterable[tuple[slice, Layer, Output]] = trace.run(network, digit[np.newaxis])
    return {layer.name: _select_compared(layer, output)[0] for _, layer, output in made if layer.changes_values}


def _select_compared(layer: Layer, output: Output) -> np.ndarray:
    """Return what is compared of an output: what the layer passes on, or its sums where these are saturated."""
    bends = getattr(layer, "activation", None) in SATURATING or layer.kind.lower() in SATURATING
    return output.before if bends else output.after


def _compute_moved_back(
    outputs: np.ndarray, original: np.ndarray, offsets: Sequence[Offset], stride: Offset
) -> np.ndarray:
    """Return the distance of each of `outputs` after moving it back; NaN where nothing is left to compare."""
    return np.array(
        [
            min(
                (_compute_distance(*pair) for pair in _iterate_comparable_parts(one, original, offset, stride)),
                default=np.nan,
            )
            for one, offset in zip(outputs, offsets, strict=True)
        ],
        np.float32,
    )


def _iterate_comparable_parts(
    moved: np.ndarray, original: np.ndarray, offset: Offset, stride: Offset
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the parts to compare for every whole number of cells near `offset`."""
    shared = (_cut_overlap(moved, original, cells) for cells in _iterate_nearest_cells(offset, stride))
    return (pair for pair in shared if pair[1].size)


def _iterate_nearest_cells(offset: Offset, stride: Offset) -> Iterator[Offset]:
    """Yield the whole numbers of cells nearest to a shift: one, two or four."""
    ranges = ({pixels // own, -(-pixels // own)} for pixels, own in zip(offset, stride, strict=True))
    yield from itertools.product(*ranges)


def _cut_overlap(moved: np.ndarray, original: np.ndarray, cells: Offset) -> tuple[np.ndarray, np.ndarray]:
    """Return the part of `moved` that is also in `original`, and that part of `original`, `cells` up and left of it."""
    (rows, columns), (down, right) = original.shape[:2], cells
    here = moved[find_overlap(rows, down), find_overlap(columns, right)]
    return here, original[find_overlap(rows, -down), find_overlap(columns, -right)]
