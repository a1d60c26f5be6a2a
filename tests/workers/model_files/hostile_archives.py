"""`.keras` files whose ZIP archive is damaged or a trap, and the words with which each is refused."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable

import pytest

from tests.workers.model_files.make_files import keras, members, packed


def zip_with(change: Callable[[bytearray], None]) -> bytes:
    data = bytearray(packed(members()))
    change(data)
    return bytes(data)


def write_at(signature: bytes, offset: int, form: str, value: int, which: int = -1) -> Callable[[bytearray], None]:
    """Return a change of a field of a header of the archive: `which` of those with this signature."""

    def change(data: bytearray) -> None:
        places = [at for at in range(len(data)) if data[at : at + 4] == signature]
        struct.pack_into(form, data, places[which] + offset, value)

    return change


def archive(*entries: tuple[str, bytes], link: str = "", comment: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        opened.comment = comment
        for name, content in entries:
            info = zipfile.ZipInfo(name)
            info.external_attr = (0o120777 if name == link else 0o100600) << 16
            opened.writestr(info, content)
    return buffer.getvalue()


def bomb(size: int = 90_000_000) -> bytes:
    parts = {**members(), "model.weights.h5": bytes(size)}
    return packed(parts, zipfile.ZIP_DEFLATED)


def parts() -> list[tuple[str, bytes]]:
    return list(members().items())


CENTRAL, LOCAL = b"PK\1\2", b"PK\3\4"

CASES: dict[str, tuple[Callable[[], bytes], str]] = {
    "cut": (lambda: keras()[:-30], "cut short, or bytes follow its end"),
    "half": (lambda: keras()[: len(keras()) // 2], "cut short"),
    "after": (lambda: keras() + b"\0", "cut short, or bytes follow its end"),
    "comment": (lambda: archive(*parts(), comment=b"hello"), "bytes follow its end"),
    "before": (lambda: b"PK\3\4" + b"\0" * 40 + keras(), "bytes lie before the archive"),
    "twice": (lambda: archive_twice(), "and no others"),
    "missing": (lambda: archive(*parts()[:2]), "and no others"),
    "more": (lambda: archive(*parts(), ("assets/vocabulary.txt", b"a")), "and no others"),
    "outside": (lambda: archive(*parts()[:2], ("../../model.weights.h5", parts()[2][1])), "and no others"),
    "link": (
        lambda: archive(*parts()[:2], ("model.weights.h5", b"/etc/passwd"), link="model.weights.h5"),
        "link or a folder",
    ),
    "encrypted": (lambda: zip_with(write_at(CENTRAL, 8, "<H", 1)), "encrypted"),
    "method": (lambda: zip_with(write_at(CENTRAL, 10, "<H", 12)), "unusual way"),
    "size smaller": (lambda: zip_with(write_at(CENTRAL, 24, "<L", 10)), "longer or shorter|contradict"),
    "size larger": (lambda: zip_with(write_at(CENTRAL, 24, "<L", 90_000)), "longer or shorter|contradict"),
    "size of 3 GB": (lambda: zip_with(write_at(CENTRAL, 24, "<L", 3_000_000_000)), "up to 100,000,000 are read"),
    "packed size": (lambda: zip_with(write_at(CENTRAL, 20, "<L", 90_000_000)), "contradict"),
    "checksum": (lambda: zip_with(write_at(CENTRAL, 16, "<L", 1)), "contradict|checksum"),
    "overlap": (lambda: zip_with(write_at(CENTRAL, 42, "<L", 0)), "overlap|contradict"),
    "other name": (lambda: zip_with(write_at(LOCAL, 30, "<B", ord("x"), 0)), "contradict"),
    "bomb": (bomb, "200 times as long"),
    "damaged": (lambda: zip_with(write_at(LOCAL, 300, "<L", 7, 1)), "checksum"),
}


def archive_twice() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate name"):
        return archive(*parts()[:2], parts()[1])
