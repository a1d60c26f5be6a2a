"""The question: why this digit, and not that one. Both can be chosen; at first the answer and the next likeliest."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.core.explanations.contrast import Contrast, find_rival
from cnnviz.core.inference.trace import Trace
from cnnviz.core.ledger.fixed_point import format_signed
from cnnviz.core.networks.architecture import DIGITS
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.shell import page, session, terms, widgets
from cnnviz.ui.shell.fields.why import ANSWER, NEXT, NOTHING

LEAD = gettext_noop("the lead of {target} over {against}")
LOGIT = gettext_noop("the logit of {target}")

LEAD_IS = gettext_noop(
    "The [[logit]] of {target} lies {total} above that of {against}: this lead is what the pictures take apart."
)
LEAD_IS_BELOW = gettext_noop(
    "The [[logit]] of {target} lies {total} below that of {against}: this distance is what the pictures take apart."
)
LOGIT_IS = gettext_noop("The [[logit]] of {target} is {total}: this number is what the pictures take apart.")


def ask(trace: Trace, classes: tuple[str, ...] = DIGITS) -> Contrast:
    """Show the two choices as a sentence, and what is taken apart; return it. `classes` name the answers."""
    numbers = tuple(map(str, range(len(classes))))
    answer = trace.answer
    chosen = session.get("why_target")
    target = answer if chosen == ANSWER or int(chosen) >= len(trace.logits) else int(chosen)
    rival = find_rival(trace.logits, target)
    with st.container(key="why-question", horizontal=True, vertical_alignment="center"):
        st.markdown(translate("Why"), width="content")
        widgets.pick(
            "why_target",
            translate("Digit that is explained") if classes == DIGITS else translate("Class that is explained"),
            (ANSWER, *numbers),
            lambda name: (
                translate("{digit}, the answer", digit=classes[answer]) if name == ANSWER else classes[int(name)]
            ),
            width=180,
        )
        st.markdown(translate("and not"), width="content")
        widgets.pick(
            "why_against",
            translate("Digit that it is compared with")
            if classes == DIGITS
            else translate("Class that it is compared with"),
            (NEXT, NOTHING, *(number for number in numbers if number != str(target))),
            lambda name: _name_rival(name, rival, classes),
            width=210,
        )
    contrast = choose(trace.logits, target)
    values = describe_values(contrast, trace.logits, escape(classes))
    st.caption(terms.explain(_get_template(contrast, trace.logits), "why", **values))
    return contrast


def choose(logits: np.ndarray, target: int) -> Contrast:
    """Return what is explained: `target` against the digit that was chosen, if that is another."""
    against = session.get("why_against")
    if against == NOTHING:
        return Contrast(target, None, len(logits))
    rival = find_rival(logits, target)
    is_free = against in (NEXT, str(target)) or int(against) >= len(logits)
    return Contrast(target, rival if is_free else int(against), len(logits))


def escape(classes: tuple[str, ...]) -> tuple[str, ...]:
    """Return names of classes so that Markdown shows them as they are."""
    return classes if classes == DIGITS else tuple(map(page.escape_markdown, classes))


def name_classes(contrast: Contrast, classes: tuple[str, ...] = DIGITS) -> dict[str, object]:
    """Return the names of the two classes; None against nothing."""
    against = None if contrast.against is None else classes[contrast.against]
    return {"target": classes[contrast.target], "against": against}


def describe(contrast: Contrast, classes: tuple[str, ...] = DIGITS) -> str:
    """Return what is taken apart in a few words: the lead of 3 over 8."""
    return translate(LOGIT if contrast.against is None else LEAD, **name_classes(contrast, classes))


def describe_values(contrast: Contrast, logits: np.ndarray, classes: tuple[str, ...] = DIGITS) -> dict[str, object]:
    """Return what fills the templates of the sentence."""
    total = float(contrast.measure(logits))
    shown = total if contrast.against is None else abs(total)
    return {**name_classes(contrast, classes), "total": format_signed(shown, plus="")}


def _get_template(contrast: Contrast, logits: np.ndarray) -> str:
    if contrast.against is None:
        return LOGIT_IS
    return LEAD_IS if float(contrast.measure(logits)) >= 0 else LEAD_IS_BELOW


def _name_rival(name: str, rival: int, classes: tuple[str, ...]) -> str:
    if name == NEXT:
        return translate("{digit}, the next likeliest", digit=classes[rival])
    return translate("nothing else") if name == NOTHING else classes[int(name)]
