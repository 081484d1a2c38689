"""Makers of risk analyses and their lines."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.actions import services as actions
from qse_audit.actions.models import Action
from qse_audit.actions.rules import ActionDraft, ActionKind, Move
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.domains import Domain
from qse_audit.core.permissions import Kind
from qse_audit.core.prevention import PreventionPrinciple
from qse_audit.policies import Identity
from qse_audit.risks import services
from qse_audit.risks.models import Risk, RiskAnalysis
from qse_audit.risks.rules import LineDraft, RatingStage, RiskMethod
from qse_audit.risks.rules.analyses import AnalysisDraft, MemberDraft, RatingDraft
from qse_audit.risks.services.batches import Line
from tests.factories import Cast

FMEA, DUERP = "amdec-priorite-action", "duerp-gravite-probabilite-maitrise"
IN_A_YEAR = day_in_paris(now()) + timedelta(days=365)


def make_draft(**given: Any) -> AnalysisDraft:
    """Return an acceptable process FMEA."""
    values: dict[str, Any] = {
        "title": "Tournage des axes",
        "method": RiskMethod.FMEA_PROCESS,
        "domains": (Domain.QUALITY,),
        "scale": FMEA,
        "review_on": IN_A_YEAR,
    }
    return AnalysisDraft(**{**values, **given})


def make_analysis(session: Session, actor: Identity, **given: Any) -> RiskAnalysis:
    """Store an analysis that ``actor`` owns."""
    draft = make_draft(owner_id=actor.user_id, **given)
    analysis = services.create_analysis(session, draft, actor=actor, now=now())
    session.commit()
    return analysis


def fmea_line(name: str = "Diamètre hors tolérance", *path: str, **given: Any) -> LineDraft:
    """Return an acceptable line of a process FMEA."""
    values = {
        "section": path or ("Finition",),
        "situation": "Ø 20 h6",
        "event": name,
        "effect": "Montage impossible",
        "cause": "Dérive d’outil",
    }
    return LineDraft(**{**values, **given})


def notes(severity: int, occurrence: int, detection: int) -> dict[str, int]:
    return {"severity": severity, "occurrence": occurrence, "detection": detection}


def make_risk(
    session: Session, analysis: RiskAnalysis, actor: Identity, *given: int, **words: Any
) -> Risk:
    """Store a line, rated net when three notes are given."""
    rated = notes(*given) if given else None
    risk = services.add_risk(
        session, analysis, fmea_line(**words), notes=rated, actor=actor, now=now()
    )
    session.commit()
    return risk


def make_lines(session: Session, analysis: RiskAnalysis, actor: Identity, count: int) -> None:
    """Store many rated lines over forty sections."""
    lines = [
        Line(draft=fmea_line(f"Mode {n}", f"Étape {n % 40:02}"), notes=notes(1 + n % 10, 4, 5))
        for n in range(count)
    ]
    services.write_lines(session, analysis, lines, actor=actor, now=now())
    session.commit()


def make_action(
    session: Session,
    risk: Risk,
    cast: Cast,
    principle: PreventionPrinciple = PreventionPrinciple.SOURCE,
    due_on: date | None = None,
) -> Action:
    """Store an action of Bob’s that a line asks for."""
    draft = ActionDraft(
        kind=ActionKind.PREVENTIVE,
        title="Mesurer en cours d’usinage",
        owner_id=cast.bob.user_id,
        due_on=due_on or IN_A_YEAR,
        criterion="Cpk supérieur à 1,33",
        principle=principle,
    )
    origin = actions.Origin(
        kind=Kind.RISK,
        id=risk.id,
        context_kind=Kind.RISK_ANALYSIS,
        context_id=risk.analysis_id,
        organisation_id=risk.organisation_id,
    )
    action = actions.plan_action(session, draft, origin=origin, actor=cast.claire, now=now())
    session.commit()
    return action


def verify(session: Session, action: Action, cast: Cast) -> None:
    """Let Bob do an action and Claire find it effective."""
    told = Move(note="Fait et vu.")
    actions.move_action(session, action, "do", told, actor=cast.bob, now=now())
    actions.move_action(session, action, "verify-effective", told, actor=cast.claire, now=now())
    session.commit()


def rate(session: Session, risk: Risk, actor: Identity, stage: RatingStage, **given: Any) -> None:
    """Rate a line."""
    draft = RatingDraft(stage=stage, **given)
    services.rate_risk(session, risk, draft, actor=actor, now=now())
    session.commit()


def make_ready(session: Session, analysis: RiskAnalysis, cast: Cast) -> None:
    """Name a team, so that an analysis with rated lines may be approved."""
    team = [
        MemberDraft(function="Pilote", person_id=cast.bob.user_id),
        MemberDraft(function="Régleur", name="M. Roux"),
    ]
    services.set_team(session, analysis, team, actor=cast.claire, now=now())
    session.commit()


def approve(session: Session, analysis: RiskAnalysis, actor: Identity) -> None:
    services.move_analysis(session, analysis, "approve", "Revue annuelle", actor=actor, now=now())
    session.commit()


def line_numbered(session: Session, analysis: RiskAnalysis, number: int) -> Risk:
    return session.scalars(
        select(Risk).where(Risk.analysis_id == analysis.id, Risk.number == number)
    ).one()
