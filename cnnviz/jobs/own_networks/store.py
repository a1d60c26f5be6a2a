"""Keep the networks that visitors opened from files.

    <home>/<owner>/networks/<name>.safetensors   the weights
    <home>/<owner>/networks/<name>.json          title, architecture, what differs from the file, SHA-256 of the weights
    <home>/<owner>/networks/<name>.evaluation-<data>.npz    its answers to test digits, where they were asked for

`home` is the folder of all visitors' runs. Only its owner finds a network. The file that a visitor chose is not kept:
all files are written anew from numbers that were checked.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cnnviz.core import atomic_file
from cnnviz.core.errors import Refusal
from cnnviz.core.evaluation import evaluation
from cnnviz.core.evaluation.evaluation import Evaluation
from cnnviz.core.layers import checks
from cnnviz.core.messages import Message
from cnnviz.core.networks import limits
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network, pack_weights, unpack_weights
from cnnviz.core.visible_text import keep_visible
from cnnviz.jobs.runs import quota
from cnnviz.jobs.sandbox.model_form import ENDINGS
from cnnviz.jobs.sandbox.model_upload import NOTES, OpenedNetwork

LOG = logging.getLogger(__name__)

NAME = re.compile("opened-[0-9a-f]{16}")
WEIGHTS, RECORD = ".safetensors", ".json"

MAX_NETWORKS = 5
"""Networks that a visitor may keep."""

MAX_TITLE = 60
"""Characters of a title."""

MAX_WEIGHTS_BYTES = limits.MAX_PARAMETERS * 4 + 1_000_000
MAX_RECORD_BYTES = 3_000_000

OF_CLASSES = frozenset(NOTES[name] for name in ("classes", "classes_number"))
"""Notes that hold as long as the visitor has named no classes."""

UNTITLED = "network"
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
"""What reading a damaged file raises; a `Refusal` is a ValueError."""


@dataclass(frozen=True)
class NetworkEntry:
    """What a list says of a network.

    Attributes:
        name: Its name in links and in the list, which its content makes.
        title: How it is called on screen, after its file.
        architecture: Its architecture.
        notes: What is different from the file.
        sha256: Of its weights' file.
    """

    name: str
    title: str
    architecture: Architecture
    notes: tuple[Message, ...]
    sha256: str


@dataclass(frozen=True)
class NetworkStore:
    """The networks that one visitor opened from files.

    Attributes:
        owner: The visitor's id, 32 hexadecimal digits.
        home: The folder of all visitors.

    Raises:
        Refusal: If `owner` is no such id; it becomes part of a path.
    """

    owner: str
    home: Path

    def __post_init__(self) -> None:
        quota.check_owner(self.owner)

    def names(self) -> tuple[str, ...]:
        """Return the names of all networks, the oldest first; records are not read."""
        found = list[tuple[float, str]]()
        with contextlib.suppress(OSError):
            for path in self._folder.iterdir():
                if path.suffix == RECORD and is_opened(path.stem) and not path.is_symlink():
                    with contextlib.suppress(OSError):
                        found.append((path.stat().st_mtime, path.stem))
        return tuple(name for _, name in sorted(found))

    def entry(self, name: str) -> NetworkEntry:
        """Return what the list says of a network. Raises `Refusal` if it is gone, damaged or another visitor's."""
        data = self._read(name, RECORD, MAX_RECORD_BYTES)
        try:
            record = json.loads(data)
            architecture = Architecture.from_json(record["architecture"])
            if architecture.name != name:
                raise _damaged(name)
            notes = tuple(_read_note(each) for each in record["notes"])
            return NetworkEntry(name, clean_title(record["title"]), architecture, notes, str(record["sha256"]))
        except UNREADABLE as error:
            raise _damaged(name) from error

    def read(self, name: str) -> Network:
        """Return a network, without a card. Raises `Refusal` likewise."""
        from safetensors import SafetensorError
        from safetensors.numpy import load as parse

        entry = self.entry(name)
        data = self._read(name, WEIGHTS, MAX_WEIGHTS_BYTES)
        if hashlib.sha256(data).hexdigest() != entry.sha256:
            raise _damaged(name)
        try:
            content = hash_content(entry.architecture, entry.sha256)
            weights = unpack_weights(parse(data))
            return Network(entry.architecture, weights, content_sha256=content, title=entry.title)
        except (SafetensorError, *UNREADABLE) as error:
            raise _damaged(name) from error

    def stamp(self, name: str) -> int:
        """Return a value that changes when a network is deleted or kept anew: the time of its record in ns, or 0."""
        try:
            return self._find(name, RECORD).stat().st_mtime_ns
        except OSError:
            return 0

    def keep(self, opened: OpenedNetwork, title: str) -> str:
        """Keep a network and return its name; one of the same content is kept once.

        Raises:
            Refusal: If the visitor has `MAX_NETWORKS`, or all visitors their limit.
            OSError: If it cannot be written.
        """
        from safetensors.numpy import save as serialize

        data = serialize(pack_weights(opened.network.weights))
        sha256 = hashlib.sha256(data).hexdigest()
        name = make_name(opened.network.architecture, sha256)
        known = self.names()
        if len(known) >= MAX_NETWORKS and name not in known:
            raise Refusal(
                "You may keep {most} networks from files, and this would be one more. Delete one first.",
                most=MAX_NETWORKS,
            )
        quota.check(self.home)
        classes = opened.network.architecture.classes
        with contextlib.suppress(Refusal):  # names that the visitor gave to the classes of a network that is there stay
            classes = self.entry(name).architecture.classes
        record = {
            "title": self._choose_title(clean_title(title), [each for each in known if each != name]),
            "architecture": replace(opened.network.architecture, name=name, classes=classes).to_json(),
            "notes": [[note.template, dict(note.values)] for note in opened.notes],
            "sha256": sha256,
        }
        # The weights first: a network is there once its record is.
        atomic_file.write(self._find(name, WEIGHTS), data)
        atomic_file.write(self._find(name, RECORD), json.dumps(record).encode())
        return name

    def name_classes(self, name: str, classes: tuple[str, ...]) -> None:
        """Give the classes of a network names, in the order of its answers, which most files do not have.

        Raises:
            Refusal: If there is no such network, or for another number of names, empty and equal ones.
            OSError: If it cannot be written.
        """
        known = self.entry(name).architecture
        if len(classes) != len(known.classes):
            raise Refusal(
                "This network has {number} classes, so it needs as many names. Received: {given}. Write one a line.",
                number=len(known.classes),
                given=len(classes),
            )
        if len(set(classes)) != len(classes):
            twice = next(each for each in classes if classes.count(each) > 1)
            raise Refusal("Each class needs a name of its own. Received twice: {name}. Change one.", name=twice)
        record = json.loads(self._read(name, RECORD, MAX_RECORD_BYTES))
        record["architecture"] = replace(known, classes=classes).to_json()
        record["notes"] = [note for note in record["notes"] if note[0] not in OF_CLASSES]
        atomic_file.write(self._find(name, RECORD), json.dumps(record).encode())

    def evaluation(self, name: str, source: str) -> Evaluation | None:
        """Return the answers of a network to a test set, one of `samples.SLUGS`; None if there are none yet.

        Raises `Refusal` if they are damaged or of other weights, or the network is gone.
        """
        return evaluation.load(name, self.entry(name).sha256, source, store=self._folder)

    def keep_evaluation(self, name: str, source: str, made: Evaluation) -> None:
        """Keep the answers of a network beside its files.

        Raises:
            Refusal: If the network was deleted meanwhile.
            OSError: If they cannot be written.
        """
        self.entry(name)
        evaluation.save(made, evaluation.find_path(name, source, self._folder))

    def delete(self, name: str) -> None:
        """Delete a network, and its answers."""
        for ending in (RECORD, WEIGHTS):
            self._find(name, ending).unlink(missing_ok=True)
        for path in self._folder.glob(f"{name}.evaluation-*"):
            path.unlink(missing_ok=True)

    def _choose_title(self, title: str, others: list[str]) -> str:
        """Return a title that no other network of the visitor has."""
        taken = set[str]()
        for name in others:
            with contextlib.suppress(Refusal):
                taken.add(self.entry(name).title)
        numbered = (f"{title[: MAX_TITLE - 4]} ({number})" for number in range(2, MAX_NETWORKS + 2))
        return next(each for each in (title, *numbered) if each not in taken)

    @property
    def _folder(self) -> Path:
        return self.home / self.owner / quota.NETWORKS

    def _find(self, name: str, ending: str) -> Path:
        if not is_opened(name):
            raise Refusal(
                "There is no network of that name. Received: {name}. Choose another one.", name=checks.repr_of(name)
            )
        return self._folder / f"{name}{ending}"

    def _read(self, name: str, ending: str, most: int) -> bytes:
        try:
            with self._find(name, ending).open("rb") as file:
                data = file.read(most + 1)
        except OSError as error:
            raise Refusal(
                "There is no network of that name. Received: {name}. Choose another one.", name=checks.repr_of(name)
            ) from error
        if len(data) > most:
            raise _damaged(name)
        return data


def is_opened(name: str) -> bool:
    """Return whether `name` is that of a network from a visitor's file."""
    return NAME.fullmatch(name) is not None


def make_name(architecture: Architecture, sha256: str) -> str:
    """Return the name of a network, which its architecture and the hash of its weights make."""
    return f"opened-{hash_content(architecture, sha256)[:16]}"


def hash_content(architecture: Architecture, sha256: str) -> str:
    """Return the SHA-256 of an architecture, whatever it is called, and of the hash of its weights."""
    described = json.dumps(architecture.to_json() | {"name": ""}, sort_keys=True) + sha256
    return hashlib.sha256(described.encode()).hexdigest()


def clean_title(text: str) -> str:
    """Return a file's name, or a title, as a title: no folders, no ending, visible characters only."""
    base = text.replace("\\", "/").rpartition("/")[2]
    for ending in ENDINGS:
        base = base.removesuffix(ending)
    visible = " ".join(keep_visible(base, " ").split())
    return visible[:MAX_TITLE].strip() or UNTITLED


def _read_note(data: Any) -> Message:
    template, values = data
    if template not in NOTES.values() or not isinstance(values, Mapping):
        raise ValueError(f"`notes` must be those of an opened network. Received: {template!r:.60}.")
    return Message(template, {str(key): value for key, value in values.items()})


def _damaged(name: str) -> Refusal:
    return Refusal("The files of this network are damaged. Received: {name}. Delete it and open it again.", name=name)
