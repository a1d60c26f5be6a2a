"""The network picker: what networks are called, and how well they read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cnnviz.core.errors import Refusal
from cnnviz.core.networks import model_store
from cnnviz.core.networks.descriptions import DESCRIPTIONS
from cnnviz.ui.prediction import network_picker
from cnnviz.ui.shell import networks, visitor


def test_every_network_of_the_app_is_described() -> None:
    assert set(DESCRIPTIONS) == set(model_store.names())
    assert len(set(DESCRIPTIONS.values())) == len(DESCRIPTIONS)


def test_networks_are_offered_in_the_order_of_their_descriptions(monkeypatch: pytest.MonkeyPatch) -> None:
    class Empty:
        def runs(self) -> tuple[()]:
            return ()

        def names(self) -> tuple[()]:
            return ()

    monkeypatch.setattr(visitor, "store", Empty)
    monkeypatch.setattr(visitor, "networks", Empty)
    assert networks.names() == tuple(DESCRIPTIONS)
    monkeypatch.setattr(model_store, "names", lambda: ("my-own", "pool-max", "pen"))
    assert networks.names() == ("pen", "pool-max", "my-own")


@pytest.mark.parametrize("name", model_store.names())
def test_the_picker_says_what_a_network_is_and_how_well_it_reads(name: str) -> None:
    card, line = model_store.card(name), network_picker._line(name)
    what, accuracies = line.split(network_picker.BEHIND_NAME)
    tested, drawn = accuracies.split(" · ")
    assert what == DESCRIPTIONS[name]
    assert (
        tested == f"{'colour digits' if card.plan.data == 'colour' else 'MNIST'} {100 * card.test_accuracy:.2f}\u00a0%"
    )
    assert card.pen_accuracy is not None
    assert drawn == f"drawings {100 * card.pen_accuracy:.2f}\u00a0%"
    assert len(line) <= 70, "all of it is to be read in the picker"


def test_a_network_without_a_description_is_called_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    card = model_store.card("dense-64")
    monkeypatch.setattr(networks, "card", lambda _: card)
    assert networks.describe("my-own") == networks.describe_in_full("my-own") == "my-own"
    assert network_picker._line("my-own").startswith(f"my-own\t· MNIST {100 * card.test_accuracy:.2f}\u00a0%")


def test_a_damaged_network_keeps_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str) -> None:
        raise Refusal("Damaged. Received: nothing. Save it again.")

    monkeypatch.setattr(networks, "card", refuse)
    assert network_picker._line("pen") == "pen"


def test_a_run_that_is_not_tested_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "card", lambda _: None)
    monkeypatch.setattr(networks, "describe", lambda _: "My run")
    assert network_picker._line("run-1") == "My run\t· not tested yet"


def test_a_network_that_was_not_tested_on_drawings_leaves_them_out(monkeypatch: pytest.MonkeyPatch) -> None:
    card = replace(model_store.card("pool-max"), pen_accuracy=None)
    monkeypatch.setattr(networks, "card", lambda _: card)
    assert network_picker._line("pool-max") == f"Max pooling, to compare\t· MNIST {100 * card.test_accuracy:.2f}\u00a0%"


def test_a_network_that_learned_a_set_of_ones_own_names_the_set(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = model_store.card("pool-max")
    card = replace(
        stored,
        plan=replace(stored.plan, data=f"own-{'a' * 16}"),
        data=replace(stored.data, name="my *signs*"),
        pen_accuracy=None,
    )
    monkeypatch.setattr(networks, "card", lambda _: card)
    told = f"{100 * card.test_accuracy:.2f}\u00a0%"
    assert network_picker._line("run-1").endswith(f"· my *signs* {told}")
    assert rf"**{told} (my \*signs\*)**" in network_picker._describe(card)


def test_the_card_says_the_name_and_both_accuracies() -> None:
    card = model_store.card("pen")
    text = network_picker._describe(card)
    assert "- Name: **pen**" in text
    assert f"**{100 * card.test_accuracy:.2f}\u00a0% (MNIST)**" in text
    assert f"**{100 * (card.pen_accuracy or 0):.2f}\u00a0%**" in text


@pytest.mark.parametrize("name", model_store.names())
def test_log_has_every_epoch_with_the_numbers_of_the_card(name: str) -> None:
    card = model_store.card(name)
    heads, rule, *lines = (line.strip("| ").split(" | ") for line in network_picker.write_log(card).splitlines())
    assert heads == ["Epoch", "`loss`", "`accuracy`", "`val_loss`", "`val_accuracy`"]
    assert len(rule) == len(heads)
    assert [line[0] for line in lines] == [str(epoch) for epoch in range(1, card.epochs + 1)]
    for column, curve in enumerate(card.curves.values(), 1):
        assert [float(line[column]) for line in lines] == pytest.approx(list(curve), abs=5e-5 + 1e-12)
