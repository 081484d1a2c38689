"""The list of dossiers to evaluate: one’s own, with how far one is, at one cost."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from qse_audit.accounts.models import Person
from qse_audit.assessments.queries import ORDER, as_assigned, assigned_dossiers
from qse_audit.assessments.rules import Reading
from qse_audit.assessments.services import save_note
from qse_audit.core.permissions import Link, Permission
from qse_audit.policies import allows
from qse_audit.portfolios.models import Candidacy, Dossier
from qse_audit.portfolios.queries.candidacies import get_dossier
from qse_audit.web.paging import page
from tests.factories import NOW
from tests.portfolios import factories as make


def listed(session, who, **asked):
    return [as_assigned(row) for row in session.execute(assigned_dossiers(who, **asked))]


def note(session, who, dossier, code, **words):
    key = make.codes(session, dossier.candidacy.certification)[code]
    values = {"level": None, "text": "", **words}
    save_note(session, dossier, key, version=None, actor=who, now=NOW, **values)
    session.commit()


def copies(session, cast, dossier, names):
    """Store the same dossier for other candidates, given to the same panel."""
    source, made = dossier.candidacy, []
    for n, name in enumerate(names):
        person = Person(name=name, email=f"c{n}@example.org", created_at=NOW)
        session.add(person)
        session.flush()
        candidacy = Candidacy(
            organisation_id=source.organisation_id,
            candidate_id=person.id,
            certification_version_id=source.certification_version_id,
            exam_centre_id=source.exam_centre_id,
            route=source.route,
            status=source.status,
            starts_on=source.starts_on,
            submitted_at=source.submitted_at,
            created_at=NOW,
        )
        session.add(candidacy)
        session.flush()
        make.assign(session, cast, candidacy)
        values = {c.key: getattr(dossier, c.key) for c in Dossier.__table__.columns}
        values |= {"candidacy_id": candidacy.id, "reference": f"DOS-{n}"}
        del values["id"]
        session.add(Dossier(**values))
        session.commit()
        made.append(candidacy.id)
    return made


def test_the_list_holds_what_the_policy_lets_the_panel_read_and_nothing_else(
    session, cast, dossier
):
    for who in cast.everyone().values():
        access = get_dossier(session, dossier.id).access()
        sits = who.user_id in {i for k in (Link.EVALUATOR, Link.JURY) for i in access.links[k]}
        reads = allows(who, Permission.DOSSIER_READ, access)
        assert [line.id for line in listed(session, who)] == [dossier.id] * (sits and reads)


def test_a_reopened_dossier_leaves_the_list(session, cast, dossier):
    dossier.candidacy.status = "evidencing"
    session.commit()
    assert listed(session, cast.gaelle) == []


def test_a_line_says_how_many_capabilities_have_a_note_of_ones_own(session, cast, dossier):
    (line,) = listed(session, cast.gaelle)
    assert (line.noted, line.capabilities, line.reading) == (0, 4, Reading.TO_READ)
    note(session, cast.gaelle, dossier, "C8", level=2)
    note(session, cast.gaelle, dossier, "C7", text="À creuser.")
    note(session, cast.gaelle, dossier, "C1")
    (line,) = listed(session, cast.gaelle)
    assert (line.noted, line.reading, line.evaluates) == (2, Reading.BEGUN, True)
    (juror,) = listed(session, cast.hugo)
    assert (juror.noted, juror.evaluates) == (0, False)
    for code in ("C1", "C2"):
        note(session, cast.gaelle, dossier, code, level=0)
    assert listed(session, cast.gaelle)[0].reading is Reading.NOTED


@pytest.mark.parametrize("noted", [0, 2, 4])
def test_the_filter_agrees_with_what_the_line_says(session, cast, dossier, noted):
    for code in ("C1", "C2", "C7", "C8")[:noted]:
        note(session, cast.gaelle, dossier, code, level=1)
    for state in Reading:
        found = listed(session, cast.gaelle, state=state)
        assert [line.reading for line in found] in ([], [state])
    assert len([s for s in Reading if listed(session, cast.gaelle, state=s)]) == 1
    assert listed(session, cast.gaelle, state="nothing") == []


def test_only_the_last_dossier_of_a_candidate_is_listed(session, cast, ready, files, key):
    first = make.submit(session, cast, ready, files, key)
    again = session.get(Candidacy, ready.id)
    again.status = "evidencing"
    session.commit()
    second = make.submit(session, cast, again, files, key, now=NOW + timedelta(days=40))
    assert first.id != second.id
    assert [line.id for line in listed(session, cast.gaelle)] == [second.id]


def test_pages_follow_each_other_by_name_and_a_search_finds(session, cast, dossier):
    names = ["Zoé Petit", "Amina Roy", "Amina Roy", "Élodie Roy"]
    copies(session, cast, dossier, names)
    seen, cursor = [], None
    while True:
        found = page(
            session, assigned_dossiers(cast.gaelle), ORDER, cursor=cursor, size=2, make=as_assigned
        )
        seen += [line.id for line in found.rows]
        cursor = found.next
        if cursor is None:
            break
    assert sorted(seen) == sorted(session.scalars(select(Dossier.id)))
    assert len(seen) == 5
    assert [line.name for line in listed(session, cast.gaelle, search="AMINA")] == ["Amina Roy"] * 2
