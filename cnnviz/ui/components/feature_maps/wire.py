"""Blocks of values as the bytes that the browser gets.

Header length (uint32, little-endian), a JSON header padded so that the payload starts at a multiple of four, then
the values of one block after the other, each from a multiple of four on: float32 in C order, or uint8 levels. A block
that the browser has worked out itself comes with the sums of `check` in place of its values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from cnnviz.ui.components.encode import encode
from cnnviz.ui.components.feature_maps.check import MIN_VALUES, add_signed

KINDS = ("maps", "bars", "image")
ZERO = 128
"""The level of zero where values are signed; 255 is the largest size, 1 as far below zero."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Block:
    """The pictures of one layer's values.

    Attributes:
        id: Names the block in a `Selection` and in saved files; different from the other blocks' ids. Of a
            published block, `conv2d/after`, the end names it within the viewer.
        title: Heading, plain text.
        subtitle: Beside it, plain text; says which block is read where a component has several.
        kind: "maps": a picture a map. "bars": a bar a unit. "image": what went in, always grey or in colour.
        values: finite float32. (rows, columns, maps) for maps, (units,) for bars, and (rows, columns),
            (rows, columns, 1) or (rows, columns, 3) in [0, 1] for an image. With `derive` they may be left out.
            In maps that are not quantised a cell may be not a number: it has no colour and is read out as "–".
        signed: Colours with zero in the middle. Values below zero switch it on by themselves.
        quantise: Send 255 levels instead of float32: a quarter of the bytes, and readings are then said to be
            approximate.
        derive: "relu": these are the values of the block before, without those below zero; the browser works
            them out.
        ticks: One short text a unit below bars, or one a map instead of its number; or nothing.
        names: What each row and each column is called when a cell is read out, and at the edges of a single map; one
            that is "" is not said.
        full: Value of a full bar, such as 1 for probabilities; None for the largest of the block.
        chosen: Row and column, counted from 0, of a cell that has a frame in every map; or nothing.
    """

    id: str
    title: str
    subtitle: str = ""
    kind: Literal["maps", "bars", "image"] = "maps"
    values: np.ndarray | None = field(default=None, repr=False)
    signed: bool = False
    quantise: bool = False
    derive: Literal["relu"] | None = None
    ticks: Sequence[str] = ()
    full: float | None = None
    names: tuple[Sequence[str], Sequence[str]] | None = None
    chosen: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"`kind` must be one of {KINDS}. Received: {self.kind!r}")
        if self.values is None and self.derive is None:
            raise ValueError("`values` may only be left out where `derive` says how to get them. Received: None")


def pack(header: Mapping[str, Any], blocks: Sequence[Block], one_scale_a_map: bool, *, checked: bool = False) -> bytes:
    """Return `header` and `blocks` as the browser reads them.

    Args:
        header: JSON data; `blocks` is added.
        blocks: The pictures; none where a viewer's values are published.
        one_scale_a_map: Levels of quantised maps are spread over each map's values instead of the block's.
        checked: Send of large blocks only what the browser needs to check its own values.

    Raises:
        ValueError: If the values of a block do not have the shape of its kind, or a derived block comes first.
    """
    described: list[dict[str, Any]] = []
    parts: list[bytes] = []
    shape, at = (0, 0, 0), 0
    for block in blocks:
        about, payload, shape = _block(block, shape, one_scale_a_map, checked)
        described.append(about | {"at": at})
        parts.append(payload)
        at += len(payload)
    return encode({**header, "checked": checked, "blocks": described}, parts)


Shape = tuple[int, int, int]


def _block(block: Block, before: Shape, one_scale_a_map: bool, checked: bool) -> tuple[dict[str, Any], bytes, Shape]:
    about: dict[str, Any] = {
        "id": block.id,
        "title": block.title,
        "subtitle": block.subtitle,
        "kind": block.kind,
        "ticks": list(block.ticks),
        "derive": block.derive,
        "signed": block.signed,
        "always_signed": block.signed,
        "levels": None,
        "check": None,
        "full": block.full,
        "names": None if block.names is None else [list(each) for each in block.names],
        "chosen": block.chosen,
    }
    if block.derive:
        if not all(before):
            raise ValueError(f"`derive` needs a block before it. Received: it for the first, {block.id!r}")
        return about | _sizes(before), b"", before
    values = _cube(block)
    about["signed"] = block.kind != "image" and (block.signed or bool((values < 0).any()))
    if checked and values.size >= MIN_VALUES:
        return about | _sizes(values.shape) | {"check": add_signed(values)}, b"", values.shape
    payload = values.tobytes()
    if block.quantise:
        top = _top(values, about["signed"], one_scale_a_map and block.kind == "maps")
        about["levels"] = [float(f"{value:.6g}") for value in top.tolist()]
        payload = _levels(values, top, about["signed"])
    return about | _sizes(values.shape), payload + b"\0" * (-len(payload) % 4), values.shape


def _sizes(shape: tuple[int, ...]) -> dict[str, int]:
    return dict(zip(("rows", "columns", "maps"), shape, strict=True))


def _cube(block: Block) -> np.ndarray:
    """Return the block's values as (rows, columns, maps) float32, one row a unit for bars."""
    values = np.ascontiguousarray(() if block.values is None else block.values, np.float32)
    if block.kind == "bars" and values.ndim == 1:
        values = values[:, None, None]
    elif block.kind == "image" and values.ndim == 2:
        values = values[..., None]
    channels = (1, 3) if block.kind == "image" else range(1, 2**31)
    if values.ndim != 3 or not values.size or values.shape[2] not in channels:
        raise ValueError(f"`values` must have the shape of {block.kind!r}, not empty. Received: {values.shape}")
    return values


def _top(values: np.ndarray, signed: bool, one_scale_a_map: bool) -> np.ndarray:
    """Return the largest size, above zero only unless `signed`: one value, or one a map."""
    axes = (0, 1) if one_scale_a_map else None
    top = values.max(axis=axes)
    return np.atleast_1d(np.maximum(np.maximum(top, -values.min(axis=axes)) if signed else top, 0))


def _levels(values: np.ndarray, top: np.ndarray, signed: bool) -> bytes:
    """Return the values as uint8 levels, a level of zero being zero exactly."""
    steps, zero = (127, ZERO) if signed else (255, 0)
    scale = np.divide(steps, top, out=np.zeros_like(top), where=top > 0)
    levels: np.ndarray = np.clip(np.floor(values * scale + (zero + 0.5)), 0, 255)
    return bytes(levels.astype(np.uint8).data)
