"""Noting the interested parties and what they ask for."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qse_audit.accounts.rules import one_line
from qse_audit.core.errors import refuse_all
from qse_audit.core.permissions import Kind
from qse_audit.db.notes import change, note
from qse_audit.policies import Identity
from qse_audit.policy.models import InterestedParty, PartyNeed
from qse_audit.policy.rules import NAME_TAKEN, WITHDRAWN, NeedDraft, PartyDraft, need_refusals


def add_party(
    session: Session, draft: PartyDraft, *, actor: Identity, now: datetime
) -> InterestedParty:
    """Note an interested party of the organisation of ``actor``.

    :raises Refused: for a name that is taken.
    """
    _check_name(session, actor.organisation_id, draft.name)
    party = InterestedParty(
        organisation_id=actor.organisation_id,
        created_at=now,
        created_by_id=actor.user_id,
        reviewed_at=now,
        reviewed_by_id=actor.user_id,
        withdrawal_reason="",
        **_party_values(draft),
    )
    session.add(party)
    _note(session, party, "add", actor=actor, now=now)
    return party


def edit_party(
    session: Session,
    party: InterestedParty,
    draft: PartyDraft,
    *,
    version: int | None = None,
    actor: Identity,
    now: datetime,
) -> None:
    """Write a party anew; whoever writes it has looked at it.

    :raises Refused: for a name that is taken, or once it is withdrawn.
    :raises Conflict: when ``version`` is no longer the stored one.
    """
    refuse_all([WITHDRAWN] if party.withdrawn_at else [])
    _check_name(session, party.organisation_id, draft.name, except_id=party.id)
    if changed := change(party, _party_values(draft), version=version):
        party.reviewed_at, party.reviewed_by_id = now, actor.user_id
        _note(session, party, "edit", actor=actor, now=now, changed=changed)


def add_need(
    session: Session, party: InterestedParty, draft: NeedDraft, *, actor: Identity, now: datetime
) -> PartyNeed:
    """Note what a party asks for.

    :raises Refused: with every reason, or once the party is withdrawn.
    """
    refuse_all([WITHDRAWN] if party.withdrawn_at else need_refusals(draft))
    need = PartyNeed(party=party, **need_values(draft))
    session.add(need)
    _note_need(session, need, "add-need", actor=actor, now=now)
    return need


def edit_need(
    session: Session,
    need: PartyNeed,
    draft: NeedDraft,
    *,
    version: int | None = None,
    actor: Identity,
    now: datetime,
) -> None:
    """Write a requirement of a party anew.

    :raises Refused: with every reason, or once the party is withdrawn.
    :raises Conflict: when ``version`` is no longer the stored one.
    """
    refuse_all([WITHDRAWN] if need.party.withdrawn_at else need_refusals(draft))
    if change(need, need_values(draft), version=version):
        _note_need(session, need, "edit-need", actor=actor, now=now)


def remove_need(session: Session, need: PartyNeed, *, actor: Identity, now: datetime) -> None:
    """Delete a requirement of a party; the trail keeps its words.

    :raises Refused: once the party is withdrawn.
    """
    refuse_all([WITHDRAWN] if need.party.withdrawn_at else [])
    _note_need(session, need, "remove-need", actor=actor, now=now)
    session.delete(need)


def need_values(draft: NeedDraft) -> dict[str, Any]:
    """Return a draft as the columns of a need; what is no obligation has no source of one."""
    values = asdict(draft)
    values["domains"] = [domain.value for domain in draft.domains]
    if not draft.is_obligation:
        values["obligation"] = ""
    return values


def _party_values(draft: PartyDraft) -> dict[str, Any]:
    return asdict(draft) | {"name": one_line(draft.name)}


def _check_name(
    session: Session, organisation_id: int, name: str, *, except_id: int | None = None
) -> None:
    taken = select(InterestedParty.id).where(
        InterestedParty.organisation_id == organisation_id,
        func.lower(InterestedParty.name) == func.lower(one_line(name)),
        InterestedParty.id != (except_id or 0),
    )
    refuse_all([NAME_TAKEN] if session.scalar(taken.limit(1)) else [])


def _note(
    session: Session,
    party: InterestedParty,
    act: str,
    *,
    actor: Identity,
    now: datetime,
    changed: list[str] | None = None,
) -> None:
    data = {
        "kind": party.kind,
        "influence": party.influence,
        "interest": party.interest,
        **({"changed": changed} if changed else {}),
    }
    texts = {"name": party.name, "heard_by": party.heard_by}
    subject = Kind.INTERESTED_PARTY, party
    note(session, subject, act, actor=actor, now=now, data=data, texts=texts)


def _note_need(
    session: Session, need: PartyNeed, act: str, *, actor: Identity, now: datetime
) -> None:
    session.flush()
    data = {
        "need": need.id,
        "is_obligation": need.is_obligation,
        "domains": list(need.domains),
    }
    texts = {"text": need.text, "obligation": need.obligation, "answer": need.answer}
    subject = Kind.INTERESTED_PARTY, need.party
    note(session, subject, act, actor=actor, now=now, data=data, texts=texts)
