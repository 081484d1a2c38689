"""The blueprint of portfolios, and how their views find their objects."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from wtforms import Form

from qse_audit.core.errors import Refused
from qse_audit.core.involvement import Involvement
from qse_audit.core.permissions import Kind, Permission
from qse_audit.core.text import Message
from qse_audit.portfolios.queries.candidacies import get_candidacy, get_situation, get_tied
from qse_audit.portfolios.queries.kinds import RECORDS
from qse_audit.records import RecordKind
from qse_audit.web.errors import show, wants_json
from qse_audit.web.guards import Target
from qse_audit.web.i18n import translate

bp = Blueprint("portfolios", __name__, url_prefix="/candidacies")

CANDIDACY = Target(get_candidacy, "candidacy_id", read=Permission.CANDIDACY_READ)
SITUATION = Target(get_situation, "situation_id", read=Permission.SITUATION_READ)
TIED = Target(get_tied, "tied_id", read=Permission.SITUATION_READ)


@bp.app_template_global()
def record_kind(kind: str) -> RecordKind:
    """Return how a kind of record is called and drawn."""
    return RECORDS[Kind(kind)]


@bp.app_template_global()
def involvement_word(code: str) -> Message:
    """Return how people say that somebody took part in a record."""
    return Involvement(code).label


def saved(version: int) -> ResponseReturnValue:
    """Answer a script that its text is kept, and under which version."""
    return jsonify(version=version)


def wrong(form: Form) -> ResponseReturnValue:
    """Answer what is wrong, field by field to a script, in words where no script runs."""
    if not wants_json():
        words = [str(error) for errors in form.errors.values() for error in errors]
        return show(422, detail=" ".join(words))
    return jsonify(errors={name: list(errors) for name, errors in form.errors.items()}), 422


def refused_fields(refused: Refused) -> ResponseReturnValue:
    """Answer refusals, by field (their code) to a script, in words where no script runs."""
    if not wants_json():
        return show(422, detail=" ".join(translate(each.message) for each in refused.refusals))
    errors: dict[str, list[str]] = {}
    for refusal in refused.refusals:
        errors.setdefault(refusal.code, []).append(translate(refusal.message))
    return jsonify(errors=errors), 422


def conflicting(theirs: dict[str, str], version: int) -> ResponseReturnValue:
    """Answer a script with what is stored now, so that the person may choose; else say so."""
    if not wants_json():
        return show(409)
    return jsonify(theirs=theirs, version=version), 409
