"""Networks on disk: what is saved is loaded unchanged, and damaged files are refused."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save as serialize

from cnnviz.core import atomic_file
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Dense, Flatten, Normalization
from cnnviz.core.networks import card, model_store
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network, pack_weights
from tests.core.networks import small_network


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Create a model store with the network `small`."""
    network = small_network.network()
    model_store.save(network, small_network.card(network), tmp_path)
    return tmp_path


def test_a_network_comes_back_as_it_was_saved(place: Path) -> None:
    network, back = small_network.network(), model_store.load("small", place)
    assert back.architecture == network.architecture
    for layer, weights in network.weights.items():
        for name, array in weights.items():
            np.testing.assert_array_equal(back.weights[layer][name], array)
    assert back.card == model_store.card("small", place)


def test_a_weight_of_a_single_number_is_an_array_too() -> None:
    """NumPy gives scalars where arrays without axes are computed, and safetensors takes none."""
    layers = (
        Normalization(name="scaled", axis=None),
        Flatten(name="flat"),
        Dense(name="answer", units=2, activation="softmax"),
    )
    architecture = Architecture("scaled", layers, (3, 3, 1), classes=("a", "b"))
    shapes = architecture.weight_shapes()
    weights = {
        layer: {name: np.float32(2) * np.ones(shape, np.float32) for name, shape in of.items()}
        for layer, of in shapes.items()
    }
    network = Network(architecture, weights)
    assert all(isinstance(each, np.ndarray) for each in pack_weights(network.weights).values())
    assert serialize(pack_weights(network.weights))


def test_the_card_names_the_weights_sha256(place: Path) -> None:
    data = (place / "small.safetensors").read_bytes()
    assert model_store.card("small", place).weights_sha256 == hashlib.sha256(data).hexdigest()


def test_every_load_is_a_network_of_its_own(place: Path) -> None:
    assert model_store.load("small", place) is not model_store.load("small", place)


def test_the_default_comes_first(place: Path) -> None:
    for name in ("zebra", "pen", "cnn-32-64"):
        network = small_network.network(name=name)
        model_store.save(network, small_network.card(network), place)
    (place / "half.json").write_text("{}")
    assert model_store.names(place) == ("pen", "cnn-32-64", "small", "zebra")


def test_a_store_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert model_store.names(tmp_path / "nowhere") == ()


def test_the_folder_can_be_set(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    monkeypatch.setenv("CNNVIZ_MODELS", str(place))
    assert model_store.folder() == place
    assert model_store.names() == ("small",)
    assert model_store.load("small").name == "small"


@pytest.mark.parametrize("name", ["../small", "nothing", "", "a" * 65, "small.json"])
def test_a_name_that_is_not_in_the_store_is_refused_without_a_path(place: Path, name: str) -> None:
    with pytest.raises(Refusal) as refusal:
        model_store.load(name, place)
    assert str(place) not in str(refusal.value)


def cut_weights(place: Path) -> None:
    path = place / "small.safetensors"
    path.write_bytes(path.read_bytes()[:-8])


def flip_a_bit(place: Path) -> None:
    path = place / "small.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def empty_card(place: Path) -> None:
    (place / "small.json").write_bytes(b"")


def card_of_another(place: Path) -> None:
    edit_card(place, name="other")


def shifted_layers(place: Path) -> None:
    edit_card(place, parameters=7)


def nested_card(place: Path) -> None:
    (place / "small.json").write_text("[" * 100_000)


def wrong_curve(place: Path) -> None:
    edit_card(place, curves={"loss": [1.0]})


def nan_loss(place: Path) -> None:
    edit_card(place, test_loss=float("nan"))


def edit_card(place: Path, **changes: Any) -> None:
    path = place / "small.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


DAMAGES: list[Callable[[Path], None]] = [
    cut_weights,
    flip_a_bit,
    empty_card,
    card_of_another,
    shifted_layers,
    nested_card,
    wrong_curve,
    nan_loss,
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_files_are_refused(place: Path, damage: Callable[[Path], None]) -> None:
    damage(place)
    with pytest.raises(Refusal) as refusal:
        model_store.load("small", place)
    assert str(place) not in str(refusal.value)


WEIGHTS = {
    f"{layer}/{name}": array for layer, each in small_network.network().weights.items() for name, array in each.items()
}


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ({**WEIGHTS, "extra/kernel": np.zeros(3, np.float32)}, "The layers must be conv2d, dense"),
        ({**WEIGHTS, "dense/gamma": np.zeros(3, np.float32)}, "The weights of dense must be kernel, bias"),
        ({**WEIGHTS, "dense/bias": np.zeros(9, np.float32)}, "must be float32 of shape (10,)"),
        ({**WEIGHTS, "dense/bias": np.zeros(10, np.float64)}, "Received: float64"),
        ({**WEIGHTS, "dense/bias": np.full(10, np.inf, np.float32)}, "must be finite"),
        (
            {key: array for key, array in WEIGHTS.items() if key != "dense/bias"},
            "The weights of dense must be",
        ),
    ],
)
def test_weights_of_another_network_are_refused(place: Path, weights: dict[str, np.ndarray], words: str) -> None:
    data = serialize(weights)
    (place / "small.safetensors").write_bytes(data)
    edit_card(place, weights_sha256=hashlib.sha256(data).hexdigest())
    with pytest.raises(Refusal) as refusal:
        model_store.load("small", place)
    assert words in str(refusal.value)


@pytest.mark.parametrize("data", [b"", b"\xff" * 100, b"\x00" * 8])
def test_a_file_that_is_no_safetensors_is_refused(place: Path, data: bytes) -> None:
    (place / "small.safetensors").write_bytes(data)
    edit_card(place, weights_sha256=hashlib.sha256(data).hexdigest())
    with pytest.raises(Refusal, match="files are damaged"):
        model_store.load("small", place)


def test_a_card_of_another_network_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="The card must be that of the network"):
        model_store.save(small_network.network(), small_network.card(small_network.network(name="other")), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_the_old_network(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    before = model_store.load("small", place)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    changed = small_network.network(seed=5)
    with pytest.raises(OSError, match="No space left"):
        model_store.save(changed, small_network.card(changed), place)
    after = model_store.load("small", place)
    np.testing.assert_array_equal(before.weights["dense"]["bias"], after.weights["dense"]["bias"])
    assert sorted(path.name for path in place.iterdir()) == ["small.json", "small.safetensors"]


def test_a_crash_between_the_two_files_is_noticed(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    write = atomic_file.write

    def crash_at_the_card(path: Path, data: bytes) -> None:
        if path.suffix == ".json":
            raise KeyboardInterrupt
        write(path, data)

    monkeypatch.setattr(atomic_file, "write", crash_at_the_card)
    changed = small_network.network(seed=5)
    with pytest.raises(KeyboardInterrupt):
        model_store.save(changed, small_network.card(changed), place)
    with pytest.raises(Refusal, match="files are damaged"):
        model_store.load("small", place)


def test_a_card_is_written_for_people_too(place: Path) -> None:
    text = (place / "small.json").read_text(encoding="utf-8")
    assert '"loss": [0.5, 0.25]' in text
    assert card.from_text(text) == model_store.card("small", place)


def test_the_store_that_comes_with_cnnviz_is_whole() -> None:
    if not model_store.names():
        pytest.skip("no networks trained yet: scripts/train_models.py")
    for name in model_store.names():
        network = model_store.load(name)
        assert network.card is not None
        assert network.parameters == network.card.parameters
        assert sum(map(sum, network.card.confusion)) == 10_000
