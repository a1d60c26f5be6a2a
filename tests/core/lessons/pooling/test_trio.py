"""The three pooling networks differ in pooling alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import AveragePooling2D, Conv2D, MaxPooling2D
from cnnviz.core.layers.convolution import correlate
from cnnviz.core.lessons.pooling import seed_results
from cnnviz.core.lessons.pooling.seed_results import SeedTable
from cnnviz.core.lessons.pooling.trio import FILTERS, PLAN, POOL_NETWORKS, SHRINKING, STORED_SEED
from cnnviz.core.networks import model_store
from tests.core import strategies
from tests.core.networks import small_network


def test_they_have_the_same_weights_to_learn_and_the_same_plan() -> None:
    shapes = [architecture.weight_shapes() for architecture, _ in POOL_NETWORKS.values()]
    assert shapes[0] == shapes[1] == shapes[2]
    assert {plan for _, plan in POOL_NETWORKS.values()} == {PLAN}
    assert {architecture.parameters for architecture, _ in POOL_NETWORKS.values()} == {20_490}
    assert set(SHRINKING) == set(POOL_NETWORKS)
    assert all(name == architecture.name for name, (architecture, _) in POOL_NETWORKS.items())


def test_their_maps_have_the_same_shape_after_every_stage() -> None:
    for architecture, _ in POOL_NETWORKS.values():
        shapes = [shape for shape in architecture.shapes() if len(shape) == 3]
        assert shapes[-1] == (7, 7, FILTERS[1])
        assert (14, 14, FILTERS[0]) in shapes


@pytest.mark.parametrize("side", [28, 14])
def test_the_strided_convolution_computes_the_lower_right_cell_of_each_window(side: int) -> None:
    random = np.random.default_rng(side)
    x = random.random((2, side, side, 3), dtype=np.float32)
    kernel = random.standard_normal((3, 3, 3, 5)).astype(np.float32)
    whole = correlate(x, kernel, padding="same")
    np.testing.assert_allclose(correlate(x, kernel, (2, 2), "same"), whole[:, 1::2, 1::2], atol=1e-5)


def test_networks_downsample_as_named() -> None:
    kinds = {
        name: [type(layer) for layer in architecture.layers[:-2]] for name, (architecture, _) in POOL_NETWORKS.items()
    }
    assert kinds["pool-max"] == [Conv2D, MaxPooling2D] * 2
    assert kinds["pool-average"] == [Conv2D, AveragePooling2D] * 2
    assert kinds["pool-stride"] == [Conv2D] * 2


def table(seeds: range = range(1, 4)) -> SeedTable:
    cards = []
    for seed in seeds:
        for name, (architecture, plan) in POOL_NETWORKS.items():
            confusion = 95 * np.eye(10, dtype=int) + 5 * np.roll(np.eye(10, dtype=int), 1, axis=1)
            cards.append(
                small_network.card(
                    strategies.network(architecture, seed),
                    plan=plan,
                    seed=seed,
                    confusion=confusion.tolist(),
                    test_accuracy=0.95,
                    pen_accuracy=0.9,
                    pen_note="pens",
                    name=name,
                )
            )
    return seed_results.collect(cards)


def test_the_table_is_the_same_after_writing_and_reading(tmp_path: Path) -> None:
    made_of_cards = table()
    seed_results.write(made_of_cards, tmp_path)
    assert seed_results.load(tmp_path) == made_of_cards
    assert made_of_cards.seeds == (1, 2, 3)
    assert [run.seed for run in made_of_cards.list_runs("pool-stride")] == [1, 2, 3]
    assert made_of_cards.list_runs("pool-max")[0].per_digit == (0.95,) * 10
    assert made_of_cards.plan.seed == STORED_SEED


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data["runs"].pop(),
        lambda data: data["runs"][0].update(accuracy=1.5),
        lambda data: data["runs"][0].update(network="pen"),
        lambda data: data["runs"][0]["curves"].pop("loss"),
        lambda data: data["runs"][0].pop("seed"),
        lambda data: data.pop("plan"),
        lambda data: data.update(runs=None),
    ],
)
def test_a_damaged_table_is_refused(damage) -> None:
    data = table().to_json()
    damage(data)
    with pytest.raises(Refusal):
        SeedTable.from_json(data)


def test_a_missing_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"scripts/train_models\.py --seeds 5"):
        seed_results.load(tmp_path)


def test_stored_networks_are_in_the_table() -> None:
    known = seed_results.load()
    assert len(known.seeds) >= 5
    for name, (architecture, plan) in POOL_NETWORKS.items():
        card = model_store.load(name).card
        assert card is not None
        assert (card.architecture, card.plan) == (architecture, plan)
        (run,) = [run for run in known.list_runs(name) if run.seed == STORED_SEED]
        assert run == seed_results.summarize_run(card)
