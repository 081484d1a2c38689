"""The blueprint of the pages about workshops, and what they share."""

from flask import Blueprint, current_app, url_for

from qse_audit.core.permissions import Permission
from qse_audit.core.text import N_
from qse_audit.settings import Settings
from qse_audit.web.guards import Target
from qse_audit.web.origins import Studies
from qse_audit.workshops import queries, services
from qse_audit.workshops.models import Workshop
from qse_audit.workshops.rules import SUBJECTS

bp = Blueprint("workshops", __name__, url_prefix="/workshops")

WORKSHOP = Target(queries.get_workshop, "workshop_id", read=Permission.WORKSHOP_READ)
PROPOSAL = Target(queries.get_proposal, "workshop_proposal_id", read=Permission.WORKSHOP_READ)


def secret_key() -> str:
    """Return the secret from which links are made."""
    found: str = current_app.config["SECRET_KEY"]
    return found


def link_of(workshop: Workshop) -> str:
    """Return the address by which people come in."""
    settings: Settings = current_app.config["SETTINGS"]
    token = services.token_of(secret_key(), workshop.nonce)
    return settings.public_url + url_for("workshops.enter", token=token)


def stamp_of(workshop: Workshop, *counts: int) -> str:
    """Return what changes whenever a screen that shows ``counts`` should be read again."""
    return "-".join(str(each) for each in (workshop.version, *counts))


STUDIES = Studies(
    title=N_("Ateliers"),
    begins=N_("Animer un atelier"),
    subjects=SUBJECTS,
    endpoint="workshops.about",
    permission=Permission.WORKSHOP_START,
    about=queries.studies_about,
)
"""What the page of a record shows of its workshops."""
