"""Shift, rotate, thicken: what a perturbation of the digit does to the three networks, and to each of their layers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from cnnviz.core.inference.perturbations import OFFSETS, PERTURBATIONS, shift
from cnnviz.core.inference.robustness import Reaction
from cnnviz.core.inference.trace import format_share
from cnnviz.core.lessons.pooling.robustness_curves import SHIFT
from cnnviz.core.networks.network import Network
from cnnviz.ui.components.thumbnails import thumbnails
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.pooling import robustness_curves, shift_maps, trio
from cnnviz.ui.shell import cache, page, process_tuning, session, terms, url, widgets

WHY = gettext_noop(
    "It is often said that [[pooling]] makes a network blind to small shifts. Move, turn and thicken your digit, and "
    "see how much of that is true."
)
MOVES = gettext_noop("**How far each layer’s output moves from that of the undisturbed digit** ([[cosine distance]])")
EMPTY = gettext_noop("Nothing is drawn, so there is nothing to move. Draw a digit at the top of the page.")
ORIGINAL = gettext_noop("as it is")

PICTURE = 112
"""Side of the two pictures in CSS pixels."""


@st.fragment
@page.guard
def show(digit: np.ndarray) -> None:
    """Show the section for `digit`, (28, 28) float32 in [0, 1]; the page runs it again once the pen was lifted."""
    st.subheader(translate("Shift, rotate, thicken"), anchor=False)
    st.caption(terms.explain(WHY))
    three = trio.load_networks()
    if three is None:
        return
    widgets.one_of("disturbance", translate("What happens to the digit"))
    if digit.any():
        kind = session.get("disturbance")
        reactions = [cache.reaction(network.name, digit.tobytes(), kind) for network in three]
        (_show_shifts if kind == SHIFT else _show_amounts)(digit, three, reactions)
    else:
        st.info(translate(EMPTY))
    robustness_curves.show(session.get("disturbance"))
    url.show(pen_down=False, place="disturbed")


def _show_shifts(digit: np.ndarray, three: tuple[Network, ...], reactions: list[Reaction]) -> None:
    """Show the maps over all offsets, the chosen one, and the layers."""
    st.markdown(
        translate(
            "**How sure each network stays of its first answer,** wherever the digit is moved. The middle is the "
            "digit as it is; click a cell, or go there with the arrow keys and press Enter, to look at that shift."
        )
    )
    shift_maps.show_confidences(reactions)
    place = session.get("moved")
    down, right = OFFSETS[place]
    _look(digit, shift(digit, down, right), shift_maps.describe_shift(down, right), reactions, place)
    if session.wants_everything():
        shift_maps.show_layers(three, reactions)


def _show_amounts(digit: np.ndarray, three: tuple[Network, ...], reactions: list[Reaction]) -> None:
    """Show the curve over all amounts, the chosen one, and the layers."""
    kind = session.get("disturbance")
    perturbation = PERTURBATIONS[kind]
    st.select_slider(
        translate(perturbation.unit),
        range(len(perturbation.amounts)),
        value=session.get(kind),
        format_func=lambda place: f"{perturbation.amounts[place]:g}",
        width=520,
        **session.bind(kind, range(len(perturbation.amounts))),
    )
    place = session.get(kind)
    amount = perturbation.amounts[place]
    curve, look = st.columns([3, 2], gap="medium")
    with curve:
        st.markdown(translate("**How sure each network stays of its first answer to your digit**"))
        _show_curves(
            perturbation.amounts,
            {each.network: each.confidence for each in reactions},
            (translate(perturbation.unit), translate("confidence in the first answer")),
            amount,
            "confidence",
        )
    with look:
        caption = f"{translate(perturbation.label)}: {amount:g}"
        _look(digit, perturbation.apply(digit, amount), caption, reactions, place)
    if session.wants_everything():
        _show_layers(three, reactions, amount)


def _show_layers(three: tuple[Network, ...], reactions: list[Reaction], amount: float) -> None:
    """Show how far each layer moves, the same scale for all networks."""
    st.markdown(terms.explain(MOVES))
    perturbation = PERTURBATIONS[session.get("disturbance")]
    top = max(float(values.max()) for reaction in reactions for values in reaction.moved.values())
    for column, network, reaction in zip(st.columns(3, gap="medium"), three, reactions, strict=True):
        with column:
            st.markdown(f"**{network.name}**")
            titles = trio.name_layers(network.name)
            _show_curves(
                perturbation.amounts,
                {titles.get(name, name): values for name, values in reaction.moved.items()},
                (translate(perturbation.unit), translate("cosine distance")),
                amount,
                f"layers-{network.name}",
                top=top or 1.0,
            )


def _look(digit: np.ndarray, changed: np.ndarray, caption: str, reactions: list[Reaction], place: int) -> None:
    """Show the digit before and after, and what each network answers."""
    with st.container(horizontal=True, vertical_alignment="center", gap="large"):
        with st.container(width=2 * PICTURE + 76):
            thumbnails(
                "disturbed",
                [digit, changed],
                [translate(ORIGINAL), caption],
                label=translate("The digit before and after"),
                size=PICTURE,
            )
        with st.container(width="stretch"):
            st.markdown(write_answers(reactions, place))


def write_answers(reactions: list[Reaction], place: int) -> str:
    """Return a table of what the networks answer to the perturbed digit number `place`."""
    head = [
        translate("network"),
        translate("first answer"),
        translate("now"),
        translate("confidence in the first answer"),
    ]
    rows = [
        [
            f"**{one.network}**",
            str(one.original),
            f"{one.answers[place]}" if one.kept[place] else f"**{one.answers[place]}**",
            format_share(float(one.confidence[place])),
        ]
        for one in reactions
    ]
    return trio.write_table(head, rows)


def _show_curves(
    x: tuple[float, ...],
    curves: Mapping[str, np.ndarray],
    titles: tuple[str, str],
    at: float,
    key: str,
    top: float | None = None,
) -> None:
    """Show curves of confidence, or with a `top` of a quantity that ends there."""
    process_tuning.import_once("plotly.graph_objects")
    from cnnviz.figures import bands
    from cnnviz.figures.bands import Line

    lines = [Line(name, values.tolist()) for name, values in curves.items()]
    figure = bands.chart(x, lines, titles=titles, at=at, shares=top is None, top=top)
    st.plotly_chart(figure, key=f"disturbed-{key}", config={"displayModeBar": False})
