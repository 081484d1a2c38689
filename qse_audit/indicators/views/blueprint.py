"""The blueprint of indicators, and what its pages share."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from qse_audit.accounts.queries import people_of, sites_of
from qse_audit.core.errors import BadInput, Refusal, Refused
from qse_audit.core.permissions import Permission
from qse_audit.core.text import N_
from qse_audit.indicators import queries
from qse_audit.processes.queries import processes_of
from qse_audit.web.database import session
from qse_audit.web.errors import wants_json
from qse_audit.web.forms import Form
from qse_audit.web.guards import Target
from qse_audit.web.sign_in import identity

bp = Blueprint("indicators", __name__, url_prefix="/indicators")

INDICATOR = Target(
    load=queries.get_indicator, argument="indicator_id", read=Permission.INDICATOR_READ
)
FIELDS = {
    "owner_foreign": "owner_id",
    "process_foreign": "process_id",
    "site_foreign": "site_id",
    "frequency_in_use": "frequency",
    "name_long": "title",
    "short_name_taken": "code",
    "code_unusable": "code",
    "code_long": "code",
    "unit_long": "unit",
    "tolerance_order": "tolerance_high",
    "conclusion_missing": "note",
    "review_not_to_come": "review_on",
}
"""Which field a refusal is about; the others are about the whole form."""


def accepted(form: Form, act: Callable[[], Any]) -> Any:
    """Return what ``act`` made of a valid form; refusals go onto the form, with all typed."""
    if not form.validate_on_submit():
        return None
    try:
        return act() or True
    except (Refused, BadInput) as error:
        if wants_json():
            raise
        tell(form, error)
        return None


def tell(form: Form, error: Refused | BadInput) -> None:
    """Show why something was refused, each reason at its field."""
    if isinstance(error, BadInput):
        told = N_("%(place)s : %(message)s", place=error.place, message=error.message)
        error = Refused([Refusal("bad_input", told if error.place else error.message)])
    for refusal in error.refusals:
        field = "formula" if refusal.code.startswith("formula") else FIELDS.get(refusal.code)
        form.refuse(Refused([refusal]), field if field and field in form else None)


def choices() -> tuple[list[tuple[int, str]], ...]:
    """Return the people, the processes and the sites that a card may name."""
    here = identity().organisation_id
    return (
        [(person.id, person.name) for person in people_of(session(), here)],
        [(process.id, process.name) for process in processes_of(session(), here)],
        [(site.id, site.name) for site in sites_of(session(), here)],
    )
