"""The training worker, run as the app and the scripts run it: as a child process."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from cnnviz.core.layers import Dense, Flatten
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.training_plan import TrainingPlan
from tests.server_process import ROOT

TINY = Architecture(
    name="tiny",
    layers=(Flatten(name="flatten"), Dense(name="dense", units=10, activation="softmax")),
)
PLAN = TrainingPlan(examples=1200, batch_size=60, epochs=3, learning_rate=0.01)


def job(folder: Path, **changes: Any) -> dict[str, Any]:
    plan = TrainingPlan(**{**PLAN.to_json(), **changes.pop("plan", {})})
    return {
        "variant": TINY.to_json(),
        "plan": plan.to_json(),
        "shelf": str(folder / "shelf"),
        "checkpoints": str(folder / "checkpoints"),
        **changes,
    }


def worker() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "cnnviz.workers.entry.train_cli"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def events(process: "subprocess.Popen[str]", text: str) -> Iterator[Mapping[str, Any]]:
    """What the worker reports, one after the other."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(text)
    process.stdin.close()
    for line in process.stdout:
        yield json.loads(line)
    process.stdout.close()


def run(text: str) -> tuple[list[Mapping[str, Any]], int]:
    with worker() as process:
        told = list(events(process, text))
    return told, process.returncode


def test_a_network_is_trained_and_put_on_the_shelf(tmp_path: Path) -> None:
    told, code = run(json.dumps(job(tmp_path)))
    assert code == 0
    assert told[0]["event"] == "start"
    assert [event["epoch"] for event in told if event["event"] == "epoch"] == [1, 2, 3]
    last = [event for event in told if event["event"] == "batch"][-1]
    assert (last["batch"], last["batches"]) == (20, 20)

    network = model_store.load("tiny", tmp_path / "shelf")
    card = network.card
    assert card is not None
    assert (card.variant, card.plan, card.epochs) == (TINY, PLAN, 3)
    assert card.test_accuracy > 0.7
    assert card.curves["loss"][0] > card.curves["loss"][-1]
    assert sum(map(sum, card.confusion)) * card.test_accuracy == pytest.approx(
        sum(card.confusion[digit][digit] for digit in range(10))
    )
    assert told[-1]["event"] == "done"
    assert told[-1]["test_accuracy"] == card.test_accuracy
    assert not list((tmp_path / "checkpoints").rglob("*.keras"))

    again, code = run(json.dumps(job(tmp_path)))
    assert (code, again[-1]["event"]) == (0, "skipped")


def test_a_killed_run_goes_on_after_its_last_epoch(tmp_path: Path) -> None:
    text = json.dumps(job(tmp_path))
    with worker() as process:
        for event in events(process, text):
            if event["event"] == "epoch" and event["epoch"] == 2:
                process.kill()
                break
    assert not (tmp_path / "shelf").exists()

    told, code = run(text)
    assert code == 0
    assert told[0]["finished"] >= 2
    assert 2 not in [event["epoch"] for event in told if event["event"] == "epoch"]
    card = model_store.card("tiny", tmp_path / "shelf")
    assert len(card.curves["loss"]) == 3


def test_early_stopping_keeps_the_best_epoch(tmp_path: Path) -> None:
    plan = {"validation_examples": 300, "patience": 1, "learning_rate": 0.5, "epochs": 20}
    _, code = run(json.dumps(job(tmp_path, plan=plan)))
    assert code == 0
    card = model_store.card("tiny", tmp_path / "shelf")
    losses = card.curves["val_loss"]
    assert len(losses) < 20
    assert losses.index(min(losses)) == len(losses) - 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "Expecting property name"),
        ("[]", "A job must be an object"),
        ('{"variant": "none"}', "The variant must be one of cnn-32-64"),
        ('{"variant": "pen"}', "This plan needs pen strokes"),
        ('{"variant": "pen", "precision": "int4"}', "precision is float32 or mixed_bfloat16"),
    ],
)
def test_other_jobs_are_refused_in_words(text: str, said: str, tmp_path: Path) -> None:
    if text.startswith('{"variant": "pen"'):
        text = text[:-1] + f', "shelf": "{tmp_path}"}}'
    told, code = run(text)
    assert code == 1
    assert told[-1]["event"] == "refused"
    assert said in told[-1]["message"]
