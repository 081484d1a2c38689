"""A file that was looked at becomes an edition beside the request: once, whole, or not at all."""

import threading
from dataclasses import replace
from io import BytesIO

import pytest
from sqlalchemy import delete, func, select

from qse_audit.accounts.models import Membership
from qse_audit.app import WORKS
from qse_audit.db.trail import Event
from qse_audit.db.work import Work, WorkStatus
from qse_audit.documents.store import FileStore
from qse_audit.referentials import jobs, reports
from qse_audit.referentials.models import Edition
from qse_audit.works.jobs import Worker
from tests.referentials.factories import content, large_outline, workbook
from tests.works.factories import stored


class Idle(Worker):
    """A worker that begins nothing by itself: the test says when."""

    def poke(self):
        """Wait for :meth:`drain`."""


@pytest.fixture
def worker(app, engine, settings):
    app.extensions["worker"] = Idle(engine, settings, WORKS)
    app.config["WORK_PATIENCE_SECONDS"] = 0.0
    return app.extensions["worker"]


def preview(browse, who, data=None, name="grid.yaml"):
    """Drop a file; return the address of its preview."""
    sent = (BytesIO(data or content("grid.yaml")), name)
    return browse(who, "POST", "/referentials/import", status=303, file=sent).response.location


def confirm(browse, who, address, **naming):
    """Confirm a preview; return where that leads."""
    return browse(who, "POST", address, status=303, **naming).response.location


def work_at(address):
    return int(address.rsplit("/", 1)[1])


def count(session, model):
    session.rollback()
    return session.scalar(select(func.count()).select_from(model))


def test_a_file_that_is_soon_stored_leads_to_its_edition(browse, cast, session):
    went = confirm(browse, cast.claire, preview(browse, cast.claire))
    edition_id = session.scalars(select(Edition.id)).one()
    assert went.endswith(f"/referentials/editions/{edition_id}")
    assert count(session, Work) == 1


def test_a_long_import_is_left_and_found_again(browse, cast, session, worker):
    data = reports.native_yaml(large_outline(1200))
    went = confirm(browse, cast.claire, preview(browse, cast.claire, data, "grand.yaml"))
    assert went.startswith("/works/")
    assert count(session, Edition) == 0
    page = browse(cast.claire, "GET", went)
    assert page.h1.text.strip() == "Import d’un référentiel"
    assert page.select_one("progress")
    assert page.find("a", string=lambda text: text and "Revenir à l’import" in text)
    assert browse(cast.claire, "GET", "/").select_one(f'a[href="{went}"]')
    assert worker.drain() == 1
    assert "GRAND : Nouveau référentiel." in browse(cast.claire, "GET", went).text
    outcome = confirm(browse, cast.claire, f"{went}/open", go="1")
    edition = session.scalars(select(Edition)).one()
    assert outcome.endswith(f"/referentials/editions/{edition.id}")
    assert edition.requirement_count == 1200


def test_a_file_is_confirmed_once_and_may_be_dropped_again(browse, cast, session, worker):
    address = preview(browse, cast.claire)
    first = confirm(browse, cast.claire, address)
    assert confirm(browse, cast.claire, address) == first
    assert worker.drain() == 1
    session.rollback()
    work = session.get_one(Work, work_at(first))
    work.key += "/earlier"  # two tokens of the same second are the same
    session.commit()
    assert confirm(browse, cast.claire, preview(browse, cast.claire)) != first
    assert worker.drain() == 1
    assert count(session, Edition) == 1
    imports = select(func.count(Event.id)).where(Event.verb == "referential.import")
    assert session.scalar(imports) == 1


def test_a_table_may_be_imported_under_two_names(browse, cast, session, worker):
    data = workbook([["ref", "title", "question"], ["1", "Sol", "Sec ?"]])
    address = preview(browse, cast.claire, data, "visite.xlsx")
    named = [
        confirm(browse, cast.claire, address, ref=ref, title="Visite", label="A")
        for ref in ("LUNDI", "MARDI")
    ]
    assert named[0] != named[1]
    assert worker.drain() == 2
    session.rollback()
    found = session.scalars(select(Edition).order_by(Edition.id)).all()
    assert [edition.referential.identifier for edition in found] == ["lundi", "mardi"]
    assert {edition.referential.title["fr"] for edition in found} == {"Visite"}


def test_who_is_no_coordinator_any_more_imports_nothing(browse, cast, session, worker):
    went = confirm(browse, cast.claire, preview(browse, cast.claire))
    session.execute(delete(Membership).where(Membership.person_id == cast.claire.user_id))
    session.commit()
    worker.drain()
    work = stored(session, work_at(went))
    assert (work.status, work.outcome[0]["code"]) == (WorkStatus.FAILED, "not_allowed")
    assert count(session, Edition) == 0


def test_a_file_that_is_gone_is_told_and_leads_back_to_the_import(
    browse, cast, session, settings, worker
):
    went = confirm(browse, cast.claire, preview(browse, cast.claire))
    asked = stored(session, work_at(went)).payload
    FileStore(settings.files_folder).remove(asked["sha256"])
    worker.drain()
    told = browse(cast.claire, "GET", went).text
    assert "Le référentiel n’a pas été importé" in told
    assert "Le fichier n’est plus sur le serveur : déposez-le à nouveau." in told
    back = confirm(browse, cast.claire, f"{went}/open", go="1")
    assert back.endswith("/referentials/import")
    assert count(session, Edition) == 0


def test_others_write_while_a_file_is_read(browse, cast, session, engine, settings, worker):
    reading, go_on = threading.Event(), threading.Event()

    def slowly(task, file):
        reading.set()
        assert go_on.wait(20)
        return jobs.read_file(task, file)

    went = confirm(browse, cast.claire, preview(browse, cast.claire))
    slow = Worker(engine, settings, {"referential": replace(jobs.IMPORT, make=slowly)})
    slow.poke()
    assert reading.wait(20)
    begun = {"ref": "QSE-7", "label": "2026", "title_fr": "Ma grille", "domains": "safety"}
    browse(cast.claire, "POST", "/referentials/new", status=303, **begun)
    go_on.set()
    assert slow.lead(work_at(went), 20) is not None
    slow.stop()
    assert count(session, Edition) == 2
