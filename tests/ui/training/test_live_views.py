"""The words about a step name the optimizer that made it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.marked_text import plain


def explained(optimizer: str) -> None:
    import numpy as np

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
    pictures = {name: np.zeros((3, 3, 1), np.float32) for name in ("before", "gradient", "after")}
    live_views.show_step(Event("lesson", 1, 1, payload, pictures), optimizer)


@pytest.mark.parametrize(("optimizer", "name"), [("adam", "Adam"), ("sgd", "SGD")])
def test_the_step_is_the_optimizers(optimizer: str, name: str) -> None:
    app = AppTest.from_function(explained, args=(optimizer,)).run()
    assert not app.exception
    said = plain(" ".join(text.value for text in app.markdown))
    assert f"{name} made its step from it" in said
    assert "the other way" not in said
