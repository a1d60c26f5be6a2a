"""Read the weights of a network from the two forms of HDF5 file that Keras writes.

The newer form, of `.keras` and `.weights.h5`, has them by the class of the layer, counted, and by number:
`layers/conv2d_1/vars/0`. The older form, `.h5`, has them by the names of layers and weights, with lists of both.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Shape
from cnnviz.core.layers.naming import iterate_keras_names
from cnnviz.core.messages import gettext_noop
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.summary import STATISTICS
from cnnviz.workers.model_files.hdf5_file import MISSING, Hdf5File
from cnnviz.workers.model_files.keras_graph import FileModel, Leaf
from cnnviz.workers.model_files.keras_layers import FileLayer

Weights = dict[str, dict[str, np.ndarray]]
COUNT = "count"
"""Weight of a Normalization that Keras keeps as a whole number: how many pictures it has seen."""

NOT_TRAINED = STATISTICS | {"mean", "variance", COUNT}
"""Weights that no training changes by gradients."""

Places = dict[tuple[str, str], str]
"""Names of our layer and its weight -> path of the array in the file."""

OLDER_LAYERS = "_layer_checkpoint_dependencies"
"""Where Keras 2.13 and 2.14 keep what is under `layers` in others."""

WRONG_NUMBER = gettext_noop(
    "Layer {layer} needs {expected} arrays of weights, but this file has {number} for it. Save the network again with "
    "Keras and try once more."
)


def read_weights(file: Hdf5File, model: FileModel) -> Weights:
    """Read the weights of a model in the newer form."""
    return _read(file, model, _find_numbered(file, model.architecture.weight_shapes(), model.leaves))


def read_legacy_weights(file: Hdf5File, model: FileModel, group: str) -> Weights:
    """Read the weights of a model in the older form; `group` is where the list of layers is."""
    return _read(file, model, _find_named(file, model, group))


def _read(file: Hdf5File, model: FileModel, places: Places) -> Weights:
    """Read the arrays; their shapes are known from the architecture, which has checked them against the limits."""
    found: Weights = {}
    for layer, shapes in model.architecture.weight_shapes().items():
        parts = {}
        for name, shape in shapes.items():
            doubled = layer == model.doubled
            stored = (*shape[:-1], 1) if doubled else shape
            array = file.read_array(places[layer, name], stored, whole=name == COUNT)
            parts[name] = _add_other_class(array) if doubled else array
        found[layer] = parts
    return found


def _add_other_class(array: np.ndarray) -> np.ndarray:
    """Put the zeros of the class that a single sigmoid leaves unsaid before its weights."""
    return np.concatenate([np.zeros_like(array), array], axis=-1)


def _find_numbered(file: Hdf5File, expected: Mapping[str, Mapping[str, Shape]], leaves: Sequence[Leaf]) -> Places:
    older = not file.has("layers") and file.has(OLDER_LAYERS)
    groups = {leaf.group: leaf.group for leaf in leaves}
    if older:
        groups = _name_older_groups(file, [leaf.group for leaf in leaves if leaf.name in expected])
    places: Places = {}
    for leaf in leaves:
        names = list(expected.get(leaf.name, ()))
        group = groups.get(leaf.group, leaf.group)
        if names:
            _check_number(leaf, len(names), file.count(f"{group}/vars"))
        places |= {(leaf.name, name): f"{group}/vars/{number}" for number, name in enumerate(names)}
    return places


def _list_weighted(groups: Iterable[str]) -> set[str]:
    """Return groups that have weights, and those around them."""
    found: set[str] = set()
    for group in groups:
        parts = group.split("/")
        found.update("/".join(parts[:end]) for end in range(2, len(parts) + 1, 2))
    return found


def _name_older_groups(file: Hdf5File, groups: Sequence[str]) -> dict[str, str]:
    """Return where Keras 2.13 and 2.14 keep what others keep in groups such as "layers/dense_1".

    Their list has a layer with weights twice, as "layer-3" and as "layer_with_weights-1". In 2.13 both count, so that
    the second Dense is "dense_2"; in 2.14 they do not.
    """
    weighted = _list_weighted(groups)
    doubled = {group: _count_twice(group, weighted) for group in groups}
    if all(file.has(each) for each in doubled.values()):
        return doubled
    return {
        group: "/".join(OLDER_LAYERS if part == "layers" else part for part in group.split("/")) for group in groups
    }


def _count_twice(group: str, weighted: Collection[str]) -> str:
    parts = group.split("/")
    found = []
    for place in range(1, len(parts), 2):
        base, number = re.fullmatch(r"(.+?)(?:_(\d+))?", parts[place]).groups(default="0")  # type: ignore[union-attr]
        around = "/".join(parts[:place])
        before = [f"{around}/{base}_{other}" if other else f"{around}/{base}" for other in range(int(number))]
        counted = int(number) + sum(name in weighted for name in before)
        found += [OLDER_LAYERS, f"{base}_{counted}" if counted else base]
    return "/".join(found)


def _find_named(file: Hdf5File, model: FileModel, group: str) -> Places:
    known = file.read_names(group, "layer_names")
    expected = model.architecture.weight_shapes()
    places: Places = {}
    for top in dict.fromkeys(leaf.path[0] for leaf in model.leaves):
        leaves = [leaf for leaf in model.leaves if leaf.path[0] == top and leaf.name in expected and not leaf.shares]
        if not leaves:
            continue
        if top not in known:
            raise Refusal(MISSING, path=f"{group}/{top}".lstrip("/"))
        inside = f"{group}/{top}".lstrip("/")
        names = file.read_names(inside, "weight_names")
        wanted = _order_legacy(leaves, expected)
        if len(wanted) != len(names):
            raise Refusal(WRONG_NUMBER, layer=top, expected=len(wanted), number=len(names))
        if len(leaves) > 1 or len(leaves[0].path) > 1:
            names = _match_names(wanted, names)
        places |= {(leaf.name, weight): f"{inside}/{name}" for (leaf, weight), name in zip(wanted, names, strict=True)}
    for leaf in model.leaves:
        if leaf.shares:
            places |= {(leaf.name, weight): places[leaf.shares, weight] for weight in expected.get(leaf.name, ())}
    return places


def _order_legacy(leaves: Sequence[Leaf], expected: Mapping[str, Mapping[str, Shape]]) -> list[tuple[Leaf, str]]:
    """Return the weights of a layer, or of all layers of a model inside, in the order of the file.

    Keras lists first what is trained, then what is not (`keras.src.legacy.saving.legacy_h5_format._legacy_weights`).
    """
    all_ = [(leaf, name) for leaf in leaves for name in expected[leaf.name]]
    trained = [leaf.trainable and name not in NOT_TRAINED for leaf, name in all_]
    return [each for each, yes in zip(all_, trained, strict=True) if yes] + [
        each for each, yes in zip(all_, trained, strict=True) if not yes
    ]


def _match_names(wanted: Sequence[tuple[Leaf, str]], names: Sequence[str]) -> list[str]:
    """Return the file's names in the order of `wanted`: by what they say where that is clear, else as they stand.

    Names are `dense/kernel:0` or `model/dense/kernel`, and Keras adds numbers where it has used a name before.
    """
    ends = [tuple(name.partition(":")[0].split("/")[-2:]) for name in names]
    asked = [(leaf.path[-1].split("/")[-1], weight) for leaf, weight in wanted]
    if len(set(ends)) == len(ends) and set(asked) == set(ends):
        return [names[ends.index(each)] for each in asked]
    return list(names)


def _check_number(leaf: Leaf, expected: int, number: int) -> None:
    if expected != number:
        raise Refusal(WRONG_NUMBER, layer=leaf.file.name, expected=expected, number=number)


def list_leaves(architecture: Architecture) -> tuple[Leaf, ...]:
    """Return the layers of a design as Keras would save them, to find their weights in a file without a description."""
    stack = architecture.layers
    names = iterate_keras_names(layer.kind for layer in stack)
    return tuple(
        Leaf(
            file=FileLayer(layer.kind, layer.name, {}),
            path=(layer.name,),
            group=f"layers/{group}",
            layers=(layer,),
            sources=(),
            trainable=True,
            axis=None,
        )
        for layer, group in zip(stack, names, strict=True)
    )
