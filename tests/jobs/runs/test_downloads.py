"""Downloads contain what the run produced."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cnnviz.core.errors import Refusal
from cnnviz.core.inference import trace
from cnnviz.core.networks import card as cards
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.core.training.protocol import Event
from cnnviz.jobs.exports import exporter, forms
from cnnviz.jobs.exports.exporter import Exporter
from cnnviz.jobs.runs import downloads, planner
from cnnviz.jobs.runs.store import RunStore
from cnnviz.jobs.sandbox import child_process
from cnnviz.workers.entry import export_network
from tests.core import strategies
from tests.core.networks import small_network

PROBE = np.zeros((28, 28), np.uint8)


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore("a" * 32, tmp_path)


@pytest.fixture
def run_id(store: RunStore) -> str:
    """Create a run that has ended."""
    job = planner.make_job(small_network.ARCHITECTURE, TrainingPlan(epochs=1), PROBE)
    store.create(job, "My best: Nr. 1!")
    network = strategies.network(job.architecture, 4)
    arrays = {f"weights/{layer}/{n}": a for layer, of in network.weights.items() for n, a in of.items()}
    record = store.recorder(job.id)
    numbers = np.array([2.0, 1.0], np.float32)
    record(Event("start", 1, 1, {"batches": 2}))
    record(
        Event(
            "batches",
            2,
            1,
            {"step": 2, "epoch": 1},
            dict.fromkeys(("loss", "accuracy", "gradient"), numbers),
        )
    )
    card = json.loads(json.dumps(small_network.card(network).to_json()))
    record(Event("result", 3, 1, {"card": card, "ended": "finished", "message": None}, arrays))
    return job.id


def test_card_is_that_of_the_run(store: RunStore, run_id: str) -> None:
    assert cards.from_text(downloads.write_card(store, run_id).decode()) == store.card(run_id)


def test_card_is_refused_before_the_result(store: RunStore) -> None:
    job = planner.make_job(small_network.ARCHITECTURE, TrainingPlan(), PROBE)
    store.create(job, "waiting")
    with pytest.raises(Refusal, match="no card yet"):
        downloads.write_card(store, job.id)


def test_curves_are_a_csv_table(store: RunStore, run_id: str) -> None:
    lines = downloads.write_curves(store, run_id).decode().splitlines()
    assert lines[0].startswith("kind,step,epoch,loss")
    assert len(lines) == 3


def test_program_compiles(store: RunStore, run_id: str) -> None:
    text = downloads.write_program(store, run_id).decode()
    compile(text, "program", "exec")
    assert "Conv2D(3" in text


@pytest.mark.train
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_keras_loads_the_file_and_predicts_the_same(
    store: RunStore, run_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is made here, where Keras is imported anyway; `test_export_network` has a child make one."""
    from cnnviz.workers import keras_model  # noqa: F401  (first, as it quiets TensorFlow)

    import keras  # isort: skip

    def ask(worker: str, request: bytes, **__: object) -> bytes:
        assert worker == forms.KERAS.worker
        line, _, network = request.partition(b"\n")
        return b"{}\n" + export_network.export(json.loads(line)["form"], network, lambda: None)

    monkeypatch.setattr(exporter, "EXPORTER", Exporter())
    monkeypatch.setattr(child_process, "ask", ask)
    path = tmp_path / "taken.keras"
    path.write_bytes(downloads.make_keras_file(store, run_id))
    model = keras.models.load_model(path)
    digit = np.random.default_rng(0).random((28, 28)).astype(np.float32)
    expected = trace.trace(store.network(run_id), digit).probabilities
    np.testing.assert_allclose(np.asarray(model(digit[None, ..., None]))[0], expected, atol=1e-6)


def test_keras_file_that_cannot_be_made_is_refused(
    store: RunStore, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporter, "EXPORTER", Exporter())
    monkeypatch.setattr(exporter, "write_safetensors", lambda _: b"no network at all")
    with pytest.raises(Refusal, match="could not be made"):
        downloads.make_keras_file(store, run_id)


def test_keras_file_is_made_in_the_place_of_exports(
    store: RunStore, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[child_process.Queue | None] = []

    def ask(*_: object, queue: child_process.Queue | None = None, **__: object) -> bytes:
        asked.append(queue)
        return b"{}\nfile"

    monkeypatch.setattr(exporter, "EXPORTER", Exporter())
    monkeypatch.setattr(child_process, "ask", ask)
    assert downloads.make_keras_file(store, run_id) == b"file"
    assert asked == [child_process.EXPORTS]
