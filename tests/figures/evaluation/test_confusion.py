"""The confusion matrix, read back from the figure."""

import numpy as np

from cnnviz.figures.evaluation import confusion

COUNTS = np.arange(100).reshape(10, 10)


def heat():
    return confusion.matrix(COUNTS, x="Answer", y="Label", hover="%{z} of %{y} read as %{x}").data[0]


def test_every_count_is_written_in():
    np.testing.assert_array_equal(np.array(heat().text, dtype=int), COUNTS)


def test_colour_shows_the_mistakes_alone():
    colour = np.array(heat().z)
    assert (np.diag(colour) == 0).all()
    off = ~np.eye(10, dtype=bool)
    np.testing.assert_array_equal(colour[off], COUNTS[off])


def test_the_hover_text_gives_the_count_and_not_the_colour():
    assert heat().hovertemplate == "%{text} of %{y} read as %{x}<extra></extra>"


def test_classes_are_categories_on_named_axes():
    figure = confusion.matrix(COUNTS, x="Answer", y="Label", hover="")
    assert list(figure.data[0].x) == list(figure.data[0].y) == [str(n) for n in range(10)]
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("Answer", "Label")
    assert figure.layout.yaxis.autorange == "reversed"
