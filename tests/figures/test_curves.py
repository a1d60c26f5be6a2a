"""Learning curves, read back from the figure."""

from cnnviz.figures import curves

NAMES = ("training", "validation")


def test_curves_hold_the_values_by_epoch():
    figure = curves.learning([0.5, 0.25, 0.125], [0.6, 0.3, 0.2], names=NAMES, x="Epoch", y="Loss")
    assert [list(trace.x) for trace in figure.data] == [[1, 2, 3]] * 2
    assert list(figure.data[0].y) == [0.5, 0.25, 0.125]
    assert list(figure.data[1].y) == [0.6, 0.3, 0.2]
    assert [trace.name for trace in figure.data] == list(NAMES)


def test_axes_are_named():
    figure = curves.learning([1.0], [1.0], names=NAMES, x="Epoch", y="Loss")
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("Epoch", "Loss")


def test_a_run_without_validation_has_one_curve():
    figure = curves.learning([0.5, 0.25], [], names=NAMES, x="Epoch", y="Loss")
    assert len(figure.data) == 1


def test_epochs_are_whole_numbers_however_many():
    for epochs in (1, 5, 12, 13, 100):
        figure = curves.learning([0.1] * epochs, [], names=NAMES, x="", y="")
        assert figure.layout.xaxis.dtick == int(figure.layout.xaxis.dtick) >= epochs / 12
