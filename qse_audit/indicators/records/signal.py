"""Signals of variation in a portfolio: who analysed them, and what a dossier keeps of each."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, literal, select
from sqlalchemy.orm import Session, joinedload

from qse_audit.core.involvement import Involvement
from qse_audit.core.permissions import Kind
from qse_audit.core.series import Rule
from qse_audit.core.text import N_, Message
from qse_audit.db.trail import Event
from qse_audit.documents.text import day, moment
from qse_audit.indicators.models import Indicator, LoggedSignal
from qse_audit.indicators.queries.readings import Reading, readings_of
from qse_audit.indicators.records.read import Answers, answers_to, charted, drawn
from qse_audit.indicators.rules import VERBS
from qse_audit.records import (
    Candidate,
    RecordKind,
    Rows,
    Snapshot,
    Start,
    Telling,
    by_whom,
    state_of,
    taken,
)

TOLD = ("indicator.signal", "indicator.explain")
"""The acts on an indicator that are about its signals."""


def taken_part(who: Candidate) -> Select[Any]:
    """Return the signals that a candidate analysed: the last to say the cause and what is done.

    Owning the indicator, or entering the value that made the signal, is no analysis.
    """
    return (
        taken(
            Kind.SIGNAL,
            LoggedSignal.id,
            reference=Indicator.reference.concat(literal(" ")).concat(LoggedSignal.rule),
            title=Indicator.title,
            happened_on=LoggedSignal.from_on,
            involvement=literal(Involvement.ANALYST.value),
            detail=LoggedSignal.rule,
        )
        .join(Indicator, Indicator.id == LoggedSignal.indicator_id)
        .where(
            LoggedSignal.organisation_id == who.organisation_id,
            LoggedSignal.analysed_by_id == who.person_id,
        )
    )


def snapshots(session: Session, ids: Sequence[int], telling: Telling) -> Mapping[int, Snapshot]:
    """Return signals as they are now, beside the chart that shows them."""
    signals = _signals(session, ids)
    indicators = charted(session, {each.indicator_id for each in signals})
    readings = {each.indicator.id: each for each in readings_of(session, indicators, telling.today)}
    answers = answers_to(session, signals)
    return {
        each.id: _snapshot(each, readings[each.indicator_id], answers, telling) for each in signals
    }


def _signals(session: Session, ids: Sequence[int]) -> Sequence[LoggedSignal]:
    return session.scalars(
        select(LoggedSignal)
        .where(LoggedSignal.id.in_(ids))
        .options(joinedload(LoggedSignal.indicator))
    ).all()


def _snapshot(
    signal: LoggedSignal, reading: Reading, answers: Answers, telling: Telling
) -> Snapshot:
    fields = (
        "rule", "from_on", "until_on", "is_favourable", "found_at", "cause", "analysis",
        "analysed_at",
    )  # fmt: skip
    card, words = signal.indicator, telling.words
    drawings, figures = drawn(reading, words, until=signal.until_on)
    actions = answers.actions.get(signal.id, ())
    facts = [
        (N_("Indicateur"), f"{card.reference} {card.title}"),
        (N_("Signal"), words.translate(Rule(signal.rule).label)),
        (N_("Périodes"), words.span(signal.from_on, signal.until_on)),
        (N_("Ce qu’il annonce"), words.translate(_meaning(signal))),
        (N_("Constaté le"), moment(signal.found_at, words.locale)),
        (N_("Cause"), signal.cause),
        (N_("Ce qui est fait"), signal.analysis),
        (N_("Analysé le"), moment(signal.analysed_at, words.locale) if signal.analysed_at else ""),
        (N_("Analysé par"), by_whom(signal.analysed_by_id, telling)),
        (N_("Suites"), answers.words(signal)),
        (N_("Plan de réaction"), card.reaction_plan),
    ]  # fmt: skip
    state = {
        **state_of(signal, *fields),
        "indicator": card.reference,
        "analysed_by_candidate": signal.analysed_by_id == telling.candidate_id,
        "actions": [state_of(each, "reference", "status", "due_on") for each in actions],
    }
    return Snapshot(
        f"{card.reference} {signal.rule}",
        card.title,
        signal.from_on,
        state,
        facts,
        tables=(_actions(actions, telling), *figures),
        drawings=drawings,
    )


def _meaning(signal: LoggedSignal) -> Message:
    if signal.is_favourable is None:
        return N_("changement")
    return N_("amélioration") if signal.is_favourable else N_("dégradation")


def _actions(actions: Sequence[Any], telling: Telling) -> Rows:
    words = telling.words
    rows = [
        (
            each.reference,
            each.title,
            words.translate(each.status.label),
            day(each.due_on, words.locale),
        )
        for each in actions
    ]
    head = (N_("Référence"), N_("Action"), N_("Statut"), N_("Échéance"))
    none = words.translate(N_("Aucune action demandée."))
    return Rows(N_("Actions nées du signal"), head, rows, "" if rows else none)


def acts(session: Session, ids: Sequence[int]) -> Mapping[int, Collection[int]]:
    """Return the events in which an indicator tells of each signal: seen, then explained."""
    signals = _signals(session, ids)
    rows = session.execute(
        select(Event.id, Event.subject_id, Event.body).where(
            Event.subject_kind == Kind.INDICATOR.value,
            Event.subject_id.in_(sorted({each.indicator_id for each in signals})),
            Event.verb.in_(TOLD),
        )
    )
    told = [(row.id, row.subject_id, json.loads(row.body)["data"]) for row in rows]
    return {
        signal.id: {
            event_id
            for event_id, indicator_id, data in told
            if indicator_id == signal.indicator_id and _is_about(data, signal)
        }
        for signal in signals
    }


def _is_about(data: Mapping[str, Any], signal: LoggedSignal) -> bool:
    first = signal.from_on.isoformat()
    seen = f"{signal.rule} {first}" in data.get("signals", ())
    return seen or (data.get("rule"), data.get("from")) == (signal.rule, first)


def facts(session: Session, ids: Sequence[int]) -> Mapping[int, frozenset[str]]:
    """Return what each signal holds: ``answered`` by a finding or an action."""
    signals = _signals(session, ids)
    answers = answers_to(session, signals)
    return {each.id: frozenset(["answered"] if answers.words(each) else []) for each in signals}


def start(session: Session, signal_id: int) -> Start:
    """Return the first words of a situation about a signal: its periods, its cause."""
    row = session.execute(
        select(Indicator.title, LoggedSignal.from_on, LoggedSignal.analysed_at, LoggedSignal.cause)
        .join(Indicator, Indicator.id == LoggedSignal.indicator_id)
        .where(LoggedSignal.id == signal_id)
    ).one()
    end = row.analysed_at.date() if row.analysed_at else None
    return Start(row.title, row.from_on, end, row.cause)


SIGNAL = RecordKind(
    kind=Kind.SIGNAL,
    word=N_("Signal"),
    icon="activity",
    taken_part=taken_part,
    snapshots=snapshots,
    verbs={verb: VERBS[verb] for verb in TOLD},
    facts=facts,
    start=start,
    acts=acts,
)
