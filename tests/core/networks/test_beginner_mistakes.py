"""The mistakes that beginners make most often: each is named, with what to do about it."""

from __future__ import annotations

from typing import Any

import pytest

from cnnviz.core.glossary import strip_marks
from cnnviz.core.networks.architecture import TUTORIALS
from cnnviz.core.networks.beginner_mistakes import find_hints
from cnnviz.core.networks.draft import ANSWER, ArchitectureDraft, build_cnn
from cnnviz.core.networks.draft_validation import validate

CONV = {"kind": "Conv2D", "filters": 8, "kernel_size": (3, 3), "activation": "relu"}
POOL = {"kind": "MaxPooling2D", "pool_size": (2, 2)}
FLATTEN = {"kind": "Flatten"}


def dense(units: int = 10, activation: str = "softmax") -> dict[str, Any]:
    return {"kind": "Dense", "units": units, "activation": activation}


def draft(*rows: Any) -> ArchitectureDraft:
    return ArchitectureDraft(rows)


@pytest.mark.parametrize(
    ("made", "advice"),
    [
        (draft(CONV, ANSWER), "Put Flatten or GlobalAveragePooling2D before the first Dense."),
        (draft(CONV, dense(64, "relu"), ANSWER), "Put Flatten or GlobalAveragePooling2D before the first Dense."),
        (draft(CONV, FLATTEN, dense(1)), "There are 10 classes, so set its units to 10."),
        (draft(CONV, FLATTEN, dense(activation="linear")), "without an activation, which gives any numbers."),
        (draft(CONV, FLATTEN, dense(activation="sigmoid")), "sigmoid, whose values do not add up to 1."),
        (draft(CONV, POOL), "Add Flatten or GlobalAveragePooling2D, then Dense(10"),
        (draft(CONV, FLATTEN), 'End with Dense(10, activation="softmax").'),
        (draft(FLATTEN, ANSWER, {"kind": "Dropout", "rate": 0.5}), "Move Dropout before the last Dense."),
        (draft(FLATTEN, CONV, ANSWER), "Put the layer before Flatten or a global pooling."),
        (draft(CONV, POOL, POOL, POOL, POOL, POOL, FLATTEN, ANSWER), "fewer layers that shrink the image"),
        (draft(CONV, FLATTEN, {"kind": "Dropout", "rate": 25}, ANSWER), "For 25 % write 0.25."),
        (draft(CONV, FLATTEN, dense(4_000, "relu"), ANSWER), "as a pooling before Flatten does."),
    ],
)
def test_a_mistake_gets_its_own_advice(made: ArchitectureDraft, advice: str) -> None:
    found = validate(made)
    assert found.architecture is None
    (problem, *_) = found.problems
    assert advice in str(problem)


@pytest.mark.parametrize(
    ("made", "hints"),
    [
        (draft(FLATTEN, dense(64), ANSWER), ["dense is not the last layer and ends in a softmax"]),
        (draft(FLATTEN, dense(64, "linear"), ANSWER), ["dense has no activation"]),
        (draft({**CONV, "activation": "linear"}, FLATTEN, ANSWER), ["conv2d has no activation"]),
        (draft({**CONV, "activation": "linear"}, {"kind": "ReLU"}, FLATTEN, ANSWER), []),
        (draft({**CONV, "activation": "linear"}, POOL, FLATTEN, ANSWER), []),
        (draft(dense(8, "relu"), FLATTEN, ANSWER), ["dense reads an image of 28 × 28 × 1"]),
        (build_cnn(8, 3, 2), []),
        *((ArchitectureDraft.from_architecture(architecture), []) for architecture, _ in TUTORIALS.values()),
    ],
)
def test_a_legal_network_with_a_usual_mistake_gets_a_hint(made: ArchitectureDraft, hints: list[str]) -> None:
    architecture = validate(made).architecture
    assert architecture is not None
    found = [strip_marks(str(hint)) for hint in find_hints(architecture)]
    assert [said.startswith(begun) for said, begun in zip(found, hints, strict=True)] == [True] * len(hints)
