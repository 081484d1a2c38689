"""The list of analyses, and the risks of all of them on one list."""

from flask import render_template
from flask.typing import ResponseReturnValue

from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.permissions import Permission
from qse_audit.risks import queries
from qse_audit.risks.models import Risk, RiskAnalysis
from qse_audit.risks.queries import PLACE, AnalysisFilter, TopFilter
from qse_audit.risks.rules import RiskMethod, RiskRank
from qse_audit.risks.rules.analyses import AnalysisStatus
from qse_audit.risks.views.blueprint import bp
from qse_audit.risks.views.parts import scale_of, shown_rating
from qse_audit.web.database import session
from qse_audit.web.forms import choices_of
from qse_audit.web.guards import requires
from qse_audit.web.i18n import locale
from qse_audit.web.listing import Listing, listing
from qse_audit.web.paging import page
from qse_audit.web.sign_in import identity

P = Permission
FILTERS = ("q", "method", "status")
SHOWN = ("high", "medium", "low", "unrated", "again")
"""The words of the address of the list of risks."""


@bp.get("/")
@requires(P.RISK_LIST)
def index() -> ResponseReturnValue:
    """List the analyses that the person may read."""
    shown = listing(("reference",), "-reference")
    wanted = asked_for(shown)
    return render_template(
        "risks/index.html",
        page=page(
            session(),
            queries.list_statement(identity(), wanted),
            [(RiskAnalysis.id.expression, shown.sort[1])],
            cursor=shown.cursor,
            make=queries.as_line,
        ),
        listing=shown,
        wanted=wanted,
        filters=FILTERS,
        methods=choices_of(RiskMethod),
        statuses=choices_of(AnalysisStatus),
        counts=queries.counts_by_rank(session(), identity()),
        today=day_in_paris(now()),
    )


@bp.get("/top")
@requires(P.RISK_LIST)
def top() -> ResponseReturnValue:
    """Show the risks of all analyses, the highest first; what is not rated has its own list."""
    shown = listing(("place",), "-place")
    wanted, language = top_asked_for(shown), locale()

    def make(row: object) -> object:
        line = queries.top_line(row)  # type: ignore[arg-type]  # a row of the statement
        return line, shown_rating(scale_of(line.scale), line.score, line.band, language)

    return render_template(
        "risks/top.html",
        page=page(
            session(),
            queries.top_statement(identity(), wanted),
            [(PLACE, True), (Risk.id.expression, True)],
            cursor=shown.cursor,
            make=make,
        ),
        listing=shown,
        wanted=wanted,
        show=shown.values.get("show", ""),
        method=wanted.method,
        methods=choices_of(RiskMethod),
        counts=queries.counts_by_rank(session(), identity()),
    )


def asked_for(shown: Listing) -> AnalysisFilter:
    """Return what the address of the list asks for; words that mean nothing are left out."""
    values = shown.values
    method, status = values.get("method"), values.get("status")
    return AnalysisFilter(
        search=values.get("q", "")[:200],
        method=RiskMethod(method) if method in set(RiskMethod) else None,
        status=AnalysisStatus(status) if status in set(AnalysisStatus) else None,
    )


def top_asked_for(shown: Listing) -> TopFilter:
    """Return what the address of the list of risks asks for."""
    show, method = shown.values.get("show", ""), shown.values.get("method")
    ranks = {rank.code: rank for rank in RiskRank}
    return TopFilter(
        rank=ranks.get(show),
        unrated=show == "unrated",
        to_rate=show == "again",
        method=RiskMethod(method) if method in set(RiskMethod) else None,
    )
