"""Reminders: each once in the inbox, and one digest by mail for each person and day.

When no mail server is set, nothing is put in the outbox: the inbox alone tells. A mail that waited
for a server to be set would say, weeks later, what is no longer so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import (
    select,
)
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Person
from qse_audit.core.clock import PARIS, day_in_paris
from qse_audit.core.permissions import Kind
from qse_audit.dashboard.jobs.falling_due import (
    Reminder,
    coordinators_reminded,
    owners_reminded,
    values_reminded,
    verifiers_reminded,
)
from qse_audit.dashboard.rules import (
    as_message,
)
from qse_audit.db.outbox import Notice, notify, post_mail
from qse_audit.documents.mail import mail_text
from qse_audit.documents.text import Texts
from qse_audit.settings import Settings

ACTION_PATH, POLICY_PATH = "/actions/{}", "/policy/versions/{}"
VALUES_PATH, EVENT_PATH = "/indicators/{}/values", "/accidents/{}"
RISKS_PATH = "/risks/{}"
"""Where the page of each kind of thing is: jobs know no request to ask."""
PATHS = {
    Kind.ACTION: ACTION_PATH,
    Kind.INDICATOR: VALUES_PATH,
    Kind.POLICY: POLICY_PATH,
    Kind.RISK_ANALYSIS: RISKS_PATH,
    Kind.ACCIDENT: EVENT_PATH,
}


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One line of the mail of the day."""

    text: str
    url: str


def remind(session: Session, now: datetime, settings: Settings) -> int:
    """Tell people what falls due, from the hour of the settings on; return how many new notices.

    Safe to run at any time in any number of processes: each reminder has a unique key, claimed in
    one order by all, so that whoever comes second finds nothing new and sends nothing.
    """
    if now.astimezone(PARIS).hour < settings.reminder_hour:
        return 0
    today = day_in_paris(now)
    due = sorted(
        [
            *owners_reminded(session, today),
            *verifiers_reminded(session, today),
            *coordinators_reminded(session, now),
            *values_reminded(session, today),
        ],
        key=lambda each: (each.person_id, each.key),
    )
    count = 0
    for person_id, each in groupby(_unsaid(session, due), key=lambda one: one.person_id):
        new = [one for one in each if _tell(session, one, now)]
        count += len(new)
        if new and settings.smtp_host:
            _post_digest(session, person_id, new, today=today, settings=settings, now=now)
    return count


def _unsaid(session: Session, due: Sequence[Reminder]) -> list[Reminder]:
    """Return those of ``due`` that nobody was told yet, as far as can be seen now."""
    said: set[str] = set()
    for start in range(0, len(due), 500):
        keys = [each.key for each in due[start : start + 500]]
        said.update(session.scalars(select(Notice.key).where(Notice.key.in_(keys))))
    return [each for each in due if each.key not in said]


def _tell(session: Session, one: Reminder, now: datetime) -> bool:
    """Put a reminder in the inbox; say whether it is new."""
    return notify(
        session,
        one.message,
        key=one.key,
        person_id=one.person_id,
        organisation_id=one.organisation_id,
        subject=one.subject,
        now=now,
    )


def _post_digest(
    session: Session,
    person_id: int,
    reminders: Iterable[Reminder],
    *,
    today: date,
    settings: Settings,
    now: datetime,
) -> None:
    """Put the one mail of the day in the outbox, in the person’s language."""
    person = session.get_one(Person, person_id)
    if person.disabled_at is not None:
        return
    texts = Texts(person.locale)
    lines = [
        DigestLine(
            texts.translate(as_message(r.message.msgid, r.message.values, person.locale)),
            settings.public_url + PATHS[r.subject[0]].format(r.subject[1]),
        )
        for r in reminders
    ]
    subject, _, text = mail_text(
        "digest.txt", person.locale, name=person.name, lines=lines, home=settings.public_url
    ).partition("\n")
    post_mail(
        session,
        key=f"digest/{person_id}/{today}",
        address=person.email,
        subject=subject,
        text=text.lstrip("\n"),
        person_id=person_id,
        now=now,
    )
