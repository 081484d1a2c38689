"""What the first bytes of a file say that it is."""

import re
from pathlib import Path

HEAD_BYTES = 4096

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "ZIP"),
    (b"PK\x05\x06", "ZIP"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OLE"),
    (b"MZ", "EXE"),
    (b"\x7fELF", "EXE"),
    (b"\xcf\xfa\xed\xfe", "EXE"),
    (b"\xca\xfe\xba\xbe", "EXE"),
    (b"#!", "script"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"\x1f\x8b", "gzip"),
)
_MARKUP = re.compile(rb"<(\?xml|!doctype|html|svg|script|head|body|iframe)\b", re.I)


def name_of(head: bytes) -> str:
    """Return the usual name of what ``head`` begins; ``""`` when it says nothing."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return "HEIC" if brand in {b"heic", b"heix", b"mif1", b"msf1", b"hevc"} else "MP4"
    if _MARKUP.match(head.lstrip(b"\xef\xbb\xbf \t\r\n\x0c")):
        return "HTML"
    return next((name for start, name in _STARTS if head.startswith(start)), "")


def head_of(path: Path) -> bytes:
    """Return the first bytes of a file."""
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)
