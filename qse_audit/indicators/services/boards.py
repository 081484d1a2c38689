"""Choosing on whose dashboards indicators stand. None commits."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from qse_audit.core.permissions import Kind, Role
from qse_audit.db.trail import Act, record
from qse_audit.indicators.models import Audience
from qse_audit.indicators.queries.boards import Choice
from qse_audit.policies import Identity


def show_indicators(
    session: Session,
    choices: Sequence[Choice],
    wanted: Mapping[int, frozenset[Role]],
    *,
    actor: Identity,
    now: datetime,
) -> int:
    """Show each indicator to the ``wanted`` roles and no other; return how many changed."""
    changed = [each for each in choices if wanted[each.id] != each.roles]
    if not changed:
        return 0
    keys = [each.id for each in changed]
    session.execute(delete(Audience).where(Audience.indicator_id.in_(keys)))
    rows = [
        {"organisation_id": actor.organisation_id, "indicator_id": each.id, "role": role}
        for each in changed
        for role in sorted(wanted[each.id])
    ]
    if rows:
        session.execute(insert(Audience), rows)
    for each in changed:
        act = Act(
            verb="indicator.show",
            kind=Kind.INDICATOR,
            subject_id=each.id,
            data={"reference": each.reference, "roles": sorted(wanted[each.id])},
            texts={"title": each.title},
        )
        record(session, act, organisation_id=actor.organisation_id, actor_id=actor.user_id, now=now)
    return len(changed)
