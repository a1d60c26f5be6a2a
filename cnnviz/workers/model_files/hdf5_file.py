"""Read named arrays and texts of an HDF5 file that a stranger made, and nothing else of it.

An object is reached by its exact path, one hard link after the other. Before a value is read its type, shape, layout,
filters and chunks are checked against what is expected, so that neither the file nor the library chooses how much
memory is taken, and no other file is opened.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import h5py
import numpy as np
from h5py import h5a, h5d, h5l, h5o, h5s, h5t, h5z

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Shape
from cnnviz.core.messages import Message, gettext_noop

MAX_NAME = 1_000
"""Characters of the name of a layer or a weight."""

MAX_NAMES = 2_000
"""Names in one attribute."""

MAX_NAME_PARTS = 20
"""Numbered attributes that hold one list: Keras cuts lists that are longer than an object header."""

MIN_CHUNK_BYTES = 1_000_000
"""A chunk may have so many bytes, or as many as the whole array if that is longer: a chunk is read at once."""

FILTERS = frozenset({h5z.FILTER_DEFLATE, h5z.FILTER_SHUFFLE, h5z.FILTER_FLETCHER32})

TYPES = tuple(getattr(h5t, f"IEEE_F{bits}{order}") for bits in (16, 32, 64) for order in ("LE", "BE"))
WHOLE_TYPES = tuple(
    getattr(h5t, f"STD_{sign}{bits}{order}") for sign in "IU" for bits in (32, 64) for order in ("LE", "BE")
)

UNUSUAL = gettext_noop(
    "“{path}” in this HDF5 file is {what}, which is not read here. Save the network again with Keras itself and try "
    "once more."
)
MISSING = gettext_noop(
    "The weights of this file do not belong to its layers: “{path}” is missing. Save the network again with Keras and "
    "try once more."
)
DAMAGED = gettext_noop("This HDF5 file is damaged or cut short. Save the network again with Keras and try once more.")
WRONG_SHAPE = gettext_noop(
    "The weights of this file do not belong to its layers: “{path}” has shape {shape}, but the layer needs {expected}. "
    "Save the network again with Keras and try once more."
)
NOT_FINITE = gettext_noop(
    "“{path}” in this file has values that are infinite or not a number, so the network cannot answer. Train it again "
    "with a smaller learning rate, and save it."
)


class Hdf5File:
    """An open file. Its methods raise `Refusal` for anything that is not as Keras writes it."""

    def __init__(self, file: Any) -> None:
        self._root = file.id

    def has(self, path: str) -> bool:
        """Check that there is a hard link to each part of `path`; names are separated by slashes."""
        try:
            self._open(path)
        except Refusal:
            return False
        return True

    def count(self, path: str) -> int:
        """Return how many links the group at `path` has."""
        opened = self._open(path)
        if not isinstance(opened, h5py.h5g.GroupID):
            raise Refusal(UNUSUAL, path=path, what=Message(gettext_noop("no group")))
        return int(opened.get_num_objs())

    def read_array(self, path: str, shape: Shape, whole: bool = False) -> np.ndarray:
        """Read the array at `path`, float32 of the shape that is expected, finite; with `whole` also a count."""
        opened = self._open(path)
        if not isinstance(opened, h5d.DatasetID):
            raise Refusal(UNUSUAL, path=path, what=Message(gettext_noop("no array")))
        found = _check_space(path, opened.get_space())
        if found != shape:
            raise Refusal(WRONG_SHAPE, path=path, shape=found, expected=shape)
        kind = opened.get_type()
        if not any(kind.equal(known) for known in (*TYPES, *(WHOLE_TYPES if whole else ()))):
            raise Refusal(UNUSUAL, path=path, what=Message(gettext_noop("no array of floating-point numbers")))
        _check_storage(path, opened, shape, kind.get_size())
        values = np.empty(shape, np.float32)
        memory = h5s.create_simple(shape) if shape else h5s.create(h5s.SCALAR)
        opened.read(memory, memory, values, h5t.NATIVE_FLOAT)
        if not np.isfinite(values).all():
            raise Refusal(NOT_FINITE, path=path)
        return values

    def read_text(self, path: str, name: str, longest: int) -> bytes | None:
        """Read the attribute `name` of the object at `path`, one text; None if there is none."""
        texts = self._read_texts(self._open(path), path, name, 1, longest)
        return None if texts is None else texts[0]

    def read_names(self, path: str, name: str) -> list[str]:
        """Read the attribute `name`, a list of names, which may be cut into numbered attributes; [] for none."""
        opened = self._open(path)
        found = self._read_texts(opened, path, name, MAX_NAMES, MAX_NAME)
        if found is None:
            found = []
            for number in range(MAX_NAME_PARTS):
                part = self._read_texts(opened, path, f"{name}{number}", MAX_NAMES, MAX_NAME)
                if part is None:
                    break
                found += part
        return [text.decode("utf-8") for text in found]

    def _open(self, path: str) -> Any:
        at = self._root
        for part in filter(None, path.split("/")):
            name = part.encode("utf-8", "replace")
            if (
                not isinstance(at, (h5py.h5g.GroupID, h5py.h5f.FileID))
                or len(name) > MAX_NAME
                or not at.links.exists(name)
            ):
                raise Refusal(MISSING, path=path)
            if at.links.get_info(name).type != h5l.TYPE_HARD:
                raise Refusal(UNUSUAL, path=path, what=Message(gettext_noop("a link to another place or file")))
            at = h5o.open(at, name)
        return at

    def _read_texts(self, opened: Any, path: str, name: str, most: int, longest: int) -> list[bytes] | None:
        """Read an attribute of one to `most` texts, of variable or fixed length."""
        key = name.encode()
        if not h5a.exists(opened, key):
            return None
        attribute = h5a.open(opened, key)
        space = attribute.get_space()
        count = int(space.get_simple_extent_npoints()) if space.get_simple_extent_type() != h5s.NULL else 0
        kind = attribute.get_type()
        if not count:
            return []
        if not isinstance(kind, h5t.TypeStringID):
            raise Refusal(UNUSUAL, path=f"{path}/{name}", what=Message(gettext_noop("no text")))
        fixed = not kind.is_variable_str()
        if count > most or (fixed and (kind.get_size() > longest or kind.get_size() * count > 10 * longest)):
            raise Refusal(UNUSUAL, path=f"{path}/{name}", what=Message(gettext_noop("too long a text")))
        dtype = np.dtype(f"S{kind.get_size()}") if fixed else h5py.string_dtype("utf-8")
        values = np.empty(count, dtype)
        attribute.read(values.reshape(space.get_simple_extent_dims()), mtype=kind if fixed else None)
        texts = [value if isinstance(value, bytes) else str(value).encode() for value in values.tolist()]
        if any(len(text) > longest for text in texts):
            raise Refusal(UNUSUAL, path=f"{path}/{name}", what=Message(gettext_noop("too long a text")))
        return texts


@contextmanager
def open_hdf5(data: bytes) -> Iterator[Hdf5File]:
    """Open the bytes of a file, never a path. Raises `Refusal` if the library finds them damaged, then or later."""
    try:
        with h5py.File(io.BytesIO(data), "r") as file:
            yield Hdf5File(file)
    except (Refusal, MemoryError):
        raise
    except Exception:  # noqa: BLE001  h5py raises anything on a damaged file
        raise Refusal(DAMAGED) from None


def _check_space(path: str, space: Any) -> Shape:
    if space.get_simple_extent_type() not in (h5s.SIMPLE, h5s.SCALAR):
        raise Refusal(UNUSUAL, path=path, what=Message(gettext_noop("no array")))
    return tuple(int(side) for side in space.get_simple_extent_dims())


def _check_storage(path: str, opened: Any, shape: Shape, item: int) -> None:
    """Refuse an array whose values lie elsewhere, are not stored at all, or are unpacked at great cost."""
    plan = opened.get_create_plist()
    layout = plan.get_layout()
    if plan.get_external_count() or layout not in (h5d.COMPACT, h5d.CONTIGUOUS, h5d.CHUNKED):
        raise Refusal(
            UNUSUAL, path=path, what=Message(gettext_noop("an array whose values lie in another place or file"))
        )
    filters = [plan.get_filter(number)[0] for number in range(plan.get_nfilters())]
    if set(filters) - FILTERS or len(set(filters)) != len(filters):
        raise Refusal(UNUSUAL, path=path, what=Message(gettext_noop("packed in an unusual way")))
    size = item * int(np.prod(shape, dtype=np.int64))
    if layout == h5d.CHUNKED:
        chunk = item
        for side in plan.get_chunk():
            chunk *= int(side)
        if chunk > max(MIN_CHUNK_BYTES, size):
            raise Refusal(UNUSUAL, path=path, what=Message(gettext_noop("cut into pieces larger than itself")))
    if (size and not opened.get_storage_size()) or (not filters and opened.get_storage_size() < size):
        raise Refusal(UNUSUAL, path=path, what=Message(gettext_noop("an array without values")))
