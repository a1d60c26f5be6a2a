"""Turn a model of Keras 2 or 3, as its configuration describes it, into an architecture of ours.

Models inside models are laid out flat.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Cropping2D, Layer, Shape, checks, merging
from cnnviz.core.layers.naming import iterate_keras_names
from cnnviz.core.ledger import cells
from cnnviz.core.messages import Message, gettext_noop
from cnnviz.core.networks.architecture import DIGITS, MAX_INPUT_SIDE, PICTURE, Architecture
from cnnviz.workers.model_files import ending, keras_config, keras_layers, keras_operations
from cnnviz.workers.model_files.ending import Note
from cnnviz.workers.model_files.keras_config import FUNCTIONAL, INPUT, MODELS, NOT_ONE, SEQUENTIAL, LayerEntry, Source
from cnnviz.workers.model_files.keras_layers import FileLayer, show

MAX_NAME = 48
"""Characters of a name of ours, so that a number fits behind it."""

NOT_A_PICTURE = gettext_noop(
    "The input must be one image of height × width × channels. Received: the shape {shape}. Save a network with "
    "keras.Input((height, width, channels)), or one whose first layer, Reshape((height, width, channels)), makes it."
)
LOGARITHMS_INSIDE = gettext_noop(
    "Layer {layer} ({kind}) makes logarithms of probabilities, which networks here may only end in. Use another "
    "activation there, or leave out the layers behind it, and save the network again."
)
NOTHING_TO_CROP = gettext_noop(
    "Layer {layer} ({kind}) cuts {size} out of {read}. Keras scales what is smaller, which is not supported here: use "
    "Resizing instead, or a smaller height and width, and save the network again."
)
KEEP_PLACES = ("Rescaling", "Dropout", "Activation", "ReLU", "LeakyReLU", "ELU")
"""Kinds that do the same to every value, whatever axes there are."""


@dataclass(frozen=True)
class Leaf:
    """A layer of the file that computes something.

    Attributes:
        file: As the file describes it.
        path: Names in the file of the models around it, and its own.
        group: Where Keras 3 keeps its weights, such as "layers/sequential/layers/conv2d_1".
        layers: Our layers; the weights are those of the first.
        sources: Names of our layers that the first one reads; `PICTURE` for the picture.
        trainable: Whether it and all models around it are trained.
        axis: Axis along which it works, or None.
        shares: Name of our layer for an earlier call of the same layer, whose weights it has; "" for the first.
    """

    file: FileLayer
    path: tuple[str, ...]
    group: str
    layers: tuple[Layer, ...]
    sources: tuple[str, ...]
    trainable: bool
    axis: int | None
    shares: str = ""

    @property
    def name(self) -> str:
        """Name of our layer that has its weights."""
        return self.layers[0].name


@dataclass(frozen=True)
class FileModel:
    """A network as the file describes it, in our terms.

    Attributes:
        architecture: The architecture.
        leaves: The layers of the file, in the order of the file's own models.
        doubled: Name of the layer that has one unit in the file and two here, or "".
        notes: What is different here.
    """

    architecture: Architecture
    leaves: tuple[Leaf, ...]
    doubled: str
    notes: tuple[Note, ...]


@dataclass
class _Plan:
    """The layers, names and remarks that are collected while models are laid out flat.

    The picture has a name of its own in links and accounts, so no layer gets it.
    """

    leaves: list[Leaf] = field(default_factory=list)
    names: set[str] = field(default_factory=lambda: {cells.INPUT})
    left_out: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    firsts: dict[tuple[str, ...], str] = field(default_factory=dict)
    precisions: set[str] = field(default_factory=set)
    logarithms: dict[str, FileLayer] = field(default_factory=dict)
    count: int = 0
    keras_2: bool = False


def read_model(description: object, file_name: str, version: str = "") -> FileModel:
    """Turn the description of a model into an architecture.

    Args:
        description: Parsed JSON: `{"class_name": ..., "config": ...}`.
        file_name: Names the network where the description does not.
        version: That of Keras, such as "2.15.0"; "" if the file does not say it.

    Raises:
        Refusal: If anything in it is not supported, or it exceeds a limit; nothing is allocated before.
    """
    kind, config = keras_config.read_object(description, "the network")
    shape = keras_config.find_input_shape(kind, config)
    plan = _Plan(keras_2=version.startswith("2."))
    answer = _add_model(plan, kind, config, (), "", PICTURE, True)
    if answer != (plan.leaves[-1].layers[-1].name if plan.leaves else PICTURE):
        raise keras_config.refuse_form(Message(gettext_noop("its layers do not end in its output")))
    picture, notes = _read_picture(shape, plan.leaves)
    _settle_crops(plan.leaves, picture)
    stack, sources = _list_layers(plan.leaves)
    stack, doubled, ended = ending.complete_answer(stack, sources, plan.names)
    notes += ended
    for each, file in plan.logarithms.items():
        if each != stack[-1].name:
            raise Refusal(LOGARITHMS_INSIDE, layer=show(file.name), kind=file.kind)
        notes.append(("logarithms", {}))
    name = name_network(config, file_name)
    architecture = _build(name, stack, sources, picture, plan.leaves)
    if plan.left_out:
        notes.append(("left_out", {"number": len(plan.left_out), "names": ", ".join(map(show, plan.left_out))}))
    if plan.shared:
        shared = list(dict.fromkeys(plan.shared))
        notes.append(("shared", {"number": len(shared), "names": ", ".join(map(show, shared))}))
    if plan.renamed:
        theirs, ours = plan.renamed[0]
        notes.append(("renamed", {"number": len(plan.renamed), "theirs": show(theirs), "ours": ours}))
    if plan.precisions - {"float32"}:
        notes.append(("precision", {"precision": ", ".join(sorted(plan.precisions - {"float32"}))}))
    return FileModel(architecture, tuple(plan.leaves), doubled, tuple(notes))


def _add_model(
    plan: _Plan, kind: str, config: Any, path: tuple[str, ...], group: str, source: str, trainable: bool
) -> str:
    """Lay a model out flat; return the name of our layer that gives its answer, or `source` if nothing is left."""
    keras_config.check_depth(len(path))
    found = keras_config.read_layers(kind, config)
    plan.count += len(found)
    keras_config.check_count(plan.count)
    if isinstance(config, dict) and config.get("trainable") is False:
        trainable = False
    groups = _name_groups(kind, found, group)
    if kind == SEQUENTIAL:
        at = source
        for place, layer in enumerate(found):
            if layer.kind == INPUT:
                if place:
                    raise Refusal(NOT_ONE, number=2, what=Message(gettext_noop("inputs")))
                continue
            at = _add_layer(plan, layer, path, groups[layer.name], (at,), trainable)
        return at
    if kind in FUNCTIONAL:
        return _add_graph(plan, config, found, path, groups, source, trainable)
    raise Refusal(keras_layers.UNSUPPORTED_KIND, layer=show("/".join(path)), kind=show(kind))


def _name_groups(kind: str, found: Sequence[LayerEntry], group: str) -> dict[str, str]:
    """Return where Keras 3 keeps the weights of each layer of a model: named by class and counted, inputs too.

    A Sequential does not count its input (`keras.src.saving.saving_lib._save_container_state`).
    """
    counted = [each for each in found if kind != SEQUENTIAL or each.kind != INPUT]
    classes = ["Functional" if each.kind in FUNCTIONAL else each.kind for each in counted]
    prefix = f"{group}/layers" if group else "layers"
    names = iterate_keras_names(classes)
    return {each.name: f"{prefix}/{name}" for each, name in zip(counted, names, strict=True)}


def _add_graph(
    plan: _Plan,
    config: Any,
    found: Sequence[LayerEntry],
    path: tuple[str, ...],
    groups: Mapping[str, str],
    source: str,
    trainable: bool,
) -> str:
    """Add the layers of a functional model, each after all that it reads."""
    start, _ = keras_config.read_end(config, "input_layers", Message(gettext_noop("inputs")))
    end = keras_config.read_end(config, "output_layers", Message(gettext_noop("outputs")))
    by_name = {each.name: keras_operations.read_operation(each) for each in found}
    others = [each.name for each in found if each.kind == INPUT and each.name != start]
    if others:
        raise Refusal(NOT_ONE, number=1 + len(others), what=Message(gettext_noop("inputs")))
    calls = {each.name: keras_config.read_calls(each) if each.name != start else ((),) for each in by_name.values()}
    plan.count += sum(map(len, calls.values())) - len(calls)
    keras_config.check_count(plan.count)
    # The number of a call counts only where a layer has several: files may count those of other networks too.
    reads = {
        (name, number): tuple((other, at if len(calls.get(other, ())) > 1 else 0) for other, at in sources)
        for name, several in calls.items()
        for number, sources in enumerate(several)
    }
    end = (end[0], end[1] if len(calls.get(end[0], ())) > 1 else 0)
    missing = [source[0] for sources in reads.values() for source in sources if source not in reads]
    if missing or start not in by_name or end not in reads:
        raise Refusal(
            "Layer {name} is read in this network, but is not part of it. Save the network again with Keras and try "
            "once more.",
            name=show([*missing, start, end[0]][0] if missing else start if start not in by_name else end[0]),
        )
    if by_name[start].kind != INPUT:
        raise keras_config.refuse_form(Message(gettext_noop("its input is not an InputLayer")))
    needed = _find_needed(reads, end)
    dead = [name for name, number in reads if (name, number) not in needed and name != start]
    if dead:
        raise Refusal(
            "Layer {name} does not lead to the answer of this network. Leave it out and save the network again.",
            name=show(dead[0]),
        )
    values = {(start, 0): source}
    waiting = [each for each in reads if each[0] != start]
    while waiting:
        ready = next((each for each in waiting if all(read in values for read in reads[each])), None)
        if ready is None:
            raise Refusal(
                "Layers of this network read one another in a circle: {names}. A picture must pass through each layer "
                "once. Build the network without the loop and save it again.",
                names=", ".join(show(name) for name in dict.fromkeys(name for name, _ in waiting)),
            )
        # One at a time, the first of the file: so the order stays that of the file where it can.
        sources = tuple(values[read] for read in reads[ready])
        values[ready] = _add_layer(plan, by_name[ready[0]], path, groups[ready[0]], sources, trainable)
        waiting.remove(ready)
    plan.shared += [name for name, several in calls.items() if len(several) > 1]
    return values[end]


def _find_needed(reads: Mapping[Source, Sequence[Source]], end: Source) -> set[Source]:
    """Return the calls of layers that the call `end` depends on, and itself."""
    needed: set[Source] = set()
    waiting = [end]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += reads[name]
    return needed


def _add_layer(
    plan: _Plan, layer: LayerEntry, path: tuple[str, ...], group: str, sources: tuple[str, ...], trainable: bool
) -> str:
    """Add one entry of a model; return the name of our layer that stands for its output."""
    inner = (*path, layer.name)
    if layer.kind in MODELS:
        if len(sources) != 1:
            raise Refusal(NOT_ONE, number=len(sources), what=Message(gettext_noop("inputs of a model inside it")))
        return _add_model(plan, layer.kind, layer.config, inner, group, sources[0], trainable)
    file = FileLayer(layer.kind, layer.name, layer.config, plan.keras_2)
    name = choose_name(plan.names, inner)
    made = keras_layers.translate(file, name)
    plan.precisions.add(made.precision)
    if not made.layers:
        plan.names.discard(name)
        if len(sources) != 1:
            raise keras_config.refuse_form(Message(gettext_noop("a layer reads several layers")))
        plan.left_out.append(layer.name)
        return sources[0]
    plan.names.update(each.name for each in made.layers)
    if made.logarithms:
        plan.logarithms[made.layers[-1].name] = file
    first = plan.firsts.setdefault(inner, name)
    if first == name != ".".join(inner):
        plan.renamed.append(("/".join(inner), name))
    plan.leaves.append(
        Leaf(
            file=file,
            path=inner,
            group=group,
            layers=made.layers,
            sources=sources,
            trainable=trainable and layer.config.get("trainable") is not False,
            axis=made.axis,
            shares="" if first == name else first,
        )
    )
    return made.layers[-1].name


def choose_name(names: set[str], path: tuple[str, ...]) -> str:
    """Return a name of ours for a layer: letters, digits, `_`, `.` and `-`, not taken yet."""
    plain = unicodedata.normalize("NFKD", ".".join(path)[:500]).encode("ascii", "ignore").decode()
    base = re.sub(r"[^A-Za-z0-9_.-]+", "_", plain).strip("_")[-MAX_NAME:] or "layer"
    name, number = base, 2
    while name in names:
        name, number = f"{base}_{number}", number + 1
    names.add(name)
    return name


def name_network(config: Any, file_name: str) -> str:
    """Return a name for the network: that of the file, or else that of the model, in small letters and hyphens."""
    stated = config.get("name") if isinstance(config, dict) else ""
    stem = re.sub(r"\.(weights\.)?[A-Za-z0-9]{1,12}$", "", file_name[-200:])
    for text in (stem, str(stated)[:200]):
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
        name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64].strip("-")
        if name:
            return name
    return "network"


def _settle_crops(leaves: list[Leaf], picture: Shape) -> None:
    """Find how much each CenterCrop cuts off the edges of what it reads: of an odd rest one more at the end.

    Raises:
        Refusal: If it cuts out more than it reads, or its sides are no whole numbers.
    """
    shapes: dict[str, Shape] = {PICTURE: picture}
    for number, leaf in enumerate(leaves):
        if leaf.file.kind == keras_layers.CENTER_CROP and len(leaf.sources) == 1:
            leaf = leaves[number] = replace(leaf, layers=(_crop_center(leaf, shapes[leaf.sources[0]]),))
        for place, layer in enumerate(leaf.layers):
            sources = (leaf.layers[place - 1].name,) if place else leaf.sources
            try:
                shapes[layer.name] = merging.infer_shape(layer, [shapes[source] for source in sources])
            except Refusal as reason:
                raise keras_layers.name_layer(leaf.file, reason) from None


def _crop_center(leaf: Leaf, shape: Shape) -> Layer:
    """Return the layer that cuts the middle out of maps of `shape`."""
    try:
        read = checks.image(leaf.file.kind, shape)[:2]
        sides = [checks.whole(name, leaf.file.config.get(name), 1, MAX_INPUT_SIDE) for name in ("height", "width")]
    except Refusal as reason:
        raise keras_layers.name_layer(leaf.file, reason) from None
    rest = [side - kept for side, kept in zip(read, sides, strict=True)]
    if min(rest) < 0:
        size, whole = (" × ".join(map(str, each)) for each in (sides, read))
        raise Refusal(NOTHING_TO_CROP, layer=show(leaf.file.name), kind=leaf.file.kind, size=size, read=whole)
    rows, columns = ((each // 2, each - each // 2) for each in rest)
    return Cropping2D(name=leaf.name, cropping=(rows, columns))


def _list_layers(leaves: Sequence[Leaf]) -> tuple[list[Layer], list[tuple[str, ...]]]:
    """Return all our layers in order, and what each of them reads."""
    stack: list[Layer] = []
    sources: list[tuple[str, ...]] = []
    for leaf in leaves:
        for place, layer in enumerate(leaf.layers):
            sources.append((leaf.layers[place - 1].name,) if place else leaf.sources)
            stack.append(layer)
    if not stack:
        raise Refusal("The network in this file has no layer that computes anything. Save another one.")
    return stack, sources


def _read_picture(shape: tuple[Any, ...], leaves: Sequence[Leaf]) -> tuple[Shape, list[Note]]:
    """Return height, width and channels of the picture; a grey one may be without the last in the file."""
    if len(shape) in (2, 3) and any(side is None for side in shape):
        raise Refusal(
            "This network reads pictures of any size: its input shape is {shape}. Save it with a fixed size, as in "
            "keras.Input((28, 28, 1)).",
            shape=tuple(shape),
        )
    if len(shape) not in (1, 2, 3) or not all(type(side) is int and side > 0 for side in shape):
        raise Refusal(NOT_A_PICTURE, shape=checks.repr_of(tuple(shape)))
    if len(shape) == 3:
        return tuple(shape), []
    if len(shape) == 1:
        rows, columns, channels = _find_picture(shape[0], leaves)
        values = {"number": shape[0], "rows": rows, "columns": columns, "channels": channels}
        return (rows, columns, channels), [("flat", values)]
    flat = {PICTURE}  # values that have no axis of channels in the file
    for leaf in leaves:
        if flat.intersection(leaf.sources):
            if leaf.file.kind in ("Flatten", "Reshape"):
                continue
            if not _keeps_places(leaf):
                raise Refusal(NOT_A_PICTURE, shape=checks.repr_of(tuple(shape)))
            flat.add(leaf.layers[-1].name)
    return (*shape, 1), [("grey", {})]


def _find_picture(number: int, leaves: Sequence[Leaf]) -> Shape:
    """Return the shape of the picture that a Reshape makes of so many numbers in a row, before any other layer.

    The numbers are those of the picture in reading order, so the picture itself can be read in their place.
    """
    row, shapes = {PICTURE}, set[Shape]()
    for leaf in leaves:
        if row.isdisjoint(leaf.sources):
            continue
        if leaf.file.kind == "Reshape":
            try:
                shapes.add(leaf.layers[0].output_shape((number,)))
            except Refusal as reason:
                raise keras_layers.name_layer(leaf.file, reason) from None
        elif _keeps_places(leaf):
            row.add(leaf.layers[-1].name)
        else:
            shapes.add((number,))
    if len(shapes) != 1 or len(max(shapes)) != 3:
        raise Refusal(NOT_A_PICTURE, shape=f"({number},)")
    return shapes.pop()


def _keeps_places(leaf: Leaf) -> bool:
    """Return whether a layer of the file does the same to every value."""
    return leaf.file.kind in KEEP_PLACES and "softmax" not in (layer.activation_name for layer in leaf.layers)


def _build(
    name: str,
    stack: Sequence[Layer],
    sources: Sequence[tuple[str, ...]],
    picture: Shape,
    leaves: Sequence[Leaf],
) -> Architecture:
    """Build the architecture; what it refuses names the layer of the file."""
    units = _count_classes(stack, sources, picture, leaves)
    classes = DIGITS if units in (0, len(DIGITS)) else tuple(map(str, range(units)))
    architecture = Architecture(
        name=name, layers=tuple(stack), input_shape=picture, inputs=tuple(sources), classes=classes
    )
    for leaf in leaves:
        if leaf.axis is not None:
            keras_layers.check_axis(leaf.file, leaf.axis, len(architecture.input_shapes(leaf.name)[0]))
    return architecture


def _count_classes(
    stack: Sequence[Layer], sources: Sequence[tuple[str, ...]], picture: Shape, leaves: Sequence[Leaf]
) -> int:
    """Return how many numbers the network ends in, from shapes alone; 0 if it does not end in a row of numbers.

    Raises:
        Refusal: If a layer cannot read what is before it; with the name that it has in the file.
    """
    files = {layer.name: leaf.file for leaf in leaves for layer in leaf.layers}
    shapes: dict[str, Shape] = {PICTURE: picture}
    for layer, names in zip(stack, sources, strict=True):
        try:
            shapes[layer.name] = merging.infer_shape(layer, [shapes[name] for name in names])
        except Refusal as reason:
            if layer.name not in files:
                raise
            raise keras_layers.name_layer(files[layer.name], reason) from None
    answer = shapes[stack[-1].name]
    return answer[0] if len(answer) == 1 else 0
