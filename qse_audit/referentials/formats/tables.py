"""Tables: one row a requirement, or a question of it; CSV and XLSX alike.

Columns, in any order: ``ref``, ``title_fr``, ``title_en``, ``text_…``, ``guidance_…``,
``evidence_…``, ``question_…``, ``assessable``, ``weight``, ``tags``, and ``parent`` or ``depth``.
Without the last two the numbers tell: 4.1 stands under 4. Rows with the same ref, or without one,
hold further questions of the requirement above.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from qse_audit.core.errors import BadInput
from qse_audit.core.text import LOCALES, N_, Message
from qse_audit.referentials.formats.about import About
from qse_audit.referentials.formats.mistakes import Mistakes
from qse_audit.referentials.formats.sheets import Row, Table, cell_text, read_csv, read_xlsx
from qse_audit.referentials.rules import (
    MAX_DEPTH,
    MAX_NODES,
    MAX_REF,
    MAX_TEXT,
    Ask,
    Node,
    Outline,
    slug,
)

NAMES: Mapping[str, Sequence[str]] = {
    "ref": ("ref", "reference", "numero", "no", "n", "clause", "code"),
    "title": ("title", "titre", "intitule", "name"),
    "text": ("text", "texte", "exigence", "description"),
    "guidance": ("guidance", "guide", "conseil", "conseils"),
    "evidence": ("evidence", "expected_evidence", "preuve", "preuves", "preuves_attendues"),
    "question": ("question", "questions"),
    "parent": ("parent",),
    "depth": ("depth", "niveau", "level"),
    "assessable": ("assessable", "a_verifier", "evaluable"),
    "weight": ("weight", "poids"),
    "tags": ("tags", "tag", "themes", "etiquettes"),
}
"""Our name of each column, and what people call it."""
TEXTS = ("title", "text", "guidance", "evidence", "question")
"""Columns in several languages: ``title_fr``, ``title[en]``; French when nothing is said."""
KNOWN = {alias: name for name, aliases in NAMES.items() for alias in aliases}
YES = frozenset({"oui", "o", "yes", "y", "x", "1", "true", "vrai"})
NO = frozenset({"non", "n", "no", "0", "false", "faux"})
ABOUT_SHEETS = frozenset({"referential", "referentiel", "about"})


def read_csv_outline(content: bytes, name: str) -> Outline:
    """Return the referential of a CSV file.

    :raises BadInput: naming line and column.
    """
    return _outline(read_csv(content), name, N_("tableau CSV"))


def read_xlsx_outline(content: bytes, name: str) -> Outline:
    """Return the referential of a workbook: its first sheet with a column ``ref``.

    :raises BadInput: naming sheet, line and column.
    """
    sheets = read_xlsx(content)
    if any(table.sheet == "library_meta" for table in sheets):
        raise BadInput(
            N_(
                "classeur de bibliothèque CISO Assistant ; attendu : cette bibliothèque en YAML, "
                "ou un tableau avec une colonne ref"
            ),
            place=N_("feuille « %(sheet)s »", sheet="library_meta"),
        )
    about: dict[str, str] = {}
    for table in sheets:
        if slug(table.sheet) in ABOUT_SHEETS:
            about = _pairs(table)
    for table in sheets:
        is_content = table.rows and slug(table.sheet) not in ABOUT_SHEETS
        if is_content and "ref" in _columns(table.rows[0]).values():
            found = Table(table.rows, table.sheet, about, table.warnings)
            return _outline(found, name, N_("classeur XLSX"))
    raise BadInput(
        N_("aucune feuille n’a de colonne « ref » sur sa première ligne."), place=N_("classeur")
    )


def _pairs(table: Table) -> dict[str, str]:
    pairs = {}
    for row in table.rows:
        cells = [cell_text(c, table, row=row.number, column="") for c in row.cells[:2]]
        if len(cells) == 2:
            pairs[cells[0].lower()] = cells[1]
    return pairs


def _columns(header: Row) -> dict[int, str]:
    """Return our name of each column that we know, by its place."""
    found = {}
    for n, cell in enumerate(header.cells):
        name = re.sub(r"-", "_", slug(str(cell or "").replace("°", "o")))
        base, _, locale = name.rpartition("_")
        if locale in LOCALES and KNOWN.get(base) in TEXTS:
            found[n] = f"{KNOWN[base]}_{locale}"
        elif name in KNOWN:
            found[n] = f"{KNOWN[name]}_fr" if KNOWN[name] in TEXTS else KNOWN[name]
    return found


def _outline(table: Table, name: str, format: Message) -> Outline:
    if not table.rows:
        raise BadInput(
            N_("aucune ligne ; attendu : une ligne de titres puis une par exigence"),
            place=N_("fichier"),
        )
    reader = _Reader(table)
    nodes = reader.nodes()
    about = About(table)
    stem = PurePath(name.replace("\\", "/")).stem.strip()[:MAX_REF]
    ref = about.text("ref", MAX_REF) or stem or "TABLEAU"
    return Outline(
        identifier=about.text("identifier", 200) or slug(ref) or "tableau",
        ref=ref,
        edition=about.text("edition", 32) or "1",
        title=about.localized("title") or {"fr": ref},
        description=about.localized("description"),
        publisher=about.text("publisher", 120),
        domains=about.domains(),
        status=about.status(),
        source=about.text("source", MAX_TEXT) or name[:200],
        licence=about.text("licence", MAX_TEXT),
        copyright=about.text("copyright", MAX_TEXT),
        nodes=nodes,
        warnings=(*table.warnings, *reader.warnings),
        format=format,
        is_guessed=not about.text("ref", MAX_REF),
    )


@dataclass(slots=True)
class _Made:
    """A requirement whose questions and children are still coming."""

    row: int
    values: dict[str, str]
    parent: "_Made | None"
    questions: list[dict[str, str]] = field(default_factory=list)
    children: list["_Made"] = field(default_factory=list)

    def path(self) -> list["_Made"]:
        """Return its ancestors and itself, from the top."""
        return [*(self.parent.path() if self.parent else []), self]


class _Reader:
    """Puts rows into a tree."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.columns = _columns(table.rows[0])
        self.warnings: list[Message] = []
        self.made: dict[str, _Made] = {}
        self.last: _Made | None = None
        self.roots: list[_Made] = []
        self.mistakes = Mistakes()
        self.check_header()

    def check_header(self) -> None:
        """Make sure that the columns make sense; note those that are left aside."""
        header, names = self.table.rows[0], list(self.columns.values())
        place = self.table.place(header.number)
        written = [str(cell or "").strip() for cell in header.cells]
        if "ref" not in names or not {"title_fr", "title_en", "question_fr"} & set(names):
            found = ", ".join(filter(None, written))[:200] or "—"
            raise BadInput(
                N_("colonnes « %(found)s » ; attendu : ref, title_fr, question_fr…", found=found),
                place=place,
            )
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise BadInput(N_("colonne « %(name)s » en double.", name=twice[0]), place=place)
        if unknown := [w for n, w in enumerate(written) if w and n not in self.columns]:
            self.warnings.append(
                N_("Colonnes laissées de côté : %(names)s.", names=", ".join(unknown)[:300])
            )

    def nodes(self) -> tuple[Node, ...]:
        """Return the tree of all rows."""
        with self.mistakes.noted():  # the place of a row depends on those above it
            for row in self.table.rows[1:]:
                self._take(row)
        found = tuple(self._nodes(self.roots))
        self.mistakes.refuse()
        if not self.roots:
            raise BadInput(
                N_("aucune exigence sous la ligne de titres."),
                place=self.table.place(self.table.rows[0].number),
            )
        return found

    def _nodes(self, rows: Iterable["_Made"]) -> Iterator[Node]:
        for made in rows:
            node = None
            with self.mistakes.noted():
                node = self._node(made)
            if node:
                yield node

    def _take(self, row: Row) -> None:
        values = self._values(row)
        ref = values.get("ref", "")
        if self.last and ref in {"", self.last.values["ref"]}:
            with self.mistakes.noted():
                self._another_question(self.last, values, row.number)
        elif not ref:
            raise self._wrong(row.number, "ref", N_("rien ; attendu : un numéro"))
        else:
            self._new(values, row.number)

    def _values(self, row: Row) -> dict[str, str]:
        """Return the cells of a row that hold something, by our column names."""
        found = {}
        for n, name in self.columns.items():
            cell = row.cells[n] if n < len(row.cells) else None
            text = cell_text(cell, self.table, row=row.number, column=name)
            most = MAX_REF if name in {"ref", "parent"} else MAX_TEXT
            if len(text) > most:
                raise self._wrong(
                    row.number,
                    name,
                    N_(
                        "%(count)d caractères ; attendu : au plus %(most)d",
                        count=len(text),
                        most=most,
                    ),
                )
            if name == "ref" and isinstance(cell, float) and not cell.is_integer():
                self.warnings.append(
                    N_(
                        "%(place)s : le nombre %(ref)s ; est-ce %(ref)s0 ? "
                        "Mettez la colonne au format Texte.",
                        place=self.table.place(row.number, name),
                        ref=text,
                    )
                )
            if text:
                found[name] = text
        return found

    def _another_question(self, made: _Made, values: dict[str, str], row: int) -> None:
        for name, text in values.items():
            if not name.startswith("question_") and made.values.get(name, "") != text:
                raise self._wrong(
                    row,
                    name,
                    N_(
                        "une autre valeur qu’à la ligne %(line)d ; attendu : la même, ou rien",
                        line=made.row,
                    ),
                )
        self._ask(made, values)

    @staticmethod
    def _ask(made: _Made, values: dict[str, str]) -> None:
        asked = {c: values[f"question_{c}"] for c in LOCALES if f"question_{c}" in values}
        if asked:
            made.questions.append(asked)

    def _new(self, values: dict[str, str], row: int) -> None:
        ref = values["ref"]
        if ref in self.made:
            raise self._wrong(
                row,
                "ref",
                N_(
                    "« %(ref)s » déjà ligne %(line)d. Les lignes d’une exigence se suivent ; "
                    "si c’est %(ref)s0, mettez la colonne au format Texte.",
                    ref=ref,
                    line=self.made[ref].row,
                ),
            )
        if len(self.made) >= MAX_NODES:
            raise self._wrong(row, "ref", N_("plus de %(count)d exigences.", count=MAX_NODES))
        parent = self._above(values, row)
        self.made[ref] = self.last = made = _Made(row, values, parent)
        if len(made.path()) > MAX_DEPTH:
            raise self._wrong(row, "ref", N_("plus de %(count)d niveaux.", count=MAX_DEPTH))
        (parent.children if parent else self.roots).append(made)
        self._ask(made, values)

    def _above(self, values: dict[str, str], row: int) -> _Made | None:
        """Return the parent of a new row, by ``depth``, ``parent``, or the number itself."""
        if "depth" in self.columns.values():
            depth = self._depth(values, row)
            return self.last.path()[depth - 1] if self.last and depth else None
        if "parent" in self.columns.values():
            return self._named(values.get("parent", ""), row)
        prefix = values["ref"]
        while prefix := re.sub(r"[.-]?[^.-]*$", "", prefix):
            if prefix in self.made:
                return self.made[prefix]
        return None

    def _depth(self, values: dict[str, str], row: int) -> int:
        """Return the level of a row, 0 for the top; the first row says which number that is."""
        text = values.get("depth", "")
        if not (text.isascii() and text.isdecimal() and len(text) < 4):
            message = N_("« %(found)s » ; attendu : un niveau", found=text[:60])
            raise self._wrong(row, "depth", message)
        if self.last is None:
            return 0
        base = int(self.roots[0].values["depth"])
        deepest = base + len(self.last.path())
        if not base <= int(text) <= deepest:
            message = N_(
                "niveau %(found)s ; attendu : de %(least)d à %(most)d",
                found=text,
                least=base,
                most=deepest,
            )
            raise self._wrong(row, "depth", message)
        return int(text) - base

    def _named(self, parent: str, row: int) -> _Made | None:
        if parent and parent not in self.made:
            message = N_("« %(found)s » ; attendu : une ref écrite plus haut", found=parent)
            raise self._wrong(row, "parent", message)
        return self.made.get(parent)

    def _node(self, made: _Made) -> Node:
        values, ref = made.values, made.values["ref"]
        title = _texts(values, "title")
        if not title and not made.questions and not _texts(values, "text"):
            raise self._wrong(made.row, "title_fr", N_("rien ; attendu : un intitulé"))
        assessable = self._truth(made)
        if made.questions and not assessable:
            raise self._wrong(
                made.row, "assessable", N_("« non » avec des questions ; attendu : oui, ou aucune")
            )
        return Node(
            key=ref,
            ref=ref,
            title=title,
            text=_texts(values, "text"),
            guidance=_texts(values, "guidance"),
            expected_evidence=_texts(values, "evidence"),
            assessable=assessable,
            weight=self._weight(made),
            tags=tuple(t[:64] for t in re.split(r"[\s,;|]+", values.get("tags", "")) if t),
            questions=tuple(Ask(f"{ref}-{n}", text) for n, text in enumerate(made.questions, 1)),
            children=tuple(self._nodes(made.children)),
        )

    def _truth(self, made: _Made) -> bool:
        word = made.values.get("assessable", "").lower()
        if not word:
            return bool(made.questions) or not made.children
        if word not in YES | NO:
            raise self._wrong(
                made.row, "assessable", N_("« %(found)s » ; attendu : oui ou non", found=word[:60])
            )
        return word in YES

    def _weight(self, made: _Made) -> int:
        text = made.values.get("weight", "1")
        if not (text.isascii() and text.isdecimal() and len(text) < 5 and int(text) <= 1000):
            raise self._wrong(
                made.row, "weight", N_("« %(found)s » ; attendu : de 0 à 1000", found=text[:60])
            )
        return int(text)

    def _wrong(self, row: int, column: str, message: Message) -> BadInput:
        return BadInput(message, place=self.table.place(row, column))


def _texts(values: dict[str, str], name: str) -> dict[str, str]:
    return {c: values[f"{name}_{c}"] for c in LOCALES if f"{name}_{c}" in values}
