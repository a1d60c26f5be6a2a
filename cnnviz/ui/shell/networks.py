"""The networks that a visitor can choose, used alike: those of the app, the visitor's own runs, and opened files."""

from __future__ import annotations

from cnnviz.core.errors import Refusal
from cnnviz.core.inference import whole_picture
from cnnviz.core.layers import Shape
from cnnviz.core.networks import model_store
from cnnviz.core.networks.card import ModelCard
from cnnviz.core.networks.descriptions import DESCRIPTIONS
from cnnviz.core.networks.network import Network
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.core.training import protocol
from cnnviz.jobs.own_networks.store import NetworkEntry, is_opened
from cnnviz.ui.i18n import translate
from cnnviz.ui.shell import cache, session, visitor


def names() -> tuple[str, ...]:
    """Return the names of all networks of this visitor: the app's, the visitor's runs, newest first, opened files."""
    store = visitor.store()
    own = [protocol.make_network_name(run.id) for run in store.runs() if store.version(run.id)]
    return (*sorted(model_store.names(), key=_place), *own, *filter(_is_readable, visitor.networks().names()))


def entry(name: str) -> NetworkEntry:
    """Return what is known of a network that the visitor opened from a file. Raises `Refusal` if there is none."""
    store = visitor.networks()
    return cache.load_entry(store, name, store.stamp(name))


def _is_readable(name: str) -> bool:
    try:
        return bool(entry(name))
    except Refusal:
        return False  # its owner is offered to delete it


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


def settle_fitting() -> None:
    """Find how the chosen network reads pictures, as digits or whole, by the visitor's choice or by what it reads."""
    try:
        fitting = whole_picture.choose_fitting(load_chosen(), session.get("read_as"))
    except Refusal:
        fitting = ""  # what is wrong with the network is said where it is used
    session.put(fitting=fitting)


def load(name: str) -> Network:
    """Return a network. Raises `Refusal` if it is neither the app's nor the visitor's."""
    if is_opened(name):
        opened = visitor.networks()
        return cache.load_opened(opened, name, opened.stamp(name))
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
    """Return a network's card, None for one that was not tested here. Raises `Refusal` as `load`."""
    if is_opened(name):
        return None
    return cache.card(name) if protocol.parse_run_id(name) is None else load(name).card


def plan(name: str) -> TrainingPlan:
    """Return how a network was trained, or is to be; the usual plan for one from a file, which says nothing of it."""
    if is_opened(name):
        return TrainingPlan()
    run_id = protocol.parse_run_id(name)
    return cache.card(name).plan if run_id is None else visitor.store().run(run_id).plan


def title(name: str) -> str:
    """Return how a network is called on screen: a visitor's own by its title, another by its name."""
    if is_opened(name):
        return entry(name).title
    run_id = protocol.parse_run_id(name)
    return name if run_id is None else visitor.store().run(run_id).title


def describe(name: str) -> str:
    """Return what a network is, in a few words; its title where there is no description of it."""
    return translate(DESCRIPTIONS[name]) if name in DESCRIPTIONS else title(name)


def describe_in_full(name: str) -> str:
    """Return what a network is and how it is called; the latter alone where there is no description of it."""
    return f"{describe(name)} · {name}" if name in DESCRIPTIONS else title(name)
