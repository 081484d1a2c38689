"""The review sheet: which indicators decide something, which are doubted, which were dropped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from qse_audit.core.clock import day_in_paris
from qse_audit.core.text import N_
from qse_audit.documents.charts.spec import Scale
from qse_audit.documents.charts.words import amount, worded
from qse_audit.documents.pdf import render_pdf
from qse_audit.documents.sheets import Cell, xlsx
from qse_audit.documents.text import Texts, day, moment
from qse_audit.indicators.queries.readings import Reading
from qse_audit.indicators.reports.boards import PRINT_TONES, light_of, sheet_of
from qse_audit.indicators.rules import IndicatorStatus, Reviewed, doubts, last_of

TEMPLATE = "indicator_review.typ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """All that the sheet says."""

    readings: Sequence[Reading]
    organisation: str
    made_at: datetime
    made_by: str


def review_pdf(review: Review, locale: str) -> bytes:
    """Return the sheet as PDF; the same review at the same instant gives the same bytes."""
    return render_pdf(TEMPLATE, _values(review, Texts(locale)), made_at=review.made_at)


def review_xlsx(review: Review, locale: str) -> bytes:
    """Return the sheet as a spreadsheet, with room for the decision."""
    texts = Texts(locale)
    title = texts.translate(_WORDS["title"])
    today = day_in_paris(review.made_at)
    rows = (_row(each, texts, today) for each in review.readings)
    return xlsx([sheet_of(title, COLUMNS, rows, texts)], title=title)


def _values(review: Review, texts: Texts) -> dict[str, Any]:
    today = day_in_paris(review.made_at)
    followed = [each for each in review.readings if not _is_dropped(each)]
    doubted = [each for each in followed if doubts_of(each, today)]
    sure = [each for each in followed if not doubts_of(each, today)]
    dropped = [each for each in review.readings if _is_dropped(each)]
    words = {name: texts.translate(text) for name, text in _WORDS.items()}
    counts = ((sure, "good", "sure"), (doubted, "watch", "doubted"), (dropped, "plain", "dropped"))
    made = N_("Tirée le %(when)s par %(name)s.", when=moment(review.made_at, texts.locale),
              name=review.made_by)  # fmt: skip
    return {
        "lang": texts.locale,
        "organisation": review.organisation,
        "made": texts.translate(made),
        "day": day(today, texts.locale),
        "words": words,
        "tiles": [
            {"value": str(len(found)), "label": words[f"{name}_tile"], "tone": tone}
            for found, tone, name in counts
        ],
        "sure": [_card(each, texts, today) for each in sure],
        "doubted": [_card(each, texts, today) for each in doubted],
        "dropped": [
            (each.indicator.reference, each.indicator.title,
             moment(each.indicator.dropped_at, texts.locale) if each.indicator.dropped_at else "—",
             each.indicator.dropped_reason)
            for each in dropped
        ],
    }  # fmt: skip


def _card(reading: Reading, texts: Texts, today: date) -> dict[str, Any]:
    indicator, light = reading.indicator, light_of(reading)
    scale = Scale(indicator.measure_unit, indicator.decimals)
    review_on = "" if indicator.review_on is None else day(indicator.review_on, texts.locale)
    reviewed = "" if indicator.reviewed_at is None else moment(indicator.reviewed_at, texts.locale)
    pairs = (
        (N_("Décision qu’il permet"), indicator.decision),
        (N_("Dernière valeur"), _last(reading, texts) or ""),
        (N_("Phrase de lecture"), worded(reading.analysis.told.sentence, scale, texts.locale)),
        (N_("Doute"), ", ".join(doubts_of(reading, today, texts))),
        (N_("Responsable"), indicator.owner.name),
        (N_("Dernière revue"), " — ".join(filter(None, (reviewed, indicator.review_note)))),
        (N_("À revoir le"), review_on),
    )
    return {
        "title": indicator.title,
        "reference": indicator.reference,
        "light": {
            "tone": PRINT_TONES.get(light, "plain"),
            "label": texts.translate(light.label),
        },
        "pairs": [(texts.translate(name), value) for name, value in pairs if value],
    }


def doubts_of(reading: Reading, today: date, texts: Texts | None = None) -> tuple[str, ...]:
    """Return the reasons to doubt an indicator that is followed: codes, or words in a language."""
    indicator = reading.indicator
    if _is_dropped(reading):
        return ()
    reviewed = Reviewed(
        decision=indicator.decision,
        value_count=len(reading.entries),
        open_signals=reading.open_signals,
        review_on=indicator.review_on,
    )
    found = doubts(reviewed, today)
    return tuple(each.value if texts is None else texts.translate(each.label) for each in found)


def _is_dropped(reading: Reading) -> bool:
    return reading.indicator.status is IndicatorStatus.DROPPED


def _last(reading: Reading, texts: Texts) -> str | None:
    indicator = reading.indicator
    last = last_of(reading.analysis, indicator.direction)
    scale = Scale(indicator.measure_unit, indicator.decimals)
    return None if last is None else amount(last.value, scale, texts.locale)


def _row(reading: Reading, texts: Texts, today: date) -> Sequence[Cell]:
    indicator = reading.indicator
    return (
        indicator.reference,
        indicator.title,
        texts.translate(indicator.status.label),
        indicator.purpose,
        indicator.decision,
        indicator.owner.name,
        _last(reading, texts),
        texts.translate(light_of(reading).label),
        len(reading.entries),
        reading.open_signals,
        None if indicator.review_on is None else day(indicator.review_on, texts.locale),
        None if indicator.reviewed_at is None else moment(indicator.reviewed_at, texts.locale),
        indicator.review_note,
        ", ".join(doubts_of(reading, today, texts)),
        indicator.dropped_reason,
        None,
    )


COLUMNS = (
    (N_("Référence"), 14),
    (N_("Indicateur"), 40),
    (N_("Statut"), 12),
    (N_("But"), 40),
    (N_("Décision qu’il permet"), 50),
    (N_("Responsable"), 24),
    (N_("Dernière valeur"), 16),
    (N_("Lecture"), 18),
    (N_("Valeurs"), 10),
    (N_("Signaux à expliquer"), 12),
    (N_("À revoir le"), 18),
    (N_("Dernière revue"), 24),
    (N_("Ce que la revue conclut"), 40),
    (N_("Doute"), 40),
    (N_("Raison de l’abandon"), 40),
    (N_("Décision : garder, changer, abandonner"), 40),
)
_WORDS = {
    "page": N_("Page"),
    "title": N_("Revue des indicateurs"),
    "kind": N_("Fiche de revue"),
    "intro": N_("Un indicateur qui ne décide rien coûte sans rapporter. Pour chacun, tranchez : "
                "garder, changer ou abandonner."),
    "sure": N_("Ils décident quelque chose"),
    "sure_tile": N_("décident quelque chose"),
    "sure_none": N_("Aucun indicateur n’est sûr aujourd’hui."),
    "doubted": N_("À trancher"),
    "doubted_tile": N_("à trancher"),
    "doubted_none": N_("Aucun doute aujourd’hui."),
    "dropped": N_("Abandonnés"),
    "dropped_tile": N_("abandonnés"),
    "dropped_none": N_("Aucun indicateur n’a été abandonné."),
    "keep": N_("Garder"),
    "change": N_("Changer"),
    "drop": N_("Abandonner"),
    "decided": N_("Décidé :"),
    "reference": N_("Référence"),
    "indicator": N_("Indicateur"),
    "when": N_("Abandonné le"),
    "reason": N_("Raison"),
    "signed": N_("Date, participants et signature"),
}  # fmt: skip
