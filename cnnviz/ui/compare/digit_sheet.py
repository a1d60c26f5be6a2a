"""The sheet of 30: the same test digits as two networks read them, right answers in blue and wrong ones in red."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.core.data.datasets import Dataset
from cnnviz.core.evaluation.evaluation import Evaluation
from cnnviz.core.inference.trace import format_share
from cnnviz.ui.compare import contenders
from cnnviz.ui.compare.contenders import Pair
from cnnviz.ui.compare.sections import section
from cnnviz.ui.components.thumbnails import Mark, read_pick, thumbnails
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.shell import page, session, url, widgets

DIGITS = 30
"""Digits of a sheet, as in the tutorial."""

SIDE = 66
"""Side of a picture in CSS pixels."""

RIGHT, WRONG = "✓", "✗"
"""Marks beside the colours."""

WHY = gettext_noop(
    "The same digits of the [[test set]], read by both networks. ✓ and blue: right. ✗ and red: wrong. Click a digit to "
    "take it to every page."
)
COUNTS = {
    "all": gettext_noop("Digits {first:,} to {last:,} of {count:,}: {one} reads {right} right, {other} {other_right}."),
    "apart": gettext_noop(
        "Digits {first:,} to {last:,} of the {count:,} that only one reads right: {one} reads {right} right, {other} "
        "{other_right}."
    ),
    "both": gettext_noop("Digits {first:,} to {last:,} of the {count:,} that both misread."),
}
NONE = {
    "all": gettext_noop("There is no digit in the test set."),
    "apart": gettext_noop("No digit: whatever one of the two reads right, the other reads right too."),
    "both": gettext_noop("No digit: each is read right by at least one of the two."),
}


@st.fragment
@page.guard
def show(pair: Pair | None) -> None:
    """Show the section."""
    with section("sheet-of-30", translate("Thirty digits, two networks"), WHY) as unfolded:
        if unfolded and pair is not None:
            _show_sheet(pair)
    url.show(pen_down=False, place="sheet-of-30")


def _show_sheet(pair: Pair) -> None:
    widgets.one_of("sheet_shows", translate("Which digits"), show_label=False, then=_turn_to_first)
    found = find_digits(pair, session.get("sheet_shows"))
    if not len(found):
        st.markdown(translate(NONE[session.get("sheet_shows")]))
        return
    sheets = -(-len(found) // DIGITS)
    sheet = min(session.get("sheet_page"), sheets - 1)
    shown = found[sheet * DIGITS : (sheet + 1) * DIGITS]
    st.markdown(_describe(pair, shown, sheet * DIGITS, len(found)))
    for column, (side, made, title) in zip(st.columns(2, gap="medium"), pair.sides, strict=True):
        with column:
            st.markdown(f"**{page.escape_markdown(title)}**")
            with st.container(key=f"{'whole' if len(shown) == DIGITS else 'part'}-sheet-{side}"):
                show_digits(f"sheet-{side}", made, pair.data, shown, title)
    with st.container(horizontal=True, gap="small"):
        for label, key, to in (
            (translate("The {number} before", number=DIGITS), "sheet-before", sheet - 1),
            (translate("The next {number}", number=DIGITS), "sheet-next", sheet + 1),
        ):
            st.button(label, key=key, disabled=not 0 <= to < sheets, on_click=session.guard(_turn), args=(to,))


def find_digits(pair: Pair, which: str) -> np.ndarray:
    """Return the indexes of the digits that are shown, `which` of "all", "apart" or "both", in the test set's order."""
    one, other = pair.right
    chosen = {"all": np.ones(pair.count, bool), "apart": one != other, "both": ~one & ~other}
    return np.nonzero(chosen[which])[0]


def _describe(pair: Pair, shown: np.ndarray, first: int, count: int) -> str:
    one, other = map(page.escape_markdown, pair.titles)
    return translate(
        COUNTS[session.get("sheet_shows")],
        first=first + 1,
        last=first + len(shown),
        count=count,
        one=f"**{one}**",
        other=f"**{other}**",
        right=int(pair.one.right[shown].sum()),
        other_right=int(pair.other.right[shown].sum()),
    )


def show_digits(
    key: str, made: Evaluation, data: Dataset, shown: np.ndarray, title: str, *, with_labels: bool = False
) -> None:
    """Show test digits with what a network answered; one that is clicked is shown on every page.

    Args:
        key: Key of the element.
        made: The network's answers.
        data: The test set.
        shown: (n,) indexes.
        title: What the network is called.
        with_labels: Whether captions say the label as well, as 5 → 6, instead of whether the answer is right.
    """
    current = contenders.find_current(data)
    thumbnails(
        key,
        [data.x_test[index].astype(np.float32) / 255 for index in shown],
        [_caption(made, int(index), with_labels) for index in shown],
        label=translate("Test digits as {network} reads them", network=title),
        size=SIDE,
        on_pick=lambda: contenders.take(data, shown, read_pick(key)),
        marks=[_mark(made, int(index), current) for index in shown],
    )
    if read_pick(key) >= 0:
        st.rerun()  # the whole page: another digit is read


def _caption(made: Evaluation, index: int, with_labels: bool) -> str:
    if with_labels:
        return f"{made.labels[index]} → {made.answers[index]}"
    return f"{RIGHT if made.right[index] else WRONG} {made.answers[index]}"


def _mark(made: Evaluation, index: int, current: int) -> Mark:
    description = translate(
        "test digit {number}, a {label}, {share} sure",
        number=index,
        label=made.labels[index],
        share=format_share(float(made.confidences[index])),
    )
    return Mark("right" if made.right[index] else "wrong", description, index == current)


def _turn(to: int) -> None:
    session.put(sheet_page=to)


def _turn_to_first() -> None:
    session.put(sheet_page=0)
