"""The scope of the list says in SQL what the policy says, for everybody."""

from itertools import product

from sqlalchemy import select

from qse_audit.balances import queries
from qse_audit.balances.models import Balance
from qse_audit.balances.rules import BalanceStatus
from qse_audit.core.permissions import Kind, Link, Permission
from qse_audit.db.participation import write_links
from qse_audit.policies import allows
from tests.balances.factories import AFTER, FROM, UNTIL


def test_the_balances_that_a_list_shows_are_those_that_the_policy_opens(session, cast):
    makers = (cast.claire, cast.emma, cast.david, cast.gaelle)
    others = (None, cast.bob, cast.emma, cast.ines)
    for number, (maker, status, other) in enumerate(product(makers, BalanceStatus, others)):
        is_frozen = status is BalanceStatus.FROZEN
        balance = Balance(
            organisation_id=maker.organisation_id,
            reference=f"BIL-{number}",
            title="Bilan",
            from_on=FROM,
            until_on=UNTIL,
            domains=["quality"],
            status=status,
            frozen_at=AFTER if is_frozen else None,
            frozen_by_id=maker.user_id if is_frozen else None,
            created_at=AFTER,
            created_by_id=maker.user_id,
        )
        session.add(balance)
        session.flush()
        if other is not None:
            write_links(session, Kind.BALANCE, balance.id, {Link.AUTHOR: [other.user_id]})
    session.commit()
    balances = session.scalars(select(Balance)).all()
    seen = set()
    for name, who in cast.everyone().items():
        shown = {row.id for row in session.execute(queries.balance_lines(who))}
        opened = {b.id for b in balances if allows(who, Permission.BALANCE_READ, b.access())}
        assert shown == opened, name
        seen.add(len(shown))
    assert len(seen) > 3  # nobody, some, those of a company: the list tells people apart
