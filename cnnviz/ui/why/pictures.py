"""What speaks for the answer, as pictures: one method, of the network and of its untrained copy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from cnnviz.core.explanations import methods
from cnnviz.core.explanations.contrast import Contrast
from cnnviz.core.explanations.methods import Explanation, Likeness
from cnnviz.core.explanations.occlusion import PATCH, STRIDE, choose_patch
from cnnviz.core.explanations.saliency import NOISE, SAMPLES, STEPS
from cnnviz.core.inference import subject
from cnnviz.core.inference.subject import InputSource, Prediction
from cnnviz.core.ledger.fixed_point import format_signed
from cnnviz.core.networks.architecture import DIGITS
from cnnviz.core.networks.network import Network
from cnnviz.ui.components.feature_maps import LABELS, Block, feature_maps
from cnnviz.ui.i18n import gettext_noop, translate, translate_all
from cnnviz.ui.prediction import wording
from cnnviz.ui.shell import cache, layer_names, session, terms, widgets
from cnnviz.ui.shell.fields import FIELDS
from cnnviz.ui.why import question

HEIGHT = 230
"""Height of a picture in CSS pixels."""

MIN_ROWS = 16
"""Rows that a picture has at least: the cells of one with fewer are drawn larger."""

PATCHES: Mapping[str, str] = {"named": gettext_noop("rows, columns {names}")}
CELLS: Mapping[str, str] = {"named": gettext_noop("row, column {names}")}
"""How a viewer says where a value is, instead of its usual text."""

SENTENCES: Mapping[str, str] = {
    "occlusion": gettext_noop(
        "[[occlusion|Occlusion]]: each cell says how much {what} falls when a patch of {patch} × {patch} pixels there "
        "is covered with paper. {rows} × {columns} places, {stride} pixels apart."
    ),
    "saliency": gettext_noop(
        "[[saliency|Saliency]]: each cell says how fast {what} grows when its pixel gets brighter. {rows} × {columns} "
        "pixels."
    ),
    "smoothgrad": gettext_noop(
        "[[smoothgrad|SmoothGrad]]: the mean [[saliency]] of {samples} copies of the digit with noise of {noise:g}: "
        "how fast {what} grows with each pixel. {rows} × {columns} pixels."
    ),
    "integrated": gettext_noop(
        "[[integrated gradients|Integrated gradients]]: what each pixel adds to {what} on the way from an empty paper "
        "to the digit. {rows} × {columns} pixels, {steps} steps; they add up to {sum} of {difference}."
    ),
    "grad-cam": gettext_noop(
        "[[grad-cam|Grad-CAM]]: the maps of {layer}, each weighted by its mean gradient: where they speak for "
        "{target}. {rows} × {columns} cells, as many as a map has."
    ),
}
"""Method -> what its picture shows, and how finely."""

COLOURS = gettext_noop(
    "Red or orange speaks for {target}, blue against it; each picture has a scale of its own. Beside it stands the "
    "same for an [[untrained copy]], with random [[weight|weights]]."
)
ALIKE: tuple[tuple[float, str], ...] = (
    (
        0.7,
        gettext_noop(
            "Pictures of untrained copies are much like this one ({spread}): it shows the digit more than what was "
            "learned."
        ),
    ),
    (
        0.5,
        gettext_noop(
            "Pictures of untrained copies are somewhat like this one ({spread}): a part of it comes from the digit "
            "alone."
        ),
    ),
    (
        0.0,
        gettext_noop(
            "Pictures of untrained copies have little in common with this one ({spread}): it depends on what was "
            "learned."
        ),
    ),
)
"""Least mean of the correlations without their signs -> what that says, the largest first.

Two pictures with a correlation of 0.5 share a quarter of their variance, of 0.7 half of it. Of 490 pictures by ten
networks the sentence was the same with five other copies for 99 %; one copy with limits of 0.3 and 0.6 was for 84 %.
"""

SPREAD = gettext_noop(
    "correlation {mean} without its sign in the mean of {count} copies with other random weights, with its sign from "
    "{low} to {high}"
)
MOST = gettext_noop("Most speaks for {target} at {place}: {value}.")
MOST_AGAINST = gettext_noop("Most speaks against it at {place}: {value}.")
FLAT = gettext_noop("Nothing here speaks for {target} or against it: all values are 0.")
PLACE = gettext_noop("row {row}, column {column}")
PATCH_PLACE = gettext_noop("rows {top} to {bottom}, columns {left} to {right}")


def show(network: Network, prediction: Prediction, source: InputSource, contrast: Contrast) -> None:
    """Show the choice of a method, where there is one, its pictures, and what they show in words."""
    method = _choose_method(network)
    layer = _choose_layer(network) if method == "grad-cam" else ""
    found = explain(network, prediction, source, method, contrast, layer)
    st.markdown(describe_method(network, method, found, contrast, layer))
    digit = prediction.trace.picture
    with st.container(key="why-pictures", horizontal=True):
        _show_picture("digit", translate(wording.word(gettext_noop("The digit"))), digit, image=True)
        patch = choose_patch(*digit.shape[:2])
        _show_picture("trained", translate("This network"), found.trained, method=method, patch=patch)
        _show_picture("untrained", translate("Untrained copy"), found.untrained, method=method, patch=patch)
    classes = question.escape(prediction.classes)
    st.markdown(describe_finding(method, found, contrast, classes, patch=patch))
    st.caption(terms.explain(COLOURS, target=classes[contrast.target]))
    # Last, because it takes as long as all the rest: the pictures are in sight by now.
    st.markdown(describe_likeness(measure_likeness(network, prediction, source, method, contrast, layer)))


def explain(
    network: Network, prediction: Prediction, source: InputSource, method: str, contrast: Contrast, layer: str
) -> Explanation:
    """Return the pictures of a method; those of a network whose content is known by its hash are kept for a while."""
    pictures = _make_inputs(network, prediction, source)
    if not prediction.weights_sha256:
        return methods.explain(method, network, pictures[0], pictures[1], contrast, layer)
    classes = contrast.target, contrast.against
    return cache.explanation(prediction.weights_sha256, network, pictures.tobytes(), method, classes, layer)


def measure_likeness(
    network: Network, prediction: Prediction, source: InputSource, method: str, contrast: Contrast, layer: str
) -> Likeness | None:
    """Return how much untrained copies give the same picture, likewise."""
    pictures = _make_inputs(network, prediction, source)
    if not prediction.weights_sha256:
        found = methods.explain(method, network, pictures[0], pictures[1], contrast, layer)
        return methods.measure_likeness(method, network, pictures[0], pictures[1], contrast, found, layer)
    classes = contrast.target, contrast.against
    return cache.likeness(prediction.weights_sha256, network, pictures.tobytes(), method, classes, layer)


def _make_inputs(network: Network, prediction: Prediction, source: InputSource) -> np.ndarray:
    """Return the input and that of an empty paper, or of a black picture for a whole one, (2, ...) float32."""
    blank = subject.make_blank_input(network, source)
    return np.stack([prediction.trace.digit, blank]).astype(np.float32)


def describe_method(network: Network, method: str, found: Explanation, contrast: Contrast, layer: str) -> str:
    """Return what the pictures of a method show, and how finely, as Markdown."""
    rows, columns = found.trained.shape
    names = layer_names.in_words(network.architecture.layers)
    classes = question.escape(network.architecture.classes)
    patch, stride = choose_patch(*network.architecture.input_shape[:2])
    return terms.explain(
        wording.word(SENTENCES[method]),
        "why-method",
        what=question.describe(contrast, classes),
        target=classes[contrast.target],
        rows=rows,
        columns=columns,
        patch=patch,
        stride=stride,
        samples=SAMPLES,
        noise=NOISE,
        steps=STEPS,
        sum=format_signed(float(found.trained.sum(dtype=float))),
        difference=format_signed(found.difference),
        layer=names.get(layer, layer),
    )


def describe_finding(
    method: str,
    found: Explanation,
    contrast: Contrast,
    classes: tuple[str, ...] = DIGITS,
    *,
    patch: tuple[int, int] = (PATCH, STRIDE),
) -> str:
    """Return in words what the picture of the network shows; `patch` as of `choose_patch`."""
    values, target = found.trained, classes[contrast.target]
    told = []
    if values.max() > 0:
        told.append(translate(MOST, target=target, **_find_place(method, values, int(values.argmax()), patch)))
    if values.min() < 0:
        told.append(translate(MOST_AGAINST, **_find_place(method, values, int(values.argmin()), patch)))
    if not told:
        return translate(FLAT, target=target)
    return " ".join(told)


def describe_likeness(found: Likeness | None) -> str:
    """Return in words how much untrained copies give the same picture, and what follows; "" where nothing can."""
    if found is None:
        return ""
    low, high = (format_signed(end(found.correlations), plus="") for end in (min, max))
    mean = format_signed(found.mean, plus="")
    spread = translate(SPREAD, mean=mean, count=len(found.correlations), low=low, high=high)
    return translate(wording.word(next(text for least, text in ALIKE if found.mean >= least)), spread=spread)


def _find_place(method: str, values: np.ndarray, at: int, patch: tuple[int, int]) -> dict[str, str]:
    row, column = divmod(at, values.shape[1])
    value = float(values[row, column])
    if method == "occlusion":
        side, stride = patch
        top, left = row * stride, column * stride
        place = translate(PATCH_PLACE, top=top, bottom=top + side - 1, left=left, right=left + side - 1)
    else:
        place = translate(PLACE, row=row, column=column)
    return {"place": place, "value": format_signed(value)}


def _choose_method(network: Network) -> str:
    known = methods.list_methods(network)
    if session.shows("why_method"):
        options = FIELDS["why_method"].options
        st.segmented_control(
            translate("How it is explained"),
            known,
            format_func=lambda name: translate(options[name]),
            default=session.get("why_method") if session.get("why_method") in known else known[0],
            required=True,
            label_visibility="collapsed",
            **session.bind("why_method", known),
        )
    method: str = session.get("why_method")
    return method if method in known else known[0]


def _choose_layer(network: Network) -> str:
    known = network.architecture.convolutions
    names = layer_names.in_words(network.architecture.layers)
    if session.get("why_layer") not in known:
        session.put(why_layer="")
    options = ("", *known[:-1])
    widgets.pick(
        "why_layer",
        translate("Convolution whose maps are weighed"),
        options,
        lambda name: names[name or known[-1]],
        width=260,
    )
    return session.get("why_layer") or known[-1]


def _show_picture(
    key: str,
    title: str,
    values: np.ndarray,
    *,
    method: str = "",
    image: bool = False,
    patch: tuple[int, int] = (PATCH, STRIDE),
) -> None:
    """Show one picture with its scale; `method` says what its cells are."""
    rows, columns = values.shape[:2]
    names = None
    shown = values if image else values[..., np.newaxis]
    if method == "occlusion":
        names = _name_patches(rows, *patch), _name_patches(columns, *patch)
    elif not image and rows < MIN_ROWS:  # the viewer would draw so few cells much smaller than the digit
        times = MIN_ROWS // rows
        shown = shown.repeat(times, axis=0).repeat(times, axis=1)
        names = _name_cells(rows, times), _name_cells(columns, times)
    block = Block(
        id=key,
        title=title,
        subtitle=f"{rows} × {columns}",
        kind="image" if image else "maps",
        values=shown,
        signed=not image,
        names=names,
    )
    with st.container():
        feature_maps(
            f"why-{key}",
            [block],
            mode="mosaic",
            colour_range="layer",
            palette=session.get("palette"),
            labels={**translate_all(LABELS), **translate_all(PATCHES if method == "occlusion" else CELLS)},
            height=HEIGHT,
        )


def _name_patches(places: int, patch: int, stride: int) -> list[str]:
    """Return which pixels a patch covers at each place along one side."""
    return [f"{place * stride}–{place * stride + patch - 1}" for place in range(places)]


def _name_cells(cells: int, times: int) -> list[str]:
    return [str(cell) for cell in range(cells) for _ in range(times)]
