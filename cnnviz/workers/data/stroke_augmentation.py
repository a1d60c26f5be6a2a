"""Augment pen strokes before they are rendered: other handwriting, other pens, other devices.

Strokes are `(points, 2)` float64 arrays, x to the right and y down, the drawing's larger side is about 1.
"""

from __future__ import annotations

import numpy as np

from cnnviz.core.drawing.strokes import Drawing
from cnnviz.workers.data import pen_strokes
from cnnviz.workers.data.pen_strokes import PenDigit

Strokes = list[np.ndarray]
Random = np.random.Generator

STEP = 0.03
"""Distance between points after resampling, small enough that straight lines bend too."""

SIZES = (50.0, 230.0)
"""Larger side of the drawing in pixels of the canvas of 280."""

THICKNESS = (0.045, 0.24)
"""Brush width as a share of the drawing's larger side: a hairline on a large digit to a felt pen on a small one."""


def augment(digit: PenDigit, random: Random) -> Drawing:
    """Redraw `digit`, differently at every call."""
    strokes = [_resample(stroke) for stroke in digit.strokes]
    strokes = HABITS.get(digit.label, _keep)(strokes, random)
    for change in (_bend, _separate, _shear, _add_tremor, _fray_ends, _coarsen):
        strokes = change(strokes, random)
    size = random.uniform(*SIZES)
    width = size * np.exp(random.uniform(*np.log(THICKNESS)))
    return pen_strokes.place_strokes(tuple(strokes), size, float(np.clip(width, 2, 48)))


def _resample(stroke: np.ndarray) -> np.ndarray:
    """Place points at equal distances along the stroke, both ends included."""
    lengths = np.hypot(*np.diff(stroke, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    count = 1 + round(along[-1] / STEP)
    if count < 2:
        return stroke[:1]
    places = np.linspace(0, along[-1], count)
    return np.stack([np.interp(places, along, stroke[:, axis]) for axis in (0, 1)], axis=1)


def _find_box(strokes: Strokes) -> tuple[np.ndarray, np.ndarray]:
    """Find the middle and half the size of the drawing."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    return (low + high) / 2, np.maximum((high - low) / 2, 0.02)


def _make_line(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    return _resample(np.stack([start, end]))


def _keep(strokes: Strokes, _random: Random) -> Strokes:
    return strokes


def _add_slash(strokes: Strokes, random: Random) -> Strokes:
    """Put a stroke through a zero, mostly from the lower left to the upper right."""
    if len(strokes) > 1 or random.random() > 0.3:
        return strokes
    middle, half = _find_box(strokes)
    reach = half * random.uniform(0.5, 1.9) * random.uniform(0.75, 1.25, 2) * [1, -1]
    if random.random() < 0.15:
        reach *= [-1, 1]
    offset = half * random.uniform(-0.15, 0.15, 2)
    return [*strokes, _make_line(middle + offset - reach, middle + offset + reach)]


def _add_serifs(strokes: Strokes, random: Random) -> Strokes:
    """Add an upstroke, a foot line, or both to a one that is a bare line."""
    _, half = _find_box(strokes)
    if len(strokes) > 1 or half[0] > 0.45 * half[1]:
        return strokes
    stem = strokes[0] if strokes[0][0, 1] < strokes[0][-1, 1] else strokes[0][::-1]
    made = [stem]
    if random.random() < 0.4:
        angle = np.radians(random.uniform(22, 66))
        # A steep upstroke may be of any length; a long flat one would make a seven.
        reach = 2 * half[1] * random.uniform(0.18, 0.8 if angle < 0.87 else 0.4)
        start = stem[0] + reach * np.array([-np.sin(angle), np.cos(angle)])
        made = [np.concatenate([_make_line(start, stem[0]), stem])]
    if random.random() < 0.28:
        left, right = 2 * half[1] * random.uniform(0.1, 0.42, 2)
        tilt = random.normal(0, 0.06, 2)
        foot = stem[-1] + np.array([0, random.normal(0, 0.03)])
        made.append(_make_line(foot + np.array([-left, tilt[0]]), foot + np.array([right, tilt[1]])))
    return made


def _add_bar(strokes: Strokes, random: Random) -> Strokes:
    """Put a bar through the stem of a seven."""
    if len(strokes) > 1 or random.random() > 0.25:
        return strokes
    middle, half = _find_box(strokes)
    height = middle[1] + half[1] * random.uniform(-0.15, 0.35)
    lower = strokes[0][len(strokes[0]) // 2 :]
    stem = lower[np.abs(lower[:, 1] - height).argmin()]
    left, right = 2 * half[1] * random.uniform(0.1, 0.32, 2)
    tilt = random.normal(0, 0.06)
    return [*strokes, _make_line(stem + np.array([-left, tilt]), stem + np.array([right, -tilt]))]


HABITS = {0: _add_slash, 1: _add_serifs, 7: _add_bar}
"""Label -> a habit of some writers of that digit."""


def _bend(strokes: Strokes, random: Random) -> Strokes:
    """Bend the whole drawing by a smooth wave, up to about 5 % of its size."""
    wave = random.normal(0, 2.5, (3, 2))
    phase = random.uniform(0, 2 * np.pi, 3)
    push = random.normal(0, random.uniform(0, 0.028), (3, 2))
    return [stroke + np.sin(stroke @ wave.T + phase) @ push for stroke in strokes]


def _separate(strokes: Strokes, random: Random) -> Strokes:
    """Scale and move each stroke a little, so that strokes do not quite meet."""
    if len(strokes) < 2:
        return strokes
    moved = []
    for stroke in strokes:
        centre = stroke.mean(axis=0)
        scale = np.exp(random.normal(0, 0.06, 2))
        moved.append((stroke - centre) * scale + centre + random.normal(0, 0.02, 2))
    return moved


def _shear(strokes: Strokes, random: Random) -> Strokes:
    """Rotate, shear and stretch the drawing."""
    angle, shear = np.radians(random.normal(0, 8)), random.normal(0, 0.16)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    matrix = turn @ np.array([[1, 0], [shear, 1]]) @ np.diag(np.exp([random.normal(0, 0.16), 0]))
    return [stroke @ matrix for stroke in strokes]


def _add_tremor(strokes: Strokes, random: Random) -> Strokes:
    """Add the tremor of an unsteady hand or a mouse."""
    if random.random() < 0.5:
        return strokes
    amount = random.uniform(0, 0.018)
    return [stroke + _draw_smooth_noise(len(stroke), random) * amount for stroke in strokes]


def _draw_smooth_noise(count: int, random: Random) -> np.ndarray:
    noise = random.normal(0, 1, (count + 2, 2))
    smooth: np.ndarray = (noise[:-2] + 2 * noise[1:-1] + noise[2:]) / 2.45
    return smooth


def _fray_ends(strokes: Strokes, random: Random) -> Strokes:
    """Shorten ends or let them end in a small hook."""
    return [_fray_end(_fray_end(stroke, random)[::-1], random)[::-1] for stroke in strokes]


def _fray_end(stroke: np.ndarray, random: Random) -> np.ndarray:
    chance = random.random()
    if chance < 0.12 and len(stroke) > 8:
        return stroke[: -max(1, round(len(stroke) * random.uniform(0, 0.07)))]
    if chance < 0.2 and len(stroke) > 4:
        hook = stroke[-1] + random.normal(0, 0.035, 2)
        return np.concatenate([stroke, hook[None]])
    return stroke


def _coarsen(strokes: Strokes, random: Random) -> Strokes:
    """Drop points as a slow device does: corners replace curves."""
    if random.random() < 0.7:
        return strokes
    every = int(random.integers(2, 6))
    return [np.concatenate([stroke[:-1:every], stroke[-1:]]) for stroke in strokes]
