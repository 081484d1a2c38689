"""The typeface of the documents, and what it can print.

A PDF/A or PDF/UA export fails on the first character that no font covers, so everything is made
printable before: an unknown character becomes a visible white square, never an error.
"""

import re
import struct
import unicodedata
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

UPRIGHT = ("Regular", "Semibold", "Bold")
"""The faces that must all have a character for it to be printed as it is."""
ITALIC = ("It", "SemiboldIt", "BoldIt")
"""The faces with fewer characters: typst's own serif covers the rest (Greek, Cyrillic)."""

REPLACEMENT = "□"
"""What stands for a character that cannot be printed."""

SYMBOLS = frozenset("□■▪▫●○◆◇▲△▼▽►◄★☆✔✗✘⚠☒‑⇒⇔∈∀∅∞∑∏√")
"""Signs that people type, missing in Source Sans Pro but present in typst's own fonts."""

_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200d\u2060-\u2064\ufe00-\ufe0f\ufeff]")
"""Joiners, soft hyphens and variation selectors: nothing to see, so nothing is lost."""
_NEWLINES = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HIGHEST = 0xFFFF
_MAX_DEPTH = 50


def font_files() -> list[Path]:
    """Return the font files to compile with, one for each face."""
    return [_file(face) for face in (*UPRIGHT, *ITALIC)]


def covered(text: str) -> str:
    """Return ``text`` with each character that cannot be printed replaced by a visible square.

    Emoji, CJK, right-to-left scripts and their override marks, control characters and lone
    surrogates are replaced; line ends become ``\\n``; what is invisible anyway is dropped.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _NEWLINES.sub("\n", unicodedata.normalize("NFC", _INVISIBLE.sub("", text)))
    known = characters()
    return "".join(character if character in known else REPLACEMENT for character in text)


def xml_text(text: str) -> str:
    """Return ``text`` as the XML of Office files can hold it; every script stays."""
    return _NOT_XML.sub(REPLACEMENT, text.replace("\r\n", "\n"))


def printable(value: Any) -> Any:
    """Return JSON-like ``value`` with every text in it covered, keys included.

    :raises ValueError: when it is nested deeper than a document can need.
    """
    return _printable(value, 0)


def _printable(value: Any, depth: int) -> Any:
    """Cover ``value``, which lies ``depth`` levels deep."""
    if depth > _MAX_DEPTH:
        raise ValueError("nested too deep")
    if isinstance(value, str):
        return covered(value)
    if isinstance(value, dict):
        return {covered(str(key)): _printable(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(item, depth + 1) for item in value]
    return value


@cache
def characters() -> frozenset[str]:
    """Return the characters that can be printed in every face, and that a PDF/A may hold."""
    common = set.intersection(*(_mapped(_file(face).read_bytes()) for face in UPRIGHT))
    visible = {chr(code) for code in common if unicodedata.category(chr(code))[0] != "C"}
    return frozenset(visible | SYMBOLS | {"\n", "\t"})


def _file(face: str) -> Path:
    """Return where the package of the typeface keeps ``face``."""
    return Path(str(files("font_source_sans_pro"))) / "files" / f"SourceSansPro-{face}.otf"


def _mapped(font: bytes) -> set[int]:
    """Return the code points below U+10000 that an OpenType ``font`` maps to a glyph."""
    tables = struct.unpack_from(">H", font, 4)[0]
    records = (struct.unpack_from(">4sLLL", font, 12 + 16 * n) for n in range(tables))
    cmap = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    count = struct.unpack_from(">H", font, cmap + 2)[0]
    subtables = (struct.unpack_from(">HHL", font, cmap + 4 + 8 * n) for n in range(count))
    unicode_bmp = next(cmap + at for platform, code, at in subtables if (platform, code) == (3, 1))
    return _segments(font, unicode_bmp)


def _segments(font: bytes, start: int) -> set[int]:
    """Return what the format 4 subtable at ``start`` maps."""
    double = struct.unpack_from(">H", font, start + 6)[0]
    arrays = [start + 14, *(start + 16 + double * n for n in (1, 2, 3))]
    mapped: set[int] = set()
    for n in range(0, double, 2):
        end, first, delta, offset = (
            struct.unpack_from(">H", font, array + n)[0] for array in arrays
        )
        for code in range(first, min(end, _HIGHEST - 1) + 1):
            glyph = code
            if offset:
                at = arrays[3] + n + offset + 2 * (code - first)
                glyph = struct.unpack_from(">H", font, at)[0]
                if not glyph:
                    continue
            if (glyph + delta) & _HIGHEST:
                mapped.add(code)
    return mapped
