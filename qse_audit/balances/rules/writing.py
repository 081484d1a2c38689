"""What the author of a balance writes, and what keeps it from being frozen. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from qse_audit.balances.rules.codes import (
    HOUSE,
    LONGEST_DAYS,
    NO_DOMAIN,
    PERIOD_BACKWARDS,
    PERIOD_TOO_LONG,
    BalanceDomain,
    BalanceStatus,
    Section,
)
from qse_audit.balances.rules.facts import Facts
from qse_audit.balances.rules.spans import Span
from qse_audit.core.errors import Refusal
from qse_audit.core.permissions import Permission
from qse_audit.core.text import N_, Message
from qse_audit.core.workflow import Guard, Transition, Workflow

FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2150, 12, 31)
OUT_OF_TIME = Refusal("period_out_of_time", N_("La période se situe entre 1950 et 2150."))
NOT_BEGUN = Refusal("not_begun", N_("La période n’a pas commencé : il n’y a rien à compter."))
NO_CONCLUSION = Refusal(
    "no_conclusion",
    N_("Écrivez la conclusion : ce que l’on retient de la période."),
    N_("ISO 9001:2015, 9.1.3"),
)
NO_SALIENT = Refusal(
    "no_salient",
    N_("Retenez au moins un fait marquant : les propositions de politique s’appuieront dessus."),
    HOUSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceDraft:
    """What people write about a balance as a whole."""

    title: str
    from_on: date
    until_on: date
    site_ids: frozenset[int] = frozenset()
    domains: tuple[BalanceDomain, ...] = tuple(BalanceDomain)

    @property
    def span(self) -> Span:
        """Return the period."""
        return Span(self.from_on, self.until_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingDraft:
    """What the author reads in one section."""

    comment: str = ""
    strengths: str = ""
    weaknesses: str = ""
    salient: tuple[str, ...] = ()
    """The keys of the figures that are kept as salient."""
    offered: frozenset[str] = frozenset()
    """The keys of all figures of the section: what is salient elsewhere stays so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is stored of a section; ``version`` 0: nothing yet."""

    comment: str = ""
    strengths: str = ""
    weaknesses: str = ""
    version: int = 0

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was written."""
        return not (self.comment or self.strengths or self.weaknesses)


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceFacts:
    """What the workflow may know."""

    today: date
    until_on: date
    has_conclusion: bool = False
    salient_count: int = 0
    unread: Mapping[Section, Message] = field(default_factory=dict)
    """The sections where a figure moved the wrong way without a comment, with these figures."""


def draft_refusals(draft: BalanceDraft, today: date) -> list[Refusal]:
    """Return what a balance cannot be."""
    if draft.from_on < FIRST_DAY or draft.until_on > LAST_DAY:
        return [OUT_OF_TIME]
    if draft.from_on > draft.until_on:
        return [PERIOD_BACKWARDS]
    if draft.from_on > today:
        return [NOT_BEGUN]
    refusals = [PERIOD_TOO_LONG] if draft.span.days > LONGEST_DAYS else []
    return refusals if draft.domains else [*refusals, NO_DOMAIN]


def unread(facts: Facts, readings: Mapping[Section, Reading]) -> dict[Section, Message]:
    """Return the sections that ask for a comment and have none, with the figures that ask."""
    return {
        section: _listed([each.label for each in worse])
        for section in Section
        if (worse := facts.worse(section)) and not readings.get(section, Reading()).comment.strip()
    }


def _listed(labels: Sequence[str]) -> Message:
    """Return names in one line, to be translated one by one."""
    first = Message(labels[0], {})
    if len(labels) == 1:
        return first
    return N_("%(first)s, %(others)s", first=first, others=_listed(labels[1:]))


def is_over(facts: BalanceFacts) -> Refusal | None:
    """Refuse to freeze a period that is not over: its facts would still change."""
    if facts.until_on < facts.today:
        return None
    day = f"{facts.until_on:%d/%m/%Y}"
    told = N_("La période n’est pas finie : arrêtez le bilan après le %(day)s.", day=day)
    return Refusal("not_over", told, HOUSE)


def is_concluded(facts: BalanceFacts) -> Refusal | None:
    """Refuse to freeze facts of which nothing is said."""
    return None if facts.has_conclusion else NO_CONCLUSION


def is_salient(facts: BalanceFacts) -> Refusal | None:
    """Refuse to freeze a balance of which nothing is kept."""
    return None if facts.salient_count else NO_SALIENT


def is_read(section: Section) -> Guard[BalanceFacts]:
    """Return the guard that asks for a comment on what gets worse in one section, naming it."""

    def guard(facts: BalanceFacts) -> Refusal | None:
        if section not in facts.unread:
            return None
        told = N_(
            "« %(section)s » : commentez ce qui se dégrade (%(figures)s).",
            section=section.label,
            figures=facts.unread[section],
        )
        return Refusal(f"unread_{section}", told, HOUSE)

    return guard


BALANCE_WORKFLOW: Workflow[BalanceStatus, BalanceFacts] = Workflow(
    initial=BalanceStatus.DRAFT,
    transitions=(
        Transition(
            name="freeze",
            label=N_("Arrêter le bilan"),
            sources=frozenset({BalanceStatus.DRAFT}),
            target=BalanceStatus.FROZEN,
            permission=Permission.BALANCE_FREEZE,
            guards=(is_over, is_concluded, *map(is_read, Section), is_salient),
        ),
    ),
)
"""From what is prepared to what never changes; a revision is another balance."""
