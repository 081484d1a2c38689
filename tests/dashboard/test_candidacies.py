"""What awaits candidates and tutors: portfolios to complete, opinions to give."""

from datetime import timedelta

import pytest

from qse_audit.core.clock import day_in_paris, now
from qse_audit.documents.store import FileStore
from qse_audit.portfolios.rules import Observation
from qse_audit.portfolios.services import opinions
from tests.dashboard.test_views import home_of
from tests.factories import NOW
from tests.portfolios import factories as make


@pytest.fixture
def version(session):
    return make.make_certification(session)


def test_an_opinion_awaits_the_tutor_until_it_is_signed(session, cast, browse, version):
    candidacy = make.make_candidacy(session, cast, version)
    asked = {"Avis à donner": ["Donner votre avis sur les capacités de Emma Petit"]}
    assert home_of(browse, cast.farid) == asked
    make.give_opinions(session, cast, candidacy)
    assert home_of(browse, cast.farid) == asked
    make.sign(session, cast, candidacy)
    assert home_of(browse, cast.farid) == {}


def test_an_opinion_changed_after_its_signature_awaits_the_tutor_again(
    session, cast, browse, settings
):
    candidacy = make.make_full(session, cast, FileStore(settings.files_folder))
    assert home_of(browse, cast.farid) == {}
    opinions.save_opinion(
        session,
        candidacy,
        make.codes(session, candidacy.certification)["C1"],
        observation=Observation.PARTLY,
        comment="J’ai revu mon avis.",
        version=None,
        actor=cast.farid,
        now=NOW + timedelta(days=2),
    )
    session.commit()
    assert "Avis à donner" in home_of(browse, cast.farid)


@pytest.mark.parametrize(("due_in", "is_late"), [(-1, True), (0, False)])
def test_what_is_overdue_says_so(session, cast, browse, version, due_in, is_late):
    due_on = day_in_paris(now()) + timedelta(days=due_in)
    make.make_candidacy(session, cast, version, report_due_on=due_on)
    for who in (cast.emma, cast.farid):
        page = browse(who, "GET", "/")
        assert ("En retard" in page.select_one(".todo").text) == is_late
