"""Reports of coherence in a portfolio: who froze or judged them, and what a dossier keeps."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from qse_audit.core.involvement import Involvement
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_, Message
from qse_audit.db.trail import Event
from qse_audit.documents.text import Texts, day, moment, number
from qse_audit.objectives.models import AnomalyAcceptance, CoherenceReport
from qse_audit.objectives.queries import lines_of
from qse_audit.objectives.reports.words import say
from qse_audit.objectives.rules import AnomalyCode, AnomalyState, Comparison, Line, compare
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
    taken,
)

SOMEBODY = N_("Une personne")
"""Who carries too much, in a dossier that names nobody."""
OF_LEVELS = frozenset({AnomalyCode.K6, AnomalyCode.K7, AnomalyCode.K8})
"""The checks of how levels agree: days, figures and directions."""
TITLE_MAX = 200
"""Letters of a note that stand for the title of a report, where one is chosen."""
LINES = 200
"""How many anomalies of a report a dossier lists, in the order of the checks."""


def taken_part(who: Candidate) -> Select[Any]:
    """Return the reports that a candidate froze, or in which they judged an anomaly.

    Judged: before the report was made, accepted an anomaly that it holds, or took that back.
    Whoever mended one did so in an objective, and is tied to that objective.
    """
    noted = func.substr(CoherenceReport.note, 1, TITLE_MAX)
    froze = CoherenceReport.made_by_id == who.person_id
    judged = exists().where(
        AnomalyAcceptance.organisation_id == CoherenceReport.organisation_id,
        AnomalyAcceptance.said_by_id == who.person_id,
        AnomalyAcceptance.said_at <= CoherenceReport.made_at,
        CoherenceReport.document.contains(_quoted(AnomalyAcceptance.key)),
    )
    return taken(
        Kind.COHERENCE,
        CoherenceReport.id,
        reference=CoherenceReport.reference,
        title=as_code(func.coalesce(func.nullif(noted, ""), CoherenceReport.reference)),
        happened_on=as_day(CoherenceReport.made_at),
        involvement=case((froze, Involvement.AUTHOR.value), else_=Involvement.JUDGE.value),
        detail=literal(""),
    ).where(CoherenceReport.organisation_id == who.organisation_id, or_(froze, judged))


def _quoted(key: Any) -> Any:
    """Return a key as a document holds it; quotes tell ``objective/1`` from ``objective/12``."""
    return literal('"').concat(key).concat('"')


def snapshots(session: Session, ids: Sequence[int], telling: Telling) -> Mapping[int, Snapshot]:
    """Return frozen reports beside the one before each: three statements."""
    reports = session.scalars(select(CoherenceReport).where(CoherenceReport.id.in_(ids))).all()
    before = _before(session, reports)
    words = _words_on(session, reports)
    return {each.id: _snapshot(each, before.get(each.id), words, telling) for each in reports}


def _before(session: Session, reports: Sequence[CoherenceReport]) -> Mapping[int, CoherenceReport]:
    """Return the report before each, by the id of the later one."""
    wanted = {(each.organisation_id, each.number - 1): each.id for each in reports}
    rows = session.scalars(
        select(CoherenceReport).where(
            CoherenceReport.organisation_id.in_([key for key, _ in wanted]),
            CoherenceReport.number.in_([number for _, number in wanted]),
        )
    )
    return {
        wanted[row.organisation_id, row.number]: row
        for row in rows
        if (row.organisation_id, row.number) in wanted
    }


def _words_on(
    session: Session, reports: Sequence[CoherenceReport]
) -> Mapping[str, Sequence[AnomalyAcceptance]]:
    """Return what people said of the anomalies of reports, by key, the first word first."""
    keys = {line.key for each in reports for line in lines_of(each)}
    rows = session.scalars(
        select(AnomalyAcceptance)
        .where(
            AnomalyAcceptance.organisation_id.in_([each.organisation_id for each in reports]),
            AnomalyAcceptance.key.in_(sorted(keys)),
        )
        .order_by(AnomalyAcceptance.id)
    )
    found: dict[str, list[AnomalyAcceptance]] = {}
    for row in rows:
        found.setdefault(row.key, []).append(row)
    return found


def _snapshot(
    report: CoherenceReport,
    earlier: CoherenceReport | None,
    words_on: Mapping[str, Sequence[AnomalyAcceptance]],
    telling: Telling,
) -> Snapshot:
    words, lines = telling.words, lines_of(report)
    change = compare(lines_of(earlier), lines) if earlier else None
    document = json.loads(report.document)
    facts = [
        (N_("Établi le"), moment(report.made_at, words.locale)),
        (N_("Établi par"), by_whom(report.made_by_id, telling)),
        (N_("Objectifs examinés"), number(document["objectives"], words.locale)),
        (N_("Anomalies à traiter"), number(report.open_count, words.locale)),
        (N_("Anomalies acceptées"), number(report.accepted_count, words.locale)),
        (N_("Rapport précédent"), _reference(earlier, words)),
        (N_("Mot"), report.note),
        (N_("Empreinte du contenu"), report.sha256),
    ]
    title = words.translate(N_("Cohérence des objectifs avec la politique QSE"))
    state = {
        "reference": report.reference,
        "made_at": report.made_at.isoformat(),
        "sha256": report.sha256,
        "note": report.note,
        "objectives": document["objectives"],
        "open": report.open_count,
        "accepted": report.accepted_count,
        "issued_by_candidate": report.made_by_id == telling.candidate_id,
        "lines": [_line(each) for each in lines],
        "before": earlier.reference if earlier else None,
        "since": {name: [each.key for each in group] for name, _, group in _groups(change)},
    }
    return Snapshot(
        report.reference,
        title,
        report.made_at.date(),
        state,
        facts,
        tables=(
            _anomalies(lines, words),
            _accepted(report, lines, words_on, telling=telling),
            *(_since(title, group, words) for _, title, group in _groups(change)),
        ),
    )


def _reference(earlier: CoherenceReport | None, words: Texts) -> str:
    if earlier is None:
        return words.translate(N_("aucun : celui-ci sert de point de départ"))
    return f"{earlier.reference}, {day(earlier.made_at.date(), words.locale)}"


def _line(line: Line) -> dict[str, Any]:
    """Return a line without the name of who accepted it."""
    return {
        "key": line.key,
        "code": line.code.value,
        "state": line.state.value,
        "figures": dict(line.figures),
        "figures_sha256": line.figures_sha256,
        "reason": line.reason,
        "accepted_on": line.accepted_on,
    }


def _sentence(line: Line, words: Texts) -> str:
    """Return what a line says; who carries too much stays unnamed."""
    sentence = line.sentence
    if line.code is AnomalyCode.K10:
        sentence = Message(sentence.msgid, {**sentence.values, "name": SOMEBODY})
    return say(sentence, words.locale)


def _row(line: Line, words: Texts) -> tuple[str, str, str]:
    return line.code.value, words.translate(line.code.label), _sentence(line, words)


def _ordered(lines: Sequence[Line]) -> list[Line]:
    order = {code: rank for rank, code in enumerate(AnomalyCode)}
    return sorted(lines, key=lambda each: order[each.code])


def _anomalies(lines: Sequence[Line], words: Texts) -> Rows:
    shown = _ordered(lines)[:LINES]
    note = words.translate(N_("Aucune anomalie."))
    if lines:
        note = words.translate(
            N_("%(shown)d anomalies sur %(count)d.", shown=len(shown), count=len(lines))
        )
    return Rows(
        N_("Les anomalies"),
        (N_("Contrôle"), N_("Ce qu’il cherche"), N_("Anomalie"), N_("État")),
        [(*_row(each, words), words.translate(each.state.label)) for each in shown],
        note,
    )


def _accepted(
    report: CoherenceReport,
    lines: Sequence[Line],
    words_on: Mapping[str, Sequence[AnomalyAcceptance]],
    *,
    telling: Telling,
) -> Rows:
    """Return what was accepted when the report was made: the last word before it."""
    words = telling.words
    rows = []
    for line in _ordered(lines):
        said = [w for w in words_on.get(line.key, ()) if w.said_at <= report.made_at]
        if line.state is AnomalyState.ACCEPTED and said:
            on = date.fromisoformat(line.accepted_on)
            who = by_whom(said[-1].said_by_id, telling)
            code, _, sentence = _row(line, words)
            rows.append((code, sentence, day(on, words.locale), who, line.reason))
    return Rows(
        N_("Acceptées, avec leur raison"),
        (N_("Contrôle"), N_("Anomalie"), N_("Le"), N_("Par"), N_("Raison")),
        rows,
        "" if rows else words.translate(N_("Aucune anomalie acceptée.")),
    )


def _groups(change: Comparison | None) -> Iterator[tuple[str, Message, Sequence[Line]]]:
    """Yield what became of the anomalies since the report before, with a title."""
    if change is None:
        return
    yield "mended", N_("Corrigées depuis"), change.mended
    yield "accepted", N_("Acceptées depuis"), change.accepted
    yield "ended", N_("Acceptées avant, disparues depuis"), change.ended
    yield "appeared", N_("Apparues depuis"), change.appeared


def _since(title: Message, lines: Sequence[Line], words: Texts) -> Rows:
    return Rows(
        title,
        (N_("Contrôle"), N_("Ce qu’il cherche"), N_("Anomalie")),
        [_row(each, words) for each in _ordered(lines)[:LINES]],
        "" if lines else words.translate(N_("Rien.")),
    )


def acts(session: Session, ids: Sequence[int]) -> Mapping[int, Collection[int]]:
    """Return the events of what people said of the anomalies of each report before it."""
    reports = session.scalars(select(CoherenceReport).where(CoherenceReport.id.in_(ids))).all()
    words_on = _words_on(session, reports)
    said = [word for words in words_on.values() for word in words]
    rows = session.execute(
        select(Event.id, Event.subject_id).where(
            Event.subject_kind == "anomaly", Event.subject_id.in_([word.id for word in said])
        )
    )
    events = {row.subject_id: row.id for row in rows}
    return {
        report.id: {
            events[word.id]
            for line in lines_of(report)
            for word in words_on.get(line.key, ())
            if word.said_at <= report.made_at and word.id in events
        }
        for report in reports
    }


def facts(session: Session, ids: Sequence[int]) -> Mapping[int, frozenset[str]]:
    """Return what each report shows: ``deployed traced levels settled`` hold, ``compared``."""
    reports = session.scalars(select(CoherenceReport).where(CoherenceReport.id.in_(ids))).all()
    return {each.id: frozenset(_held(each)) for each in reports}


def _held(report: CoherenceReport) -> Iterator[str]:
    still = {each.code for each in lines_of(report) if each.state is not AnomalyState.ACCEPTED}
    if AnomalyCode.K1 not in still:
        yield "deployed"
    if AnomalyCode.K2 not in still:
        yield "traced"
    if not OF_LEVELS & still:
        yield "levels"
    if AnomalyCode.K12 not in still:
        yield "settled"
    if report.number > 1:
        yield "compared"


def start(session: Session, report_id: int) -> Start:
    """Return the first words of a situation about a report: its reference, its day, its note."""
    row = session.execute(
        select(CoherenceReport.reference, CoherenceReport.made_at, CoherenceReport.note).where(
            CoherenceReport.id == report_id
        )
    ).one()
    return Start(row.reference, row.made_at.date(), None, row.note)


COHERENCE = RecordKind(
    kind=Kind.COHERENCE,
    word=N_("Rapport de cohérence"),
    icon="diagram-3",
    taken_part=taken_part,
    snapshots=snapshots,
    verbs={
        "coherence.freeze": N_("Rapport de cohérence établi"),
        "anomaly.accept": N_("Anomalie acceptée"),
        "anomaly.withdraw": N_("Acceptation d’une anomalie reprise"),
    },
    facts=facts,
    start=start,
    acts=acts,
)
