"""Beginning an analysis, saying what it is about and who works on it, moving it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import Refusal, refuse_all
from qse_audit.core.permissions import Kind, Link
from qse_audit.core.text import N_
from qse_audit.db.notes import change, note
from qse_audit.db.numbering import next_reference
from qse_audit.db.participation import write_links
from qse_audit.policies import Identity
from qse_audit.risks import queries
from qse_audit.risks.models import RiskAnalysis, RiskMember
from qse_audit.risks.rules import METHODS, Scale, scale_data
from qse_audit.risks.rules.analyses import (
    ANALYSIS_WORKFLOW,
    HOUSE,
    LIVE,
    AnalysisDraft,
    MemberDraft,
    analysis_refusals,
    team_refusals,
)
from qse_audit.risks.services.versions import freeze_version

FOREIGN = {
    "owner_id": N_("Choisissez un responsable parmi les personnes de l’organisation."),
    "site_id": N_("Ce site n’est pas un site de l’organisation."),
    "process_id": N_("Ce processus n’est pas un processus de l’organisation."),
    "team": N_("Une personne de l’équipe n’est pas de l’organisation."),
}


def create_analysis(
    session: Session,
    draft: AnalysisDraft,
    *,
    scale: Scale | None = None,
    actor: Identity,
    now: datetime,
) -> RiskAnalysis:
    """Begin an analysis, its author in the team, and return it.

    ``scale`` stands for the one that the draft names: another analysis has it already.

    :raises Refused: with every reason.
    :raises NotFound: for a scale that does not exist.
    """
    here = actor.organisation_id
    scale = scale or queries.scale_to_begin(session, here, draft.scale)
    refuse_all(
        (
            *analysis_refusals(draft),
            *_fits(draft, scale),
            *_foreign(session, draft, here),
        )
    )
    analysis = RiskAnalysis(
        organisation_id=here,
        reference=next_reference(session, "RIS", organisation_id=here, year=day_in_paris(now).year),
        method=draft.method,
        scale=scale_data(scale),
        status=ANALYSIS_WORKFLOW.initial,
        changed_at=now,
        created_at=now,
        created_by_id=actor.user_id,
        **_written(draft),
    )
    session.add(analysis)
    session.flush()
    analysis.members = [RiskMember(position=1, person_id=actor.user_id)]
    _link(session, analysis)
    note(
        session,
        (Kind.RISK_ANALYSIS, analysis),
        "create",
        actor=actor,
        now=now,
        data={"reference": analysis.reference, "method": draft.method, "scale": scale.key},
        texts={"title": analysis.title},
    )
    return analysis


def edit_analysis(
    session: Session,
    analysis: RiskAnalysis,
    draft: AnalysisDraft,
    *,
    version: int | None = None,
    actor: Identity,
    now: datetime,
) -> None:
    """Say anew what an analysis is about; its method and scale stay.

    :raises Refused: with every reason.
    :raises Conflict: when ``version`` is no longer the stored one.
    """
    refuse_all(
        (
            *still_open(analysis),
            *analysis_refusals(draft),
            *_foreign(session, draft, analysis.organisation_id),
        )
    )
    if changed := change(analysis, _written(draft), version=version):
        session.flush()
        _link(session, analysis)
        note(
            session,
            (Kind.RISK_ANALYSIS, analysis),
            "edit",
            actor=actor,
            now=now,
            data={"reference": analysis.reference, "changed": changed},
            texts={"title": analysis.title},
        )
        session.expire(analysis)


def set_team(
    session: Session,
    analysis: RiskAnalysis,
    members: Sequence[MemberDraft],
    *,
    actor: Identity,
    now: datetime,
) -> None:
    """Make the team exactly those; people of the organisation may then write.

    :raises Refused: with every reason.
    """
    kept = [
        each for each in members if each.person_id or each.name.strip() or each.function.strip()
    ]
    people = [each.person_id for each in kept if each.person_id is not None]
    refuse_all((*still_open(analysis), *team_refusals(kept)))
    if queries.strangers(session, people, analysis.organisation_id):
        refuse_all([Refusal("team", FOREIGN["team"], HOUSE)])
    analysis.members = [
        RiskMember(
            position=place,
            person_id=each.person_id,
            name="" if each.person_id else each.name.strip(),
            function=each.function.strip(),
        )
        for place, each in enumerate(kept, start=1)
    ]
    session.flush()
    _link(session, analysis)
    note(
        session,
        (Kind.RISK_ANALYSIS, analysis),
        "team",
        actor=actor,
        now=now,
        data={"reference": analysis.reference, "people": sorted(set(people)), "count": len(kept)},
    )
    session.expire(analysis)


def move_analysis(
    session: Session,
    analysis: RiskAnalysis,
    name: str,
    reason: str,
    *,
    actor: Identity,
    now: datetime,
) -> None:
    """Apply the transition ``name``; to approve freezes a version.

    :raises TransitionRefused: with every unmet condition; ``analysis`` is then unchanged.
    """
    facts = queries.move_facts(session, analysis, reason, today=day_in_paris(now))
    before = analysis.status
    analysis.status = ANALYSIS_WORKFLOW.decide(before, name, facts)
    data = {
        "reference": analysis.reference,
        "before": before.value,
        "after": analysis.status.value,
    }
    if name == "approve":
        session.flush()
        frozen = freeze_version(session, analysis, reason, actor=actor, now=now)
        data |= {"number": str(frozen.number), "sha256": frozen.sha256}
    note(
        session,
        (Kind.RISK_ANALYSIS, analysis),
        name,
        actor=actor,
        now=now,
        data=data,
        texts={"title": analysis.title, "note": reason.strip()},
    )


def still_open(analysis: RiskAnalysis) -> tuple[Refusal, ...]:
    """Return why an analysis cannot be changed any more."""
    if analysis.status in LIVE:
        return ()
    over = N_("Une analyse archivée ne se modifie plus : reprenez-la d’abord.")
    return (Refusal("archived", over, HOUSE),)


def _written(draft: AnalysisDraft) -> dict[str, object]:
    return {
        "title": draft.title.strip(),
        "domains": [each.value for each in draft.domains],
        "question": draft.question.strip(),
        "scope": draft.scope.strip(),
        "process_id": draft.process_id,
        "site_id": draft.site_id,
        "owner_id": draft.owner_id,
        "review_on": draft.review_on,
        "triggers": draft.triggers.strip(),
    }


def _fits(draft: AnalysisDraft, scale: Scale) -> tuple[Refusal, ...]:
    if draft.method in scale.methods:
        return ()
    told = N_("Cette échelle ne convient pas à la méthode choisie.")
    return (Refusal("scale", told, METHODS[draft.method].purpose),)


def _foreign(session: Session, draft: AnalysisDraft, organisation_id: int) -> tuple[Refusal, ...]:
    wanted = {
        "owner_id": draft.owner_id,
        "site_id": draft.site_id,
        "process_id": draft.process_id,
    }
    here = queries.are_here(session, organisation_id, wanted)
    return tuple(
        Refusal(name, FOREIGN[name], HOUSE)
        for name, key in wanted.items()
        if key is not None and name not in here
    )


def _link(session: Session, analysis: RiskAnalysis) -> None:
    """Tie the people of an analysis to it: they write, read and check what it asks for."""
    owners = [analysis.owner_id] if analysis.owner_id is not None else []
    members = {each.person_id for each in analysis.members if each.person_id is not None}
    write_links(
        session,
        Kind.RISK_ANALYSIS,
        analysis.id,
        {
            Link.AUTHOR: [analysis.created_by_id],
            Link.OWNER: owners,
            Link.VERIFIER: owners,
            Link.MEMBER: members.union(owners),
        },
    )
