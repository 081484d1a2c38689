"""Text files: text in a usual encoding, from the first byte to the last."""

import codecs
import re
from pathlib import Path
from typing import Any

from qse_audit.evidence.inspection import Unacceptable

ENCODINGS = ("utf-8", "cp1252")
CHUNK = 1024 * 1024
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def check(path: Path) -> dict[str, Any]:
    """Return the encoding of a text file.

    :raises Unacceptable: when it holds control characters, or bytes of no usual encoding.
    """
    decoders = {name: codecs.getincrementaldecoder(name)("strict") for name in ENCODINGS}
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if _CONTROLS.search(chunk):
                raise Unacceptable("text_binary")
            _decode(decoders, chunk)
    _decode(decoders, b"", final=True)
    if not decoders:
        raise Unacceptable("text_encoding")
    return {"encoding": next(iter(decoders))}


def _decode(
    decoders: dict[str, codecs.IncrementalDecoder], chunk: bytes, *, final: bool = False
) -> None:
    """Drop the encodings that ``chunk`` cannot be in."""
    for name, decoder in list(decoders.items()):
        try:
            decoder.decode(chunk, final)
        except UnicodeDecodeError:
            del decoders[name]
