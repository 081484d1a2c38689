"""Writing cards, moving them, entering values: what is stored, refused, recorded."""

from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from qse_audit.core.clock import now
from qse_audit.core.errors import Conflict, Refused
from qse_audit.core.periods import Frequency, Period
from qse_audit.core.permissions import Kind
from qse_audit.db.trail import Event, EventText
from qse_audit.indicators import services
from qse_audit.indicators.library import adoption, shipped
from qse_audit.indicators.models import Correction, Indicator, Measurement
from qse_audit.indicators.rules import Aim, Definition, IndicatorStatus, VariableDraft
from tests.factories import today
from tests.indicators.factories import (
    ACCIDENTS,
    HOURS,
    MONTH,
    TF1,
    entry,
    make_aim,
    make_card,
    make_indicator,
    measure,
)

LAST = MONTH.previous


def codes(refused) -> set[str]:
    return {each.code for each in refused.value.refusals}


def stored(session, indicator, period=LAST) -> Measurement:
    session.expire_all()
    return session.scalars(
        select(Measurement).where(
            Measurement.indicator_id == indicator.id, Measurement.period_on == period.starts_on
        )
    ).one()


def verbs(session, indicator) -> list[str]:
    return list(
        session.scalars(
            select(Event.verb)
            .where(Event.subject_kind == Kind.INDICATOR.value, Event.subject_id == indicator.id)
            .order_by(Event.id)
        )
    )


# --- cards ---


def test_a_card_from_scratch_is_a_draft_with_a_reference(session, cast):
    made = services.create_indicator(session, make_card(cast.bob), actor=cast.claire, now=now())
    assert made.status is IndicatorStatus.DRAFT
    assert made.reference == f"IND-{today().year}-001"
    assert verbs(session, made) == ["indicator.create"]


@pytest.mark.parametrize("shelf", shipped(), ids=lambda each: each.identifier)
def test_every_card_of_the_library_can_be_adopted(session, cast, shelf):
    draft = adoption(shelf, "fr", title="", owner_id=cast.bob.user_id)
    made = services.adopt_indicator(session, shelf, draft, actor=cast.claire, now=now())
    assert (made.formula, made.library_key) == (shelf.formula, shelf.identifier)
    assert {v.name for v in made.variables} == {v.name for v in shelf.variables}
    assert made.biases


def test_a_short_name_that_is_taken_is_left_out_when_adopting(session, cast):
    shelf = next(each for each in shipped() if each.code == "TF1")
    draft = adoption(shelf, "fr", title="", owner_id=cast.bob.user_id)
    first = services.adopt_indicator(session, shelf, draft, actor=cast.claire, now=now())
    second = services.adopt_indicator(session, shelf, draft, actor=cast.claire, now=now())
    assert (first.short_name, second.short_name) == ("TF1", "")


def test_an_owner_of_elsewhere_is_refused(session, cast):
    with pytest.raises(Refused) as refused:
        services.create_indicator(session, make_card(cast.david), actor=cast.claire, now=now())
    assert codes(refused) == {"owner_foreign"}


def test_a_formula_that_is_wrong_is_refused_with_its_character(session, cast):
    indicator = make_indicator(session, cast, active=False)
    wrong = Definition(
        formula="accidents * 1000000 / hueres", unit="x", variables=(ACCIDENTS, HOURS)
    )
    with pytest.raises(Refused) as refused:
        services.define_indicator(
            session, indicator, wrong, version=None, actor=cast.claire, now=now()
        )
    assert "formula_unknown_name" in codes(refused)
    assert any("23" in r.message and "heures" in r.message for r in refused.value.refusals)


def test_a_card_changed_in_between_is_a_conflict_with_both_texts(session, cast):
    indicator = make_indicator(session, cast, active=False)
    seen = indicator.version
    services.aim_indicator(
        session, indicator, make_aim(reaction_plan="Arrêt."),
        version=seen, actor=cast.claire, now=now(),
    )  # fmt: skip
    session.commit()
    with pytest.raises(Conflict) as conflict:
        services.aim_indicator(
            session, indicator, make_aim(reaction_plan="Appel."),
            version=seen, actor=cast.bob, now=now(),
        )  # fmt: skip
    assert conflict.value.theirs["reaction_plan"] == "Arrêt."
    assert conflict.value.yours["reaction_plan"] == "Appel."


def test_activation_says_everything_that_is_missing(session, cast):
    bare = make_card(cast.bob, purpose="", decision="", biases="", review_on=None)
    indicator = services.create_indicator(session, bare, actor=cast.claire, now=now())
    with pytest.raises(Refused) as refused:
        services.move_indicator(session, indicator, "activate", actor=cast.claire, now=now())
    assert codes(refused) >= {
        "purpose_missing", "decision_missing", "biases_missing", "review_on_missing",
        "formula_missing", "unit_missing", "target_missing",
    }  # fmt: skip
    assert indicator.status is IndicatorStatus.DRAFT


def test_following_awaits_the_first_period_and_dropping_awaits_nothing(session, cast):
    indicator = make_indicator(session, cast)
    first = MONTH.shift(-12)
    assert indicator.awaited_on == first.starts_on
    assert (indicator.due_on - first.ends_on).days == indicator.delay_days
    with pytest.raises(Refused) as refused:
        services.move_indicator(session, indicator, "drop", actor=cast.claire, now=now())
    assert codes(refused) == {"reason_missing"}
    services.move_indicator(
        session, indicator, "drop", reason="Ne décide rien.", actor=cast.claire, now=now()
    )
    session.commit()
    assert (indicator.status, indicator.due_on) == (IndicatorStatus.DROPPED, None)
    assert indicator.dropped_reason == "Ne décide rien."


def test_the_frequency_stays_once_there_are_values(session, cast):
    indicator = make_indicator(session, cast)
    measure(session, indicator, {LAST: {"accidents": 1, "heures": 16450}}, by=cast.bob)
    weekly = make_card(cast.bob, frequency=Frequency.WEEK)
    with pytest.raises(Refused) as refused:
        services.edit_indicator(session, indicator, weekly, actor=cast.claire, now=now())
    assert codes(refused) == {"frequency_in_use"}


# --- values ---


def test_one_accident_in_16450_hours_is_60_79(session, cast):
    indicator = make_indicator(session, cast)
    measure(session, indicator, {LAST: {"accidents": 1, "heures": 16450}}, by=cast.bob)
    row = stored(session, indicator)
    assert round(row.value, 2) == Decimal("60.79")
    assert (row.is_complete, row.entered_by_id) == (True, cast.bob.user_id)
    assert row.inputs == {"accidents": "1", "heures": "16450"}


def test_zero_hours_are_not_computable_and_never_zero(session, cast):
    indicator = make_indicator(session, cast)
    measure(session, indicator, {LAST: {"accidents": 0, "heures": 0}}, by=cast.bob)
    assert (stored(session, indicator).value, stored(session, indicator).is_complete) == (
        None,
        True,
    )


def test_a_period_without_all_its_numbers_is_not_complete(session, cast):
    indicator = make_indicator(session, cast)
    measure(session, indicator, {LAST: {"accidents": 1}}, by=cast.bob)
    assert not stored(session, indicator).is_complete
    measure(session, indicator, {LAST: {"heures": 16450}}, by=cast.bob)
    assert stored(session, indicator).is_complete
    assert session.query(Correction).count() == 0


def test_a_correction_needs_a_reason_and_keeps_what_was_there(session, cast):
    indicator = make_indicator(session, cast)
    measure(session, indicator, {LAST: {"accidents": 1, "heures": 16450}}, by=cast.bob)
    with pytest.raises(Refused) as refused:
        measure(session, indicator, {LAST: {"heures": 17000}}, by=cast.bob)
    assert codes(refused) == {"reason_missing"}
    session.rollback()
    measure(session, indicator, {LAST: {"heures": 17000}}, by=cast.claire, reason="Paie révisée")
    kept = session.query(Correction).one()
    assert kept.inputs_before == {"accidents": "1", "heures": "16450"}
    assert round(kept.value_before, 2) == Decimal("60.79")
    assert (kept.reason, kept.corrected_by_id) == ("Paie révisée", cast.claire.user_id)
    assert round(stored(session, indicator).value, 2) == Decimal("58.82")


def test_a_correction_never_changes_afterwards(session, cast):
    indicator = make_indicator(session, cast)
    measure(session, indicator, {LAST: {"accidents": 1, "heures": 16450}}, by=cast.bob)
    measure(session, indicator, {LAST: {"heures": 17000}}, by=cast.bob, reason="Paie")
    session.query(Correction).one().reason = "Autre"
    with pytest.raises(DBAPIError, match="append-only"):
        session.flush()


def test_the_same_values_again_change_nothing(session, cast):
    indicator = make_indicator(session, cast)
    values = {LAST: {"accidents": 1, "heures": 16450}}
    measure(session, indicator, values, by=cast.bob)
    before = verbs(session, indicator)
    done = measure(session, indicator, values, by=cast.bob)
    assert done == services.Entered(0, 0)
    assert verbs(session, indicator) == before


@pytest.mark.parametrize(
    ("period", "values", "code"),
    [
        (MONTH.next, {"heures": 1}, "period_to_come"),
        (LAST, {"heures": -5}, "value"),
        (LAST, {"accidents": "0.5"}, "value"),
        (LAST, {"inconnue": 1}, "unknown_variable"),
        (Period.of(Frequency.WEEK, LAST.starts_on), {"heures": 1}, "frequency"),
    ],
)
def test_what_cannot_be_is_refused(session, cast, period, values, code):
    indicator = make_indicator(session, cast)
    with pytest.raises(Refused) as refused:
        measure(session, indicator, {period: values}, by=cast.bob)
    assert codes(refused) == {code}
    session.rollback()
    assert session.query(Measurement).count() == 0


def test_a_period_given_twice_is_refused_with_both_places(session, cast):
    indicator = make_indicator(session, cast)
    twice = [entry(LAST, heures=1), entry(LAST, heures=2)]
    with pytest.raises(Refused) as refused:
        services.enter_values(session, indicator, twice, actor=cast.bob, now=now())
    assert codes(refused) == {"period_twice"}


def test_a_closed_period_takes_no_value_and_is_not_awaited(session, cast):
    indicator = make_indicator(session, cast)
    services.close_periods(session, indicator, LAST.ends_on, actor=cast.claire, now=now())
    session.commit()
    assert indicator.awaited_on == MONTH.starts_on
    with pytest.raises(Refused) as refused:
        measure(session, indicator, {LAST: {"heures": 1}}, by=cast.bob)
    assert codes(refused) == {"period_closed"}
    session.rollback()
    with pytest.raises(Refused) as refused:
        services.close_periods(session, indicator, LAST.starts_on, actor=cast.claire, now=now())
    assert codes(refused) == {"closed_already"}


def test_a_number_changed_in_between_is_a_conflict_cell_by_cell(session, cast):
    indicator = make_indicator(session, cast)
    measure(session, indicator, {LAST: {"accidents": 1, "heures": 16450}}, by=cast.bob)
    seen = stored(session, indicator).version
    measure(session, indicator, {LAST: {"heures": 17000}}, by=cast.claire, reason="Paie")
    late = [entry(LAST, seen, accidents=1, heures=16000)]
    with pytest.raises(Conflict) as conflict:
        services.enter_values(session, indicator, late, reason="Relevé", actor=cast.bob, now=now())
    assert conflict.value.theirs == {f"{LAST.iso} heures": "17000"}
    assert conflict.value.yours == {f"{LAST.iso} heures": "16000"}


def test_lateness_is_counted_from_the_due_day(session, cast):
    indicator = make_indicator(session, cast)
    old = MONTH.shift(-6)
    measure(session, indicator, {old: {"accidents": 0, "heures": 9000}}, by=cast.bob)
    due = old.ends_on.toordinal() + indicator.delay_days
    assert stored(session, indicator, old).late_days == today().toordinal() - due


def test_values_before_the_start_are_never_late(session, cast):
    indicator = make_indicator(session, cast)
    old = MONTH.shift(-20)
    measure(session, indicator, {old: {"accidents": 0, "heures": 9000}}, by=cast.bob)
    assert stored(session, indicator, old).late_days == 0


def test_a_result_follows_what_it_looks_back_on(session, cast):
    rolling = Definition(
        formula="glissant(accidents; 3) * 1000000 / glissant(heures; 3)",
        unit="par million d’heures",
        variables=(ACCIDENTS, HOURS),
    )
    indicator = make_indicator(session, cast, definition=rolling)
    months = [LAST.shift(-n) for n in range(3)]
    measure(
        session, indicator, {m: {"accidents": 0, "heures": 10_000} for m in months}, by=cast.bob
    )
    assert stored(session, indicator).value == 0
    assert stored(session, indicator, months[1]).value is None
    measure(session, indicator, {months[2]: {"accidents": 3}}, by=cast.bob, reason="Oubli")
    assert stored(session, indicator).value == 100


def test_an_indicator_made_of_others_follows_them(session, cast):
    make_indicator(session, cast, definition=Definition(
        formula="bonnes / total", unit="", code="FPY", variables=(
            VariableDraft(name="bonnes", label="Bonnes", unit="p", definition="d"),
            VariableDraft(name="total", label="Total", unit="p", definition="d"),
        )), title="FPY", active=False)  # fmt: skip
    fpy = session.scalars(select(Indicator).where(Indicator.short_name == "FPY")).one()
    fpy.measure_unit = "ratio"
    services.move_indicator(session, fpy, "activate", actor=cast.claire, now=now())
    double = make_indicator(
        session, cast, definition=Definition(formula="FPY * FPY", unit="ratio"), title="RTY"
    )
    measure(session, fpy, {LAST: {"bonnes": 8, "total": 10}}, by=cast.bob)
    assert stored(session, double).value == Decimal("0.64")
    measure(session, fpy, {LAST: {"bonnes": 5}}, by=cast.bob, reason="Recompté")
    assert stored(session, double).value == Decimal("0.25")
    assert double.due_on is None


def test_another_formula_computes_every_result_again(session, cast):
    indicator = make_indicator(session, cast)
    measure(session, indicator, {LAST: {"accidents": 1, "heures": 16450}}, by=cast.bob)
    per_thousand = Definition(
        formula="accidents * 1000 / heures", unit="par millier", variables=TF1.variables
    )
    services.define_indicator(
        session, indicator, per_thousand, version=None, actor=cast.claire, now=now()
    )
    session.commit()
    assert round(stored(session, indicator).value, 5) == Decimal("0.06079")


def test_the_event_names_the_numbers_and_hides_the_words(session, cast):
    indicator = make_indicator(session, cast)
    measure(
        session, indicator, {LAST: {"accidents": 1, "heures": 16450}}, by=cast.bob, source="Paie"
    )
    event = session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
    assert event.verb == "indicator.measure"
    assert '"16450"' in event.body
    assert "Paie" not in event.body
    words = session.scalars(select(EventText.value).where(EventText.event_id == event.id)).all()
    assert any("Paie" in text for text in words)


def test_nothing_is_entered_for_a_draft(session, cast):
    indicator = make_indicator(session, cast, active=False)
    with pytest.raises(Refused) as refused:
        measure(session, indicator, {LAST: {"heures": 1}}, by=cast.claire)
    assert codes(refused) == {"not_followed"}


def test_targets_that_go_back_need_a_reason(session, cast):
    indicator = make_indicator(session, cast)
    easier = make_aim().targets[0]
    path = (easier, type(easier)(easier.period.shift(12), easier.value + 5))
    with pytest.raises(Refused) as refused:
        services.aim_indicator(
            session, indicator, Aim(targets=path), version=None, actor=cast.claire, now=now()
        )
    assert codes(refused) == {"target_goes_back"}
