"""Objectives in a portfolio: who carried or discussed them, and what a dossier keeps of each."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Select, case, or_, select
from sqlalchemy.orm import Session, selectinload

from qse_audit.core.involvement import Involvement
from qse_audit.core.permissions import Kind, Link
from qse_audit.core.text import N_, Message
from qse_audit.db.participation import linked_to
from qse_audit.db.trail import Event
from qse_audit.documents.text import Texts, day, moment
from qse_audit.objectives.models import Arbitration, Objective, Talk
from qse_audit.objectives.queries import agreement_of, cascade_of
from qse_audit.objectives.reports.words import exact, say
from qse_audit.objectives.rules import (
    VERBS,
    Cascade,
    Letter,
    ObjectiveFacts,
    ObjectiveStatus,
    Verdict,
    smart,
    unit_of,
)
from qse_audit.records import (
    Candidate,
    RecordKind,
    Rows,
    Snapshot,
    Start,
    Telling,
    as_code,
    as_day,
    by_whom,
    state_of,
    taken,
)

TURNS = 60
"""How many turns of a talk a dossier keeps: the last ones."""
STEPS = 20
"""How far up a tree is followed; deeper is a loop."""


def taken_part(who: Candidate) -> Select[Any]:
    """Return the objectives that a candidate carries, wrote, discussed or arbitrated.

    Carried: its owner now. Wrote: created it. Discussed: spoke in its talk, proposing, answering
    or agreeing. Arbitrated: settled a declared conflict between it and another. Reviewing it for
    somebody else, or moving it in the tree, is no part.
    """
    person = who.person_id
    carries = Objective.owner_id == person
    wrote = or_(
        Objective.created_by_id == person,
        linked_to(Kind.OBJECTIVE, Objective.id, person, [Link.AUTHOR]),
    )
    spoke = Objective.id.in_(select(Talk.objective_id).where(Talk.said_by_id == person))
    settled = _settled(person)
    return taken(
        Kind.OBJECTIVE,
        Objective.id,
        reference=Objective.reference,
        title=Objective.title,
        happened_on=as_day(Objective.created_at),
        involvement=case(
            (carries, Involvement.OWNER.value),
            (wrote, Involvement.AUTHOR.value),
            (spoke, Involvement.SPEAKER.value),
            else_=Involvement.DECIDER.value,
        ),
        detail=as_code(Objective.status),
    ).where(
        Objective.organisation_id == who.organisation_id,
        or_(carries, wrote, spoke, settled),
    )


def _settled(person_id: int) -> Any:
    of_either = (
        select(key).where(Arbitration.decided_by_id == person_id)
        for key in (Arbitration.first_id, Arbitration.second_id)
    )
    return or_(*(Objective.id.in_(ids) for ids in of_either))


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around objectives on one day."""

    cascade: Cascade
    conflicts: Mapping[int, Sequence[Arbitration]]
    """By the id of either objective."""


def snapshots(session: Session, ids: Sequence[int], telling: Telling) -> Mapping[int, Snapshot]:
    """Return objectives as they are now: a constant number of statements."""
    found = _objectives(session, ids)
    if not found:
        return {}
    around = _around(session, found, telling.today)
    return {each.id: _snapshot(each, around, telling) for each in found}


def _objectives(session: Session, ids: Sequence[int]) -> Sequence[Objective]:
    return session.scalars(
        select(Objective)
        .where(Objective.id.in_(ids))
        .options(
            selectinload(Objective.axis),
            selectinload(Objective.site),
            selectinload(Objective.process),
            selectinload(Objective.talks),
        )
    ).all()


def _around(session: Session, found: Sequence[Objective], today: date) -> Around:
    ids = [each.id for each in found]
    rows = session.scalars(
        select(Arbitration)
        .where(or_(Arbitration.first_id.in_(ids), Arbitration.second_id.in_(ids)))
        .order_by(Arbitration.id)
    )
    conflicts: dict[int, list[Arbitration]] = {}
    for row in rows:
        for key in (row.first_id, row.second_id):
            conflicts.setdefault(key, []).append(row)
    return Around(cascade_of(session, found[0].organisation_id, today), conflicts)


def _snapshot(objective: Objective, around: Around, telling: Telling) -> Snapshot:
    fields = (
        "reference", "title", "description", "level", "domain", "status", "unit_name", "resources",
        "starts_on", "due_on", "reviewed_on", "direction", "baseline", "target", "roll_up",
        "weight", "created_at", "closed_at", "closing_note",
    )  # fmt: skip
    own, words = _facts_of(objective, around.cascade), telling.words
    verdicts = smart(own, around.cascade)
    talks = objective.talks[-TURNS:]
    state = {
        **state_of(objective, *fields),
        "measure_unit": unit_of(own, around.cascade),
        "owned_by_candidate": objective.owner_id == telling.candidate_id,
        "parents": [each.reference for each in _parents(own, around.cascade)],
        "children": [each.reference for each in around.cascade.children.get(objective.id, ())],
        "commitments": sorted(around.cascade.served[objective.id]),
        "smart": {each.letter.value: each.holds for each in verdicts},
        "talks": [
            {
                **state_of(each, "kind", "text", "target", "due_on", "said_at"),
                "by_candidate": each.said_by_id == telling.candidate_id,
            }
            for each in talks
        ],
    }
    return Snapshot(
        objective.reference,
        objective.title,
        objective.created_at.date(),
        state,
        _told(objective, own, around, telling=telling),
        tables=(
            _smart(verdicts, words),
            _talk(objective, talks, telling),
            _children(own, around.cascade, words),
            _conflicts(objective, around, telling),
        ),
    )


def _facts_of(objective: Objective, cascade: Cascade) -> ObjectiveFacts:
    own = cascade.by_id[objective.id]
    return replace(own, is_agreed=agreement_of(objective) is not None)


def _parents(own: ObjectiveFacts, cascade: Cascade) -> Iterator[ObjectiveFacts]:
    """Yield what an objective serves, from the nearest up."""
    for _ in range(STEPS):
        parent = cascade.by_id.get(own.parent_id or 0)
        if parent is None:
            return
        yield parent
        own = parent


def _told(
    objective: Objective, own: ObjectiveFacts, around: Around, *, telling: Telling
) -> list[tuple[Message, str]]:
    words, cascade = telling.words, around.cascade
    unit, card = unit_of(own, cascade), cascade.indicators.get(own.indicator_id or 0)
    served = cascade.served[objective.id]
    where = objective.site or objective.process
    above = [f"{each.reference} {each.title}" for each in _parents(own, cascade)]

    def on(value: date | None) -> str:
        return day(value, words.locale) if value else ""

    def figure(value: Any) -> str:
        return f"{exact(value, words.locale)} {unit}".strip() if value is not None else ""

    return [
        (N_("Statut"), words.translate(objective.status.label)),
        (N_("Domaine"), words.translate(objective.domain.label)),
        (N_("Niveau"), words.translate(objective.level.label)),
        (N_("Où"), where.name if where else objective.unit_name),
        (N_("Axe"), objective.axis.title if objective.axis else ""),
        (N_("Objectif servi"), "\n".join(above)),
        (
            N_("Engagements servis"),
            "\n".join(c.text for c in cascade.commitments if c.key in served),
        ),
        (N_("Description"), objective.description),
        (N_("Porté par"), by_whom(objective.owner_id, telling)),
        (N_("Moyens accordés"), objective.resources),
        (N_("Du"), on(objective.starts_on)),
        (N_("Échéance"), on(objective.due_on)),
        (N_("Indicateur"), f"{card.reference} {card.title}" if card else ""),
        (N_("Sens voulu"), words.translate(own.direction.label) if own.direction else ""),
        (N_("Départ"), figure(own.baseline)),
        (N_("Dernière valeur"), figure(card.last) if card else ""),
        (N_("Cible"), figure(own.target)),
        (N_("Revu le"), on(objective.reviewed_on)),
        (N_("Fini le"), moment(objective.closed_at, words.locale) if objective.closed_at else ""),
        (N_("Mot de la fin"), objective.closing_note),
    ]


def _smart(verdicts: Sequence[Verdict], words: Texts) -> Rows:
    yes, no = words.translate(N_("tient")), words.translate(N_("à compléter"))
    return Rows(
        N_("Test SMART"),
        (N_("Lettre"), N_("Critère"), N_("Verdict"), N_("Ce qui manque")),
        [
            (
                each.letter.value,
                words.translate(each.letter.label),
                yes if each.holds else no,
                " ".join(say(gap, words.locale) for gap in each.missing),
            )
            for each in verdicts
        ],
    )


def _talk(objective: Objective, talks: Sequence[Talk], telling: Telling) -> Rows:
    words = telling.words
    note = ""
    if len(objective.talks) > len(talks):
        note = words.translate(
            N_(
                "Les %(shown)d derniers échanges sur %(count)d.",
                shown=len(talks),
                count=len(objective.talks),
            )
        )
    return Rows(
        N_("L’échange"),
        (N_("Date"), N_("Tour"), N_("Par"), N_("Cible"), N_("Échéance"), N_("Mot")),
        [
            (
                moment(each.said_at, words.locale),
                words.translate(each.kind.label),
                by_whom(each.said_by_id, telling),
                "" if each.target is None else exact(each.target, words.locale),
                day(each.due_on, words.locale) if each.due_on else "",
                each.text,
            )
            for each in talks
        ],
        note if talks else words.translate(N_("Personne n’en a encore discuté.")),
    )


def _children(own: ObjectiveFacts, cascade: Cascade, words: Texts) -> Rows:
    children = cascade.children.get(own.id, ())
    return Rows(
        N_("Sous-objectifs"),
        (N_("Référence"), N_("Objectif"), N_("Niveau"), N_("Cible"), N_("Échéance")),
        [
            (
                each.reference,
                each.title,
                words.translate(each.level.label),
                f"{exact(each.target, words.locale)} {unit_of(each, cascade)}".strip(),
                day(each.due_on, words.locale),
            )
            for each in children
        ],
        "" if children else words.translate(N_("Aucun sous-objectif.")),
    )


def _conflicts(objective: Objective, around: Around, telling: Telling) -> Rows:
    words, found = telling.words, around.conflicts.get(objective.id, ())

    def other(conflict: Arbitration) -> str:
        is_first = conflict.first_id == objective.id
        key = conflict.second_id if is_first else conflict.first_id
        return around.cascade.by_id[key].reference

    return Rows(
        N_("Conflits avec d’autres objectifs"),
        (N_("Avec"), N_("Conflit"), N_("Arbitrage"), N_("Par")),
        [
            (
                other(each),
                each.conflict,
                each.decision or words.translate(N_("à arbitrer")),
                by_whom(each.decided_by_id, telling),
            )
            for each in found
        ],
        "" if found else words.translate(N_("Aucun conflit déclaré.")),
    )


def acts(session: Session, ids: Sequence[int]) -> Mapping[int, Collection[int]]:
    """Return the events of the conflicts that each objective is part of."""
    rows = session.execute(
        select(Event.id, Arbitration.first_id, Arbitration.second_id)
        .join(Arbitration, Arbitration.id == Event.subject_id)
        .where(
            Event.subject_kind == Kind.ARBITRATION.value,
            or_(Arbitration.first_id.in_(ids), Arbitration.second_id.in_(ids)),
        )
    )
    found: dict[int, set[int]] = {}
    for event_id, *pair in rows:
        for key in pair:
            found.setdefault(key, set()).add(event_id)
    return found


def facts(session: Session, ids: Sequence[int]) -> Mapping[int, frozenset[str]]:
    """Return what each objective holds: ``commitment measurable agreed children settled``."""
    found = _objectives(session, ids)
    if not found:
        return {}
    around = _around(session, found, date.min)  # nothing that is asked depends on the day
    return {each.id: frozenset(_held(each, around)) for each in found}


def _held(objective: Objective, around: Around) -> Iterator[str]:
    own = _facts_of(objective, around.cascade)
    holds = {each.letter for each in smart(own, around.cascade) if each.holds}
    if around.cascade.served[objective.id]:
        yield "commitment"
    if {Letter.MEASURABLE, Letter.TIMED} <= holds and own.owner_id and own.resources.strip():
        yield "measurable"
    if own.is_agreed:
        yield "agreed"
    if around.cascade.children.get(objective.id):
        yield "children"
    if any(each.decided_at for each in around.conflicts.get(objective.id, ())):
        yield "settled"


def start(session: Session, objective_id: int) -> Start:
    """Return the first words of a situation about an objective: its days and its description."""
    row = session.execute(
        select(
            Objective.reference, Objective.title, Objective.created_at, Objective.status,
            Objective.closed_at, Objective.description,
        ).where(Objective.id == objective_id)
    ).one()  # fmt: skip
    is_over = row.status in {ObjectiveStatus.REACHED, ObjectiveStatus.MISSED}
    end = row.closed_at.date() if is_over else None
    return Start(row.title, row.created_at.date(), end, row.description.strip())


OBJECTIVE = RecordKind(
    kind=Kind.OBJECTIVE,
    word=N_("Objectif"),
    icon="bullseye",
    taken_part=taken_part,
    snapshots=snapshots,
    verbs={
        **VERBS,
        "arbitration.declare": N_("Conflit déclaré"),
        "arbitration.settle": N_("Conflit arbitré"),
    },
    facts=facts,
    start=start,
    acts=acts,
)
