"""The account as text: every line gives the same number on a calculator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.core import ledger
from cnnviz.core.inference.trace import Trace, trace
from cnnviz.core.layers import KINDS, AveragePooling2D, Conv2D, Dense, Flatten
from cnnviz.core.ledger import Cell
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network
from cnnviz.ui.layers.ledger import export, view_model
from tests.core import strategies
from tests.core.ledger.test_account import DRAWN, one_layer

NUMBER = r"-?\d+(?:\.\d+)?(?:e[+-]\d+)?"
PRODUCT = re.compile(rf"^(?:.*: )?({NUMBER}) × ({NUMBER}) = ({NUMBER})( \(padding\))?$")
SHARE = re.compile(
    rf"^(?:unit|map) (\d+): ({NUMBER}) - \(?({NUMBER})\)? = ({NUMBER}); "
    rf"exp\(({NUMBER})\) = ({NUMBER}); ({NUMBER}) / ({NUMBER}) = ({NUMBER})$"
)


def told(network: Network, traced: Trace, cell: Cell) -> dict[str, Any]:
    path = (cell, *ledger.descend(network, traced, cell))
    return view_model.describe(network, traced, ledger.account(network, traced, cell), path, 0)


def ending(text: str, label: str) -> Decimal | None:
    """Return the amount at the end of the first line that begins with `label`."""
    found = re.search(rf"^{label}: (?:.* )?({NUMBER})(?: · .*)?$", text, re.MULTILINE)
    return Decimal(found[1]) if found else None


def others(text: str) -> Decimal:
    return ending(text, r"the other \d+") or Decimal()


def rounded(value: Decimal, like: str) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-len(like.partition(".")[2])), ROUND_HALF_UP)


def products(lines: list[str]) -> Iterator[Decimal]:
    """Check and return every product: that of its two factors, or zero where it is marked as padding."""
    for line in lines:
        if found := PRODUCT.match(line):
            value, weight, amount, padding = found.groups()
            assert rounded(Decimal(value) * Decimal(weight), amount) == Decimal(amount)
            assert not padding or Decimal(value) == 0
            if not line.startswith("selu: "):  # an activation that is a product itself
                yield Decimal(amount)


def check_windows(kind: str, blocks: list[list[str]], text: str) -> None:
    """Check that the products of every window give its subtotal, and the subtotals the sum."""
    added = others(text)
    for block in blocks:
        at = next(i for i, line in enumerate(block) if line.startswith("subtotal: "))
        subtotal = Decimal(block[at].removeprefix("subtotal: "))
        assert sum(products(block[:at])) == subtotal
        shares = list(products(block[at + 1 :]))
        assert len(shares) == (kind == "SeparableConv2D")
        added += shares[0] if shares else subtotal
    assert added == ending(text, "sum of subtotals")


def check_pooled(kind: str, values: list[Decimal], text: str) -> None:
    if "Max" in kind:
        assert max(values) == ending(text, "largest value")
        return
    divided = re.search(rf"^mean: ({NUMBER}) / (\d+) = ({NUMBER})$", text, re.MULTILINE)
    assert divided
    assert rounded(Decimal(divided[1]) / int(divided[2]), divided[3]) == Decimal(divided[3])
    assert sum(values, others(text)) == Decimal(divided[1]) == ending(text, "sum of the values")
    counted = re.search(r"^the other (\d+)", text, re.MULTILINE)
    assert len(values) + int(counted[1] if counted else 0) == int(divided[2])


def check_shares(text: str, unit: int) -> None:
    """Check every step of a softmax, for every unit; the exponentials add up to their divisor."""
    rows = [found.groups() for line in text.splitlines() if (found := SHARE.match(line))]
    largest = max(Decimal(row[1]) for row in rows)
    for _, logit, less, shifted, again, grown, own, total, share in rows:
        assert Decimal(less) == largest
        assert Decimal(logit) - largest == Decimal(shifted) == Decimal(again)
        assert abs(float(grown) - np.exp(float(shifted))) <= 0.51 * 10.0 ** -len(grown.partition(".")[2]) + 1e-15
        assert grown == own
        assert Decimal(total) == ending(text, "sum of all exponentials")
        assert rounded(Decimal(grown) / Decimal(total), share) == Decimal(share)
    left = re.findall(rf"^the other \d+: ({NUMBER})$", text, re.MULTILINE)
    assert sum((Decimal(row[5]) for row in rows), sum(map(Decimal, left))) == ending(text, "sum of all exponentials")
    assert next(Decimal(row[8]) for row in rows if int(row[0]) == unit) == ending(text, "share of the sum")


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(DRAWN, max_examples=20)
@given(data=st.data(), seed=strategies.seeds())
def test_a_text_adds_up(kind: str, data: st.DataObject, seed: int) -> None:
    network, traced, cell = one_layer(data, kind, seed)
    found = told(network, traced, cell)
    text = export.write_text(found)
    outside = sum(not inside for part in found["windows"] for row in part["inside"] for inside in row)
    assert text.count("(padding)") + text.count("(outside)") == outside
    windows = text.split("\n\n")[1 : 1 + len(found["windows"])]
    blocks = [window.splitlines()[1:] for window in windows]
    if ending(text, "sum of subtotals") is not None:
        check_windows(kind, blocks, text)
    if ending(text, "sum of all products") is not None:
        assert sum(products(text.splitlines()), others(text)) == ending(text, "sum of all products")
    if kind in ("MaxPooling2D", "AveragePooling2D"):
        cells = [each for block in blocks for line in block for each in line.split(", ")]
        check_pooled(kind, [Decimal(each) for each in cells if each != "(outside)"], text)
    if kind == "GlobalAveragePooling2D":
        check_pooled(kind, [Decimal(term["value"].replace("−", "-")) for term in found["terms"][:12]], text)
    assert (found["shares"] is None) == (ending(text, "sum of all exponentials") is None)
    if found["shares"] is not None:
        check_shares(text, cell.map)


@pytest.fixture(scope="module")
def edged() -> tuple[Network, Trace]:
    """Build windows that reach over the edge, reading colour."""
    layers = (
        Conv2D(name="conv", filters=3, kernel_size=(3, 3), padding="same"),
        AveragePooling2D(name="average", pool_size=(2, 2), padding="same"),
        Flatten(name="flat"),
        Dense(name="answer", units=10, activation="softmax"),
    )
    network = strategies.network(Architecture(name="edged", input_shape=(5, 5, 3), layers=layers), 3)
    return network, trace(network, np.random.default_rng(1).random((5, 5, 3), dtype=np.float32))


def test_what_is_left_out_of_a_mean_is_no_zero(edged: tuple[Network, Trace]) -> None:
    text = export.write_text(told(*edged, Cell("average", 1, 2, 2)))
    window = text.split("\n\n")[1].splitlines()
    assert window[0] == "map 1: rows 4 to 5, columns 4 to 5"
    value, outside = window[1].split(", ")
    assert outside == "(outside)"
    assert window[2] == "(outside), (outside)"
    assert f"mean: {value} / 1 = {value}" in text


def test_padding_is_marked_and_channels_are_called_so(edged: tuple[Network, Trace]) -> None:
    text = export.write_text(told(*edged, Cell("conv", 0, 0, 2)))
    assert text.count(" = 0.") + text.count(" = -0.") > 0
    assert text.count("(padding)") == 3 * 3
    assert len(re.findall(r"^channel [012]: rows -1 to 1, columns 1 to 3$", text, re.MULTILINE)) == 3


def test_the_shares_of_an_answer_are_all_there(edged: tuple[Network, Trace]) -> None:
    text = export.write_text(told(*edged, Cell("answer", 4)))
    assert [int(each) for each in re.findall(r"^unit (\d+): .*; .* / ", text, re.MULTILINE)] == list(range(10))
    check_shares(text, 4)


def test_what_is_not_written_is_known_to_be_in_the_table() -> None:
    network = model_store.load("cnn-32-64-64")
    traced = trace(network, np.random.default_rng(0).random((28, 28), dtype=np.float32))
    for cell, left in ((Cell("conv2d_2", 1, 2, 1), 64 - 24), (Cell("dense", 5), 3 * 3 * 64 - 12)):
        text = export.write_text(told(network, traced, cell))
        assert re.search(rf"^the other {left}: {NUMBER} · all of them are in the table", text, re.MULTILINE)
