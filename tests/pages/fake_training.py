"""A fake scheduler of trainings, and the hands and eyes of a visitor of Train without a browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.errors import Refusal
from cnnviz.core.networks.network import Network
from cnnviz.core.training.protocol import Command, Event, Job
from cnnviz.jobs import api
from cnnviz.ui.shell import page
from tests.core import strategies
from tests.core.networks import small_network
from tests.marked_text import plain

ROOT = Path(__file__).parents[2]
TRAIN = page.PAGES["train"].path


class FakeScheduler:
    """Stand in for the scheduler: it trains nothing and emits the events that a test chooses."""

    def __init__(self) -> None:
        self.jobs: dict[str, tuple[Job, Callable[[Event], None]]] = {}
        self.owners: dict[str, str] = {}
        self.told: dict[str, list[Event]] = {}
        self.states: dict[str, str] = {}
        self.commands: list[tuple[str, str]] = []
        self.touched: list[str] = []
        self.attempts: dict[str, int] = {}
        self.kept: dict[str, bool] = {}
        self.asked: dict[str, str] = {}
        self.refusing: Refusal | None = None

    def submit(self, owner: str, job: Job, record: Callable[[Event], None]) -> None:
        if self.refusing:
            raise self.refusing
        self.jobs[job.id] = (job, record)
        self.owners[job.id] = owner
        self.told[job.id], self.states[job.id] = [], "running"

    def tell(self, job_id: str, kind: str, arrays: dict[str, np.ndarray] | None = None, **payload: Any) -> None:
        seq, attempt = len(self.told[job_id]) + 1, self.attempts.get(job_id, 1)
        event = Event(kind, seq, attempt, payload, arrays or {})
        self.jobs[job_id][1](event)
        self.told[job_id].append(event)

    def status(self, job_id: str, since: int = 0) -> api.JobStatus:
        events = tuple(event for event in self.told[job_id] if event.seq > since)
        attempt, kept = self.attempts.get(job_id, 1), self.kept.get(job_id, False)
        return api.JobStatus(events, self.states[job_id], 0, None, attempt, kept, self.asked.get(job_id, ""))

    def knows(self, job_id: str) -> bool:
        return job_id in self.jobs

    def adopt(self, *_: Any) -> bool:
        return False

    def active(self, owner: str = "") -> tuple[str, ...]:
        """Return the active jobs of an owner, or of all."""
        running = (job_id for job_id, state in self.states.items() if state == "running")
        return tuple(job_id for job_id in running if owner in ("", self.owners[job_id]))

    def command(self, job_id: str, command: Command) -> None:
        self.commands.append((job_id, command.kind))
        if command.kind not in ("more", "probe"):
            self.asked[job_id] = command.kind

    def touch(self, job_id: str) -> None:
        self.touched.append(job_id)

    def keep(self, job_id: str, kept: bool) -> None:
        self.kept[job_id] = kept

    def count_live(self) -> int:
        return len(self.active())

    def warm_up(self) -> None:
        """Start nothing."""


def install_scheduler(monkeypatch: pytest.MonkeyPatch) -> FakeScheduler:
    """Replace the scheduler by a fake."""
    fake = FakeScheduler()
    monkeypatch.setattr(api, "scheduler", lambda: fake)
    return fake


def opened(monkeypatch: pytest.MonkeyPatch, runs: Path) -> AppTest:
    """Open Train as a new visitor who wants to see everything."""
    monkeypatch.setenv("CNNVIZ_RUNS", str(runs))
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["show"] = "everything"
    return app.switch_page(TRAIN).run()


def texts(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.warning, app.error, app.success, app.info)
    found = [str(element.value) for kind in kinds for element in kind]
    return plain("\n".join([*found, *(each.label for each in app.expander)]))


def well(app: AppTest) -> bool:
    return not app.exception and not app.error


def press(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


def only(scheduler: FakeScheduler) -> str:
    (job_id,) = scheduler.jobs
    return job_id


def train_one(app: AppTest, scheduler: FakeScheduler) -> str:
    app.session_state["train_view"] = "build"
    press(app.run(), "train")
    return only(scheduler)


def progress(app: AppTest) -> str:
    return str(app.get("progress")[0].proto.text)


def flat(network: Network) -> dict[str, np.ndarray]:
    return {f"weights/{layer}/{n}": a for layer, of in network.weights.items() for n, a in of.items()}


def learn(scheduler: FakeScheduler, job_id: str, batches: int = 2) -> None:
    """Emit the events of a job's first epoch, of an even number of batches."""
    job = scheduler.jobs[job_id][0]
    network = strategies.network(job.architecture, 1)
    weights = flat(network)
    snapshot = weights | {"confusion": np.eye(10, dtype=np.int32)}
    scheduler.tell(job_id, "start", epochs=job.plan.epochs, batches=batches, finished=0)
    scheduler.tell(job_id, "snapshot", snapshot, step=0, epoch=0, digits=10)
    curve = np.tile(np.array([2.0, 1.5], np.float32), batches // 2)
    arrays: dict[str, np.ndarray] = {"loss": curve, "accuracy": curve / 4, "gradient": curve}
    pace = {"seconds": 1.0, "images_per_second": 1234.0, "seconds_left": 75.0}
    scheduler.tell(job_id, "batches", arrays, step=batches, epoch=1, **pace)
    scheduler.tell(
        job_id,
        "epoch",
        epoch=1,
        step=batches,
        loss=1.75,
        accuracy=0.4,
        val_loss=1.2,
        val_accuracy=0.625,
        seconds=1.0,
        epochs=job.plan.epochs,
    )
    scheduler.tell(job_id, "snapshot", snapshot, step=batches, epoch=1, digits=10)


def finish(scheduler: FakeScheduler, job_id: str, ended: str = "finished") -> None:
    job = scheduler.jobs[job_id][0]
    network = strategies.network(job.architecture, 2)
    weights = flat(network)
    card = replace(small_network.card(network), plan=job.plan)
    scheduler.tell(job_id, "result", weights, card=json.loads(json.dumps(card.to_json())), ended=ended, message=None)
    scheduler.states[job_id] = "done"


def end(scheduler: FakeScheduler, job_id: str, state: str, reason: Refusal | None = None) -> None:
    """End a job without a result."""
    said: dict[str, Any] = {
        "template": reason.template if reason else "",
        "values": reason.values if reason else {},
    }
    scheduler.tell(job_id, "ended", state=state, **said)
    scheduler.states[job_id] = state
