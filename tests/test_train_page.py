"""The page Train without a browser: a stand-in trains, everything else is real."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core import jobs, keras_script, series
from cnnviz.core.experiments import EXPERIMENTS
from cnnviz.core.network import Network
from cnnviz.core.refusals import Refusal
from cnnviz.core.runs import RunStore
from cnnviz.core.training_jobs import Command, Event, Job
from cnnviz.ui import frame, options
from tests.core import drawn, made

ROOT = Path(__file__).parents[1]
TRAIN = frame.PAGES["train"].path


class Engine:
    """Stands for the engine: it trains nothing, and tells what a test has it tell."""

    def __init__(self) -> None:
        self.jobs: dict[str, tuple[Job, Callable[[Event], None]]] = {}
        self.told: dict[str, list[Event]] = {}
        self.states: dict[str, str] = {}
        self.commands: list[tuple[str, str]] = []
        self.refusing: Refusal | None = None

    def submit(self, _owner: str, job: Job, record: Callable[[Event], None]) -> None:
        if self.refusing:
            raise self.refusing
        self.jobs[job.id] = (job, record)
        self.told[job.id], self.states[job.id] = [], "running"

    def tell(self, job_id: str, kind: str, arrays: dict[str, np.ndarray] | None = None, **facts: Any) -> None:
        event = Event(kind, len(self.told[job_id]) + 1, 1, facts, arrays or {})
        self.jobs[job_id][1](event)
        self.told[job_id].append(event)

    def follow(self, job_id: str, since: int = 0) -> jobs.Following:
        events = tuple(event for event in self.told[job_id] if event.seq > since)
        return jobs.Following(events, self.states[job_id], 0, None, 1)

    def knows(self, job_id: str) -> bool:
        return job_id in self.jobs

    def adopt(self, *_: Any) -> bool:
        return False

    def active(self, _owner: str) -> tuple[str, ...]:
        return tuple(job_id for job_id, state in self.states.items() if state == "running")

    def command(self, job_id: str, command: Command) -> None:
        self.commands.append((job_id, command.kind))

    def touch(self, job_id: str) -> None:
        """Nothing ends here."""

    def trained(self) -> int:
        return len(self.active(""))

    def warm(self) -> None:
        """Nothing starts here."""


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    standing_in = Engine()
    monkeypatch.setattr(jobs, "engine", lambda: standing_in)
    return standing_in


@pytest.fixture
def app(
    engine: Engine,  # noqa: ARG001 (it stands in before the page opens)
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> AppTest:
    """A visitor who has just opened Train."""
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path))
    opened = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    return opened.switch_page(TRAIN).run()


def texts(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.warning, app.error, app.success, app.info)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def well(app: AppTest) -> bool:
    return not app.exception and not app.error


def press(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


def only(engine: Engine) -> str:
    (job_id,) = engine.jobs
    return job_id


def train_one(app: AppTest, engine: Engine) -> str:
    app.session_state["bench"] = "build"
    press(app.run(), "train")
    return only(engine)


def progress(app: AppTest) -> str:
    return str(app.get("progress")[0].proto.text)


def flat(network: Network) -> dict[str, np.ndarray]:
    return {f"weights/{layer}/{n}": a for layer, of in network.weights.items() for n, a in of.items()}


def learn(engine: Engine, job_id: str) -> None:
    """Have a job tell what a training tells in its first epoch."""
    job = engine.jobs[job_id][0]
    network = drawn.network(job.variant, 1)
    weights = flat(network)
    snapshot = weights | {"confusion": np.eye(10, dtype=np.int32)}
    engine.tell(job_id, "start", epochs=job.plan.epochs, batches=2, finished=0)
    engine.tell(job_id, "snapshot", snapshot, step=0, epoch=0, digits=10)
    curve = np.array([2.0, 1.5], np.float32)
    arrays: dict[str, np.ndarray] = {"loss": curve, "accuracy": curve / 4, "gradient": curve}
    pace = {"seconds": 1.0, "images_per_second": 1234.0, "seconds_left": 75.0}
    engine.tell(job_id, "batches", arrays, step=2, epoch=1, **pace)
    engine.tell(job_id, "epoch", epoch=1, step=2, loss=1.75, accuracy=0.4, val_loss=1.2, val_accuracy=0.625,
                seconds=1.0, epochs=job.plan.epochs)  # fmt: skip
    engine.tell(job_id, "snapshot", snapshot, step=2, epoch=1, digits=10)


def finish(engine: Engine, job_id: str, ended: str = "finished") -> None:
    job = engine.jobs[job_id][0]
    network = drawn.network(job.variant, 2)
    weights = flat(network)
    card = replace(made.card(network), plan=job.plan)
    engine.tell(
        job_id, "result", weights, card=json.loads(json.dumps(card.to_json())), ended=ended, message=None
    )
    engine.states[job_id] = "done"


@pytest.mark.parametrize("bench", ["experiments", "build", "watch"])
def test_every_bench_opens(app: AppTest, bench: str) -> None:
    app.session_state["bench"] = bench
    app.run()
    assert well(app)
    assert "Nothing was trained yet" in texts(app)


def test_what_is_built_is_what_is_trained(app: AppTest, engine: Engine) -> None:
    job = engine.jobs[train_one(app, engine)][0]
    assert [layer.kind for layer in job.variant.layers][:2] == ["Conv2D", "MaxPooling2D"]
    assert well(app)
    assert "learning" in progress(app)
    assert app.session_state["bench"] == "watch"


def test_a_training_is_followed_while_it_learns_and_kept_when_it_has_ended(
    app: AppTest, engine: Engine
) -> None:
    job_id = train_one(app, engine)
    learn(engine, job_id)
    app.run()
    assert well(app)
    assert "epoch 1 of" in progress(app)
    assert "1,234 images a second" in progress(app)
    assert "75 seconds left" in progress(app)
    assert "validation **62.5%**" in texts(app)

    finish(engine, job_id)
    app.run()
    assert well(app)
    assert "done" in progress(app)
    assert "10 of 10 right" in texts(app)

    app.switch_page("pages/Layers.py").run()
    app.session_state["network"] = f"run-{job_id}"
    app.run()
    assert well(app)
    for view in options.LAYERS_VIEWS:
        app.session_state["layers_view"] = view
        assert well(app.run())
    trained, _ = engine.jobs[job_id]
    assert app.code[0].value == keras_script.script(trained.variant, trained.plan).rstrip()


@pytest.mark.parametrize(
    ("key", "kind"), [("pause", "pause"), ("stop", "stop"), ("more", "more"), ("cancel", "cancel")]
)
def test_a_button_asks_the_engine(app: AppTest, engine: Engine, key: str, kind: str) -> None:
    job_id = train_one(app, engine)
    press(app, f"command-{key}")
    assert (job_id, kind) in engine.commands


def test_the_worker_sees_the_visitors_digit(app: AppTest, engine: Engine) -> None:
    job_id = train_one(app, engine)
    assert (job_id, "probe") in engine.commands
    assert engine.jobs[job_id][0].probe.any()


def test_an_experiment_trains_all_its_arms_and_says_what_came_out(app: AppTest, engine: Engine) -> None:
    experiment = EXPERIMENTS["digits"]
    app.session_state["bench"] = "experiments"
    press(app.run(), "start-digits")
    assert len(engine.jobs) == 2, "one runs, one waits, the third is planned"
    while len(done := [state for state in engine.states.values() if state == "done"]) < len(experiment.arms):
        job_id = engine.active("")[0]
        learn(engine, job_id)
        finish(engine, job_id)
        app.run()
        assert well(app)
    assert len(done) == 3
    said = texts(app)
    assert "Still to come" not in said
    assert "37.5 mistakes in a hundred digits" in said


def test_a_refusal_is_said_and_nothing_is_lost(app: AppTest, engine: Engine) -> None:
    engine.refusing = Refusal("Forty may wait. Received: one more. Come back in a minute.")
    app.session_state["bench"] = "build"
    press(app.run(), "train")
    assert not app.exception
    assert "Forty may wait" in texts(app)
    assert "Nothing was trained yet" in texts(app)


def test_a_run_that_the_server_lost_is_called_interrupted_and_keeps_its_epoch(
    app: AppTest, engine: Engine
) -> None:
    job_id = train_one(app, engine)
    learn(engine, job_id)
    engine.jobs.clear()  # as after a restart of the server
    engine.states.clear()
    app.session_state["followed"] = {}
    app.run()
    assert well(app)
    assert "interrupted" in progress(app)
    assert "epoch 1 of" in progress(app)


def test_nobody_else_sees_a_run(app: AppTest, engine: Engine) -> None:
    job_id = train_one(app, engine)
    other = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    other.query_params["run"] = job_id
    other.query_params["net"] = f"run-{job_id}"
    other.run()
    assert sum("not available here" in str(element.value) for element in other.warning) == 2
    other.switch_page(TRAIN).run()
    assert "Nothing was trained yet" in texts(other)


def test_a_deleted_run_is_gone(app: AppTest, engine: Engine, tmp_path: Path) -> None:
    job_id = train_one(app, engine)
    finish(engine, job_id)
    (place,) = (path for path in tmp_path.iterdir() if path.is_dir())
    store = RunStore(place.name, tmp_path)
    assert [run.id for run in store.runs()] == [job_id]
    store.delete(job_id)
    app.run()
    assert well(app)
    assert "Nothing was trained yet" in texts(app)


def test_a_network_that_reads_colour_learns_from_colour_digits(app: AppTest, engine: Engine) -> None:
    app.segmented_control(key="choose-bench").set_value("build").run()
    next(box for box in app.selectbox if box.label == "Start from").select("cnn-rgb").run()
    press(app, "train")
    assert well(app)
    job, _ = engine.jobs[only(engine)]
    assert (job.variant.input_shape, job.plan.data) == ((32, 32, 3), "colour")
    assert job.data == series.data("colour")
    assert job.data.sha256 != series.data().sha256
    assert "blue on cream" in texts(app)
