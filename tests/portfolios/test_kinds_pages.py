"""From the page of a record to a situation, to the picker, to the page of the situation."""

from dataclasses import replace

import pytest
from flask import url_for

from qse_audit.app import ORIGINS
from qse_audit.core.involvement import Involvement
from qse_audit.core.permissions import Kind
from qse_audit.indicators.models import LoggedSignal
from qse_audit.portfolios.queries.candidacies import get_situation
from qse_audit.portfolios.queries.kinds import RECORDS
from qse_audit.portfolios.queries.records import PICKED
from tests.portfolios import factories as make
from tests.portfolios.ways import WAYS, Stage

LEADING = [
    way
    for way in WAYS
    if way.kind not in {Kind.FINDING, Kind.REPORT, Kind.EVIDENCE, Kind.ACTION}
    and way.involvement
    not in {Involvement.KEEPER, Involvement.STARTER, Involvement.JUDGE, Involvement.OBSERVER}
    and (way.kind, way.involvement)
    not in {(Kind.OBJECTIVE, Involvement.DECIDER), (Kind.POLICY, Involvement.DECIDER)}
    and way.kind is not Kind.SIGNAL
]
"""Where the page opens to a candidate, and knows itself that its reader took part."""


@pytest.fixture
def stage(session, cast, files):
    return Stage(session, cast, files)


def page_of(app, kind, key):
    origin = ORIGINS[kind]
    with app.test_request_context():
        return url_for(origin.endpoint, **{origin.target.argument: key})


def leads(page, kind, key):
    wanted = f"/candidacies/situations/from?record={kind}/{key}"
    return [a["href"] for a in page.select("a[href*='situations/from']")] == [wanted]


@pytest.mark.parametrize("way", LEADING, ids=str)
def test_the_page_of_a_record_leads_its_candidate_to_a_situation(
    app, browse, session, cast, candidacy, stage, way
):
    key = way.make(stage, cast.emma)
    assert leads(browse(cast.emma, "GET", page_of(app, way.kind, key)), way.kind, key)
    page = browse(cast.claire, "GET", page_of(app, way.kind, key))
    assert not page.select("a[href*='situations/from']")


READ_BY_ALL = {
    Kind.CONTEXT_ISSUE,
    Kind.INTERESTED_PARTY,
    Kind.PROPOSAL,
    Kind.OBJECTIVE,
    Kind.COHERENCE,
    Kind.INDICATOR,
}


@pytest.mark.parametrize("way", [w for w in LEADING if w.kind in READ_BY_ALL], ids=str)
def test_a_candidate_who_took_no_part_is_offered_nothing(
    app, browse, session, cast, candidacy, stage, way
):
    key = way.make(stage, cast.alice)
    page = browse(cast.emma, "GET", page_of(app, way.kind, key))
    assert not page.select("a[href*='situations/from']")


def test_a_signal_leads_who_answers_for_it_to_a_situation(
    app, browse, session, cast, candidacy, stage
):
    (way,) = (each for each in WAYS if each.kind is Kind.SIGNAL)
    key = way.make(stage, cast.emma)
    session.get(LoggedSignal, key).indicator.owner_id = cast.emma.user_id
    session.commit()
    assert leads(browse(cast.emma, "GET", page_of(app, Kind.SIGNAL, key)), Kind.SIGNAL, key)


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_a_situation_starts_from_any_record_and_shows_it(
    browse, session, cast, candidacy, stage, way
):
    key = way.make(stage, cast.emma)
    record = f"{way.kind}/{key}"
    new = f"/candidacies/{candidacy.id}/situations/new"
    page = browse(cast.emma, "GET", f"{new}?record={record}")
    title = page.select_one("#title")["value"]
    assert title
    sent = {"record": record, "title": title, "modality": "real_situation"}
    page = browse(cast.emma, "POST", new, status=303, **sent)
    there = page.response.headers["Location"]
    shown = browse(cast.emma, "GET", there)
    assert len(shown.select("#records .proof")) == 1
    assert str(way.involvement.label) in shown.select_one("#records").text
    situation = get_situation(session, int(there.rsplit("/", 1)[1]))
    assert [(r.record_kind, r.record_id) for r in situation.records] == [(way.kind, key)]


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_the_picker_offers_every_kind_by_name(browse, session, cast, candidacy, stage, locale):
    situation = make.make_situation(session, cast, candidacy)
    for way in WAYS:
        way.make(stage, cast.emma)
    path = f"/candidacies/situations/{situation.id}/records"
    page = browse(replace(cast.emma, locale=locale), "GET", path)
    choices = {o["value"]: o.text.strip() for o in page.select("#kind option, [name=kind] option")}
    assert list(choices)[1:] == [str(kind) for kind in RECORDS]
    assert len(set(choices.values())) == len(choices)
    for kind in RECORDS:
        page = browse(replace(cast.emma, locale=locale), "GET", f"{path}?kind={kind}")
        offered = {b["value"] for b in page.select("[name=record]")}
        assert offered
        assert all(value.startswith(f"{kind}/") for value in offered)


def test_the_picker_keeps_its_sql_budget(browse, session, cast, candidacy, stage, statements):
    situation = make.make_situation(session, cast, candidacy)
    for way in WAYS:
        way.make(stage, cast.emma)
    for path in ("records", *(f"records?kind={kind}" for kind in RECORDS)):
        session.rollback()
        statements.clear()
        browse(cast.emma, "GET", f"/candidacies/situations/{situation.id}/{path}")
        assert len([s for s in statements if "sign_in_session (" not in s]) <= 10, path


def test_the_picker_says_that_there_are_more(browse, session, cast, candidacy):
    situation = make.make_situation(session, cast, candidacy)
    for _ in range(PICKED):
        make.make_audit(session, cast)
    path = f"/candidacies/situations/{situation.id}/records"
    page = browse(cast.emma, "GET", path)
    assert len(page.select("[name=record]")) == PICKED
    assert f"Les {PICKED} plus récents" in page.text
    assert "plus récents" not in browse(cast.emma, "GET", f"{path}?q=AUD-2026-030").text
