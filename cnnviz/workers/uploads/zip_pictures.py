"""Read a ZIP file with a folder of pictures for each class.

Every picture goes through the decoder of single pictures (`cnnviz.workers.entry.decode_image`), in this process, which
has limits of its own. One that cannot be read is left out and reported; the others are taken. Pictures are read in
turn from each class, so that a file that takes too long still gives as many of one as of another.
"""

from __future__ import annotations

import io
import itertools
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from PIL import Image

from cnnviz.core.data.colour_digits import SIDE as COLOUR_SIDE
from cnnviz.core.data.labelled_set import MAX_CLASSES, MAX_REPORTED, MAX_SIDE, MIN_SIDE
from cnnviz.core.drawing import preprocessing
from cnnviz.core.errors import Refusal
from cnnviz.jobs.sandbox import image_header
from cnnviz.jobs.sandbox.data_reasons import (
    DRAWINGS,
    MAX_FILE_PIXELS,
    MAX_PICTURE_BYTES,
    MAX_ZIP_PICTURES,
    PHOTOS,
    DataProblem,
)
from cnnviz.workers.entry import decode_image
from cnnviz.workers.uploads import archive
from cnnviz.workers.uploads.arrays import ReadSet, check_amount, check_class_name

READING_SECONDS = 45.0
"""Time after which no further picture is begun."""

SKIPPED_FOLDERS = ("__macosx",)
SKIPPED_FILES = ("thumbs.db", "desktop.ini")
"""What operating systems leave in folders, lower case."""

PARTS = frozenset({"train", "training", "test", "testing", "val", "valid", "validation"})
"""Folders of a split, whose folders of classes are joined: splits are made anew."""

DECODED_SIDE = 256
"""Pixels of the longer side of what is prepared: enough for 28×28, and quick."""

GREY_LEVELS = 24
"""Levels by which the channels of a pixel may differ in a picture that counts as grey, as JPEG leaves them."""

EVEN_LEVELS = 40
"""Levels by which the edge of a drawing on even paper may differ from black or white."""

BUFFER_BYTES = 1 << 18
"""Bytes of a table that are unpacked at a time."""

Values = dict[str, str | int | float]


@dataclass(frozen=True)
class Picture:
    """One entry that may be a picture.

    Attributes:
        entry: Where it is.
        file: Its name without common folders.
        class_name: The folder it lies in.
    """

    entry: zipfile.ZipInfo
    file: str
    class_name: str


def read(file: zipfile.ZipFile, preparation: str) -> ReadSet:
    """Read all pictures of a ZIP file.

    Args:
        file: As `archive.open_archive` returns it.
        preparation: One of `cnnviz.jobs.sandbox.data_reasons.PREPARATIONS`.

    Raises:
        DataProblem: If the file is not taken as a whole.
    """
    pictures, report = _sort_entries(file)
    _check_pictures(pictures)
    read = list[tuple[Picture, np.ndarray]]()
    end = time.monotonic() + READING_SECONDS
    for picture in _take_turns(pictures):
        try:
            if time.monotonic() > end:
                raise DataProblem("time")
            read.append((picture, _reduce(_decode(archive.read_entry(file, picture.entry)))))
        except DataProblem as problem:
            report.append((picture.file, *problem.to_json()))
    prepared = _prepare_all(read, preparation, report)
    if not prepared:
        name, key, values = report[0]
        raise DataProblem("none-read", number=len(pictures), name=name, reason=DataProblem(key, **values))
    classes = sorted({picture.class_name for picture, _ in prepared}, key=_make_sort_key)
    if len(classes) < 2:
        raise DataProblem("one-class", name=classes[0])
    prepared.sort(key=lambda each: (_make_sort_key(each[0].class_name), each[0].file))
    number = {name: place for place, name in enumerate(classes)}
    made = np.stack([pixels for _, pixels in prepared])
    labels = np.array([number[picture.class_name] for picture, _ in prepared], np.uint8)
    return ReadSet(made, labels, tuple(classes), tuple(report[:MAX_REPORTED]), len(report))


def find_table(file: zipfile.ZipFile) -> BinaryIO | None:
    """Return the one CSV table that a ZIP file holds beside no pictures; None if it holds anything else."""
    entries = [entry for entry in file.infolist() if not entry.is_dir() and not _is_skipped(_split(entry.filename))]
    if len(entries) != 1 or not entries[0].filename.lower().endswith((".csv", ".tsv", ".txt")):
        return None
    return io.BufferedReader(archive.EntryStream(file, entries[0], "damaged-zip"), BUFFER_BYTES)


def _sort_entries(file: zipfile.ZipFile) -> tuple[list[Picture], list[tuple[str, str, Values]]]:
    """Return the entries that lie in folders of classes, and a report of the others."""
    entries = [(entry, _split(entry.filename)) for entry in file.infolist() if not entry.is_dir()]
    entries = [(entry, parts) for entry, parts in entries if not _is_skipped(parts)]
    entries = _strip_top(entries)
    pictures, report = list[Picture](), list[tuple[str, str, Values]]()
    for entry, parts in entries:
        name = "/".join(parts)
        if len(parts) < 2:
            report.append((name, "no-folder", {}))
        else:
            pictures.append(Picture(entry, name, " ".join(parts[0].split())))
    return pictures, report


def _strip_top(entries: list[tuple[zipfile.ZipInfo, list[str]]]) -> list[tuple[zipfile.ZipInfo, list[str]]]:
    """Take away one folder around the folders of classes, and those of a split."""
    tops = {parts[0] for _, parts in entries}
    if len(tops) == 1 and all(len(parts) > 2 for _, parts in entries):
        entries = [(entry, parts[1:]) for entry, parts in entries]
        tops = {parts[0] for _, parts in entries}
    if tops and {top.lower() for top in tops} <= PARTS and all(len(parts) > 2 for _, parts in entries):
        entries = [(entry, [parts[1], f"{parts[0]}/{'/'.join(parts[2:])}"]) for entry, parts in entries]
    return entries


def _split(name: str) -> list[str]:
    return [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]


def _is_skipped(parts: list[str]) -> bool:
    hidden = any(part.startswith(".") or part.lower() in SKIPPED_FOLDERS for part in parts)
    return hidden or not parts or parts[-1].lower() in SKIPPED_FILES


def _check_pictures(pictures: list[Picture]) -> None:
    if not pictures:
        raise DataProblem("no-pictures")
    if len(pictures) > MAX_ZIP_PICTURES:
        raise DataProblem("pictures", number=len(pictures), most=MAX_ZIP_PICTURES)
    names = {picture.class_name for picture in pictures}
    if len(names) > MAX_CLASSES:
        raise DataProblem("classes", number=len(names), most=MAX_CLASSES)
    for name in names:
        check_class_name(name)
    if len(names) < 2:
        raise DataProblem("one-class", name=next(iter(names)))


def _take_turns(pictures: list[Picture]) -> Iterator[Picture]:
    """Yield the first picture of each class, then the second of each, and so on."""
    classes: dict[str, list[Picture]] = {}
    for picture in pictures:
        classes.setdefault(picture.class_name, []).append(picture)
    for turn in itertools.zip_longest(*classes.values()):
        yield from (picture for picture in turn if picture is not None)


def _decode(content: bytes) -> Image.Image:
    """Decode one picture of the file to RGBA. Raises `DataProblem` if it cannot be read."""
    if len(content) > MAX_PICTURE_BYTES:
        raise DataProblem("picture-bytes", size=-(-len(content) // 1_000_000), most=MAX_PICTURE_BYTES // 1_000_000)
    try:
        kind = image_header.identify(content)
    except Refusal:
        raise DataProblem("not-picture") from None
    try:
        width, height = decode_image.open_lazily(content, kind).size
        if width * height > MAX_FILE_PIXELS:
            raise DataProblem("picture-pixels", width=width, height=height, most=MAX_FILE_PIXELS // 1_000_000)
        if min(width, height) < image_header.MIN_SIDE:
            raise DataProblem("picture-small", width=width, height=height)
        header, pixels = decode_image.decode(content)
        return Image.frombytes("RGBA", (header["width"], header["height"]), pixels)
    except (DataProblem, MemoryError):
        raise
    except Exception:  # noqa: BLE001  a decoder may raise anything on a damaged file
        raise DataProblem("damaged") from None


def _reduce(image: Image.Image) -> np.ndarray:
    """Return (rows, columns, 4) uint8 of at most `DECODED_SIDE` a side."""
    image.thumbnail((DECODED_SIDE, DECODED_SIDE))
    return np.asarray(image)


def _prepare_all(
    read: list[tuple[Picture, np.ndarray]], preparation: str, report: list[tuple[str, str, Values]]
) -> list[tuple[Picture, np.ndarray]]:
    """Bring all pictures to one size; those without ink are reported."""
    if not read:
        return []
    shape = _find_common_shape([pixels for _, pixels in read]) if preparation != DRAWINGS else None
    colour = any(_is_coloured(pixels) for _, pixels in read)
    if shape is not None or preparation == PHOTOS:
        side = shape or (COLOUR_SIDE if colour else preprocessing.SIDE)
        check_amount(len(read), side, 3 if colour else 1)
        return [(picture, _scale(pixels, side, colour)) for picture, pixels in read]
    prepared = list[tuple[Picture, np.ndarray]]()
    for picture, pixels in read:
        made = _prepare_drawing(pixels)
        if made is None:
            report.append((picture.file, "no-ink", {}))
        else:
            prepared.append((picture, made))
    return prepared


def _find_common_shape(pictures: list[np.ndarray]) -> int | None:
    """Return the side of pictures that are all squares of one size that networks read; None if they differ."""
    sizes = Counter(picture.shape[:2] for picture in pictures)
    (rows, columns), _ = sizes.most_common(1)[0]
    return rows if len(sizes) == 1 and rows == columns and MIN_SIDE <= rows <= MAX_SIDE else None


def _is_coloured(pixels: np.ndarray) -> bool:
    colours = pixels[..., :3].astype(np.int16)
    return bool((colours.max(axis=2) - colours.min(axis=2) > GREY_LEVELS).any())


def _scale(pixels: np.ndarray, side: int, colour: bool) -> np.ndarray:
    """Return the whole picture as a square (side, side, channels), on black where it is transparent or not square."""
    image = Image.fromarray(pixels)
    paper = Image.new("RGBA", image.size, (0, 0, 0, 255))
    paper.alpha_composite(image)
    plain = paper.convert("RGB" if colour else "L")
    longest = max(plain.size)
    if plain.size != (side, side):
        width, height = (max(1, round(length * side / longest)) for length in plain.size)
        plain = plain.resize((width, height), Image.Resampling.BOX if longest > side else Image.Resampling.BILINEAR)
        square = Image.new(plain.mode, (side, side))
        square.paste(plain, ((side - width) // 2, (side - height) // 2))
        plain = square
    return np.asarray(plain).reshape(side, side, 3 if colour else 1)


def _prepare_drawing(pixels: np.ndarray) -> np.ndarray | None:
    """Return the ink as on the pad, (28, 28, 1) uint8; None if there is none.

    Even paper, black, white or transparent, needs no search for a sheet, which takes twenty times as long.
    """
    prepare = preprocessing.from_canvas if _is_on_even_paper(pixels) else preprocessing.from_picture
    prepared = prepare(pixels)
    return None if prepared.empty else np.rint(prepared.digit * 255).astype(np.uint8)[..., None]


def _is_on_even_paper(pixels: np.ndarray) -> bool:
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    if (edge[:, 3] < 128).all():
        return True
    levels = edge[:, :3].astype(np.int16)
    return bool((levels < EVEN_LEVELS).all() or (levels > 255 - EVEN_LEVELS).all())


def _make_sort_key(name: str) -> tuple[int, int, str]:
    """Return a key by which whole numbers sort by value, before all other names."""
    return (0, int(name), name) if name.isdecimal() and name.isascii() else (1, 0, name)
