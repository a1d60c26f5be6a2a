"""Every cell of every kind of layer: the ledger adds up to the last shown digit and gives the value of the trace."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cnnviz.core import ledger
from cnnviz.core.inference.trace import LayerOutput, Trace, trace
from cnnviz.core.layers import KINDS, MERGES, Layer
from cnnviz.core.ledger import Cell, Ledger, Line, cells
from cnnviz.core.ledger.activation import get_activation
from cnnviz.core.ledger.fixed_point import MINUS, Sheet, format_exact, format_factor, round_to_shown
from cnnviz.core.ledger.query import Question
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network
from tests.core import strategies
from tests.core.ledger import doubled
from tests.core.networks import small_network

DRAWN = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
WITHIN = 1e-6
"""How near the ledger is to the trace, as a share of the layer's largest value."""


def number(text: str) -> Decimal:
    """Parse a displayed number."""
    return Decimal(text.replace(MINUS, "-"))


def shown(of: Ledger, amount: int) -> Decimal:
    return number(of.sheet.format(amount))


def output(traced: Trace, name: str) -> LayerOutput:
    return next(each for each in traced.layers if each.name == name)


def draw_cell(data: st.DataObject, name: str, shape: tuple[int, ...]) -> Cell:
    place = [data.draw(st.integers(0, side - 1)) for side in shape]
    row, column, of = place if len(place) == 3 else (0, 0, *place)
    return Cell(name, of, row, column)


def one_layer(data: st.DataObject, kind: str, seed: int) -> tuple[Network, Trace, Cell]:
    """Build a network that begins with a layer of `kind`, or has it behind a Flatten, and choose a cell of it."""
    shape: tuple[int, ...] = data.draw(strategies.image_shapes(channels=4))
    here = shape
    before: list[Layer] = []
    if kind not in strategies.IMAGE_ONLY and data.draw(st.booleans()):
        before, here = [KINDS["Flatten"](name="first")], (int(np.prod(shape)),)
    layer = data.draw(strategies.layers_for(here, name="asked", kind=kind))
    tail: list[Layer] = [] if len(layer.output_shape(here)) == 1 else [KINDS["Flatten"](name="last")]
    tail += [KINDS["Dense"](name="answer", units=10), KINDS["Softmax"](name="softmax")]  # type: ignore[call-arg]
    network = strategies.network(Architecture(name="drawn", input_shape=shape, layers=(*before, layer, *tail)), seed)
    digit = np.random.default_rng(seed).random(shape, dtype=np.float32)
    return network, trace(network, digit), draw_cell(data, "asked", layer.output_shape(here))


def assert_adds_up(of: Ledger) -> None:
    """Assert that the displayed numbers add up to the displayed sums."""
    running = Decimal(0)
    for line in of.lines:
        if line.role == "addend":
            running += shown(of, line.amount)
            continue
        if line.role == "total" and line is not of.lines[0]:
            assert shown(of, line.amount) == running, line
        running = shown(of, line.amount)
    if of.parts and of.lines[0].name in ("sum", "sum_of_values"):
        assert shown(of, of.lines[0].amount) == sum(shown(of, part.counts) for part in of.parts)
    if of.terms is not None and of.lines[0].name in ("products", "sum_of_values"):
        assert shown(of, of.lines[0].amount) == sum(shown(of, int(each)) for each in of.terms.amounts)


def rounded(value: Decimal, of: Ledger) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-of.sheet.places), ROUND_HALF_UP)


def assert_calculator_agrees(of: Ledger) -> None:
    """Assert that products match their two shown factors, rounded once, and subtotals their products."""
    for part in of.parts:
        if part.weights is not None:
            pairs = zip(part.values.flat, part.weights.flat, part.amounts.flat, strict=True)
            for value, weight, amount in pairs:
                product = number(format_factor(value)) * number(format_factor(weight))
                assert rounded(product, of) == shown(of, int(amount))
            assert shown(of, part.subtotal) == sum(shown(of, int(each)) for each in part.amounts.flat)
        if part.share is not None and part.weight is not None:
            product = shown(of, part.subtotal) * number(format_factor(part.weight))
            assert rounded(product, of) == shown(of, part.share)
    if of.terms is not None and of.terms.weights is not None:
        pairs = zip(of.terms.values, of.terms.weights, of.terms.amounts, strict=True)
        for value, weight, amount in pairs:
            assert rounded(number(format_factor(value)) * number(format_factor(weight)), of) == shown(of, int(amount))


def assert_gives_the_trace(of: Ledger, made_of: LayerOutput, place: tuple[int, ...]) -> None:
    largest = float(np.abs(made_of.after).max())
    assert of.stored == made_of.after[place]
    assert abs(of.sheet.to_float(of.total) - float(made_of.after[place])) <= WITHIN * (largest or 1)
    before = of.line("before") or None
    if before is not None and largest:
        assert abs(of.sheet.to_float(before) - float(made_of.before[place])) <= WITHIN * np.abs(made_of.before).max()


def sizes(of: Ledger) -> list[float]:
    """Return the absolute value of every summand, and of every line."""
    mixed = [(part, 1.0 if part.weight is None else max(1.0, abs(float(part.weight)))) for part in of.parts]
    found = [abs(of.sheet.to_float(int(each))) * by for part, by in mixed for each in part.amounts.flat]
    if of.terms is not None:
        found += [abs(of.sheet.to_float(int(each))) for each in of.terms.amounts]
    return found + [abs(of.sheet.to_float(line.amount)) for line in of.lines]


def float32_can_be_off_by(of: Ledger, made_of: LayerOutput) -> float:
    """Bound the distance of float32, rounding after every step, from the exact sum, in any order."""
    each = sizes(of)
    return (len(each) + 8) * 2.0**-23 * sum(each) + WITHIN * float(np.abs(made_of.before).max())


def uncorrected(of: Ledger) -> float:
    """Sum the lines before the activation, if any, without the line for float32's rounding."""
    names = [line.name for line in of.lines]
    place = names.index("before") if "before" in names else len(names) - 1
    rounding = of.lines[place - 1].amount if "rounding" in names[max(0, place - 1) : place] else 0
    return of.sheet.to_float(of.lines[place].amount - rounding)


def assert_is_exact(of: Ledger, made_of: LayerOutput, expected: doubled.Stages) -> None:
    """Assert that the uncorrected value is float64's result for the same input.

    The two factors that are shown are each within half a unit of float32's last place.
    """
    factors = 2.0**-23 * sum(sizes(of))
    largest = float(np.abs(made_of.before).max()) or 1
    assert abs(uncorrected(of) - expected.before) <= WITHIN * largest + factors
    assert abs(of.exact - expected.after) <= WITHIN * float(np.abs(made_of.after).max())


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(DRAWN, max_examples=60)
@given(data=st.data(), seed=strategies.seeds())
def test_a_ledger_adds_up_and_gives_the_value_of_the_trace(kind: str, data: st.DataObject, seed: int) -> None:
    network, traced, cell = one_layer(data, kind, seed)
    of = ledger.account(network, traced, cell)
    made_of = output(traced, "asked")
    assert_adds_up(of)
    assert_calculator_agrees(of)
    assert_gives_the_trace(of, made_of, cells.get_index(cell, made_of.output_shape))
    assert_is_exact(of, made_of, doubled.stages(network, traced, cell))
    assert abs(of.sheet.to_float(of.line("rounding"))) <= float32_can_be_off_by(of, made_of)


@settings(DRAWN, max_examples=60)
@given(architecture=strategies.architectures(), data=st.data(), seed=strategies.seeds())
def test_any_cell_of_any_network_is_accounted_for_down_to_a_pixel(
    architecture: Architecture, data: st.DataObject, seed: int
) -> None:
    network = strategies.network(architecture, seed)
    digit = np.random.default_rng(seed).random(architecture.input_shape, dtype=np.float32)
    traced = trace(network, digit)
    chosen = data.draw(st.sampled_from(traced.layers))
    cell = draw_cell(data, chosen.name, chosen.output_shape)
    way = (cell, *ledger.descend(network, traced, cell))
    shapes = cells.list_shapes(network)
    for above, below in pairwise(way):
        of = ledger.account(network, traced, above)
        assert_adds_up(of)
        assert of.source == below.layer
        inside = of.reads.clip(shapes[below.layer]) if of.reads else None
        assert inside is not None
        assert (below.row, below.column) in {(r, c) for r in inside.rows for c in inside.columns}
        assert below.map in inside.maps
    end = ledger.account(network, traced, way[-1])
    if way[-1].layer == cells.INPUT:
        assert end.stored == digit[way[-1].row, way[-1].column, way[-1].map]
    else:
        read = end.reads.clip(shapes[end.source]) if end.reads else None
        assert read is not None
        assert not (read.rows and read.columns), "it is made of padding alone"


@pytest.mark.parametrize("name", model_store.names())
def test_float32_rounds_next_to_nothing_in_the_networks_of_the_store(name: str) -> None:
    """There the sum of what is shown, without any correction, is the trace's value within 1e-6 of the largest."""
    network = model_store.load(name)
    traced = trace(network, strokes_of_a_digit(network))
    for made_of in traced.layers:
        rng = np.random.default_rng(len(made_of.name))
        for _ in range(12):
            place = tuple(int(rng.integers(side)) for side in made_of.output_shape)
            row, column, of = place if len(place) == 3 else (0, 0, *place)
            found = ledger.account(network, traced, Cell(made_of.name, of, row, column))
            assert_adds_up(found)
            assert_gives_the_trace(found, made_of, place)
            assert_is_exact(found, made_of, doubled.stages(network, traced, found.cell))
            largest = float(np.abs(made_of.before).max())
            assert abs(found.sheet.to_float(found.line("rounding"))) <= WITHIN * largest
            assert found.sheet.places <= 10, "so few digits can be read"


def strokes_of_a_digit(network: Network) -> np.ndarray:
    picture = np.zeros(network.architecture.input_shape, np.float32)
    picture[6:8, 8:20] = 1
    picture[8:24, 16:19] = 0.75
    return picture


# Numbers.


@settings(max_examples=300)
@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_an_exact_text_is_the_float32_again(value: float) -> None:
    single = np.float32(value)
    assert np.float32(format_exact(single)) == single
    assert np.float32(format_factor(single).replace(MINUS, "-")) == single


@settings(max_examples=300)
@given(st.floats(min_value=2.0**-30, max_value=2.0**30, width=32), st.booleans())
@example(1e9, False)
def test_the_nearest_decimals_of_an_array_are_those_that_are_shown(value: float, negative: bool) -> None:
    single = np.float32(-value if negative else value)
    assert round_to_shown(np.array([single]))[0] == float(format_exact(single))


@given(units=st.integers(-(10**12), 10**12), places=st.integers(0, 12))
def test_an_amount_is_written_with_all_its_decimals(units: int, places: int) -> None:
    text = Sheet(places).format(units)
    assert number(text) == Decimal(units).scaleb(-places)
    assert len(text.partition(".")[2]) == places


def test_texts_are_those_of_the_maps() -> None:
    values = np.array([0.1, -0.25, 1e-7, 0.0, 12345.678, 3.0], np.float32)
    assert [format_exact(value) for value in values] == ["0.1", "-0.25", "1e-7", "0", "12345.678", "3"]


# Sentences and special cases.


def small(seed: int = 0) -> tuple[Network, Trace]:
    network = small_network.network(seed)
    return network, trace(network, small_network.digit(seed))


def test_max_pooling_names_the_winner_and_what_the_mean_would_have_been() -> None:
    network, traced = small()
    conv = traced.layers[0].after
    row, column, of = (int(side) for side in np.unravel_index(conv.argmax(), conv.shape))
    found = ledger.account(network, traced, Cell("max_pooling2d", of, row // 2, column // 2))
    window = conv[row // 2 * 2 :, column // 2 * 2 :, of][:2, :2]
    won, other = found.facts
    assert str(won).startswith(f"The largest value stands in row {row}, column {column};")
    mean = float(str(other).split()[-1].rstrip("."))
    assert mean == pytest.approx(float(window.mean()), abs=1e-6)


def test_softmax_lists_all_its_shares() -> None:
    network, traced = small()
    found = ledger.account(network, traced, Cell("dense", 4))
    assert found.shares is not None
    assert sum(int(each) for each in found.shares.exponentials) == found.shares.total
    told = [found.sheet.to_float(int(each)) for each in found.shares.shares]
    np.testing.assert_allclose(told, traced.probabilities, atol=1e-6)
    assert found.line("share") == found.shares.shares[4]


def test_fused_activation_is_named() -> None:
    network, traced = small()
    conv = ledger.account(network, traced, Cell("conv2d", 2, 5, 6))
    assert get_activation(network.architecture.layers[0]) == "relu"
    assert [line.name for line in conv.lines if line.name != "rounding"] == [
        "sum",
        "bias",
        "before",
        "relu",
        "after",
    ]
    assert conv.line("relu") == max(0, conv.line("before"))


def test_every_kind_has_an_account_and_a_footprint() -> None:
    kinds = [*KINDS.values(), *MERGES.values()]
    assert {kind.reduces or kind.arithmetic for kind in kinds} == set(ledger.ACCOUNTS)
    assert all((kind.role == "pooling") == bool(kind.reduces) for kind in KINDS.values())
    assert all(kind.reads is not Layer.reads for kind in KINDS.values() if kind.role != "elementwise")


def test_the_shown_records_are_frozen() -> None:
    with pytest.raises(AttributeError):
        Line("sum", 1, "total").amount = 2  # type: ignore[misc]
    assert Question.__dataclass_params__.frozen  # type: ignore[attr-defined]
