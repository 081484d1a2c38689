"""Indicator cards in a portfolio: who made, carried or started them, and what a dossier keeps."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, case, or_, select
from sqlalchemy.orm import Session, selectinload

from qse_audit.core.expressions import as_text, parse
from qse_audit.core.involvement import Involvement
from qse_audit.core.periods import Period
from qse_audit.core.permissions import Kind, Link
from qse_audit.core.series import Rule
from qse_audit.core.text import N_, Message
from qse_audit.db.participation import linked_to
from qse_audit.db.trail import Event
from qse_audit.documents.text import NOTHING, day, moment, number
from qse_audit.indicators.models import Baseline, Indicator, LoggedSignal
from qse_audit.indicators.records.read import (
    Around,
    answers_to,
    audiences,
    charted,
    drawn,
    grouped,
    last_values,
    read,
    signals_of,
)
from qse_audit.indicators.rules import VERBS, IndicatorStatus
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

FIELDS = (
    "reference", "title", "status", "short_name", "domain", "timing", "library_key", "purpose",
    "decision", "perimeter", "data_source", "collection", "biases", "reaction_plan", "formula",
    "measure_unit", "decimals", "frequency", "delay_days", "starts_on", "closed_until", "direction",
    "chart", "rule_set", "alert_low", "alert_high", "action_low", "action_high", "tolerance_low",
    "tolerance_high", "review_on", "reviewed_at", "review_note", "dropped_at", "dropped_reason",
    "created_at",
)  # fmt: skip
VALUES = ("period_on", "inputs", "value", "is_complete", "late_days", "source", "comment",
          "correction_count")  # fmt: skip


def taken_part(who: Candidate) -> Select[Any]:
    """Return the cards that a candidate carries, wrote, put into service or keeps the limits of.

    Carries: its owner now. Wrote: created it, or is among its authors. Put into service: started
    the collection of its values. Keeps: locked a baseline of it. Entering values, or looking at
    its chart, is no part.
    """
    person = who.person_id
    carries = Indicator.owner_id == person
    wrote = or_(
        Indicator.created_by_id == person,
        linked_to(Kind.INDICATOR, Indicator.id, person, [Link.AUTHOR]),
    )
    locked = Indicator.id.in_(select(Baseline.indicator_id).where(Baseline.locked_by_id == person))
    started = (
        select(Event.id)
        .where(
            Event.subject_kind == Kind.INDICATOR.value,
            Event.subject_id == Indicator.id,
            Event.verb == "indicator.activate",
            Event.actor_id == person,
        )
        .exists()
    )
    return taken(
        Kind.INDICATOR,
        Indicator.id,
        reference=Indicator.reference,
        title=Indicator.title,
        happened_on=as_day(Indicator.created_at),
        involvement=case(
            (carries, Involvement.OWNER.value),
            (wrote, Involvement.AUTHOR.value),
            (locked, Involvement.KEEPER.value),
            else_=Involvement.STARTER.value,
        ),
        detail=as_code(Indicator.status),
    ).where(Indicator.organisation_id == who.organisation_id, or_(carries, wrote, locked, started))


def snapshots(session: Session, ids: Sequence[int], telling: Telling) -> Mapping[int, Snapshot]:
    """Return cards as they are now, with their chart drawn on that day."""
    indicators = charted(session, ids)
    around = read(session, indicators, telling.today)
    return {each.id: _snapshot(each, around, telling) for each in indicators}


def _snapshot(card: Indicator, around: Around, telling: Telling) -> Snapshot:
    drawings, figures = drawn(around.readings[card.id], telling.words)
    return Snapshot(
        card.reference,
        card.title,
        card.created_at.date(),
        _state(card, around, telling),
        [*_why(card, around, telling), *_how(card, around, telling)],
        tables=(
            _variables(card, telling),
            _targets(card, telling),
            *figures,
            _entered(card, around, telling),
            _baselines(card, telling),
            _signals(around.signals.get(card.id, ()), around, telling),
        ),
        drawings=drawings,
    )


def _state(card: Indicator, around: Around, telling: Telling) -> dict[str, Any]:
    reading, signals = around.readings[card.id], around.signals.get(card.id, ())
    entered = around.entered.get(card.id, ())
    return {
        **state_of(card, *FIELDS),
        "owned_by_candidate": card.owner_id == telling.candidate_id,
        "variables": [
            state_of(each, "name", "label", "measure_unit", "definition", "aggregation",
                     "minimum", "maximum", "is_whole", "automatic")
            for each in card.variables
        ],
        "targets": [state_of(each, "period_on", "value", "reason") for each in card.targets],
        "baselines": [
            {
                **state_of(each, "from_on", "until_on", "cause", "locked_at"),
                "by_candidate": each.locked_by_id == telling.candidate_id,
            }
            for each in card.baselines
        ],
        "value_count": around.counts[card.id],
        "last_values": [state_of(each, *VALUES) for each in entered],
        "reading": reading.analysis.told.code.value,
        "signals": [
            state_of(each, "rule", "from_on", "until_on", "is_favourable", "found_at",
                     "cause", "analysis", "analysed_at")
            for each in signals
        ],
        "shown_to": [role.value for role in around.shown_to.get(card.id, ())],
    }  # fmt: skip


def _why(card: Indicator, around: Around, telling: Telling) -> list[tuple[Message, str]]:
    tr = telling.words.translate
    return [
        (N_("Statut"), tr(card.status.label)),
        (N_("But"), card.purpose),
        (N_("Décision qu’il permet"), card.decision),
        (N_("Domaine"), tr(card.domain.label)),
        (N_("Sens voulu"), tr(card.direction.label)),
        (N_("Nature"), tr(card.timing.label)),
        (N_("Porté par"), by_whom(card.owner_id, telling)),
        (N_("Créé par"), by_whom(card.created_by_id, telling)),
        (N_("Périmètre"), card.perimeter),
        (N_("Où"), around.places.get(card.id, "")),
        (N_("Montré à"), ", ".join(tr(role.label) for role in around.shown_to.get(card.id, ()))),
    ]


def _how(card: Indicator, around: Around, telling: Telling) -> list[tuple[Message, str]]:
    words, tr = telling.words, telling.words.translate
    complete = around.complete[card.id]
    told = N_("%(entered)d valeurs sur %(due)d attendues en douze mois, %(late)d en retard",
              entered=complete.entered, due=complete.due, late=complete.late)  # fmt: skip
    return [
        (N_("Formule"), as_text(parse(card.formula).root, words.locale) if card.formula else ""),
        (N_("Unité"), card.measure_unit),
        (N_("Fréquence"), tr(card.frequency.label)),
        (N_("Source des valeurs"), card.data_source),
        (N_("Relevé"), card.collection),
        (N_("Complétude"), tr(told) if complete.due else ""),
        (N_("Biais connus"), card.biases),
        (N_("Limites d’alerte"), _band(card, card.alert_low, card.alert_high, telling=telling)),
        (N_("Limites d’action"), _band(card, card.action_low, card.action_high, telling=telling)),
        (N_("Tolérance"), _band(card, card.tolerance_low, card.tolerance_high, telling=telling)),
        (N_("Plan de réaction"), card.reaction_plan),
        (N_("À revoir le"), day(card.review_on, words.locale) if card.review_on else ""),
        (N_("Revu le"), moment(card.reviewed_at, words.locale) if card.reviewed_at else ""),
        (N_("Ce que la revue conclut"), card.review_note),
        (N_("Raison de l’abandon"), card.dropped_reason),
    ]


def _number(card: Indicator, value: Decimal | None, telling: Telling) -> str:
    return number(value, telling.words.locale, digits=card.decimals)


def _band(card: Indicator, low: Decimal | None, high: Decimal | None, *, telling: Telling) -> str:
    """Return a band as ``≥ 2, ≤ 8``; empty when it has no side."""
    sides = (("≥", low), ("≤", high))
    return ", ".join(
        f"{sign} {_number(card, value, telling)}" for sign, value in sides if value is not None
    )


def _variables(card: Indicator, telling: Telling) -> Rows:
    tr = telling.words.translate
    return Rows(
        N_("Les grandeurs"),
        (N_("Nom"), N_("Grandeur"), N_("Unité"), N_("Ce qui est compté"), N_("Origine")),
        [
            (
                each.name,
                each.label,
                each.measure_unit,
                each.definition,
                tr(each.automatic.label if each.automatic else N_("saisie")),
            )
            for each in card.variables
        ],
    )


def _period(card: Indicator, on: date, telling: Telling) -> str:
    return telling.words.translate(Period.of(card.frequency, on).label)


def _targets(card: Indicator, telling: Telling) -> Rows:
    rows = [
        (_period(card, each.period_on, telling), _number(card, each.value, telling), each.reason)
        for each in card.targets
    ]
    none = telling.words.translate(N_("Aucune cible."))
    head = (N_("Échéance"), N_("Cible"), N_("Raison"))
    return Rows(N_("Les cibles"), head, rows, "" if rows else none)


def _entered(card: Indicator, around: Around, telling: Telling) -> Rows:
    tr, rows = telling.words.translate, around.entered.get(card.id, ())
    unknown = tr(N_("non calculable"))
    note = N_("%(shown)d valeurs sur %(count)d, les dernières.", shown=len(rows),
              count=around.counts[card.id])  # fmt: skip
    return Rows(
        N_("Les dernières saisies"),
        (N_("Période"), N_("Résultat"), N_("Chiffres saisis"), N_("Source"), N_("Commentaire"),
         N_("Corrections"), N_("Retard en jours")),
        [
            (
                _period(card, row.period_on, telling),
                unknown if row.value is None else _number(card, row.value, telling),
                _inputs(card, row.inputs, telling),
                row.source,
                row.comment,
                str(row.correction_count),
                str(row.late_days),
            )
            for row in rows
        ],
        tr(note) if rows else tr(N_("Aucune valeur.")),
    )  # fmt: skip


def _inputs(card: Indicator, inputs: Mapping[str, str], telling: Telling) -> str:
    """Return what was entered for a period, each quantity by its label."""
    comma = "," if telling.words.locale == "fr" else "."
    return "\n".join(
        telling.words.translate(
            N_(
                "%(label)s : %(value)s",
                label=each.label,
                value=inputs[each.name].replace(".", comma),
            )
        )
        for each in card.variables
        if each.name in inputs
    )


def _baselines(card: Indicator, telling: Telling) -> Rows:
    words = telling.words
    rows = [
        (
            _period(card, each.from_on, telling),
            _period(card, each.until_on, telling) if each.until_on else NOTHING,
            each.cause,
            moment(each.locked_at, words.locale),
            by_whom(each.locked_by_id, telling),
        )
        for each in card.baselines
    ]
    none = words.translate(N_("Aucune référence verrouillée : les limites suivent les valeurs."))
    head = (N_("Depuis"), N_("Jusqu’à"), N_("Cause du changement"), N_("Verrouillée le"), N_("Par"))
    return Rows(N_("Les références des limites"), head, rows, "" if rows else none)


def _signals(signals: Sequence[LoggedSignal], around: Around, telling: Telling) -> Rows:
    words = telling.words
    rows = [
        (
            words.translate(Rule(each.rule).label),
            words.span(each.from_on, each.until_on),
            each.cause or NOTHING,
            each.analysis or NOTHING,
            by_whom(each.analysed_by_id, telling) or NOTHING,
            around.answers.words(each) or NOTHING,
        )
        for each in signals
    ]
    none = words.translate(N_("Aucun signal constaté."))
    head = (N_("Signal"), N_("Périodes"), N_("Cause"), N_("Ce qui est fait"), N_("Analysé par"),
            N_("Suites"))  # fmt: skip
    return Rows(N_("Les signaux"), head, rows, "" if rows else none)


def facts(session: Session, ids: Sequence[int]) -> Mapping[int, frozenset[str]]:
    """Return what each card holds: ``card values locked explained answered reviewed shown``."""
    cards = session.scalars(
        select(Indicator).where(Indicator.id.in_(ids)).options(selectinload(Indicator.baselines))
    ).all()
    entered, shown_to = last_values(session, ids), audiences(session, ids)
    signals = signals_of(session, ids)
    answers, by_card = answers_to(session, signals), grouped(signals, "indicator_id")
    return {
        card.id: frozenset(
            name
            for name, holds in {
                "card": card.status is not IndicatorStatus.DRAFT,
                "values": all(row.is_complete for row in entered.get(card.id, ()))
                and card.id in entered,
                "locked": bool(card.baselines),
                "explained": any(each.analysed_at for each in by_card.get(card.id, ())),
                "answered": any(answers.words(each) for each in by_card.get(card.id, ())),
                "reviewed": bool(card.reviewed_at or card.dropped_at),
                "shown": card.id in shown_to,
            }.items()
            if holds
        )
        for card in cards
    }


def start(session: Session, indicator_id: int) -> Start:
    """Return the first words of a situation about a card: its purpose and the decision."""
    row = session.execute(
        select(Indicator.title, Indicator.created_at, Indicator.purpose, Indicator.decision).where(
            Indicator.id == indicator_id
        )
    ).one()
    context = "\n\n".join(text.strip() for text in (row.purpose, row.decision) if text.strip())
    return Start(row.title, row.created_at.date(), None, context)


INDICATOR = RecordKind(
    kind=Kind.INDICATOR,
    word=N_("Indicateur"),
    icon="graph-up",
    taken_part=taken_part,
    snapshots=snapshots,
    verbs=VERBS,
    facts=facts,
    start=start,
)
