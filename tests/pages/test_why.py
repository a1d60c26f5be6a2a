"""Why this answer, run without a browser: what the section asks, shows and says on Draw and on Layers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.drawing.preprocessing import STEPS
from cnnviz.core.explanations import methods, strokes
from cnnviz.core.explanations.contrast import Contrast, find_rival
from cnnviz.core.inference import samples, subject
from cnnviz.core.inference.subject import InputSource
from cnnviz.core.inference.trace import Trace
from cnnviz.core.networks import model_store
from cnnviz.ui.components.feature_maps import Block
from cnnviz.ui.why import pictures, rubbed_out

ROOT = Path(__file__).parents[2]
Shown = dict[str, Any]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """Record the blocks of the section's viewers, and the rubbed-out digits with their captions, by key."""
    found: Shown = {}

    def show_maps(key: str, blocks: list[Block], **more: Any) -> None:
        found[key] = {"block": blocks[0], **more}

    def show_row(key: str, images: list[np.ndarray], captions: list[str], **_: Any) -> None:
        found[key] = list(zip(images, captions, strict=True))

    monkeypatch.setattr(pictures, "feature_maps", show_maps)
    monkeypatch.setattr(rubbed_out, "thumbnails", show_row)
    return found


def opened(page: str = "", **query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return (app.switch_page(page) if page else app).run()


def told(app: AppTest) -> str:
    return " ".join(str(element.value) for element in (*app.markdown, *app.caption, *app.info))


def read_first(name: str = "pen") -> Trace:
    return subject.read(model_store.load(name), samples.get_first(), frozenset(STEPS)).trace


@pytest.mark.parametrize("page", ["", "pages/Layers.py"])
def test_nothing_is_worked_out_before_the_section_is_opened(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((methods, "explain"), (strokes, "rub_out_each")):
        monkeypatch.setattr(module, name, lambda *_: pytest.fail("nobody asked"))
    app = opened(page)
    assert not app.exception
    assert "Why this answer?" in [each.label for each in app.expander]
    assert "lead" not in told(app)


@pytest.mark.parametrize("page", ["", "pages/Layers.py"])
def test_a_link_opens_it_with_occlusion_of_both_networks(page: str, shown: Shown) -> None:
    app = opened(page, why="1")
    assert not app.exception
    trace = read_first()
    contrast = Contrast(trace.answer, find_rival(trace.logits, trace.answer))
    expected = methods.explain(
        "occlusion", model_store.load("pen"), trace.digit, np.zeros((28, 28), np.float32), contrast
    )
    for key, values in (("why-trained", expected.trained), ("why-untrained", expected.untrained)):
        block = shown[key]["block"]
        assert (block.signed, block.subtitle) == (True, "13 × 13")
        np.testing.assert_array_equal(block.values[..., 0], values)
    assert f"above that of {contrast.against}" in told(app)
    assert "13 × 13 places" in told(app)
    assert f"Most speaks for {trace.answer} at rows" in told(app)
    assert "untrained copy" in told(app)
    likeness = methods.measure_likeness(
        "occlusion", model_store.load("pen"), trace.digit, np.zeros((28, 28), np.float32), contrast, expected
    )
    assert pictures.describe_likeness(likeness) in told(app)
    assert "5 copies with other random weights" in told(app)
    assert not [each for each in app.segmented_control if str(each.key).startswith("choose-why_method")]
    assert "why=1" in app.session_state["query"].split("&")


@pytest.mark.parametrize(
    ("method", "size"),
    [
        ("occlusion", "13 × 13"),
        ("saliency", "28 × 28"),
        ("smoothgrad", "28 × 28"),
        ("integrated", "28 × 28"),
        ("grad-cam", "8 × 8"),
    ],
)
def test_everything_has_all_methods_each_with_its_resolution(method: str, size: str, shown: Shown) -> None:
    app = opened(why="1", show="everything", how=method)
    assert not app.exception
    assert shown["why-trained"]["block"].subtitle == size
    assert size in told(app)
    assert [each.options for each in app.segmented_control if str(each.key).startswith("choose-why_method")] == [
        ["Occlusion", "Saliency", "SmoothGrad", "Integrated gradients", "Grad-CAM"]
    ]


def test_grad_cam_is_of_the_chosen_convolution_and_few_cells_are_drawn_larger(shown: Shown) -> None:
    app = opened(why="1", show="everything", how="grad-cam")
    block = shown["why-trained"]["block"]
    assert block.values.shape == (16, 16, 1)
    assert block.names[0][:4] == ["0", "0", "1", "1"]
    next(each for each in app.selectbox if str(each.key).startswith("choose-why_layer")).set_value("conv2d").run()
    assert shown["why-trained"]["block"].subtitle == "26 × 26"
    assert app.session_state["why_layer"] == "conv2d"


@pytest.mark.parametrize("target", ["0", "3", "8"])
def test_any_digit_can_be_asked_for_and_is_never_compared_with_itself(target: str, shown: Shown) -> None:
    app = opened(**{"why": "1", "for": target, "against": target})
    assert not app.exception
    assert shown
    trace = read_first()
    rival = find_rival(trace.logits, int(target))
    where = "above" if trace.logits[int(target)] >= trace.logits[rival] else "below"
    assert f"{where} that of {rival}" in told(app)


def test_a_logit_is_explained_alone_where_nothing_is_compared(shown: Shown) -> None:
    app = opened(why="1", against="nothing")
    assert not app.exception
    assert shown
    assert f"{read_first().answer} is {float(read_first().logits.max()):.2f}" in told(app)
    assert "its value times its weight" in told(app)
    assert "its two weights" not in told(app)


def test_a_network_without_convolution_has_no_grad_cam(shown: Shown) -> None:
    app = opened(why="1", show="everything", how="grad-cam", net="dense-64")
    assert not app.exception
    assert shown["why-trained"]["block"].subtitle == "13 × 13"
    assert [len(each.options) for each in app.segmented_control if str(each.key).startswith("choose-why_method")] == [4]


def test_a_network_that_reads_colour_is_explained_pixel_by_pixel(shown: Shown) -> None:
    app = opened(why="1", how="integrated", net="cnn-rgb")
    assert not app.exception
    assert shown["why-trained"]["block"].subtitle == "32 × 32"


def test_nothing_drawn_has_nothing_to_explain() -> None:
    app = opened(why="1", net="pen")
    app.session_state["subject"] = InputSource()
    app.run()
    assert not app.exception
    assert "there is no answer to explain" in told(app)


def test_strokes_are_rubbed_out_with_what_is_then_read(shown: Shown) -> None:
    app = opened(why="1")
    captions = [caption for _, caption in shown["why-strokes"]]
    assert [caption[:9] for caption in captions] == [f"without {number}" for number in range(1, 5)]
    tipping = [caption for caption in captions if f": {read_first().answer}," not in caption]
    assert ("no longer read as" in told(app)) == bool(tipping)


def test_a_test_digit_has_no_strokes_to_rub_out() -> None:
    app = opened(why="1")
    app.session_state["subject"] = samples.make_subject(samples.draw_samples(0)[0])
    app.run()
    assert not app.exception
    assert "has no strokes" in told(app)


@pytest.mark.parametrize(
    ("correlations", "said"),
    [
        ((0.8, -0.9, 0.7), "much like this one"),
        ((0.9, -0.4, 0.4), "somewhat like this one"),
        ((-0.5, 0.1, 0.1), "depends on what was learned"),
    ],
)
def test_what_is_said_of_untrained_copies_holds_for_the_mean_of_all(correlations: tuple[float, ...], said: str) -> None:
    text = pictures.describe_likeness(methods.Likeness(correlations))
    assert said in text
    assert "mean of 3 copies" in text
    assert f"{max(correlations):.2f}" in text
    assert pictures.describe_likeness(None) == ""
