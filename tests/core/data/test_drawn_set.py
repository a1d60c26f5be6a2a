"""Drawings are collected by class, taken back, renamed, kept as strokes and built as a set."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from cnnviz.core.data import drawn_set
from cnnviz.core.data.drawn_set import DrawnSet
from cnnviz.core.drawing.strokes import Drawing, Stroke
from cnnviz.core.errors import Refusal


def stroke(offset: float) -> Drawing:
    return Drawing((Stroke(((80 + offset, 60), (160, 140), (120, 220)), 20.0),))


def drawn() -> DrawnSet:
    return DrawnSet().rename(["alpha", "beta"]).add(0, stroke(0)).add(1, stroke(40)).add(0, stroke(90))


def test_drawings_become_pictures_as_those_on_the_pad() -> None:
    found = drawn().build("Letters")
    assert (found.name, found.classes, found.labels.tolist()) == ("Letters", ("alpha", "beta"), [0, 1, 0])
    assert found.pictures.shape == (3, 28, 28, 1)
    assert found.pictures[0].max() == 255
    assert not np.array_equal(found.pictures[0], found.pictures[2])


def test_a_class_without_drawings_is_left_out_of_the_set() -> None:
    assert drawn().rename(["alpha", "beta", "gamma"]).build("x").classes == ("alpha", "beta")
    with pytest.raises(Refusal, match="another class"):
        DrawnSet().rename(["a", "b"]).add(0, stroke(0)).build("x")


def test_the_newest_drawing_can_be_taken_back() -> None:
    assert drawn().take_back().counts == [1, 1]
    assert DrawnSet().take_back() == DrawnSet()


def test_as_many_names_rename_and_more_names_add_classes() -> None:
    assert drawn().rename(["a", "b"]).counts == [2, 1]
    more = drawn().rename(["new", "beta", "alpha"])
    assert (more.classes, more.counts) == (("new", "beta", "alpha"), [0, 1, 2])


def test_a_class_with_drawings_cannot_be_left_out() -> None:
    three = drawn().rename(["alpha", "beta", "gamma"])
    assert three.rename(["alpha", "beta"]).counts == [2, 1]
    with pytest.raises(Refusal, match="beta has drawings"):
        three.rename(["alpha", "gamma"])


@pytest.mark.parametrize(
    "names", [[], ["a"], ["a", "a"], ["a", "b" * 41], ["a", "\x07"], list("abcdefghijklmnopqrstu")]
)
def test_names_that_cannot_be_taken_are_refused(names: list[str]) -> None:
    with pytest.raises(Refusal):
        DrawnSet().rename(names)


def test_blank_paper_and_a_missing_class_are_refused() -> None:
    with pytest.raises(Refusal, match="nothing on the paper"):
        drawn().add(0, Drawing())
    with pytest.raises(Refusal, match="needs a class"):
        drawn().add(2, stroke(0))


def test_a_full_set_takes_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn_set, "MAX_DRAWINGS", 3)
    with pytest.raises(Refusal, match="may have 3 drawings"):
        drawn().add(0, stroke(0))


def test_a_set_comes_back_from_its_json() -> None:
    assert DrawnSet.from_json(json.loads(json.dumps(drawn().to_json()))) == drawn()
    assert DrawnSet.from_json(DrawnSet().to_json()) == DrawnSet()


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"classes": ["a"]},
        {"classes": "ab"},
        {"drawings": {}},
        {"drawings": [[2, "x"]]},
        {"drawings": [[0, ""]]},
        {"drawings": [[0, "x" * 9000]]},
        {"drawings": [[0]]},
        {"more": 1},
    ],
)
def test_damaged_json_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        DrawnSet.from_json(drawn().to_json() | change)


def test_a_drawing_that_cannot_be_decoded_is_left_out() -> None:
    plain = drawn().to_json()
    plain["drawings"].append([1, "nonsense"])
    assert len(DrawnSet.from_json(plain).build("x").labels) == 3


def test_names_are_split_at_commas() -> None:
    assert drawn_set.split_names(" a,  b c ,, ka ") == ["a", "b c", "ka"]
