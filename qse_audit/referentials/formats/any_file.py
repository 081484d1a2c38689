"""Which format a file is in, and its reader; what cannot be read is refused by its name."""

import hashlib
import json
import re
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import PurePath

from qse_audit.core.errors import BadInput
from qse_audit.core.text import N_, Message
from qse_audit.referentials.formats import ciso, native, sheets, tables, yaml_text
from qse_audit.referentials.formats.yaml_text import Cursor, Mapping
from qse_audit.referentials.rules import Outline, noticed

READABLE = N_("YAML de qse-audit, CSV, XLSX, bibliothèque CISO Assistant en YAML")
"""What we can read, for people."""

MAGIC: tuple[tuple[bytes, Message], ...] = (
    (b"%PDF", N_("document PDF")),
    (b"\xd0\xcf\x11\xe0", N_("ancien fichier Office (.xls, .doc) : enregistrez-le en .xlsx")),
    (b"\x89PNG", N_("image")),
    (b"\xff\xd8\xff", N_("image")),
    (b"{\\rtf", N_("document RTF")),
)
MARKS: tuple[tuple[str, Message], ...] = (
    (r"http://csrc\.nist\.gov/ns/oscal", N_("document OSCAL (XML)")),
    (r"<FICHES\b", N_("fiches RNCP (XML)")),
    (r"<(!doctype )?html", N_("page HTML")),
)
OSCAL_ROOTS = frozenset(
    [
        "catalog",
        "profile",
        "component-definition",
        "system-security-plan",
        "assessment-plan",
        "assessment-results",
        "plan-of-action-and-milestones",
    ]
)
TABLE_ENDINGS = frozenset({".csv", ".tsv", ".txt", ".tab"})


def read_outline(content: bytes, name: str) -> Outline:
    """Return the referential in a file, whatever its format.

    :raises BadInput: naming the place, what was found and what was expected; or the format, when
        it is one that we do not read.
    """
    sheets.too_large(content)
    if not content.strip():
        raise BadInput(
            N_("fichier vide ; attendu : %(formats)s", formats=READABLE), place=N_("fichier")
        )
    outline = replace(_read(content, name), sha256=hashlib.sha256(content).hexdigest())
    return replace(outline, warnings=(*outline.warnings, *noticed(outline)))


def _read(content: bytes, name: str) -> Outline:
    ending = PurePath(name).suffix.lower()
    for magic, what in MAGIC:
        if content.startswith(magic):
            raise _unreadable(what)
    if content.startswith(b"PK\x03\x04"):
        return _zipped(content, name)
    if ending in TABLE_ENDINGS:
        return tables.read_csv_outline(content, name)
    if b"\x00" in content:
        raise _unreadable(N_("fichier binaire"))
    text = yaml_text.decode(content)
    if text.lstrip()[:1] == "<":
        raise _unreadable(_marked(text))
    if ending == ".json" or text.lstrip()[:1] == "{":
        _check_json(text)
    return _yaml(text)


def _zipped(content: bytes, name: str) -> Outline:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            members = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise BadInput(N_("archive abîmée"), place=N_("fichier")) from error
    if "xl/workbook.xml" in members:
        return tables.read_xlsx_outline(content, name)
    known = {
        "word/document.xml": N_("document Word"),
        "content.xml": N_("document LibreOffice : enregistrez-le en .xlsx"),
        "xl/workbook.bin": N_("classeur binaire .xlsb : enregistrez-le en .xlsx"),
    }
    raise _unreadable(next((known[m] for m in known if m in members), N_("archive ZIP")))


def _yaml(text: str) -> Outline:
    """Read a YAML text by what its keys say that it is."""
    loaded = yaml_text.load(text)
    top = Cursor(loaded)
    if not isinstance(loaded, Mapping):
        raise top.fail(N_("%(formats)s", formats=READABLE))
    format_name = str(loaded.get("format") or "")
    if format_name.startswith("qse-audit/certification/"):
        raise _unreadable(N_("fiche de certification, pas un référentiel d’audit"))
    if format_name or "requirements" in loaded:
        return native.read(top)
    if isinstance(loaded.get("objects"), Mapping):
        return ciso.read(top)
    if found := sorted(OSCAL_ROOTS & set(loaded)):
        raise _unreadable(N_("document OSCAL (%(root)s)", root=found[0]))
    if "framework" in loaded and "standardelements" in str(loaded["framework"])[:100_000]:
        raise _unreadable(N_("matrice Mahara"))
    keys = ", ".join(list(loaded)[:6])[:200]
    raise BadInput(
        N_("clés « %(keys)s » ; attendu : %(formats)s", keys=keys, formats=READABLE),
        place=N_("fichier"),
    )


def _check_json(text: str) -> None:
    """Make sure that JSON is sound, before it is read as the YAML that it also is."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInput(
            N_("ce n’est pas du JSON : %(problem)s", problem=error.msg),
            place=N_("ligne %(line)d, colonne %(column)d", line=error.lineno, column=error.colno),
        ) from error
    except RecursionError as error:
        raise BadInput(
            N_("plus de %(count)d niveaux imbriqués.", count=yaml_text.MAX_NESTING),
            place=N_("fichier"),
        ) from error


def _marked(text: str) -> Message:
    head = text[:4000]
    return next(
        (what for mark, what in MARKS if re.search(mark, head, re.IGNORECASE)), N_("document XML")
    )


def _unreadable(what: Message) -> BadInput:
    return BadInput(
        N_(
            "%(what)s : ce format n’est pas lu. Formats lus : %(formats)s.",
            what=what,
            formats=READABLE,
        ),
        place=N_("fichier"),
    )
