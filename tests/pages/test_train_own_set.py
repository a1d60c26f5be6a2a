"""Train learns from a set of the visitor's own, and what was trained answers with the names of its classes."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.data import split
from cnnviz.core.data.drawn_set import DrawnSet
from cnnviz.core.data.labelled_set import LabelledSet
from cnnviz.core.drawing.strokes import Drawing, Stroke
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Conv2D, Dense, Flatten
from cnnviz.core.networks import keras_source, model_store
from cnnviz.core.networks.architecture import Architecture, TrainingPlan
from cnnviz.core.networks.network import Network
from cnnviz.core.training import protocol
from cnnviz.jobs.own_sets.store import SetStore
from cnnviz.jobs.runs import downloads, planner
from cnnviz.jobs.runs.store import RunStore
from cnnviz.ui.data import training_choice
from cnnviz.ui.shell import page, visitor
from tests.core.networks import small_network
from tests.pages import fake_training
from tests.pages.fake_training import FakeScheduler, press, texts, well

CLASSES = ("heart", "*star*", "moon")
OWNER = "e" * 32


@pytest.fixture(autouse=True)
def scheduler(monkeypatch: pytest.MonkeyPatch) -> FakeScheduler:
    return fake_training.install_scheduler(monkeypatch)


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path))
    monkeypatch.setattr(visitor, "owner", lambda: OWNER)
    return tmp_path


def keep_set(home: Path, count: int = 60, channels: int = 1) -> str:
    pictures = np.random.default_rng(1).integers(0, 256, (count, 28, 28, channels), np.uint8)
    labels = (np.arange(count) % 3).astype(np.uint8)
    return SetStore(OWNER, home).keep(LabelledSet("signs", pictures, labels, CLASSES))


def keep_drawings(home: Path, each: int) -> None:
    drawn = DrawnSet().rename(["up", "down"])
    for place in range(2 * each):
        stroke = Stroke(((60.0 + place, 60), (150, 140), (100, 200 - place)), 20.0)
        drawn = drawn.add(place % 2, Drawing((stroke,)))
    SetStore(OWNER, home).keep_drawings(drawn)


def opened(path: str = "train", **query: str) -> AppTest:
    app = AppTest.from_file(str(fake_training.ROOT / "app.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app.switch_page(page.PAGES[path].path).run()


def choose(app: AppTest, name: str) -> AppTest:
    return app.button_group(key="choose-plan_set").set_value(name).run()


@pytest.mark.usefixtures("home")
def test_without_a_set_the_page_says_where_to_make_one() -> None:
    app = opened(bench="build")
    assert well(app)
    assert "draw or open a set on the page Data" in texts(app)


def test_a_set_that_is_too_small_is_named_with_what_it_lacks(home: Path) -> None:
    keep_set(home, count=9)
    keep_drawings(home, each=3)
    app = opened(bench="build")
    assert well(app)
    assert "Too small to learn from yet: signs, Your drawings. At least 15 pictures are needed" in texts(app)
    assert not [each for each in app.button_group if str(each.key).startswith("choose-plan_set")]


def test_a_set_brings_its_classes_its_plan_and_its_name(scheduler: FakeScheduler, home: Path) -> None:
    set_id = keep_set(home)
    app = choose(opened(bench="build", show="everything"), set_id)
    assert well(app)
    said = texts(app).replace("\\", "")
    assert "3 classes: heart, *star*, moon." in said
    assert "From signs, which has 48 pictures to train with." in said
    assert app.session_state["draft"].rows[-1]["units"] == 3
    press(app, "train")
    assert not app.exception
    ((job, _),) = scheduler.jobs.values()
    assert job.architecture.classes == CLASSES
    assert job.plan.data == set_id
    assert job.data == planner.get_own_reference(OWNER, set_id)
    assert job.plan.examples <= 48
    assert job.plan.epochs * -(-(job.plan.examples - job.plan.validation_examples) // job.plan.batch_size) >= 100
    assert protocol.Job.restore(job.to_json(), job.pack_arrays()).data == job.data


def test_the_keras_program_reads_the_set_that_is_downloaded_beside_it(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    set_id = keep_set(home)
    app = choose(opened(bench="build", show="everything"), set_id)
    plan, kept = plan_in(app), SetStore(OWNER, home).read(app.session_state["plan_set"])
    network = Architecture(
        "mine", (Flatten(name="flatten"), Dense(name="dense", units=3, activation="softmax")), classes=CLASSES
    )
    app.session_state["keras-script"] = True
    app.run()
    offered = [button.proto.label for button in app.get("download_button")]
    assert "The set, the design and the program (.zip)" in offered
    monkeypatch.setattr(training_choice, "find", lambda: kept)
    pack = training_choice.prepare_bundle(network, plan)
    assert pack is not None
    monkeypatch.setattr(training_choice, "find", lambda: pytest.fail("a file is made where no session is known"))
    with zipfile.ZipFile(io.BytesIO(pack())) as packed:
        packed.extractall(tmp_path / "unpacked")
    program = (tmp_path / "unpacked" / "train.py").read_text(encoding="utf-8")
    assert program == keras_source.write_script(network, plan)
    assert "pictures in set.npz" in program
    assert "mnist" not in program.lower()
    monkeypatch.chdir(tmp_path / "unpacked")
    found: dict[str, Any] = {"np": np}
    exec(program[program.index("with np.load") : program.index("model =")], found)  # what comes before the network
    held_out = plan.validation_examples
    assert found["x_val"].shape == (held_out, 28, 28, 1)
    assert len(found["x_train"]) == plan.examples - held_out
    assert len(found["x_test"]) == kept.tested
    rows = split.order_stratified(kept.labelled.labels[: kept.trained], plan.seed)[:held_out]
    np.testing.assert_array_equal(found["y_val"], kept.labelled.labels[rows])


def plan_in(app: AppTest) -> TrainingPlan:
    """Return the plan that the page would train by."""
    values = dict(app.session_state["recipe"].values)
    learn, check = values.pop("learn"), values.pop("check")
    values["data"] = app.session_state["plan_set"]
    return TrainingPlan(**values, examples=learn + check, validation_examples=check)


def test_going_back_to_the_digits_brings_ten_classes_back(scheduler: FakeScheduler, home: Path) -> None:
    set_id = keep_set(home)
    app = choose(choose(opened(bench="build"), set_id), "digits")
    assert well(app)
    assert app.session_state["draft"].rows[-1]["units"] == 10
    press(app, "train")
    ((job, _),) = scheduler.jobs.values()
    assert (job.plan.data, job.data.owner, len(job.architecture.classes)) == ("mnist", "", 10)


def test_drawings_are_frozen_as_the_training_reads_them(scheduler: FakeScheduler, home: Path) -> None:
    keep_drawings(home, 12)
    app = choose(opened(bench="build"), "drawn")
    assert well(app)
    press(app, "train")
    ((job, _),) = scheduler.jobs.values()
    assert job.architecture.classes == ("up", "down")
    assert job.plan.augmentation == "affine"
    store = SetStore(OWNER, home)
    assert store.read(job.plan.data).labelled.sha256 == job.data.sha256
    assert store.entries() == ()


def test_a_set_that_is_deleted_meanwhile_gives_way_to_the_digits(home: Path) -> None:
    set_id = keep_set(home)
    app = choose(opened(bench="build"), set_id)
    SetStore(OWNER, home).delete(set_id)
    app = app.run()
    assert well(app)
    assert app.session_state["draft"].rows[-1]["units"] == 10


def keep_run(home: Path) -> str:
    """Keep a network of three classes as a run that has ended, and return its name."""
    architecture = Architecture(
        "x",
        (
            Conv2D(name="conv2d", filters=4, kernel_size=(5, 5), strides=(2, 2), activation="relu"),
            Flatten(name="flatten"),
            Dense(name="dense", units=3, activation="softmax"),
        ),
        classes=CLASSES,
    )
    plan = TrainingPlan(data=keep_set(home), examples=48, validation_examples=9, batch_size=8, epochs=1)
    job = planner.make_job(architecture, plan, np.zeros((28, 28), np.uint8), OWNER)
    store = RunStore(OWNER, home)
    store.create(job, "My signs")
    random = np.random.default_rng(0)
    weights = {
        layer: {name: random.normal(0, 0.1, shape).astype(np.float32) for name, shape in shapes.items()}
        for layer, shapes in job.architecture.weight_shapes().items()
    }
    made = Network(job.architecture, weights)
    changes: dict[str, Any] = {"plan": plan, "confusion": ((4, 0, 0), (1, 3, 0), (0, 0, 4))}
    model_store.save(made, small_network.card(made, **changes), home / OWNER / job.id)
    store.amend(job.id, state="done", ended="finished")
    return job.architecture.name


@pytest.mark.parametrize("path", ["draw", "layers", "filters", "convolution", "pooling", "data", "compare"])
def test_every_page_opens_with_a_network_of_three_classes(home: Path, path: str) -> None:
    app = opened(path, net=keep_run(home))
    assert not app.exception
    assert [each.value for each in app.error] == []
    if path == "draw":
        assert set(app.session_state["answers"][0].name.split()) <= set(CLASSES)
        assert set(CLASSES) & set(texts(app).replace("\\", "").split("\n"))  # large, in place of a digit


def test_a_run_hands_out_its_set_with_design_and_program_as_long_as_the_set_is_kept(home: Path) -> None:
    run_id = protocol.parse_run_id(keep_run(home))
    assert run_id is not None
    app = opened()
    app = app.button(key=f"more-{run_id}").click().run()
    assert well(app)
    assert "my-signs.zip" in [button.proto.label for button in app.get("download_button")]
    store = RunStore(OWNER, home)
    run = store.run(run_id)
    with zipfile.ZipFile(io.BytesIO(downloads.pack_bundle(store, run_id))) as packed:
        program = packed.read("train.py").decode()
    assert program == keras_source.write_script(run.architecture, run.plan)
    SetStore(OWNER, home).delete(run.plan.data)
    app = app.run()
    assert well(app)
    assert [button.proto.label for button in app.get("download_button")].count("my-signs.zip") == 0
    with pytest.raises(Refusal):
        downloads.pack_bundle(store, run_id)
