"""Every kind of record enters a portfolio, and leaves it, by the same door."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import delete

from qse_audit.accounts.models import Membership
from qse_audit.core.canonical import canonical_json
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Kind
from qse_audit.documents.text import Texts
from qse_audit.portfolios.guidance import HINTS
from qse_audit.portfolios.queries.kinds import RECORDS
from qse_audit.portfolios.queries.records import find_record, find_records
from qse_audit.portfolios.queries.snapshots import snapshots
from qse_audit.portfolios.services import situations
from qse_audit.web import assets
from tests.factories import NOW
from tests.portfolios import factories as make
from tests.portfolios.ways import WAYS, Stage, accept, make_coherence


@pytest.fixture
def stage(session, cast, files):
    return Stage(session, cast, files)


def test_every_kind_is_tried_below():
    assert {way.kind for way in WAYS} == set(RECORDS)


@pytest.mark.parametrize("kind", RECORDS, ids=str)
def test_a_kind_is_stored_under_its_own_name_and_drawn(kind):
    assert RECORDS[kind].kind is kind
    assert RECORDS[kind].icon in assets.symbols()


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_whoever_took_part_may_tie_and_nobody_else(stage, candidacy, way):
    session, cast = stage.session, stage.cast
    situation = make.make_situation(session, cast, candidacy)
    theirs = way.make(stage, cast.alice)
    assert find_record(session, candidacy, way.kind, theirs) is None
    with pytest.raises(NotFound):
        situations.tie_record(session, situation, way.kind, theirs, actor=cast.emma, now=NOW)
    mine = way.make(stage, cast.emma)
    tied = situations.tie_record(session, situation, way.kind, mine, actor=cast.emma, now=NOW)
    assert theirs not in {line.id for line in find_records(session, candidacy, kind=way.kind)}
    assert tied.involvement == way.involvement
    assert mine in {line.id for line in find_records(session, candidacy, kind=way.kind)}


@pytest.mark.parametrize(
    ("key", "at"),
    [("K7:objective/1", NOW - timedelta(days=1)), ("K7:objective/12", NOW + timedelta(days=1))],
    ids=["another-anomaly", "after-the-report"],
)
def test_a_word_on_another_anomaly_or_after_the_report_is_no_part_in_it(stage, candidacy, key, at):
    report = make_coherence(stage, stage.cast.claire, "K7:objective/12")
    accept(stage, stage.cast.emma, key, at=at)
    assert find_record(stage.session, candidacy, Kind.COHERENCE, report.id) is None


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_whoever_left_ties_nothing_new(stage, candidacy, way):
    mine = way.make(stage, stage.cast.emma)
    leaver = delete(Membership).where(Membership.person_id == stage.cast.emma.user_id)
    stage.session.execute(leaver)
    assert find_record(stage.session, candidacy, way.kind, mine) is None
    assert find_records(stage.session, candidacy, kind=way.kind) == ()


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("locale", ["fr", "en"])
def test_a_snapshot_is_readable_by_people_and_machines(stage, candidacy, way, locale):
    key = way.kind, way.make(stage, stage.cast.emma)
    shot = snapshots(stage.session, candidacy, [key], words=Texts(locale), today=NOW.date())[key]
    assert shot.reference
    assert shot.title
    assert json.loads(canonical_json(dict(shot.state))) == dict(shot.state)
    assert any(value for _, value in shot.facts)
    assert all(len(row) == len(table.head) for table in shot.tables for row in table.rows)


@pytest.mark.parametrize("kind", RECORDS, ids=str)
def test_a_snapshot_names_nobody_else(stage, candidacy, kind):
    for way in (each for each in WAYS if each.kind is kind):
        key = kind, way.make(stage, stage.cast.emma)
        shot = snapshots(stage.session, candidacy, [key], words=Texts("fr"), today=NOW.date())[key]
        told = repr((shot.state, shot.facts, shot.tables, shot.drawings))
        for name in ("Alice", "Bob", "Claire", "Jean", "Moreau", "Lefèvre", "Dubois", "Garnier"):
            assert name not in told


def test_the_picker_is_one_statement(stage, candidacy, statements):
    for way in WAYS:
        way.make(stage, stage.cast.emma)
    find_record(stage.session, candidacy, Kind.AUDIT, 1)  # loads what the candidacy needs
    statements.clear()
    assert len(find_records(stage.session, candidacy)) >= len(WAYS)
    assert len(statements) == 1


@pytest.mark.parametrize("kind", RECORDS, ids=str)
def test_many_snapshots_cost_as_many_statements_as_one(stage, candidacy, kind, statements):
    ways = [each for each in WAYS if each.kind is kind]
    keys = [(kind, way.make(stage, stage.cast.emma)) for way in (*ways, *ways)]
    counts = []
    assert candidacy.organisation_id == stage.cast.company  # loaded before anything is counted
    for asked in (keys[:1], keys):
        statements.clear()
        found = snapshots(stage.session, candidacy, asked, words=Texts("fr"), today=NOW.date())
        assert set(found) == set(asked)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 18


def test_a_suggestion_asks_only_kinds_that_tell_what_they_hold():
    assert {hint.kind for hint in HINTS if hint.fact} <= {
        kind for kind, each in RECORDS.items() if each.facts
    }


@pytest.mark.parametrize(
    ("kind", "part", "expected"),
    [
        (Kind.CAUSE_ANALYSIS, "owner", {"asked"}),
        (Kind.CAUSE_ANALYSIS, "member", {"asked", "team"}),
        (Kind.WORKSHOP, "facilitator", {"team"}),
        (Kind.POLICY, "decider", {"submitted", "decided"}),
        (Kind.INTERESTED_PARTY, "author", {"needs", "obligation"}),
        (Kind.PROPOSAL, "author", {"facts"}),
        (Kind.PROPOSAL, "decider", {"facts", "decided"}),
        (Kind.OBJECTIVE, "owner", set()),
        (Kind.OBJECTIVE, "decider", {"settled"}),
        (Kind.COHERENCE, "author", {"deployed", "traced", "levels", "settled"}),
        (Kind.INDICATOR, "author", {"card", "values"}),
        (Kind.INDICATOR, "keeper", {"card", "values", "locked"}),
        (Kind.SIGNAL, "analyst", set()),
    ],
)
def test_what_a_record_holds_is_read_from_it(stage, kind, part, expected):
    way = next(w for w in WAYS if (w.kind, w.involvement) == (kind, part))
    key = way.make(stage, stage.cast.emma)
    held = RECORDS[kind].facts(stage.session, [key])
    assert held.get(key, frozenset()) == expected
