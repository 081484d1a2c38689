"""The actions that await a person."""

from collections.abc import Iterable
from datetime import date, datetime

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


def my_actions(session: Session, who: Identity, now: datetime) -> Iterable[Section]:
    """Give the actions asked of the person."""
    today = day_in_paris(now)
    lines = _action_lines(session, who, today, show=Show.MINE)
    late = [_action(line) for line in lines if line.late]
    coming = [_action(line) for line in lines if not line.late]
    for title, some, rank in (
        (N_("Vos actions en retard"), late, 10),
        (N_("Vos actions à faire"), coming, 20),
    ):
        yield Section(
            title=title,
            lines=some,
            rank=rank,
            more="actions.index",
            more_values={"show": Show.MINE.value},
        )


def actions_to_verify(session: Session, who: Identity, now: datetime) -> Iterable[Section]:
    """Give the actions done by others whose effect the person may judge now."""
    if not works_here(who):
        return
    today = day_in_paris(now)
    ready = [
        _action(line)
        for line in _action_lines(session, who, today, show=Show.VERIFY)
        if line.verify_on is None or line.verify_on <= today
    ]
    yield Section(
        title=N_("Actions à vérifier"),
        lines=ready,
        rank=22,
        more="actions.index",
        more_values={"show": Show.VERIFY.value},
    )


def late_actions(session: Session, who: Identity, now: datetime) -> Iterable[Section]:
    """Give the late actions of others to those who look after them."""
    if not oversees(who):
        return
    lines = _action_lines(session, who, day_in_paris(now), show=Show.LATE)
    yield Section(
        title=N_("Actions des autres en retard"),
        lines=[_action(line, named=True) for line in lines if line.owner_id != who.user_id],
        rank=22,
        more="actions.index",
        more_values={"show": Show.LATE.value},
    )


def _action_lines(session: Session, who: Identity, today: date, *, show: Show) -> list[ActionLine]:
    statement = actions.list_statement(who, actions.ActionFilter(show=show), today)
    rows = session.execute(statement.order_by(Action.due_on, Action.id).limit(2 * SHOWN))
    return [actions.line_maker(today)(row) for row in rows]


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
