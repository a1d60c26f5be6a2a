"""The visitor's own variants beside one another: which reads more, and how far another seed would move that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from cnnviz.core.errors import Refusal
from cnnviz.core.networks.card import ModelCard
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.core.training import verdicts
from cnnviz.core.training.verdicts import Results
from cnnviz.jobs.runs import planner
from cnnviz.jobs.runs.store import Run, RunStore
from cnnviz.ui.i18n import translate, translate_plural
from cnnviz.ui.shell import page, session, visitor
from cnnviz.ui.training import comparison
from cnnviz.ui.training.experiments import cards, recorded
from cnnviz.ui.training.run_status import RunStatus

MORE_SEEDS = 2
"""Trainings that one click adds to each variant."""


@dataclass(frozen=True)
class Variant:
    """An architecture and a plan, trained with one seed or several.

    Attributes:
        runs: Its runs, each with another seed.
        cards: Their model cards.
    """

    runs: tuple[Run, ...]
    cards: tuple[ModelCard, ...]

    @property
    def title(self) -> str:
        """The title of its first run, as Markdown shows it."""
        return page.escape_markdown(self.runs[0].title)


def show(watched: RunStatus) -> None:
    """Compare the watched run with those beside it, once two variants are trained; nothing for ready experiments."""
    statuses = [watched, *comparison.iterate_runs()]
    if any(status.live or status.run.experiment for status in statuses):
        return
    variants = group(visitor.store(), [status.run for status in statuses])
    results = measure(variants)
    if results is None:
        return
    labels = {str(place): variant.title for place, variant in enumerate(variants)}
    with st.container(border=True, key="variants"):
        cards.show_findings(verdicts.judge_best(labels, results))
        st.button(
            translate_plural("Train it with {number} more seed", "Train each with {number} more seeds", MORE_SEEDS),
            key="more-seeds",
            on_click=session.guard(train_more),
            args=(tuple(variants),),
        )


def group(store: RunStore, runs: Sequence[Run]) -> list[Variant]:
    """Group the runs that ended with a result by all but their seed and their name."""
    groups: dict[tuple[object, TrainingPlan], list[tuple[Run, ModelCard]]] = {}
    for run in runs:
        if (card := store.card(run.id)) is not None:
            key = (run.architecture.layers, run.architecture.input_shape), replace(run.plan, seed=0)
            known = groups.setdefault(key, [])
            if all(other.plan.seed != run.plan.seed for other, _ in known):
                known.append((run, card))
    return [Variant(tuple(run for run, _ in each), tuple(card for _, card in each)) for each in groups.values()]


def measure(variants: Sequence[Variant]) -> Results | None:
    """Measure what the variants read of the test digits; None for fewer than two, or for different digits."""
    cards = [card for variant in variants for card in variant.cards]
    data = {card.data.sha256 for card in cards}
    if len(variants) < 2 or len(data) != 1:
        return None
    shares = {str(place): tuple(card.test_accuracy for card in variant.cards) for place, variant in enumerate(variants)}
    mean = sum(card.test_accuracy for card in cards) / len(cards)
    return Results(shares, sum(map(sum, cards[0].confusion)), recorded.estimate_spread(mean, *data))


def train_more(variants: Sequence[Variant]) -> None:
    """Train every variant with other seeds, all variants with the same, and compare them too."""
    store = visitor.store()
    last = max(run.plan.seed for variant in variants for run in variant.runs)
    try:
        for seed in range(last + 1, last + 1 + MORE_SEEDS):
            for variant in variants:
                _plan(store, variant.runs[0], seed)
        planner.advance(store)
    except Refusal as reason:
        session.notice(REASON, reason=reason)


REASON = "{reason}"


def _plan(store: RunStore, run: Run, seed: int) -> None:
    job = planner.make_job(run.architecture, replace(run.plan, seed=seed), store.probe(run.id), store.owner)
    title = translate("{title}, seed {seed}", title=run.title, seed=seed)[-64:]
    planned = planner.plan(store, job, title, "", "")
    session.put(compared=(*session.get("compared"), planned.id))
