"""What the services write, refuse, record and tell."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from qse_audit.core.errors import Conflict, NotFound, Refused
from qse_audit.core.permissions import Kind, Link
from qse_audit.db.outbox import Notice
from qse_audit.db.participation import read_links
from qse_audit.db.trail import Event
from qse_audit.objectives import services
from qse_audit.objectives.models import Objective
from qse_audit.objectives.queries import (
    agreement_of,
    axis_commitments,
    check_of,
    frozen_report,
    get_report,
    lines_of,
    places_of,
    since_last_report,
)
from qse_audit.objectives.rules import (
    AnomalyState,
    AxisDraft,
    ObjectiveStatus,
    PriorityDraft,
    PriorityKind,
    TalkKind,
)
from qse_audit.referentials.rules import Place
from tests.factories import NOW
from tests.objectives.factories import (
    TODAY,
    draft,
    make_indicator,
    make_objective,
    make_policy,
    running,
)


def codes(refused):
    return [refusal.code for refusal in refused.value.refusals]


def verbs(session, kind, key):
    return session.scalars(
        select(Event.verb)
        .where(Event.subject_kind == kind, Event.subject_id == key)
        .order_by(Event.id)
    ).all()


def heard(session, who):
    return session.scalars(
        select(Notice.msgid).where(Notice.person_id == who.user_id).order_by(Notice.id)
    ).all()


# --- writing ---


def test_an_objective_begins_as_a_numbered_draft_at_the_end_of_the_tree(session, cast):
    first, second = make_objective(session, cast), make_objective(session, cast)
    assert (first.reference, second.reference) == ("OBJ-2026-001", "OBJ-2026-002")
    assert first.status is ObjectiveStatus.DRAFT
    assert places_of(session, cast.company) == [Place(first.id, None), Place(second.id, None)]
    assert verbs(session, "objective", first.id) == ["objective.create"]


def test_its_people_are_tied_to_it(session, cast):
    made = make_objective(session, cast, actor=cast.emma)
    links = read_links(session, Kind.OBJECTIVE, made.id)
    assert links[Link.AUTHOR] == {cast.emma.user_id}
    assert links[Link.OWNER] == links[Link.VERIFIER] == {cast.bob.user_id}


def test_what_is_of_another_organisation_is_refused(session, cast):
    with pytest.raises(Refused) as refused:
        make_objective(session, cast, owner_id=cast.david.user_id, site_id=9999, axis_id=77)
    assert codes(refused) == ["owner_foreign", "site_foreign", "axis_foreign"]
    with pytest.raises(Refused) as refused:
        make_objective(session, cast, parent_id=4321)
    assert codes(refused) == ["parent_unknown"]


def test_the_same_again_changes_nothing_and_an_old_version_is_a_conflict(session, cast):
    made = make_objective(session, cast)
    same = services.draft_of(session, made)
    services.edit_objective(session, made, same, version=99, actor=cast.claire, now=NOW)
    assert verbs(session, "objective", made.id) == ["objective.create"]
    other = replace(same, title="Supprimer les accidents de manutention")
    with pytest.raises(Conflict) as conflict:
        services.edit_objective(session, made, other, version=99, actor=cast.claire, now=NOW)
    assert conflict.value.theirs["title"] == "Réduire les accidents avec arrêt"
    services.edit_objective(session, made, other, version=1, actor=cast.claire, now=NOW)
    session.flush()
    assert (made.title, made.version) == ("Supprimer les accidents de manutention", 2)


def test_numbers_are_kept_exactly(session, cast):
    made = make_objective(session, cast, baseline=Fraction("12.50"), target=Fraction("0.1"))
    session.expire_all()
    found = services.draft_of(session, made)
    assert (found.baseline, found.target) == (Fraction(25, 2), Fraction(1, 10))


def test_an_objective_cannot_be_put_below_itself(session, cast):
    above = make_objective(session, cast)
    below = make_objective(session, cast, parent_id=above.id)
    looped = replace(services.draft_of(session, above), parent_id=below.id)
    with pytest.raises(Refused) as refused:
        services.edit_objective(session, above, looped, version=1, actor=cast.claire, now=NOW)
    assert codes(refused) == ["cycle"]


def test_the_database_itself_refuses_an_objective_above_itself(session, cast):
    made = make_objective(session, cast)
    with pytest.raises(DBAPIError, match="not_its_own_parent"):
        session.execute(text("UPDATE objective SET parent_id = id WHERE id = :id"), {"id": made.id})


# --- the tree ---


def test_the_tree_is_put_in_another_order_and_said_once(session, cast):
    one, two, three = (make_objective(session, cast) for _ in range(3))
    after = [Place(three.id, None), Place(one.id, three.id), Place(two.id, None)]
    services.reorder(session, after, actor=cast.claire, now=NOW)
    assert places_of(session, cast.company) == after
    services.reorder(session, after, actor=cast.claire, now=NOW)
    assert verbs(session, "cascade", cast.company) == ["cascade.place"]


def test_a_step_moves_one_objective(session, cast):
    one, two = make_objective(session, cast), make_objective(session, cast)
    services.step(session, two.id, direction="in", actor=cast.claire, now=NOW)
    assert places_of(session, cast.company) == [Place(one.id, None), Place(two.id, one.id)]
    services.step(session, two.id, direction="out", actor=cast.claire, now=NOW)
    services.step(session, two.id, direction="up", actor=cast.claire, now=NOW)
    assert places_of(session, cast.company) == [Place(two.id, None), Place(one.id, None)]


def test_an_order_of_another_tree_is_refused(session, cast):
    one = make_objective(session, cast)
    for wrong in ([], [Place(one.id, None), Place(4321, None)], [Place(one.id, one.id)]):
        with pytest.raises(Refused):
            services.reorder(session, wrong, actor=cast.claire, now=NOW)


def test_ordering_leaves_the_parent_of_those_below_what_is_over(session, cast):
    above = make_objective(session, cast)
    below, other = make_objective(session, cast, parent_id=above.id), make_objective(session, cast)
    above.status, above.closed_at = ObjectiveStatus.DROPPED, NOW
    session.flush()
    after = [Place(other.id, None), Place(below.id, None)]
    services.reorder(session, after, actor=cast.claire, now=NOW)
    assert session.get(Objective, below.id).parent_id == above.id


# --- the talk and the moves ---


def test_a_proposal_opens_the_talk_and_its_owner_hears_of_it(session, cast):
    made = make_objective(session, cast)
    services.move_objective(session, made, "propose", "Pour toi", actor=cast.claire, now=NOW)
    assert [(t.kind, t.text, t.target) for t in made.talks] == [(TalkKind.PROPOSAL, "Pour toi", 4)]
    assert "proposé" in heard(session, cast.bob)[0]
    assert heard(session, cast.claire) == []


def test_a_counter_proposal_that_is_agreed_sets_the_figures(session, cast):
    made = make_objective(session, cast)
    services.move_objective(session, made, "propose", "", actor=cast.claire, now=NOW)
    with pytest.raises(Refused) as refused:
        services.move_objective(session, made, "start", "", actor=cast.claire, now=NOW)
    assert codes(refused) == ["not_agreed"]
    later = made.due_on + timedelta(days=30)
    services.say(
        session, made, TalkKind.ANSWER, text="Plutôt 5", target=Fraction(5), due_on=later,
        actor=cast.bob, now=NOW,
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        services.say(session, made, TalkKind.AGREEMENT, text="", actor=cast.bob, now=NOW)
    assert codes(refused) == ["own_proposal"]
    services.say(session, made, TalkKind.AGREEMENT, text="", actor=cast.claire, now=NOW)
    assert (made.target, made.due_on) == (5, later)
    assert agreement_of(made) is not None
    services.move_objective(session, made, "start", "", actor=cast.claire, now=NOW)
    assert (made.status, made.reviewed_on) == (ObjectiveStatus.RUNNING, TODAY)


def test_the_talk_cannot_be_changed_afterwards(session, cast):
    running(session, cast)
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text("UPDATE objective_talk SET text = 'autre'"))


def test_an_objective_is_reached_only_when_its_last_value_says_so(session, cast):
    indicator = make_indicator(session, cast, "Accidents", "7", "5")
    made = running(session, cast, indicator_id=indicator.id)
    with pytest.raises(Refused) as refused:
        services.move_objective(session, made, "reach", "Vu", actor=cast.claire, now=NOW)
    assert codes(refused) == ["target_not_reached"]
    assert made.status is ObjectiveStatus.RUNNING
    services.move_objective(session, made, "miss", "Pas cette année", actor=cast.jean, now=NOW)
    session.flush()
    assert (made.status, made.closing_note) == (ObjectiveStatus.MISSED, "Pas cette année")
    services.move_objective(session, made, "reopen", "On continue", actor=cast.jean, now=NOW)
    session.flush()
    assert (made.closed_at, made.closing_note) == (None, "")


def test_what_is_over_is_not_written_any_more(session, cast):
    made = running(session, cast)
    services.move_objective(session, made, "drop", "Activité vendue", actor=cast.jean, now=NOW)
    other = replace(services.draft_of(session, made), title="Autre chose à faire")
    with pytest.raises(Refused) as refused:
        services.edit_objective(session, made, other, version=None, actor=cast.claire, now=NOW)
    assert codes(refused) == ["over"]


def test_what_runs_keeps_an_owner(session, cast):
    made = running(session, cast)
    alone = replace(services.draft_of(session, made), owner_id=None)
    with pytest.raises(Refused) as refused:
        services.edit_objective(session, made, alone, version=None, actor=cast.claire, now=NOW)
    assert codes(refused) == ["owner_missing"]


# --- around ---


def test_an_axis_carries_commitments_and_has_a_name_of_its_own(session, cast):
    sent = AxisDraft(title="Zéro accident", commitments=frozenset({"c1", "c2"}))
    axis = services.create_axis(session, sent, actor=cast.claire, now=NOW)
    assert axis_commitments(session, axis.id) == {"c1", "c2"}
    with pytest.raises(Refused) as refused:
        services.create_axis(session, AxisDraft(title=" zéro ACCIDENT"), actor=cast.claire, now=NOW)
    assert codes(refused) == ["title_taken"]
    less = AxisDraft(title="Zéro accident", horizon="2029", commitments=frozenset({"c2"}))
    services.edit_axis(session, axis, less, version=1, actor=cast.claire, now=NOW)
    assert (axis.horizon, axis_commitments(session, axis.id)) == ("2029", {"c2"})
    with pytest.raises(Conflict):
        services.edit_axis(session, axis, sent, version=99, actor=cast.claire, now=NOW)


def test_an_axis_in_use_is_not_archived(session, cast):
    axis = services.create_axis(session, AxisDraft(title="Eau"), actor=cast.claire, now=NOW)
    made = make_objective(session, cast, axis_id=axis.id)
    with pytest.raises(Refused) as refused:
        services.archive_axis(session, axis, actor=cast.claire, now=NOW)
    assert codes(refused) == ["axis_used"]
    services.move_objective(session, made, "drop", "Non", actor=cast.claire, now=NOW)
    session.flush()
    services.archive_axis(session, axis, actor=cast.claire, now=NOW)
    assert axis.archived_at == NOW


def test_a_priority_is_answered_by_objectives_of_the_organisation_only(session, cast):
    made = make_objective(session, cast)
    asked = PriorityDraft(
        kind=PriorityKind.HIGH_RISK, title="Presse 3", objectives=frozenset({made.id})
    )
    priority = services.create_priority(session, asked, actor=cast.claire, now=NOW)
    assert [o.id for o in priority.objectives] == [made.id]
    foreign = replace(asked, objectives=frozenset({4321}))
    with pytest.raises(Refused) as refused:
        services.edit_priority(session, priority, foreign, version=1, actor=cast.claire, now=NOW)
    assert codes(refused) == ["objective_foreign"]
    services.withdraw_priority(session, priority, actor=cast.claire, now=NOW)
    assert priority.withdrawn_at == NOW


def test_a_conflict_is_declared_once_and_settled_once_with_words(session, cast):
    one, two = make_objective(session, cast), make_objective(session, cast)
    found = services.declare_conflict(
        session, two, one.id, "Plus de contrôles, moins de rebuts", actor=cast.claire, now=NOW
    )
    assert (found.first_id, found.second_id) == (one.id, two.id)
    with pytest.raises(Refused) as refused:
        services.declare_conflict(session, one, two.id, "Encore", actor=cast.claire, now=NOW)
    assert codes(refused) == ["conflict_known"]
    with pytest.raises(Refused) as refused:
        services.settle_conflict(session, found, " ", actor=cast.jean, now=NOW)
    assert codes(refused) == ["reason_missing"]
    services.settle_conflict(session, found, "La sécurité d’abord", actor=cast.jean, now=NOW)
    assert found.decided_by_id == cast.jean.user_id
    with pytest.raises(Refused) as refused:
        services.settle_conflict(session, found, "Non", actor=cast.jean, now=NOW)
    assert codes(refused) == ["already_settled"]


# --- coherence ---


def keys(session, cast):
    return {j.anomaly.key: j.state for j in check_of(session, cast.company, TODAY).judged}


def test_scenario_24_k1_disappears_when_an_objective_is_tied(session, cast):
    make_policy(session, cast, "Prévenir les accidents", "Protéger l’eau")
    made = make_objective(session, cast)
    assert keys(session, cast)["K1:commitment/c2"] is AnomalyState.OPEN
    both = replace(services.draft_of(session, made), commitments=frozenset({"c1", "c2"}))
    services.edit_objective(session, made, both, version=None, actor=cast.claire, now=NOW)
    assert "K1:commitment/c2" not in keys(session, cast)


def accept(session, cast, key, reason="Marge assumée jusqu’en juin"):
    found = check_of(session, cast.company, TODAY).named(key)
    services.accept_anomaly(
        session, key, found.anomaly.figures_sha256, reason, actor=cast.claire, now=NOW
    )


def test_scenario_24_k1_is_no_longer_open_once_accepted_with_a_reason(session, cast):
    make_policy(session, cast)
    key = "K1:commitment/c1"
    with pytest.raises(Refused):
        accept(session, cast, key, " ")
    accept(session, cast, key)
    found = check_of(session, cast.company, TODAY).named(key)
    assert (found.state, found.acceptance.name) == (AnomalyState.ACCEPTED, "Claire Dubois")
    services.withdraw_acceptance(session, key, "On s’y met", actor=cast.claire, now=NOW)
    assert keys(session, cast)[key] is AnomalyState.OPEN
    with pytest.raises(NotFound):
        services.withdraw_acceptance(session, key, "Encore", actor=cast.claire, now=NOW)


def test_an_anomaly_is_accepted_only_with_the_figures_that_were_read(session, cast):
    make_policy(session, cast)
    with pytest.raises(Refused) as refused:
        services.accept_anomaly(
            session, "K1:commitment/c1", "0" * 64, "Oui", actor=cast.claire, now=NOW
        )
    assert codes(refused) == ["figures_changed"]
    with pytest.raises(NotFound):
        services.accept_anomaly(session, "K1:x/1", "0" * 64, "Oui", actor=cast.claire, now=NOW)


def test_an_accepted_anomaly_shows_again_when_its_figures_change(session, cast):
    make_policy(session, cast)
    made = make_objective(session, cast, resources="")
    key = f"K4:objective/{made.id}"
    accept(session, cast, key)
    assert keys(session, cast)[key] is AnomalyState.ACCEPTED
    worse = replace(services.draft_of(session, made), baseline=None)
    services.edit_objective(session, made, worse, version=None, actor=cast.claire, now=NOW)
    assert keys(session, cast)[key] is AnomalyState.CHANGED


def test_two_frozen_reports_show_what_was_mended(session, cast):
    make_policy(session, cast, "Prévenir les accidents", "Protéger l’eau")
    made = make_objective(session, cast, resources="")
    first = services.freeze_report(session, "Avant", actor=cast.claire, now=NOW)
    assert first.reference == "COH-2026-001"
    mended = replace(services.draft_of(session, made), resources="Deux jours par mois")
    services.edit_objective(session, made, mended, version=None, actor=cast.claire, now=NOW)
    told = since_last_report(session, cast.company, check_of(session, cast.company, TODAY).judged)
    assert [line.key for line in told.comparison.mended] == [f"K4:objective/{made.id}"]
    second = services.freeze_report(session, "Après", actor=cast.claire, now=NOW)
    frozen = frozen_report(session, get_report(session, second.id))
    assert frozen.before.reference == "COH-2026-001"
    assert [line.key for line in frozen.before.comparison.mended] == [f"K4:objective/{made.id}"]
    assert f"K4:objective/{made.id}" in {line.key for line in lines_of(first)}
    assert frozen_report(session, first).before is None
    assert verbs(session, "coherence", second.id) == ["coherence.freeze"]


def test_a_report_cannot_be_changed_afterwards(session, cast):
    services.freeze_report(session, "", actor=cast.claire, now=NOW)
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text("UPDATE coherence_report SET open_count = 0"))


def test_an_acceptance_cannot_be_changed_afterwards(session, cast):
    make_policy(session, cast)
    accept(session, cast, "K1:commitment/c1")
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text("DELETE FROM anomaly_acceptance"))


def test_a_draft_says_what_the_factory_gave(session, cast):
    made = make_objective(session, cast)
    assert services.draft_of(session, made) == draft(cast)
