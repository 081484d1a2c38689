"""What risk analyses ask of people: reminders, the home page, priorities of the objectives."""

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from qse_audit.core.clock import PARIS, now
from qse_audit.dashboard.jobs.reminders import remind
from qse_audit.db.outbox import Notice
from qse_audit.objectives.models import Priority
from qse_audit.objectives.rules import PriorityKind
from qse_audit.risks.models import Risk
from tests.factories import today
from tests.risks.factories import (
    approve,
    make_action,
    make_analysis,
    make_ready,
    make_risk,
    verify,
)


@pytest.fixture
def analysis(session, cast):
    analysis = make_analysis(session, cast.bob, review_on=today() + timedelta(days=60))
    make_risk(session, analysis, cast.bob, 9, 8, 8)
    make_ready(session, analysis, cast)
    approve(session, analysis, cast.jean)
    return analysis


def test_the_owner_hears_of_the_review_a_month_before_and_on_the_day_once(
    session, cast, analysis, settings
):
    for days, count in ((20, 0), (31, 1), (32, 0), (60, 1), (61, 0)):
        noon = datetime.combine(today() + timedelta(days=days), time(12), PARIS)
        told = remind(session, noon, settings)
        session.commit()
        assert told == count, days
    keys = session.scalars(select(Notice.key).where(Notice.person_id == cast.bob.user_id)).all()
    assert sum(key.startswith("reminder/risks/") for key in keys) == 2


def test_the_home_page_says_what_to_review_and_what_to_rate_again(browse, session, cast, analysis):
    assert "Analyses de risques à revoir" not in browse(cast.bob, "GET", "/").text
    analysis.review_on = today() - timedelta(days=3)
    session.commit()
    verify(session, make_action(session, session.get_one(*_first(session)), cast), cast)
    for who in (cast.bob, cast.claire):
        page = browse(who, "GET", "/").text
        assert "Analyses de risques à revoir" in page
        assert "Risques à recoter" in page
    assert "Risques à recoter" not in browse(cast.alice, "GET", "/").text


def _first(session):
    return Risk, session.scalars(select(Risk.id)).first()


def test_a_high_risk_becomes_a_priority_of_the_objectives_once(browse, session, cast, analysis):
    risk_id = _first(session)[1]
    page = browse(cast.claire, "GET", "/objectives/axes")
    assert page.select_one(f'a[href="/objectives/priorities/new?risk={risk_id}"]')
    url = f"/objectives/priorities/new?risk={risk_id}"
    page = browse(cast.claire, "GET", url)
    assert page.select_one("#title")["value"] == "Diamètre hors tolérance"
    sent = {"kind": "high_risk", "title": "Diamètre hors tolérance", "fact": "RIS"}
    browse(cast.claire, "POST", url, status=303, **sent)
    kept = session.scalars(select(Priority)).one()
    assert (kept.kind, kept.risk_id) == (PriorityKind.HIGH_RISK, risk_id)
    assert "déjà une priorité" in browse(cast.claire, "POST", url, status=422, **sent).text
    assert not browse(cast.claire, "GET", "/objectives/axes").select("#to-note")
    session.add(
        Priority(
            organisation_id=cast.company, kind=PriorityKind.HIGH_RISK, title="Encore",
            risk_id=risk_id, created_at=now(), created_by_id=cast.claire.user_id,
        )
    )  # fmt: skip
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_risk_that_one_may_not_read_is_not_offered_nor_opened(browse, session, cast):
    theirs = make_analysis(session, cast.david)
    risk = make_risk(session, theirs, cast.david, 9, 8, 8)
    browse(cast.claire, "GET", f"/objectives/priorities/new?risk={risk.id}", status=404)
    browse(cast.claire, "GET", "/objectives/priorities/new?risk=999999", status=404)
