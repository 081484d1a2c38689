"""Declaring events, correcting them, moving their treatment on."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.accidents.models import Accident
from qse_audit.accidents.queries.events import event_facts, first_due, owner_of, stop_rows
from qse_audit.accidents.rules import (
    EVENT_WORKFLOW,
    OPEN_TO_ALL,
    EventDraft,
    EventStatus,
)
from qse_audit.accidents.rules.events import (
    DATES,
    HOUSE,
    TEXTS,
    event_refusals,
    kept,
    kind_refusals,
)
from qse_audit.accidents.rules.stops import days_of, in_force
from qse_audit.accounts.models import Membership, Site
from qse_audit.accounts.queries import is_member
from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import NotAllowed, NotFound, Refusal, refuse_all
from qse_audit.core.permissions import Kind, Link, Permission, Role
from qse_audit.core.text import N_, Message
from qse_audit.db.notes import change, note
from qse_audit.db.numbering import next_reference
from qse_audit.db.outbox import notify
from qse_audit.db.participation import write_links
from qse_audit.findings.services import check_process
from qse_audit.policies import Identity, allows


def declare_event(
    session: Session, draft: EventDraft, *, actor: Identity, now: datetime
) -> Accident:
    """Tell what happened, and the coordinators with it; return the event.

    :raises NotAllowed: for an accident told by somebody who may only tell near misses.
    :raises Refused: with every reason.
    :raises NotFound: for a process or a site that is not the organisation’s.
    """
    if draft.kind not in OPEN_TO_ALL and not allows(actor, Permission.ACCIDENT_RECORD):
        raise NotAllowed(Permission.ACCIDENT_RECORD)
    refuse_all(event_refusals(draft, now=now))
    here = actor.organisation_id
    _check_places(session, draft, here)
    values = kept(replace(draft, known_at=draft.known_at or now))
    accident = Accident(
        organisation_id=here,
        reference=next_reference(session, "EVT", organisation_id=here, year=day_in_paris(now).year),
        status=EVENT_WORKFLOW.initial,
        declared_at=now,
        declared_by_id=actor.user_id,
        **values,
    )
    accident.duty_due_at = first_due(accident)
    session.add(accident)
    session.flush()
    write_links(session, Kind.ACCIDENT, accident.id, {Link.AUTHOR: [actor.user_id]})
    note(
        session,
        (Kind.ACCIDENT, accident),
        "declare",
        actor=actor,
        now=now,
        data={"reference": accident.reference, "kind": accident.kind},
        texts={name: values[name] for name in ("place", "facts_text", "measures_text")},
    )
    _tell_coordinators(session, accident, actor=actor, now=now)
    return accident


def edit_event(
    session: Session,
    accident: Accident,
    draft: EventDraft,
    *,
    version: int | None,
    actor: Identity,
    now: datetime,
) -> None:
    """Correct or complete an event; the same words again change nothing.

    :raises Conflict: when ``version`` is no longer the stored one.
    :raises Refused: with every reason.
    :raises NotFound: for a process or a site that is not the organisation’s.
    """
    days = days_of(in_force(stop_rows(accident.stops)))
    refuse_all(
        (
            *event_refusals(draft, now=now),
            *kind_refusals(accident.kind, draft.kind, stop_days=days),
        )
    )
    _check_places(session, draft, accident.organisation_id)
    wanted = kept(replace(draft, known_at=draft.known_at or accident.known_at))
    for name in DATES:  # a page shows minutes: the seconds of the same minute stay
        if _same_minute(wanted[name], getattr(accident, name)):
            wanted[name] = getattr(accident, name)
    if changed := change(accident, wanted, version=version):
        accident.duty_due_at = first_due(accident)
        told = {name: wanted[name] for name in changed if name in TEXTS}
        data = {"changed": changed, "kind": accident.kind}
        note(
            session, (Kind.ACCIDENT, accident), "edit", actor=actor, now=now, data=data, texts=told
        )


def _same_minute(one: datetime | None, other: datetime | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.replace(second=0, microsecond=0) == other.replace(second=0, microsecond=0)


def assign_owner(
    session: Session, accident: Accident, person_id: int, *, actor: Identity, now: datetime
) -> None:
    """Ask somebody to lead the investigation, and tell them.

    :raises Refused: for somebody who is not of the organisation.
    """
    if not is_member(session, person_id, accident.organisation_id):
        refuse_all([FOREIGN_OWNER])
    if owner_of(accident) == person_id:
        return
    write_links(session, Kind.ACCIDENT, accident.id, {Link.OWNER: [person_id]})
    session.expire(accident, ["participations"])
    data: dict[str, object] = {"owner": person_id}
    head = note(session, (Kind.ACCIDENT, accident), "assign", actor=actor, now=now, data=data)
    if person_id != actor.user_id:
        _notify(
            session,
            accident,
            N_("Vous menez l’enquête sur %(reference)s", reference=accident.reference),
            key=f"accident/owner/{accident.id}/{head.seq}",
            person_id=person_id,
            now=now,
        )


FOREIGN_OWNER = Refusal("owner_id", N_("Choisissez une personne de l’organisation."), HOUSE)


def move_event(
    session: Session,
    accident: Accident,
    name: str,
    *,
    reason: str = "",
    actor: Identity,
    now: datetime,
) -> None:
    """Apply the transition ``name``, and tell whoever declared the event.

    :raises TransitionRefused: with every unmet condition; the event is then unchanged.
    """
    before, reason = accident.status, reason.strip()
    facts = event_facts(session, accident, now, reason=reason)
    accident.status = EVENT_WORKFLOW.decide(before, name, facts)
    if accident.status is EventStatus.INVESTIGATING and accident.investigated_at is None:
        accident.investigated_at = now
    accident.duty_due_at = first_due(accident)
    is_closed = accident.status is EventStatus.CLOSED
    accident.closed_at = now if is_closed else None
    accident.closing_note = reason if is_closed else ""
    data = {"before": before, "after": accident.status}
    head = note(
        session,
        (Kind.ACCIDENT, accident),
        name,
        actor=actor,
        now=now,
        data=data,
        texts={"reason": reason, "causes_text": accident.causes_text if is_closed else ""},
    )
    if accident.declared_by_id != actor.user_id:
        _notify(
            session,
            accident,
            HEARD[name].msgid,
            key=f"accident/move/{accident.id}/{head.seq}",
            person_id=accident.declared_by_id,
            now=now,
        )


HEARD: dict[str, Message] = {
    "investigate": N_("Votre déclaration %(reference)s est en enquête", reference=""),
    "close": N_("Votre déclaration %(reference)s est close", reference=""),
    "reopen": N_("Votre déclaration %(reference)s est rouverte", reference=""),
    "dismiss": N_("Votre déclaration %(reference)s est écartée", reference=""),
    "restore": N_("Votre déclaration %(reference)s est reprise", reference=""),
}


def _tell_coordinators(
    session: Session, accident: Accident, *, actor: Identity, now: datetime
) -> None:
    """Tell the coordinators what happened, and by when the law asks for something."""
    message = N_("Un événement est déclaré : %(reference)s", reference=accident.reference)
    if accident.duty_due_at is not None:
        message = N_(
            "Un accident est déclaré : %(reference)s. Démarche légale avant le %(due_at)s.",
            reference=accident.reference,
            due_at=accident.duty_due_at.isoformat(),
        )
    people = session.scalars(
        select(Membership.person_id).where(
            Membership.organisation_id == accident.organisation_id,
            Membership.role == Role.COORDINATOR,
            Membership.person_id != actor.user_id,
        )
    ).all()
    for person_id in sorted(set(people)):
        _notify(
            session,
            accident,
            message,
            key=f"accident/declared/{accident.id}/{person_id}",
            person_id=person_id,
            now=now,
        )


def _notify(
    session: Session,
    accident: Accident,
    message: Message | str,
    *,
    key: str,
    person_id: int,
    now: datetime,
) -> None:
    if not isinstance(message, Message):
        message = Message(message, {"reference": accident.reference})
    notify(
        session,
        message,
        key=key,
        person_id=person_id,
        organisation_id=accident.organisation_id,
        subject=(Kind.ACCIDENT, accident.id),
        now=now,
    )


def _check_places(session: Session, draft: EventDraft, organisation_id: int) -> None:
    """Refuse a process or a site that is not the organisation’s.

    :raises NotFound: then.
    """
    check_process(session, draft.process_id, organisation_id)
    check_site(session, draft.site_id, organisation_id)


def check_site(session: Session, site_id: int | None, organisation_id: int) -> None:
    """Refuse a site that is not the organisation’s.

    :raises NotFound: then.
    """
    if site_id is None:
        return
    found = session.get(Site, site_id)
    if found is None or found.organisation_id != organisation_id:
        raise NotFound(f"site {site_id}")
