"""Kinds of pictures that were thought of after the reader was finished, to see how it does on what it was not made for.

Those that it then read badly were used to improve it. The last ones of this file were made after that.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from benchmarks.measuring import painting
from benchmarks.measuring.painting import Random
from benchmarks.measuring.picture_kinds import LAST, LATER, Source, add_kind

WORDS = ("Milk 1.29", "Bread 2.49", "TOTAL 3.78", "Thank you", "12-05-2024", "No. 4711", "Exercise", "Name", "page")
"""What is printed beside digits."""


def _letter(page: np.ndarray, x: float, y: float, text: str, colour: tuple[float, ...], size: int) -> np.ndarray:
    """Print a text in a colour at a place in pixels of a page `(h, w, 3)`."""
    image = Image.fromarray((page.clip(0, 1) * 255).astype(np.uint8))
    fill = tuple(round(part * 255) for part in colour)
    ImageDraw.Draw(image).text((x, y), text, fill=fill, font=ImageFont.load_default(max(8, size)))
    return np.asarray(image, np.float32) / 255


def _blob(shape: tuple[int, ...], x: float, y: float, radius: float, softness: float = 1.0) -> np.ndarray:
    """Return the coverage of a disc, its edge `softness` pixels wide."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    covered: np.ndarray = np.clip((radius - np.hypot(columns - x, rows - y)) / softness + 0.5, 0, 1)
    return covered


def _place(page: np.ndarray, ink: np.ndarray, left: int, top: int, colour: np.ndarray) -> np.ndarray:
    """Lay ink of a colour over a part of a page `(h, w, 3)`."""
    placed = page.copy()
    view = placed[top : top + len(ink), left : left + ink.shape[1]]
    ink = ink[: view.shape[0], : view.shape[1], np.newaxis]
    view[:] = ink * colour + (1 - ink) * view
    return placed


def _plain(colour: np.ndarray | float, height: int, width: int) -> np.ndarray:
    return np.ones((height, width, 3), np.float32) * np.asarray(colour, np.float32)


def _as_28(source: Source, random: Random) -> np.ndarray:
    """Return a digit of MNIST, or one like it, `(28, 28)` uint8."""
    if source.image is not None:
        return source.image
    large = painting.write(source.strokes, 280, 0.72, 0.1, random).reshape(28, 10, 28, 10)
    small: np.ndarray = (large.mean(axis=(1, 3)) * 255).astype(np.uint8)
    return small


# --- photographs


@add_kind("photograph", LATER)
def kraft_cardboard(source: Source, random: Random) -> np.ndarray:
    """Show a marker on brown cardboard with fibres."""
    ink = source.ink(random, int(random.integers(300, 800)), random.uniform(0.4, 0.75), random.uniform(0.06, 0.14))
    fibres = ndimage.gaussian_filter(random.normal(size=ink.shape), (0.7, 5)) * 0.12
    board = (np.array([0.66, 0.5, 0.34]) * (1 + fibres[..., np.newaxis])).astype(np.float32)
    scene = painting.paint(ink, np.full(3, random.uniform(0.05, 0.2)), board)
    return painting.shoot(scene * painting.light(ink.shape, random, 0.65)[..., np.newaxis], random, 0.8, 0.012, 80)


@add_kind("photograph", LATER)
def mirrored_window(source: Source, random: Random) -> np.ndarray:
    """Show a coloured marker on a whiteboard that mirrors the panes of a window."""
    ink = source.ink(random, int(random.integers(400, 800)), random.uniform(0.35, 0.65), random.uniform(0.04, 0.1))
    side = len(ink)
    pen = np.array([[0.1, 0.1, 0.12], [0.75, 0.1, 0.12], [0.1, 0.2, 0.7], [0.05, 0.5, 0.25]])[random.integers(0, 4)]
    scene = painting.paint(ink, pen, np.full(3, 0.72)) * painting.light(ink.shape, random, 0.65)[..., np.newaxis]
    panes = np.zeros(ink.shape)
    x, y, size = (random.uniform(*span) for span in ((0.05, 0.6), (0.03, 0.3), (0.1, 0.16)))
    for column in range(2):
        for row in range(2):
            left, top = int((x + 1.1 * column * size) * side), int((y + 1.4 * row * size) * side)
            panes[top : top + int(1.3 * size * side), left : left + int(size * side)] = random.uniform(0.12, 0.22)
    scene = scene + ndimage.gaussian_filter(panes, side / 60)[..., np.newaxis]
    return painting.shoot(scene, random, 0.9, 0.01, 80)


@add_kind("photograph", LATER)
def hand_with_fingers(source: Source, random: Random) -> np.ndarray:
    """Cast the shadow of a hand with fingers, and the vignette of a lens."""
    ink = source.ink(random, 600, random.uniform(0.35, 0.65), random.uniform(0.04, 0.12))
    paper = random.uniform(0.75, 0.95) * np.array([1, 0.98, 0.94])
    scene = painting.paint(ink, np.full(3, random.uniform(0.08, 0.3)), paper)
    hand = Image.new("L", (600, 600))
    start = random.uniform(0.1, 0.5) * 600
    for finger in range(4):
        length, width = random.uniform(0.3, 0.6) * 600, random.uniform(26, 40)
        at = start + finger * random.uniform(70, 95)
        ImageDraw.Draw(hand).line([(at, 600), (at + 60, 600 - length)], fill=255, width=round(2 * width))
        tip = at + 60, 600 - length
        ImageDraw.Draw(hand).circle(tip, round(width), fill=255)
    dark = np.asarray(hand, np.float32) / 255
    shade = ndimage.gaussian_filter(dark, random.uniform(4, 14)) * random.uniform(0.2, 0.45)
    y, x = np.mgrid[-1:1:600j, -1:1:600j]
    vignette = 1 - random.uniform(0.2, 0.45) * (x**2 + y**2) / 2
    return painting.shoot(scene * ((1 - shade) * vignette)[..., np.newaxis], random, 1, 0.012, 80)


@add_kind("photograph", LATER)
def sheet_before_the_sky(source: Source, random: Random) -> np.ndarray:
    """Hold a sheet of paper up before a bright even sky, with roofs below."""
    height, width = 600, int(random.integers(450, 900))
    y = np.linspace(0, 1, height)[:, np.newaxis, np.newaxis]
    sky = (1 - y) * np.array([0.62, 0.76, 0.95]) + y * np.array([0.9, 0.93, 0.97])
    ground = np.repeat(sky, width, axis=1).astype(np.float32)
    skyline = int(height * random.uniform(0.7, 0.95))
    ground[skyline:] = painting.photograph("china.jpg", (height - skyline, width), random) * 0.7
    ink = source.ink(random, 400, random.uniform(0.45, 0.7), random.uniform(0.05, 0.1))
    note = painting.paint(ink, 0.1, random.uniform(0.82, 0.95))
    scene = painting.lay(note, ground, random, random.uniform(0.45, 0.75), most=6)
    return painting.shoot(scene, random, 0.8, 0.012, 80)


@add_kind("photograph", LATER)
def receipt(source: Source, random: Random) -> np.ndarray:
    """Show a digit in ballpoint on the back of a pale receipt, some lines of print at the top."""
    height, width = int(random.integers(600, 900)), int(random.integers(350, 500))
    page = _plain(random.uniform(0.72, 0.85), height, width)
    for line in range(random.integers(1, 4)):
        text = WORDS[random.integers(0, len(WORDS))]
        page = _letter(page, width * 0.08, 10 + 22 * line, text, (0.6, 0.6, 0.62), 17)
    side = int(width * random.uniform(0.75, 0.95))
    ink = source.ink(random, side, random.uniform(0.55, 0.85), random.uniform(0.03, 0.06))
    page = _place(page, ink, (width - side) // 2, (height - side) // 2, np.full(3, random.uniform(0.4, 0.55)))
    scene = page * painting.light((height, width), random, 0.8)[..., np.newaxis]
    return painting.shoot(scene, random, 0.8, 0.01, 82)


@add_kind("photograph", LATER)
def creased(source: Source, random: Random) -> np.ndarray:
    """Show a sheet that was folded twice: each part lies in another light, the creases are lines."""
    ink = source.ink(random, 600, random.uniform(0.4, 0.7), random.uniform(0.05, 0.12))
    across, down = random.uniform(0.3, 0.7, 2) * 600
    y, x = np.mgrid[:600, :600].astype(np.float32)
    light = np.ones(ink.shape)
    for places, at in ((x, across), (y, down)):
        light = light * np.where(places < at, random.uniform(0.86, 1), random.uniform(0.86, 1))
        light = light - 0.13 * np.exp(-(((places - at) / 2.0) ** 2))
    scene = painting.paint(ink, random.uniform(0.1, 0.25), 0.9) * light * painting.light(ink.shape, random, 0.8)
    return painting.shoot(scene, random, 1.2, 0.012, 80)


@add_kind("photograph", LATER)
def biro_on_punched_squares(source: Source, random: Random) -> np.ndarray:
    """Show a blue biro on squared paper with holes and a red margin at the left."""
    side = int(random.integers(500, 800))
    spacing = int(side * random.uniform(0.04, 0.07))
    grey = painting.rule(np.full((side, side), 0.93, np.float32), random, spacing, True, random.uniform(0.78, 0.88))
    page = painting.tint(grey, (0.97, 0.98, 1))
    margin = int(side * random.uniform(0.14, 0.18))
    page[:, margin : margin + 2] = (0.85, 0.45, 0.45)
    for at in (0.25, 0.75):
        hole = _blob((side, side), side * 0.06, side * at, side * 0.022)[..., np.newaxis]
        page = hole * 0.25 + (1 - hole) * page
    room = side - margin - 10
    ink = source.ink(random, room, random.uniform(0.4, 0.65), random.uniform(0.025, 0.05))
    page = _place(page, ink, margin + 8, 5, np.array([0.15, 0.2, 0.65]))
    scene = page * painting.light((side, side), random, 0.7)[..., np.newaxis]
    return painting.shoot(scene, random, 0.8, 0.012, 80)


@add_kind("photograph", LATER)
def smeared_blackboard(source: Source, random: Random) -> np.ndarray:
    """Show chalk on a green board that was wiped badly, a wooden frame at one edge."""
    ink = source.ink(random, 600, random.uniform(0.4, 0.65), random.uniform(0.04, 0.09))
    wiped = ndimage.gaussian_filter(random.normal(size=ink.shape), (3, 50))
    board = 0.22 + 0.035 * wiped / wiped.std()
    chalk = ink * np.clip(0.8 + 0.25 * painting.texture(ink.shape, random, 1.2), 0, 1)
    scene = painting.tint(painting.paint(chalk, 0.88, board.astype(np.float32)), (0.88, 1, 0.9))
    if random.random() < 0.5:
        wide = int(random.integers(15, 35))
        scene[-wide:] = painting.wood((wide, 600), random)
    return painting.shoot(scene * painting.light(ink.shape, random, 0.65)[..., np.newaxis], random, 0.9, 0.015, 75)


@add_kind("photograph", LATER)
def sticky_note(source: Source, random: Random) -> np.ndarray:
    """Show a yellow or pink note on a keyboard or on wood."""
    colour = np.array([[0.98, 0.92, 0.45], [0.98, 0.6, 0.7], [0.65, 0.9, 0.6]])[random.integers(0, 3)]
    note = painting.paint(source.ink(random, 400, random.uniform(0.5, 0.75), random.uniform(0.04, 0.1)), 0.1, colour)
    side = int(random.integers(450, 800))
    if random.random() < 0.5:
        ground = painting.wood((side, side), random)
    else:
        ground = _plain(random.uniform(0.75, 0.85), side, side)
        pitch = side // 9
        for top in range(0, side, pitch):
            for left in range(0, side, pitch):
                ground[top + 3 : top + pitch - 3, left + 3 : left + pitch - 3] = random.uniform(0.08, 0.14)
    scene = painting.lay(note, ground, random, random.uniform(0.45, 0.75), most=10)
    return painting.shoot(scene * painting.light((side, side), random, 0.7)[..., np.newaxis], random, 0.8, 0.012, 80)


@add_kind("photograph", LATER)
def photographed_screen(source: Source, random: Random) -> np.ndarray:
    """Photograph a monitor: dark bezel, stripes of its pixels, a drawing area of either polarity."""
    side = int(random.integers(400, 700))
    bright = random.random() < 0.5
    pen, paper = (0.05, 0.85) if bright else (0.85, 0.08)
    screen = painting.paint(source.ink(random, side, random.uniform(0.4, 0.7), random.uniform(0.05, 0.12)), pen, paper)
    y, x = np.mgrid[:side, :side]
    moire = 1 + 0.04 * np.sin(0.35 * x + 0.12 * y + 0.0006 * x * y) * np.sin(0.3 * y)
    bezel = int(side * random.uniform(0.04, 0.1))
    scene = np.full((side + 2 * bezel, side + 2 * bezel), 0.05, np.float32)
    scene[bezel:-bezel, bezel:-bezel] = screen * moire
    turned = Image.fromarray((scene.clip(0, 1) * 255).astype(np.uint8)).rotate(
        random.uniform(-3, 3), Image.Resampling.BICUBIC, fillcolor=13
    )
    return painting.shoot(np.asarray(turned, np.float32) / 255, random, 1.0, 0.015, 75)


@add_kind("photograph", LATER)
def blinds(source: Source, random: Random) -> np.ndarray:
    """Show stripes of light that fall through blinds onto the sheet."""
    ink = source.ink(random, 600, random.uniform(0.4, 0.7), random.uniform(0.06, 0.13))
    y, x = np.mgrid[0:1:600j, 0:1:600j]
    angle, count = random.uniform(0, np.pi), random.uniform(3, 7)
    wave = np.sin(2 * np.pi * count * (x * np.cos(angle) + y * np.sin(angle)))
    light = 1 - random.uniform(0.12, 0.3) * (1 / (1 + np.exp(-wave * 4)))
    scene = painting.paint(ink, random.uniform(0.05, 0.15), 0.92) * light
    return painting.shoot(scene, random, 1, 0.012, 80)


@add_kind("photograph", LATER)
def spiral_notebook(source: Source, random: Random) -> np.ndarray:
    """Show a lined page with the holes and wires of a spiral along the top or the left."""
    side = int(random.integers(450, 750))
    page = painting.tint(
        painting.rule(np.full((side, side), 0.92, np.float32), random, int(side * 0.08), False, 0.85), (1, 0.99, 0.96)
    )
    for at in np.arange(0.04, 1, 0.075) * side:
        hole = _blob((side, side), at, side * 0.045, side * 0.013)[..., np.newaxis]
        page = hole * 0.15 + (1 - hole) * page
        page[: int(side * 0.045), int(at) : int(at) + 4] = 0.45
    if random.random() < 0.5:
        page = np.ascontiguousarray(page.transpose(1, 0, 2))
    room = int(side * 0.88)
    ink = source.ink(random, room, random.uniform(0.4, 0.65), random.uniform(0.04, 0.1))
    page = _place(page, ink, side - room, side - room, np.full(3, 0.15))
    return painting.shoot(page * painting.light((side, side), random, 0.7)[..., np.newaxis], random, 0.9, 0.012, 80)


# --- screens


@add_kind("drawn", LATER)
def notes_app(source: Source, random: Random) -> np.ndarray:
    """Show a telephone's notes in dark colours: the clock above, tools below."""
    width = int(random.integers(300, 560))
    height = int(width * 2.1)
    page = _plain(random.uniform(0, 0.12), height, width)
    page = _letter(page, width * 0.07, width * 0.03, "9:41", (1, 1, 1), width // 22)
    page = _letter(page, width * 0.05, width * 0.13, "< Notes", (0.95, 0.75, 0.2), width // 18)
    for number in range(5):
        icon = _blob((height, width), width * (0.12 + 0.19 * number), height - width * 0.1, width * 0.03)
        colour = np.array([[0.95, 0.75, 0.2], [0.9, 0.9, 0.9], [0.3, 0.6, 1], [0.9, 0.3, 0.3]])[number % 4]
        page = icon[..., np.newaxis] * colour + (1 - icon[..., np.newaxis]) * page
    ink = source.ink(random, width, random.uniform(0.5, 0.85), random.uniform(0.03, 0.1))
    colour = np.array([[1, 1, 1], [0.95, 0.8, 0.3], [0.4, 0.7, 1]])[random.integers(0, 3)]
    return _place(page, ink, 0, int((height - width) * random.uniform(0.35, 0.6)), colour)


@add_kind("drawn", LATER)
def poor_jpeg(source: Source, random: Random) -> np.ndarray:
    """Show a drawing saved as a JPEG of quality 10."""
    side = int(random.integers(90, 260))
    ink = source.ink(random, side, random.uniform(0.5, 0.85), random.uniform(0.06, 0.14))
    pen, paper = (0.05, 1.0) if random.random() < 0.6 else (1.0, 0.05)
    return painting.shoot(painting.paint(ink, pen, paper), random, 0.3, 0.0, 10)


@add_kind("drawn", LATER)
def icon(source: Source, random: Random) -> np.ndarray:
    """Show an icon of 20 to 32 pixels: a light digit on a coloured tile, the corners white or transparent."""
    side = int(random.integers(20, 33))
    large = side * 8
    ink = source.ink(random, large, random.uniform(0.6, 0.75), random.uniform(0.1, 0.14))
    tile = Image.new("L", (large, large))
    ImageDraw.Draw(tile).rounded_rectangle((0, 0, large - 1, large - 1), large // 5, fill=255)
    alpha = np.asarray(tile, np.float32) / 255
    colour = random.uniform(0.05, 0.6, 3)
    picture = painting.paint(ink, np.ones(3), colour)
    if random.random() < 0.5:
        full = np.concatenate([picture, alpha[..., np.newaxis]], axis=2)
    else:
        full = alpha[..., np.newaxis] * picture + (1 - alpha[..., np.newaxis])
    reduced: np.ndarray = full.reshape(side, 8, side, 8, -1).mean(axis=(1, 3))
    return reduced


@add_kind("drawn", LATER)
def paint_window(source: Source, random: Random) -> np.ndarray:
    """Show a painting program: a bar of tools, a palette, a white sheet on grey."""
    width, height = int(random.integers(500, 900)), int(random.integers(400, 650))
    page = _plain(random.uniform(0.6, 0.85), height, width)
    page[: height // 8] = random.uniform(0.88, 0.97)
    for number in range(8):
        left = int(width * (0.3 + 0.06 * number))
        page[height // 30 : height // 30 + 22, left : left + 22] = random.uniform(0, 1, 3)
    page = _letter(page, 8, 6, "File   View", (0.1, 0.1, 0.1), 14)
    top, left = height // 8 + 12, 12
    side = int(min(height - top, width - left) * random.uniform(0.7, 0.95))
    page[top : top + side, left : left + side] = 1
    ink = source.ink(random, side, random.uniform(0.45, 0.8), random.uniform(0.03, 0.1))
    return _place(page, ink, left, top, random.uniform(0, 0.4, 3))


@add_kind("drawn", LATER)
def tutorial_window(source: Source, random: Random) -> np.ndarray:
    """Show a tutorial's window: a title, a black canvas, buttons and an answer below."""
    side = int(random.integers(220, 420))
    width, height = side + 24, side + 130
    page = _plain(0.94, height, width)
    page[:28] = (0.2, 0.35, 0.6) if random.random() < 0.5 else (1, 1, 1)
    page = _letter(page, 8, 6, "Digit recognizer", (0.9, 0.9, 0.9) if page[5, 5, 0] < 0.5 else (0, 0, 0), 14)
    dark = random.random() < 0.7
    page[40 : 40 + side, 12 : 12 + side] = 0.0 if dark else 1.0
    ink = source.ink(random, side, random.uniform(0.5, 0.8), random.uniform(0.06, 0.14))
    page = _place(page, ink, 12, 40, np.full(3, 1.0 if dark else 0.0))
    for left, text in ((12, "Predict"), (width // 2, "Clear")):
        page[side + 56 : side + 82, left : left + width // 3] = 0.8
        page = _letter(page, left + 10, side + 60, text, (0, 0, 0), 14)
    return _letter(page, 12, side + 96, "Result: ?", (0, 0, 0), 18)


@add_kind("drawn", LATER)
def light_on_transparent(source: Source, random: Random) -> np.ndarray:
    """Show light or dark ink on a transparent ground, faint in places, as a sticker or an exported layer."""
    ink = source.ink(random, int(random.integers(60, 500)), random.uniform(0.5, 0.95), random.uniform(0.04, 0.16))
    alpha = ink * np.clip(0.75 + 0.2 * painting.texture(ink.shape, random, 6), 0, 1)
    colour = random.uniform(0.75, 1, 3) if random.random() < 0.5 else random.uniform(0, 0.3, 3)
    return np.concatenate([np.ones((*ink.shape, 3)) * colour, alpha[..., np.newaxis]], axis=2)


# --- scans, plots and others


@add_kind("scan", LATER)
def punched_scan(source: Source, random: Random) -> np.ndarray:
    """Show a sheet on a black scanner bed, a little turned, with two punched holes."""
    side = int(random.integers(500, 800))
    sheet = painting.paint(source.ink(random, side, random.uniform(0.3, 0.5), random.uniform(0.04, 0.12)), 0.1, 0.96)
    for at in (0.3, 0.7):
        hole = _blob((side, side), side * 0.09, side * at, side * 0.025)
        sheet = hole * 0.05 + (1 - hole) * sheet
    scene = painting.lay(sheet, _plain(0.04, side, side), random, random.uniform(0.82, 0.93), most=3)
    return painting.shoot(scene, random, 0.6, 0.006, 85)


@add_kind("scan", LATER)
def grey_scan_with_print(source: Source, random: Random) -> np.ndarray:
    """Show a copied worksheet: grey paper with streaks, a heading and a line of print, the digit large."""
    height, width = int(random.integers(600, 850)), int(random.integers(500, 650))
    streaks = ndimage.gaussian_filter1d(random.normal(size=width), 2) * 0.02
    page = _plain(random.uniform(0.8, 0.9), height, width) + streaks[:, np.newaxis]
    page = _letter(page, width * 0.1, height * 0.04, "Exercise 4", (0.2, 0.2, 0.2), 22)
    page = _letter(page, width * 0.1, height * 0.1, "Write a number between 0 and 9.", (0.2, 0.2, 0.2), 15)
    side = int(width * 0.75)
    ink = source.ink(random, side, random.uniform(0.5, 0.8), random.uniform(0.04, 0.12))
    page = _place(page, ink, width // 8, int(height * 0.2), np.full(3, 0.2))
    return painting.shoot(page, random, 0.6, 0.008, 80)


@add_kind("plot", LATER)
def figure_with_title(source: Source, random: Random) -> np.ndarray:
    """Show an array as a figure without axes: a title above, white or grey around, any of three colour maps."""
    digit = _as_28(source, random)
    side = int(random.integers(180, 380))
    large = np.asarray(Image.fromarray(digit).resize((side, side), Image.Resampling.NEAREST), np.float32) / 255
    style = int(random.integers(0, 3))
    colours = (large, 1 - large, 0.1 + 0.8 * large)[style][..., np.newaxis] * np.ones(3)
    top, left = int(side * random.uniform(0.15, 0.25)), int(side * random.uniform(0.1, 0.5))
    page = _plain(1.0 if random.random() < 0.7 else 0.94, side + top + int(side * 0.1), side + 2 * left)
    page[top : top + side, left : left + side] = colours
    title = f"Label: {source.label}" if random.random() < 0.5 else "train[1234]"
    return _letter(page, left + side * 0.3, top - side // 10 - 4, title, (0, 0, 0), side // 14)


@add_kind("plot", LATER)
def figure_with_grid_and_bar(source: Source, random: Random) -> np.ndarray:
    """Show an array plotted in grey with a scale of the colours at its right and ticks at its left."""
    digit = _as_28(source, random)
    side = int(random.integers(220, 380))
    large = np.asarray(Image.fromarray(digit).resize((side, side), Image.Resampling.NEAREST), np.float32) / 255
    inverted = random.random() < 0.5
    top, left = int(side * 0.12), int(side * 0.16)
    page = _plain(1.0, side + 2 * top, left + int(side * 1.35))
    page[top : top + side, left : left + side] = (1 - large if inverted else large)[..., np.newaxis]
    bar = np.linspace(1, 0, side)
    x = left + int(side * 1.08)
    page[top : top + side, x : x + side // 18] = (1 - bar if inverted else bar)[:, np.newaxis, np.newaxis]
    for tick in range(0, 256, 50):
        y = top + int((1 - tick / 255) * side)
        page = _letter(page, x + side // 18 + 5, y - 6, str(tick), (0, 0, 0), 11)
    for tick in range(0, 28, 5):
        at = int((tick + 0.5) * side / 28)
        page = _letter(page, left - 22, top + at - 7, f"{tick:2}", (0, 0, 0), 11)
        page = _letter(page, left + at - 4, top + side + 5, str(tick), (0, 0, 0), 11)
    return page


@add_kind("other", LATER)
def puzzle_screenshot(source: Source, random: Random) -> np.ndarray:
    """Show a cell of a puzzle on a screen: thick and thin borders, a coloured ground, pieces of the cells beside it."""
    side = int(random.integers(60, 260))
    ground = np.array([[1, 1, 1], [0.88, 0.94, 1], [1, 0.97, 0.8], [0.9, 0.9, 0.9]])[random.integers(0, 4)]
    ink = source.ink(random, side, random.uniform(0.4, 0.6), random.uniform(0.06, 0.13))
    page = painting.paint(ink, random.uniform(0, 0.3, 3), ground)
    for index in range(4):
        wide = max(1, int(side * random.choice([0.01, 0.03])))
        inset = int(side * random.uniform(0, 0.08))
        line = slice(inset, inset + wide)
        page = np.rot90(page, index)
        page = page.copy()
        page[line] = 0.15
        page = np.rot90(page, -index)
    return np.ascontiguousarray(page)


@add_kind("other", LATER)
def small_in_a_large_page(source: Source, random: Random) -> np.ndarray:
    """Show a small digit somewhere on a large empty page, drawn or scanned."""
    height, width = int(random.integers(600, 900)), int(random.integers(600, 900))
    side = int(min(height, width) * random.uniform(0.18, 0.3))
    ink = source.ink(random, side, random.uniform(0.7, 0.9), random.uniform(0.06, 0.14))
    page = _plain(random.uniform(0.94, 1), height, width)
    top, left = (int(random.uniform(0.1, 0.9) * (length - side)) for length in (height, width))
    page = _place(page, ink, left, top, np.full(3, 0.1))
    return painting.shoot(page, random, 0.5, random.choice([0.0, 0.006]), 88)


@add_kind("other", LATER)
def inverted_photograph(source: Source, random: Random) -> np.ndarray:
    """Invert a photograph of a sheet in uneven light, as some tutorials ask."""
    ink = source.ink(random, int(random.integers(200, 600)), random.uniform(0.4, 0.8), random.uniform(0.05, 0.13))
    scene = painting.paint(ink, random.uniform(0.08, 0.25), random.uniform(0.75, 0.92))
    scene = scene * painting.light(ink.shape, random, 0.55)
    return 1 - painting.shoot(scene, random, 1, 0.012, 80)


@add_kind("other", LATER)
def black_and_white(source: Source, random: Random) -> np.ndarray:
    """Show a photograph that an app turned into pure black and white, with specks left in a corner."""
    ink = source.ink(random, int(random.integers(200, 600)), random.uniform(0.4, 0.75), random.uniform(0.05, 0.12))
    scene = painting.paint(ink, 0.2, 0.9) * painting.light(ink.shape, random, 0.6)
    seen = scene + random.normal(0, 0.05, scene.shape)
    binary: np.ndarray = (ndimage.gaussian_filter(seen, 0.8) > random.uniform(0.42, 0.52)).astype(np.float32)
    return binary if random.random() < 0.7 else 1 - binary


# --- made when the reader had been improved by the kinds above


@add_kind("photograph", LAST)
def napkin(source: Source, random: Random) -> np.ndarray:
    """Show a pen on a napkin with pressed dots."""
    side = int(random.integers(350, 600))
    ink = source.ink(random, side, random.uniform(0.45, 0.75), random.uniform(0.05, 0.1))
    y, x = np.mgrid[:side, :side]
    pitch = side / random.uniform(25, 40)
    dots = 0.05 * np.sin(2 * np.pi * x / pitch) * np.sin(2 * np.pi * y / pitch)
    blotted = np.clip(ndimage.gaussian_filter(ink, side / 200) * 1.2, 0, 1)
    scene = painting.paint(blotted, random.uniform(0.15, 0.35), (0.85 + dots).astype(np.float32))
    return painting.shoot(scene * painting.light(ink.shape, random, 0.7), random, 0.9, 0.012, 80)


@add_kind("photograph", LAST)
def turned_sheet(source: Source, random: Random) -> np.ndarray:
    """Lay a sheet on wood, turned by up to 30 degrees, the digit turned back by the camera of its writer."""
    angle = random.uniform(10, 30) * random.choice([-1, 1])
    side = int(random.integers(450, 750))
    ink = source.ink(random, side, random.uniform(0.25, 0.35), random.uniform(0.05, 0.1))
    corners = Image.new("L", (side, side))
    inset = side * random.uniform(0.16, 0.2)
    ImageDraw.Draw(corners).rectangle((inset, inset, side - inset, side - inset), fill=255)
    sheet = np.asarray(corners.rotate(angle, Image.Resampling.BICUBIC), np.float32)[..., np.newaxis] / 255
    scene = sheet * painting.paint(ink, np.full(3, 0.12), np.full(3, 0.9)) + (1 - sheet) * painting.wood(
        (side, side), random
    )
    return painting.shoot(scene * painting.light(ink.shape, random, 0.7)[..., np.newaxis], random, 0.8, 0.012, 80)


@add_kind("photograph", LAST)
def hard_shadow(source: Source, random: Random) -> np.ndarray:
    """Let the sharp edge of a shadow run through the digit."""
    ink = source.ink(random, 500, random.uniform(0.45, 0.7), random.uniform(0.06, 0.12))
    scene = painting.paint(ink, random.uniform(0.05, 0.15), random.uniform(0.8, 0.95))
    scene = scene * painting.shadow(ink.shape, random, random.uniform(0.25, 0.45), 0.02)
    return painting.shoot(scene * painting.light(ink.shape, random, 0.8), random, 1, 0.012, 80)


@add_kind("photograph", LAST)
def flash(source: Source, random: Random) -> np.ndarray:
    """Photograph glossy paper with a flash: a white spot, dark corners."""
    ink = source.ink(random, 500, random.uniform(0.4, 0.7), random.uniform(0.05, 0.12))
    y, x = np.mgrid[0:1:500j, 0:1:500j]
    at_x, at_y = random.uniform(0.2, 0.8, 2)
    distance = (x - at_x) ** 2 + (y - at_y) ** 2
    scene = painting.paint(ink, random.uniform(0.08, 0.2), 0.8) * (0.45 + 0.55 * np.exp(-distance / 0.3))
    return painting.shoot(scene + 0.25 * np.exp(-distance / 0.006), random, 1, 0.015, 75)


@add_kind("drawn", LAST)
def soft_brush(source: Source, random: Random) -> np.ndarray:
    """Show an airbrush: a soft edge and a pressure that varies."""
    side = int(random.integers(200, 500))
    ink = source.ink(random, side, random.uniform(0.5, 0.75), random.uniform(0.08, 0.14))
    soft = ndimage.gaussian_filter(ink, side * random.uniform(0.006, 0.015))
    pressed = soft * np.clip(0.8 + 0.15 * painting.texture(ink.shape, random, side / 20), 0, 1)
    return painting.paint(pressed, random.uniform(0, 0.4, 3), np.ones(3))


@add_kind("drawn", LAST)
def neon(source: Source, random: Random) -> np.ndarray:
    """Show a bright line that glows on black."""
    side = int(random.integers(200, 500))
    ink = source.ink(random, side, random.uniform(0.45, 0.7), random.uniform(0.04, 0.08))
    glow = ndimage.gaussian_filter(ink, side * 0.03)
    colour = np.array([[0.1, 0.9, 1], [1, 0.2, 0.8], [0.3, 1, 0.3]])[random.integers(0, 3)]
    shining: np.ndarray = np.clip(ink[..., np.newaxis] * 0.9 + glow[..., np.newaxis] * colour * 0.9, 0, 1)
    return shining


@add_kind("drawn", LAST)
def gradient_ground(source: Source, random: Random) -> np.ndarray:
    """Show white on a ground that runs from one strong colour to another, as slides have."""
    ink = source.ink(random, int(random.integers(200, 500)), random.uniform(0.45, 0.75), random.uniform(0.06, 0.13))
    y, x = np.mgrid[0 : 1 : len(ink) * 1j, 0 : 1 : len(ink) * 1j]
    share = ((x + y) / 2 if random.random() < 0.5 else y)[..., np.newaxis]
    first, second = random.uniform(0, 0.65, (2, 3))
    return painting.paint(ink, np.ones(3), (share * first + (1 - share) * second).astype(np.float32))


@add_kind("scan", LAST)
def printed_page(source: Source, random: Random) -> np.ndarray:
    """Show a page of a document: a heading between two lines, the digit, the page's number below."""
    height, width = int(random.integers(600, 850)), int(random.integers(450, 600))
    page = _plain(1.0, height, width)
    page = _letter(page, width * 0.1, height * 0.03, "Appendix B: answers by hand", (0, 0, 0), 17)
    for at in (0.02, 0.075):
        page[int(at * height), int(0.08 * width) : int(0.92 * width)] = 0.2
    page = _letter(page, width * 0.48, height * 0.95, "17", (0, 0, 0), 15)
    side = int(width * 0.8)
    ink = source.ink(random, side, random.uniform(0.45, 0.75), random.uniform(0.04, 0.12))
    return _place(page, ink, width // 10, int(height * 0.2), random.uniform(0, 0.3, 3))
