"""The filters that an answer depends on most: what switching each of them off does to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import streamlit as st

from cnnviz.core.explanations.contrast import Contrast, find_rival
from cnnviz.core.explanations.what_if import Absence, rank_filters
from cnnviz.core.inference.trace import Trace, format_share
from cnnviz.core.ledger.fixed_point import format_signed
from cnnviz.core.networks.network import Network
from cnnviz.ui.components.feature_maps import Block, feature_maps
from cnnviz.ui.filters import choice, kernel_pictures
from cnnviz.ui.i18n import gettext_noop, translate, translate_all
from cnnviz.ui.shell import page, session, terms

COUNT = 10
"""Filters that are shown."""

WHAT = gettext_noop(
    "The {count} filters whose absence changes the answer most. A bar is what switching the filter off does to the "
    "lead of the {answer} over the {rival}, the difference of their [[logit|logits]]: below 0 the answer becomes less "
    "certain. Click a bar to choose its filter."
)
LABELS: Mapping[str, str] = MappingProxyType(
    {**kernel_pictures.BARS, "read_unit": gettext_noop("without filter {unit} the lead changes by {value}")}
)
"""The texts of the viewer of maps."""


def show(network: Network, traced: Trace) -> None:
    """Show the filters as bars and as a table; a click chooses one on the whole page."""
    contrast = Contrast(traced.answer, find_rival(traced.logits, traced.answer), len(traced.logits))
    found = rank_filters(network, traced.digit, contrast)[:COUNT]
    classes = tuple(map(page.escape_markdown, network.architecture.classes))
    answer, rival = (classes[of] for of in (traced.answer, contrast.against or 0))
    st.caption(terms.explain(WHAT, count=len(found), answer=answer, rival=rival))
    block = Block(
        id="absences",
        title=translate("Change of the lead"),
        subtitle=translate("without the filter"),
        kind="bars",
        values=np.array([-each.fall for each in found], np.float32),
        signed=True,
        ticks=tuple(str(each.of) for each in found),
    )
    clicked = feature_maps(
        "absences-bars",
        [block],
        mode="mosaic",
        colour_range="layer",
        palette=session.get("palette"),
        labels=translate_all(LABELS),
        on_select=lambda: None,
    )
    st.markdown(_write_table(found, [choice.name(network, each.layer, each.of) for each in found], classes))
    if clicked is not None and clicked.row < len(found):
        choice.choose(found[clicked.row].layer, found[clicked.row].of)
        st.rerun()


def _write_table(found: Sequence[Absence], titles: Sequence[str], classes: Sequence[str]) -> str:
    """Write a table in Markdown; `titles` and `classes`, the names of filters and of answers, are Markdown too."""
    head = " | ".join([translate("Without"), translate("lead"), translate("answer"), translate("share")])
    rows = [
        f"| {title} | {format_signed(-each.fall)} | {classes[each.answer]} | {format_share(each.share)} |"
        for title, each in zip(titles, found, strict=True)
    ]
    return "\n".join([f"| {head} |", "| --- | ---: | ---: | ---: |", *rows])
