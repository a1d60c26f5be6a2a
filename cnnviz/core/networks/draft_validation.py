"""A draft read from top to bottom: sizes and costs of every row, and what is wrong where it stands."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any

from cnnviz.core import layers
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import KINDS, Layer, Shape, checks
from cnnviz.core.networks import limits
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.draft import ArchitectureDraft, Settings


@dataclass(frozen=True)
class Row:
    """What became of one row.

    `layer` is None where the settings are refused. `output_shape` is None there, where the layer cannot read
    `input_shape`, and below such a row, where `input_shape` is None too: the row waits for the one above.
    """

    name: str
    settings: Settings
    layer: Layer | None
    input_shape: Shape | None = None
    output_shape: Shape | None = None
    parameters: int = 0
    multiplications: int = 0
    problem: Refusal | None = None

    @property
    def waits(self) -> bool:
        """Whether nothing can be said before a row above is mended."""
        return self.input_shape is None


@dataclass(frozen=True)
class Checked:
    """A draft read from top to bottom: its rows, the `architecture` if it is legal, and what is wrong as a whole."""

    rows: tuple[Row, ...]
    architecture: Architecture | None
    problem: Refusal | None = None

    @property
    def parameters(self) -> int:
        """Weights of all layers whose shapes are known."""
        return sum(row.parameters for row in self.rows)

    @property
    def multiplications(self) -> int:
        """Multiplications that one image costs in all layers whose shapes are known."""
        return sum(row.multiplications for row in self.rows)

    @property
    def problems(self) -> tuple[Refusal, ...]:
        """Everything that is wrong, from top to bottom."""
        found = [*(row.problem for row in self.rows), self.problem]
        return tuple(problem for problem in found if problem is not None)


def validate(draft: ArchitectureDraft, name: str = "draft") -> Checked:
    """Read `draft`; a legal one becomes the architecture `name`. Raises `Refusal` only for an illegal `name`."""
    checks.network_name(name)
    rows = tuple(_read(draft))
    if any(row.problem for row in rows):
        return Checked(rows, None)
    try:
        stack = tuple(row.layer for row in rows if row.layer is not None)
        return Checked(rows, Architecture(name, stack, draft.input_shape))
    except Refusal as reason:  # what only the whole network can be refused for belongs to its last layer
        return _refused_at_the_end(rows, reason)


def value(row: Row, setting: str) -> Any:
    """The value that `setting` has in `row`, Keras's default where it is left out; None where it has none."""
    if setting in row.settings:
        return row.settings[setting]
    kind = KINDS.get(str(row.settings.get("kind")))
    defaults = {field.name: field.default for field in fields(kind)} if kind else {}
    if setting == "strides" and "pool_size" in defaults:
        return value(row, "pool_size")
    found = defaults.get(setting, MISSING)
    return None if found is MISSING else found


def _read(draft: ArchitectureDraft) -> Iterator[Row]:
    """Every row, reading the output of the row before it."""
    shape: Shape | None = draft.input_shape
    parameters, multiplications = 0, 0
    for settings, name in zip(draft.rows, draft.names, strict=True):
        row = _fitted(_made(settings, name), shape)
        parameters, multiplications = parameters + row.parameters, multiplications + row.multiplications
        yield _within_budget(row, parameters, multiplications)
        shape = row.output_shape


def _made(settings: Settings, name: str) -> Row:
    """The row's layer, or why there is none."""
    try:
        return Row(name, settings, layers.from_json({**settings, "name": name}))
    except Refusal as reason:
        return Row(name, settings, None, problem=reason)


def _fitted(row: Row, shape: Shape | None) -> Row:
    """`row` with its sizes, or why its layer cannot read an input of `shape`."""
    row = replace(row, input_shape=shape)
    if row.layer is None or shape is None:
        return row
    try:
        output = row.layer.output_shape(shape)
    except Refusal as reason:
        return replace(row, problem=reason)
    weights, products = row.layer.parameters(shape), row.layer.multiplications(shape)
    return replace(row, output_shape=output, parameters=weights, multiplications=products)


def _within_budget(row: Row, parameters: int, multiplications: int) -> Row:
    """`row`, refused if the network costs too much from here on."""
    if row.problem or row.output_shape is None:
        return row
    try:
        limits.check(parameters, multiplications, math.prod(row.output_shape))
    except Refusal as reason:
        return replace(row, problem=reason)
    return row


def _refused_at_the_end(rows: tuple[Row, ...], reason: Refusal) -> Checked:
    if not rows:
        return Checked(rows, None, reason)
    return Checked((*rows[:-1], replace(rows[-1], problem=reason)), None)
