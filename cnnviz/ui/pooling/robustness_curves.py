"""The same perturbations over many test digits, measured beforehand, with bands."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.errors import Refusal
from cnnviz.core.inference.perturbations import OFFSETS, PERTURBATIONS
from cnnviz.core.lessons.pooling import robustness_curves
from cnnviz.core.lessons.pooling.robustness_curves import SHIFT, Robustness
from cnnviz.core.lessons.pooling.trio import POOL_NETWORKS
from cnnviz.core.networks import model_store
from cnnviz.core.percentages import SIGN
from cnnviz.ui.i18n import gettext_noop, translate, translate_refusal
from cnnviz.ui.pooling import trio
from cnnviz.ui.shell import cache, process_tuning, session, terms

USUAL_SHIFT = 3
DISTANCE = gettext_noop("pixels, the mean of up, down, left and right")
BANDS = gettext_noop(
    "Bands hold what the same network would read of other such digits and with another seed, with 95 % [[confidence "
    "interval|confidence]] (Wilson’s interval, or a bootstrap over the digits, and the spread between seeds). All "
    "seeds are the {seeds} trainings of each network, the shown one among them: the lowest and the highest."
)


def show(kind: str) -> None:
    """Show the curves for one of `pool_robustness.KINDS`, and their numbers at the place that is looked at."""
    try:
        found = cache.pooling_curves(model_store.folder())
    except Refusal as reason:
        st.warning(translate_refusal(reason))
        return
    st.markdown("#### " + translate("The same with {count:,} test digits", count=found.count))
    process_tuning.import_once("plotly.graph_objects")
    place = place_of(kind)
    amount = robustness_curves.get_amounts(kind)[place]
    if not session.wants_everything():
        st.markdown(f"**{translate(QUANTITIES['right'])}**")
        _show_chart(found, kind, "right", amount)
        return
    for column, (quantity, title) in zip(st.columns(2, gap="medium"), QUANTITIES.items(), strict=True):
        with column:
            st.markdown(f"**{translate(title)}**")
            _show_chart(found, kind, quantity, amount)
    st.markdown(write_table(found, kind, place))
    st.caption(terms.explain(BANDS, seeds=len(found.about.get("seeds", ()))))


QUANTITIES = {
    "confidence": gettext_noop("Mean confidence in the answer to the undisturbed digit"),
    "right": gettext_noop("Digits read right"),
}
"""Part of a curve -> what it is called."""


def place_of(kind: str) -> int:
    """Return which amount is looked at; for shifts the one that the chosen offset comes closest to."""
    if kind != SHIFT:
        return int(session.get(kind))
    largest = max(map(abs, OFFSETS[session.get("moved")]))
    return largest or USUAL_SHIFT


def get_unit(kind: str) -> str:
    """Return what the amounts of a perturbation are."""
    return translate(DISTANCE) if kind == SHIFT else translate(PERTURBATIONS[kind].unit)


def write_table(found: Robustness, kind: str, place: int) -> str:
    """Return a table of the share of digits that are read right at one amount."""
    amount = robustness_curves.get_amounts(kind)[place]
    head = [f"{amount:g} {get_unit(kind)}", translate("digits read right"), translate("band"), translate("all seeds")]
    rows = []
    for name in POOL_NETWORKS:
        curve = found.curves[kind][name]
        value, low, high = (100 * row[place] for row in curve.compute_band("right"))
        lowest, highest = (100 * row[place] for row in curve.seeds_right)
        rows.append(
            [
                f"**{name}**",
                f"{value:.1f}{SIGN}",
                f"{low:.1f} – {high:.1f}{SIGN}",
                f"{lowest:.1f} – {highest:.1f}{SIGN}",
            ]
        )
    return trio.write_table(head, rows)


def _show_chart(found: Robustness, kind: str, quantity: str, at: float) -> None:
    from cnnviz.figures import bands
    from cnnviz.figures.bands import Line

    lines = [Line(name, *found.curves[kind][name].compute_band(quantity)) for name in POOL_NETWORKS]
    titles = (get_unit(kind), translate("share of digits") if quantity == "right" else translate("confidence"))
    figure = bands.chart(robustness_curves.get_amounts(kind), lines, titles=titles, at=at)
    st.plotly_chart(figure, key=f"thousand-{quantity}", config={"displayModeBar": False})
