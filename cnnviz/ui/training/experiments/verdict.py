"""The verdict on an experiment, computed from its trainings' measurements."""

from __future__ import annotations

from dataclasses import dataclass, field

from cnnviz.core.training.experiments import EXPERIMENTS, SHIFTED, Arm, Experiment
from cnnviz.core.training.protocol import DIVERGED
from cnnviz.core.training.verdicts import Results
from cnnviz.jobs.runs import planner
from cnnviz.jobs.runs.store import Run, RunStore
from cnnviz.ui.i18n import translate, translate_plural
from cnnviz.ui.shell import cache, visitor
from cnnviz.ui.training import run_status
from cnnviz.ui.training.controls import describe_status
from cnnviz.ui.training.experiments import cards, recorded
from cnnviz.ui.training.run_status import RunStatus


@dataclass(frozen=True)
class Outcome:
    """Progress of the trainings of one experiment run, by arm; those still to come are in no table.

    Attributes:
        shares: What they read right, in [0, 1].
        gone: Why nothing comes of them.
        unequal: Why their result cannot be set beside the others'.
    """

    shares: dict[str, float] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)
    unequal: dict[str, str] = field(default_factory=dict)


def show(watched: Run) -> None:
    """Say what the experiment that a run belongs to has shown, or why it has not; nothing for other runs."""
    experiment = EXPERIMENTS.get(planner.get_experiment(watched))
    if experiment is not None:
        store = visitor.store()
        found = get_outcome(store, experiment, watched)
        results = Results(
            {arm: (share,) for arm, share in found.shares.items()}, count_judging_digits(store, experiment, watched)
        )
        joined = results
        if len(found.shares) == len(experiment.arms):
            joined = recorded.join(experiment, results, watched.plan.seed, _data_of(store, watched))

        def say_where() -> None:
            if joined is not results:
                recorded.say_where_it_falls(experiment, results, watched.plan.seed)

        cards.show_verdict(
            experiment, joined, gone=found.gone, unequal=found.unequal, folded=True, more=say_where
        )  # folded, because the maps and the matrix belong on the same screen


def _data_of(store: RunStore, watched: Run) -> str:
    """Return the hash of the digits that a run learned from; "" where it has no result."""
    card = store.card(watched.id)
    return card.data.sha256 if card is not None else ""


def count_judging_digits(store: RunStore, experiment: Experiment, watched: Run) -> int:
    """Return how many digits decide: fewer than planned where this server's data set is smaller."""
    held_out = run_status.follow(store, watched.id).get_payload("start").get("validation_examples", experiment.count)
    return min(experiment.count, int(held_out)) if experiment.measure != SHIFTED else experiment.count


def get_outcome(store: RunStore, experiment: Experiment, watched: Run) -> Outcome:
    """Return the progress of the arms of the watched run's experiment."""
    runs = {run.arm: run for run in store.runs() if run.experiment == watched.experiment}
    found = Outcome()
    for arm in experiment.arms:
        if arm.id in runs:
            _add(found, store, experiment, arm, run_status.follow(store, runs[arm.id].id))
        else:
            found.gone[arm.id] = translate("deleted")
    return found


def _add(found: Outcome, store: RunStore, experiment: Experiment, arm: Arm, status: RunStatus) -> None:
    if status.live:
        return
    if status.state != "done":
        _add_without_result(found, arm, status)
    elif reason := _describe_difference(arm, status):
        found.unequal[arm.id] = reason
    elif experiment.measure != SHIFTED and status.get_payload("epoch").get("val_accuracy") is None:
        found.gone[arm.id] = translate("its record is damaged")
    else:
        found.shares[arm.id] = _share(store, experiment, status)


def _add_without_result(found: Outcome, arm: Arm, status: RunStatus) -> None:
    """Add an arm without a result; one that diverged in its first epoch reads nothing right."""
    if status.message is not None and status.message.template == DIVERGED:
        found.shares[arm.id] = 0.0
    else:
        found.gone[arm.id] = describe_status(status)


def _describe_difference(arm: Arm, status: RunStatus) -> str:
    """Say in which way a training was not that of the experiment; nothing where it was."""
    if status.run.ended in ("stopped", "time"):
        return describe_status(status)
    if status.run.ended != "diverged" and status.epochs != arm.plan.epochs:
        return translate_plural(
            "{number} epoch instead of {planned}",
            "{number} epochs instead of {planned}",
            status.epochs,
            planned=arm.plan.epochs,
        )
    return ""


def _share(store: RunStore, experiment: Experiment, status: RunStatus) -> float:
    if experiment.measure == SHIFTED:
        return cache.measure_shifted_accuracy(store, status.run.id, store.version(status.run.id))
    return float(status.get_payload("epoch")["val_accuracy"])
