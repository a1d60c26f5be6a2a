"""Names of classes in files: shown as they are written, and told apart where they are not fit for that."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.networks.architecture import MAX_CLASS_NAME
from cnnviz.core.visible_text import is_visible
from cnnviz.jobs.sandbox.model_upload import NOTES
from cnnviz.workers.model_files import keras_metadata, reader
from cnnviz.workers.model_files.class_names import read_names
from cnnviz.workers.model_files.onnx_writing import writer
from tests.core import strategies
from tests.workers.model_files import make_files

AS_WRITTEN = [
    "<img src=x onerror=alert(1)>",
    "[[pooling]]",
    "**bold**",
    "$x^2$",
    ":red[x]",
    "{digit}",
    "%s",
    "زرافة",
    "かな",
    "\U0001f469\u200d\U0001f680",
]


def test_what_can_be_shown_stays_as_it_is() -> None:
    assert read_names(AS_WRITTEN, len(AS_WRITTEN)) == (tuple(AS_WRITTEN), ())


@pytest.mark.parametrize(
    ("told", "names", "changed"),
    [
        (["cat", "cat", "cat"], ("cat", "cat (2)", "cat (3)"), "cat (2), cat (3)"),
        (["cat", "cat", "cat (2)"], ("cat", "cat (3)", "cat (2)"), "cat (3)"),
        (["", "b", " "], ("0", "b", "2"), "0, 2"),
        (["", "0", "b"], ("0 (2)", "0", "b"), "0 (2)"),
        (["two\nlines", "a\u202eb", "c"], ("two lines", "a b", "c"), "two lines, a b"),
        (["two\nlines", "two lines", "c"], ("two lines (2)", "two lines", "c"), "two lines (2)"),
        ([None, {"a": 1}, True], ("0", "1", "2"), "0, 1, 2"),
        ([7, 8, "7"], ("7", "8", "7 (2)"), "7 (2)"),
    ],
)
def test_others_are_made_so_that_they_can_be_shown_and_told_apart(
    told: list[Any], names: tuple[str, ...], changed: str
) -> None:
    note = ("classes", {"number": changed.count(",") + 1, "names": changed})
    assert read_names(told, len(told)) == (names, (note,))


def test_a_name_that_is_too_long_is_cut() -> None:
    names, notes = read_names(["x" * 100_000, "x" * MAX_CLASS_NAME, "x" * 65], 3)
    assert names is not None
    assert names[1] == "x" * MAX_CLASS_NAME
    assert names[0].endswith("x…")
    assert len(set(names)) == 3
    assert max(map(len, names)) == MAX_CLASS_NAME
    assert notes[0][1]["number"] == 2


@given(st.lists(st.one_of(st.text(max_size=80), st.sampled_from(["", "a", "a (2)", "\n"]), st.none()), min_size=2))
def test_whatever_a_file_states_names_classes(told: list[Any]) -> None:
    names, notes = read_names(told, len(told))
    assert names is not None
    assert len(set(names)) == len(names) == len(told)
    assert all(0 < len(name) <= MAX_CLASS_NAME and is_visible(name) for name in names)
    assert sum(name != original for name, original in zip(names, told, strict=True)) == sum(
        values["number"] for _, values in notes
    )


def test_another_number_of_names_is_told_and_not_used() -> None:
    assert read_names(["a", "b"], 3) == (None, (("classes_number", {"theirs": 2, "ours": 3}),))


TOLD = ["cat", "cat", "", *AS_WRITTEN[:7]]
MADE = ("cat", "cat (2)", "2", *AS_WRITTEN[:7])
NOTE = ("classes", {"number": 2, "names": "cat (2), 2"})


def make_keras(classes: list[Any]) -> bytes:
    metadata = json.dumps({keras_metadata.KEY: {keras_metadata.CLASSES: classes}}).encode()
    return make_files.packed({**make_files.members(), "metadata.json": metadata})


def make_onnx(classes: list[Any]) -> bytes:
    made = onnx.load_from_string(writer.write(strategies.network(make_files.architecture(), 1)))
    others = {each.key: each.value for each in made.metadata_props}
    onnx.helper.set_model_props(made, {**others, "classes": json.dumps(classes)})
    return bytes(made.SerializeToString())


def make_safetensors(classes: list[Any]) -> bytes:
    return make_files.safetensors(variant=json.dumps({**make_files.architecture().to_json(), "classes": classes}))


@pytest.mark.process
@pytest.mark.parametrize(
    ("make", "name"),
    [(make_keras, "net.keras"), (make_onnx, "net.onnx"), (make_safetensors, "net.safetensors")],
)
def test_every_form_of_file_has_its_names_read(make: Callable[[list[Any]], bytes], name: str) -> None:
    found = reader.read(make(TOLD), name)
    assert found.architecture.classes == MADE
    assert NOTE in found.notes
    assert reader.read(make(AS_WRITTEN), name).architecture.classes == tuple(AS_WRITTEN)


@pytest.mark.process
@pytest.mark.parametrize(("make", "name"), [(make_keras, "net.keras"), (make_onnx, "net.onnx")])
def test_too_few_names_are_told(make: Callable[[list[Any]], bytes], name: str) -> None:
    found = reader.read(make(TOLD[:3]), name)
    assert found.architecture.classes == tuple("0123456789")
    assert ("classes_number", {"theirs": 3, "ours": 10}) in found.notes


def test_the_notes_have_words() -> None:
    for name, values in (NOTE, ("classes_number", {"theirs": 3, "ours": 10})):
        assert NOTES[name].format(**values)
