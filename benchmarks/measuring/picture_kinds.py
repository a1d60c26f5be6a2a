"""Kinds of pictures that people open: drawn, photographed, scanned, plotted, each made by program from a digit.

Half of these kinds are there to improve the reader by; the other half is looked at when it is done, and only then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from benchmarks.measuring import painting
from benchmarks.measuring.painting import Random

TUNED, HELD_OUT, LATER, LAST = "tuned", "held out", "later", "last"
PURPOSES = (TUNED, HELD_OUT, LATER, LAST)
"""What kinds are for. The reader was made with the first; the others show what it does with what it was not made for:
the later ones were made and read when it was finished, and the last ones when it had been improved by those."""


@dataclass(frozen=True, eq=False)
class Source:
    """A digit before it is in a picture.

    Attributes:
        label: 0 to 9.
        strokes: `(points, 2)` arrays of a digit written with a pen; empty for one of MNIST.
        image: `(28, 28)` uint8 of MNIST, bright ink on black; None for a digit written with a pen.
    """

    label: int
    strokes: Sequence[np.ndarray] = ()
    image: np.ndarray | None = None

    def ink(self, random: Random, side: int, height: float, width: float) -> np.ndarray:
        """Draw the coverage of the digit on a square of `side` pixels; MNIST's digits have the width they have."""
        if self.image is not None:
            return painting.enlarge(self.image, side, height, random)
        return painting.write(self.strokes, side, height, width, random)


@dataclass(frozen=True)
class Kind:
    """A kind of picture.

    Attributes:
        name: Its name in tables.
        group: "drawn", "photograph", "scan", "plot" or "other".
        purpose: One of `PURPOSES`.
        make: From a digit to a picture: `(h, w)` or `(h, w, 3)` in [0, 1], or with transparency `(h, w, 4)`.
    """

    name: str
    group: str
    purpose: str
    make: Callable[[Source, Random], np.ndarray]


KINDS: list[Kind] = []
"""All kinds, in the order of this file."""

Maker = Callable[[Source, Random], np.ndarray]


def add_kind(group: str, purpose: str) -> Callable[[Maker], Maker]:
    """Add a function that makes pictures to `KINDS`, under its name."""

    def add(make: Maker) -> Maker:
        KINDS.append(Kind(make.__name__, group, purpose, make))
        return make

    return add


def pictures(kind: Kind, sources: Sequence[Source], count: int, seed: int = 0) -> Iterator[tuple[int, np.ndarray]]:
    """Yield `count` pictures of a kind: the label, and `(h, w, 4)` uint8; the same ones for the same seed."""
    random = np.random.default_rng([seed, *kind.name.encode()])
    for source in choose(kind, sources, count, seed):
        yield source.label, to_rgba(kind.make(source, random))


def choose(kind: Kind, sources: Sequence[Source], count: int, seed: int = 0) -> list[Source]:
    """Choose the digits of a kind's pictures."""
    random = np.random.default_rng([seed, 1, *kind.name.encode()])
    return [sources[index] for index in random.choice(len(sources), count, replace=False)]


def to_rgba(picture: np.ndarray) -> np.ndarray:
    """`(h, w)`, `(h, w, 3)` or `(h, w, 4)` in [0, 1] as `(h, w, 4)` uint8."""
    levels: np.ndarray = (picture.clip(0, 1) * 255 + 0.5).astype(np.uint8)
    if levels.ndim == 2:
        levels = np.repeat(levels[..., np.newaxis], 3, axis=2)
    if levels.shape[2] == 4:
        return levels
    return np.concatenate([levels, np.full((*levels.shape[:2], 1), 255, np.uint8)], axis=2)


def _dark_colour(random: Random) -> np.ndarray:
    return np.asarray(random.uniform(0, 0.35, 3) * np.array([1, 1, 1.6]))


def _light_colour(random: Random) -> np.ndarray:
    return random.uniform(0.78, 1, 3)


def _write(source: Source, random: Random, side: int = 0) -> np.ndarray:
    """Write a digit of ordinary size with an ordinary pen on a square of `side` pixels, else of 200 to 700."""
    side = side or int(random.integers(200, 700))
    return source.ink(random, side, random.uniform(0.4, 0.85), random.uniform(0.04, 0.14))


def _photograph_of(ink: np.ndarray, random: Random, pen: float, paper: float, weakest: float = 0.55) -> np.ndarray:
    """Pen on paper in the light of a lamp, through a telephone's camera."""
    sheet = paper + 0.012 * painting.texture(ink.shape, random, 2)
    scene = painting.paint(ink, pen, sheet) * painting.light(ink.shape, random, weakest)
    cast = painting.tint(scene, (1, random.uniform(0.9, 1), random.uniform(0.75, 1)))
    return painting.shoot(cast, random, random.uniform(0.4, 1.5), random.uniform(0.005, 0.03), 80)


# --- drawn on a screen


@add_kind("drawn", TUNED)
def paint(source: Source, random: Random) -> np.ndarray:
    return painting.paint(_write(source, random), _dark_colour(random), np.ones(3))


@add_kind("drawn", HELD_OUT)
def paint_dark(source: Source, random: Random) -> np.ndarray:
    return painting.paint(_write(source, random), _light_colour(random), _dark_colour(random) * 0.6)


@add_kind("drawn", TUNED)
def dark_area(source: Source, random: Random) -> np.ndarray:
    """Show a dark drawing area in a white page with a heading and a button."""
    side = int(random.integers(150, 320))
    area = painting.paint(_write(source, random, side), random.uniform(0.85, 1), random.uniform(0, 0.2))
    page = np.full((int(side * random.uniform(1.2, 1.8)), int(side * random.uniform(1.2, 2))), 1, np.float32)
    top, left = (int(random.uniform(0.35, 0.65) * (room - side)) for room in page.shape)
    page[top : top + side, left : left + side] = area
    return painting.print_text(page, (0.01, 0.02), "Draw", 0.3, 14) if top > 24 else page


@add_kind("drawn", HELD_OUT)
def light_area(source: Source, random: Random) -> np.ndarray:
    """Show a white drawing area in a dark or coloured page."""
    side = int(random.integers(150, 320))
    area = painting.paint(_write(source, random, side), random.uniform(0, 0.25), random.uniform(0.92, 1))
    height, width = int(side * random.uniform(1.2, 1.8)), int(side * random.uniform(1.2, 2))
    page = np.ones((height, width, 3), np.float32) * random.uniform(0.05, 0.5, 3).astype(np.float32)
    top, left = (int(random.uniform(0.35, 0.65) * (room - side)) for room in page.shape[:2])
    page[top : top + side, left : left + side] = area[..., np.newaxis]
    return painting.print_text(page, (0.01, 0.02), "Clear", 0.9, 14) if top > 24 else page


@add_kind("drawn", TUNED)
def pixel_art(source: Source, random: Random) -> np.ndarray:
    side = int(random.integers(14, 33))
    ink = source.ink(random, side * 8, random.uniform(0.6, 0.9), 0.12)
    small = ink.reshape(side, 8, side, 8).mean(axis=(1, 3)) > 0.45
    return painting.paint(small.astype(np.float32), 0.0, 1.0)


@add_kind("drawn", HELD_OUT)
def tiny(source: Source, random: Random) -> np.ndarray:
    """Reduced to 10 to 20 pixels, with antialiasing, in either polarity."""
    side = int(random.integers(12, 22))
    ink = source.ink(random, side * 8, random.uniform(0.75, 0.95), 0.12)
    small = ink.reshape(side, 8, side, 8).mean(axis=(1, 3)).astype(np.float32)
    return painting.paint(small, 0.05, 0.95) if random.random() < 0.5 else painting.paint(small, 0.95, 0.05)


@add_kind("drawn", HELD_OUT)
def thin_line(source: Source, random: Random) -> np.ndarray:
    """Show a mouse's line of one or two pixels."""
    side = int(random.integers(200, 500))
    ink = source.ink(random, side, random.uniform(0.4, 0.9), random.uniform(0.01, 0.02))
    return painting.paint(ink, random.uniform(0, 0.3), 1.0)


@add_kind("drawn", TUNED)
def form_field(source: Source, random: Random) -> np.ndarray:
    """Show a digit in the box of a form."""
    side = int(random.integers(120, 400))
    picture = painting.paint(source.ink(random, side, random.uniform(0.35, 0.55), random.uniform(0.06, 0.14)), 0.1, 1.0)
    inset = side * random.uniform(0.05, 0.16)
    box = inset, inset, side - inset, side - inset
    return painting.outline(picture, box, random.uniform(0, 0.5), max(1, int(side * random.uniform(0.006, 0.02))))


@add_kind("other", HELD_OUT)
def puzzle_cell(source: Source, random: Random) -> np.ndarray:
    """Show a cell of a puzzle, with a part of its neighbours' lines, in a photograph."""
    side = int(random.integers(200, 500))
    paper = np.ones((side, side), np.float32)
    thick = max(2, int(side * random.uniform(0.008, 0.025)))
    for line in random.uniform((0.03, 0.85), (0.15, 0.97), (2, 2)).T * side:
        for at in line.astype(int):
            paper[at : at + thick] = 0.15
            paper[:, at : at + thick] = 0.15
    ink = source.ink(random, side, random.uniform(0.4, 0.55), random.uniform(0.06, 0.12))
    return painting.shoot(
        painting.paint(ink, 0.15, paper) * painting.light(ink.shape, random, 0.75), random, 1, 0.01, 85
    )


# --- photographs


@add_kind("photograph", TUNED)
def ballpoint(source: Source, random: Random) -> np.ndarray:
    side = int(random.integers(400, 900))
    ink = source.ink(random, side, random.uniform(0.3, 0.8), random.uniform(0.018, 0.04))
    return _photograph_of(ink, random, random.uniform(0.15, 0.45), random.uniform(0.75, 0.95))


@add_kind("photograph", HELD_OUT)
def felt_pen_in_shadow(source: Source, random: Random) -> np.ndarray:
    ink = _write(source, random, int(random.integers(300, 800)))
    sheet = random.uniform(0.6, 0.9) + 0.012 * painting.texture(ink.shape, random, 2)
    scene = painting.paint(ink, random.uniform(0.05, 0.2), sheet)
    scene = scene * painting.shadow(ink.shape, random, random.uniform(0.2, 0.5), random.uniform(0.05, 0.3))
    return painting.shoot(scene, random, random.uniform(0.5, 1.5), 0.015, 80)


@add_kind("photograph", TUNED)
def shade(source: Source, random: Random) -> np.ndarray:
    """Show a broad pen, the shadow of a hand with a soft edge."""
    ink = _write(source, random, int(random.integers(300, 800)))
    scene = painting.paint(ink, random.uniform(0.05, 0.3), random.uniform(0.7, 0.95))
    scene = scene * painting.light(ink.shape, random, 0.7)
    scene = scene * painting.shadow(ink.shape, random, random.uniform(0.15, 0.4), random.uniform(0.3, 0.6))
    return painting.shoot(scene, random, random.uniform(0.5, 1.2), 0.012, 80)


@add_kind("photograph", TUNED)
def note_on_wood(source: Source, random: Random) -> np.ndarray:
    side = int(random.integers(400, 800))
    note = painting.paint(source.ink(random, 400, random.uniform(0.45, 0.75), random.uniform(0.04, 0.1)), 0.15, 0.9)
    scene = painting.lay(note, painting.wood((side, side), random), random, random.uniform(0.5, 0.8))
    return painting.shoot(scene * painting.light(scene.shape[:2], random, 0.7)[..., None], random, 1, 0.012, 80)


@add_kind("photograph", HELD_OUT)
def note_on_clutter(source: Source, random: Random) -> np.ndarray:
    """Show a note in front of a garden."""
    side = int(random.integers(400, 800))
    note = painting.paint(source.ink(random, 400, random.uniform(0.45, 0.75), random.uniform(0.05, 0.1)), 0.1, 0.92)
    scene = painting.lay(
        note, painting.photograph("flower.jpg", (side, side), random), random, random.uniform(0.5, 0.8)
    )
    return painting.shoot(scene, random, random.uniform(0.5, 1.2), 0.012, 80)


@add_kind("photograph", TUNED)
def note_on_white(source: Source, random: Random) -> np.ndarray:
    """Show a grey or coloured note on a lighter table."""
    side = int(random.integers(300, 800))
    colour = random.uniform(0.6, 0.9) * np.array([1, random.uniform(0.85, 1), random.uniform(0.6, 1)])
    note = painting.paint(
        source.ink(random, 400, random.uniform(0.45, 0.75), random.uniform(0.04, 0.1)), np.full(3, 0.15), colour
    )
    ground = np.full((side, side, 3), random.uniform(0.93, 1), np.float32)
    scene = painting.lay(note, ground, random, random.uniform(0.35, 0.75), most=random.choice([0.0, 8.0]))
    return painting.shoot(scene, random, 0.7, random.choice([0.0, 0.01]), 88)


@add_kind("photograph", HELD_OUT)
def pasted(source: Source, random: Random) -> np.ndarray:
    """Show a photograph pasted on a white page, uneven light inside it."""
    side = int(random.integers(150, 350))
    inner = _photograph_of(_write(source, random, side), random, random.uniform(0.1, 0.3), random.uniform(0.7, 0.9))
    page = np.ones((int(side * random.uniform(1.2, 2.2)), int(side * random.uniform(1.2, 2.2)), 3), np.float32)
    top, left = (int(random.uniform(0.1, 0.9) * (room - side)) for room in page.shape[:2])
    page[top : top + side, left : left + side] = inner
    return page


@add_kind("photograph", HELD_OUT)
def blackboard(source: Source, random: Random) -> np.ndarray:
    ink = _write(source, random, int(random.integers(300, 800)))
    chalk = ink * np.clip(0.75 + 0.2 * painting.texture(ink.shape, random, 1.5), 0, 1)
    board = 0.18 + 0.03 * painting.texture(ink.shape, random, 25)
    scene = painting.paint(chalk, 0.85, board) * painting.light(ink.shape, random, 0.6)
    return painting.shoot(painting.tint(scene, (0.9, 1, 0.92)), random, 0.8, 0.015, 80)


@add_kind("photograph", TUNED)
def whiteboard(source: Source, random: Random) -> np.ndarray:
    """Show a marker on a whiteboard that mirrors a lamp."""
    ink = _write(source, random, int(random.integers(300, 800)))
    board = painting.paint(ink, _dark_colour(random) + 0.1, np.full(3, 0.75))
    y, x = np.mgrid[0 : 1 : ink.shape[0] * 1j, 0 : 1 : ink.shape[1] * 1j]
    spot = np.exp(-(((x - random.uniform(0, 1)) / 0.12) ** 2 + ((y - random.uniform(0, 0.3)) / 0.12) ** 2))
    scene = board * painting.light(ink.shape, random, 0.7)[..., None] + 0.25 * spot[..., None]
    return painting.shoot(scene, random, 0.8, 0.01, 80)


def _ruled(source: Source, random: Random, pitch: tuple[float, float], squared: bool) -> np.ndarray:
    """Photograph a digit on ruled paper; `pitch` is the range of the lines' distance, in heights of the digit."""
    ink = _write(source, random, int(random.integers(300, 700)))
    paper = np.full(ink.shape, random.uniform(0.8, 0.95), np.float32)
    paper = painting.rule(paper, random, int(len(ink) * random.uniform(*pitch)), squared, random.uniform(0.7, 0.88))
    return painting.shoot(
        painting.paint(ink, 0.15, paper) * painting.light(ink.shape, random, 0.65), random, 0.8, 0.012, 80
    )


@add_kind("photograph", TUNED)
def lined_paper(source: Source, random: Random) -> np.ndarray:
    return _ruled(source, random, (0.08, 0.2), False)


@add_kind("photograph", HELD_OUT)
def squared_paper(source: Source, random: Random) -> np.ndarray:
    return _ruled(source, random, (0.05, 0.12), True)


@add_kind("photograph", TUNED)
def thumb(source: Source, random: Random) -> np.ndarray:
    """Show a thumb that holds the paper at one corner or side."""
    ink = source.ink(random, 500, random.uniform(0.4, 0.6), random.uniform(0.04, 0.12))
    y, x = np.mgrid[0:1:500j, 0:1:500j]
    angle = random.uniform(0, 2 * np.pi)
    skin = np.hypot(x - 0.5 - 0.62 * np.cos(angle), y - 0.5 - 0.62 * np.sin(angle)) < random.uniform(0.12, 0.2)
    scene = painting.paint(ink, np.full(3, 0.15), np.full(3, 0.88))
    scene[skin] = np.array([0.72, 0.53, 0.43]) * random.uniform(0.6, 1.1)
    return painting.shoot(scene * painting.light(ink.shape, random, 0.7)[..., None], random, 1, 0.015, 80)


@add_kind("photograph", HELD_OUT)
def edge_of_table(source: Source, random: Random) -> np.ndarray:
    """End the sheet within the picture: a dark table at one side."""
    ink = source.ink(random, 500, random.uniform(0.35, 0.55), random.uniform(0.04, 0.12))
    y, x = np.mgrid[-0.5:0.5:500j, -0.5:0.5:500j]
    angle = random.uniform(0, 2 * np.pi)
    table = x * np.cos(angle) + y * np.sin(angle) > random.uniform(0.42, 0.48)
    scene = painting.paint(ink, np.full(3, 0.15), np.full(3, 0.88))
    scene[table] = painting.wood((500, 500), random)[table] * 0.7
    return painting.shoot(scene * painting.light(ink.shape, random, 0.75)[..., None], random, 1, 0.015, 80)


@add_kind("photograph", TUNED)
def tight_soft(source: Source, random: Random) -> np.ndarray:
    """Show a thick digit that fills a soft, small crop."""
    side = int(random.integers(40, 120))
    ink = source.ink(random, side, random.uniform(0.8, 0.92), random.uniform(0.12, 0.25))
    scene = painting.paint(ink, random.uniform(0.1, 0.4), random.uniform(0.6, 0.9)) * painting.light(
        ink.shape, random, 0.8
    )
    return painting.shoot(scene, random, side * random.uniform(0.02, 0.05), random.uniform(0.005, 0.02), 75)


@add_kind("photograph", HELD_OUT)
def dim_room(source: Source, random: Random) -> np.ndarray:
    """Too little light: grain and little contrast."""
    ink = source.ink(random, int(random.integers(200, 500)), random.uniform(0.4, 0.8), random.uniform(0.06, 0.14))
    scene = painting.paint(ink, 0.12, random.uniform(0.35, 0.5)) * painting.light(ink.shape, random, 0.6)
    return painting.shoot(scene, random, 1.2, random.uniform(0.03, 0.06), 60)


@add_kind("photograph", TUNED)
def cut_off(source: Source, random: Random) -> np.ndarray:
    """Let the digit touch an edge, and add a speck."""
    ink = source.ink(random, 300, 0.85, random.uniform(0.06, 0.14))
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    picture = painting.paint(ink, 0.15, 0.85)
    side = int(random.integers(0, 4))
    picture = (
        picture[rows[0] + 4 :],
        picture[: rows[-1] - 3],
        picture[:, columns[0] + 4 :],
        picture[:, : columns[-1] - 3],
    )[side]
    free = np.argwhere(np.pad(picture, 12, mode="edge")[12:-12, 12:-12] > 0.8)
    y, x = free[random.integers(0, len(free))]
    picture[y : y + 9, x : x + 9] = 0.2
    return painting.shoot(picture * painting.light(picture.shape, random, 0.8), random, 0.7, 0.01, 85)


@add_kind("photograph", HELD_OUT)
def pencil(source: Source, random: Random) -> np.ndarray:
    """Faint pencil on rough paper."""
    ink = source.ink(random, int(random.integers(300, 700)), random.uniform(0.4, 0.8), random.uniform(0.03, 0.06))
    grainy = ink * np.clip(0.8 + 0.2 * painting.texture(ink.shape, random, 1), 0, 1)
    sheet = 0.85 + 0.012 * painting.texture(ink.shape, random, 3)
    scene = painting.paint(grainy, random.uniform(0.45, 0.6), sheet) * painting.light(ink.shape, random, 0.7)
    return painting.shoot(scene, random, 0.7, 0.01, 85)


# --- scans


@add_kind("scan", TUNED)
def dusty_scan(source: Source, random: Random) -> np.ndarray:
    ink = _write(source, random, int(random.integers(400, 800)))
    paper = np.full(ink.shape, random.uniform(0.9, 1), np.float32)
    for y, x in random.integers(0, len(ink) - 4, (12, 2)):
        paper[y : y + random.integers(1, 4), x : x + random.integers(1, 4)] = 0.4
    return painting.shoot(painting.paint(ink, random.uniform(0.05, 0.3), paper), random, 0.6, 0.006, 85)


@add_kind("scan", HELD_OUT)
def scanner_lid(source: Source, random: Random) -> np.ndarray:
    """Show a dark strip of the lid along one or two edges."""
    side = int(random.integers(400, 800))
    ink = source.ink(random, side, random.uniform(0.35, 0.6), random.uniform(0.04, 0.12))
    picture = painting.paint(ink, 0.1, 0.96)
    strip = int(side * random.uniform(0.02, 0.06))
    picture[:strip] = 0.12
    if random.random() < 0.5:
        picture[:, -strip:] = 0.12
    return painting.shoot(picture, random, 0.6, 0.006, 85)


# --- plots


def _plotted(
    source: Source, random: Random, colours: Callable[[np.ndarray], np.ndarray]
) -> tuple[np.ndarray, tuple[int, ...]]:
    """Show a 28x28 digit as an image with axes; return the picture and the box of the axes."""
    digit = source.image
    if digit is None:
        digit = (
            painting.write(source.strokes, 280, 0.72, 0.12, random).reshape(28, 10, 28, 10).mean(axis=(1, 3)) * 255
        ).astype(np.uint8)
    side = int(random.integers(220, 380))
    enlarged = np.asarray(Image.fromarray(digit).resize((side, side), Image.Resampling.NEAREST), np.float32) / 255
    left, top = int(side * random.uniform(0.1, 0.25)), int(side * random.uniform(0.05, 0.2))
    page = np.ones((top + side + int(side * 0.15), left + side + int(side * random.uniform(0.05, 0.3)), 3), np.float32)
    page[top : top + side, left : left + side] = colours(enlarged)
    box = left, top, left + side, top + side
    page = painting.outline(page, box, 0.0, max(1, side // 200))
    for tick in range(0, 28, 5):
        at = int((tick + 0.5) * side / 28)
        page[box[3] : box[3] + 5, left + at] = 0
        page[top + at, left - 5 : left] = 0
        page = painting.print_text(
            page, ((box[3] + 6) / page.shape[0], (left + at - 4) / page.shape[1]), str(tick), 0.0, 11
        )
        page = painting.print_text(
            page, ((top + at - 7) / page.shape[0], (left - 22) / page.shape[1]), f"{tick:2}", 0.0, 11
        )
    return page, box


@add_kind("plot", TUNED)
def plotted_grey(source: Source, random: Random) -> np.ndarray:
    """Show an array plotted in grey, in either direction, with axes and ticks."""
    inverted = random.random() < 0.5
    return _plotted(source, random, lambda x: np.repeat((1 - x if inverted else x)[..., None], 3, axis=2))[0]


@add_kind("plot", HELD_OUT)
def plotted_in_colours(source: Source, random: Random) -> np.ndarray:
    """Show an array plotted from dark violet over green to yellow, with a title."""
    stops = np.array([[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]]) / 255
    page, box = _plotted(
        source, random, lambda x: np.stack([np.interp(x, np.linspace(0, 1, 5), stops[:, c]) for c in range(3)], -1)
    )
    place = max(0, box[1] - 16) / page.shape[0], (box[0] + box[2]) / 2 / page.shape[1] - 0.1
    return painting.print_text(page, place, "digit", 0.0, 12)


@add_kind("plot", TUNED)
def curve_in_axes(source: Source, random: Random) -> np.ndarray:
    """Show a digit drawn as a line in a plot's axes."""
    side = int(random.integers(300, 600))
    ink = source.ink(random, side, random.uniform(0.4, 0.6), random.uniform(0.02, 0.08))
    page = painting.paint(ink, 0.1, 1.0)
    low, high = side * 0.1, side * random.uniform(0.88, 0.95)
    page = painting.outline(page, (low, side - high, high, side - low), 0.0, max(1, side // 300))
    for at in np.linspace(low + 8, high - 8, 6):
        page[int(side - low) : int(side - low) + 5, int(at)] = 0
        page[int(side - at), int(low) - 5 : int(low)] = 0
        page = painting.print_text(page, ((side - low + 6) / side, at / side - 0.01), f"{at / side:.1f}", 0.0, 10)
    return page


# --- others


@add_kind("other", TUNED)
def equal_grey(source: Source, random: Random) -> np.ndarray:
    """Red ink on green of the same luminance, or blue on brown."""
    pen, paper = (np.array([0.88, 0.22, 0.2]), np.array([0.24, 0.545, 0.23]))
    if random.random() < 0.5:
        pen, paper = np.array([0.2, 0.35, 0.9]), np.array([0.55, 0.33, 0.18])
    weights = np.array([0.299, 0.587, 0.114])
    return painting.paint(_write(source, random), pen * (weights @ paper) / (weights @ pen), paper)


@add_kind("other", HELD_OUT)
def coloured_paper(source: Source, random: Random) -> np.ndarray:
    """Ink and paper of two colours that differ by a quarter or more in luminance."""
    weights = np.array([0.299, 0.587, 0.114])
    while True:
        pen, paper = random.uniform(0, 1, (2, 3))
        if abs(weights @ (pen - paper)) > 0.25:
            break
    return painting.shoot(painting.paint(_write(source, random), pen, paper), random, 0.5, 0.004, 88)


@add_kind("other", TUNED)
def dated(source: Source, random: Random) -> np.ndarray:
    """Show a camera's date in a corner."""
    ink = source.ink(random, 400, random.uniform(0.45, 0.7), random.uniform(0.05, 0.12))
    picture = _photograph_of(ink, random, 0.15, 0.9, weakest=0.8)
    return painting.print_text(picture, (0.94, 0.68), "2024-05-11 10:22", random.uniform(0.2, 0.5), 13)


@add_kind("other", HELD_OUT)
def captioned(source: Source, random: Random) -> np.ndarray:
    """Show a line of text below the digit."""
    picture = painting.paint(source.ink(random, 400, random.uniform(0.5, 0.7), random.uniform(0.05, 0.12)), 0.1, 1.0)
    return painting.print_text(picture, (0.94, random.uniform(0.05, 0.4)), "written by hand, Tuesday", 0.2, 12)


@add_kind("other", HELD_OUT)
def transparent(source: Source, random: Random) -> np.ndarray:
    ink = _write(source, random)
    colour = np.ones((*ink.shape, 3)) * (_dark_colour(random) if random.random() < 0.7 else np.ones(3))
    return np.concatenate([colour, ink[..., None]], axis=2)


@add_kind("other", TUNED)
def mnist_file(source: Source, random: Random) -> np.ndarray:
    """28x28 as a file of the data set, enlarged by a whole number or not, in either polarity."""
    digit = source.image
    if digit is None:
        digit = (
            painting.write(source.strokes, 280, 0.72, 0.1, random).reshape(28, 10, 28, 10).mean(axis=(1, 3)) * 255
        ).astype(np.uint8)
    large = np.kron(digit, np.ones((int(random.integers(1, 12)),) * 2)).astype(np.float32) / 255
    return large if random.random() < 0.5 else 1 - large


@add_kind("photograph", HELD_OUT)
def printed_box(source: Source, random: Random) -> np.ndarray:
    """Show the box of a printed form, photographed a little turned."""
    side = 500
    picture = painting.paint(source.ink(random, side, random.uniform(0.3, 0.45), random.uniform(0.05, 0.12)), 0.1, 0.92)
    inset = side * random.uniform(0.12, 0.2)
    picture = painting.outline(picture, (inset, inset, side - inset, side - inset), 0.2, int(random.integers(3, 8)), 20)
    turned = Image.fromarray((picture.clip(0, 1) * 255).astype(np.uint8)).rotate(
        random.uniform(-6, 6), Image.Resampling.BICUBIC, fillcolor=235
    )
    scene = np.asarray(turned, np.float32) / 255 * painting.light((side, side), random, 0.7)
    return painting.shoot(scene, random, 0.9, 0.012, 82)


@add_kind("photograph", TUNED)
def note_on_photograph(source: Source, random: Random) -> np.ndarray:
    """Show a note in front of a building."""
    side = int(random.integers(400, 800))
    note = painting.paint(source.ink(random, 400, random.uniform(0.45, 0.75), random.uniform(0.05, 0.1)), 0.1, 0.92)
    scene = painting.lay(note, painting.photograph("china.jpg", (side, side), random), random, random.uniform(0.5, 0.8))
    return painting.shoot(scene, random, random.uniform(0.5, 1.2), 0.012, 80)
