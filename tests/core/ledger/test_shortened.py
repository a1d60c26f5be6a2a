"""Short ledgers: three decimals, every number next to its exact one, and all sums still those of the shown numbers."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.core import ledger
from cnnviz.core.drawing.preprocessing import STEPS
from cnnviz.core.drawing.strokes import Drawing, Stroke
from cnnviz.core.inference import subject
from cnnviz.core.inference.subject import InputSource
from cnnviz.core.inference.trace import Trace, trace
from cnnviz.core.layers import KINDS
from cnnviz.core.ledger import Cell, Ledger, cells
from cnnviz.core.ledger.fixed_point import Sheet
from cnnviz.core.ledger.shortened import Rounding, choose_places, format_short
from cnnviz.core.networks import model_store
from cnnviz.core.networks.network import Network
from tests.core.ledger.test_account import DRAWN, assert_adds_up, one_layer, shown

SEVEN = Drawing((Stroke(((60.0, 50.0), (220.0, 50.0), (130.0, 240.0)), 20.0),))
"""Read with logits so far apart that the smallest shares need 14 decimals."""

AMOUNTS = st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=40)


def assert_is_short(short: Ledger, full: Ledger, network: Network, traced: Trace) -> None:
    """Assert that all that is added up does so as it is shown, and that nothing is far from what it was."""
    assert short.sheet.places == choose_places(full)
    assert_adds_up(short)
    unit = Decimal(1).scaleb(-short.sheet.places)
    kept = [line for line in full.lines if line.name != "rounding"]
    for line, before in zip(short.lines, kept, strict=True):
        assert abs(shown(short, line.amount) - shown(full, before.amount)) < 2 * unit + Decimal("1e-5"), line
    assert abs(shown(short, short.total) - shown(full, full.total)) <= unit / 2
    for part, was in zip(short.parts, full.parts, strict=True):
        pairs = zip(part.amounts.flat, was.amounts.flat, strict=True)
        assert all(abs(shown(short, int(one)) - shown(full, int(other))) <= 2 * unit for one, other in pairs)
        if part.weights is not None or full.reduces == "mean":
            assert sum(shown(short, int(each)) for each in part.amounts.flat) == shown(short, part.subtotal)
    if short.shares is not None:
        own = short.cell.map
        assert sum(int(each) for each in short.shares.exponentials) == short.shares.total
        assert [short.shares.exponentials[own], short.shares.shares[own]] == [
            line.amount for line in short.lines if line.name in ("exponential", "share")
        ]
        assert list(short.shares.shifted) == [each - max(short.shares.logits) for each in short.shares.logits]
    feeds = ledger.find_feeds(network, traced, full)
    if feeds is not None:
        found = ledger.shorten_feeds(feeds, full, short)
        assert found.maps == feeds.maps
        assert sum(found.amounts) == short.lines[0].amount


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(DRAWN, max_examples=12)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_every_kind_of_layer_still_adds_up(kind: str, data: st.DataObject, seed: int) -> None:
    network, traced, cell = one_layer(data, kind, seed)
    full = ledger.account(network, traced, cell)
    assert_is_short(ledger.shorten(full), full, network, traced)


@pytest.mark.parametrize("name", ["cnn-32-64-64", "cnn-16-128-256"])
def test_cells_of_the_stored_networks_have_three_decimals_in_every_formula(name: str) -> None:
    network = model_store.load(name)
    random = np.random.default_rng(5)
    traced = subject.read(network, InputSource(drawing=SEVEN), frozenset(STEPS)).trace
    for layer, shape in list(cells.list_shapes(network).items())[1:]:
        place = [int(random.integers(side)) for side in shape]
        row, column, of = place if len(place) == 3 else (0, 0, *place)
        full = ledger.account(network, traced, Cell(layer, of, row, column))
        short = ledger.shorten(full)
        assert_is_short(short, full, network, traced)
        assert short.sheet == Sheet(3)
        for text in [line.work for line in short.lines] + [str(fact) for fact in short.facts]:
            assert all(len(digits) <= 3 or not digits.isdigit() for digits in _list_decimals(text)), text


def _list_decimals(text: str) -> list[str]:
    words = text.replace("(", " ").replace(")", " ").replace(",", " ").split()
    return [word.rstrip(".").partition(".")[2] for word in words]


@pytest.mark.parametrize(("layer", "of"), [("conv2d", 3), ("conv2d_1", 5), ("conv2d_2", 60)])
def test_the_sum_over_a_map_still_adds_up(layer: str, of: int) -> None:
    network = model_store.load("cnn-32-64-64")
    traced = trace(network, np.random.default_rng(6).random((28, 28), dtype=np.float32))
    full = ledger.sum_over_map(network, traced, layer, of)
    assert full is not None
    short = ledger.shorten_total(full)
    assert short.sheet.places == min(3, full.sheet.places)
    assert sum(short.feeds.amounts) + short.bias == short.total
    assert abs(short.sheet.to_float(short.total) - full.sheet.to_float(full.total)) <= 0.5 * 10.0**-short.sheet.places


@given(AMOUNTS, st.integers(1, 6))
def test_numbers_go_to_one_of_their_neighbours_and_add_up_to_the_rounded_sum(amounts: list[int], power: int) -> None:
    by = Rounding(10**power)
    total = by.round(sum(amounts))
    parts = by.split(amounts, total)
    assert sum(parts) == total
    assert all(part in (each // by.step, -(-each // by.step)) for part, each in zip(parts, amounts, strict=True))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1, "1"),
        (0.5, "0.5"),
        (-0.125, "−0.125"),
        (0.34567896, "0.346"),
        (-2e-8, "0.000"),
        (-0.0007, "−0.001"),
    ],
)
def test_a_factor_has_at_most_three_decimals(value: float, text: str) -> None:
    assert format_short(np.float32(value), 3) == text
