"""The chart of learning curves: one run in every detail, or several on one axis."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cnnviz.core.networks.metrics import METRICS
from cnnviz.core.training.curves import Curves
from cnnviz.core.training.smoothing import smooth_exponentially
from cnnviz.ui.components.curves import LABELS, Panel, Series
from cnnviz.ui.components.curves import curves as draw
from cnnviz.ui.i18n import translate, translate_all

EPOCH_SHARE, SHORTEST = 0.05, 2.0
"""After which share of an epoch, and after how many batches at least, a value counts half in the smoothed curve: an
exponential mean is late by 1.4 times that, which a longer one would show as worse training than there was."""


@dataclass(frozen=True, eq=False)
class Learned:
    """The curves of a run as the chart draws them.

    Attributes:
        name: Its name in the legend.
        curves: Its curves.
        colour: Index into the theme's colours.
    """

    name: str
    curves: Curves
    colour: int = 0


def show(
    key: str,
    runs: Sequence[Learned],
    *,
    at: float | None = None,
    height: int = 260,
    on_pick: Callable[[], None] | None = None,
) -> float | None:
    """Show the metrics of `runs` and return the batch that was clicked in this run of the script, if any.

    One run is shown with its values batch by batch behind the smoothed ones, the small sample of validation digits
    and all of them after every epoch; of several runs each has one colour, and the sample is left out. Where the
    epochs of several runs differ in length, the axis counts epochs, and so does what is returned.

    Args:
        key: The element's key; a run that is followed under it keeps the visitor's zoom.
        runs: At least one.
        at: The batch of the line "now", or the epoch where the axis counts epochs.
        height: CSS pixels of each chart.
        on_pick: Called when the visitor clicked a place; `cnnviz.ui.components.curves.read_pick(key)` says which.
    """
    axis = axis_of(runs)
    panels = [
        Panel(
            id=metric.name,
            title=translate(metric.title),
            series=_series(runs, metric.name, axis),
            share=metric.share,
            low=0,
            high=1 if metric.share else None,
            log=not metric.share,
        )
        for metric in METRICS
    ]
    epoch = runs[0].curves.batches
    return draw(key, panels, translate_all(LABELS), axis=axis, epoch=epoch, at=at, height=height, on_pick=on_pick)


def axis_of(runs: Sequence[Learned]) -> Literal["batches", "epochs"]:
    """Return what the axis counts: batches, or epochs where those of `runs` are of different length."""
    return "batches" if len({run.curves.batches for run in runs} - {0}) < 2 else "epochs"


def _series(runs: Sequence[Learned], metric: str, axis: str) -> list[Series]:
    if len(runs) == 1:
        return list(_one(runs[0], metric))
    return [series for place, run in enumerate(runs) for series in _among_others(place, run, metric, axis)]


def _one(run: Learned, metric: str) -> Iterator[Series]:
    curves, colour = run.curves, run.colour
    raw = curves.training[metric]
    yield Series(id="raw", x=curves.training.steps, y=raw, colour=colour, style="raw", of="training")
    yield Series(
        id="training", label=translate("Training"), x=curves.training.steps, y=_smooth(curves, metric), colour=colour
    )
    yield Series(
        id="validation",
        label=translate("Validation"),
        x=curves.validation.steps,
        y=curves.validation[metric],
        colour=colour + 1,
        style="points",
    )
    yield Series(
        id="sample",
        label=translate("Validation sample"),
        x=curves.sample.steps,
        y=curves.sample[metric],
        colour=colour + 1,
        style="dashed",
    )


def _among_others(place: int, run: Learned, metric: str, axis: str) -> Iterator[Series]:
    curves = run.curves
    unit = curves.batches if axis == "epochs" and curves.batches else 1
    yield Series(
        id=f"training-{place}",
        label=translate("{run}, training", run=run.name),
        x=curves.training.steps / unit,
        y=_smooth(curves, metric),
        colour=run.colour,
    )
    yield Series(
        id=f"validation-{place}",
        label=translate("{run}, validation", run=run.name),
        x=curves.validation.steps / unit,
        y=curves.validation[metric],
        colour=run.colour,
        style="points",
    )


def _smooth(curves: Curves, metric: str) -> np.ndarray:
    return smooth_exponentially(curves.training[metric], half_life(curves))


def half_life(curves: Curves) -> float:
    """Return the batches after which a value counts half in the smoothed curve; constant over a run."""
    return max(SHORTEST, EPOCH_SHARE * curves.batches)
