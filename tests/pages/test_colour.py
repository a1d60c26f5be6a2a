"""Every page with the network that reads colour, run without a browser."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.data import colour_digits
from cnnviz.core.drawing import preprocessing, url_codec
from cnnviz.core.drawing.strokes import Drawing, Stroke, render
from cnnviz.core.inference import trace
from cnnviz.core.inference.subject import InputSource, read, toggle_each_step
from cnnviz.core.lessons.convolution import colour_sum
from cnnviz.core.networks import model_store
from cnnviz.ui.shell import page as page_shell
from tests.marked_text import plain
from tests.pages.page_digit import get_words

ROOT = Path(__file__).parents[2]
SEVEN = Drawing((Stroke(((60.0, 50.0), (220.0, 50.0), (130.0, 240.0)), 20.0),))
NAME = "cnn-rgb"
INK, PAPER = "#ffcc00", "#2b0a3d"


@pytest.fixture
def app() -> AppTest:
    """Open the page by a link to the seven in yellow on purple."""
    made = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    made.query_params["net"] = NAME
    made.query_params["show"] = "everything"
    made.query_params["ink"] = INK[1:]
    made.query_params["paper"] = PAPER[1:]
    made.query_params["d"] = url_codec.encode(SEVEN)
    return made


def well(app: AppTest) -> bool:
    return not app.exception and not app.error and not app.warning


def texts(app: AppTest) -> str:
    shown = [element.value for kind in (app.markdown, app.caption) for element in kind]
    return plain("\n".join([*shown, *get_words(app)]))


def carried() -> Drawing:
    return url_codec.decode(url_codec.encode(SEVEN))


def answered(ink: str, paper: str) -> trace.Trace:
    seen = colour_digits.colour_from_hex(preprocessing.from_canvas(render(carried())).digit, ink, paper)
    return trace.trace(model_store.load(NAME), seen)


@pytest.mark.parametrize("page", [name for name in page_shell.PAGES if name not in ("train", "glossary")])
def test_every_page_reads_the_coloured_digit(app: AppTest, page: str) -> None:
    if page != "draw":
        app.switch_page(page_shell.PAGES[page].path)
    app.run()
    assert well(app)
    answer = answered(INK, PAPER)
    assert any(element.value == str(answer.answer) for element in app.markdown)
    assert [picker.label for picker in app.color_picker] == ["Ink", "Paper"]
    assert [picker.value for picker in app.color_picker] == [INK, PAPER]


def test_another_ink_is_read_and_is_in_the_link(app: AppTest) -> None:
    app.run()
    app.color_picker[0].pick("#00ff88").run()
    assert well(app)
    assert app.session_state["ink"] == "#00ff88"
    assert "ink=00ff88" in app.session_state["query"]
    assert f"paper={PAPER[1:]}" in app.session_state["query"]
    share = float(answered("#00ff88", PAPER).probabilities.max())
    assert f"{share:.1%}".replace("%", " %") in texts(app) or share >= 0.9995


def test_usual_colours_are_not_in_the_link(app: AppTest) -> None:
    app.query_params["ink"] = colour_digits.INK[1:]
    app.query_params["paper"] = colour_digits.PAPER[1:].upper()
    app.run()
    assert "ink" not in app.session_state["query"]
    assert "paper" not in app.session_state["query"]


@pytest.mark.parametrize("wrong", ["blue", "12345", "#112233", "11223g", "", "1" * 500])
def test_a_colour_that_is_none_is_named_and_the_usual_one_kept(app: AppTest, wrong: str) -> None:
    app.query_params["ink"] = wrong
    app.run()
    assert not app.exception
    assert [warning.value for warning in app.warning if "ink" in warning.value]
    assert app.session_state["ink"] == colour_digits.INK


def test_colours_too_much_alike_are_named(app: AppTest) -> None:
    app.query_params["ink"], app.query_params["paper"] = "777777", "787878"
    app.run()
    assert well(app)
    assert "contrast of 1.0 to 1" in texts(app)


def test_a_network_that_reads_grey_has_no_colours_to_pick(app: AppTest) -> None:
    app.query_params["net"] = "pen"
    app.run()
    assert well(app)
    assert not app.color_picker
    app.switch_page(page_shell.PAGES["convolution"].path).run()
    assert [picker.label for picker in app.color_picker] == ["Ink", "Paper"], "those of the section In colour"


def test_the_editor_takes_the_colours_and_keeps_the_drawing(app: AppTest) -> None:
    app.query_params["surface"] = "canvas"
    app.run()
    app.color_picker[1].pick("#101010").run()
    assert well(app)
    assert app.session_state["subject"].drawing == carried()
    assert app.session_state["editor_colours"] == (INK, "#101010")


def test_what_is_read_is_coloured_and_the_rest_stays_grey() -> None:
    network, subject = model_store.load(NAME), InputSource(drawing=SEVEN, ink=INK, paper=PAPER)
    prediction = read(network, subject, frozenset(preprocessing.STEPS))
    assert prediction.digit.shape == (28, 28)
    assert prediction.trace.digit.shape == (32, 32, 3)
    np.testing.assert_allclose(prediction.trace.digit[0, 0] * 255, colour_digits.parse_hex(PAPER), atol=1e-3)
    assert not prediction.empty
    assert set(toggle_each_step(network, subject, frozenset(preprocessing.STEPS))) == set(preprocessing.STEPS)
    blank = read(network, InputSource(ink=INK, paper=PAPER), frozenset(preprocessing.STEPS))
    assert blank.empty


def test_train_starts_from_it_and_learns_from_colour_digits(
    app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path))
    app.query_params["bench"] = "build"
    app.switch_page(page_shell.PAGES["train"].path).run()
    start = next(box for box in app.selectbox if box.label == "Start from")
    start.select(NAME).run()
    assert not app.exception
    assert not app.error
    (warning,) = app.warning  # the tests of this tier have scikit-learn's digits alone
    assert plain(warning.value).startswith("MNIST is not on this computer")
    assert "32 × 32 × 3" in texts(app)
    assert "From colour digits from" in texts(app)
    assert "21,674" in texts(app)
    train = next(button for button in app.button if button.key == "train")
    assert not train.disabled


# The section "In colour" of Convolution.


def test_a_learned_filter_is_shown_and_a_typed_one_kept_in_the_link(app: AppTest) -> None:
    app.query_params["rgb"] = "7"
    app.switch_page(page_shell.PAGES["convolution"].path).run()
    assert well(app)
    assert "**27** weights" in texts(app)
    assert "**896** parameters" in texts(app)
    assert "rgb=7" in app.session_state["query"]
    next(button for button in app.button if button.key == "fill-rgb-red-blue").click().run()
    assert well(app)
    written = colour_sum.encode(colour_sum.EXAMPLES["red-blue"][1])
    assert app.session_state["rgb_filter"] == "own"
    other = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    other.query_params["rgb"] = written
    other.run()
    assert other.session_state["rgb_numbers"] == colour_sum.EXAMPLES["red-blue"][1]


@pytest.mark.parametrize("wrong", ["", "x", "1~2", "-1"])
def test_a_broken_filter_in_a_link_is_named(app: AppTest, wrong: str) -> None:
    app.query_params["rgb"] = wrong
    app.run()
    assert [warning.value for warning in app.warning if "rgb" in warning.value]


def test_a_filter_that_the_layer_does_not_have_becomes_one_that_it_has(app: AppTest) -> None:
    app.query_params["rgb"] = "99"
    app.switch_page(page_shell.PAGES["convolution"].path).run()
    assert well(app)
    assert app.session_state["rgb_filter"] == "0"
