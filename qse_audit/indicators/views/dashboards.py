"""The dashboards: few charts, each with its decision; what changed; sites side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accounts.queries import get_organisation
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.permissions import Permission, Role
from qse_audit.documents.names import MEDIA_TYPES
from qse_audit.documents.text import moment
from qse_audit.indicators import queries, services
from qse_audit.indicators.queries import boards
from qse_audit.indicators.queries.readings import Reading
from qse_audit.indicators.reports import boards as papers
from qse_audit.indicators.reports import reviews
from qse_audit.indicators.reports.charts import face_of, main_chart
from qse_audit.indicators.rules import Sited, comparisons, last_of, turn_of
from qse_audit.indicators.views.blueprint import bp
from qse_audit.indicators.views.charts import signal_rows
from qse_audit.web.database import commits, session
from qse_audit.web.guards import requires
from qse_audit.web.i18n import locale
from qse_audit.web.sign_in import identity

STEERING = (Role.MANAGEMENT, Role.COORDINATOR, Role.PROCESS_OWNER, Role.AUDITOR, Role.CANDIDATE,
            Role.TUTOR)  # fmt: skip
"""The roles that have a dashboard."""


@bp.get("/dashboard")
@requires(Permission.INDICATOR_LIST)
def dashboard() -> ResponseReturnValue:
    """Show the charts of the person’s roles, what changed this month, and the sites compared."""
    today = day_in_paris(now())
    board = boards.board_for(session(), identity(), today)
    return render_template(
        "indicators/dashboard.html",
        board=board,
        cards=[_card(reading, board.sites) for reading in board.readings],
        turned=[(each.indicator, turn) for each in board.readings if (turn := _turn(each))],
        new_signals=signal_rows(board.new_signals),
        compared=_compared(board.readings, board.sites),
        today=today,
    )


@bp.get("/dashboard.pdf")
@requires(Permission.INDICATOR_LIST)
def dashboard_pdf() -> ResponseReturnValue:
    """Send the dashboard as PDF."""
    board = boards.board_for(session(), identity(), day_in_paris(now()))
    content = papers.board_pdf(
        board.readings,
        title=_("Tableau de bord QSE"),
        organisation=_organisation(),
        made=moment(now(), locale()),
        locale=locale(),
    )
    return _file(content, MEDIA_TYPES["pdf"], "tableau-de-bord.pdf")


@bp.get("/dashboard.xlsx")
@requires(Permission.INDICATOR_LIST)
def dashboard_xlsx() -> ResponseReturnValue:
    """Send the dashboard as a spreadsheet."""
    board = boards.board_for(session(), identity(), day_in_paris(now()))
    content = papers.board_xlsx(board.readings, title=_("Tableau de bord"), locale=locale())
    return _file(content, MEDIA_TYPES["xlsx"], "tableau-de-bord.xlsx")


@bp.get("/review.xlsx")
@requires(Permission.INDICATOR_LIST)
def review_sheet() -> ResponseReturnValue:
    """Send the sheet of the review of indicators: which decide something, which were dropped."""
    content = reviews.review_xlsx(_review(), locale())
    return _file(content, MEDIA_TYPES["xlsx"], "revue-des-indicateurs.xlsx")


@bp.get("/review.pdf")
@requires(Permission.INDICATOR_LIST)
def review_paper() -> ResponseReturnValue:
    """Send the same sheet as PDF, with room to decide with a pen."""
    content = reviews.review_pdf(_review(), locale())
    return _file(content, MEDIA_TYPES["pdf"], "revue-des-indicateurs.pdf")


def _review() -> reviews.Review:
    here, at = identity(), now()
    organisation, maker = queries.printing_names(session(), here)
    return reviews.Review(
        readings=boards.reviewed(session(), here.organisation_id, day_in_paris(at)),
        organisation=organisation,
        made_at=at,
        made_by=maker,
    )


@bp.route("/dashboard/audiences", methods=["GET", "POST"])
@requires(Permission.INDICATOR_SHOW)
@commits
def audiences() -> ResponseReturnValue:
    """Choose which indicator stands on the dashboard of which role."""
    here = identity().organisation_id
    choices = boards.audiences_of(session(), here)
    if request.method == "POST":
        wanted = {each.id: _ticked(each.id) for each in choices}
        services.show_indicators(session(), choices, wanted, actor=identity(), now=now())
        flash(_("Les tableaux de bord sont composés."), "success")
        return redirect(url_for("indicators.dashboard"), 303)
    return render_template("indicators/audiences.html", choices=choices, roles=STEERING)


def _ticked(indicator_id: int) -> frozenset[Role]:
    ticked = set(request.form.getlist(f"roles-{indicator_id}"))
    return frozenset(role for role in STEERING if role.value in ticked)


def _card(reading: Reading, sites: Mapping[int, str]) -> dict[str, Any]:
    indicator = reading.indicator
    return {
        "indicator": indicator,
        "site": sites.get(indicator.site_id or 0),
        "chart": main_chart(reading.analysis, face_of(reading, locale())),
        "last": last_of(reading.analysis, indicator.direction),
        "light": papers.light_of(reading),
        "open_signals": reading.open_signals,
    }


def _turn(reading: Reading) -> Any:
    return turn_of(reading.analysis, reading.indicator.direction)


def _compared(readings: Sequence[Reading], sites: Mapping[int, str]) -> list[Any]:
    """Return the charts of what several sites count alike."""
    named = {_key(reading): reading for reading in readings}
    found = comparisons(
        Sited(_key(reading), sites.get(reading.indicator.site_id or 0, ""), reading.analysis)
        for reading in readings
    )
    return [papers.comparison_chart(each, named[each.key], locale()) for each in found]


def _key(reading: Reading) -> str:
    return reading.indicator.library_key or reading.indicator.short_name


def _organisation() -> str:
    return get_organisation(session(), identity().organisation_id).name


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(
        content,
        content_type=media_type,
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )
