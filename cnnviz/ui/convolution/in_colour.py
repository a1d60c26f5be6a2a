"""In colour: one filter over red, green and blue. 27 weights make three partial maps, and these become one."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.core.data import colour_digits
from cnnviz.core.errors import Refusal
from cnnviz.core.inference import whole_picture
from cnnviz.core.inference.subject import cut_out, prepare_digit
from cnnviz.core.lessons.convolution import colour_sum
from cnnviz.core.lessons.convolution.colour_sum import DECIMALS, EXAMPLES, ColourSum, Numbers
from cnnviz.core.networks.network import Network
from cnnviz.ui.components.colour_sum import colour_sum as viewer
from cnnviz.ui.components.colour_sum import read_edit
from cnnviz.ui.i18n import gettext_noop, translate, translate_refusal
from cnnviz.ui.input import ink_and_paper
from cnnviz.ui.shell import layer_names, networks, page, session, terms, url, widgets
from cnnviz.ui.shell.fields.convolution import OWN

KEY = "colour-sum"
FEW_DECIMALS = 3
"""Decimals of the numbers among the essentials."""

WHY = gettext_noop(
    "A picture in colour is three pictures, its [[channel|channels]]: how much red, how much green, how much blue. A "
    "[[filter]] has a [[kernel]] for each of them, and what the three find is added up to one [[feature map|map]]."
)
COUNT = gettext_noop(
    "3 × 3 × 3 = **27** [[weight|weights]] and 1 [[bias]]: 28 numbers that are learned. The layer {layer} of "
    "“{network}” has {filters} such filters: {filters} × (27 + 1) = **{parameters:,}** [[parameter|parameters]]."
)
NO_NETWORK = gettext_noop("There is no network that reads colour on this server, so type a kernel of your own.")


@st.fragment
@page.guard
def show() -> None:
    """Show the section for what is being read, in the chosen ink and paper."""
    st.subheader(translate("In colour"), anchor=False)
    st.caption(terms.explain(WHY))
    learned = _find_network()
    problem = _take_over(learned)
    _show_settings(learned)
    shown = ColourSum(_make_picture(), get_numbers(learned))
    viewer(KEY, shown, decimals=DECIMALS if session.wants_everything() else FEW_DECIMALS, problem=problem)
    _show_filter_count(learned)
    url.show(pen_down=False, place="in-colour")


def get_numbers(learned: Network | None) -> Numbers:
    """Return the weights and the bias of the chosen filter, or those of the visitor's own."""
    known = () if learned is None else colour_sum.list_filters(learned)
    chosen = session.get("rgb_filter")
    if chosen == OWN or not known:
        return session.get("rgb_numbers") or (known[0] if known else EXAMPLES["edge"][1])
    return known[min(int(chosen), len(known) - 1)]


def _find_network() -> Network | None:
    """Return the chosen network if its first layer can be shown, else the first one of the list that can."""
    for name in (session.get("network"), *networks.names()):
        try:
            if colour_digits.reads_colour(networks.input_shape(name)):
                found = networks.load(name)
                if colour_sum.is_supported(found):
                    return found
        except Refusal:
            continue  # what is wrong with it is said when it is chosen
    return None


def _make_picture() -> np.ndarray:
    subject = session.subject()
    if subject.is_whole:
        return whole_picture.scale(cut_out(subject), colour_digits.INPUT_SHAPE, subject.fitting) / np.float32(255)
    return colour_digits.colour_from_hex(prepare_digit(subject, session.steps()), subject.ink, subject.paper)


def _take_over(learned: Network | None) -> tuple[int, str] | None:
    """Take over what was typed; return the number that was refused and why, if there is one."""
    before = get_numbers(learned)
    texts = read_edit(KEY, before)
    if texts is None:
        return None
    after, refused = colour_sum.apply_edits(before, texts)
    if after != before:
        _use_own_numbers(after)
    return None if refused is None else (refused[0], translate_refusal(refused[1]))


def _use_own_numbers(given: Numbers) -> None:
    """Go on with numbers of the visitor's own."""
    session.put(rgb_numbers=given)
    if session.get("rgb_filter") != OWN:
        session.choose("rgb_filter", OWN)


def _show_settings(learned: Network | None) -> None:
    count = 0 if learned is None else len(colour_sum.list_filters(learned))
    if session.get("rgb_filter") not in (*map(str, range(count)), OWN):  # of a network that is gone
        session.put(rgb_filter="0" if count else OWN)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        widgets.pick("rgb_filter", translate("Filter"), (*map(str, range(count)), OWN), _make_title, width=230)
        if ink_and_paper.current_colours() is None:  # else they stand at the top of the page
            ink_and_paper.pick_both()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(translate("Or fill it with"), width="content")
        for name, (label, given) in EXAMPLES.items():
            st.button(
                translate(label),
                key=f"fill-rgb-{name}",
                on_click=session.guard(_use_own_numbers),
                args=(given,),
            )


def _make_title(chosen: str) -> str:
    return translate("typed by hand") if chosen == OWN else translate("learned filter {number}", number=chosen)


def _show_filter_count(learned: Network | None) -> None:
    if learned is None:
        st.caption(translate(NO_NETWORK))
        return
    layer, count = learned.architecture.layers[0], len(colour_sum.list_filters(learned))
    st.markdown(
        terms.explain(
            COUNT,
            layer=layer_names.in_full(learned.architecture.layers)[layer.name],
            network=page.escape_markdown(networks.describe(learned.name)),
            filters=count,
            parameters=layer.parameters(learned.architecture.input_shape),
        )
    )
