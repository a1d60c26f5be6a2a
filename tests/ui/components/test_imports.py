"""Import costs of the components: only charts load pandas and pyarrow."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

PAGE = """
import numpy as np
from cnnviz.core.lessons.convolution.worked_example import ConvWorkedExample
from cnnviz.core.lessons.pooling.worked_example import TUTORIAL, PoolWorkedExample
from cnnviz.core.drawing.strokes import Drawing, Stroke
from cnnviz.ui.components import address, bars, code_line, conv_grid, curves, drawing, feature_maps, kernel_grid, ledger
from cnnviz.ui.components import cell_grid, pad, player, pool_grid
pad.pad("pad", Drawing((Stroke(((1.0, 2.0), (3.0, 4.0)), 20.0),)), 1, 20, pad.LABELS)
bars.bars("bars", np.full(10, 0.1, np.float32), bars.LABELS)
block = feature_maps.Block(id="after", title="maps", values=np.ones((3, 3, 2), np.float32))
feature_maps.feature_maps("maps", [block], mode="mosaic", colour_range="layer", palette="grey",
                          network_range=None, labels=feature_maps.LABELS)
address.address("net=pen")
drawing.drawing("drawing", {300: "<svg xmlns='http://www.w3.org/2000/svg'/>"})
code_line.code_line("code", kind="Flatten", why="", arguments=[], others={}, rows=[], diagram="", labels={})
line = curves.Series(id="training", label="Training", x=np.arange(9), y=np.ones(9))
curves.curves("curves", [curves.Panel(id="loss", title="Loss", series=[line])], curves.LABELS)
player.player("player", ["start"], 0, label="Moments")
pool_grid.pool_grid("pool-grid", PoolWorkedExample(TUTORIAL), guess=True)
conv_grid.conv_grid("conv-grid", ConvWorkedExample(TUTORIAL, ((1.0,),)), guess=True, guesses={}, score=(0, 0),
                    problem=None, facts=[])
kernel_grid.kernel_grid("kernel-grid", ((1.0,),), label="Kernel")
ledger.ledger("ledger", None)
cell_grid.number_grid("numbers", np.zeros((28, 28), np.uint8), name="Numbers", shares=False)
"""
"""A page with every component."""

PROGRAM = f"""
import json, sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_string({PAGE!r})
before = set(sys.modules)
for _ in range(2):
    app.run(timeout=60)
    assert not app.exception, app.exception
print(json.dumps(sorted({{name.partition(".")[0] for name in set(sys.modules) - before}})))
"""
"""Runs it twice, as a visitor's session does, and tells what that imported."""


@pytest.fixture(scope="module")
def imported_by_components() -> set[str]:
    """Return the packages that showing every component imports."""
    answer = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(json.loads(answer.stdout.strip().splitlines()[-1]))


@pytest.mark.parametrize("package", ["pandas", "pyarrow"])
def test_showing_the_components_imports_no_data_frames(package: str, imported_by_components: set[str]) -> None:
    assert "cnnviz" in imported_by_components, "the components themselves are imported by showing them"
    assert package not in imported_by_components
