"""The learning curves of a training run, put together from its events."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnnviz.core.networks.metrics import NAMES, VALIDATION_NAMES
from cnnviz.core.training.protocol import Event, Facts

COLUMNS = ("kind", "step", "epoch", *NAMES, *VALIDATION_NAMES)


@dataclass(frozen=True, eq=False)
class Curve:
    """The metrics over a run's batches; `curve["loss"]` is (n,) float32, NaN where an old run lacks the metric.

    Attributes:
        steps: (n,) int64, ascending: how many batches were over, from 1.
        values: (n,) float32 for each of `metrics.NAMES`.
    """

    steps: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    values: Mapping[str, np.ndarray] = field(default_factory=lambda: {name: np.zeros(0, np.float32) for name in NAMES})

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, metric: str) -> np.ndarray:
        return self.values[metric]

    def before(self, step: int) -> Curve:
        """This curve's beginning, without `step` and what follows."""
        kept = int(np.searchsorted(self.steps, step))
        if kept == len(self):
            return self
        return Curve(self.steps[:kept], {name: values[:kept] for name, values in self.values.items()})


@dataclass(frozen=True, eq=False)
class Curves:
    """The curves of one run; of no length before it has told anything.

    Attributes:
        batches: Batches an epoch, 0 as long as that is not known.
        training: One value a batch, on the digits of that batch before it was learned from.
        sample: Now and then, on a small fixed sample of the validation digits.
        epochs: One value an epoch: the mean over the epoch's batches.
        validation: One value an epoch, on all validation digits.
        attempt: Of the newest event, 0 before the first.
        fresh: An attempt has begun that has not told a step yet; what it tells first replaces what is known from
            there on.
    """

    batches: int = 0
    training: Curve = field(default_factory=Curve)
    sample: Curve = field(default_factory=Curve)
    epochs: Curve = field(default_factory=Curve)
    validation: Curve = field(default_factory=Curve)
    attempt: int = 0
    fresh: bool = False


def extend(curves: Curves, events: Iterable[Event]) -> Curves:
    """`curves` with what `events` add to them; events of other kinds change nothing.

    A new attempt, or a job that goes on from a checkpoint, repeats steps that were told before: from the first step
    that it tells, the older attempt is forgotten.
    """
    growing = {name: _CurveBuilder(getattr(curves, name)) for name in PARTS}
    batches, attempt, fresh = curves.batches, curves.attempt, curves.fresh
    for event in events:
        if event.kind == "start":
            batches = int(event.facts["batches"])
        fresh = fresh or event.kind == "start" or event.attempt != attempt
        attempt = event.attempt
        for name, told in _parse_event(event):
            if fresh:
                _cut(growing.values(), int(told.steps[0]))
                fresh = False
            growing[name].add(told)
    parts = {name: grown.curve() for name, grown in growing.items()}
    return Curves(batches=batches, attempt=attempt, fresh=fresh, **parts)


PARTS = ("training", "sample", "epochs", "validation")


class _CurveBuilder:
    """A curve while it is put together: pieces that are joined at the end."""

    def __init__(self, curve: Curve) -> None:
        self.pieces = [curve]

    def add(self, piece: Curve) -> None:
        newest = self.pieces[-1].steps
        if len(newest) and piece.steps[0] <= newest[-1]:
            self.cut(int(piece.steps[0]))
        self.pieces.append(piece)

    def cut(self, step: int) -> None:
        self.pieces = [self.curve().before(step)]

    def curve(self) -> Curve:
        if len(self.pieces) > 1:
            steps = np.concatenate([piece.steps for piece in self.pieces])
            values = {name: np.concatenate([piece[name] for piece in self.pieces]) for name in NAMES}
            self.pieces = [Curve(steps, values)]
        return self.pieces[0]


def _cut(growing: Iterable[_CurveBuilder], step: int) -> None:
    for grown in growing:
        grown.cut(step)


def _parse_event(event: Event) -> Iterator[tuple[str, Curve]]:
    """The parts of the curves that an event tells, none of them empty."""
    facts = event.facts
    if event.kind == "batches" and (count := len(event.arrays["loss"])):
        absent = np.full(count, np.nan)
        values = {name: np.asarray(event.arrays.get(name, absent), np.float32) for name in NAMES}
        yield "training", Curve(np.arange(facts["step"] - count + 1, facts["step"] + 1), values)
    elif event.kind == "sample":
        yield "sample", _make_point(facts, NAMES)
    elif event.kind == "epoch":
        yield "epochs", _make_point(facts, NAMES)
        if facts.get("val_loss") is not None:
            yield "validation", _make_point(facts, VALIDATION_NAMES)


def _make_point(facts: Facts, keys: Sequence[str]) -> Curve:
    """One value of each metric, under `keys` in `facts`, in the order of `NAMES`."""
    values = {name: np.array([facts.get(key, np.nan)], np.float32) for name, key in zip(NAMES, keys, strict=True)}
    return Curve(np.array([facts["step"]], np.int64), values)


def to_csv(curves: Curves) -> str:
    """All values as a table with the columns of `COLUMNS`, in the order of their steps.

    Rows of the kind "batch" and "sample" (of validation digits) have each metric; rows of the kind "epoch" also those
    of all validation digits. Numbers are the shortest that read back as the same float32; `epoch` counts
    from 1 and is empty where the batches an epoch are not known.
    """
    validation = {int(step): tuple(values) for step, *values in _iterate_rows(curves.validation)}
    unknown = ("",) * len(NAMES)
    kinds = (("batch", curves.training), ("sample", curves.sample), ("epoch", curves.epochs))
    rows = [
        (
            int(step),
            kind,
            *values,
            *(validation.get(int(step), unknown) if kind == "epoch" else unknown),
        )
        for kind, curve in kinds
        for step, *values in _iterate_rows(curve)
    ]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for step, kind, *values in sorted(rows, key=lambda row: row[0]):
        writer.writerow((kind, step, -(-step // curves.batches) if curves.batches else "", *values))
    return file.getvalue()


def _iterate_rows(curve: Curve) -> Iterator[tuple[Any, ...]]:
    return zip(curve.steps, *(curve[name] for name in NAMES), strict=True)
