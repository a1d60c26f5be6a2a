"""Read operations on tensors, such as `x + y`, `x / 255` and `tf.nn.relu(x)`, as the layers that compute the same.

Keras 3 writes an operation as a layer with the name of its class and the module `keras.src.ops`, and puts tensors and
numbers among the arguments of its call. Keras 2 writes a `TFOpLambda` with the name of a function, and puts what is not
the first tensor among the keywords.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cnnviz.core.errors import Refusal
from cnnviz.core.messages import gettext_noop
from cnnviz.workers.model_files.keras_config import LayerEntry
from cnnviz.workers.model_files.keras_layers import show

OLDER = "TFOpLambda"
"""Class of all operations in Keras 2."""

ARITHMETIC: Mapping[str, str] = {
    **dict.fromkeys(("Add", "__operators__.add", "math.add"), "Add"),
    **dict.fromkeys(("Subtract", "math.subtract", "__operators__.sub"), "Subtract"),
    **dict.fromkeys(("Multiply", "math.multiply", "__operators__.mul"), "Multiply"),
    **dict.fromkeys(("Divide", "TrueDivide", "math.truediv", "math.divide", "__operators__.truediv"), "Divide"),
    "Maximum": "Maximum",
    "math.maximum": "Maximum",
    "Minimum": "Minimum",
    "math.minimum": "Minimum",
}
"""Operation of two values -> what it computes: a merge of ours, or a Divide by a number."""

ACTIVATIONS: Mapping[str, str] = {
    "nn.relu": "relu",
    "nn.relu6": "relu6",
    "nn.elu": "elu",
    "nn.selu": "selu",
    "nn.silu": "silu",
    "nn.swish": "silu",
    "nn.gelu": "gelu",
    "nn.leaky_relu": "leaky_relu",
    "nn.softmax": "softmax",
    "nn.log_softmax": "log_softmax",
    "LogSoftmax": "log_softmax",
    "nn.softplus": "softplus",
    "math.softplus": "softplus",
    "nn.softsign": "softsign",
    "math.sigmoid": "sigmoid",
    "nn.sigmoid": "sigmoid",
    "math.tanh": "tanh",
    "nn.tanh": "tanh",
    "Relu": "relu",
    "Relu6": "relu6",
    "Selu": "selu",
    "Silu": "silu",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
}
"""Operation of one value without settings -> activation."""

MEANS = ("Mean", "math.reduce_mean")
JOINS = ("concat",)

UNSUPPORTED_OPERATION = gettext_noop(
    "The operation {operation} ({name}) is used in a form that is not supported here. Supported are +, −, × and ÷ of "
    "layers and numbers, activations, and means over rows and columns. Use layers of Keras instead and save the "
    "network again."
)


def read_operation(entry: LayerEntry) -> LayerEntry:
    """Return a layer that computes what an operation computes; any other entry as it is.

    Raises:
        Refusal: If an operation of Keras 2 has no such layer.
    """
    if entry.kind == OLDER:
        operation = entry.config.get("function")
        if not isinstance(operation, str):
            raise _refuse(entry)
        found = _convert(entry, operation, *_list_older_values(entry))
        if found is None:
            raise _refuse(entry, operation)
        return found
    arguments = _list_values(entry)
    if arguments is None:
        return entry
    converted = _convert(entry, entry.kind, *arguments)
    return entry if converted is None else converted


def _list_values(entry: LayerEntry) -> tuple[list[Any], dict[str, Any]] | None:
    """Return tensors and numbers that an operation of Keras 3 reads, and its settings; None if it is none."""
    calls = entry.calls
    if not isinstance(calls, list) or len(calls) != 1 or not isinstance(calls[0], dict):
        return None
    values, more = calls[0].get("args"), calls[0].get("kwargs")
    if not isinstance(values, list) or not 1 <= len(values) <= 2 or more not in (None, {}):
        return None
    if not all(_is_tensor(value) or _is_number(value) for value in values):
        return None
    settings = {name: value for name, value in entry.config.items() if name not in ("name", "dtype", "trainable")}
    return values, settings


def _list_older_values(entry: LayerEntry) -> tuple[list[Any], dict[str, Any]]:
    """Return tensors and numbers that an operation of Keras 2 reads, and its settings.

    A call is [[name, node, tensor, {keywords}]]; keywords have tensors as [name, node, tensor].
    """
    calls = entry.calls
    call = calls[0] if isinstance(calls, list) and len(calls) == 1 else None
    if isinstance(call, list) and call and not isinstance(call[0], list):
        call = [call]
    if not isinstance(call, list) or not call or not all(isinstance(node, list) and len(node) == 4 for node in call):
        raise _refuse(entry)
    values: list[Any] = []
    settings: dict[str, Any] = {}
    for node in call:
        keywords = node[3] if isinstance(node[3], dict) else {}
        first = [_make_tensor(node[:3])] if node[0] != "_CONSTANT_VALUE" else [node[2]]
        second = [keywords["y"]] if "y" in keywords else []
        values += [*first, *(_make_tensor(each) if isinstance(each, list) else each for each in second)]
        settings |= {name: value for name, value in keywords.items() if name not in ("y", "name")}
    if not all(_is_tensor(value) or _is_number(value) for value in values):
        raise _refuse(entry)
    return values, settings


def _convert(entry: LayerEntry, operation: str, values: list[Any], settings: dict[str, Any]) -> LayerEntry | None:
    """Return the layer for an operation of these values; None if there is none, or the entry is a layer already."""
    tensors = [value for value in values if _is_tensor(value)]
    name = {"name": entry.name}
    if not tensors:
        return None
    if operation in ARITHMETIC and len(values) == 2 and not settings:
        kind = ARITHMETIC[operation]
        if len(tensors) == 2:
            return None if kind == "Divide" else _make(entry, kind, name, tensors)
        rescaling = _rescale(kind, values)
        return None if rescaling is None else _make(entry, "Rescaling", name | rescaling, tensors)
    if len(tensors) != len(values):
        return None
    if operation in JOINS and len(values) > 1 and settings.keys() == {"axis"}:
        return _make(entry, "Concatenate", name | settings, tensors)
    if len(values) != 1:
        return None
    if operation in ("Negative", "math.negative") and not settings:
        return _make(entry, "Rescaling", name | {"scale": -1.0, "offset": 0.0}, tensors)
    if operation in ACTIVATIONS and _are_usual(operation, settings):
        return _make(entry, "Activation", name | {"activation": ACTIVATIONS[operation]}, tensors)
    if operation in MEANS and settings.get("axis") in ([1, 2], [2, 1]) and settings.keys() <= {"axis", "keepdims"}:
        keep = {"keepdims": bool(settings.get("keepdims"))}
        return _make(entry, "GlobalAveragePooling2D", name | keep, tensors)
    return None


def _rescale(kind: str, values: list[Any]) -> dict[str, float] | None:
    """Return scale and offset of an operation with one number; None if it is no such."""
    first = _is_tensor(values[0])
    number = float(values[1] if first else values[0])
    if not math.isfinite(number) or kind in ("Maximum", "Minimum") or (kind == "Divide" and (not first or number == 0)):
        return None
    match kind:
        case "Add":
            return {"scale": 1.0, "offset": number}
        case "Subtract":
            return {"scale": 1.0, "offset": -number} if first else {"scale": -1.0, "offset": number}
        case "Multiply":
            return {"scale": number, "offset": 0.0}
    return {"scale": 1 / number, "offset": 0.0}


def _are_usual(operation: str, settings: Mapping[str, Any]) -> bool:
    """Return whether the settings of an activation are those that the activation has here."""
    usual = {"alpha": 0.2, "approximate": False, "axis": -1} if operation.startswith("nn.") else {"axis": -1}
    return all(value is None or (name in usual and value == usual[name]) for name, value in settings.items())


def _make(entry: LayerEntry, kind: str, config: dict[str, Any], tensors: list[Any]) -> LayerEntry:
    arguments = tensors if len(tensors) == 1 else [tensors]
    return replace(entry, kind=kind, config=config, calls=[{"args": arguments, "kwargs": {}}])


def _make_tensor(node: Any) -> dict[str, Any]:
    """Return [name, node, tensor] of Keras 2 as Keras 3 writes a tensor."""
    return {"class_name": "__keras_tensor__", "config": {"keras_history": node}}


def _is_tensor(value: Any) -> bool:
    return isinstance(value, dict) and value.get("class_name") == "__keras_tensor__"


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _refuse(entry: LayerEntry, operation: str = "?") -> Refusal:
    return Refusal(UNSUPPORTED_OPERATION, operation=show(operation), name=show(entry.name))
