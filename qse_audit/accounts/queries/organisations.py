"""Reading organisations and their sites."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Organisation, Site
from qse_audit.core.errors import NotFound


def get_organisation(session: Session, organisation_id: int) -> Organisation:
    """Return an organisation.

    :raises NotFound: if there is none.
    """
    found = session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound(f"organisation {organisation_id}")
    return found


def sites_of(session: Session, organisation_id: int) -> Sequence[Site]:
    """Return the sites in use of an organisation, by name."""
    return session.scalars(
        select(Site)
        .where(Site.organisation_id == organisation_id, Site.archived_at.is_(None))
        .order_by(Site.name)
    ).all()


def all_sites_of(session: Session, organisation_id: int) -> Sequence[Site]:
    """Return every site of an organisation, those in use first, by name."""
    return session.scalars(
        select(Site)
        .where(Site.organisation_id == organisation_id)
        .order_by(Site.archived_at.is_not(None), Site.name)
    ).all()


def get_site(session: Session, site_id: int) -> Site:
    """Return a site, in use or archived.

    :raises NotFound: if there is none.
    """
    found = session.get(Site, site_id)
    if found is None:
        raise NotFound(f"site {site_id}")
    return found
