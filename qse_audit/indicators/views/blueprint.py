"""The blueprint of indicators, and what its pages share."""

from flask import Blueprint

from qse_audit.accounts.queries import people_of, sites_of
from qse_audit.core.permissions import Permission
from qse_audit.indicators import queries
from qse_audit.processes.queries import processes_of
from qse_audit.web.database import session
from qse_audit.web.guards import Target
from qse_audit.web.sign_in import identity

bp = Blueprint("indicators", __name__, url_prefix="/indicators")

INDICATOR = Target(
    load=queries.get_indicator, argument="indicator_id", read=Permission.INDICATOR_READ
)


def choices() -> tuple[list[tuple[int, str]], ...]:
    """Return the people, the processes and the sites that a card may name."""
    here = identity().organisation_id
    return (
        [(person.id, person.name) for person in people_of(session(), here)],
        [(process.id, process.name) for process in processes_of(session(), here)],
        [(site.id, site.name) for site in sites_of(session(), here)],
    )
