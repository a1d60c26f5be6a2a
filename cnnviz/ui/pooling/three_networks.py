"""Networks trained alike but for pooling: their answers to the digit, and what many trainings say about them."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.core.errors import Refusal
from cnnviz.core.inference.trace import Trace, format_share, trace
from cnnviz.core.lessons.pooling import seed_statistics
from cnnviz.core.lessons.pooling.seed_results import SeedTable
from cnnviz.core.lessons.pooling.seed_statistics import Spread, Summary
from cnnviz.core.lessons.pooling.trio import POOL_NETWORKS, SHRINKING
from cnnviz.core.networks import model_store
from cnnviz.core.networks.network import Network
from cnnviz.core.percentages import SIGN, format_percent
from cnnviz.ui.components.bars import LABELS, bars
from cnnviz.ui.i18n import gettext_noop, translate, translate_all, translate_message, translate_refusal
from cnnviz.ui.pooling import trio
from cnnviz.ui.shell import cache, page, process_tuning, session, terms

WHY = gettext_noop(
    "Whether the choice of pooling matters to a network shows only when networks are trained that differ in nothing "
    "else, and each more than once, because another [[seed]] changes them too."
)
ALIKE = gettext_noop(
    "The same two [[convolution|convolutions]], {parameters:,} [[weight|weights]], training digits in the same order "
    "and {epochs} [[epoch|epochs]]; with the same seed they even begin with the same weights. None has a hidden "
    "[[dense layer]] that could make up for the difference."
)
CARDS = gettext_noop(
    "Of {count:,} [[test set|test digits]] the network with [[max pooling]] reads {most} right, the one with "
    "[[average pooling]] {mean}, and the one whose [[convolution|convolutions]] take a [[stride]] of 2 instead of "
    "pooling {stride}."
)
MEANS = gettext_noop(
    "Mean over the seeds ± [[standard deviation]]. [[confidence interval|Intervals]] are Welch’s, and wide enough "
    "that all three hold together with 95 % confidence. They are about other seeds on the same 10,000 [[test set|test "
    "digits]]. Drawn digits: {note}."
)
ONE_ANSWER = gettext_noop("All three read a {digit}.")
ANSWERS = gettext_noop("They do not agree: {answers}.")
EMPTY = gettext_noop("Nothing is drawn: draw a digit at the top of the page to see three answers.")


@st.fragment
@page.guard
def show(digit: np.ndarray) -> None:
    """Show the section for `digit`, (28, 28) float32 in [0, 1]; the page runs it again once the pen was lifted."""
    st.subheader(translate("Networks trained alike but for pooling"), anchor=False)
    st.caption(terms.explain(WHY))
    three = trio.load_networks()
    if three is None:
        return
    if session.wants_everything():
        _show_answers(three, digit)
    else:
        st.markdown(describe_cards(three))
    try:
        table = cache.seed_table(model_store.folder())
    except Refusal as reason:
        st.warning(translate_refusal(reason))
        return
    if session.wants_everything():
        _show_summary(table)
        _show_charts(table)
    else:
        st.markdown(translate_message(seed_statistics.write_headline(seed_statistics.compare_table(table))))


def _show_answers(three: tuple[Network, ...], digit: np.ndarray) -> None:
    """Show each network with its answer, side by side."""
    traces = [trace(network, digit) for network in three] if digit.any() else None
    for place, (column, network) in enumerate(zip(st.columns(3, gap="medium"), three, strict=True)):
        with column:
            shrinking = SHRINKING[network.name]
            st.markdown(f"**{network.name}** · {translate(shrinking.label)}: {translate(shrinking.what)}.")
            values = None if traces is None else traces[place].probabilities
            bars(f"bars-{network.name}", values, translate_all(LABELS))
    st.markdown(translate(EMPTY) if traces is None else describe_agreement(traces))
    plan, architecture = POOL_NETWORKS[three[0].name][1], three[0].architecture
    st.caption(terms.explain(ALIKE, parameters=architecture.parameters, epochs=plan.epochs))


def describe_cards(three: tuple[Network, ...]) -> str:
    """Return in a sentence how many digits of the test set each network reads right, as its card says."""
    cards = [cache.card(network.name) for network in three]
    names = ("most", "mean", "stride")
    shares = {name: f"**{format_percent(card.test_accuracy, 2)}**" for name, card in zip(names, cards, strict=True)}
    return terms.explain(CARDS, count=int(np.sum(cards[0].confusion)), **shares)


def describe_agreement(traces: list[Trace]) -> str:
    """Return in a sentence what the networks answer, and how sure each is where they do not agree."""
    if len({one.answer for one in traces}) == 1:
        return translate(ONE_ANSWER, digit=traces[0].answer)
    answers = [
        f"**{one.network_name}** {one.answer} ({format_share(float(one.probabilities.max()))})" for one in traces
    ]
    return translate(ANSWERS, answers=", ".join(answers))


def _show_summary(table: SeedTable) -> None:
    """Say what all trainings together show, on test digits and on drawn ones."""
    accuracy = seed_statistics.compare_table(table)
    st.markdown("#### " + translate("What {seeds} trainings of each show", seeds=len(table.seeds)))
    st.markdown(translate_message(seed_statistics.write_headline(accuracy)))
    st.markdown("\n".join(f"- {translate_message(sentence)}" for sentence in seed_statistics.write_sentences(accuracy)))
    st.markdown(_write_results(table, accuracy))
    st.caption(
        terms.explain(
            MEANS,
            note=page.escape_markdown(table.pen_note or translate("not measured")),
        )
    )


def _write_results(table: SeedTable, accuracy: Summary) -> str:
    """Return a table with a column a network, which also fits on a phone."""
    quantities = {
        translate("test digits read right"): accuracy,
        translate("loss"): seed_statistics.compare_table(table, "loss"),
    }
    if all(run.pen_accuracy is not None for run in table.runs):
        quantities[translate("drawn digits read right")] = seed_statistics.compare_table(table, "pen_accuracy")
    rows = []
    for name, found in quantities.items():
        write = _format_loss if name == translate("loss") else share
        each_network = [write(found.spreads[network]) for network in POOL_NETWORKS]
        rows.append([name, *(middle for middle, _ in each_network)])
        rows.append([translate("lowest – highest"), *(ends for _, ends in each_network)])
    return trio.write_table([translate("measure"), *POOL_NETWORKS], rows)


def share(spread: Spread) -> tuple[str, str]:
    """Return shares in percent: mean ± deviation, and lowest – highest."""
    mean, deviation, low, high = (100 * value for value in (spread.mean, spread.deviation, spread.low, spread.high))
    return f"**{mean:.2f}** ± {deviation:.2f}{SIGN}", f"{low:.2f} – {high:.2f}{SIGN}"


def _format_loss(spread: Spread) -> tuple[str, str]:
    return f"**{spread.mean:.4f}** ± {spread.deviation:.4f}", f"{spread.low:.4f} – {spread.high:.4f}"


def _show_charts(table: SeedTable) -> None:
    """Show every training, once somebody opens the box: Plotly is large."""
    box = st.expander(
        translate("Every training: digit by digit and epoch by epoch"), on_change="rerun", key="seeds-box"
    )
    if not box.open:
        return
    process_tuning.import_once("plotly.graph_objects")
    from cnnviz.figures import bands, seeds
    from cnnviz.figures.bands import Line

    with box:
        per_digit = {
            name: [[run.per_digit[digit] for run in table.list_runs(name)] for digit in range(10)]
            for name in POOL_NETWORKS
        }
        st.markdown(translate("**Digit by digit.** Every mark is one training, every line the mean of a network."))
        figure = seeds.marks(
            list("0123456789"),
            per_digit,
            titles=(translate("Label of the digit"), translate("read right")),
            hover=translate("%{y:.2%} (seed %{customdata})"),
        )
        _show_chart(figure, "per-digit")
        columns = st.columns(2, gap="medium")
        for column, (quantity, title) in zip(columns, QUANTITIES.items(), strict=True):
            lines = [Line(name, *_summarize_seeds(table, name, quantity)) for name in POOL_NETWORKS]
            epochs = list(range(1, len(lines[0].y) + 1))
            with column:
                st.markdown(f"**{translate(title)}**")
                figure = bands.chart(epochs, lines, titles=(translate("Epoch"), translate(title)), shares=False)
                figure.update_xaxes(dtick=1)
                _show_chart(figure, f"learning-{quantity}")
        st.caption(translate("Mean of all seeds; the bands reach from the lowest to the highest of them."))


QUANTITIES = {
    "loss": gettext_noop("Loss on the training digits"),
    "val_loss": gettext_noop("Loss on the test digits"),
}
"""Curves of a card -> what they are called."""


def _summarize_seeds(table: SeedTable, name: str, quantity: str) -> tuple[list[float], list[float], list[float]]:
    """Return mean, lowest and highest of a network's trainings after every epoch."""
    curves = np.array([run.curves[quantity] for run in table.list_runs(name)])
    return curves.mean(axis=0).tolist(), curves.min(axis=0).tolist(), curves.max(axis=0).tolist()


def _show_chart(figure: object, key: str) -> None:
    st.plotly_chart(figure, key=f"pooling-{key}", config={"displayModeBar": False})
