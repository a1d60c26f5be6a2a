"""Networks that visitors opened are kept for them alone, come back as they were, and are deleted by one call."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnnviz.core.errors import Refusal
from cnnviz.core.explanations import what_if
from cnnviz.core.inference.trace import trace
from cnnviz.core.layers import Conv2D
from cnnviz.core.messages import Message
from cnnviz.core.networks.network import Network
from cnnviz.jobs.own_networks import store as network_store
from cnnviz.jobs.own_networks.store import NetworkStore
from cnnviz.jobs.runs import quota
from cnnviz.jobs.sandbox.model_upload import NOTES, OpenedNetwork
from tests.core.networks import small_network

NOTE = Message(NOTES["precision"], {"precision": "float16"})


def made(seed: int = 0) -> OpenedNetwork:
    return OpenedNetwork(small_network.network(seed), (NOTE,))


@pytest.fixture
def store(tmp_path: Path) -> NetworkStore:
    return NetworkStore("0" * 32, tmp_path)


def test_a_network_comes_back_as_it_was_under_a_name_that_its_content_makes(store: NetworkStore) -> None:
    opened = made()
    name = store.keep(opened, "C:\\nets\\my net.keras")
    assert network_store.is_opened(name)
    entry, network = store.entry(name), store.read(name)
    assert (entry.title, entry.notes) == ("my net", (NOTE,))
    assert network.name == name
    assert network.card is None
    assert network.architecture.layers == opened.network.architecture.layers
    for layer, weights in opened.network.weights.items():
        for key, array in weights.items():
            assert np.array_equal(network.weights[layer][key], array)
    assert store.keep(opened, "my net.keras") == name
    assert store.names() == (name,)


def test_what_is_written_are_our_own_two_files(store: NetworkStore, tmp_path: Path) -> None:
    name = store.keep(made(), "net.h5")
    found = sorted(path.relative_to(tmp_path / store.owner) for path in tmp_path.rglob("*") if path.is_file())
    assert found == [Path("networks") / f"{name}.json", Path("networks") / f"{name}.safetensors"]


def test_classes_get_names_that_stay(store: NetworkStore) -> None:
    name = store.keep(made(), "net.h5")
    before, stamp = store.read(name), store.stamp(name)
    letters = tuple("abcdefghij")
    store.name_classes(name, letters)
    assert store.entry(name).architecture.classes == letters
    assert store.stamp(name) != stamp
    after = store.read(name)
    assert after.architecture.layers == before.architecture.layers
    assert store.entry(name).notes == (NOTE,)
    assert store.keep(made(), "net.h5") == name
    assert store.entry(name).architecture.classes == letters


def test_that_names_were_changed_is_told_until_the_classes_are_named(store: NetworkStore) -> None:
    renamed = Message(NOTES["classes"], {"number": 1, "names": "cat (2)"})
    name = store.keep(OpenedNetwork(made().network, (NOTE, renamed)), "net.h5")
    assert store.entry(name).notes == (NOTE, renamed)
    store.name_classes(name, tuple("abcdefghij"))
    assert store.entry(name).notes == (NOTE,)


def test_a_network_knows_its_content_by_a_hash(store: NetworkStore) -> None:
    first, other = (store.read(store.keep(made(seed), "net.h5")) for seed in range(2))
    assert first.name == f"opened-{first.content_sha256[:16]}"
    assert first.content_sha256 != other.content_sha256
    convolution, *others = made().network.architecture.layers
    assert isinstance(convolution, Conv2D)
    layers = (replace(convolution, activation="tanh"), *others)
    same_weights = Network(replace(made().network.architecture, layers=layers), made().network.weights)
    assert store.read(store.keep(OpenedNetwork(same_weights), "net.h5")).content_sha256 != first.content_sha256


def test_a_network_whose_numbers_overflow_is_refused_by_its_title(store: NetworkStore) -> None:
    weights = {
        layer: {key: np.full_like(array, 1e38) for key, array in of.items()}
        for layer, of in made().network.weights.items()
    }
    opened = OpenedNetwork(Network(made().network.architecture, weights))
    network = store.read(store.keep(opened, "Mein Netz.keras"))
    for each in (network, what_if.change(network, ())):
        with pytest.raises(Refusal, match="The numbers of Mein Netz grow beyond"):
            trace(each, np.ones(network.architecture.input_shape, np.float32))


@pytest.mark.parametrize(
    ("classes", "words"),
    [
        (("a", "b"), "10 classes, so it needs as many names. Received: 2"),
        (("a", *"abcdefghi"), "name of its own. Received twice: a"),
        (("", *"abcdefghi"), "1 to 64 visible characters"),
        (("x" * 65, *"abcdefghi"), "1 to 64 visible characters"),
    ],
)
def test_names_that_do_not_fit_are_refused(store: NetworkStore, classes: tuple[str, ...], words: str) -> None:
    name = store.keep(made(), "net.h5")
    with pytest.raises(Refusal, match=words):
        store.name_classes(name, classes)
    assert store.entry(name).architecture.classes == tuple("0123456789")


@pytest.mark.parametrize("ending", [".keras", ".h5", ".hdf5", ".onnx", ".safetensors"])
def test_a_title_is_without_the_ending_of_its_file(ending: str) -> None:
    assert network_store.clean_title(f"C:\\nets\\my net{ending}") == "my net"


def test_five_are_the_most_and_titles_differ(store: NetworkStore) -> None:
    names = [store.keep(made(seed), "net.h5") for seed in range(5)]
    assert [store.entry(name).title for name in names] == ["net", "net (2)", "net (3)", "net (4)", "net (5)"]
    with pytest.raises(Refusal, match="keep 5 networks"):
        store.keep(made(5), "net.h5")
    stamp = store.stamp(names[0])
    store.delete(names[0])
    assert stamp
    assert not store.stamp(names[0])
    store.keep(made(5), "net.h5")


def test_a_visitor_finds_no_network_of_another(store: NetworkStore, tmp_path: Path) -> None:
    name = store.keep(made(), "net.h5")
    other = NetworkStore("1" * 32, tmp_path)
    assert other.names() == ()
    with pytest.raises(Refusal, match="no network of that name"):
        other.read(name)
    other.delete(name)
    assert store.names() == (name,)


@pytest.mark.parametrize("name", ["", "pen", "../opened-0123456789abcdef", "opened-0123456789ABCDEF", "opened-1"])
def test_other_names_are_no_path(store: NetworkStore, name: str) -> None:
    for ask in (store.read, store.entry, store.delete):
        with pytest.raises(Refusal, match="no network of that name"):
            ask(name)
    with pytest.raises(Refusal, match="no such visitor"):
        NetworkStore("../other", store.home)


@pytest.mark.parametrize("ending", [".json", ".safetensors"])
@pytest.mark.parametrize("damage", [b"", b"{", b"[1]", b"\xff\xfe\x00", b'{"title": 1, "notes": [["{0.x}", 1]]}'])
def test_damaged_files_are_refused_in_words(store: NetworkStore, tmp_path: Path, ending: str, damage: bytes) -> None:
    name = store.keep(made(), "net.h5")
    (tmp_path / store.owner / "networks" / f"{name}{ending}").write_bytes(damage)
    with pytest.raises(Refusal, match="damaged"):
        store.read(name)


def test_a_template_that_is_not_ours_is_never_filled_in(store: NetworkStore, tmp_path: Path) -> None:
    name = store.keep(made(), "net.h5")
    path = tmp_path / store.owner / "networks" / f"{name}.json"
    record = json.loads(path.read_text())
    path.write_text(json.dumps(record | {"notes": [["{precision.__class__}", {"precision": "x"}]]}))
    with pytest.raises(Refusal, match="damaged"):
        store.entry(name)


def test_networks_count_to_the_limit_of_all_visitors(
    store: NetworkStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.keep(made(), "net.h5")
    monkeypatch.setenv(quota.LIMIT_VARIABLE, "0.000001")
    quota._measured.clear()
    with pytest.raises(Refusal, match="used up"):
        store.keep(made(1), "net.h5")
    assert len(store.names()) == 1
    assert tmp_path.is_dir()
