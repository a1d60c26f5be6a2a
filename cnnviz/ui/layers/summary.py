"""`model.summary()` as a table that a phone can show, with what each number is made of."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from cnnviz.core.layers.formulas import count, product
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.summary import Row, Summary, format_memory, summarize
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.shell import layer_names, terms

STYLE = f"<style>{Path(__file__).with_suffix('.css').read_text(encoding='utf-8')}</style>"

WHY = gettext_noop(
    "What Keras prints for `model.summary()`, and two things that it leaves out: how the [[parameter|parameters]] are "
    "counted, and how many multiplications one picture costs. Where the parameters are is rarely where the work is."
)


def show(architecture: Architecture, title: str) -> None:
    """Show the table of `architecture`, which the visitor knows as `title`."""
    found = summarize(architecture)
    st.caption(terms.explain(WHY))
    head = (
        translate("Layer"),
        translate("Output shape"),
        translate("Parameters"),
        translate("how counted"),
        translate("Multiplications"),
    )
    cells = "".join(f'<th scope="col">{escape(text)}</th>' for text in head)
    names = layer_names.in_words(architecture.layers)
    rows = "".join(_write_row(row, names[row.name], found.multiplications) for row in found.rows)
    st.html(
        f'{STYLE}<div class="summary-place"><table class="summary"><caption>{escape(title)}</caption>'
        f"<thead><tr>{cells}</tr></thead><tbody>{rows}</tbody><tfoot>{_write_total(found)}</tfoot></table></div>"
    )


def _write_row(row: Row, title: str, multiplications: int) -> str:
    name = f'<th scope="row">{escape(title)} <small>{escape(row.name)} ({escape(row.kind)})</small></th>'
    counted = escape(row.counted.rpartition(" = ")[0])
    work = row.multiplications / max(1, multiplications)
    return (
        f"<tr>{name}<td>{product(*row.output_shape)}</td>{_write_number(row.parameters, row.share)}"
        f'<td class="counted">{counted}</td>{_write_number(row.multiplications, work)}'
        "</tr>"
    )


def _write_number(value: int, share: float) -> str:
    """Write a cell with a number and its share of the total as a bar behind it, hidden from screen readers."""
    return f'<td class="number" style="--share: {100 * share:.2f}%">{count(value)}</td>'


def _write_total(found: Summary) -> str:
    lines = [
        (translate("Total params"), found.parameters),
        (translate("Trainable params"), found.trainable),
        (translate("Non-trainable params"), found.not_trainable),
    ]
    return "".join(
        f'<tr><th scope="row" colspan="2">{escape(name)}</th><td>{count(number)}</td>'
        f'<td class="counted">{format_memory(number)}</td>'
        f"<td>{count(found.multiplications) if place == 0 else ''}</td></tr>"
        for place, (name, number) in enumerate(lines)
    )
