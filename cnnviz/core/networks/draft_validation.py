"""Validate a draft: shapes and costs of every row, and the errors of each."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any

from cnnviz.core import layers
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import KINDS, Layer, Shape, checks
from cnnviz.core.networks import limits
from cnnviz.core.networks.architecture import DIGITS, Architecture
from cnnviz.core.networks.draft import ArchitectureDraft, Settings


@dataclass(frozen=True)
class Row:
    """Row of a draft, validated.

    Attributes:
        name: Name that Keras gives the layer.
        settings: Settings as they were chosen.
        layer: The layer; None if the settings are invalid.
        input_shape: Shape that it reads; None below a row without output.
        output_shape: None if the layer is None, cannot read `input_shape`, or has none.
        parameters: Number of weights; 0 without output.
        multiplications: Number for one image; 0 without output.
        problem: Why the row is invalid; None if it is valid or waits.
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
        """Whether it cannot be validated before a row above is corrected."""
        return self.input_shape is None


@dataclass(frozen=True)
class ValidationResult:
    """Validated draft.

    Attributes:
        rows: Rows from top to bottom.
        architecture: The architecture; None if the draft is invalid.
        problem: Why a draft without rows is invalid.
    """

    rows: tuple[Row, ...]
    architecture: Architecture | None
    problem: Refusal | None = None

    @property
    def parameters(self) -> int:
        """Number of weights of all layers whose shapes are known."""
        return sum(row.parameters for row in self.rows)

    @property
    def multiplications(self) -> int:
        """Number of multiplications for one image in all layers whose shapes are known."""
        return sum(row.multiplications for row in self.rows)

    @property
    def problems(self) -> tuple[Refusal, ...]:
        """All errors, from top to bottom."""
        found = [*(row.problem for row in self.rows), self.problem]
        return tuple(problem for problem in found if problem is not None)


def validate(draft: ArchitectureDraft, name: str = "draft", classes: tuple[str, ...] = DIGITS) -> ValidationResult:
    """Validate `draft`; a valid one becomes the architecture `name` with these `classes`.

    Raises `Refusal` only for an invalid `name`.
    """
    checks.network_name(name)
    rows = tuple(_check_rows(draft))
    if any(row.problem for row in rows):
        return ValidationResult(rows, None)
    try:
        stack = tuple(row.layer for row in rows if row.layer is not None)
        return ValidationResult(rows, Architecture(name, stack, draft.input_shape, classes=classes))
    except Refusal as reason:  # errors of the network as a whole are shown at its last layer
        return _refuse_last_row(rows, reason)


def get_value(row: Row, setting: str) -> Any:
    """Return the value of `setting` in `row`, Keras's default where it is omitted, None where there is none."""
    if setting in row.settings:
        return row.settings[setting]
    kind = KINDS.get(str(row.settings.get("kind")))
    defaults = {field.name: field.default for field in fields(kind)} if kind else {}
    if setting == "strides" and "pool_size" in defaults:
        return get_value(row, "pool_size")
    found = defaults.get(setting, MISSING)
    return None if found is MISSING else found


def _check_rows(draft: ArchitectureDraft) -> Iterator[Row]:
    """Yield every row, with the output of the row before as its input."""
    shape: Shape | None = draft.input_shape
    parameters, multiplications = 0, 0
    for settings, name in zip(draft.rows, draft.names, strict=True):
        row = _infer_shapes(_build_layer(settings, name), shape)
        parameters, multiplications = parameters + row.parameters, multiplications + row.multiplications
        yield _check_limits(row, parameters, multiplications)
        shape = row.output_shape


def _build_layer(settings: Settings, name: str) -> Row:
    """Build the layer of a row, or note why it is invalid."""
    try:
        return Row(name, settings, layers.from_json({**settings, "name": name}))
    except Refusal as reason:
        return Row(name, settings, None, problem=reason)


def _infer_shapes(row: Row, shape: Shape | None) -> Row:
    """Add shapes and costs to `row`, or note why its layer cannot read an input of `shape`."""
    row = replace(row, input_shape=shape)
    if row.layer is None or shape is None:
        return row
    try:
        output = row.layer.output_shape(shape)
    except Refusal as reason:
        return replace(row, problem=reason)
    weights, products = row.layer.parameters(shape), row.layer.multiplications(shape)
    return replace(row, output_shape=output, parameters=weights, multiplications=products)


def _check_limits(row: Row, parameters: int, multiplications: int) -> Row:
    """Refuse `row` if the layers up to here exceed a limit."""
    if row.problem or row.output_shape is None:
        return row
    try:
        limits.check(parameters, multiplications, math.prod(row.output_shape))
    except Refusal as reason:
        return replace(row, problem=reason)
    return row


def _refuse_last_row(rows: tuple[Row, ...], reason: Refusal) -> ValidationResult:
    if not rows:
        return ValidationResult(rows, None, reason)
    return ValidationResult((*rows[:-1], replace(rows[-1], problem=reason)), None)
