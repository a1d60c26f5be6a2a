"""The default network is small enough to look at."""

from cnnviz.core.networks import pen
from cnnviz.core.networks.architecture import TUTORIALS


def test_pen_is_small_enough_to_look_at() -> None:
    pictures = [layer for layer in pen.ARCHITECTURE.layers if layer.kind in ("Conv2D", "MaxPooling2D")]
    assert pen.ARCHITECTURE.parameters == 197_482
    assert len(pictures) <= 7
    assert all(shape[2] <= 64 for shape in pen.ARCHITECTURE.shapes() if len(shape) == 3)


def test_pen_has_a_name_and_plan_of_its_own() -> None:
    assert pen.ARCHITECTURE.name not in TUTORIALS
    assert (pen.PLAN.data, pen.PLAN.augmentation) == ("mnist+pen", "pen")
