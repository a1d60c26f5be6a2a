"""A data set inside a large archive, on the page Data: said before the click, fetched, stopped, refused, shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.background import Progress
from cnnviz.core.data import picture_sets
from cnnviz.core.data.emnist.letters import ArchivedLetters
from cnnviz.core.errors import Refusal
from tests.marked_text import plain
from tests.pages.data_page import Grids, opened, well


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the test an empty cache of Keras, and a process that has begun nothing."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(picture_sets, "_tasks", {})
    monkeypatch.setattr(picture_sets, "_fetches", {})


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """Make the download wait until the line is set, and look for a stop meanwhile."""
    waiting = Event()

    def fetch(_: object, progress: Progress) -> Path:
        while not waiting.wait(0.02):
            progress(0.5, "Downloading EMNIST's archive")
        raise Refusal("There is no room for {set}.", set="EMNIST Letters")

    monkeypatch.setattr(ArchivedLetters, "fetch", fetch)
    yield waiting
    waiting.set()


def texts(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.warning, app.info)
    return plain("\n".join(str(element.value) for kind in kinds for element in kind)).replace("\\", "")


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def press(app: AppTest, label: str) -> AppTest:
    (button,) = [button for button in app.button if button.label == label]
    return button.click().run()


FETCH, STOP = "Fetch the letters (562 MB)", "Stop the download"


def test_nothing_is_fetched_by_looking_and_the_size_is_said_first() -> None:
    app = opened(set="letters")
    assert well(app)
    assert "145,600 handwritten letters" in texts(app)
    assert "inside an archive of 562 MB" in texts(app)
    assert "at most 40 MB" in texts(app)
    assert FETCH in labels(app)
    assert picture_sets.find_fetch("letters") is None


def test_who_began_the_download_may_stop_it_and_nobody_else(line: Event) -> None:
    app = press(opened(set="letters"), FETCH)
    assert well(app)
    assert STOP in labels(app)
    assert FETCH not in labels(app)
    other = opened(set="letters")
    assert STOP not in labels(other)
    assert "goes on when you look at something else" in texts(other)
    task = picture_sets.find_fetch("letters")
    assert task is not None
    app = press(app, STOP)
    assert well(app)
    assert FETCH in labels(app)
    assert task.wait(30).refusal is not None
    assert not line.is_set()


def test_what_is_refused_is_said_and_can_be_tried_again(line: Event) -> None:
    line.set()
    app = press(opened(set="letters"), FETCH)
    task = picture_sets.find_fetch("letters")
    assert task is not None
    task.wait(30)
    app = app.run()
    assert well(app)
    assert "There is no room for EMNIST Letters" in texts(app)
    assert FETCH in labels(app)
    line.clear()
    assert STOP in labels(press(app, FETCH))


def test_what_came_of_it_before_is_said() -> None:
    folder = ArchivedLetters().get_folder()
    folder.mkdir(parents=True)
    with (folder / "gzip.zip.download").open("wb") as file:
        file.truncate(312_000_000)
    assert "312 MB of it are here from an attempt before" in texts(opened(set="letters"))


def test_letters_are_shown_by_name(monkeypatch: pytest.MonkeyPatch, grids: Grids) -> None:
    images = np.random.default_rng(1).integers(0, 256, (260, 28, 28), np.uint8)
    numbers = np.arange(260, dtype=np.uint8) % 26
    monkeypatch.setattr(ArchivedLetters, "is_cached", lambda *_: True)
    monkeypatch.setattr(ArchivedLetters, "read", lambda *_: (images, numbers))
    app = opened(set="letters", label="25", show="everything")
    assert well(app)
    assert grids["picture-sheet"][0]["descriptions"][:2] == ["Label Z, index 25", "Label Z, index 51"]
    assert "The label Z as a one-hot vector" in "".join(element.proto.body for element in app.get("html"))
    assert "260 handwritten letters" in texts(app)
    assert "published by NIST without a licence" in texts(app)
    (button,) = [button for button in app.button if button.key == "own-publish"]
    assert "69,992 of the 145,600 pictures" in button.help
    assert "the first 1,892 training pictures of each class" in button.help
