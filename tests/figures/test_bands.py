"""Lines with bands and marks of trainings, read back from the figure's data."""

from __future__ import annotations

import pytest

from cnnviz.figures import bands, look, seeds
from cnnviz.figures.bands import Line

LINES = [Line("a", [1.0, 0.5], [0.9, 0.4], [1.0, 0.6]), Line("b", [0.8, 0.7])]


def test_a_band_lies_between_low_and_high_and_hides_with_its_line() -> None:
    figure = bands.chart([0, 1], LINES, titles=("pixels", "confidence"), at=1)
    band, first, second = figure.data
    assert list(zip(band.x, band.y, strict=True)) == [(0, 1.0), (1, 0.6), (1, 0.4), (0, 0.9)]
    assert band.fill == "toself"
    assert band.legendgroup == first.legendgroup == "a"
    assert not band.showlegend
    assert (list(first.y), list(second.y)) == ([1.0, 0.5], [0.8, 0.7])
    assert [list(each) for each in first.customdata] == [[0.9, 1.0], [0.4, 0.6]]
    assert "customdata" not in second.hovertemplate
    assert (first.line.color, second.line.color) == look.CATEGORIES[:2]
    assert figure.layout.shapes[0].x0 == 1
    assert figure.layout.xaxis.title.text == "pixels"
    assert figure.layout.yaxis.tickformat == ".0%"


def test_quantities_that_are_no_shares_have_an_axis_of_their_own() -> None:
    figure = bands.chart([0, 1], LINES, titles=("epoch", "loss"), shares=False)
    assert figure.layout.yaxis.tickformat is None
    assert figure.layout.yaxis.range is None
    assert not figure.layout.shapes
    assert "%" not in figure.data[1].hovertemplate.replace("%{", "")
    assert bands.chart([0, 1], LINES, titles=("", ""), shares=False, top=2).layout.yaxis.range == (
        -0.04,
        2.04,
    )


def test_every_training_is_a_mark_and_every_mean_a_line_through_them() -> None:
    values = {"a": [[0.9, 0.8], [0.5, 0.7]], "b": [[0.4, 0.6], [0.2, 0.2]]}
    figure = seeds.marks(["0", "1"], values, titles=("digit", "right"), hover="%{y}")
    marks, means, others, _ = figure.data
    assert list(marks.y) == [0.9, 0.8, 0.5, 0.7]
    assert list(marks.customdata) == [1, 2, 1, 2]
    assert [y for y in means.y if y is not None] == pytest.approx([0.85, 0.85, 0.6, 0.6])
    assert means.x[0] < marks.x[0] < means.x[1]
    assert marks.x[0] < others.x[0] < marks.x[2]
    assert list(figure.layout.xaxis.ticktext) == ["0", "1"]
