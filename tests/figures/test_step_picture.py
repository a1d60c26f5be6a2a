"""The picture of a training step, read back as a browser reads it."""

from __future__ import annotations

from decimal import Decimal
from xml.etree import ElementTree

import numpy as np
import pytest

from cnnviz.core.ledger.fixed_point import MINUS, Sheet
from cnnviz.core.training.step_arithmetic import StepArithmetic, subtract
from cnnviz.figures import step_picture
from cnnviz.figures.step_picture import Words

WORDS = Words(
    loss="Loss", gradient="gradient", before="before", subtracted="0.1 × <gradient>", after="after", change="less"
)


def make(shape: tuple[int, ...] = (3, 3, 1)) -> StepArithmetic:
    random = np.random.default_rng(4)
    before, gradient = (random.normal(size=shape).astype(np.float32) for _ in range(2))
    step = subtract({"before": before, "gradient": gradient, "after": before - np.float32(0.1) * gradient}, 0.1, "sgd")
    assert step is not None
    return step


def read(step: StepArithmetic, losses: tuple[float, float] = (0.5, 0.4)) -> dict[str, ElementTree.Element]:
    """Return the tables of the picture by their captions."""
    root = ElementTree.fromstring(step_picture.write(step, losses, WORDS))
    return {table.findtext("caption") or "": table for table in root.iter("table")}


def cells(table: ElementTree.Element) -> list[ElementTree.Element]:
    return list(table.iter("td"))


def numbers(table: ElementTree.Element) -> list[Decimal]:
    return [Decimal((cell.text or "").replace(MINUS, "-")) for cell in cells(table)]


def test_before_minus_the_step_is_after_as_it_is_written() -> None:
    tables = read(make())
    assert list(tables) == ["gradient", "before", "0.1 × <gradient>", "after"]
    before, step, after = (numbers(tables[name]) for name in ("before", "0.1 × <gradient>", "after"))
    assert len(before) == 9
    assert [start - moved for start, moved in zip(before, step, strict=True)] == after


def test_colours_tell_the_sign_and_the_size() -> None:
    step = make()
    for cell, value in zip(cells(read(step)["gradient"]), step.gradient.ravel(), strict=True):
        names = (cell.get("class") or "").split()
        assert ("above" in names, "below" in names) == (value > 0, value < 0)
        wanted = step_picture.MAX_PART * abs(value) / np.abs(step.gradient).max()
        assert int(cell.get("style", "").removeprefix("--part: ").removesuffix("%")) == pytest.approx(wanted, abs=1)


def test_cell_with_the_largest_gradient_has_a_frame_in_every_grid() -> None:
    step = make()
    row, column = np.unravel_index(np.abs(step.gradient).argmax(), step.gradient.shape)
    for table in read(step).values():
        framed = ["steepest" in (cell.get("class") or "") for cell in cells(table)]
        assert [place for place, is_framed in enumerate(framed) if is_framed] == [3 * row + column]


def test_large_kernels_show_colours_alone() -> None:
    for table in read(make((7, 7, 1))).values():
        assert table.get("class") == "colours"
        assert not any(cell.text for cell in cells(table))


def test_row_of_a_dense_layer_ends_with_its_last_weight() -> None:
    drawn = cells(read(make((20,)))["before"])
    assert len(drawn) == 32
    assert ["steepest" in (cell.get("class") or "") for cell in drawn].count(True) == 1
    assert not any(cell.get("style") for cell in drawn[20:])


@pytest.mark.parametrize(("losses", "widths"), [((0.5, 0.4), (100, 80)), ((0.2, 0.4), (50, 100)), ((0.0, 0.0), (0, 0))])
def test_bars_are_as_long_as_the_losses(losses: tuple[float, float], widths: tuple[float, float]) -> None:
    root = ElementTree.fromstring(step_picture.write(make(), losses, WORDS))
    bars = [bar.get("style", "") for bar in root.iter("i")]
    assert [float(bar.removeprefix("width: ").removesuffix("%")) for bar in bars] == pytest.approx(widths)
    assert [number.text for number in root.iter("b")] == [f"{loss:.4f}" for loss in losses]


@pytest.mark.parametrize(("units", "places", "text"), [(-5, 3, f"{MINUS}0.005"), (12345, 4, "1.2345"), (0, 3, "0.000")])
def test_amounts_are_decimals(units: int, places: int, text: str) -> None:
    assert Sheet(places).format(units) == text
