"""Requests that scripts may send twice: the second gets the answer of the first."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qse_audit.db.base import Base, BigId


class HandledRequest(Base):
    """The answer given to one unsafe request that carried an idempotency key."""

    __tablename__ = "handled_request"
    __table_args__ = (UniqueConstraint("person_id", "key"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, sort_order=-1)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    key: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
    status: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(String(100))
