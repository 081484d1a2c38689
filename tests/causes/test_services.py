"""Changing analyses: what is stored, recorded, told and refused; who reads what."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.causes import services
from qse_audit.causes.models import CauseAnalysis, CauseNode
from qse_audit.causes.queries import get_analysis, get_node, list_statement, tree_of
from qse_audit.causes.queries.analyses import CauseFilter
from qse_audit.causes.rules import CauseStatus, CauseTool, MemberDraft, NodeDraft
from qse_audit.causes.services.analyses import draft_of as of_analysis
from qse_audit.causes.services.lines import draft_of
from qse_audit.core.errors import Conflict, Refused
from qse_audit.core.permissions import Kind, Permission
from qse_audit.db.outbox import Notice
from qse_audit.db.trail import Event
from qse_audit.policies import allows
from tests.beside import begun_beside
from tests.causes.factories import add, make_analysis
from tests.factories import NOW


def verbs(session):
    return list(session.scalars(select(Event.verb).order_by(Event.id)))


def refused(act, *codes):
    with pytest.raises(Refused) as caught:
        act()
    assert {refusal.code for refusal in caught.value.refusals} == set(codes)


def test_an_analysis_is_begun_written_concluded_reopened_and_all_is_on_record(session, cast):
    made = make_analysis(session, cast)
    first = add(session, cast, made, "why", "Filtre laissé", fact="Photo")
    last = add(session, cast, made, "why", "Pas d’étape", under=first, fact="Modèle", is_root=True)
    member = MemberDraft(person_id=cast.alice.user_id, function="Audit")
    services.add_member(session, made, member, actor=cast.claire, now=NOW)
    services.move_analysis(session, made, "conclude", "Le modèle.", actor=cast.bob, now=NOW)
    session.commit()
    assert (made.reference, made.status) == ("CAU-2026-001", CauseStatus.CONCLUDED)
    assert made.conclusion == "Le modèle."
    draft = replace(draft_of(last), text="Autre")
    refused(
        lambda: services.edit_node(session, last, draft, version=None, actor=cast.claire, now=NOW),
        "over",
    )
    services.move_analysis(session, made, "reopen", "Autre cas.", actor=cast.claire, now=NOW)
    session.commit()
    assert (made.status, made.concluded_at) == (CauseStatus.REOPENED, None)
    named = [f"cause_analysis.{act}" for act in ("create", "add", "add", "join", "conclude")]
    assert verbs(session) == [*named, "cause_analysis.reopen"]
    heard = set(session.scalars(select(Notice.person_id)))
    assert heard == {cast.bob.user_id, cast.alice.user_id}


def test_what_is_missing_keeps_an_analysis_open(session, cast):
    made = make_analysis(session, cast)
    add(session, cast, made, "why", "Filtre laissé")
    refused(
        lambda: services.move_analysis(session, made, "conclude", " ", actor=cast.bob, now=NOW),
        "why_without_fact", "branch_open", "no_root", "note_missing",
    )  # fmt: skip
    assert made.status is CauseStatus.IN_ANALYSIS


def test_a_line_changed_meanwhile_is_a_conflict_and_the_same_again_is_nothing(session, cast):
    made = make_analysis(session, cast)
    line = add(session, cast, made, "why", "Un")
    seen = line.version

    def change(text, version):
        draft = replace(draft_of(line), text=text)
        services.edit_node(session, line, draft, version=version, actor=cast.bob, now=NOW)
        session.commit()

    change("Deux", seen)
    with pytest.raises(Conflict) as caught:
        change("Trois", seen)
    assert (caught.value.theirs["text"], caught.value.yours["text"]) == ("Deux", "Trois")
    before = len(verbs(session))
    change("Deux", seen)
    assert len(verbs(session)) == before


def test_lines_are_put_elsewhere_with_all_below_them_and_deleted_likewise(session, cast):
    made = make_analysis(session, cast)
    one, two = (add(session, cast, made, "why", text) for text in ("un", "deux"))
    below = add(session, cast, made, "why", "sous deux", under=two)
    services.step_node(session, two, "up", actor=cast.claire, now=NOW)
    order = [(node.text, depth) for node, depth in tree_of(session, made.id).walk()]
    assert order == [("deux", 0), ("sous deux", 1), ("un", 0)]
    refused(lambda: services.step_node(session, two, "up", actor=cast.claire, now=NOW), "stuck")
    refused(lambda: services.step_node(session, two, "?", actor=cast.claire, now=NOW), "stuck")
    refused(
        lambda: services.place_node(session, two, below.id, actor=cast.claire, now=NOW), "cycle"
    )
    services.place_node(session, two, one.id, actor=cast.claire, now=NOW)
    session.commit()
    order = [(node.text, depth) for node, depth in tree_of(session, made.id).walk()]
    assert order == [("un", 0), ("deux", 1), ("sous deux", 2)]
    assert services.delete_node(session, two, actor=cast.claire, now=NOW) == 2
    session.commit()
    assert [node.text for node in tree_of(session, made.id).nodes] == ["un"]


def test_two_lines_put_under_each_other_at_once_make_no_circle(session, cast, engine):
    made = make_analysis(session, cast)
    one, two = (add(session, cast, made, "why", text).id for text in ("Une", "Deux"))
    told = []

    def turn(own):
        with pytest.raises(Refused) as caught:
            services.place_node(own, get_node(own, two), one, actor=cast.claire, now=NOW)
        told.extend(refusal.code for refusal in caught.value.refusals)

    services.place_node(session, get_node(session, one), two, actor=cast.bob, now=NOW)
    beside = begun_beside(engine, turn)
    session.commit()
    beside.join()
    assert told == ["cycle"]


def test_nothing_changes_behind_a_conclusion(session, cast, engine):
    made = make_analysis(session, cast)
    first = add(session, cast, made, "why", "Filtre laissé", fact="Photo")
    key = add(session, cast, made, "why", "Modèle", under=first, fact="Modèle", is_root=True).id
    session.commit()
    said = {"actor": cast.claire, "now": NOW}
    with Session(engine, expire_on_commit=False) as other:
        seen = get_node(other, key)
        whole = get_analysis(other, seen.analysis_id)
        other.commit()
        services.move_analysis(session, made, "conclude", "Le modèle.", actor=cast.bob, now=NOW)
        session.commit()
        words, title = (
            NodeDraft(text="Tard", fact="Tard"),
            replace(of_analysis(whole), title="Tard"),
        )
        late = (
            lambda: services.add_node(other, whole, seen.kind, words, parent_id=None, **said),
            lambda: services.edit_node(other, seen, words, version=None, **said),
            lambda: services.delete_node(other, seen, **said),
            lambda: services.step_node(other, seen, "out", **said),
            lambda: services.place_node(other, seen, None, **said),
            lambda: services.edit_analysis(other, whole, title, version=None, **said),
            lambda: services.add_member(
                other, whole, MemberDraft(name="Tard", function="Tour"), **said
            ),
        )
        for act in late:
            refused(act, "over")


def test_an_analysis_read_before_it_changed_is_a_conflict(session, cast, engine):
    made = make_analysis(session, cast)

    def rename(where, row, title):
        draft = replace(of_analysis(seen), title=title)
        services.edit_analysis(where, row, draft, version=seen.version, actor=cast.bob, now=NOW)

    key = made.id
    session.rollback()
    with Session(engine, expire_on_commit=False) as other:
        seen = get_analysis(other, key)
        other.commit()
        rename(session, made, "Un")
        session.commit()
        with pytest.raises(Conflict):
            rename(other, seen, "Deux")


def test_a_line_of_another_analysis_is_no_parent(session, cast):
    made, other = make_analysis(session, cast), make_analysis(session, cast)
    strange = add(session, cast, other, "why")
    refused(lambda: add(session, cast, made, "why", under=strange), "parent_unknown")
    stranger = NodeDraft(text="x", owner_id=cast.david.user_id)
    bow = make_analysis(session, cast, CauseTool.BOW_TIE)
    event = add(session, cast, bow, "event")
    threat = add(session, cast, bow, "threat", under=event)
    refused(
        lambda: add(session, cast, bow, "barrier", under=threat, owner_id=stranger.owner_id),
        "owner_foreign",
    )


def test_the_database_refuses_what_the_rules_refuse(session, cast):
    made = make_analysis(session, cast)
    line = add(session, cast, made, "why")
    for name, value in (("is_verified", True), ("votes", -1), ("parent_id", line.id)):
        setattr(line, name, value)
        with pytest.raises(Exception, match=r"(?i)constraint"):
            session.flush()
        session.rollback()


def test_an_8d_has_its_nine_steps_and_the_delays_of_the_last_one(session, cast):
    made = make_analysis(session, cast, CauseTool.EIGHT_D)
    slots = [node.slot.value for node in tree_of(session, made.id).nodes]
    assert slots == [f"d{n}" for n in range(9)]
    assert session.scalar(select(CauseNode.position).where(CauseNode.slot == "d8")) == 9


@pytest.mark.parametrize("subject", [None, (Kind.FINDING, 5), (Kind.ACCIDENT, 5)])
def test_lists_and_the_policy_agree_on_who_reads_an_analysis(session, cast, subject):
    made = make_analysis(session, cast, subject=subject)
    member = MemberDraft(person_id=cast.emma.user_id)
    services.add_member(session, made, member, actor=cast.claire, now=NOW)
    session.commit()
    session.expire_all()
    reading = set()
    for name, who in cast.everyone().items():
        may = allows(who, Permission.CAUSE_READ, session.get(CauseAnalysis, made.id).access())
        listed = session.execute(list_statement(who, CauseFilter())).all()
        assert bool(listed) is may, name
        if may:
            reading.add(name)
    everybody = {"alice", "bob", "claire", "emma", "farid", "jean"}
    restricted = {"bob", "claire", "emma", "jean"}
    assert reading == (restricted if subject and subject[0] is Kind.ACCIDENT else everybody)
