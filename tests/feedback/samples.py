"""Files as readers send them, and as some should not."""

import struct
import zipfile
import zlib
from io import BytesIO

from PIL import Image, PngImagePlugin

WORD_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
)


def make_zip(entries: dict[str, bytes | str], *, stored: set[str] | None = None) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, body in entries.items():
            how = zipfile.ZIP_STORED if name in (stored or ()) else zipfile.ZIP_DEFLATED
            package.writestr(name, body, how)
    return file.getvalue()


def docx_entries(**replaced: str) -> dict[str, bytes | str]:
    main = replaced.get("main", WORD_MAIN)
    return {
        "[Content_Types].xml": f'<Types><Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
        "_rels/.rels": "<Relationships/>",
        "word/document.xml": "<w:document><w:body>Statement of the delegation.</w:body></w:document>",
    }


def make_docx(extra: dict[str, bytes | str] | None = None, **replaced: str) -> bytes:
    return make_zip({**docx_entries(**replaced), **(extra or {})})


def make_odt(extra: dict[str, bytes | str] | None = None, *, manifest: str = "<manifest:manifest/>") -> bytes:
    entries = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": "<office:document-content/>",
        "META-INF/manifest.xml": manifest,
        **(extra or {}),
    }
    return make_zip(entries, stored={"mimetype"})


def make_picture(
    format: str = "JPEG", *, size: tuple[int, int] = (40, 20), mode: str = "RGB", with_metadata: bool = False
) -> bytes:
    """A red picture whose left half is blue, so that it can be seen which way it is turned."""
    picture = Image.new("RGB", size, "red")
    picture.paste("blue", (0, 0, size[0] // 2, size[1]))
    file = BytesIO()
    picture.convert(mode).save(file, format, **(_metadata(format) if with_metadata else {}))
    return file.getvalue()


def _metadata(format: str) -> dict[str, object]:
    """Place, camera, orientation, author, comment: each holds the word TELLTALE."""
    exif = Image.Exif()
    exif[0x010F] = "TELLTALE camera"
    exif[0x0112] = 6  # turned a quarter
    exif[0x013B] = "TELLTALE author"
    exif.get_ifd(0x8825)[1] = "N"
    found: dict[str, object] = {"exif": exif.tobytes()}
    if format == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Author", "TELLTALE text")
        text.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>TELLTALE</x:xmpmeta>")
        found["pnginfo"] = text
    else:
        found["xmp"] = b"<x:xmpmeta>TELLTALE</x:xmpmeta>"
        found["icc_profile"] = b"TELLTALE profile" + bytes(128)
    if format == "JPEG":
        found["comment"] = "TELLTALE comment"
    return found


def make_animation(format: str) -> bytes:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    file = BytesIO()
    frames[0].save(file, format, save_all=True, append_images=frames[1:], duration=100)
    return file.getvalue()


def make_hollow(format: str, side: int = 6_300) -> bytes:
    """A picture of a few bytes whose header claims ``side`` × ``side`` pixels."""
    if format == "PNG":
        small = bytearray(make_picture("PNG"))
        small[16:24] = struct.pack(">II", side, side)
        small[29:33] = zlib.crc32(bytes(small[12:29])).to_bytes(4, "big")
    elif format == "JPEG":
        small = bytearray(make_picture("JPEG"))
        frame = small.index(b"\xff\xc0")
        small[frame + 5 : frame + 9] = struct.pack(">HH", side, side)
    else:  # of one colour, so that it needs no bits for any pixel: a whole picture of any size
        file = BytesIO()
        Image.new("RGB", (1, 1), "white").save(file, "WEBP", lossless=True, quality=0, method=0)
        small = bytearray(file.getvalue())
        sizes = int.from_bytes(small[21:25], "little") >> 28 << 28 | (side - 1) << 14 | (side - 1)
        small[21:25] = sizes.to_bytes(4, "little")
    return bytes(small)
