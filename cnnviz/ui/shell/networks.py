"""The networks that a visitor can choose: those that come with the app, and the visitor's own runs, used alike."""

from __future__ import annotations

from cnnviz.core.layers import Shape
from cnnviz.core.networks import model_store
from cnnviz.core.networks.card import ModelCard
from cnnviz.core.networks.descriptions import DESCRIPTIONS
from cnnviz.core.networks.network import Network
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.core.training import protocol
from cnnviz.ui.i18n import translate
from cnnviz.ui.shell import cache, session, visitor


def names() -> tuple[str, ...]:
    """Return the names of all networks of this visitor: the app's, then the visitor's own, the newest first."""
    store = visitor.store()
    own = [protocol.make_network_name(run.id) for run in store.runs() if store.version(run.id)]
    return (*sorted(model_store.names(), key=_place), *own)


def list_with_convolution() -> tuple[str, ...]:
    """Return the names of the app's networks that have a convolution, in their order."""
    each = ((name, cache.card(name).architecture) for name in sorted(model_store.names(), key=_place))
    return tuple(name for name, found in each if found.convolutions)


def _place(name: str) -> int:
    """Return where a network of the app stands among the others: in the order of the descriptions, then the rest."""
    return list(DESCRIPTIONS).index(name) if name in DESCRIPTIONS else len(DESCRIPTIONS)


def load_chosen() -> Network:
    """Return the network that the visitor chose. Raises `Refusal` as `load`."""
    return load(session.get("network"))


def load(name: str) -> Network:
    """Return a network. Raises `Refusal` if it is neither the app's nor the visitor's."""
    run_id = protocol.parse_run_id(name)
    if run_id is None:
        return cache.network(name)
    store = visitor.store()
    return cache.load_run(store, run_id, store.version(run_id))


def input_shape(name: str) -> Shape:
    """Return the shape of what a network reads. Raises `Refusal` as `load`, which it does only for a visitor's own."""
    known = card(name)
    return load(name).architecture.input_shape if known is None else known.architecture.input_shape


def card(name: str) -> ModelCard | None:
    """Return a network's card, None for a run that was not tested yet. Raises `Refusal` as `load`."""
    return cache.card(name) if protocol.parse_run_id(name) is None else load(name).card


def plan(name: str) -> TrainingPlan:
    """Return how a network was trained, or is to be."""
    run_id = protocol.parse_run_id(name)
    return cache.card(name).plan if run_id is None else visitor.store().run(run_id).plan


def title(name: str) -> str:
    """Return how a network is called on screen: a run by its title, another by its name."""
    run_id = protocol.parse_run_id(name)
    return name if run_id is None else visitor.store().run(run_id).title


def describe(name: str) -> str:
    """Return what a network is, in a few words; its title where there is no description of it."""
    return translate(DESCRIPTIONS[name]) if name in DESCRIPTIONS else title(name)


def describe_in_full(name: str) -> str:
    """Return what a network is and how it is called; the latter alone where there is no description of it."""
    return f"{describe(name)} · {name}" if name in DESCRIPTIONS else title(name)
