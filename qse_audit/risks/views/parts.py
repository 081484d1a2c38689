"""What several pages about risks are made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from qse_audit.accounts.queries import people_of, sites_of
from qse_audit.core.canonical import canonical_json
from qse_audit.core.text import pick
from qse_audit.processes.queries import processes_of
from qse_audit.risks.models import Risk, RiskAnalysis
from qse_audit.risks.rules import METHODS, Kind, RiskRank, Scale, rate, scale_from
from qse_audit.risks.rules.results import SCORE, band_table, result
from qse_audit.risks.rules.tables import ReadLine
from qse_audit.web.database import session
from qse_audit.web.i18n import locale, translate
from qse_audit.web.sign_in import identity

SEPARATOR = " › "
"""Between the titles of a path."""


def choices() -> dict[str, list[tuple[int, str]]]:
    """Return the processes, sites and people that an analysis may name."""
    here = identity().organisation_id
    return {
        "processes": [(each.id, each.name) for each in processes_of(session(), here)],
        "sites": [(each.id, each.name) for each in sites_of(session(), here)],
        "people": [(each.id, each.name) for each in people_of(session(), here)],
    }


def scale_of(data: Mapping[str, Any]) -> Scale:
    """Return a stored scale; the same one is read once."""
    return _scale(canonical_json(dict(data)))


@lru_cache(maxsize=64)
def _scale(raw: bytes) -> Scale:
    import json

    return scale_from(json.loads(raw))


@dataclass(frozen=True, slots=True)
class Shown:
    """A rating in words: “12 · À traiter”, with the look of its rank."""

    text: str
    label: str
    tone: str
    symbol: str


TONES = {
    RiskRank.LOW: ("success", "chevron-down"),
    RiskRank.MEDIUM: ("warning", "chevron-up"),
    RiskRank.HIGH: ("danger", "chevron-double-up"),
}
"""The tone and shape of each rank: colour is never alone."""


def shown_rating(
    scale: Scale, score: int | str | None, band: str | None, language: str
) -> Shown | None:
    """Return a stored rating in words; ``None`` for what is not rated."""
    if band is None:
        return None
    found = scale.band(band)
    tone, symbol = TONES[found.rank]
    label = pick(found.label, language)
    return Shown(translate(result(scale, score, label)), label, tone, symbol)


@dataclass(frozen=True, slots=True)
class Results:
    """What notes come to, for a page that shows it while they are typed."""

    table: str
    """The place of the band of each set of notes, as digits."""
    axes: Sequence[tuple[str, tuple[int, ...]]]
    """The code and the notes of each criterion."""
    levels: Sequence[Shown]
    """Each band in words, the product left open."""
    unless: Sequence[str]
    """Columns that may raise a level whatever the notes."""


def results_of(data: Mapping[str, Any]) -> Results | None:
    """Return what the notes of a stored scale come to; ``None`` where they are too many."""
    scale, language, table = scale_of(data), locale(), _table(canonical_json(dict(data)))
    shown = (shown_rating(scale, SCORE, band.code, language) for band in scale.bands)
    axes = [(each.code, each.values) for each in scale.criteria]
    unless = ["overrides"] if scale.overrides else []
    return Results(table, axes, [each for each in shown if each], unless) if table else None


@lru_cache(maxsize=64)
def _table(raw: bytes) -> str:
    return band_table(_scale(raw))


def shown_notes(scale: Scale, notes: Mapping[str, int] | None) -> str:
    """Return notes behind their letters: “S 8 · O 3 · D 6”; ``""`` for none."""
    return " · ".join(f"{each.letter} {notes[each.code]}" for each in scale.criteria if notes)


def raised_by(scale: Scale, risk: Risk, language: str) -> list[str]:
    """Return why a line stands higher than its notes alone would put it."""
    overrides = tuple(risk.details.get("overrides", ()))
    found = rate(scale, risk.notes or {}, overrides)
    return [pick(reason, language) for reason in found.reasons] if found else []


def shown_ratings(analysis: RiskAnalysis, lines: Sequence[ReadLine]) -> list[Shown | None]:
    """Return what the notes of lines that were read come to, in words."""
    scale, language = scale_of(analysis.scale), locale()
    ratings = [
        rate(scale, line.values, tuple(line.draft.details.get("overrides", ())))  # type: ignore[arg-type]  # flags
        for line in lines
    ]
    return [
        shown_rating(scale, each.score, each.band.code, language) if each else None
        for each in ratings
    ]


def words_of(method: Any, code: str, value: Any) -> str:
    """Return a value of a line as people read it: the labels of its codes."""
    column = METHODS[method].column(code)
    if value in (None, "", []):
        return ""
    if column is None or column.choices is None:
        return str(value)
    labels = {choice.value: choice.label for choice in column.choices}
    codes = value if column.kind is Kind.FLAGS else [value]
    return ", ".join(translate(labels[each]) if each in labels else str(each) for each in codes)
