"""Office files: the right container, the right main part, and nothing that runs."""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat
from zipfile import ZipFile

from qse_audit.evidence.inspection import Unacceptable
from qse_audit.evidence.inspection.archives import open_checked

MAIN_PARTS = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
}
ODF_TYPES = {
    ".odt": b"application/vnd.oasis.opendocument.text",
    ".ods": b"application/vnd.oasis.opendocument.spreadsheet",
}
MAX_INDEX_BYTES = 2_000_000
"""Largest list of contents or of relations that is read."""

_RUNS_OOXML = re.compile(
    r"vbaproject|vbadata|macrosheets/|/activex/|customui/|\.(exe|dll|js|vbs|bat|cmd|ps1|hta|scr)$",
    re.I,
)
_RUNS_ODF = re.compile(r"^(basic|scripts)/|\.(exe|dll|js|vbs|bat|cmd|ps1|hta|scr|class|jar)$", re.I)
_PULLS = re.compile(r"/(attachedTemplate|oleObject|frame|subDocument|afChunk)$", re.I)
"""Relations that make the program fetch something to run or to insert by itself."""


def check_ooxml(path: Path, extension: str) -> dict[str, Any]:
    """Check a Word, Excel or PowerPoint file.

    :raises Unacceptable: when it is not one, or can act by itself.
    """
    with open_checked(path) as container:
        names = container.namelist()
        if "[Content_Types].xml" not in names:
            raise Unacceptable("archive")
        if any(_RUNS_OOXML.search(name) for name in names):
            raise Unacceptable("office_macro")
        contents = _parsed(container, "[Content_Types].xml")
        types = [str(node.get("ContentType", "")) for node in contents]
        if any("macroenabled" in t.lower() or "vba" in t.lower() for t in types):
            raise Unacceptable("office_macro")
        main = [n for n in contents if n.get("ContentType") == MAIN_PARTS[extension]]
        part = str(main[0].get("PartName", "")).lstrip("/") if main else ""
        if part not in names:
            raise Unacceptable("office_mismatch", extension=extension)
        _check_markup(container, part)
        for name in names:
            if name.endswith(".rels"):
                _check_relations(_parsed(container, name))
    return {}


def check_odf(path: Path, extension: str) -> dict[str, Any]:
    """Check an OpenDocument file.

    :raises Unacceptable: when it is not one, or can act by itself.
    """
    with open_checked(path) as container:
        names = container.namelist()
        if "mimetype" not in names or "content.xml" not in names:
            raise Unacceptable("archive")
        if container.read("mimetype").strip() != ODF_TYPES[extension]:
            raise Unacceptable("office_mismatch", extension=extension)
        if any(_RUNS_ODF.search(name) for name in names):
            raise Unacceptable("office_macro")
        if "META-INF/manifest.xml" in names and b"encryption-data" in container.read(
            "META-INF/manifest.xml"
        ):
            raise Unacceptable("office_locked")
        _check_markup(container, "content.xml")
    return {}


def _check_relations(relations: ElementTree.Element) -> None:
    for node in relations:
        outside = node.get("TargetMode", "").lower() == "external"
        if outside and _PULLS.search(node.get("Type", "")):
            raise Unacceptable("office_remote")


def _parsed(container: ZipFile, name: str) -> ElementTree.Element:
    """Return a small XML part as a tree."""
    if container.getinfo(name).file_size > MAX_INDEX_BYTES:
        raise Unacceptable("too_complex")
    content = container.read(name)
    if b"<!" in content.replace(b"<!--", b""):
        raise Unacceptable("office_damaged")
    try:
        return ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise Unacceptable("office_damaged") from error


def _check_markup(container: ZipFile, name: str) -> None:
    """Read a part to its end as XML, keeping nothing."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        with container.open(name) as file:
            parser.ParseFile(file)
    except expat.ExpatError as error:
        raise Unacceptable("office_damaged") from error


def _refuse_doctype(*_: object) -> None:
    raise Unacceptable("office_damaged")
