"""Train on the command line, as the app and the scripts do: in a child process.

Where nothing depends on the process, `main` is called here, so that TensorFlow is imported once.
"""

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
from cnnviz.workers.entry import train_cli
from tests.server_process import ROOT

TINY = Architecture(
    name="tiny",
    layers=(Flatten(name="flatten"), Dense(name="dense", units=10, activation="softmax")),
)
PLAN = TrainingPlan(examples=1200, batch_size=60, epochs=3, learning_rate=0.01)

Events = list[Mapping[str, Any]]


def request_for(folder: Path, **changes: Any) -> str:
    """Build a request to train TINY, with changes to it and to its plan."""
    plan = TrainingPlan(**{**PLAN.to_json(), **changes.pop("plan", {})})
    request = {
        "variant": TINY.to_json(),
        "plan": plan.to_json(),
        "models": str(folder / "models"),
        "checkpoints": str(folder / "checkpoints"),
        **changes,
    }
    return json.dumps(request)


def start() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "cnnviz.workers.entry.train_cli"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def events_of(process: "subprocess.Popen[str]", text: str) -> Iterator[Mapping[str, Any]]:
    """Send a request and yield the reported events as they come."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(text)
    process.stdin.close()
    for line in process.stdout:
        yield json.loads(line)
    process.stdout.close()


def run(text: str) -> tuple[Events, int]:
    """Run a request in a child; its events and exit status."""
    with start() as process:
        events = list(events_of(process, text))
    return events, process.returncode


def run_here(text: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[Events, int]:
    """Run a request in this process; its events and exit status."""
    path = folder / "request.json"
    path.write_text(text, encoding="utf-8")
    capsys.readouterr()
    code = train_cli.main([str(path)])
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()], code


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Events, int]:
    """Train TINY in a child; return the folder of its model store, its events, and the exit status."""
    folder = tmp_path_factory.mktemp("trained")
    return folder, *run(request_for(folder))


def test_network_is_trained_and_saved(trained: tuple[Path, Events, int]) -> None:
    folder, events, code = trained
    assert code == 0
    assert events[0]["event"] == "start"
    assert [event["epoch"] for event in events if event["event"] == "epoch"] == [1, 2, 3]
    last = [event for event in events if event["event"] == "batch"][-1]
    assert (last["batch"], last["batches"]) == (20, 20)

    network = model_store.load("tiny", folder / "models")
    card = network.card
    assert card is not None
    assert (card.architecture, card.plan, card.epochs) == (TINY, PLAN, 3)
    assert card.test_accuracy > 0.7
    assert card.curves["loss"][0] > card.curves["loss"][-1]
    assert sum(map(sum, card.confusion)) * card.test_accuracy == pytest.approx(
        sum(card.confusion[digit][digit] for digit in range(10))
    )
    assert events[-1]["event"] == "done"
    assert events[-1]["test_accuracy"] == card.test_accuracy
    assert not list((folder / "checkpoints").rglob("*.keras"))


def test_trained_network_is_skipped(
    trained: tuple[Path, Events, int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _, _ = trained
    events, code = run_here(request_for(folder), tmp_path, capsys)
    assert (code, events[-1]["event"]) == (0, "skipped")


def test_killed_run_continues_after_its_last_epoch(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = request_for(tmp_path)
    with start() as process:
        for event in events_of(process, text):
            if event["event"] == "epoch" and event["epoch"] == 2:
                process.kill()
                break
    assert not (tmp_path / "models").exists()

    events, code = run_here(text, tmp_path, capsys)
    assert code == 0
    assert events[0]["finished"] >= 2
    assert 2 not in [event["epoch"] for event in events if event["event"] == "epoch"]
    card = model_store.card("tiny", tmp_path / "models")
    assert len(card.curves["loss"]) == 3


def test_early_stopping_keeps_the_best_epoch(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = {"validation_examples": 300, "patience": 1, "learning_rate": 0.5, "epochs": 20}
    _, code = run_here(request_for(tmp_path, plan=plan), tmp_path, capsys)
    assert code == 0
    card = model_store.card("tiny", tmp_path / "models")
    losses = card.curves["val_loss"]
    assert len(losses) < 20
    assert losses.index(min(losses)) == len(losses) - 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "Expecting property name"),
        ("[]", "A job must be an object"),
        ('{"variant": "none"}', "The architecture must be one of cnn-32-64"),
        ('{"variant": "pen"}', "This plan needs pen strokes"),
        ('{"variant": "pen", "precision": "int4"}', "precision is float32 or mixed_bfloat16"),
    ],
)
def test_bad_request_is_refused_in_a_sentence(
    text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if text.startswith('{"variant": "pen"'):
        text = text[:-1] + f', "models": "{tmp_path}"}}'
    events, code = run_here(text, tmp_path, capsys)
    assert code == 1
    assert events[-1]["event"] == "refused"
    assert message in events[-1]["message"]


def test_bad_request_is_refused_before_tensorflow_is_imported(tmp_path: Path) -> None:
    text = json.dumps({"variant": "pen", "models": str(tmp_path)})
    program = (
        "import sys; from cnnviz.workers.entry import train_cli; code = train_cli.main([]); "
        "sys.exit(10 * code + ('tensorflow' in sys.modules or 'keras' in sys.modules))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, input=text, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 10, ended.stderr
    assert json.loads(ended.stdout)["event"] == "refused"
