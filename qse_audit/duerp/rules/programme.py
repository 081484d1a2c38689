"""The measures to come: a yearly programme (PAPRIPACT) from fifty employees, a list below. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qse_audit.core.errors import Refusal
from qse_audit.core.text import N_, Coded, Message
from qse_audit.duerp.rules.codes import HOUSE, MOST_COST_EUROS, PROGRAMME, TEXT_MAX
from qse_audit.duerp.rules.headcount import Duties

NO_MEASURE = Refusal(
    "programme_empty",
    N_(
        "Le programme annuel ne contient aucune mesure : demandez au moins une action sur une "
        "ligne du document unique."
    ),
    PROGRAMME,
)


class Gap(Coded):
    """What a measure of the programme lacks."""

    CONDITIONS = "conditions", N_("conditions d’exécution")
    RESULT = "result", N_("indicateur de résultat")
    COST = "cost", N_("estimation du coût")
    CALENDAR = "calendar", N_("calendrier")
    RESPONSIBLE = "responsible", N_("responsable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure of prevention to be taken, with what the programme says of it."""

    action_id: int
    reference: str
    title: str
    line_keys: tuple[str, ...] = ()
    """The lines of the DUERP that it answers."""
    conditions: str = ""
    result_indicator: str = ""
    cost_euros: Decimal | None = None
    """0 for what costs nothing; ``None``: not estimated."""
    starts_on: date | None = None
    due_on: date | None = None
    responsible: str = ""
    principle: str = ""
    """The general principle of prevention that it applies, as a code."""

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Return what it lacks for the yearly programme."""
        checks = (
            (Gap.CONDITIONS, bool(self.conditions.strip())),
            (Gap.RESULT, bool(self.result_indicator.strip())),
            (Gap.COST, self.cost_euros is not None),
            (Gap.CALENDAR, self.starts_on is not None and self.due_on is not None),
            (Gap.RESPONSIBLE, bool(self.responsible.strip())),
        )
        return tuple(gap for gap, is_there in checks if not is_there)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureDraft:
    """What people write about a measure."""

    conditions: str = ""
    result_indicator: str = ""
    cost_euros: Decimal | None = None
    starts_on: date | None = None


def programme_refusals(measures: Sequence[Measure], duties: Duties) -> tuple[Refusal, ...]:
    """Return every reason why the programme is not whole; none below fifty employees."""
    if not duties.needs_programme:
        return ()
    if not measures:
        return (NO_MEASURE,)
    return tuple(_incomplete(measures))


def _incomplete(measures: Sequence[Measure]) -> Iterator[Refusal]:
    for each in measures:
        if each.gaps:
            told = N_(
                "%(reference)s « %(title)s » : il manque %(gaps)s.",
                reference=each.reference,
                title=each.title,
                gaps=listed([gap.label for gap in each.gaps]),
            )
            yield Refusal("measure_incomplete", told, PROGRAMME)


def listed(labels: Sequence[Message]) -> Message:
    """Return names in one line, to be translated one by one."""
    if len(labels) == 1:
        return labels[0]
    return N_("%(first)s, %(others)s", first=labels[0], others=listed(labels[1:]))


def draft_refusals(draft: MeasureDraft, *, due_on: date) -> list[Refusal]:
    """Return what cannot be written about a measure; what is missing may come later."""
    refusals = []
    cost = draft.cost_euros
    if cost is not None and not 0 <= cost <= MOST_COST_EUROS:
        refusals.append(
            Refusal("cost_out_of_range", N_("Un coût est un montant en euros, 0 ou plus."), HOUSE)
        )
    if draft.starts_on is not None and draft.starts_on > due_on:
        told = N_("La mesure commencerait après son échéance (%(day)s).", day=f"{due_on:%d/%m/%Y}")
        refusals.append(Refusal("starts_after_due", told, HOUSE))
    if max(len(draft.conditions), len(draft.result_indicator)) > TEXT_MAX:
        refusals.append(
            Refusal("too_long", N_("Au plus %(most)d caractères.", most=TEXT_MAX), HOUSE)
        )
    return refusals


def total_cost(measures: Sequence[Measure]) -> tuple[Decimal | None, int]:
    """Return the sum of what is estimated, ``None`` when nothing is, and how many are not."""
    known = [each.cost_euros for each in measures if each.cost_euros is not None]
    return (sum(known, Decimal(0)) if known else None), len(measures) - len(known)
