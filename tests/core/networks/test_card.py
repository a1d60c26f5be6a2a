"""A card is checked when it is created."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cnnviz.core.errors import Refusal
from cnnviz.core.networks import card as cards
from cnnviz.core.networks.card import DataSource
from cnnviz.core.networks.metrics import CURVES
from tests.core.networks import small_network

NETWORK = small_network.network()


def test_a_card_comes_back_from_its_text() -> None:
    card = small_network.card(NETWORK, pen_accuracy=0.98, pen_note="four writers")
    assert cards.from_text(cards.to_text(card)) == card
    assert card.epochs == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"test_accuracy": 97.0}, "`test_accuracy` must be a number from 0"),
        ({"test_loss": float("inf")}, "`test_loss` must be a number"),
        ({"pen_accuracy": -0.1}, "`pen_accuracy` must be"),
        ({"parameters": 5}, "`parameters` must be a whole number from"),
        ({"seed": 1.5}, "`seed` must be a whole number"),
        ({"weights_sha256": "abc"}, "`weights_sha256` must be 64 hexadecimal digits"),
        ({"confusion": [[0] * 9] * 10}, "`confusion` must be 10 rows of 10 counts"),
        ({"confusion": [[0.5] * 10] * 10}, "`confusion` must be a whole number"),
        ({"curves": {"loss": [1.0]}}, "A card's curves must have exactly the entries"),
        ({"curves": {name: ["1"] for name in CURVES}}, "must be lists of one finite number an epoch"),
        ({"curves": {name: [1.0] * len(name) for name in CURVES}}, "must be lists"),
        ({"pen_note": "x" * 3000}, "`pen_note` must be a text of at most 2000 characters"),
        ({"versions": {"python": 3}}, "`versions` must be a text"),
        ({"versions": "3.11"}, "`versions` must be a short table"),
    ],
)
def test_a_wrong_card_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        small_network.card(NETWORK, **changes)
    assert words in str(refusal.value)


def test_the_data_must_be_identified() -> None:
    with pytest.raises(Refusal, match=r"`data\.sha256` must be 64"):
        DataSource(name="mnist", source="", sha256="unknown", licence="", attribution="")


@pytest.mark.parametrize("place", ["loss", "val_accuracy", "seed", "test_loss", "trained_seconds", "plan", "confusion"])
def test_integer_beyond_floats_is_refused(place: str) -> None:
    """JSON may spell integers that no float holds; comparing them is exact, converting them raises OverflowError."""
    huge = int("1" + "0" * 400)
    data = small_network.card(small_network.network()).to_json()
    if place in data["curves"]:
        data["curves"][place][0] = huge
    elif place == "plan":
        data["plan"]["learning_rate"] = huge
    elif place == "confusion":
        data["confusion"][0][0] = huge
    else:
        data[place] = huge
    with pytest.raises(Refusal):
        cards.from_text(json.dumps(data))


@pytest.mark.parametrize("data", [{"variant": {"layers": [[]]}}, {"plan": []}, {"curves": {"loss": 1}}, {"data": 7}])
def test_card_of_wrong_types_is_refused(data: dict[str, Any]) -> None:
    whole = small_network.card(small_network.network()).to_json()
    with pytest.raises(Refusal):
        cards.from_text(json.dumps(whole | data))


def test_text_that_no_browser_can_be_sent_is_refused() -> None:
    data = small_network.card(small_network.network()).to_json()
    data["data"]["name"] = "\ud800"
    with pytest.raises(Refusal, match="text"):
        cards.from_text(json.dumps(data))
