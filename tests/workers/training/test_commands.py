"""Command a running training: pause, resume, stop, cancel, one more epoch, another digit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from cnnviz.core.inference.trace import trace
from cnnviz.core.networks.card import ModelCard
from cnnviz.core.networks.network import Network
from cnnviz.core.training.protocol import Command, Event
from tests.workers.conftest import NETWORK, PLAN, Answer, Runner, Training
from tests.workers.training.test_oracle import weights

pytestmark = pytest.mark.train


def at_step(step: int, *kinds: str) -> Answer:
    """Send commands once, after the first batches that reach `step`."""
    sent: list[str] = []

    def answer(_training: Training, event: Event) -> Sequence[Command]:
        if event.kind == "batches" and event.payload["step"] >= step and not sent:
            sent.extend(kinds)
            return [Command(kind) for kind in kinds]
        return ()

    return answer


def kinds(training: Training) -> list[str]:
    return [event.kind for event in training.events]


def test_pause_changes_no_number(runner: Runner, plain_run: Training) -> None:
    pausing = at_step(1, "pause")

    def answer(training: Training, event: Event) -> Sequence[Command]:
        return [Command("resume")] if event.kind == "paused" else pausing(training, event)

    run = runner.train(runner.job(NETWORK, PLAN), answer)
    paused = kinds(run).index("paused")
    assert kinds(run)[paused + 1] == "resumed"
    assert run.events[paused].payload == run.events[paused + 1].payload
    assert run.curve("loss") == plain_run.curve("loss")


def test_new_digit_is_shown_at_once_even_in_a_pause(runner: Runner) -> None:
    digit = runner.data.x_test[7]
    pausing = at_step(1, "pause")

    def answer(training: Training, event: Event) -> Sequence[Command]:
        if event.kind == "paused":
            return [Command("probe", {"digit": digit})]
        if event.kind == "view" and "paused" in kinds(training) and "resumed" not in kinds(training):
            return [Command("resume")]
        return pausing(training, event)

    run = runner.train(runner.job(NETWORK, PLAN), answer)
    paused = kinds(run).index("paused")
    view = run.events[paused + 1]
    assert view.kind == "view"
    snapshot = next(e for e in run.all("snapshot") if e.payload["step"] == view.payload["step"])
    state: dict[str, dict[str, np.ndarray]] = {}
    for path, array in snapshot.arrays.items():
        if path.startswith("weights/"):
            state.setdefault(path.split("/")[1], {})[path.split("/")[2]] = array
    expected = trace(Network(NETWORK, state), digit.astype(np.float32) / np.float32(255))
    assert np.array_equal(view.arrays["probabilities"], expected.probabilities)


def test_long_pause_stops_the_training(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnviz.workers.training import commands

    monkeypatch.setattr(commands, "MAX_PAUSE_SECONDS", 0.0)
    run = runner.train(runner.job(NETWORK, PLAN), at_step(1, "pause"))
    assert run.last("result").payload["ended"] == "stopped"


def test_stop_keeps_the_weights_of_the_last_batch(runner: Runner, plain_run: Training) -> None:
    run = runner.train(runner.job(NETWORK, PLAN), at_step(7, "stop"))
    result = run.last("result")
    assert result.payload["ended"] == "stopped"
    step = run.last("batches").payload["step"]
    assert 7 <= step < 18
    last = run.last("snapshot")
    assert last.payload["step"] == step
    for path, array in result.arrays.items():
        assert np.array_equal(array, last.arrays[path])
    card = ModelCard.from_json(result.payload["card"])
    assert card.epochs == len(run.all("epoch")) == 2
    assert run.curve("loss") == plain_run.curve("loss")[:step]


def test_stop_in_the_first_epoch_has_a_card_too(runner: Runner) -> None:
    run = runner.train(runner.job(NETWORK, replace(PLAN, batch_size=5)), at_step(1, "stop"))
    card = ModelCard.from_json(run.last("result").payload["card"])
    assert card.epochs == 1
    assert run.last("epoch").payload["step"] < 46


def test_stop_with_patience_keeps_the_best_epoch(runner: Runner) -> None:
    plan = replace(PLAN, learning_rate=0.3, patience=50, epochs=60)
    run = runner.train(runner.job(NETWORK, plan), at_step(40, "stop"))
    losses = run.curve("val_loss")
    best = next(
        e
        for e in run.all("snapshot")
        if e.payload["epoch"] == losses.index(min(losses)) + 1 and e.arrays["confusion"].sum() == 70
    )
    assert np.array_equal(weights(run)["conv"]["kernel"], best.arrays["weights/conv/kernel"])


def test_cancel_ends_without_a_result(runner: Runner) -> None:
    from cnnviz.workers.training.train_job import Cancelled

    run = Training()
    cancelling = at_step(7, "cancel")

    def answer(training: Training, event: Event) -> Sequence[Command]:
        run.events.append(event)
        return cancelling(training, event)

    with pytest.raises(Cancelled):
        runner.train(runner.job(NETWORK, PLAN), answer)
    assert "result" not in kinds(run)
    assert 7 <= run.last("batches").payload["step"] < 18


def test_epochs_are_added_while_it_runs_and_afterwards(runner: Runner) -> None:
    run = runner.train(runner.job(NETWORK, PLAN), at_step(3, "more", "more"))
    assert [event.payload["epoch"] for event in run.all("epoch")] == [1, 2, 3, 4, 5]
    assert run.last("epoch").payload["epochs"] == 5
    whole = runner.train(runner.job(NETWORK, replace(PLAN, epochs=6)))
    assert run.curve("loss") == whole.curve("loss")[:30]
    kept = run.last("checkpoint")
    assert ModelCard.from_json(run.last("result").payload["card"]).plan.epochs == 5
    longer = runner.job(NETWORK, replace(PLAN, epochs=6), checkpoint=kept.arrays, progress=kept.payload)
    assert runner.train(longer).curve("loss") == whole.curve("loss")[30:]


def test_added_epochs_survive_the_worker(runner: Runner) -> None:
    """The checkpoint is of a run that had not ended: the plan still says three."""
    run = runner.train(runner.job(NETWORK, PLAN), at_step(1, "more"))
    kept = next(e for e in run.all("checkpoint") if not e.payload["ended"])
    assert kept.payload["epochs"] == 4
    rest = runner.train(runner.job(NETWORK, PLAN, checkpoint=kept.arrays, progress=kept.payload))
    assert rest.last("epoch").payload["epoch"] == 4
