"""Loading one row by its key."""

from typing import Any, TypeVar

from sqlalchemy.orm import Session

from qse_audit.core.errors import NotFound
from qse_audit.db.base import Base

Row = TypeVar("Row", bound=Base)


def loaded(session: Session, model: type[Row], key: int, *options: Any) -> Row:
    """Return a row with what ``options`` load beside it.

    :raises NotFound: if there is none.
    """
    found = session.get(model, key, options=options)
    if found is None:
        raise NotFound(f"{model.__tablename__} {key}")
    return found
