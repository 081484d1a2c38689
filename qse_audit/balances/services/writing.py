"""Beginning a balance, saying what it covers, and writing what its author reads in it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Site
from qse_audit.accounts.rules import one_line
from qse_audit.balances import queries
from qse_audit.balances.models import Balance, BalanceFact, BalanceReading
from qse_audit.balances.rules import (
    BALANCE_WORKFLOW,
    FROZEN,
    NO_REASON,
    NOT_FROZEN,
    REPLACED,
    BalanceDraft,
    BalanceStatus,
    ReadingDraft,
    Section,
    draft_refusals,
)
from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import NotFound, Refusal, refuse_all
from qse_audit.core.permissions import Kind, Link
from qse_audit.db.notes import change, note
from qse_audit.db.numbering import next_reference
from qse_audit.db.participation import Participation, write_links
from qse_audit.db.trail import Head
from qse_audit.db.upsert import insert_missing
from qse_audit.policies import Identity


def start_balance(
    session: Session,
    draft: BalanceDraft,
    *,
    replaces: Balance | None = None,
    reason: str = "",
    actor: Identity,
    now: datetime,
) -> Balance:
    """Begin a balance in the organisation of ``actor``; one that replaces another begins as it is.

    :raises Refused: for a period that cannot be, no domain, a balance that is not frozen or already
        replaced, or no reason.
    :raises NotFound: for a site of somebody else.
    """
    refuse_all(draft_refusals(draft, day_in_paris(now)))
    if replaces is not None:
        refuse_all(_replacing(session, replaces, reason))
    balance = Balance(
        organisation_id=actor.organisation_id,
        reference=next_reference(
            session, "BIL", organisation_id=actor.organisation_id, year=day_in_paris(now).year
        ),
        title=one_line(draft.title),
        from_on=draft.from_on,
        until_on=draft.until_on,
        domains=[each.value for each in draft.domains],
        status=BALANCE_WORKFLOW.initial,
        replaces_id=replaces.id if replaces else None,
        replaces_reason=reason.strip() if replaces else "",
        created_at=now,
        created_by_id=actor.user_id,
        sites=_sites(session, draft.site_ids, actor),
    )
    session.add(balance)
    session.flush()
    write_links(session, Kind.BALANCE, balance.id, {Link.AUTHOR: [actor.user_id]})
    if replaces is not None:
        _copy(session, replaces, balance)
    data = {**_period(balance), "replaces": replaces.reference if replaces else None}
    texts = {"title": balance.title, "reason": balance.replaces_reason}
    _note(session, balance, "start", actor=actor, now=now, data=data, texts=texts)
    return balance


def _replacing(session: Session, replaces: Balance, reason: str) -> list[Refusal]:
    refusals: list[Refusal] = []
    if replaces.status is not BalanceStatus.FROZEN:
        refusals.append(NOT_FROZEN)
    if queries.is_replaced(session, replaces):
        refusals.append(REPLACED)
    if not reason.strip():
        refusals.append(NO_REASON)
    return refusals


def _sites(session: Session, site_ids: frozenset[int], actor: Identity) -> list[Site]:
    """Return the sites that a perimeter names.

    :raises NotFound: for one of somebody else.
    """
    found = session.scalars(
        select(Site)
        .where(Site.id.in_(site_ids), Site.organisation_id == actor.organisation_id)
        .order_by(Site.name)
    ).all()
    if {site.id for site in found} != set(site_ids):
        raise NotFound("site")
    return list(found)


def _copy(session: Session, source: Balance, target: Balance) -> None:
    """Let a balance begin with what was written in the one that it replaces."""
    target.conclusion = source.conclusion
    session.add_all(
        BalanceReading(
            balance_id=target.id,
            section=section,
            comment=each.comment,
            strengths=each.strengths,
            weaknesses=each.weaknesses,
        )
        for section, each in queries.readings_of(session, source.id).items()
    )
    session.add_all(
        BalanceFact(balance_id=target.id, figure_key=each.key)
        for each in queries.salient_of(session, source.id)
    )
    session.flush()


def edit_balance(
    session: Session,
    balance: Balance,
    draft: BalanceDraft,
    *,
    version: int | None = None,
    actor: Identity,
    now: datetime,
) -> None:
    """Say anew what a balance covers.

    :raises Refused: for what a balance cannot be, or once it is frozen.
    :raises Conflict: when ``version`` is no longer the stored one.
    :raises NotFound: for a site of somebody else.
    """
    _open_for(session, balance, actor)
    refuse_all(draft_refusals(draft, day_in_paris(now)))
    wanted = {
        "title": one_line(draft.title),
        "from_on": draft.from_on,
        "until_on": draft.until_on,
        "domains": [each.value for each in draft.domains],
        "sites": _sites(session, draft.site_ids, actor),
    }
    if changed := change(balance, wanted, version=version):
        data = {**_period(balance), "changed": changed}
        texts = {"title": balance.title}
        _note(session, balance, "edit", actor=actor, now=now, data=data, texts=texts)


def write_conclusion(
    session: Session,
    balance: Balance,
    text: str,
    *,
    version: int | None = None,
    actor: Identity,
    now: datetime,
) -> None:
    """Write what is concluded of the whole period.

    :raises Refused: once it is frozen.
    :raises Conflict: when ``version`` is no longer the stored one.
    """
    _open_for(session, balance, actor)
    if change(balance, {"conclusion": text.strip()}, version=version):
        texts = {"conclusion": balance.conclusion}
        _note(session, balance, "conclude", actor=actor, now=now, texts=texts)


def write_reading(
    session: Session,
    balance: Balance,
    section: Section,
    draft: ReadingDraft,
    *,
    version: int | None = None,
    actor: Identity,
    now: datetime,
) -> int:
    """Write what the author reads in one section, and which figures stand out; return the version.

    ``version`` is 0 for what nobody wrote yet.

    :raises Refused: once it is frozen.
    :raises Conflict: when ``version`` is no longer the stored one.
    """
    _open_for(session, balance, actor)
    held = session.scalars(
        select(BalanceReading).where(
            BalanceReading.balance_id == balance.id, BalanceReading.section == section
        )
    ).first()
    if held is None:
        held = BalanceReading(
            balance_id=balance.id,
            section=section,
            comment="",
            strengths="",
            weaknesses="",
            version=0,
        )
    texts = {
        "comment": draft.comment.strip(),
        "strengths": draft.strengths.strip(),
        "weaknesses": draft.weaknesses.strip(),
    }
    changed = change(held, texts, version=version)
    if changed:
        held.version = held.version or 1
        session.add(held)
    kept = _keep(session, balance, draft)
    if changed or kept:
        data = {"section": section.value, "salient": sorted(draft.salient)}
        _note(session, balance, "read", actor=actor, now=now, data=data, texts=texts)
    return held.version


def _keep(session: Session, balance: Balance, draft: ReadingDraft) -> bool:
    """Make the salient figures of a section exactly those of ``draft``; say whether that changed.

    ``draft.offered`` names every figure of the section: those of the others stay.
    """
    stored = {each.key: each.id for each in queries.salient_of(session, balance.id)}
    wanted = set(draft.salient)
    gone = [key for name, key in stored.items() if name in draft.offered and name not in wanted]
    fresh = sorted(wanted - set(stored))
    if gone:
        session.execute(delete(BalanceFact).where(BalanceFact.id.in_(gone)))
    session.add_all(BalanceFact(balance_id=balance.id, figure_key=key) for key in fresh)
    return bool(gone or fresh)


def delete_balance(session: Session, balance: Balance, *, actor: Identity, now: datetime) -> None:
    """Delete a balance that was never frozen; its number is not used again.

    :raises Refused: once it is frozen.
    """
    _open_for(session, balance, actor)
    texts = {"title": balance.title}
    _note(session, balance, "delete", actor=actor, now=now, texts=texts)
    write_links(session, Kind.BALANCE, balance.id, {Link.AUTHOR: []})
    session.delete(balance)
    session.flush()


def _open_for(session: Session, balance: Balance, actor: Identity) -> None:
    """Hold a balance until the end of the transaction, and name ``actor`` among its authors.

    :raises Refused: once it is frozen, even if that was a moment ago.
    """
    status = select(Balance.status).where(Balance.id == balance.id).with_for_update()
    refuse_all([FROZEN] if session.scalars(status).one() is BalanceStatus.FROZEN else [])
    if actor.user_id not in balance.access().links[Link.AUTHOR]:
        insert_missing(
            session,
            Participation,
            subject_kind=Kind.BALANCE,
            subject_id=balance.id,
            link=Link.AUTHOR,
            person_id=actor.user_id,
        )
        session.expire(balance, ["participations"])


def _period(balance: Balance) -> dict[str, object]:
    return {
        "from": balance.from_on.isoformat(),
        "until": balance.until_on.isoformat(),
        "sites": sorted(site.id for site in balance.sites),
        "domains": list(balance.domains),
    }


def _note(
    session: Session,
    balance: Balance,
    act: str,
    *,
    actor: Identity,
    now: datetime,
    data: Mapping[str, object] | None = None,
    texts: Mapping[str, str] | None = None,
) -> Head:
    told = {"reference": balance.reference, **(data or {})}
    subject = Kind.BALANCE, balance
    return note(session, subject, act, actor=actor, now=now, data=told, texts=texts)
