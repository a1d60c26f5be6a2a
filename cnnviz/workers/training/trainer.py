"""Train a network from its first batch to its result: epochs, early stopping, commands, events and checkpoints."""

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
from cnnviz.core.networks.training_plan import MAX_EPOCHS
from cnnviz.core.training.protocol import DIVERGED, Arrays, Payload
from cnnviz.workers import tf_runtime
from cnnviz.workers.data.examples import Examples, Rows
from cnnviz.workers.training import checkpoint_state, model_card, snapshot_schedule
from cnnviz.workers.training.batch_events import NO_ARRAYS, BatchEvents, Emit, EpochMeans
from cnnviz.workers.training.commands import CommandReceiver
from cnnviz.workers.training.evaluator import Evaluation, Evaluator
from cnnviz.workers.training.live_views import LiveViews, Position, Weights
from cnnviz.workers.training.timing import ChunkSizer, Stopwatch
from cnnviz.workers.training.train_loop import TrainStep, compute_rates


class Diverged(Exception):  # noqa: N818  (a state of the training)
    """A loss or a weight is not finite any more."""


@dataclass(frozen=True, eq=False)
class TrainingTask:
    """The task of a trainer: architecture, examples, and the checkpoint to continue from.

    Attributes:
        architecture: The architecture.
        examples: Training and validation examples; they know the plan.
        payload: Of the checkpoint to continue from, or empty.
        arrays: Of the same checkpoint.
        max_seconds: Training time after which the run ends and keeps its result.
        checkpoint_seconds: Minimum time between two checkpoints.
    """

    architecture: Architecture
    examples: Examples
    payload: Payload
    arrays: Arrays
    max_seconds: float = math.inf
    checkpoint_seconds: float = 5.0


class Trainer:
    """Train a task, emit its events and obey its commands."""

    def __init__(self, task: TrainingTask, emit: Emit, commands: CommandReceiver) -> None:
        self.task, self.examples, self.plan = task, task.examples, task.examples.plan
        self.emit, self.commands = emit, commands
        self.train_step = TrainStep(task.architecture, self.plan, self.examples.augmentation.label_smoothing)
        self.evaluator = Evaluator(task.architecture, self.plan.data)
        self.progress = checkpoint_state.start_progress(self.plan, task.payload)
        if task.payload:
            self.state = checkpoint_state.restore(self.train_step, self.progress, task.arrays)
        else:
            self.state = checkpoint_state.capture(self.train_step, self.progress, None)
        self.validation: Evaluation | None = None
        """Of the weights of `state`, on the validation digits."""
        self.step = self.progress.step
        self.stopwatch, self.chunks = Stopwatch(self.progress.seconds), ChunkSizer()
        self.batch_events = BatchEvents(emit)
        self.live_views = LiveViews(
            task.architecture,
            self.examples,
            self.train_step,
            self.evaluator,
            emit,
            commands,
            lambda: self.stopwatch.seconds,
        )
        self.snapshot_epochs = snapshot_schedule.count_epochs_between(
            task.architecture, self.progress.epochs, self.examples.batches
        )
        self.validation_seconds = 0.0
        self.next_checkpoint = 0.0

    def run(self) -> None:
        """Train to the end and emit the result.

        Raises:
            Cancelled: If a command asked for it.
            Refusal: If the numbers ceased to be finite before the first epoch was over.
        """
        self._emit_start()
        ended = self._train_epochs()
        self._emit_result(ended)

    def _emit_start(self) -> None:
        payload = {
            "epochs": self.progress.epochs,
            "batches": self.examples.batches,
            "examples": self.examples.count,
            "validation_examples": self.examples.held_out,
            "parameters": self.task.architecture.parameters,
            "precision": self.plan.precision,
            "finished": self.progress.finished,
            "threads": tf_runtime.count_threads(),
        }
        self.emit("start", payload, NO_ARRAYS)

    def _train_epochs(self) -> str:
        """Train epoch by epoch and return how the training ended."""
        ignore_patience = checkpoint_state.extends_ended_run(self.plan, self.task.payload)
        try:
            while self.progress.finished < self.progress.epochs:
                if self._is_patience_over() and not ignore_patience:
                    return "early"
                ignore_patience = False
                self._run_epoch(self.progress.finished + 1)
                if self.commands.stopping:
                    return "stopped"
                if self.stopwatch.seconds >= self.task.max_seconds:
                    return "time"
        except Diverged:
            return "diverged"
        return "early" if self._is_patience_over() and self.progress.finished < self.progress.epochs else "finished"

    def _is_patience_over(self) -> bool:
        patience = self.plan.patience
        return patience is not None and self.progress.finished - self.progress.best_epoch >= patience

    def _run_epoch(self, epoch: int) -> None:
        """Train on all examples once, unless a command or the time limit ends the epoch early; then validate."""
        logs = self._train_batches(epoch)
        weights = self.train_step.weights
        validation = self._validate(weights)
        logs |= {f"val_{name}": value for name, value in validation.metrics.items()}
        self._finish_epoch(epoch, logs, weights, validation)

    def _train_batches(self, epoch: int) -> dict[str, float]:
        """Train the batches of an epoch and return the mean of each metric over its examples."""
        rows = self.examples.epoch(epoch)
        order = tf.constant(rows.rows)
        batch, means = 0, EpochMeans(self.plan.batch_size, len(rows))
        while batch < self.examples.batches:
            # 1. Size the call: a step that is to be explained is a call of its own.
            before = self.live_views.before_step()
            count = 1 if before is not None else self._next_chunk_size(batch)
            rates = self._compute_rates(epoch, batch, count)
            # 2. Train, and learn from the duration how large the next call may be.
            start = time.monotonic()
            result = self.train_step.run(rows, order, batch, rates)
            self.chunks.record(count, time.monotonic() - start)
            if result.finite < len(result):
                raise Diverged
            # 3. Record and emit what was measured.
            means.add(batch, result)
            batch, self.step = batch + count, self.step + count
            at = Position(self.step, epoch)
            self.batch_events.add(result, self._batch_payload(at, batch))
            self.live_views.after_step(at, result, self._rows_of_batch(rows, batch - 1), float(rates[-1]), before)
            # 4. Obey commands and the time limit.
            self._obey_commands(at)
            if self.commands.stopping or self.stopwatch.seconds >= self.task.max_seconds:
                break
        self.batch_events.emit()
        return means.compute()

    def _compute_rates(self, epoch: int, batch: int, count: int) -> np.ndarray:
        config, clean = self.examples.augmentation, self.examples.clean_epochs
        plan, epochs = self.plan, self.progress.epochs
        if clean < plan.epochs:  # two cosines: one over the clean epochs, a lower one over those with degraded digits
            if epoch > clean:
                plan = replace(plan, learning_rate=plan.learning_rate * config.restart)
                epochs, epoch = epochs - clean, epoch - clean
            else:
                epochs = clean
        return compute_rates(plan, config.cosine, epochs, epoch, batch, count, self.examples.batches)

    def _next_chunk_size(self, batch: int) -> int:
        """Return the number of batches of the next call, which snapshots and ends of epochs limit."""
        to_snapshot = snapshot_schedule.find_next_step(self.step) - self.step
        return min(self.chunks.batches, self.examples.batches - batch, to_snapshot)

    def _rows_of_batch(self, rows: Rows, batch: int) -> Rows:
        size = self.plan.batch_size
        return Rows(rows.digits, rows.rows[batch * size : (batch + 1) * size])

    def _validate(self, weights: Weights) -> Evaluation:
        """Evaluate the weights on the validation digits. Raises `Diverged`."""
        start = time.monotonic()
        if not all(np.isfinite(array).all() for parts in weights.values() for array in parts.values()):
            raise Diverged
        self.evaluator.load_weights(weights)
        smoothing = self.examples.augmentation.label_smoothing
        validation = self.evaluator.evaluate(self.examples.validation(), smoothing, self.commands.receive)
        if not math.isfinite(validation.loss):
            raise Diverged
        self.validation_seconds = time.monotonic() - start
        return validation

    def _finish_epoch(self, epoch: int, logs: Mapping[str, float], weights: Weights, validation: Evaluation) -> None:
        """Emit the epoch, capture the state after it, and emit snapshot and checkpoint where they are due."""
        # 1. The epoch.
        self.progress = self.progress.advance(logs, self.step, self.stopwatch.seconds)
        payload = {"epoch": epoch, "step": self.step, **logs}
        self.emit("epoch", {**payload, "seconds": self.progress.seconds, "epochs": self.progress.epochs}, NO_ARRAYS)
        # 2. The state, with the best weights so far if the plan has a patience.
        best = weights if self.progress.best_epoch == epoch else self.state.best
        self.state = checkpoint_state.capture(self.train_step, self.progress, best if self.plan.patience else None)
        self.validation = validation
        # 3. Snapshot and checkpoint. After the last epoch the result brings a checkpoint of its own.
        if epoch % self.snapshot_epochs == 0 and self.live_views.last_snapshot != self.step:
            self.live_views.emit_snapshot(Position(self.step, epoch), weights, validation, epoch)
        is_last = self.progress.finished >= self.progress.epochs
        if time.monotonic() >= self.next_checkpoint and not is_last:
            self._emit_checkpoint(self.state)

    def _emit_checkpoint(self, state: checkpoint_state.TrainerState) -> None:
        self.next_checkpoint = time.monotonic() + self.task.checkpoint_seconds
        self.emit("checkpoint", state.progress.to_json(), state.pack_arrays())

    def _obey_commands(self, at: Position) -> None:
        """Receive and obey commands; sleep through a pause."""
        self.commands.receive()
        self._apply_commands(at)
        if not self.commands.paused or self.commands.stopping:
            return
        self.batch_events.emit()
        self.emit("paused", {"step": at.step}, NO_ARRAYS)
        self.stopwatch.pause()
        self.commands.wait_while_paused(lambda: self._apply_commands(at))
        self.stopwatch.resume()
        self.emit("resumed", {"step": at.step}, NO_ARRAYS)

    def _apply_commands(self, at: Position) -> None:
        """Show another digit at once; add epochs."""
        if self.commands.take_new_probe():
            self.live_views.emit_view(at)
        epochs = min(self.progress.epochs + self.commands.take_extra_epochs(), MAX_EPOCHS)
        self.progress = replace(self.progress, epochs=max(epochs, self.progress.epochs))

    def _batch_payload(self, at: Position, batch: int) -> dict[str, Any]:
        """Return position, time and speed; speeds are None until the second call, as the first traces the graph."""
        each = self.chunks.batch_seconds
        epochs = self.progress.epochs - at.epoch
        left = (epochs * self.examples.batches + self.examples.batches - batch) * each
        return {
            **at.payload,
            "seconds": self.stopwatch.seconds,
            "images_per_second": self.plan.batch_size / each if each else None,
            "seconds_left": left + (epochs + 1) * self.validation_seconds if each else None,
        }

    def _emit_result(self, ended: str) -> None:
        """Test the weights that are kept; emit the last snapshot and checkpoint, then the card and the weights."""
        state = self.state
        if ended == "diverged" and not state.progress.finished:
            raise Refusal(DIVERGED, epoch=1)
        # 1. Test the last weights, or the best ones if the plan has a patience.
        kept = state.weights if state.best is None else state.best
        evaluation = self._test(kept, state)
        # 2. The card.
        network = Network(self.task.architecture, kept)
        progress = replace(state.progress, epochs=self.progress.epochs, ended=ended)
        card = model_card.create(network, progress, self.examples, self.evaluator, evaluation)
        # 3. The last snapshot, unless the end of an epoch has emitted it, and the checkpoint to continue from.
        if self.validation is not None and self.live_views.last_snapshot < progress.step:
            at = Position(progress.step, progress.finished)
            self.live_views.emit_snapshot(at, state.weights, self.validation, progress.finished)
        self._emit_checkpoint(replace(state, progress=progress))
        # 4. The result.
        reason = Refusal(DIVERGED, epoch=progress.finished + 1) if ended == "diverged" else None
        payload = {"card": card.to_json(), "ended": ended, "message": reason and reason.to_json()}
        self.emit("result", payload, snapshot_schedule.name_weights(kept))

    def _test(self, weights: Weights, state: checkpoint_state.TrainerState) -> Evaluation:
        """Evaluate on the whole test set, unless that was the validation of the last epoch."""
        is_smoothed = bool(self.examples.augmentation.label_smoothing)
        is_known = weights is state.weights and not (self.examples.held_out or is_smoothed)
        self.evaluator.load_weights(weights)
        if is_known and self.validation is not None:
            return self.validation
        return self.evaluator.evaluate(self.examples.test(), after_block=self.commands.receive)
