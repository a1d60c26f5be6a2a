"""The files of one run: its record, events, snapshots, last checkpoint and result.

run.json                              the record, replaced as a whole
ending.json                           blank, or how the run ended if the record could not be written then
events.jsonl                          one event per line, appended; a broken last line is ignored
probe.bin                             the digit that the network is shown while it learns
snapshot-<step>-<epoch>-<digits>.safetensors
checkpoint.safetensors                the latest alone
step.safetensors                      the step that was explained last
run-<id>.safetensors, run-<id>.json   the result, as in any model store
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.core import atomic_file
from cnnviz.core.errors import Refusal
from cnnviz.core.messages import gettext_noop
from cnnviz.core.networks import card as cards
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import MIN_CLASSES
from cnnviz.core.networks.network import Network, unpack_weights
from cnnviz.core.training.protocol import Arrays, Event, Payload
from cnnviz.jobs.runs import event_checks
from cnnviz.jobs.runs.record import UNREADABLE, Run, end

LOG = logging.getLogger(__name__)

PAYLOAD_KEY = "facts"
"""Key of an event's payload in all files."""

STEP_FILE = "step.safetensors"
"""The step that was explained last, which is written anew with each."""


@dataclass(frozen=True, order=True)
class Snapshot:
    """A moment of a training that was kept.

    Attributes:
        step: Batches until then.
        epoch: Finished epochs.
        digits: Number of digits in its confusion matrix.
    """

    step: int
    epoch: int
    digits: int

    @property
    def file(self) -> str:
        """Name of its file."""
        return f"snapshot-{self.step:08}-{self.epoch}-{self.digits}.safetensors"


NO_ROOM = gettext_noop(
    "The training ended, but its network could not be saved: the server's disk is full or locked. What was saved while "
    "it learned is here; once there is room, go on from the last epoch."
)


def write_probe(folder: Path, digit: np.ndarray) -> None:
    """Write the digit that a run is shown, (28, 28) uint8. Raises `OSError`."""
    atomic_file.write(folder / "probe.bin", digit.tobytes(), durable=False)


def read_probe(folder: Path) -> np.ndarray:
    """Return that digit, (28, 28) uint8; blank if it is missing."""
    try:
        return np.frombuffer((folder / "probe.bin").read_bytes(), np.uint8).reshape(28, 28)
    except (OSError, ValueError):
        return np.zeros((28, 28), np.uint8)


def record(folder: Path, event: Event) -> None:
    """Write one event to disk. A full disk loses the event and nothing else; that is logged."""
    if event.kind == "view" or not _exists(folder):
        return
    try:
        _record(folder, event)
    except (OSError, Refusal) as error:
        LOG.error("cannot record an event of run %s: %s", folder.name, error)
    if not _exists(folder):  # deleted meanwhile; writing has created its folder again
        shutil.rmtree(folder, ignore_errors=True)


def _exists(folder: Path) -> bool:
    return (folder / "run.json").is_file()


def _record(folder: Path, event: Event) -> None:
    if event.kind == "snapshot":
        _write_arrays(folder / _describe_snapshot(event.payload).file, event.arrays)
    elif event.kind == "checkpoint":
        _write_arrays(folder / "checkpoint.safetensors", event.arrays, event.payload)
    elif event.kind == "lesson":
        _write_arrays(folder / STEP_FILE, event.arrays, event.payload)
    elif event.kind == "result":
        _save_result(folder, event)
    elif event.kind == "ended":
        _record_end(folder, event.payload)
    if event.kind not in ("snapshot", "checkpoint", "lesson"):
        _append(folder, event)


def _save_result(folder: Path, event: Event) -> None:
    """Save the network that a run has made; where it cannot be saved, the run failed, and says why."""
    card = cards.ModelCard.from_json(event.payload["card"])
    try:
        model_store.save(Network(card.architecture, select_weights(event.arrays)), card, folder)
    except OSError as error:
        LOG.error("cannot save the result of run %s: %s", folder.name, error)
        message = Refusal(NO_ROOM).to_json()
        end(folder, lambda run: replace(run, state="failed", message=message))
        return
    ending = {"ended": event.payload["ended"], "message": event.payload.get("message")}
    end(folder, lambda run: replace(run, state="done", **ending))


def _record_end(folder: Path, payload: Payload) -> None:
    """Write how a run ended into its record; what its result said about that stays."""
    reason = {"template": payload["template"], "values": payload["values"]} if payload["template"] else None

    def change(run: Run) -> Run | None:
        return replace(run, state=payload["state"], message=reason) if run.state in ("planned", "queued") else None

    end(folder, change)


def _append(folder: Path, event: Event) -> None:
    """Append an event as a line of JSON, starting a new line after one that a crash left unfinished.

    Small arrays are written as numbers; those of a result are in the model store.
    """
    small = {} if event.kind == "result" else {name: array.tolist() for name, array in event.arrays.items()}
    line = {
        "kind": event.kind,
        "seq": event.seq,
        "attempt": event.attempt,
        PAYLOAD_KEY: dict(event.payload),
        "arrays": small,
    }
    with (folder / "events.jsonl").open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
        unfinished = file.read(1) not in (b"", b"\n")
        file.write(b"\n" * unfinished + json.dumps(line).encode() + b"\n")


def read_events(folder: Path) -> tuple[tuple[Event, ...], int]:
    """Return all events that can be read, in order, and how many lines are damaged or lack what their kind has.

    A last line that is not complete is no damage: it may be on its way, or the server was stopped while it wrote it.
    """
    try:
        *lines, _unfinished = (folder / "events.jsonl").read_bytes().split(b"\n")
    except OSError:
        return (), 0
    found = [_parse_event(line) for line in lines]
    readable = tuple(event for event in found if event is not None)
    return readable, found.count(None) + sum(not event_checks.is_complete(event) for event in readable)


def _parse_event(line: bytes) -> Event | None:
    """Return the event of a line; None where it is damaged, so that every value of an event has the right type."""
    try:
        data = json.loads(line)
        arrays = {name: np.asarray(values, np.float32) for name, values in data["arrays"].items()}
        event = Event(data["kind"], data["seq"], data["attempt"], data[PAYLOAD_KEY], arrays)
        return event if event_checks.is_well_typed(event) else None
    except UNREADABLE:
        return None


def get_stamp(folder: Path) -> tuple[int, int]:
    """Return time of the last change (ns) and size (bytes) of the file of events; zeros if there is none."""
    try:
        state = (folder / "events.jsonl").stat()
    except OSError:
        return 0, 0
    return state.st_mtime_ns, state.st_size


def read_snapshots(folder: Path) -> tuple[Snapshot, ...]:
    """Return all snapshots, in order."""
    found = (_SNAPSHOT_FILE.fullmatch(path.name) for path in folder.glob("snapshot-*.safetensors"))
    return tuple(sorted(Snapshot(*map(int, name.groups())) for name in found if name))


_SNAPSHOT_FILE = re.compile(r"snapshot-([0-9]{8,15})-([0-9]{1,15})-([0-9]{1,15})\.safetensors")


def read_snapshot(folder: Path, snapshot: Snapshot) -> Arrays:
    """Return the arrays of a snapshot. Raises `Refusal` if it is gone or damaged."""
    return _read_arrays(folder / snapshot.file)[1]


def read_confusion(folder: Path, snapshot: Snapshot) -> np.ndarray:
    """Return the confusion matrix of a snapshot, (classes, classes) counts.

    Raises `Refusal` if it is gone or damaged.
    """
    counts = read_snapshot(folder, snapshot).get("confusion")
    if counts is None or counts.ndim != 2 or counts.shape[0] != counts.shape[1] or len(counts) < MIN_CLASSES:
        raise _damaged(snapshot.file)
    return counts


def read_checkpoint(folder: Path) -> Event | None:
    """Return the latest checkpoint, None if there is none that can be read."""
    try:
        payload, arrays = _read_arrays(folder / "checkpoint.safetensors")
    except Refusal:
        return None
    return Event("checkpoint", 0, 1, payload, arrays)


def read_step(folder: Path) -> Event | None:
    """Return the step that was explained last, None if there is none that can be read."""
    try:
        payload, arrays = _read_arrays(folder / STEP_FILE)
    except Refusal:
        return None
    event = Event("lesson", 0, 1, payload, arrays)
    return event if event_checks.is_well_typed(event) and event_checks.is_complete(event) else None


def select_weights(arrays: Arrays) -> dict[str, dict[str, np.ndarray]]:
    """Return the arrays `weights/<layer>/<name>` as the weights of a network: by layer, then by name."""
    return unpack_weights(arrays, "weights/")


def _describe_snapshot(payload: Payload) -> Snapshot:
    return Snapshot(int(payload["step"]), int(payload["epoch"]), int(payload["digits"]))


def _write_arrays(path: Path, arrays: Arrays, payload: Payload | None = None) -> None:
    from safetensors.numpy import save as serialize

    plain = {name: np.asarray(array, order="C") for name, array in arrays.items()}  # scalars stay scalars
    atomic_file.write(path, serialize(plain, metadata={PAYLOAD_KEY: json.dumps(dict(payload or {}))}), durable=False)


def _read_arrays(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            payload = json.loads((file.metadata() or {}).get(PAYLOAD_KEY, "{}"))
            if not isinstance(payload, dict):
                raise _damaged(path.name)
            return payload, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
    except Refusal:
        raise
    except (SafetensorError, *UNREADABLE) as error:
        raise _damaged(path.name) from error


def _damaged(name: str) -> Refusal:
    return Refusal("This moment of the run cannot be read any more. Received: {name}. Choose another.", name=name)
