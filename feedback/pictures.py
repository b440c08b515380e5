"""Pictures lose what speaks of their maker before anything of them is stored.

A camera writes place, time and its own number into a file (EXIF, XMP, IPTC, a
thumbnail, a colour profile, comments). Here a file is copied part by part, and
only the parts that draw the picture pass; of EXIF, which way up it is. No pixel
is read, so the work is bounded by the bytes that were sent, whatever a header
claims. Drawing it anew comes later and elsewhere: feedback.redrawing.
"""

import re
import struct
import zlib
from collections.abc import Callable

from django.utils.translation import gettext as _

from feedback.budget import Budget
from feedback.refusals import Refused

MAX_PIXELS = {"JPEG": 40_000_000, "PNG": 40_000_000, "WEBP": 16_000_000}  # WebP takes three times the memory to read
# A white page as PNG has 8,256 pixels a byte, the tightest that honest writers make; a small picture may be emptier.
PIXELS_A_BYTE = 10_000
PIXELS_FREE = 1_000_000

Parts = tuple[list[bytes], int]

JPEG_START, JPEG_END = b"\xff\xd8", b"\xff\xd9"
JPEG_FRAMES = {0xC0, 0xC1, 0xC2}  # baseline, extended, progressive
JPEG_TABLES = {0xC4, 0xDB, 0xDD}  # Huffman, quantisation, restart interval
JPEG_SCAN, JPEG_EXIF, JPEG_ADOBE = 0xDA, 0xE1, 0xEE
JPEG_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # within a scan: what is neither stuffing nor a restart
MAX_SCANS = 64  # each may cost a pass over all pixels; a progressive picture has about ten
EXIF = b"Exif\0\0"

PNG_START = b"\x89PNG\r\n\x1a\n"
PNG_KEPT = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}

WEBP_HAS_EXIF, WEBP_HAS_ALPHA, WEBP_MOVES = 0x08, 0x10, 0x02


def stripped(body: bytes, format: str, budget: Budget) -> bytes:
    """The same picture ("JPEG", "PNG", "WEBP") without a word about its maker; not a pixel of it has changed.

    Raises Refused for what is not such a picture, is cut off, moves, or claims
    more pixels than one picture, the rest of the post or its own size may.
    """
    try:
        parts, pixels = READERS[format](body)
    except (struct.error, IndexError) as error:
        raise Refused(_damaged()) from error
    if not pixels:
        raise Refused(_damaged())
    if pixels > MAX_PIXELS[format]:
        raise Refused(_too_large(MAX_PIXELS[format]))
    if pixels > PIXELS_FREE + PIXELS_A_BYTE * len(body):
        raise Refused(_("“%(name)s” claims to be far larger than it is. Save it once more and choose it again."))
    budget.take("pixels", pixels, _too_large_together())
    return b"".join(parts)


def _jpeg(body: bytes) -> Parts:
    """ITU-T T.81, annex B. What follows the end, such as the preview of a telephone, is left behind."""
    if not body.startswith(JPEG_START):
        raise Refused(_wrong())
    parts, pixels, scans, position, is_turned = [JPEG_START], 0, 0, 2, False
    while (marker := body[position + 1]) != JPEG_END[1]:
        if body[position] != 0xFF:
            raise Refused(_damaged())
        if marker == 0xFF:  # padding
            position += 1
            continue
        (length,) = struct.unpack_from(">H", body, position + 2)
        segment, position = body[position : position + 2 + length], position + 2 + length
        if position > len(body) or length < 2:
            raise Refused(_damaged())
        if marker in JPEG_FRAMES and not pixels:
            height, width = struct.unpack_from(">HH", segment, 5)
            pixels = height * width
            parts.append(segment)
        elif marker in JPEG_TABLES or (marker == JPEG_ADOBE and segment[4:9] == b"Adobe" and length == 14):
            parts.append(segment)
        elif marker == JPEG_EXIF and segment[4:10] == EXIF and not is_turned:
            is_turned = True
            if exif := _only_orientation(segment[10:]):
                parts.append(struct.pack(">BBH", 0xFF, JPEG_EXIF, 2 + len(EXIF + exif)) + EXIF + exif)
        elif marker == JPEG_SCAN:
            scans += 1
            end = JPEG_MARKER.search(body, position)
            if end is None or scans > MAX_SCANS:
                raise Refused(_damaged())
            parts += [segment, body[position : end.start()]]
            position = end.start()
        elif not (0xE0 <= marker <= 0xEF or marker == 0xFE):  # neither an application's words nor a comment
            raise Refused(_damaged())
    return [*parts, JPEG_END], pixels if scans else 0


def _png(body: bytes) -> Parts:
    """W3C "Portable Network Graphics", section 5. Compressed text and profiles are left behind unread."""
    if not body.startswith(PNG_START) or body[12:16] != b"IHDR":
        raise Refused(_wrong())
    width, height = struct.unpack_from(">II", body, 16)
    parts, kind, position = [PNG_START], b"", len(PNG_START)
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", body, position)
        chunk, position = body[position : position + 12 + length], position + 12 + length
        if position > len(body) or chunk[-4:] != _checksum(chunk[4:-4]):
            raise Refused(_damaged())
        if kind == b"acTL":
            raise Refused(_moves())
        if kind in PNG_KEPT:
            parts.append(chunk)
        elif kind == b"eXIf" and (exif := _only_orientation(chunk[8:-4])):
            parts.append(struct.pack(">I", len(exif)) + b"eXIf" + exif + _checksum(b"eXIf" + exif))
    return parts, width * height


def _checksum(data: bytes) -> bytes:
    return zlib.crc32(data).to_bytes(4, "big")


def _webp(body: bytes) -> Parts:
    """Google's "WebP Container Specification"; a frame's own size is believed as little as the canvas."""
    if body[:4] != b"RIFF" or body[8:12] != b"WEBP":
        raise Refused(_wrong())
    end = 8 + int.from_bytes(body[4:8], "little")
    if end > len(body):
        raise Refused(_damaged())
    parts, pixels, position = [], 0, 12
    while position + 8 <= end:
        kind, length = struct.unpack_from("<4sI", body, position)
        chunk, position = body[position + 8 : position + 8 + length], position + 8 + length + length % 2
        if len(chunk) < length or position > end + 1:
            raise Refused(_damaged())
        if kind in (b"ANIM", b"ANMF") or (kind == b"VP8X" and chunk[0] & WEBP_MOVES):
            raise Refused(_moves())
        pixels = max(pixels, _webp_pixels(kind, chunk))
        if kind == b"VP8X":
            chunk = bytes([chunk[0] & (WEBP_HAS_EXIF | WEBP_HAS_ALPHA)]) + chunk[1:]
        elif kind == b"EXIF":
            chunk = _only_orientation(chunk.removeprefix(EXIF))
        elif kind not in (b"VP8 ", b"VP8L", b"ALPH"):
            continue
        if chunk:
            parts.append(struct.pack("<4sI", kind, len(chunk)) + chunk + bytes(len(chunk) % 2))
    return [struct.pack("<4sI4s", b"RIFF", 4 + sum(map(len, parts)), b"WEBP"), *parts], pixels


def _webp_pixels(kind: bytes, chunk: bytes) -> int:
    if kind == b"VP8X":
        return (int.from_bytes(chunk[4:7], "little") + 1) * (int.from_bytes(chunk[7:10], "little") + 1)
    if kind == b"VP8L":
        sizes = int.from_bytes(chunk[1:5], "little")
        return ((sizes & 0x3FFF) + 1) * ((sizes >> 14 & 0x3FFF) + 1)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", chunk, 6)
        return int(width & 0x3FFF) * int(height & 0x3FFF)
    return 0


def _only_orientation(exif: bytes) -> bytes:
    """A new block of EXIF that says which way up, and nothing else; empty when none was said that can be read."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None:
        return b""
    try:
        (start,) = struct.unpack_from(order + "I", exif, 4)
        (count,) = struct.unpack_from(order + "H", exif, start)
        for number in range(count):
            tag, _kind, _count, value = struct.unpack_from(order + "HHIH", exif, start + 2 + 12 * number)
            if tag == 0x0112 and value in range(2, 9):
                return struct.pack(">4sIHHHIHHI", b"MM\0*", 8, 1, 0x0112, 3, 1, value, 0, 0)
    except struct.error:
        pass
    return b""


READERS: dict[str, Callable[[bytes], Parts]] = {"JPEG": _jpeg, "PNG": _png, "WEBP": _webp}


def _wrong() -> str:
    return _("“%(name)s” is not the kind of picture that its name says. Save it as JPEG or PNG and choose it again.")


def _damaged() -> str:
    return _("“%(name)s” is damaged or cut off. Save it once more and choose it again.")


def _moves() -> str:
    return _("“%(name)s” is an animation. Choose a still picture instead.")


def _too_large(most: int) -> str:
    sentence = _("“%%(name)s” has more than %(millions)d million pixels. Make it smaller and choose it again.")
    return sentence % {"millions": most // 1_000_000}


def _too_large_together() -> str:
    return _(
        "With “%(name)s” the pictures of this message have too many pixels together. "
        "Leave it out here and send it with a second message."
    )
