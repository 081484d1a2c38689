"""The pages where balances are read: list, one of them, a figure, two side by side, papers."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.balances import queries, reports
from qse_audit.balances.models import Balance, BalanceFact
from qse_audit.balances.queries import BalanceLine
from qse_audit.balances.rules import (
    BALANCE_WORKFLOW,
    BalanceStatus,
    Breakdown,
    Content,
    Figure,
    Section,
    side_by_side,
)
from qse_audit.balances.views.blueprint import BALANCE, FACT, bp, told
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Permission
from qse_audit.documents.names import MEDIA_TYPES
from qse_audit.web.database import session
from qse_audit.web.guards import can, reach, requires
from qse_audit.web.i18n import locale
from qse_audit.web.listing import listing
from qse_audit.web.origins import origin_url
from qse_audit.web.paging import page
from qse_audit.web.sign_in import identity

P = Permission


@bp.get("/")
@requires(P.BALANCE_LIST)
def index() -> ResponseReturnValue:
    """List the balances, the newest period first."""
    shown = listing(("until_on",), "-until_on")
    columns, down = Balance.__table__.c, shown.sort[1]
    found = page(
        session(),
        queries.balance_lines(identity()),
        [(columns.until_on, down), (columns.id, down)],
        cursor=shown.cursor,
        make=queries.as_line,
    )
    wording = reports.Wording(locale())
    periods = {each.id: wording.days(each.from_on, each.until_on) for each in found.rows}
    return render_template("balances/index.html", page=found, periods=periods, listing=shown)


@bp.get("/<int:balance_id>")
@requires(P.BALANCE_READ, on=BALANCE)
def show(balance: Balance) -> ResponseReturnValue:
    """Show a balance: its conclusion, its facts section by section, their reading."""
    at = now()
    content = queries.content_of(session(), balance, at)
    wording = reports.Wording(locale())
    charts = reports.charts_of(content, wording)
    is_draft = balance.status is BalanceStatus.DRAFT
    return render_template(
        "balances/show.html",
        balance=balance,
        content=content,
        record=queries.record_of(session(), balance.id),
        replaced_by=queries.replaced_by(session(), balance),
        head=head_of(content, wording),
        salient=[(key, wording.figure(each)) for key, each in content.salient_figures()],
        sections=[shown_section(content, each, wording, charts) for each in Section],
        refusals=missing(content, balance) if is_draft else (),
        others=len(queries.frozen_lines(session(), identity())) if not is_draft else 0,
        history=told(balance.id),
        today=day_in_paris(at),
    )


@bp.get("/<int:balance_id>/figures/<key>")
@requires(P.BALANCE_READ, on=BALANCE)
def figure(balance: Balance, key: str) -> ResponseReturnValue:
    """Show one figure: what it counts, and the records that it was counted from."""
    content = queries.content_of(session(), balance, now())
    found = content.facts.figure(key)
    if found is None:
        raise NotFound(key)
    return render_template(
        "balances/figure.html",
        balance=balance,
        section=found.section,
        shown=reports.Wording(locale()).figure(found),
        sources=_sources(found),
    )


def _sources(found: Figure) -> list[tuple[str, str]]:
    """Return (label, address) of the records behind a figure; no address where one may not go."""
    readable = queries.readable_sources(session(), identity(), found.sources)
    return [
        (
            each.label,
            origin_url(each.kind, each.id) if (each.kind, each.id) in readable else "",
        )
        for each in found.sources
    ]


@bp.get("/facts/<int:fact_id>")
@requires(P.BALANCE_READ, on=FACT)
def fact(found: BalanceFact) -> ResponseReturnValue:
    """Lead from a proposal to the figure that it rests on."""
    url = url_for("balances.figure", balance_id=found.balance_id, key=found.figure_key)
    return redirect(url, 303)


@bp.get("/<int:balance_id>/compare")
@requires(P.BALANCE_READ, on=BALANCE)
def compared(balance: Balance) -> ResponseReturnValue:
    """Show two frozen balances side by side, figure by figure."""
    frozen = queries.frozen_lines(session(), identity())
    others = [line for line in frozen if line.id != balance.id]
    chosen = request.args.get("with", type=int) or next((line.id for line in others), None)
    if balance.status is not BalanceStatus.FROZEN or chosen is None:
        flash(_("Il faut deux bilans arrêtés pour comparer."), "info")
        return redirect(url_for("balances.show", balance_id=balance.id), 303)
    other = reach(BALANCE, chosen, P.BALANCE_READ)
    if other.status is not BalanceStatus.FROZEN:
        raise NotFound(str(chosen))
    return render_template("balances/compare.html", **_both(balance, other, others))


def _both(balance: Balance, other: Balance, others: list[BalanceLine]) -> dict[str, Any]:
    here, there = (queries.content_of(session(), each, now()) for each in (balance, other))
    wording = reports.Wording(locale())
    return {
        "balance": balance,
        "other": other,
        "others": [(line.id, f"{line.reference} · {line.title}") for line in others],
        "heads": [head_of(each, wording) for each in (here, there)],
        "sections": [
            {
                "title": wording.say(section.label),
                "rows": [
                    {
                        "here": wording.figure(pair.figure),
                        "there": wording.figure(pair.other) if pair.other else None,
                        "gap": wording.gap(pair.figure, pair.gap),
                        "is_same": pair.is_same_definition,
                    }
                    for pair in side_by_side(here.facts, there.facts, section)
                ],
            }
            for section in Section
        ],
    }


@bp.get("/<int:balance_id>/balance.pdf")
@requires(P.BALANCE_READ, on=BALANCE)
def paper(balance: Balance) -> ResponseReturnValue:
    """Send a frozen balance as PDF."""
    record = queries.record_of(session(), balance.id)
    if record is None or balance.frozen_by is None:
        raise NotFound(f"record of balance {balance.id}")
    content = reports.balance_pdf(record, balance.frozen_by.name, locale())
    return _file(content, "pdf", balance.reference)


@bp.get("/<int:balance_id>/facts.xlsx")
@requires(P.BALANCE_READ, on=BALANCE)
def sheet(balance: Balance) -> ResponseReturnValue:
    """Send the facts of a balance as a spreadsheet, as they are now for a draft."""
    content = queries.content_of(session(), balance, now())
    return _file(reports.facts_xlsx(content, locale()), "xlsx", balance.reference)


# --- what the views are made of ---


def _file(content: bytes, extension: str, name: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename={name}.{extension}"}
    return Response(content, content_type=MEDIA_TYPES[extension], headers=headers)


def head_of(content: Content, wording: reports.Wording) -> dict[str, str]:
    """Return what a balance covers, in words."""
    facts = content.facts
    return {
        "reference": content.reference,
        "title": content.title,
        "period": wording.period(content),
        "counted": wording.days(facts.now.from_on, facts.now.until_on),
        "before": wording.days(facts.before.from_on, facts.before.until_on),
        "sites": wording.sites(content),
        "domains": wording.domains(content),
    }


def shown_section(
    content: Content, section: Section, wording: reports.Wording, charts: dict[Section, Any]
) -> dict[str, Any]:
    """Return one section as pages show it."""
    return {
        "code": section.value,
        "title": wording.say(section.label),
        "rows": [wording.figure(each) for each in content.facts.of(section)],
        "is_silent": content.facts.is_silent(section),
        "is_compared": content.facts.is_compared(section),
        "notes": wording.notes(content, section),
        "chart": charts.get(section),
        "tables": [
            shown_table(each, wording)
            for each in content.facts.breakdowns
            if each.section is section and each.rows and each.key != "findings-by-grade"
        ],
        "reading": content.reading(section),
    }


def shown_table(breakdown: Breakdown, wording: reports.Wording) -> dict[str, Any]:
    """Return a breakdown as pages show it."""
    return {
        "title": wording.say(breakdown.title),
        "heads": [wording.say(each) for each in breakdown.columns],
        "rows": [(wording.named(label), counts) for label, counts in breakdown.rows],
    }


def missing(content: Content, balance: Balance) -> Any:
    """Return what keeps a draft from being frozen, for those who may freeze or write it."""
    if not (can(P.BALANCE_FREEZE, balance) or can(P.BALANCE_WRITE, balance)):
        return ()
    facts = content.workflow_facts(day_in_paris(now()))
    return BALANCE_WORKFLOW.refusals(balance.status, "freeze", facts)
