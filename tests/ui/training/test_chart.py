"""From the curves of runs to what the chart is asked to draw."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cnnviz.core.networks.metrics import NAMES
from cnnviz.core.training import recordings
from cnnviz.core.training.curves import Curve, Curves
from cnnviz.core.training.experiments import EXPERIMENTS
from cnnviz.core.training.smoothing import smooth_exponentially
from cnnviz.ui.components.curves import Panel, Series
from cnnviz.ui.training import chart
from cnnviz.ui.training.chart import ChartRun, choose_axis, compute_half_life, show


def learned(name: str, batches: int = 10, epochs: int = 3, colour: int = 0) -> ChartRun:
    random = np.random.default_rng(batches)

    def curve(steps: np.ndarray) -> Curve:
        return Curve(steps, dict(zip(NAMES, random.random((len(NAMES), len(steps)), dtype=np.float32), strict=True)))

    ends = np.arange(1, epochs + 1) * batches
    every = np.arange(1, batches * epochs + 1)
    curves = Curves(batches=batches, training=curve(every), sample=curve(every[::4]), validation=curve(ends))
    return ChartRun(name, curves, colour)


class Drawn:
    """Record what the chart was asked to draw."""

    def __call__(self, key: str, panels: list[Panel], labels: Any, **options: Any) -> float:
        self.key, self.panels, self.labels, self.options = key, panels, labels, options
        return 7.0

    def series(self, panel: int) -> dict[str, Series]:
        return {series.id: series for series in self.panels[panel].series}


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Drawn:
    recorder = Drawn()
    monkeypatch.setattr(chart, "draw", recorder)
    return recorder


def test_one_run_is_shown_with_all_its_events(drawn: Drawn):
    run = learned("a")
    assert show("c", [run], at=12, moment="epoch 2, batch 12") == 7.0
    assert [panel.id for panel in drawn.panels] == list(NAMES)
    assert (drawn.options["axis"], drawn.options["epoch"], drawn.options["at"]) == ("batches", 10, 12)
    assert drawn.options["moment"] == "epoch 2, batch 12"
    for place, quantity in enumerate(NAMES):
        series = drawn.series(place)
        assert set(series) == {"raw", "training", "sample", "validation"}
        raw = run.curves.training[quantity]
        np.testing.assert_array_equal(series["raw"].y, raw)
        np.testing.assert_array_equal(series["training"].y, smooth_exponentially(raw, 2))
        assert (series["raw"].of, series["raw"].label) == ("training", "")
        assert series["validation"].x.tolist() == [10, 20, 30]
        np.testing.assert_array_equal(series["validation"].y, run.curves.validation[quantity])
        np.testing.assert_array_equal(series["sample"].y, run.curves.sample[quantity])
        assert series["validation"].colour != series["training"].colour


def test_the_smoothing_is_as_long_as_an_epoch_asks_for():
    assert [compute_half_life(Curves(batches=batches)) for batches in (0, 4, 40, 470)] == [2, 2, 2, 23.5]


def test_a_run_without_events_has_its_curves_already(drawn: Drawn):
    show("c", [ChartRun("a", Curves())])
    before = [list(drawn.series(place)) for place in (0, 1)]
    show("c", [learned("a")])
    assert [list(drawn.series(place)) for place in (0, 1)] == before


def test_several_runs_have_a_colour_and_a_line_of_the_legend_each(drawn: Drawn):
    show("c", [learned("first"), learned("second", colour=3)])
    series = drawn.series(1)
    assert [(one.label, one.colour, one.style, one.of) for one in series.values()] == [
        ("", 0, "behind", "validation-0"),
        ("first", 0, "points", ""),
        ("", 3, "behind", "validation-1"),
        ("second", 3, "points", ""),
    ]
    np.testing.assert_array_equal(series["validation-1"].y, learned("second").curves.validation[NAMES[1]])


def test_runs_with_other_epochs_are_laid_over_each_other_by_epochs(drawn: Drawn):
    runs = [learned("first", batches=10), learned("second", batches=100)]
    assert choose_axis(runs) == "epochs"
    assert choose_axis([runs[0], ChartRun("not begun", Curves())]) == "batches"
    show("c", runs)
    assert drawn.options["axis"] == "epochs"
    series = drawn.series(0)
    assert series["validation-0"].x.tolist() == series["validation-1"].x.tolist() == [1, 2, 3]
    assert series["training-1"].x[-1] == 3


def test_without_held_out_digits_the_curve_is_called_test(drawn: Drawn) -> None:
    run = learned("a")
    show("c", [run])
    assert [drawn.series(0)[name].label for name in ("validation", "sample")] == ["Validation", "Validation sample"]
    show("c", [replace(run, held_out=False)])
    assert [drawn.series(0)[name].label for name in ("validation", "sample")] == ["Test", "Test sample"]
    show("c", [run, replace(run, name="b", held_out=False)])
    assert [series.label for series in drawn.series(0).values() if series.label] == ["a", "b, test"]


def test_recorded_seeds_are_thin_curves_behind(drawn: Drawn) -> None:
    experiment = EXPERIMENTS["padding"]
    recording = recordings.load(experiment)
    assert recording is not None
    run = replace(learned("a"), recorded=recording.arms["valid"].runs)
    show("c", [run])
    thin = [series for series in drawn.series(1).values() if "seed" in series.id]
    assert [series.id for series in thin] == [f"validation-seed-{seed}" for seed in range(1, 6)]
    assert all((series.style, series.of, series.label) == ("raw", "validation", "") for series in thin)
    assert thin[0].x.tolist() == [10, 20, 30, 40, 50, 60]
    assert thin[0].y == pytest.approx(recording.arms["valid"].runs[0].curves["val_accuracy"])


def test_a_recording_is_drawn_with_the_mean_of_each_arm(drawn: Drawn) -> None:
    experiment = EXPERIMENTS["digits"]
    recording = recordings.load(experiment)
    assert recording is not None
    chart.show_recorded("c", {arm.id: arm.label for arm in experiment.arms}, experiment, recording)
    series = drawn.series(1)
    assert len(series) == 3 * 6
    for arm in experiment.arms:
        runs = recording.arms[arm.id].runs
        assert (series[arm.id].style, series[arm.id].label) == ("points", arm.label), "with a mark of its own"
        assert series[arm.id].x[-1] == 2_000, "all arms end after as many updates"
        assert series[arm.id].y[-1] == pytest.approx(np.mean([run.curves["val_accuracy"][-1] for run in runs]))


def test_a_replay_draws_the_first_epochs_over_the_whole_axis(drawn: Drawn) -> None:
    experiment = EXPERIMENTS["digits"]
    recording = recordings.load(experiment)
    assert recording is not None
    chart.show_recorded("c", {arm.id: arm.label for arm in experiment.arms}, experiment, recording, 1_000)
    series = drawn.series(1)
    assert len(series) == 3 * 6, "the same chart from the first moment to the last"
    assert {name: series[name].x[-1] for name in ("100", "1000", "10000")} == dict.fromkeys(
        ("100", "1000", "10000"), 1_000
    )
    assert all(len(each.x) == len(each.y) and (each.x <= 1_000).all() for each in series.values())
    assert drawn.options["until"] == 2_000
