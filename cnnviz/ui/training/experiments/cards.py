"""The ready experiments as cards: a question, a guess, one click; and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import cycle
from types import MappingProxyType

import streamlit as st

from cnnviz.core.training.experiments import EXPERIMENTS, Experiment
from cnnviz.core.training.verdicts import ALIKE, Results, Sentence, Shares, Verdict
from cnnviz.ui.i18n import translate, translate_all, translate_plural
from cnnviz.ui.shell import session, terms
from cnnviz.ui.training import small_data

NONE: Mapping[str, str] = MappingProxyType({})


Action = Callable[[Experiment], None]


def show(
    start: Action,
    play: Action,
    has_recording: Callable[[Experiment], bool],
    estimate: Callable[[Experiment], float],
) -> None:
    """Show a card for every experiment, two beside one another.

    Args:
        start: Called after a click, before the rerun: trains the experiment.
        play: Likewise: shows its recorded trainings.
        has_recording: Whether it has some.
        estimate: Returns the seconds that all trainings of it will take.
    """
    experiments = list(EXPERIMENTS.values())
    for pair in zip(experiments[::2], experiments[1::2], strict=True):
        for column, experiment in zip(st.columns(2, gap="medium"), pair, strict=True):
            with column:
                _show_card(experiment, start, play if has_recording(experiment) else None, estimate(experiment))


def _show_card(experiment: Experiment, start: Action, play: Action | None, seconds: float) -> None:
    with st.container(border=True, key=f"experiment-{experiment.id}", height="stretch"):
        st.markdown(f"**{terms.explain(experiment.question)}**")
        st.caption(translate("You will see: {what}", what=terms.explain(experiment.shows)))
        _ask_guess(experiment)
        time = _describe_minutes(seconds)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if play is not None:
                find_out = translate("Find out (recorded: at once)")
                st.button(find_out, key=f"play-{experiment.id}", on_click=play, args=(experiment,))
                train = translate("Train it yourself ({time})", time=time)
            else:
                train = translate("Find out ({time})", time=time)
            st.button(train, key=f"start-{experiment.id}", on_click=start, args=(experiment,))
            st.caption(_describe_cost(experiment), width="content")


def _ask_guess(experiment: Experiment) -> None:
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


def _describe_cost(experiment: Experiment) -> str:
    """Say how many trainings decide, and how many digits of the data that is there."""
    arms = len(experiment.arms)
    return translate_plural(
        "{number} training, judged by {digits:,} digits",
        "{number} trainings, judged by {digits:,} digits",
        arms,
        digits=small_data.count_judging(experiment),
    )


def _describe_minutes(seconds: float) -> str:
    if seconds < 45:
        return translate("less than a minute")
    return translate_plural("about {number} minute", "about {number} minutes", max(1, round(seconds / 60)))


def show_verdict(
    experiment: Experiment,
    results: Results,
    *,
    gone: Mapping[str, str] = NONE,
    unequal: Mapping[str, str] = NONE,
    asked: bool = False,
    folded: bool = False,
    more: Callable[[], None] = lambda: None,
) -> None:
    """Say what came out, against the visitor's guess and what is usually said; before that, which arms are missing.

    Args:
        experiment: What was asked.
        results: What the arms have measured so far.
        gone: arm id -> why nothing comes of it.
        unequal: arm id -> why its result cannot be set beside the others'.
        asked: The question stands above already.
        folded: Only the question and the first sentence are in sight until the visitor opens the rest.
        more: Shows what else there is to say of what came out.
    """
    found = experiment.verdict(results)
    if found is not None and folded:
        first = _phrase(found.sentences[0], translate)
        with st.expander(f"**{translate(experiment.question)}** {first}", key="verdict"):
            show_findings(found, lambda: _show_answers(experiment, found), skip=1)
            more()
        return
    with st.container(border=found is not None, key="verdict", gap="small" if found is not None else "xxsmall"):
        if not asked:
            st.markdown(f"**{terms.explain(experiment.question)}**")
        if found is None:
            _show_missing(experiment, results.shares, gone, unequal)
            return
        show_findings(found, lambda: _show_answers(experiment, found))
        more()


def show_findings(found: Verdict, answer: Callable[[], None] = lambda: None, *, skip: int = 0) -> None:
    """Say what a verdict found, without the first `skip` sentences, then `answer`, and last how sure it is."""
    *sentences, level = map(_phrase, found.sentences[skip:])
    if sentences:
        st.markdown(" ".join(sentences))
    answer()
    st.caption(level)


def _phrase(sentence: Sentence, explain: Callable[..., str] = terms.explain) -> str:
    """Translate a sentence, with the arms that it names in bold; `explain` links its terms, or leaves them."""
    details = sentence.details or ("",)
    names = {
        name: ", ".join(
            f"**{translate(label)}** {detail}".strip() for label, detail in zip(labels, cycle(details), strict=False)
        )
        for name, labels in sentence.names.items()
    }
    values: dict[str, object] = {**sentence.values, **names}
    return explain(sentence.template, **values)


def _show_missing(experiment: Experiment, shares: Shares, gone: Mapping[str, str], unequal: Mapping[str, str]) -> None:
    """Say of which arms a result is missing, and whether it may come."""
    coming = [translate(arm.label) for arm in experiment.arms if arm.id not in {*shares, *gone, *unequal}]
    if coming:
        st.caption(translate("Still to come: {arms}.", arms=", ".join(coming)))
    if gone:
        st.caption(translate("Without a result: {arms}.", arms=_list_reasons(experiment, gone)))
    if unequal:
        st.caption(
            translate("Not trained as the experiment plans it: {arms}.", arms=_list_reasons(experiment, unequal))
        )
    if gone or unequal:
        st.caption(translate("So nothing can be said about the question. For that, start the experiment again."))


def _list_reasons(experiment: Experiment, reasons: Mapping[str, str]) -> str:
    """Return the arms that have a reason, each with it."""
    return ", ".join(f"{translate(arm.label)} ({reasons[arm.id]})" for arm in experiment.arms if arm.id in reasons)


def _show_answers(experiment: Experiment, found: Verdict) -> None:
    """Set what came out beside the visitor's guess and what is usually said."""
    answers = translate_all(experiment.guesses)
    guess = session.get("guesses").get(experiment.id)
    if guess in answers:
        (st.success if guess == found.right else st.info)(_judge_guess(answers, guess, found))
    st.caption(_judge_usual(answers[experiment.expected], experiment, found))


def _judge_guess(answers: Mapping[str, str], guess: str, found: Verdict) -> str:
    possible = "; ".join(answers[name] for name in found.possible)
    if guess == found.right:
        return translate("You guessed right: {answer}.", answer=answers[guess])
    if found.right is not None:
        return translate("You guessed: {guess}. It came out: {answer}.", guess=answers[guess], answer=possible)
    if not possible:
        return translate("You guessed: {guess}. None of these answers came out.", guess=answers[guess])
    if guess in found.possible:
        return translate(
            "You guessed: {guess}. It may be so: these trainings leave open {answers}.",
            guess=answers[guess],
            answers=possible,
        )
    return translate(
        "You guessed: {guess}. These trainings exclude it and leave open {answers}.",
        guess=answers[guess],
        answers=possible,
    )


def _judge_usual(usual: str, experiment: Experiment, found: Verdict) -> str:
    """Say whether the usual answer agrees with what came out; what cannot be told apart excludes nothing."""
    why = terms.explain(experiment.why)
    if found.right == experiment.expected:
        return translate("That agrees with what is usually said: {answer}. {why}", answer=usual, why=why)
    if experiment.expected in found.possible or found.right == ALIKE:
        return translate(
            "Usually it is said: {answer}. {why} These trainings neither show it nor exclude it.", answer=usual, why=why
        )
    return translate("Usually it is said: {answer}. {why} These trainings contradict it.", answer=usual, why=why)
