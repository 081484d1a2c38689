"""Changing organisations and their sites."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Organisation, Person, Site
from qse_audit.accounts.rules import NAME_TAKEN, OrganisationKind, one_line
from qse_audit.accounts.services.people import grant_roles
from qse_audit.core.errors import Refused
from qse_audit.core.permissions import Role
from qse_audit.db.trail import Act, record
from qse_audit.db.wall import lifted
from qse_audit.policies import Identity


def create_organisation(
    session: Session, *, name: str, kind: OrganisationKind, actor_id: int | None, now: datetime
) -> Organisation:
    """Add an organisation; its event chain starts with it."""
    organisation = Organisation(name=one_line(name), kind=kind, created_at=now)
    session.add(organisation)
    session.flush()
    act = Act(
        verb="organisation.create",
        kind="organisation",
        subject_id=organisation.id,
        data={"kind": kind.value},
        texts={"name": organisation.name},
    )
    record(session, act, organisation_id=organisation.id, actor_id=actor_id, now=now)
    return organisation


def found_organisation(
    session: Session,
    founder: Person,
    *,
    name: str,
    kind: OrganisationKind,
    coordinates: bool = False,
    now: datetime,
) -> Organisation:
    """Add an organisation that ``founder`` administers, and coordinates if wanted."""
    roles = {Role.ADMINISTRATOR}
    if coordinates and kind is OrganisationKind.COMPANY:
        roles.add(Role.COORDINATOR)
    with lifted(session):  # nobody belongs to it yet
        organisation = create_organisation(
            session, name=name, kind=kind, actor_id=founder.id, now=now
        )
        grant_roles(session, founder, organisation, roles, actor_id=founder.id, now=now)
    return organisation


def rename_organisation(
    session: Session, organisation: Organisation, name: str, *, actor: Identity, now: datetime
) -> None:
    """Change the name of an organisation."""
    organisation.name = one_line(name)
    act = Act(
        verb="organisation.rename",
        kind="organisation",
        subject_id=organisation.id,
        texts={"name": organisation.name},
    )
    record(session, act, organisation_id=organisation.id, actor_id=actor.user_id, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the checks of coherence hold an organisation to."""

    objectives_per_owner: int
    objective_review_months: int


def limit_objectives(
    session: Session, organisation: Organisation, limits: Limits, *, actor: Identity, now: datetime
) -> None:
    """Change what is too many objectives for one person, and too long without a review."""
    before = Limits(
        objectives_per_owner=organisation.objectives_per_owner,
        objective_review_months=organisation.objective_review_months,
    )
    if limits == before:
        return
    organisation.objectives_per_owner = limits.objectives_per_owner
    organisation.objective_review_months = limits.objective_review_months
    act = Act(
        verb="organisation.limit",
        kind="organisation",
        subject_id=organisation.id,
        data={"before": asdict(before), "after": asdict(limits)},
    )
    record(session, act, organisation_id=organisation.id, actor_id=actor.user_id, now=now)


def add_site(
    session: Session,
    organisation: Organisation,
    *,
    name: str,
    address: str,
    actor_id: int,
    now: datetime,
) -> Site:
    """Add a place where the organisation works.

    :raises Refused: when another site has this name.
    """
    _refuse_taken(session, organisation.id, one_line(name))
    site = Site(organisation_id=organisation.id, name=one_line(name), address=one_line(address))
    session.add(site)
    session.flush()
    act = Act(verb="site.create", kind="site", subject_id=site.id, texts={"name": site.name})
    record(session, act, organisation_id=organisation.id, actor_id=actor_id, now=now)
    return site


def edit_site(
    session: Session, site: Site, *, name: str, address: str, actor: Identity, now: datetime
) -> None:
    """Change the name and the address of a site.

    :raises Refused: when another site has this name.
    """
    _refuse_taken(session, site.organisation_id, one_line(name), except_id=site.id)
    site.name, site.address = one_line(name), one_line(address)
    _record_site(session, site, "site.edit", actor=actor, now=now)


def archive_site(session: Session, site: Site, *, actor: Identity, now: datetime) -> None:
    """Take a site out of the choices; what was recorded about it stays."""
    if site.archived_at is None:
        site.archived_at = now
        _record_site(session, site, "site.archive", actor=actor, now=now)


def restore_site(session: Session, site: Site, *, actor: Identity, now: datetime) -> None:
    """Offer an archived site again."""
    if site.archived_at is not None:
        site.archived_at = None
        _record_site(session, site, "site.restore", actor=actor, now=now)


def _record_site(
    session: Session, site: Site, verb: str, *, actor: Identity, now: datetime
) -> None:
    act = Act(verb=verb, kind="site", subject_id=site.id, texts={"name": site.name})
    record(session, act, organisation_id=site.organisation_id, actor_id=actor.user_id, now=now)


def _refuse_taken(
    session: Session, organisation_id: int, name: str, *, except_id: int | None = None
) -> None:
    taken = select(Site.id).where(
        Site.organisation_id == organisation_id, func.lower(Site.name) == func.lower(name)
    )
    if except_id is not None:
        taken = taken.where(Site.id != except_id)
    if session.scalar(taken.limit(1)) is not None:
        raise Refused([NAME_TAKEN])
