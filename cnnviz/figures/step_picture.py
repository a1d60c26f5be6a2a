"""One training step as a picture in HTML: the loss before and after it, the gradient, and a subtraction of weights."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np

from cnnviz.core.ledger.fixed_point import MINUS, Sheet
from cnnviz.core.training.step_arithmetic import StepArithmetic, choose_places

MAX_PART = 45
"""Percentage of colour in the cell that is furthest from zero; its number stays legible."""

MAX_CELLS = 25
"""Cells of a kernel whose numbers are written in; larger kernels show colours alone."""


@dataclass(frozen=True)
class Words:
    """The texts of the picture in the visitor's language, plain text.

    Attributes:
        loss: What the two bars are.
        gradient: What the gradient is.
        before: The weights before the step.
        subtracted: What was subtracted from them.
        after: The weights after it.
        change: How the loss changed.
    """

    loss: str
    gradient: str
    before: str
    subtracted: str
    after: str
    change: str


def write(step: StepArithmetic, losses: tuple[float, float], words: Words) -> str:
    """Write a step as figures side by side: losses, the gradient's signed cells, and before − subtracted = after.

    Weights before and after have one colour scale; gradient and step have one each.

    Args:
        step: The kernel's numbers.
        losses: Of the batch, before the step and after it.
        words: The texts.
    """
    weights = float(np.abs([step.before, step.after]).max())
    grids = [
        _write_grid(step, words.before, _write_units(step, step.before), step.before / (weights or 1)),
        _write_sign(MINUS),
        _write_grid(step, words.subtracted, _write_units(step, step.subtracted), _scale(step.subtracted)),
        _write_sign("="),
        _write_grid(step, words.after, _write_units(step, step.after), step.after / (weights or 1)),
    ]
    return (
        f'<div class="one-step">{_write_losses(losses, words)}'
        f"{_write_grid(step, words.gradient, write_gradient(step), _scale(step.gradient))}"
        f'<div class="subtraction">{"".join(grids)}</div></div>'
    )


def _write_losses(losses: tuple[float, float], words: Words) -> str:
    largest = max((loss for loss in losses if np.isfinite(loss)), default=0) or 1
    bars = "".join(
        f'<div><span>{escape(name)}</span><i style="width: {min(100.0, 100 * loss / largest):.1f}%"></i>'
        f"<b>{loss:.4f}</b></div>"
        for name, loss in zip((words.before, words.after), losses, strict=True)
    )
    title, change = escape(words.loss), escape(words.change)
    return f'<figure class="losses"><figcaption>{title}</figcaption>{bars}<p>{change}</p></figure>'


def _write_sign(sign: str) -> str:
    return f'<span class="sign">{sign}</span>'


def _write_grid(step: StepArithmetic, title: str, numbers: list[list[str]], parts: np.ndarray) -> str:
    """Write cells in the colours of their signs; `parts`: -1 to 1."""
    kind = "numbers" if step.weights.size <= MAX_CELLS else "colours"
    height, width = parts.shape
    rows = "".join(
        f"<tr>{''.join(_write_cell(step, (row, column), numbers, parts) for column in range(width))}</tr>"
        for row in range(height)
    )
    return f'<figure><table class="{kind}"><caption>{escape(title)}</caption><tbody>{rows}</tbody></table></figure>'


def _write_cell(step: StepArithmetic, at: tuple[int, int], numbers: list[list[str]], parts: np.ndarray) -> str:
    if not step.weights[at]:
        return "<td></td>"
    part, is_written = float(parts[at]), step.weights.size <= MAX_CELLS
    names = (["above" if part > 0 else "below"] if part else []) + (["steepest"] if at == step.steepest else [])
    style = f' style="--part: {round((MAX_PART if is_written else 100) * abs(part))}%"' if part else ""
    return f'<td class="{" ".join(names)}"{style}>{numbers[at[0]][at[1]] if is_written else ""}</td>'


def _write_units(step: StepArithmetic, units: np.ndarray) -> list[list[str]]:
    sheet = Sheet(step.places)
    return [[sheet.format(value) for value in row] for row in units]


def write_gradient(step: StepArithmetic) -> list[list[str]]:
    """Write the gradient of every weight with as many decimals as its largest one needs."""
    places = choose_places(step.gradient)
    rounded = np.round(step.gradient.astype(np.float64), places) + 0.0  # no zero has a sign
    return [[f"{value:.{places}f}".replace("-", MINUS) for value in row] for row in rounded]


def _scale(values: np.ndarray) -> np.ndarray:
    """Return `values` between -1 and 1, as shares of the largest in size."""
    largest = float(np.abs(values).max())
    shares: np.ndarray = values / (largest or 1)
    return shares
