"""Frozen workshops in a portfolio: who led them, and what a dossier keeps of each.

The attendance is counted, with its functions; names stay in the company.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, literal, select
from sqlalchemy.orm import Session

from qse_audit.core.involvement import Involvement
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_
from qse_audit.documents.text import moment, number
from qse_audit.records import (
    Candidate,
    RecordKind,
    Rows,
    Snapshot,
    Start,
    Telling,
    as_day,
    by_whom,
    taken,
)
from qse_audit.workshops.models import Workshop, WorkshopResult
from qse_audit.workshops.queries import document_of
from qse_audit.workshops.reports import table_of
from qse_audit.workshops.reports.words import instant
from qse_audit.workshops.rules import VERBS, VoteMethod, WorkshopStatus

SMALLEST_TEAM = 2


def taken_part(who: Candidate) -> Select[Any]:
    """Return the workshops that a candidate led to their frozen result."""
    return taken(
        Kind.WORKSHOP,
        Workshop.id,
        reference=Workshop.reference,
        title=Workshop.title,
        happened_on=as_day(Workshop.frozen_at),
        involvement=literal(Involvement.FACILITATOR.value),
        detail=literal(""),
    ).where(
        Workshop.organisation_id == who.organisation_id,
        Workshop.status == WorkshopStatus.FROZEN,
        Workshop.owner_id == who.person_id,
    )


def _results(session: Session, ids: Sequence[int]) -> Iterator[Any]:
    rows = session.execute(
        select(Workshop.id, Workshop.owner_id, WorkshopResult)
        .join(WorkshopResult, WorkshopResult.workshop_id == Workshop.id)
        .where(Workshop.id.in_(ids))
    )
    yield from rows


def snapshots(session: Session, ids: Sequence[int], telling: Telling) -> Mapping[int, Snapshot]:
    """Return workshops as they were frozen: one statement."""
    return {
        key: _snapshot(result, owner_id, telling)
        for key, owner_id, result in _results(session, ids)
    }


def _snapshot(result: WorkshopResult, owner_id: int, telling: Telling) -> Snapshot:
    document, words = document_of(result), telling.words
    people = document["attendance"]
    functions = dict.fromkeys(each["function"] for each in people)
    kept = {name: value for name, value in document.items() if name not in {"attendance", "led_by"}}
    return Snapshot(
        document["reference"],
        document["title"],
        result.frozen_at.date(),
        {
            **kept,
            "people": len(people),
            "functions": list(functions),
            "led_by_candidate": owner_id == telling.candidate_id,
            "sha256": result.sha256,
        },
        [
            (N_("Animé par"), by_whom(owner_id, telling)),
            (N_("La question"), document["question"]),
            (N_("Déroulé"), document["agenda"]),
            (N_("Ouvert le"), moment(instant(document["opened_at"]), words.locale)),
            (N_("Figé le"), moment(result.frozen_at, words.locale)),
            (N_("Vote"), words.translate(VoteMethod(document["method"]).label)),
            (N_("Participants"), number(len(people), words.locale)),
            (N_("Leurs fonctions"), ", ".join(functions)),
            (N_("Bulletins"), number(document["ballots"], words.locale)),
            (N_("Ce que l’équipe retient"), document["conclusion"]),
            (N_("Empreinte SHA-256"), result.sha256),
        ],
        tables=(
            Rows(
                N_("Résultat du vote"),
                (N_("Rang"), N_("Proposition"), N_("Voix")),
                table_of(document, words.locale),
            ),
        ),
    )


def facts(session: Session, ids: Sequence[int]) -> Mapping[int, frozenset[str]]:
    """Return what each workshop holds: ``team``."""
    return {
        key: frozenset(["team"] if len(document_of(result)["attendance"]) >= SMALLEST_TEAM else [])
        for key, _, result in _results(session, ids)
    }


def start(session: Session, workshop_id: int) -> Start:
    """Return the first words of a situation about a workshop: its day and its question."""
    row = session.execute(
        select(Workshop.title, Workshop.frozen_at, Workshop.created_at, Workshop.question).where(
            Workshop.id == workshop_id
        )
    ).one()
    day = (row.frozen_at or row.created_at).date()
    return Start(row.title, day, day, row.question.strip())


WORKSHOP = RecordKind(
    kind=Kind.WORKSHOP,
    word=N_("Atelier"),
    icon="people",
    taken_part=taken_part,
    snapshots=snapshots,
    verbs=VERBS,
    facts=facts,
    start=start,
)
