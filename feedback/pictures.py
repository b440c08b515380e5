"""Pictures are drawn anew, so that nothing but the picture is kept.

A camera writes place, time and its own number into a file (EXIF, XMP, IPTC,
a thumbnail, a colour profile); a hostile one hides a second file behind the
picture. Neither survives: pixels are read and written to a fresh file.
"""

import struct
from io import BytesIO

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from feedback.refusals import Refused

MAX_PIXELS = 40_000_000
# PNG and WebP pack a little less tightly than they could: the sender is waiting.
QUALITY = {"JPEG": {"quality": 92}, "PNG": {"compress_level": 3}, "WEBP": {"quality": 92, "method": 2}}
MODES = {"JPEG": {"L", "RGB", "CMYK"}, "PNG": {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"}, "WEBP": {"RGB", "RGBA"}}


def redrawn(body: bytes, format: str) -> bytes:
    """The same picture in the same format ("JPEG", "PNG", "WEBP"), upright, without a word about its maker.

    Raises Refused for what is not such a picture, is cut off, moves, or has more than 40 million pixels.
    """
    try:
        with Image.open(BytesIO(body), formats=[format]) as picture:
            _check(picture, format)
            return _saved(_bare(_upright(picture), format), format)
    except UnidentifiedImageError as error:
        raise Refused(_wrong()) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(_too_large()) from error
    except (
        *(OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, TypeError, OverflowError, UserWarning),
    ) as error:
        # Pillow's readers fail on a broken file in all these ways.
        raise Refused(_("“%(name)s” is damaged or cut off. Save it once more and choose it again.")) from error


def _check(picture: Image.Image, format: str) -> None:
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise Refused(_too_large())
    # A JPEG with several frames is one picture with a preview; of a PNG or WebP all frames are meant to be seen.
    if format != "JPEG" and getattr(picture, "n_frames", 1) > 1:
        raise Refused(_("“%(name)s” is an animation. Choose a still picture instead."))


def _upright(picture: Image.Image) -> Image.Image:
    """A copy, turned as the camera was held; a picture whose turning cannot be read stays as it is."""
    picture.load()
    try:
        return ImageOps.exif_transpose(picture)
    except (OSError, ValueError, SyntaxError, KeyError, IndexError, TypeError, struct.error, UserWarning):
        return picture.copy()


def _bare(picture: Image.Image, format: str) -> Image.Image:
    """Pixels and transparency; everything else that was read from the file is forgotten."""
    if picture.mode not in MODES[format]:
        picture = picture.convert("RGBA" if format != "JPEG" and picture.has_transparency_data else "RGB")
    kept = picture.info.get("transparency")
    picture.info = {} if kept is None or format != "PNG" else {"transparency": kept}
    return picture


def _saved(picture: Image.Image, format: str) -> bytes:
    file = BytesIO()
    picture.save(file, format, **QUALITY[format])
    return file.getvalue()


def _wrong() -> str:
    return _("“%(name)s” is not the kind of picture that its name says. Save it as JPEG or PNG and choose it again.")


def _too_large() -> str:
    return _("“%(name)s” has more than 40 million pixels. Make it smaller and choose it again.")
