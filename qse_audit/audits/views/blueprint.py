"""The blueprint of the pages about audits, and how they find what they show."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from qse_audit.audits import queries
from qse_audit.core.permissions import Permission
from qse_audit.documents.text import day
from qse_audit.evidence.queries import EvidenceLine
from qse_audit.web.guards import Target, View, reach
from qse_audit.web.i18n import locale, translate

bp = Blueprint("audits", __name__, url_prefix="/audits")

AUDIT = Target(load=queries.get_audit, argument="audit_id", read=Permission.AUDIT_READ)
ITEM = Target(load=queries.get_item, argument="item_id", read=Permission.AUDIT_READ)
REPORT = Target(load=queries.get_report, argument="report_id", read=Permission.AUDIT_READ)


def requires_question(permission: Permission, *, to_change: bool = False) -> Callable[[View], View]:
    """Let a view run on ``/<int:audit_id>/checklist/<int:position>``; it gets the question.

    The question, its audit and the people of it are read in one statement.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*, audit_id: int, position: int, **values: Any) -> ResponseReturnValue:
            found = Target(
                load=lambda session, key: queries.item_at(
                    session, audit_id, key, to_change=to_change
                ),
                argument="position",
                read=Permission.AUDIT_READ,
            )
            return view(reach(found, position, permission), **values)

        guarded.guard = permission  # type: ignore[attr-defined]  # read by tests/meta
        guarded.target = AUDIT  # type: ignore[attr-defined]  # read by tests/meta
        return guarded

    return decorate


def picture(line: EvidenceLine) -> dict[str, str | None]:
    """Return an evidence file as the grid of thumbnails shows it."""
    thumbnail = url_for("evidence.thumbnail", evidence_id=line.id) if line.has_thumbnail else None
    return {
        "name": line.title,
        "url": url_for("evidence.detail", evidence_id=line.id),
        "thumb_url": thumbnail,
        "note": day(line.happened_on, locale()),
        "gone": translate(gone) if (gone := line.tombstone(locale())) else None,
    }
