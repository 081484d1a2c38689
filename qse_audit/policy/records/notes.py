"""Issues, interested parties and proposals in a portfolio: who noted or decided them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, String, case, cast, literal, or_, select
from sqlalchemy.orm import Session, selectinload

from qse_audit.core.involvement import Involvement
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_, Message
from qse_audit.documents.text import Texts, day, moment
from qse_audit.policy.models import ContextIssue, InterestedParty, PartyNeed, Proposal
from qse_audit.policy.records.texts import MANAGEMENT
from qse_audit.policy.rules import VERBS, Domain, Level, Priority
from qse_audit.records import (
    CANDIDATE,
    Candidate,
    RecordKind,
    Rows,
    Snapshot,
    Telling,
    as_code,
    as_day,
    by_whom,
    state_of,
    taken,
)


def _numbered(key: Any) -> Any:
    """Return how a note without a reference of its own is called: ``#12``."""
    return literal("#").concat(cast(key, String))


def _verbs(*kinds: Kind) -> dict[str, Message]:
    return {verb: word for verb, word in VERBS.items() if verb.partition(".")[0] in kinds}


def _domains(codes: Iterable[str], words: Texts) -> str:
    return ", ".join(words.translate(Domain(each).label) for each in codes)


def _level(value: int, words: Texts) -> str:
    return words.translate(Level(str(value)).label)


# Issues ----------------------------------------------------------------------------------------


def issues_taken_part(who: Candidate) -> Select[Any]:
    """Return the issues of the context that a candidate noted; who only reviewed one did not."""
    return taken(
        Kind.CONTEXT_ISSUE,
        ContextIssue.id,
        reference=_numbered(ContextIssue.id),
        title=ContextIssue.title,
        happened_on=as_day(ContextIssue.created_at),
        involvement=literal(Involvement.AUTHOR.value),
        detail=as_code(ContextIssue.swot),
    ).where(
        ContextIssue.organisation_id == who.organisation_id,
        ContextIssue.created_by_id == who.person_id,
    )


def issue_snapshots(
    session: Session, ids: Sequence[int], telling: Telling
) -> Mapping[int, Snapshot]:
    """Return issues of the context as they are now."""
    rows = session.scalars(select(ContextIssue).where(ContextIssue.id.in_(ids)))
    return {each.id: _issue(each, telling) for each in rows}


def _issue(issue: ContextIssue, telling: Telling) -> Snapshot:
    words = telling.words
    fields = (
        "title", "kind", "swot", "pestel", "domains", "fact", "effect", "weight", "review_on",
        "created_at", "reviewed_at", "withdrawn_at", "withdrawal_reason",
    )  # fmt: skip
    withdrawn = issue.withdrawn_at
    facts = [
        (N_("Nature"), words.translate(issue.kind.label)),
        (N_("Tableau SWOT"), words.translate(issue.swot.label)),
        (N_("Tableau PESTEL"), words.translate(issue.pestel.label) if issue.pestel else ""),
        (N_("Domaines"), _domains(issue.domains, words)),
        (N_("Ce qui le montre"), issue.fact),
        (N_("Ce qu’il change"), issue.effect),
        (N_("Poids"), _level(issue.weight, words)),
        (N_("Noté le"), moment(issue.created_at, words.locale)),
        (N_("Noté par"), by_whom(issue.created_by_id, telling)),
        (N_("Revu le"), moment(issue.reviewed_at, words.locale)),
        (N_("À revoir le"), day(issue.review_on, words.locale)),
        (N_("Retiré le"), moment(withdrawn, words.locale) if withdrawn else ""),
        (N_("Raison du retrait"), issue.withdrawal_reason),
    ]
    state = state_of(issue, *fields)
    return Snapshot(f"#{issue.id}", issue.title, issue.created_at.date(), state, facts)


# Interested parties ----------------------------------------------------------------------------


def parties_taken_part(who: Candidate) -> Select[Any]:
    """Return the interested parties that a candidate noted."""
    return taken(
        Kind.INTERESTED_PARTY,
        InterestedParty.id,
        reference=_numbered(InterestedParty.id),
        title=InterestedParty.name,
        happened_on=as_day(InterestedParty.created_at),
        involvement=literal(Involvement.AUTHOR.value),
        detail=as_code(InterestedParty.kind),
    ).where(
        InterestedParty.organisation_id == who.organisation_id,
        InterestedParty.created_by_id == who.person_id,
    )


def party_snapshots(
    session: Session, ids: Sequence[int], telling: Telling
) -> Mapping[int, Snapshot]:
    """Return interested parties with what they ask for: two statements."""
    rows = session.scalars(
        select(InterestedParty)
        .where(InterestedParty.id.in_(ids))
        .options(selectinload(InterestedParty.needs))
    )
    return {each.id: _party(each, telling) for each in rows}


def _party(party: InterestedParty, telling: Telling) -> Snapshot:
    words = telling.words
    fields = (
        "name", "kind", "influence", "interest", "heard_by", "review_on", "created_at",
        "reviewed_at", "withdrawn_at", "withdrawal_reason",
    )  # fmt: skip
    asked = ("text", "domains", "is_obligation", "obligation", "answer")
    facts = [
        (N_("Nature"), words.translate(party.kind.label)),
        (N_("Influence"), _level(party.influence, words)),
        (N_("Intérêt"), _level(party.interest, words)),
        (N_("Comment elle est entendue"), party.heard_by),
        (N_("Notée le"), moment(party.created_at, words.locale)),
        (N_("Notée par"), by_whom(party.created_by_id, telling)),
        (N_("Revue le"), moment(party.reviewed_at, words.locale)),
        (N_("À revoir le"), day(party.review_on, words.locale)),
        (N_("Raison du retrait"), party.withdrawal_reason),
    ]
    return Snapshot(
        f"#{party.id}",
        party.name,
        party.created_at.date(),
        {**state_of(party, *fields), "needs": [state_of(each, *asked) for each in party.needs]},
        facts,
        tables=(
            Rows(
                N_("Ce qu’elle demande"),
                (N_("Exigence"), N_("Domaines"), N_("Obligation"), N_("Réponse du système")),
                [_need(each, words) for each in party.needs],
            ),
        ),
    )


def _need(need: PartyNeed, words: Texts) -> tuple[str, ...]:
    obligation = need.obligation if need.is_obligation else words.translate(N_("non"))
    return need.text, _domains(need.domains, words), obligation, need.answer


def party_facts(session: Session, ids: Sequence[int]) -> Mapping[int, frozenset[str]]:
    """Return what each party holds: ``needs``, ``obligation`` if one becomes an obligation."""
    rows = session.execute(
        select(PartyNeed.party_id, PartyNeed.is_obligation).where(PartyNeed.party_id.in_(ids))
    )
    found: dict[int, set[str]] = {}
    for party_id, is_obligation in rows:
        found.setdefault(party_id, set()).update(
            ["needs", "obligation"] if is_obligation else ["needs"]
        )
    return {key: frozenset(held) for key, held in found.items()}


# Proposals -------------------------------------------------------------------------------------


def proposals_taken_part(who: Candidate) -> Select[Any]:
    """Return the proposals that a candidate made, or decided."""
    made = Proposal.created_by_id == who.person_id
    return taken(
        Kind.PROPOSAL,
        Proposal.id,
        reference=Proposal.reference,
        title=Proposal.title,
        happened_on=as_day(Proposal.created_at),
        involvement=case((made, Involvement.AUTHOR.value), else_=Involvement.DECIDER.value),
        detail=as_code(Proposal.status),
    ).where(
        Proposal.organisation_id == who.organisation_id,
        or_(made, Proposal.decided_by_id == who.person_id),
    )


def proposal_snapshots(
    session: Session, ids: Sequence[int], telling: Telling
) -> Mapping[int, Snapshot]:
    """Return proposals as they are now."""
    rows = session.scalars(select(Proposal).where(Proposal.id.in_(ids)))
    return {each.id: _proposal(each, telling) for each in rows}


def _proposal(proposal: Proposal, telling: Telling) -> Snapshot:
    words = telling.words
    fields = (
        "reference", "title", "reason", "domains", "priority", "facts", "status", "decision",
        "decided_at", "created_at",
    )  # fmt: skip
    decided_by = CANDIDATE if proposal.decided_by_id == telling.candidate_id else MANAGEMENT
    decided_at = proposal.decided_at
    facts = [
        (N_("Pourquoi"), proposal.reason),
        (N_("Domaines"), _domains(proposal.domains, words)),
        (N_("Priorité"), words.translate(Priority(str(proposal.priority)).label)),
        (N_("Faits à l’appui"), "\n".join(each["label"] for each in proposal.facts)),
        (N_("Statut"), words.translate(proposal.status.label)),
        (N_("Proposée le"), moment(proposal.created_at, words.locale)),
        (N_("Proposée par"), by_whom(proposal.created_by_id, telling)),
        (N_("Décidée le"), moment(decided_at, words.locale) if decided_at else ""),
        (N_("Décidée par"), words.translate(decided_by) if decided_at else ""),
        (N_("Mot de la décision"), proposal.decision),
    ]
    state = state_of(proposal, *fields)
    return Snapshot(proposal.reference, proposal.title, proposal.created_at.date(), state, facts)


def proposal_facts(session: Session, ids: Sequence[int]) -> Mapping[int, frozenset[str]]:
    """Return what each proposal holds: ``facts`` behind it, ``decided`` by management."""
    rows = session.execute(
        select(Proposal.id, Proposal.facts, Proposal.decided_at).where(Proposal.id.in_(ids))
    )
    return {
        row.id: frozenset(
            name
            for name, holds in (("facts", bool(row.facts)), ("decided", row.decided_at is not None))
            if holds
        )
        for row in rows
    }


CONTEXT_ISSUE = RecordKind(
    kind=Kind.CONTEXT_ISSUE,
    word=N_("Enjeu"),
    icon="compass",
    taken_part=issues_taken_part,
    snapshots=issue_snapshots,
    verbs=_verbs(Kind.CONTEXT_ISSUE),
)
INTERESTED_PARTY = RecordKind(
    kind=Kind.INTERESTED_PARTY,
    word=N_("Partie intéressée"),
    icon="people",
    taken_part=parties_taken_part,
    snapshots=party_snapshots,
    verbs=_verbs(Kind.INTERESTED_PARTY),
    facts=party_facts,
)
PROPOSAL = RecordKind(
    kind=Kind.PROPOSAL,
    word=N_("Proposition"),
    icon="lightbulb",
    taken_part=proposals_taken_part,
    snapshots=proposal_snapshots,
    verbs=_verbs(Kind.PROPOSAL),
    facts=proposal_facts,
)
