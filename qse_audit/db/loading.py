"""Loading one row by its key, and holding it."""

from typing import Any, TypeVar

from sqlalchemy import inspect
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


def hold(session: Session, row: Base) -> None:
    """Lock a row until the transaction ends, and read its columns again.

    Of two acts one is then first, and the other one knows. Compare versions afterwards.
    """
    columns = [each.key for each in inspect(type(row)).column_attrs]
    session.refresh(row, columns, with_for_update=True)
