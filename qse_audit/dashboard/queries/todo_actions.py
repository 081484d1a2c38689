"""The actions that await a person."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from qse_audit.actions import queries as actions
from qse_audit.actions.models import Action
from qse_audit.actions.queries import ActionLine, Show
from qse_audit.actions.rules import ActionStatus
from qse_audit.core.clock import day_in_paris
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_, Message
from qse_audit.dashboard.queries.lines import SHOWN, Line, Section, oversees, works_here
from qse_audit.policies import Identity


def actions_to_do(session: Session, who: Identity, now: datetime) -> Iterable[Section]:
    """Give the actions asked of the person, to be judged by them, late at others: one statement."""
    today = day_in_paris(now)
    shows = [Show.MINE]
    shows += [Show.VERIFY] if works_here(who) else []
    shows += [Show.LATE] if oversees(who) else []
    lines = _action_lines(session, who, today, shows)
    opened = [line for line in lines if line.status is ActionStatus.OPEN]
    mine = [line for line in opened if line.owner_id == who.user_id]
    late = [_action(line) for line in mine if line.late]
    coming = [_action(line) for line in mine if not line.late]
    ready = [
        _action(line)
        for line in lines
        if line.status is ActionStatus.DONE and (line.verify_on is None or line.verify_on <= today)
    ]
    others = [_action(line, named=True) for line in opened if line.owner_id != who.user_id]
    for title, some, rank, show in (
        (N_("Vos actions en retard"), late, 10, Show.MINE),
        (N_("Vos actions à faire"), coming, 20, Show.MINE),
        (N_("Actions à vérifier"), ready, 22, Show.VERIFY),
        (N_("Actions des autres en retard"), others, 22, Show.LATE),
    ):
        values = {"show": show.value}
        yield Section(title=title, lines=some, rank=rank, more="actions.index", more_values=values)


def _action_lines(
    session: Session, who: Identity, today: date, shows: Sequence[Show]
) -> list[ActionLine]:
    """Return the first lines of each list, each line once, by due date."""
    parts = []
    for show in shows:
        statement = actions.list_statement(who, actions.ActionFilter(show=show), today)
        first = statement.order_by(Action.due_on, Action.id).limit(2 * SHOWN)
        parts.append(select(first.subquery()))
    make = actions.line_maker(today)
    found = {row.id: make(row) for row in session.execute(union_all(*parts))}
    return sorted(found.values(), key=lambda line: (line.due_on, line.id))


def _action(line: ActionLine, *, named: bool = False) -> Line:
    done = line.status is ActionStatus.DONE
    meta: tuple[Message | str, ...] = (line.reference,)
    if done or named:
        meta += (line.owner_name,)
    if not done:
        meta += (N_("pour le %(due_on)s", due_on=line.due_on.isoformat()),)
    status, label = "", N_("Bientôt")
    if line.late:
        status, label = "late", N_("En retard de %(count)s j", count=line.late)
    elif line.soon:
        status = "due_soon"
    return Line(
        title=line.title,
        kind=Kind.ACTION,
        id=line.id,
        meta=meta,
        status=status,
        status_label=label,
    )
