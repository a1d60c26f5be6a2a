"""Small numbers first: a grid small enough to pool in the head, window by window."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.lessons.number_grid import apply_edits, resize
from cnnviz.core.lessons.pooling.examples import EXAMPLES
from cnnviz.core.lessons.pooling.worked_example import SIDES, PoolWorkedExample, find_max_stride, find_window
from cnnviz.ui.components.pool_grid import pool_grid, read_edit
from cnnviz.ui.i18n import gettext_noop, translate, translate_refusal
from cnnviz.ui.shell import page, session, terms, url, widgets

KEY = "pool-grid"

WHY = gettext_noop("Pool sixteen numbers by hand once and you know what every [[pooling]] [[layer]] does.")

PADDING_HELP = gettext_noop(
    "valid: whole windows only. same: windows may reach over the edge, where nothing is counted."
)


@st.fragment
@page.guard
def show() -> None:
    """Show the section; it does not depend on what is drawn."""
    st.subheader(translate("Small numbers first"), anchor=False)
    st.caption(terms.explain(WHY))
    problem = _take_over()
    example = _make_example()
    _show_settings()
    pool_grid(KEY, example, guess=bool(session.get("pool_guess")), problem=problem)
    st.markdown(_describe(example))
    url.show(pen_down=False, place="worked-example")


def _make_example() -> PoolWorkedExample:
    """Return the grid as it is pooled; window and stride that do not fit it, as from a link, give way."""
    side = len(session.get("pool_grid"))
    window = min(session.get("pool_window"), side)
    stride = min(session.get("pool_stride"), find_max_stride(side, window))
    if (window, stride) != (session.get("pool_window"), session.get("pool_stride")):
        session.choose("pool_window", window)
        session.choose("pool_stride", stride)
    return PoolWorkedExample(session.get("pool_grid"), (window, window), (stride, stride), session.get("pool_padding"))


def _take_over() -> tuple[int, int, str] | None:
    """Take over what was typed; return the cell that was refused and why, if there is one."""
    values = session.get("pool_grid")
    texts = read_edit(KEY, values)
    if texts is None:
        return None
    values, refused = apply_edits(values, texts)
    session.put(pool_grid=values)
    return None if refused is None else (refused[0], refused[1], translate_refusal(refused[2]))


def _show_settings() -> None:
    side = len(session.get("pool_grid"))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        if session.shows("pool_side"):
            widgets.number("pool_side", translate("Side of the grid"), *SIDES, width=150, then=_resize)
        widgets.number("pool_window", translate("Window"), 1, side, width=150, then=_fit_stride)
        widgets.number("pool_stride", translate("Stride"), 1, side, width=150, then=_fit_window)
        if session.shows("pool_padding"):
            widgets.one_of("pool_padding", translate("Padding"), help=translate(PADDING_HELP))
        st.toggle(
            translate("Guess first"), value=bool(session.get("pool_guess")), **session.bind("pool_guess", (False, True))
        )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(translate("Fill it with"), width="content")
        for name, (label, _) in EXAMPLES.items():
            st.button(translate(label), key=f"fill-{name}", on_click=session.guard(_fill), args=(name,))


def _describe(example: PoolWorkedExample) -> str:
    """Return the size and the share of values kept, as formulas with their numbers."""
    lines = [
        translate("Size of the result: {formula}", formula=example.formula),
        translate("Values kept: {formula} = {share:.4g} %", formula=example.kept_formula, share=100 * example.kept),
    ]
    times = example.read
    if (times == 0).any():
        lines.append(translate("Values that no window reads: {number}", number=int((times == 0).sum())))
    if (times > 1).any():
        lines.append(translate("Values that several windows read: {number}", number=int((times > 1).sum())))
    return "  \n".join(lines)


def _resize() -> None:
    session.put(pool_grid=resize(session.get("pool_grid"), session.get("pool_side")))


def _fill(name: str) -> None:
    session.put(pool_grid=EXAMPLES[name][1](len(session.get("pool_grid"))))


def _fit_stride() -> None:
    """Reduce a stride that leaves one window anyway."""
    longest = find_max_stride(len(session.get("pool_grid")), session.get("pool_window"))
    if session.get("pool_stride") > longest:
        session.choose("pool_stride", longest)


def _fit_window() -> None:
    """Change a window that does not fit the stride."""
    side, stride, window = (
        len(session.get("pool_grid")),
        session.get("pool_stride"),
        session.get("pool_window"),
    )
    if (fitting := find_window(side, stride, window)) != window:
        session.choose("pool_window", fitting)
