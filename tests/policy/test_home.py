"""What the policy asks of people on their home page, and what they are reminded of."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.core.clock import PARIS, day_in_paris, now
from qse_audit.core.permissions import Role
from qse_audit.dashboard.jobs import remind
from qse_audit.dashboard.queries import home
from qse_audit.db.outbox import Notice
from qse_audit.policies import Identity
from qse_audit.policy import queries, services
from qse_audit.policy.models import Policy
from qse_audit.policy.rules import Domain, ProposalDraft
from qse_audit.settings import Settings
from tests.factories import NOW, Cast


def sections(session: Session, who: Identity, at: datetime = NOW) -> dict[str, list[str]]:
    """Return the lines of the home page by section."""
    found = home(session, who, at).sections
    return {str(s.title): [str(line.title) for line in s.lines] for s in found}


def test_management_sees_what_is_submitted_and_authors_do_not(
    session: Session, cast: Cast, draft: Policy
) -> None:
    assert "Politique à décider" not in sections(session, cast.jean)
    services.move_policy(session, draft, "submit", actor=cast.claire, now=NOW)
    assert sections(session, cast.jean)["Politique à décider"] == ["Politique QSE"]
    both = Identity(cast.claire.user_id, cast.company, frozenset(Role))
    assert "Politique à décider" not in sections(session, both)
    assert "Politique à décider" not in sections(session, cast.david)


def test_management_sees_how_many_proposals_wait_for_it(session: Session, cast: Cast) -> None:
    words = ProposalDraft(title="Économiser l’eau", domains=(Domain.ENVIRONMENT,))
    services.add_proposal(session, words, actor=cast.emma, now=NOW)
    services.add_proposal(session, words, actor=cast.jean, now=NOW)
    found = sections(session, cast.jean)["Politique à décider"]
    assert found == ["Propositions à décider : 1"]


def test_the_coordinator_sees_the_commitments_that_a_draft_lacks(
    session: Session, cast: Cast, draft: Policy
) -> None:
    title = "Engagements attendus sans phrase"
    assert title not in sections(session, cast.claire)
    row = queries.sentence_rows(session, draft.id)[0]
    services.remove_sentence(session, row, actor=cast.claire, now=NOW)
    found = home(session, cast.claire, NOW).sections
    line = next(section.lines[0] for section in found if section.title == title)
    assert "engagements sans phrase ni raison : 4" in map(str, line.meta)
    assert title not in sections(session, cast.bob)


def test_the_coordinator_sees_the_review_thirty_days_before_it(
    session: Session, cast: Cast, in_force: Policy
) -> None:
    assert in_force.review_on is not None
    noon = datetime.combine(in_force.review_on, time(12), PARIS)
    for days, expected in ((31, False), (30, True), (-5, True)):
        at = noon - timedelta(days=days)
        assert ("Politique à revoir" in sections(session, cast.claire, at)) is expected, days
    assert "Politique à revoir" not in sections(session, cast.alice, noon)


def test_the_coordinator_is_reminded_twice_of_the_review(
    session: Session, cast: Cast, in_force: Policy, settings: Settings
) -> None:
    assert in_force.review_on is not None
    told = []
    for days in (-31, -30, -29, -1, 0, 1, 30):
        day = in_force.review_on + timedelta(days=days)
        at = datetime.combine(day, time(12), PARIS)
        told += [(days, remind(session, at, settings))]
    assert [days for days, count in told if count] == [-30, 0]
    notices = session.scalars(
        select(Notice.person_id).where(Notice.key.startswith("reminder/policy/"))
    ).all()
    assert set(notices) == {cast.claire.user_id}


def test_the_lines_lead_to_pages_that_the_person_may_open(
    session: Session, cast: Cast, browse: Callable[..., Any], draft: Policy
) -> None:
    services.move_policy(session, draft, "submit", actor=cast.claire, now=NOW)
    session.commit()
    page = browse(cast.jean, "GET", "/")
    links = [a["href"] for a in page.select(".todo a") if "/policy/" in a["href"]]
    assert links == [f"/policy/versions/{draft.id}/decide"]
    browse(cast.jean, "GET", links[0], elevated=True)


def test_the_review_of_the_fixture_is_to_come(in_force: Policy) -> None:
    assert (in_force.review_on or date.min) > day_in_paris(NOW)
    assert now() > NOW
