"""Harmless files made in code (gradients, noise, tones, empty containers) for the guard to find: no real picture of anything."""

from __future__ import annotations

import gzip
import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable


def _noise(chance: random.Random, size: int) -> bytes:
    return chance.randbytes(size)


def png(chance: random.Random) -> bytes:
    """A small gradient as PNG."""
    width = chance.randint(1, 12)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    shade = chance.randint(1, 20)
    rows = b"".join(b"\0" + bytes((x * shade + y * 7) % 256 for x in range(width * 3)) for y in range(width))
    head = struct.pack(">IIBBBBB", width, width, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def gif(chance: random.Random) -> bytes:
    """A GIF of one dot, or a little noise."""
    dot = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x01D\0;"
    return dot if chance.random() < 0.3 else dot[:-4] + _noise(chance, chance.randint(20, 200)) + b"\0;"


def jpeg(chance: random.Random) -> bytes:
    """A JPEG header with noise for its body."""
    return (
        b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xdb\0C\0"
        + _noise(chance, chance.randint(60, 400))
        + b"\xff\xd9"
    )


def webp(chance: random.Random) -> bytes:
    """A WebP header with noise."""
    body = _noise(chance, chance.randint(40, 300))
    return b"RIFF" + struct.pack("<I", len(body) + 12) + b"WEBPVP8 " + struct.pack("<I", len(body)) + body


def bmp(chance: random.Random) -> bytes:
    """A BMP gradient."""
    body = bytes((x * 5) % 256 for x in range(chance.randint(64, 300)))
    return (
        b"BM"
        + struct.pack("<IHHI", 54 + len(body), 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, 8, 8, 1, 24, 0, len(body), 0, 0, 0, 0)
        + body
    )


def tiff(chance: random.Random) -> bytes:
    """A TIFF header with noise."""
    return b"II*\0\x08\0\0\0\x0c\0" + _noise(chance, chance.randint(80, 300))


def mp4(chance: random.Random) -> bytes:
    """An MP4 box header with noise."""
    return b"\0\0\0\x18ftypmp42\0\0\0\0isommp42\0\0\x01\0mdat" + _noise(chance, chance.randint(80, 400))


def webm(chance: random.Random) -> bytes:
    """An EBML header with noise."""
    return b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04webm" + _noise(
        chance, chance.randint(80, 300)
    )


def wav(chance: random.Random) -> bytes:
    """A short tone as WAV."""
    step = chance.randint(3, 40)
    body = bytes((x * step * x) % 256 for x in range(chance.randint(80, 400)))
    return (
        b"RIFF"
        + struct.pack("<I", 36 + len(body))
        + b"WAVEfmt "
        + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8)
        + b"data"
        + struct.pack("<I", len(body))
        + body
    )


def mp3(chance: random.Random) -> bytes:
    """An ID3 header with noise."""
    return b"ID3\x03\0\0\0\0\0\x0f" + _noise(chance, chance.randint(80, 300))


def pdf(chance: random.Random) -> bytes:
    """A PDF skeleton with a compressed stream."""
    stream = zlib.compress(_noise(chance, chance.randint(60, 200)))
    return (
        b"%PDF-1.4\n1 0 obj<</Length "
        + str(len(stream)).encode()
        + b"/Filter/FlateDecode>>stream\n"
        + stream
        + b"\nendstream endobj\n%%EOF"
    )


def zipped(chance: random.Random) -> bytes:
    """A ZIP with one file."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.bin", _noise(chance, chance.randint(20, 200)))
    return into.getvalue()


def gzipped(chance: random.Random) -> bytes:
    """A GIF, compressed with gzip."""
    return gzip.compress(gif(chance) + _noise(chance, 30), mtime=0)


def deflated(chance: random.Random) -> bytes:
    """A PNG, compressed without any header that could be known."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(png(chance) + _noise(chance, 40)) + packer.flush()


FORMATS: dict[str, Callable[[random.Random], bytes]] = {
    each.__name__: each
    for each in (png, gif, jpeg, webp, bmp, tiff, mp4, webm, wav, mp3, pdf, zipped, gzipped, deflated)
}
