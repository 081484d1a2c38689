"""Reading balances: lists, one with its facts, the salient facts of the frozen ones."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from qse_audit.accounts.models import Organisation, Person
from qse_audit.balances.models import Balance, BalanceFact, BalanceReading, BalanceRecord
from qse_audit.balances.queries.records import records_of
from qse_audit.balances.rules import (
    BalanceDomain,
    BalanceStatus,
    Content,
    Figure,
    Perimeter,
    Reading,
    Salient,
    Section,
    Span,
    assemble,
    read_document,
)
from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Kind, Link, Permission
from qse_audit.db.participation import linked_to
from qse_audit.policies import Access, Identity, allows

OFFERED = 60
"""How many salient facts are offered to proposals, those of the newest balance first."""
RECENT = 4
"""Of how many frozen balances."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceLine:
    """One balance, in a list."""

    id: int
    reference: str
    title: str
    from_on: date
    until_on: date
    status: BalanceStatus
    frozen_at: datetime | None
    created_by: str
    replaced_by: str | None
    """The reference of the balance that corrects it."""


def get_balance(session: Session, balance_id: int) -> Balance:
    """Return a balance with the people and the sites that it names.

    :raises NotFound: if there is none.
    """
    found = session.scalars(
        select(Balance)
        .where(Balance.id == balance_id)
        .options(
            joinedload(Balance.created_by),
            joinedload(Balance.frozen_by),
            joinedload(Balance.replaces),
            selectinload(Balance.sites),
            selectinload(Balance.participations),
        )
    ).first()
    if found is None:
        raise NotFound(f"balance {balance_id}")
    return found


def get_fact(session: Session, fact_id: int) -> BalanceFact:
    """Return a salient fact with its balance.

    :raises NotFound: if there is none.
    """
    found = session.get(
        BalanceFact,
        fact_id,
        options=[joinedload(BalanceFact.balance).selectinload(Balance.participations)],
    )
    if found is None:
        raise NotFound(f"balance fact {fact_id}")
    return found


def readable_by(who: Identity) -> ColumnElement[bool]:
    """Return BALANCE_READ in SQL; ``test_scopes`` holds it and the policy together."""
    here = Balance.organisation_id == who.organisation_id
    own = frozenset({who.organisation_id})
    if allows(who, Permission.BALANCE_READ, Access(own, BalanceStatus.DRAFT)):
        return here
    reads = allows(who, Permission.BALANCE_READ, Access(own, BalanceStatus.FROZEN))
    mine = Access(own, BalanceStatus.DRAFT, {Link.AUTHOR: frozenset({who.user_id})})
    known: list[ColumnElement[bool]] = []
    if reads:
        known.append(Balance.status == BalanceStatus.FROZEN)
    if allows(who, Permission.BALANCE_READ, mine):
        known.append(Balance.created_by_id == who.user_id)
        known.append(linked_to(Kind.BALANCE, Balance.id, who.user_id, [Link.AUTHOR]))
    return here & or_(*known) if known else here & Balance.id.is_(None)


def balance_lines(who: Identity) -> Select[Any]:
    """Return the balances that ``who`` may read, unordered."""
    later = aliased(Balance)
    columns: list[Any] = [
        Balance.id,
        Balance.reference,
        Balance.title,
        Balance.from_on,
        Balance.until_on,
        Balance.status,
        Balance.frozen_at,
        Person.name.label("created_by"),
        later.reference.label("replaced_by"),
    ]
    return (
        select(*columns)
        .join(Person, Person.id == Balance.created_by_id)
        .outerjoin(
            later,
            (later.replaces_id == Balance.id) & (later.status == BalanceStatus.FROZEN),
        )
        .where(readable_by(who))
    )


def as_line(row: Row[Any]) -> BalanceLine:
    """Return a row of :func:`balance_lines` as a line."""
    return BalanceLine(**row._mapping)


def frozen_lines(session: Session, who: Identity) -> tuple[BalanceLine, ...]:
    """Return the frozen balances that ``who`` may read, the newest period first."""
    rows = session.execute(
        balance_lines(who)
        .where(Balance.status == BalanceStatus.FROZEN)
        .order_by(Balance.until_on.desc(), Balance.id.desc())
        .limit(OFFERED)
    )
    return tuple(as_line(row) for row in rows)


def replaced_by(session: Session, balance: Balance) -> tuple[int, str, BalanceStatus] | None:
    """Return the balance that corrects this one, draft or frozen."""
    row = session.execute(
        select(Balance.id, Balance.reference, Balance.status).where(
            Balance.replaces_id == balance.id,
            Balance.organisation_id == balance.organisation_id,
        )
    ).first()
    return None if row is None else (row.id, row.reference, row.status)


def is_replaced(session: Session, balance: Balance) -> bool:
    """Say whether another balance corrects this one, draft or frozen."""
    return bool(session.scalar(select(exists().where(Balance.replaces_id == balance.id))))


def readings_of(session: Session, balance_id: int) -> dict[Section, Reading]:
    """Return what the author wrote in each section."""
    rows = session.scalars(select(BalanceReading).where(BalanceReading.balance_id == balance_id))
    return {
        row.section: Reading(
            comment=row.comment,
            strengths=row.strengths,
            weaknesses=row.weaknesses,
            version=row.version,
        )
        for row in rows
    }


def salient_of(session: Session, balance_id: int) -> tuple[Salient, ...]:
    """Return the figures that the author keeps as salient."""
    rows = session.execute(
        select(BalanceFact.id, BalanceFact.figure_key)
        .where(BalanceFact.balance_id == balance_id)
        .order_by(BalanceFact.id)
    )
    return tuple(Salient(row.id, row.figure_key) for row in rows)


def record_of(session: Session, balance_id: int) -> BalanceRecord | None:
    """Return what was frozen; ``None`` for a draft."""
    return session.scalars(
        select(BalanceRecord).where(BalanceRecord.balance_id == balance_id)
    ).first()


def perimeter_of(balance: Balance) -> Perimeter:
    """Return what a balance looks at."""
    return Perimeter(
        sites=frozenset(site.id for site in balance.sites), domains=frozenset(balance.domains)
    )


def live_content(session: Session, balance: Balance, now: datetime) -> Content:
    """Return a balance with its facts as the records are now: twenty statements at any size."""
    span = Span(balance.from_on, balance.until_on)
    records = records_of(session, balance.organisation_id, span)
    organisation = select(Organisation.name).where(Organisation.id == balance.organisation_id)
    return Content(
        organisation=session.scalars(organisation).one(),
        reference=balance.reference,
        title=balance.title,
        author=balance.created_by.name,
        facts=assemble(records, span, perimeter_of(balance), today=day_in_paris(now)),
        facts_at=now,
        sites=tuple(site.name for site in balance.sites),
        domains=tuple(each for each in BalanceDomain if each.value in balance.domains),
        readings=readings_of(session, balance.id),
        salient=salient_of(session, balance.id),
        conclusion=balance.conclusion,
        replaces=balance.replaces.reference if balance.replaces else "",
        replaces_reason=balance.replaces_reason,
    )


def content_of(session: Session, balance: Balance, now: datetime) -> Content:
    """Return what a balance says: as it was frozen, or as the records are now."""
    record = record_of(session, balance.id)
    if record is None:
        return live_content(session, balance, now)
    return frozen_content(record)


def frozen_content(record: BalanceRecord) -> Content:
    """Return a balance as it was frozen."""
    return read_document(json.loads(record.document))


@dataclass(frozen=True, slots=True)
class Kept:
    """A salient fact of a frozen balance."""

    id: int
    balance: str
    """Its reference."""
    figure: Figure


def salient_facts(session: Session, who: Identity) -> tuple[Kept, ...]:
    """Return the salient facts of the newest frozen balances that ``who`` may read.

    Those of a balance that another one corrected are left out: one statement.
    """
    later = aliased(Balance)
    rows = session.execute(
        select(Balance.reference, BalanceRecord.document)
        .join(BalanceRecord, BalanceRecord.balance_id == Balance.id)
        .where(
            readable_by(who),
            Balance.status == BalanceStatus.FROZEN,
            ~exists().where(later.replaces_id == Balance.id, later.status == BalanceStatus.FROZEN),
        )
        .order_by(Balance.until_on.desc(), Balance.id.desc())
        .limit(RECENT)
    ).all()
    found = []
    for reference, document in rows:
        content = read_document(json.loads(document))
        found += [Kept(key, reference, figure) for key, figure in content.salient_figures()]
    return tuple(found[:OFFERED])
