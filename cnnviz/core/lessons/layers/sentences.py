"""Describe in sentences what every layer of a network did to one digit.

Each sentence is a marked template and the short texts that fill it, a place being a `Message` itself. None claims more
than what `findings` measured.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cnnviz.core.inference.trace import LayerOutput, Trace, format_share
from cnnviz.core.layers import Layer
from cnnviz.core.layers.naming import name_in_words
from cnnviz.core.lessons.layers import findings
from cnnviz.core.lessons.layers.findings import MapFindings, Place, Response
from cnnviz.core.lessons.pooling.sentences import format_number, format_per_cent
from cnnviz.core.messages import Message, gettext_noop
from cnnviz.core.networks.network import Network

PLACES: Mapping[Place, str] = {
    Place("first", "first"): gettext_noop("at the top left"),
    Place("first", "middle"): gettext_noop("at the top"),
    Place("first", "last"): gettext_noop("at the top right"),
    Place("first", ""): gettext_noop("along the top"),
    Place("middle", "first"): gettext_noop("at the left"),
    Place("middle", "middle"): gettext_noop("in the centre"),
    Place("middle", "last"): gettext_noop("at the right"),
    Place("middle", ""): gettext_noop("across the middle"),
    Place("last", "first"): gettext_noop("at the bottom left"),
    Place("last", "middle"): gettext_noop("at the bottom"),
    Place("last", "last"): gettext_noop("at the bottom right"),
    Place("last", ""): gettext_noop("along the bottom"),
    Place("", "first"): gettext_noop("along the left side"),
    Place("", "middle"): gettext_noop("down the middle"),
    Place("", "last"): gettext_noop("along the right side"),
    Place("", ""): gettext_noop("in several places"),
}
"""Where a map responds, in words."""

READS_NOTHING = gettext_noop("All that this layer reads is 0, so its sums are the biases alone.")
STRONGEST_AT = gettext_noop("Map {map} responds most, up to {top}, {place}.")
STRONGEST = gettext_noop("Map {map} responds most, up to {top}.")
ONE_MAP_AT = gettext_noop("The map responds {place}, up to {top}.")
ONE_MAP = gettext_noop("The map responds, up to {top}.")
NEXT_ONE = gettext_noop("Next comes map {second}.")
NEXT_TWO = gettext_noop("Next come maps {second} and {third}.")
NONE_ABOVE = gettext_noop("No value of these maps is above 0, the largest is {top}.")
DARK_ALL = gettext_noop("Every map stays dark: no sum is above 0, the largest is {nearest}.")
DARK_NONE = gettext_noop("Not one of the {number} maps stays dark.")
DARK_ONE = gettext_noop("Map {map} stays dark: all its sums are negative, so this filter found nothing here.")
DARK_SOME = gettext_noop(
    "Of {number} maps {dark} stay dark: all their sums are negative, so these filters found nothing here."
)
DARK_ONE_AT_ZERO = gettext_noop("Map {map} stays dark: none of its sums is above 0.")
DARK_SOME_AT_ZERO = gettext_noop("Of {number} maps {dark} stay dark: none of their sums is above 0.")
DARK_ONE_READ = gettext_noop("Map {map} stays dark: nothing that it reads is above 0.")
DARK_SOME_READ = gettext_noop("Of {number} maps {dark} stay dark: nothing that they read is above 0.")
ZERO_MAP = gettext_noop("Map {map} is 0 everywhere.")
ZERO_MAPS = gettext_noop("Of {number} maps {dark} are 0 everywhere.")
WEIGHTLESS_ONE = gettext_noop("The weights of map {map} are all 0, so it is the same for every picture.")
WEIGHTLESS_SOME = gettext_noop("The weights of {weightless} maps are all 0, so these are the same for every picture.")
FLAT_ONE = gettext_noop("Map {map} has the same value everywhere.")
FLAT_SOME = gettext_noop("Of {number} maps {flat} have the same value everywhere.")

SHRINKS = gettext_noop("Each map shrinks from {before} to {after} values, {share} of them.")
SAME_SIZE = gettext_noop("Each map keeps its {after} values.")
KEEPS_ENERGY = gettext_noop("They hold {energy} of the energy (the sum of the squares).")
GAINS_ENERGY = gettext_noop(
    "They hold {times} times the energy (the sum of the squares), because windows overlap and repeat strong values."
)
NO_ENERGY = gettext_noop("All that it reads is 0, so there was nothing to lose.")
TOPS_ALL = gettext_noop("Every map that responds keeps its largest value.")
TOPS_SOME = gettext_noop(
    "The largest value is kept in {kept} of {maps} maps that respond; in the others no window covers it."
)
TOPS_NONE = gettext_noop("No map keeps its largest value, because no window covers it.")
TOP_FALLS = gettext_noop("Averaging weakens peaks: the largest value falls from {top} to {mean}.")
TOP_STAYS = gettext_noop("The largest value, {top}, stays.")

ZERO_UNIT = gettext_noop("Of {number} units one is at 0, because its sum is negative.")
ZERO_UNITS = gettext_noop("Of {number} units {zero} are at 0, because their sums are negative.")
ZERO_UNIT_PLAIN = gettext_noop("Of {number} units one is at 0.")
ZERO_UNITS_PLAIN = gettext_noop("Of {number} units {zero} are at 0.")
NO_ZERO_UNITS = gettext_noop("None of the {number} units is at 0.")
ALL_ZERO_UNITS = gettext_noop("All {number} units are at 0.")
NO_UNIT_ABOVE = gettext_noop("No unit is above 0, the largest value is {top}.")
STRONGEST_UNIT = gettext_noop("Unit {unit} has the largest value, {top}.")
NEXT_ONE_UNIT = gettext_noop("Next comes unit {second}.")
NEXT_TWO_UNITS = gettext_noop("Next come units {second} and {third}.")
CONTRIBUTES = gettext_noop("For the answer {answer} unit {unit} counts most: it adds {amount} to that logit.")

NOTHING_DRAWN = gettext_noop("Nothing is drawn, so these shares say nothing.")
ANSWER = gettext_noop(
    "{first} gets {share}, then {second} follows with {next}: the logit of {first} is {distance} larger, so its share "
    "is {times} times as large."
)
ANSWER_FAR = gettext_noop(
    "{first} gets {share}, then {second} follows with {next}: the logit of {first} is {distance} larger, so its share "
    "is more than a million times as large."
)
TIE = gettext_noop("{first} and {second} have the same logit and share, {share} each.")

PASSES = gettext_noop("Here it does nothing: all {number} values pass unchanged.")
FLATTENS = gettext_noop("The {rows} × {columns} × {maps} values become one row of {number}, in order and unchanged.")
ALREADY_FLAT = gettext_noop("The {number} values are one row already.")
ZERO_VALUES = gettext_noop("{share} of them are 0.")
RANGES = gettext_noop("Values from {low} to {high} become values from {new_low} to {new_high}.")
MOVES = gettext_noop("All {number} values stay as they are; {before} become {after}.")
CROPS = gettext_noop("{number} of {total} values are kept, those away from the edges; {before} become {after}.")
RESAMPLES = gettext_noop(
    "Each map has {after} values now, {before} before; values are copied or mixed from neighbours."
)
FRAMES = gettext_noop("Each map grows from {before} to {after} values; the new ones are 0.")

PICTURE_READ = gettext_noop("the picture")
MERGED_TWO: Mapping[str, str] = {
    "add": gettext_noop("Each value is the sum of one of {first} and one of {second}."),
    "subtract": gettext_noop("Each value is one of {first} less one of {second}."),
    "multiply": gettext_noop("Each value is the product of one of {first} and one of {second}."),
    "average": gettext_noop("Each value is the mean of one of {first} and one of {second}."),
    "maximum": gettext_noop("Each value is the larger of one of {first} and one of {second}."),
    "minimum": gettext_noop("Each value is the smaller of one of {first} and one of {second}."),
    "concatenate": gettext_noop("What {first} made comes first, then what {second} made, unchanged."),
}
"""`Layer.arithmetic` -> what a merge of two layers does."""

MERGED_SEVERAL: Mapping[str, str] = {
    "add": gettext_noop("Each value is the sum of {number} values, one of each layer that is read."),
    "multiply": gettext_noop("Each value is the product of {number} values, one of each layer that is read."),
    "average": gettext_noop("Each value is the mean of {number} values, one of each layer that is read."),
    "maximum": gettext_noop("Each value is the largest of {number} values, one of each layer that is read."),
    "minimum": gettext_noop("Each value is the smallest of {number} values, one of each layer that is read."),
    "concatenate": gettext_noop("What {number} layers made comes one after the other, unchanged."),
}
"""The same of more than two."""

MAX_TIMES = 1e6
"""Ratio of two shares from which on it is not written out."""


def describe(network: Network, trace: Trace) -> Mapping[str, tuple[Message, ...]]:
    """Describe what each layer of `network` did to the digit of `trace`: name of the layer -> at least one sentence."""
    names = name_in_words(network.architecture.layers)
    *before, last = trace.layers
    found = {output.name: _describe_layer(network, trace, output, names) for output in before}
    return {**found, last.name: _describe_answer(trace)}


def _describe_layer(
    network: Network, trace: Trace, output: LayerOutput, names: Mapping[str, Message]
) -> tuple[Message, ...]:
    layer = output.layer
    if layer.role == "merging":
        return _describe_merge(output, names)
    read = trace.get_values(output.sources[0])
    if layer.role == "pooling":
        return _describe_pooling(layer, read, output.after)
    if layer.arithmetic in ("copy", "move", "resample", "frame", "scale", "normalize", "standardize", "parametric"):
        return _describe_passing(layer, read, output.after)
    if output.after.ndim == 3:
        weights = network.weights_of(layer.name)
        return _describe_maps(layer, findings.find_in_maps(layer, weights, read, output.before, output.after))
    return (*_describe_units(output), *_describe_contribution(network, trace, output))


def _describe_merge(output: LayerOutput, names: Mapping[str, Message]) -> tuple[Message, ...]:
    """Say which layers were merged and how, and where the result is largest."""
    first, second = (_name_source(source, names) for source in output.sources[:2])
    templates = MERGED_TWO if len(output.sources) == 2 else MERGED_SEVERAL
    values = {"first": first, "second": second, "number": len(output.sources)}
    said = Message(templates[output.layer.arithmetic], values)
    if output.after.ndim != 3:
        return said, *_describe_strongest_units(findings.find_in_units(output.before, output.after))
    found = findings.find_in_maps(output.layer, {}, output.after, output.before, output.after)
    return said, *_describe_strongest(found)


def _describe_maps(layer: Layer, found: MapFindings) -> tuple[Message, ...]:
    if found.reads_nothing and layer.role == "weighted":
        return Message(READS_NOTHING, {}), *_describe_dark(layer, found), *_describe_flat(found)
    return (
        *_describe_strongest(found),
        *_describe_dark(layer, found),
        *_describe_weightless(found),
        *_describe_flat(found),
    )


def _describe_strongest(found: MapFindings) -> tuple[Message, ...]:
    if not found.strongest:
        return (Message(NONE_ABOVE, {"top": format_number(found.top)}),) if len(found.dark) < found.number else ()
    first, *others = found.strongest
    values: dict[str, object] = {"map": first.of, "top": format_number(first.top)}
    if first.place is not None:
        values["place"] = Message(PLACES[first.place], {})
    if found.number == 1:
        return (Message(ONE_MAP_AT if first.place else ONE_MAP, values),)
    return (Message(STRONGEST_AT if first.place else STRONGEST, values), *_describe_next(others, NEXT_ONE, NEXT_TWO))


def _describe_next(others: list[Response], one: str, two: str) -> tuple[Message, ...]:
    names = dict(zip(("second", "third"), (each.of for each in others), strict=False))
    return (Message(one if len(others) == 1 else two, names),) if others else ()


def _describe_dark(layer: Layer, found: MapFindings) -> tuple[Message, ...]:
    if found.nearest is None:
        return (Message(DARK_NONE, {"number": found.number}),) if _cuts(layer) and found.number > 1 else ()
    values = {"map": found.dark[0], "number": found.number, "dark": len(found.dark)}
    one = len(found.dark) == 1
    if found.nearest > 0:
        return (Message(ZERO_MAP if one else ZERO_MAPS, values),)
    if layer.role != "weighted":
        return (Message(DARK_ONE_READ if one else DARK_SOME_READ, values),)
    if len(found.dark) == found.number:
        return (Message(DARK_ALL, {"nearest": format_number(found.nearest)}),)
    if found.nearest == 0:
        return (Message(DARK_ONE_AT_ZERO if one else DARK_SOME_AT_ZERO, values),)
    return (Message(DARK_ONE if one else DARK_SOME, values),)


def _cuts(layer: Layer) -> bool:
    """Return whether a layer makes negative values 0."""
    return layer.activation_name == "relu" or layer.kind == "ReLU"


def _describe_weightless(found: MapFindings) -> tuple[Message, ...]:
    if not found.weightless:
        return ()
    values = {"map": found.weightless[0], "weightless": len(found.weightless)}
    return (Message(WEIGHTLESS_ONE if len(found.weightless) == 1 else WEIGHTLESS_SOME, values),)


def _describe_flat(found: MapFindings) -> tuple[Message, ...]:
    flat = [of for of in found.flat if of not in found.weightless]
    if not flat:
        return ()
    values = {"map": flat[0], "number": found.number, "flat": len(flat)}
    return (Message(FLAT_ONE if len(flat) == 1 else FLAT_SOME, values),)


def _describe_pooling(layer: Layer, before: np.ndarray, after: np.ndarray) -> tuple[Message, ...]:
    found = findings.find_in_pooling(before, after)
    (rows, columns), (r, c) = found.before, found.after
    values = {
        "before": _format_sides(rows, columns),
        "after": _format_sides(r, c),
        "share": format_per_cent(r * c / (rows * columns)),
    }
    size = Message(SHRINKS if found.before != found.after else SAME_SIZE, values)
    if found.energy is None:
        return size, Message(NO_ENERGY, {})
    if found.energy > 1 + 1e-6:
        energy = Message(GAINS_ENERGY, {"times": format_number(found.energy)})
    else:
        energy = Message(KEEPS_ENERGY, {"energy": format_per_cent(min(1.0, found.energy))})
    return size, energy, *_describe_tops(layer, found)


def _describe_tops(layer: Layer, found: findings.PoolingFindings) -> tuple[Message, ...]:
    if not found.maps:
        return ()
    if layer.reduces == "max":
        some = TOPS_SOME if found.kept else TOPS_NONE
        values = {"maps": found.maps, "kept": found.kept}
        return (Message(TOPS_ALL if found.kept == found.maps else some, values),)
    top, mean = found.tops
    if mean < top * (1 - 1e-5):
        return (Message(TOP_FALLS, {"top": format_number(top), "mean": format_number(mean)}),)
    return (Message(TOP_STAYS, {"top": format_number(top)}),)


def _describe_passing(layer: Layer, before: np.ndarray, after: np.ndarray) -> tuple[Message, ...]:
    """Describe a layer that copies values, frames them, or scales them by fixed numbers."""
    number = f"{before.size:,}"
    if layer.kind == "Flatten":
        zero = Message(ZERO_VALUES, {"share": format_per_cent(float((after == 0).mean()))})
        if before.ndim != 3:
            return Message(ALREADY_FLAT, {"number": number}), zero
        sides = dict(zip(("rows", "columns", "maps"), before.shape, strict=True))
        return Message(FLATTENS, {**sides, "number": number}), zero
    if layer.arithmetic == "copy":
        return (Message(PASSES, {"number": number}),)
    if layer.arithmetic == "move":
        sides = {"before": " × ".join(map(str, before.shape)), "after": " × ".join(map(str, after.shape))}
        if after.size == before.size:
            return (Message(MOVES, {"number": number, **sides}),)
        return (Message(CROPS, {"number": f"{after.size:,}", "total": number, **sides}),)
    if layer.arithmetic == "resample":
        sizes = {"before": _format_sides(*before.shape[:2]), "after": _format_sides(*after.shape[:2])}
        return (Message(RESAMPLES, sizes),)
    if layer.arithmetic == "frame":
        return (
            Message(FRAMES, {"before": _format_sides(*before.shape[:2]), "after": _format_sides(*after.shape[:2])}),
        )
    ends = (before.min(), before.max(), after.min(), after.max())
    names = ("low", "high", "new_low", "new_high")
    return (Message(RANGES, {name: format_number(float(end)) for name, end in zip(names, ends, strict=True)}),)


def _describe_units(output: LayerOutput) -> tuple[Message, ...]:
    found = findings.find_in_units(output.before, output.after)
    values = {"number": found.number, "zero": found.zero}
    if found.zero == found.number:
        return (Message(ALL_ZERO_UNITS, values),)
    if found.zero:
        said = ZERO_UNIT if found.zero == 1 else ZERO_UNITS
        plain = ZERO_UNIT_PLAIN if found.zero == 1 else ZERO_UNITS_PLAIN
        return Message(said if found.negative else plain, values), *_describe_strongest_units(found)
    cut = (Message(NO_ZERO_UNITS, values),) if _cuts(output.layer) else ()
    return (*_describe_strongest_units(found), *cut)


def _describe_strongest_units(found: findings.UnitFindings) -> tuple[Message, ...]:
    if not found.strongest:
        return (Message(NO_UNIT_ABOVE, {"top": format_number(found.top)}),)
    first, *others = found.strongest
    values = {"unit": first.of, "top": format_number(first.top)}
    return Message(STRONGEST_UNIT, values), *_describe_next(others, NEXT_ONE_UNIT, NEXT_TWO_UNITS)


def _name_source(source: str, names: Mapping[str, Message]) -> Message:
    """Return what a layer that is read is called; its kind is a message too, so that both are translated."""
    if source not in names:
        return Message(PICTURE_READ, {})
    said = names[source]
    values = {name: Message(str(of), {}) if name == "kind" else of for name, of in said.values.items()}
    return Message(said.template, values)


def _describe_contribution(network: Network, trace: Trace, output: LayerOutput) -> tuple[Message, ...]:
    """Describe which unit counts most for the answer, where the output layer reads these units."""
    last, outputs = trace.layers[-1], {each.name: each for each in trace.layers}
    read = last.sources[0]
    while read in outputs and outputs[read].layer.arithmetic == "copy" and read != output.name:
        read = outputs[read].sources[0]
    if last.kind != "Dense" or read != output.name or not trace.digit.any():
        return ()
    kernel = network.weights_of(last.name)["kernel"]
    found = findings.find_contribution(output.after, kernel, trace.answer)
    if found is None:
        return ()
    return (Message(CONTRIBUTES, {"answer": trace.answer, "unit": found.of, "amount": format_number(found.top)}),)


def _describe_answer(trace: Trace) -> tuple[Message, ...]:
    if not trace.digit.any():
        return (Message(NOTHING_DRAWN, {}),)
    found = findings.find_answer(trace.logits, trace.probabilities)
    share, following = (format_share(each) for each in found.shares)
    values: dict[str, object] = {"first": found.first, "second": found.second, "share": share, "next": following}
    if found.distance == 0:
        return (Message(TIE, values),)
    values["distance"] = format_number(found.distance)
    times = float(np.exp(min(found.distance, np.log(MAX_TIMES) + 1)))
    if times >= MAX_TIMES:
        return (Message(ANSWER_FAR, values),)
    return (Message(ANSWER, {**values, "times": _format_times(times)}),)


def _format_times(times: float) -> str:
    """Format a ratio of at least 1: with one decimal below 10, else with two digits that count."""
    return f"{times:.1f}" if times < 9.95 else f"{float(f'{times:.2g}'):,.0f}"


def _format_sides(rows: int, columns: int) -> str:
    return f"{rows} × {columns}"
