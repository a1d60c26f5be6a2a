"""Patches that excite filters: found by brute force on few digits, and those that are kept beside the networks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnnviz.core.data import bundled_digits
from cnnviz.core.errors import Refusal
from cnnviz.core.inference import trace
from cnnviz.core.lessons.filters import kernels, names, patches
from cnnviz.core.lessons.filters.patches import COUNT, LEAST, MOST, NetworkPatches
from cnnviz.core.networks import model_store

NETWORKS = [name for name in model_store.names() if model_store.card(name).architecture.convolutions]
ONES = {"pool-max": "conv2d_1", "cnn-32-64-64": "conv2d_2"}
"""A network with padding, and one with poolings between; a convolution of each."""


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    images, labels, _ = bundled_digits.read()
    return images[:30].astype(np.float32) / np.float32(255), labels[:30]


@pytest.mark.parametrize(("name", "layer"), ONES.items())
def test_patches_are_the_extremes_of_a_search_through_all_values(
    name: str, layer: str, digits: tuple[np.ndarray, np.ndarray]
) -> None:
    network = model_store.load(name)
    found = patches.find(network, *digits)[layer]
    maps = np.stack([next(o.before for o in trace.trace(network, d).layers if o.name == layer) for d in digits[0]])
    for end, best in ((MOST, maps.max(axis=(1, 2))), (LEAST, maps.min(axis=(1, 2)))):
        for number in range(maps.shape[-1]):
            chosen = found.digits[number, end]
            assert len(set(chosen.tolist())) == COUNT, "at most one patch a digit"
            ordered = sorted(best[:, number], reverse=end == MOST)[:COUNT]
            assert found.values[number, end] == pytest.approx(ordered, abs=1e-4)
            for digit, value, (row, column) in zip(
                chosen, found.values[number, end], found.cells[number, end], strict=True
            ):
                assert maps[digit, row, column, number] == pytest.approx(value, abs=1e-4)
            assert np.array_equal(found.labels[number, end], digits[1][chosen])


@pytest.mark.parametrize(("name", "layer"), ONES.items())
def test_a_patch_is_all_that_its_value_was_made_of(
    name: str, layer: str, digits: tuple[np.ndarray, np.ndarray]
) -> None:
    """Whatever else is in the picture, the patch at its place gives the same value."""
    network = model_store.load(name)
    field = patches.find_field(network.architecture, layer)
    found = patches.find(network, *digits)[layer]
    for number in (0, 5):
        row, column = found.cells[number, MOST, 0]
        top, left = (field.first[side] + cell * field.step[side] for side, cell in enumerate((row, column)))
        noise = np.random.default_rng(number).random((60, 60), np.float32)
        rows, columns = field.size
        noise[top + 16 : top + 16 + rows, left + 16 : left + 16 + columns] = found.pixels[number, MOST, 0, ..., 0] / 255
        picture = noise[16:44, 16:44]
        made = next(o.before for o in trace.trace(network, picture).layers if o.name == layer)
        assert made[row, column, number] == pytest.approx(found.values[number, MOST, 0], abs=1e-4)


def test_what_lies_beyond_the_picture_is_paper() -> None:
    field = patches.Field((-1, -1), (1, 1), (3, 3))
    picture = np.ones((4, 4, 1), np.uint8)
    assert patches.cut(picture, field, (0, 0))[..., 0].tolist() == [[0, 0, 0], [0, 1, 1], [0, 1, 1]]
    assert patches.cut(picture, field, (3, 2))[..., 0].tolist() == [[1, 1, 1], [1, 1, 1], [0, 0, 0]]


@pytest.mark.parametrize("name", NETWORKS)
def test_every_stored_network_has_the_patches_of_its_weights(name: str) -> None:
    network = model_store.load(name)
    assert network.card is not None
    found = patches.load(name, network.card.weights_sha256)
    assert tuple(sorted(found.layers)) == tuple(sorted(network.architecture.convolutions))
    assert found.about["digits"] == 10_000
    for layer, each in found.layers.items():
        kernel = kernels.read_kernels(network, layer)
        assert len(each.pixels) == kernel.shape[-1]
        assert each.size == patches.find_field(network.architecture, layer).size
        assert (np.diff(each.values[:, MOST], axis=1) <= 0).all()
        assert (np.diff(each.values[:, LEAST], axis=1) >= 0).all()
    first = found.layers["conv2d"]
    for number in range(len(first.pixels)):
        kernel = network.weights["conv2d"]["kernel"][..., number]
        assert first.name(number).pattern == names.name_kernel(kernel).pattern
        values = (first.pixels[number] / 255 * kernel).sum(axis=(2, 3, 4)) + network.weights["conv2d"]["bias"][number]
        assert first.values[number] == pytest.approx(values, abs=1e-2 if name == "cnn-rgb" else 1e-4)


def test_patches_of_other_weights_and_damaged_files_are_refused_in_words(
    tmp_path: Path, digits: tuple[np.ndarray, np.ndarray]
) -> None:
    network = model_store.load("pool-max")
    found = NetworkPatches({"weights_sha256": "a", "digits": 30}, patches.find(network, *digits))
    patches.write("pool-max", found, tmp_path)
    again = patches.load("pool-max", "a", tmp_path)
    assert np.array_equal(again.layers["conv2d"].pixels, found.layers["conv2d"].pixels)
    with pytest.raises(Refusal, match="other weights"):
        patches.load("pool-max", "b", tmp_path)
    with pytest.raises(Refusal, match="find_patches"):
        patches.load("pen", "a", tmp_path)
    file = tmp_path / "pool-max.filters.npz"
    content = file.read_bytes()
    inside = content.index(b"conv2d/pixels.npy") + 60  # of the first pixels, compressed
    for damaged in (b"PK", content[:inside] + b"\xff" * 40 + content[inside + 40 :]):
        file.write_bytes(damaged)
        with pytest.raises(Refusal, match="damaged"):
            patches.load("pool-max", "a", tmp_path)
    with pytest.raises(Refusal):
        replace(found.layers["conv2d"], values=found.layers["conv2d"].values[:3])
