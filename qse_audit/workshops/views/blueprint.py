"""The blueprint of the pages about workshops, and what they share."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, current_app, request, url_for
from markupsafe import Markup

from qse_audit.core.permissions import Permission
from qse_audit.core.text import N_
from qse_audit.documents.qr import qr_svg
from qse_audit.settings import Settings
from qse_audit.web.guards import Target
from qse_audit.web.origins import Studies
from qse_audit.web.sign_in import LOOPBACK
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


@dataclass(frozen=True, slots=True)
class Door:
    """How people come in: the address, its code for cameras, whether a phone can open it."""

    url: str
    code: Markup
    is_near: bool
    """Whether only this machine opens it."""


def door_of(workshop: Workshop) -> Door:
    """Return the way in; on a machine that was told no address, the one that it was asked at."""
    settings: Settings = current_app.config["SETTINGS"]
    base = settings.public_url
    if _is_near(base):
        base = request.host_url.rstrip("/")
    url = base + url_for("workshops.enter", token=services.token_of(secret_key(), workshop.nonce))
    return Door(url, Markup(qr_svg(url)), _is_near(base))  # hexadecimal, and paths of ours


def _is_near(url: str) -> bool:
    return urlsplit(url).hostname in LOOPBACK | {"localhost"}


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
