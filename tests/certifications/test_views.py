"""The pages about certifications."""

import pytest
from sqlalchemy import select

from qse_audit.certifications import services
from qse_audit.certifications.models import CertificationVersion
from tests.factories import CAST, NOW


@pytest.fixture
def stored(session):
    services.load_shipped(session, NOW)
    session.commit()
    return session.scalars(select(CertificationVersion.id)).one()


def test_an_empty_list_says_what_is_missing(browse, cast):
    page = browse(cast.emma, "GET", "/certifications/")
    assert "Aucune certification" in page.text


@pytest.mark.parametrize("name", CAST)
def test_everyone_who_is_signed_in_may_read(browse, cast, stored, name):
    page = browse(getattr(cast, name), "GET", "/certifications/")
    assert "RNCP28242" in page.text
    browse(getattr(cast, name), "GET", f"/certifications/{stored}")


def test_one_must_be_signed_in(browse, stored):
    browse(None, "GET", f"/certifications/{stored}", status=303)


def test_an_unknown_certification_is_not_found(browse, cast):
    browse(cast.emma, "GET", "/certifications/404", status=404)


def test_the_page_warns_that_the_registration_has_ended(browse, cast, stored):
    page = browse(cast.emma, "GET", f"/certifications/{stored}")
    assert "Enregistrement échu depuis le jeu. 21 avr. 2022" in page.text
    assert "RNCP36587" in page.text


def test_the_page_says_that_the_grid_is_not_official(browse, cast, stored):
    page = browse(cast.emma, "GET", f"/certifications/{stored}")
    assert "Grille de travail, non officielle" in page.text
    assert len(page.select(".criteria li")) == 59


def test_only_three_routes_are_open_and_all_are_to_be_confirmed(browse, cast, stored):
    text = browse(cast.emma, "GET", f"/certifications/{stored}").select_one("#routes").text
    assert text.count("ouverte") == 3
    assert text.count("à confirmer") == 6


def test_the_pages_take_few_statements(browse, cast, stored, statements):
    statements.clear()
    browse(cast.emma, "GET", "/certifications/")
    assert len(statements) <= 8
    statements.clear()
    browse(cast.emma, "GET", f"/certifications/{stored}")
    assert len(statements) <= 12
