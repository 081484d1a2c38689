"""The register of a year as PDF, to print and to show: nothing that names or describes a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from qse_audit.accidents.queries.lists import RegisterLine
from qse_audit.accidents.rules import EventKind
from qse_audit.accidents.rules.rates import FORMULAS, UNITS, RateCode, Rates
from qse_audit.core.clock import day_in_paris
from qse_audit.core.text import N_, Message
from qse_audit.documents.pdf import render_pdf
from qse_audit.documents.text import NOTHING, Texts, day, moment, number

TEMPLATE = "register_year.typ"
RATE_HEADS = (N_("Taux"), N_("Calcul"), N_("Valeur"), N_("Compté"), N_("Rapporté à"))
EVENT_HEADS = (
    N_("Référence"),
    N_("Arrivé le"),
    N_("Nature"),
    N_("Lieu"),
    N_("Gravité potentielle"),
    N_("Jours d’arrêt"),
    N_("Statut"),
)
WORDS: dict[str, Message] = {
    "page": N_("page"),
    "intro": N_(
        "Compté dans le registre, événements écartés non compris. Ni nom, ni fonction, ni donnée "
        "de santé."
    ),
    "rates": N_("Les taux et leurs comptes"),
    "counts": N_("Événements de l’année"),
    "events": N_("Le registre"),
    "none": N_("Aucun événement cette année."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """What the sheet of a year shows."""

    year: int
    organisation: str
    rates: Rates
    events: Sequence[RegisterLine]
    printed_at: datetime


def year_pdf(year: Year, locale: str) -> bytes:
    """Return the sheet of a year; same register, same instant, same bytes."""
    texts = Texts(locale)
    title = texts.translate(N_("Registre des événements, %(year)s", year=year.year))
    data = {
        "lang": texts.locale,
        "words": {name: texts.translate(words) for name, words in WORDS.items()},
        "title": title,
        "organisation": year.organisation,
        "reference": str(year.year),
        "made": texts.translate(N_("Imprimé le %(at)s", at=moment(year.printed_at, texts.locale))),
        "notes": [texts.translate(each) for each in _notes(year.rates)],
        "rate_heads": [texts.translate(each) for each in RATE_HEADS],
        "rates": [_rate(code, year.rates, texts) for code in RateCode],
        "counts": [
            (texts.translate(kind.label), str(sum(e.kind is kind for e in year.events)))
            for kind in EventKind
        ],
        "event_heads": [texts.translate(each) for each in EVENT_HEADS],
        "events": [_event(each, texts) for each in year.events],
    }
    return render_pdf(TEMPLATE, data, made_at=year.printed_at)


def _notes(rates: Rates) -> list[Message]:
    if rates.missing:
        return [
            N_(
                "Les heures de %(count)s mois ne sont pas saisies : les taux ne sont pas "
                "calculables.",
                count=len(rates.missing),
            )
        ]
    if rates.swings:
        return [N_("Moins de 200 000 heures : un seul accident de plus fait bondir les taux.")]
    return []


def _rate(code: RateCode, rates: Rates, texts: Texts) -> list[str]:
    rate = rates.rates[code]
    unit = texts.translate(UNITS[code])
    value = (
        texts.translate(N_("n. c."))
        if rate.value is None
        else f"{number(rate.value, texts.locale, digits=2)} {unit}"
    )
    return [
        texts.translate(code.label),
        texts.translate(FORMULAS[code]),
        value,
        number(rate.over, texts.locale),
        NOTHING if rate.under is None else number(rate.under, texts.locale, digits=1),
    ]


def _event(line: RegisterLine, texts: Texts) -> list[str]:
    potential = line.potential.label if line.potential else N_("Non cotée")
    return [
        line.reference,
        day(day_in_paris(line.happened_at), texts.locale),
        texts.translate(line.kind.label),
        line.place,
        texts.translate(potential),
        NOTHING if line.stop_days is None else str(line.stop_days),
        texts.translate(line.status.label),
    ]
