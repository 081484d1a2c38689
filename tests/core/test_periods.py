import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qse_audit.core.errors import BadInput
from qse_audit.core.period_texts import parse_period
from qse_audit.core.periods import Frequency, Period

DAY, WEEK, MONTH, QUARTER, HALF, YEAR = Frequency
frequencies = st.sampled_from(Frequency)
days = st.dates(date(1951, 1, 1), date(2148, 12, 31))


@pytest.mark.parametrize(
    ("iso", "first", "last", "label"),
    [
        ("2026-03-01", "2026-03-01", "2026-03-01", "01/03/2026"),
        ("2026-W12", "2026-03-16", "2026-03-22", "semaine 12 de 2026"),
        ("2026-W01", "2025-12-29", "2026-01-04", "semaine 1 de 2026"),
        ("2026-W53", "2026-12-28", "2027-01-03", "semaine 53 de 2026"),
        ("2024-02", "2024-02-01", "2024-02-29", "février 2024"),
        ("2026-12", "2026-12-01", "2026-12-31", "décembre 2026"),
        ("2026-Q4", "2026-10-01", "2026-12-31", "T4 2026"),
        ("2026-H2", "2026-07-01", "2026-12-31", "semestre 2 de 2026"),
        ("2026", "2026-01-01", "2026-12-31", "2026"),
    ],
)
def test_a_period_has_its_first_and_last_day_and_a_name(iso, first, last, label):
    period = Period.from_iso(iso)
    assert (period.starts_on.isoformat(), period.ends_on.isoformat()) == (first, last)
    assert (period.label, period.iso) == (label, iso)


@pytest.mark.parametrize(
    "iso",
    ["", "2026-13", "2026-00", "2026-W54", "2025-W53", "2026-W00", "2026-Q5", "2026-H3", "26-03",
     "2026-02-29", "2026-3", "1899", "2200", "mars 2026"],
)  # fmt: skip
def test_no_other_text_is_an_iso_period(iso):
    with pytest.raises(ValueError):  # noqa: PT011 - dates word it themselves
        Period.from_iso(iso)


@given(frequencies, days)
def test_a_day_is_in_its_period_which_survives_its_stored_form(frequency, day):
    period = Period.of(frequency, day)
    assert day in period
    assert Period.from_iso(period.iso) == period
    assert Period.nth(frequency, period.year, period.number) == period


@given(frequencies, days)
def test_periods_follow_each_other_without_gap(frequency, day):
    period = Period.of(frequency, day)
    assert (period.next.starts_on - period.ends_on).days == 1
    assert period.next.previous == period
    assert period < period.next
    assert period.next.ordinal == period.ordinal + 1


@given(frequencies, days, st.integers(-50, 50))
def test_a_shift_is_so_many_steps(frequency, day, count):
    period = Period.of(frequency, day)
    assert period.shift(count).ordinal - period.ordinal == count
    assert len(list(period.to(period.shift(count)))) == max(count + 1, 0)


@given(frequencies, frequencies, days)
def test_a_longer_period_holds_the_shorter_one(shorter, longer, day):
    period = Period.of(shorter, day)
    order = list(Frequency)
    if order.index(longer) < order.index(shorter):
        with pytest.raises(ValueError, match="longer than"):
            period.within(longer)
    elif shorter is not WEEK:
        outer = period.within(longer)
        assert outer.starts_on <= period.starts_on <= period.ends_on <= outer.ends_on


def test_a_week_counts_in_the_month_of_its_thursday():
    assert Period.from_iso("2026-W14").within(MONTH).iso == "2026-04"  # 30 March to 5 April
    assert Period.from_iso("2026-W01").within(YEAR).iso == "2026"


def test_periods_sort_by_first_day_then_the_shorter_first():
    isos = ["2026", "2026-02", "2026-01", "2026-Q1", "2026-01-01"]
    ordered = sorted(Period.from_iso(iso) for iso in isos)
    assert [p.iso for p in ordered] == ["2026-01-01", "2026-01", "2026-Q1", "2026", "2026-02"]


def test_a_period_starts_on_its_first_day_only():
    with pytest.raises(ValueError, match="no month starts on 2026-03-02"):
        Period(MONTH, date(2026, 3, 2))


def test_two_frequencies_make_no_range():
    with pytest.raises(ValueError, match="two frequencies"):
        list(Period.from_iso("2026-01").to(Period.from_iso("2026-Q2")))


@pytest.mark.parametrize("frequency", Frequency)
def test_the_calendar_ends_with_an_error_that_names_it(frequency):
    last = Period.of(frequency, date(2199, 12, 20))
    with pytest.raises(ValueError, match=r"2199|2200"):
        last.shift(10**9)
    with pytest.raises(ValueError, match=r"2199|2200"):
        last.shift(400)


# Reading what people type -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026", "2026"),
        ("2026-03", "2026-03"),
        ("03/2026", "2026-03"),
        ("3/2026", "2026-03"),
        ("2026/3", "2026-03"),
        ("mars 2026", "2026-03"),
        ("Mars\u00a02026", "2026-03"),
        ("MARCH 2026", "2026-03"),
        ("févr. 2026", "2026-02"),
        ("FÉVRIER 2026", "2026-02"),
        ("fevrier 2026", "2026-02"),
        ("août 2026", "2026-08"),
        ("janv-26", "2026-01"),
        ("Jan-26", "2026-01"),
        ("T1 2026", "2026-Q1"),
        ("T1/2026", "2026-Q1"),
        ("Q3 2026", "2026-Q3"),
        ("2026-Q3", "2026-Q3"),
        ("2026 T3", "2026-Q3"),
        ("1er trimestre 2026", "2026-Q1"),
        ("trimestre 2 de 2026", "2026-Q2"),
        ("S12 2026", "2026-W12"),
        ("S12-2026", "2026-W12"),
        ("2026-W12", "2026-W12"),
        ("2026W12", "2026-W12"),
        ("sem. 12 2026", "2026-W12"),
        ("semaine 12 de 2026", "2026-W12"),
        ("week 12 2026", "2026-W12"),
        ("H1 2026", "2026-H1"),
        ("2e semestre 2026", "2026-H2"),
        ("semestre 2 de 2026", "2026-H2"),
        ("01/03/2026", "2026-03-01"),
        ("1.3.2026", "2026-03-01"),
        ("2026-03-01", "2026-03-01"),
        ("2026-03-01 00:00:00", "2026-03-01"),
        ("2026-03-01T00:00:00", "2026-03-01"),
        ("1er mars 2026", "2026-03-01"),
        ("1st March 2026", "2026-03-01"),
        ("March 1, 2026", "2026-03-01"),
    ],
)
def test_a_period_is_read_as_people_type_it(text, iso):
    period = parse_period(text)
    assert period.iso == iso
    assert parse_period(text, period.frequency) == period


@pytest.mark.parametrize(
    ("text", "frequency", "iso"),
    [
        ("15/03/2026", MONTH, "2026-03"),
        ("15/03/2026", QUARTER, "2026-Q1"),
        ("15/03/2026", HALF, "2026-H1"),
        ("15/03/2026", YEAR, "2026"),
        ("01/01/2027", WEEK, "2026-W53"),
        ("S1 2026", WEEK, "2026-W01"),
        ("S1 2026", HALF, "2026-H1"),
    ],
)
def test_a_known_frequency_decides(text, frequency, iso):
    assert parse_period(text, frequency).iso == iso


@pytest.mark.parametrize(
    ("text", "frequency", "found", "expected"),
    [
        ("", MONTH, "rien", "03/2026"),
        ("2026", MONTH, "la période est : Année", "un mois tel que"),
        ("mars 2026", QUARTER, "la période est : Mois", "un trimestre tel que"),
        ("T1 2026", MONTH, "la période est : Trimestre", "un mois tel que"),
        ("S1 2026", None, "semaine ou semestre", "H1 2026"),
        ("S3 2026", HALF, "n’existe pas", "un semestre tel que"),
        ("13/2026", MONTH, "n’existe pas", "un mois"),
        ("03/14/2026", MONTH, "n’existe pas", "un mois"),
        ("30/02/2026", None, "n’existe pas", "une période"),
        ("T5 2026", None, "n’existe pas", "une période"),
        ("2026-W54", None, "n’existe pas", "une période"),
        ("0026-03", None, "n’existe pas", "une période"),
        ("03/26", MONTH, "illisible", "un mois"),
        ("26 mars", MONTH, "illisible", "un mois"),
        ("brumaire 2026", MONTH, "illisible", "un mois"),
        ("46082", MONTH, "illisible", "un mois"),
        ("x" * 61, MONTH, "61 caractères", "un mois"),
    ],
)
def test_what_is_no_period_is_refused_with_what_is_accepted(text, frequency, found, expected):
    with pytest.raises(BadInput) as caught:
        parse_period(text, frequency)
    what, _, accepted = caught.value.message.partition("attendu")
    assert found in what
    assert expected in accepted


@given(st.text(max_size=70), st.none() | frequencies)
def test_no_text_makes_reading_fail_in_any_other_way(text, frequency):
    with contextlib.suppress(BadInput):
        assert frequency in (None, parse_period(text, frequency).frequency)


@given(frequencies, days)
def test_the_name_and_the_stored_form_of_a_period_are_read_back(frequency, day):
    period = Period.of(frequency, day)
    assert parse_period(period.label, frequency) == period
    assert parse_period(period.iso) == period
