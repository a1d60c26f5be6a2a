"""Choose the map of the digit that is pooled, pool it, and send map and results to the pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.inference.subject import Prediction
from cnnviz.core.inference.trace import LayerOutput
from cnnviz.core.layers.convolution import Windowed
from cnnviz.core.lessons.pooling.comparison import Comparison, Pool, compare, rank
from cnnviz.core.lessons.pooling.sentences import describe
from cnnviz.ui.components.feature_maps import Block, Links, publish
from cnnviz.ui.i18n import gettext_noop, translate, translate_message, translate_plural
from cnnviz.ui.prediction import wording
from cnnviz.ui.shell import session

CHANNEL = "pooled"
"""Under this name the values travel to the viewers of `same_map`."""

PICTURES = ("map", "max", "average", "difference")
"""What the four linked pictures show, and the mosaic of all maps."""

ALL = "all"

NOTHING_DRAWN = gettext_noop(
    "Nothing is drawn: this map is what the layer’s biases make of empty paper. Draw a digit at the top of the page."
)


@dataclass(frozen=True, eq=False)
class ChosenMap:
    """A map of a convolution and its pooled versions.

    Attributes:
        layer: The convolution's output.
        order: The order in which its maps are shown.
        map: The map that is pooled.
        found: The map pooled in each way.
    """

    layer: LayerOutput
    order: tuple[int, ...]
    map: int
    found: Comparison


def get_pool() -> Pool:
    """Return how maps are pooled."""
    window, stride = int(session.get("same_window")), int(session.get("same_stride"))
    return Pool((window, window), (stride, stride), session.get("same_padding"))


def find_layer(prediction: Prediction) -> LayerOutput | None:
    """Return the chosen convolution's output, the first one's where there is no such layer, or None without any."""
    made = [each for each in prediction.trace.layers if isinstance(each.layer, Windowed)]
    return next((layer for layer in made if layer.name == session.get("same_layer")), next(iter(made), None))


def choose(prediction: Prediction, pen_down: bool) -> ChosenMap | None:
    """Return what is to be shown, or None without a convolution. Raises `Refusal` for a window larger than the maps.

    While the pen is down the maps keep the places that they had.
    """
    layer = find_layer(prediction)
    if layer is None:
        return None
    how = get_pool()
    _check_fits(how, layer)
    place = (prediction.trace.network_name, layer.name, how)
    known = session.get("same_order")
    order = known[1] if pen_down and known and known[0] == place else rank(layer.after, how)
    session.put(same_order=(place, order))
    wanted = session.get("same_map")
    one = wanted if isinstance(wanted, int) and 0 <= wanted < len(order) else order[0]
    return ChosenMap(layer, order, one, compare(np.ascontiguousarray(layer.after[..., one]), how))


def _check_fits(how: Pool, layer: LayerOutput) -> None:
    rows, columns, _ = layer.output_shape
    if how.padding == "valid" and not (how.pool_size[0] <= rows and how.pool_size[1] <= columns):
        raise Refusal(
            "The window must not be larger than the map. Received: a window of {window} on the maps of {layer}, "
            "{side}. Choose a window of at most {most}, the padding same, or an earlier convolution.",
            window=f"{how.pool_size[0]} × {how.pool_size[1]}",
            layer=layer.name,
            side=f"{rows} × {columns}",
            most=min(rows, columns),
        )


def send(prediction: Prediction, pen_down: bool, place: str = "pen") -> None:
    """Send everything to the viewers, if there is something; `place` names the fragment that does it."""
    try:
        chosen = choose(prediction, pen_down)
    except Refusal:
        return  # it is said where the window is chosen
    if chosen is None:
        return
    session.put(same_turn=session.get("same_turn") + 1)
    publish(
        f"pooled-{place}",
        CHANNEL,
        [*_make_pictures(chosen), *([_make_all_maps(chosen, pen_down)] if session.wants_everything() else [])],
        network_range=_find_range(chosen.found),
        one_scale_a_map=session.get("colour_range") == "map",
        links=_make_links(chosen.found),
        note=translate(wording.word(NOTHING_DRAWN)) if prediction.empty else describe_effects(chosen.found),
        turn=session.get("same_turn"),
    )


def describe_effects(found: Comparison) -> str:
    """Return what the poolings kept and lost of this map, in the visitor's language."""
    return " ".join(map(translate_message, describe(found)))


def _make_pictures(chosen: ChosenMap) -> list[Block]:
    found = chosen.found
    shown = {
        "map": (translate("Map {number}", number=chosen.map), found.map),
        "max": (translate("Max"), found.largest),
        "average": (translate("Average"), found.means),
        "difference": (translate("Max − average"), found.difference),
    }
    signed = found.before.negative > 0
    return [
        Block(
            id=name,
            title=title,
            subtitle=" × ".join(map(str, values.shape)),
            values=values[..., None],
            signed=signed,
        )
        for name, (title, values) in shown.items()
    ]


def _make_all_maps(chosen: ChosenMap, pen_down: bool) -> Block:
    """Return all maps, sorted by how much the poolings differ, weighed by energy, each with its number."""
    order = list(chosen.order)
    return Block(
        id=ALL,
        title=translate_plural("{number} map", "{number} maps", len(order)),
        subtitle=translate("sorted by how much max and average differ, times the energy of the map"),
        values=chosen.layer.after[..., order],
        quantise=pen_down,
        ticks=tuple(map(str, order)),
    )


def _make_links(found: Comparison) -> Links:
    how = found.pool
    rows, columns = found.largest.shape
    return Links(how.pool_size, how.strides, how.margins(found.map.shape), (rows, columns))


def _find_range(found: Comparison) -> tuple[float, float]:
    """Return the range of the one scale. No result is beyond the map's own values, but the difference can be."""
    arrays = (found.map, found.difference)
    return min(float(each.min()) for each in arrays), max(float(each.max()) for each in arrays)
