"""Pictures without a digit, drawn by program: letters, symbols, scribbles, textures, fists.

They go through the same preprocessing as a drawing. `TRAINED` kinds take part in the training of `pen`, `UNSEEN` kinds
never do, so that what is measured on them tells how anything else is met. Letters that many hands write like a digit
(`B b D G g I i l O o q S s Z z` and some more) are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from cnnviz.core.drawing import preprocessing, strokes
from cnnviz.core.drawing.strokes import Drawing, Stroke

Kind = Callable[["np.random.Generator"], np.ndarray]
"""Draws one picture: `(CANVAS, CANVAS)` uint8, 255 where the ink is full."""

CANVAS = 112
"""Side of the canvas in pixels, four times what a network reads."""

MIN_INK = 0.02
"""Mean of a picture of 28 by 28 below which it is drawn again: it would be empty."""

PRINTED = "ACEFHJKLMNPRTUVWXadefhkmnpvwx&@#%?+=<>"
"""Characters of the kind "printed letters"."""

LETTERS = MappingProxyType(
    {
        "A": "0,1 .5,0 1,1|.2,.62 .8,.62",
        "C": "1,.15 .5,0 .05,.4 .1,.8 .5,1 1,.85",
        "E": "1,0 0,0 0,1 1,1|0,.5 .8,.5",
        "F": "1,0 0,0 0,1|0,.48 .75,.48",
        "H": "0,0 0,1|1,0 1,1|0,.5 1,.5",
        "K": "0,0 0,1|1,0 0,.55 1,1",
        "L": "0,0 0,1 .8,1",
        "M": "0,1 .1,0 .5,.7 .9,0 1,1",
        "N": "0,1 0,0 1,1 1,0",
        "P": "0,1 0,0 .7,0 .9,.25 .7,.5 0,.5",
        "R": "0,1 0,0 .7,0 .9,.25 .7,.5 0,.5 1,1",
        "T": "0,0 1,0|.5,0 .5,1",
        "V": "0,0 .5,1 1,0",
        "W": "0,0 .25,1 .5,.3 .75,1 1,0",
        "X": "0,0 1,1|1,0 0,1",
        "k": "0,0 0,1|.7,.35 0,.7 .8,1",
        "m": "0,.3 0,1|0,.5 .25,.3 .45,.5 .45,1|.45,.5 .75,.3 1,.5 1,1",
        "n": "0,.2 0,1|0,.5 .5,.2 .9,.5 .9,1",
        "w": "0,.2 .25,1 .5,.4 .75,1 1,.2",
        "x": "0,.2 .8,1|.8,.2 0,1",
        "alpha": "1,.1 .5,.95 .1,.8 .05,.3 .4,.05 .7,.4 1,1",
        "pi": "0,.15 1,.15|.3,.15 .2,1|.7,.15 .75,1",
        "sigma": "1,0 0,0 .5,.5 0,1 1,1",
    }
)
"""Letters as pen strokes: strokes divided by a bar, points `x,y` in a box of side 1, y down."""

SYMBOLS = MappingProxyType(
    {
        "plus": "0,.5 1,.5|.5,0 .5,1",
        "equals": "0,.35 1,.35|0,.65 1,.65",
        "arrow": "0,.5 1,.5|.65,.2 1,.5 .65,.8",
        "check": "0,.55 .35,1 1,0",
        "triangle": ".5,0 1,.9 0,.9 .5,0",
        "square": "0,0 1,0 1,1 0,1 0,0",
        "house": "0,1 0,.45 .5,0 1,.45 1,1 0,1|.4,1 .4,.65 .6,.65 .6,1",
        "star": ".2,1 .5,0 .8,1 0,.35 1,.35 .2,1",
        "heart": ".5,1 0,.4 .1,.05 .35,.05 .5,.3 .65,.05 .9,.05 1,.4 .5,1",
        "hash": ".3,0 .2,1|.75,0 .65,1|0,.35 1,.3|0,.7 1,.65",
        "smiley": ".5,0 .9,.2 1,.6 .7,.95 .3,.95 0,.6 .1,.2 .5,0|.35,.35 .35,.4|.65,.35 .65,.4|.3,.65 .5,.8 .7,.65",
        "bolt": ".6,0 .2,.55 .6,.5 .3,1",
        "tree": ".5,1 .5,.4|.5,.6 .1,.3|.5,.5 .9,.2|.5,.4 .4,0",
        "waves": "0,.3 .25,.1 .5,.3 .75,.1 1,.3|0,.7 .25,.5 .5,.7 .75,.5 1,.7",
    }
)
"""Symbols, in the form of `LETTERS`."""


def draw(kind: str, count: int, random: np.random.Generator) -> np.ndarray:
    """Draw and preprocess pictures of one kind: `(count, 28, 28)` float32 in [0, 1]."""
    made = np.empty((count, preprocessing.SIDE, preprocessing.SIDE), np.float32)
    for index in range(count):
        digit = _prepare(KINDS[kind](random))
        while digit.mean() < MIN_INK:
            digit = _prepare(KINDS[kind](random))
        made[index] = digit
    return made


def draw_mixture(kinds: tuple[str, ...], count: int, random: np.random.Generator) -> np.ndarray:
    """Draw about equally many of each of `kinds`, in turn: `(count, 28, 28)` float32 in [0, 1]."""
    made = np.empty((count, preprocessing.SIDE, preprocessing.SIDE), np.float32)
    for first, kind in enumerate(kinds):
        places = range(first, count, len(kinds))
        made[places] = draw(kind, len(places), random)
    return made


def _prepare(alpha: np.ndarray) -> np.ndarray:
    """Preprocess black ink of this opacity on transparent paper."""
    rgba = np.zeros((*alpha.shape, 4), np.uint8)
    rgba[..., 3] = alpha
    return preprocessing.from_canvas(rgba).digit


def _parse(text: str) -> list[np.ndarray]:
    """Return the strokes of an entry of `LETTERS` or `SYMBOLS`, `(points, 2)` each."""
    return [np.array([point.split(",") for point in stroke.split()], float) for stroke in text.split("|")]


def _round_corners(points: np.ndarray) -> np.ndarray:
    """Cut the corners off once (Chaikin's algorithm); both ends stay."""
    first, last = points[:-1], points[1:]
    cut = np.stack([0.75 * first + 0.25 * last, 0.25 * first + 0.75 * last], axis=1).reshape(-1, 2)
    return np.concatenate([points[:1], cut, points[-1:]])


def _write(
    lines: list[np.ndarray], random: np.random.Generator, width: tuple[float, float] = (0.05, 0.2)
) -> np.ndarray:
    """Draw strokes with an unsteady hand, slanted and stretched, with a pen of `width` times the drawing's size."""
    angle, shear = random.normal(0, 0.14), random.normal(0, 0.16)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    matrix = np.diag([np.exp(random.normal(-0.2, 0.2)), 1]) @ np.array([[1, 0], [shear, 1]]) @ turn
    turns = random.integers(0, 3)
    shaken = []
    for line in lines:
        bent = (line + random.normal(0, 0.035, line.shape)) @ matrix
        for _ in range(turns):
            bent = _round_corners(bent)
        shaken.append(bent)
    points = np.concatenate(shaken)
    low, high = points.min(axis=0), points.max(axis=0)
    size = random.uniform(110, 220)
    scale = size / max(float((high - low).max()), 1e-6)
    offset = strokes.SIDE / 2 - (low + high) / 2 * scale
    pen = size * float(random.uniform(*width))
    placed = tuple(Stroke(tuple(map(tuple, (line * scale + offset).tolist())), pen) for line in shaken)
    alpha: np.ndarray = strokes.render(Drawing(placed), CANVAS)[..., 3]
    return alpha


def _draw_character(random: np.random.Generator) -> np.ndarray:
    """Draw a character of Pillow's own font, slanted and stretched."""
    font = ImageFont.load_default(size=72)
    page = Image.new("L", (CANVAS, CANVAS))
    middle = CANVAS / 2
    character = str(random.choice(list(PRINTED)))
    bold = int(random.integers(0, 4))
    ImageDraw.Draw(page).text((middle, middle), character, fill=255, font=font, anchor="mm", stroke_width=bold)
    angle, shear = random.normal(0, 0.12), random.normal(0, 0.15)
    wide, high = np.exp(random.normal(0, 0.15, 2))
    matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) @ np.array(
        [[wide, shear], [0, high]]
    )
    offset = middle - matrix @ [middle, middle]
    rows = (*matrix[0], offset[0], *matrix[1], offset[1])
    return np.asarray(page.transform(page.size, Image.Transform.AFFINE, rows, Image.Resampling.BILINEAR))


def _draw_letter(random: np.random.Generator) -> np.ndarray:
    return _write(_parse(LETTERS[str(random.choice(list(LETTERS)))]), random)


def _draw_symbol(random: np.random.Generator) -> np.ndarray:
    return _write(_parse(SYMBOLS[str(random.choice(list(SYMBOLS)))]), random)


def _draw_scribble(random: np.random.Generator) -> np.ndarray:
    """Draw a wandering line that crosses itself many times."""
    steps = int(random.integers(70, 160))
    heading = np.cumsum(random.normal(0, random.uniform(0.4, 1.2), steps))
    walk = np.cumsum(np.stack([np.cos(heading), np.sin(heading)], axis=1), axis=0)
    # Pulled back to the middle: otherwise half of the walks are one long bow, which may be a digit.
    walk = walk - walk.mean(axis=0)
    reach = np.maximum(np.hypot(*walk.T), 1e-6)
    walk = walk / reach[:, None] * np.sqrt(reach)[:, None]
    return _write([walk], random, (0.02, 0.1))


def _draw_hatching(random: np.random.Generator) -> np.ndarray:
    """Draw a zigzag, parallel lines or a spiral of several turns."""
    number = int(random.integers(5, 12))
    match int(random.integers(0, 3)):
        case 0:
            across = np.linspace(0, 1, 2 * number)
            lines = [np.stack([across, np.arange(2 * number) % 2], axis=1).astype(float)]
        case 1:
            lines = [np.array([[at, 0.0], [at + 0.2, 1.0]]) for at in np.linspace(0, 1.2, number)]
        case _:
            angle = np.linspace(0, 2 * np.pi * random.uniform(2.5, 4.5), 90)
            lines = [np.stack([np.cos(angle), np.sin(angle)], axis=1) * (0.1 + angle[:, None] / angle[-1])]
    return _write(lines, random, (0.02, 0.08))


def _smooth_noise(random: np.random.Generator, scale: float) -> np.ndarray:
    """Return noise with details of `scale` pixels, `(CANVAS, CANVAS)` float32 with mean 0 and deviation 1."""
    from scipy import ndimage

    noise = ndimage.gaussian_filter(random.normal(0, 1, (CANVAS, CANVAS)).astype(np.float32), scale)
    settled: np.ndarray = (noise - noise.mean()) / max(float(noise.std()), 1e-6)
    return settled


def _draw_texture(random: np.random.Generator) -> np.ndarray:
    """Draw noise of some scale, stripes or a chequerboard over the whole picture, soft or hard."""
    y, x = np.mgrid[:CANVAS, :CANVAS] / CANVAS
    angle, cycles = random.uniform(0, np.pi), random.uniform(2, 9)
    along = np.cos(angle) * x + np.sin(angle) * y
    across = np.cos(angle) * y - np.sin(angle) * x
    wave = np.sin(2 * np.pi * cycles * along + random.uniform(0, 6))
    match int(random.integers(0, 4)):
        case 0:
            field = _smooth_noise(random, random.uniform(1, 9))
        case 1:
            field = wave
        case 2:
            field = wave * np.sin(2 * np.pi * cycles * across + random.uniform(0, 6))
        case _:
            field = wave + random.uniform(0.3, 1.5) * _smooth_noise(random, random.uniform(1, 5))
    return _to_ink(field, random)


def _draw_blobs(random: np.random.Generator) -> np.ndarray:
    """Draw one or several patches with an uneven edge."""
    y, x = np.mgrid[:CANVAS, :CANVAS] / CANVAS - 0.5
    field = np.full((CANVAS, CANVAS), -9.0)
    for _ in range(int(random.integers(1, 4))):
        place, radius = random.uniform(-0.25, 0.25, 2), random.uniform(0.1, 0.35, 2)
        field = np.maximum(field, 1 - np.hypot((x - place[0]) / radius[0], (y - place[1]) / radius[1]))
    return _to_ink(field * 3 + random.uniform(0.1, 0.6) * _smooth_noise(random, random.uniform(3, 9)), random)


def _draw_fist(random: np.random.Generator) -> np.ndarray:
    """Draw a fist: a rounded patch with knuckles along its top, lines between fingers, a thumb, and shading."""
    y, x = np.mgrid[:CANVAS, :CANVAS] / CANVAS - 0.5
    wide, high = random.uniform(0.24, 0.36), random.uniform(0.2, 0.32)
    field = 1 - ((np.abs(x) / wide) ** 3 + (np.abs(y) / high) ** 3) ** (1 / 3)
    fingers = np.linspace(-0.75, 0.75, 4) * wide
    for at in fingers:
        knuckle = np.hypot((x - at) / (wide * 0.3), (y + high * random.uniform(0.75, 0.95)) / (high * 0.45))
        field = np.maximum(field, 1 - knuckle)
    ink = np.clip(field * 12, 0, 1) * np.clip(0.75 + 0.2 * _smooth_noise(random, 10) + random.uniform(-1, 1) * x, 0, 1)
    for at in (fingers[:-1] + fingers[1:]) / 2:
        crease = np.exp(-(((x - at + 0.05 * y) / 0.018) ** 2)) * (y < high * random.uniform(-0.1, 0.5))
        ink = ink * (1 - random.uniform(0.4, 1) * crease)
    thumb = np.exp(-(((y - high * 0.45 + 0.3 * x) / 0.022) ** 2)) * (x > -wide * random.uniform(0.2, 0.9))
    ink = ink * (1 - random.uniform(0.4, 1) * thumb)
    angle = float(random.normal(0, 25))
    page = Image.fromarray((np.clip(ink, 0, 1) * 255).astype(np.uint8))
    return np.asarray(page.rotate(angle, Image.Resampling.BILINEAR))


def _to_ink(field: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Make ink of what is above a level, with a soft or a hard edge."""
    level, edge = random.uniform(-0.4, 0.6), np.exp(random.uniform(0, 3))
    ink: np.ndarray = (np.clip((field - level) * edge + 0.5, 0, 1) * 255).astype(np.uint8)
    return ink


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "printed letters": _draw_character,
        "scribbles": _draw_scribble,
        "textures": _draw_texture,
        "blobs": _draw_blobs,
        "written letters": _draw_letter,
        "symbols": _draw_symbol,
        "hatchings": _draw_hatching,
        "fists": _draw_fist,
    }
)
"""Name -> how a picture of that kind is drawn."""

TRAINED = ("printed letters", "scribbles", "textures", "blobs")
"""Kinds that `pen` is trained to give no answer to."""

UNSEEN = ("written letters", "symbols", "hatchings", "fists")
"""Kinds that take part in no training."""
