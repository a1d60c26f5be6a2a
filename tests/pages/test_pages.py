"""Every page, run without a browser."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.drawing import preprocessing, url_codec
from cnnviz.core.drawing.strokes import Drawing, Stroke, render
from cnnviz.core.inference import evidence, samples, subject, trace
from cnnviz.core.inference.subject import InputSource
from cnnviz.core.networks import keras_source, model_store
from cnnviz.core.networks.training_plan import STRATIFIED, TrainingPlan
from cnnviz.figures import curves
from cnnviz.ui.input import preprocessing_steps
from cnnviz.ui.layers import diagram
from cnnviz.ui.prediction import network_picker
from cnnviz.ui.shell import cache, layer_names, page
from cnnviz.ui.shell.fields import FIELDS
from tests.marked_text import plain
from tests.pages.page_digit import get_words, read_sentence

ROOT = Path(__file__).parents[2]
ONE = Drawing((Stroke(((140.0, 40.0), (138.0, 240.0)), 20.0),))


@pytest.fixture
def app() -> AppTest:
    """Open the first page as a new visitor."""
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Control the clock that expires notices, in seconds."""
    moment = [100.0]
    monkeypatch.setattr(page, "time", SimpleNamespace(monotonic=lambda: moment[0]))
    return moment


def texts(app: AppTest) -> list[str]:
    shown = [element.value for kind in (app.markdown, app.caption, app.warning) for element in kind]
    return [plain(text) for text in (*shown, *get_words(app))]


def well(app: AppTest) -> bool:
    return not app.exception and not app.error


def answer(app: AppTest) -> str:
    """Return the text of the container `predicted-digit`: the first Markdown of a page."""
    return str(app.markdown[0].value)


TRAIN = page.PAGES["train"].path
READING = [row.path for name, row in page.PAGES.items() if name not in ("train", "glossary")]
"""The pages that read a digit."""


@pytest.mark.parametrize("path", READING)
def test_every_page_that_reads_opens_with_a_digit_read(app: AppTest, path: str) -> None:
    if path != "app.py":
        app.switch_page(path)
    app.run()
    assert well(app)
    assert answer(app) == "3"
    assert any("reads a 3" in text for text in texts(app))


def test_the_answer_is_the_networks_own(app: AppTest) -> None:
    app.run()
    app.session_state["subject"] = InputSource(drawing=ONE)
    app.run()
    prepared = preprocessing.from_canvas(render(ONE)).digit
    assert answer(app) == str(trace.trace(model_store.load(model_store.DEFAULT), prepared).answer)


def test_a_drawing_is_kept_from_page_to_page(app: AppTest) -> None:
    app.run()
    app.session_state["subject"] = InputSource(drawing=ONE)
    before = answer(app.run())
    app.switch_page("pages/Layers.py").run()
    assert answer(app) == before
    assert app.session_state["subject"].drawing == ONE


@pytest.mark.parametrize(("off", "times"), [("", 0), ("fit", 1)])
def test_what_each_step_would_change_is_worked_out_only_while_the_steps_are_open(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, off: str, times: int
) -> None:
    """They are open from the start where a link switches one of them off."""
    asked = Mock(return_value={})
    monkeypatch.setattr(preprocessing_steps, "toggle_each_step", asked)
    app.query_params["d"] = url_codec.encode(ONE)
    app.query_params["off"] = off
    assert well(app.run())
    assert asked.call_count == times
    (steps,) = [each for each in app.expander if "see the steps" in each.label]
    assert steps.label.startswith("Prepared as MNIST was") == (not off)


def test_an_empty_drawing_is_answered(app: AppTest) -> None:
    app.run()
    app.session_state["subject"] = InputSource()
    app.run()
    assert well(app)
    assert answer(app) == "–"
    app.switch_page("pages/Layers.py").run()
    assert well(app)


@pytest.mark.parametrize("name", model_store.names())
def test_layers_shows_every_layer_of_every_network(app: AppTest, name: str) -> None:
    app.query_params["net"] = name
    app.switch_page("pages/Layers.py").run()
    assert well(app)
    network = model_store.load(name)
    headings = [expander.label for expander in app.expander if "→" in expander.label]
    titles = layer_names.in_words(network.architecture.layers)
    assert [heading.split("→")[0].rpartition(" · ")[0] for heading in headings] == [
        f"**{titles[layer.name]}** · {layer.name}" for layer in network.architecture.layers
    ]
    told = lines_of_code(app)
    assert told == [layer.keras_line() for layer in network.architecture.layers if layer.changes_values]


def lines_of_code(app: AppTest) -> list[str]:
    """Return the lines of Keras code on the page, joined from the data of their components."""
    shown = [
        json.loads(element.proto.json)[0]
        for element in app.get("bidi_component")
        if element.proto.component_name.endswith("/code_line")
    ]
    return [
        f"{data['kind']}({', '.join(each['code'] for each in data['arguments'] if each['written'])})" for data in shown
    ]


@pytest.mark.parametrize("name", model_store.names())
def test_layers_shows_every_network_as_program_summary_and_diagram(app: AppTest, name: str) -> None:
    architecture = model_store.load(name).architecture
    app.query_params["net"] = name
    app.query_params["view"] = "program"
    app.switch_page("pages/Layers.py").run()
    assert well(app)
    assert app.code[0].value == keras_source.write_script(architecture, model_store.card(name).plan).rstrip()
    assert not [each for each in app.expander if "→" in each.label], "the maps are not there"
    app.session_state["layers_view"] = "summary"
    assert well(app.run())
    table = next(element.proto.body for element in app.get("html") if "<table" in element.proto.body)
    for name, title in layer_names.in_words(architecture.layers).items():
        (kind,) = (layer.kind for layer in architecture.layers if layer.name == name)
        assert f'<th scope="row">{title} <small>{name} ({kind})</small></th>' in table
    assert f"<td>{architecture.parameters:,}</td>" in table
    app.session_state["layers_view"] = "diagram"
    assert well(app.run())
    (drawn,) = [
        json.loads(element.proto.json)[0]["drawings"]
        for element in app.get("bidi_component")
        if element.proto.component_name.endswith("/drawing")
    ]
    assert [width for width, _ in drawn] == sorted(diagram.WIDTHS, reverse=True)
    assert all(layer.name in text for _, text in drawn for layer in architecture.layers)


def test_a_link_gives_the_drawing_and_the_choices(app: AppTest) -> None:
    app.query_params["d"] = url_codec.encode(ONE)
    app.query_params["net"] = "dense-64"
    app.query_params["range"] = "network"
    app.query_params["off"] = "crop centre"
    app.run()
    assert well(app)
    assert app.session_state["subject"].drawing.strokes
    assert app.session_state["network"] == "dense-64"
    assert not app.session_state["step-crop"]
    assert app.session_state["step-fit"]
    query = app.session_state["query"]
    for part in ("net=dense-64", "range=network", "off=crop+centre", f"d={url_codec.encode(ONE)}"):
        assert part in query


def test_writing_a_link_and_reading_it_gives_the_same_link(app: AppTest) -> None:
    app.query_params["d"] = url_codec.encode(ONE)
    app.query_params["colours"] = "grey"
    first = app.run().session_state["query"]
    other = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for pair in first.split("&"):
        name, value = pair.split("=")
        other.query_params[name] = value.replace("+", " ")
    assert other.run().session_state["query"] == first


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("net", "no-such-network"),
        ("net", "../../etc/passwd"),
        ("range", "7"),
        ("colours", "![](http://example.org/x.png)"),
        ("off", "crop everything"),
        ("d", "garbage"),
        pytest.param("d", "A" * 100_000, id="d-100,000 letters"),
        pytest.param("p", "1" * 50, id="p-50 digits"),
        ("s", "mnist-99999999999"),
        ("s", "-"),
        ("lang", "xx"),
        ("unheard-of", "1"),
    ],
)
def test_a_broken_link_gives_the_nearest_view_and_says_what_was_ignored(
    app: AppTest, now: list[float], name: str, value: str
) -> None:
    app.query_params[name] = value
    app.run()
    assert well(app)
    assert answer(app).isdecimal()
    assert len(app.warning) == 1
    assert "ignored" in app.warning[0].value or "could not be read" in app.warning[0].value
    assert "![](" not in app.warning[0].value
    now[0] += page.NOTICE_SECONDS + 0.1
    assert not app.run().warning


def test_two_visitors_share_nothing(app: AppTest) -> None:
    other = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.run()
    app.session_state["subject"] = InputSource(drawing=ONE)
    app.session_state["network"] = "dense-64"
    app.run()
    other.run()
    assert other.session_state["network"] == model_store.DEFAULT
    assert samples.is_first(other.session_state["subject"].drawing)


def test_a_switch_off_changes_what_the_network_reads(app: AppTest) -> None:
    app.run()
    app.session_state["subject"] = InputSource(drawing=ONE)
    app.run()
    app.session_state["step-fit"] = False
    app.run()
    assert well(app)
    expected = preprocessing.from_canvas(render(ONE), steps=set(preprocessing.STEPS) - {"fit"}).digit
    shown = trace.trace(model_store.load(model_store.DEFAULT), expected)
    assert f"{100 * shown.probabilities.max():.1f}"[:4] in " ".join(texts(app)) or shown.probabilities.max() > 0.999


@pytest.mark.parametrize("colour_range", FIELDS["colour_range"].options)
@pytest.mark.parametrize("palette", FIELDS["palette"].options)
def test_every_way_of_colouring_works(app: AppTest, colour_range: str, palette: str) -> None:
    app.query_params["range"] = colour_range
    app.query_params["colours"] = palette
    app.switch_page("pages/Layers.py").run()
    assert well(app)


def test_a_failing_page_apologises_with_a_number_that_is_in_the_log(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the secret path /srv/app")

    app.run()
    monkeypatch.setattr("cnnviz.core.inference.trace.trace", fail)
    app.run()
    (error,) = app.error
    assert "/srv" not in error.value
    (record,) = [record for record in caplog.records if record.name == "cnnviz"]
    assert record.getMessage().removeprefix("page failed, number ") in error.value
    monkeypatch.undo()
    assert well(app.run())


def test_a_store_without_the_usual_network_opens_with_another(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for file in model_store.folder().glob("dense-64.*"):
        shutil.copy(file, tmp_path)
    monkeypatch.setenv("CNNVIZ_MODELS", str(tmp_path))
    app.run()
    assert well(app)
    assert app.session_state["network"] == "dense-64"


def test_an_empty_store_is_explained(app: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CNNVIZ_MODELS", str(tmp_path))
    app.run()
    assert not app.exception
    assert "no network in the model store" in app.error[0].value


def test_a_damaged_network_is_named_and_another_can_be_chosen(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for file in [*model_store.folder().glob("dense-64.*"), *model_store.folder().glob("cnn-32-64-64.*")]:
        shutil.copy(file, tmp_path)
    (tmp_path / "dense-64.safetensors").write_bytes(b"damaged")
    monkeypatch.setenv("CNNVIZ_MODELS", str(tmp_path))
    cache.network.clear()
    app.query_params["net"] = "dense-64"
    app.run()
    assert "damaged" in app.error[0].value
    assert str(tmp_path) not in app.error[0].value
    app.selectbox(key="choose-network").select("cnn-32-64-64").run()
    assert well(app)
    assert answer(app).isdecimal()


def test_a_notice_outlasts_a_run_that_follows_at_once_and_goes_later(app: AppTest, now: list[float]) -> None:
    app.query_params["net"] = "no-such-network"
    for seconds, shown in ((0.0, 1), (0.1, 1), (page.NOTICE_SECONDS, 0), (0.1, 0)):
        now[0] += seconds
        app.run()
        assert len(app.warning) == shown, seconds


def test_a_picture_without_a_digit_is_reported(app: AppTest) -> None:
    """With how often that is wrong on digits, filled from the measure; only for a network that has one."""

    app.run()
    assert not any("does not look like a digit" in text for text in texts(app))
    x, y = np.mgrid[:28, :28]
    app.session_state["subject"] = InputSource(kind="picture", digit=((x // 2 + y // 2) % 2).astype(np.float32))
    app.run()
    assert well(app)
    least = evidence.load("pen", model_store.card("pen").weights_sha256)
    assert least is not None
    share = f"{100 * least.largest_rejected:.1f} %"
    assert any("does not look like a digit" in text and share in text for text in texts(app))
    app.session_state["network"] = "dense-64"
    app.run()
    assert not any("does not look like a digit" in text for text in texts(app))


@pytest.mark.parametrize("detail", ["essentials", "everything"])
def test_the_rail_warns_in_one_line_above_the_network_and_gives_the_measure_at_its_end(
    app: AppTest, detail: str
) -> None:
    """The whole warning pushed the buttons below the list out of a window of 1400 x 900."""
    x, y = np.mgrid[:28, :28]
    app.session_state["subject"] = InputSource(kind="picture", digit=((x // 2 + y // 2) % 2).astype(np.float32))
    app.query_params["show"] = detail
    app.switch_page("pages/Layers.py").run()
    assert well(app)
    elements = list(app.main)
    picker = next(at for at, one in enumerate(elements) if getattr(one, "key", None) == "choose-network")
    words = {text: at for at, one in enumerate(elements) for text in read_sentence(one)}
    assert words["This does not look like a digit."] < picker
    measures = [at for text, at in words.items() if text.startswith("Measured:")]
    assert [at > picker for at in measures] == [True] * (detail == "everything")


def test_shares_are_not_called_chances_and_smoothed_ones_cautious(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the answer, with the smoothing that the chosen network's card names."""

    def cautions() -> list[str]:
        return [text for text in texts(app.run()) if "Shares are not chances of being right." in text]

    app.session_state["network"] = "pen"
    (said,) = cautions()
    assert "label smoothing of 0.05, which keeps its shares cautious." in said
    monkeypatch.setattr(subject, "LABEL_SMOOTHING", {"pen": 0.2})
    (said,) = cautions()
    assert "smoothing of 0.2, which" in said
    app.session_state["network"] = "dense-64"
    assert cautions() == ["Shares are not chances of being right."]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "No digits were held out: the curves show the test digits"),
        ({"validation_examples": 500}, "500 digits were held out, drawn at random, and read after every epoch"),
        ({"validation_examples": 500, "patience": 2}, "drawn at random; they decided which epoch was kept"),
        ({"validation_examples": 500, "split": "last"}, "500 digits were held out, the last of the file,"),
    ],
)
def test_a_card_says_how_its_figures_came_about(changes: dict[str, Any], words: str) -> None:
    plan = TrainingPlan(seed=7, **changes)
    said = network_picker._describe_choice(plan, plan.validation_examples)
    assert said.startswith("Trained with seed 7.")
    assert words in said
    assert "decided nothing" in said


@pytest.mark.parametrize(("held_out", "judged"), [(0, "test"), (500, "validation")])
def test_curves_are_called_by_the_digits_that_judged_them(
    held_out: int, judged: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = model_store.card("dense-64")
    plan = replace(card.plan, validation_examples=held_out)
    named: list[tuple[str, str]] = []
    monkeypatch.setattr("streamlit.plotly_chart", lambda *_, **__: None)
    monkeypatch.setattr(curves, "learning", lambda *_, names, **__: named.append(names))
    network_picker._show_training(replace(card, plan=plan))
    assert named == [("training", judged)] * 2


def test_only_pooling_is_said_to_leave_values_out() -> None:
    """Each pooling of the stored networks keeps fewer than half of its values; `dense-64` has none."""
    assert "network" not in page.PAGES["pooling"].why, "it speaks of what pooling does, not of every network"
    for name in model_store.names():
        architecture = model_store.load(name).architecture
        sizes = [np.prod(shape) for shape in architecture.shapes()]
        kept = [
            after / before
            for layer, (before, after) in zip(architecture.layers, pairwise(sizes), strict=True)
            if "Pooling" in layer.kind
        ]
        assert all(share < 0.5 for share in kept)
        assert bool(kept) == (name not in ("dense-64", "pool-stride"))


@pytest.mark.parametrize("name", model_store.names())
def test_no_stored_network_was_chosen_among_seeds(name: str) -> None:
    """All are the training with seed 1, and what is held out is drawn at random."""
    plan = model_store.card(name).plan
    assert plan.seed == 1
    assert plan.split == STRATIFIED or not plan.validation_examples


@pytest.mark.parametrize(("name", "smoothed"), [("pen", True), ("dense-64", False)])
def test_two_losses_of_the_same_digits_are_named(name: str, smoothed: bool) -> None:
    """The curve's last loss and the test loss differ where labels are smoothed: each says which labels it takes."""
    card = model_store.card(name)
    text = network_picker._describe(card)
    assert ("Test loss, with labels as they are" in text) is smoothed
    assert f"{card.test_loss:.4f}" in text
    assert ("smoothed by 0.05" in network_picker._title_loss(card)) is smoothed
