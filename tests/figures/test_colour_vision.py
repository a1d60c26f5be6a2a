"""The colours of curves are told apart with every kind of colour vision, on the paper of both themes.

Differences are CIEDE2000 (Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula", Color Research and
Application 30, 2005). Protanopia and deuteranopia are computed with the matrices of Machado, Oliveira and Fernandes
("A physiologically-based model for simulation of color vision deficiency", IEEE TVCG 15, 2009), severity 1.0, on
linear sRGB.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from cnnviz.figures import bands, look, seeds, theme

LEAST = 15
"""Difference of two colours that thin lines need."""

LEAST_CONTRAST = 3
"""WCAG 2.2, 1.4.11: contrast of graphical objects with their ground."""

SIGHT = {
    "normal": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}

TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
"""Linear sRGB to CIE XYZ, D65."""


def linear(colours: list[str]) -> np.ndarray:
    """Return colours such as "#0072b2" as linear sRGB, (n, 3) in [0, 1]."""
    rgb = np.array([[int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)] for colour in colours])
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """Convert linear sRGB, (n, 3), to CIELAB."""
    xyz = rgb @ TO_XYZ.T / TO_XYZ.sum(axis=1)
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)


def difference(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Compute CIEDE2000 of CIELAB colours, (..., 3) each."""
    (l1, a1, b1), (l2, a2, b2) = np.moveaxis(one, -1, 0), np.moveaxis(other, -1, 0)
    chroma = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    more = 1.5 - 0.5 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
    a1, a2 = a1 * more, a2 * more
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    turn = (h2 - h1 + 180) % 360 - 180
    turn = np.where(c1 * c2 == 0, 0, turn)
    dh = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    hue = np.where(c1 * c2 == 0, h1 + h2, (h1 + turn / 2) % 360)
    t = (
        1
        - 0.17 * np.cos(np.radians(hue - 30))
        + 0.24 * np.cos(np.radians(2 * hue))
        + 0.32 * np.cos(np.radians(3 * hue + 6))
        - 0.20 * np.cos(np.radians(4 * hue - 63))
    )
    sl = 1 + 0.015 * (lightness - 50) ** 2 / np.sqrt(20 + (lightness - 50) ** 2)
    sc, sh = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    rotation = (
        -2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7)) * np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2))))
    )
    dl, dc, dh = (l2 - l1) / sl, (c2 - c1) / sc, dh / sh
    return np.asarray(np.sqrt(dl**2 + dc**2 + dh**2 + rotation * dc * dh))


def seen(colours: list[str], sight: str) -> np.ndarray:
    """Return how colours are seen, as CIELAB."""
    return lab(np.clip(linear(colours) @ SIGHT[sight].T, 0, 1))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [  # from the supplementary data of Sharma, Wu and Dalal: pairs 1, 4, 7, 17, 25 and 34
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_differences_are_those_of_the_published_pairs(
    one: tuple[float, ...], other: tuple[float, ...], expected: float
) -> None:
    assert difference(np.array(one), np.array(other)) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_two_curves_are_told_apart(mode: str, sight: str) -> None:
    colours = theme.colours(mode)["chartCategoricalColors"]
    assert len(colours) == 7
    places = seen(colours, sight)
    found = {
        f"{colours[a]} {colours[b]}": round(float(difference(places[a], places[b])), 1)
        for a, b in combinations(range(len(colours)), 2)
    }
    assert {pair: apart for pair, apart in found.items() if apart < LEAST} == {}


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_curve_is_told_from_its_paper(mode: str) -> None:
    named = theme.colours(mode)
    for ground in ("backgroundColor", "secondaryBackgroundColor"):
        paper, *curves = linear([named[ground], *named["chartCategoricalColors"]]) @ TO_XYZ[1]
        for luminance in curves:
            assert (max(luminance, paper) + 0.05) / (min(luminance, paper) + 0.05) >= LEAST_CONTRAST


def test_lines_and_marks_of_charts_differ_without_colours_too() -> None:
    assert len(set(look.DASHES)) == len(set(look.SYMBOLS)) == len(look.CATEGORIES)
    lines = [bands.Line(str(at), [at, at]) for at in range(len(look.CATEGORIES))]
    shown = bands.chart([0, 1], lines, titles=("x", "y")).data
    assert [curve.line.dash for curve in shown] == list(look.DASHES)
    values = {str(at): [[0.5]] for at in range(len(look.CATEGORIES))}
    trainings = seeds.marks(["a"], values, titles=("x", "y"), hover="%{y}").data
    assert {curve.marker.symbol for curve in trainings if curve.mode == "markers"} == set(look.SYMBOLS)
