"""Lists of referentials and editions, and what audits choose from."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, exists, false, func, or_, select
from sqlalchemy.orm import Session

from qse_audit.core.permissions import Permission
from qse_audit.core.text import Localized
from qse_audit.policies import Identity, allows
from qse_audit.referentials.models import Edition, Referential, Requirement
from qse_audit.referentials.rules import Domain, EditionStatus, Origin, edition_name, searchable
from qse_audit.web.paging import Page, page


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list is narrowed to."""

    text: str = ""
    origin: Origin | None = None
    domain: Domain | None = None
    status: EditionStatus | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionLine:
    """One edition, in a list."""

    id: int
    referential_id: int
    label: str
    content_version: int
    status: EditionStatus
    frozen_at: datetime | None
    requirement_count: int
    assessable_count: int
    question_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferentialLine:
    """One referential, in a list."""

    id: int
    ref: str
    title: Localized
    publisher: str
    origin: Origin
    domains: tuple[Domain, ...]
    editions: tuple[EditionLine, ...] = ()
    """The newest content of each edition, the current one first."""


def readable_by(who: Identity) -> ColumnElement[bool]:
    """Return ``REFERENTIAL_READ`` said in SQL: what is shipped, and one’s own organisation’s."""
    if not allows(who, Permission.REFERENTIAL_READ):
        return false()
    return or_(
        Referential.organisation_id.is_(None), Referential.organisation_id == who.organisation_id
    )


def referentials_readable_by(
    session: Session, who: Identity, filters: Filters, *, cursor: str | None = None
) -> Page[ReferentialLine]:
    """Return one page of the referentials that ``who`` may read, by their ref."""
    columns: Any = select(
        Referential.id,
        Referential.ref,
        Referential.title,
        Referential.publisher,
        Referential.domains,
        Referential.organisation_id,
        Referential.in_house,
    )
    statement = _narrowed(columns.where(readable_by(who)), filters)
    keys: list[Any] = [(Referential.ref, False), (Referential.id, False)]
    found = page(session, statement, keys, cursor=cursor, make=_line)
    editions = _editions_of(session, [line.id for line in found.rows])
    rows = [replace(line, editions=tuple(editions.get(line.id, ()))) for line in found.rows]
    return Page(rows, found.previous, found.next)


def count_readable_by(session: Session, who: Identity, filters: Filters) -> int:
    """Count the referentials that ``who`` may read."""
    count: Any = select(func.count()).select_from(Referential).where(readable_by(who))
    return session.scalar(_narrowed(count, filters)) or 0


def _line(row: Any) -> ReferentialLine:
    return ReferentialLine(
        id=row.id,
        ref=row.ref,
        title=row.title,
        publisher=row.publisher,
        origin=origin_of(row),
        domains=tuple(Domain(code) for code in row.domains),
    )


def origin_of(referential: Any) -> Origin:
    """Return where a referential, or a row of it, comes from."""
    if referential.organisation_id is None:
        return Origin.SHIPPED
    return Origin.IN_HOUSE if referential.in_house else Origin.IMPORTED


def _narrowed(statement: Any, filters: Filters) -> Any:
    """Return a SELECT on referentials, narrowed."""
    if filters.text:
        words = searchable(filters.text).split()
        found = [Referential.search.contains(word, autoescape=True) for word in words]
        statement = statement.where(*(found or [false()]))
    if filters.origin:
        statement = statement.where(_of_origin(filters.origin))
    if filters.domain:
        written = f'"{filters.domain}"'  # a code, as the JSON of the list writes it
        statement = statement.where(cast(Referential.domains, String).contains(written))
    if filters.status:
        statement = statement.where(
            exists().where(
                Edition.referential_id == Referential.id, Edition.status == filters.status
            )
        )
    return statement


def _of_origin(origin: Origin) -> ColumnElement[bool]:
    if origin is Origin.SHIPPED:
        return Referential.organisation_id.is_(None)
    own = Referential.organisation_id.is_not(None)
    return own & Referential.in_house.is_(origin is Origin.IN_HOUSE)


def _editions_of(session: Session, referential_ids: Iterable[int]) -> dict[int, list[EditionLine]]:
    """Return the newest content of each edition, by referential; current ones first."""
    rows = session.execute(
        select(
            Edition.id,
            Edition.referential_id,
            Edition.label,
            Edition.content_version,
            Edition.status,
            Edition.frozen_at,
            Edition.requirement_count,
            Edition.assessable_count,
            Edition.question_count,
        )
        .where(Edition.referential_id.in_(list(referential_ids)))
        .order_by(Edition.referential_id, Edition.label.desc(), Edition.content_version.desc())
    )
    newest: dict[tuple[int, str], EditionLine] = {}
    for row in rows:
        newest.setdefault((row.referential_id, row.label), EditionLine(**row._mapping))
    found: dict[int, list[EditionLine]] = {}
    for line in sorted(newest.values(), key=lambda line: _RANK[line.status]):
        found.setdefault(line.referential_id, []).append(line)
    return found


_RANK = {
    EditionStatus.IN_FORCE: 0,
    EditionStatus.TO_BE_CONFIRMED: 1,
    EditionStatus.DRAFT: 2,
    EditionStatus.SUPERSEDED: 3,
}


def editions_of(session: Session, referential_id: int) -> tuple[EditionLine, ...]:
    """Return the editions of one referential, the current one first."""
    return tuple(_editions_of(session, [referential_id]).get(referential_id, ()))


# What audits choose from ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionChoice:
    """An edition that an audit may judge against."""

    id: int
    name: str
    """``ISO 9001:2015``."""
    title: Localized
    status: EditionStatus
    origin: Origin
    assessable_count: int
    question_count: int


def editions_for(session: Session, organisation_id: int) -> tuple[EditionChoice, ...]:
    """Return the editions that audits of an organisation may use: no draft, newest content only."""
    rows = session.execute(
        select(
            Edition.id,
            Edition.label,
            Edition.status,
            Edition.assessable_count,
            Edition.question_count,
            Referential.id.label("referential_id"),
            Referential.ref,
            Referential.title,
            Referential.organisation_id,
            Referential.in_house,
        )
        .join(Edition.referential)
        .where(
            Edition.status != EditionStatus.DRAFT,
            Referential.organisation_id.is_(None)
            | (Referential.organisation_id == organisation_id),
        )
        .order_by(Referential.ref, Edition.label.desc(), Edition.content_version.desc())
    )
    newest: dict[tuple[int, str], EditionChoice] = {}
    for row in rows:
        choice = EditionChoice(
            id=row.id,
            name=edition_name(row.ref, row.label),
            title=row.title,
            status=row.status,
            origin=origin_of(row),
            assessable_count=row.assessable_count,
            question_count=row.question_count,
        )
        newest.setdefault((row.referential_id, row.label), choice)
    return tuple(newest.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of an edition that an audit may choose: a chapter, with the clauses under it."""

    key: str
    ref: str
    title: Localized
    children: tuple["Section", ...] = ()


def sections_of(session: Session, edition_id: int) -> tuple[Section, ...]:
    """Return the chapters of an edition, each with the clauses one level below."""
    rows = session.execute(
        select(Requirement.key, Requirement.ref, Requirement.title, Requirement.depth)
        .where(Requirement.edition_id == edition_id, Requirement.depth < 2)
        .order_by(Requirement.position)
    )
    found: list[Section] = []
    for row in rows:
        section = Section(key=row.key, ref=row.ref, title=row.title)
        if row.depth:
            found[-1] = replace(found[-1], children=(*found[-1].children, section))
        else:
            found.append(section)
    return tuple(found)
