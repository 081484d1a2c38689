"""Files that people send, honest and hostile, made on the spot."""

import io
import random
import struct
import zlib
from collections.abc import Mapping
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from PIL import Image
from PIL.TiffImagePlugin import IFDRational
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    TextStringObject,
)
from xlsxwriter import Workbook

SECRET = b"SECRET-CAMERA-OWNER"


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 400), **saving: object) -> bytes:
    """A picture whose left half is red and right half blue."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    file = io.BytesIO()
    image.save(file, kind, **saving)
    return file.getvalue()


def photo(*, orientation: int = 1, taken: str = "2026:02:27 14:05:00") -> bytes:
    """A JPEG as a phone makes it: place, owner, day, orientation, comment."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x013B] = SECRET.decode()
    details = exif.get_ifd(0x8769)
    details[0x9003] = taken
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (IFDRational(47), IFDRational(13), IFDRational(9))
    place[3], place[4] = "E", (IFDRational(2), IFDRational(4), IFDRational(6))
    return picture(exif=exif.tobytes(), comment=SECRET)


def huge_png(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that asks for ``width`` × ``height`` pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        crc = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = b"\0" * (width + 1)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def pdf(kind: str = "") -> bytes:
    """A PDF of one page; ``kind`` adds what makes it hostile."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    root = writer.root_object
    if kind == "script":
        action = DictionaryObject(
            {
                NameObject("/S"): NameObject("/JavaScript"),
                NameObject("/JS"): TextStringObject("app.alert('bonjour')"),
            }
        )
        names = ArrayObject([TextStringObject("a"), writer._add_object(action)])
        root[NameObject("/Names")] = DictionaryObject(
            {NameObject("/JavaScript"): DictionaryObject({NameObject("/Names"): names})}
        )
    elif kind == "open_action":
        root[NameObject("/OpenAction")] = DictionaryObject(
            {
                NameObject("/S"): NameObject("/JavaScript"),
                NameObject("/JS"): TextStringObject("app.alert(1)"),
            }
        )
    elif kind == "launch":
        action = DictionaryObject(
            {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("cmd.exe")}
        )
        note = DictionaryObject(
            {NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): action}
        )
        writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(note)])
    elif kind == "attached_exe":
        writer.add_attachment("facture.exe", b"MZ...")
    elif kind == "attached_xml":
        writer.add_attachment("factur-x.xml", b"<invoice/>")
    elif kind == "locked":
        writer.encrypt("secret", algorithm="AES-256")
    elif kind == "read_only":
        writer.encrypt("", "owner", algorithm="AES-256")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def docx() -> bytes:
    document = Document()
    document.add_paragraph("Procédure de réglage")
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def xlsx() -> bytes:
    file = io.BytesIO()
    with Workbook(file) as book:
        book.add_worksheet("Relevés").write_row(0, 0, ["date", "valeur", 12.5])
    return file.getvalue()


PPTX_MAIN = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Override PartName="/{part}" ContentType="{type}"/></Types>'
)


def pptx() -> bytes:
    return zipped(
        {
            "[Content_Types].xml": CONTENT_TYPES.format(
                part="ppt/presentation.xml", type=PPTX_MAIN
            ),
            "ppt/presentation.xml": "<presentation/>",
        }
    )


def odf(kind: str = "text", extra: Mapping[str, str] | None = None) -> bytes:
    return zipped(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": "<office/>",
            **(extra or {}),
        }
    )


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as container:
        for name, content in members.items():
            container.writestr(name, content)
    return file.getvalue()


def remade(content: bytes, changes: Mapping[str, str | bytes]) -> bytes:
    """An office file with some parts replaced or added."""
    with ZipFile(io.BytesIO(content)) as container:
        members: dict[str, str | bytes] = {n: container.read(n) for n in container.namelist()}
    return zipped({**members, **changes})


def exploding_xlsx() -> bytes:
    """A spreadsheet of some kilobytes whose sheet unpacks to 300 MB."""
    file = io.BytesIO(xlsx())
    with (
        ZipFile(file, "a", ZIP_DEFLATED, compresslevel=9) as container,
        container.open("xl/worksheets/sheet2.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(300):
            part.write(b"0" * 1_000_000)
    return file.getvalue()


def linked_docx() -> bytes:
    """A Word file with a symbolic link to a password file."""
    file = io.BytesIO(docx())
    link = ZipInfo("word/link.xml")
    link.external_attr = 0o120777 << 16
    with ZipFile(file, "a") as container:
        container.writestr(link, "/etc/passwd")
    return file.getvalue()


def noise(size_bytes: int) -> bytes:
    return random.Random(7).randbytes(size_bytes)
