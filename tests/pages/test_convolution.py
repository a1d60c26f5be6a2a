"""Convolution, run without a browser: what its sections show, clamp, keep, remember and say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.inference import trace
from cnnviz.core.inference.subject import InputSource
from cnnviz.core.lessons.convolution import kernels, map_sum
from cnnviz.core.lessons.convolution.examples import IMAGES, ONE
from cnnviz.core.lessons.convolution.filtering import apply_kernel
from cnnviz.core.lessons.convolution.kernels import KERNELS, parse_weight
from cnnviz.core.lessons.convolution.map_sum import MapSum
from cnnviz.core.lessons.convolution.settings import ConvSettings
from cnnviz.core.lessons.convolution.worked_example import ConvWorkedExample
from cnnviz.core.networks import model_store
from cnnviz.ui.components import conv_grid, kernel_grid
from cnnviz.ui.components.conv_grid import Guess, name_of
from cnnviz.ui.components.feature_maps import Block, Links
from cnnviz.ui.convolution import filters
from cnnviz.ui.shell import layer_names, networks, page
from cnnviz.ui.shell.fields.field import spell
from tests.core.networks import small_network
from tests.marked_text import plain
from tests.pages.page_digit import get_digit

ROOT = Path(__file__).parents[2]
PAGE = "pages/Convolution.py"
ROWS = KERNELS["rows"].weights
FIRST = ConvWorkedExample(ONE, ROWS)
Shown = list[dict[str, Any]]


@pytest.fixture
def examples(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """Return every displayed worked example, with its message."""
    shown: Shown = []

    def show(_: str, example: ConvWorkedExample, **more: Any) -> None:
        shown.append({"example": example, **more})

    monkeypatch.setattr("cnnviz.ui.convolution.worked_example.conv_grid", show)
    return shown


@pytest.fixture
def edited(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """Return every displayed kernel for the digit."""
    shown: Shown = []

    def show(_: str, kernel: Any, **more: Any) -> None:
        shown.append({"kernel": kernel, **more})

    monkeypatch.setattr("cnnviz.ui.convolution.on_your_digit.kernel_grid", show)
    return shown


@pytest.fixture
def brought(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """Record what is sent to the pictures of the digit, message by message."""
    messages: Shown = []

    def publish(key: str, channel: str, blocks: list[Block], **more: Any) -> None:
        messages.append({"key": key, "channel": channel, "blocks": {b.id: b for b in blocks}, **more})

    monkeypatch.setattr(filters, "publish", publish)
    return messages


def opened(**query: str) -> AppTest:
    """Open the page with everything that it has, also what only experts need."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in {"show": "everything", **query}.items():
        app.query_params[name] = value
    return app.switch_page(PAGE).run()


def well(app: AppTest) -> bool:
    return not app.exception and not app.error


def once(monkeypatch: pytest.MonkeyPatch, place: str, said: object, nothing: object = None) -> None:
    """Send one browser value a single time; `place` is the function that receives it, and then `nothing`."""
    waiting = [said]
    monkeypatch.setattr(f"cnnviz.ui.convolution.{place}", lambda *_: waiting.pop() if waiting else nothing)


def types(
    monkeypatch: pytest.MonkeyPatch, image: Any = None, kernel: Any = None, pasted: str = "", into: str = ""
) -> None:
    said = conv_grid.Edit(image or written(ONE), kernel or written(ROWS), pasted, into)
    once(monkeypatch, "worked_example.read_edit", said)


def written(rows: Any) -> Any:
    return tuple(tuple(f"{value:g}".replace("-", "−") for value in row) for row in rows)


def slide(app: AppTest, key: str, value: int) -> AppTest:
    """Move the slider of a choice, whatever its widget key on the page."""
    slider = next(each for each in app.slider if each.key and each.key.startswith(f"choose-{key}"))
    return slider.set_value(value).run()


def settings(shown: Shown) -> ConvSettings:
    example = shown[-1]["example"]
    return ConvSettings(example.shape[0], example.kernel_size[0], example.strides[0], example.dilation_rate[0])


# By hand.


def test_the_page_opens_with_a_one_and_the_tutorials_kernel(examples: Shown) -> None:
    assert well(opened())
    assert examples[-1]["example"] == FIRST
    assert examples[-1]["guess"]
    assert examples[-1]["score"] == (0, 0)
    told = plain("\n".join(examples[-1]["facts"]))
    assert "(5 − 3) / 1 + 1 = 3" in told
    assert "Multiplications: 3 × 3 × 9 = 81. Parameters: 3 × 3 + 1 = 10" in told


def test_what_is_typed_is_convolved_and_goes_into_the_link(examples: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened()
    image = (("9", "0", "1", "0", "−2,5"), *written(ONE)[1:])
    types(monkeypatch, image, (("0", "0", "0"), ("0", "0.25", "0"), ("0", "0", "0")))
    app.run()
    assert examples[-1]["example"].values[0] == (9, 0, 1, 0, -2.5)
    assert examples[-1]["example"].sums[0, 0] == 0.25
    assert "image=9~0~1~0~-2.5_0~1~1~0~0" in app.session_state["query"]
    assert "kernel=0~0~0_0~0.25~0_0~0~0" in app.session_state["query"]


@pytest.mark.parametrize("bad", ["nan", "one", "1000", "", "1/3"])
@pytest.mark.parametrize("grid", ["image", "kernel"])
def test_a_bad_text_is_reported_and_the_last_good_state_kept(
    grid: str, bad: str, examples: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened()
    rows = written(ONE if grid == "image" else ROWS)
    said: Any = {grid: (("7", bad, *rows[0][2:]), *rows[1:])}
    types(monkeypatch, **said)
    app.run()
    assert well(app)
    kept = examples[-1]["example"].values if grid == "image" else examples[-1]["example"].kernel
    assert kept[0][:2] == (7, (ONE if grid == "image" else ROWS)[0][1])
    problem = examples[-1]["problem"]
    assert (problem.grid, problem.row, problem.column) == (grid, 0, 1)
    assert "the old value is kept" in problem.text
    app.run()
    assert examples[-1]["problem"] is None


def test_a_kernel_is_pasted_whole(examples: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened()
    types(monkeypatch, pasted="[[1, 2], [3, 4]]", into="kernel")
    app.run()
    assert examples[-1]["example"].kernel == ((1, 2), (3, 4))
    assert app.session_state["conv_size"] == 2
    types(monkeypatch, kernel=written(((1, 2), (3, 4))), pasted="1 2 3\n4 5 6\n7 8 9", into="image")
    app.run()
    assert examples[-1]["example"] == ConvWorkedExample(((1, 2, 3), (4, 5, 6), (7, 8, 9)), ((1, 2), (3, 4)))


@pytest.mark.parametrize(
    ("pasted", "why"),
    [
        ("1 2 3\n4 5", "must be a square"),
        ("0 " * 36, "must be a square"),
        ("1 nan\n0 1", "must hold a number"),
    ],
)
def test_a_kernel_of_the_wrong_shape_is_reported_and_the_old_one_kept(
    pasted: str, why: str, examples: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened()
    types(monkeypatch, pasted=pasted, into="kernel")
    app.run()
    assert well(app)
    assert examples[-1]["example"] == FIRST
    assert why in examples[-1]["problem"].text
    assert examples[-1]["problem"].grid == "kernel"


def test_settings_clamp_each_other_and_say_which_changed(examples: Shown) -> None:
    app = opened()
    slide(app, "conv_dilation", 2)
    assert settings(examples) == ConvSettings(5, 3, 1, 2)
    slide(app, "conv_size", 4)
    assert settings(examples) == ConvSettings(5, 4, 1, 1)
    assert any("Dilation gave way, so that the kernel fits" in line for line in examples[-1]["facts"])
    slide(app, "conv_stride", 2)
    slide(app, "conv_dilation", 3)
    assert settings(examples) == ConvSettings(5, 2, 1, 3)
    assert any("cannot both be larger than 1" in line for line in examples[-1]["facts"])
    slide(app, "conv_side", 3)
    assert settings(examples) == ConvSettings(3, 2, 1, 2)
    assert examples[-1]["example"].values == tuple(row[:3] for row in ONE[:3])
    assert well(app)


def test_what_a_move_changes_is_one_line(examples: Shown) -> None:
    app = opened()
    assert not any("→" in line for line in examples[-1]["facts"])
    slide(app, "conv_stride", 2)
    assert examples[-1]["facts"][-1] == (
        "Stride 1 → 2: feature map 3 × 3 → 2 × 2, multiplications 81 → 36, parameters 10 → 10."
    )
    next(each for each in app.button_group if each.key == "choose-conv_padding").set_value("same").run()
    assert "Padding valid → same: feature map 2 × 2 → 3 × 3" in examples[-1]["facts"][-1]
    assert any("1 above, 1 below, 1 to the left" in line for line in examples[-1]["facts"])
    slide(app, "conv_size", 2)
    app.button(key="fill-kernel-rows").click().run()
    assert not any("→" in line for line in examples[-1]["facts"]), "that move is no longer the last change"


def test_ready_numbers_fill_both_grids(examples: Shown) -> None:
    app = opened()
    slide(app, "conv_size", 5)
    app.button(key="fill-kernel-sobel-y").click().run()
    assert examples[-1]["example"].kernel == KERNELS["sobel-y"].weights
    app.button(key="fill-image-edge").click().run()
    assert examples[-1]["example"].values == IMAGES["edge"][1](5)
    assert not examples[-1]["example"].sums.any(), "Sobel y does not see a vertical edge"
    assert well(app)


def test_a_link_brings_everything_back(examples: Shown, edited: Shown, brought: Shown) -> None:
    query = {
        "image": "1~2~3_4~5~6_7~8~-9.5",
        "kernel": "1~0_0~-1",
        "steps": "2",
        "around": "same",
        "ask": "0",
        "filter": "own",
        "own": "1~0.111111_0~-2",
        "bias": "-0.5",
        "frame": "same",
        "row": "0",
        "depth": "2",
    }
    app = opened(**query)
    assert well(app)
    assert not app.warning
    made = ConvWorkedExample(((1, 2, 3), (4, 5, 6), (7, 8, -9.5)), ((1, 0), (0, -1)), (2, 2), "same")
    assert examples[-1]["example"] == made
    assert not examples[-1]["guess"]
    assert edited[-1]["kernel"] == ((1, 0.111111), (0, -2))
    digit = get_digit(app)
    assert np.array_equal(
        brought[-1]["blocks"]["sums"].values[..., 0],
        apply_kernel(digit, ((1, 0.111111), (0, -2)), -0.5, "same").before,
    )
    carried = dict(pair.split("=") for pair in app.session_state["query"].split("&"))
    assert {name: carried.get(name) for name in query} == query


@pytest.mark.parametrize("name", ["pen", "cnn-32-64", "cnn-rgb", "pool-max"])
def test_every_learned_bias_and_weight_can_be_carried_by_a_link(name: str) -> None:
    weights = model_store.load(name).weights_of("conv2d")
    for value in map(float, (*weights["bias"], *weights["kernel"].ravel())):
        assert abs(parse_weight(spell(value)) - value) <= 5e-7


IMPOSSIBLE: Mapping[str, tuple[str, ...]] = {
    "image": ("1~2_3", "1~2_3~4", "nan~1~1_1~1~1_1~1~1"),
    "kernel": ("1~2", "1~2~3_4~5~6", "x", "1000"),
    "steps": ("0", "²"),
    "around": ("full",),
    "dilation": ("4",),
    "ask": ("2",),
    "filter": ("emboss",),
    "own": ("1~2_3", "inf"),
    "bias": ("nan",),
    "number": ("-1",),
    "channel": ("3",),
    "frame": ("",),
    "row": ("3",),
    "depth": ("9",),
}
"""Name in a link -> values that it cannot have."""


@pytest.mark.parametrize("turn", range(4))
def test_what_a_link_cannot_have_is_ignored_and_named(turn: int, examples: Shown) -> None:
    query = {name: values[turn] for name, values in IMPOSSIBLE.items() if turn < len(values)}
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    said = [each.value for each in app.warning if "ignored" in each.value]
    assert [name for name in query for text in said if f"asked for {name} = " in text] == list(query)
    app.switch_page(PAGE).run()
    assert well(app)
    assert examples[-1]["example"] == FIRST


def test_a_link_whose_settings_do_not_fit_gives_the_nearest_that_do(examples: Shown) -> None:
    assert well(opened(steps="2", dilation="3", kernel="1~1~1_1~1~1_1~1~1"))
    assert settings(examples) == ConvSettings(5, 3, 2, 1)


# Guesses.


def test_guesses_are_remembered_for_the_visit(examples: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened()
    name = name_of(FIRST)
    for said in (Guess(name, -1, "5", False), Guess(name, 0, "3", True), Guess(name, -1, "3", True)):
        once(monkeypatch, "guesses.read_guesses", [said], [])
        app.run()
    assert examples[-1]["guesses"] == {0: "3", -1: "3"}
    assert examples[-1]["score"] == (2, 2)
    app.switch_page("pages/Layers.py").run()
    app.switch_page(PAGE).run()
    assert examples[-1]["guesses"] == {0: "3", -1: "3"}
    slide(app, "conv_stride", 2)
    assert examples[-1]["guesses"] == {}
    assert examples[-1]["score"] == (2, 2)
    slide(app, "conv_stride", 1)
    assert examples[-1]["guesses"] == {0: "3", -1: "3"}


def shown_text(app: AppTest) -> str:
    return plain("\n".join(str(each.value) for each in app.markdown))


def test_the_question_about_strokes_is_answered_by_computation() -> None:
    app = opened()
    assert "subtracts what is left" not in shown_text(app), "nothing is given away"
    app.button(key="finds-sobel-y").click().run()
    text = shown_text(app)
    assert "Not **Sobel y**: only 0 % of its answer" in text
    assert "The tutorials’ −1 0 1, Sobel x" in text
    app.button(key="finds-rows").click().run()
    assert "is right: 100 % of its answer to both strokes" in shown_text(app)
    vertical, horizontal = kernels.measure_stroke_responses(KERNELS["sobel-y"].weights)
    assert f"| Sobel y | {vertical:.1f} | {horizontal:.1f} |" in shown_text(app)


def test_the_answer_is_shown_without_a_guess_too() -> None:
    app = opened()
    app.button(key="finds-show").click().run()
    assert "Sobel x" in shown_text(app)
    assert "Not **" not in shown_text(app)


# On your digit.


def test_the_pictures_are_the_digit_before_and_after_relu(brought: Shown) -> None:
    app = opened()
    digit = get_digit(app)
    for message in brought:
        sums, after = (message["blocks"][name].values[..., 0] for name in ("sums", "relu"))
        found = apply_kernel(digit, ROWS, 0, "valid")
        assert np.array_equal(message["blocks"]["digit"].values[..., 0], digit)
        assert np.array_equal(sums, found.before)
        assert np.array_equal(after, np.maximum(sums, 0))
        assert message["links"] == Links((3, 3), (1, 1), (0, 0), (26, 26))
        assert message["network_range"] == (sums.min(), sums.max())
        assert message["note"] == (f"{(sums < 0).sum()} of 676 sums are below zero; relu makes them 0.")
    assert {message["key"] for message in brought} == {"filtered-pen", "filtered-kernel"}
    assert [message["turn"] for message in brought] == sorted({message["turn"] for message in brought})


@pytest.mark.parametrize("name", KERNELS)
def test_every_named_kernel_can_be_chosen(name: str, edited: Shown, brought: Shown) -> None:
    app = opened(filter=name)
    assert well(app)
    assert edited[-1]["kernel"] == KERNELS[name].weights
    digit = get_digit(app)
    assert np.array_equal(
        brought[-1]["blocks"]["sums"].values[..., 0], apply_kernel(digit, edited[-1]["kernel"], 0, "valid").before
    )
    assert KERNELS[name].why in "\n".join(each.value for each in app.caption)


@pytest.mark.parametrize("name", [each for each in model_store.names() if "dense" not in each])
def test_a_learned_kernel_gives_the_map_of_its_network(name: str, brought: Shown) -> None:
    network = model_store.load(name)
    first: Any = next(layer for layer in network.architecture.layers if layer.kind == "Conv2D")
    app = opened(net=name, filter="learned", number="3", frame=first.padding)
    assert well(app)
    if network.architecture.input_shape[-1] > 1:
        assert any("reads colours" in each.value for each in app.caption)
        return
    made = trace.trace(network, get_digit(app))
    layer = next(each for each in made.layers if each.kind == "Conv2D")
    captions = plain("\n".join(each.value for each in app.caption))
    title = layer_names.in_full(network.architecture.layers)[layer.name]
    assert f"Filter 3 of {title} in “{page.escape_markdown(networks.describe(name))}”" in captions
    if first.strides != (1, 1):
        assert "The network goes in steps of 2" in captions
        return
    for block, values in (("sums", layer.before), ("relu", layer.after)):
        np.testing.assert_allclose(brought[-1]["blocks"][block].values[..., 0], values[..., 3], atol=1e-5)


def test_a_network_without_a_convolution_is_reported(edited: Shown) -> None:
    app = opened(net="dense-64", filter="learned")
    assert well(app)
    assert "no convolution" in app.info[0].value
    assert edited[-1]["kernel"] == ROWS


def test_an_edited_kernel_becomes_the_visitors_own(
    edited: Shown, brought: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(filter="blur")
    texts = (("2", "1/9", "1/9"), ("1/9",) * 3, ("1/9",) * 3)
    once(monkeypatch, "on_your_digit.read_edit", kernel_grid.Edit(texts))
    app.run()
    assert app.session_state["filter"] == "own"
    assert edited[-1]["kernel"] == ((2, 1 / 9, 1 / 9), (1 / 9,) * 3, (1 / 9,) * 3)
    once(monkeypatch, "on_your_digit.read_edit", kernel_grid.Edit((("nan", "1/9", "5"), *texts[1:])))
    app.run()
    assert edited[-1]["kernel"][0] == (2, 1 / 9, 5)
    assert edited[-1]["problem"][:2] == (0, 0)
    once(monkeypatch, "on_your_digit.read_edit", kernel_grid.Edit(texts, "1 2\n3"))
    app.run()
    assert edited[-1]["kernel"][0] == (2, 1 / 9, 5)
    assert "must be a square" in edited[-1]["problem"][2]
    once(monkeypatch, "on_your_digit.read_edit", kernel_grid.Edit(texts, "1 0\n0 -1"))
    app.run()
    assert edited[-1]["kernel"] == ((1, 0), (0, -1))
    assert brought[-1]["links"].size == (2, 2)
    assert "own=1~0_0~-1" in app.session_state["query"]
    assert well(app)


def test_an_empty_drawing_is_reported(brought: Shown) -> None:
    app = opened()
    app.session_state["subject"] = InputSource()
    app.run()
    assert well(app)
    assert "Nothing is drawn" in brought[-1]["note"]


# Channel order.


def test_one_value_is_found_in_both_orders() -> None:
    app = opened(row="2", column="3", depth="1")
    text = shown_text(app)
    assert "`x[row, column, channel]` = `x[2, 3, 1]` = **231**" in text
    assert "`x[channel, row, column]` = `x[1, 2, 3]` = **231**" in text
    assert "(2 × 4 + 3) × 3 + 1 = 34" in text
    assert "(1 × 3 + 2) × 4 + 3 = 23" in text


def test_what_is_not_flipped_is_named_a_cross_correlation() -> None:
    """Where the sums are worked out by hand, and the sums are those of one."""
    said = plain(" ".join(text.value for text in opened().caption))
    assert "not turned around. Mathematics calls that a cross-correlation" in said
    image, kernel = np.arange(9.0).reshape(3, 3), np.arange(4.0).reshape(2, 2)
    made = ConvWorkedExample(tuple(map(tuple, image.tolist())), tuple(map(tuple, kernel.tolist())))
    expected = [[(image[y : y + 2, x : x + 2] * kernel).sum() for x in range(2)] for y in range(2)]
    np.testing.assert_allclose(made.sums, expected)


# Many maps in, one out.


@pytest.fixture
def sums(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """Return every map that is displayed as a sum."""
    shown: Shown = []

    def show(_: str, found: MapSum, names: list[str], **more: Any) -> None:
        shown.append({"found": found, "names": names, **more})

    monkeypatch.setattr("cnnviz.ui.convolution.many_maps.viewer", show)
    return shown


def said(app: AppTest) -> str:
    return plain("\n".join(str(each.value) for kind in (app.markdown, app.caption, app.info) for each in kind))


def test_a_map_of_the_second_convolution_is_taken_apart(sums: Shown) -> None:
    app = opened(net="cnn-32-64-64", show="essentials")
    assert well(app)
    found = sums[-1]["found"]
    traced = trace.trace(model_store.load("cnn-32-64-64"), get_digit(app))
    output = next(layer for layer in traced.layers if layer.name == "conv2d_1")
    np.testing.assert_array_equal(found.before, output.before[..., found.number])
    assert sums[-1]["names"] == [f"map {found.channels[place]}" for place in found.shown]
    assert sums[-1]["decimals"] == 3
    described = page.escape_markdown(networks.describe("cnn-32-64-64"))
    assert (
        f"Convolution 2 · conv2d_1 in “{described}” reads 32 maps, so one of its filters has "
        "3 × 3 × 32 = **288** weights and 1 bias. With 64 filters the layer has 64 × (288 + 1) = **18,496** parameters."
    ) in said(app)


def test_another_output_map_is_chosen_and_in_the_link(sums: Shown) -> None:
    app = opened(net="cnn-32-64-64", sum="5")
    assert sums[-1]["found"].number == 5
    assert sums[-1]["decimals"] == 5
    next(box for box in app.selectbox if box.label == "Output map").select(9).run()
    assert sums[-1]["found"].number == 9
    assert "sum=9" in app.session_state["query"]
    far = opened(net="cnn-32-32", sum="63")
    assert well(far)
    assert sums[-1]["found"].number == map_sum.choose_map(
        next(
            layer
            for layer in trace.trace(model_store.load("cnn-32-32"), get_digit(far)).layers
            if layer.name == "conv2d_1"
        )
    )


def test_a_network_with_one_convolution_is_named_and_that_one_shown(
    sums: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = small_network.network(name="cnn-32-32")
    monkeypatch.setattr(networks, "load_chosen", lambda: pair)
    app = opened(net="cnn-32-32")
    assert well(app)
    assert sums[-1]["names"] == ["your digit"]
    assert sums[-1]["found"].layer.name == "conv2d"
    assert "has only one convolution, which reads the drawing itself" in said(app)
    assert "3 × 3 × 1 = **9** weights" in said(app)


def test_a_network_without_convolutions_has_no_sum(sums: Shown) -> None:
    app = opened(net="dense-64")
    assert well(app)
    assert sums == []
    assert "has no convolution whose kernels could be shown" in said(app)


def test_empty_paper_has_the_sums_of_its_biases(sums: Shown) -> None:
    app = opened(net="cnn-32-64-64")
    app.session_state["subject"] = InputSource()
    app.run()
    assert well(app)
    assert "what the biases make of empty paper" in said(app)
    assert sums
