"""The page Train without a browser; the scheduler is a fake, everything else is real."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.errors import Refusal
from cnnviz.core.networks import keras_source
from cnnviz.core.networks.architecture import TUTORIALS
from cnnviz.core.networks.draft import make_blank
from cnnviz.core.training.experiments import EXPERIMENTS
from cnnviz.core.training.protocol import DataReference
from cnnviz.jobs.runs import planner
from cnnviz.jobs.runs.store import RunStore
from cnnviz.ui.components.visitor import COOKIE
from cnnviz.ui.shell import fields
from cnnviz.ui.training import small_data
from tests.pages.fake_training import (
    ROOT,
    TRAIN,
    FakeScheduler,
    finish,
    learn,
    only,
    opened,
    press,
    progress,
    texts,
    train_one,
    well,
)


@pytest.mark.parametrize("bench", ["experiments", "build", "watch"])
def test_every_start_section_opens(app: AppTest, bench: str) -> None:
    app.session_state["train_view"] = bench
    app.run()
    assert well(app)
    assert "Nothing was trained yet" in texts(app)


def test_what_is_built_is_what_is_trained(app: AppTest, scheduler: FakeScheduler) -> None:
    job = scheduler.jobs[train_one(app, scheduler)][0]
    assert [layer.kind for layer in job.architecture.layers][:2] == ["Conv2D", "MaxPooling2D"]
    assert well(app)
    assert "starting" in progress(app)
    assert app.session_state["train_view"] == "watch"


def test_what_is_typed_just_before_the_click_is_trained_too(app: AppTest, scheduler: FakeScheduler) -> None:
    app.segmented_control(key="choose-train_view").set_value("build").run()
    next(box for box in app.number_input if box.label == "Epochs").set_value(3)
    press(app, "train")  # one run of the page takes both
    assert scheduler.jobs[only(scheduler)][0].plan.epochs == 3


def test_what_is_refused_just_before_the_click_is_not_trained(app: AppTest, scheduler: FakeScheduler) -> None:
    app.segmented_control(key="choose-train_view").set_value("build").run()
    next(box for box in app.number_input if box.label == "Epochs").set_value(0)
    press(app, "train")
    assert not scheduler.jobs
    assert app.button(key="train").disabled
    assert any("epochs" in str(element.value) for element in app.error)


def test_a_training_is_followed_while_it_learns_and_kept_when_it_has_ended(
    app: AppTest, scheduler: FakeScheduler
) -> None:
    job_id = train_one(app, scheduler)
    learn(scheduler, job_id)
    app.run()
    assert well(app)
    assert "epoch 1 of" in progress(app)
    assert "1,234 images a second" in progress(app)
    assert "75 seconds left" in progress(app)
    assert "validation **62.5%**" in texts(app)

    finish(scheduler, job_id)
    app.run()
    assert well(app)
    assert "done" in progress(app)
    assert "10 of 10 right" in texts(app)

    app.switch_page("pages/Layers.py").run()
    app.session_state["network"] = f"run-{job_id}"
    app.run()
    assert well(app)
    for view in fields.FIELDS["layers_view"].options:
        app.session_state["layers_view"] = view
        assert well(app.run())
    trained, _ = scheduler.jobs[job_id]
    assert app.code[0].value == keras_source.write_script(trained.architecture, trained.plan).rstrip()


@pytest.mark.parametrize(
    ("key", "kind"), [("pause", "pause"), ("stop", "stop"), ("more", "more"), ("cancel", "cancel")]
)
def test_buttons_send_commands_to_the_scheduler(app: AppTest, scheduler: FakeScheduler, key: str, kind: str) -> None:
    job_id = train_one(app, scheduler)
    press(app, f"command-{key}")
    assert (job_id, kind) in scheduler.commands


def test_the_worker_sees_the_visitors_digit(app: AppTest, scheduler: FakeScheduler) -> None:
    job_id = train_one(app, scheduler)
    assert (job_id, "probe") in scheduler.commands
    assert scheduler.jobs[job_id][0].probe.any()


def test_an_experiment_trains_all_its_arms_and_says_what_came_out(app: AppTest, scheduler: FakeScheduler) -> None:
    experiment = EXPERIMENTS["digits"]
    app.session_state["train_view"] = "experiments"
    press(app.run(), "start-digits")
    assert len(scheduler.jobs) == 2, "one runs, one waits, the third is planned"
    while len(done := [state for state in scheduler.states.values() if state == "done"]) < len(experiment.arms):
        job_id = scheduler.active()[0]
        learn(scheduler, job_id)
        finish(scheduler, job_id)
        app.run()
        assert well(app)
    assert len(done) == 3
    said = texts(app)
    assert "Still to come" not in said
    assert "37.5 mistakes in a hundred digits" in said


def test_a_refusal_is_reported_and_nothing_is_lost(app: AppTest, scheduler: FakeScheduler) -> None:
    scheduler.refusing = Refusal("Forty may wait. Received: one more. Come back in a minute.")
    app.session_state["train_view"] = "build"
    press(app.run(), "train")
    assert not app.exception
    assert "Forty may wait" in texts(app)
    assert "Nothing was trained yet" in texts(app)


def test_a_run_that_the_server_lost_is_called_interrupted_and_keeps_its_epoch(
    app: AppTest, scheduler: FakeScheduler
) -> None:
    job_id = train_one(app, scheduler)
    learn(scheduler, job_id)
    scheduler.jobs.clear()  # as after a restart of the server
    scheduler.states.clear()
    app.session_state["followed"] = {}
    app.run()
    assert well(app)
    assert "interrupted" in progress(app)
    assert "epoch 1 of" in progress(app)


def test_nobody_else_sees_a_run(app: AppTest, scheduler: FakeScheduler) -> None:
    job_id = train_one(app, scheduler)
    other = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    other.query_params["run"] = job_id
    other.query_params["net"] = f"run-{job_id}"
    other.run()
    assert sum("not available here" in str(element.value) for element in other.warning) == 2
    other.switch_page(TRAIN).run()
    assert "Nothing was trained yet" in texts(other)


def test_a_deleted_run_is_gone(app: AppTest, scheduler: FakeScheduler, tmp_path: Path) -> None:
    job_id = train_one(app, scheduler)
    finish(scheduler, job_id)
    (place,) = (path for path in tmp_path.iterdir() if path.is_dir())
    store = RunStore(place.name, tmp_path)
    assert [run.id for run in store.runs()] == [job_id]
    store.delete(job_id)
    app.run()
    assert well(app)
    assert "Nothing was trained yet" in texts(app)


def test_a_network_that_reads_colour_learns_from_colour_digits(app: AppTest, scheduler: FakeScheduler) -> None:
    app.segmented_control(key="choose-train_view").set_value("build").run()
    next(box for box in app.selectbox if box.label == "Start from").select("cnn-rgb").run()
    press(app, "train")
    assert well(app)
    job, _ = scheduler.jobs[only(scheduler)]
    assert (job.architecture.input_shape, job.plan.data) == ((32, 32, 3), "colour")
    assert job.data == planner.get_data_reference("colour")
    assert job.data.sha256 != planner.get_data_reference().sha256
    assert "blue on cream" in texts(app)


def test_a_reload_keeps_network_plan_and_guesses(app: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sent: dict[str, str] = {COOKIE: app.session_state["visitor"]}
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.cookies", property(lambda _: sent))
    assert not list(tmp_path.iterdir()), "nothing is written down of visitors who look only"
    app.session_state["train_view"] = "build"
    app.run().button(key="draft-0-blank").click().run()
    app.number_input(key="recipe-0-epochs").set_value(17).run()
    app.session_state["train_view"] = "experiments"
    app.run().button_group(key="guess-pooling").set_value("max").run()
    assert well(app)

    again = opened(monkeypatch, tmp_path)
    again.session_state["train_view"] = "build"
    assert well(again.run())
    assert again.session_state["draft"] == make_blank()
    assert again.session_state["recipe"].values["epochs"] == 17
    assert again.session_state["guesses"] == {"pooling": "max"}

    sent.clear()
    other = opened(monkeypatch, tmp_path)
    other.session_state["train_view"] = "build"
    assert well(other.run())
    assert other.session_state["draft"] != make_blank()


def test_a_tutorials_network_brings_its_plan_along(app: AppTest) -> None:
    app.session_state["train_view"] = "build"
    app.run().selectbox(key="draft-0-start").select("cnn-32-32").run()
    assert well(app)
    plan, count = TUTORIALS["cnn-32-32"][1], planner.get_data_reference().count
    values = app.session_state["recipe"].values
    for name in ("optimizer", "learning_rate", "batch_size", "epochs", "patience", "seed"):
        assert values[name] == getattr(plan, name)
    assert values["learn"] + values["check"] == min(plan.examples, count)
    assert values["check"] > 0


def test_without_mnist_cards_and_runs_say_what_data_is_there(
    app: AppTest, scheduler: FakeScheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planner, "get_data_reference", lambda *_: DataReference(name="x", sha256="0" * 64, count=1_439))
    monkeypatch.setattr(small_data, "is_used", lambda: True)
    app.session_state["train_view"] = "experiments"
    app.run()
    assert "Results are rough" in texts(app)
    assert "2 trainings, judged by 480 digits" in texts(app)
    assert "5,000 digits" not in " ".join(str(caption.value) for caption in app.caption)
    press(app, "start-pooling")
    job_id = next(iter(scheduler.jobs))
    learn(scheduler, job_id)
    scheduler.tell(job_id, "start", epochs=6, batches=15, finished=0, examples=959, validation_examples=480)
    assert well(app.run())
    assert "959 pictures" in texts(app)
    assert "rough: on scikit-learn digits, not on MNIST" in texts(app)


def test_with_mnist_nothing_is_said_to_be_rough(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        planner, "get_data_reference", lambda *_: DataReference(name="x", sha256="0" * 64, count=60_000)
    )
    monkeypatch.setattr(small_data, "is_used", lambda: False)
    app.session_state["train_view"] = "experiments"
    assert "rough" not in texts(app.run())
    assert "2 trainings, judged by 5,000 digits" in texts(app)
