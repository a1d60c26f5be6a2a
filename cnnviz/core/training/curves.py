"""Build the learning curves of a training run from its events, and export them as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnnviz.core.networks.metrics import NAMES, VALIDATION_NAMES
from cnnviz.core.training.protocol import Event, Payload

COLUMNS = ("kind", "step", "epoch", *NAMES, *VALIDATION_NAMES)


@dataclass(frozen=True, eq=False)
class Curve:
    """The metrics at some of a run's steps; `curve["loss"]` is (n,) float32, NaN where an old run lacks the metric.

    Attributes:
        steps: (n,) int64, ascending: number of batches completed, from 1.
        values: (n,) float32 for each of `metrics.NAMES`.
    """

    steps: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    values: Mapping[str, np.ndarray] = field(default_factory=lambda: {name: np.zeros(0, np.float32) for name in NAMES})

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, metric: str) -> np.ndarray:
        return self.values[metric]

    def cut_before(self, step: int) -> Curve:
        """Return the part of this curve before `step`."""
        kept = int(np.searchsorted(self.steps, step))
        if kept == len(self):
            return self
        return Curve(self.steps[:kept], {name: values[:kept] for name, values in self.values.items()})


@dataclass(frozen=True, eq=False)
class Curves:
    """All curves of one run; empty before its first event.

    Attributes:
        batches: Batches per epoch, 0 until that is known.
        training: One value per batch, measured on its digits before the update.
        sample: Values at intervals, on a small fixed sample of the validation digits.
        epochs: One value per epoch: the mean over the epoch's batches.
        validation: One value per epoch, on all validation digits.
        attempt: Attempt of the newest event, 0 before the first.
        fresh: Whether a new attempt has begun but not reported a step yet; its first step replaces what is known from
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
    """Add `events` to `curves`; events of other kinds change nothing.

    A new attempt, or a job that resumes from a checkpoint, repeats steps that were reported before: from the first
    step that it reports, the older values are dropped.
    """
    builders = {name: _CurveBuilder(getattr(curves, name)) for name in PARTS}
    batches, attempt, fresh = curves.batches, curves.attempt, curves.fresh
    for event in events:
        if event.kind == "start":
            batches = int(event.payload.get("batches", batches))
        fresh = fresh or event.kind == "start" or event.attempt != attempt
        attempt = event.attempt
        for name, piece in _parse_event(event):
            if fresh:
                _cut(builders.values(), int(piece.steps[0]))
                fresh = False
            builders[name].add(piece)
    parts = {name: builder.curve() for name, builder in builders.items()}
    return Curves(batches=batches, attempt=attempt, fresh=fresh, **parts)


PARTS = ("training", "sample", "epochs", "validation")


class _CurveBuilder:
    """Collects the pieces of one curve and joins them at the end."""

    def __init__(self, curve: Curve) -> None:
        self.pieces = [curve]

    def add(self, piece: Curve) -> None:
        """Append `piece`; where it repeats known steps, it replaces them and all that follow."""
        newest = self.pieces[-1].steps
        if len(newest) and piece.steps[0] <= newest[-1]:
            self.cut(int(piece.steps[0]))
        self.pieces.append(piece)

    def cut(self, step: int) -> None:
        """Drop the values from `step` on."""
        self.pieces = [self.curve().cut_before(step)]

    def curve(self) -> Curve:
        """Join the pieces and return the curve."""
        if len(self.pieces) > 1:
            steps = np.concatenate([piece.steps for piece in self.pieces])
            values = {name: np.concatenate([piece[name] for piece in self.pieces]) for name in NAMES}
            self.pieces = [Curve(steps, values)]
        return self.pieces[0]


def _cut(builders: Iterable[_CurveBuilder], step: int) -> None:
    """Drop the values from `step` on, in all curves."""
    for builder in builders:
        builder.cut(step)


def _parse_event(event: Event) -> Iterator[tuple[str, Curve]]:
    """Yield the pieces of curves that an event reports, none of them empty; none for an event that lacks its step."""
    payload = event.payload
    if "step" not in payload:
        return
    if event.kind == "batches" and (count := len(event.arrays["loss"])):
        absent = np.full(count, np.nan)
        values = {name: np.asarray(event.arrays.get(name, absent), np.float32) for name in NAMES}
        yield "training", Curve(np.arange(payload["step"] - count + 1, payload["step"] + 1), values)
    elif event.kind == "sample":
        yield "sample", _make_point(payload, NAMES)
    elif event.kind == "epoch":
        yield "epochs", _make_point(payload, NAMES)
        if payload.get("val_loss") is not None:
            yield "validation", _make_point(payload, VALIDATION_NAMES)


def _make_point(payload: Payload, keys: Sequence[str]) -> Curve:
    """Make a curve of one step from the metrics under `keys` in `payload`, given in the order of `NAMES`."""
    values = {name: np.array([payload.get(key, np.nan)], np.float32) for name, key in zip(NAMES, keys, strict=True)}
    return Curve(np.array([payload["step"]], np.int64), values)


def to_csv(curves: Curves) -> str:
    """Format all values as CSV with the columns of `COLUMNS`, ordered by step.

    Rows of the kind "batch" and "sample" (of validation digits) have each metric; rows of the kind "epoch" also those
    of all validation digits. Numbers are the shortest that read back as the same float32; `epoch` counts
    from 1 and is empty where the number of batches per epoch is unknown.
    """
    # Rows of all kinds; those of an epoch take the validation values of the same step.
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
    # The sort is stable: rows of one step stay in the order of `kinds`.
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for step, kind, *values in sorted(rows, key=lambda row: row[0]):
        writer.writerow((kind, step, -(-step // curves.batches) if curves.batches else "", *values))
    return file.getvalue()


def _iterate_rows(curve: Curve) -> Iterator[tuple[Any, ...]]:
    """Yield the step and the metrics, in the order of `NAMES`, of each value."""
    return zip(curve.steps, *(curve[name] for name in NAMES), strict=True)
