"""Decode an uploaded picture in a process of its own: bytes in, plain pixels out.

    python -m cnnviz.workers.entry.decode_image < picture > answer

The answer is one line of JSON, `{"width": ..., "height": ..., "notes": [[name, {number: value}], ...]}`, followed by
`height * width * 4` bytes of RGBA. Without pixels it is `{"refused_size": [width, height]}` for a picture outside the
limits, with 0 and 0 where the file states no size, and `{}` for a file that cannot be decoded. One that takes too much
time or memory ends the process with an error. The process limits itself before it reads the first byte, and imports no
NumPy, so that it starts in a tenth of a second.
"""

from __future__ import annotations

import io
import json
import struct
import sys
import warnings
from typing import Any

from cnnviz.jobs.sandbox import image_header
from cnnviz.jobs.sandbox.image_header import MAX_DECODED_SIDE
from cnnviz.workers.entry.process_limits import limit_this_process

MAX_MEMORY_BYTES = 1_000_000_000
MAX_CPU_SECONDS = 5

MAX_HEADER_READS = 20_000
"""Reads of the file until its size is known. A photo takes some hundred, a JPEG of nothing but markers millions."""

MAX_BITS = 16

MAX_COUNTED_GIF_BYTES = 1_000_000
"""The frames of longer GIF files are not counted: each costs time, and only the first is shown."""

UPRIGHT = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
"""EXIF orientation -> Pillow's `Transpose` that undoes it (EXIF 2.3, tag 0x0112)."""

Notes = list[tuple[str, dict[str, int]]]


class _HeaderFile(io.BytesIO):
    """A file in memory that raises OSError after `reads_left` reads."""

    reads_left: float = MAX_HEADER_READS

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads_left -= 1
        if self.reads_left < 0:
            raise OSError("the file has too many segments before its size")
        return super().read(size)


def open_lazily(data: bytes, kind: str) -> Any:
    """Open a picture with the one decoder of its kind, so far that its `size` is known; no pixel is decoded.

    Raises:
        Exception: Whatever the decoder raises on a file that does not state its size.
    """
    # The plug-ins are imported by name: otherwise Pillow loads all of them, Ghostscript's caller included.
    from PIL import (
        BmpImagePlugin,
        GifImagePlugin,
        Image,
        ImageFile,
        JpegImagePlugin,
        PngImagePlugin,
        WebPImagePlugin,
    )

    del BmpImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin, WebPImagePlugin
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    Image.MAX_IMAGE_PIXELS = None  # `check_size` stands in for it and gives the size in its refusal
    file = _HeaderFile(data)
    image = Image.open(file, formats=[kind])
    if kind == "GIF" and image.size != struct.unpack_from("<HH", data, 6):
        raise ValueError("the first frame is larger than the screen of the file")
    file.reads_left = float("inf")
    return image


def decode(data: bytes) -> tuple[dict[str, Any], bytes]:
    """Decode a file to the header and the pixels of the answer.

    Returns:
        Width, height and notes of an upright picture of at most `MAX_DECODED_SIDE` pixels a side, and its RGBA bytes;
        or `refused_size` and no bytes.

    Raises:
        Exception: Whatever the decoder raises on a file that is not a sound picture.
    """
    kind = image_header.identify(data)
    size = 0, 0
    try:
        image = open_lazily(data, kind)
        size = image.size
        image_header.check_size(kind, *size)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  a decoder may raise anything on a damaged header
        return {"refused_size": size}, b""
    image, notes = _convert(_load(image, kind, data), data, size)
    return {"width": image.width, "height": image.height, "notes": notes}, image.tobytes()


def _load(image: Any, kind: str, data: bytes) -> Any:
    """Decode the first frame."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = image_header.compute_max_pixels(kind)
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    if image.format == "PNG":
        # Loading skips the checksums of the pixel data; verifying looks at every chunk.
        Image.open(io.BytesIO(data), formats=["PNG"]).verify()
    elif image.format in ("JPEG", "MPO"):
        # libjpeg decodes at 1/2, 1/4 or 1/8; the smallest that is at least as large as what is kept is taken.
        image.draft(None, _compute_reduced_size(image.size))
    image.load()
    return image


def _compute_reduced_size(size: tuple[int, int]) -> tuple[int, int]:
    """Return the size with a longer side of `MAX_DECODED_SIDE`; Pillow's `draft` compares side by side."""
    longest = max(MAX_DECODED_SIDE, *size)
    width, height = (max(1, side * MAX_DECODED_SIDE // longest) for side in size)
    return width, height


def _convert(image: Any, data: bytes, size: tuple[int, int]) -> tuple[Any, Notes]:
    """Turn a loaded picture upright and into RGBA, reduce it, and note each step. `size` is that of the file."""
    notes: Notes = _note_frames(image, len(data))
    sixteen = image.format == "PNG" and data[24] == 16  # the bit depth in IHDR (PNG, section 11.2.1)
    if image.mode == "CMYK":
        notes.append(("cmyk", {}))
    turn = UPRIGHT.get(_read_orientation(image))
    if sixteen:
        image, bits = _to_eight_bits(image)
        notes.append(("depth", {}) if bits == MAX_BITS else ("bits", {"bits": bits}))
    image = _to_colour(image)
    image.thumbnail((MAX_DECODED_SIDE, MAX_DECODED_SIDE))
    if turn is not None:
        image = image.transpose(turn)
        notes.append(("turned", {}))
    if max(size) > MAX_DECODED_SIDE:
        notes.append(("reduced", {"width": size[0], "height": size[1]}))
    return image.convert("RGBA"), notes


def _note_frames(image: Any, length: int) -> Notes:
    if not getattr(image, "is_animated", False):
        return []
    if image.format == "GIF" and length > MAX_COUNTED_GIF_BYTES:
        return [("animation", {})]
    return [("first", {"frames": image.n_frames})]


def _read_orientation(image: Any) -> int:
    """Read the EXIF orientation, 1 to 8. Damaged EXIF data is no reason to refuse the picture: it counts as upright."""
    try:
        return int(image.getexif().get(0x0112, 1))
    except Exception:  # noqa: BLE001  damaged EXIF data raises anything
        return 1


def _to_colour(image: Any) -> Any:
    """Convert to RGBA where the picture has transparency, to RGB otherwise."""
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _to_eight_bits(image: Any) -> tuple[Any, int]:
    """Reduce 16-bit values to the eight highest of those bits that any of them has, and return how many those are.

    Scanners and cameras store 10, 12 or 14 bits in 16, where the high byte alone would be nearly black.
    """
    if not image.mode.startswith("I"):
        return _brighten(image)  # Pillow has kept the high byte of each value of colour
    return _reduce_grey(image)


def _brighten(image: Any) -> tuple[Any, int]:
    """Double the colours of a picture of high bytes until the largest uses all eight bits."""
    bands = image.getbands()
    extrema = image.getextrema() if len(bands) > 1 else (image.getextrema(),)
    highest = max(high for band, (_, high) in zip(bands, extrema, strict=True) if band != "A")
    missing = 8 - max(1, int(highest).bit_length())
    if not missing or not highest:
        return image, MAX_BITS
    tables = [[min(255, level << (0 if band == "A" else missing)) for level in range(256)] for band in bands]
    return image.point([level for table in tables for level in table]), MAX_BITS - missing


def _reduce_grey(image: Any) -> tuple[Any, int]:
    """Reduce 16-bit grey. Pillow's own conversion clips: all values above 255 become white."""
    from PIL import Image, ImageChops

    clear = image.info.get("transparency")
    wide = image.convert("I")
    bits = max(8, min(MAX_BITS, int(wide.getextrema()[1]).bit_length()))
    factor = 1 << MAX_BITS - bits
    if factor > 1:
        wide = wide.point(lambda value: value * factor + 0)
    raw = wide.tobytes()  # 32 bits a pixel in this machine's order
    low, high = (raw[at::4] for at in ((0, 1) if sys.byteorder == "little" else (3, 2)))
    grey = Image.frombytes("L", image.size, high).convert("RGB")
    if isinstance(clear, int):
        clear *= factor
        parts = zip((high, low), (clear >> 8, clear & 255), strict=True)
        masks = [Image.frombytes("L", image.size, part).point(_mask_all_but(value)) for part, value in parts]
        grey.putalpha(ImageChops.lighter(*masks))
    return grey, bits


def _mask_all_but(value: int) -> list[int]:
    return [0 if level == value else 255 for level in range(256)]


def main() -> None:
    """Decode the picture on standard input and write the answer to standard output."""
    limit_this_process(MAX_MEMORY_BYTES, MAX_CPU_SECONDS)
    try:
        header, pixels = decode(sys.stdin.buffer.read())
        answer = json.dumps(header).encode() + b"\n" + pixels
    except MemoryError:
        sys.exit(1)
    except Exception:  # noqa: BLE001  a decoder may raise anything on a damaged file
        answer = b"{}\n"
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()
