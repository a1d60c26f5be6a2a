"""The files that a visitor can download of a run, made on request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cnnviz.core.errors import Refusal
from cnnviz.core.messages import gettext_noop
from cnnviz.core.networks import card as cards
from cnnviz.core.networks import keras_source
from cnnviz.core.networks.training_plan import has_own_data
from cnnviz.core.training import bundle
from cnnviz.core.training.curves import Curves, extend, to_csv
from cnnviz.jobs.exports import exporter, forms
from cnnviz.jobs.exports.exporter import ExportedNetwork
from cnnviz.jobs.own_sets.store import SetStore
from cnnviz.jobs.runs.store import RunStore


@dataclass(frozen=True)
class Download:
    """A file that can be downloaded.

    Attributes:
        suffix: End of its name.
        what: What it contains, for the visitor.
        mime: Its media type.
        make: Returns its bytes; called with the store and the run's id.
        needs_card: Whether it exists only once the training has a result.
        needs_set: Whether it exists only for a run that learned from a set of the visitor's own, while that is kept.
    """

    suffix: str
    what: str
    mime: str
    make: Callable[[RunStore, str], bytes]
    needs_card: bool = False
    needs_set: bool = False

    def is_there(self, store: RunStore, run_id: str) -> bool:
        """Return whether a run has this file."""
        if self.needs_card and store.card(run_id) is None:
            return False
        plan = store.run(run_id).plan
        return not self.needs_set or (has_own_data(plan) and _get_sets(store).has(plan.data))


def write_card(store: RunStore, run_id: str) -> bytes:
    """Return the card as JSON. Raises `Refusal` if there is no result yet."""
    found = store.card(run_id)
    if found is None:
        raise Refusal(
            "This run has no card yet, because its training has no result. Wait until it has ended, or press “Stop and "
            "keep”."
        )
    return cards.to_text(found).encode()


def write_weights(store: RunStore, run_id: str) -> bytes:
    """Return the network with title and card as a safetensors file with names `layer/weight`."""
    return exporter.write_safetensors(_export(store, run_id))


def make_keras_file(store: RunStore, run_id: str) -> bytes:
    """Make the network's `.keras` file in a child process. Raises `Refusal` if that fails."""
    return exporter.EXPORTER.make(forms.KERAS, _export(store, run_id))


def _export(store: RunStore, run_id: str) -> ExportedNetwork:
    run = store.run(run_id)
    return ExportedNetwork(store.network(run_id), run.title, run.plan)


def write_curves(store: RunStore, run_id: str) -> bytes:
    """Return all curves as CSV."""
    return to_csv(extend(Curves(), store.events(run_id))).encode()


def write_program(store: RunStore, run_id: str) -> bytes:
    """Return the whole Keras program that trains the same network by the same plan."""
    run = store.run(run_id)
    return keras_source.write_script(run.architecture, run.plan).encode()


def pack_bundle(store: RunStore, run_id: str) -> bytes:
    """Return the set that a run learned from with the design and its Keras program. Raises `Refusal` if it is gone."""
    run = store.run(run_id)
    return bundle.pack(_get_sets(store).read(run.plan.data), run.architecture, run.plan)


def _get_sets(store: RunStore) -> SetStore:
    return SetStore(store.owner, store.home)


DOWNLOADS: tuple[Download, ...] = (
    Download(
        ".keras", gettext_noop("The network for Keras; takes some seconds to make"), "application/zip", make_keras_file
    ),
    Download(".safetensors", forms.SAFETENSORS.purpose, "application/octet-stream", write_weights),
    Download(
        ".json", gettext_noop("The card: plan, data, curves, results"), "application/json", write_card, needs_card=True
    ),
    Download(".csv", gettext_noop("The curves, for a spreadsheet"), "text/csv", write_curves),
    Download(".py", gettext_noop("The Keras program that trains the same network"), "text/x-python", write_program),
    Download(
        ".zip",
        gettext_noop("Your set, the design and the Keras program, to train it elsewhere"),
        "application/zip",
        pack_bundle,
        needs_set=True,
    ),
)
