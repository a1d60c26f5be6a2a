"""Uploaded pictures: every promised format is read, everything else is refused with a message."""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, Page, expect

from tests.browser import eyes, hands

KINDS = ["PNG", "JPEG", "WEBP", "GIF", "BMP"]
SIDE = 200


def picture(kind: str = "PNG", mode: str = "RGB", paper: object = "white", ink: object = "black") -> bytes:
    """Return a seven as a picture file."""
    image = Image.new(mode, (SIDE, SIDE), paper)  # type: ignore[arg-type]
    line = [(x * SIDE / hands.SIDE, y * SIDE / hands.SIDE) for x, y in hands.SEVEN]
    ImageDraw.Draw(image).line(line, fill=ink, width=14, joint="curve")  # type: ignore[arg-type]
    return written(image, kind)


def written(image: Image.Image, kind: str) -> bytes:
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def photo() -> bytes:
    """Return a seven as a camera sees it: grey paper in uneven light, noise, dark ink."""
    with Image.open(io.BytesIO(picture())) as sharp:
        ink = np.asarray(sharp.convert("L")) < 128
    light = np.linspace(150, 215, SIDE)[None, :] + np.linspace(0, 25, SIDE)[:, None]
    noise = np.random.default_rng(7).normal(0, 5, (SIDE, SIDE))
    return written(Image.fromarray(np.clip(np.where(ink, 45, light) + noise, 0, 255).astype(np.uint8)), "JPEG")


GOOD: Mapping[str, tuple[str, bytes]] = {
    **{kind: (f"seven.{kind.lower()}", picture(kind)) for kind in KINDS},
    "photo": ("photo.jpg", photo()),
    "transparent": ("ink.png", picture(mode="RGBA", paper=(0, 0, 0, 0), ink=(0, 0, 0, 255))),
    "white on black": ("slate.png", picture(paper="black", ink="white")),
}


def chunk(kind: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")


def bomb() -> bytes:
    """Return a PNG of a few kilobytes that would be 100 megapixels."""
    side = 10_000
    header = side.to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])  # one bit a pixel
    rows = zlib.compress(bytes((side // 8 + 1) * side), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


BAD: Mapping[str, tuple[str, bytes]] = {
    "text": ("notes.png", b"This is not a picture at all.\n" * 20),
    "nothing": ("empty.png", b""),
    "bomb": ("bomb.png", bomb()),
    "cut short": ("half.jpg", photo()[:2000]),
    "markup": ("drawing.png", b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'),
    "PostScript": ("paper.bmp", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n"),
}


@pytest.fixture
def picture_page(page: Page, address: str, seven_link: str) -> Page:
    """Open the Draw page with a drawing and the picture upload expanded."""
    eyes.opened(page, f"{address}/{seven_link}")
    page.get_by_text("Or open a picture of a digit").click()
    expect(page.get_by_test_id("stFileUploaderDropzone")).to_be_visible()
    return page


def hand_over(page: Page, name: str, content: bytes) -> None:
    file = FilePayload(name=name, mimeType="application/octet-stream", buffer=content)
    page.get_by_test_id("stFileUploader").locator("input").first.set_input_files(file)


def test_every_kind_of_picture_is_read(picture_page: Page) -> None:
    for what, (name, content) in GOOD.items():
        hands.press(picture_page, "Clear")
        expect(eyes.digit(picture_page), what).to_have_text("–")
        hand_over(picture_page, name, content)
        expect(eyes.digit(picture_page), what).to_have_text("7")
        eyes.link_when(picture_page, lambda carried: "p" in carried)
        expect(picture_page.get_by_test_id("stAlert")).to_have_count(0)


def test_a_picture_is_still_there_after_a_visit_to_layers_and_a_reload(picture_page: Page) -> None:
    hand_over(picture_page, *GOOD["photo"])
    eyes.link_when(picture_page, lambda carried: "p" in carried)
    expect(eyes.digit(picture_page)).to_have_text("7")
    hands.go_to(picture_page, "Layers")
    eyes.arrived(picture_page, "Layers")
    expect(eyes.digit(picture_page)).to_have_text("7")
    eyes.link_when(picture_page, lambda carried: "p" in carried)
    picture_page.reload()
    eyes.arrived(picture_page, "Layers")
    expect(eyes.digit(picture_page)).to_have_text("7")


@pytest.mark.parametrize("what", BAD)
def test_a_bad_picture_is_refused_in_words_and_the_drawing_is_kept(what: str, picture_page: Page) -> None:
    before = eyes.link(picture_page)
    hand_over(picture_page, *BAD[what])
    refusal = picture_page.get_by_test_id("stAlert")
    expect(refusal).to_be_visible()
    said = refusal.inner_text()
    assert 20 < len(said) <= 300
    assert "Traceback" not in said
    assert "/tmp" not in said
    assert "Something went wrong" not in said
    eyes.settled(picture_page)
    expect(eyes.digit(picture_page)).to_have_text("7")
    assert eyes.link(picture_page) == before
    hand_over(picture_page, *GOOD["PNG"])
    eyes.link_when(picture_page, lambda carried: "p" in carried)
    expect(refusal).to_have_count(0)


def test_ink_of_a_picture_can_be_set(picture_page: Page) -> None:
    hand_over(picture_page, *GOOD["white on black"])
    found = eyes.link_when(picture_page, lambda carried: "p" in carried)
    hands.choose(picture_page, "Dark ink on light")
    eyes.link_when(picture_page, lambda carried: carried != found)
    hands.choose(picture_page, "Bright ink on dark")
    assert eyes.link_when(picture_page, lambda carried: carried == found) == found
