"""Reminders: each once in the inbox, and one digest by mail for each person and day.

When no mail server is set, nothing is put in the outbox: the inbox alone tells. A mail that waited
for a server to be set would say, weeks later, what is no longer so.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import (
    Date,
    Integer,
    Row,
    Select,
    String,
    cast,
    exists,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from qse_audit.accidents.models import Accident
from qse_audit.accidents.rules.duties import SOON_HOURS
from qse_audit.accounts.models import Membership, Person
from qse_audit.actions.models import Action
from qse_audit.actions.queries import verifier_ids
from qse_audit.actions.rules import REMINDER_OFFSETS, ActionStatus, due_reminder
from qse_audit.core.clock import PARIS, day_in_paris
from qse_audit.core.permissions import Kind, Role
from qse_audit.core.text import Message
from qse_audit.dashboard.rules import (
    CATCH_UP_DAYS,
    as_message,
    duerp_days,
    duerp_update,
    duty_due,
    policy_review,
    reminder,
    values_due,
    verification_due,
)
from qse_audit.db.base import UtcDateTime
from qse_audit.db.outbox import Notice, notify, post_mail
from qse_audit.documents.mail import mail_text
from qse_audit.documents.text import Texts
from qse_audit.duerp.queries import coordinators_told
from qse_audit.duerp.rules import Duties
from qse_audit.indicators.models import Indicator
from qse_audit.indicators.rules import IndicatorStatus
from qse_audit.indicators.rules import due_reminder as values_reminder
from qse_audit.policy.models import Policy
from qse_audit.policy.rules import PolicyStatus
from qse_audit.settings import Settings

ACTION_PATH, POLICY_PATH = "/actions/{}", "/policy/versions/{}"
VALUES_PATH, EVENT_PATH = "/indicators/{}/values", "/accidents/{}"
DUERP_PATH = "/duerp/#duerp-{}"
"""Where the page of each kind of thing is: jobs know no request to ask."""
PATHS = {
    Kind.ACTION: ACTION_PATH,
    Kind.INDICATOR: VALUES_PATH,
    Kind.POLICY: POLICY_PATH,
    Kind.RISK_ANALYSIS: DUERP_PATH,
    Kind.ACCIDENT: EVENT_PATH,
}
POLICY_OFFSETS = (-30, 0)
"""When coordinators hear of the review of the policy: days from its date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """One thing that one person must hear of, once."""

    key: str
    person_id: int
    organisation_id: int
    subject: tuple[Kind, int]
    message: Message


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
            *_owners_reminded(session, today),
            *_verifiers_reminded(session, today),
            *_coordinators_reminded(session, now),
            *_values_reminded(session, today),
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


def _owners_reminded(session: Session, today: date) -> Iterator[Reminder]:
    """Give what the owners of open actions should have heard of by today."""
    rows = session.execute(
        select(
            Action.id,
            Action.reference,
            Action.title,
            Action.due_on,
            Action.due_set_on,
            Action.owner_id,
            Action.organisation_id,
        ).where(
            Action.status == ActionStatus.OPEN,
            Action.due_on <= today - timedelta(days=min(REMINDER_OFFSETS)),
            Action.due_on >= today - timedelta(days=CATCH_UP_DAYS),
            exists().where(
                Membership.person_id == Action.owner_id,
                Membership.organisation_id == Action.organisation_id,
            ),
        )
    )
    for row in rows:
        offset = due_reminder(row.due_on, today, given_on=row.due_set_on)
        if offset is not None:
            yield Reminder(
                key=f"reminder/action/{row.id}/{offset:+d}/{row.due_on}",
                person_id=row.owner_id,
                organisation_id=row.organisation_id,
                subject=(Kind.ACTION, row.id),
                message=reminder(row.due_on, today, title=row.title, reference=row.reference),
            )


def _verifiers_reminded(session: Session, today: date) -> Iterator[Reminder]:
    """Give what the verifiers should have heard of: the delay before verification is over."""
    actions = session.scalars(
        select(Action).where(
            Action.status == ActionStatus.DONE,
            Action.verify_on <= today,
            Action.verify_on >= today - timedelta(days=CATCH_UP_DAYS),
        )
    ).all()
    for action in actions:
        if action.verify_on is None or action.done_at is None:
            continue
        if action.verify_on <= day_in_paris(action.done_at):
            continue  # they were told when it was done
        message = verification_due(action.verify_on, title=action.title, reference=action.reference)
        for person_id in verifier_ids(session, action):
            yield Reminder(
                key=f"reminder/verify/{action.id}/{action.verify_on}/{person_id}",
                person_id=person_id,
                organisation_id=action.organisation_id,
                subject=(Kind.ACTION, action.id),
                message=message,
            )


def _coordinators_reminded(session: Session, now: datetime) -> Iterator[Reminder]:
    """Give what coordinators should have heard of: the policy, the DUERP, what the law asks.

    All come in one statement.
    """
    today = day_in_paris(now)
    for row in session.execute(union_all(_policies(today), _duerps(), _duties(now))):
        if row.what == Kind.ACCIDENT:
            yield _duty_due(row, now)
        else:
            yield from (_policy_due if row.what == Kind.POLICY else _duerp_due)(row, today)


def _policies(today: date) -> Select[Any]:
    columns: list[Any] = [
        literal(Kind.POLICY.value).label("what"),
        Policy.id,
        cast(Policy.number, String).label("reference"),
        Policy.review_on.label("day"),
        null().cast(Integer).label("employees"),
        null().cast(Date).label("event_on"),
        Policy.organisation_id,
        Membership.person_id,
        null().cast(UtcDateTime).label("due_at"),
    ]
    return (
        select(*columns)
        .join(Membership, Membership.organisation_id == Policy.organisation_id)
        .where(
            Policy.status == PolicyStatus.IN_FORCE,
            Policy.review_on <= today - timedelta(days=min(POLICY_OFFSETS)),
            Policy.review_on >= today - timedelta(days=CATCH_UP_DAYS),
            Membership.role == Role.COORDINATOR,
        )
    )


def _duerps() -> Select[Any]:
    told = coordinators_told().subquery()
    return select(literal(Kind.RISK_ANALYSIS.value), *told.c, null().cast(UtcDateTime))


def _duties(now: datetime) -> Select[Any]:
    """Return the events after which the law asks for something soon, for each coordinator."""
    columns: list[Any] = [
        literal(Kind.ACCIDENT.value),
        Accident.id,
        Accident.reference,
        null().cast(Date),
        null().cast(Integer),
        null().cast(Date),
        Accident.organisation_id,
        Membership.person_id,
        Accident.duty_due_at,
    ]
    return (
        select(*columns)
        .join(Membership, Membership.organisation_id == Accident.organisation_id)
        .where(
            Accident.duty_due_at <= now + timedelta(hours=SOON_HOURS),
            Accident.duty_due_at >= now - timedelta(days=CATCH_UP_DAYS),
            Membership.role == Role.COORDINATOR,
        )
    )


def _policy_due(row: Row[Any], today: date) -> Iterator[Reminder]:
    offset = max(n for n in POLICY_OFFSETS if row.day + timedelta(days=n) <= today)
    yield Reminder(
        key=f"reminder/policy/{row.id}/{offset:+d}/{row.day}/{row.person_id}",
        person_id=row.person_id,
        organisation_id=row.organisation_id,
        subject=(Kind.POLICY, row.id),
        message=policy_review(row.day, today, number=row.reference),
    )


def _duty_due(row: Row[Any], now: datetime) -> Reminder:
    """Return what is told once before the hour, and once after it."""
    stage = "late" if row.due_at < now else "soon"
    return Reminder(
        key=f"reminder/accident/{row.id}/{stage}/{row.due_at:%Y%m%dT%H%M}/{row.person_id}",
        person_id=row.person_id,
        organisation_id=row.organisation_id,
        subject=(Kind.ACCIDENT, row.id),
        message=duty_due(row.due_at, now, reference=row.reference),
    )


def _duerp_due(row: Row[Any], today: date) -> Iterator[Reminder]:
    """Give the yearly update where the headcount asks for it, and what happened since."""
    for name, due_on in duerp_days(row.day, Duties(row.employees), row.event_on, today):
        yield Reminder(
            key=f"reminder/duerp/{row.id}/{name}/{due_on}/{row.person_id}",
            person_id=row.person_id,
            organisation_id=row.organisation_id,
            subject=(Kind.RISK_ANALYSIS, row.id),
            message=duerp_update(name, due_on, reference=row.reference),
        )


def _values_reminded(session: Session, today: date) -> Iterator[Reminder]:
    """Give what the owners of indicators should have heard of: values are due, or late."""
    rows = session.execute(
        select(
            Indicator.id,
            Indicator.reference,
            Indicator.title,
            Indicator.awaited_on,
            Indicator.due_on,
            Indicator.owner_id,
            Indicator.organisation_id,
        ).where(
            Indicator.status == IndicatorStatus.ACTIVE,
            Indicator.due_on <= today,
            Indicator.due_on >= today - timedelta(days=CATCH_UP_DAYS),
            exists().where(
                Membership.person_id == Indicator.owner_id,
                Membership.organisation_id == Indicator.organisation_id,
            ),
        )
    )
    for row in rows:
        offset = values_reminder(row.due_on, today)
        if offset is not None:
            yield Reminder(
                key=f"reminder/indicator/{row.id}/{offset:+d}/{row.awaited_on}",
                person_id=row.owner_id,
                organisation_id=row.organisation_id,
                subject=(Kind.INDICATOR, row.id),
                message=values_due(row.due_on, title=row.title, reference=row.reference),
            )


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
