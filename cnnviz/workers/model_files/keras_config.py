"""Read what the configuration of a Keras 2 or 3 model states: its layers, what each of them reads, and its input.

The form is that of `keras.Sequential.get_config` and `keras.Functional.get_config`; Keras 2 writes the sources of a
layer as `[[name, node, tensor, {arguments}], ...]`, Keras 3 as tensors with a `keras_history`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnnviz.core.errors import Refusal
from cnnviz.core.messages import Message, gettext_noop
from cnnviz.workers.model_files.keras_layers import UNSUPPORTED_KIND, show

SEQUENTIAL, FUNCTIONAL, INPUT = "Sequential", ("Functional", "Model"), "InputLayer"
MODELS = (SEQUENTIAL, *FUNCTIONAL)
"""Classes of models."""

Source = tuple[str, int]
"""Name of a layer and number of its call, from 0, that give a tensor."""

MAX_FILE_LAYERS = 400
"""Layers of a file, also those that are left out."""

MAX_MODEL_DEPTH = 6
"""Models inside models."""

WRONG_FORM = gettext_noop(
    "The description of the network in this file is not one that Keras writes: {what}. Save the network again with "
    "model.save() and try once more."
)
NOT_ONE = gettext_noop(
    "This network has {number} {what}, but one picture goes in here and one answer comes out. Save a network with one "
    "input and one output."
)


@dataclass(frozen=True)
class LayerEntry:
    """An entry in a model's list of layers, which may itself be a model.

    Attributes:
        kind: Name of its class.
        name: Its name in the file.
        config: Its configuration: a dict, for a model of Keras 2 also a list.
        calls: Its `inbound_nodes`, unchecked; None in a Sequential.
    """

    kind: str
    name: str
    config: Any
    calls: Any


def read_object(data: object, what: str) -> tuple[str, Any]:
    """Return class and configuration of a serialized object, called `what` if it has no name.

    Raises:
        Refusal: If it is no such object, or its class is not one of Keras.
    """
    if not isinstance(data, dict) or not isinstance(data.get("class_name"), str) or "config" not in data:
        raise refuse_form(Message(gettext_noop("a layer or the network has no class or no configuration")))
    kind, config = data["class_name"], data["config"]
    module = str(data.get("module") or "keras")
    if data.get("registered_name") not in (None, kind) or module.split(".")[0] not in ("keras", "tf_keras", "builtins"):
        name = config.get("name", what) if isinstance(config, dict) else what
        raise Refusal(UNSUPPORTED_KIND, layer=show(name), kind=show(data.get("registered_name") or kind))
    return kind, config


def find_input_shape(kind: str, config: Any, depth: int = 0) -> tuple[Any, ...]:
    """Return the shape that a model reads, without the batch axis, unchecked.

    Raises:
        Refusal: If it has several inputs or states none.
    """
    check_depth(depth)
    if kind not in MODELS:
        raise Refusal(
            "The network in this file is a {kind}. Only Sequential and functional models are read here, because others "
            "run code of their own. Build it with keras.Sequential or keras.Model(inputs, outputs) and save it again.",
            kind=show(kind),
        )
    found = _list_models_layers(kind, config)
    if kind in FUNCTIONAL:
        name, _ = read_end(config, "input_layers", Message(gettext_noop("inputs")))
        inputs = [each for each in found if isinstance(each, dict) and _get_name(each) == name]
        if not inputs:
            raise refuse_form(Message(gettext_noop("its input is not among its layers")))
        first = inputs[0]
    else:
        first = found[0]
    inner, inner_config = read_object(first, "the input")
    if inner in MODELS:
        return find_input_shape(inner, inner_config, depth + 1)
    known = inner_config if isinstance(inner_config, dict) else {}
    whole = config if isinstance(config, dict) else {}
    for stated in (known.get("batch_shape"), known.get("batch_input_shape"), whole.get("build_input_shape")):
        if stated is not None:
            if not isinstance(stated, list) or not stated:
                raise refuse_form(Message(gettext_noop("the shape of its input is not a list")))
            return tuple(stated[1:])
    raise Refusal(
        "This file does not say how large a picture its network reads. Begin the network with "
        "keras.Input((height, width, channels)) and save it again."
    )


def read_layers(kind: str, config: Any) -> list[LayerEntry]:
    """Return the layers of a model, each with a name of its own.

    Raises:
        Refusal: If there are none, too many, or one is not as Keras writes it.
    """
    found = [_read_layer(each) for each in _list_models_layers(kind, config)]
    _check_names(found)
    return found


def check_count(number: int) -> None:
    """Raise `Refusal` for more than `MAX_FILE_LAYERS` layers."""
    if number > MAX_FILE_LAYERS:
        raise Refusal(
            "This network has {number:,} layers; up to {most} are read. Save a smaller network.",
            number=number,
            most=MAX_FILE_LAYERS,
        )


def check_depth(depth: int) -> None:
    """Raise `Refusal` for a model inside more than `MAX_MODEL_DEPTH` others."""
    if depth > MAX_MODEL_DEPTH:
        raise Refusal(
            "Models lie inside models more than {most} deep in this file. Build the network with fewer of them and "
            "save it again.",
            most=MAX_MODEL_DEPTH,
        )


def read_end(config: Any, key: str, what: Message) -> Source:
    """Return the only input or output: files have [name, call, 0] or a list of such lists."""
    ends = config.get(key) if isinstance(config, dict) else None
    if isinstance(ends, dict):
        ends = list(ends.values())
    if isinstance(ends, list) and len(ends) == 3 and isinstance(ends[0], str):
        ends = [ends]
    if isinstance(ends, list) and ends and all(isinstance(each, list) and len(each) == 3 for each in ends):
        if len(ends) > 1:
            raise Refusal(NOT_ONE, number=len(ends), what=what)
        return _read_source(*ends[0])
    raise refuse_form(Message(gettext_noop("it does not say which layers are its input and its output")))


def read_calls(layer: LayerEntry) -> tuple[tuple[Source, ...], ...]:
    """Return for each call of a layer of a functional model what it reads, in order; several for a shared layer.

    Raises:
        Refusal: If it reads nothing, is called too often, or with arguments that change its answer.
    """
    calls = layer.calls
    if not isinstance(calls, list):
        raise refuse_form(Message(gettext_noop("it does not say what a layer reads")))
    check_count(len(calls))
    if not calls:
        raise Refusal(
            "Layer {name} reads nothing. Leave it out of the network and save it again.", name=show(layer.name)
        )
    return tuple(_read_call(layer, call) for call in calls)


def _read_call(layer: LayerEntry, call: Any) -> tuple[Source, ...]:
    if isinstance(call, dict):
        sources = _read_tensors(layer, call.get("args"))
        _check_arguments(layer, call.get("kwargs"))
    else:
        sources = _read_nodes(layer, call)
    if not sources:
        raise refuse_form(Message(gettext_noop("it does not say what a layer reads")))
    return sources


def _read_source(name: object, call: object, output: object) -> Source:
    """Return the layer and the number of its call that a tensor comes from: it must be the only output."""
    if not isinstance(name, str) or type(call) is not int or type(output) is not int or min(call, output) < 0:
        raise refuse_form(Message(gettext_noop("it does not say what a layer reads")))
    if output:
        raise Refusal(
            "Layer {name} has several outputs, but layers and models inside a network give one here. Build the network "
            "with one output for each of them and save it again.",
            name=show(name),
        )
    return name, call


def _read_tensors(layer: LayerEntry, arguments: Any) -> tuple[Source, ...]:
    """Return the sources that Keras 3 writes: the one argument is a tensor or a list of tensors."""
    if not isinstance(arguments, list) or len(arguments) != 1:
        raise _refuse_call(layer)
    tensors = arguments[0] if isinstance(arguments[0], list) else arguments
    sources = []
    for tensor in tensors:
        config = tensor.get("config") if isinstance(tensor, dict) else None
        history = config.get("keras_history") if isinstance(config, dict) else None
        if not isinstance(tensor, dict) or tensor.get("class_name") != "__keras_tensor__":
            raise _refuse_call(layer)
        if not isinstance(history, list) or len(history) != 3:
            raise refuse_form(Message(gettext_noop("it does not say what a layer reads")))
        sources.append(_read_source(*history))
    return tuple(sources)


def _read_nodes(layer: LayerEntry, call: Any) -> tuple[Source, ...]:
    """Return the sources that Keras 2 writes: [[name, node, tensor, {arguments}], ...], or one such list."""
    if isinstance(call, list) and call and isinstance(call[0], str):
        call = [call]
    sources = []
    for node in call if isinstance(call, list) else [None]:
        if not isinstance(node, list) or len(node) not in (3, 4):
            raise refuse_form(Message(gettext_noop("it does not say what a layer reads")))
        sources.append(_read_source(*node[:3]))
        _check_arguments(layer, node[3] if len(node) == 4 else {})
    return tuple(sources)


def _check_arguments(layer: LayerEntry, arguments: Any) -> None:
    """Refuse arguments of a call that change the answer."""
    if arguments is None or arguments == {}:
        return
    harmless = isinstance(arguments, dict) and all(
        name == "training" or (name == "mask" and value in (None, [None])) for name, value in arguments.items()
    )
    if not harmless:
        raise _refuse_call(layer)


def _list_models_layers(kind: str, config: Any) -> list[Any]:
    found = config.get("layers") if isinstance(config, dict) else config if kind == SEQUENTIAL else None
    if not isinstance(found, list) or not found:
        raise refuse_form(Message(gettext_noop("a model in it has no layers")))
    check_count(len(found))
    return found


def _read_layer(data: Any) -> LayerEntry:
    kind, config = read_object(data, "a layer")
    name = _get_name(data)
    if not isinstance(name, str) or not name or len(name) > 1_000:
        raise refuse_form(Message(gettext_noop("a layer has no name, or one of more than 1,000 characters")))
    if kind not in MODELS and not isinstance(config, dict):
        raise refuse_form(Message(gettext_noop("a layer has no configuration")))
    return LayerEntry(kind, name, config, data.get("inbound_nodes"))


def _get_name(data: Mapping[str, Any]) -> Any:
    config = data.get("config")
    return data.get("name", config.get("name") if isinstance(config, dict) else data.get("class_name"))


def _check_names(found: Sequence[LayerEntry]) -> None:
    names = [each.name for each in found]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise Refusal(
            "Two layers of this network are called {name}. Give every layer a name of its own and save it again.",
            name=show(twice),
        )


def _refuse_call(layer: LayerEntry) -> Refusal:
    return Refusal(
        "Layer {layer} ({kind}) is called with more than the layers that it reads. That is not supported here: call "
        "it with a layer, or a list of layers, alone and save the network again.",
        layer=show(layer.name),
        kind=show(layer.kind),
    )


def refuse_form(what: Message) -> Refusal:
    """Return a refusal of a description that Keras does not write; `what` says what is wrong with it."""
    return Refusal(WRONG_FORM, what=what)
