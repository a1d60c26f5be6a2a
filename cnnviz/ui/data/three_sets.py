"""Training, validation and test set: what each is for, and how many pictures each has."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from cnnviz.core.data import bundled_digits, mnist_file, picture_sets, published_sets
from cnnviz.core.data.picture_sets import OWN, SLUGS, TEST, TRAIN, PictureSet
from cnnviz.core.lessons.data.rows import SPLITS, VALIDATION, count_parts
from cnnviz.core.networks import model_store
from cnnviz.core.networks.training_plan import TrainingPlan, count_digits
from cnnviz.core.training.plan_draft import make_default_draft
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.shell import cache, session, terms

WHY = gettext_noop(
    "A [[network]] that has seen the answers proves nothing by knowing them. So pictures are kept apart: from the "
    "[[training set]] it learns, by the [[validation set]] one chooses, and the [[test set]] is read once, at the end."
)
PURPOSES = {
    TRAIN: gettext_noop("The weights are learned from these, over and over."),
    VALIDATION: gettext_noop("Read after every epoch: when to stop, which settings. Drawn at random by class."),
    TEST: gettext_noop("Nothing was chosen by these, so they say how well a network reads what is new to it."),
}
SIZES = {
    picture_sets.MNIST: (mnist_file.SHAPES["y_train"][0], mnist_file.SHAPES["y_test"][0]),
    **{name: (published.sizes[TRAIN], published.sizes[TEST]) for name, published in published_sets.SETS.items()},
    picture_sets.DIGITS: (bundled_digits.TRAIN_COUNT, bundled_digits.COUNT - bundled_digits.TRAIN_COUNT),
}
"""Data set -> pictures of its training and its test part."""

IN_APP = gettext_noop("Train, as it opens")
NONE_HELD_OUT = gettext_noop(
    "Most networks that come with the app hold nothing out: no result decided anything about their training, so the "
    "test set is still unseen."
)


def show(pictures: PictureSet) -> None:
    """Show why there are three sets, how large they are, and how the stored networks' plans divide them."""
    available, tested = pictures.sizes if pictures.name == OWN else SIZES[SLUGS[pictures.slug][0]]
    learned, held_out = count_parts(available)
    with st.container(key="three-sets"):
        st.subheader(translate("Why three sets"), anchor=False)
        st.caption(terms.explain(WHY))
        counts = {TRAIN: learned, VALIDATION: held_out, TEST: tested}
        heads: tuple[str, ...] = (translate("Set"), translate("Pictures"), translate("What it is for"))
        lines = [(translate(SPLITS[name]), f"{counts[name]:,}", translate(PURPOSES[name])) for name in SPLITS]
        st.html(_write(heads, lines))
        if session.wants_everything() and pictures.name != OWN:
            st.caption(translate(NONE_HELD_OUT))
            columns = (translate("Plan"), translate("Learned from"), translate("Held out"), translate("Tested on"))
            st.html(
                _write(columns, [_describe(name, plan, available, tested) for name, plan in _list_plans(available)])
            )


def _list_plans(available: int) -> list[tuple[str, TrainingPlan]]:
    plans = [(name, cache.card(name).plan) for name in model_store.names()]
    usual = make_default_draft(available).plan(available)
    return plans if usual is None else [*plans, (translate(IN_APP), usual)]


def _describe(name: str, plan: TrainingPlan, available: int, tested: int) -> tuple[str, ...]:
    learned, held_out = count_digits(plan, available)
    return name, f"{learned:,}", f"{held_out:,}", f"{tested:,}"


def _write(heads: tuple[str, ...], lines: Sequence[tuple[str, ...]]) -> str:
    """Write a table whose first column names its rows; columns of numbers stand at the right."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join(f'<tr><th scope="row">{escape(first)}</th>{_write_cells(cells)}</tr>' for first, *cells in lines)
    return f'<div class="three-sets"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _write_cells(texts: Sequence[str]) -> str:
    numbers = (text.replace(",", "").isdecimal() for text in texts)
    return "".join(
        f'<td class="number">{escape(text)}</td>' if is_number else f"<td>{escape(text)}</td>"
        for text, is_number in zip(texts, numbers, strict=True)
    )
