"""The application factory: wiring only, in reading order."""

import logging
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from flask import Flask, current_app, g, get_flashed_messages
from jinja2 import FileSystemBytecodeCache, StrictUndefined
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

from qse_audit import __version__
from qse_audit.accidents import views as accidents
from qse_audit.accounts import queries as accounts_queries
from qse_audit.accounts import services as accounts_services
from qse_audit.accounts import views as accounts
from qse_audit.actions import queries as actions_queries
from qse_audit.actions import services as actions_services
from qse_audit.actions import views as actions
from qse_audit.assessments import views as assessments
from qse_audit.audits import jobs as audits_jobs
from qse_audit.audits import queries as audits_queries
from qse_audit.audits import services as audits_services
from qse_audit.audits import views as audits
from qse_audit.balances import rules as balances_rules
from qse_audit.balances import views as balances
from qse_audit.causes import views as causes
from qse_audit.certifications import views as certifications
from qse_audit.core.clock import now
from qse_audit.core.permissions import Kind, Permission
from qse_audit.dashboard import views as dashboard
from qse_audit.db.engine import make_engine
from qse_audit.documents.store import FileStore
from qse_audit.duerp import views as duerp
from qse_audit.evidence import views as evidence
from qse_audit.findings import queries as findings_queries
from qse_audit.findings import services as findings_services
from qse_audit.findings import views as findings
from qse_audit.indicators import jobs as indicators_jobs
from qse_audit.indicators import views as indicators
from qse_audit.objectives import views as objectives
from qse_audit.paths import static_dir, templates_dir
from qse_audit.policy import views as policy
from qse_audit.portfolios import jobs as portfolios_jobs
from qse_audit.portfolios import views as portfolios
from qse_audit.portfolios.queries import candidacies as portfolios_queries
from qse_audit.portfolios.services import situations as portfolios_services
from qse_audit.processes import views as processes
from qse_audit.referentials import jobs as referentials_jobs
from qse_audit.referentials import services as referentials_services
from qse_audit.referentials import views as referentials
from qse_audit.risks import views as risks
from qse_audit.settings import Settings
from qse_audit.web import (
    assets,
    database,
    errors,
    filters,
    i18n,
    origins,
    security,
    sign_in,
    styleguide,
)
from qse_audit.web.guards import can
from qse_audit.web.navigation import navigation
from qse_audit.web.origins import OriginPage, Place
from qse_audit.web.work import PATIENCE_SECONDS
from qse_audit.works import views as works
from qse_audit.works.jobs import Worker
from qse_audit.works.services import WorkKind
from qse_audit.workshops import views as workshops

FEATURES: tuple[ModuleType, ...] = (
    accounts,
    works,
    processes,
    referentials,
    evidence,
    actions,
    findings,
    causes,
    accidents,
    audits,
    indicators,
    risks,
    workshops,
    duerp,
    policy,
    objectives,
    balances,
    certifications,
    portfolios,
    assessments,
    dashboard,
)
"""The modules of pages, each with its blueprint ``bp``."""

ORIGINS: dict[Kind, OriginPage] = {
    Kind.ACTION: OriginPage(
        target=actions.ACTION,
        endpoint="actions.detail",
        context=lambda action: (action.context_kind, action.context_id),
        organisation_id=lambda action: action.organisation_id,
        label=lambda action: action.reference,
        attach=actions_services.attach_proof,
        ties=actions_queries.actions_relying_on,
    ),
    Kind.FINDING: OriginPage(
        target=findings.FINDING,
        endpoint="findings.detail",
        context=lambda finding: (finding.origin_kind, finding.origin_id),
        organisation_id=lambda finding: finding.organisation_id,
        label=lambda finding: finding.reference,
        adds=Permission.FINDING_EDIT,
        attach=findings_services.attach_evidence,
        release=findings_services.release_evidence,
        ties=findings_queries.findings_relying_on,
    ),
    Kind.CAUSE_ANALYSIS: OriginPage(
        target=causes.CAUSE,
        endpoint="causes.detail",
        context=lambda analysis: (Kind.CAUSE_ANALYSIS, analysis.id),
        organisation_id=lambda analysis: analysis.organisation_id,
        label=lambda analysis: analysis.reference,
        adds=Permission.CAUSE_EDIT,
        studies=causes.STUDIES,
    ),
    Kind.WORKSHOP: OriginPage(
        target=workshops.WORKSHOP,
        endpoint="workshops.lead",
        context=lambda workshop: (Kind.WORKSHOP, workshop.id),
        organisation_id=lambda workshop: workshop.organisation_id,
        label=lambda workshop: workshop.reference,
        adds=Permission.WORKSHOP_LEAD,
        studies=workshops.STUDIES,
    ),
    Kind.ACCIDENT: OriginPage(
        target=accidents.ACCIDENT,
        endpoint="accidents.detail",
        context=lambda accident: (Kind.ACCIDENT, accident.id),
        organisation_id=lambda accident: accident.organisation_id,
        label=lambda accident: accident.reference,
        adds=Permission.ACCIDENT_ATTACH,
    ),
    Kind.AUDIT: OriginPage(
        target=audits.AUDIT,
        endpoint="audits.detail",
        context=lambda audit: (Kind.AUDIT, audit.id),
        organisation_id=lambda audit: audit.organisation_id,
        label=lambda audit: audit.reference,
        adds=Permission.AUDIT_CONDUCT,
    ),
    Kind.CHECKLIST_ITEM: OriginPage(
        target=audits.ITEM,
        endpoint="audits.checklist_item",
        context=lambda item: (Kind.AUDIT, item.audit_id),
        organisation_id=lambda item: item.audit.organisation_id,
        label=lambda item: f"{item.audit.reference} n° {item.position}",
        adds=Permission.AUDIT_CONDUCT,
        attach=audits_services.attach_evidence,
        ties=audits_queries.questions_relying_on,
    ),
    Kind.REPORT: OriginPage(
        target=audits.REPORT,
        endpoint="audits.report_version",
        context=lambda report: (Kind.AUDIT, report.audit_id),
        organisation_id=lambda report: report.organisation_id,
        label=lambda report: f"{report.audit.reference} v{report.number}",
        adds=Permission.AUDIT_REPORT,
    ),
    Kind.INDICATOR: OriginPage(
        target=indicators.INDICATOR,
        endpoint="indicators.detail",
        context=lambda indicator: (Kind.INDICATOR, indicator.id),
        organisation_id=lambda indicator: indicator.organisation_id,
        label=lambda indicator: indicator.reference,
        adds=Permission.INDICATOR_EDIT,
    ),
    Kind.SIGNAL: OriginPage(
        target=indicators.SIGNAL,
        endpoint="indicators.explain",
        context=lambda signal: (Kind.INDICATOR, signal.indicator_id),
        organisation_id=lambda signal: signal.organisation_id,
        label=lambda signal: signal.indicator.reference,
        adds=Permission.INDICATOR_MEASURE,
    ),
    Kind.RISK_ANALYSIS: OriginPage(
        target=risks.ANALYSIS,
        endpoint="risks.detail",
        context=lambda analysis: (Kind.RISK_ANALYSIS, analysis.id),
        organisation_id=lambda analysis: analysis.organisation_id,
        label=lambda analysis: analysis.reference,
        adds=Permission.RISK_EDIT,
    ),
    Kind.RISK: OriginPage(
        target=risks.RISK,
        endpoint="risks.line",
        context=lambda risk: (Kind.RISK_ANALYSIS, risk.analysis_id),
        organisation_id=lambda risk: risk.organisation_id,
        label=lambda risk: f"{risk.analysis.reference} n° {risk.number}",
        adds=Permission.RISK_EDIT,
    ),
    Kind.RISK_VERSION: OriginPage(
        target=risks.VERSION,
        endpoint="risks.version",
        context=lambda version: (Kind.RISK_ANALYSIS, version.analysis_id),
        organisation_id=lambda version: version.analysis.organisation_id,
        label=lambda version: f"{version.analysis.reference} v{version.number}",
        adds=Permission.RISK_EDIT,
    ),
    Kind.CONTEXT_ISSUE: OriginPage(
        target=policy.ISSUE,
        endpoint="policy.issue",
        context=lambda issue: (Kind.CONTEXT_ISSUE, issue.id),
        organisation_id=lambda issue: issue.organisation_id,
        label=lambda issue: issue.title,
        adds=Permission.POLICY_NOTE,
    ),
    Kind.INTERESTED_PARTY: OriginPage(
        target=policy.PARTY,
        endpoint="policy.party",
        context=lambda party: (Kind.INTERESTED_PARTY, party.id),
        organisation_id=lambda party: party.organisation_id,
        label=lambda party: party.name,
        adds=Permission.POLICY_NOTE,
    ),
    Kind.PROPOSAL: OriginPage(
        target=policy.PROPOSAL,
        endpoint="policy.proposal",
        context=lambda proposal: (Kind.PROPOSAL, proposal.id),
        organisation_id=lambda proposal: proposal.organisation_id,
        label=lambda proposal: proposal.reference,
        adds=Permission.POLICY_NOTE,
    ),
    Kind.POLICY: OriginPage(
        target=policy.POLICY,
        endpoint="policy.show",
        context=lambda version: (Kind.POLICY, version.id),
        organisation_id=lambda version: version.organisation_id,
        label=lambda version: f"{version.title} v{version.number}",
        adds=Permission.POLICY_WRITE,
    ),
    Kind.OBJECTIVE: OriginPage(
        target=objectives.OBJECTIVE,
        endpoint="objectives.detail",
        context=lambda objective: (Kind.OBJECTIVE, objective.id),
        organisation_id=lambda objective: objective.organisation_id,
        label=lambda objective: objective.reference,
        adds=Permission.OBJECTIVE_DISCUSS,
    ),
    Kind.COHERENCE: OriginPage(
        target=objectives.REPORT,
        endpoint="objectives.report",
        context=lambda report: (Kind.COHERENCE, report.id),
        organisation_id=lambda report: report.organisation_id,
        label=lambda report: report.reference,
        adds=Permission.COHERENCE_FREEZE,
    ),
    Kind.BALANCE: OriginPage(
        target=balances.BALANCE,
        endpoint="balances.show",
        context=lambda balance: (Kind.BALANCE, balance.id),
        organisation_id=lambda balance: balance.organisation_id,
        label=lambda balance: balance.reference,
        adds=Permission.BALANCE_WRITE,
        facts=balances.facts_on_offer,
    ),
    Kind.CANDIDACY: OriginPage(
        target=portfolios.CANDIDACY,
        endpoint="portfolios.show",
        context=lambda candidacy: (Kind.CANDIDACY, candidacy.id),
        organisation_id=lambda candidacy: candidacy.organisation_id,
        label=lambda candidacy: candidacy.candidate.name,
        adds=Permission.CANDIDACY_EDIT,
    ),
    Kind.SITUATION: OriginPage(
        target=portfolios.SITUATION,
        endpoint="portfolios.situation",
        context=lambda situation: (Kind.CANDIDACY, situation.candidacy_id),
        organisation_id=lambda situation: situation.candidacy.organisation_id,
        label=lambda situation: situation.title,
        adds=Permission.CANDIDACY_EDIT,
        attach=portfolios_services.attach_evidence,
        ties=portfolios_queries.situations_relying_on,
    ),
    Kind.DOSSIER: OriginPage(
        target=assessments.DOSSIER,
        endpoint="assessments.show",
        context=lambda dossier: (Kind.CANDIDACY, dossier.candidacy_id),
        organisation_id=lambda dossier: dossier.candidacy.organisation_id,
        label=lambda dossier: dossier.reference,
        adds=Permission.CANDIDACY_EDIT,
    ),
}
"""How lower features reach what stands above them: one line a kind of object."""

PLACES: Mapping[str, Place] = {
    referentials_services.EDITION_PAGE: ("referentials.edition", "edition_id"),
    referentials_services.IMPORT_PAGE: ("referentials.upload", ""),
    balances_rules.FACT_KIND: ("balances.fact", "fact_id"),
}
"""Pages that a work leads to or comes from, of what nothing can be tied to."""

WORKS: Mapping[str, WorkKind] = {
    kind.name: kind
    for kind in (
        referentials_jobs.IMPORT,
        audits_jobs.REPORT,
        indicators_jobs.VALUES,
        portfolios_jobs.DOSSIER,
    )
}
"""What is too long for a request: one line a kind of work."""

OPEN_ENDPOINTS = frozenset({"static", "assets.serve", "dashboard.health"})
"""Endpoints that never look who is asking."""


def create_app(settings: Settings, engine: Engine | None = None) -> Flask:
    """Return the application, ready to serve."""
    app = Flask(
        __name__, template_folder=str(templates_dir()), static_folder=None, instance_path=None
    )
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(_made(settings.cache_folder))
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # as Flask’s manual says
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )
    furnish(app, settings, engine or make_engine(settings.database))
    database.init_app(app)
    i18n.init_app(app)
    security.init_app(app)
    sign_in.init_app(app, accounts_queries.visitor, accounts_services.touch_session)
    errors.init_app(app)
    filters.init_app(app)
    assets.init_app(app, static_dir())
    origins.init_app(app, ORIGINS, PLACES)
    if settings.demo:
        app.register_blueprint(styleguide.bp)
    for feature in FEATURES:
        app.register_blueprint(feature.bp)
    app.context_processor(page_context)
    app.jinja_env.globals["can"] = can
    logging.getLogger("qse_audit").info("qse-audit %s ready", __version__)
    return app


def furnish(app: Flask, settings: Settings, engine: Engine) -> None:
    """Give ``app`` what belongs to one instance: its settings, database, files and worker."""
    app.extensions["engine"] = engine
    app.extensions["files"] = FileStore(
        settings.files_folder, reserve_bytes=settings.storage_reserve_mib * 1024 * 1024
    )
    app.extensions["work_kinds"] = WORKS
    app.extensions["worker"] = Worker(engine, settings, WORKS)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SETTINGS=settings,
        CACHE_FOLDER=settings.cache_folder,
        SESSION_COOKIE_NAME="qse",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https:"),
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=(settings.upload_max_mib + 1) * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=2_000,
        ENDPOINTS_WITHOUT_VISITOR=OPEN_ENDPOINTS,
        ALLOW_HTTP=False,
        WORK_PATIENCE_SECONDS=PATIENCE_SECONDS,
    )


def _made(folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder)


def page_context() -> dict[str, Any]:
    """Return what every page may use besides its own values."""
    found = g.get("visitor")
    return {
        "locale": i18n.locale(),
        "person": found,
        "organisation": found and found.organisation,
        "memberships": found.memberships if found else (),
        "unread_count": found.unread_count if found else 0,
        "glance": works.glance(found.work) if found else None,
        "read_at": now(),
        "navigation": navigation(found.unread_count if found else 0),
        "in_demo": current_app.config["SETTINGS"].demo,
        "flashes": get_flashed_messages(with_categories=True),
    }
