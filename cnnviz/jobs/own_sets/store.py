"""Keep the labelled sets of visitors on disk: those that they uploaded, and the drawings that they collect.

    <home>/<owner>/sets/<id>.set      a set, named by its content (`cnnviz.core.data.labelled_file`)
    <home>/<owner>/sets/frozen-<id>.set   drawings as a training read them; not listed
    <home>/<owner>/sets/drawn.json    the drawings

`home` is the folder of all visitors' runs. Only its owner finds a set.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import threading
from dataclasses import dataclass
from pathlib import Path

from cnnviz.core import atomic_file
from cnnviz.core.data import labelled_file
from cnnviz.core.data.drawn_set import DrawnSet
from cnnviz.core.data.labelled_file import UNREADABLE, KeptSet
from cnnviz.core.data.labelled_set import LabelledSet
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import checks
from cnnviz.jobs.runs import quota

LOG = logging.getLogger(__name__)

ID = re.compile("own-[0-9a-f]{16}")
ENDING = ".set"
FROZEN = "frozen-"

MAX_SETS = 5
"""Sets that a visitor may keep, the drawings not counted."""

MAX_FROZEN = 8
"""Sets of drawings that are kept for trainings; the oldest go."""

MAX_DRAWN_BYTES = 10_000_000

_keeping = threading.Lock()
"""Held while a set is written, so that whoever keeps the same one in the same moment finds it."""


@dataclass(frozen=True)
class SetEntry:
    """What a list says of a set.

    Attributes:
        id: Names its content, "own-" and 16 hexadecimal digits.
        name: The visitor's name for it.
        classes: Names of its classes.
        count: Number of pictures.
        trained: How many of them are the training part.
    """

    id: str
    name: str
    classes: tuple[str, ...]
    count: int
    trained: int


@dataclass(frozen=True)
class SetStore:
    """The sets of one visitor.

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

    def entries(self) -> tuple[SetEntry, ...]:
        """Return the sets that can be read, oldest first; the drawings are not among them."""
        found = list[tuple[float, SetEntry]]()
        with contextlib.suppress(OSError):
            for path in self._folder.iterdir():
                if ID.fullmatch(path.stem) and path.suffix == ENDING and not path.is_symlink():
                    with contextlib.suppress(Refusal, OSError):
                        header = labelled_file.read_header(path)
                        count, trained = header["count"], header["count"] - header["tested"]
                        entry = SetEntry(path.stem, header["name"], tuple(header["classes"]), count, trained)
                        found.append((path.stat().st_mtime, entry))
        return tuple(entry for _, entry in sorted(found, key=lambda each: (each[0], each[1].id)))

    def keep(self, labelled: LabelledSet) -> str:
        """Keep a set and return its id. Raises `Refusal` if there is no room, `OSError` if it cannot be written."""
        return self.keep_divided(labelled_file.divide(labelled))

    def keep_divided(self, kept: KeptSet) -> str:
        """Keep a set whose parts are given, as `keep` does."""
        set_id = make_id(kept)
        entries = self.entries()
        if len(entries) >= MAX_SETS and set_id not in {entry.id for entry in entries}:
            raise Refusal("You may keep {most} sets, and this would be one more. Delete one first.", most=MAX_SETS)
        quota.check(self.home)
        with _keeping:
            if not self._link_twin(set_id, kept):
                atomic_file.write(self._find(set_id), labelled_file.pack(kept))
        return set_id

    def _link_twin(self, set_id: str, kept: KeptSet) -> bool:
        """Give the set's name to another visitor's file of the very same content, if there is one.

        A class that opens one file, or adds one published set, then has it on the disk and in memory once. Files of
        sets are never changed in place, and each name is deleted for itself.
        """
        path = self._find(set_id)
        if path.exists():
            return False  # it is written again, whatever became of it
        for twin in self.home.glob(f"*/{quota.SETS}/{path.name}"):
            if not twin.is_symlink() and labelled_file.holds(twin, kept):
                with contextlib.suppress(OSError):  # where the system has no second names, it is written
                    path.parent.mkdir(parents=True, exist_ok=True)
                    os.link(twin, path)
                    return True
        return False

    def freeze(self, kept: KeptSet) -> str:
        """Keep drawings as a training reads them, beside the list, and return their id."""
        set_id = make_id(kept)
        quota.check(self.home)
        atomic_file.write(self._find(set_id, FROZEN), labelled_file.pack(kept))
        frozen = sorted(self._folder.glob(f"{FROZEN}*{ENDING}"), key=lambda path: path.stat().st_mtime)
        for path in frozen[:-MAX_FROZEN]:
            path.unlink(missing_ok=True)
        return set_id

    def read(self, set_id: str) -> KeptSet:
        """Return a set, listed or frozen. Raises `Refusal` if it is gone, damaged or another visitor's."""
        path = self._find(set_id)
        return labelled_file.read(path if path.is_file() else self._find(set_id, FROZEN))

    def has(self, set_id: str) -> bool:
        """Return whether a set is there, listed or frozen, without reading it."""
        return self._find(set_id).is_file() or self._find(set_id, FROZEN).is_file()

    def delete(self, set_id: str) -> None:
        """Delete a set."""
        self._find(set_id).unlink(missing_ok=True)
        self._find(set_id, FROZEN).unlink(missing_ok=True)

    def drawings(self) -> DrawnSet:
        """Return the drawings; none where there are none or they are damaged."""
        try:
            with self._drawn.open("rb") as file:
                data = file.read(MAX_DRAWN_BYTES + 1)
            return DrawnSet.from_json(json.loads(data))
        except FileNotFoundError:
            return DrawnSet()
        except UNREADABLE:
            LOG.warning("the drawings of a visitor cannot be read")
            return DrawnSet()

    def keep_drawings(self, drawn: DrawnSet) -> None:
        """Keep the drawings in place of those before. Raises `OSError` if they cannot be written."""
        if not self._drawn.exists():
            quota.check(self.home)
        atomic_file.write(self._drawn, json.dumps(drawn.to_json()).encode())

    def delete_drawings(self) -> None:
        """Delete all drawings, also those that are kept for trainings."""
        self._drawn.unlink(missing_ok=True)
        for path in self._folder.glob(f"{FROZEN}*{ENDING}"):
            path.unlink(missing_ok=True)

    def is_empty(self) -> bool:
        """Return whether the visitor has neither sets nor drawings."""
        return not self._drawn.exists() and not self.entries()

    @property
    def _folder(self) -> Path:
        return self.home / self.owner / quota.SETS

    @property
    def _drawn(self) -> Path:
        return self._folder / "drawn.json"

    def _find(self, set_id: str, prefix: str = "") -> Path:
        if not ID.fullmatch(set_id):
            raise Refusal("There is no such set. Received: {set}. Choose one of yours.", set=checks.repr_of(set_id))
        return self._folder / f"{prefix}{set_id}{ENDING}"


def make_id(kept: KeptSet) -> str:
    """Return the id of a set, which its content makes."""
    return f"own-{kept.labelled.sha256[:16]}"
