"""Data of one's own on the page Data: drawings by class, files, what is said of them, and that they are deleted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.data import picture_sets, published_sets
from cnnviz.core.data.labelled_set import LabelledSet, LeftOut
from cnnviz.core.drawing.strokes import Drawing, Stroke
from cnnviz.core.errors import Refusal
from cnnviz.core.training.plan_draft import MIN_OWN_EXAMPLES
from cnnviz.jobs.own_sets.store import SetStore
from cnnviz.jobs.sandbox import data_reasons, data_upload
from cnnviz.ui.components.pad import PadMessage
from cnnviz.ui.data import own_drawings
from tests.marked_text import plain
from tests.pages.data_page import Grids, opened, well


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path))
    return tmp_path


@pytest.fixture
def paper(monkeypatch: pytest.MonkeyPatch) -> dict[str, Drawing]:
    """Return what is on the paper of the section."""
    on_it = {"drawing": Drawing()}

    def read(_: str, revision: int) -> PadMessage:
        return PadMessage(on_it["drawing"], revision, 1, pen_down=False, brush=20)

    monkeypatch.setattr(own_drawings, "read_message", read)
    return on_it


def texts(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.warning, app.info, app.success, app.error)
    return plain("\n".join(str(element.value) for kind in kinds for element in kind)).replace("\\", "")


def choices(app: AppTest, key: str) -> list[str]:
    (found,) = [each for each in app.button_group if str(each.key).startswith(key)]
    return list(found.options)


def stroke(place: int) -> Drawing:
    return Drawing((Stroke(((60.0 + place, 60), (150, 140), (100, 200 - place)), 20.0),))


def name_classes(app: AppTest, text: str = "heart, star") -> AppTest:
    return app.text_input(key="own-names-0").set_value(text).run()


def draw(app: AppTest, paper: dict[str, Drawing], label: int, count: int, first: int = 0) -> AppTest:
    next(each for each in app.button_group if str(each.key).startswith("choose-own_class")).set_value(label).run()
    for place in range(first, first + count):
        paper["drawing"] = stroke(place * 3)
        app = app.button(key="own-add").click().run()
    return app


def test_classes_are_named_before_anything_is_drawn() -> None:
    app = opened()
    assert well(app)
    assert "Your own data" in [each.value for each in app.subheader]
    assert not [each for each in app.button if each.key == "own-add"]
    app = name_classes(app, "heart")
    assert "Name 2 to 20 classes" in texts(app)
    app = name_classes(app)
    assert well(app)
    assert choices(app, "choose-own_class") == ["heart", "star"]
    assert "Drawings so far: heart 0 · star 0" in texts(app)


def test_it_is_said_how_many_drawings_train_needs(paper: dict[str, Drawing]) -> None:
    app = draw(name_classes(opened()), paper, 0, 3)
    assert "Draw some of two classes at least" in texts(app)
    app = draw(app, paper, 1, 3)
    assert "About 14 more drawings and Train can learn from them." in texts(app), "4 of 6 are not tested on"
    app = draw(draw(app, paper, 0, 7, first=3), paper, 1, 7, first=3)
    assert "Train can learn from them: choose “Your drawings” there." in texts(app)


def test_a_visitor_who_only_looks_gets_no_cookie(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    asked = list[bool]()
    monkeypatch.setattr("cnnviz.ui.shell.visitor.remember", lambda: asked.append(True))
    app = opened()
    assert not asked
    assert not list(home.iterdir())
    name_classes(app)
    assert asked


def test_drawings_are_counted_taken_back_and_survive_a_reload(
    paper: dict[str, Drawing], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = draw(name_classes(opened()), paper, 0, 3)
    assert well(app)
    assert "Drawings so far: heart 3 · star 0" in texts(app)
    app = app.button(key="own-back").click().run()
    assert "Drawings so far: heart 2 · star 0" in texts(app)
    token = app.session_state["visitor"]
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.cookies", property(lambda _: {"cnnviz_visitor": token}))
    again = opened()
    assert again.text_input(key="own-names-0").value == "heart, star"
    assert "Drawings so far: heart 2 · star 0" in texts(again)


def test_blank_paper_is_not_added_and_the_paper_is_new_after_each_drawing(paper: dict[str, Drawing]) -> None:
    app = name_classes(opened())
    app = app.button(key="own-add").click().run()
    assert "There is nothing on the paper" in texts(app)
    before = app.session_state["own_revision"]
    app = draw(app, paper, 1, 1)
    assert "There is nothing on the paper" not in texts(app)
    assert app.session_state["own_revision"] == before + 1


def test_drawings_of_two_classes_are_a_data_set_with_sheets_by_name(paper: dict[str, Drawing], grids: Grids) -> None:
    app = draw(draw(name_classes(opened(show="everything")), paper, 0, 6), paper, 1, 5, first=10)
    assert "Your drawings" in choices(app, "choose-data_set")
    app = app.button_group(key="choose-data_set").set_value("drawn").run()
    assert well(app)
    assert "11 pictures of 2 classes, yours alone: 9 to learn from and check with, 2 to test on" in texts(app)
    assert "Fewer than 10 pictures of heart, star" in texts(app)
    assert grids["picture-sheet"][0]["descriptions"] == ["Label heart, index 0", "Label star, index 1"]
    assert "set=" not in app.session_state["query"]
    labels = next(each for each in app.button_group if str(each.key).startswith("choose-data_label"))
    assert list(labels.options) == ["all", "heart", "star"]
    app = labels.set_value("1").run()
    assert well(app)
    assert grids["picture-sheet"][0]["descriptions"] == ["Label star, index 1"]
    (open_button,) = [each for each in app.button if each.label == "Open on every page"]
    app = open_button.click().run()
    assert well(app)
    assert "This is the picture that every page shows" in texts(app)
    assert app.session_state["subject"].kind == "picture"


def test_all_drawings_go_with_one_click(paper: dict[str, Drawing], home: Path) -> None:
    app = draw(draw(name_classes(opened()), paper, 0, 2), paper, 1, 2)
    app = app.button_group(key="choose-data_set").set_value("drawn").run()
    app = app.button(key="own-delete-drawings").click().run()
    assert well(app)
    assert app.session_state["data_set"] == "mnist"
    assert "Your drawings" not in choices(app, "choose-data_set")
    assert app.text_input(key="own-names-1").value == ""
    assert not [path for path in home.rglob("*") if path.is_file()]


def labelled(name: str = "[Fruit](http://x)", colour: bool = True) -> LabelledSet:
    pictures = np.random.default_rng(1).integers(0, 256, (60, 32, 32, 3 if colour else 1), np.uint8)
    pictures[1] = pictures[0]
    labels = (np.arange(60) % 3).astype(np.uint8)
    report = (LeftOut("kiwi/*1*.png", Refusal(data_reasons.REASONS["damaged"])),)
    return LabelledSet(name, pictures, labels, ("kiwi", "plum", "<b>fig"), report, 3)


def upload(app: AppTest, monkeypatch: pytest.MonkeyPatch, answer: LabelledSet | Refusal) -> AppTest:
    """Have the page take a file of which the reader makes this."""

    def read(*_: object) -> LabelledSet:
        if isinstance(answer, Refusal):
            raise answer
        return answer

    monkeypatch.setattr(data_upload, "read", read)
    uploader: Any = app.get("file_uploader")[0]
    uploader.upload("fruit.zip", b"x", "application/zip")
    return app.run()


def test_a_file_becomes_the_data_set_that_is_shown_with_its_report(
    monkeypatch: pytest.MonkeyPatch, grids: Grids, home: Path
) -> None:
    app = upload(opened(split="train", show="everything"), monkeypatch, labelled())
    assert well(app)
    said = texts(app)
    assert "[Fruit](http:\u2060//x): 60 pictures of 3 classes were read." in said  # no link
    assert "kiwi/*1*.png** It is damaged or cut short." in said
    assert "The first 1 of 3:" in said
    assert "1 picture is an exact copy of one with another label." in said
    assert [each.value for each in app.markdown if "http://x" in each.value and "](http" in each.value] == []
    assert grids["picture-sheet"][0]["descriptions"][0].startswith("Label ")
    assert app.session_state["data_set"].startswith("own-")
    (entry,) = [each for each in app.button if str(each.key).startswith("own-delete-own")]
    app = entry.click().run()
    assert well(app)
    assert app.session_state["data_set"] == "mnist"
    assert not [path for path in home.rglob("*") if path.is_file()]


def test_a_file_that_is_refused_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    app = upload(opened(), monkeypatch, Refusal(data_reasons.REASONS["encrypted"], name="a_b_.png"))
    assert [plain(each.value).replace("\\", "") for each in app.error] == [
        "a_b_.png is encrypted. Please pack the pictures without a password."
    ]
    assert app.session_state["data_set"] == "mnist"
    app = upload(app, monkeypatch, labelled(colour=False))
    assert well(app)


def test_a_set_that_was_deleted_in_another_tab_gives_way(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    app = upload(opened(), monkeypatch, labelled())
    for path in home.rglob("*.set"):
        path.unlink()
    app = app.run()
    assert well(app)
    assert app.session_state["data_set"] == "mnist"


def test_a_published_set_is_added_with_its_own_test_part(
    monkeypatch: pytest.MonkeyPatch, grids: Grids, home: Path
) -> None:
    images = np.random.default_rng(1).integers(0, 256, (90, 28, 28), np.uint8)
    labels = np.arange(90, dtype=np.uint8) % 10

    def read(_: object, part: str, __: object) -> tuple[np.ndarray, np.ndarray]:
        count = 90 if part == "train" else 10
        return images[:count], labels[:count]

    monkeypatch.setattr(picture_sets, "_tasks", {})
    monkeypatch.setattr(published_sets.PublishedSet, "read", read)
    app = opened(set="kuzushiji")
    assert well(app)
    assert "characters of old Japanese handwriting" in texts(app)
    app = app.button(key="own-publish").click().run()
    assert well(app)
    assert "100 pictures of 10 classes, kept for you alone: 90 to learn from and check with, 10 to test on" in texts(
        app
    )
    assert grids["picture-sheet"][0]["descriptions"][1] == "Label ki き, index 1"
    (entry,) = SetStore(next(home.iterdir()).name, home).entries()
    assert (entry.name, entry.count, entry.trained) == ("Kuzushiji-MNIST", 100, 90)
    assert entry.trained >= MIN_OWN_EXAMPLES, "Train offers it"


def test_a_published_set_that_cannot_be_had_is_not_added(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    images, labels = np.zeros((20, 28, 28), np.uint8), np.arange(20, dtype=np.uint8) % 10

    def read(_: object, part: str, __: object) -> tuple[np.ndarray, np.ndarray]:
        if part == "train":
            raise Refusal("{set} is not on this computer.", set="Kuzushiji-MNIST")
        return images, labels

    monkeypatch.setattr(picture_sets, "_tasks", {})
    monkeypatch.setattr(published_sets.PublishedSet, "read", read)
    app = opened(set="kuzushiji")
    app = app.button(key="own-publish").click().run()
    assert well(app)
    assert "Kuzushiji-MNIST is not on this computer" in texts(app)
    assert app.session_state["own_adding"] == "", "it is tried again by a click alone"
    assert not list(home.glob("*/sets/*"))
