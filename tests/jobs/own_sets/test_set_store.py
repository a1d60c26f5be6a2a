"""Sets of visitors are kept for them alone, come back as they were, and are deleted by one call."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from cnnviz.core.data import labelled_file
from cnnviz.core.data.drawn_set import DrawnSet
from cnnviz.core.data.labelled_set import LabelledSet, LeftOut
from cnnviz.core.drawing.strokes import Drawing, Stroke
from cnnviz.core.errors import Refusal
from cnnviz.jobs.own_sets import store as set_store
from cnnviz.jobs.own_sets.store import SetStore
from cnnviz.jobs.runs import quota


def made(seed: int = 1, name: str = "set") -> LabelledSet:
    pictures = np.random.default_rng(seed).integers(0, 256, (20, 8, 8, 3), np.uint8)
    labels = (np.arange(20) % 2).astype(np.uint8)
    report = (LeftOut("a/1.png", Refusal("It is damaged or cut short.")),)
    return LabelledSet(name, pictures, labels, ("a", "b"), report, 1)


@pytest.fixture
def sets(tmp_path: Path) -> SetStore:
    return SetStore("0" * 32, tmp_path)


def test_a_set_comes_back_as_it_was_in_the_order_of_its_parts(sets: SetStore) -> None:
    set_id = sets.keep(made())
    kept = sets.read(set_id)
    assert (kept.trained, kept.tested) == (16, 4)
    assert np.bincount(kept.labelled.labels[16:]).tolist() == [2, 2]
    assert {picture.tobytes() for picture in kept.labelled.pictures} == {each.tobytes() for each in made().pictures}
    assert set_store.make_id(kept) == set_id
    assert [(each.name, str(each.reason)) for each in kept.labelled.report] == [
        ("a/1.png", "It is damaged or cut short.")
    ]
    (entry,) = sets.entries()
    assert (entry.id, entry.name, entry.classes, entry.count) == (set_id, "set", ("a", "b"), 20)


def test_the_same_set_is_kept_once_and_five_are_the_most(sets: SetStore) -> None:
    for seed in range(5):
        sets.keep(made(seed))
    sets.keep(made(4))
    assert len(sets.entries()) == 5
    with pytest.raises(Refusal, match="keep 5 sets"):
        sets.keep(made(5))
    sets.delete(sets.entries()[0].id)
    sets.keep(made(5))


def test_a_visitor_finds_no_set_of_another(sets: SetStore, tmp_path: Path) -> None:
    set_id = sets.keep(made())
    other = SetStore("1" * 32, tmp_path)
    assert other.entries() == ()
    with pytest.raises(Refusal, match="damaged or was deleted"):
        other.read(set_id)


@pytest.mark.parametrize("set_id", ["", "own-", "../x", "own-" + "0" * 15, "own-" + "0" * 16 + "/..", "drawn"])
def test_an_id_is_never_a_path(sets: SetStore, set_id: str) -> None:
    with pytest.raises(Refusal, match="no such set"):
        sets.read(set_id)
    with pytest.raises(Refusal, match="no such set"):
        sets.delete(set_id)


def test_a_deleted_set_leaves_nothing(sets: SetStore, tmp_path: Path) -> None:
    sets.delete(sets.keep(made()))
    assert sets.entries() == ()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_damaged_files_are_no_sets(sets: SetStore, tmp_path: Path) -> None:
    (path,) = tmp_path.rglob(f"{sets.keep(made())}.set")
    good = path.read_bytes()
    head = json.loads(good.split(b"\n")[0])
    for change in (
        {"count": 10**9},
        {"side": 1000},
        {"tested": 30},
        {"version": 2},
        {"classes": ["a"]},
        {"channels": 2},
    ):
        path.write_bytes(json.dumps(head | change).encode() + b"\n" + good.split(b"\n", 1)[1])
        with pytest.raises(Refusal, match="damaged or was deleted"):
            sets.read(path.stem)
    for data in (b"", good[:-1], good + b"x", good[:30], b"\n" + good):
        path.write_bytes(data)
        with pytest.raises(Refusal, match="damaged or was deleted"):
            sets.read(path.stem)
    path.write_bytes(b"nonsense")
    assert sets.entries() == ()


def test_drawings_are_kept_and_deleted_with_what_trainings_read(sets: SetStore, tmp_path: Path) -> None:
    assert sets.is_empty()
    drawn = DrawnSet().rename(["a", "b"])
    for place in range(4):
        drawn = drawn.add(place % 2, Drawing((Stroke(((60.0 + 20 * place, 60), (160, 200)), 20.0),)))
    sets.keep_drawings(drawn)
    assert not sets.is_empty()
    assert sets.drawings() == drawn
    set_id = sets.freeze(labelled_file.divide(drawn.build("Your drawings")))
    assert sets.entries() == ()
    assert len(sets.read(set_id).labelled.labels) == 4
    sets.delete_drawings()
    assert sets.drawings() == DrawnSet()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_damaged_drawings_are_none(sets: SetStore, tmp_path: Path) -> None:
    sets.keep_drawings(DrawnSet().rename(["a", "b"]))
    (path,) = tmp_path.rglob("drawn.json")
    path.write_bytes(b"{")
    assert sets.drawings() == DrawnSet()


def test_sets_count_to_what_all_visitors_may_take(sets: SetStore, monkeypatch: pytest.MonkeyPatch) -> None:
    sets.keep(made())
    monkeypatch.setenv(quota.LIMIT_VARIABLE, "0.000001")
    monkeypatch.setattr(quota, "_measured", {})
    with pytest.raises(Refusal, match="used up"):
        sets.keep(made(2))


def test_visitors_with_the_same_set_share_one_file_and_delete_it_each_for_himself(tmp_path: Path) -> None:
    first, second, third = (SetStore(letter * 32, tmp_path) for letter in "abc")
    set_id = first.keep(made())
    assert second.keep(made()) == third.keep(made()) == set_id
    (path,) = (tmp_path / first.owner / "sets").glob("*.set")
    other = tmp_path / second.owner / "sets" / path.name
    assert path.samefile(other)
    assert path.stat().st_nlink == 3
    first.delete(set_id)
    np.testing.assert_array_equal(second.read(set_id).labelled.pictures, third.read(set_id).labelled.pictures)
    assert first.entries() == ()


def test_a_set_of_another_name_or_a_damaged_twin_is_written_anew(tmp_path: Path) -> None:
    first, second, third = (SetStore(letter * 32, tmp_path) for letter in "abc")
    set_id = first.keep(made())
    assert second.keep(made(name="another")) == set_id
    assert [entry.name for store in (first, second) for entry in store.entries()] == ["set", "another"]
    for store in (first, second):
        path = tmp_path / store.owner / "sets" / f"{set_id}.set"
        data = bytearray(path.read_bytes())
        data[-1_000] ^= 1
        path.write_bytes(data)
    third.keep(made())
    np.testing.assert_array_equal(third.read(set_id).labelled.pictures, labelled_file.divide(made()).labelled.pictures)


def test_a_shared_file_counts_once_against_the_limit(tmp_path: Path) -> None:
    for letter in "abc":
        SetStore(letter * 32, tmp_path).keep(made())
    (size,) = {path.stat().st_size for path in tmp_path.rglob("*.set")}
    folders = quota._other_folders(tmp_path)
    assert len(folders) == 3
    assert sum(quota._size_and_time(folder)[0] for folder in folders) == pytest.approx(size, abs=3)
    os.utime(next(tmp_path.rglob("*.set")), (0, 0))
    assert all(quota._size_and_time(folder)[1] > 0 for folder in folders), "the name is newer than the file"
