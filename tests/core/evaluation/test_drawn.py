"""What was measured on drawn digits: stored and read, refused for other weights and where it is damaged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cnnviz.core.errors import Refusal
from cnnviz.core.evaluation import drawn
from cnnviz.core.evaluation.drawn import BRUSHES, PREPARATIONS, SIZES, DrawnAccuracy, DrawnTable
from cnnviz.core.networks import model_store

ROW = DrawnAccuracy("ab" * 32, {size: dict.fromkeys(PREPARATIONS, 0.5) for size in SIZES}, (0.9,) * len(BRUSHES))
TABLE = DrawnTable(525, "525 digits", {"some": ROW})


def test_table_is_read_as_it_was_saved(tmp_path: Path) -> None:
    assert drawn.load(tmp_path) is None
    drawn.save(TABLE, tmp_path)
    assert drawn.load(tmp_path) == TABLE
    assert TABLE.find("some", "ab" * 32) == ROW
    assert TABLE.find("other", "ab" * 32) is None
    with pytest.raises(Refusal, match="Received: other weights"):
        TABLE.find("some", "cd" * 32)


@pytest.mark.parametrize(
    "content",
    ["", "[]", "[" * 90_000, "{}", json.dumps({"digits": 3, "source": "x", "networks": {"a": {"weights_sha256": ""}}})],
)
def test_damaged_table_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / drawn.FILE).write_text(content)
    with pytest.raises(Refusal, match="a damaged file"):
        drawn.load(tmp_path)


@pytest.mark.parametrize("change", [{"brushes": (0.5,)}, {"steps": {}}, {"brushes": (2.0,) * len(BRUSHES)}])
def test_a_row_lacks_nothing(change: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        DrawnAccuracy(**vars(ROW) | change)


@pytest.mark.parametrize("name", model_store.names())
def test_every_network_of_the_store_was_measured(name: str) -> None:
    table = drawn.load()
    assert table is not None
    row = table.find(name, model_store.card(name).weights_sha256)
    assert row is not None, "run cnnviz.workers.entry.measure_drawn whenever the weights change"
    assert row.steps["small"]["all"] > row.steps["small"]["none"]
