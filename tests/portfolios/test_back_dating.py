"""Instants come from the server’s clock, facts are never in the future, and both are shown (22)."""

import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import DateTime, select

from qse_audit.audits.services import prepare_report
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import Refused
from qse_audit.core.permissions import Kind
from qse_audit.db.base import Base, UtcDateTime
from qse_audit.evidence.models import Evidence
from qse_audit.paths import PACKAGE
from qse_audit.portfolios.models import CompanyOpinion, Dossier, SignedOpinion, Situation
from qse_audit.portfolios.queries.candidacies import get_situation
from tests.audits import factories as audits
from tests.factories import NOW
from tests.portfolios import factories as make

LIE = "2001-01-01T00:00:00+00:00"
INSTANTS = {
    column.name: LIE
    for table in Base.metadata.tables.values()
    for column in table.columns
    if isinstance(column.type, UtcDateTime | DateTime)
}
"""A lie for every column that holds an instant, sent along with each form."""


def was_written_now(row, start):
    """Say whether every instant of a row that was just written is one of this test."""
    names = [c.name for c in row.__table__.columns if c.name in INSTANTS]
    instants = [getattr(row, name) for name in names]
    assert names
    return all(at is None or start <= at <= now() for at in instants)


TELLS = {Path("causes/forms.py")}
"""Forms that ask when something happened outside: when a customer rang, when a step of an 8D was
done. The act of saying so has the server’s own instant in the register."""


def test_no_form_asks_for_an_instant():
    assert {"uploaded_at", "signed_at", "submitted_at", "issued_at", "answered_at"} <= set(INSTANTS)
    for path in PACKAGE.rglob("*.py"):
        if path.relative_to(PACKAGE) in TELLS:
            continue
        text = path.read_text(encoding="utf-8")
        assert "DateTimeField" not in text, path
        assert "DateTimeLocalField" not in text, path


def test_the_instant_of_an_upload_is_the_server_s(browse, session, cast, candidacy):
    situation = make.make_situation(session, cast, candidacy)
    start = now()
    photo = (io.BytesIO(make.PHOTO.getvalue()), "photo.png")
    path = f"/evidence/add/situation/{situation.id}"
    lies = INSTANTS | {"file": photo, "happened_on": "2026-03-01"}
    browse(cast.emma, "POST", path, status=303, **lies)
    kept = session.scalars(select(Evidence)).one()
    assert was_written_now(kept, start)
    assert kept.happened_on == date(2026, 3, 1)


def test_the_instant_of_a_signature_is_the_server_s(browse, session, cast, candidacy):
    make.give_opinions(session, cast, candidacy)
    path = f"/candidacies/{candidacy.id}/opinion/sign"
    page = browse(cast.farid, "GET", path, elevated=True)
    shown = page.select_one("[name=shown_sha256]")["value"]
    start = now()
    lies = INSTANTS | {"shown_sha256": shown, "consents": "y"}
    browse(cast.farid, "POST", path, status=303, elevated=True, **lies)
    assert was_written_now(session.scalars(select(SignedOpinion)).one(), start)


def test_the_instant_of_an_opinion_and_of_a_situation_is_the_server_s(
    browse, session, cast, candidacy
):
    start = now()
    path = f"/candidacies/{candidacy.id}"
    told = {"title": "Audit", "modality": "real_situation"}
    browse(cast.emma, "POST", f"{path}/situations/new", status=303, **INSTANTS, **told)
    browse(cast.farid, "POST", f"{path}/opinion/C8", status=303, **INSTANTS, observation="observed")
    assert was_written_now(session.scalars(select(Situation)).one(), start)
    assert was_written_now(session.scalars(select(CompanyOpinion)).one(), start)


def test_the_instant_of_a_submission_is_the_server_s(browse, session, cast, ready):
    start = now() - timedelta(seconds=1)  # declared to the second
    path = f"/candidacies/{ready.id}/submit"
    page = browse(cast.emma, "GET", path)
    shown = page.select_one("[name=release_sha256]")["value"]
    lies = INSTANTS | {"declares": "y", "releases": "y", "release_sha256": shown}
    browse(cast.emma, "POST", path, status=303, **lies)
    assert was_written_now(session.scalars(select(Dossier)).one(), start)


def test_a_situation_to_come_is_not_submitted(session, cast, ready, files, key):
    at = NOW + timedelta(days=30)
    situation = get_situation(session, ready.situations[0].id)
    situation.ends_on = day_in_paris(at) + timedelta(days=1)
    session.commit()
    with pytest.raises(Refused) as refused:
        make.submit(session, cast, ready, files, key, now=at)
    assert [r.code for r in refused.value.refusals] == ["situation_to_come"]
    situation.ends_on = day_in_paris(at)
    session.commit()
    assert make.submit(session, cast, ready, files, key, now=at)


def test_a_report_does_not_tell_of_a_meeting_to_come(session, cast):
    audit = audits.make_audit(session, cast, status="in_progress")
    audits.answer_all(session, cast, audit)
    audit.opening_meeting_on = day_in_paris(NOW)
    audit.closing_meeting_on = day_in_paris(NOW) + timedelta(days=1)
    with pytest.raises(Refused) as refused:
        prepare_report(session, audit, actor=cast.alice, now=NOW)
    assert [r.code for r in refused.value.refusals] == ["meeting_to_come"]
    assert prepare_report(session, audit, actor=cast.alice, now=NOW + timedelta(days=1))


def test_the_day_of_a_fact_stands_apart_from_the_day_it_was_sent(browse, session, cast, ready):
    evidence = session.scalars(select(Evidence)).one()
    evidence.happened_on, evidence.uploaded_at = date(2026, 3, 9), NOW + timedelta(days=61)
    session.commit()
    situation = ready.situations[0].id
    for who, path in (
        ("emma", f"/evidence/{evidence.id}"),
        ("emma", f"/candidacies/situations/{situation}"),
        ("emma", f"/candidacies/situations/{situation}/records?kind={Kind.EVIDENCE.value}"),
    ):
        page = " ".join(browse(getattr(cast, who), "GET", path).select_one("main").text.split())
        assert "9 mars 2026" in page, path
        assert "2 mai 2026" in page, path


def test_both_days_travel_with_the_dossier(session, cast, ready, files, key):
    evidence = session.scalars(select(Evidence)).one()
    evidence.uploaded_at = NOW + timedelta(days=20)
    session.commit()
    dossier = make.submit(session, cast, ready, files, key)
    record = next(r for r in dossier.model["records"] if r["kind"] == "evidence")
    facts = dict(record["facts"])
    assert "9 mars 2026" in facts["Date du fait"]
    assert "22 mars 2026" in facts["Versé le"]
