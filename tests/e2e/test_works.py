"""A long work in a browser: followed to its result, from its page and from any other."""

import re

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Membership, Person
from qse_audit.core.clock import now
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_
from qse_audit.db.engine import make_engine
from qse_audit.db.work import ask_work
from qse_audit.works import services
from qse_audit.works.services import Ending

pytestmark = pytest.mark.e2e

FAR = now().replace(year=2090)
"""A heartbeat that the scheduler of the demo never gives up."""


@pytest.fixture
def work(demo):
    """A work of the candidate’s that runs as long as the test wants, and how to end it."""
    engine = make_engine(f"sqlite:///{demo.instance / 'qse-audit.sqlite3'}")
    with Session(engine) as session:
        session.execute(text("DELETE FROM work"))
        email = demo.accounts["candidate"]["email"]
        who = session.execute(
            select(Person.id, Membership.organisation_id)
            .join(Membership, Membership.person_id == Person.id)
            .where(Person.email == email)
        ).first()
        work_id = ask_work(
            session,
            "report",
            key="e2e",
            subject=(Kind.AUDIT, 1),
            label="AUD-2026-001 · Achats",
            payload={},
            person_id=who.id,
            organisation_id=who.organisation_id,
            now=now(),
        )
        services.claim_work(session, "e2e", FAR)
        services.beat(session, work_id, "e2e", told=("files", 3, 4), now=FAR)
        session.commit()

    def end():
        with Session(engine) as session:
            ending = Ending(result=(Kind.REPORT, 1), message=N_("Rapport émis : version 1."))
            assert services.end_well(session, work_id, "e2e", ending=ending, now=now())
            session.commit()

    yield work_id, end
    with Session(engine) as session:
        session.execute(text("DELETE FROM work"))
        session.commit()
    engine.dispose()


def test_its_page_goes_on_to_the_result(visit, work):
    work_id, end = work
    visitor = visit("candidate")
    page = visitor.open(f"/works/{work_id}")
    assert page.get_by_role("progressbar", name="Mise en page").get_attribute("value") == "75"
    visitor.check()
    end()
    page.wait_for_url(re.compile(r"/audits/\d+#report-1"))
    assert page.get_by_text("Rapport émis : version 1.").is_visible()
    assert page.locator(".bar__work").count() == 0


def test_any_page_says_when_it_is_over_and_leads_there(visit, work):
    _, end = work
    visitor = visit("candidate")
    visitor.open("/")
    visitor.check()
    page = visitor.open("/inbox")
    line = page.get_by_role("link", name=re.compile("Rapport d’audit"))
    assert line.get_attribute("data-status") == "running"
    end()
    page.get_by_role("link", name=re.compile("Rapport prêt")).click()
    page.get_by_role("button", name="Voir le rapport").wait_for()
    visitor.check()
    page.get_by_role("button", name="Voir le rapport").click()
    page.wait_for_url(re.compile(r"/audits/\d+#report-1"))
    visitor.open("/works/")
    visitor.check()
