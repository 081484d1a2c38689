"""What the pages about referentials share: the blueprint, and how they find their objects."""

from flask import Blueprint

from qse_audit.core.permissions import Permission
from qse_audit.referentials import queries
from qse_audit.referentials.models import Edition
from qse_audit.referentials.rules import edition_name, writing_refusals
from qse_audit.web.guards import Target

bp = Blueprint("referentials", __name__, url_prefix="/referentials")

EDITION = Target(queries.get_edition, "edition_id", read=Permission.REFERENTIAL_READ)
REQUIREMENT = Target(queries.get_requirement, "requirement_id", read=Permission.REFERENTIAL_READ)


def name_of(edition: Edition) -> str:
    """Return how people cite an edition."""
    return edition_name(edition.referential.ref, edition.label)


def refusals_of(edition: Edition) -> tuple[object, ...]:
    """Return why the content of an edition cannot be changed in place."""
    return writing_refusals(
        is_shipped=edition.referential.organisation_id is None,
        is_frozen=edition.frozen_at is not None,
        status=edition.status,
    )
