"""What an experiment has shown, computed from what its trainings measured."""

from __future__ import annotations

from collections.abc import Mapping

from cnnviz.core import series
from cnnviz.core.experiments import EXPERIMENTS, SHIFTED, Experiment
from cnnviz.core.runs import Run, RunStore
from cnnviz.ui import cache, visitor
from cnnviz.ui.training import experiments, following


def show(watched: Run) -> None:
    """Say what the experiment that a run belongs to has shown, or what is still to come; nothing for other runs."""
    experiment = EXPERIMENTS.get(series.experiment_of(watched))
    if experiment is not None:
        experiments.verdict(experiment, measured(visitor.store(), experiment, watched))


def measured(store: RunStore, experiment: Experiment, watched: Run) -> Mapping[str, float]:
    """Return what each ended arm of the watched run's trial reads right, by arm."""
    ended = [run for run in store.runs() if run.experiment == watched.experiment and run.state == "done"]
    return {run.arm: _share(store, experiment, run) for run in ended}


def _share(store: RunStore, experiment: Experiment, run: Run) -> float:
    if experiment.measure == SHIFTED:
        return cache.shifted_accuracy(store, run.id, store.version(run.id))
    return float(following.follow(store, run.id).facts("epoch")["val_accuracy"])
