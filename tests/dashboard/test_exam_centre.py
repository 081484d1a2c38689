"""The home page of the staff of an exam centre: what arrived, what is late, who evaluates it."""

from datetime import timedelta

import pytest

from qse_audit.core.clock import day_in_paris, now
from qse_audit.db.outbox import Notice
from qse_audit.documents.seal import load_or_make_key
from qse_audit.documents.store import FileStore
from qse_audit.portfolios.models import Candidacy
from qse_audit.portfolios.services import candidacies as services
from tests.dashboard.test_views import home_of
from tests.factories import NOW, today
from tests.portfolios import factories as make

DAY = timedelta(days=1)


@pytest.fixture
def arrive(session, cast, settings):
    """Submit a full portfolio ``late`` days after it was due, with or without an evaluator."""
    files = FileStore(settings.files_folder)
    key = load_or_make_key(settings.seal_key_path, now=NOW)

    def arrive(*, late=0, evaluated=False):
        candidacy = make.make_full(session, cast, files)
        panel = (cast.gaelle.user_id,) if evaluated else ()
        services.assign_panel(
            session, candidacy, evaluator_ids=panel, jury_ids=(), actor=cast.karine, now=NOW
        )
        candidacy.report_due_on = day_in_paris(NOW) + (30 - late) * DAY
        session.commit()
        return make.submit(session, cast, candidacy, files, key)

    return arrive


def set_date(session, dossier, at):
    session.get(Candidacy, dossier.candidacy_id).submitted_at = at
    session.commit()


def test_a_dossier_without_evaluator_sends_to_the_page_that_names_one(cast, browse, arrive):
    dossier = arrive()
    page = browse(cast.karine, "GET", "/")
    assert home_of(browse, cast.karine) == {
        "Dossiers remis sans évaluateur": ["Désigner qui évalue Emma Petit"]
    }
    [link] = page.select(".todo a")
    assert link["href"] == f"/candidacies/{dossier.candidacy_id}/panel"
    browse(cast.karine, "GET", link["href"])


def test_a_late_dossier_is_first_to_be_accepted_by_a_named_person(session, cast, browse, arrive):
    dossier = arrive(late=3, evaluated=True)
    assert home_of(browse, cast.karine) == {
        "Remises en retard à accepter": ["Dossier de Emma Petit : accepter le retard ?"]
    }
    set_date(session, dossier, now())
    browse(cast.karine, "POST", f"/candidacies/{dossier.candidacy_id}/accept-lateness", status=303)
    assert "Remises en retard à accepter" not in home_of(browse, cast.karine)


def test_an_evaluated_dossier_stays_among_the_arrivals_for_two_months(
    session, cast, browse, arrive
):
    dossier = arrive(evaluated=True)
    set_date(session, dossier, now() - 59 * DAY)
    assert home_of(browse, cast.karine) == {"Dossiers arrivés": ["Lire le dossier de Emma Petit"]}
    assert "évaluateurs désignés : 1" in browse(cast.karine, "GET", "/").text
    set_date(session, dossier, now() - 61 * DAY)
    assert home_of(browse, cast.karine) == {}


@pytest.mark.parametrize(
    ("due_in", "title"),
    [(-1, "Dossiers attendus, date dépassée"), (0, "Dossiers attendus"), (61, None)],
)
def test_what_is_expected_is_told_from_what_is_overdue(session, cast, browse, due_in, title):
    version = make.make_certification(session)
    make.make_candidacy(session, cast, version, report_due_on=today() + due_in * DAY)
    expected = {title: ["Dossier de Emma Petit"]} if title else {}
    assert home_of(browse, cast.karine) == expected


def test_many_arrivals_hide_nothing_that_waits_for_a_panel(session, cast, browse, arrive):
    waiting = arrive()
    version = session.get(Candidacy, waiting.candidacy_id).certification
    for days in range(1, 40):
        make.make_candidacy(session, cast, version, report_due_on=today() - days * DAY)
    shown = home_of(browse, cast.karine)
    assert shown["Dossiers remis sans évaluateur"] == ["Désigner qui évalue Emma Petit"]
    assert len(shown["Dossiers attendus, date dépassée"]) == 6


def test_another_centre_and_other_roles_see_nothing_of_it(session, cast, browse, arrive):
    dossier = arrive(late=3)
    assert home_of(browse, cast.hugo) == {}
    session.get(Candidacy, dossier.candidacy_id).exam_centre_id = cast.other_company
    session.commit()
    assert home_of(browse, cast.karine) == {}


@pytest.mark.parametrize(("evaluated", "word"), [(True, "lire"), (False, "désignez")])
def test_the_staff_is_told_of_an_arrival(session, cast, arrive, evaluated, word):
    dossier = arrive(evaluated=evaluated)
    told = session.query(Notice).filter_by(person_id=cast.karine.user_id).one()
    assert (told.subject_id, told.organisation_id) == (dossier.id, cast.centre)
    assert word in told.msgid
    assert told.values == {"name": "Emma Petit"}
