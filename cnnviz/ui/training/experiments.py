"""The ready experiments as cards: a question, a guess, one click; and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import streamlit as st

from cnnviz.core.training.experiments import EXPERIMENTS, Experiment
from cnnviz.core.training.verdicts import Shares, Verdict
from cnnviz.ui.i18n import translate, translate_all, translate_plural
from cnnviz.ui.shell import session

NONE: Mapping[str, str] = MappingProxyType({})


def show(start: Callable[[Experiment], None]) -> None:
    """Show a card for every experiment, two beside one another; `start` is called after a click, before the rerun."""
    experiments = list(EXPERIMENTS.values())
    for pair in zip(experiments[::2], experiments[1::2], strict=True):
        for column, experiment in zip(st.columns(2, gap="medium"), pair, strict=True):
            with column:
                _card(experiment, start)


def _card(experiment: Experiment, start: Callable[[Experiment], None]) -> None:
    with st.container(border=True, key=f"experiment-{experiment.id}", height="stretch"):
        st.markdown(f"**{translate(experiment.question)}**")
        _guess(experiment)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(translate("Find out"), key=f"start-{experiment.id}", on_click=start, args=(experiment,))
            st.caption(_cost(experiment), width="content")


def _guess(experiment: Experiment) -> None:
    """Let the visitor guess first, or not."""
    answers = translate_all(experiment.guesses)
    key = f"guess-{experiment.id}"
    st.pills(
        translate("Your guess"),
        list(answers),
        format_func=answers.__getitem__,
        key=key,
        on_change=session.guard(_take),
        default=session.get("guesses").get(experiment.id),
        args=(experiment, key),
    )


def _take(experiment: Experiment, key: str) -> None:
    guess = st.session_state.get(key)
    if guess is None or guess in experiment.guesses:
        session.put(guesses={**session.get("guesses"), experiment.id: guess})


def _cost(experiment: Experiment) -> str:
    arms = len(experiment.arms)
    return translate_plural(
        "{number} training, judged by {digits:,} digits",
        "{number} trainings, judged by {digits:,} digits",
        arms,
        digits=experiment.count,
    )


def verdict(
    experiment: Experiment,
    shares: Shares,
    digits: int | None = None,
    *,
    gone: Mapping[str, str] = NONE,
    unequal: Mapping[str, str] = NONE,
) -> None:
    """Say what came out, against the visitor's guess and what is usually said; before that, which arms are missing.

    Args:
        experiment: What was asked.
        shares: arm id -> share of digits read right, in [0, 1].
        digits: How many decided, where it is not the plan's number because the data set has fewer.
        gone: arm id -> why nothing comes of it.
        unequal: arm id -> why its result cannot be set beside the others'.
    """
    found = experiment.verdict(shares, digits)
    with st.container(border=True, key="verdict"):
        st.markdown(f"**{translate(experiment.question)}**")
        if found is None:
            _missing(experiment, shares, gone, unequal)
            return
        st.markdown(translate(found.template, **found.numbers, **translate_all(found.names)))
        _answers(experiment, found)


def _missing(experiment: Experiment, shares: Shares, gone: Mapping[str, str], unequal: Mapping[str, str]) -> None:
    """Say of which arms a result is missing, and whether it may come."""
    coming = [translate(arm.label) for arm in experiment.arms if arm.id not in {*shares, *gone, *unequal}]
    if coming:
        st.caption(translate("Still to come: {arms}.", arms=", ".join(coming)))
    if gone:
        st.caption(translate("Without a result: {arms}.", arms=_reasons(experiment, gone)))
    if unequal:
        st.caption(translate("Not trained as the experiment plans it: {arms}.", arms=_reasons(experiment, unequal)))
    if gone or unequal:
        st.caption(translate("So nothing can be said about the question. For that, start the experiment again."))


def _reasons(experiment: Experiment, reasons: Mapping[str, str]) -> str:
    """Return the arms that have a reason, each with it."""
    return ", ".join(f"{translate(arm.label)} ({reasons[arm.id]})" for arm in experiment.arms if arm.id in reasons)


def _answers(experiment: Experiment, found: Verdict) -> None:
    answers = translate_all(experiment.guesses)
    guess = session.get("guesses").get(experiment.id)
    if guess in answers:
        told = (
            translate("You guessed right: {answer}.", answer=answers[guess])
            if guess == found.right
            else translate(
                "You guessed: {guess}. It came out: {answer}.", guess=answers[guess], answer=answers[found.right]
            )
        )
        (st.success if guess == found.right else st.info)(told)
    if found.right == experiment.expected:
        st.caption(translate(experiment.why))
    else:
        st.caption(
            translate(
                "Usually it is said: {answer}. {why} These trainings did not show it.",
                answer=answers[experiment.expected],
                why=translate(experiment.why),
            )
        )
    st.caption(translate("Each was trained once. With another seed the numbers differ a little."))
