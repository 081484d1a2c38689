"""Who is linked to what: the one table behind every link that the policy knows."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    SQLColumnExpression,
    String,
    UniqueConstraint,
    and_,
    case,
    delete,
    select,
    tuple_,
    type_coerce,
    union,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, Relationship, Session, foreign, mapped_column, relationship
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from qse_audit.core.permissions import AUDIT_TEAM, Kind, Link
from qse_audit.db.base import Base, BigId, code


class Participation(Base):
    """One person tied to one object by one link."""

    __tablename__ = "participation"
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "link", "person_id"),
        Index("ix_participation_person", "person_id", "subject_kind", "link", "subject_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, sort_order=-1)
    subject_kind: Mapped[Kind] = mapped_column(code(Kind))
    subject_id: Mapped[int]
    link: Mapped[Link] = mapped_column(code(Link))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


def tied_to(subject: Callable[[], tuple[Any, Any]]) -> Relationship[list[Participation]]:
    """Return what a model declares to load who is tied to a subject, given as (kind, id).

    ``subject`` is called once every model is known: ``lambda: (Kind.AUDIT, Audit.id)``.
    """

    def of_subject() -> ColumnElement[bool]:
        kind, key = subject()
        return and_(
            foreign(Participation.subject_kind) == kind, foreign(Participation.subject_id) == key
        )

    return relationship(Participation, primaryjoin=of_subject, viewonly=True)


def links_of(rows: Iterable[Participation]) -> dict[Link, frozenset[int]]:
    """Return the people of ``rows`` by link, as the policy reads them."""
    people: dict[Link, set[int]] = {}
    for row in rows:
        people.setdefault(row.link, set()).add(row.person_id)
    return {link: frozenset(ids) for link, ids in people.items()}


def linked_to(
    kind: Kind | SQLColumnExpression[Any], subject_id: Any, person_id: int, links: Iterable[Link]
) -> ColumnElement[bool]:
    """Return the SQL condition that ``person_id`` is tied to the object by one of ``links``.

    It is a set and not an EXISTS: the database may start from the person’s few links, and
    otherwise reads them once, not once a row.
    """
    theirs = Participation.person_id == person_id, Participation.link.in_(list(links))
    if isinstance(kind, Kind):
        of_kind = Participation.subject_kind == kind
        ids = select(Participation.subject_id).where(*theirs, of_kind).correlate(None)
        tied: ColumnElement[bool] = subject_id.in_(ids)
        return tied
    objects = select(Participation.subject_kind, Participation.subject_id).where(*theirs)
    return tuple_(kind, subject_id).in_(objects.correlate(None))


STRENGTH = (
    Link.LEAD_AUDITOR,
    Link.AUDITOR,
    Link.TRAINEE_AUDITOR,
    Link.TECHNICAL_EXPERT,
    Link.AUDITEE,
    Link.OBSERVER,
)
"""The links to an audit, the one that proves most first."""


def strongest_link(
    kind: Kind, subject_id: Any, person_id: int, links: Iterable[Link] = STRENGTH
) -> ColumnElement[str]:
    """Return the strongest of ``links`` between a person and an object; NULL for none."""
    ranks = case(*((Participation.link == link, at) for at, link in enumerate(STRENGTH)), else_=99)
    strongest = (
        select(type_coerce(Participation.link, String))
        .where(
            Participation.subject_kind == kind,
            Participation.subject_id == subject_id,
            Participation.person_id == person_id,
            Participation.link.in_(list(links)),
        )
        .order_by(ranks)
        .limit(1)
    )
    return strongest.scalar_subquery()


def in_team(audit_id: Any, person_id: int) -> ColumnElement[bool]:
    """Return the SQL condition that a person is in the team of an audit."""
    return linked_to(Kind.AUDIT, audit_id, person_id, AUDIT_TEAM)


class _Among(FunctionElement[bool]):
    """The SQL condition that the first expression is one of the ids that the second selects.

    It has no type on purpose: SQLite would be asked ``… = 1`` of a Boolean and forget its indexes.
    """

    name = "among"
    inherit_cache = True


@compiles(_Among)
def _in(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    key, ids = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{key} IN {ids}"


@compiles(_Among, "postgresql")
def _in_array(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    """As an array: PostgreSQL finds the ids first, and does not walk the table in list order."""
    key, ids = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{key} = ANY (ARRAY{ids})"


def either(key: SQLColumnExpression[int], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the SQL condition that one of ``conditions`` holds for the row of ``key``, its id.

    As a union of ids: each condition starts from its own index, where an OR looks at every row.
    """
    ids = union(*(select(key).where(each).correlate(None) for each in conditions))
    return _Among(key, ids.scalar_subquery())


def read_links(session: Session, kind: Kind, subject_id: int) -> dict[Link, frozenset[int]]:
    """Return who is tied to one object, by link."""
    rows = session.scalars(
        select(Participation).where(
            Participation.subject_kind == kind, Participation.subject_id == subject_id
        )
    )
    return links_of(rows)


def write_links(
    session: Session, kind: Kind, subject_id: int, people: Mapping[Link, Iterable[int]]
) -> None:
    """Make the links named in ``people`` exactly those; other links are left alone."""
    session.execute(
        delete(Participation).where(
            Participation.subject_kind == kind,
            Participation.subject_id == subject_id,
            Participation.link.in_(list(people)),
        ),
        execution_options={"synchronize_session": "fetch"},
    )
    session.add_all(
        Participation(subject_kind=kind, subject_id=subject_id, link=link, person_id=person_id)
        for link, ids in people.items()
        for person_id in sorted(set(ids))
    )
    session.flush()
