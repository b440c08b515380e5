"""Pictures: what is taken off before anything is stored, what a few bytes may claim, and what is drawn anew."""

import os
import resource
import struct
import subprocess
import sys
import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from feedback.budget import Budget
from feedback.pictures import READERS, stripped
from feedback.redrawing import Undrawable, redrawn
from feedback.refusals import Refused
from feedback.uploads import KINDS, judge
from tests.feedback import samples

KEYS = ["jpg", "png", "webp"]
FORMATS = list(READERS)


def refusal(key, body, budget=None):
    with pytest.raises(Refused) as refused:
        judge(f"a.{key}", "", body, budget)
    return str(refused.value)


def drawn(key, body):
    """What an editor gets of a picture, opened."""
    return Image.open(BytesIO(redrawn(judge(f"a.{key}", "", body).body, KINDS[key].format)))


def key_of(format):
    return {"JPEG": "jpg"}.get(format, format.lower())


def noisy_picture(format, size=(200, 200), **options):
    file = BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(file, format, **options)
    return file.getvalue()


def pixels(body):
    with Image.open(BytesIO(body)) as picture:
        return picture.convert("RGBA").tobytes()


# --- what is taken off --------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_what_is_stored_says_nothing_but_which_way_up(format):
    body = samples.make_picture(format, with_metadata=True)
    assert b"TELLTALE" in body
    kept = stripped(body, format, Budget())
    assert b"TELLTALE" not in kept
    with Image.open(BytesIO(kept)) as picture:
        assert dict(picture.getexif()) == {0x0112: 6}
        assert not {"icc_profile", "comment", "xmp", "Author"} & set(picture.info)
    assert pixels(kept) == pixels(body)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"lossless": True}, {"optimize": True}])
def test_not_a_pixel_is_changed_by_it(format, options):
    body = noisy_picture(format, **options)
    assert pixels(stripped(body, format, Budget())) == pixels(body)


@pytest.mark.parametrize("format", FORMATS)
def test_what_hides_behind_a_picture_is_gone(format):
    body = noisy_picture(format)
    for tail in (samples.make_zip({"evil.class": "x"}), b"<script>alert(1)</script>", b"<?php phpinfo();"):
        assert stripped(body + tail, format, Budget()) == stripped(body, format, Budget())


@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt", b"iTXt", b"iCCP", b"eXIf", b"prVt", b"caBX"])
def test_of_a_png_no_other_part_passes(kind):
    body = samples.make_picture("PNG")
    inner = kind + b"TELLTALE" + zlib.compress(bytes(50 * 1024**2))  # unpacked by nobody
    part = struct.pack(">I", len(inner) - 4) + inner + zlib.crc32(inner).to_bytes(4, "big")
    assert stripped(body[:33] + part + body[33:], "PNG", Budget()) == stripped(body, "PNG", Budget())


@pytest.mark.parametrize("marker", [*range(0xE0, 0xF0), 0xFE])
def test_of_a_jpeg_no_word_of_an_application_passes(marker):
    body = samples.make_picture("JPEG")
    segment = struct.pack(">BBH", 0xFF, marker, 2 + 10) + b"TELLTALE12"
    assert stripped(body[:2] + segment + body[2:], "JPEG", Budget()) == stripped(body, "JPEG", Budget())


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("part", [0.02, 0.1, 0.5, 0.95])
def test_a_picture_that_is_cut_off_is_refused(key, part):
    body = noisy_picture(KINDS[key].format)
    assert f"“a.{key}”" in refusal(key, body[: int(len(body) * part)])


@pytest.mark.parametrize(("key", "format"), [("png", "PNG"), ("webp", "WEBP")])
def test_an_animation_is_refused(key, format):
    assert "animation" in refusal(key, samples.make_animation(format))


@settings(deadline=None)  # the first picture that is drawn loads Pillow
@given(st.sampled_from(FORMATS), st.binary(max_size=300), st.integers(0, 400))
def test_reading_ends_in_a_picture_or_a_sentence_whatever_comes(format, noise, at):
    body = {format: samples.make_picture(format, with_metadata=True) for format in FORMATS}[format]
    for hostile in (body[:at] + noise + body[at:], body[:at] + noise + body[at + len(noise) :], body[:12] + noise):
        try:
            outcome = stripped(hostile, format, Budget())
        except Refused as refused:
            outcome = refused.about("a.picture")
        assert len(outcome) <= len(hostile) + 200


# --- what a few bytes may claim -----------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("side", [4_000, 6_300, 12_000, 16_383])
def test_a_few_bytes_do_not_claim_millions_of_pixels(format, side):
    body = samples.make_hollow(format, side)
    assert len(body) < 1_000
    assert f"“a.{key_of(format)}”" in refusal(key_of(format), body)


@pytest.mark.parametrize("key", KEYS)
def test_the_pictures_of_one_post_share_one_budget(key):
    body = noisy_picture(KINDS[key].format)
    budget = Budget(pixels=100_000)  # each has 40,000
    for name in ("1", "2"):
        assert judge(f"{name}.{key}", "", body, budget)
    assert "too many pixels together" in refusal(key, body, budget)


def test_nothing_is_decoded_while_the_sender_waits(tmp_path):
    """In a process of its own: all pictures are judged before a library that reads pixels was even loaded."""
    script = (
        "import sys, django; django.setup()\n"
        "from feedback.uploads import judge\n"
        "from pathlib import Path\n"
        "for name in sys.argv[1:]: judge(name, '', Path(name).read_bytes())\n"
        "sys.exit('PIL' in sys.modules)"
    )
    paths = [tmp_path / f"a.{key}" for key in KEYS]
    for path, key in zip(paths, KEYS, strict=True):
        path.write_bytes(samples.make_picture(KINDS[key].format, with_metadata=True))
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-c", script, *paths]
    assert subprocess.run(command, env=environment, check=False).returncode == 0  # noqa: S603


@pytest.mark.parametrize(("width", "height"), [(8_000, 5_000), (5_000, 8_000)])
def test_a_white_page_of_just_the_most_pixels_is_taken(width, height):
    file = BytesIO()
    Image.new("1", (width, height), 1).save(file, "PNG")
    assert judge("a.png", "", file.getvalue())
    file = BytesIO()
    Image.new("1", (width, height + 1), 1).save(file, "PNG")
    assert "40 million pixels" in refusal("png", file.getvalue())


def test_a_canvas_of_webp_hides_no_larger_frame():
    whole = samples.make_hollow("WEBP", 12_000)
    canvas = b"VP8X" + struct.pack("<I", 10) + bytes(10)
    body = b"RIFF" + struct.pack("<I", len(whole) - 8 + len(canvas)) + b"WEBP" + canvas + whole[12:]
    assert "16 million pixels" in refusal("webp", body)


def test_a_jpeg_of_very_many_scans_is_refused():
    """Each scan is a pass over all pixels, and needs a few bytes only."""
    body = noisy_picture("JPEG", progressive=True)
    scan = body[body.index(b"\xff\xda") : body.index(b"\xff\xda") + 40].rstrip(b"\xff")
    assert "damaged" in refusal("jpg", body[:-2] + scan * 200 + body[-2:])


# --- what is drawn anew -------------------------------------------------------


@pytest.mark.parametrize("key", KEYS)
def test_a_picture_is_drawn_upright_and_without_metadata(key):
    with drawn(key, samples.make_picture(KINDS[key].format, with_metadata=True)) as picture:
        assert picture.format == KINDS[key].format
        assert picture.size == (20, 40)  # turned
        assert not picture.getexif()
        red, _green, blue = picture.convert("RGB").getpixel((10, 5))
        assert blue > 200 > red


@pytest.mark.parametrize(
    ("key", "mode"),
    [
        *(("png", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
        *(("jpg", mode) for mode in ("L", "RGB", "CMYK")),
        *(("webp", mode) for mode in ("RGB", "RGBA")),
    ],
)
def test_pictures_of_every_mode_come_through(key, mode):
    with drawn(key, samples.make_picture(KINDS[key].format, mode=mode)) as picture:
        assert picture.size == (40, 20)


def test_transparency_is_kept():
    file = BytesIO()
    picture = Image.new("P", (4, 4), 0)
    picture.putpalette([255, 0, 0, 0, 0, 255])
    picture.save(file, "PNG", transparency=0)
    with drawn("png", file.getvalue()) as kept:
        assert kept.convert("RGBA").getpixel((0, 0))[3] == 0


def test_of_a_telephone_picture_with_a_preview_inside_the_picture_is_kept():
    first, preview = Image.new("RGB", (40, 20), "red"), Image.new("RGB", (4, 2), "blue")
    file = BytesIO()
    first.save(file, "MPO", save_all=True, append_images=[preview])
    with drawn("jpg", file.getvalue()) as kept:
        assert (kept.format, kept.size) == ("JPEG", (40, 20))


@pytest.mark.parametrize("mark", [b"MM\x00*", b"II*\x00"])
def test_an_orientation_that_cannot_be_read_does_not_lose_the_picture(mark):
    body = samples.make_picture("JPEG", with_metadata=True).replace(mark, mark[:2] + b"!!")
    with drawn("jpg", body) as picture:
        assert set(picture.size) == {20, 40}


@pytest.mark.parametrize("format", FORMATS)
def test_pixels_that_do_not_come_are_the_pictures_own_fault(format):
    body = noisy_picture(format)
    with pytest.raises(Undrawable):
        redrawn(body[: len(body) // 2], format)


@pytest.mark.parametrize("side", [12_000, 16_383])
def test_a_picture_that_wants_more_memory_than_there_is_is_not_drawn(side):
    with pytest.raises(Undrawable):
        redrawn(samples.make_hollow("WEBP", side), "WEBP")


def test_a_picture_that_wants_more_time_than_there_is_is_not_drawn(monkeypatch):
    monkeypatch.setattr("feedback.redrawing.CPU_SECONDS", 1)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    with pytest.raises(Undrawable):
        redrawn(progressive_without_end(), "JPEG")
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 3


def progressive_without_end():
    """Thousands of refinements of sixteen million pixels; `stripped` would not have let it through."""
    file = BytesIO()
    Image.new("L", (4_000, 4_000), 128).save(file, "JPEG", progressive=True)
    body = file.getvalue()
    last = body.rindex(b"\xff\xda")
    return body[:-2] + body[last:-2] * 1_000 + body[-2:]


def test_what_a_png_tells_in_text_reaches_no_log(caplog):
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "TELLTALE")
    file = BytesIO()
    Image.new("RGB", (4, 4)).save(file, "PNG", pnginfo=text)
    with caplog.at_level("DEBUG"):
        drawn("png", file.getvalue())
    assert "TELLTALE" not in caplog.text
