"""Lists of any length at one cost: keyset paging, and counts that stop where nobody reads on."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, Subquery, and_, func, or_, select
from sqlalchemy.orm import Session

R = TypeVar("R")
PAGE_SIZE = 50
COUNTED_AT_MOST = 1_000
"""A count that found one row more stops there; people read ``1 000+`` (the filter ``counted``)."""

Key: TypeAlias = tuple[ColumnElement[Any], bool]
"""A column to order by, and whether it descends; the last one is unique and never null."""


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """One page of a list."""

    rows: Sequence[R]
    previous: str | None
    """Cursor of the page before; ``None`` on the first."""
    next: str | None
    """Cursor of the page after; ``None`` on the last."""


def countable(statement: Select[Any]) -> Subquery:
    """Return the rows of ``statement`` as far as counting goes; select only what is counted."""
    return statement.limit(COUNTED_AT_MOST + 1).subquery()


def counted(statement: Select[Any]) -> ScalarSelect[int]:
    """Return how many rows ``statement`` has, as far as counting goes."""
    return select(func.count()).select_from(countable(statement)).scalar_subquery()


def encode(values: Sequence[Any], *, backwards: bool = False) -> str:
    """Return the cursor of the place after (or before) a row."""
    plain = [v.isoformat() if isinstance(v, date) else v for v in values]
    text = json.dumps(["<" if backwards else ">", *plain], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str | None) -> tuple[bool, list[Any]] | None:
    """Return (backwards, values) of a cursor; ``None`` for none and for what is no cursor."""
    try:
        text = base64.urlsafe_b64decode((cursor or "") + "=" * (-len(cursor or "") % 4))
        direction, *values = json.loads(text)
    except (binascii.Error, ValueError, TypeError):
        return None
    plain = all(isinstance(v, str | int | float) for v in values)
    return (direction == "<", values) if direction in {"<", ">"} and plain else None


def page(
    session: Session,
    statement: Select[Any],
    keys: Sequence[Key],
    *,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
    make: Callable[[Row[Any]], R],
) -> Page[R]:
    """Run ``statement`` for one page.

    ``keys`` give the order; they must be among the selected columns, under their own names, and
    an index must begin with them. Key columns are not null (use ``coalesce`` otherwise). A cursor
    that makes no sense gives the first page.
    """
    backwards, values = decode(cursor) or (False, [])
    statement = statement.order_by(*(_order(key, backwards) for key in keys))
    if len(values) == len(keys):
        try:
            bounds = [_python(key[0], v) for key, v in zip(keys, values, strict=True)]
        except ValueError:
            backwards, values = False, []
        else:
            statement = statement.where(_after(keys, bounds, backwards))
    found = list(session.execute(statement.limit(size + 1)))
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    first = last = None
    if found:
        names = [str(key[0].key) for key in keys]
        first = encode([getattr(found[0], n) for n in names], backwards=True)
        last = encode([getattr(found[-1], n) for n in names])
    has_previous, has_next = (more, bool(values)) if backwards else (bool(values), more)
    return Page(
        [make(row) for row in found],
        first if has_previous else None,
        last if has_next else None,
    )


def _order(key: Key, backwards: bool) -> ColumnElement[Any]:
    column, descends = key
    return column.desc() if descends != backwards else column.asc()


def _after(keys: Sequence[Key], values: Sequence[Any], backwards: bool) -> ColumnElement[bool]:
    """Return the condition that a row stands after ``values`` in the given direction.

    The first key is bounded alone too, so that an index starts there and not at its end.
    """
    alternatives = []
    for place, (column, descends) in enumerate(keys):
        value = values[place]
        beyond = column < value if descends != backwards else column > value
        equal = [k[0] == v for k, v in zip(keys[:place], values[:place], strict=True)]
        alternatives.append(and_(*equal, beyond))
    first, descends = keys[0]
    bound = first <= values[0] if descends != backwards else first >= values[0]
    return and_(bound, or_(*alternatives))


def _python(column: ColumnElement[Any], value: Any) -> Any:
    """Return a cursor’s value as the column’s type.

    :raises ValueError: when it does not fit.
    """
    kind = column.type.python_type
    if kind is date:
        return date.fromisoformat(str(value))
    if kind is datetime:
        return datetime.fromisoformat(str(value))
    if kind is int and not isinstance(value, int):
        raise ValueError(value)
    return value
