"""A visitor's runs on disk: they are read as written, whatever crashes, and by their owner only."""

from __future__ import annotations

import json
import threading
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core import atomic_file
from cnnviz.core.errors import Refusal
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.training import protocol
from cnnviz.core.training.protocol import DataReference, Event, Job
from cnnviz.jobs.runs import files
from cnnviz.jobs.runs import record as run_record
from cnnviz.jobs.runs import store as run_store
from cnnviz.jobs.runs.store import MAX_RUNS, Run, RunStore, Snapshot
from tests.core.networks import small_network

OWNER, OTHER = "a" * 32, "b" * 32


def a_job() -> Job:
    job_id = protocol.make_id()
    return Job(
        id=job_id,
        architecture=Architecture(name=protocol.make_network_name(job_id), layers=small_network.ARCHITECTURE.layers),
        plan=small_network.card(small_network.network()).plan,
        data=DataReference(name="MNIST", sha256="c" * 64, count=60_000),
        probe=np.zeros((28, 28), np.uint8),
    )


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(OWNER, tmp_path)


@pytest.fixture
def job(store: RunStore) -> Job:
    """Create a job whose run is in the store."""
    job = a_job()
    store.create(job, "first")
    return job


def event(kind: str, arrays: dict[str, np.ndarray] | None = None, **payload: Any) -> Event:
    return Event(kind, 1, 1, payload, arrays or {})


def flat(network: Any) -> dict[str, np.ndarray]:
    return {
        f"weights/{layer}/{name}": array
        for layer, weights in network.weights.items()
        for name, array in weights.items()
    }


def snapshot(job: Job, step: int, seed: int = 0) -> Event:
    arrays = flat(small_network.network(seed, job.architecture.name)) | {"confusion": np.eye(10, dtype=np.int32)}
    return event("snapshot", arrays, step=step, epoch=step // 10, digits=10)


def test_run_is_read_as_it_was_created(store: RunStore, job: Job) -> None:
    (run,) = store.runs()
    assert (run.id, run.title, run.architecture, run.plan) == (job.id, "first", job.architecture, job.plan)
    assert run == store.run(job.id)


STEP = {"step": 3, "loss_before": 2.0, "loss_after": 1.5, "gradient_norm": 0.7, "learning_rate": 0.1}


def test_step_that_was_explained_last_is_kept(store: RunStore, job: Job) -> None:
    record = store.recorder(job.id)
    assert store.explained_step(job.id) is None
    for step in (3, 9):
        kernel = {name: np.full((3, 3, 1), step, np.float32) for name in ("before", "gradient", "after")}
        record(event("lesson", kernel, **STEP | {"step": step, "layer": "conv2d", "filter": 4}))
    kept = store.explained_step(job.id)
    assert kept is not None
    assert (kept.kind, kept.payload["step"], kept.payload["filter"]) == ("lesson", 9, 4)
    assert np.array_equal(kept.arrays["gradient"], np.full((3, 3, 1), 9, np.float32))
    assert store.events(job.id) == (), "it is no line of the events"


@pytest.mark.parametrize("damage", ["cut", "incomplete", "wrong type"])
def test_damaged_step_is_none(store: RunStore, job: Job, tmp_path: Path, damage: str) -> None:
    payload: dict[str, Any] = STEP | {"layer": "conv2d", "filter": 4}
    if damage == "incomplete":
        del payload["learning_rate"]
    elif damage == "wrong type":
        payload["learning_rate"] = "0.1"
    store.recorder(job.id)(event("lesson", {"before": np.zeros(3, np.float32)}, **payload))
    (path,) = tmp_path.glob("*/*/step.safetensors")
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:20])
    assert store.explained_step(job.id) is None


def test_events_are_read_as_they_were_recorded(store: RunStore, job: Job) -> None:
    record = store.recorder(job.id)
    told = event("batches", {"loss": np.array([2.5, 1.5], np.float32)}, step=2, epoch=1)
    record(told)
    record(event("view", {"probabilities": np.zeros(10, np.float32)}, step=2))
    (back,) = store.events(job.id)
    assert (back.kind, back.seq, back.attempt, back.payload) == (told.kind, 1, 1, told.payload)
    np.testing.assert_array_equal(back.arrays["loss"], told.arrays["loss"])


def test_event_cut_short_by_a_crash_is_ignored(store: RunStore, job: Job) -> None:
    record = store.recorder(job.id)
    record(event("epoch", epoch=1))
    record(event("epoch", epoch=2))
    path = store.home / OWNER / job.id / "events.jsonl"
    path.write_bytes(path.read_bytes()[:-9])
    assert [told.payload["epoch"] for told in store.events(job.id)] == [1]
    for epoch in (3, 4):
        record(event("epoch", epoch=epoch))
    assert [told.payload["epoch"] for told in store.events(job.id)] == [1, 3, 4]
    assert path.read_bytes().count(b"\n") == 4


def test_snapshot_is_the_network_of_its_step(store: RunStore, job: Job) -> None:
    record = store.recorder(job.id)
    for step in (20, 0, 5):
        record(snapshot(job, step, seed=step))
    assert store.snapshots(job.id) == (Snapshot(0, 0, 10), Snapshot(5, 0, 10), Snapshot(20, 2, 10))
    for moment in store.snapshots(job.id):
        network = store.network_at(job.id, moment)
        expected = small_network.network(moment.step, job.architecture.name)
        assert network.card is None
        assert network.title == store.run(job.id).title
        np.testing.assert_array_equal(network.weights["conv2d"]["kernel"], expected.weights["conv2d"]["kernel"])
        np.testing.assert_array_equal(store.confusion(job.id, moment), np.eye(10))


def test_result_loads_like_a_bundled_network(store: RunStore, job: Job) -> None:
    network = small_network.network(3, job.architecture.name)
    card = small_network.card(network)
    assert store.card(job.id) is None
    store.recorder(job.id)(
        event("result", flat(network), card=json.loads(json.dumps(card.to_json())), ended="early", message=None)
    )
    back = store.network(job.id)
    np.testing.assert_array_equal(back.weights["dense"]["kernel"], network.weights["dense"]["kernel"])
    assert back.card == store.card(job.id)
    assert back.title == store.run(job.id).title
    assert (store.run(job.id).state, store.run(job.id).ended) == ("done", "early")
    assert store.events(job.id)[-1].arrays == {}


def test_end_is_written_to_the_record(store: RunStore, job: Job) -> None:
    record = store.recorder(job.id)
    record(event("ended", state="lost", template="It broke. Received: {n}.", values={"n": 2}))
    run = store.run(job.id)
    assert (run.state, run.message) == ("lost", {"template": "It broke. Received: {n}.", "values": {"n": 2}})
    store.amend(run.id, state="done", ended="early", message=None)
    record(event("ended", state="done", template="", values={}))
    assert (store.run(job.id).state, store.run(job.id).ended) == ("done", "early")


def test_interrupted_run_keeps_its_last_snapshot(store: RunStore, job: Job) -> None:
    with pytest.raises(Refusal, match="learned nothing yet"):
        store.network(job.id)
    record = store.recorder(job.id)
    record(snapshot(job, 0))
    record(snapshot(job, 10, seed=7))
    kept = store.network(job.id)
    np.testing.assert_array_equal(
        kept.weights["conv2d"]["bias"], small_network.network(7, job.architecture.name).weights["conv2d"]["bias"]
    )


def test_latest_checkpoint_is_kept(store: RunStore, job: Job) -> None:
    assert store.checkpoint(job.id) is None
    record = store.recorder(job.id)
    for epoch in (1, 2):
        record(
            event(
                "checkpoint",
                {"optimizer/0": np.full(3, epoch, np.float32)},
                epoch=epoch,
                curves={"loss": [1.0]},
            )
        )
    kept = store.checkpoint(job.id)
    assert kept is not None
    assert kept.payload == {"epoch": 2, "curves": {"loss": [1.0]}}
    np.testing.assert_array_equal(kept.arrays["optimizer/0"], [2, 2, 2])


def test_checkpoint_is_read_as_it_was_recorded(store: RunStore, job: Job) -> None:
    """An optimizer counts its steps in a scalar; with another shape the training could not go on."""
    told: dict[str, np.ndarray] = {
        "iterations": np.array(70, np.int64),
        "rate": np.array(0.25, np.float32),
        "columns": np.arange(6, dtype=np.float32).reshape(2, 3).T,
        "none": np.zeros((0, 3), np.float32),
    }
    store.recorder(job.id)(event("checkpoint", told, epoch=1))
    kept = store.checkpoint(job.id)
    assert kept is not None
    for name, array in told.items():
        assert (kept.arrays[name].shape, kept.arrays[name].dtype) == (array.shape, array.dtype)
        np.testing.assert_array_equal(kept.arrays[name], array)


def test_run_is_hidden_from_other_visitors(store: RunStore, job: Job) -> None:
    other = RunStore(OTHER, store.home)
    assert other.runs() == ()
    for asked in (other.run, other.network):
        with pytest.raises(Refusal, match="no such run"):
            asked(job.id)
    other.delete(job.id)
    assert store.run(job.id).title == "first"


@pytest.mark.parametrize("path", ["..", "../" + "a" * 13, "a" * 15, "A" * 16, "", "a/" + "a" * 14, None])
def test_id_is_never_a_path(store: RunStore, path: Any) -> None:
    with pytest.raises(Refusal, match="16 hexadecimal digits"):
        store.run(path)


def test_runs_can_be_renamed_and_deleted(store: RunStore, job: Job) -> None:
    store.rename(job.id, "  my   best\n")
    assert store.run(job.id).title == "my best"
    store.delete(job.id)
    assert store.runs() == ()
    store.recorder(job.id)(event("epoch", epoch=1))  # its worker may still be telling something
    assert not (store.home / OWNER / job.id).exists()


def test_run_deleted_during_a_write_stays_deleted(store: RunStore, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    write = atomic_file.write

    def late(path: Path, data: bytes, **how: bool) -> None:
        store.delete(job.id)
        write(path, data, **how)

    monkeypatch.setattr(atomic_file, "write", late)
    store.recorder(job.id)(snapshot(job, 10))
    assert not (store.home / OWNER / job.id).exists()


def test_rename_keeps_concurrent_changes(store: RunStore, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    write = run_record.write_run
    record = partial(store.recorder(job.id), event("ended", state="failed", template="", values={}))
    ending = threading.Thread(target=record)

    def slow(place: Path, run: Run) -> None:
        if not ending.ident:
            ending.start()
            ending.join(0.5)  # it waits for us
        write(place, run)

    monkeypatch.setattr(run_record, "write_run", slow)
    store.rename(job.id, "second")
    ending.join(10)
    assert (store.run(job.id).title, store.run(job.id).state) == ("second", "failed")


def test_amend_requires_the_given_state(store: RunStore, job: Job) -> None:
    assert store.amend(job.id, only="planned", state="queued", title="no") is None
    assert store.run(job.id).title == "first"
    amended = store.amend(job.id, only="queued", state="done", title="yes")
    assert amended == store.run(job.id)
    assert (amended.title, amended.state) == ("yes", "done")
    store.delete(job.id)
    assert store.amend(job.id, state="queued") is None
    assert store.runs() == ()


@pytest.mark.parametrize("title", ["", "   ", "x" * 65, "a\u0000b", "\u202eabc", None, 7])
def test_title_must_be_readable(store: RunStore, job: Job, title: Any) -> None:
    with pytest.raises(Refusal, match="1 to 64 visible characters"):
        store.rename(job.id, title)
    assert store.run(job.id).title == "first"


def test_number_of_runs_is_limited(store: RunStore) -> None:
    for _ in range(MAX_RUNS):
        store.create(a_job(), "one of many")
    with pytest.raises(Refusal, match="Delete runs"):
        store.create(a_job(), "one too many")


def test_damaged_record_hides_only_its_run(store: RunStore, job: Job) -> None:
    second = store.create(a_job(), "second")
    (store.home / OWNER / job.id / "run.json").write_text('{"id": 1}')
    assert [run.id for run in store.runs()] == [second.id]


def test_record_with_a_damaged_reason_is_damaged(store: RunStore, job: Job) -> None:
    path = store.home / OWNER / job.id / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"message": {"template": "No {room}.", "values": {}}}))
    assert list(store.runs()) == []


def test_full_disk_loses_only_the_event(store: RunStore, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    record = store.recorder(job.id)
    record(event("checkpoint", {"a": np.ones(1, np.float32)}, epoch=1))
    with monkeypatch.context() as patch:
        patch.setattr("cnnviz.core.atomic_file.os.fdopen", _full)
        record(event("checkpoint", {"a": np.zeros(1, np.float32)}, epoch=2))
    kept = store.checkpoint(job.id)
    assert kept is not None
    assert kept.payload["epoch"] == 1


def _full(*_: Any) -> Any:
    raise OSError(28, "No space left on device")


@given(st.dictionaries(st.from_regex(r"[a-z][a-z0-9_.-]{0,9}", fullmatch=True), st.sampled_from(["kernel", "bias"])))
def test_weights_are_grouped_by_layer(layers: dict[str, str]) -> None:
    array = np.zeros(1, np.float32)
    arrays = {f"weights/{layer}/{name}": array for layer, name in layers.items()} | {"confusion": array}
    assert {layer: set(found) for layer, found in files.select_weights(arrays).items()} == {
        layer: {name} for layer, name in layers.items()
    }


def test_folder_is_configurable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path))
    assert run_store.folder() == tmp_path
