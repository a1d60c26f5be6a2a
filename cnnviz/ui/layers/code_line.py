"""A layer as the line of Keras code that makes it, every argument tied to the sizes and parameters that it makes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from cnnviz.core.arguments import affects_shape, describe_argument, try_other_value
from cnnviz.core.layers import Layer, Merge, Shape, merging
from cnnviz.core.layers.formulas import INPUT, OUTPUT, Part, count, product
from cnnviz.core.layers.layer import Argument
from cnnviz.figures import layer_diagram
from cnnviz.ui.components.code_line import LABELS, ArgumentText, Row, code_line
from cnnviz.ui.i18n import gettext_noop, translate, translate_all, translate_message
from cnnviz.ui.shell import session

OTHER_BOTH = gettext_noop("With {code} it would make {shape} and have {parameters} parameters.")
OTHER_SHAPE = gettext_noop("With {code} it would make {shape} with as many parameters.")
OTHER_PARAMETERS = gettext_noop("With {code} it would have {parameters} parameters and still make {shape}.")
OTHER_NEITHER = gettext_noop("With {code} it would still make {shape}.")
OTHER_SHAPE_ALONE = gettext_noop("With {code} it would make {shape}.")
STAYS = gettext_noop("Neither shape nor parameters depend on it.")


def show(key: str, layer: Layer, shapes: Sequence[Shape], why: str, title: str) -> None:
    """Show the code of `layer`, called `title`, which reads inputs of `shapes`; `why` says what such a layer does."""
    shapes = tuple(shapes)
    made = merging.infer_shape(layer, shapes)
    read = " + ".join(product(*shape) for shape in shapes)
    name = translate("How {name} works", name=title)
    code_line(
        key,
        kind=layer.kind,
        why=why,
        arguments=_describe_arguments(layer, shapes[0], session.get("language")),
        others={
            INPUT: translate("What the layer reads: {shape}.", shape=read),
            OUTPUT: translate("What comes out: {shape}.", shape=product(*made)),
        },
        rows=_make_rows(layer, shapes),
        diagram=_draw_diagram(layer, shapes, name),
        labels=translate_all(LABELS),
    )


@lru_cache(maxsize=256)
def _describe_arguments(layer: Layer, shape: Shape, language: str) -> tuple[ArgumentText, ...]:  # noqa: ARG001 (a part of the key)
    return tuple(_describe_argument(layer, argument, shape) for argument in layer.arguments())


def _describe_argument(layer: Layer, argument: Argument, shape: Shape) -> ArgumentText:
    said = describe_argument(layer, argument.name, shape)
    text = f"{translate_message(said)} {_describe_other_value(layer, argument.name, shape)}"
    return ArgumentText(argument.name, argument.code, argument.written, text.strip())


def _describe_other_value(layer: Layer, name: str, shape: Shape) -> str:
    """Return what would be with another value, worked out; that nothing would change where nothing can."""
    if isinstance(layer, Merge):
        return ""
    if not affects_shape(layer, name):
        return translate(STAYS)
    other = try_other_value(layer, name, shape)
    if other is None:
        return ""
    reshaped = other.output_shape != layer.output_shape(shape)
    recounted = other.parameters != layer.parameters(shape)
    template = (
        (OTHER_BOTH if recounted else OTHER_SHAPE) if reshaped else OTHER_PARAMETERS if recounted else OTHER_NEITHER
    )
    if template is OTHER_SHAPE and not other.parameters:
        template = OTHER_SHAPE_ALONE
    return translate(template, code=other.code, shape=product(*other.output_shape), parameters=count(other.parameters))


def _make_rows(layer: Layer, shapes: Sequence[Shape]) -> list[Row]:
    size = layer.merged_size_parts(shapes) if isinstance(layer, Merge) else layer.size_parts(shapes[0])
    counted = layer.parameter_parts(shapes[0]) or (Part(translate("none: nothing here is learned")),)
    return [*([Row(translate("Size"), size)] if size else []), Row(translate("Parameters"), counted)]


@lru_cache(maxsize=256)
def _draw_diagram(layer: Layer, shapes: tuple[Shape, ...], title: str) -> str:
    if isinstance(layer, Merge):
        return layer_diagram.draw_merge(layer, shapes, title)
    return layer_diagram.draw(layer, shapes[0], title)
