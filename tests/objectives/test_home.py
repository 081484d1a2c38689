"""What the home page says of objectives, and to whom."""

from datetime import timedelta

from qse_audit.accounts.models import Organisation
from qse_audit.accounts.services import Limits, limit_objectives
from qse_audit.core.clock import now
from qse_audit.dashboard.queries.home import home
from qse_audit.objectives import services
from qse_audit.objectives.rules import TalkKind
from tests.factories import NOW
from tests.objectives.factories import make_objective, make_policy, running


def titles(session, who, at=NOW):
    session.flush()
    return {s.title: [line.title for line in s.lines] for s in home(session, who, at).sections}


ASKED, STALE = "Objectifs qui attendent votre réponse", "Objectifs à revoir"


def test_whoever_must_answer_sees_the_objective(session, cast):
    made = make_objective(session, cast)
    assert ASKED not in titles(session, cast.bob)
    services.move_objective(session, made, "propose", "", actor=cast.claire, now=NOW)
    assert titles(session, cast.bob)[ASKED] == [made.title]
    assert ASKED not in titles(session, cast.claire)
    services.say(session, made, TalkKind.ANSWER, text="Non", actor=cast.bob, now=NOW)
    assert titles(session, cast.claire)[ASKED] == [made.title]
    assert ASKED not in titles(session, cast.bob)
    services.say(session, made, TalkKind.AGREEMENT, text="", actor=cast.claire, now=NOW)
    assert ASKED not in titles(session, cast.bob)


def test_a_review_is_asked_of_the_owner_after_months(session, cast):
    made = running(session, cast)
    assert STALE not in titles(session, cast.bob, NOW + timedelta(days=180))
    assert titles(session, cast.bob, NOW + timedelta(days=190))[STALE] == [made.title]
    assert STALE not in titles(session, cast.claire, NOW + timedelta(days=190))


def test_the_organisation_says_after_how_many_months(session, cast):
    made = running(session, cast)
    house = session.get_one(Organisation, cast.company)
    for months, days, is_asked in ((2, 50, False), (2, 70, True), (12, 190, False)):
        chosen = Limits(objectives_per_owner=7, objective_review_months=months)
        limit_objectives(session, house, chosen, actor=cast.ines, now=NOW)
        found = titles(session, cast.bob, NOW + timedelta(days=days))
        assert found.get(STALE) == ([made.title] if is_asked else None)


def test_those_who_look_after_everything_see_what_the_last_report_left_open(session, cast):
    make_policy(session, cast)
    other = make_objective(session, cast)
    made = make_objective(session, cast)
    services.declare_conflict(session, made, other.id, "Non", actor=cast.claire, now=NOW)
    report = services.freeze_report(session, "", actor=cast.claire, now=NOW)
    assert report.open_count > 0
    assert titles(session, cast.jean)["Cohérence des objectifs"] == [
        f"Anomalies à traiter : {report.open_count}",
        "Conflits à arbitrer : 1",
    ]
    assert "Cohérence des objectifs" not in titles(session, cast.bob)


def test_it_costs_one_statement(session, cast, statements):
    running(session, cast)
    session.commit()
    statements.clear()
    home(session, cast.claire, now())
    asked = [each for each in statements if "objective" in each or "coherence_report" in each]
    assert len(asked) == 1
