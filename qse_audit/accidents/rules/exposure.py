"""Hours worked and headcount of a month: what may be entered, and which row holds. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from qse_audit.accidents.rules.rates import NOT_ENTERED, Worked
from qse_audit.core.errors import Refusal
from qse_audit.core.periods import Period
from qse_audit.core.text import N_

MOST_HOURS_EACH = 744
"""Hours of the longest month: nobody works more."""
MOST_PEOPLE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureDraft:
    """What is entered for one month, of one site or of the whole organisation."""

    month: Period
    site_id: int | None
    hours: Decimal
    headcount: Decimal | None = None
    covers_temporary: bool = False
    incapacity_pct: Decimal | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row as recorded; the last of a month and site holds."""

    month: Period
    site_id: int | None
    worked: Worked


def exposure_refusals(
    draft: ExposureDraft, *, current: Period, is_correction: bool
) -> tuple[Refusal, ...]:
    """Return every reason why the hours of a month cannot be entered so."""
    found = []
    if draft.month > current:
        found.append(Refusal("month", N_("Ce mois n’a pas commencé.")))
    if draft.hours < 0:
        found.append(Refusal("hours", N_("Les heures travaillées ne sont pas négatives.")))
    if draft.headcount is not None and not 0 <= draft.headcount <= MOST_PEOPLE:
        found.append(Refusal("headcount", N_("L’effectif ne peut pas être celui-là.")))
    elif draft.headcount is not None and draft.hours > draft.headcount * MOST_HOURS_EACH:
        more = N_(
            "Plus de %(most)d heures par personne dans le mois : vérifiez les heures et "
            "l’effectif.",
            most=MOST_HOURS_EACH,
        )
        found.append(Refusal("hours", more))
    if draft.incapacity_pct is not None and draft.incapacity_pct < 0:
        found.append(Refusal("incapacity_pct", N_("Un taux d’incapacité n’est pas négatif.")))
    if is_correction and not draft.note.strip():
        found.append(Refusal("note", N_("Ce mois est déjà saisi : dites pourquoi il change.")))
    return tuple(found)


def worked_of(entries: Iterable[Entry], site_id: int | None = None) -> Mapping[Period, Worked]:
    """Return what was worked in each month, of one site or of the whole organisation.

    ``entries`` in the order of recording. For the whole, a row of the whole stands before the rows
    of the sites; these are added up once every site that ever had hours has them.
    """
    last: dict[tuple[Period, int | None], Worked] = {}
    for entry in entries:
        last[entry.month, entry.site_id] = entry.worked
    if site_id is not None:
        return {month: worked for (month, site), worked in last.items() if site == site_id}
    sites = {site for _, site in last if site is not None}
    found: dict[Period, Worked] = {}
    for month in {month for month, _ in last}:
        whole = last.get((month, None))
        found[month] = whole or _together([last.get((month, site)) for site in sorted(sites)])
    return found


def _together(parts: list[Worked | None]) -> Worked:
    """Return the sites of a month as one; what one of them lacks is not known of the whole."""
    told = [part or NOT_ENTERED for part in parts]
    return Worked(
        hours=_sum([each.hours for each in told]),
        headcount=_sum([each.headcount for each in told]),
        covers_temporary=all(each.covers_temporary for each in told),
        incapacity_pct=_sum([each.incapacity_pct for each in told]),
    )


def _sum(values: list[Fraction | None]) -> Fraction | None:
    if not values or any(value is None for value in values):
        return None
    return sum((value or Fraction(0) for value in values), Fraction(0))
