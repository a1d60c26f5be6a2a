"""A question with a computed answer: which of the named kernels finds vertical strokes?"""

from __future__ import annotations

import streamlit as st

from cnnviz.core.lessons.convolution.kernels import KERNELS, compute_vertical_share, measure_stroke_responses
from cnnviz.ui.convolution import guesses
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.shell import page, session, terms

QUESTION = ("vertical", 0)
FINDS = 0.9
"""A kernel finds vertical strokes if so much of its answer to both kinds is for the vertical ones."""

ASK = gettext_noop("Which kernel finds vertical strokes, and leaves horizontal ones dark?")
HOW = gettext_noop(
    "Each kernel read a vertical stroke, 3 cells wide, and the same stroke lying down. The numbers are the sums of "
    "the squares after [[relu]]."
)
BECAUSE = gettext_noop(
    "A vertical stroke has its edges at the left and at the right. So a kernel finds it that subtracts what is left "
    "from what is right, and adds up along the stroke: {names}."
)
RIGHT = gettext_noop("{name} is right: {share:.0f} % of its answer to both strokes goes to the vertical one.")
WRONG = gettext_noop("Not {name}: only {share:.0f} % of its answer to both strokes goes to the vertical one.")


@st.fragment
@page.guard
def show() -> None:
    """Show the question, and once it was answered, or not wanted, the computed answer."""
    st.markdown("#### " + translate(ASK))
    said = guesses.get_answer(QUESTION)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for name, kernel in KERNELS.items():
            st.button(
                translate(kernel.label),
                key=f"finds-{name}",
                on_click=session.guard(_take_guess),
                args=(name,),
                type="primary" if name == said else "secondary",
            )
        st.button(translate("Show me"), key="finds-show", type="tertiary", on_click=session.guard(_show))
    if said in KERNELS:
        st.markdown(describe_verdict(said))
    if said or session.get("strokes_shown"):
        names = ", ".join(translate(KERNELS[name].label) for name in find_finders())
        st.markdown(translate(BECAUSE, names=names))
        st.markdown(write_table())
        st.caption(terms.explain(HOW))


def find_finders() -> tuple[str, ...]:
    """Return the names of the kernels that find vertical strokes."""
    return tuple(name for name, kernel in KERNELS.items() if compute_vertical_share(kernel.weights) >= FINDS)


def describe_verdict(name: str) -> str:
    """Return what there is to say about the guess `name`."""
    share = 100 * compute_vertical_share(KERNELS[name].weights)
    return translate(
        RIGHT if name in find_finders() else WRONG, name=f"**{translate(KERNELS[name].label)}**", share=share
    )


def write_table() -> str:
    """Return the answers of all kernels to both strokes, as Markdown."""
    heads = (translate("Kernel"), translate("vertical stroke"), translate("horizontal stroke"))
    lines = [f"| {' | '.join(heads)} |", "| --- | ---: | ---: |"]
    for kernel in KERNELS.values():
        vertical, horizontal = measure_stroke_responses(kernel.weights)
        lines.append(f"| {translate(kernel.label)} | {vertical:.1f} | {horizontal:.1f} |")
    return "\n".join(lines)


def _take_guess(name: str) -> None:
    guesses.remember(QUESTION, name, name in find_finders())


def _show() -> None:
    session.put(strokes_shown=True)
