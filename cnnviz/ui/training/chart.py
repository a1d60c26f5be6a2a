"""The chart of learning curves: one run in every detail, or several on one axis."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from cnnviz.core.networks.metrics import METRICS
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.core.training.curves import Curves
from cnnviz.core.training.experiments import Experiment
from cnnviz.core.training.recordings import RecordedRun, Recording
from cnnviz.core.training.smoothing import smooth_exponentially
from cnnviz.ui.components.curves import LABELS, Panel, Series
from cnnviz.ui.components.curves import curves as draw
from cnnviz.ui.i18n import translate, translate_all

EPOCH_SHARE, SHORTEST = 0.05, 2.0
"""After which share of an epoch, and after how many batches at least, a value counts half in the smoothed curve: an
exponential mean is late by 1.4 times that, which a longer one would show as worse training than there was."""


@dataclass(frozen=True, eq=False)
class ChartRun:
    """The curves of a run as the chart draws them.

    Attributes:
        name: Its name in the legend.
        curves: Its curves.
        colour: Index into the theme's colours.
        held_out: Whether the epochs are judged by held-out digits; without any it is the test set.
        recorded: Recorded trainings of the same plan with other seeds, which are drawn thin behind.
    """

    name: str
    curves: Curves
    colour: int = 0
    held_out: bool = True
    recorded: Sequence[RecordedRun] = ()


def show(
    key: str,
    runs: Sequence[ChartRun],
    *,
    at: float | None = None,
    moment: str = "",
    height: int = 260,
    fills: bool = False,
    on_pick: Callable[[], None] | None = None,
) -> float | None:
    """Show the metrics of `runs` and return the batch that was clicked in this run of the script, if any.

    One run is shown with its values batch by batch behind the smoothed ones, the small sample of validation digits
    and all of them after every epoch. Of several runs each has one line in the legend, one colour and one mark: how it
    reads the validation digits, with its training pale behind, and no sample. Where the epochs of several runs differ
    in length, the axis counts epochs, and so does what is returned.

    Args:
        key: The element's key; a run that is followed under it keeps the visitor's zoom.
        runs: At least one.
        at: The batch of the line that marks a moment, or the epoch where the axis counts epochs.
        moment: What that moment is called.
        height: CSS pixels of each chart.
        fills: Whether they take what a high window has to spare.
        on_pick: Called when the visitor clicked a place; `cnnviz.ui.components.curves.read_pick(key)` says which.
    """
    axis = choose_axis(runs)
    panels = [
        Panel(
            id=metric.name,
            title=translate(metric.title),
            series=_make_series(runs, metric.name, axis),
            share=metric.share,
            low=0,
            high=1 if metric.share else None,
            log=not metric.share,
        )
        for metric in METRICS
    ]
    epoch = runs[0].curves.batches
    return draw(
        key,
        panels,
        translate_all(LABELS),
        axis=axis,
        epoch=epoch,
        at=at,
        moment=moment,
        height=height,
        fills=fills,
        on_pick=on_pick,
    )


def choose_axis(runs: Sequence[ChartRun]) -> Literal["batches", "epochs"]:
    """Return what the axis counts: batches, or epochs where those of `runs` are of different length."""
    return "batches" if len({run.curves.batches for run in runs} - {0}) < 2 else "epochs"


def _make_series(runs: Sequence[ChartRun], metric: str, axis: str) -> list[Series]:
    if len(runs) == 1:
        return list(_make_series_of(runs[0], metric))
    return [series for place, run in enumerate(runs) for series in _make_series_among(place, run, metric, axis)]


def _make_series_of(run: ChartRun, metric: str) -> Iterator[Series]:
    curves, colour = run.curves, run.colour
    raw = curves.training[metric]
    yield Series(id="raw", x=curves.training.steps, y=raw, colour=colour, style="raw", of="training")
    yield Series(
        id="training", label=translate("Training"), x=curves.training.steps, y=_smooth(curves, metric), colour=colour
    )
    yield from _make_recorded(run, metric, curves.batches, colour + 1, "validation")
    yield Series(
        id="validation",
        label=translate("Validation") if run.held_out else translate("Test"),
        x=curves.validation.steps,
        y=curves.validation[metric],
        colour=colour + 1,
        style="points",
    )
    yield Series(
        id="sample",
        label=translate("Validation sample") if run.held_out else translate("Test sample"),
        x=curves.sample.steps,
        y=curves.sample[metric],
        colour=colour + 1,
        style="dashed",
    )


def _make_series_among(place: int, run: ChartRun, metric: str, axis: str) -> Iterator[Series]:
    curves, name = run.curves, f"validation-{place}"
    unit = curves.batches if axis == "epochs" and curves.batches else 1
    yield Series(
        id=f"training-{place}",
        x=curves.training.steps / unit,
        y=_smooth(curves, metric),
        colour=run.colour,
        style="behind",
        of=name,
    )
    yield from _make_recorded(run, metric, 1 if axis == "epochs" else curves.batches, run.colour, name)
    yield Series(
        id=name,
        label=run.name if run.held_out else translate("{run}, test", run=run.name),
        x=curves.validation.steps / unit,
        y=curves.validation[metric],
        colour=run.colour,
        style="points",
    )


def _make_recorded(run: ChartRun, metric: str, unit: float, colour: int, of: str) -> Iterator[Series]:
    """Yield the curves of recorded seeds; an epoch is `unit` on the axis, and 0 before the run has begun."""
    for each in run.recorded:
        y = np.array(each.curves[f"val_{metric}"] if unit else (), np.float32)
        yield Series(
            id=f"{of}-seed-{each.seed}", x=unit * np.arange(1, len(y) + 1), y=y, colour=colour, style="raw", of=of
        )


def show_recorded(
    key: str, labels: Mapping[str, str], experiment: Experiment, recording: Recording, until: float = math.inf
) -> None:
    """Show the recorded trainings of an experiment: thin each seed, strong their mean.

    Args:
        key: The element's key.
        labels: Arm id -> its name in the legend.
        experiment: Whose plans say how many updates an epoch makes.
        recording: The trainings.
        until: Updates up to which the curves are drawn, over an axis for all of them.
    """
    panels = []
    for metric in METRICS:
        series: list[Series] = []
        for colour, arm in enumerate(experiment.arms):
            learned = ChartRun(labels[arm.id], Curves(), colour, recorded=recording.arms[arm.id].runs)
            unit = float(count_batches(arm.plan))
            recorded = _make_recorded(learned, metric.name, unit, colour, arm.id)
            whole = (*recorded, _make_mean(learned, metric.name, unit, arm.id))
            series += [replace(each, x=each.x[each.x <= until], y=each.y[each.x <= until]) for each in whole]
        panels.append(
            Panel(
                id=metric.name,
                title=translate(metric.title),
                series=series,
                share=metric.share,
                low=0,
                high=1 if metric.share else None,
                log=not metric.share,
            )
        )
    end = max(arm.plan.epochs * count_batches(arm.plan) for arm in experiment.arms)
    draw(key, panels, translate_all(LABELS), axis="batches", until=end)


def count_batches(plan: TrainingPlan) -> int:
    """Count the batches of an epoch."""
    return -(-(plan.examples - plan.validation_examples) // plan.batch_size)


def _make_mean(run: ChartRun, metric: str, unit: float, series_id: str) -> Series:
    """Return the mean of the recorded curves, as far as all of them go."""
    each = [one.curves[f"val_{metric}"] for one in run.recorded]
    length = min(map(len, each))
    y: np.ndarray = np.array([curve[:length] for curve in each], np.float32).mean(axis=0)
    x = unit * np.arange(1, length + 1)
    return Series(id=series_id, label=run.name, x=x, y=y, colour=run.colour, style="points")


def _smooth(curves: Curves, metric: str) -> np.ndarray:
    return smooth_exponentially(curves.training[metric], compute_half_life(curves))


def compute_half_life(curves: Curves) -> float:
    """Return the batches after which a value counts half in the smoothed curve; constant over a run."""
    return max(SHORTEST, EPOCH_SHARE * curves.batches)
