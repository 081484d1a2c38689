"""Frozen balances in a portfolio: who wrote in them, and what a dossier keeps.

A draft cannot be tied: its figures still move. The names of those who prepared and froze it stay
in the company; the records behind a figure are counted, and named by nobody.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, literal, or_, select
from sqlalchemy.orm import Session

from qse_audit.balances.models import Balance, BalanceRecord
from qse_audit.balances.reports import Wording, charts_of
from qse_audit.balances.rules import (
    VERBS,
    BalanceStatus,
    Content,
    Drift,
    Section,
    document_of,
    read_document,
)
from qse_audit.core.involvement import Involvement
from qse_audit.core.permissions import Kind, Link
from qse_audit.core.text import N_, Message
from qse_audit.db.participation import linked_to
from qse_audit.documents.charts import to_svg
from qse_audit.documents.text import NOTHING, moment
from qse_audit.records import (
    Candidate,
    Drawing,
    RecordKind,
    Rows,
    Snapshot,
    Start,
    Telling,
    as_day,
    by_whom,
    taken,
)


def taken_part(who: Candidate) -> Select[Any]:
    """Return the frozen balances that a candidate began, or in which they wrote."""
    wrote = linked_to(Kind.BALANCE, Balance.id, who.person_id, [Link.AUTHOR])
    return taken(
        Kind.BALANCE,
        Balance.id,
        reference=Balance.reference,
        title=Balance.title,
        happened_on=as_day(Balance.frozen_at),
        involvement=literal(Involvement.AUTHOR.value),
        detail=literal(""),
    ).where(
        Balance.organisation_id == who.organisation_id,
        Balance.status == BalanceStatus.FROZEN,
        or_(Balance.created_by_id == who.person_id, wrote),
    )


def snapshots(session: Session, ids: Sequence[int], telling: Telling) -> Mapping[int, Snapshot]:
    """Return balances as they were frozen: one statement."""
    rows = session.execute(
        select(Balance.id, Balance.created_by_id, Balance.frozen_by_id, BalanceRecord)
        .join(BalanceRecord, BalanceRecord.balance_id == Balance.id)
        .where(Balance.id.in_(ids))
    )
    return {row.id: _snapshot(row, row.BalanceRecord, telling) for row in rows}


def _snapshot(row: Any, record: BalanceRecord, telling: Telling) -> Snapshot:
    content, wording = read_document(json.loads(record.document)), Wording(telling.words.locale)
    return Snapshot(
        content.reference,
        content.title,
        record.frozen_at.date(),
        _state(content, record),
        _facts(content, record, wording, row=row, telling=telling),
        tables=tuple(_tables(content, wording)),
        drawings=tuple(
            Drawing(spec.title, spec.reading, to_svg(spec))
            for spec in charts_of(content, wording).values()
        ),
    )


def _state(content: Content, record: BalanceRecord) -> dict[str, Any]:
    """Return what was frozen without who prepared it, and without the records one by one."""
    document = document_of(content)
    del document["author"], document["organisation"]
    for figure in document["facts"]["figures"]:
        del figure["sources"]
    return {
        **document,
        "sha256": record.sha256,
        "frozen_at": record.frozen_at.isoformat(),
    }


def _facts(
    content: Content, record: BalanceRecord, wording: Wording, *, row: Any, telling: Telling
) -> list[tuple[Message, str]]:
    before = content.facts.before
    return [
        (N_("Période"), wording.period(content)),
        (N_("Comparée à"), wording.days(before.from_on, before.until_on)),
        (N_("Sites"), wording.sites(content)),
        (N_("Domaines"), wording.domains(content)),
        (N_("Commencé par"), by_whom(row.created_by_id, telling)),
        (N_("Arrêté le"), moment(record.frozen_at, wording.locale)),
        (N_("Arrêté par"), by_whom(row.frozen_by_id, telling)),
        (N_("Remplace"), content.replaces),
        (N_("Raison"), content.replaces_reason),
        (N_("Conclusion"), content.conclusion),
        (N_("Empreinte du contenu"), record.sha256),
    ]


def _tables(content: Content, wording: Wording) -> Iterator[Rows]:
    """Give what stands out, the reading of each section, then every figure."""
    heads = (N_("Chiffre"), N_("Période"), N_("Période précédente"), N_("Évolution"))
    salient = [figure for _, figure in content.salient_figures()]
    yield Rows(N_("Faits marquants"), heads, [_row(each, wording) for each in salient])
    yield Rows(
        N_("Lecture"),
        (N_("Partie"), N_("Ce que l’on en lit"), N_("Points forts"), N_("Points faibles")),
        [
            (wording.say(section.label), each.comment, each.strengths, each.weaknesses)
            for section in Section
            if not (each := content.reading(section)).is_empty
        ],
    )
    for section in Section:
        figures = content.facts.of(section)
        silent = wording.say(N_("Aucune donnée enregistrée"))
        is_silent = content.facts.is_silent(section)
        rows = [] if is_silent else [_row(each, wording) for each in figures]
        yield Rows(section.label, heads, rows, silent if is_silent else "")


def _row(figure: Any, wording: Wording) -> tuple[str, str, str, str]:
    shown = wording.figure(figure)
    value = f"{shown.value} ({shown.detail})" if shown.detail else shown.value
    drift = NOTHING if figure.drift is Drift.NEITHER else shown.drift_label
    return shown.label, value, shown.before, drift


def facts(session: Session, ids: Sequence[int]) -> Mapping[int, frozenset[str]]:
    """Return what each balance shows: ``read`` when every part that has figures is commented."""
    rows = session.execute(
        select(BalanceRecord.balance_id, BalanceRecord.document).where(
            BalanceRecord.balance_id.in_(ids)
        )
    )
    return {row.balance_id: frozenset(_shown(json.loads(row.document))) for row in rows}


def _shown(document: Mapping[str, Any]) -> Iterator[str]:
    content = read_document(document)
    known = [section for section in Section if not content.facts.is_silent(section)]
    if known and all(content.reading(section).comment for section in known):
        yield "read"


def start(session: Session, balance_id: int) -> Start:
    """Return the first words of a situation about a balance: its title, period, conclusion."""
    row = session.execute(
        select(Balance.title, Balance.from_on, Balance.until_on, Balance.conclusion).where(
            Balance.id == balance_id
        )
    ).one()
    return Start(row.title, row.from_on, row.until_on, row.conclusion)


BALANCE = RecordKind(
    kind=Kind.BALANCE,
    word=N_("Bilan QSE"),
    icon="clipboard-data",
    taken_part=taken_part,
    snapshots=snapshots,
    verbs=VERBS,
    facts=facts,
    start=start,
)
"""How balances enter a portfolio and leave in a dossier."""
