"""How a lower page reaches what stands above it: one table, filled in ``app.py``.

An action is asked for by a finding, a photo is taken for an audit, a message is about an action:
the lower feature stores ``(kind, id)`` and finds here how to load it, where its page is, and whose
people may read what is tied to it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeAlias

from flask import Flask, current_app, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from qse_audit.core.errors import NotAllowed, NotFound
from qse_audit.core.permissions import Kind, Permission
from qse_audit.core.studies import Study
from qse_audit.core.text import Message
from qse_audit.policies import Identity
from qse_audit.web.database import session
from qse_audit.web.guards import Target, View, can, reach
from qse_audit.web.sign_in import identity

Place: TypeAlias = tuple[str, str]
"""The endpoint of a page, and its URL argument, ``""`` if it has none."""
Attach: TypeAlias = Callable[..., None]
"""A service ``(session, subject, evidence, *, actor, now)`` that ties an evidence file to an
object, and may refuse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Studies:
    """What one feature above offers about a record, on the record’s own page."""

    title: Message
    """How they are called together: “Recherche des causes”."""
    begins: Message
    """The act that begins one: “Chercher les causes”."""
    subjects: frozenset[Kind]
    """The kinds of records that they are about."""
    endpoint: str
    """The page that begins one; its arguments are ``kind`` and ``origin_id``."""
    permission: Permission
    """What one must be allowed on the record to begin one."""
    about: Callable[[Session, tuple[Kind, int], Identity], Sequence[Study]]
    """Gives those that the person may read, the newest first."""


@dataclass(frozen=True, slots=True)
class StudiesShown:
    """The studies of one feature as a page shows them."""

    studies: Studies
    lines: Sequence[tuple[Study, str]]
    """Each with the address of its page."""
    begin_url: str
    """``""``: the visitor may not begin one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginPage:
    """What the features below may know of one kind of object."""

    target: Target
    endpoint: str
    """The page that shows it; its URL argument is the target’s."""
    context: Callable[[Any], tuple[Kind, int]]
    """The object whose participations say who may read what is tied to it."""
    organisation_id: Callable[[Any], int]
    label: Callable[[Any], str]
    """How people call it: ``CST-2026-031``."""
    adds: Permission = Permission.EVIDENCE_ADD
    """What one must be allowed on it to add evidence."""
    attach: Attach | None = None
    """Ties an evidence file to it, in the current transaction; ``None``: the context is enough."""
    release: Callable[..., None] | None = None
    """Unties a withdrawn file from what relies on it: ``(session, evidence, *, actor, now)``."""
    ties: Callable[[Session, int, Identity], Sequence[tuple[int, str]]] | None = None
    """Gives (id, label) of the objects of this kind that rely on an evidence file and that the
    person may read."""
    facts: Callable[[Session, Identity], Sequence[tuple[str, int, str]]] | None = None
    """Gives (kind, id, label) of what a proposal may rest on and the person may read."""
    studies: Studies | None = None
    """What objects of this kind look into, where they are about another record."""

    @staticmethod
    def title(subject: Any) -> str:
        """Return the title of an object, which what begins from it starts with; ``""`` for none."""
        return str(getattr(subject, "title", ""))

    def url(self, subject: Any) -> str:
        """Return the address of an object’s page."""
        values: dict[str, Any] = {self.target.argument: subject.id}
        return url_for(self.endpoint, **values)


def origin_page(kind: Kind | str) -> OriginPage:
    """Return the entry of a kind.

    :raises NotFound: for a kind that nothing can be tied to.
    """
    table: Mapping[str, OriginPage] = current_app.extensions["origins"]
    found = table.get(str(kind))
    if found is None:
        raise NotFound(str(kind))
    return found


def origin_url(kind: Kind | str | None, subject_id: int | None) -> str:
    """Return the address of an object’s page; ``""`` for a kind without one."""
    places: Mapping[str, Place] = current_app.extensions["places"]
    found = places.get(str(kind)) if kind is not None and subject_id is not None else None
    if found is None:
        return ""
    endpoint, argument = found
    values: dict[str, Any] = {argument: subject_id} if argument else {}
    return url_for(endpoint, **values)


def origin_link(kind: Kind, subject_id: int) -> tuple[str, str] | None:
    """Return (label, address) of an object; ``None`` when the visitor may not know of it."""
    table: Mapping[str, OriginPage] = current_app.extensions["origins"]
    page = table.get(str(kind))
    if page is None:
        return None
    try:
        subject = reach(page.target, subject_id, page.target.read)
    except NotFound:
        return None
    return page.label(subject), page.url(subject)


def may_do(permission: Permission, kind: Kind, subject_id: int) -> bool:
    """Say whether the visitor may do this to an object."""
    page = origin_page(kind)
    try:
        reach(page.target, subject_id, permission)
    except (NotFound, NotAllowed):
        return False
    return True


def ties_of(evidence_id: int) -> list[tuple[str, str]]:
    """Return (label, address) of what relies on an evidence file and the visitor may read."""
    table: Mapping[str, OriginPage] = current_app.extensions["origins"]
    return [
        (label, origin_url(kind, subject_id))
        for kind, page in table.items()
        if page.ties is not None
        for subject_id, label in page.ties(session(), evidence_id, identity())
    ]


def facts_from_above() -> list[tuple[str, int, str]]:
    """Return (kind, id, label) of what the features above offer to proposals, for the visitor."""
    table: Mapping[str, OriginPage] = current_app.extensions["origins"]
    return [
        fact
        for page in table.values()
        if page.facts is not None
        for fact in page.facts(session(), identity())
    ]


def studies_about(kind: Kind | str, subject: Any) -> list[StudiesShown]:
    """Return what the features above hold about a record, and where one more begins."""
    table: Mapping[str, OriginPage] = current_app.extensions["origins"]
    shown = []
    for above, page in table.items():
        if page.studies is None or Kind(kind) not in page.studies.subjects:
            continue
        found = page.studies.about(session(), (Kind(kind), subject.id), identity())
        begin_url = ""
        if can(page.studies.permission, subject):
            begin_url = url_for(page.studies.endpoint, kind=str(kind), origin_id=subject.id)
        if found or begin_url:
            lines = [(one, origin_url(above, one.id)) for one in found]
            shown.append(StudiesShown(page.studies, lines, begin_url))
    return shown


def release(evidence: Any, *, now: datetime) -> None:
    """Untie a file that was withdrawn from every kind of object."""
    table: Mapping[str, OriginPage] = current_app.extensions["origins"]
    for page in table.values():
        if page.release is not None:
            page.release(session(), evidence, actor=identity(), now=now)


def requires_on_origin(permission: Permission) -> Callable[[View], View]:
    """Let a view run on ``/<kind>/<int:origin_id>`` for people who may do this to that object.

    The view gets ``origin`` (the object) and ``page`` (its :class:`OriginPage`) instead.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*, kind: str, origin_id: int, **values: Any) -> ResponseReturnValue:
            page = origin_page(kind)
            return view(reach(page.target, origin_id, permission), page, **values)

        guarded.guard = permission  # type: ignore[attr-defined]  # read by tests/meta
        return guarded

    return decorate


def init_app(app: Flask, table: Mapping[Kind, OriginPage], places: Mapping[str, Place]) -> None:
    """Give ``app`` its tables and its templates ``origin_url`` and ``studies_about``.

    ``places`` are the pages of what nothing can be tied to.
    """
    app.extensions["origins"] = {str(kind): page for kind, page in table.items()}
    app.extensions["places"] = {
        **{str(kind): (page.endpoint, page.target.argument) for kind, page in table.items()},
        **places,
    }
    app.jinja_env.globals.update(origin_url=origin_url, studies_about=studies_about)
