"""The files that a visitor can download of a run, made on request."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from cnnviz.core.errors import Refusal
from cnnviz.core.messages import gettext_noop
from cnnviz.core.networks import card as cards
from cnnviz.core.networks import keras_source
from cnnviz.core.networks.network import pack_weights
from cnnviz.core.training.curves import Curves, extend, to_csv
from cnnviz.jobs.runs.store import RunStore
from cnnviz.jobs.sandbox import child_process

MAX_KERAS_SECONDS = 90.0
MAX_KERAS_BYTES = 120_000_000
MAX_FILE_NAME_LENGTH = 40


@dataclass(frozen=True)
class Download:
    """A file that can be downloaded.

    Attributes:
        suffix: End of its name.
        what: What it contains, for the visitor.
        mime: Its media type.
        make: Returns its bytes; called with the store and the run's id.
        needs_card: Whether it exists only once the training has a result.
    """

    suffix: str
    what: str
    mime: str
    make: Callable[[RunStore, str], bytes]
    needs_card: bool = False


def make_file_name(title: str) -> str:
    """Return `title` as the beginning of a file name that is valid on any system."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:MAX_FILE_NAME_LENGTH] or "network"


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
    """Return the weights as a safetensors file with names `layer/weight`."""
    from safetensors.numpy import save as serialize

    network = store.network(run_id)
    return serialize(pack_weights(network.weights), metadata={"variant": json.dumps(network.architecture.to_json())})


def make_keras_file(store: RunStore, run_id: str) -> bytes:
    """Make the network's `.keras` file in a child process. Raises `Refusal` if that fails."""
    try:
        return child_process.ask(
            "keras_file",
            write_weights(store, run_id),
            seconds=MAX_KERAS_SECONDS,
            answer_bytes=MAX_KERAS_BYTES,
            queue=child_process.EXPORTS,
        )
    except child_process.WorkerError as error:
        raise Refusal("The Keras file could not be made. Try again in a minute, or take the weights.") from error


def write_curves(store: RunStore, run_id: str) -> bytes:
    """Return all curves as CSV."""
    return to_csv(extend(Curves(), store.events(run_id))).encode()


def write_program(store: RunStore, run_id: str) -> bytes:
    """Return the whole Keras program that trains the same network by the same plan."""
    run = store.run(run_id)
    return keras_source.write_script(run.architecture, run.plan).encode()


DOWNLOADS: tuple[Download, ...] = (
    Download(
        ".keras", gettext_noop("The network for Keras; takes some seconds to make"), "application/zip", make_keras_file
    ),
    Download(".safetensors", gettext_noop("The weights, plain numbers"), "application/octet-stream", write_weights),
    Download(
        ".json", gettext_noop("The card: plan, data, curves, results"), "application/json", write_card, needs_card=True
    ),
    Download(".csv", gettext_noop("The curves, for a spreadsheet"), "text/csv", write_curves),
    Download(".py", gettext_noop("The Keras program that trains the same network"), "text/x-python", write_program),
)
