"""The words about a step name the optimizer that made it, and what they write out adds up."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.marked_text import plain


def explained(optimizer: str) -> None:
    import numpy as np

    from cnnviz.core.networks.architecture import TUTORIALS
    from cnnviz.core.training.protocol import Event
    from cnnviz.ui.shell import session
    from cnnviz.ui.training import live_views

    session.begin()
    payload = {
        "step": 3,
        "loss_before": 2.0,
        "loss_after": 1.5,
        "gradient_norm": 0.7,
        "learning_rate": 0.01,
        "layer": "conv2d",
        "filter": 0,
    }
    kernels = {
        name: np.full((3, 3, 1), value, np.float32)
        for name, value in (("before", 0.5), ("gradient", -2), ("after", 0.52))
    }
    if optimizer == "adam":
        kernels["after"] += np.float32(0.01)
    architecture = TUTORIALS["cnn-32-64-64"][0]
    live_views.show_step(Event("lesson", 1, 1, payload, kernels), optimizer, architecture)


@pytest.mark.parametrize(("optimizer", "name"), [("adam", "Adam"), ("sgd", "SGD")])
def test_the_step_is_the_optimizers(optimizer: str, name: str) -> None:
    app = AppTest.from_function(explained, args=(optimizer,)).run()
    assert not app.exception
    said = plain(" ".join(text.value for text in app.markdown))
    assert f"{name} made its step from it" in said
    assert "the other way" not in said


@pytest.mark.parametrize(
    ("optimizer", "sum_"), [("adam", "0.500 − (−0.030) = 0.530"), ("sgd", "0.500 − 0.01 × (−2.000) = 0.520")]
)
def test_the_sum_of_one_cell_is_written_out(optimizer: str, sum_: str) -> None:
    app = AppTest.from_function(explained, args=(optimizer,)).run()
    (said,) = [plain(text.value) for text in app.caption]
    assert "weights of filter 1 of Convolution 1 · conv2d" in said
    assert sum_ in said
    assert ("Adam does not subtract 0.01 × gradient" in said) == (optimizer == "adam")


def overflown() -> None:
    import numpy as np

    from cnnviz.core.networks.architecture import TUTORIALS
    from cnnviz.core.training.protocol import Event
    from cnnviz.ui.shell import session
    from cnnviz.ui.training import live_views

    session.begin()
    numbers = dict.fromkeys(("loss_before", "loss_after", "gradient_norm", "learning_rate"), float("nan"))
    kernels = {name: np.full((3, 3, 1), np.nan, np.float32) for name in ("before", "gradient", "after")}
    event = Event("lesson", 1, 1, {"step": 3, "layer": "conv2d", "filter": 0, **numbers}, kernels)
    live_views.show_step(event, "sgd", TUTORIALS["cnn-32-64-64"][0])


def test_a_step_that_went_wrong_has_no_picture() -> None:
    app = AppTest.from_function(overflown).run()
    assert not app.exception
    assert "too large to be shown" in " ".join(text.value for text in app.caption)
