"""Train a network and save it in a model store.

    python -m cnnviz.workers.entry.train_cli request.json     or the request on standard input

A request is a JSON object. Only "variant" is needed: the name of a published network or an architecture as JSON.
"plan" is a plan as JSON (by default the published one), "seed" and "precision" replace the plan's, "models" is the
folder of the model store, "checkpoints" a folder for what a later run needs to continue after the last finished epoch,
"pen" the path of the pen strokes, and "force" trains a network that is in the store already.

Progress is one JSON object a line: start, batch, epoch, done, skipped, refused. The training itself is the one that
the app's jobs use (`cnnviz.workers.training.trainer`).
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.lessons.pooling.trio import POOL_NETWORKS
from cnnviz.core.networks import model_store, pen
from cnnviz.core.networks.architecture import TUTORIALS, Architecture
from cnnviz.core.networks.card import ModelCard
from cnnviz.core.networks.network import Network, unpack_weights
from cnnviz.core.networks.training_plan import PRECISIONS, TrainingPlan
from cnnviz.core.training.protocol import Arrays, Payload
from cnnviz.workers.data import pen_strokes
from cnnviz.workers.training.checkpoint_file import Checkpoint

Report = Callable[[dict[str, Any]], None]
"""Takes one line of progress."""

PUBLISHED: dict[str, tuple[Architecture, TrainingPlan]] = {
    **TUTORIALS,
    **POOL_NETWORKS,
    "pen": (pen.ARCHITECTURE, pen.PLAN),
}


@dataclass(frozen=True)
class TrainRequest:
    """A request: architecture, plan, and the folders to write to.

    Attributes:
        architecture: The architecture.
        plan: The training plan.
        store: Folder of the model store; its JSON key is "models".
        checkpoints: Folder of the checkpoints of all runs.
        pen: File of pen strokes, None without any.
        force: Train although the store has the network.
    """

    architecture: Architecture
    plan: TrainingPlan
    store: Path
    checkpoints: Path
    pen: Path | None = None
    force: bool = False

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> TrainRequest:
        """Read the request from a JSON object. Raises `Refusal` for anything unknown."""
        if not isinstance(data, dict) or data.get("precision", "float32") not in PRECISIONS:
            raise Refusal("A job must be an object whose precision is float32 or mixed_bfloat16.")
        architecture, plan = _find_published(data.get("variant"))
        plan = TrainingPlan.from_json(data["plan"]) if data.get("plan") else plan
        changes = {name: data[name] for name in ("seed", "precision") if data.get(name) is not None}
        return cls(
            architecture=architecture,
            plan=replace(plan, **changes),
            store=Path(data.get("models") or model_store.folder()),
            checkpoints=Path(data.get("checkpoints") or Path(tempfile.gettempdir()) / "cnnviz-training"),
            pen=Path(data["pen"]) if data.get("pen") else None,
            force=bool(data.get("force")),
        )


def _find_published(architecture: object) -> tuple[Architecture, TrainingPlan]:
    if isinstance(architecture, str):
        if architecture not in PUBLISHED:
            raise Refusal(
                "The architecture must be one of {names}, or a whole architecture. Received: {architecture}.",
                names=", ".join(PUBLISHED),
                architecture=architecture,
            )
        return PUBLISHED[architecture]
    return Architecture.from_json(architecture), TrainingPlan()


def run(request: TrainRequest, report: Report) -> ModelCard:
    """Train the requested network unless the store has it, save it and return its card.

    Raises:
        Refusal: If the request cannot be met. A fault of the request is found before TensorFlow is imported.
    """
    if not request.force and (card := _find_trained(request)) is not None:
        report({"event": "skipped", "name": card.name, "test_accuracy": card.test_accuracy})
        return card
    strokes = pen_strokes.read_for(request.plan.data, request.pen)
    checkpoint = Checkpoint(request.checkpoints, request.architecture, request.plan)
    handler = _EventHandler(request, checkpoint, report)
    _train(request, strokes, checkpoint, handler)
    card = handler.save()
    checkpoint.remove()
    report({"event": "done", "name": card.name, **_summarize(card)})
    return card


def _train(
    request: TrainRequest, strokes: pen_strokes.PenData | None, checkpoint: Checkpoint, handler: _EventHandler
) -> None:
    # Importing TensorFlow takes seconds: only once the request is known to be good.
    from cnnviz.workers.data import tensors
    from cnnviz.workers.data.examples import Examples
    from cnnviz.workers.training.commands import CommandReceiver
    from cnnviz.workers.training.trainer import Trainer, TrainingTask

    examples = Examples(request.plan, tensors.load(kind=request.plan.data), strokes, checkpoint.folder)
    task = TrainingTask(request.architecture, examples, *checkpoint.read(), checkpoint_seconds=0)
    no_probe = np.zeros((28, 28), np.uint8)
    Trainer(task, handler.handle, CommandReceiver(tuple, no_probe)).run()


def _find_trained(request: TrainRequest) -> ModelCard | None:
    """Find the card in the store, if it is valid and of the same architecture and plan in whatever precision."""
    try:
        card = model_store.load(request.architecture.name, request.store).card
    except Refusal:
        return None
    if card is None:
        return None
    plan = replace(card.plan, precision=request.plan.precision)
    return card if (card.architecture, plan) == (request.architecture, request.plan) else None


def _summarize(card: ModelCard) -> dict[str, Any]:
    return {
        "test_loss": card.test_loss,
        "test_accuracy": card.test_accuracy,
        "pen_accuracy": card.pen_accuracy,
        "pen_note": card.pen_note,
        "parameters": card.parameters,
        "epochs": card.epochs,
        "seconds": round(card.trained_seconds, 1),
    }


@dataclass
class _EventHandler:
    """Turn the events of a training into lines of progress, a checkpoint file and a network in the store.

    Attributes:
        request: What is trained.
        checkpoint: Where checkpoints are written.
        report: Takes the lines.
        batches: Per epoch.
        waiting: Epochs that are reported once their checkpoint is written.
        result: Payload and arrays of the event `result`.
    """

    request: TrainRequest
    checkpoint: Checkpoint
    report: Report
    batches: int = 0
    waiting: list[dict[str, Any]] = field(default_factory=list)
    result: tuple[Payload, Arrays] | None = None

    def handle(self, kind: str, payload: Payload, arrays: Arrays) -> None:
        """Handle one event of the training."""
        match kind:
            case "start":
                self.batches = payload["batches"]
                named = {name: payload[name] for name in ("epochs", "finished")}
                self.report({"event": "start", "name": self.request.architecture.name, **named})
            case "batches":
                self._report_batch(payload, arrays)
            case "epoch":
                self.waiting.append({"event": "epoch", **payload, "seconds": round(payload["seconds"], 1)})
            case "checkpoint":
                self._write_checkpoint(payload, arrays)
            case "result":
                self.result = (payload, arrays)

    def save(self) -> ModelCard:
        """Save the result in the store and return its card. Raises `Refusal` if the training did not end well."""
        if self.result is None:
            raise Refusal("The training ended without a result. Start it again.")
        payload, arrays = self.result
        if payload["message"]:
            raise Refusal.from_json(payload["message"])
        weights = unpack_weights(arrays, "weights/")
        card = ModelCard.from_json(payload["card"])
        return model_store.save(Network(self.request.architecture, weights), card, self.request.store)

    def _report_batch(self, payload: Payload, arrays: Arrays) -> None:
        where = {"batch": (payload["step"] - 1) % self.batches + 1, "batches": self.batches}
        last = {name: float(arrays[name][-1]) for name in ("loss", "accuracy")}
        self.report({"event": "batch", "epoch": payload["epoch"], **where, **last})

    def _write_checkpoint(self, payload: Payload, arrays: Arrays) -> None:
        self.checkpoint.write(payload, arrays)
        for line in self.waiting:
            self.report(line)
        self.waiting.clear()


def main(arguments: list[str]) -> int:
    """Read the request, run it and print its progress; return 0 unless it was refused."""
    text = Path(arguments[0]).read_text(encoding="utf-8") if arguments else sys.stdin.read()
    try:
        run(TrainRequest.from_json(json.loads(text)), lambda event: print(json.dumps(event), flush=True))
    except (Refusal, json.JSONDecodeError) as error:
        print(json.dumps({"event": "refused", "message": str(error)}), flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
