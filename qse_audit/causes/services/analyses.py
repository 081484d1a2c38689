"""Beginning an analysis, changing what it says of itself, its team, concluding it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.accounts.queries import is_member
from qse_audit.causes.models import CauseAnalysis, CauseMember, CauseNode
from qse_audit.causes.queries.analyses import facts_of, tree_of
from qse_audit.causes.rules import (
    CAUSE_WORKFLOW,
    HOUSE,
    LIVE,
    STEPS,
    AnalysisDraft,
    CauseStatus,
    CauseTool,
    Delays,
    MemberDraft,
    MoveFacts,
    NodeKind,
    Tree,
    draft_refusals,
    member_refusals,
    missing,
)
from qse_audit.causes.services.noting import changes, note, tell
from qse_audit.core.clock import day_in_paris, utc_text
from qse_audit.core.errors import Refusal, refuse_all
from qse_audit.core.permissions import Kind, Link
from qse_audit.core.text import N_
from qse_audit.db.loading import hold
from qse_audit.db.numbering import next_reference
from qse_audit.db.participation import write_links
from qse_audit.policies import Identity

STRANGER = N_("Choisissez une personne de l’organisation.")
OVER = Refusal("over", N_("Une analyse conclue ne se modifie plus : rouvrez-la."), HOUSE)


def create_analysis(
    session: Session,
    draft: AnalysisDraft,
    *,
    subject: tuple[Kind, int] | None,
    actor: Identity,
    now: datetime,
) -> CauseAnalysis:
    """Begin an analysis, with its fixed lines, and return it.

    The caller has checked that ``actor`` may look for the causes of ``subject``.

    :raises Refused: with every reason.
    """
    here = actor.organisation_id
    refuse_all((*draft_refusals(draft, now=now), *_owner(session, draft, here)))
    year = day_in_paris(now).year
    kind, key = subject or (None, None)
    analysis = CauseAnalysis(
        organisation_id=here,
        reference=next_reference(session, "CAU", organisation_id=here, year=year),
        status=CAUSE_WORKFLOW.initial,
        subject_kind=kind,
        subject_id=key,
        created_at=now,
        created_by_id=actor.user_id,
    )
    _write(analysis, draft)
    session.add(analysis)
    session.flush()
    if draft.tool is CauseTool.EIGHT_D:
        session.add_all(
            CauseNode(analysis_id=analysis.id, position=place, kind=NodeKind.STEP, slot=slot)
            for place, slot in enumerate(STEPS, start=1)
        )
    _link(session, analysis)
    data = {"tool": draft.tool.value, "subject": f"{kind}/{key}" if kind else ""}
    head = note(session, analysis, "create", actor=actor, now=now, data=data)
    message = N_(
        "Une analyse de causes vous est confiée : %(title)s (%(reference)s)",
        title=analysis.title,
        reference=analysis.reference,
    )
    people = [analysis.owner_id]
    tell(session, analysis, message, people=people, head=head, actor=actor, now=now)
    session.expire(analysis)
    return analysis


def edit_analysis(
    session: Session,
    analysis: CauseAnalysis,
    draft: AnalysisDraft,
    *,
    version: int | None,
    actor: Identity,
    now: datetime,
) -> None:
    """Change what an analysis says of itself; the same again changes nothing.

    :raises Conflict: if ``version`` is not the stored one any more; with both texts.
    :raises Refused: with every reason.
    """
    tree = held(session, analysis)
    stored, wanted = as_texts(draft_of(analysis)), as_texts(draft)
    changed = changes(stored, wanted, seen=version, stored=analysis.version)
    if not changed:
        return
    refuse_all(
        (
            *still_written(analysis),
            *draft_refusals(draft, now=now, tree=tree),
            *_owner(session, draft, analysis.organisation_id),
        )
    )
    _write(analysis, draft)
    _link(session, analysis)
    note(session, analysis, "edit", actor=actor, now=now, data={"fields": changed})
    session.expire(analysis)


def held(session: Session, analysis: CauseAnalysis) -> Tree:
    """Hold an analysis and return its lines: none slips in behind a conclusion, or below itself."""
    hold(session, analysis)
    return tree_of(session, analysis.id)


def still_written(analysis: CauseAnalysis) -> tuple[Refusal, ...]:
    """Return why an analysis cannot be changed any more."""
    return () if analysis.status in LIVE else (OVER,)


def draft_of(analysis: CauseAnalysis) -> AnalysisDraft:
    """Return what an analysis says of itself, as it is stored now."""
    return AnalysisDraft(
        title=analysis.title,
        tool=analysis.tool,
        question=analysis.question,
        owner_id=analysis.owner_id,
        families=analysis.families,
        started_at=analysis.started_at,
        delays=Delays(analysis.contain_hours, analysis.cause_days, analysis.close_days),
    )


def as_texts(draft: AnalysisDraft) -> dict[str, str]:
    """Return what people edit as texts to compare."""
    return {
        "title": draft.title.strip(),
        "question": draft.question.strip(),
        "owner_id": str(draft.owner_id or ""),
        "families": str(draft.families or ""),
        "started_at": utc_text(draft.started_at) if draft.started_at else "",
        "contain_hours": str(draft.delays.contain_hours),
        "cause_days": str(draft.delays.cause_days),
        "close_days": str(draft.delays.close_days),
    }


def _write(analysis: CauseAnalysis, draft: AnalysisDraft) -> None:
    analysis.title, analysis.tool = draft.title.strip(), draft.tool
    analysis.question = draft.question.strip()
    assert draft.owner_id is not None  # _owner() has just said so
    analysis.owner_id = draft.owner_id
    analysis.families = draft.families if draft.tool is CauseTool.ISHIKAWA else None
    analysis.started_at = draft.started_at if draft.tool is CauseTool.EIGHT_D else None
    analysis.contain_hours = draft.delays.contain_hours
    analysis.cause_days = draft.delays.cause_days
    analysis.close_days = draft.delays.close_days


def _owner(session: Session, draft: AnalysisDraft, organisation_id: int) -> tuple[Refusal, ...]:
    if draft.owner_id is not None and is_member(session, draft.owner_id, organisation_id):
        return ()
    return (Refusal("owner_foreign", STRANGER, HOUSE),)


def _link(session: Session, analysis: CauseAnalysis) -> None:
    """Tie its people to an analysis: the owner checks its actions, the team writes in it."""
    session.flush()
    team = session.scalars(
        select(CauseMember.person_id).where(
            CauseMember.analysis_id == analysis.id, CauseMember.person_id.is_not(None)
        )
    )
    owner = [analysis.owner_id]
    people = {
        Link.OWNER: owner,
        Link.VERIFIER: owner,
        Link.AUTHOR: [analysis.created_by_id],
        Link.MEMBER: [key for key in team if key is not None],
    }
    write_links(session, Kind.CAUSE_ANALYSIS, analysis.id, people)


# --- the team ---


def add_member(
    session: Session,
    analysis: CauseAnalysis,
    draft: MemberDraft,
    *,
    actor: Identity,
    now: datetime,
) -> CauseMember:
    """Add somebody to the team.

    :raises Refused: with every reason.
    """
    hold(session, analysis)
    team = analysis.members
    refuse_all((*still_written(analysis), *member_refusals(draft, len(team))))
    if draft.person_id is not None:
        if not is_member(session, draft.person_id, analysis.organisation_id):
            refuse_all([Refusal("person_foreign", STRANGER, HOUSE)])
        if any(member.person_id == draft.person_id for member in team):
            told = N_("Cette personne est déjà dans l’équipe.")
            refuse_all([Refusal("already_in", told, HOUSE)])
    member = CauseMember(
        analysis_id=analysis.id,
        person_id=draft.person_id,
        name="" if draft.person_id is not None else draft.name.strip(),
        function=draft.function.strip(),
        joined_at=now,
    )
    session.add(member)
    session.flush()
    _link(session, analysis)
    data = {"person": draft.person_id, "member": member.id}
    texts = {"name": member.name, "function": member.function}
    head = note(session, analysis, "join", actor=actor, now=now, data=data, texts=texts)
    if draft.person_id is not None:
        message = N_(
            "Vous êtes de l’équipe d’une analyse de causes : %(title)s (%(reference)s)",
            title=analysis.title,
            reference=analysis.reference,
        )
        people = [draft.person_id]
        tell(session, analysis, message, people=people, head=head, actor=actor, now=now)
    session.expire(analysis, ["members", "participations"])
    return member


def remove_member(session: Session, member: CauseMember, *, actor: Identity, now: datetime) -> None:
    """Take somebody out of the team.

    :raises Refused: once the analysis is concluded.
    """
    analysis = member.analysis
    hold(session, analysis)
    refuse_all(still_written(analysis))
    data, texts = {"person": member.person_id, "member": member.id}, {"name": member.name}
    session.delete(member)
    _link(session, analysis)
    note(session, analysis, "leave", actor=actor, now=now, data=data, texts=texts)
    session.expire(analysis, ["members", "participations"])


# --- moving ---


def move_analysis(
    session: Session, analysis: CauseAnalysis, name: str, words: str, *, actor: Identity,
    now: datetime,
) -> None:  # fmt: skip
    """Apply the transition ``name``; the words of a conclusion become that of the analysis.

    :raises TransitionRefused: with every unmet condition; ``analysis`` is then unchanged.
    """
    tree, before = held(session, analysis), analysis.status
    facts = MoveFacts(missing(facts_of(analysis, tree)), words)
    analysis.status = CAUSE_WORKFLOW.decide(before, name, facts)
    is_over = analysis.status is CauseStatus.CONCLUDED
    analysis.concluded_at = now if is_over else None
    if is_over:
        analysis.conclusion = words.strip()
    data = {"before": before.value, "after": analysis.status.value, "lines": len(tree.nodes)}
    head = note(
        session, analysis, name, actor=actor, now=now, data=data, texts={"note": words.strip()}
    )
    told = N_("Analyse de causes conclue : %(title)s (%(reference)s)", title="", reference="")
    if not is_over:
        told = N_("Analyse de causes rouverte : %(title)s (%(reference)s)", title="", reference="")
    message = N_(told.msgid, title=analysis.title, reference=analysis.reference)
    people = {analysis.owner_id, *(m.person_id for m in analysis.members if m.person_id)}
    tell(session, analysis, message, people=people, head=head, actor=actor, now=now)
