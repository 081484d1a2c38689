"""Word files, calm and accessible: real headings, marked table headers, language, page x / y."""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from datetime import datetime
from functools import cache
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from qse_audit.core.errors import DocumentError
from qse_audit.core.text import N_
from qse_audit.documents.fonts import xml_text

ACCENT = "0B5D6B"
MUTED = "55666D"
WASH = "E8F1F3"
LINE = "CFDADD"
TYPEFACE = "Calibri"
"""Word has it; LibreOffice replaces it by Carlito, of the same widths."""
PAGE_WIDTH_CM = 16.8

_LANGUAGES = {"fr": "fr-FR", "en": "en-GB"}
_SIZES_PT = {"Title": 24, "Heading 1": 16, "Heading 2": 13, "Heading 3": 11}


class DocxBuilder:
    """A Word file being written from top to bottom; :meth:`to_bytes` ends it."""

    def __init__(
        self, *, title: str, locale: str, author: str = "", made_at: datetime | None = None
    ) -> None:
        self._file: Any = _word().Document()
        self._locale = locale if locale in _LANGUAGES else "fr"
        properties = self._file.core_properties
        properties.title = xml_text(title)[:255]
        properties.author = xml_text(author)[:255]
        properties.language = _LANGUAGES[self._locale]
        properties.comments = ""
        if made_at is not None:
            properties.created = properties.modified = made_at.replace(tzinfo=None)
        self._lay_page()
        self._set_styles()
        self._set_footer()

    def title(self, text: str, subtitle: str = "") -> None:
        """Add the title of the document."""
        self._file.add_heading(xml_text(text), level=0)
        if subtitle:
            self._run(self._file.add_paragraph(), subtitle, size_pt=13, colour=MUTED)

    def heading(self, text: str, level: int = 1) -> None:
        """Add a heading of ``level`` 1 to 3."""
        self._file.add_heading(xml_text(text), level=level)

    def paragraph(self, text: str, *, bold: bool = False, muted: bool = False) -> None:
        """Add a paragraph; line ends stay line ends."""
        self._run(self._file.add_paragraph(), text, bold=bold, colour=MUTED if muted else "")

    def bullets(self, texts: Iterable[str]) -> None:
        """Add a list."""
        for text in texts:
            self._file.add_paragraph(xml_text(text), style="List Bullet")

    def facts(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Add label and value pairs as a table whose first column is its header."""
        if not pairs:
            return
        table = self._new_table([4.2, PAGE_WIDTH_CM - 4.2], first_row=False)
        for label, value in pairs:
            cells = table.add_row().cells
            self._run(cells[0].paragraphs[0], label, bold=True, colour=MUTED)
            self._run(cells[1].paragraphs[0], value)
            _set_widths(cells, [4.2, PAGE_WIDTH_CM - 4.2])
        self._space()

    def table(
        self,
        headers: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        weights: Sequence[float] = (),
    ) -> None:
        """Add a table whose header row is repeated on each page.

        ``weights`` share the width of the page between the columns; equal without.
        """
        shares = list(weights) or [1.0] * len(headers)
        widths = [PAGE_WIDTH_CM * share / sum(shares) for share in shares]
        table = self._new_table(widths, first_row=True)
        self._row(table, headers, widths, is_header=True)
        model = None
        for row in rows:
            if model is None:
                model = self._row(table, [""] * len(widths), widths)
            _copy_row(model, row)
        if model is not None:
            table._tbl.remove(model._tr)
        self._space()

    def image(
        self,
        content: bytes,
        alternative: str,
        *,
        caption: str = "",
        width_cm: float = 10,
        height_cm: float = 24,
    ) -> None:
        """Add an image with its alternative text, which is its caption where none is given.

        It is as wide as asked, or as high, whichever comes first.

        :raises DocumentError: when it is not an image that Word knows.
        """
        try:
            shape = self._file.add_picture(BytesIO(content), width=_word().Cm(width_cm))
            shrinking = min(1, _word().Cm(height_cm) / shape.height)
            shape.width, shape.height = (
                round(side * shrinking) for side in (shape.width, shape.height)
            )
        except _word().IMAGE_ERRORS as error:
            raise DocumentError(N_("Une image du document est illisible.")) from error
        shape._inline.docPr.set("descr", xml_text(alternative))
        self._file.paragraphs[-1].paragraph_format.keep_with_next = True
        self._run(self._file.add_paragraph(), caption or alternative, size_pt=9, colour=MUTED)

    def page_break(self) -> None:
        """Go on at the top of the next page."""
        self._file.add_page_break()

    def to_bytes(self) -> bytes:
        """Return the file."""
        out = BytesIO()
        self._file.save(out)
        return out.getvalue()

    def _run(
        self, paragraph: Any, text: str, *, bold: bool = False, colour: str = "", size_pt: float = 0
    ) -> None:
        """Add ``text`` to ``paragraph``."""
        run = paragraph.add_run(xml_text(text))
        run.bold = bold or None
        if colour:
            run.font.color.rgb = _word().RGBColor.from_string(colour)
        if size_pt:
            run.font.size = _word().Pt(size_pt)

    def _row(
        self, table: Any, texts: Sequence[str], widths: Sequence[float], *, is_header: bool = False
    ) -> Any:
        """Add a row to a table and return it."""
        row = table.add_row()
        cells = row.cells
        for cell, text in zip(cells, texts, strict=True):
            self._run(cell.paragraphs[0], text, size_pt=9, bold=is_header)
            if is_header:
                _shade(cell)
        _set_widths(cells, widths)
        _keep_row(row, header=is_header)
        return row

    def _space(self) -> None:
        """Leave air after a table."""
        self._file.add_paragraph().paragraph_format.space_after = _word().Pt(2)

    def _lay_page(self) -> None:
        """Set A4 and its margins."""
        page = self._file.sections[0]
        page.page_width, page.page_height = _word().Cm(21), _word().Cm(29.7)
        page.left_margin = page.right_margin = _word().Cm(2.1)
        page.top_margin, page.bottom_margin = _word().Cm(2.2), _word().Cm(2)

    def _set_styles(self) -> None:
        """Give the built-in styles our typeface, colours and language."""
        styles = self._file.styles
        normal = styles["Normal"]
        normal.font.name, normal.font.size = TYPEFACE, _word().Pt(10.5)
        normal.paragraph_format.space_after = _word().Pt(5)
        _element(normal.element.get_or_add_rPr(), "w:lang", val=_LANGUAGES[self._locale])
        for language in styles.element.iter(_word().qn("w:lang")):
            language.set(_word().qn("w:val"), _LANGUAGES[self._locale])
        for name, size in _SIZES_PT.items():
            font = styles[name].font
            font.name, font.size, font.bold = TYPEFACE, _word().Pt(size), True
            font.color.rgb = _word().RGBColor.from_string(ACCENT)
            _drop_theme(styles[name])

    def _set_footer(self) -> None:
        """Put « x / y » at the foot of each page."""
        paragraph = self._file.sections[0].footer.paragraphs[0]
        paragraph.alignment = _word().RIGHT
        self._run(paragraph, "Page ", size_pt=8.5, colour=MUTED)
        _field(paragraph, "PAGE")
        self._run(paragraph, " / ", size_pt=8.5, colour=MUTED)
        _field(paragraph, "NUMPAGES")

    def _new_table(self, widths: Sequence[float], *, first_row: bool) -> Any:
        """Return an empty table with quiet lines; its first row or column is its header."""
        table = self._file.add_table(rows=0, cols=len(widths))
        table.autofit = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = _word().Cm(width)
        properties = table._tbl.tblPr
        borders = _element(properties, "w:tblBorders")
        properties.find(_word().qn("w:tblLayout")).addprevious(borders)
        for side in ("top", "bottom", "insideH"):
            _element(borders, f"w:{side}", val="single", sz="4", space="0", color=LINE)
        for look in properties.findall(_word().qn("w:tblLook")):
            properties.remove(look)
        first = {"firstRow": "1", "firstColumn": "0"}
        if not first_row:
            first = {"firstRow": "0", "firstColumn": "1"}
        _element(properties, "w:tblLook", **first, lastRow="0", lastColumn="0", noVBand="1")
        return table


@cache
def _word() -> SimpleNamespace:
    """Return what we use of python-docx."""
    import docx  # heavy (0.1 s): only when a Word file is asked for
    import docx.enum.text
    import docx.image.exceptions
    import docx.oxml.ns
    import docx.shared

    return SimpleNamespace(
        Document=docx.Document,
        IMAGE_ERRORS=(
            docx.image.exceptions.InvalidImageStreamError,
            docx.image.exceptions.UnexpectedEndOfFileError,
            docx.image.exceptions.UnrecognizedImageError,
            ArithmeticError,
            LookupError,
            ValueError,
        ),
        RIGHT=docx.enum.text.WD_ALIGN_PARAGRAPH.RIGHT,
        OxmlElement=docx.oxml.OxmlElement,
        qn=docx.oxml.ns.qn,
        Cm=docx.shared.Cm,
        Pt=docx.shared.Pt,
        RGBColor=docx.shared.RGBColor,
    )


def _element(parent: Any, name: str, **attributes: str) -> Any:
    """Append element ``name`` (``w:lang``) to ``parent`` and return it."""
    element = _word().OxmlElement(name)
    for key, value in attributes.items():
        element.set(_word().qn(f"w:{key}"), value)
    parent.append(element)
    return element


def _set_widths(cells: Sequence[Any], widths: Sequence[float]) -> None:
    """Give each cell its width in centimetres: LibreOffice reads it there."""
    for cell, width in zip(cells, widths, strict=True):
        cell.width = _word().Cm(width)


def _copy_row(model: Any, texts: Sequence[str]) -> None:
    """Add a row like ``model`` at the end of its table: copying costs far less than making."""
    row = deepcopy(model._tr)
    for run, text in zip(row.iter(_word().qn("w:r")), texts, strict=True):
        run.text = xml_text(text)
    model._parent._tbl.append(row)


def _shade(cell: Any) -> None:
    """Give a header cell its background."""
    _element(cell._tc.get_or_add_tcPr(), "w:shd", val="clear", color="auto", fill=WASH)


def _keep_row(row: Any, *, header: bool) -> None:
    """Keep a row on one page; repeat it on each page when it is the header."""
    properties = row._tr.get_or_add_trPr()
    _element(properties, "w:cantSplit")
    if header:
        _element(properties, "w:tblHeader")


def _field(paragraph: Any, code: str) -> None:
    """Append a field that Word computes, such as the number of pages."""
    run = paragraph.add_run()
    for kind in ("begin", "instrText", "separate", "text", "end"):
        if kind == "instrText":
            _element(run._r, "w:instrText").text = code
        elif kind == "text":
            run.add_text("1")
        else:
            _element(run._r, "w:fldChar", fldCharType=kind)


def _drop_theme(style: Any) -> None:
    """Let the named typeface win over the one of Word's theme, and take its line away."""
    for line in list(style.element.iter(_word().qn("w:pBdr"))):
        line.getparent().remove(line)
    fonts = style.element.rPr.rFonts
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(_word().qn(f"w:{name}"), None)
