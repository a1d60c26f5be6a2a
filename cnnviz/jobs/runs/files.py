"""The folder of one run: its record, what it told, its snapshots, its last checkpoint and what came out.

run.json                              the record, replaced as a whole
events.jsonl                          one event a line, appended; a broken last line is left out
snapshot-<step>-<epoch>-<digits>.safetensors
checkpoint.safetensors                the newest alone
run-<id>.safetensors, run-<id>.json   what came out, as on any shelf
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.core import atomic_file
from cnnviz.core.errors import Refusal
from cnnviz.core.networks import card as cards
from cnnviz.core.networks import model_store
from cnnviz.core.networks.network import Network
from cnnviz.core.training.protocol import Arrays, Event, Facts
from cnnviz.jobs.runs.record import amend

LOG = logging.getLogger(__name__)

UNKEPT = ("view", "lesson")
"""Kinds of events that only matter while they are new."""

FACTS = "facts"


@dataclass(frozen=True, order=True)
class Snapshot:
    """A moment that was kept: after `step` batches and `epoch` finished epochs; `digits` are in its confusion."""

    step: int
    epoch: int
    digits: int

    @property
    def file(self) -> str:
        return f"snapshot-{self.step:08}-{self.epoch}-{self.digits}.safetensors"


def write_probe(place: Path, digit: np.ndarray) -> None:
    """Write the digit that a run is shown, (28, 28) uint8. Raises `OSError`."""
    atomic_file.write(place / "probe.bin", digit.tobytes(), durable=False)


def read_probe(place: Path) -> np.ndarray:
    """That digit; blank where it is missing."""
    try:
        return np.frombuffer((place / "probe.bin").read_bytes(), np.uint8).reshape(28, 28)
    except (OSError, ValueError):
        return np.zeros((28, 28), np.uint8)


def record(place: Path, event: Event) -> None:
    """Take one event to disk. A full disk loses the event and nothing else; the log says so."""
    if event.kind in UNKEPT or not _is_there(place):
        return
    try:
        _record(place, event)
    except (OSError, Refusal) as error:
        LOG.error("an event of a run could not be kept: %s", error)
    if not _is_there(place):  # deleted meanwhile; writing has made its folder again
        shutil.rmtree(place, ignore_errors=True)


def _is_there(place: Path) -> bool:
    return (place / "run.json").is_file()


def _record(place: Path, event: Event) -> None:
    if event.kind == "snapshot":
        _write_arrays(place / _snapshot(event.facts).file, event.arrays)
    elif event.kind == "checkpoint":
        _write_arrays(place / "checkpoint.safetensors", event.arrays, event.facts)
    elif event.kind == "result":
        _put_on_shelf(place, event)
    elif event.kind == "ended":
        _settle(place, event.facts)
    if event.kind not in ("snapshot", "checkpoint"):
        _append(place, event)


def _put_on_shelf(place: Path, event: Event) -> None:
    card = cards.Card.from_json(event.facts["card"])
    model_store.save(Network(card.variant, weights(event.arrays)), card, place)
    ending = {"ended": event.facts["ended"], "message": event.facts.get("message")}
    amend(place, lambda run: replace(run, state="done", **ending))


def _settle(place: Path, facts: Facts) -> None:
    """Write down how a run ended; what its result said about that stays."""
    reason = {"template": facts["template"], "values": facts["values"]} if facts["template"] else None
    amend(place, lambda run: None if run.state == "done" else replace(run, state=facts["state"], message=reason))


def _append(place: Path, event: Event) -> None:
    """Small arrays are written as numbers; those of a result have gone to the shelf.

    After a line that a crash left unfinished a new one is begun.
    """
    small = {} if event.kind == "result" else {name: array.tolist() for name, array in event.arrays.items()}
    line = {
        "kind": event.kind,
        "seq": event.seq,
        "attempt": event.attempt,
        FACTS: dict(event.facts),
        "arrays": small,
    }
    with (place / "events.jsonl").open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
        unfinished = file.read(1) not in (b"", b"\n")
        file.write(b"\n" * unfinished + json.dumps(line).encode() + b"\n")


def events(place: Path) -> tuple[Event, ...]:
    """All events that were written whole, in order."""
    try:
        lines = (place / "events.jsonl").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ()
    return tuple(event for line in lines if (event := _event(line)))


def _event(line: str) -> Event | None:
    try:
        data = json.loads(line)
        arrays = {name: np.asarray(values, np.float32) for name, values in data["arrays"].items()}
        return Event(data["kind"], data["seq"], data["attempt"], data[FACTS], arrays)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def stamp(place: Path) -> tuple[int, int]:
    """Time of the last change in ns and size of the file of events; zeros where there is none."""
    try:
        state = (place / "events.jsonl").stat()
    except OSError:
        return 0, 0
    return state.st_mtime_ns, state.st_size


def snapshots(place: Path) -> tuple[Snapshot, ...]:
    """The snapshots that are there, in order."""
    names = (path.stem.split("-")[1:] for path in place.glob("snapshot-*.safetensors"))
    return tuple(sorted(Snapshot(*map(int, parts)) for parts in names if len(parts) == 3))


def read_snapshot(place: Path, snapshot: Snapshot) -> Arrays:
    """The arrays of a snapshot. Raises `Refusal` if it is gone or damaged."""
    return _read_arrays(place / snapshot.file)[1]


def checkpoint(place: Path) -> Event | None:
    """The newest checkpoint, None where there is none that can be read."""
    try:
        facts, arrays = _read_arrays(place / "checkpoint.safetensors")
    except Refusal:
        return None
    return Event("checkpoint", 0, 1, facts, arrays)


def weights(arrays: Arrays) -> dict[str, dict[str, np.ndarray]]:
    """`weights/<layer>/<name>` as the weights of a network: by layer, then by name."""
    found: dict[str, dict[str, np.ndarray]] = {}
    for key, array in arrays.items():
        of, _, rest = key.partition("/")
        layer, _, name = rest.rpartition("/")
        if of == "weights" and layer:
            found.setdefault(layer, {})[name] = array
    return found


def _snapshot(facts: Facts) -> Snapshot:
    return Snapshot(int(facts["step"]), int(facts["epoch"]), int(facts["digits"]))


def _write_arrays(path: Path, arrays: Arrays, facts: Facts | None = None) -> None:
    from safetensors.numpy import save as serialize

    plain = {name: np.asarray(array, order="C") for name, array in arrays.items()}  # scalars stay scalars
    atomic_file.write(path, serialize(plain, metadata={FACTS: json.dumps(dict(facts or {}))}), durable=False)


def _read_arrays(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            facts = json.loads((file.metadata() or {}).get(FACTS, "{}"))
            return facts, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
    except (OSError, SafetensorError, ValueError) as error:
        raise Refusal(
            "This moment of the run cannot be read any more. Received: {name}. Choose another.",
            name=path.name,
        ) from error
