"""Train a network and put it on a shelf.

    python -m cnnviz.workers.entry.train_cli job.json     or the job on standard input

A job is a JSON object. Only "variant" is needed: the name of a published network or a variant as JSON. "plan" is a
plan as JSON (the published one if left out), "seed" and "precision" replace the plan's, "shelf" is the folder to write
to, "checkpoints" a folder for what a later run needs to go on after the last finished epoch, "pen" the path of the pen
strokes, and "force" trains what is there already.

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
from cnnviz.core.networks.card import Card
from cnnviz.core.networks.network import Network
from cnnviz.core.networks.training_plan import PRECISIONS, TrainingPlan
from cnnviz.core.training.protocol import Arrays, Facts
from cnnviz.workers.data.examples import Examples
from cnnviz.workers.training.checkpoint_file import Checkpoint
from cnnviz.workers.training.commands import Desk
from cnnviz.workers.training.trainer import Course, Task

Tell = Callable[[dict[str, Any]], None]

NAMED: dict[str, tuple[Architecture, TrainingPlan]] = {
    **TUTORIALS,
    **POOL_NETWORKS,
    "pen": (pen.VARIANT, pen.PLAN),
}


@dataclass(frozen=True)
class Order:
    """What to train and where to write; `pen` is the file of pen strokes, None to leave them out."""

    variant: Architecture
    plan: TrainingPlan
    shelf: Path
    checkpoints: Path
    pen: Path | None = None
    force: bool = False

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Order:
        """The order that a JSON object describes. Raises `Refusal` for anything unknown."""
        if not isinstance(data, dict) or data.get("precision", "float32") not in PRECISIONS:
            raise Refusal("A job must be an object whose precision is float32 or mixed_bfloat16.")
        variant, plan = _named(data.get("variant"))
        plan = TrainingPlan.from_json(data["plan"]) if data.get("plan") else plan
        changes = {name: data[name] for name in ("seed", "precision") if data.get(name) is not None}
        return cls(
            variant=variant,
            plan=replace(plan, **changes),
            shelf=Path(data.get("shelf") or model_store.folder()),
            checkpoints=Path(data.get("checkpoints") or Path(tempfile.gettempdir()) / "cnnviz-training"),
            pen=Path(data["pen"]) if data.get("pen") else None,
            force=bool(data.get("force")),
        )


def _named(variant: object) -> tuple[Architecture, TrainingPlan]:
    if isinstance(variant, str):
        if variant not in NAMED:
            raise Refusal(
                "The variant must be one of {names}, or a whole variant. Received: {variant}.",
                names=", ".join(NAMED),
                variant=variant,
            )
        return NAMED[variant]
    return Architecture.from_json(variant), TrainingPlan()


def run(order: Order, tell: Tell) -> Card:
    """Train the ordered network unless it is on the shelf, save it and return its card."""
    if not order.force and (known := _known(order)) is not None:
        tell({"event": "skipped", "name": known.name, "test_accuracy": known.test_accuracy})
        return known
    checkpoint = Checkpoint(order.checkpoints, order.variant, order.plan)
    listener = _Listener(order, checkpoint, tell)
    examples = Examples.load(order.plan, order.pen, checkpoint.folder)
    task = Task(order.variant, examples, *checkpoint.read(), checkpoint_seconds=0)
    Course(task, listener.hear, Desk(tuple, np.zeros((28, 28), np.uint8))).go()
    card = listener.saved()
    checkpoint.remove()
    tell({"event": "done", "name": card.name, **_results(card)})
    return card


def _known(order: Order) -> Card | None:
    """The card on the shelf, if it is sound and of the same variant and plan, in whatever precision."""
    try:
        card = model_store.load(order.variant.name, order.shelf).card
    except Refusal:
        return None
    if card is None:
        return None
    plan = replace(card.plan, precision=order.plan.precision)
    return card if (card.variant, plan) == (order.variant, order.plan) else None


def _results(card: Card) -> dict[str, Any]:
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
class _Listener:
    """Turns what a training tells into lines, a file to go on from, and a network on the shelf."""

    order: Order
    checkpoint: Checkpoint
    tell: Tell
    batches: int = 0
    waiting: list[dict[str, Any]] = field(default_factory=list)
    """Epochs that are told once their checkpoint is safe."""
    result: tuple[Facts, Arrays] | None = None

    def hear(self, kind: str, facts: Facts, arrays: Arrays) -> None:
        """One event of the training."""
        match kind:
            case "start":
                self.batches = facts["batches"]
                named = {name: facts[name] for name in ("epochs", "finished")}
                self.tell({"event": "start", "name": self.order.variant.name, **named})
            case "batches":
                self._tell_batch(facts, arrays)
            case "epoch":
                self.waiting.append({"event": "epoch", **facts, "seconds": round(facts["seconds"], 1)})
            case "checkpoint":
                self._keep(facts, arrays)
            case "result":
                self.result = (facts, arrays)

    def saved(self) -> Card:
        """Put the result on the shelf. Raises `Refusal` where the training did not end well."""
        if self.result is None:
            raise Refusal("The training ended without a result. Start it again.")
        facts, arrays = self.result
        if facts["message"]:
            raise Refusal.from_json(facts["message"])
        weights: dict[str, dict[str, np.ndarray]] = {}
        for path, array in arrays.items():
            _, layer, name = path.split("/")
            weights.setdefault(layer, {})[name] = array
        card = Card.from_json(facts["card"])
        return model_store.save(Network(self.order.variant, weights), card, self.order.shelf)

    def _tell_batch(self, facts: Facts, arrays: Arrays) -> None:
        where = {"batch": (facts["step"] - 1) % self.batches + 1, "batches": self.batches}
        last = {name: float(arrays[name][-1]) for name in ("loss", "accuracy")}
        self.tell({"event": "batch", "epoch": facts["epoch"], **where, **last})

    def _keep(self, facts: Facts, arrays: Arrays) -> None:
        self.checkpoint.write(facts, arrays)
        for line in self.waiting:
            self.tell(line)
        self.waiting.clear()


def main(arguments: list[str]) -> int:
    """Read the job, run it and print its events; 0 unless it was refused."""
    text = Path(arguments[0]).read_text(encoding="utf-8") if arguments else sys.stdin.read()
    try:
        run(Order.from_json(json.loads(text)), lambda event: print(json.dumps(event), flush=True))
    except (Refusal, json.JSONDecodeError) as error:
        print(json.dumps({"event": "refused", "message": str(error)}), flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
