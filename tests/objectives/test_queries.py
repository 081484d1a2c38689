"""What is read, in how many statements, and by whom."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import insert

from qse_audit.accounts.models import Organisation
from qse_audit.accounts.services import Limits, limit_objectives
from qse_audit.actions.rules import ActionDraft, ActionKind
from qse_audit.actions.services import Origin, plan_action
from qse_audit.core.permissions import Kind
from qse_audit.objectives import services
from qse_audit.objectives.models import Objective, objective_commitment
from qse_audit.objectives.queries import TreeFilter, cascade_of, check_of, last_value, tree_of
from qse_audit.objectives.rules import (
    AxisDraft,
    Level,
    ObjectiveStatus,
    PriorityDraft,
    PriorityKind,
    RollUp,
)
from qse_audit.referentials.rules import Domain
from tests.factories import NOW
from tests.objectives.factories import (
    TODAY,
    make_indicator,
    make_objective,
    make_policy,
    running,
)


def many(session, cast, count):
    """Store a tree of ``count`` objectives, ten a parent, each tied to a commitment."""
    rows = [
        {
            "id": n,
            "organisation_id": cast.company,
            "reference": f"OBJ-{n}",
            "parent_id": n // 10 or None,
            "position": n,
            "level": Level.PROCESS,
            "domain": Domain.SAFETY,
            "status": ObjectiveStatus.RUNNING,
            "title": f"Objectif {n}",
            "owner_id": cast.bob.user_id,
            "target": Decimal(n),
            "roll_up": RollUp.SUM,
            "created_at": NOW,
            "created_by_id": cast.claire.user_id,
        }
        for n in range(1, count + 1)
    ]
    session.execute(insert(Objective), rows)
    session.execute(
        insert(objective_commitment),
        [{"objective_id": row["id"], "sentence_key": "c1"} for row in rows],
    )
    session.flush()


def test_two_thousand_objectives_are_checked_in_ten_statements(session, cast, statements):
    make_policy(session, cast)
    many(session, cast, 2000)
    session.expire_all()
    statements.clear()
    found = check_of(session, cast.company, TODAY)
    assert len(statements) <= 10
    assert len(found.judged) > 4000


def test_the_cascade_is_read_as_it_is_stored(session, cast):
    make_policy(session, cast, "Prévenir les accidents", "Protéger l’eau")
    axis = services.create_axis(
        session, AxisDraft(title="Eau", commitments=frozenset({"c2"})), actor=cast.claire, now=NOW
    )
    indicator = make_indicator(session, cast, "Accidents", "7", "5.5")
    above = make_objective(session, cast, commitments=frozenset(), axis_id=axis.id)
    made = running(session, cast, indicator_id=indicator.id, parent_id=above.id, site_id=cast.site)
    services.create_priority(
        session,
        PriorityDraft(kind=PriorityKind.LEGAL_GAP, title="Rejets", objectives=frozenset({made.id})),
        actor=cast.claire,
        now=NOW,
    )
    services.declare_conflict(session, made, above.id, "Non", actor=cast.claire, now=NOW)
    found = cascade_of(session, cast.company, TODAY)
    assert [c.key for c in found.commitments] == ["c1", "c2"]
    assert found.commitments[0].domains == {Domain.SAFETY}
    assert found.served == {above.id: {"c2"}, made.id: {"c1"}}
    facts = found.by_id[made.id]
    assert (facts.owner_name, facts.target, facts.reviewed_on) == ("Bob Lefèvre", 4, TODAY)
    assert found.indicators[indicator.id].last == Fraction(11, 2)
    assert found.indicators[indicator.id].last_on == date(2026, 2, 1)
    assert found.priorities[0].objectives == {made.id}
    assert not found.conflicts[0].is_settled
    assert [site.id for site in found.sites] == [cast.site]


def test_the_cascade_holds_an_organisation_to_its_own_limits(session, cast):
    assert limits(cascade_of(session, cast.company, TODAY)) == (7, 6)
    house = session.get_one(Organisation, cast.company)
    chosen = Limits(objectives_per_owner=1, objective_review_months=2)
    limit_objectives(session, house, chosen, actor=cast.ines, now=NOW)
    session.flush()
    assert limits(cascade_of(session, cast.company, TODAY)) == (1, 2)
    assert limits(cascade_of(session, cast.other_company, TODAY)) == (7, 6)


def limits(cascade):
    return cascade.per_owner, cascade.review_months


def test_another_organisation_has_a_cascade_of_its_own(session, cast):
    make_policy(session, cast)
    make_objective(session, cast)
    found = cascade_of(session, cast.other_company, TODAY)
    assert (found.objectives, found.commitments, found.sites) == ((), (), ())


def act(session, cast, objective, title):
    return plan_action(
        session,
        ActionDraft(
            kind=ActionKind.IMPROVEMENT,
            title=title,
            owner_id=cast.bob.user_id,
            due_on=date(2026, 5, 1),
            criterion="Plus d’accident",
        ),
        origin=Origin(
            kind=Kind.OBJECTIVE,
            id=objective.id,
            context_kind=Kind.OBJECTIVE,
            context_id=objective.id,
            organisation_id=cast.company,
        ),
        actor=cast.claire,
        now=NOW,
    )


def test_k14_sees_the_actions_that_the_objective_asked_for(session, cast):
    make_policy(session, cast)
    indicator = make_indicator(session, cast, "Accidents", "7")
    made = running(session, cast, indicator_id=indicator.id, site_id=cast.site)
    action = act(session, cast, made, "Protéger la presse")
    session.flush()
    facts = cascade_of(session, cast.company, TODAY).by_id[made.id]
    assert (facts.actions_open, facts.actions_finished) == (1, 0)
    action.status, action.done_at = "done", NOW
    session.flush()
    found = check_of(session, cast.company, TODAY).of("objective", made.id)
    assert [str(j.anomaly.code) for j in found] == ["K14"]


def test_the_last_value_of_an_indicator_without_any_is_nothing(session, cast):
    indicator = make_indicator(session, cast)
    made = make_objective(session, cast, indicator_id=indicator.id)
    assert last_value(session, made) is None


def test_a_tree_is_read_in_one_statement(session, cast, statements):
    many(session, cast, 60)
    statements.clear()
    roots = tree_of(session, cast.company, TreeFilter())
    assert len(statements) == 1
    assert [root.id for root in roots] == list(range(1, 10))
    assert [child.id for child in roots[0].children] == list(range(10, 20))


def test_what_does_not_fit_a_filter_leaves_its_place_to_those_below(session, cast):
    above = make_objective(session, cast, domain=Domain.QUALITY)
    below = make_objective(session, cast, parent_id=above.id, site_id=cast.site)
    (found,) = tree_of(session, cast.company, TreeFilter(domain=Domain.SAFETY))
    assert found.id == below.id
    (found,) = tree_of(session, cast.company, TreeFilter(site_id=cast.site))
    assert found.id == below.id


def test_what_is_over_shows_only_when_asked(session, cast):
    made = running(session, cast)
    services.move_objective(session, made, "drop", "Non", actor=cast.claire, now=NOW)
    session.flush()
    assert tree_of(session, cast.company, TreeFilter()) == []
    assert len(tree_of(session, cast.company, TreeFilter(closed=True))) == 1
