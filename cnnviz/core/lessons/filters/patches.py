"""The patches of test digits that excite each filter most and least, found beforehand and kept beside its network.

A patch is the receptive field of one cell: all pixels that the value was computed from. Values are those before the
activation, so that "least" tells filters apart that ReLU sets to 0. Each digit gives at most one patch to each end.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from cnnviz.core import atomic_file, npz_file
from cnnviz.core.errors import Refusal
from cnnviz.core.inference import trace
from cnnviz.core.ledger.receptive_field import list_receptive_fields
from cnnviz.core.lessons.filters import names
from cnnviz.core.lessons.filters.kernels import read_kernels
from cnnviz.core.lessons.filters.patterns import make_patterns
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network

COUNT = 9
"""Patches at each end."""

MOST, LEAST = 0, 1
"""The ends: the patches that excite a filter most, and those that do least."""

SUFFIX = ".filters.npz"
MAX_BYTES = 20_000_000
"""Bytes that are read of a file."""
MAX_DECOMPRESSED = 200_000_000
"""Bytes of all patches of a network; those of the largest that comes with the app are 2 MB."""


@dataclass(frozen=True)
class Field:
    """Where the receptive fields of a layer's cells lie: that of cell (r, c) begins at `first` + r and c times `step`.

    Each is (rows, columns). A field may reach beyond the picture, where padding is.

    Attributes:
        first: Of cell (0, 0); negative with padding.
        step: From one cell to the next.
        size: Pixels.
    """

    first: tuple[int, int]
    step: tuple[int, int]
    size: tuple[int, int]

    def locate(self, cell: tuple[int, int]) -> tuple[int, int]:
        """Return the first row and column of the receptive field of a cell."""
        top, left = (self.first[side] + cell[side] * self.step[side] for side in (0, 1))
        return top, left


@dataclass(frozen=True, eq=False)
class LayerPatches:
    """The patches of all filters of a layer, and what each filter is named after.

    Every array begins with the filter, the end (`MOST` or `LEAST`) and the place among its patches.

    Attributes:
        pixels: (filters, 2, 9, rows, columns, channels) uint8, 0 where a field reaches beyond the picture.
        digits: (filters, 2, 9) int32: index in the test set.
        labels: (filters, 2, 9) uint8.
        cells: (filters, 2, 9, 2) int16: row and column of the cell.
        values: (filters, 2, 9) float32: the cell's value before the activation.
        patterns: (filters,) text: `names.FilterName.pattern`.
        fits: (filters,) float32: `names.FilterName.fit`.
    """

    pixels: np.ndarray
    digits: np.ndarray
    labels: np.ndarray
    cells: np.ndarray
    values: np.ndarray
    patterns: np.ndarray
    fits: np.ndarray

    def __post_init__(self) -> None:
        filters = len(self.pixels)
        wanted = {
            "pixels": ((filters, 2, COUNT, *self.pixels.shape[3:]), "u"),
            "digits": ((filters, 2, COUNT), "i"),
            "labels": ((filters, 2, COUNT), "u"),
            "cells": ((filters, 2, COUNT, 2), "i"),
            "values": ((filters, 2, COUNT), "f"),
            "patterns": ((filters,), "U"),
            "fits": ((filters,), "f"),
        }
        if self.pixels.ndim != 6 or any(
            (getattr(self, name).shape, getattr(self, name).dtype.kind) != each for name, each in wanted.items()
        ):
            raise _make_refusal()
        for name in wanted:
            getattr(self, name).flags.writeable = False

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of a patch."""
        rows, columns = self.pixels.shape[3:5]
        return rows, columns

    def name(self, number: int) -> names.FilterName:
        """Return what a filter is named after."""
        return names.FilterName(str(self.patterns[number]), float(self.fits[number]))


@dataclass(frozen=True, eq=False)
class NetworkPatches:
    """The patches of all convolutions of a network.

    Attributes:
        about: Hashes of the network's weights and of the data, the name of the data, and how many digits were read.
        layers: Name of a convolution -> its patches.
    """

    about: Mapping[str, Any]
    layers: Mapping[str, LayerPatches]


def find_field(architecture: Architecture, layer: str) -> Field:
    """Find where the receptive fields of a layer's cells lie."""
    step = [1, 1]
    for each in architecture.layers:
        for side, stride in enumerate(getattr(each, "strides", None) or (1, 1)):
            step[side] *= stride
        if each.name == layer:
            break
    both = list_receptive_fields(architecture, layer)
    first, size = [], []
    for lines, stride in zip(both, step, strict=True):
        lengths = [line[-1] - line[0] + 1 for line in lines]
        place = int(np.argmax(lengths))  # one that no edge of the picture cuts, if there is one
        first.append(lines[place][0] - place * stride)
        size.append(lengths[place])
    return Field((first[0], first[1]), (step[0], step[1]), (size[0], size[1]))


def cut(picture: np.ndarray, field: Field, cell: tuple[int, int]) -> np.ndarray:
    """Cut the receptive field of a cell out of a (height, width, channels) picture; 0 beyond its edges."""
    (rows, columns), out = field.size, np.zeros((*field.size, picture.shape[2]), picture.dtype)
    top, left = field.locate(cell)
    above, before = max(0, -top), max(0, -left)
    part = picture[top + above : top + rows, left + before : left + columns]
    out[above : above + part.shape[0], before : before + part.shape[1]] = part
    return out


def find(
    network: Network, pictures: np.ndarray, labels: np.ndarray, progress: Callable[[float], None] = lambda _: None
) -> Mapping[str, LayerPatches]:
    """Find the patches of all convolutions of a network.

    Args:
        network: The network.
        pictures: (n, height, width) or (n, height, width, channels) float32 in [0, 1], n ≥ 9.
        labels: (n,) the digits.
        progress: Told the share that is done.
    """
    convolutions = network.architecture.convolutions
    best: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {name: [] for name in convolutions}
    for part, layer, output in trace.run(network, pictures):
        if layer.name in best:
            best[layer.name].append(_find_extremes(output.before))
        if layer is network.architecture.layers[-1]:
            progress(part.stop / len(pictures))
    return {name: _gather(network, name, pictures, labels, each) for name, each in best.items()}


def _find_extremes(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest and least value of each map of (n, rows, columns, filters), and where: (2, n, filters)."""
    flat = values.reshape(len(values), -1, values.shape[-1])
    places = np.stack([flat.argmax(axis=1), flat.argmin(axis=1)])
    found = np.stack([flat.max(axis=1), flat.min(axis=1)])
    return found, places


def _gather(
    network: Network,
    layer: str,
    pictures: np.ndarray,
    labels: np.ndarray,
    batches: list[tuple[np.ndarray, np.ndarray]],
) -> LayerPatches:
    values, places = (np.concatenate(each, axis=1) for each in zip(*batches, strict=True))  # (2, n, filters)
    signs = np.array([-1, 1])[:, np.newaxis, np.newaxis]
    digits = np.argsort(signs * values, axis=1, kind="stable")[:, :COUNT].transpose(2, 0, 1)
    filters = np.arange(values.shape[2])[:, np.newaxis, np.newaxis]
    ends = np.arange(2)[np.newaxis, :, np.newaxis]
    architecture = network.architecture
    _, columns, _ = architecture.output_shape(layer)
    cells = np.stack(np.divmod(places[ends, digits, filters], columns), axis=-1).astype(np.int16)
    field = find_field(architecture, layer)
    whole = pictures.reshape(len(pictures), *architecture.input_shape)
    pixels = np.stack(
        [
            [
                [_to_bytes(cut(whole[digit], field, tuple(cell))) for digit, cell in zip(*row, strict=True)]
                for row in each
            ]
            for each in (zip(digits[number], cells[number], strict=True) for number in range(len(digits)))
        ]
    )
    chosen = values[ends, digits, filters]
    found = _name_all(network, layer, field, pixels[:, MOST], chosen[:, MOST])
    return LayerPatches(
        pixels=pixels,
        digits=digits.astype(np.int32),
        labels=labels[digits].astype(np.uint8),
        cells=cells,
        values=chosen.astype(np.float32),
        patterns=np.array([each.pattern for each in found], dtype="U24"),
        fits=np.array([each.fit for each in found], np.float32),
    )


def _to_bytes(picture: np.ndarray) -> np.ndarray:
    return np.asarray(np.rint(picture * 255), np.uint8)


def _name_all(
    network: Network, layer: str, field: Field, pixels: np.ndarray, values: np.ndarray
) -> list[names.FilterName]:
    """Name all filters of a layer; `pixels` and `values` are those of the patches that excite them most."""
    kernels = read_kernels(network, layer)
    if network.architecture.reads_picture(layer):
        return [names.name_kernel(kernels[..., number]) for number in range(kernels.shape[-1])]
    cell = find_middle(network.architecture, field)
    blank = _answer_to_paper(network, layer, cell)
    answers = names.answer_patterns(network, layer, (*field.locate(cell), *field.size), cell)
    energies = np.linalg.norm(pixels.reshape(*pixels.shape[:2], -1) / 255, axis=2)
    patterns = make_patterns(*field.size)
    bounds = np.divide(values - blank[:, np.newaxis], energies, out=np.zeros(energies.shape), where=energies > 0).max(
        axis=1
    )
    return [names.name_by_answers(answers[:, number], patterns, float(bounds[number])) for number in range(len(bounds))]


def _answer_to_paper(network: Network, layer: str, cell: tuple[int, int]) -> np.ndarray:
    blank = np.zeros((1, *network.architecture.input_shape), np.float32)
    return next(out.before[0, cell[0], cell[1]] for _, made, out in trace.run(network, blank) if made.name == layer)


def find_middle(architecture: Architecture, field: Field) -> tuple[int, int]:
    """Return the cell whose receptive field lies nearest to the middle of the picture."""
    height, width, _ = architecture.input_shape
    row, column = (
        round((side - size) / 2 - first) // step
        for side, size, first, step in zip((height, width), field.size, field.first, field.step, strict=True)
    )
    return row, column


def write(name: str, found: NetworkPatches, folder: Path) -> None:
    """Write the patches of the network `name` into `folder`, beside its weights."""
    atomic_file.write(folder / f"{name}{SUFFIX}", to_bytes(found))


def to_bytes(found: NetworkPatches) -> bytes:
    """Return the content of the file of `found`."""
    arrays = {
        f"{layer}/{entry.name}": getattr(each, entry.name)
        for layer, each in found.layers.items()
        for entry in fields(each)
    }
    buffer = io.BytesIO()
    np.savez_compressed(buffer, about=np.array(json.dumps(dict(found.about))), **arrays)
    return buffer.getvalue()


def load(name: str, weights_sha256: str, folder: Path | None = None) -> NetworkPatches:
    """Load the patches of the network `name`.

    Raises:
        Refusal: If there are none, or they are damaged or those of other weights.
    """
    try:
        with ((folder or model_store.folder()) / f"{name}{SUFFIX}").open("rb") as file:
            content = file.read(MAX_BYTES)
    except OSError as error:
        raise _make_refusal() from error
    return from_bytes(content, weights_sha256)


def from_bytes(content: bytes, weights_sha256: str) -> NetworkPatches:
    """Read what `to_bytes` wrote of a network with these weights. Raises `Refusal` for anything else."""
    try:
        read = npz_file.read(content, MAX_DECOMPRESSED)
        about = json.loads(str(read["about"]))
        layers = {key.rpartition("/")[0] for key in read if "/" in key}
        found = {
            layer: LayerPatches(**{entry.name: read[f"{layer}/{entry.name}"] for entry in fields(LayerPatches)})
            for layer in sorted(layers)
        }
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise _make_refusal() from error
    if not isinstance(about, dict) or about.get("weights_sha256") != weights_sha256:
        raise _make_refusal()
    return NetworkPatches(MappingProxyType(about), MappingProxyType(found))


def _make_refusal() -> Refusal:
    return Refusal(
        "The patches of a network must be those that were found with its weights. Received: none, or those of other "
        "weights, or a damaged file. Run scripts/find_patches.py."
    )
