"""The indicators delivered in ``referentiels/indicateurs``: ready-made cards to start from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from qse_audit.core.errors import BadInput
from qse_audit.core.expressions import Aggregation
from qse_audit.core.numbers import parse_number
from qse_audit.core.periods import Frequency
from qse_audit.core.series import Direction
from qse_audit.core.text import LOCALES, Localized, pick
from qse_audit.indicators.rules import (
    AutomaticSource,
    Card,
    CardDraft,
    Chart,
    IndicatorDomain,
    Timing,
    Variable,
)
from qse_audit.paths import referentials_dir
from qse_audit.referentials.formats import yaml_text
from qse_audit.referentials.formats.yaml_text import Cursor

FORMAT = "qse-audit/indicators/1"
TEXT_MAX, WORD_MAX = 4000, 64


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryVariable:
    """One quantity of a formula, in every language."""

    name: str
    label: Localized
    unit: Localized
    definition: Localized
    aggregation: Aggregation
    minimum: Fraction | None
    maximum: Fraction | None
    is_whole: bool
    automatic: AutomaticSource | None
    """What our own records count, when they can."""


@dataclass(frozen=True, slots=True)
class Example:
    """Values and what the formula makes of them; ``None``: not computable."""

    values: Mapping[str, Fraction]
    result: Fraction | None
    """Rounded as the indicator is shown."""


@dataclass(frozen=True, slots=True)
class TypicalTarget:
    """A value that the trade often aims at, with what it is worth."""

    value: Fraction
    text: Localized
    is_to_be_confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryIndicator:
    """One indicator of the library, in every language."""

    identifier: str
    code: str
    name: Localized
    domain: IndicatorDomain
    purpose: Localized
    decision: Localized
    formula: str
    unit: Localized
    digits: int
    """How many decimals are shown."""
    scale: int | None
    """The factor in the formula that makes the number readable: 1,000,000 hours."""
    direction: Direction
    timing: Timing
    frequency: Frequency
    chart: Chart
    variables: tuple[LibraryVariable, ...]
    traps: tuple[Localized, ...]
    source: Localized
    is_to_be_confirmed: bool
    targets: tuple[TypicalTarget, ...]
    examples: tuple[Example, ...]


def shipped() -> tuple[LibraryIndicator, ...]:
    """Return all indicators that are delivered, file by file."""
    paths = sorted((referentials_dir() / "indicateurs").glob("*.yaml"))
    return tuple(found for path in paths for found in read_library(path.read_bytes()))


def read_library(content: bytes) -> tuple[LibraryIndicator, ...]:
    """Return the indicators in a file.

    :raises BadInput: at the first thing that is wrong, with line and key path.
    """
    top = Cursor(yaml_text.load(yaml_text.decode(content))).mapping()
    top.get("format").one_of(FORMAT)
    return tuple(_indicator(item.mapping()) for item in top.get("indicators").items())


def card_of(indicator: LibraryIndicator, locale: str) -> Card:
    """Return the card that adopting ``indicator`` starts with; what is the firm’s own is empty."""
    return Card(
        code=indicator.code,
        name=pick(indicator.name, locale),
        domain=indicator.domain,
        direction=indicator.direction,
        timing=indicator.timing,
        frequency=indicator.frequency,
        chart=indicator.chart,
        formula=indicator.formula,
        unit=pick(indicator.unit, locale),
        variables=tuple(
            Variable(
                name=variable.name,
                label=pick(variable.label, locale),
                unit=pick(variable.unit, locale),
                definition=pick(variable.definition, locale),
                aggregation=variable.aggregation,
                minimum=variable.minimum,
                maximum=variable.maximum,
                is_whole=variable.is_whole,
            )
            for variable in indicator.variables
        ),
        purpose=pick(indicator.purpose, locale),
        decision=pick(indicator.decision, locale),
        biases="\n".join(pick(trap, locale) for trap in indicator.traps),
    )


def adoption(
    indicator: LibraryIndicator,
    locale: str,
    *,
    title: str,
    owner_id: int,
    process_id: int | None = None,
) -> CardDraft:
    """Return the draft of a card made from ``indicator``, for its new owner to complete."""
    return CardDraft(
        title=title or pick(indicator.name, locale),
        domain=indicator.domain,
        owner_id=owner_id,
        process_id=process_id,
        frequency=indicator.frequency,
        direction=indicator.direction,
        timing=indicator.timing,
        chart=indicator.chart,
        purpose=pick(indicator.purpose, locale),
        decision=pick(indicator.decision, locale),
        biases="\n".join(pick(trap, locale) for trap in indicator.traps),
    )


def _indicator(at: Cursor) -> LibraryIndicator:
    scale = at.get("scale")
    return LibraryIndicator(
        identifier=at.get("id").text(most=WORD_MAX),
        code=at.get("code").text(most=WORD_MAX, required=False),
        name=_localized(at.get("name")),
        domain=IndicatorDomain(at.get("domain").one_of(*IndicatorDomain)),
        purpose=_localized(at.get("purpose")),
        decision=_localized(at.get("decision")),
        formula=at.get("formula").text(most=2000),
        unit=_localized(at.get("unit")),
        digits=at.get("digits").whole(least=0, most=6, default=0),
        scale=None if scale.is_missing else scale.whole(least=1, most=10**9 - 1, default=1),
        direction=Direction(at.get("direction").one_of(*Direction)),
        timing=Timing(at.get("timing").one_of(*Timing)),
        frequency=Frequency(at.get("frequency").one_of(*Frequency)),
        chart=Chart(at.get("chart").one_of(*Chart)),
        variables=tuple(_variable(item.mapping()) for item in at.get("variables").items()),
        traps=tuple(_localized(item) for item in at.get("traps").items()),
        source=_localized(at.get("source")),
        is_to_be_confirmed=at.get("to_be_confirmed").truth(default=False),
        targets=tuple(_target(item.mapping()) for item in at.get("targets").items()),
        examples=tuple(_example(item.mapping()) for item in at.get("examples").items()),
    )


def _variable(at: Cursor) -> LibraryVariable:
    automatic = at.get("automatic")
    return LibraryVariable(
        name=at.get("name").text(most=WORD_MAX),
        label=_localized(at.get("label")),
        unit=_localized(at.get("unit")),
        definition=_localized(at.get("definition")),
        aggregation=Aggregation(at.get("aggregation").one_of(*Aggregation)),
        minimum=_number(at.get("minimum")),
        maximum=_number(at.get("maximum")),
        is_whole=at.get("whole").truth(default=False),
        automatic=None
        if automatic.is_missing
        else AutomaticSource(automatic.one_of(*AutomaticSource)),
    )


def _target(at: Cursor) -> TypicalTarget:
    return TypicalTarget(
        _required(at.get("value")),
        _localized(at.get("text")),
        at.get("to_be_confirmed").truth(default=False),
    )


def _example(at: Cursor) -> Example:
    values = {name: _required(cell) for name, cell in at.get("values").entries()}
    return Example(values, _number(at.get("result")))


def _number(at: Cursor) -> Fraction | None:
    """Return the number here; ``None`` for none."""
    return None if at.is_missing else _required(at)


def _required(at: Cursor) -> Fraction:
    """Return the number here."""
    try:
        return parse_number(at.text(most=WORD_MAX), "fr")
    except BadInput as error:
        raise at.wrong(error.message) from error


def _localized(at: Cursor) -> dict[str, str]:
    at.mapping(frozenset(LOCALES))
    return dict(_languages(at))


def _languages(at: Cursor) -> Iterator[tuple[str, str]]:
    for locale in LOCALES:
        yield locale, at.get(locale).text(most=TEXT_MAX)
