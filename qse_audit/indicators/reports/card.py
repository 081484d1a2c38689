"""The card of an indicator as PDF: PDF/A-3a, tagged, in one language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from qse_audit.core.expressions import as_text, parse
from qse_audit.core.periods import Period
from qse_audit.core.text import N_, Message
from qse_audit.documents.pdf import render_pdf
from qse_audit.documents.text import Texts, day, moment, number
from qse_audit.indicators.models import Indicator
from qse_audit.indicators.queries import Measured, Places
from qse_audit.indicators.rules import IndicatorStatus

TEMPLATE = "indicator_card.typ"
TONES = {
    IndicatorStatus.DRAFT: "plain",
    IndicatorStatus.ACTIVE: "good",
    IndicatorStatus.DROPPED: "watch",
}
WORDS: Mapping[str, Message] = {
    "kind": N_("Fiche d’indicateur"),
    "page": N_("Page"),
    "why": N_("À quoi il sert"),
    "how": N_("Comment il est calculé"),
    "aim": N_("Cibles et limites"),
    "last": N_("Dernières valeurs"),
    "quantity": N_("Grandeur"),
    "unit": N_("Unité"),
    "definition": N_("Définition"),
    "due": N_("Échéance"),
    "target": N_("Cible"),
    "reason": N_("Raison"),
    "period": N_("Période"),
    "result": N_("Résultat"),
    "comment": N_("Commentaire"),
    "source": N_("Source"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedCard:
    """All that the paper says."""

    indicator: Indicator
    organisation: str
    places: Places
    measured: Sequence[Measured]
    printed_at: datetime
    printed_by: str


def card_pdf(card: PrintedCard, locale: str) -> bytes:
    """Return the card as PDF; the same card at the same instant gives the same bytes."""
    return render_pdf(TEMPLATE, _values(card, locale), made_at=card.printed_at)


def _values(card: PrintedCard, locale: str) -> dict[str, Any]:
    one, texts = card.indicator, Texts(locale)
    tr = texts.translate
    words = {key: tr(message) for key, message in WORDS.items()}
    who = tr(N_("Tirée le %(when)s par %(name)s.", when=moment(card.printed_at, locale),
                name=card.printed_by))  # fmt: skip
    return {
        "lang": locale,
        "words": words,
        "title": one.title,
        "reference": one.reference,
        "organisation": card.organisation,
        "state": {"tone": TONES[one.status], "label": tr(one.status.label)},
        "formula": as_text(parse(one.formula).root, locale) if one.formula else "—",
        "variables": [
            (each.label, each.measure_unit or "—", each.definition or "—") for each in one.variables
        ],
        "why": _pairs(_why(card), tr),
        "how": _pairs(_how(card), tr),
        "targets": [
            (tr(Period.of(one.frequency, each.period_on).label), _shown(one, each.value, locale),
             each.reason)
            for each in one.targets
        ],
        "limits": _pairs(_limits(one, locale), tr),
        "values": [
            (tr(each.period.label), _result(one, each, texts), each.comment, each.source)
            for each in reversed(card.measured)
        ],
        "made": who,
    }  # fmt: skip


def _pairs(pairs: Sequence[tuple[Message, Any]], tr: Any) -> list[tuple[str, str]]:
    """Return labels and values in words; what people wrote stays as it is."""
    worded = ((label, tr(each) if isinstance(each, Message) else each) for label, each in pairs)
    return [(tr(label), value or "—") for label, value in worded]


def _why(card: PrintedCard) -> list[tuple[Message, Any]]:
    one = card.indicator
    return [
        (N_("But"), one.purpose),
        (N_("Décision qu’il permet"), one.decision),
        (N_("Domaine"), one.domain.label),
        (N_("Sens voulu"), one.direction.label),
        (N_("Nature"), one.timing.label),
        (N_("Responsable"), one.owner.name),
        (N_("Périmètre"), one.perimeter),
        (N_("Processus"), card.places.process or ""),
        (N_("Site"), card.places.site or ""),
    ]


def _how(card: PrintedCard) -> list[tuple[Message, Any]]:
    one = card.indicator
    return [
        (N_("Unité du résultat"), one.measure_unit),
        (N_("Fréquence"), one.frequency.label),
        (N_("Source des valeurs"), one.data_source),
        (N_("Relevé"), one.collection),
        (N_("Biais connus"), one.biases),
    ]


def _limits(one: Indicator, locale: str) -> list[tuple[Message, Any]]:
    limits = (
        (N_("Alerte sous"), one.alert_low),
        (N_("Alerte au-dessus de"), one.alert_high),
        (N_("Action sous"), one.action_low),
        (N_("Action au-dessus de"), one.action_high),
        (N_("Tolérance basse"), one.tolerance_low),
        (N_("Tolérance haute"), one.tolerance_high),
    )
    shown = [(label, _shown(one, value, locale)) for label, value in limits if value is not None]
    review = day(one.review_on, locale) if one.review_on else ""
    return [*shown, (N_("Plan de réaction"), one.reaction_plan), (N_("À revoir le"), review)]


def _shown(one: Indicator, value: Decimal, locale: str) -> str:
    return f"{number(value, locale, digits=one.decimals)} {one.measure_unit}".strip()


def _result(one: Indicator, row: Measured, texts: Texts) -> str:
    """Return a result in words: what cannot be computed is never 0."""
    if row.value is not None:
        return number(row.value, texts.locale, digits=one.decimals)
    return texts.translate(N_("non calculable") if row.is_complete else N_("incomplet"))
