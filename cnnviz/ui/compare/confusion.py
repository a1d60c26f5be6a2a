"""The confusion matrix of one of the two networks, the digits behind its cells, and what the two read differently."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.core.data.datasets import Dataset
from cnnviz.core.evaluation import statistics
from cnnviz.core.evaluation.evaluation import Evaluation
from cnnviz.core.evaluation.statistics import Comparison
from cnnviz.ui.compare import contenders, digit_sheet
from cnnviz.ui.compare.contenders import Pair
from cnnviz.ui.compare.sections import section
from cnnviz.ui.components.confusion import confusion, read_cell
from cnnviz.ui.i18n import gettext_noop, translate, translate_plural
from cnnviz.ui.shell import page, session, terms, url, widgets

WHY = gettext_noop(
    "In the [[confusion matrix]] a row is a [[label]] and a column an answer; right answers stand on the diagonal. "
    "Click a number beside it to see those digits, the most confident mistake first."
)
NO_CELL = gettext_noop("Its commonest mistake: {count} digits that are a {label} were read as a {answer}.")
FINDING = gettext_noop("{one} alone reads {only_one} digits right, {other} alone {only_other}; both misread {neither}.")
DIFFERENT = gettext_noop(
    "By [[mcnemar test|McNemar’s test]] chance alone would split them as unevenly with a probability of {p_value}: "
    "**{better} reads more of them right, and luck hardly explains it.** With other [[seed|seeds]] for their trainings "
    "the two may compare differently."
)
ALIKE = gettext_noop(
    "By [[mcnemar test|McNemar’s test]] chance alone would split them as unevenly with a probability of {p_value}: "
    "**these digits do not tell which of the two reads better.**"
)
SIGNIFICANT = 0.05
"""Probability below which chance is not taken for the reason."""
SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
MAX_SHOWN = 60
"""Digits of a cell that are shown."""


@st.fragment
@page.guard
def show(pair: Pair | None) -> None:
    """Show the section."""
    with section("confusion", translate("Which digits are taken for which"), WHY) as unfolded:
        if unfolded and pair is not None:
            st.markdown(describe(pair))
            _show_matrix(pair)
    url.show(pen_down=False, place="confusion")


def describe(pair: Pair) -> str:
    """Return in sentences what the two networks read differently, and whether that may be chance."""
    found = statistics.compare(*pair.right)
    one, other = (f"**{page.escape_markdown(title)}**" for title in pair.titles)
    counts = translate(
        FINDING, one=one, other=other, only_one=found.only_one, only_other=found.only_other, neither=found.neither
    )
    p_value = format_probability(found)
    if found.p_value >= SIGNIFICANT:
        return f"{counts} {terms.explain(ALIKE, 'mcnemar', p_value=p_value)}"
    better = pair.titles[0] if found.only_one > found.only_other else pair.titles[1]
    verdict = terms.explain(DIFFERENT, "mcnemar", p_value=p_value, better=page.escape_markdown(better))
    return f"{counts} {verdict}"


def format_probability(found: Comparison) -> str:
    """Return the probability of a comparison; a small one by its power of ten, which is all that matters of it."""
    if found.p_value >= 0.001:
        return f"{found.p_value:.3f}"
    power = int(-np.log10(max(found.p_value, np.finfo(float).tiny)))
    return translate("less than {share}", share=f"10⁻{str(power).translate(SUPERSCRIPT)}")


def _show_matrix(pair: Pair) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        _, made, title = contenders.choose_side("matrix_of", pair)
        widgets.one_of("matrix_as", translate("Cells"))
    matrix, digits = st.columns([3, 2], gap="medium")
    with matrix:
        confusion(
            "confusion-matrix",
            made.confusion,
            shares=session.get("matrix_as") == "shares",
            chosen=session.get("matrix_cell"),
            on_pick=_pick,
        )
    with digits:
        _show_cell(made, pair.data, title)


def _show_cell(made: Evaluation, data: Dataset, title: str) -> None:
    cell = session.get("matrix_cell")
    if cell is None or cell[0] == cell[1]:
        counts = made.confusion * (1 - np.eye(len(made.confusion), dtype=np.int64))
        label, answer = np.unravel_index(int(counts.argmax()), counts.shape)
        if counts.any():
            st.markdown(translate(NO_CELL, count=int(counts[label, answer]), label=int(label), answer=int(answer)))
        return
    label, answer = cell
    found = made.find_cell(label, answer)
    st.markdown(
        translate_plural(
            "**{number} digit that is a {label}, read as a {answer}**",
            "**{number} digits that are a {label}, read as a {answer}**",
            len(found),
            label=label,
            answer=answer,
        )
    )
    if len(found):
        digit_sheet.show_digits("confusion-cell", made, data, found[:MAX_SHOWN], title)


def _pick() -> None:
    cell = read_cell("confusion-matrix")
    if cell is not None:
        session.put(matrix_cell=cell)
