"""Writing indicator cards. Each function is one act; none commits."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import Conflict, refuse_all
from qse_audit.indicators.library import LibraryIndicator
from qse_audit.indicators.library import card_of as library_card
from qse_audit.indicators.models import Indicator
from qse_audit.indicators.queries import aim_of, card_of, definition_of, neighbours
from qse_audit.indicators.rules import (
    Aim,
    CardDraft,
    Definition,
    VariableDraft,
    aim_texts,
    aimed,
    carded,
    defined,
    definition_texts,
    differences,
    writing_refusals,
)
from qse_audit.indicators.services.computing import lock, recompute, set_awaited
from qse_audit.indicators.services.signals import watch_all
from qse_audit.indicators.services.writing import (
    as_texts,
    begin,
    closed_refusals,
    foreign_refusals,
    frequency_refusals,
    is_free,
    record_act,
    renamed_refusals,
    short_name_refusals,
    tolerance_refusals,
    write_aim,
    write_card,
    write_definition,
)
from qse_audit.policies import Identity


def create_indicator(
    session: Session, draft: CardDraft, *, actor: Identity, now: datetime
) -> Indicator:
    """Make a card from scratch, as a draft.

    :raises Refused: with every reason.
    """
    indicator = begin(session, draft, actor=actor, now=now)
    record_act(session, indicator, "create", actor=actor, now=now)
    return indicator


def adopt_indicator(
    session: Session,
    shipped: LibraryIndicator,
    draft: CardDraft,
    *,
    actor: Identity,
    now: datetime,
) -> Indicator:
    """Make a card from one of the library, as a draft; what is the firm’s own is empty.

    :raises Refused: with every reason.
    """
    found = library_card(shipped, actor.locale)
    indicator = begin(session, draft, actor=actor, now=now)
    indicator.library_key = shipped.identifier
    taken = neighbours(
        session, indicator.organisation_id, indicator.frequency, except_id=indicator.id
    )
    definition = Definition(
        formula=found.formula,
        unit=found.unit,
        decimals=shipped.digits,
        code=found.code if is_free(session, indicator, found.code) else "",
        variables=tuple(
            VariableDraft(
                name=each.name,
                label=each.label,
                unit=each.unit,
                definition=each.definition,
                aggregation=each.aggregation,
                minimum=each.minimum,
                maximum=each.maximum,
                is_whole=each.is_whole,
                automatic=source.automatic,
            )
            for each, source in zip(found.variables, shipped.variables, strict=True)
        ),
    )
    refuse_all(writing_refusals(defined(card_of(indicator), definition), taken))
    write_definition(indicator, definition)
    session.flush()
    record_act(
        session, indicator, "adopt", actor=actor, now=now, data={"library": shipped.identifier}
    )
    return indicator


def edit_indicator(
    session: Session, indicator: Indicator, draft: CardDraft, *, actor: Identity, now: datetime
) -> None:
    """Change what a card says of itself.

    :raises Refused: with every reason.
    """
    today = day_in_paris(now)
    others = neighbours(session, indicator.organisation_id, draft.frequency, except_id=indicator.id)
    card = carded(card_of(indicator), draft)
    refuse_all((
        *closed_refusals(indicator),
        *frequency_refusals(session, indicator, draft),
        *foreign_refusals(session, draft, indicator.organisation_id, known=indicator),
        *writing_refusals(card, others),
    ))  # fmt: skip
    before = as_texts(indicator)
    write_card(indicator, draft, today)
    session.flush()
    fields = differences(before, as_texts(indicator))
    if fields:
        session.expire(indicator, ["owner"])
        set_awaited(session, indicator)
        record_act(session, indicator, "edit", actor=actor, now=now, data={"fields": list(fields)})


def define_indicator(
    session: Session,
    indicator: Indicator,
    definition: Definition,
    *,
    version: int | None,
    actor: Identity,
    now: datetime,
) -> None:
    """Change the formula and its variables; every result is computed again.

    :raises Refused: with every reason.
    :raises Conflict: if ``version`` is not the stored one any more.
    """
    before = definition_texts(definition_of(indicator))
    after = definition_texts(definition)
    check_version(indicator, version, theirs=before, yours=after)
    others = neighbours(
        session, indicator.organisation_id, indicator.frequency, except_id=indicator.id
    )
    refuse_all((
        *closed_refusals(indicator),
        *short_name_refusals(session, indicator, definition),
        *renamed_refusals(session, indicator, definition),
        *writing_refusals(defined(card_of(indicator), definition), others),
    ))  # fmt: skip
    fields = differences(before, after)
    if not fields:
        return
    lock(session, [indicator])
    write_definition(indicator, definition)
    session.flush()
    changed = recompute(session, indicator, now=now)
    set_awaited(session, indicator)
    record_act(session, indicator, "define", actor=actor, now=now,
            data={"fields": list(fields)}, note=definition.formula)  # fmt: skip
    watch_all(session, [indicator, *changed], now=now)


def aim_indicator(
    session: Session,
    indicator: Indicator,
    aim: Aim,
    *,
    version: int | None,
    actor: Identity,
    now: datetime,
) -> None:
    """Change the target path, the limits and what is done when they are passed.

    :raises Refused: with every reason.
    :raises Conflict: if ``version`` is not the stored one any more.
    """
    before, after = aim_texts(aim_of(indicator)), aim_texts(aim)
    check_version(indicator, version, theirs=before, yours=after)
    refuse_all((
        *closed_refusals(indicator),
        *tolerance_refusals(aim.tolerance),
        *writing_refusals(aimed(card_of(indicator), aim), None if not indicator.formula else
                          neighbours(session, indicator.organisation_id, indicator.frequency,
                                     except_id=indicator.id)),
    ))  # fmt: skip
    fields = differences(before, after)
    if not fields:
        return
    write_aim(indicator, aim)
    session.flush()
    record_act(session, indicator, "aim", actor=actor, now=now, data={"fields": list(fields)})


def check_version(
    indicator: Indicator,
    version: int | None,
    *,
    theirs: Mapping[str, str],
    yours: Mapping[str, str],
) -> None:
    """Refuse to write over what somebody else wrote in between.

    :raises Conflict: with both texts.
    """
    if version is not None and version != indicator.version:
        raise Conflict(theirs=theirs, yours=yours)
