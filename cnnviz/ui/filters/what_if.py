"""Switch a filter off, or change it, on a copy for this visitor: the answer, the shares and the accuracy at once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.core.data import datasets
from cnnviz.core.data.datasets import Dataset
from cnnviz.core.errors import Refusal
from cnnviz.core.explanations import what_if
from cnnviz.core.explanations.what_if import EXAMPLES, Change
from cnnviz.core.inference.subject import Prediction
from cnnviz.core.inference.trace import Trace, format_share, predict, trace
from cnnviz.core.lessons.convolution import kernels as typed
from cnnviz.core.lessons.number_grid import to_grid
from cnnviz.core.networks.architecture import DIGITS
from cnnviz.core.networks.network import Network
from cnnviz.ui.components import browser_state
from cnnviz.ui.components.bars import bars
from cnnviz.ui.components.kernel_grid import kernel_grid, read_edit
from cnnviz.ui.filters import absences, choice
from cnnviz.ui.i18n import gettext_noop, translate, translate_all, translate_refusal
from cnnviz.ui.prediction import answer
from cnnviz.ui.shell import cache, networks, page, session, terms, url

KEY = "what-if-kernel"
STEP = 100
"""Test digits after which the page says how far it is."""

DECIMALS = 3
"""Decimals of a bias that is edited."""

MAX_BIAS = 99.0
MAX_CHANGES = 50
"""Changes that can be taken back one by one."""

WHY = gettext_noop(
    "What a [[filter]] is worth shows when it is gone. All of this happens on a copy that is yours alone: the "
    "[[network]] stays as it was trained."
)
NO_DIGITS = gettext_noop("This network does not read MNIST’s digits, so no test digits are read with the changed one.")
NOTHING_YET = gettext_noop("Change something, and {count:,} [[test set|test digits]] are read with it at once.")
READ_CHANGED = gettext_noop(
    "Of {count:,} [[test set|test digits]] the network as trained reads **{before:.1f} %** right, the changed one "
    "**{after:.1f} %**."
)
AS_TRAINED_CLASS = gettext_noop("The network as trained answers **{digit}** and gives it {share}.")
STILL_CLASS = gettext_noop("Still **{new}**: its share goes from {share} to {changed}.")
OTHER_CLASS = gettext_noop(
    "It was {digit} with {share}. Changed, the network answers **{new}** and gives it {changed}."
)
AS_TRAINED = gettext_noop("The network as trained reads a **{digit}** and gives it {share}.")
STILL = gettext_noop("Still a **{new}**: its share goes from {share} to {changed}.")
OTHER = gettext_noop("It was a {digit} with {share}. Changed, the network reads a **{new}** and gives it {changed}.")
ANSWERS, CLASS_ANSWERS = (AS_TRAINED, STILL, OTHER), (AS_TRAINED_CLASS, STILL_CLASS, OTHER_CLASS)
COUNTING = gettext_noop("Reading {count:,} test digits with the changed network: {share:.0%}")


@st.fragment
@page.guard
def show(prediction: Prediction) -> None:
    """Show the section for the chosen filter and the digit of `prediction`."""
    box = st.expander(translate("**Switch it off, or change it**"), expanded=True, on_change="rerun", key="what-if-box")
    if box.open:
        with box, st.container(key="what-if"):
            _show_open(networks.load_chosen(), prediction)
    url.show(pen_down=False, place="what-if")


def _show_open(network: Network, prediction: Prediction) -> None:
    st.caption(terms.explain(WHY))
    layer, number = choice.get_layer(network), choice.get_filter(network)
    try:
        problem = _take_over(network, layer, number)
        changed = what_if.change(network, get_changes(network))
        found = _read_filter(changed, layer, number)
    except Refusal as reason:
        st.info(page.escape_markdown(translate_refusal(reason)))
        return
    controls, results = st.columns(2, gap="medium")
    with controls:
        _show_controls(network, found, problem)
    with results:
        _show_answers(prediction.trace, changed, is_changed=bool(get_changes(network)))
    _show_accuracy(network, changed)
    if st.toggle(translate("Which filters does this answer depend on?"), key="absences"):
        absences.show(changed, trace(changed, prediction.trace.digit))


def get_changes(network: Network) -> tuple[Change, ...]:
    """Return what the visitor changed about a network, in order."""
    of: str
    edits: tuple[Change, ...]
    of, edits = session.get("filters_edits")
    return edits if of == _identify(network) else ()


def _read_filter(network: Network, layer: str, number: int) -> Change:
    """Return a filter as it is. Raises `Refusal` for a layer without filters."""
    bias = network.weights_of(layer).get("bias")
    return Change(
        layer, number, what_if.get_kernel(network, layer, number), None if bias is None else float(bias[number])
    )


def _stack(found: Change) -> np.ndarray:
    """Return the kernel as (rows, columns, input maps)."""
    kernel = np.zeros((1, 1, 1), np.float32) if found.kernel is None else found.kernel
    return kernel.reshape(*kernel.shape[:2], -1)


def _is_off(found: Change) -> bool:
    return not (_stack(found).any() or found.bias)


def _identify(network: Network) -> str:
    return f"{network.name} {network.card.weights_sha256 if network.card else ''}"


def _add(change: Change) -> None:
    """Add a change. Raises `Refusal` if there are too many."""
    network = networks.load_chosen()
    known = get_changes(network)
    if len(known) >= MAX_CHANGES:
        raise Refusal(
            "There may be at most {most} changes at a time. Received: one more. Undo some of them, or all.",
            most=MAX_CHANGES,
        )
    session.put(filters_edits=(_identify(network), (*known, change)))


def _switch_off(layer: str, number: int) -> None:
    _take_over_first()
    _add(what_if.switch_off(networks.load_chosen(), layer, number))


def _undo(everything: bool) -> None:
    _take_over_first()
    network = networks.load_chosen()
    session.put(filters_edits=(_identify(network), () if everything else get_changes(network)[:-1]))


def _take_over(network: Network, layer: str, number: int) -> tuple[int, int, str] | None:
    """Take over what was typed into the kernel; return the cell that was refused and why, if there is one."""
    now = _read_filter(what_if.change(network, get_changes(network)), layer, number)
    kernel, channel = _stack(now), _get_channel(now)
    grid = to_grid(kernel[..., channel])
    edit = read_edit(KEY, grid)
    if edit is None or edit.pasted:
        return None
    weights, refused = typed.apply_edits(grid, edit.cells)
    if not np.array_equal(np.asarray(weights, np.float32), np.asarray(grid, np.float32)):  # as the kernel keeps them
        kernel = kernel.copy()
        kernel[..., channel] = weights
        _add(replace(now, kernel=kernel.reshape(what_if.get_kernel(network, layer, number).shape)))
    return None if refused is None else (refused[0], refused[1], translate_refusal(refused[2]))


def _take_over_first() -> None:
    """Take over what was typed before a click, once: the click may cut off the run that has just begun to."""
    network = networks.load_chosen()
    with contextlib.suppress(Refusal):  # of a change too many, which the click then does without
        _take_over(network, choice.get_layer(network), choice.get_filter(network))
    browser_state.acknowledge(KEY, "typed", browser_state.get_newest_sequence(KEY, "typed"))


def _take_bias(found: Change, key: str) -> None:
    value = st.session_state.get(key)
    if isinstance(value, float) and value != _offer_bias(found):
        _add(replace(found, bias=value))


def _offer_bias(found: Change) -> float:
    """Return the bias of a filter as its field has it: the browser may say a rounded number back as a change."""
    return round(min(max(found.bias or 0.0, -MAX_BIAS), MAX_BIAS), DECIMALS) + 0.0  # no −0


def _get_channel(found: Change) -> int:
    return int(min(int(session.get("filters_channel")), _stack(found).shape[2] - 1))


def _show_controls(network: Network, found: Change, problem: tuple[int, int, str] | None) -> None:
    name = choice.name(network, found.layer, found.of)
    edits = get_changes(network)
    with st.container(key="what-if-buttons", horizontal=True, vertical_alignment="bottom", gap="small"):
        st.button(
            translate("Switch off {filter}", filter=name),
            key="switch-off",
            disabled=_is_off(found),
            on_click=session.guard(_switch_off),
            args=(found.layer, found.of),
        )
        st.button(
            translate("Undo the last change"),
            key="undo-edit",
            disabled=not edits,
            on_click=session.guard(_undo),
            args=(False,),
        )
        if len(edits) > 1:
            st.button(translate("Undo all changes"), key="undo-edits", on_click=session.guard(_undo), args=(True,))
    _say_changes(network, edits)
    channels = range(_stack(found).shape[2])
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if found.bias is not None:
            key = f"what-if-bias-{found.layer}-{found.of}-{len(edits)}"
            st.number_input(
                translate("Bias"),
                -MAX_BIAS,
                MAX_BIAS,
                value=_offer_bias(found),
                step=0.1,
                format=f"%.{DECIMALS}f",
                width=160,
                key=key,
                on_change=session.guard(_take_bias),
                args=(found, key),
            )
        if len(channels) > 1:
            st.selectbox(
                translate("Kernel for"),
                channels,
                index=_get_channel(found),
                format_func=lambda channel: translate("input map {map}", map=channel),
                width=170,
                **session.bind("filters_channel", channels),
            )
    kernel_grid(
        KEY,
        to_grid(_stack(found)[..., _get_channel(found)]),
        label=translate("Kernel of {filter}", filter=name),
        problem=problem,
    )


def _say_changes(network: Network, edits: tuple[Change, ...]) -> None:
    """Say which filters are changed, each once, as it is now."""
    newest = {(edit.layer, edit.of): edit for edit in edits}
    said = [
        translate("{filter} is off", filter=choice.name(network, *place))
        if _is_off(edit)
        else translate("{filter} is changed", filter=choice.name(network, *place))
        for place, edit in newest.items()
    ]
    st.caption("; ".join(said) + "." if said else translate("Nothing is changed."))


def _show_answers(before: Trace, changed: Network, *, is_changed: bool) -> None:
    """Show the shares of the changed network beside the answer of the network as it was trained."""
    after = trace(changed, before.digit)
    names = changed.architecture.classes
    trained, still, other = ANSWERS if names == DIGITS else CLASS_ANSWERS
    template = trained if not is_changed else still if after.answer == before.answer else other
    values = {
        "digit": page.escape_markdown(names[before.answer]),
        "share": format_share(float(before.probabilities.max())),
        "new": page.escape_markdown(names[after.answer]),
        "changed": format_share(float(after.probabilities.max())),
    }
    st.markdown(translate(template, **values))
    bars("bars-what-if", after.probabilities, translate_all(answer.choose_labels(names)), names)


def _show_accuracy(network: Network, changed: Network) -> None:
    """Read test digits with the changed network, and say how many it reads right; a click meanwhile interrupts it."""
    if not what_if.reads_digits(network):
        st.caption(translate(NO_DIGITS))
        return
    edits, place, data = get_changes(network), st.empty(), datasets.load_test()
    count = min(EXAMPLES, len(data.y_test))
    if not edits:
        place.caption(terms.explain(NOTHING_YET, count=count))
        return
    right = _count_changed(edits, changed, data, place)
    before = cache.measure_accuracy(_identify(network), data.sha256, network)
    place.markdown(terms.explain(READ_CHANGED, count=count, before=100 * before, after=100 * right / count))
    if data.note:
        st.caption(terms.explain(data.note))


def _count_changed(edits: tuple[Change, ...], changed: Network, data: Dataset, place: DeltaGenerator) -> int:
    """Count in steps, each of which says how far it is; what was counted last is kept with its changes."""
    known, counted = session.get("filters_counted")
    if known is not edits:
        for share, right in _count_right(changed, data):
            place.caption(translate(COUNTING, count=min(EXAMPLES, len(data.y_test)), share=share))
            counted = right
        session.put(filters_counted=(edits, counted))
    return int(counted)


def _count_right(network: Network, data: Dataset) -> Iterator[tuple[float, int]]:
    """Read test digits; yield, each `STEP` of them, the share that is done and how many were read right."""
    pictures, right = what_if.prepare_examples(network, data), 0
    for start in range(0, len(pictures), STEP):
        answers = predict(network, pictures[start : start + STEP]).argmax(axis=1)
        right += int((answers == data.y_test[start : start + len(answers)]).sum())
        yield (start + len(answers)) / len(pictures), right
