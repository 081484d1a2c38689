"""What most acts begin and end with: the version that one saw, and the trail."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from qse_audit.core.errors import Conflict
from qse_audit.core.permissions import Kind
from qse_audit.db.trail import Act, Head, record


class Actor(Protocol):
    """Who acts."""

    @property
    def user_id(self) -> int:
        """Return the key of the person."""


class Noted(Protocol):
    """A row of one organisation."""

    @property
    def id(self) -> int:
        """Return its key."""

    @property
    def organisation_id(self) -> int:
        """Return whose it is."""


def note(
    session: Session,
    subject: tuple[Kind, Noted],
    act: str,
    *,
    actor: Actor,
    now: datetime,
    data: Mapping[str, object] | None = None,
    texts: Mapping[str, str] | None = None,
) -> Head:
    """Record ``act`` on a row, in the chain of its organisation; empty texts are left out."""
    kind, row = subject
    session.flush()
    done = Act(
        verb=f"{kind}.{act}",
        kind=kind,
        subject_id=row.id,
        data=data or {},
        texts={name: text for name, text in (texts or {}).items() if text},
    )
    return record(
        session, done, organisation_id=row.organisation_id, actor_id=actor.user_id, now=now
    )


def change(row: object, wanted: Mapping[str, object], *, version: int | None) -> list[str]:
    """Write ``wanted`` into a versioned row; return the names of what changed.

    The same values again change nothing, whatever the version.

    :raises Conflict: when ``version`` is no longer the stored one, with both where they differ.
    """
    stored = {name: getattr(row, name) for name in wanted}
    changed = sorted(name for name in wanted if wanted[name] != stored[name])
    if not changed:
        return []
    if version is not None and version != row.version:  # type: ignore[attr-defined]  # Versioned
        raise Conflict(theirs=as_texts(stored, changed), yours=as_texts(wanted, changed))
    for name in changed:
        setattr(row, name, wanted[name])
    return changed


def as_texts(values: Mapping[str, object], names: Iterable[str]) -> dict[str, str]:
    """Return the values called ``names`` as a field of a page holds them; lists are left out."""
    return {name: _as_text(values[name]) for name in names if not isinstance(values[name], list)}


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "y" if value else ""
    return "" if value is None else str(value)
