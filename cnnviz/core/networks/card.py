"""Model cards: architecture, training, data and accuracy of a stored network."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import checks
from cnnviz.core.networks import metrics
from cnnviz.core.networks.architecture import Architecture, TrainingPlan

MAX_TEXT = 2_000
MAX_NUMBER = 1e12
MAX_CURVE_VALUE = 3.5e38
"""Largest value of a curve, that of float32: a loss may be large before it diverges."""


_JSON_KEYS = {"architecture": "variant"}
"""Keys of a card's JSON that are not the field's name: cards that are written already have them."""


@dataclass(frozen=True, kw_only=True)
class DataSource:
    """Origin of the training data.

    Attributes:
        name: Name of the data set.
        source: Where it was obtained, in words.
        sha256: Digest of its content, 64 hexadecimal digits.
        licence: Licence of the data.
        attribution: Authors and title.
    """

    name: str
    source: str
    sha256: str
    licence: str
    attribution: str

    def __post_init__(self) -> None:
        for entry in fields(self):
            _check_text(f"data.{entry.name}", getattr(self, entry.name))
        _check_sha256("data.sha256", self.sha256)


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """Model card of a trained network.

    Attributes:
        name: Name of the network.
        architecture: Architecture of the network; its JSON key is "variant".
        plan: Training plan; epochs added during the run are included.
        data: Origin of the training data.
        seed: Seed of the training.
        curves: Those of `metrics.CURVES`, one number an epoch.
        test_loss: Loss on the test set.
        test_accuracy: Accuracy on the test set, in [0, 1].
        confusion: `confusion[true][predicted]`, counts over the test set.
        pen_accuracy: Accuracy on pen strokes of writers not in the training data, in [0, 1]; None if not measured.
        pen_note: Description of these pen strokes.
        parameters: Number of weights.
        versions: Package -> version used for training.
        weights_sha256: Digest of the .safetensors file, set by `model_store.save`.
        trained_seconds: Wall time of the training.
    """

    name: str
    architecture: Architecture
    plan: TrainingPlan
    data: DataSource
    seed: int
    curves: Mapping[str, tuple[float, ...]]
    test_loss: float
    test_accuracy: float
    confusion: tuple[tuple[int, ...], ...]
    pen_accuracy: float | None = None
    pen_note: str = ""
    parameters: int
    versions: Mapping[str, str]
    weights_sha256: str = ""
    trained_seconds: float

    def __post_init__(self) -> None:
        checks.network_name(self.name)
        checks.whole("seed", self.seed, 0, 2**31 - 1)
        checks.whole("parameters", self.parameters, self.architecture.parameters, self.architecture.parameters)
        checks.number("test_loss", self.test_loss, 0, MAX_NUMBER)
        checks.number("test_accuracy", self.test_accuracy, 0, 1)
        checks.number("trained_seconds", self.trained_seconds, 0, MAX_NUMBER)
        _check_text("pen_note", self.pen_note)
        if self.pen_accuracy is not None:
            checks.number("pen_accuracy", self.pen_accuracy, 0, 1)
        if self.weights_sha256:
            _check_sha256("weights_sha256", self.weights_sha256)
        object.__setattr__(self, "curves", _check_curves(self.curves))
        object.__setattr__(self, "confusion", _check_confusion(self.confusion, len(self.architecture.classes)))
        object.__setattr__(self, "versions", _check_versions(self.versions))

    @property
    def epochs(self) -> int:
        """Number of epochs trained; early stopping makes it smaller than the plan's."""
        return len(self.curves["loss"])

    def to_json(self) -> dict[str, Any]:
        """Return this card as plain data for `json.dumps`."""
        plain = {_JSON_KEYS.get(entry.name, entry.name): getattr(self, entry.name) for entry in fields(self)}
        return plain | {
            "variant": self.architecture.to_json(),
            "plan": self.plan.to_json(),
            "data": {entry.name: getattr(self.data, entry.name) for entry in fields(self.data)},
            "curves": {name: list(curve) for name, curve in self.curves.items()},
            "confusion": [list(row) for row in self.confusion],
            "versions": dict(self.versions),
        }

    @classmethod
    def from_json(cls, data: object) -> "ModelCard":
        """Return the card that `to_json` described. Raises `Refusal` for anything else."""
        table = dict(checks.table("card", data, {_JSON_KEYS.get(entry.name, entry.name) for entry in fields(cls)}))
        source = checks.table("card's data", table["data"], {entry.name for entry in fields(DataSource)})
        architecture = Architecture.from_json(table.pop("variant"))
        return cls(
            **table
            | {
                "architecture": architecture,
                "plan": TrainingPlan.from_json(table["plan"]),
                "data": DataSource(**source),
            }
        )


def to_text(card: ModelCard) -> str:
    """Format `card` as the text of its JSON file, with one line for each list of numbers."""
    text = json.dumps(card.to_json(), indent=2, ensure_ascii=False, allow_nan=False)
    # Line breaks inside brackets are indentation: JSON strings contain none.
    return re.sub(r"\[\n[^\[\]{}\"]*\]", lambda found: f"[{' '.join(found[0][1:-1].split())}]", text) + "\n"


def from_text(text: str) -> ModelCard:
    """Parse the text of a JSON file. Raises `Refusal` unless it is a card."""
    try:
        return ModelCard.from_json(json.loads(text))
    except Refusal:
        raise
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
        raise Refusal(
            "A card must be a JSON file. Received: one that cannot be read. Save the network again."
        ) from error


def _check_text(argument: str, value: object) -> None:
    if not isinstance(value, str) or len(value) > MAX_TEXT or not _is_encodable(value):
        raise Refusal(
            "`{argument}` must be a text of at most {most} characters. Received: {value}. Shorten it.",
            argument=argument,
            most=MAX_TEXT,
            value=checks.repr_of(value),
        )


def _is_encodable(text: str) -> bool:
    """Return whether `text` can be sent to a browser; half of a surrogate pair, which JSON can spell, cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _check_sha256(argument: str, value: object) -> None:
    if not isinstance(value, str) or not re.fullmatch("[0-9a-f]{64}", value):
        raise Refusal(
            "`{argument}` must be 64 hexadecimal digits. Received: {value}. Compute the SHA-256 again.",
            argument=argument,
            value=checks.repr_of(value),
        )


def _check_curves(curves: object) -> Mapping[str, tuple[float, ...]]:
    table = metrics.check_curves("card's curves", dict(curves) if isinstance(curves, Mapping) else curves)
    settled = {name: tuple(table[name]) for name in metrics.CURVES if isinstance(table.get(name), (list, tuple))}
    lengths = {len(curve) for curve in settled.values()}
    if len(settled) == len(table) and len(lengths) == 1 and _are_all_finite(settled):
        return MappingProxyType(settled)
    raise Refusal(
        "`curves` must be lists of one finite number an epoch. Received: lists of {lengths}. Train again.",
        lengths=sorted(lengths),
    )


def _are_all_finite(curves: Mapping[str, tuple[Any, ...]]) -> bool:
    numbers = [number for curve in curves.values() for number in curve]
    # Comparing is exact, where `math.isfinite` raises OverflowError for an integer beyond floats.
    return all(isinstance(number, (int, float)) and abs(number) <= MAX_CURVE_VALUE for number in numbers)


def _check_confusion(rows: object, classes: int) -> tuple[tuple[int, ...], ...]:
    settled = (
        tuple(tuple(row) for row in rows if isinstance(row, (list, tuple))) if isinstance(rows, (list, tuple)) else ()
    )
    if len(settled) != classes or any(len(row) != classes for row in settled):
        raise Refusal(
            "`confusion` must be {classes} rows of {classes} counts. Received: {rows}. Evaluate the network again.",
            classes=classes,
            rows=checks.repr_of(rows),
        )
    return tuple(tuple(checks.whole("confusion", number, 0, 10**9) for number in row) for row in settled)


def _check_versions(versions: object) -> Mapping[str, str]:
    if not isinstance(versions, Mapping) or len(versions) > 20:
        raise Refusal(
            "`versions` must be a short table of names and versions. Received: {versions}. Save the network again.",
            versions=checks.repr_of(versions),
        )
    for name, version in versions.items():
        _check_text("versions", name)
        _check_text("versions", version)
    return MappingProxyType(dict(versions))
