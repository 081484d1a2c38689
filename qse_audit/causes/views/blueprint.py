"""The blueprint of the pages about causes, how they find what a URL names, how forms answer."""

from typing import TypeVar

from flask import Blueprint

from qse_audit.causes import queries
from qse_audit.causes.rules import SUBJECTS
from qse_audit.core.permissions import Permission
from qse_audit.core.text import N_, Coded
from qse_audit.web.guards import Target
from qse_audit.web.origins import Studies

P = Permission
C = TypeVar("C", bound=Coded)
bp = Blueprint("causes", __name__, url_prefix="/causes")

CAUSE = Target(queries.get_analysis, "cause_id", read=P.CAUSE_READ)
LINE = Target(queries.get_node, "cause_node_id", read=P.CAUSE_READ)
MEMBER = Target(queries.get_member, "cause_member_id", read=P.CAUSE_READ)


def chosen(codes: type[C], text: str | None) -> C | None:
    """Return the code that an address names, ``None`` for anything else."""
    return codes(text) if text in set(codes) else None


STUDIES = Studies(
    title=N_("Recherche des causes"),
    begins=N_("Chercher les causes"),
    subjects=SUBJECTS,
    endpoint="causes.about",
    permission=P.CAUSE_CREATE,
    about=queries.studies_about,
)
"""What the page of a record shows of its analyses."""
