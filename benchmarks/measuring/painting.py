"""Pens, papers, light and cameras that pictures of digits are made with, each a small function of arrays.

Brightness is float32 in [0, 1], `(h, w)` for grey and `(h, w, 3)` for colour. A pen's coverage is 1 where there is
ink. All chance comes from the generator that is handed in.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

Random = np.random.Generator
SUPERSAMPLING = 3


def write(strokes: Sequence[np.ndarray], side: int, height: float, width: float, random: Random) -> np.ndarray:
    """Write a digit with a round pen, in the middle of a square but for a few hundredths of it.

    Args:
        strokes: `(points, 2)` arrays, x right and y down; the larger side of the digit is 1.
        side: Of the square, pixels.
        height: Larger side of the digit, as a share of `side`.
        width: Of the pen, as a share of the digit's larger side.
        random: Moves the digit.

    Returns:
        `(side, side)` float32 coverage, antialiased.
    """
    points = np.concatenate(strokes)
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    free = max(0.0, (1 - height * (1 + width)) / 2 - 0.02)
    place = 0.5 + random.uniform(-1, 1, 2) * min(free, 0.15)
    scale = side * SUPERSAMPLING
    pen = max(1.0, width * height * scale)
    picture = Image.new("L", (scale, scale))
    draw = ImageDraw.Draw(picture)
    for stroke in strokes:
        path = ((stroke - middle) * height + place) * scale
        if len(path) > 1:
            draw.line([tuple(point) for point in path], fill=255, width=max(1, round(pen)))
        for x, y in path:
            draw.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=255)
    return np.asarray(picture.reduce(SUPERSAMPLING), np.float32) / 255


def enlarge(image: np.ndarray, side: int, height: float, random: Random, smooth: bool = True) -> np.ndarray:
    """Put a 28x28 uint8 digit, cropped and enlarged, on a square; coverage as `write` returns it."""
    rows, columns = np.flatnonzero(image.max(axis=1) > 30), np.flatnonzero(image.max(axis=0) > 30)
    tight = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    factor = height * side / max(tight.shape)
    size = max(1, round(tight.shape[1] * factor)), max(1, round(tight.shape[0] * factor))
    filtering = Image.Resampling.BICUBIC if smooth else Image.Resampling.NEAREST
    large = np.asarray(Image.fromarray(np.pad(tight, 1) if smooth else tight).resize(size, filtering), np.float32) / 255
    if smooth:  # an enlarged digit is blurred; a pen's edge is not
        large = np.clip((large - 0.5) * factor / 2.5 + 0.5, 0, 1)
    canvas = np.zeros((side, side), np.float32)
    free = (side - np.array(large.shape)).clip(0)
    top, left = (free / 2 + random.uniform(-0.3, 0.3, 2) * free / 2).astype(int)
    canvas[top : top + large.shape[0], left : left + large.shape[1]] = large[:side, :side]
    return canvas


def paint(ink: np.ndarray, pen: float | np.ndarray, paper: float | np.ndarray) -> np.ndarray:
    """Lay a pen's colour over paper: `paper` where the coverage is 0, `pen` where it is 1."""
    pen, paper = np.asarray(pen, np.float32), np.asarray(paper, np.float32)
    if pen.ndim == 1 or paper.ndim in (1, 3):
        ink = ink[..., np.newaxis]
    painted: np.ndarray = ink * pen + (1 - ink) * paper
    return painted


def tint(grey: np.ndarray, colour: Sequence[float]) -> np.ndarray:
    """Give a grey picture the cast of a lamp: `(h, w)` to `(h, w, 3)`."""
    return grey[..., np.newaxis] * np.asarray(colour, np.float32)


def light(shape: tuple[int, ...], random: Random, weakest: float = 0.5) -> np.ndarray:
    """Cast the light of a lamp at one side: 1 at the brightest place, smoothly down to about `weakest`."""
    y, x = np.mgrid[0 : 1 : shape[0] * 1j, 0 : 1 : shape[1] * 1j]
    angle = random.uniform(0, 2 * np.pi)
    slope = (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle)
    vignette = (x - random.uniform(0.2, 0.8)) ** 2 + (y - random.uniform(0.2, 0.8)) ** 2
    dark = (slope - slope.min()) / np.ptp(slope) * 0.8 + vignette / vignette.max() * 0.2
    factors: np.ndarray = (1 - (1 - weakest) * dark).astype(np.float32)
    return factors


def shadow(shape: tuple[int, ...], random: Random, strength: float, softness: float) -> np.ndarray:
    """Cast the shadow of a hand or a telephone over a part: factors of brightness, 1 outside of it.

    Args:
        shape: Of the picture.
        random: Turns and moves the shadow's edge.
        strength: How much light it takes, 0 to 1.
        softness: Width of its edge as a share of the picture.
    """
    y, x = np.mgrid[-0.5 : 0.5 : shape[0] * 1j, -0.5 : 0.5 : shape[1] * 1j]
    angle, distance = random.uniform(0, 2 * np.pi), random.uniform(-0.15, 0.35)
    bent = x * np.cos(angle) + y * np.sin(angle) + 0.3 * (x * np.sin(angle) - y * np.cos(angle)) ** 2
    inside = np.clip((bent - distance) / softness + 0.5, 0, 1)
    factors: np.ndarray = (1 - strength * inside).astype(np.float32)
    return factors


def texture(shape: tuple[int, ...], random: Random, scale: float) -> np.ndarray:
    """Make smooth noise of mean 0 and deviation 1, its blotches about `scale` pixels wide."""
    noise = ndimage.gaussian_filter(random.normal(size=shape).astype(np.float32), scale)
    even: np.ndarray = (noise - noise.mean()) / max(float(noise.std()), 1e-6)
    return even


def wood(shape: tuple[int, ...], random: Random) -> np.ndarray:
    """Draw the grain of a table, `(h, w, 3)`: long stripes in brown."""
    grain = ndimage.gaussian_filter(random.normal(size=shape), (1.5, shape[1] / 6))
    grain = grain / max(float(grain.std()), 1e-6) * 0.05 + random.uniform(0.3, 0.65)
    return tint(np.clip(grain, 0.05, 1).astype(np.float32), (1.0, 0.78, 0.55))


@cache
def _photograph(name: str) -> np.ndarray:
    from sklearn.datasets import load_sample_image

    return np.asarray(load_sample_image(name), np.float32) / 255


def photograph(name: str, shape: tuple[int, ...], random: Random) -> np.ndarray:
    """Cut a part out of one of scikit-learn's two photographs, out of focus, `(h, w, 3)`."""
    whole = _photograph(name)
    part = int(random.uniform(0.4, 0.9) * whole.shape[0])
    top, left = (int(random.integers(0, length - part + 1)) for length in whole.shape[:2])
    patch = Image.fromarray((whole[top : top + part, left : left + part] * 255).astype(np.uint8))
    large = np.asarray(patch.resize((shape[1], shape[0]), Image.Resampling.BICUBIC), np.float32) / 255
    blur = random.uniform(1, 3)
    soft: np.ndarray = ndimage.gaussian_filter(large, (blur, blur, 0))
    return soft


def lay(sheet: np.ndarray, ground: np.ndarray, random: Random, share: float, most: float = 8.0) -> np.ndarray:
    """Lay a square sheet on a ground, turned by at most `most` degrees, its side `share` of the ground's shorter one.

    Returns:
        A picture like `ground`, `(h, w, 3)`.
    """
    sheet = sheet if sheet.ndim == 3 else np.repeat(sheet[..., np.newaxis], 3, axis=2)
    side = int(share * min(ground.shape[:2]))
    resized = Image.fromarray((sheet.clip(0, 1) * 255).astype(np.uint8)).resize((side, side), Image.Resampling.LANCZOS)
    opaque = resized.convert("RGBA").rotate(random.uniform(-most, most), Image.Resampling.BICUBIC, expand=True)
    pixels = np.asarray(opaque, np.float32) / 255
    free = np.array(ground.shape[:2]) - pixels.shape[:2]
    top, left = (int(random.uniform(0.3, 0.7) * max(0, room)) for room in free)
    result = ground.copy()
    view = result[top : top + pixels.shape[0], left : left + pixels.shape[1]]
    pixels = pixels[: view.shape[0], : view.shape[1]]
    view[:] = pixels[..., 3:] * pixels[..., :3] + (1 - pixels[..., 3:]) * view
    return result


def rule(paper: np.ndarray, random: Random, spacing: int, squared: bool, grey: float) -> np.ndarray:
    """Print lines, or squares, of a lighter ink on paper."""
    ruled = paper.copy()
    thick = max(1, spacing // 25)
    first = int(random.integers(0, spacing))
    for axis in (0, 1) if squared else (0,):
        lines = np.zeros(paper.shape[axis], bool)
        for offset in range(thick):
            lines[first + offset :: spacing] = True
        ruled[(lines, slice(None)) if axis == 0 else (slice(None), lines)] *= grey
    return ruled


def shoot(scene: np.ndarray, random: Random, blur: float, noise: float, quality: int) -> np.ndarray:
    """Take a photograph: blur in pixels, noise of the sensor, JPEG of the quality. Returns `(h, w, 3)` float32."""
    scene = scene if scene.ndim == 3 else np.repeat(scene[..., np.newaxis], 3, axis=2)
    seen = ndimage.gaussian_filter(scene, (blur, blur, 0)) + random.normal(0, noise, scene.shape)
    file = io.BytesIO()
    Image.fromarray((seen.clip(0, 1) * 255).astype(np.uint8)).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file), np.float32) / 255


def print_text(picture: np.ndarray, place: tuple[float, float], text: str, grey: float, size: int) -> np.ndarray:
    """Print a few letters; `place` is a share of the height and of the width."""
    image = Image.fromarray((picture.clip(0, 1) * 255).astype(np.uint8))
    fill = round(grey * 255) if picture.ndim == 2 else (round(grey * 255),) * 3
    where = place[1] * picture.shape[1], place[0] * picture.shape[0]
    from PIL import ImageFont

    ImageDraw.Draw(image).text(where, text, fill=fill, font=ImageFont.load_default(size))
    return np.asarray(image, np.float32) / 255


def outline(picture: np.ndarray, box: tuple[float, ...], grey: float, width: int, round_by: int = 0) -> np.ndarray:
    """Draw a rectangle's outline; `box` is left, top, right, bottom in pixels, `round_by` the radius of its corners."""
    image = Image.fromarray((picture.clip(0, 1) * 255).astype(np.uint8))
    colour = round(grey * 255) if picture.ndim == 2 else (round(grey * 255),) * 3
    ImageDraw.Draw(image).rounded_rectangle(box, round_by, outline=colour, width=width)
    return np.asarray(image, np.float32) / 255
