"""Draw a picture anew, in a process that may take so much memory and time and no more.

Reading pixels is the one dangerous thing done with a stranger's file: a few
bytes can claim millions of pixels, and decoders have had holes. A hostile file
also hides a second one between the pixels of the first. So a child reads the
pixels and writes them to a fresh file. It starts with no environment, so
without a key or a password; whatever becomes of it, its parent lives on.

The child is this file, run as a script: nothing of the site is imported in it.
"""

import resource
import signal
import struct
import subprocess
import sys
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

MEMORY_BYTES = 768 * 1024**2
CPU_SECONDS = 20
PATIENCE_SECONDS = 180  # on a machine that has better things to do
MAX_BYTES = 40 * 1024**2

UNDRAWABLE = 3  # what the child exits with when the picture is to blame
# A decoder that crashed, or that used up its time; anything else ended the child from outside.
OWN_ENDS = {-signal.SIGXCPU, -signal.SIGSEGV, -signal.SIGBUS, -signal.SIGFPE, -signal.SIGILL, -signal.SIGABRT}

QUALITY = {"JPEG": {"quality": 92}, "PNG": {"compress_level": 6}, "WEBP": {"quality": 92, "method": 2}}
MODES = {"JPEG": {"L", "RGB", "CMYK"}, "PNG": {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"}, "WEBP": {"RGB", "RGBA"}}


class Undrawable(Exception):
    """Nobody can draw this picture within the limits; trying again changes nothing."""


def redrawn(body: bytes, format: str) -> bytes:
    """The same picture in the same format ("JPEG", "PNG", "WEBP"), upright, and nothing but the picture.

    Raises Undrawable when the picture is to blame, OSError when the machine is: then it may be tried again.
    """
    command = [sys.executable, "-I", "-B", __file__, format, str(MEMORY_BYTES), str(CPU_SECONDS)]
    try:
        child = subprocess.run(  # noqa: S603
            command, input=body, capture_output=True, env={}, timeout=PATIENCE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise TimeoutError("The machine was too busy to draw a picture.") from error
    if child.returncode == UNDRAWABLE or child.returncode in OWN_ENDS:
        raise Undrawable
    if child.returncode or not child.stdout:
        raise ChildProcessError(f"Drawing a picture was ended from outside ({child.returncode}).")
    return child.stdout


def _draw_within_limits(format: str, memory: int, seconds: int) -> int:
    """What the child does; its exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # writes no file
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # and leaves no picture of its memory either
    from PIL import Image

    Image.init()
    try:
        with Image.open(BytesIO(sys.stdin.buffer.read()), formats=[format]) as picture:
            drawn = _saved(_bare(_upright(picture), format), format)
    except (Exception, MemoryError):  # decoders fail on a broken file in every way there is
        return UNDRAWABLE
    if len(drawn) > MAX_BYTES:
        return UNDRAWABLE
    sys.stdout.buffer.write(drawn)
    return 0


def _upright(picture: "Image.Image") -> "Image.Image":
    """Turned as the camera was held; a picture whose turning cannot be read stays as it is."""
    from PIL import ImageOps

    picture.load()
    with suppress(OSError, ValueError, SyntaxError, KeyError, IndexError, TypeError, struct.error):
        ImageOps.exif_transpose(picture, in_place=True)
    return picture


def _bare(picture: "Image.Image", format: str) -> "Image.Image":
    """Pixels and transparency; everything else that was read from the file is forgotten."""
    if picture.mode not in MODES[format]:
        picture = picture.convert("RGBA" if format != "JPEG" and picture.has_transparency_data else "RGB")
    kept = picture.info.get("transparency")
    picture.info = {} if kept is None or format != "PNG" else {"transparency": kept}
    return picture


def _saved(picture: "Image.Image", format: str) -> bytes:
    file = BytesIO()
    picture.save(file, format, **QUALITY[format])
    return file.getvalue()


if __name__ == "__main__":
    sys.exit(_draw_within_limits(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
