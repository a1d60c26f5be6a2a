"""What a visitor can take home of a run: files, made when they are asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from cnnviz.core.errors import Refusal
from cnnviz.core.messages import gettext_noop
from cnnviz.core.networks import card as cards
from cnnviz.core.networks import keras_source
from cnnviz.core.training.curves import Curves, extended, to_csv
from cnnviz.jobs.runs.store import RunStore
from cnnviz.jobs.sandbox import child_process

KERAS_SECONDS = 90.0
LARGEST_KERAS = 120_000_000


@dataclass(frozen=True)
class Offered:
    """One file: how its name ends, what it is, and `make(store, run id)`, which returns its bytes."""

    suffix: str
    what: str
    mime: str
    make: Callable[[RunStore, str], bytes]
    needs_card: bool = False


def file_name(title: str) -> str:
    """`title` as the beginning of a file's name on any system."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40] or "network"


def card(store: RunStore, run_id: str) -> bytes:
    """The card as JSON. Raises `Refusal` where nothing came out yet."""
    found = store.card(run_id)
    if found is None:
        raise Refusal(
            "This run has no card yet. Received: a training that has not ended. Wait until it has, or stop it."
        )
    return cards.to_text(found).encode()


def weights(store: RunStore, run_id: str) -> bytes:
    """The weights as a safetensors file, names `layer/weight`."""
    from safetensors.numpy import save as serialize

    network = store.network(run_id)
    flat = {f"{layer}/{name}": array for layer, of in network.weights.items() for name, array in of.items()}
    return serialize(flat, metadata={"variant": json.dumps(network.variant.to_json())})


def keras_file(store: RunStore, run_id: str) -> bytes:
    """The network as a `.keras` file, made in a child process. Raises `Refusal` if that fails."""
    try:
        return child_process.ask(
            "keras_file", weights(store, run_id), seconds=KERAS_SECONDS, answer_bytes=LARGEST_KERAS
        )
    except child_process.WorkerError as error:
        raise Refusal("The Keras file could not be made. Try again in a minute, or take the weights.") from error


def curves(store: RunStore, run_id: str) -> bytes:
    """All curves as CSV."""
    return to_csv(extended(Curves(), store.events(run_id))).encode()


def program(store: RunStore, run_id: str) -> bytes:
    """The whole Keras program that trains the same network by the same plan."""
    run = store.run(run_id)
    return keras_source.script(run.variant, run.plan).encode()


OFFERED: tuple[Offered, ...] = (
    Offered(".keras", gettext_noop("The network for Keras; takes some seconds to make"), "application/zip", keras_file),
    Offered(".safetensors", gettext_noop("The weights, plain numbers"), "application/octet-stream", weights),
    Offered(".json", gettext_noop("The card: plan, data, curves, results"), "application/json", card, needs_card=True),
    Offered(".csv", gettext_noop("The curves, for a spreadsheet"), "text/csv", curves),
    Offered(".py", gettext_noop("The Keras program that trains the same network"), "text/x-python", program),
)
