"""Reading the interested parties and what they ask for. Nothing here writes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from qse_audit.db.loading import loaded
from qse_audit.policies import Identity
from qse_audit.policy.models import InterestedParty, PartyNeed
from qse_audit.policy.queries.context import holds, readable, standing_of
from qse_audit.policy.rules import PartyKind, Standing
from qse_audit.web.paging import counted

ON_MAP = 60
"""How many parties the map of influence and interest shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyLine:
    """One interested party, in a list."""

    id: int
    name: str
    kind: PartyKind
    influence: int
    interest: int
    heard_by: str
    review_on: date
    reviewed_at: datetime
    withdrawn_at: datetime | None
    need_count: int
    obligation_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyFilter:
    """What a list of parties is narrowed to."""

    search: str = ""
    kind: PartyKind | None = None
    obligations_only: bool = False
    standing: Standing = Standing.CURRENT


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedLine:
    """One requirement with its party, for an export."""

    party: str
    kind: PartyKind
    influence: int
    interest: int
    text: str
    domains: Sequence[str]
    is_obligation: bool
    obligation: str
    answer: str


def get_party(session: Session, party_id: int) -> InterestedParty:
    """Return a party with what it asks for.

    :raises NotFound: if there is none.
    """
    found = loaded(
        session,
        InterestedParty,
        party_id,
        joinedload(InterestedParty.created_by),
        joinedload(InterestedParty.reviewed_by),
        selectinload(InterestedParty.needs),
    )
    return found


def get_need(session: Session, need_id: int) -> PartyNeed:
    """Return a requirement with its party.

    :raises NotFound: if there is none.
    """
    return loaded(session, PartyNeed, need_id, joinedload(PartyNeed.party))


def party_lines() -> Select[Any]:
    """Return the statement that selects every party as a line."""
    needs = (
        select(func.count())
        .where(PartyNeed.party_id == InterestedParty.id)
        .correlate(InterestedParty)
    )
    return select(
        InterestedParty.id,
        InterestedParty.name,
        InterestedParty.kind,
        InterestedParty.influence,
        InterestedParty.interest,
        InterestedParty.heard_by,
        InterestedParty.review_on,
        InterestedParty.reviewed_at,
        InterestedParty.withdrawn_at,
        needs.scalar_subquery().label("need_count"),
        needs.where(PartyNeed.is_obligation).scalar_subquery().label("obligation_count"),
    )


def as_party_line(row: Row[Any]) -> PartyLine:
    """Return a row of :func:`party_lines` as a line."""
    return PartyLine(**dict(row._mapping))


def parties_on_map(session: Session, who: Identity) -> tuple[PartyLine, ...]:
    """Return the parties that hold, those that weigh most first."""
    rows = session.execute(
        party_lines()
        .where(readable(InterestedParty, who), InterestedParty.withdrawn_at.is_(None))
        .order_by(
            (InterestedParty.influence + InterestedParty.interest).desc(), InterestedParty.name
        )
        .limit(ON_MAP)
    )
    return tuple(map(as_party_line, rows))


def listed_parties(
    who: Identity, wanted: PartyFilter, today: date
) -> Sequence[ColumnElement[bool]]:
    """Return the conditions of the parties that a list shows."""
    need = aliased(PartyNeed)  # an export selects the needs themselves
    asked = exists().where(need.party_id == InterestedParty.id)
    conditions = [
        readable(InterestedParty, who),
        *standing_of(InterestedParty, wanted.standing, today),
    ]
    for word in wanted.search.split()[:8]:
        in_need = asked.where(or_(*holds(word, need.text, need.obligation)))
        conditions.append(or_(*holds(word, InterestedParty.name), in_need))
    if wanted.kind is not None:
        conditions.append(InterestedParty.kind == wanted.kind)
    if wanted.obligations_only:
        conditions.append(asked.where(need.is_obligation))
    return conditions


def count_parties(session: Session, who: Identity, wanted: PartyFilter, today: date) -> int:
    """Return how many parties a list shows, as far as counting goes."""
    rows = select(InterestedParty.id).where(*listed_parties(who, wanted, today))
    return session.scalar(select(counted(rows))) or 0


def all_needs(
    session: Session, who: Identity, wanted: PartyFilter, today: date
) -> Iterator[NeedLine]:
    """Give every requirement of the parties that a list shows, for an export."""
    statement = (
        select(
            InterestedParty.name.label("party"),
            InterestedParty.kind,
            InterestedParty.influence,
            InterestedParty.interest,
            PartyNeed.text,
            PartyNeed.domains,
            PartyNeed.is_obligation,
            PartyNeed.obligation,
            PartyNeed.answer,
        )
        .join(PartyNeed, PartyNeed.party_id == InterestedParty.id)
        .where(*listed_parties(who, wanted, today))
        .order_by(InterestedParty.name, PartyNeed.id)
        .execution_options(yield_per=1_000)
    )
    for row in session.execute(statement):
        yield NeedLine(**dict(row._mapping))
