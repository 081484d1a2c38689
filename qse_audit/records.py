"""What a feature says of the records that a portfolio may name: one :class:`RecordKind` a kind.

Each feature writes its own in ``<feature>/records.py``; ``portfolios/queries/kinds.py`` lists them.
Taking part and the snapshot are the feature’s word: portfolios know no model of a lower feature.

Third parties are counted, never named, in a snapshot: the dossier leaves the company.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, String, cast, func, literal, select, type_coerce
from sqlalchemy.orm import Session

from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_, Message
from qse_audit.db.base import UtcDateTime
from qse_audit.documents.text import Texts

CANDIDATE, TEAM = N_("le candidat"), N_("l’équipe")
"""Who did something, as a dossier says it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whose part is asked for, and where."""

    person_id: int
    organisation_id: int
    candidacy_id: int


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file of the store that a record brings into the dossier."""

    sha256: str
    name: str
    media_type: str
    is_image: bool = False
    thumbnail_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """A table of a record, in words: sentences, values, anomalies."""

    title: Message
    head: Sequence[Message]
    rows: Sequence[Sequence[str]]
    note: str = ""
    """What it leaves out: “24 values of 60”."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart of a record, drawn: it stays readable without the values that live on."""

    title: str
    reading: str
    """The sentence that says what it shows."""
    svg: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A record as it is now."""

    reference: str
    title: str
    happened_on: date | None
    state: Mapping[str, Any]
    """Its fields, as JSON can hold them."""
    facts: Sequence[tuple[Message, str]]
    """The same for people: label and value, in the language of the dossier."""
    files: Sequence[FileRef] = field(default=())
    tables: Sequence[Rows] = field(default=())
    drawings: Sequence[Drawing] = field(default=())


@dataclass(frozen=True, slots=True)
class Start:
    """What a situation starts with when it is made from a record; no prose is invented."""

    title: str
    starts_on: date | None
    ends_on: date | None = None
    context: str = ""


@dataclass(frozen=True, slots=True)
class Telling:
    """For whom, in which language and on which day records are told."""

    candidate_id: int
    words: Texts
    today: date


TakenPart = Callable[[Candidate], Select[Any]]
Loader = Callable[[Session, Sequence[int], Telling], Mapping[int, Snapshot]]
Facts = Callable[[Session, Sequence[int]], Mapping[int, frozenset[str]]]
Acts = Callable[[Session, Sequence[int]], Mapping[int, Collection[int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordKind:
    """How records of one kind enter a portfolio, and how they leave in a dossier."""

    kind: Kind
    word: Message
    """How people call it."""
    icon: str
    taken_part: TakenPart
    """The records in which a candidate took part, and how; made with :func:`taken`."""
    snapshots: Loader
    """(session, ids, telling) → each record as it is now, by its id."""
    verbs: Mapping[str, Message]
    """What the acts on it are called."""
    facts: Facts | None = None
    """What each record holds, by the names that suggestions know; ``None``: they need nothing."""
    start: Callable[[Session, int], Start] | None = None
    """The first words of a situation about it; ``None``: its title and day."""
    acts: Acts | None = None
    """Ids of events that concern it though another object is their subject."""


def taken(
    kind: Kind,
    key: Any,
    *,
    reference: Any,
    title: Any,
    happened_on: Any,
    involvement: Any,
    detail: Any,
    entered_at: Any = None,
) -> Select[Any]:
    """Return the columns of records that somebody took part in, alike for every kind.

    ``involvement``: a code of ``Involvement``, the strongest first where there are several;
    ``detail``: a status, grade or type, as a code; ``entered_at``: when a file was sent, which is
    not when its fact happened.
    """
    sent = cast(None, UtcDateTime) if entered_at is None else entered_at
    return select(
        type_coerce(literal(kind.value), String).label("kind"),
        key.label("id"),
        reference.label("reference"),
        title.label("title"),
        happened_on.label("happened_on"),
        involvement.label("involvement"),
        detail.label("detail"),
        type_coerce(sent, UtcDateTime).label("entered_at"),
    )


def as_code(column: Any) -> ColumnElement[str]:
    """Return a coded column as plain text, so that the columns of every kind agree."""
    return type_coerce(column, String)


def as_day(column: Any) -> ColumnElement[date]:
    """Return the day of an instant."""
    return type_coerce(func.date(column), Date)


def state_of(row: Any, *names: str) -> dict[str, Any]:
    """Return the fields ``names`` of a row as JSON can hold them."""
    return {name: plain(getattr(row, name)) for name in names}


def plain(value: Any) -> Any:
    """Return a column’s value as JSON can hold it; an exact number as text."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    return value if isinstance(value, str | int | float | list | dict | None) else str(value)


def by_whom(person_id: int | None, telling: Telling) -> str:
    """Say whether the candidate or somebody else did something; ``""`` for nobody."""
    if person_id is None:
        return ""
    return telling.words.translate(CANDIDATE if person_id == telling.candidate_id else TEAM)
