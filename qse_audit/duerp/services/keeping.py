"""Keeping what stands beside the versions: headcount, events, measures, who received and asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import Refusal, refuse_all
from qse_audit.core.text import N_
from qse_audit.db.notes import change
from qse_audit.db.trail import Act, record
from qse_audit.duerp import queries
from qse_audit.duerp.models import (
    DuerpEvent,
    DuerpMeasure,
    DuerpPlace,
    DuerpRequest,
    DuerpTransmission,
    DuerpVersion,
    HeadcountNote,
)
from qse_audit.duerp.queries import Described
from qse_audit.duerp.rules import (
    IN_THE_FUTURE,
    KEPT,
    NOT_APPROVED,
    Channel,
    Headcount,
    MeasureDraft,
    Recipient,
    TriggerKind,
    VersionStatus,
    draft_refusals,
    headcount_refusals,
    in_force_between,
    period_refusals,
    trigger_refusals,
)
from qse_audit.policies import Identity

NO_NAME = Refusal("name_missing", N_("Dites qui : nom, fonction ou service."), KEPT)
ANSWERED = Refusal("already_answered", N_("Cette demande a déjà reçu sa réponse."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Transmitted:
    """To whom a version was handed over, as somebody notes it."""

    recipient: Recipient
    name: str
    sent_on: date
    channel: Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asks to read the DUERP, and for which time."""

    recipient: Recipient
    name: str
    asked_on: date
    from_on: date
    until_on: date | None = None


def note_headcount(
    session: Session, noted: Headcount, *, actor: Identity, now: datetime
) -> HeadcountNote:
    """Note how many employees there are from a day on; a note is corrected by another one.

    :raises Refused: for a number or a day that cannot be.
    """
    refuse_all(headcount_refusals(noted, day_in_paris(now)))
    row = HeadcountNote(
        organisation_id=actor.organisation_id,
        since_on=noted.since_on,
        employees=noted.employees,
        noted_at=now,
        noted_by_id=actor.user_id,
    )
    session.add(row)
    data = {"since": noted.since_on.isoformat(), "employees": noted.employees}
    _note(session, ("organisation", actor.organisation_id), "headcount",
          actor=actor, now=now, data=data)  # fmt: skip
    return row


def write_place(
    session: Session,
    texts: Mapping[str, str],
    *,
    version: int | None = None,
    actor: Identity,
    now: datetime,
) -> DuerpPlace:
    """Write where the DUERP is read: ``location``, ``hours``, ``contact``.

    :raises Conflict: when ``version`` is no longer the stored one.
    """
    held = queries.place_of(session, actor.organisation_id)
    if held is None:
        held = DuerpPlace(
            organisation_id=actor.organisation_id, location="", hours="", contact="", version=0
        )
    wanted = {name: text.strip() for name, text in texts.items()}
    if change(held, wanted, version=version):
        held.version = held.version or 1
        session.add(held)
        _note(session, ("organisation", actor.organisation_id), "place",
              actor=actor, now=now, texts=wanted)  # fmt: skip
    return held


def note_event(
    session: Session,
    kind: TriggerKind,
    happened_on: date,
    what: str,
    *,
    actor: Identity,
    now: datetime,
) -> DuerpEvent:
    """Note something that makes an update due.

    :raises Refused: without words, or for a day to come.
    """
    refuse_all(trigger_refusals(what, happened_on, day_in_paris(now)))
    event = DuerpEvent(
        organisation_id=actor.organisation_id,
        kind=kind,
        happened_on=happened_on,
        what=" ".join(what.split()),
        noted_at=now,
        noted_by_id=actor.user_id,
    )
    session.add(event)
    session.flush()
    data = {"kind": kind.value, "happened_on": happened_on.isoformat()}
    _note(session, ("duerp_event", event.id), "event",
          actor=actor, now=now, data=data, texts={"what": event.what})  # fmt: skip
    return event


def follow_event(
    session: Session,
    event: DuerpEvent,
    done: str,
    *,
    version: int | None = None,
    actor: Identity,
    now: datetime,
) -> None:
    """Write what was done at once about an event.

    :raises Conflict: when ``version`` is no longer the stored one.
    """
    if change(event, {"done": done.strip()}, version=version):
        _note(session, ("duerp_event", event.id), "follow-event",
              actor=actor, now=now, texts={"done": event.done})  # fmt: skip


def describe_measure(
    session: Session,
    described: Described,
    draft: MeasureDraft,
    *,
    version: int | None = None,
    actor: Identity,
    now: datetime,
) -> DuerpMeasure:
    """Write what the yearly programme says of an action.

    :raises Refused: for what cannot be; what is missing may come later.
    :raises Conflict: when ``version`` is no longer the stored one.
    """
    action, held = described.action, described.measure
    refuse_all(draft_refusals(draft, due_on=action.due_on))
    if held is None:
        held = DuerpMeasure(
            organisation_id=action.organisation_id,
            action_id=action.id,
            conditions="",
            result_indicator="",
            version=0,
        )
    texts = {
        "conditions": draft.conditions.strip(),
        "result_indicator": draft.result_indicator.strip(),
    }
    wanted = {**texts, "cost_euros": draft.cost_euros, "starts_on": draft.starts_on}
    if changed := change(held, wanted, version=version):
        held.version = held.version or 1
        session.add(held)
        session.flush()
        data = {"reference": action.reference, "changed": changed}
        _note(session, ("duerp_measure", held.id), "measure",
              actor=actor, now=now, data=data, texts=texts)  # fmt: skip
    return held


def note_transmission(
    session: Session, version: DuerpVersion, sent: Transmitted, *, actor: Identity, now: datetime
) -> DuerpTransmission:
    """Note that a version was handed over.

    :raises Refused: for a version that is not approved, a day that cannot be, or nobody.
    """
    refusals = [] if version.status is VersionStatus.APPROVED else [NOT_APPROVED]
    refusals += [] if sent.name.strip() else [NO_NAME]
    refuse_all([*refusals, *_dated(sent.sent_on, version.approved_on, now)])
    row = DuerpTransmission(
        version_id=version.id,
        recipient=sent.recipient,
        name=sent.name.strip(),
        sent_on=sent.sent_on,
        channel=sent.channel,
        noted_at=now,
        noted_by_id=actor.user_id,
    )
    session.add(row)
    data = {"number": version.number, "recipient": sent.recipient.value,
            "sent_on": sent.sent_on.isoformat()}  # fmt: skip
    _note(session, ("duerp_version", version.id), "send",
          actor=actor, now=now, data=data, texts={"name": row.name})  # fmt: skip
    return row


def _dated(day: date, least: date | None, now: datetime) -> list[Refusal]:
    if day > day_in_paris(now):
        return [IN_THE_FUTURE]
    if least is not None and day < least:
        told = N_(
            "La version est approuvée le %(day)s : ce jour est avant.", day=f"{least:%d/%m/%Y}"
        )
        return [Refusal("before_approval", told)]
    return []


def note_request(session: Session, asked: Asked, *, actor: Identity, now: datetime) -> DuerpRequest:
    """Note who asks to read the DUERP.

    :raises Refused: for a time that cannot be, or nobody.
    """
    today = day_in_paris(now)
    refusals = [] if asked.name.strip() else [NO_NAME]
    refusals += [IN_THE_FUTURE] if asked.asked_on > today else []
    refuse_all([*refusals, *period_refusals(asked.from_on, asked.until_on, today)])
    row = DuerpRequest(
        organisation_id=actor.organisation_id,
        recipient=asked.recipient,
        name=asked.name.strip(),
        asked_on=asked.asked_on,
        from_on=asked.from_on,
        until_on=asked.until_on,
        versions=[],
        noted_at=now,
        noted_by_id=actor.user_id,
    )
    session.add(row)
    session.flush()
    data = {"recipient": asked.recipient.value, "from": asked.from_on.isoformat(),
            "until": asked.until_on.isoformat() if asked.until_on else None}  # fmt: skip
    _note(session, ("duerp_request", row.id), "ask",
          actor=actor, now=now, data=data, texts={"name": row.name})  # fmt: skip
    return row


def answer_request(
    session: Session, request: DuerpRequest, *, actor: Identity, now: datetime
) -> list[int]:
    """Note that the versions of the time asked for were shown; return their ids.

    :raises Refused: for a request that was answered.
    """
    refuse_all([ANSWERED] if request.answered_on is not None else [])
    spans = queries.spans_of(session, request.organisation_id).values()
    shown = [
        each.id
        for versions in spans
        for each in in_force_between(versions, request.from_on, request.until_on)
    ]
    request.versions = sorted(shown)
    request.answered_on, request.answered_by_id = day_in_paris(now), actor.user_id
    _note(session, ("duerp_request", request.id), "answer",
          actor=actor, now=now, data={"versions": request.versions})  # fmt: skip
    return request.versions


def _note(
    session: Session,
    subject: tuple[str, int],
    act: str,
    *,
    actor: Identity,
    now: datetime,
    data: Mapping[str, object] | None = None,
    texts: Mapping[str, str] | None = None,
) -> None:
    session.flush()
    kind, key = subject
    done = Act(
        verb=f"duerp.{act}",
        kind=kind,
        subject_id=key,
        data=data or {},
        texts={name: text for name, text in (texts or {}).items() if text},
    )
    here = actor.organisation_id
    record(session, done, organisation_id=here, actor_id=actor.user_id, now=now)
