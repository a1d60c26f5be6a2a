"""Train in calls of different sizes, resume, stop early, diverge; emit every event as documented."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Dense, Flatten
from cnnviz.core.networks.architecture import TUTORIALS, Architecture
from cnnviz.core.networks.card import ModelCard
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.jobs.runs.store import RunStore
from tests.workers.conftest import NETWORK, PLAN, Runner, Training
from tests.workers.training.test_oracle import weights

pytestmark = pytest.mark.train

TINY = Architecture(name="tiny", layers=(Flatten(name="flatten"), Dense(name="dense", units=10, activation="softmax")))


def same_weights(one: Training, other: Training) -> bool:
    mine, theirs = weights(one), weights(other)
    return all(np.array_equal(array, theirs[layer][name]) for layer in mine for name, array in mine[layer].items())


@pytest.mark.parametrize("changes", [{}, {"schedule": "cosine", "optimizer": "sgd"}])
def test_size_of_calls_changes_no_number(
    runner: Runner, plain_run: Training, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    from cnnviz.workers.training import timing

    plan = replace(PLAN, **changes)
    run = plain_run if plan == PLAN else runner.train(runner.job(NETWORK, plan))
    # As many batches per call as there are and no live views: samples come with the early snapshots alone.
    monkeypatch.setattr(timing, "TARGET_CALL_SECONDS", 1000.0)
    monkeypatch.setattr(timing.RateLimiter, "is_due", property(lambda _self: False))
    unwatched = runner.train(runner.job(NETWORK, plan))
    assert unwatched.all("lesson") == unwatched.all("view") == []
    assert [event.payload["step"] for event in unwatched.all("sample")] == [1, 2, 5, 10]
    for name in ("loss", "accuracy", "gradient", "val_loss"):
        assert run.curve(name) == unwatched.curve(name)
    assert same_weights(run, unwatched)


def test_every_batch_is_emitted_once(plain_run: Training) -> None:
    start = plain_run.events[0]
    assert start.kind == "start"
    assert start.payload["batches"] == 6
    assert (start.payload["examples"], start.payload["validation_examples"]) == (230, 70)
    steps = [event.payload["step"] for event in plain_run.all("batches")]
    lengths = [len(event.arrays["loss"]) for event in plain_run.all("batches")]
    assert np.cumsum(lengths).tolist() == steps
    assert steps[0] == 1
    assert steps[-1] == 18
    assert [event.payload["step"] for event in plain_run.all("epoch")] == [6, 12, 18]
    for event in plain_run.all("epoch"):
        at = event.payload["step"]
        sizes = np.array([40, 40, 40, 40, 40, 30])
        for name in ("loss", "accuracy"):
            assert event.payload[name] == pytest.approx(
                np.average(plain_run.curve(name)[at - 6 : at], weights=sizes), rel=1e-6
            )


def test_snapshots_are_emitted_where_the_time_machine_stops(plain_run: Training) -> None:
    kept = plain_run.all("snapshot")
    assert [event.payload["step"] for event in kept] == [0, 1, 2, 5, 6, 10, 12, 18]
    assert [event.payload["epoch"] for event in kept] == [0, 0, 0, 0, 1, 1, 2, 3]
    for event in kept:
        assert event.arrays["confusion"].sum() == event.payload["digits"] == 70
    last = plain_run.all("epoch")[-1]
    assert np.trace(kept[-1].arrays["confusion"]) / 70 == last.payload["val_accuracy"]


def test_running_validation_has_a_point_for_every_early_snapshot(plain_run: Training) -> None:
    """It is measured for the snapshot anyway, so the sample is emitted too; no batch is emitted twice."""
    samples = {event.payload["step"]: event.payload for event in plain_run.all("sample")}
    assert sorted(samples) == [event.payload["step"] for event in plain_run.all("sample")]
    for event in plain_run.all("snapshot"):
        if event.payload["step"] in {0, 1, 2, 5, 10}:
            right = np.trace(event.arrays["confusion"]) / event.payload["digits"]
            assert samples[event.payload["step"]]["accuracy"] == pytest.approx(right, abs=1e-6)
            assert samples[event.payload["step"]]["count"] == event.payload["digits"]


@given(st.integers(1, 200), st.integers(1, 2000), st.sampled_from(list(TUTORIALS)))
def test_snapshots_of_a_run_stay_below_their_limit(epochs: int, batches: int, name: str) -> None:
    from cnnviz.workers.training import snapshot_schedule

    architecture = TUTORIALS[name][0]
    every = snapshot_schedule.count_epochs_between(architecture, epochs, batches)
    early = len([step for step in islice(snapshot_schedule.iterate_steps(), 40) if step <= epochs * batches])
    assert (early + epochs // every) * architecture.parameters * 4 <= snapshot_schedule.MAX_BYTES
    assert every == 1 or (early + epochs) * architecture.parameters * 4 > snapshot_schedule.MAX_BYTES


@pytest.mark.parametrize("optimizer", ["adam", "adadelta"])
def test_run_resumed_from_disk_equals_the_uninterrupted_one(runner: Runner, optimizer: str, tmp_path: Path) -> None:
    plan = replace(PLAN, epochs=4, optimizer=optimizer)
    whole = runner.train(runner.job(NETWORK, plan))
    job, store = runner.job(NETWORK, replace(plan, epochs=2)), RunStore("a" * 32, tmp_path)
    store.create(job, "half")
    half = runner.train(job)
    store.recorder(job.id)(half.last("checkpoint"))
    kept = store.checkpoint(job.id)
    assert kept is not None
    rest = runner.train(runner.job(NETWORK, plan, checkpoint=kept.arrays, progress=kept.payload))
    assert rest.events[0].payload["finished"] == 2
    for name in ("loss", "val_loss", "gradient"):
        assert half.curve(name) + rest.curve(name) == whole.curve(name)
    assert same_weights(rest, whole)
    card = ModelCard.from_json(rest.last("result").payload["card"])
    assert card.curves == ModelCard.from_json(whole.last("result").payload["card"]).curves
    assert card.trained_seconds > half.last("epoch").payload["seconds"]


def test_lost_result_is_emitted_again(runner: Runner, plain_run: Training) -> None:
    kept = plain_run.last("checkpoint")
    assert [event.kind for event in plain_run.events[-2:]] == ["checkpoint", "result"]
    again = runner.train(runner.job(NETWORK, PLAN, checkpoint=kept.arrays, progress=kept.payload))
    assert [event.kind for event in again.events] == ["start", "checkpoint", "result"]
    assert again.last("result").payload == plain_run.last("result").payload
    assert same_weights(again, plain_run)


def test_checkpoint_of_another_network_is_refused(runner: Runner) -> None:
    kept = runner.train(runner.job(TINY, replace(PLAN, epochs=1))).last("checkpoint")
    with pytest.raises(Refusal, match="a checkpoint of another one"):
        runner.train(runner.job(NETWORK, PLAN, checkpoint=kept.arrays, progress=kept.payload))


def test_early_stopping_is_a_prefix_and_keeps_the_best_epoch(runner: Runner) -> None:
    plan = replace(PLAN, epochs=12, learning_rate=0.3, patience=1)
    run = runner.train(runner.job(NETWORK, plan))
    losses = run.curve("val_loss")
    result = run.last("result")
    assert result.payload["ended"] == "early"
    assert len(losses) < 12
    assert losses.index(min(losses)) == len(losses) - 2
    whole = runner.train(runner.job(NETWORK, replace(plan, patience=None)))
    assert whole.curve("val_loss")[: len(losses)] == losses
    best = next(e for e in run.all("snapshot") if e.payload["epoch"] == len(losses) - 1)
    for path, array in result.arrays.items():
        assert np.array_equal(array, best.arrays[path])

    kept = run.last("checkpoint")
    longer = replace(plan, epochs=len(losses) + 1)
    more = runner.train(runner.job(NETWORK, longer, checkpoint=kept.arrays, progress=kept.payload))
    assert more.curve("val_loss") == [whole.curve("val_loss")[len(losses)]]


def test_diverging_run_keeps_the_last_good_epoch(runner: Runner) -> None:
    good = runner.train(runner.job(NETWORK, replace(PLAN, optimizer="sgd", epochs=1)))
    kept = good.last("checkpoint")
    wild = replace(PLAN, optimizer="sgd", learning_rate=10.0, epochs=30)
    # One step with an enormous rate makes the weights overflow in the epoch after the checkpoint.
    with pytest.MonkeyPatch.context() as patch:
        from cnnviz.workers.training import trainer

        patch.setattr(trainer, "compute_rates", lambda *_: np.full(1, 1e30, np.float32))
        patch.setattr(trainer.Trainer, "_next_chunk_size", lambda *_: 1)
        run = runner.train(runner.job(NETWORK, wild, checkpoint=kept.arrays, progress=kept.payload))
    result = run.last("result")
    assert result.payload["ended"] == "diverged"
    assert "{epoch}" in result.payload["message"]["template"]
    assert result.payload["message"]["values"] == {"epoch": 2}
    assert same_weights(run, good)
    card = ModelCard.from_json(result.payload["card"])
    assert card.epochs == 1
    assert card.test_accuracy == ModelCard.from_json(good.last("result").payload["card"]).test_accuracy
    assert all(np.isfinite(run.curve("loss")))


def test_run_that_diverges_at_once_is_refused(runner: Runner) -> None:
    layers = [Dense(name=f"dense{n}", units=64) for n in range(6)]
    deep = Architecture(name="deep", layers=(Flatten(name="flatten"), *layers, NETWORK.layers[-1]))
    with pytest.raises(Refusal, match=r"Training must stay finite.*epoch 1"):
        runner.train(runner.job(deep, replace(PLAN, optimizer="sgd", learning_rate=10.0)))


def test_other_data_than_the_plan_names_is_refused(runner: Runner) -> None:
    job = runner.job(TINY, PLAN)
    other = replace(job, data=replace(job.data, name="MNIST", sha256="0" * 64))
    with pytest.raises(Refusal, match="must find the data"):
        runner.train(other)


def test_smaller_data_set_keeps_the_share_held_out(runner: Runner) -> None:
    plan = TrainingPlan(examples=60_000, validation_examples=6_000, epochs=1)
    start = runner.train(runner.job(TINY, plan)).events[0]
    there = len(runner.data.y_train)
    assert start.payload["validation_examples"] == -(-there // 10)
    assert start.payload["examples"] == there - start.payload["validation_examples"]


def test_plans_of_different_size_are_validated_on_the_same_digits() -> None:
    from cnnviz.workers.data import tensors
    from cnnviz.workers.data.examples import Examples

    dataset = tensors.load()
    small, large = (Examples(TrainingPlan(examples=count, validation_examples=100), dataset) for count in (200, 800))
    assert small.validation().rows.tolist() == large.validation().rows.tolist()
    held_out, few, many = (set(each.rows.tolist()) for each in (small.validation(), small.epoch(1), large.epoch(1)))
    assert (len(held_out), len(few), len(many)) == (100, 100, 700)
    assert few < many
    assert not held_out & many


@pytest.mark.parametrize("augmentation", ["none", "affine"])
def test_held_out_digits_are_drawn_by_the_seed_and_never_trained_on(augmentation: str) -> None:
    from cnnviz.workers.data import tensors
    from cnnviz.workers.data.examples import Examples

    dataset = tensors.load()
    plan = TrainingPlan(examples=500, validation_examples=200, augmentation=augmentation)
    one, other = (Examples(replace(plan, seed=seed), dataset) for seed in (1, 2))
    assert set(one.validation().rows) != set(other.validation().rows)
    counts = np.bincount(dataset.data.y_train[one.validation().rows], minlength=10)
    assert np.abs(counts - 200 * np.bincount(dataset.data.y_train) / len(dataset.train)).max() <= 1
    epoch, held_out = one.epoch(1), {int(row) for row in one.validation().rows}
    trained = sorted(dataset.data.y_train[[row for row in one._trained if int(row) not in held_out]].tolist())
    assert sorted(epoch.digits.labels.numpy()[epoch.rows].tolist()) == trained
    assert len(epoch) == 300


def test_an_older_plan_holds_out_the_last_digits() -> None:
    from cnnviz.workers.data import tensors
    from cnnviz.workers.data.examples import Examples

    dataset = tensors.load()
    table = TrainingPlan(examples=200, validation_examples=100).to_json()
    del table["split"]
    old = Examples(TrainingPlan.from_json(table), dataset)
    there = len(dataset.train)
    assert old.validation().rows.tolist() == list(range(there - 100, there))
    assert sorted(old.epoch(1).rows) == list(range(100))
