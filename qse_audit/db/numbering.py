"""References that people say aloud: ``AUD-2026-014``; numbers are never used twice."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column

from qse_audit.db.base import Base
from qse_audit.db.upsert import insert_or


class Counter(Base):
    """The last number given, by organisation, prefix and year."""

    __tablename__ = "counter"
    __table_args__ = (UniqueConstraint("organisation_id", "prefix", "year"),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    prefix: Mapped[str] = mapped_column(String(8))
    year: Mapped[int]
    last: Mapped[int]


def next_reference(session: Session, prefix: str, *, organisation_id: int, year: int) -> str:
    """Return the next reference, ``AUD-2026-014``, in one statement; a rollback may leave a gap."""
    statement = insert_or(session.get_bind(), Counter).values(
        organisation_id=organisation_id, prefix=prefix, year=year, last=1
    )
    number = session.execute(
        statement.on_conflict_do_update(
            index_elements=["organisation_id", "prefix", "year"],
            set_={"last": Counter.last + 1},
        ).returning(Counter.last)
    ).scalar_one()
    return f"{prefix}-{year}-{number:03d}"
