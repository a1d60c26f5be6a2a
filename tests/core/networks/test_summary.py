"""The table of a network matches Keras's own `summary()`."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cnnviz.core.layers import BatchNormalization, Dense, Flatten
from cnnviz.core.lessons.pooling.trio import POOL_NETWORKS
from cnnviz.core.networks import pen
from cnnviz.core.networks.architecture import TUTORIALS, Architecture
from cnnviz.core.networks.summary import format_memory, summarize

NORMALISED = Architecture(
    name="normalised",
    layers=(
        BatchNormalization(name="batch_normalization", center=False),
        Flatten(name="flatten"),
        Dense(name="dense", units=10, activation="softmax"),
    ),
)
NETWORKS = {
    **{name: architecture for name, (architecture, _) in {**TUTORIALS, **POOL_NETWORKS}.items()},
    "pen": pen.ARCHITECTURE,
    "normalised": NORMALISED,
}


def printed(architecture: Architecture) -> str:
    """Return Keras's printed summary, each table row on one line."""
    from cnnviz.workers import keras_model

    lines: list[str] = []
    keras_model.build(architecture).summary(line_length=200, print_fn=lines.append)
    return "\n".join(lines)


@pytest.mark.train
@pytest.mark.filterwarnings("ignore::DeprecationWarning:tensorflow")
@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_every_row_and_total_is_keras_own(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")  # else a terminal's 80, and rows are cut
    text, found = printed(NETWORKS[name]), summarize(NETWORKS[name])
    rows = re.findall(r"([\w.]+) \((\w+)\)\s*│\s*\(None, ([\d, ]+)\)\s*│\s*([\d,]+)", text)
    assert [(row.name, row.kind, row.output_shape, row.parameters) for row in found.rows] == [
        (layer, kind, shape_of(shape), int(count.replace(",", ""))) for layer, kind, shape, count in rows
    ]
    for what, number in (
        ("Total", found.parameters),
        ("Trainable", found.trainable),
        ("Non-trainable", found.not_trainable),
    ):
        assert f" {what} params: {number:,} ({format_memory(number)})" in text


def shape_of(text: str) -> tuple[int, ...]:
    return tuple(int(side) for side in text.split(",") if side.strip())


def test_rows_add_up() -> None:
    for architecture in NETWORKS.values():
        found: Any = summarize(architecture)
        assert sum(row.parameters for row in found.rows) == found.parameters == architecture.parameters
        assert sum(row.share for row in found.rows) == pytest.approx(1)
        assert sum(row.multiplications for row in found.rows) == found.multiplications


def test_non_trainable_parameters_are_counted_separately() -> None:
    found = summarize(NORMALISED)
    assert (found.trainable, found.not_trainable) == (1 + 7850, 2)


@pytest.mark.parametrize(
    ("parameters", "text"),
    [(0, "0.00 B"), (10, "40.00 B"), (320, "1.25 KB"), (1_199_882, "4.58 MB"), (400_000_000, "1.49 GB")],
)
def test_memory_is_written_as_keras_does(parameters: int, text: str) -> None:
    assert format_memory(parameters) == text
