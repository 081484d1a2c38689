"""Lists of audits, findings and actions cost the same however many rows the company has."""

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from qse_audit.actions.models import Action
from qse_audit.audits.models import Audit
from qse_audit.core.permissions import Kind, Link
from qse_audit.db.participation import Participation
from qse_audit.db.wall import acting_session
from qse_audit.findings.models import Finding
from qse_audit.policies import Identity
from qse_audit.processes.models import Process
from qse_audit.web.paging import COUNTED_AT_MOST
from tests.actions.factories import make_action
from tests.factories import Cast, make_process
from tests.rows import copy_row, look_at_tables, plan_of, selects, work_of

FEW, MANY = 5_000, 100_000
TIED = range(1_900, 2_000)
"""The objects that Alice leads and in which Bob is audited."""
STOPPED = {"sqlite": 0, "postgresql": 10 * COUNTED_AT_MOST}
"""What the counts of a page may read in whatever plan, since each stops: PostgreSQL takes an index
for few rows where, for many, it scans until it counted enough. Not to stop reads 30,000 more."""
LISTS = [("audits", Audit), ("findings", Finding), ("actions", Action)]
Browse = Callable[..., BeautifulSoup]


def grow(session: Session, cast: Cast, model: Any, first: int, last: int) -> None:
    """Give the company the rows of one list from ``first`` to ``last``."""
    names = {"reference": "'X-' || {i}"}
    columns: dict[Any, dict[str, str]] = {
        Audit: {"listed_on": "{day}"},
        Finding: {"origin_id": "{i}", "process_id": "10 + {i} % 500"},
        Action: {
            "context_id": "{i}",
            "due_on": "{day}",
            "owner_id": str(cast.jean.user_id),
            "status": "CASE WHEN {i} < 1020 THEN 'done' WHEN {i} % 3 = 0 THEN 'open' "
            "ELSE 'cancelled' END",
            "done_at": "created_at",
        },
    }
    copy_row(session, model, first, last, **names, **columns[model])
    session.commit()
    look_at_tables(session)


@pytest.fixture
def company(session: Session, cast: Cast) -> None:
    """A company with one action of one finding of one audit, and many links between people."""
    make_action(session, cast)
    make_process(session, cast)
    jean = str(cast.jean.user_id)
    copy_row(session, Process, 10, 509, name="'Processus ' || {i}", owner_id=jean)
    copy_row(session, Participation, 1_000, 20_000, subject_id="{i} * 100", person_id=jean)
    session.add_all(
        Participation(subject_kind=Kind.AUDIT, subject_id=number, link=link, person_id=who.user_id)
        for number in TIED
        for link, who in ((Link.LEAD_AUDITOR, cast.alice), (Link.AUDITEE, cast.bob))
    )
    session.commit()


@pytest.mark.parametrize(("name", "model"), LISTS)
def test_a_list_costs_the_same_with_twenty_times_the_rows(
    session: Session, engine: Engine, cast: Cast, browse: Browse, company: None, name, model
) -> None:
    people = {"coordinator": cast.claire, "auditor": cast.alice, "auditee": cast.bob}
    grow(session, cast, model, 1_000, FEW)
    few = {}
    for who, person in people.items():
        with as_read_by(engine, person) as own:
            few[who] = work_of(own, read(engine, browse, person, name))
    grow(session, cast, model, FEW + 1, MANY)
    for who, person in people.items():
        sent = read(engine, browse, person, name)
        with as_read_by(engine, person) as own:
            many = work_of(own, sent)
            plans = "\n\n".join(plan_of(own, each) for each in sent)
        most = max(1.5 * few[who], STOPPED[engine.dialect.name])
        assert many <= most, f"{who}: {few[who]} then {many}\n{plans}"
        if who != "coordinator":
            scans = (f"SCAN {model.__tablename__}", f"Seq Scan on {model.__tablename__}")
            assert not any(scan in plans for scan in scans), f"{who}\n{plans}"
            assert "ix_participation_person" in plans, f"{who}\n{plans}"


def as_read_by(engine: Engine, who: Identity) -> Session:
    """Open a session in which the statements of a page run as they did for its reader."""
    return acting_session(engine, organisation_id=who.organisation_id, person_id=who.user_id)


def read(engine: Engine, browse: Browse, who: Any, name: str) -> list[Any]:
    """Return what the page of a list reads, without the sign-in."""
    browse(who, "GET", f"/{name}/")
    with selects(engine) as sent:
        browse(who, "GET", f"/{name}/")
    return sent


@pytest.mark.parametrize(("name", "model"), LISTS)
def test_a_page_says_that_counting_stopped(
    session: Session, cast: Cast, browse: Browse, company: None, name: str, model: Any
) -> None:
    grow(session, cast, model, 1_000, 1_000 + COUNTED_AT_MOST)
    page = browse(cast.claire, "GET", f"/{name}/?show=all")
    assert page.select_one(".filtered__count").text.startswith("1 000+ ")
    assert not page.select(".share"), "the shares of the first thousand say nothing of the rest"


def test_a_count_just_before_the_end_is_exact(
    session: Session, cast: Cast, browse: Browse, company: None
) -> None:
    grow(session, cast, Finding, 1_000, 998 + COUNTED_AT_MOST)
    page = browse(cast.claire, "GET", "/findings/")
    assert page.select_one(".filtered__count").text == "1 000 constats"
