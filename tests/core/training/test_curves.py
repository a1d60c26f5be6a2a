"""Curves from events: in pieces of any size, over attempts, and out again as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from cnnviz.core.training.curves import COLUMNS, PARTS, Curves, extend, to_csv
from cnnviz.core.training.protocol import Event

BATCHES = 10


def build(events: Iterable[Event]) -> Curves:
    return extend(Curves(), events)


def start(attempt: int = 1, finished: int = 0) -> Event:
    return Event("start", 1, attempt, {"batches": BATCHES, "epochs": 3, "finished": finished})


def batches(first: int, last: int, attempt: int = 1, loss: float = 1.0) -> Event:
    steps = np.arange(first, last + 1, dtype=np.float32)
    arrays = {"loss": loss / steps, "accuracy": steps / 100, "gradient": steps}
    return Event("batches", first, attempt, {"step": last, "epoch": 1}, arrays)


def sample(step: int, attempt: int = 1, loss: float = 0.5) -> Event:
    return Event("sample", step, attempt, {"step": step, "loss": loss, "accuracy": 0.75, "count": 256})


def epoch(number: int, attempt: int = 1, val_loss: float | None = 0.25) -> Event:
    payload = {
        "epoch": number,
        "step": number * BATCHES,
        "loss": 0.5,
        "accuracy": 0.8,
        "val_loss": val_loss,
        "val_accuracy": None if val_loss is None else 0.9,
    }
    return Event("epoch", number, attempt, payload)


def told(steps: int) -> list[Event]:
    """Return the events of a run of `steps` batches, one event per batch."""
    events = [start()]
    for step in range(1, steps + 1):
        events.append(batches(step, step))
        events += [sample(step)] if step % 4 == 0 else []
        events += [epoch(step // BATCHES)] if step % BATCHES == 0 else []
        events.append(Event("view", step, 1, {"step": step}))
    return events


def assert_equal(a: Curves, b: Curves) -> None:
    assert (a.batches, a.attempt, a.fresh) == (b.batches, b.attempt, b.fresh)
    for name in PARTS:
        for column in ("steps", "loss", "accuracy"):
            one, other = (
                curve.steps if column == "steps" else curve[column] for curve in (getattr(a, name), getattr(b, name))
            )
            np.testing.assert_array_equal(one, other)
            assert one.dtype == other.dtype == (np.int64 if column == "steps" else np.float32)


def test_every_kind_of_event_has_its_curve():
    curves = build(told(25))
    assert curves.batches == BATCHES
    np.testing.assert_array_equal(curves.training.steps, np.arange(1, 26))
    np.testing.assert_array_equal(curves.training["loss"], (1 / np.arange(1, 26)).astype(np.float32))
    assert curves.sample.steps.tolist() == [4, 8, 12, 16, 20, 24]
    assert curves.epochs.steps.tolist() == curves.validation.steps.tolist() == [10, 20]
    assert curves.validation["accuracy"].tolist() == pytest.approx([0.9, 0.9])


@given(some.integers(0, 40), some.lists(some.integers(0, 120), max_size=5))
def test_pieces_give_what_the_whole_gives(steps: int, cuts: Sequence[int]) -> None:
    events = told(steps)
    curves, edges = Curves(), [0, *sorted(min(cut, len(events)) for cut in cuts), len(events)]
    for low, high in pairwise(edges):
        curves = extend(curves, events[low:high])
    assert_equal(curves, build(events))


@given(some.integers(1, 30), some.integers(1, 30))
def test_a_batch_a_message_or_many_are_the_same(middle: int, rest: int) -> None:
    apart = build([start(), *(batches(step, step) for step in range(1, middle + rest + 1))])
    assert_equal(build([start(), batches(1, middle), batches(middle + 1, middle + rest)]), apart)


def test_nothing_is_changed_by_other_events_or_none():
    curves = build(told(12))
    assert_equal(extend(curves, []), curves)
    assert_equal(extend(curves, [Event("view", 99, 1, {"step": 12})]), curves)


@pytest.mark.parametrize("again", [2, 1], ids=["another attempt", "a job that goes on from a checkpoint"])
def test_repeated_events_replace_earlier_ones(again: int):
    before = build(told(27))
    curves = extend(before, [start(again, finished=1), batches(11, 14, again, loss=3.0), sample(12, again, 0.125)])
    assert curves.training.steps.tolist() == list(range(1, 15))
    np.testing.assert_array_equal(curves.training["loss"][:10], before.training["loss"][:10])
    np.testing.assert_array_equal(curves.training["loss"][10:], (3 / np.arange(11, 15)).astype(np.float32))
    assert curves.sample.steps.tolist() == [4, 8, 12]
    assert curves.sample["loss"][-1] == 0.125
    assert curves.epochs.steps.tolist() == [10]
    assert_equal(
        extend(extend(before, [start(again, 1)]), [batches(11, 14, again, 3.0), sample(12, again, 0.125)]), curves
    )


def test_an_attempt_without_a_step_leaves_the_curves_on_the_screen():
    before = build(told(27))
    after = extend(before, [start(2, finished=2)])
    assert after.fresh
    np.testing.assert_array_equal(after.training["loss"], before.training["loss"])


def test_a_sample_that_comes_before_its_batches_stays():
    curves = build([start(), batches(1, 8), sample(12), batches(9, 16)])
    assert curves.sample.steps.tolist() == [12]
    assert len(curves.training) == 16


def test_without_validation_there_is_none():
    curves = build([start(), batches(1, 10), epoch(1, val_loss=None)])
    assert (len(curves.epochs), len(curves.validation)) == (1, 0)


def test_a_metric_that_an_old_run_lacks_is_nan_there():
    lacking = [Event("batches", 2, 1, {"step": 2, "epoch": 1}, {"loss": np.ones(2), "gradient": np.ones(2)})]
    curves = build([start(), *lacking, batches(3, 4)])
    np.testing.assert_array_equal(curves.training["accuracy"], np.array([np.nan, np.nan, 0.03, 0.04], np.float32))


def test_the_table_holds_every_value_exactly():
    curves = build(told(20))
    rows = list(csv.DictReader(to_csv(curves).splitlines()))
    assert tuple(rows[0]) == COLUMNS
    batch_rows = [row for row in rows if row["kind"] == "batch"]
    np.testing.assert_array_equal([np.float32(row["loss"]) for row in batch_rows], curves.training["loss"])
    assert [row["epoch"] for row in batch_rows] == ["1"] * 10 + ["2"] * 10
    assert [row["step"] for row in rows if row["kind"] == "sample"] == ["4", "8", "12", "16", "20"]
    assert [(row["epoch"], row["val_loss"], row["val_accuracy"]) for row in rows if row["kind"] == "epoch"] == [
        ("1", "0.25", "0.9"),
        ("2", "0.25", "0.9"),
    ]
    assert [int(row["step"]) for row in rows] == sorted(int(row["step"]) for row in rows)


def test_a_table_of_nothing_has_its_head():
    assert to_csv(Curves()) == ",".join(COLUMNS) + "\n"
