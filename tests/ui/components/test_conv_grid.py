"""The Python side of the grids of Convolution: what they send, and what they take from a browser."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from cnnviz.core.lessons.convolution.examples import ONE
from cnnviz.core.lessons.convolution.kernels import KERNELS
from cnnviz.core.lessons.convolution.worked_example import ConvWorkedExample
from cnnviz.ui.components import conv_grid as by_hand
from cnnviz.ui.components import kernel_grid as kernels
from cnnviz.ui.components.conv_grid import Edit, Guess, Problem, conv_grid, describe, read_edit, read_guesses
from tests.ui.components.fake_browser import Browser

ROWS = KERNELS["rows"].weights
SMALL = ConvWorkedExample(((1.0, 2.0), (7.0, 1.0)), ((1.0,),))
IMAGE, KERNEL = [["1", "2"], ["7", "abc"]], [["1"]]
SHOWN = {"image": [["0", "0"], ["0", "0"]], "kernel": [["0"]]}
TYPED = {"image": IMAGE, "kernel": KERNEL, "shown": SHOWN, "pasted": "", "into": "", "seq": 1}
GUESSED = {"example": "a" * 12, "place": 0, "text": "3", "right": True, "seq": 1}


@pytest.fixture
def browser(stand_in: Callable[..., Browser]) -> Browser:
    return stand_in("g", "typed", by_hand, kernels)


def said(*guesses: dict[str, object]) -> dict[str, object]:
    """Return the browser's state after these guesses."""
    return {"messages": list(guesses), "seq": guesses[-1]["seq"]}


def show(example: ConvWorkedExample = SMALL, problem: Problem | None = None) -> None:
    conv_grid("g", example, guess=True, guesses={-1: "2"}, score=(1, 2), problem=problem, facts=["a fact"])


def test_typed_value_is_reported_once(browser: Browser) -> None:
    assert read_edit("g", SMALL.values, SMALL.kernel) is None
    browser.says(TYPED)
    assert read_edit("g", SMALL.values, SMALL.kernel) == Edit((("1", "2"), ("7", "abc")), (("1",),))
    show()
    assert browser.data["ack"] == 1
    assert read_edit("g", SMALL.values, SMALL.kernel) is None
    browser.says({**TYPED, "pasted": "1 2", "into": "kernel", "seq": 2})
    told = read_edit("g", SMALL.values, SMALL.kernel)
    assert told is not None
    assert (told.pasted, told.into) == ("1 2", "kernel")


def test_what_is_typed_as_image_or_kernel_is_filled_anew_brings_no_old_number_back(browser: Browser) -> None:
    """The click that fills it comes in the same run as the text that it takes the focus from."""
    browser.says({**TYPED, "image": [["0", "0"], ["0", "5"]], "kernel": [["0"]]})
    image, kernel = ((1.0, 2.0), (3.0, 4.0)), ((-0.5,),)
    assert read_edit("g", image, kernel) == Edit((("1", "2"), ("3", "5")), (("−0.5",),))


def test_guess_is_reported_once(browser: Browser) -> None:
    assert read_guesses("g") == []
    browser.says(said(GUESSED), "guessed")
    assert read_guesses("g") == [Guess("a" * 12, 0, "3", True)]
    show()
    assert (browser.data["ack"], browser.data["heard"]) == (0, 1)
    assert read_guesses("g") == []


def test_guesses_that_were_made_between_two_runs_are_all_reported(browser: Browser) -> None:
    browser.says(said(GUESSED), "guessed")
    show()
    second, third = {**GUESSED, "place": 1, "seq": 2}, {**GUESSED, "place": 2, "text": "x", "right": False, "seq": 3}
    browser.says(said(GUESSED, second, third), "guessed")
    assert read_guesses("g") == [Guess("a" * 12, 1, "3", True), Guess("a" * 12, 2, "x", False)]
    show()
    assert browser.data["heard"] == 3


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        [],
        {},
        {**TYPED, "seq": True},
        {**TYPED, "seq": -1},
        {**TYPED, "image": [["1", "2"]]},
        {**TYPED, "kernel": [[1]]},
        {**TYPED, "kernel": ["1"]},
        {**TYPED, "image": "1234"},
        {**TYPED, "pasted": None},
        {**TYPED, "shown": None},
        {**TYPED, "shown": {**SHOWN, "kernel": [["0", "0"]]}},
        {**TYPED, "image": [["1", "2" * 99], ["3", "4"]]},
    ],
)
def test_invalid_values_are_ignored(browser: Browser, value: object) -> None:
    browser.says(value)
    assert read_edit("g", SMALL.values, SMALL.kernel) is None
    show()


@pytest.mark.parametrize(
    "value",
    [
        None,
        "3",
        {},
        GUESSED,
        {"messages": GUESSED, "seq": 1},
        {"messages": [None, "3", 7], "seq": 1},
        said({**GUESSED, "place": -2}),
        said({**GUESSED, "place": 10**9}),
        said({**GUESSED, "right": "yes"}),
        {"messages": [GUESSED], "seq": 0},
        {"messages": [{**GUESSED, "seq": True}], "seq": 1},
        said({**GUESSED, "text": 3}),
        said({**GUESSED, "example": 3}),
    ],
)
def test_invalid_guess_is_ignored(browser: Browser, value: object) -> None:
    browser.says(value, "guessed")
    assert read_guesses("g") == []
    show()


def test_everything_is_worked_out_before_it_is_sent(browser: Browser) -> None:
    show(ConvWorkedExample(ONE, ROWS), Problem("kernel", 0, 1, "no"))
    data = json.loads(json.dumps(browser.data))
    assert data["out"] == [3, 3]
    assert data["problem"] == {"grid": "kernel", "row": 0, "column": 1, "text": "no"}
    assert data["size"]["work"] == "(5 − 3) / 1 + 1 = 3"
    assert data["guesses"] == {"-1": "2"}
    assert data["size"]["hint"].endswith("Count the starts.")
    first = data["windows"][0]
    assert first["box"] == [0, 0, 2, 2]
    assert first["products"][2] == ["1 × 1", "1"]
    assert first["sum"] == {
        "value": 3,
        "text": "3",
        "short": "3",
        "work": "0 + 0 + 1 + 0 + 0 + 1 + 0 + 0 + 1 = 3",
        "hint": "Of the 9 products 3 are not 0: 1 × 1, 1 × 1, 1 × 1. Work them out and add them up.",
    }
    assert first["mistakes"] == {"flipped": -3, "sign": -3, "unweighted": 4}


def test_every_mistake_has_a_sentence() -> None:
    example = ConvWorkedExample(ONE, ROWS, padding="same", dilation_rate=(2, 2))
    other = ConvWorkedExample(ONE, ROWS, strides=(2, 2))
    made = {*example.size_mistakes, *other.size_mistakes}
    made |= {name for window in (*example.windows, *other.windows) for name in window.mistakes}
    assert {f"is_{name}" for name in made} <= set(by_hand.LABELS)
    assert made >= {"stride", "padding", "one", "image", "flipped", "sign", "unweighted"}


def test_padding_and_unreached_cells_are_described() -> None:
    padded = describe(ConvWorkedExample(ONE, ROWS, padding="same"))
    assert padded["margins"] == [1, 1, 1, 1]
    assert padded["windows"][0]["outside"] == 5
    struck = describe(ConvWorkedExample(ONE, ((1.0,),), strides=(2, 2)))["reached"]
    assert struck["rows"] == struck["columns"] == (True, False, True, False, True)


def test_a_kernel_is_reported_once_and_written_as_people_do(browser: Browser) -> None:
    blur = KERNELS["blur"].weights
    browser.says({"cells": [["1/9"] * 3] * 3, "shown": [["0"] * 3] * 3, "pasted": "", "seq": 3})
    assert kernels.read_edit("g", blur) == kernels.Edit((("1/9",) * 3,) * 3)
    kernels.kernel_grid("g", blur, label="Kernel", problem=(0, 1, "no"))
    assert browser.data["values"] == [["1/9"] * 3] * 3
    assert browser.data["ack"] == 3
    assert kernels.read_edit("g", blur) is None
    browser.says({"cells": [["1/9"] * 3] * 2, "shown": [["0"] * 3] * 3, "pasted": "", "seq": 4})
    assert kernels.read_edit("g", blur) is None
