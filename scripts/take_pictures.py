"""Take the pictures of docs/pictures.md and of the README from a running app.

    python scripts/take_pictures.py http://127.0.0.1:8501

takes every page in three windows, light and dark, and writes docs/images/<page>-<window>-<scheme>.webp; `--only draw
layers` takes some. With `--before` the address is that of an older version, of which the pages that it has are taken
less often, into docs/images/before-<page>-<window>.webp.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, TimeoutError, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cnnviz.core.drawing import url_codec
from cnnviz.core.drawing.strokes import Drawing, Stroke
from scripts import browser as installed

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"
QUALITY = 55
"""Of WebP: text stays sharp, and all pictures together take some 3 MB."""

PATIENCE = 120_000
"""Milliseconds that a page may take on a busy machine."""

WINDOWS = {"wide": (1400, 900), "large": (1920, 1080), "phone": (390, 844)}
"""Name of a window -> its width and height in CSS pixels."""

SCHEMES = ("light", "dark")
SEVEN = Drawing((Stroke(((62, 62), (84, 56), (140, 52), (214, 54), (178, 118), (150, 172), (128, 240)), 20.0),))
"""The digit on the pad in every picture."""


@dataclass(frozen=True)
class Shot:
    """A page to take.

    Attributes:
        path: Its address below the app's.
        query: What its link carries beside the digit.
        before: Whether the older version has it.
    """

    path: str
    query: str = ""
    before: bool = True


SHOTS: Mapping[str, Shot] = {
    "draw": Shot(""),
    "layers": Shot("Layers", "net=cnn-32-64-64&cell=conv2d_1.5.3.7"),
    "convolution": Shot("Convolution", "ask=0"),
    "pooling": Shot("Pooling", "guess=0"),
    "data": Shot("Data", before=False),
    "filters": Shot("Filters", before=False),
    "train": Shot("Train", "replay=pooling"),
    "compare": Shot("Compare", before=False),
    "glossary": Shot("Glossary", before=False),
}
"""Name of a picture -> its page."""

IS_STILL = """() => {
    const root = document.querySelector('[data-test-script-state="notRunning"]')
    const places = [...document.querySelectorAll('[data-testid="stElementContainer"]')]
        .map(element => element.getBoundingClientRect()).map(({ top, height }) => `${top} ${height}`).join()
    const { before, frames = 0 } = window.still ?? {}
    const same = root && !document.getElementById("skeleton") && places && before === places
    window.still = { before: places, frames: same ? frames + 1 : 0 }
    return window.still.frames >= 90
}"""
"""Whether no script runs, and nothing has moved or grown for 90 frames."""


def open_page(page: Page, address: str, shot: Shot) -> None:
    """Open a page and wait until it stands."""
    query = "&".join(part for part in (f"d={url_codec.encode(SEVEN)}", shot.query) if part)
    page.goto(f"{address}/{shot.path}?{query}")
    page.get_by_role("heading", level=2).or_(page.get_by_role("heading", level=1)).first.wait_for()
    page.wait_for_function(IS_STILL)


def take(browser: Browser, address: str, shot: Shot, window: str, scheme: str, file: Path) -> None:
    """Take one picture, with less motion, so that a replay is at its end."""
    width, height = WINDOWS[window]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        has_touch=window == "phone",
        is_mobile=window == "phone",
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    try:
        open_page(page, address, shot)
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        picture.save(file, quality=QUALITY, method=6)
        print(f"{file.name}: {file.stat().st_size / 1000:.0f} kB", flush=True)
    except TimeoutError as error:
        print(f"{file.name}: {error.message.splitlines()[0]}", file=sys.stderr)
    finally:
        context.close()


def list_pictures(names: Sequence[str], before: bool) -> Iterator[tuple[str, str, str, str]]:
    """Yield page, window, scheme and file name of each picture to take."""
    for name in names:
        if before:
            windows = ("wide", "phone") if SHOTS[name].before else ()
            yield from ((name, window, "light", f"before-{name}-{window}.webp") for window in windows)
        else:
            yield from ((name, w, scheme, f"{name}-{w}-{scheme}.webp") for w in WINDOWS for scheme in SCHEMES)


def main() -> int:
    """Take the pictures that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("--before", action="store_true")
    parser.add_argument("--only", nargs="+", choices=sorted(SHOTS), default=list(SHOTS))
    arguments = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed.find(), args=list(installed.ARGUMENTS))
        for name, window, scheme, file in list_pictures(arguments.only, arguments.before):
            take(browser, arguments.address, SHOTS[name], window, scheme, FOLDER / file)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
