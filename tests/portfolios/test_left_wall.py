"""A candidate who left hands in what they tied, and reads nothing else of the company."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from qse_audit.accounts.models import Membership
from qse_audit.audits.models import Audit
from qse_audit.core.canonical import canonical_json
from qse_audit.db.wall import acting_session, silent_session, within
from qse_audit.indicators.models import Measurement
from qse_audit.objectives.models import Objective
from qse_audit.policy.models import Policy
from qse_audit.portfolios.queries.candidacies import get_candidacy, get_situation
from qse_audit.portfolios.queries.editor import read_editor
from qse_audit.portfolios.queries.frozen import freeze
from qse_audit.portfolios.queries.kinds import RECORDS
from qse_audit.portfolios.queries.portfolio import read_portfolio
from tests.factories import NOW
from tests.portfolios import factories as make
from tests.portfolios.ways import WAYS, Stage


@pytest.fixture
def tied(session, cast, files, candidacy):
    """The ids of a candidacy and a situation of it that relies on records of every kind."""
    stage = Stage(session, cast, files)
    records = [(way.kind, way.make(stage, cast.emma)) for way in WAYS]
    situation = make.make_situation(session, cast, candidacy, records=records)
    ids = candidacy.id, situation.id
    session.commit()
    return ids


def frozen(session, candidacy_id, files):
    candidacy = get_candidacy(session, candidacy_id)
    portfolio = read_portfolio(session, candidacy)
    return freeze(
        session, candidacy, portfolio, files=files, locale="fr", now=NOW + timedelta(days=30)
    )


@pytest.fixture
def elsewhere(engine, session, cast, tied):
    """Emma, who left the company and now acts in another."""
    session.execute(delete(Membership).where(Membership.person_id == cast.emma.user_id))
    session.commit()
    with acting_session(
        engine, organisation_id=cast.other_company, person_id=cast.emma.user_id
    ) as outside:
        yield outside
        outside.rollback()


def test_what_was_tied_is_frozen_alike_before_and_after_leaving(session, files, request, tied):
    before = frozen(session, tied[0], files)
    assert before.refusals == ()
    assert {record["kind"] for record in before.model["records"]} == {str(k) for k in RECORDS}
    session.commit()
    after = frozen(request.getfixturevalue("elsewhere"), tied[0], files)
    assert after.refusals == ()
    assert canonical_json(after.model) == canonical_json(before.model)


def test_the_page_of_the_situation_still_knows_its_records(tied, elsewhere):
    editor = read_editor(elsewhere, get_situation(elsewhere, tied[1]))
    assert all(line is not None for _, line in editor.records)


@pytest.fixture
def wall(engine):
    """Pass a test by where the first wall stands alone, before it makes anything."""
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no row-level security")


def test_only_named_records_that_have_a_page_stay_open_beside_the_portfolio(wall, elsewhere):
    for model in (Measurement, Objective, Policy, Audit):
        seen = elsewhere.scalar(select(func.count()).select_from(model))
        assert (seen > 0) == (model is Audit), model


def test_reading_within_a_company_ends_with_it_whatever_happens(wall, engine, session, cast, tied):
    count = select(func.count()).select_from(Policy)
    emma = cast.emma.user_id
    with acting_session(engine, organisation_id=cast.other_company, person_id=emma) as outside:
        with within(outside, cast.company):
            assert outside.scalar(count) > 0
        assert outside.scalar(count) == 0
        with pytest.raises(ZeroDivisionError), within(outside, cast.company):
            raise ZeroDivisionError
        assert outside.scalar(count) == 0
    with silent_session(engine) as nobody:
        nobody.info["acting"] = ("", "")
        with within(nobody, cast.company):
            assert nobody.scalar(count) == 0
