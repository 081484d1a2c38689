"""What people write of an audit before it is held, and the checks that every act begins with."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Select, exists, literal, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from qse_audit.accounts.models import Membership, Person, Site
from qse_audit.audits.models import Audit
from qse_audit.audits.rules import AuditMethod
from qse_audit.core.errors import Conflict, NotFound
from qse_audit.core.permissions import AUDIT_TEAM, Kind, Link
from qse_audit.db.trail import Act, Head, record
from qse_audit.policies import Identity
from qse_audit.processes.models import Process
from qse_audit.referentials.models import Edition, Referential


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPlan:
    """What a person writes of an audit before it is held."""

    title: str
    objectives: str = ""
    scope: str = ""
    virtual_places: str = ""
    client: str = ""
    method: AuditMethod = AuditMethod.ON_SITE
    starts_on: date | None = None
    ends_on: date | None = None
    site_ids: Collection[int] = ()
    process_ids: Collection[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditTeam:
    """Who takes part in an audit, by link; a person has one part."""

    people: Mapping[Link, Collection[int]] = field(default_factory=dict)

    @property
    def member_ids(self) -> frozenset[int]:
        """Return who must be impartial."""
        return frozenset(i for link in AUDIT_TEAM for i in self.people.get(link, ()))

    @property
    def person_ids(self) -> frozenset[int]:
        """Return everyone."""
        return frozenset(i for ids in self.people.values() for i in ids)


Criteria = Mapping[int, Collection[str] | None]
"""Edition → keys of the chosen requirements, each with all below it; ``None`` for the whole."""


def check_version(audit: Audit, version: int | None, yours: Mapping[str, str]) -> None:
    """Refuse to write over what the person has not seen.

    :raises Conflict: with what is stored and what was sent, where they differ.
    """
    if version is None or version == audit.version:
        return
    theirs = {name: shown(getattr(audit, name)) for name in yours}
    differing = {name for name in yours if theirs[name] != yours[name]}
    raise Conflict(
        theirs={name: theirs[name] for name in yours if name in differing},
        yours={name: text for name, text in yours.items() if name in differing},
    )


def words_of(plan: AuditPlan) -> dict[str, str]:
    """Return the texts of a plan, field by field, as a conflict shows them."""
    names = ("title", "objectives", "scope", "virtual_places", "client", "method")
    words = {name: shown(getattr(plan, name)) for name in names}
    return words | {"starts_on": shown(plan.starts_on), "ends_on": shown(plan.ends_on)}


def shown(value: object) -> str:
    """Return a value as a conflict shows it."""
    return "" if value is None else str(value)


def check_references(
    session: Session,
    organisation_id: int,
    *,
    plan: AuditPlan | None = None,
    team: AuditTeam | None = None,
    criteria: Criteria | None = None,
) -> None:
    """Check, in one statement, that everything named belongs to the organisation.

    :raises NotFound: for the rest, alike whether it exists elsewhere or not.
    """
    wanted: dict[str, frozenset[int]] = {
        "site": frozenset(plan.site_ids if plan else ()),
        "process": frozenset(plan.process_ids if plan else ()),
        "person": team.person_ids if team else frozenset(),
        "edition": frozenset(criteria or ()),
    }
    own: dict[str, Select[str, int]] = {
        "site": select(literal("site"), Site.id).where(
            Site.organisation_id == organisation_id, Site.id.in_(wanted["site"])
        ),
        "process": select(literal("process"), Process.id).where(
            Process.organisation_id == organisation_id, Process.id.in_(wanted["process"])
        ),
        "person": select(literal("person"), Person.id).where(
            Person.id.in_(wanted["person"]),
            exists().where(
                Membership.person_id == Person.id, Membership.organisation_id == organisation_id
            ),
        ),
        "edition": select(literal("edition"), Edition.id)
        .join(Referential, Referential.id == Edition.referential_id)
        .where(
            Edition.id.in_(wanted["edition"]),
            or_(
                Referential.organisation_id.is_(None),
                Referential.organisation_id == organisation_id,
            ),
        ),
    }
    asked = [own[kind] for kind, ids in wanted.items() if ids]
    if not asked:
        return
    found = {tuple(row) for row in session.execute(asked[0].union_all(*asked[1:]))}
    missing = {(kind, i) for kind, ids in wanted.items() for i in ids} - found
    if missing:
        raise NotFound(str(sorted(missing)))


def touch(audit: Audit) -> None:
    """Raise the version of an audit of which only other tables change."""
    flag_modified(audit, "title")


def note(
    session: Session,
    audit: Audit,
    verb: str,
    *,
    actor: Identity,
    now: datetime,
    data: Mapping[str, object] | None = None,
    texts: Mapping[str, str] | None = None,
) -> Head:
    """Record an act on ``audit`` in the chain of its organisation."""
    act = Act(
        verb=verb,
        kind=Kind.AUDIT,
        subject_id=audit.id,
        data={"reference": audit.reference, "status": audit.status, **(data or {})},
        texts=texts or {},
    )
    return record(
        session, act, organisation_id=audit.organisation_id, actor_id=actor.user_id, now=now
    )
