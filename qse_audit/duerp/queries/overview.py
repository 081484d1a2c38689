"""Where each DUERP of an organisation stands: its versions, what is due."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from qse_audit.duerp.queries.assessment import DuerpLine, duerps_of
from qse_audit.duerp.queries.registers import (
    accident_days,
    headcounts,
    place_of,
    triggers,
)
from qse_audit.duerp.queries.versions import VersionLine, version_lines
from qse_audit.duerp.rules import (
    Alarm,
    Duties,
    Situation,
    Trigger,
    VersionStatus,
    alarms,
    duties_on,
)
from qse_audit.policies import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Standpoint:
    """One DUERP: the version in force, the one being prepared, those before, what is due."""

    duerp: DuerpLine
    in_force: VersionLine | None
    prepared: VersionLine | None
    earlier: tuple[VersionLine, ...]
    alarms: tuple[Alarm, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The DUERPs of an organisation, what happened, and what its headcount asks for."""

    duties: Duties
    standpoints: tuple[Standpoint, ...]
    triggers: tuple[Trigger, ...]


def overview(session: Session, who: Identity, today: date) -> Overview:
    """Return where the DUERPs that ``who`` may read stand: six statements."""
    here = who.organisation_id
    duties, happened = duties_on(headcounts(session, here), today), triggers(session, here)
    facts = Situation(
        today=today,
        duties=duties,
        has_place=place_of(session, here) is not None,
        triggers=happened,
        accident_days=accident_days(session, here),
    )
    versions: dict[int, list[VersionLine]] = {}
    for line in version_lines(session, who):
        versions.setdefault(line.analysis_id, []).append(line)
    return Overview(
        duties=duties,
        triggers=happened,
        standpoints=tuple(
            _standpoint(each, versions.get(each.id, []), facts) for each in duerps_of(session, here)
        ),
    )


def _standpoint(duerp: DuerpLine, versions: list[VersionLine], facts: Situation) -> Standpoint:
    approved = [each for each in versions if each.status is VersionStatus.APPROVED]
    in_force = approved[0] if approved else None
    if in_force:
        facts = replace(facts, approved_on=in_force.approved_on, is_sent=in_force.is_sent)
    return Standpoint(
        duerp=duerp,
        in_force=in_force,
        prepared=next((v for v in versions if v.status is not VersionStatus.APPROVED), None),
        earlier=tuple(approved[1:]),
        alarms=alarms(facts),
    )
