"""One training from its first batch to its result: epochs, early stopping, commands, what is told and what is kept."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import tensorflow as tf

from cnnviz.core.errors import Refusal
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network
from cnnviz.core.training.protocol import DIVERGED, Arrays, Facts
from cnnviz.workers.data.examples import Examples, Rows
from cnnviz.workers.training import checkpoint_state, model_card, snapshot_schedule, threads
from cnnviz.workers.training.batch_events import NOTHING, BatchTeller, Emit, EpochMeans
from cnnviz.workers.training.commands import Desk
from cnnviz.workers.training.evaluator import Judge, Verdict
from cnnviz.workers.training.live_views import Onlooker, Step, Weights
from cnnviz.workers.training.timing import Calls, Clock
from cnnviz.workers.training.train_loop import Chunk, Learner, rates

MOST_EPOCHS = 200


class Diverged(Exception):  # noqa: N818  (a state of the training)
    """A loss or a weight is not a number any more."""


@dataclass(frozen=True, eq=False)
class Task:
    """What is trained on what, and where it goes on: the facts and arrays of a checkpoint, or none."""

    variant: Architecture
    examples: Examples
    facts: Facts
    arrays: Arrays
    most_seconds: float = math.inf
    checkpoint_seconds: float = 5.0
    """Time that at least lies between two checkpoints."""


class Course:
    """Trains, tells `emit` about it, and listens at the `desk`."""

    def __init__(self, task: Task, emit: Emit, desk: Desk) -> None:
        self.task, self.examples, self.plan = task, task.examples, task.examples.plan
        self.emit, self.desk = emit, desk
        self.learner = Learner(task.variant, self.plan, self.examples.recipe.label_smoothing)
        self.judge = Judge(task.variant)
        self.progress = checkpoint_state.begun(self.plan, task.facts)
        if task.facts:
            self.state = checkpoint_state.restored(self.learner, self.progress, task.arrays)
        else:
            self.state = checkpoint_state.captured(self.learner, self.progress, None)
        self.verdict: Verdict | None = None
        """On the validation digits, of `state`."""
        self.step = self.progress.step
        self.clock, self.calls, self.teller = Clock(self.progress.seconds), Calls(), BatchTeller(emit)
        self.onlooker = Onlooker(
            task.variant, self.examples, self.learner, self.judge, emit, desk, lambda: self.clock.seconds
        )
        self.snapshot_every = snapshot_schedule.every(task.variant, self.progress.epochs, self.examples.batches)
        self.validation_seconds = 0.0
        self.next_checkpoint = 0.0
        self.saved_step = -1

    def go(self) -> None:
        """Train to the end and tell the result.

        Raises `desk.Cancelled`, and `Refusal` where the numbers ceased to be finite before the first epoch was over.
        """
        self._tell_start()
        ended = self._trained()
        self._tell_result(ended)

    def _tell_start(self) -> None:
        facts = {
            "epochs": self.progress.epochs,
            "batches": self.examples.batches,
            "examples": self.examples.count,
            "validation_examples": self.examples.held_out,
            "parameters": self.task.variant.parameters,
            "precision": self.plan.precision,
            "finished": self.progress.finished,
            "threads": threads.threads(),
        }
        self.emit("start", facts, NOTHING)

    def _trained(self) -> str:
        """Train epoch by epoch; how it ended."""
        patient = checkpoint_state.asked_for_more(self.plan, self.task.facts)
        try:
            while self.progress.finished < self.progress.epochs:
                if self._early() and not patient:
                    return "early"
                patient = False
                self._epoch(self.progress.finished + 1)
                if self.desk.stopping:
                    return "stopped"
                if self.clock.seconds >= self.task.most_seconds:
                    return "time"
        except Diverged:
            return "diverged"
        return "early" if self._early() and self.progress.finished < self.progress.epochs else "finished"

    def _early(self) -> bool:
        patience = self.plan.patience
        return patience is not None and self.progress.finished - self.progress.best_epoch >= patience

    def _epoch(self, epoch: int) -> None:
        """One pass over the examples, cut short by a command or the clock, then the held-out digits."""
        logs = self._learned(epoch)
        weights = self.learner.weights
        verdict = self._validated(weights)
        logs |= {f"val_{name}": value for name, value in verdict.metrics.items()}
        self._keep(epoch, logs, weights, verdict)

    def _learned(self, epoch: int) -> dict[str, float]:
        """The batches of an epoch; the mean of each metric over its examples."""
        rows = self.examples.epoch(epoch)
        order = tf.constant(rows.rows)
        batch, sums = 0, EpochMeans(self.plan.batch_size, len(rows))
        while batch < self.examples.batches:
            before = self.onlooker.before_step()
            count = 1 if before is not None else self._calls_batches(batch)
            rate = rates(
                self.plan,
                self.examples.recipe.cosine,
                self.progress.epochs,
                epoch,
                batch,
                count,
                self.examples.batches,
            )
            start = time.monotonic()
            chunk = self.learner.run(rows, order, batch, rate)
            self.calls.took(count, time.monotonic() - start)
            self._check_finite(chunk)
            sums.add(batch, chunk)
            batch, self.step = batch + count, self.step + count
            at = Step(self.step, epoch)
            self.teller.add(chunk, self._facts(at, batch))
            self.onlooker.after_step(at, chunk, self._rows_of(rows, batch - 1), float(rate[-1]), before)
            self._listen(at)
            if self.desk.stopping or self.clock.seconds >= self.task.most_seconds:
                break
        self.teller.tell()
        return sums.means()

    def _calls_batches(self, batch: int) -> int:
        """How many batches the next call may have: snapshots and epochs end calls."""
        to_snapshot = snapshot_schedule.next_step(self.step) - self.step
        return min(self.calls.batches, self.examples.batches - batch, to_snapshot)

    def _rows_of(self, rows: Rows, batch: int) -> Rows:
        size = self.plan.batch_size
        return Rows(rows.digits, rows.rows[batch * size : (batch + 1) * size])

    def _check_finite(self, chunk: Chunk) -> None:
        if chunk.finite < len(chunk):
            raise Diverged

    def _validated(self, weights: Weights) -> Verdict:
        start = time.monotonic()
        if not all(np.isfinite(array).all() for parts in weights.values() for array in parts.values()):
            raise Diverged
        self.judge.take(weights)
        smoothing = self.examples.recipe.label_smoothing
        verdict = self.judge.judge(self.examples.validation(), smoothing, self.desk.look)
        if not math.isfinite(verdict.loss):
            raise Diverged
        self.validation_seconds = time.monotonic() - start
        return verdict

    def _keep(self, epoch: int, logs: Mapping[str, float], weights: Weights, verdict: Verdict) -> None:
        """Tell the epoch and keep what it made."""
        self.progress = self.progress.after(logs, self.step, self.clock.seconds)
        facts = {"epoch": epoch, "step": self.step, **logs}
        self.emit("epoch", {**facts, "seconds": self.progress.seconds, "epochs": self.progress.epochs}, NOTHING)
        best = weights if self.progress.best_epoch == epoch else self.state.best
        self.state = checkpoint_state.captured(self.learner, self.progress, best if self.plan.patience else None)
        self.verdict = verdict
        if epoch % self.snapshot_every == 0 and self.onlooker.kept_step != self.step:
            self.onlooker.snapshot(Step(self.step, epoch), weights, verdict, epoch)
        is_last = self.progress.finished >= self.progress.epochs  # the result brings a checkpoint of its own
        if time.monotonic() >= self.next_checkpoint and not is_last:
            self._tell_checkpoint(self.state)

    def _tell_checkpoint(self, state: checkpoint_state.State) -> None:
        self.next_checkpoint = time.monotonic() + self.task.checkpoint_seconds
        self.emit("checkpoint", state.progress.to_json(), state.arrays())

    def _listen(self, at: Step) -> None:
        """Do what the learner asks for; sleep through a pause."""
        self.desk.look()
        self._grant(at)
        if not self.desk.paused or self.desk.stopping:
            return
        self.teller.tell()
        self.emit("paused", {"step": at.step}, NOTHING)
        self.clock.stop()
        self.desk.wait(lambda: self._grant(at))
        self.clock.go_on()
        self.emit("resumed", {"step": at.step}, NOTHING)

    def _grant(self, at: Step) -> None:
        """Show another digit at once; add epochs."""
        if self.desk.new_probe():
            self.onlooker.view(at)
        epochs = min(self.progress.epochs + self.desk.granted(), MOST_EPOCHS)
        self.progress = replace(self.progress, epochs=max(epochs, self.progress.epochs))

    def _facts(self, at: Step, batch: int) -> dict[str, Any]:
        """How far the training is; rates are None until the second call, as the first one makes the graph."""
        each = self.calls.batch_seconds
        epochs = self.progress.epochs - at.epoch
        left = (epochs * self.examples.batches + self.examples.batches - batch) * each
        return {
            **at.facts,
            "seconds": self.clock.seconds,
            "images_per_second": self.plan.batch_size / each if each else None,
            "seconds_left": left + (epochs + 1) * self.validation_seconds if each else None,
        }

    def _tell_result(self, ended: str) -> None:
        """Judge what is kept, tell the last snapshot and checkpoint, then the card and the weights."""
        state = self.state
        if ended == "diverged" and not state.progress.finished:
            raise Refusal(DIVERGED, epoch=1)
        kept = state.weights if state.best is None else state.best
        verdict = self._tested(kept, state)
        network = Network(self.task.variant, kept)
        progress = replace(state.progress, epochs=self.progress.epochs, ended=ended)
        card = model_card.write(network, progress, self.examples, self.judge, verdict)
        if self.verdict is not None and self.onlooker.kept_step < progress.step:
            at = Step(progress.step, progress.finished)
            self.onlooker.snapshot(at, state.weights, self.verdict, progress.finished)
        self._tell_checkpoint(replace(state, progress=progress))
        reason = Refusal(DIVERGED, epoch=progress.finished + 1) if ended == "diverged" else None
        facts = {"card": card.to_json(), "ended": ended, "message": reason and reason.to_json()}
        self.emit("result", facts, snapshot_schedule.named(kept))

    def _tested(self, weights: Weights, state: checkpoint_state.State) -> Verdict:
        """On the whole test set, which may be what judged the last epoch."""
        is_known = weights is state.weights and not (self.examples.held_out or self.examples.recipe.label_smoothing)
        self.judge.take(weights)
        if is_known and self.verdict is not None:
            return self.verdict
        return self.judge.judge(self.examples.test(), heard=self.desk.look)
