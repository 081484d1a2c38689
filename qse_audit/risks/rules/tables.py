"""Read the lines of an analysis from a table: a file, or what is pasted from a spreadsheet. Pure.

The titles may stand below some rows of prose; they are found by what they say, in French or in
English. Faults are gathered, each with its line and column; nothing is stored while there is one.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from qse_audit.core.errors import BadInput
from qse_audit.core.numbers import parse_number
from qse_audit.core.tables import NOTHING, Cell, Fault, Line, plain_title
from qse_audit.core.text import N_, Coded, Message
from qse_audit.risks.rules.headings import Heading, Names, Said
from qse_audit.risks.rules.lines import line_problems
from qse_audit.risks.rules.methods import Column, Detail, Kind, LineDraft, MethodCard
from qse_audit.risks.rules.scales import Criterion, Scale
from qse_audit.risks.rules.titles import headings, title_row

MOST_FAULTS = 20
"""Faults that are said one by one; the others are counted."""
MOST_LINES = 5000
MOST_BLOCKS = 1000
"""Blocks of merged cells that are looked at."""
COMMON = frozenset({"situation", "event", "effect", "cause", "prevention", "detection", "family"})
SECTION_MARK = " › "
"""What stands between the titles of a path of sections."""
GAP = N_("cellule vide sous une cellule remplie ; attendu : la valeur sur chaque ligne. Si les "
         "cellules sont fusionnées, défusionnez-les et recopiez.")  # fmt: skip
_BETWEEN_SECTIONS = re.compile(r"\s*[›>]\s*")
_BETWEEN_FLAGS = re.compile(r"\s*[;,\n]\s*")


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One line that was read."""

    row: int
    """In the table."""
    draft: LineDraft
    values: Mapping[str, int] = field(default_factory=dict)
    """The notes with what is in place; empty: not rated."""
    planned: Mapping[str, int] = field(default_factory=dict)
    """The notes that are hoped for after the actions."""
    number: int | None = None
    """Of the line of the analysis that it writes anew; ``None``: a new one."""


@dataclass(frozen=True, slots=True)
class ReadLines:
    """What a table brings."""

    lines: tuple[ReadLine, ...] = ()
    faults: tuple[Fault, ...] = ()
    fault_count: int = 0
    """How many there are, said or not."""
    passed_over: tuple[str, ...] = ()
    """Titles of columns that say nothing to store."""
    rated_count: int = 0
    planned_count: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """Cells that were merged: rows and columns from … to …, counted from 1, both inside."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, line: int, place: int) -> bool:
        """Say whether a cell is in it; ``place`` is counted from 0."""
        return self.top <= line <= self.bottom and self.left <= place + 1 <= self.right

    @property
    def name(self) -> str:
        """Return it as spreadsheets name it: ``A3:A7``."""
        return f"{Cell(self.top, self.left).name}:{Cell(self.bottom, self.right).name}"


def read_lines(
    lines: Sequence[Line],
    card: MethodCard,
    scale: Scale,
    *,
    said: Said,
    merged: Sequence[Block] = (),
) -> ReadLines:
    """Return the lines of a table whose titles name its columns, and every fault.

    :raises BadInput: when no row names the columns, or one names an unknown column.
    """
    if not lines:
        raise BadInput(N_("tableau vide ; attendu : une ligne de titres, puis une par risque"))
    names = Names(card, scale, said)
    at = title_row(lines, names)
    found = headings(lines[at], lines[at + 1 :], names=names, card=card)
    return read_rows(lines[at + 1 :], found, card, scale=scale, said=said, merged=merged)


def read_rows(
    lines: Sequence[Line],
    found: Sequence[Heading],
    card: MethodCard,
    *,
    scale: Scale,
    said: Said,
    merged: Sequence[Block] = (),
    is_typed: bool = False,
) -> ReadLines:
    """Return the lines below the titles, and every fault.

    In what ``is_typed`` on a page, an empty cell below a filled one is just empty.

    :raises BadInput: for no line at all, or more than :data:`MOST_LINES`.
    """
    filled = [line for line in lines if any(cell.strip() for cell in line.cells)]
    if not filled and not is_typed:
        message = N_("aucune ligne sous les titres ; attendu : une par risque")
        raise BadInput(message, place=N_("tableau"))
    if len(filled) > MOST_LINES:
        message = N_("%(count)d lignes ; attendu : au plus %(most)d", count=len(filled),
                     most=MOST_LINES)  # fmt: skip
        raise BadInput(message, place=N_("tableau"))
    reader = _Reader(card, scale, found, said=said, merged=merged)
    reader.note_merged(filled)
    reader.is_typed = is_typed
    read = tuple(line for each in filled if (line := reader.line(each)) is not None)
    faults = sorted(reader.faults, key=lambda fault: (fault.line, len(fault.cell), fault.cell))
    return ReadLines(
        lines=read,
        faults=tuple(faults[:MOST_FAULTS]),
        fault_count=len(faults),
        passed_over=tuple(h.title for h in found if h.key == ("", "", False)),
        rated_count=sum(bool(line.values) for line in read),
        planned_count=sum(bool(line.planned) for line in read),
    )


class _Reader:
    """Reads rows one by one and notes what is wrong with each cell."""

    def __init__(
        self,
        card: MethodCard,
        scale: Scale,
        found: Sequence[Heading],
        *,
        said: Said,
        merged: Sequence[Block],
    ) -> None:
        self.card, self.scale, self.found, self.said = card, scale, found, said
        self.merged = merged[:MOST_BLOCKS]
        self.merged_lines: set[int] = set()
        self.faulty: set[str] = set()
        self.faults: list[Fault] = []
        self.is_typed = False
        self.above: Line | None = None
        self.seen: dict[tuple[object, ...], int] = {}
        self.numbered: dict[int, int] = {}
        self.choices: dict[str, dict[str, Coded]] = {}

    def note_merged(self, lines: Sequence[Line]) -> None:
        """Note each block of merged cells among the lines."""
        if not lines:
            return
        first, last = lines[0].number, lines[-1].number
        for block in self.merged:
            if block.bottom >= first and block.top <= last:
                inside = range(max(block.top, first), min(block.bottom, last) + 1)
                self.merged_lines.update(inside)
                message = N_("cellules fusionnées %(cells)s ; attendu : une valeur par cellule. "
                             "Défusionnez, puis recopiez la valeur sur chaque ligne.",
                             cells=block.name)  # fmt: skip
                title = next((h.title for h in self.found if h.place == block.left - 1), "")
                self.faults.append(
                    Fault(max(block.top, first), title, Cell(block.top, block.left).name, message)
                )

    def line(self, line: Line) -> ReadLine | None:
        """Return a line; ``None`` when something is wrong with it."""
        before = len(self.faults)
        texts: dict[str, str] = {}
        details: dict[str, Detail] = {}
        section: tuple[str, ...] = ()
        for heading in self.found:
            if heading.column is None or (text := line.cell(heading.place)) in NOTHING:
                continue
            value = self.value(line, heading, heading.column, text=text)
            if isinstance(value, tuple) and heading.column.code == "section":
                section = tuple(str(title) for title in value)
            elif heading.column.code in COMMON:
                texts[heading.column.code] = str(value)
            elif value != "":
                details[heading.column.code] = value
        draft = LineDraft(section=section, details=details, **texts)
        self.judge(line, draft)
        values = self.notes(line, is_planned=False)
        planned = self.notes(line, is_planned=True)
        number = self.line_number(line)
        if len(self.faults) > before or line.number in self.merged_lines:
            return None
        return ReadLine(line.number, draft, values, planned, number)

    def line_number(self, line: Line) -> int | None:
        """Return the number of the line that is written anew, once; note why it cannot be."""
        heading = next((h for h in self.found if h.is_number), None)
        if heading is None or (text := line.cell(heading.place)) in NOTHING:
            return None
        try:
            number = whole_number(text)
        except BadInput as error:
            self.fault(line, heading, error.message)
            return None
        if number in self.numbered:
            message = N_("%(found)d est déjà ligne %(line)d ; attendu : une fois", found=number,
                         line=self.numbered[number])  # fmt: skip
            self.fault(line, heading, message)
        self.numbered.setdefault(number, line.number)
        return number

    def value(self, line: Line, heading: Heading, column: Column, *, text: str) -> Detail:
        """Return the value of a text column; ``""`` when it cannot be read, which is noted."""
        try:
            if column.code == "section":
                return tuple(part for part in _BETWEEN_SECTIONS.split(text) if part)
            if column.kind is Kind.CHOICE:
                return str(self.choice(column, text))
            if column.kind is Kind.FLAGS:
                return [str(self.choice(column, each)) for each in _BETWEEN_FLAGS.split(text)]
            if column.kind is Kind.COUNT:
                return whole_number(text)
        except BadInput as error:
            self.fault(line, heading, error.message)
            return ""
        return text

    def choice(self, column: Column, text: str) -> Coded:
        """Return the choice that a cell names, by its code or by its label in any language.

        :raises BadInput: naming the choices.
        """
        known = self.choices.setdefault(column.code, self.words_of(column))
        found = known.get(plain_title(text)) or known.get(_short(text))
        if found is None:
            raise BadInput(
                N_("« %(found)s » ; attendu : l’un de %(known)s", found=text[:40],
                   known=" / ".join(str(choice.label) for choice in column.choices or ()))
            )  # fmt: skip
        return found

    def words_of(self, column: Column) -> dict[str, Coded]:
        """Return the choices of a column by each of their plain words."""
        found: dict[str, Coded] = {}
        for choice in column.choices or ():
            for word in (str(choice), *self.said(choice.label)):
                found.setdefault(plain_title(word), choice)
                found.setdefault(_short(word), choice)
        return found

    def notes(self, line: Line, *, is_planned: bool) -> dict[str, int]:
        """Return the notes of a line; empty when it is not rated, or wrongly so, which is noted."""
        places = {
            h.criterion.code: h for h in self.found if h.criterion and h.is_planned is is_planned
        }
        given = {code: h for code, h in places.items() if line.cell(h.place) not in NOTHING}
        values: dict[str, int] = {}
        before = len(self.faults)
        for code, heading in given.items():
            try:
                values[code] = self.note(heading.criterion, line.cell(heading.place))
            except BadInput as error:
                self.fault(line, heading, error.message)
        missing = [each for each in self.scale.criteria if each.code not in given]
        if given and missing:
            message = N_("cotation incomplète, il manque : %(missing)s ; attendu : toutes les "
                         "notes, ou aucune",
                         missing=", ".join(each.letter for each in missing))  # fmt: skip
            self.fault(line, places.get(missing[0].code), message)
        return values if len(self.faults) == before else {}

    def note(self, criterion: Criterion | None, text: str) -> int:
        """Return the note that a cell holds.

        :raises BadInput: when it is none of the scale, saying which there are.
        """
        if criterion is None:
            return whole_number(text)
        try:
            value = whole_number(text)
        except BadInput as error:
            message = N_("« %(found)s » ; attendu : %(expected)s", found=text[:40],
                         expected=criterion.expected)  # fmt: skip
            raise BadInput(message) from error
        if value not in criterion.values:
            raise BadInput(
                N_("%(found)d ; attendu : %(expected)s", found=value, expected=criterion.expected)
            )
        return value

    def judge(self, line: Line, draft: LineDraft) -> None:
        """Note what the line lacks, and a line that came before."""
        for problem in line_problems(self.card, draft):
            heading = next((h for h in self.found if h.column == problem.column), None)
            is_gap = problem.fault == "missing" and self.is_gap(heading)
            if heading is None or not self.is_said(line, heading):
                self.fault(line, heading, GAP if is_gap else problem.message)
        self.judge_section(line, draft)
        self.above = line
        key = (draft.section, draft.situation, draft.event, draft.effect, draft.cause, draft.family)
        if key in self.seen and any(key):
            message = N_("la même que la ligne %(line)d", line=self.seen[key])
            self.fault(line, None, message)
        self.seen.setdefault(key, line.number)

    def judge_section(self, line: Line, draft: LineDraft) -> None:
        """Note a line without a section below one that has one."""
        heading = next((h for h in self.found if h.column == self.card.section), None)
        if draft.section or heading is None or self.is_said(line, heading):
            return
        if self.is_gap(heading):
            self.fault(line, heading, GAP)

    def is_gap(self, heading: Heading | None) -> bool:
        """Say whether an empty cell stands below a filled one: merged cells are pasted so."""
        if heading is None or self.above is None or self.is_typed:
            return False
        return self.above.cell(heading.place) not in NOTHING

    def is_said(self, line: Line, heading: Heading) -> bool:
        """Say whether something else already explains why a cell says nothing usable."""
        if Cell(line.number, heading.place + 1).name in self.faulty:
            return True
        return line.number in self.merged_lines and any(
            block.holds(line.number, heading.place) for block in self.merged
        )

    def fault(self, line: Line, heading: Heading | None, message: Message) -> None:
        """Note what is wrong with a cell, or with a line."""
        if heading is None:
            self.faults.append(Fault(line.number, "", "", message))
            return
        cell = Cell(line.number, heading.place + 1).name
        self.faulty.add(cell)
        self.faults.append(Fault(line.number, heading.title.strip(), cell, message))


def whole_number(text: str) -> int:
    """Return the whole number that a cell holds.

    :raises BadInput: saying what was found.
    """
    value = parse_number(text, "fr")
    if value.denominator != 1:
        raise BadInput(N_("« %(found)s » ; attendu : un nombre entier", found=text[:40]))
    return int(value)


def _short(text: str) -> str:
    """Return the first words of a label, before what explains them."""
    return plain_title(re.split(r"[:(,]", text)[0])
