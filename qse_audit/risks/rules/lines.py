"""What may be written on a line of an analysis."""

from collections.abc import Iterator
from dataclasses import dataclass

from qse_audit.core.errors import Refusal
from qse_audit.core.text import N_, Message
from qse_audit.risks.rules.codes import RiskMethod
from qse_audit.risks.rules.methods import (
    COUNT_MAX,
    METHODS,
    TEXT_MAX,
    Column,
    Detail,
    Kind,
    LineDraft,
    MethodCard,
)

HOUSE = N_("règle de la maison")
MOST_SECTIONS = 8
"""Sections inside each other."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one column of a line."""

    column: Column
    fault: str
    message: Message


def line_refusals(method: RiskMethod, draft: LineDraft) -> tuple[Refusal, ...]:
    """Return everything that is wrong with a line, each named after its column."""
    card = METHODS[method]
    found = [_refusal(problem) for problem in line_problems(card, draft)]
    return (*found, *_unknown(card, draft))


def line_problems(card: MethodCard, draft: LineDraft) -> tuple[Problem, ...]:
    """Return everything that is wrong with a line, column by column."""
    return (*_section(card, draft), *_columns(card, draft))


def value_of(draft: LineDraft, column: Column, card: MethodCard) -> Detail | None:
    """Return what ``draft`` has in ``column``; ``None`` or an empty text for nothing."""
    if column.code == "section":
        return draft.section
    if column in card.common:
        return str(getattr(draft, column.code))
    return draft.details.get(column.code)


def _refusal(problem: Problem) -> Refusal:
    column = problem.column
    words = N_("%(column)s : %(message)s", column=column.label, message=problem.message)
    return Refusal(f"{column.code}_{problem.fault}", words, HOUSE)


def _section(card: MethodCard, draft: LineDraft) -> Iterator[Problem]:
    if len(draft.section) > MOST_SECTIONS:
        message = N_("%(count)d niveaux ; attendu : au plus %(most)d", count=len(draft.section),
                     most=MOST_SECTIONS)  # fmt: skip
        yield Problem(card.section, "deep", message)
    for title in draft.section:
        if not title.strip():
            yield Problem(card.section, "missing", N_("un niveau sans nom"))
        elif len(title) > TEXT_MAX:
            yield Problem(card.section, "long", _long(title, TEXT_MAX))


def _columns(card: MethodCard, draft: LineDraft) -> Iterator[Problem]:
    for column in card.columns:
        value = value_of(draft, column, card)
        if value is None or value == "" or (isinstance(value, str) and not value.strip()):
            if column.required:
                yield Problem(column, "missing", N_("rien ; attendu : ce champ est nécessaire"))
        elif problem := _problem(column, value):
            yield Problem(column, *problem)


def _problem(column: Column, value: Detail) -> tuple[str, Message] | None:
    """Return what is wrong with a value that is there: a short code, and words."""
    if column.kind in {Kind.TEXT, Kind.LONG}:
        text = str(value)
        return ("long", _long(text, column.most)) if len(text) > column.most else None
    if column.kind is Kind.COUNT:
        is_count = isinstance(value, int) and 0 <= value <= COUNT_MAX
        message = N_("« %(found)s » ; attendu : un nombre entier de 0 à %(most)d",
                     found=str(value)[:40], most=COUNT_MAX)  # fmt: skip
        return None if is_count else ("count", message)
    codes = [value] if column.kind is Kind.CHOICE else value
    return _stranger(column, codes)


def _stranger(column: Column, codes: Detail | list[Detail]) -> tuple[str, Message] | None:
    """Return that a code is none of the choices, if so."""
    known = [str(choice) for choice in column.choices or ()]
    found = [codes] if isinstance(codes, str | int) else codes
    strangers = [str(code) for code in found if str(code) not in known]
    if not strangers:
        return None
    message = N_("« %(found)s » ; attendu : l’un de %(known)s", found=strangers[0][:40],
                 known=", ".join(known))  # fmt: skip
    return "choice", message


def _long(text: str, most: int) -> Message:
    return N_("%(count)d caractères ; attendu : au plus %(most)d", count=len(text), most=most)


def _unknown(card: MethodCard, draft: LineDraft) -> Iterator[Refusal]:
    known = [column.code for column in card.details]
    if strangers := sorted(set(draft.details) - set(known)):
        message = N_("Champs inconnus de cette méthode : %(names)s ; attendu : %(known)s.",
                     names=", ".join(strangers), known=", ".join(known) or "—")  # fmt: skip
        yield Refusal("unknown_detail", message, HOUSE)
