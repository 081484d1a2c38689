"""Every kind of record enters a portfolio, and leaves it, by the same door."""

import json

import pytest
from sqlalchemy import delete

from qse_audit.accounts.models import Membership
from qse_audit.core.canonical import canonical_json
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Kind
from qse_audit.documents.text import Texts
from qse_audit.portfolios.queries.kinds import RECORDS
from qse_audit.portfolios.queries.records import find_record, find_records
from qse_audit.portfolios.queries.snapshots import snapshots
from qse_audit.portfolios.services import situations
from qse_audit.web import assets
from tests.factories import NOW
from tests.portfolios import factories as make
from tests.portfolios.ways import WAYS, Stage


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
    assert tied.involvement == way.involvement
    assert mine in {line.id for line in find_records(session, candidacy, kind=way.kind)}


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_whoever_left_ties_nothing_new(stage, candidacy, way):
    mine = way.make(stage, stage.cast.emma)
    leaver = delete(Membership).where(Membership.person_id == stage.cast.emma.user_id)
    stage.session.execute(leaver)
    assert find_record(stage.session, candidacy, way.kind, mine) is None
    assert find_records(stage.session, candidacy, kind=way.kind) == ()


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("locale", ["fr", "en"])
def test_a_snapshot_is_readable_by_people_and_machines(stage, way, locale):
    emma = stage.cast.emma.user_id
    key = way.kind, way.make(stage, stage.cast.emma)
    shot = snapshots(stage.session, [key], emma, words=Texts(locale))[key]
    assert shot.reference
    assert shot.title
    assert json.loads(canonical_json(dict(shot.state))) == dict(shot.state)
    assert any(value for _, value in shot.facts)
    assert all(len(row) == len(table.head) for table in shot.tables for row in table.rows)


@pytest.mark.parametrize("kind", RECORDS, ids=str)
def test_a_snapshot_names_nobody_else(stage, kind):
    emma = stage.cast.emma.user_id
    for way in (each for each in WAYS if each.kind is kind):
        key = kind, way.make(stage, stage.cast.emma)
        shot = snapshots(stage.session, [key], emma, words=Texts("fr"))[key]
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
def test_many_snapshots_cost_as_many_statements_as_one(stage, kind, statements):
    ways = [each for each in WAYS if each.kind is kind]
    keys = [(kind, way.make(stage, stage.cast.emma)) for way in (*ways, *ways)]
    stage.session.expire_all()
    counts = []
    for asked in (keys[:1], keys):
        stage.session.rollback()
        statements.clear()
        found = snapshots(stage.session, asked, stage.cast.emma.user_id, words=Texts("fr"))
        assert set(found) == set(asked)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 8
