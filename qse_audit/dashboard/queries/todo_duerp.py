"""What the DUERP asks of the coordinator and of management."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from qse_audit.core.clock import day_in_paris
from qse_audit.core.permissions import Role
from qse_audit.core.text import N_
from qse_audit.dashboard.queries.lines import Line, Section, oversees
from qse_audit.duerp.queries import Due, due
from qse_audit.duerp.rules import Alarm
from qse_audit.policies import Identity


def duerp_to_do(session: Session, who: Identity, now: datetime) -> Iterable[Section]:
    """Give the versions to approve, and what makes an update due."""
    if not oversees(who):
        return
    found = due(session, day_in_paris(now), who.organisation_id)
    if Role.MANAGEMENT in who.roles:
        awaiting = [each for each in found if each.awaiting_id and _by_another(each, who)]
        lines = [_to_approve(each) for each in awaiting]
        yield Section(title=N_("Document unique à approuver"), lines=lines, rank=19)
    if Role.COORDINATOR in who.roles:
        lines = [_alarm(each, alarm) for each in found for alarm in each.alarms]
        lines += [_events(each) for each in found[:1] if each.event_count]
        yield Section(title=N_("Document unique à tenir à jour"), lines=lines, rank=17)


def _by_another(each: Due, who: Identity) -> bool:
    return each.prepared_by_id != who.user_id


def _to_approve(each: Due) -> Line:
    return Line(
        title=each.title,
        endpoint="duerp.show",
        values={"duerp_id": each.awaiting_id},
        meta=(each.reference, N_("Version %(n)s", n=each.awaiting_number)),
    )


def _alarm(each: Due, alarm: Alarm) -> Line:
    late = alarm.kind.is_late
    return Line(
        title=alarm.kind.label,
        endpoint="duerp.index",
        meta=(each.reference,)
        if alarm.due_on is None
        else (each.reference, N_("le %(starts_on)s", starts_on=alarm.due_on.isoformat())),
        status="late" if late else "due_soon",
        status_label=N_("En retard") if late else N_("Bientôt"),
    )


def _events(each: Due) -> Line:
    meta = (N_("depuis le %(due_on)s", due_on=each.event_on.isoformat()),) if each.event_on else ()
    return Line(
        title=N_("Faits nouveaux à prendre en compte : %(count)s", count=each.event_count),
        endpoint="duerp.index",
        meta=meta,
        status="late",
        status_label=N_("Mise à jour due"),
    )
