"""Uploaded pictures, untrusted files, are decoded correctly or refused in plain words."""

from __future__ import annotations

import io
import json
import os
import struct
import sys
import time
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFile

from cnnviz.core.errors import Refusal
from cnnviz.jobs.sandbox import child_process, image_header, upload
from cnnviz.workers.entry import decode_image
from tests.core import strategies


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, rows: bytes, *, depth: int = 8, colour: int = 0, extra: bytes = b"") -> bytes:
    """Write a PNG file by hand; `rows` has one filter byte before each row."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + extra + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def seven() -> Image.Image:
    """Draw a grey seven on white, 60 by 40, different in every corner."""
    pixels = np.full((60, 40), 250, np.uint8)
    pixels[5:12, 5:35] = 10
    pixels[12:55, 26:34] = 30
    pixels[50:60, 0:8] = 120
    return Image.fromarray(pixels)


def notes(picture: upload.Picture) -> list[str]:
    return [str(note) for note in picture.notes]


def refusal(data: bytes, name: str = "") -> str:
    with pytest.raises(Refusal) as caught:
        upload.read(data, name)
    text = str(caught.value)
    assert len(text) <= 300
    assert "/" not in text
    assert "Traceback" not in text
    return text


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP", "BMP"])
def test_a_lossless_file_comes_back_pixel_for_pixel(kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {}
    picture = upload.read(encoded(seven().convert("RGB"), kind, **options))
    assert picture.rgba.dtype == np.uint8
    np.testing.assert_array_equal(picture.rgba, np.asarray(seven().convert("RGBA")))
    assert picture.notes == ()


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "L"), ("JPEG", "RGB"), ("WEBP", "RGB")])
def test_a_lossy_file_comes_back_nearly_the_same(kind: str, mode: str) -> None:
    picture = upload.read(encoded(seven().convert(mode), kind, quality=95))
    difference = picture.rgba.astype(int) - np.asarray(seven().convert("RGBA"))
    assert np.abs(difference).mean() < 3


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA"])
def test_every_mode_of_png_is_read(mode: str) -> None:
    image = seven().convert(mode)
    picture = upload.read(encoded(image))
    np.testing.assert_array_equal(picture.rgba, np.asarray(image.convert("RGBA")))


def test_the_pixels_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        upload.read(encoded(seven())).rgba[0] = 0


# What was stored to be seen upright after the turn that the EXIF orientation asks for.
STORED: dict[int, Callable[[np.ndarray], np.ndarray]] = {
    1: lambda pixels: pixels,
    2: np.fliplr,
    3: lambda pixels: np.rot90(pixels, 2),
    4: np.flipud,
    5: np.transpose,
    6: lambda pixels: np.rot90(pixels, 1),
    7: lambda pixels: np.rot90(pixels, 2).T,
    8: lambda pixels: np.rot90(pixels, -1),
}


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_turned_photo_stands_upright(orientation: int, kind: str) -> None:
    upright = np.asarray(seven())
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.ascontiguousarray(STORED[orientation](upright))).convert("RGB")
    picture = upload.read(encoded(stored, kind, exif=exif.tobytes(), quality=95))
    assert picture.rgba.shape == (60, 40, 4)
    assert np.abs(picture.rgba[..., 0].astype(int) - upright).mean() < 3
    assert notes(picture) == ([] if orientation == 1 else ["turned upright as its EXIF data says"])


def test_broken_exif_data_is_no_reason_to_refuse() -> None:
    exif = b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\xee" * 40
    picture = upload.read(encoded(seven(), "JPEG", exif=exif))
    assert picture.rgba.shape == (60, 40, 4)


def test_sixteen_bit_grey_is_scaled_and_not_clipped() -> None:
    levels = np.linspace(0, 65535, 64 * 16).astype(np.uint16).reshape(16, 64)
    picture = upload.read(encoded(Image.fromarray(levels)))
    np.testing.assert_array_equal(picture.rgba[..., 0], levels >> 8)
    assert (picture.rgba[..., 3] == 255).all()
    assert notes(picture) == ["16-bit values reduced to 8-bit"]


@pytest.mark.parametrize(("bits", "shift"), [(16, 8), (12, 4), (10, 2), (8, 0), (5, 0)])
def test_sixteen_bit_grey_is_scaled_by_the_bits_in_use(bits: int, shift: int) -> None:
    levels = np.linspace(0, 2**bits - 1, 64 * 16).astype(np.uint16).reshape(16, 64)
    picture = upload.read(encoded(Image.fromarray(levels)))
    np.testing.assert_array_equal(picture.rgba[..., 0], levels >> shift)


def test_sixteen_bit_grey_keeps_its_transparent_level() -> None:
    rows = b"".join(b"\0" + struct.pack(">4H", 0, 300, 301, 65535) for _ in range(4))
    picture = upload.read(png(4, 4, rows, depth=16, extra=chunk(b"tRNS", struct.pack(">H", 300))))
    np.testing.assert_array_equal(picture.rgba[0, :, 3], [255, 0, 255, 255])
    np.testing.assert_array_equal(picture.rgba[0, :, 0], [0, 1, 1, 255])


def test_sixteen_bit_colour_is_scaled() -> None:
    rows = b"".join(b"\0" + struct.pack(">3H", 65535, 32768, 256) * 4 for _ in range(4))
    picture = upload.read(png(4, 4, rows, depth=16, colour=2))
    np.testing.assert_array_equal(picture.rgba[2, 2], [255, 128, 1, 255])
    assert notes(picture) == ["16-bit values reduced to 8-bit"]


def test_cmyk_ink_is_turned_into_light() -> None:
    picture = upload.read(encoded(Image.new("CMYK", (16, 16), (255, 0, 0, 0)), "JPEG", quality=95))
    assert np.abs(picture.rgba[8, 8].astype(int) - [0, 255, 255, 255]).max() <= 3
    assert notes(picture) == ["colours turned from CMYK to RGB"]


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_palette_keeps_its_transparent_colour(kind: str) -> None:
    image = Image.new("P", (8, 8), 0)
    image.putpalette([200, 0, 0, 0, 0, 0])
    image.putpixel((3, 4), 1)
    picture = upload.read(encoded(image, kind, transparency=0))
    assert picture.rgba[4, 3].tolist() == [0, 0, 0, 255]
    assert picture.rgba[0, 0, 3] == 0


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
def test_an_animation_gives_its_first_frame(kind: str) -> None:
    frames = [Image.new("RGB", (20, 10), (20 * shade, 0, 0)) for shade in range(12)]
    picture = upload.read(encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=50))
    assert picture.rgba.shape == (10, 20, 4)
    assert (picture.rgba[..., :3] == 0).all()
    assert notes(picture) == ["first of 12 frames"]


def test_the_frames_of_a_long_animation_are_not_counted() -> None:
    noise = np.random.default_rng(7).integers(0, 256, (6, 500, 500), np.uint8)
    frames = [Image.fromarray(one) for one in noise]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert len(data) > 1_000_000
    assert notes(upload.read(data)) == ["first frame of an animation"]


def photograph(width: int, height: int, mode: str = "L") -> Image.Image:
    """Return a seven on uneven paper."""
    light = np.linspace(190, 235, 64, dtype=np.uint8)[None].repeat(64, axis=0)
    image = Image.fromarray(light).resize((width, height))
    brush = ImageDraw.Draw(image)
    corners = [(width * 0.3, height * 0.25), (width * 0.7, height * 0.25), (width * 0.42, height * 0.8)]
    brush.line(corners, fill=30, width=width // 20)
    return image.convert(mode)


ORDINARY: dict[str, tuple[int, int, str, str, dict[str, Any]]] = {
    "16-megapixel phone": (4624, 3468, "RGB", "JPEG", {}),
    "24-megapixel phone": (5712, 4284, "RGB", "JPEG", {}),
    "50-megapixel phone": (8160, 6144, "RGB", "JPEG", {}),
    "50-megapixel phone, progressive": (8160, 6144, "RGB", "JPEG", {"progressive": True}),
    "108-megapixel phone, on its side": (9000, 12_000, "L", "JPEG", {}),
    "A4 at 600 dpi": (4960, 7016, "RGB", "JPEG", {"quality": 90}),
    "A4 at 600 dpi, PNG": (4960, 7016, "RGB", "PNG", {"compress_level": 1}),
    "A4 at 600 dpi, grey PNG": (4960, 7016, "L", "PNG", {"compress_level": 1}),
    "A4 at 600 dpi, black and white": (4960, 7016, "1", "PNG", {}),
    "24-megapixel WebP": (5712, 4284, "RGB", "WEBP", {"method": 0}),
}


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_photographs_and_scans_are_read(name: str) -> None:
    width, height, mode, kind, options = ORDINARY[name]
    picture = upload.read(encoded(photograph(width, height, mode), kind, **options))
    scale = 1024 / max(width, height)
    small = np.asarray(photograph(round(width * scale), round(height * scale), "L"), np.int16)
    assert picture.rgba.shape[:2] == small.shape
    difference = np.abs(picture.rgba[..., 0].astype(np.int16) - small)
    assert np.median(difference) <= (25 if mode == "1" else 2)  # black and white is dithered
    assert picture.rgba[small.shape[0] // 4, small.shape[1] // 2, 0] < 60
    assert notes(picture)[-1] == f"reduced from {width} × {height} pixels"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no resource limits")
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_the_largest_allowed_picture_of_a_kind_fits_into_the_memory_of_the_child(kind: str) -> None:
    side = int(image_header.compute_max_pixels(kind) ** 0.5)
    if kind == "JPEG":  # two bytes for each of four channels of all pixels, and quick to read
        data = encoded(Image.new("CMYK", (side, side), (9, 9, 9, 9)), kind, progressive=True, subsampling=0)
    else:  # grey of 16 bits with a transparent level
        rows = (b"\0" + b"\x40\x41" * side) * side
        data = png(side, side, rows, depth=16, extra=chunk(b"tRNS", b"\x40\x42"))
    assert upload.read(data).rgba.shape == (1024, 1024, 4)


@pytest.mark.parametrize("kind", [*image_header.KINDS])
def test_one_row_more_than_the_memory_is_enough_for_is_refused(kind: str) -> None:
    side = int(image_header.compute_max_pixels(kind) ** 0.5)
    image_header.check_size(kind, side, side)
    with pytest.raises(Refusal, match=f"{side + 1} × {side + 1} pixels") as caught:
        image_header.check_size(kind, side + 1, side + 1)
    assert ("save it as JPEG" in str(caught.value)) == (kind != "JPEG")


def test_a_long_narrow_jpeg_is_decoded_at_reduced_scale() -> None:
    picture = upload.read(encoded(Image.new("RGB", (60_000, 900), (70, 80, 90)), "JPEG"))
    assert picture.rgba.shape == (15, 1024, 4)


@pytest.mark.parametrize("bits", [9, 10, 12, 14, 16])
def test_unused_bits_of_sixteen_do_not_blacken_a_grey_picture(bits: int) -> None:
    levels = np.linspace(0, 2**bits - 1, 64 * 16).astype(np.uint16).reshape(16, 64)
    picture = upload.read(encoded(Image.fromarray(levels)))
    np.testing.assert_array_equal(picture.rgba[..., 0], levels >> (bits - 8))
    words = f"brightened: only {bits} of 16 bits are in use"
    assert notes(picture) == ["16-bit values reduced to 8-bit" if bits == 16 else words]


def test_unused_bits_of_sixteen_do_not_blacken_a_picture_in_colour() -> None:
    rows = b"".join(b"\0" + struct.pack(">4H", 4095, 2048, 256, 65535) * 4 for _ in range(4))
    picture = upload.read(png(4, 4, rows, depth=16, colour=6))
    np.testing.assert_array_equal(picture.rgba[2, 2], [240, 128, 16, 255])
    assert notes(picture) == ["brightened: only 12 of 16 bits are in use"]


def test_black_paper_of_sixteen_bits_stays_black() -> None:
    for colour, channels in ((0, 1), (2, 3)):
        picture = upload.read(png(4, 4, (b"\0" + bytes(8 * channels)) * 4, depth=16, colour=colour))
        assert (picture.rgba[..., :3] == 0).all()


@pytest.mark.parametrize(("width", "height", "reduced"), [(2048, 1000, (500, 1024)), (8000, 20, (3, 1024))])
def test_a_large_picture_is_reduced(width: int, height: int, reduced: tuple[int, int]) -> None:
    picture = upload.read(encoded(Image.new("L", (width, height), 77)))
    assert picture.rgba.shape[:2] == reduced
    assert (picture.rgba[..., 0] == 77).all()
    assert notes(picture) == [f"reduced from {width} × {height} pixels"]


def test_a_large_turned_photo_is_reduced_and_turned() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = upload.read(encoded(Image.new("RGB", (3000, 1500)), "JPEG", exif=exif.tobytes()))
    assert picture.rgba.shape == (1024, 512, 4)
    assert notes(picture) == ["turned upright as its EXIF data says", "reduced from 3000 × 1500 pixels"]


def test_reducing_does_not_bleed_the_colour_of_what_is_transparent() -> None:
    pixels = np.zeros((2048, 2048, 4), np.uint8)
    pixels[:, ::2] = (255, 255, 255, 0)
    pixels[:, 1::2] = (40, 40, 40, 255)
    inner = upload.read(encoded(Image.fromarray(pixels))).rgba[8:-8, 8:-8]
    assert np.abs(inner[..., :3].astype(int) - 40).max() <= 1


OTHERS = {
    "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(owned) print quit\n",
    "PDF": b"%PDF-1.7\n1 0 obj",
    "SVG": b'\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "TIFF": b"II*\0\x08\0\0\0" + b"\0" * 100,
    "HEIC": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "AVIF": b"\0\0\0\x18ftypavif\0\0\0\0mif1avif",
    "ZIP": b"PK\x03\x04" + b"\0" * 40,
}


@pytest.mark.parametrize("kind", OTHERS)
def test_another_kind_is_named_and_refused(kind: str) -> None:
    assert refusal(OTHERS[kind]).startswith(f"This is a file of the kind {kind}, ")


@pytest.mark.parametrize("data", [b"hello, world", b"\0" * 5000, b"<html><body>404</body></html>", b"P5 4 4 255 "])
def test_invalid_picture_is_refused(data: bytes) -> None:
    assert "Please choose a PNG, JPEG, GIF, WebP or BMP file." in refusal(data)


def test_a_name_is_only_a_hint() -> None:
    assert "kind SVG" in refusal(b"\xff\xfe<\0s\0v\0g\0", "<b>Drawing</b>.SVG")
    assert "<b>" not in refusal(b"hello", "<b>.txt")
    assert upload.read(encoded(seven()), "seven.svg").rgba.shape == (60, 40, 4)


@pytest.mark.parametrize(
    ("length", "name", "said"),
    [
        (31_457_280, ".png", "This file has 32 MB, but pictures may have at most 30 MB."),
        (5_000_000, ".heic", "This is a file of the kind HEIC, "),
        (5_000_000, ".exe", "This is not a picture that can be read here."),
        (0, ".png", "This file is empty."),
    ],
)
def test_a_file_that_was_not_sent_is_refused_by_its_length_and_ending(length: int, name: str, said: str) -> None:
    assert str(image_header.explain_refusal(length, name)).startswith(said)


def test_an_empty_and_an_endless_file_are_refused() -> None:
    assert "empty" in refusal(b"")
    assert "has 31 MB" in refusal(b"\x89PNG\r\n\x1a\n" + b"\0" * 30_000_001)


@pytest.mark.parametrize(
    ("side", "rows"), [(9380, b"\0" * (9381 * 9380)), (7000, b"")], ids=["with its pixels", "without any"]
)
def test_decompression_bomb_is_refused_before_decoding(side: int, rows: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    data = png(side, side, rows)
    assert f"{side} × {side}" in refusal(data)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda _: pytest.fail("the bomb was decoded"))
    assert decode_image.decode(data) == ({"refused_size": (side, side)}, b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP"])
@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (3, 50)])
def test_too_few_pixels_are_nothing_to_read(kind: str, size: tuple[int, int]) -> None:
    assert refusal(encoded(Image.new("RGB", size), kind)).startswith("There is nothing to read")


def test_a_size_of_zero_is_refused() -> None:
    assert "does not say how large" in refusal(png(0, 10, b""))
    gif = bytearray(encoded(seven(), "GIF"))
    gif[6:10] = bytes(4)
    assert "does not say how large" in refusal(bytes(gif))


def lying_gif() -> bytes:
    """Build a GIF whose screen is 8 by 8 and whose picture is 60000 by 60000."""
    data = bytearray(encoded(Image.new("P", (8, 8)), "GIF"))
    at = data.index(b",\0\0\0\0\x08\0\x08\0")
    data[at + 5 : at + 9] = struct.pack("<HH", 60000, 60000)
    return bytes(data)


def lying_jpeg() -> bytes:
    """Build a JPEG with a second frame header, larger than the first."""
    data = encoded(seven(), "JPEG")
    at = data.index(b"\xff\xc0")
    frame = data[at : at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")]
    return data[:at] + frame + frame[:5] + struct.pack(">HH", 7999, 2000) + frame[9:] + data[at + len(frame) :]


def lying_webp() -> bytes:
    """Build a WebP that claims a canvas of 4096 by 2 and a frame that is missing."""
    data = bytearray(encoded(seven().convert("RGB"), "WEBP", exif=b"Exif\0\0MM"))
    data[24:30] = (4095).to_bytes(3, "little") + (3).to_bytes(3, "little")
    return bytes(data)


@pytest.mark.parametrize("make", [lying_gif, lying_jpeg, lying_webp])
def test_false_header_is_refused(make: Callable[[], bytes]) -> None:
    assert "damaged" in refusal(make())


def test_a_png_that_promises_more_than_it_holds_is_refused() -> None:
    assert "damaged or cut short" in refusal(png(3000, 3000, b"\0" * 500))


def test_a_png_that_holds_more_than_it_promises_does_no_harm() -> None:
    picture = upload.read(png(8, 8, b"\0" * 50_000_000))
    assert picture.rgba.shape == (8, 8, 4)


@pytest.mark.parametrize("where", [20, -20, -6])
def test_a_wrong_checksum_is_refused(where: int) -> None:
    data = bytearray(encoded(seven()))
    data[where] ^= 1
    refusal(bytes(data))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_half_a_file_is_refused(kind: str, share: float) -> None:
    noise = Image.fromarray(np.random.default_rng(3).integers(0, 256, (50, 50, 3), np.uint8))
    data = encoded(noise, kind)
    assert "damaged" in refusal(data[: int(len(data) * share)])


@pytest.mark.parametrize(
    "data", [b"\xff\xd8" + b"\xff\xe0\0\2" * 5_000_000, b"\xff\xd8\xff" + b"\0" * 20_000_000], ids=["markers", "zeros"]
)
def test_a_jpeg_of_nothing_but_markers_is_refused_at_once(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "does not say how large" in refusal(data)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)
    start = time.process_time()
    assert decode_image.decode(data) == ({"refused_size": (0, 0)}, b"")
    assert time.process_time() - start < 1


VALID = {
    "PNG": encoded(seven()),
    "palette": encoded(seven().convert("P"), "PNG", transparency=3),
    "JPEG": encoded(seven(), "JPEG"),
    "progressive": encoded(seven().convert("RGB"), "JPEG", progressive=True),
    "GIF": encoded(seven(), "GIF", save_all=True, append_images=[Image.new("L", (40, 60), 9)]),
    "WEBP": encoded(seven().convert("RGBA"), "WEBP"),
    "lossless": encoded(seven().convert("RGBA"), "WEBP", lossless=True),
    "BMP": encoded(seven(), "BMP"),
}


@st.composite
def damaged_files(draw: st.DrawFn) -> bytes:
    """Draw a valid file with some bytes changed, removed or inserted."""
    data = bytearray(VALID[draw(st.sampled_from(sorted(VALID)))])
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(data) - 1))
        until = at + draw(st.integers(0, 4))
        data[at:until] = draw(st.binary(max_size=4))
    return bytes(data)


@settings(max_examples=strategies.count_examples(40), deadline=10_000, suppress_health_check=[HealthCheck.too_slow])
@given(damaged_files())
def test_damaged_files_are_read_or_refused(data: bytes) -> None:
    try:
        picture = upload.read(data)
    except Refusal:
        return
    height, width, channels = picture.rgba.shape
    assert channels == 4
    assert 1 <= min(width, height) <= max(width, height) <= image_header.MAX_DECODED_SIDE


@settings(max_examples=500)
@given(st.sampled_from(sorted(VALID)), st.binary(max_size=60))
def test_any_bytes_after_a_known_beginning_have_a_size_or_are_refused(kind: str, rest: bytes) -> None:
    data = VALID[kind][:16] + rest
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)
        try:
            image = decode_image.open_lazily(data, image_header.identify(data))
        except Exception:  # noqa: BLE001  what the child takes for a file without a size
            return
    assert min(image.size) > 0
    try:
        image_header.check_size(kind, *image.size)
    except Refusal:
        return
    assert image_header.estimate_decoding_bytes(kind, *image.size) <= image_header.MAX_DECODING_BYTES


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ([0, 0], "does not say how large"),
        ([9000, 5000], "9000 × 5000 pixels; a PNG file of this size takes more memory"),
        ([10_000, 10_000], "save it as JPEG, or make it smaller (up to 44 million"),
        ([9000, 5], "damaged or cut short"),
        ([5000, 5000], "damaged or cut short"),
        ([3, 50], "nothing to read in a picture of 3 × 50"),
        ([60, 40], "damaged or cut short"),
        ([-1, 5], "damaged or cut short"),
        ([10**4000, 5], "damaged or cut short"),
        ([5], "damaged or cut short"),
        (["<b>", 5], "damaged or cut short"),
        (None, "damaged or cut short"),
    ],
)
def test_a_size_that_the_child_refused_is_checked_again(
    size: object, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = json.dumps({"refused_size": size}).encode() + b"\n"
    monkeypatch.setattr(child_process, "ask", lambda *_, **__: answer)
    assert words in refusal(VALID["PNG"])


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{}\n",
        b"[]\n",
        b"null\n",
        b"not json\n",
        b'{"width": 4, "height": 4, "notes": []}\n' + b"\0" * 63,
        b'{"width": 4, "height": 4, "notes": []}\n' + b"\0" * 65,
        b'{"width": -4, "height": -4, "notes": []}\n' + b"\0" * 64,
        b'{"width": 4, "height": 4, "notes": [["owned", {}]]}\n' + b"\0" * 64,
        b'{"width": 4, "height": 4, "notes": [["first", {"frames": "<b>"}]]}\n' + b"\0" * 64,
        b"[" * 100_000 + b"\n",
        b'{"width": 1e999, "height": 4, "notes": []}\n' + b"\0" * 64,
    ],
)
def test_an_answer_that_makes_no_sense_is_a_refusal(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_process, "ask", lambda *_, **__: answer)
    assert "damaged or cut short" in refusal(VALID["PNG"])


def test_a_child_that_was_stopped_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    errors: list[Exception] = [
        child_process.WorkerError("stopped"),
        child_process.WorkerTimeoutError("decode_image", 10.0),
    ]

    def stopped(*_: object, **__: object) -> bytes:
        raise errors.pop(0)

    monkeypatch.setattr(child_process, "ask", stopped)
    assert "too much time or memory" in refusal(VALID["PNG"])
    assert "not read within 10 seconds" in refusal(VALID["PNG"])


@pytest.mark.skipif(sys.platform == "win32", reason="this system knows no niceness")
def test_a_child_lets_the_web_process_compute_first() -> None:
    with child_process._start("decode_image") as child:
        found = os.getpriority(os.PRIO_PROCESS, child.pid)
        child.kill()
    assert found == min(19, os.getpriority(os.PRIO_PROCESS, 0) + child_process.NICE)
