"""Exports of a ledger: programs that run and print its number, tables that add up to it."""

from __future__ import annotations

import contextlib
import csv
import io
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.core import ledger
from cnnviz.core.inference import trace_export
from cnnviz.core.inference.trace import Trace, trace
from cnnviz.core.layers import KINDS, Dense, Flatten, GroupNormalization
from cnnviz.core.ledger import Cell
from cnnviz.core.ledger.csv_table import COLUMNS, write_csv
from cnnviz.core.ledger.numpy_snippet import count_decimals, format_value, write_snippet
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network
from tests.core import strategies
from tests.core.ledger import doubled
from tests.core.ledger.test_account import DRAWN, one_layer, shown, strokes_of_a_digit

FILE = "numbers.npz"


def run(program: str, file: bytes) -> str:
    """Run `program` in this process, reading `file` under any name, and return its output."""

    class NumPy:
        def __getattr__(self, name: str) -> object:
            return (lambda _: np.load(io.BytesIO(file))) if name == "load" else getattr(np, name)

    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(program.replace("import numpy as np", ""), {"np": NumPy()})
    return said.getvalue().strip()


def downloaded(network: Network, traced: Trace) -> bytes:
    return trace_export.write_npz(traced, weights=network.weights)


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(DRAWN, max_examples=25)
@given(data=st.data(), seed=strategies.seeds())
def test_a_program_prints_the_number_of_the_screen(kind: str, data: st.DataObject, seed: int) -> None:
    network, traced, cell = one_layer(data, kind, seed)
    of = ledger.account(network, traced, cell)
    places = count_decimals(of)
    assert places >= doubled.decimals(doubled.stages(network, traced, cell).after, traced, cell, of.sheet)
    said = run(write_snippet(network, of, FILE), downloaded(network, traced))
    assert said == format_value(of, places)
    assert abs(float(said) - of.sheet.to_float(of.total)) <= 0.51 * 10.0**-places


def test_a_difference_of_0_times_a_negative_scale_is_printed_as_0() -> None:
    """A group with one value is its own mean."""
    layer = GroupNormalization(name="norm", groups=-1, center=False)
    ending = (Flatten(name="flatten"), Dense(name="answer", units=10, activation="softmax"))
    architecture = Architecture("zero", (layer, *ending), (1, 1, 1))
    weights = {"norm": {"gamma": np.array([-2], np.float32)}}
    weights["answer"] = {"kernel": np.ones((1, 10), np.float32), "bias": np.zeros(10, np.float32)}
    network = Network(architecture, weights)
    traced = trace(network, np.full((1, 1, 1), 0.5, np.float32))
    of = ledger.account(network, traced, Cell("norm", 0, 0, 0))
    said = run(write_snippet(network, of, FILE), downloaded(network, traced))
    assert said == format_value(of, count_decimals(of))
    assert not said.startswith(("-", "−"))


def test_every_layer_of_a_real_network_can_be_repeated_with_the_downloaded_file(tmp_path: Path) -> None:
    """As a learner does it: the file in a folder, each program in a Python of its own."""
    network = model_store.load("cnn-32-64-64")
    traced = trace(network, strokes_of_a_digit(network))
    (tmp_path / FILE).write_bytes(downloaded(network, traced))
    cells = [
        Cell("input", 0, 9, 17),
        Cell("conv2d", 5, 7, 12),
        Cell("max_pooling2d_1", 3, 2, 2),
        Cell("dense_1", 7),
    ]
    programs, expected = [], []
    for cell in cells:
        of = ledger.account(network, traced, cell)
        assert count_decimals(of) >= of.sheet.places - 2, "nearly all shown digits"
        programs.append(write_snippet(network, of, FILE))
        expected.append(format_value(of, count_decimals(of)))
    whole = "\n".join(programs)
    said = subprocess.run([sys.executable, "-c", whole], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert said.stdout.split() == expected
    assert max(map(len, (program.splitlines() for program in programs))) <= 12, "short"


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(DRAWN, max_examples=15)
@given(data=st.data(), seed=strategies.seeds())
def test_a_table_adds_up_to_the_ledger(kind: str, data: st.DataObject, seed: int) -> None:
    network, traced, cell = one_layer(data, kind, seed)
    of = ledger.account(network, traced, cell)
    lines = list(csv.DictReader(io.StringIO(write_csv(of).decode())))
    assert tuple(lines[0]) == COLUMNS
    amounts = {name: Decimal(0) for name in ("product", "value", "padding", "subtotal", "mixed", "after")}
    for line in lines:
        if line["what"] in amounts:
            amounts[line["what"]] += Decimal(line["amount"])
    assert amounts["after"] == shown(of, of.total)
    assert amounts["padding"] == 0
    first = of.lines[0]
    if first.name == "sum" and kind == "SeparableConv2D":
        assert amounts["mixed"] == shown(of, first.amount)
    elif first.name in ("sum", "products", "sum_of_values"):
        assert amounts["product"] + amounts["value"] == shown(of, first.amount)


def test_a_file_has_the_weights_only_where_they_are_asked_for() -> None:
    network = model_store.load("dense-64")
    traced = trace(network, strokes_of_a_digit(network))
    with np.load(io.BytesIO(downloaded(network, traced))) as file:
        np.testing.assert_array_equal(file["dense/kernel"], network.weights["dense"]["kernel"])
    with np.load(io.BytesIO(trace_export.write_npz(traced, traced.layers[1:2], network.weights))) as file:
        assert sorted(file) == ["dense/after", "dense/before", "dense/bias", "dense/kernel", "digit"]
    with np.load(io.BytesIO(trace_export.write_npz(traced))) as file:
        assert "dense/kernel" not in file
