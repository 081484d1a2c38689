"""Who is linked to what: the one table behind every link that the policy knows."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    SQLColumnExpression,
    UniqueConstraint,
    delete,
    exists,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from qse_audit.core.permissions import Kind, Link
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


def links_of(rows: Iterable[Participation]) -> dict[Link, frozenset[int]]:
    """Return the people of ``rows`` by link, as the policy reads them."""
    people: dict[Link, set[int]] = {}
    for row in rows:
        people.setdefault(row.link, set()).add(row.person_id)
    return {link: frozenset(ids) for link, ids in people.items()}


def linked_to(
    kind: Kind | SQLColumnExpression[Any], subject_id: Any, person_id: int, links: Iterable[Link]
) -> ColumnElement[bool]:
    """Return the SQL condition that ``person_id`` is tied to the object by one of ``links``."""
    return exists(
        select(1).where(
            Participation.person_id == person_id,
            Participation.subject_kind == kind,
            Participation.subject_id == subject_id,
            Participation.link.in_(list(links)),
        )
    )


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
