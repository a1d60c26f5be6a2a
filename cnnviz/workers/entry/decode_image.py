"""Decode a stranger's picture in a process of its own: bytes in, plain pixels out.

    python -m cnnviz.workers.entry.decode_image < picture > answer

The answer is one line of JSON, `{"width": ..., "height": ..., "notes": [[name, {number: value}], ...]}`, followed by
`height * width * 4` bytes of RGBA. A picture that cannot be read is answered with `{}` and no pixels; one that
takes too much time or memory ends the process with an error. The process limits itself before it reads the first byte,
and imports no NumPy, so that it starts in a tenth of a second.
"""

from __future__ import annotations

import io
import json
import sys
import warnings
from typing import Any

from cnnviz.jobs.sandbox import image_header

SIDE = 1024
MEMORY_BYTES = 1_000_000_000
CPU_SECONDS = 5
OPEN_FILES = 16

COUNTED_GIF_BYTES = 1_000_000
"""The frames of longer GIF files are not counted: each costs time, and only the first is shown."""

UPRIGHT = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
"""EXIF orientation -> Pillow's `Transpose` that undoes it (EXIF 2.3, tag 0x0112)."""

Notes = list[tuple[str, dict[str, int]]]


def limit_this_process() -> None:
    """Take away what decoding one picture does not need. Windows has no such limits; the parent's clock stays."""
    try:
        import resource
    except ImportError:
        return
    for name, most in (
        ("RLIMIT_AS", MEMORY_BYTES),
        ("RLIMIT_CPU", CPU_SECONDS),
        ("RLIMIT_NOFILE", OPEN_FILES),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CORE", 0),
    ):
        try:
            resource.setrlimit(getattr(resource, name), (most, most))
        except (AttributeError, ValueError, OSError):
            continue  # macOS refuses some of them


def decode(data: bytes) -> tuple[Any, Notes]:
    """Decode a file to an upright RGBA `PIL.Image.Image` of at most `SIDE` pixels a side, and say what was done.

    Raises:
        Exception: Whatever header check and decoder raise on a file that is not a sound picture.
    """
    header = image_header.read(data)
    image = _opened(data, header)
    notes: Notes = _frames(image, len(data))
    if header.depth == 16:
        notes.append(("depth", {}))
    if image.mode == "CMYK":
        notes.append(("cmyk", {}))
    turn = UPRIGHT.get(_orientation(image))
    image = _reduced(_coloured(image))
    if turn is not None:
        image = image.transpose(turn)
        notes.append(("turned", {}))
    if max(header.width, header.height) > SIDE:
        notes.append(("reduced", {"width": header.width, "height": header.height}))
    return image.convert("RGBA"), notes


def _opened(data: bytes, header: image_header.Header) -> Any:
    """Open with one decoder only, the one that the first bytes ask for, and load the first frame."""
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
    Image.MAX_IMAGE_PIXELS = image_header.MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    if header.kind == "PNG":
        # Loading skips the checksums of the pixel data; verifying looks at every chunk.
        Image.open(io.BytesIO(data), formats=["PNG"]).verify()
    image = Image.open(io.BytesIO(data), formats=[header.kind])
    if image.size != (header.width, header.height):
        raise ValueError("the decoder finds another size than the header gives")
    if header.kind == "JPEG":
        image.draft(None, (SIDE, SIDE))
    image.load()
    return image


def _frames(image: Any, length: int) -> Notes:
    if not getattr(image, "is_animated", False):
        return []
    if image.format == "GIF" and length > COUNTED_GIF_BYTES:
        return [("animation", {})]
    return [("first", {"frames": image.n_frames})]


def _orientation(image: Any) -> int:
    """EXIF orientation 1 to 8. Damaged EXIF data is no reason to refuse the picture: it counts as upright."""
    try:
        return int(image.getexif().get(0x0112, 1))
    except Exception:  # noqa: BLE001  damaged EXIF data raises anything
        return 1


def _coloured(image: Any) -> Any:
    """The picture as RGBA where it has transparency, as RGB otherwise."""
    if image.mode.startswith("I"):
        return _eight_bits(image)
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _eight_bits(image: Any) -> Any:
    """16-bit grey by its high byte. Pillow's own conversion would clip: everything above 255 became white."""
    from PIL import Image, ImageChops

    raw = image.convert("I").tobytes()  # 32 bits a pixel in this machine's order
    low, high = (raw[at::4] for at in ((0, 1) if sys.byteorder == "little" else (3, 2)))
    grey = Image.frombytes("L", image.size, high).convert("RGB")
    clear = image.info.get("transparency")
    if isinstance(clear, int):
        parts = zip((high, low), (clear >> 8, clear & 255), strict=True)
        masks = [Image.frombytes("L", image.size, part).point(_unless(value)) for part, value in parts]
        grey.putalpha(ImageChops.lighter(*masks))
    return grey


def _unless(value: int) -> list[int]:
    return [0 if level == value else 255 for level in range(256)]


def _reduced(image: Any) -> Any:
    image.thumbnail((SIDE, SIDE))
    return image


def main() -> None:
    """Answer the picture on standard input."""
    limit_this_process()
    try:
        image, notes = decode(sys.stdin.buffer.read())
        told = json.dumps({"width": image.width, "height": image.height, "notes": notes})
        answer = told.encode() + b"\n" + image.tobytes()
    except MemoryError:
        sys.exit(1)
    except Exception:  # noqa: BLE001  a decoder may raise anything on a damaged file
        answer = b"{}\n"
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()
