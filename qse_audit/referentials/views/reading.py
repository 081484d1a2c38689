"""The pages that show referentials."""

from typing import TypeVar

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Permission
from qse_audit.core.text import Coded
from qse_audit.referentials import queries, reports
from qse_audit.referentials.models import Edition
from qse_audit.referentials.rules import Domain, EditionStatus, Origin
from qse_audit.referentials.views.blueprint import EDITION, bp, name_of, refusals_of
from qse_audit.web.database import session
from qse_audit.web.guards import requires
from qse_audit.web.i18n import locale
from qse_audit.web.listing import Listing, listing
from qse_audit.web.sign_in import identity

C = TypeVar("C", bound=Coded)


@bp.get("/")
@requires(Permission.REFERENTIAL_READ)
def index() -> ResponseReturnValue:
    """List the referentials that the person may read."""
    shown = listing(("ref",), "ref")
    wanted = _asked_for(shown)
    return render_template(
        "referentials/index.html",
        page=queries.referentials_readable_by(session(), identity(), wanted, cursor=shown.cursor),
        count=queries.count_readable_by(session(), identity(), wanted),
        wanted=wanted,
        listing=shown,
        origins=[(o.value, o.label) for o in Origin],
        domains=[(d.value, d.label) for d in Domain],
        statuses=[(s.value, s.label) for s in EditionStatus],
    )


def _asked_for(shown: Listing) -> queries.Filters:
    """Return the filters that the address names; what it names wrongly does not count."""
    return queries.Filters(
        text=shown.values.get("q", "")[:200],
        origin=_member(Origin, shown.values.get("origin")),
        domain=_member(Domain, shown.values.get("domain")),
        status=_member(EditionStatus, shown.values.get("status")),
    )


def _member(enum: type[C], code: str | None) -> C | None:
    return next((member for member in enum if member.value == code), None)


@bp.get("/editions/<int:edition_id>")
@requires(Permission.REFERENTIAL_READ, on=EDITION)
def edition(edition: Edition) -> ResponseReturnValue:
    """Show one edition: what it is, and its whole tree."""
    nodes = queries.tree_of(session(), edition.id)
    return render_template(
        "referentials/edition.html",
        edition=edition,
        referential=edition.referential,
        origin=queries.origin_of(edition.referential),
        name=name_of(edition),
        chapters=queries.chapters_of(nodes, locale()),
        others=queries.editions_of(session(), edition.referential_id),
        refusals=refusals_of(edition),
        domains=[Domain(code) for code in edition.referential.domains],
    )


@bp.get("/editions/<int:edition_id>/download/<string:kind>")
@requires(Permission.REFERENTIAL_READ, on=EDITION)
def download(edition: Edition, kind: str) -> ResponseReturnValue:
    """Send an edition as a file that can be imported again."""
    export = reports.EXPORTS.get(kind)
    if export is None:
        raise NotFound(kind)
    outline = queries.outline_of(session(), edition)
    response = Response(export.write(outline), content_type=export.media_type)
    response.headers.set(
        "Content-Disposition", "attachment", filename=reports.file_name(outline, export.suffix)
    )
    return response
