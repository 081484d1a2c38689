"""What the home page is made of: lines to act on, in sections."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy.orm import Session

from qse_audit.core.permissions import Kind, Role
from qse_audit.core.text import Message
from qse_audit.policies import COMPANY, Identity

SHOWN = 6
"""How many lines a section shows before it sends to the list."""
SOON_DAYS = 60
"""How far ahead the next audits are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing to do or to know: words, and the page where it is done."""

    title: Message | str
    kind: Kind | None = None
    id: int | None = None
    endpoint: str = ""
    """The page, where there is no single object to open."""
    values: Mapping[str, Any] = field(default_factory=dict)
    meta: tuple[Message | str, ...] = ()
    status: str = ""
    """A code of the macro ``status``: late, due_soon…"""
    status_label: Message | str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Things of one kind, the most urgent first."""

    title: Message
    lines: Sequence[Line]
    rank: int = 50
    """Where it stands: 10 for what is late, 20 for what is asked of the person, 50 to know."""
    more: str = ""
    """The page that lists them all."""
    more_values: Mapping[str, Any] = field(default_factory=dict)


HomeSection: TypeAlias = Callable[[Session, Identity, datetime], Iterable[Section]]
"""Looks at one kind of thing and gives the sections that it fills for one person."""


def oversees(who: Identity) -> bool:
    """Say whether the person looks after everything in the organisation."""
    return bool({Role.COORDINATOR, Role.MANAGEMENT} & who.roles)


def works_here(who: Identity) -> bool:
    """Say whether the person works with the records of a company."""
    return not who.roles.isdisjoint(COMPANY)
