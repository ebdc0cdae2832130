"""Pictures made safe: hostile, broken and honest bytes, made here and tiny."""

import io
import struct
import zlib
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from linli.methods import pictures
from linli.methods.pictures import NotAPicture, measured, redrawn


def drawn(kind: str = "JPEG", size: tuple[int, int] = (64, 48), **options: Any) -> bytes:
    mode = options.pop("mode", "RGB")
    out = io.BytesIO()
    Image.new(mode, size, options.pop("colour", None) or 120).save(out, kind, **options)
    return out.getvalue()


def png_of(width: int, height: int) -> bytes:
    """Return a PNG whose header states a size and whose body holds nothing of it."""
    body = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    head = b"IHDR" + body
    chunk = struct.pack(">I", len(body)) + head + struct.pack(">I", zlib.crc32(head))
    return b"\x89PNG\r\n\x1a\n" + chunk


def webp_of(width: int, height: int) -> bytes:
    body = b"\x00" * 4 + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X" + struct.pack("<I", 10) + body


def jpeg_of(width: int, height: int) -> bytes:
    """Return a true small JPEG whose frame header claims another size."""
    data = bytearray(drawn())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def refused(data: bytes) -> str:
    with pytest.raises(NotAPicture) as no:
        redrawn(data)
    return no.value.reason


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_three_formats_become_jpeg(kind: str) -> None:
    kept = redrawn(drawn(kind))
    assert (kept.width, kept.height) == (64, 48)
    for data in (kept.content, kept.small):
        assert Image.open(io.BytesIO(data)).format == "JPEG"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("size", [(1, 1), (64, 48), (333, 7)])
def test_the_size_is_read_before_a_decoder_is_made(kind: str, size: tuple[int, int]) -> None:
    assert measured(drawn(kind, size)) == size


def test_lossless_and_see_through_webp_are_measured_too() -> None:
    assert measured(drawn("WEBP", (31, 17), lossless=True)) == (31, 17)
    assert measured(drawn("WEBP", (31, 17), mode="RGBA")) == (31, 17)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "kind"),
        (b"<!doctype html><script>alert(1)</script>", "kind"),
        (b"MZ\x90\x00" + b"\x00" * 60, "kind"),
        (b"PK\x03\x04" + b"\x00" * 60, "kind"),
        (b"GIF89a=1/*" + b"\x00" * 60, "kind"),
        (b"BM" + b"\x00" * 60, "kind"),
        (b"%PDF-1.7\n/JavaScript", "pdf"),
        (b"\x00\x00\x00\x18ftypheic" + b"\x00" * 40, "heic"),
        (b"\xff\xd8\xff", "broken"),
        (b"\xff\xd8\xff\xe0\x00\x00" + b"\x00" * 40, "broken"),
        (b"\xff\xd8\xff<script>alert(1)</script>", "broken"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, "broken"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "broken"),
        (b"RIFF\x00\x00\x00\x00WEBPEXIF" + b"\x00" * 40, "broken"),
        (drawn()[:-40], "broken"),
        (drawn("PNG")[:-30], "broken"),
        (drawn("WEBP")[:-20], "broken"),
    ],
)
def test_what_is_no_whole_picture_is_refused(data: bytes, reason: str) -> None:
    assert refused(data) == reason


@pytest.mark.parametrize("bomb", [png_of, jpeg_of, webp_of])
def test_a_bomb_is_refused_before_anything_is_decoded(bomb: Any, monkeypatch: Any) -> None:
    def opened(*given: Any, **options: Any) -> None:
        raise AssertionError("a decoder was made")

    monkeypatch.setattr(pictures.Image, "open", opened)
    assert refused(bomb(9_000, 6_000)) == "size"


@pytest.mark.parametrize("hollow", [png_of, webp_of])
def test_a_header_without_its_pixels_is_refused(hollow: Any) -> None:
    assert refused(hollow(90, 60)) == "broken"


def test_a_heavy_file_is_refused() -> None:
    assert refused(b"\xff\xd8\xff" + b"\x00" * pictures.MOST_BYTES) == "heavy"


def test_place_device_and_words_are_left_behind() -> None:
    exif = Image.Exif()
    exif[0x010F] = "MARKER-MAKER"
    exif[0x9286] = "MARKER-COMMENT"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (39.0, 54.0, 1.5)
    sent = drawn("JPEG", exif=exif, comment=b"MARKER-WORDS", dpi=(300, 300))
    sent += b"<script>MARKER-TAIL</script>PK\x05\x06"
    assert sent.count(b"MARKER") == 4
    kept = redrawn(sent)
    for data in (kept.content, kept.small):
        assert b"MARKER" not in data
        assert b"Exif" not in data
        assert b"script" not in data
        again = Image.open(io.BytesIO(data))
        assert not again.getexif()
        assert set(again.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_texts_of_a_png_are_left_behind() -> None:
    from PIL.PngImagePlugin import PngInfo

    words = PngInfo()
    words.add_text("Author", "MARKER")
    words.add_itxt("XML:com.adobe.xmp", "MARKER")
    assert b"MARKER" not in redrawn(drawn("PNG", pnginfo=words)).content


def test_a_picture_taken_upright_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = redrawn(drawn("JPEG", (64, 48), exif=exif))
    assert (kept.width, kept.height) == (48, 64)


def test_a_large_picture_is_made_smaller_and_a_small_one_is_not_blown_up() -> None:
    kept = redrawn(drawn("JPEG", (5200, 100)))
    assert (kept.width, kept.height) == (2560, 49)
    assert Image.open(io.BytesIO(kept.small)).size == (480, 9)
    assert redrawn(drawn("PNG", (3, 2))).width == 3


def test_what_is_seen_through_lies_on_white() -> None:
    kept = redrawn(drawn("PNG", (8, 8), mode="RGBA", colour=(0, 0, 0, 0)))
    assert Image.open(io.BytesIO(kept.content)).getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "1", "P", "I;16", "LA"])
def test_every_depth_of_a_png_is_read(mode: str) -> None:
    assert redrawn(drawn("PNG", (8, 8), mode=mode, colour=1)).width == 8


def test_the_same_picture_is_written_the_same_way() -> None:
    assert redrawn(drawn()) == redrawn(drawn())


@given(st.binary(max_size=300), st.integers(0, 200))
def test_no_bytes_break_it(noise: bytes, at: int) -> None:
    for start in (drawn("JPEG", (9, 9)), drawn("PNG", (9, 9)), drawn("WEBP", (9, 9)), b""):
        data = start[:at] + noise + start[at + len(noise) :]
        with suppress(NotAPicture):
            redrawn(data)
