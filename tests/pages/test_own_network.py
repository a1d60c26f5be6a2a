"""A network of the visitor's own: opened from a file, chosen on every page, refused in words, kept and deleted."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest
from safetensors.numpy import save
from streamlit.testing.v1 import AppTest

from cnnviz.core.data.datasets import Dataset
from cnnviz.core.drawing import preprocessing
from cnnviz.core.errors import Refusal
from cnnviz.core.evaluation import evaluation
from cnnviz.core.evaluation.evaluation import Evaluation
from cnnviz.core.explanations import methods
from cnnviz.core.explanations.methods import METHODS, Explanation, Likeness
from cnnviz.core.inference import network_input, samples, subject
from cnnviz.core.inference.subject import InputSource, Prediction
from cnnviz.core.inference.trace import predict
from cnnviz.core.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnnviz.core.layers.shaping import Rescaling
from cnnviz.core.messages import Message
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network, pack_weights
from cnnviz.jobs.own_networks.store import NetworkStore
from cnnviz.jobs.runs import evaluator
from cnnviz.jobs.sandbox import model_form, model_upload
from cnnviz.jobs.sandbox.model_upload import NOTES, OpenedNetwork
from cnnviz.jobs.sandbox.upload import Picture
from cnnviz.ui.components.upload_limit import HeldBack
from cnnviz.ui.prediction import own_network
from cnnviz.ui.shell import cache, session
from cnnviz.workers.model_files import reader
from tests.core import strategies
from tests.marked_text import plain
from tests.pages.page_digit import get_words

ROOT = Path(__file__).parents[2]

FRUIT = Architecture(
    "fruit",
    (
        Rescaling(name="rescaling", scale=1 / 255),
        Conv2D(name="conv", filters=4, kernel_size=(3, 3), activation="relu"),
        MaxPooling2D(name="pool", pool_size=(4, 4)),
        Flatten(name="flatten"),
        Dense(name="dense", units=3, activation="softmax"),
    ),
    input_shape=(48, 64, 3),
    classes=("kiwi", "plum *ripe*", "[fig](http://x)"),
)
"""Colour pictures of another size as bytes, three classes with names that Markdown would take for marks."""

DIGITS_TOO = Architecture(
    "digits", (*FRUIT.layers[1:4], Dense(name="dense", units=10, activation="softmax")), input_shape=(28, 28, 1)
)
"""Reads the app's own digits."""

LARGE_DIGITS = Architecture(
    "large", (*FRUIT.layers[:4], Dense(name="dense", units=10, activation="softmax")), input_shape=FRUIT.input_shape
)
"""Reads digits as `FRUIT` reads fruit."""


def make_file(network: Network) -> bytes:
    """Return a file as cnnviz hands weights out: with the description in it."""
    return save(pack_weights(network.weights), {"variant": json.dumps(network.architecture.to_json())})


FILE = make_file(strategies.network(FRUIT, 1))


def open_here(data: bytes, name: str, card: bytes = b"", whose: str = "") -> OpenedNetwork:
    """Read a file as the child process does, in this one."""
    assert whose, "one visitor could take every turn"
    model_form.identify(data, name)
    found = reader.read(data, name, None, card)
    return OpenedNetwork(Network(found.architecture, found.weights), (Message(NOTES["softmax"], {}),))


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path))
    monkeypatch.setattr(model_upload, "open_network", open_here)
    return tmp_path


def start(page: str = "", **query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return (app.switch_page(f"pages/{page}.py") if page else app).run()


def well(app: AppTest) -> bool:
    return not app.exception and not app.error


def texts(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.warning, app.info, app.success, app.error)
    return plain("\n".join(str(element.value) for kind in kinds for element in kind)).replace("\\", "")


def panel(app: AppTest) -> AppTest:
    """Open the panel."""
    app.session_state["own-network-box"] = True
    return app.run()


def find_uploader(app: AppTest) -> Any:
    found: list[Any] = list(app.get("file_uploader"))
    return next(each for each in found if "Keras" in each.label)


def give(app: AppTest, data: bytes = FILE, name: str = "fruit.safetensors") -> AppTest:
    """Choose a file in the panel, and wait for the end of its reading."""
    uploader = find_uploader(app)
    uploader.upload(name, data, "application/octet-stream")
    app = app.run()
    task = app.session_state["network_reading"]
    if task is not None:
        task.wait(30)
        app = app.run()
    assert app.session_state["network_reading"] is None
    return app


def files(home: Path) -> list[Path]:
    return [path for path in home.rglob("*") if path.is_file()]


def come_back(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the next session be the same visitor's."""
    token = app.session_state["visitor"]
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.cookies", property(lambda _: {"cnnviz_visitor": token}))


def test_a_file_becomes_the_network_that_is_chosen(home: Path) -> None:
    app = panel(start())
    assert "Up to 30 MB, 20 million weights and 250 layers" in texts(app)
    app = give(app)
    assert well(app)
    name = app.session_state["network"]
    assert name.startswith("opened-")
    said = texts(app)
    assert "fruit was read, and is chosen now." in said
    assert "It ends in logits, so a softmax is added" in said
    assert "It reads 48 × 64 pixels, so the prepared 28 × 28 drawing is scaled to 48 × 48" in said
    assert "it gets values from 0 to 255" in said
    assert any(name in said for name in FRUIT.classes)
    assert f"net={name}" in app.session_state["query"]
    assert {path.suffix for path in files(home)} == {".json", ".safetensors"}
    assert not any("](http" in each.value.replace("\\[", "").replace("\\]", "") for each in app.markdown)
    assert any("fruit" in option for option in app.selectbox(key=_picker(app)).options)


def _picker(app: AppTest) -> str:
    return str(next(each.key for each in app.selectbox if str(each.key).startswith("choose-network")))


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of a network that the visitor opened in another session."""
    app = give(panel(start()))
    come_back(app, monkeypatch)
    return str(app.session_state["network"])


@pytest.mark.parametrize("page", ["", "Layers", "Filters", "Pooling", "Convolution", "Data", "Compare", "Train"])
def test_every_page_takes_it_after_a_reload(kept: str, page: str) -> None:
    app = start(page, net=kept, show="everything")
    assert well(app)
    assert app.session_state["network"] == kept
    assert not app.session_state["notices"]


def photograph() -> np.ndarray:
    """Return a landscape: blue above green, with an orange disc."""
    rgba = np.full((90, 140, 4), 255, np.uint8)
    rgba[..., :3] = [40, 110, 220]
    rgba[55:, :, :3] = [30, 140, 40]
    rows, columns = np.ogrid[:90, :140]
    rgba[(rows - 30) ** 2 + (columns - 70) ** 2 < 200, :3] = [250, 150, 20]
    return rgba


def show_photograph(app: AppTest) -> AppTest:
    """Open a picture as the uploader does once a file is read."""
    file = Picture(photograph())
    source = InputSource(kind="picture", rgba=file.rgba)
    app.session_state["upload"] = file
    app.session_state["opened"] = app.session_state["subject"] = source
    app.session_state["upload_key"] = "key"
    return app.run()


def get_reading(app: AppTest) -> Prediction:
    """Return what the chosen network reads, as the session has it."""
    source = replace(app.session_state["subject"], fitting=app.session_state["fitting"])
    return subject.read(strategies.network(FRUIT, 1), source, preprocessing.ALL)


def test_a_photograph_is_read_whole_and_in_colour(kept: str) -> None:
    app = show_photograph(start(net=kept))
    assert well(app)
    said = texts(app)
    assert "of its 140 × 90 pixels the 120 × 90 in the middle are scaled to 64 × 48" in said
    assert "Its colours stay as they are." in said
    assert "values from 0 to 255" in said
    assert "drawing is scaled" not in said
    assert "Ink that was read" not in said
    seen = get_reading(app).trace
    np.testing.assert_array_equal(seen.digit[40, 5], [30, 140, 40])
    choice: Any = next(group for group in app.get("button_group") if "reading" in str(group.key))
    assert choice.value == "middle"
    app = choice.set_value("all").run()
    assert well(app)
    assert "all of its 140 × 90 pixels are scaled to fit 64 × 48" in texts(app)
    assert "as=all" in app.session_state["query"]
    choice = next(group for group in app.get("button_group") if "reading" in str(group.key))
    app = choice.set_value("digit").run()
    assert well(app)
    assert "Ink that was read" in texts(app)
    assert "&p=" in app.session_state["query"]


def test_the_app_s_networks_read_the_same_photograph_as_a_digit(kept: str) -> None:
    app = show_photograph(start(**{"net": kept, "as": "all"}))
    assert app.session_state["fitting"] == "all"
    app = app.selectbox(key=_picker(app)).set_value("cnn-32-64-64").run()
    assert well(app)
    assert app.session_state["fitting"] == ""
    assert not [group for group in app.get("button_group") if "reading" in str(group.key)]
    assert "Ink that was read" in texts(app)


def test_a_link_brings_a_small_copy_of_the_photograph(kept: str) -> None:
    query = dict(parse_qsl(show_photograph(start(net=kept)).session_state["query"]))
    app = start(**query)
    assert well(app)
    assert not app.session_state["notices"]
    assert "It came with the link, which carries a small copy of 48 × 31 pixels." in texts(app)
    seen = get_reading(app).trace
    np.testing.assert_allclose(seen.digit[40, 5], [30, 140, 40], atol=9)
    assert dict(parse_qsl(app.session_state["query"])) == query


@pytest.mark.parametrize("page", ["Layers", "Filters", "Pooling", "Convolution", "Data", "Compare", "Train"])
def test_the_photograph_goes_from_page_to_page(kept: str, page: str) -> None:
    app = show_photograph(start(net=kept, show="everything", why="1", cell="rescaling.0.24.32"))
    app = app.switch_page(f"pages/{page}.py").run()
    assert well(app)
    assert app.session_state["fitting"] == "middle"
    assert "w=" in app.session_state["query"]


@pytest.mark.parametrize("method", METHODS)
def test_its_answer_is_explained_by_names_of_its_classes(kept: str, method: str) -> None:
    app = start(net=kept, why="1", how=method)
    assert well(app)
    labels = app.selectbox(key="choose-why_target").options
    assert labels[1:] == list(FRUIT.classes)
    assert any(f"logit of {name}" in texts(app) for name in FRUIT.classes)


def test_an_explanation_is_worked_out_once(kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    explained: list[str] = []
    explain, measure = methods.explain, methods.measure_likeness

    def count(method: str, *arguments: Any) -> Explanation:
        explained.append(method)
        return explain(method, *arguments)

    def count_likeness(*arguments: Any) -> Likeness | None:
        explained.append("likeness")
        return measure(*arguments)

    cache.explanation.clear()
    cache.likeness.clear()
    monkeypatch.setattr(methods, "explain", count)
    monkeypatch.setattr(methods, "measure_likeness", count_likeness)
    app = start(net=kept, why="1", how="occlusion")
    assert well(app)
    assert explained == ["occlusion", "likeness"]
    app.run()
    assert explained == ["occlusion", "likeness"]


@pytest.mark.parametrize("view", ["diagram", "summary"])
def test_layers_shows_it_as_diagram_and_summary(kept: str, view: str) -> None:
    assert well(start("Layers", net=kept, view=view))


def test_a_cell_of_it_is_followed_to_its_bytes(kept: str) -> None:
    app = start("Layers", net=kept, cell="rescaling.0.24.32")
    assert well(app)
    assert app.session_state["cell_path"][0].layer == "rescaling"


def test_its_classes_are_named_anew(kept: str) -> None:
    app = panel(start(net=kept))
    names = app.text_area(key=f"class-names-{kept}")
    assert names.value == "\n".join(FRUIT.classes)
    app = names.set_value("apple\npear").run()
    assert well(app)
    assert "This network has 3 classes, so it needs as many names. Received: 2." in texts(app)
    app = app.text_area(key=f"class-names-{kept}").set_value("apple\npear \n*quince*\n").run()
    assert well(app)
    said = " ".join(get_words(app)).replace("\\", "")
    assert any(f"answers {name} and" in said for name in ("apple", "pear", "*quince*"))
    assert not any(name in texts(app) for name in FRUIT.classes)


@pytest.mark.parametrize("page", ["", "Layers", "Filters", "Convolution", "Glossary"])
def test_nothing_says_that_its_picture_is_a_digit(kept: str, page: str) -> None:
    app = start(page, net=kept, show="everything", why="1", how="smoothgrad", cell="conv.0.2.2")
    assert well(app)
    links = " ".join(link.proto.label for link in app.get("page_link"))
    assert "Draw a digit" not in links
    given = "".join(str(each.proto.json) for each in app.get("bidi_component"))
    said = "\n".join([texts(app), given, *(each.value for each in app.subheader)]).lower()
    assert "picture" in said or page == "Glossary"
    for words in (
        "your digit",
        "the digit shown",
        "draw a digit here",
        "to the digit",
        "see of the digit",
        "of the digit ",
        "draw a digit,",
        "reads a **",
    ):
        assert words not in said


def test_another_visitor_does_not_see_it(kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.cookies", property(lambda _: {}))
    app = start(net=kept)
    assert well(app)
    assert app.session_state["network"] != kept
    assert kept in texts(app)
    assert "not available here" in texts(app)
    assert not any("fruit" in option for option in app.selectbox(key=_picker(app)).options)
    assert "Delete" not in [each.label for each in panel(app).button]


def test_it_is_deleted_with_one_click(kept: str, home: Path) -> None:
    app = panel(start(net=kept))
    app = app.button(key=f"delete-{kept}").click().run()
    assert well(app)
    assert app.session_state["network"] != kept
    assert not files(home)
    assert not any("fruit" in option for option in app.selectbox(key=_picker(app)).options)


def test_one_that_was_deleted_in_another_tab_gives_way(kept: str, home: Path) -> None:
    app = start("Layers", net=kept)
    for path in files(home):
        path.unlink()
    app = app.run()
    assert well(app)
    assert app.session_state["network"] != kept


def test_one_that_is_damaged_can_only_be_deleted(kept: str, home: Path) -> None:
    (home / next(home.iterdir()).name / "networks" / f"{kept}.json").write_text("{")
    app = panel(start())
    assert well(app)
    assert app.button(key=f"choose-{kept}").disabled
    app = app.button(key=f"delete-{kept}").click().run()
    assert well(app)
    assert f"delete-{kept}" not in [each.key for each in app.button]


def raising(error: Exception) -> Callable[..., OpenedNetwork]:
    def read(*_: object, **__: object) -> OpenedNetwork:
        raise error

    return read


def test_what_is_refused_is_said_and_changes_nothing(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    app = panel(start())
    before = app.session_state["network"]
    app = give(app, b"no network", "*x*.keras")
    assert "This is not a network that can be read here" in texts(app)
    monkeypatch.setattr(model_upload, "open_network", raising(Refusal("The layer {layer} is odd.", layer="[a](b)")))
    app = give(app)
    assert [each.value for each in app.error] == [r"The layer \[a\]\(b\) is odd\."]
    monkeypatch.setattr(model_upload, "open_network", raising(OSError("full")))
    app = give(app)
    assert len(app.error) == 1
    assert "in the server's log" in texts(app)
    assert not app.exception
    assert app.session_state["network"] == before
    assert not files(home)
    monkeypatch.setattr(model_upload, "open_network", open_here)
    assert well(give(app))


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (HeldBack(31_000_000, ".h5"), "at most 30 MB"),
        (HeldBack(10, ".pt"), "of the kind PyTorch"),
        (HeldBack(10, ".xyz"), "not a network that can be read here"),
    ],
)
def test_what_the_browser_held_back_is_said(held: HeldBack, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said = dict[str, Any]()
    monkeypatch.setattr(own_network, "read_held_back", lambda _: held)
    monkeypatch.setattr(session, "get", lambda _: 0)
    monkeypatch.setattr(session, "put", said.update)
    own_network._refuse()
    assert words in str(said["network_opened"])
    assert said["network_files"] == 1


def test_the_page_stays_usable_while_a_file_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()

    def slow(data: bytes, name: str, card: bytes = b"", whose: str = "") -> OpenedNetwork:
        go.wait(30)
        return open_here(data, name, card, whose)

    monkeypatch.setattr(model_upload, "open_network", slow)
    app = panel(start())
    uploader = find_uploader(app)
    uploader.upload("fruit.safetensors", FILE, "application/octet-stream")
    began = time.monotonic()
    app = app.run()
    assert time.monotonic() - began < 25
    assert well(app)
    task = app.session_state["network_reading"]
    assert task is not None
    go.set()
    task.wait(30)
    app = app.run()
    assert app.session_state["network"].startswith("opened-")


def test_compare_says_why_it_leaves_one_out_and_says_it_once(kept: str) -> None:
    app = start("Compare", one=kept, other=kept)
    assert well(app)
    assert texts(app).count("the classes of fruit are not the digits 0 to 9") == 1
    assert not [each for each in app.button if each.key and each.key.startswith("evaluate-")]


def evaluate_here(store: NetworkStore, name: str, data: Dataset, *_: Any) -> Evaluation:
    """Do what child processes do, in this one, with as many digits as they would read."""
    entry = store.entry(name)
    count = evaluation.choose_count(entry.architecture, len(data.y_test))
    digits = data.x_test[:count].astype(np.float32) / np.float32(255)
    shares = predict(store.read(name), network_input.fit_test_digits(digits, entry.architecture))
    made = evaluation.make(name, entry.sha256, data.sha256, data.y_test[:count], shares)
    for source in samples.SLUGS.values():  # the table of all networks is about MNIST alone
        store.keep_evaluation(name, source, made)
    return made


def test_one_with_the_ten_digits_is_compared_on_the_digits_that_both_have_read(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluator, "evaluate_opened", evaluate_here)
    monkeypatch.setattr(evaluation, "MAX_WORK", 120 * evaluation.estimate_work(LARGE_DIGITS))
    app = give(panel(start()), make_file(strategies.network(LARGE_DIGITS, 2)), "large.safetensors")
    name = app.session_state["network"]
    come_back(app, monkeypatch)
    app = start("Compare", one=name, other="dense-64")
    assert well(app)
    assert "It is large, so it reads the first 100 of" in texts(app)
    app.button(key=f"evaluate-{name}").click().run()
    made = app.session_state["evaluating"][name].wait(60).result
    assert made.count == 100
    app = start("Compare", one=name, other="dense-64")
    assert well(app)
    said = texts(app)
    assert "so it has read the first 100 of the" in said
    assert "each test digit has an ink and a paper of its own" in said
    assert "Digits 1 to 30 of 100" in said
    app = start("Compare", one=name, other="dense-64", open="fool-it")
    assert well(app)
    assert "Not with large" in texts(app)
    app = start("Compare", one=name, other="dense-64", open="networks")
    assert well(app)
    assert "its row is about the first 100 test digits" in texts(app)
    assert any("large" in each.proto.body for each in app.get("html") if "networks-table" in each.proto.body)
    assert [path for path in files(home) if path.suffix == ".npz"]
    panel(start(net=name)).button(key=f"delete-{name}").click().run()
    assert not files(home)


def test_no_test_digits_are_offered_to_one_with_other_classes(kept: str) -> None:
    app = start(net=kept)
    assert well(app)
    assert "digits are not offered here, because the chosen network has other classes" in texts(app)
    assert not [each for each in app.button if each.label == "Other digits"]
    assert [each for each in start(net="dense-64").button if each.label == "Other digits"]


def test_test_digits_are_read_by_one_that_reads_digits() -> None:
    data = make_file(strategies.network(DIGITS_TOO, 2))
    app = give(panel(start("Filters", show="everything")), data, "digits.safetensors")
    assert well(app)
    said = texts(app)
    assert "test digits are read with it at once" in said
    assert "which weights its training began" in said
