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
        store = visitor.store()
        experiments.verdict(
            experiment, measured(store, experiment, watched), judged_by(store, experiment, watched)
        )


def judged_by(store: RunStore, experiment: Experiment, watched: Run) -> int:
    """Return how many digits decide: fewer than planned where this server's data set is smaller."""
    held_out = following.follow(store, watched.id).facts("start").get("validation_examples", experiment.count)
    return min(experiment.count, int(held_out)) if experiment.measure != SHIFTED else experiment.count


def measured(store: RunStore, experiment: Experiment, watched: Run) -> Mapping[str, float]:
    """Return what each ended arm of the watched run's trial reads right, by arm."""
    ended = [run for run in store.runs() if run.experiment == watched.experiment and run.state == "done"]
    return {run.arm: _share(store, experiment, run) for run in ended}


def _share(store: RunStore, experiment: Experiment, run: Run) -> float:
    if experiment.measure == SHIFTED:
        return cache.shifted_accuracy(store, run.id, store.version(run.id))
    return float(following.follow(store, run.id).facts("epoch")["val_accuracy"])
