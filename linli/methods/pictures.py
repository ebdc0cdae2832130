"""Pictures as people send them, made safe to keep: read from the bytes, drawn anew, nothing else carried over.

The name and the declared type of a file are never looked at. What a picture measures is read from its
header before anything is decoded, so that a few bytes cannot ask for gigabytes. Decoding and writing
anew leaves behind all that is no picture: place and device data, comments, thumbnails inside, what is
hung on behind the end. One picture is decoded at a time in a process: memory stays bounded.

Formats: JPEG, PNG, WebP in; JPEG out. Why not HEIC, GIF, SVG, PDF: docs/adr/ (only pictures are kept).
"""

import io
import struct
import threading
from dataclasses import dataclass
from typing import Literal

from PIL import Image, ImageOps

MOST_BYTES = 20_000_000
MOST_PIXELS = 40_000_000
"""A phone's own pictures have 12 to 24 million. More is refused from the header, undecoded."""
LONGEST = 2560
"""The longer side of what is kept: a house number on a façade is still read."""
SMALL = 480
QUALITY = 85

Reason = Literal["empty", "heavy", "kind", "heic", "pdf", "size", "broken"]
Format = Literal["JPEG", "PNG", "WEBP"]
_HEIC = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1", b"avif"}
_one_at_a_time = threading.Lock()
Image.MAX_IMAGE_PIXELS = None  # `measured` is stricter and looks before a decoder is made


class NotAPicture(ValueError):
    """These bytes cannot be kept. `reason` is one of Reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Picture:
    """A picture drawn anew: JPEG bytes of it and of its small form, with its size in pixels."""

    content: bytes
    small: bytes
    width: int
    height: int


def recognised(data: bytes) -> Format:
    """Return the format that the first bytes say. Raises NotAPicture."""
    if data[:3] == b"\xff\xd8\xff":
        return "JPEG"
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC:
        raise NotAPicture("heic")
    if data[:5] == b"%PDF-":
        raise NotAPicture("pdf")
    raise NotAPicture("kind" if data else "empty")


def measured(data: bytes) -> tuple[int, int]:
    """Return width and height in pixels as the header states them. Raises NotAPicture."""
    read = {"JPEG": _jpeg_size, "PNG": _png_size, "WEBP": _webp_size}[recognised(data)]
    try:
        width, height = read(data)
    except (struct.error, IndexError) as cut_off:
        raise NotAPicture("broken") from cut_off
    if width < 1 or height < 1:
        raise NotAPicture("broken")
    return width, height


def redrawn(data: bytes) -> Picture:
    """Return the picture drawn anew, upright, at most LONGEST pixels long. Raises NotAPicture."""
    if len(data) > MOST_BYTES:
        raise NotAPicture("heavy")
    width, height = measured(data)
    if width * height > MOST_PIXELS:
        raise NotAPicture("size")
    with _one_at_a_time:
        try:
            with Image.open(io.BytesIO(data), formats=(recognised(data),)) as opened:
                if opened.size != (width, height):
                    raise NotAPicture("broken")
                opened.draft("RGB", (LONGEST, LONGEST))
                whole = _on_white(ImageOps.exif_transpose(opened))
        except NotAPicture:
            raise
        # A decoder meets hostile bytes with many kinds of error; all mean the same to the sender.
        except Exception as broken:
            raise NotAPicture("broken") from broken
        whole.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
        small = whole.copy()
        small.thumbnail((SMALL, SMALL), Image.Resampling.LANCZOS)
        return Picture(_written(whole), _written(small), whole.width, whole.height)


def _on_white(image: Image.Image) -> Image.Image:
    """Return the pixels alone, in RGB, see-through parts on white."""
    if "A" in image.getbands() or "transparency" in image.info:
        layer = image.convert("RGBA")
        ground = Image.new("RGB", image.size, "white")
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    plain = image.convert("RGB")
    bare = Image.new("RGB", plain.size)
    bare.paste(plain)
    return bare


def _written(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def _png_size(data: bytes) -> tuple[int, int]:
    if data[12:16] != b"IHDR":
        raise NotAPicture("broken")
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Return the size in the first frame header (ITU-T T.81, B.2.2); segments before it are skipped."""
    at = 2
    while True:
        if data[at] != 0xFF:
            raise NotAPicture("broken")
        while data[at] == 0xFF:
            at += 1
        marker = data[at]
        at += 1
        if marker in (0x01, *range(0xD0, 0xD8)):
            continue
        (length,) = struct.unpack(">H", data[at : at + 2])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 3 : at + 7])
            return width, height
        if marker in (0xD9, 0xDA) or length < 2:
            raise NotAPicture("broken")
        at += length


def _webp_size(data: bytes) -> tuple[int, int]:
    """Return the size in the first chunk (RFC 9649, section 2)."""
    kind, body = data[12:16], data[20:]
    if kind == b"VP8X":
        return (
            1 + int.from_bytes(body[4:7], "little"),
            1 + int.from_bytes(body[7:10], "little"),
        )
    if kind == b"VP8L" and body[0] == 0x2F:
        (bits,) = struct.unpack("<I", body[1:5])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", body[6:10])
        return width & 0x3FFF, height & 0x3FFF
    raise NotAPicture("broken")
