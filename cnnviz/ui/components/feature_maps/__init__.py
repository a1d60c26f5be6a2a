"""The viewer of feature maps: all maps of a layer on one canvas, every value a pointer's move away.

The values travel as raw bytes and are coloured in the browser, so changing what is pointed at, enlarging a map
or saving the picture asks nothing of the server.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from cnnviz.ui.components import browser_state, followers
from cnnviz.ui.components.feature_maps.wire import Block, pack
from cnnviz.ui.components.mount import mount, mount_unseen
from cnnviz.ui.i18n import gettext_noop

__all__ = ["LABELS", "MAX_VALUES", "Block", "Links", "Selection", "feature_maps", "publish"]

MAX_VALUES = 1_000_000
"""Values that a page sends for one answer: 4 MB, or 1 MB of levels while the pen is down and in a strip. Networks of
the app have up to 145,000."""

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "point_linked": gettext_noop(
            "Point at a cell of any picture, or go there with Tab and the arrow keys: its window shows in all four."
        ),
        "point_select": gettext_noop("Point at a cell to read its value; click a map, or press Enter, to choose it."),
        "read_window": gettext_noop("rows {top} to {bottom}, columns {left} to {right}: {values}"),
        "read_result": gettext_noop("{name} {value}"),
        "read_skipped": gettext_noop("row {row}, column {column}: no window reads this value"),
        "scale_linked": gettext_noop("one scale for all of these pictures"),
        "point": gettext_noop("Point at a cell to read its value; click to enlarge a map."),
        "point_cell": gettext_noop(
            "Point at a cell to read its value; click to enlarge its map and to see how the value comes about."
        ),
        "point_opens": gettext_noop(
            "Point at a cell to read its value; click a map to enlarge it, or a bar to look inside its unit."
        ),
        "read_map": gettext_noop("map {map}, row {row}, column {column}: {value}"),
        "read_cell": gettext_noop("row {row}, column {column}: {value}"),
        "read_named": gettext_noop("{where}: {value}"),
        "read_named_map": gettext_noop("{map}, {where}: {value}"),
        "named": gettext_noop("{names}"),
        "unnamed": gettext_noop("in the middle"),
        "read_unit": gettext_noop("unit {unit}: {value}"),
        "about": gettext_noop("about {value}"),
        "dark": gettext_noop("dark, because none of its sums is above 0; the largest is {largest}"),
        "maps": gettext_noop(
            "{title}, {subtitle}; pictures: {maps}, each of {rows} × {columns} values. "
            "Arrow keys go from value to value, Enter enlarges."
        ),
        "maps_linked": gettext_noop(
            "{title}, {subtitle}: arrow keys go from value to value; the window shows in all pictures."
        ),
        "maps_select": gettext_noop(
            "{title}, {subtitle}; pictures: {maps}, each of {rows} × {columns} values. "
            "Arrow keys go from value to value, Enter chooses a map."
        ),
        "maps_cell": gettext_noop(
            "{title}, {subtitle}; pictures: {maps}, each of {rows} × {columns} values. "
            "Arrow keys go from value to value, Enter enlarges, Enter again accounts for the value."
        ),
        "bars_cell": gettext_noop(
            "{title}, {subtitle}: {rows} values. Arrow keys go from value to value, Enter accounts for one."
        ),
        "bars_opens": gettext_noop(
            "{title}, {subtitle}: {rows} values. Arrow keys go from value to value, Enter looks inside one."
        ),
        "bars": gettext_noop("{title}, {subtitle}: {rows} values. Arrow keys go from value to value."),
        "enlarged": gettext_noop("{title}, map {map}"),
        "previous": gettext_noop("Previous map"),
        "next": gettext_noop("Next map"),
        "close": gettext_noop("Close"),
        "look_inside": gettext_noop("Look inside this map"),
        "look_inside_layer": gettext_noop("Look inside this layer"),
        "save": gettext_noop("Save this picture (PNG)"),
        "low": gettext_noop("low"),
        "high": gettext_noop("high"),
        "range_map": gettext_noop("a scale for each map: brightness cannot be compared between maps"),
        "range_layer": gettext_noop("one scale for all maps here"),
        "range_network": gettext_noop("one scale for the whole network"),
    }
)
"""Every text of the viewer: its name -> English, the catalogue's key. The browser fills in the {fields}."""


@dataclass(frozen=True)
class Links:
    """Correspondence of cells in linked pictures: each window over the first gives a cell of the others.

    Each is (rows, columns).

    Attributes:
        size: The window's size.
        strides: Its steps.
        margins: The cells that padding adds above and to the left.
        out: The shape of the results.
    """

    size: tuple[int, int]
    strides: tuple[int, int]
    margins: tuple[int, int]
    out: tuple[int, int]


@dataclass(frozen=True)
class Selection:
    """A cell that was clicked; indices count from 0 in the block's values.

    Attributes:
        block: Id of the block.
        map: Index of the map.
        row: Index of the row; for bars, of the unit.
        column: Index of the column.
    """

    block: str
    map: int
    row: int
    column: int


def feature_maps(
    key: str,
    blocks: Sequence[Block] = (),
    *,
    mode: Literal["mosaic", "strip", "linked"],
    colour_range: Literal["map", "layer", "network"],
    palette: str,
    network_range: tuple[float, float] | None = None,
    labels: Mapping[str, str],
    height: int | None = None,
    side: int | None = None,
    channel: str | None = None,
    ids: Sequence[str] = (),
    on_select: Callable[[], None] | None = None,
    cells: bool = False,
    opens: str = "",
    live: bool = False,
    fills: bool = False,
    brief: bool = False,
) -> Selection | None:
    """Show `blocks`, or what is published as `ids`, and return the cell that was clicked in this run, if any.

    Args:
        key: The element's key.
        blocks: One or more, with different ids; none where there is a `channel`.
        mode: "mosaic": one block below the other, as large as the place allows; those of equal shape are enlarged
            together. "strip": side by side in a line that scrolls, with arrows between. "linked": side by side, the
            first a map and the others what a window made of it, pointed at together; only with a `channel`.
        colour_range: Over which values one scale of colours is stretched. Scales begin at 0, or are symmetric
            around it where values are signed.
        palette: "viridis", "cividis", "magma" or "grey", for values that are never negative.
        network_range: Smallest and largest value of the whole network; needed for the range "network". With a
            `channel` it is published with the values.
        labels: The texts of `LABELS` in the visitor's language.
        height: CSS pixels that a block should not be higher than; by default 520, in a strip 150.
        side: CSS pixels that the longer side of a map should not exceed in a mosaic; by default 168, or 224 of a single
            map.
        channel: Where `publish` brings the values, earlier or later, again and again: the viewer follows them
            without being run again. It is empty as long as one of `ids` is not published.
        ids: The published blocks to show, in order.
        on_select: Called before the script when a cell was clicked; a click then enlarges nothing. Without it
            clicks do not reach Python.
        cells: Whether a clicked cell opens in the page's ledger; only with a `channel`.
        opens: Path of a page that accounts for cells, such as "Layers": a cell of an enlarged map leads there, and so
            do a button, a bar and the name of a layer. Ids of blocks are then names of layers.
        live: Whether `blocks` are layers of the chosen network, each with the layer's name as its id, and `input`,
            which the browser may work out while the pen moves.
        brief: Whether a reader is told about three digits of a value, also where all are known.
        fills: Whether blocks may take two fifths of what a window has to spare that is higher than 900 px.

    Raises:
        ValueError: If the values of a block do not have the shape of its kind, or if there are not either `blocks`
            or a `channel` with `ids`.
    """
    if bool(blocks) == bool(channel) or bool(channel) != bool(ids):
        raise ValueError(
            "a viewer needs either `blocks`, or a `channel` and the `ids` published there. "
            f"Received: {len(blocks)} blocks, {channel!r}, {ids!r}"
        )
    header = {
        "key": key,
        "mode": mode,
        "colour_range": colour_range,
        "palette": palette,
        "network": network_range,
        "labels": dict(labels),
        "height": height,
        "side": side,
        "channel": channel,
        "ids": list(ids),
        "select": on_select is not None,
        "cells": cells,
        "opens": opens,
        "live": live,
        "fills": fills,
        "brief": brief,
    }
    data = pack(header, blocks, one_scale_a_map=colour_range == "map", checked=live and followers.are_checked())
    result = mount("feature_maps", key=key, data=data, on_selected_change=on_select or browser_state.ignore)
    return _selection(result.selected, [*ids, *(block.id for block in blocks)])


def publish(
    key: str,
    channel: str,
    blocks: Sequence[Block],
    *,
    network_range: tuple[float, float] | None,
    one_scale_a_map: bool,
    links: Links | None = None,
    note: str = "",
    turn: int = 0,
    texts: Mapping[str, str] | None = None,
    live: bool = False,
) -> None:
    """Bring the values of all `blocks` to the viewers of `channel` in one message; nothing of it is seen itself.

    Viewers then follow from outside the fragment that computes the values, so that an update is one element for
    Streamlit instead of one a viewer.

    Args:
        key: The element's key.
        channel: Any name; one element publishes under it, or several that count their `turn` together.
        blocks: With ids that are unique over the network, such as `conv2d/before`, each derived block after the
            one that it is derived from.
        network_range: Smallest and largest value of the whole network; needed by viewers of the range "network".
        one_scale_a_map: Levels of quantised maps are spread over each map's values; for viewers of the range "map".
        links: How the pictures of viewers of mode "linked" belong together.
        note: Plain text that stands below those.
        turn: Grows with every call where several elements publish: the newest is shown.
        texts: Name -> plain text, for the components `finding` of the channel.
        live: Whether the blocks are the `before` and `after` of layers of the chosen network, which the browser may
            work out while the pen moves.

    Raises:
        ValueError: If two blocks have the same id, or the values of a block do not have the shape of its kind.
    """
    ids = [block.id for block in blocks]
    if len(set(ids)) < len(ids):
        raise ValueError(f"`blocks` must have different ids. Received: {ids}")
    header = {
        "mode": "publish",
        "channel": channel,
        "network": network_range,
        "turn": turn,
        "note": note,
        "links": None if links is None else vars(links),
        "texts": dict(texts or {}),
        "live": live,
    }
    data = pack(header, blocks, one_scale_a_map, checked=live and followers.are_checked())
    mount_unseen("feature_maps", key=key, data=data)


def _selection(value: object, ids: Sequence[str]) -> Selection | None:
    """Return what the browser sent, or None if it is not a cell."""
    match value:
        case {"block": str(block), "map": int(of), "row": int(row), "column": int(column)}:
            inside = all(0 <= index < 2**31 for index in (of, row, column))
            return Selection(block, of, row, column) if inside and block in ids else None
    return None
