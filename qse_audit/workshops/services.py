"""Changing workshops. Each function is one act: it checks, changes, records; none commits.

Whoever comes by the link has no account: their acts are recorded with nobody as actor and their
name beside. A ballot is secret: it is stored until the result is frozen, and leaves no act.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from qse_audit.core.canonical import canonical_json
from qse_audit.core.clock import day_in_paris, utc_text
from qse_audit.core.errors import NotFound, Refusal, refuse_all
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_
from qse_audit.db.loading import hold
from qse_audit.db.notes import change
from qse_audit.db.numbering import next_reference
from qse_audit.db.trail import Act, Head, record
from qse_audit.policies import Identity
from qse_audit.workshops import queries
from qse_audit.workshops.models import (
    Workshop,
    WorkshopParticipant,
    WorkshopProposal,
    WorkshopResult,
    WorkshopVote,
)
from qse_audit.workshops.rules import (
    HOUSE,
    LIVE,
    WORKSHOP_WORKFLOW,
    Ballot,
    MoveFacts,
    WorkshopDraft,
    WorkshopStatus,
    ballot_refusals,
    draft_refusals,
    join_refusals,
    proposal_refusals,
)

LONGEST_MINUTES = 240


def token_of(secret_key: str, nonce: str) -> str:
    """Return the token of a link: 256 bits that only the application can make again."""
    made = hmac.new(secret_key.encode(), f"qse-workshop\n{nonce}".encode(), hashlib.sha256)
    return made.hexdigest()


def _note(
    session: Session,
    workshop: Workshop,
    name: str,
    *,
    actor_id: int | None,
    now: datetime,
    data: Mapping[str, object] | None = None,
    texts: Mapping[str, str] | None = None,
) -> Head:
    session.flush()
    act = Act(
        verb=f"workshop.{name}",
        kind=Kind.WORKSHOP,
        subject_id=workshop.id,
        data={"reference": workshop.reference, **(data or {})},
        texts={key: text for key, text in (texts or {}).items() if text},
    )
    return record(
        session, act, organisation_id=workshop.organisation_id, actor_id=actor_id, now=now
    )


def create_workshop(
    session: Session,
    draft: WorkshopDraft,
    *,
    subject: tuple[Kind, int] | None,
    is_restricted: bool = False,
    secret_key: str,
    actor: Identity,
    now: datetime,
) -> Workshop:
    """Prepare a workshop that ``actor`` will lead, and return it.

    :raises Refused: with every reason.
    """
    refuse_all(draft_refusals(draft))
    here, year = actor.organisation_id, day_in_paris(now).year
    kind, key = subject or (None, None)
    workshop = Workshop(
        organisation_id=here,
        reference=next_reference(session, "ATL", organisation_id=here, year=year),
        status=WORKSHOP_WORKFLOW.initial,
        subject_kind=kind,
        subject_id=key,
        is_restricted=is_restricted,
        owner_id=actor.user_id,
        created_at=now,
        **_fields(draft),
    )
    _new_link(workshop, secret_key)
    session.add(workshop)
    texts = {"title": workshop.title}
    _note(session, workshop, "create", actor_id=actor.user_id, now=now, texts=texts)
    return workshop


def _fields(draft: WorkshopDraft) -> dict[str, object]:
    return {
        "title": draft.title.strip(),
        "question": draft.question.strip(),
        "agenda": draft.agenda.strip(),
        "method": draft.method,
        "points_each": draft.points_each,
    }


def _new_link(workshop: Workshop, secret_key: str) -> None:
    workshop.nonce = secrets.token_hex(32)
    workshop.token_sha256 = queries.digest(token_of(secret_key, workshop.nonce))


def edit_workshop(
    session: Session,
    workshop: Workshop,
    draft: WorkshopDraft,
    *,
    version: int | None,
    actor: Identity,
    now: datetime,
) -> None:
    """Change what a workshop says; the way of voting stays once the vote is open.

    :raises Conflict: if ``version`` is not the stored one any more; with both texts.
    :raises Refused: with every reason.
    """
    hold(session, workshop)
    ways = (draft.method, draft.points_each) != (workshop.method, workshop.points_each)
    if ways and workshop.status is WorkshopStatus.VOTING:
        told = N_("Le vote est ouvert : sa règle ne change plus.")
        refuse_all([Refusal("rule_fixed", told, HOUSE)])
    refuse_all((*still_live(workshop), *draft_refusals(draft)))
    changed = change(workshop, _fields(draft), version=version)
    if changed:
        data = {"fields": changed}
        _note(session, workshop, "edit", actor_id=actor.user_id, now=now, data=data)


def still_live(workshop: Workshop) -> tuple[Refusal, ...]:
    """Return why a workshop cannot be changed any more."""
    if workshop.status in LIVE:
        return ()
    return (Refusal("over", N_("Le résultat est figé : l’atelier ne change plus."), HOUSE),)


def renew_link(
    session: Session, workshop: Workshop, *, secret_key: str, actor: Identity, now: datetime
) -> None:
    """Give a workshop another link: the one before leads nowhere from now on."""
    refuse_all(still_live(workshop))
    _new_link(workshop, secret_key)
    _note(session, workshop, "renew", actor_id=actor.user_id, now=now)


def set_timer(workshop: Workshop, minutes: int, *, now: datetime) -> None:
    """Let the timer end in so many minutes; 0 stops it.

    :raises Refused: for a time that is none.
    """
    if not 0 <= minutes <= LONGEST_MINUTES:
        told = N_("De 0 à %(most)d minutes.", most=LONGEST_MINUTES)
        refuse_all([Refusal("minutes_range", told, HOUSE)])
    refuse_all(still_live(workshop))
    workshop.ends_at = now + timedelta(minutes=minutes) if minutes else None


# --- those who come by the link ---


def join(session: Session, workshop: Workshop, name: str, function: str, *, now: datetime) -> str:
    """Take somebody in, and return the secret by which their browser is known again.

    :raises Refused: with every reason.
    """
    hold(session, workshop)
    people = queries.count_of(session, workshop.id).people
    refuse_all(join_refusals(name, function, status=workshop.status, people=people))
    secret = secrets.token_urlsafe(32)
    came = WorkshopParticipant(
        workshop_id=workshop.id,
        name=" ".join(name.split()),
        function=" ".join(function.split()),
        secret_sha256=queries.digest(secret),
        joined_at=now,
    )
    session.add(came)
    texts = {"name": came.name, "function": came.function}
    _note(session, workshop, "join", actor_id=None, now=now, texts=texts)
    return secret


def propose(
    session: Session,
    workshop: Workshop,
    text: str,
    *,
    by: WorkshopParticipant | None,
    actor: Identity | None = None,
    now: datetime,
) -> WorkshopProposal:
    """Add a proposal, of a participant or of the facilitator.

    :raises Refused: with every reason.
    """
    hold(session, workshop)
    known = queries.proposals_of(session, workshop.id)
    own = sum(each.participant_id == by.id for each in known) if by else 0
    refuse_all(proposal_refusals(text, status=workshop.status, total=len(known), own=own))
    made = WorkshopProposal(
        workshop_id=workshop.id,
        text=text.strip(),
        participant_id=by.id if by else None,
        proposed_at=now,
    )
    session.add(made)
    data = {"participant": by.id if by else None}
    actor_id = actor.user_id if actor else None
    _note(
        session, workshop, "propose", actor_id=actor_id, now=now, data=data,
        texts={"proposal": made.text},
    )  # fmt: skip
    return made


def withdraw(
    session: Session, proposal: WorkshopProposal, *, actor: Identity, now: datetime
) -> None:
    """Take a proposal away, before the vote.

    :raises Refused: once the vote is open.
    """
    workshop = proposal.workshop
    hold(session, workshop)
    refuse_all(still_live(workshop))
    if workshop.status is WorkshopStatus.VOTING:
        told = N_("Le vote est ouvert : on ne retire plus de proposition.")
        refuse_all([Refusal("voting", told, HOUSE)])
    if proposal.withdrawn_at is not None:
        raise NotFound(f"proposal {proposal.id}")
    proposal.withdrawn_at = now
    data, texts = {"proposal": proposal.id}, {"proposal": proposal.text}
    _note(session, workshop, "withdraw", actor_id=actor.user_id, now=now, data=data, texts=texts)


def vote(session: Session, workshop: Workshop, by: WorkshopParticipant, ballot: Ballot) -> None:
    """Put the ballot of a participant in place of the one before.

    :raises Refused: with every reason; after the close, with that one.
    """
    hold(session, workshop)
    refuse_all(
        ballot_refusals(
            ballot,
            status=workshop.status,
            method=workshop.method,
            points_each=workshop.points_each,
            proposals=[each.id for each in queries.proposals_of(session, workshop.id)],
        )
    )
    session.execute(delete(WorkshopVote).where(WorkshopVote.participant_id == by.id))
    session.add_all(
        WorkshopVote(workshop_id=workshop.id, participant_id=by.id, proposal_id=key, value=value)
        for key, value in sorted(ballot.votes.items())
        if value > 0
    )
    session.flush()


# --- moving, freezing ---


def move_workshop(
    session: Session, workshop: Workshop, name: str, words: str, *, actor: Identity, now: datetime
) -> None:
    """Apply the transition ``name``; closing the vote freezes the result with its attendance.

    :raises TransitionRefused: with every unmet condition; nothing is then changed.
    """
    hold(session, workshop)
    count, before = queries.count_of(session, workshop.id), workshop.status
    facts = MoveFacts(proposals=count.proposals, ballots=count.ballots, note=words)
    after = WORKSHOP_WORKFLOW.decide(before, name, facts)
    data: dict[str, object] = {"before": before.value, "after": after.value}
    workshop.status = after
    if name == "open":
        workshop.opened_at = now
    if after is not WorkshopStatus.FROZEN:
        _note(session, workshop, name, actor_id=actor.user_id, now=now, data=data)
        return
    workshop.frozen_at, workshop.ends_at = now, None
    workshop.conclusion = words.strip()
    session.flush()
    document = canonical_json(_document(session, workshop))
    sha256 = hashlib.sha256(document).hexdigest()
    data |= {"sha256": sha256, "people": count.people, "ballots": count.ballots}
    texts = {"note": workshop.conclusion}
    head = _note(session, workshop, name, actor_id=actor.user_id, now=now, data=data, texts=texts)
    session.add(
        WorkshopResult(
            workshop_id=workshop.id,
            document=document.decode(),
            sha256=sha256,
            frozen_at=now,
            head_seq=head.seq,
            head_hash=head.hash,
        )
    )
    session.flush()


def _document(session: Session, workshop: Workshop) -> dict[str, object]:
    """Return what is frozen: nobody’s ballot, everybody’s sum."""
    count = queries.count_of(session, workshop.id)
    return {
        "schema": "qse-workshop-v1",
        "reference": workshop.reference,
        "title": workshop.title,
        "question": workshop.question,
        "agenda": workshop.agenda,
        "method": workshop.method.value,
        "points_each": workshop.points_each,
        "led_by": workshop.owner.name,
        "opened_at": utc_text(workshop.opened_at) if workshop.opened_at else None,
        "frozen_at": utc_text(workshop.frozen_at) if workshop.frozen_at else None,
        "attendance": [
            {"name": each.name, "function": each.function, "joined_at": utc_text(each.joined_at)}
            for each in queries.participants_of(session, workshop.id)
        ],
        "ballots": count.ballots,
        "standings": [
            {
                "rank": each.rank,
                "text": each.text,
                "points": each.points,
                "voters": each.voters,
                "mean": None if each.mean is None else str(each.mean),
            }
            for each in queries.standings_of(session, workshop)
        ],
        "conclusion": workshop.conclusion,
    }
