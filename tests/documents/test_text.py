from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from qse_audit.core.text import N_
from qse_audit.documents.text import Texts, catalogue, day, file_size, moment, number, percent


@pytest.mark.parametrize(
    ("value", "locale", "expected"),
    [
        (Fraction(2, 3), "fr", "66,7\u202f%"),
        (Fraction(2, 3), "en", "66.7%"),
        (Fraction(1, 1600), "fr", "0,1\u202f%"),
        (Fraction(0), "fr", "0,0\u202f%"),
        (1, "fr", "100,0\u202f%"),
        (None, "fr", "—"),
    ],
)
def test_a_ratio_is_worded_as_percent(value, locale, expected):
    assert percent(value, locale) == expected


@pytest.mark.parametrize(
    ("value", "locale", "digits", "expected"),
    [
        (1234567, "fr", 0, "1\u202f234\u202f567"),
        (1234.5, "en", 1, "1,234.5"),
        (Decimal("0.125"), "fr", 2, "0,13"),
        (Decimal("-0.125"), "fr", 2, "-0,13"),
        (2.5, "fr", 0, "3"),
        (Fraction(-1, 1000), "fr", 1, "0,0"),
        (None, "en", 0, "—"),
    ],
)
def test_a_number_is_rounded_as_people_do(value, locale, digits, expected):
    assert number(value, locale, digits=digits) == expected


def test_a_day_has_its_weekday():
    assert day(date(2026, 11, 23), "fr") == "lun. 23 nov. 2026"
    assert day(date(2026, 11, 23), "en") == "Mon 23 Nov 2026"
    assert day(date(2026, 9, 1), "en") == "Tue 1 Sep 2026"
    assert day(None, "fr") == "—"


def test_a_moment_is_read_in_paris():
    late = datetime(2026, 7, 31, 22, 30, tzinfo=UTC)
    assert moment(late, "fr") == "sam. 1er août 2026 à 00:30"
    assert moment(late, "en") == "Sat 1 Aug 2026, 00:30"
    assert moment(None, "fr") == "—"


def test_a_moment_without_zone_is_a_mistake():
    with pytest.raises(ValueError, match="zone"):
        moment(datetime(2026, 7, 31), "fr")  # noqa: DTZ001  # the mistake


@pytest.mark.parametrize(
    ("size", "locale", "expected"),
    [
        (0, "fr", "0 octets"),
        (812, "fr", "812 octets"),
        (1200, "fr", "1,2 ko"),
        (999_960, "fr", "1,0 Mo"),
        (1_234_567, "en", "1.2 MB"),
        (200_000_000, "fr", "200 Mo"),
        (5_000_000_000_000, "en", "5,000 GB"),
    ],
)
def test_a_file_size_has_few_digits(size, locale, expected):
    assert file_size(size, locale).replace("\u00a0", " ") == expected


def test_without_catalogue_the_source_is_shown():
    texts = Texts("fr")
    assert texts.translate("Constat") == "Constat"
    assert texts.translate(N_("Il reste %(count)d points.", count=3)) == "Il reste 3 points."
    assert texts.translate("") == ""
    assert texts.translate("100 %") == "100\u202f%"
    assert texts.translate(N_("100 %")) == "100\u202f%"


def test_messages_inside_messages_are_translated(monkeypatch):
    texts = Texts("en")
    words = {"Il manque : %(what)s": "Missing: %(what)s", "la portée": "the scope"}
    monkeypatch.setattr(texts._catalogue, "gettext", lambda text: words.get(text, text))
    assert texts.translate(N_("Il manque : %(what)s", what=N_("la portée"))) == "Missing: the scope"


def test_the_first_of_a_month_is_an_ordinal_in_french_only():
    first = date(2026, 11, 1)
    assert [day(first, "fr"), day(first, "en")] == ["dim. 1er nov. 2026", "Sun 1 Nov 2026"]


def test_french_has_a_plural_from_two_on():
    words = [catalogue("fr").ngettext("audit", "audits", count) for count in (0, 1, 2)]
    assert words == ["audit", "audit", "audits"]


def test_a_french_document_is_set_with_the_spaces_of_french():
    assert (
        Texts("fr").translate(N_("%(label)s : %(text)s", label="Motif", text="a : b"))
        == "Motif\u202f: a : b"
    )
    assert Texts("en").translate(N_("%(label)s : %(text)s", label="a", text="b")) == "a: b"
