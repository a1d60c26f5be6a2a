"""Uploaded pictures: every promised format is read, everything else is refused with a message."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser import eyes, hands
from tests.browser.conftest import Visitor

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
    "bomb": ("bomb.png", bomb()),
    "cut short": ("half.jpg", photo()[:2000]),
}
"""Files that are refused by what they begin with, by the size that they state, and by what decodes them."""


@pytest.fixture
def picture_page(revisit: Visitor, address: str) -> Page:
    """Return the Draw page with the picture upload expanded, no refusal, and nothing drawn or read from a picture."""
    page = revisit(f"{address}/?d=")
    if not page.get_by_test_id("stFileUploaderDropzone").is_visible():
        page.get_by_text("Or open a picture of a digit").click()
        expect(page.get_by_test_id("stFileUploaderDropzone")).to_be_visible()
    if page.get_by_test_id("stAlert").count():
        hand_over(page, *GOOD["PNG"])
        expect(page.get_by_test_id("stAlert")).to_have_count(0)
        eyes.link_when(page, lambda carried: "p" in carried)
    if eyes.digit(page).inner_text() != "–":
        hands.press(page, "Clear")
        expect(eyes.digit(page)).to_have_text("–")
    eyes.link_when(page, eyes.carries("d", ""))
    return page


@pytest.fixture
def drawn_page(picture_page: Page) -> Page:
    """Return the same with a drawing of a seven."""
    hands.draw(picture_page, hands.SEVEN)
    expect(eyes.digit(picture_page)).to_have_text("7")
    eyes.drawing_when(picture_page, 1)
    return picture_page


def hand_over(page: Page, name: str, content: bytes) -> None:
    file = FilePayload(name=name, mimeType="application/octet-stream", buffer=content)
    page.get_by_test_id("stFileUploader").locator("input").first.set_input_files(file)


def test_every_kind_of_picture_is_read(drawn_page: Page) -> None:
    for what, (name, content) in GOOD.items():
        hands.press(drawn_page, "Clear")
        expect(eyes.digit(drawn_page), what).to_have_text("–")
        hand_over(drawn_page, name, content)
        expect(eyes.digit(drawn_page), what).to_have_text("7")
        eyes.link_when(drawn_page, lambda carried: "p" in carried)
        expect(drawn_page.get_by_test_id("stAlert")).to_have_count(0)


@pytest.mark.parametrize("what", BAD)
def test_a_bad_picture_is_refused_in_words_and_the_drawing_is_kept(what: str, drawn_page: Page) -> None:
    before = eyes.link(drawn_page)
    hand_over(drawn_page, *BAD[what])
    refusal = drawn_page.get_by_test_id("stAlert")
    expect(refusal).to_be_visible()
    said = refusal.inner_text()
    assert 20 < len(said) <= 300
    assert "Traceback" not in said
    assert "/tmp" not in said
    assert "Something went wrong" not in said
    eyes.settled(drawn_page)
    expect(eyes.digit(drawn_page)).to_have_text("7")
    assert eyes.link(drawn_page) == before
    hand_over(drawn_page, *GOOD["PNG"])
    eyes.link_when(drawn_page, lambda carried: "p" in carried)
    expect(refusal).to_have_count(0)


def test_ink_of_a_picture_can_be_set(picture_page: Page) -> None:
    hand_over(picture_page, *GOOD["white on black"])
    found = eyes.link_when(picture_page, lambda carried: "p" in carried)
    hands.choose(picture_page, "Dark ink on light")
    eyes.link_when(picture_page, lambda carried: carried != found)
    hands.choose(picture_page, "Bright ink on dark")
    assert eyes.link_when(picture_page, lambda carried: carried == found) == found


def boxed(page: Page) -> Locator:
    """Return the picture on the page, with its frame."""
    return page.locator(".picture_crop .stage")


def cut(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag a frame over the picture, from one place to another as shares of its sides."""
    boxed(page).scroll_into_view_if_needed()
    eyes.still(page)
    box = boxed(page).bounding_box()
    assert box
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=4)
    page.mouse.up()


def frame(page: Page) -> str:
    """Return the frame's text for screen readers."""
    return page.locator(".picture_crop .handle.frame").get_attribute("aria-label") or ""


def written_digit(page: Page) -> str:
    return eyes.link_when(page, lambda carried: "p" in carried)["p"]


def two_lines() -> bytes:
    """Return a seven at the left and a thick bar at the right, in a wide picture."""
    image = Image.new("L", (400, 200), 255)
    brush = ImageDraw.Draw(image)
    brush.line([(40, 40), (140, 40), (80, 170)], fill=0, width=14, joint="curve")
    brush.rectangle((300, 20, 330, 180), fill=0)
    return written(image, "PNG")


def test_a_picture_stands_beside_what_was_made_of_it_and_can_be_cut(picture_page: Page) -> None:
    hand_over(picture_page, "both.png", two_lines())
    expect(boxed(picture_page)).to_be_visible()
    expect(picture_page.get_by_text("What was made of it")).to_be_visible()
    expect(picture_page.get_by_text("Ink that was read: darker than the paper.")).to_be_visible()
    whole = written_digit(picture_page)
    expect(eyes.digit(picture_page)).to_have_text("7")
    cut(picture_page, (0.6, 0.05), (0.95, 0.95))
    eyes.link_when(picture_page, lambda carried: carried.get("p") != whole)
    expect(eyes.digit(picture_page)).to_have_text("1")
    frame = picture_page.locator(".picture_crop .handle.frame")
    expect(frame).to_have_attribute("aria-label", re.compile(r"60 to 95\s%"))
    hands.press(picture_page, "Whole picture")
    eyes.link_when(picture_page, lambda carried: carried.get("p") == whole)
    expect(picture_page.get_by_role("button", name="Whole picture")).to_be_disabled()


def test_two_digits_are_offered_and_a_frame_is_reported_as_left_out(picture_page: Page) -> None:
    image = Image.new("L", (400, 240), 255)
    brush = ImageDraw.Draw(image)
    brush.line([(50, 60), (150, 60), (90, 190)], fill=0, width=16, joint="curve")
    brush.line([(300, 55), (300, 190)], fill=0, width=16)
    hand_over(picture_page, "two.png", written(image, "PNG"))
    expect(
        picture_page.get_by_text("There are 2 digits in this picture; digit 1 from the left is read.")
    ).to_be_visible()
    expect(eyes.digit(picture_page)).to_have_text("7")
    picture_page.get_by_role("radiogroup", name="Digit to read").get_by_text("2", exact=True).click()
    expect(
        picture_page.get_by_text("There are 2 digits in this picture; digit 2 from the left is read.")
    ).to_be_visible()
    expect(eyes.digit(picture_page)).to_have_text("1")
    boxed_seven = Image.new("L", (240, 240), 255)
    brush = ImageDraw.Draw(boxed_seven)
    brush.rectangle((30, 20, 210, 220), outline=0, width=3)
    brush.line([(80, 60), (160, 60), (105, 180)], fill=0, width=14, joint="curve")
    hand_over(picture_page, "boxed.png", written(boxed_seven, "PNG"))
    expect(picture_page.get_by_text("Left out, dashed in the picture: a frame around the digit.")).to_be_visible()
    expect(eyes.digit(picture_page)).to_have_text("7")
    expect(picture_page.locator(".picture_crop .mark.left")).to_have_count(1)


def test_the_frame_is_moved_and_resized_with_the_keyboard(picture_page: Page) -> None:
    hand_over(picture_page, "both.png", two_lines())
    whole = written_digit(picture_page)
    corner = picture_page.locator(".picture_crop .handle.start")
    corner.focus()
    for _ in range(10):
        picture_page.keyboard.press("Shift+ArrowRight")
    eyes.link_when(picture_page, lambda carried: carried.get("p") != whole)
    expect(corner).to_have_attribute("aria-label", "Top left corner of the frame: 50\u00a0% across, 0\u00a0% down")
    expect(eyes.digit(picture_page)).to_have_text("1")
    expect(corner).to_be_focused()
    picture_page.keyboard.press("Shift+Tab")
    picture_page.keyboard.press("Shift+ArrowLeft")
    frame = picture_page.locator(".picture_crop .handle.frame")
    expect(frame).to_have_attribute("aria-label", re.compile(r"45 to 95\s%"))


def test_a_picture_on_its_side_is_turned_and_stays_so_on_another_page_and_after_a_reload(
    page: Page, address: str, seven_link: str
) -> None:
    eyes.opened(page, f"{address}/{seven_link}")
    page.get_by_text("Or open a picture of a digit").click()
    expect(page.get_by_test_id("stFileUploaderDropzone")).to_be_visible()
    image = Image.open(io.BytesIO(picture())).rotate(90)  # to the left
    hand_over(page, "side.png", written(image, "PNG"))
    lying = written_digit(page)
    hands.press(page, "Turn right")
    upright = eyes.link_when(page, lambda carried: carried.get("p") != lying)["p"]
    expect(eyes.digit(page)).to_have_text("7")
    cut(page, (0.1, 0.1), (0.9, 0.9))
    expect(page.locator(".picture_crop .handle.frame")).to_have_attribute("aria-label", re.compile(r"10 to 90\s%"))
    eyes.settled(page)
    hands.go_to(page, "Layers")
    eyes.arrived(page, "Layers")
    expect(boxed(page)).to_be_visible()
    expect(eyes.digit(page)).to_have_text("7")
    for title in ("Layers", "Draw"):
        page.reload()
        eyes.arrived(page, title)
        expect(boxed(page)).to_be_visible()
        expect(eyes.digit(page)).to_have_text("7")
        assert "10 to 90\u00a0%" in frame(page)
        hands.go_to(page, "Draw")
        eyes.arrived(page, "Draw")
    hands.press(page, "Whole picture")
    eyes.link_when(page, lambda carried: carried.get("p") == upright)
    hands.press(page, "Turn left")
    eyes.link_when(page, lambda carried: carried.get("p") == lying)


def test_the_ink_belongs_to_its_picture_and_the_page_says_which_was_read(picture_page: Page) -> None:
    hand_over(picture_page, *GOOD["white on black"])
    expect(picture_page.get_by_text("Ink that was read: brighter than the paper.")).to_be_visible()
    found = written_digit(picture_page)
    hands.choose(picture_page, "Dark ink on light")
    eyes.link_when(picture_page, lambda carried: carried.get("p") != found)
    expect(picture_page.get_by_text("Ink that was read: brighter than the paper.")).to_have_count(0)
    hand_over(picture_page, *GOOD["white on black"])
    expect(picture_page.get_by_text("Ink that was read: brighter than the paper.")).to_be_visible()
    expect(eyes.digit(picture_page)).to_have_text("7")


def test_a_picture_without_ink_says_so_and_what_to_do(drawn_page: Page) -> None:
    hand_over(drawn_page, "paper.png", written(Image.new("L", (200, 200), 230), "PNG"))
    expect(drawn_page.get_by_test_id("stAlert")).to_contain_text("no ink was found")
    expect(drawn_page.get_by_text("Nothing drawn yet")).to_have_count(0)
    expect(eyes.digit(drawn_page)).to_have_text("–")
    expect(boxed(drawn_page)).to_be_visible()


def test_a_refusal_clears_the_answer_to_the_picture_before(picture_page: Page) -> None:
    hand_over(picture_page, *GOOD["PNG"])
    expect(eyes.digit(picture_page)).to_have_text("7")
    eyes.link_when(picture_page, lambda carried: "p" in carried)
    hand_over(picture_page, *BAD["cut short"])
    expect(picture_page.get_by_test_id("stAlert")).to_contain_text("damaged")
    expect(eyes.digit(picture_page)).to_have_text("–")
    expect(boxed(picture_page)).to_have_count(0)
    eyes.link_when(picture_page, lambda carried: "p" not in carried)


def test_a_file_over_the_limit_is_refused_in_words_and_clears_the_answer_before(
    drawn_page: Page, tmp_path: Path
) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(31_000_000))
    uploader = drawn_page.get_by_test_id("stFileUploader")
    refusal = drawn_page.get_by_test_id("stAlert")
    said = "This file has 32 MB, but pictures may have at most 30 MB. Please make it smaller and try again."
    uploader.locator("input").first.set_input_files(path)
    expect(refusal).to_contain_text(said)
    expect(uploader).not_to_contain_text("or smaller")
    expect(eyes.digit(drawn_page)).to_have_text("7")  # the drawing is no answer to that file
    hand_over(drawn_page, *GOOD["white on black"])
    eyes.link_when(drawn_page, lambda carried: "p" in carried)
    expect(refusal).to_have_count(0)
    uploader.locator("input").first.set_input_files(path)
    expect(refusal).to_contain_text(said)
    expect(eyes.digit(drawn_page)).to_have_text("–")
    expect(boxed(drawn_page)).to_have_count(0)
    expect(uploader).not_to_contain_text("slate.png")
    eyes.link_when(drawn_page, lambda carried: "p" not in carried)


def test_a_file_of_another_kind_that_is_dropped_is_refused_in_words(picture_page: Page) -> None:
    dropped = picture_page.evaluate_handle(
        """() => {
          const dropped = new DataTransfer()
          dropped.items.add(new File(["....ftypheic"], "IMG_0042.HEIC"))
          return dropped
        }"""
    )
    zone = picture_page.get_by_test_id("stFileUploaderDropzone")
    for event in ("dragenter", "dragover", "drop"):
        zone.dispatch_event(event, {"dataTransfer": dropped})
    expect(picture_page.get_by_test_id("stAlert")).to_contain_text("This is a file of the kind HEIC")
    expect(picture_page.get_by_test_id("stFileUploader")).not_to_contain_text("not allowed")
    hand_over(picture_page, *GOOD["white on black"])
    eyes.link_when(picture_page, lambda carried: "p" in carried)
    expect(picture_page.get_by_test_id("stAlert")).to_have_count(0)


def test_a_picture_is_read_again_after_a_drawing(picture_page: Page) -> None:
    hand_over(picture_page, *GOOD["PNG"])
    found = written_digit(picture_page)
    hands.press(picture_page, "Clear")
    expect(eyes.digit(picture_page)).to_have_text("–")
    hands.press(picture_page, "Turn right")
    eyes.link_when(picture_page, lambda carried: carried.get("p", found) != found)
    hands.press(picture_page, "Turn left")
    eyes.link_when(picture_page, lambda carried: carried.get("p") == found)
