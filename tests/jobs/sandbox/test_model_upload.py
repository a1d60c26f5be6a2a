"""Uploaded networks, untrusted files, are read by a limited child or refused in plain words."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from cnnviz.core.errors import Refusal
from cnnviz.core.networks import model_store
from cnnviz.core.networks.card import to_text
from cnnviz.core.networks.network import Network
from cnnviz.jobs.sandbox import child_process, model_form, model_upload
from tests.workers.model_files import onnx_files
from tests.workers.model_files.make_files import WEIGHTS, architecture, hdf5, keras, legacy, safetensors


def make_answer(**changes: Any) -> bytes:
    """Return the answer of a child that has read `architecture` with weights of one half."""
    header = {"architecture": architecture().to_json(), "notes": [], **changes}
    return json.dumps(header).encode() + b"\n" + np.full(architecture().parameters, 0.5, "<f4").tobytes()


@pytest.mark.process
@pytest.mark.parametrize("form", ["keras", "h5", "safetensors"])
def test_a_network_comes_back_from_the_child(form: str) -> None:
    data = keras() if form == "keras" else legacy() if form == "h5" else safetensors()
    network = model_upload.read(data, f"mine.{form}")
    assert isinstance(network, Network)
    assert network.architecture.layers == architecture().layers
    np.testing.assert_array_equal(network.weights["answer"]["kernel"], WEIGHTS["layers/dense/vars/0"])


@pytest.mark.process
def test_an_onnx_file_comes_back_from_the_child_whatever_it_is_called() -> None:
    opened = model_upload.open_network(onnx_files.file(), "model.bin")
    np.testing.assert_array_equal(opened.network.weights["y"]["bias"], onnx_files.WEIGHTS["fc.bias"])
    assert [note.template for note in opened.notes] == [model_upload.NOTES["softmax"]]


@pytest.mark.process
def test_weights_are_read_for_a_design() -> None:
    network = model_upload.read_weights(hdf5(), "mine.weights.h5", architecture())
    np.testing.assert_array_equal(network.weights["conv"]["bias"], WEIGHTS["layers/conv2d/vars/1"])


@pytest.mark.process
def test_a_network_of_the_store_is_read_with_its_card() -> None:
    folder = model_store.folder()
    data = (folder / "dense-64.safetensors").read_bytes()
    card = (folder / "dense-64.json").read_bytes()
    opened = model_upload.open_network(data, "dense-64.safetensors", card)
    stored = model_store.load("dense-64")
    assert opened.network.card is not None
    assert to_text(opened.network.card) == card.decode()
    np.testing.assert_array_equal(opened.network.weights["dense"]["kernel"], stored.weights["dense"]["kernel"])
    with pytest.raises(Refusal, match="do not belong together"):
        model_upload.open_network(safetensors(), "other.safetensors", card)


@pytest.mark.process
def test_what_the_child_refuses_is_refused_in_its_words() -> None:
    with pytest.raises(Refusal, match="cut short, or bytes follow its end"):
        model_upload.read(keras() + b"more", "mine.keras")


@pytest.mark.process
def test_a_child_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_upload, "MAX_SECONDS", 0.02)
    with pytest.raises(Refusal, match=r"not read within 0 seconds.*try again in a minute"):
        model_upload.read(keras(), "mine.keras")


def test_an_answer_of_another_form_is_not_taken() -> None:
    assert model_upload.build(make_answer()).network.name == "net"
    for answer in (
        b"",
        b"\n",
        b"[]\n",
        b"{}\n",
        make_answer()[:-1],
        make_answer() + b"\0",
        make_answer(notes=[["unknown", {}]]),
        make_answer(notes=[["grey", {"a": [1]}]]),
        make_answer(notes=3),
        make_answer(card={}),
        make_answer()[:-4] + np.array([np.nan], "<f4").tobytes(),
    ):
        with pytest.raises(Refusal):
            model_upload.build(answer)


def test_a_refusal_of_the_child_names_plain_values_alone() -> None:
    """A child that a file has taken over could otherwise ask for what lies behind a value."""
    for template in ("{a.__class__}", "{a[0]}", "{b}", "{0}", "{a:>999999999}", "{part}"):
        part = {"template": "{a.__class__}", "values": {"a": "x"}}
        answer = make_answer(refusal={"template": template, "values": {"a": "x", "part": part}})
        with pytest.raises(Refusal) as caught:
            model_upload.build(answer)
        assert "class" not in str(caught.value)
    with pytest.raises(Refusal, match=r"^x is odd$"):
        model_upload.build(make_answer(refusal={"template": "{a} is odd", "values": {"a": "x"}}))


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "a.keras", "empty"),
        (b"PK\3\4" + bytes(model_form.MAX_BYTES), "a.keras", "at most 30 MB"),
        (b"hello", "a.tflite", "TensorFlow Lite"),
        (b"\x80\x02}q", "a.pkl", "pickle"),
        (b"PK\5\6", "a.pt", "PyTorch"),
        (b"<html>", "a.keras", "not a network that can be read"),
        (b"# a text that is long enough", "a.txt", "not a network that can be read"),
    ],
)
def test_other_files_are_refused_before_a_child_is_started(
    data: bytes, name: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_process, "ask", None)
    with pytest.raises(Refusal, match=words) as caught:
        model_upload.read(data, name)
    assert len(str(caught.value)) <= 300


def test_a_whole_network_is_not_taken_for_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_process, "ask", None)
    with pytest.raises(Refusal, match="holds a whole network"):
        model_upload.read_weights(b"PK\3\4", "a.keras", architecture())
