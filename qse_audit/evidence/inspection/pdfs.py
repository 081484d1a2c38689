"""PDF files: read whole, and refused when they can act by themselves."""

import logging
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import DictionaryObject, IndirectObject

from qse_audit.evidence.inspection import Unacceptable

SCRIPTS = frozenset({"/JavaScript", "/JS", "/XFA", "/RichMedia"})
LAUNCHES = frozenset({"/Launch", "/ImportData", "/SubmitForm"})
ATTACHMENTS = frozenset(
    {".xml", ".json", ".jsonl", ".csv", ".txt", ".pdf", ".jpg", ".jpeg", ".png"}
)
"""What may travel inside a PDF: data of an invoice or of a report, nothing that runs."""
MAX_OBJECTS = 300_000
FORGET_EVERY = 2_000


def check(path: Path) -> dict[str, Any]:
    """Return what is known of a PDF.

    :raises Unacceptable: when it is damaged, locked, or holds a script, a launch or a risky file.
    """
    logging.disable(logging.CRITICAL)  # pypdf comments on every oddity
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unacceptable("pdf_locked")
        pages = len(reader.pages)
        if not pages:
            raise Unacceptable("pdf_damaged")
        for found in _objects(reader):
            _check_object(found)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unacceptable("pdf_damaged") from error
    except (IndexError, OverflowError, AssertionError, NotImplementedError) as error:
        raise Unacceptable("pdf_damaged") from error
    return {"pages": pages}


def _objects(reader: PdfReader) -> Iterator[Any]:
    """Give every object that the file declares, and its trailer."""
    yield reader.trailer
    numbers = {(n, generation) for generation, table in reader.xref.items() for n in table}
    numbers |= {(n, 0) for n in reader.xref_objStm}
    if len(numbers) > MAX_OBJECTS:
        raise Unacceptable("too_complex")
    for count, (number, generation) in enumerate(sorted(numbers)):
        if number:
            yield reader.get_object(IndirectObject(number, generation, reader))
        if count % FORGET_EVERY == 0:
            reader.resolved_objects.clear()


def _check_object(found: Any) -> None:
    """Look through one object and what it holds directly."""
    waiting = [found]
    while waiting:
        value = waiting.pop()
        if isinstance(value, DictionaryObject):
            _check_dictionary(value)
            waiting += [v for v in value.values() if isinstance(v, dict | list)]
        elif isinstance(value, list):
            waiting += [v for v in value if isinstance(v, dict | list)]


def _check_dictionary(value: DictionaryObject) -> None:
    said = {str(value.raw_get(key)) for key in ("/S", "/Subtype") if key in value}
    if (SCRIPTS & value.keys()) or SCRIPTS & said:
        raise Unacceptable("pdf_script")
    if LAUNCHES & said:
        raise Unacceptable("pdf_launch")
    if "/EF" in value:
        names = [str(value[key]) for key in ("/UF", "/F") if key in value]
        if not names or any(PurePosixPath(n).suffix.lower() not in ATTACHMENTS for n in names):
            raise Unacceptable("pdf_attachment", attached=(names or ["?"])[0][:80])
