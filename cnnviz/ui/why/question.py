"""The question: why this digit, and not that one. Both can be chosen; at first the answer and the next likeliest."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.core.explanations.contrast import Contrast, find_rival
from cnnviz.core.inference.trace import Trace
from cnnviz.core.ledger.fixed_point import format_signed
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.shell import session, terms, widgets
from cnnviz.ui.shell.fields.why import ANSWER, DIGITS, NEXT, NOTHING

LEAD = gettext_noop("the lead of {target} over {against}")
LOGIT = gettext_noop("the logit of {target}")

LEAD_IS = gettext_noop(
    "The [[logit]] of {target} lies {total} above that of {against}: this lead is what the pictures take apart."
)
LEAD_IS_BELOW = gettext_noop(
    "The [[logit]] of {target} lies {total} below that of {against}: this distance is what the pictures take apart."
)
LOGIT_IS = gettext_noop("The [[logit]] of {target} is {total}: this number is what the pictures take apart.")


def ask(trace: Trace) -> Contrast:
    """Show the two choices as a sentence, and what is taken apart; return it."""
    answer = trace.answer
    chosen = session.get("why_target")
    target = answer if chosen == ANSWER or int(chosen) >= len(trace.logits) else int(chosen)
    rival = find_rival(trace.logits, target)
    with st.container(key="why-question", horizontal=True, vertical_alignment="center"):
        st.markdown(translate("Why"), width="content")
        widgets.pick(
            "why_target",
            translate("Digit that is explained"),
            (ANSWER, *DIGITS),
            lambda name: translate("{digit}, the answer", digit=answer) if name == ANSWER else name,
            width=150,
        )
        st.markdown(translate("and not"), width="content")
        widgets.pick(
            "why_against",
            translate("Digit that it is compared with"),
            (NEXT, NOTHING, *(digit for digit in DIGITS if digit != str(target))),
            lambda name: _name_rival(name, rival),
            width=210,
        )
    contrast = choose(trace.logits, target)
    st.caption(terms.explain(_get_template(contrast, trace.logits), "why", **describe_values(contrast, trace.logits)))
    return contrast


def choose(logits: np.ndarray, target: int) -> Contrast:
    """Return what is explained: `target` against the digit that was chosen, if that is another."""
    against = session.get("why_against")
    if against == NOTHING:
        return Contrast(target, None, len(logits))
    rival = find_rival(logits, target)
    is_free = against in (NEXT, str(target)) or int(against) >= len(logits)
    return Contrast(target, rival if is_free else int(against), len(logits))


def describe(contrast: Contrast) -> str:
    """Return what is taken apart in a few words: the lead of 3 over 8."""
    return translate(LOGIT if contrast.against is None else LEAD, target=contrast.target, against=contrast.against)


def describe_values(contrast: Contrast, logits: np.ndarray) -> dict[str, object]:
    """Return what fills the templates of the sentence."""
    total = float(contrast.measure(logits))
    shown = total if contrast.against is None else abs(total)
    return {"target": contrast.target, "against": contrast.against, "total": format_signed(shown, plus="")}


def _get_template(contrast: Contrast, logits: np.ndarray) -> str:
    if contrast.against is None:
        return LOGIT_IS
    return LEAD_IS if float(contrast.measure(logits)) >= 0 else LEAD_IS_BELOW


def _name_rival(name: str, rival: int) -> str:
    if name == NEXT:
        return translate("{digit}, the next likeliest", digit=rival)
    return translate("nothing else") if name == NOTHING else name
