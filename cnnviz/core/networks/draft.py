"""Drafts of architectures while they are edited.

A draft holds settings as they were chosen, valid or not; `draft_validation` says what is wrong and where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import KINDS, Layer, Shape
from cnnviz.core.layers.naming import iterate_keras_names
from cnnviz.core.networks.architecture import CLASSES, Architecture

Settings = Mapping[str, Any]
"""Row of a draft: `kind`, and the settings that differ from Keras's defaults. Rows have no names."""

INPUT: Shape = (28, 28, 1)
ANSWER: Settings = {"kind": "Dense", "units": CLASSES, "activation": "softmax"}

FRESH: Mapping[str, Settings] = {
    "Conv2D": {"filters": 32, "kernel_size": (3, 3), "activation": "relu"},
    "MaxPooling2D": {"pool_size": (2, 2)},
    "AveragePooling2D": {"pool_size": (2, 2)},
    "GlobalMaxPooling2D": {},
    "GlobalAveragePooling2D": {},
    "Dropout": {"rate": 0.25},
    "BatchNormalization": {},
    "Flatten": {},
    "Dense": {"units": 64, "activation": "relu"},
}
"""Kinds that can be added, with the settings of a new layer."""


@dataclass(frozen=True)
class ArchitectureDraft:
    """Draft of an architecture. Its methods return new drafts and accept any settings.

    A place that does not exist changes nothing, so that a button on an outdated page does no harm.

    Attributes:
        rows: Settings of the layers, in order.
        input_shape: Height, width and channels of the image.
    """

    rows: tuple[Settings, ...]
    input_shape: Shape = INPUT

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", tuple(MappingProxyType(dict(row)) for row in self.rows))

    @classmethod
    def from_architecture(cls, architecture: Architecture) -> ArchitectureDraft:
        """Return a draft with the layers and input shape of a chain, without the layers' names.

        Raises:
            Refusal: If the architecture has branches.
        """
        if not architecture.is_chain:
            raise Refusal(
                "Only networks whose layers form a chain can be changed here. Received: {network}, which has branches. "
                "Start from another network.",
                network=architecture.name,
            )
        return cls(tuple(_to_settings(layer) for layer in architecture.layers), architecture.input_shape)

    @property
    def names(self) -> tuple[str, ...]:
        """Names that Keras gives the layers in a new process: conv2d, conv2d_1, max_pooling2d, ..."""
        return tuple(iterate_keras_names(str(row.get("kind")) for row in self.rows))

    def add(self, place: int, kind: str) -> ArchitectureDraft:
        """Insert a new layer of `kind` at `place`, before the one that is there now."""
        if not 0 <= place <= len(self.rows):
            return self
        return self._with((*self.rows[:place], {"kind": kind, **FRESH.get(kind, {})}, *self.rows[place:]))

    def remove(self, place: int) -> ArchitectureDraft:
        """Remove the layer at `place`."""
        return self if not self.has(place) else self._with(self.rows[:place] + self.rows[place + 1 :])

    def move(self, place: int, to: int) -> ArchitectureDraft:
        """Move the layer at `place` to the place `to`."""
        if not (self.has(place) and self.has(to)):
            return self
        rows = list(self.rows)
        rows.insert(to, rows.pop(place))
        return self._with(tuple(rows))

    def change(self, place: int, **settings: Any) -> ArchitectureDraft:
        """Change `settings` of the layer at `place`; another `kind` keeps the settings that both kinds have."""
        if not self.has(place):
            return self
        old = dict(self.rows[place])
        if settings.get("kind", old.get("kind")) != old.get("kind"):
            old = _carry_over(old, str(settings["kind"]))
        return self._with((*self.rows[:place], _drop_implied_strides(old | settings), *self.rows[place + 1 :]))

    def fit_answer(self, classes: int) -> ArchitectureDraft:
        """Give a last layer that answers, a Dense with softmax, one unit for each of so many classes."""
        last = self.rows[-1] if self.rows else {}
        if last.get("kind") != "Dense" or last.get("activation") != "softmax" or last.get("units") == classes:
            return self
        return self.change(len(self.rows) - 1, units=classes)

    def _with(self, rows: tuple[Settings, ...]) -> ArchitectureDraft:
        return replace(self, rows=rows)

    def has(self, place: int) -> bool:
        """Return whether there is a layer at `place`, counted from 0."""
        return 0 <= place < len(self.rows)


def make_blank() -> ArchitectureDraft:
    """Return the smallest network: Flatten and the output layer."""
    return ArchitectureDraft(({"kind": "Flatten"}, ANSWER))


def build_cnn(nb_filters: int, filter_size: int, pool_size: int) -> ArchitectureDraft:
    """Build the tutorial's network: two convolutions, a pooling and two dense layers, with dropout.

    `build_cnn(32, 3, 2)` is the network cnn-32-32.
    """
    convolution = {
        "kind": "Conv2D",
        "filters": nb_filters,
        "kernel_size": (filter_size,) * 2,
        "activation": "relu",
    }
    return ArchitectureDraft(
        (
            convolution,
            convolution,
            {"kind": "MaxPooling2D", "pool_size": (pool_size,) * 2},
            {"kind": "Dropout", "rate": 0.25},
            {"kind": "Flatten"},
            {"kind": "Dense", "units": 128, "activation": "relu"},
            {"kind": "Dropout", "rate": 0.5},
            ANSWER,
        )
    )


def _to_settings(layer: Layer) -> Settings:
    """Convert a layer to its row: kind and non-default settings, in Keras's order."""
    return {"kind": layer.kind} | {
        field.name: getattr(layer, field.name)
        for field in fields(layer)
        if field.name != "name" and (field.name in layer.always_shown or not layer.is_default(field.name))
    }


def _carry_over(settings: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return a new layer of `kind` with those of `settings` that it has too."""
    known = {field.name for field in fields(KINDS[kind])} if kind in KINDS else set()
    return {**FRESH.get(kind, {}), **{name: value for name, value in settings.items() if name in known}}


def _drop_implied_strides(settings: dict[str, Any]) -> dict[str, Any]:
    """Drop strides equal to the pool size, so that they follow it when it changes."""
    if "pool_size" in settings and settings.get("strides") == settings["pool_size"]:
        return {name: value for name, value in settings.items() if name != "strides"}
    return settings
