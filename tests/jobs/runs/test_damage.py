"""A damaged run harms no other run: it is named as damaged, and it can be deleted."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.errors import Refusal
from cnnviz.core.training.curves import Curves, extend
from cnnviz.core.training.estimates import UNCALIBRATED
from cnnviz.core.training.protocol import Event, Job
from cnnviz.jobs.runs import calibration, downloads, files, quota
from cnnviz.jobs.runs.store import RunStore, Snapshot
from tests.jobs import fake_executor

DEEP = "[" * 100_000
HUGE = "1" + "0" * 400


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(fake_executor.owner(), tmp_path)


@pytest.fixture
def job(store: RunStore) -> Job:
    job = fake_executor.job()
    store.create(job, "first")
    return job


def place(store: RunStore, job: Job) -> Path:
    return store.home / store.owner / job.id


def changed(**values: Any) -> Callable[[str], str]:
    return lambda text: json.dumps(json.loads(text) | values)


def without(name: str) -> Callable[[str], str]:
    return lambda text: json.dumps({key: value for key, value in json.loads(text).items() if key != name})


WRONG: tuple[Any, ...] = (None, 7, True, [], {}, "\ud800", "x" * 1000)

DAMAGES: dict[str, Callable[[str], str]] = {
    "empty": lambda _: "",
    "a cut": lambda text: text[:-9],
    "deep": lambda _: DEEP,
    "deep plan": lambda text: text.replace('"plan": {', f'"plan": {DEEP}', 1),
    "a list": lambda _: "[]",
    "huge": lambda text: text + " " * 2_000_000,
    **{f"no {name}": without(name) for name in ("id", "title", "state", "created", "variant", "plan", "message")},
    **{
        f"{name} is {value!r}": changed(**{name: value})
        for name in ("id", "title", "state", "created", "ended", "experiment", "arm", "variant", "plan")
        for value in WRONG
        if not (name == "created" and value == 7)
    },
    "created is not a number": changed(created=math.nan),
    "created is huge": lambda text: changed(created="@")(text).replace('"@"', HUGE),
    "another's id": changed(id="0" * 16),
    "another state": changed(state="running"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_run_with_a_damaged_record_is_named_and_can_be_deleted(store: RunStore, job: Job, damage: str) -> None:
    second = store.create(fake_executor.job(), "second")
    path = place(store, job) / "run.json"
    path.write_text(DAMAGES[damage](path.read_text(encoding="utf-8")), encoding="utf-8", errors="surrogatepass")
    assert [run.id for run in store.runs()] == [second.id]
    assert store.list_damaged() == (job.id,)
    with pytest.raises(Refusal, match="no such run"):
        store.run(job.id)
    store.delete(job.id)
    assert store.list_damaged() == ()
    assert not place(store, job).exists()


@pytest.mark.parametrize("instead", ["nothing", "a folder", "a loop"])
def test_run_without_a_record_is_named_and_can_be_deleted(store: RunStore, job: Job, instead: str) -> None:
    path = place(store, job) / "run.json"
    path.unlink()
    if instead == "a folder":
        path.mkdir()
    elif instead == "a loop":
        path.symlink_to(path)
    assert (store.runs(), store.list_damaged()) == ((), (job.id,))
    store.delete(job.id)
    assert store.list_damaged() == ()
    assert not path.parent.exists()


@pytest.mark.parametrize("name", ["stray", "lost+found", "..x", "A" * 16, "0" * 15])
def test_stray_folder_is_left_alone(store: RunStore, job: Job, name: str) -> None:
    folder = store.home / store.owner / name
    folder.mkdir()
    (folder / "run.json").write_text("{}")
    assert [run.id for run in store.runs()] == [job.id]
    assert store.list_damaged() == ()
    assert store.create(fake_executor.job(), "second").title == "second"
    assert folder.exists()


def test_run_folder_that_is_a_link_is_refused(store: RunStore, job: Job, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    place(store, job).rename(elsewhere)
    place(store, job).symlink_to(elsewhere, target_is_directory=True)
    before = {path.name: path.read_bytes() for path in elsewhere.iterdir()}
    assert store.runs() == ()
    assert store.list_damaged() == (job.id,)
    assert quota._run_folders(store.home) == []
    store.delete(job.id)
    assert store.list_damaged() == ()
    assert {path.name: path.read_bytes() for path in elsewhere.iterdir()} == before


def told(store: RunStore, job: Job, kind: str, arrays: dict[str, np.ndarray] | None = None, **payload: Any) -> None:
    store.recorder(job.id)(Event(kind, 1, 1, payload, arrays or {}))


EPOCH: dict[str, Any] = {"epoch": 1, "step": 2, "loss": 1.0, "accuracy": 0.5, "val_loss": 1.0, "val_accuracy": 0.5}


def told_two_epochs(store: RunStore, job: Job) -> Path:
    told(store, job, "start", batches=2, epochs=2, finished=0)
    told(store, job, "batches", {"loss": np.ones(2, np.float32)}, step=2, seconds=1.0)
    told(store, job, "epoch", **EPOCH)
    told(store, job, "epoch", **EPOCH | {"epoch": 2, "step": 4})
    return place(store, job) / "events.jsonl"


def test_damaged_byte_loses_its_line_and_is_counted(store: RunStore, job: Job) -> None:
    path = told_two_epochs(store, job)
    assert store.count_damaged_events(job.id) == 0
    data = bytearray(path.read_bytes())
    data[data.index(b'"epoch"')] = 0xFF
    path.write_bytes(data)
    assert [event.payload["epoch"] for event in store.events(job.id) if event.kind == "epoch"] == [2]
    assert store.count_damaged_events(job.id) == 1


@given(place_of=st.integers(0, 10**6), byte=st.integers(0, 255))
def test_any_damaged_byte_is_harmless(tmp_path_factory: pytest.TempPathFactory, place_of: int, byte: int) -> None:
    store = RunStore(fake_executor.owner(), tmp_path_factory.mktemp("runs"))
    job = fake_executor.job()
    store.create(job, "first")
    path = told_two_epochs(store, job)
    data = bytearray(path.read_bytes())
    data[place_of % len(data)] = byte
    path.write_bytes(data)
    assert 3 <= len(store.events(job.id)) + min(2, store.count_damaged_events(job.id)) <= 6
    extend(Curves(), store.events(job.id))
    downloads.write_curves(store, job.id)


LINES = {
    "deep": DEEP,
    "deep payload": f'{{"kind": "epoch", "seq": 9, "attempt": 1, "arrays": {{}}, "facts": {DEEP}',
    "no payload": '{"kind": "epoch", "seq": 9, "attempt": 1, "arrays": {}}',
    "a number": "7",
    "huge array": f'{{"kind": "batches", "seq": 9, "attempt": 1, "arrays": {{"loss": [{HUGE}]}}, "facts": {{}}}}',
    **{
        f"{kind}: {payload}": json.dumps(
            {"kind": kind, "seq": 9, "attempt": 1, "arrays": arrays, "facts": payload}
        ).replace('"@"', HUGE)
        for kind, arrays, payload in (
            ("epoch", {}, {}),
            ("epoch", {}, EPOCH | {"step": "2"}),
            ("epoch", {}, EPOCH | {"step": "@"}),
            ("epoch", {}, EPOCH | {"epoch": math.nan}),
            ("epoch", {}, EPOCH | {"loss": "@"}),
            ("epoch", {}, EPOCH | {"val_accuracy": [1]}),
            ("start", {}, {}),
            ("start", {}, {"batches": None}),
            ("batches", {"loss": [1.0]}, {}),
            ("batches", {}, {"step": 2, "seconds": 1.0}),
            ("batches", {"loss": 1.0}, {"step": 2, "seconds": 1.0}),
            ("batches", {"loss": [1.0], "accuracy": [1.0, 2.0]}, {"step": 2, "seconds": 1.0}),
            ("batches", {"loss": [1.0]}, {"step": 2, "seconds": math.inf}),
            ("result", {}, {"card": "none", "ended": "finished"}),
            ("result", {}, {"card": {}, "ended": "finished"}),
            ([], {}, {}),
            ("epoch", [], EPOCH),
            ("epoch", {}, [1]),
        )
    },
}


@pytest.mark.parametrize("line", LINES)
def test_damaged_line_is_counted_and_the_others_are_read(store: RunStore, job: Job, line: str) -> None:
    path = told_two_epochs(store, job)
    path.write_bytes(path.read_bytes() + LINES[line].encode() + b"\n")
    assert store.count_damaged_events(job.id) == 1
    assert len(store.events(job.id)) in (4, 5)
    curves = extend(Curves(), store.events(job.id))
    assert list(curves.epochs.steps) == [2, 4]
    downloads.write_curves(store, job.id)


def test_unfinished_last_line_is_no_damage(store: RunStore, job: Job) -> None:
    path = told_two_epochs(store, job)
    path.write_bytes(path.read_bytes() + b'{"kind": "ep')
    assert store.count_damaged_events(job.id) == 0


def test_file_that_only_looks_like_a_snapshot_is_none(store: RunStore, job: Job) -> None:
    for name in ("snapshot-a-b-c", "snapshot-1-2-3-4", "snapshot-00000001--1-2", "snapshot-00000010-1-100"):
        (place(store, job) / f"{name}.safetensors").write_bytes(b"")
    (kept,) = store.snapshots(job.id)
    assert kept == Snapshot(10, 1, 100)
    for asked in (store.confusion, store.network_at):
        with pytest.raises(Refusal, match="cannot be read any more"):
            asked(job.id, kept)


def test_snapshot_without_its_confusion_is_refused(store: RunStore, job: Job) -> None:
    kept = Snapshot(10, 1, 100)
    for arrays in ({}, {"confusion": np.zeros(3, np.int32)}):
        files._write_arrays(place(store, job) / kept.file, arrays)
        with pytest.raises(Refusal, match="cannot be read any more"):
            store.confusion(job.id, kept)


@pytest.mark.parametrize("payload", [DEEP, "[]", "7", "{"])
def test_checkpoint_with_a_damaged_payload_is_none(store: RunStore, job: Job, payload: str) -> None:
    from safetensors.numpy import save

    data = save({"a": np.zeros(1, np.float32)}, metadata={files.PAYLOAD_KEY: payload})
    (place(store, job) / "checkpoint.safetensors").write_bytes(data)
    assert store.checkpoint(job.id) is None


@pytest.mark.parametrize(
    "text", [DEEP, f'{{"factor": {HUGE}, "runs": 1}}', '{"factor": 1, "runs": Infinity}', "[]", '{"factor": 1}', "\xff"]
)
def test_damaged_speed_is_unknown(tmp_path: Path, text: str) -> None:
    (tmp_path / calibration.FILE).write_text(text, encoding="latin-1")
    assert calibration.load(tmp_path) == UNCALIBRATED


def test_parts_of_killed_saves_are_swept_in_all_run_folders(store: RunStore, job: Job) -> None:
    name = ".events.x.part"
    for folder in (store.home, place(store, job)):
        (folder / name).write_bytes(b"half")
    assert quota.sweep(store.home) == 0
    import os

    for folder in (store.home, place(store, job)):
        os.utime(folder / name, (0, 0))
    assert quota.sweep(store.home) == 2
