"""File names and paths that every system accepts, and that hide nothing; kinds of files."""

import re
import unicodedata

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
"""What the kinds of files that we make are called on the web, by their extension."""
MAX_NAME_BYTES = 180
"""Below the 255 of the file systems: people add « (copie 2) » and longer folders."""
MAX_PATH_BYTES = 240

_FORBIDDEN = re.compile(r'[<>:"/\\|?*%\x00-\x1f\x7f]+')
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|clock\$|(com|lpt)[0-9¹²³])(\.|$)", re.I)


def safe_name(text: str, suffix: str = "") -> str:
    """Return ``text`` as a file name that ends with ``suffix`` (``.pdf``), safe on every system.

    Separators become dashes; controls, direction marks and lone surrogates go; device names of
    Windows get an underscore; what is too long is cut. Never empty: ``document`` for nothing.
    """
    text = unicodedata.normalize("NFC", _FORBIDDEN.sub("-", text))
    text = "".join(" " if c.isspace() else c for c in text if _is_visible(c))
    text = re.sub(r" +", " ", text).lstrip(" .-~").rstrip(" .")
    if _DEVICES.match(text):
        text = f"_{text}"
    room = MAX_NAME_BYTES - len(suffix.encode())
    text = text.encode()[:room].decode(errors="ignore").rstrip(" .")
    return (text or "document") + suffix


def is_safe_path(path: str) -> bool:
    """Return whether ``path`` (``data/preuves/photo.jpg``) may be unpacked anywhere as it is."""
    try:
        size = len(path.encode())
    except UnicodeEncodeError:
        return False
    return size <= MAX_PATH_BYTES and all(_is_safe_part(part) for part in path.split("/"))


def _is_safe_part(part: str) -> bool:
    """Return whether ``part`` is a plain name: not empty, not ``..``, not a device."""
    return (
        part == part.strip(" ").rstrip(".")
        and part != ""
        and part == unicodedata.normalize("NFC", part)
        and all(map(_is_visible, part))
        and not _FORBIDDEN.search(part)
        and not _DEVICES.match(part)
    )


def _is_visible(character: str) -> bool:
    """Return whether ``character`` is neither control, direction mark, private nor surrogate."""
    return unicodedata.category(character)[0] != "C" and character not in "\u2028\u2029"
