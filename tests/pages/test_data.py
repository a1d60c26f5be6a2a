"""Data, run without a browser: what its sections show, keep, refuse and hand on."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.data import bundled_digits, colour_digits, http_file, picture_sets, published_sets
from cnnviz.core.data.datasets import load_bundled
from cnnviz.core.inference import subject, trace
from cnnviz.core.lessons.data import rows
from cnnviz.core.networks import model_store
from cnnviz.core.networks.network import Network
from cnnviz.ui.components import cell_grid
from cnnviz.ui.shell import networks, page
from tests.marked_text import plain
from tests.pages.data_page import ROOT, Grids, opened, well
from tests.pages.page_digit import get_words

TRAINED, TESTED = bundled_digits.TRAIN_COUNT, bundled_digits.COUNT - bundled_digits.TRAIN_COUNT


def texts(app: AppTest) -> str:
    shown = [element.value for kind in (app.markdown, app.caption, app.warning, app.info) for element in kind]
    return plain("\n".join(map(str, (*shown, *get_words(app)))))


def press(app: AppTest, label: str) -> AppTest:
    (button,) = [button for button in app.button if button.label == label]
    return button.click().run()


def search(app: AppTest, text: str) -> AppTest:
    (field,) = [field for field in app.text_input if field.label == "Find an index"]
    return field.set_value(text).run()


def shown_tables(app: AppTest, kind: str) -> list[str]:
    return [element.proto.body for element in app.get("html") if f'<div class="{kind}"' in element.proto.body]


def test_the_page_opens_with_the_first_81_and_says_what_they_are(grids: Grids) -> None:
    app = opened()
    assert well(app)
    data = load_bundled()
    header, body = grids["picture-sheet"]
    assert header["captions"] == [str(label) for label in data.y_test[:81]]
    assert header["descriptions"][80] == f"Label {data.y_test[80]}, index 80"
    assert (header["chosen"], header["rows"], header["columns"]) == (0, 9, 9)
    assert body == cell_grid.encode_sheet(data.x_test[:81], 9)
    assert len(body) < 40_000
    numbers, pixels = grids["picture-numbers"]
    assert pixels == data.x_test[0].tobytes()
    assert not numbers["shares"]
    assert "MNIST is not on this computer" in texts(app)
    assert f"Pictures 1 to 81 of {TESTED}" in texts(app)


def test_the_next_sheet_and_the_last(grids: Grids) -> None:
    app = press(opened(), "Next 81")
    assert grids["picture-sheet"][0]["descriptions"][0].endswith("index 81")
    assert "sheet=1" in app.session_state["query"]
    app = opened(sheet="900")
    assert well(app)
    assert f"Pictures 325 to {TESTED} of {TESTED}" in texts(app)
    assert grids["picture-sheet"][0]["count"] == TESTED - 324
    press(app, "Back")
    assert grids["picture-sheet"][0]["descriptions"][0].endswith("index 243")


def test_by_digit_and_by_split(grids: Grids) -> None:
    data = load_bundled()
    opened(set="digits", split="validation", label="7")
    header, _ = grids["picture-sheet"]
    assert set(header["captions"]) == {"7"}
    indexes = [int(text.rpartition(" ")[2]) for text in header["descriptions"]]
    pictures = picture_sets.load("digits", "train")
    np.testing.assert_array_equal(indexes, rows.select_rows(pictures, "validation", 7))
    assert all(data.y_train[index] == 7 for index in indexes)


def test_an_index_is_found_and_what_is_none_is_refused_in_words(grids: Grids) -> None:
    app = search(opened(show="everything"), "200")
    assert well(app)
    header, _ = grids["picture-sheet"]
    assert header["descriptions"][header["chosen"]].endswith("index 200")
    assert app.session_state["data_sheet"] == 2
    for text, words in (("360", "from 0 to 359. Received: '360'"), ("seven", "Received: 'seven'"), ("-1", "'-1'")):
        app = search(app, text)
        assert well(app)
        assert words in texts(app).replace("\\", "")
        assert app.session_state["data_index"] == 200, "what was chosen stays"
    assert "must be" not in texts(search(app, "3"))


@pytest.mark.parametrize("query", [{"index": "124800"}, {"sheet": "x"}, {"set": "cifar"}, {"split": "all"}])
def test_a_link_to_what_is_not_there_is_ignored_in_words(grids: Grids, query: dict[str, str]) -> None:
    app = opened(**query)
    assert well(app)
    assert grids["picture-sheet"][0]["descriptions"][0].endswith("index 0")
    assert any("ignored" in warning.value for warning in app.warning)


def test_an_index_beyond_a_small_data_set_gives_its_first_picture(grids: Grids) -> None:
    assert well(opened(index="59999", set="digits"))
    assert grids["picture-sheet"][0]["chosen"] == 0


def test_one_digit_has_its_one_hot_label_and_the_networks_shares() -> None:
    app = opened(set="digits", split="train", index="3", net="dense-64", show="everything")
    data = load_bundled()
    (table,) = shown_tables(app, "one-hot")
    codes, shares = re.findall("<tr>(.*?)</tr>", table)[1:]
    assert [int(text) for text in re.findall(r"</span>(\d)</td>", codes)] == list(
        np.eye(10, dtype=int)[data.y_train[3]]
    )
    expected = trace.trace(model_store.load("dense-64"), data.x_train[3] / np.float32(255)).probabilities
    assert re.findall(r"</span>([\d.]+)</td>", shares) == [f"{share:.2f}" for share in expected]
    loss = -np.log(np.clip(float(expected[data.y_train[3]]), 1e-7, 1 - 1e-7))
    assert f"= {loss:.4f}" in texts(app)
    assert "more like the label above" in texts(app)


def test_a_network_of_other_classes_has_no_shares_beside_a_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    network = model_store.load("dense-64")
    letters = replace(network.architecture, classes=tuple("abcdefghij"))
    monkeypatch.setattr(networks, "load_chosen", lambda: Network(letters, network.weights, network.card))
    app = opened(set="digits", split="train", index="3")
    assert well(app)
    (table,) = shown_tables(app, "one-hot")
    assert len(re.findall("<tr>(.*?)</tr>", table)) == 2
    assert "more like the label above" not in texts(app)


def test_a_picture_is_opened_on_every_page_and_its_link_finds_it() -> None:
    app = press(opened(set="digits", split="train", index="7"), "Open on every page")
    data = load_bundled()
    assert well(app)
    assert "A training digit: its label is" in texts(app)
    assert "This is the picture that every page shows." in texts(app)
    app.switch_page("pages/Layers.py").run()
    assert well(app)
    shown = app.session_state["subject"]
    np.testing.assert_array_equal(shown.digit, data.x_train[7] / np.float32(255))
    assert shown.label == data.y_train[7]
    link = app.session_state["query"]
    assert "s=digits-train-7" in link
    other = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    other.query_params["s"] = "digits-train-7"
    other.run()
    assert well(other)
    assert not other.warning
    np.testing.assert_array_equal(other.session_state["subject"].digit, shown.digit)


def test_a_colour_digit_brings_its_ink_and_paper() -> None:
    app = press(opened(set="colour", index="5", net="cnn-rgb"), "Open on every page")
    data = load_bundled()
    grey = data.x_test[:6].astype(np.float32) / np.float32(255)
    expected = colour_digits.prepare_inputs(grey, colour_digits.INPUT_SHAPE, colour_digits.TEST)[5]
    app.switch_page("pages/Layers.py").run()
    assert well(app)
    shown = app.session_state
    source = subject.InputSource(kind="sample", digit=shown["subject"].digit, ink=shown["ink"], paper=shown["paper"])
    read = subject.to_network_input(model_store.load("cnn-rgb"), source, shown["subject"].digit)
    np.testing.assert_allclose(read, expected, atol=1e-6)


@pytest.mark.parametrize("name", ["mnist", "colour", "digits"])
@pytest.mark.parametrize("split", rows.SPLITS)
def test_every_part_of_every_data_set_is_shown_whole(grids: Grids, name: str, split: str) -> None:
    app = opened(set=name, split=split, show="everything", numbers="shares", plane="2")
    assert well(app)
    assert grids["picture-numbers"][0]["shares"]
    assert len(grids["picture-numbers"][1]) == (32 * 32 if name == "colour" else 28 * 28)
    counts = rows.select_rows(picture_sets.load(name, rows.get_part(split)), split)
    (table,) = shown_tables(app, "class-counts")
    told = [int(text.replace(",", "")) for text in re.findall(r">([\d,]+)</td><td>", table)]
    labels = picture_sets.load(name, rows.get_part(split)).labels
    np.testing.assert_array_equal(told, np.bincount(labels[counts], minlength=10))
    sets, plans = shown_tables(app, "three-sets")
    assert re.findall(r"</th><td class=\"number\">([\d,]+)</td>", sets) == ["1,293", "144", "360"]
    held_out = dict(re.findall(r'row">([^<]+)</th><td class="number">[\d,]+</td><td class="number">([\d,]+)<', plans))
    assert (held_out["cnn-32-32"], held_out["pen"]) == ("144", "0")


def test_offline_fashion_is_said_and_can_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_sets, "_tasks", {})

    def fail(*_: object) -> bytes:
        raise ConnectionResetError

    monkeypatch.setattr(http_file, "fetch", fail)
    app = opened(set="fashion")
    assert well(app)
    assert "Fashion-MNIST is not on this computer and could not be downloaded" in texts(app).replace("\\", "")
    assert well(press(app, "Try again"))


def test_clothes_have_names_and_no_answer_is_called_right(monkeypatch: pytest.MonkeyPatch, grids: Grids) -> None:
    images = np.random.default_rng(1).integers(0, 256, (90, 28, 28), np.uint8)
    labels = np.arange(90, dtype=np.uint8) % 10
    monkeypatch.setattr(picture_sets, "_tasks", {})
    monkeypatch.setattr(published_sets.PublishedSet, "read", lambda *_: (images, labels))
    app = opened(set="fashion", index="9", show="everything")
    assert well(app)
    assert grids["picture-sheet"][0]["descriptions"][9] == "Label 9 (ankle boot), index 9"
    assert "Augmentation shows" not in texts(app)
    app = press(app, "Open on every page")
    assert well(app)
    assert app.session_state["subject"].label is None
    assert "digit: its label is" not in texts(app)


def test_augmented_copies_change_and_keep_the_link_of_the_plan() -> None:
    app = opened(set="digits", augment="pen")
    before = app.session_state["data_draw"]
    app = press(app, "Other copies")
    assert well(app)
    assert app.session_state["data_draw"] == before + 1
    assert "augment=pen" in app.session_state["query"]


def test_a_number_of_the_batch_is_the_arrays_own() -> None:
    app = opened(set="digits", sample="2", line="13", across="31", tint="1")
    data = load_bundled()
    assert well(app)
    assert f"x[2, 13, 27, 0] == {data.x_test[2, 13, 27]} / 255" in app.code[0].value
    assert "(4, 28, 28, 1)" in app.code[0].value
    app = opened(set="colour", sample="2", line="13", across="31", tint="1")
    value = picture_sets.load("colour", "test").take(np.arange(4))[2, 13, 31, 1]
    assert f"x[2, 13, 31, 1] == {value} / 255" in app.code[0].value


def test_the_drawing_of_the_batch_is_on_the_page() -> None:
    app = opened()
    (drawn,) = [
        json.loads(element.proto.json)[0]["drawings"]
        for element in app.get("bidi_component")
        if element.proto.component_name.endswith("/drawing")
    ]
    assert ElementTree.fromstring(drawn[0][1]).get("role") == "img"


def test_the_page_says_what_why_and_what_first() -> None:
    why = plain(page.PAGES["data"].why)
    assert "81 pictures" in why
    assert "Click a picture" in why
