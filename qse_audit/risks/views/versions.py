"""The pages about the frozen versions of an analysis."""

from datetime import date
from typing import Any

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from qse_audit.actions.rules import ActionStatus
from qse_audit.core.permissions import Permission
from qse_audit.core.prevention import PreventionPrinciple
from qse_audit.risks import queries
from qse_audit.risks.models import RiskVersion
from qse_audit.risks.rules import METHODS, RiskMethod
from qse_audit.risks.views.analysis import took_part
from qse_audit.risks.views.blueprint import VERSION, bp
from qse_audit.risks.views.parts import scale_of, shown_notes, shown_rating, words_of
from qse_audit.web.guards import requires
from qse_audit.web.i18n import locale
from qse_audit.web.sign_in import identity

P = Permission


@bp.get("/versions/<int:version_id>")
@requires(P.RISK_READ, on=VERSION)
def version(found: RiskVersion) -> ResponseReturnValue:
    """Show a version exactly as it was approved."""
    content = queries.read_document(found)
    return render_template(
        "risks/version.html",
        version=found,
        analysis=found.analysis,
        content=content,
        card=METHODS[RiskMethod(content["method"])],
        lines=[_line(content, each) for each in content["lines"]],
        actions=[_action(each) for each in content["actions"]],
        took_part=took_part(found.analysis) or made_it(found),
    )


def _line(content: dict[str, Any], line: dict[str, Any]) -> dict[str, Any]:
    """Return a frozen line with what was chosen on it and its rating, in words."""
    scale, held = scale_of(content["scale"]), line["rating"]
    card = METHODS[RiskMethod(content["method"])]
    chosen = (
        words_of(card.method, each.code, line["details"].get(each.code, line.get(each.code)))
        for each in card.columns
        if each.choices is not None
    )
    return {
        **line,
        "chosen": " · ".join(filter(None, chosen)),
        "shown": shown_rating(scale, held["score"], held["band"], locale()) if held else None,
        "notes": shown_notes(scale, held["notes"]) if held else "",
    }


def _action(action: dict[str, Any]) -> dict[str, Any]:
    """Return a frozen action with its codes in words and its day."""
    principle = action["principle"]
    return {
        **action,
        "principle": PreventionPrinciple(principle).label if principle else "",
        "status": ActionStatus(action["status"]).label,
        "due_on": date.fromisoformat(action["due_on"]),
    }


def made_it(found: RiskVersion) -> bool:
    """Say whether the visitor made this version."""
    return any(each.person_id == identity().user_id for each in found.participations)


@bp.get("/versions/<int:version_id>/document.json")
@requires(P.RISK_READ, on=VERSION)
def document(found: RiskVersion) -> ResponseReturnValue:
    """Send the bytes whose hash was kept."""
    name = f"{found.analysis.reference}-v{found.number}.json"
    return Response(
        found.document.encode(),
        content_type="application/json",
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )
