"""The event chains: unbroken, in order of time, and with their texts."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Organisation
from qse_audit.core.text import N_
from qse_audit.db.trail import Event, EventText, first_broken, read_chain, text_hash
from qse_audit.doctor.faults import Examination, Fault

AT_ONCE = 1_000


def examine_chains(session: Session, found: Examination) -> None:
    """Look at every event of every organisation, then at the texts kept beside them."""
    for organisation_id in session.scalars(select(Organisation.id).order_by(Organisation.id)).all():
        broken = first_broken(read_chain(session, organisation_id))
        if broken is not None:
            message = N_("La chaîne du registre est rompue à l’événement n° %(seq)d.", seq=broken)
            found.faults.append(Fault("chain_broken", f"organisation/{organisation_id}", message))
        found.faults += _events(session, organisation_id, found)
    found.faults += _texts(session, found)


def _events(session: Session, organisation_id: int, found: Examination) -> Iterator[Fault]:
    """Give the events whose columns say something else than what was hashed, or that go back."""
    before: datetime | None = None
    rows = session.execute(
        select(
            Event.seq, Event.at, Event.actor_id, Event.verb, Event.subject_kind, Event.subject_id,
            Event.body,
        )
        .where(Event.organisation_id == organisation_id)
        .order_by(Event.seq)
        .execution_options(yield_per=AT_ONCE)
    )  # fmt: skip
    for row in rows:
        found.count("events")
        subject = f"organisation/{organisation_id}/event/{row.seq}"
        if not _says_the_same(row):
            message = N_("L’événement n° %(seq)d ne dit plus ce qui en a été scellé.", seq=row.seq)
            yield Fault("event_changed", subject, message)
        if before is not None and row.at < before:
            message = N_("L’événement n° %(seq)d est daté d’avant le précédent.", seq=row.seq)
            yield Fault("event_back_dated", subject, message)
        before = row.at


def _says_the_same(row: Any) -> bool:
    try:
        body = json.loads(row.body)
        return (
            datetime.fromisoformat(body["at"]) == row.at
            and (body["seq"], body["actor"], body["verb"]) == (row.seq, row.actor_id, row.verb)
            and body["subject"] == f"{row.subject_kind}/{row.subject_id}"
        )
    except (ValueError, KeyError, TypeError):
        return False


def _texts(session: Session, found: Examination) -> Iterator[Fault]:
    """Give the texts that are not those whose hash is in the chain; erased ones are no fault."""
    rows = session.execute(
        select(EventText.name, EventText.salt, EventText.value, Event.id, Event.body)
        .join(Event, Event.id == EventText.event_id)
        .order_by(EventText.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for row in rows:
        found.count("texts")
        if f'"{row.name}":"{text_hash(row.salt, row.value)}"' not in row.body:
            message = N_("Un texte du registre (%(name)s) a été modifié.", name=row.name)
            yield Fault("text_changed", f"event/{row.id}/{row.name}", message)
