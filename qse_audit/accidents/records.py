"""Events in a portfolio: who told or led, and what a dossier keeps of each.

A dossier leaves the company: the function, the days of stop and the duties of an event stay.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session

from qse_audit.accidents.models import Accident
from qse_audit.accidents.rules import VERBS
from qse_audit.actions.models import Action
from qse_audit.actions.rules import ActionStatus
from qse_audit.core.involvement import Involvement
from qse_audit.core.permissions import Kind, Link
from qse_audit.core.text import N_
from qse_audit.db.participation import Participation, linked_to
from qse_audit.documents.text import moment
from qse_audit.records import (
    Candidate,
    RecordKind,
    Snapshot,
    Start,
    Telling,
    as_code,
    as_day,
    by_whom,
    state_of,
    taken,
)


def taken_part(who: Candidate) -> Select[Any]:
    """Return the events that a candidate declared, or whose investigation they lead.

    An event is called by its place: whoever reads a situation sees that, and what happened stays
    in the register, which few may open.
    """
    leads = linked_to(Kind.ACCIDENT, Accident.id, who.person_id, [Link.OWNER])
    told = Accident.declared_by_id == who.person_id
    return taken(
        Kind.ACCIDENT,
        Accident.id,
        reference=Accident.reference,
        title=Accident.place,
        happened_on=as_day(Accident.happened_at),
        involvement=case((leads, Involvement.OWNER.value), else_=Involvement.AUTHOR.value),
        detail=as_code(Accident.kind),
    ).where(Accident.organisation_id == who.organisation_id, or_(told, leads))


def snapshots(session: Session, ids: Sequence[int], telling: Telling) -> Mapping[int, Snapshot]:
    """Return events as they are now: three statements."""
    leaders: dict[int, int] = {}
    for subject_id, person_id in session.execute(
        select(Participation.subject_id, Participation.person_id)
        .where(
            Participation.subject_kind == Kind.ACCIDENT,
            Participation.subject_id.in_(ids),
            Participation.link == Link.OWNER,
        )
        .order_by(Participation.id)
    ):
        leaders.setdefault(subject_id, person_id)
    asked: dict[int, tuple[int, int]] = {}
    for row in session.execute(
        select(
            Action.origin_id,
            func.count().label("asked"),
            func.sum(case((Action.status == ActionStatus.EFFECTIVE, 1), else_=0)).label("good"),
        )
        .where(
            Action.origin_kind == Kind.ACCIDENT,
            Action.origin_id.in_(ids),
            Action.status != ActionStatus.CANCELLED,
        )
        .group_by(Action.origin_id)
    ):
        asked[row.origin_id] = (row.asked, row.good)
    found = session.scalars(select(Accident).where(Accident.id.in_(ids)))
    return {
        each.id: _event(each, leaders.get(each.id), asked.get(each.id, (0, 0)), telling=telling)
        for each in found
    }


def _event(
    event: Accident, leader: int | None, asked: tuple[int, int], *, telling: Telling
) -> Snapshot:
    words = telling.words
    fields = (
        "reference", "kind", "status", "happened_at", "place", "facts_text", "measures_text",
        "potential", "causes_text", "declared_at", "investigated_at", "closed_at", "closing_note",
    )  # fmt: skip
    at = words.locale
    facts = [
        (N_("Nature"), words.translate(event.kind.label)),
        (N_("Statut"), words.translate(event.status.label)),
        (N_("Arrivé le"), moment(event.happened_at, at)),
        (N_("Lieu"), event.place),
        (N_("Les faits"), event.facts_text),
        (N_("Mesures immédiates"), event.measures_text),
        (
            N_("Gravité potentielle"),
            words.translate(event.potential.label if event.potential else N_("Non cotée")),
        ),
        (N_("Causes trouvées"), event.causes_text),
        (N_("Déclaré par"), by_whom(event.declared_by_id, telling)),
        (N_("Enquête menée par"), by_whom(leader, telling)),
        (N_("Enquête ouverte"), moment(event.investigated_at, at) if event.investigated_at else ""),
        (
            N_("Actions efficaces"),
            words.translate(N_("%(done)s sur %(total)s", done=asked[1], total=asked[0])),
        ),
        (N_("Clos le"), moment(event.closed_at, at) if event.closed_at else ""),
    ]
    mine = {
        "declared_by_candidate": event.declared_by_id == telling.candidate_id,
        "led_by_candidate": leader == telling.candidate_id,
    }
    state = {**state_of(event, *fields), **mine, "actions": asked[0], "effective": asked[1]}
    return Snapshot(event.reference, event.place, event.happened_at.date(), state, facts)


def facts(session: Session, ids: Sequence[int]) -> Mapping[int, frozenset[str]]:
    """Return what each event shows: ``causes`` once they are written."""
    rows = session.execute(select(Accident.id, Accident.causes_text).where(Accident.id.in_(ids)))
    return {row.id: frozenset({"causes"} if row.causes_text.strip() else ()) for row in rows}


def start(session: Session, accident_id: int) -> Start:
    """Return the first words of a situation about an event: its facts and its day."""
    event = session.get_one(Accident, accident_id)
    return Start(event.facts_text[:120], event.happened_at.date(), None, event.facts_text)


ACCIDENT = RecordKind(
    kind=Kind.ACCIDENT,
    word=N_("Événement"),
    icon="cone-striped",
    taken_part=taken_part,
    snapshots=snapshots,
    verbs=VERBS,
    facts=facts,
    start=start,
)
"""How events enter a portfolio and leave in a dossier."""
