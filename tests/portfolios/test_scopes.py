"""Lists agree with the policy; only lived records may be tied."""

import pytest
from sqlalchemy import delete, select

from qse_audit.accounts.models import Membership
from qse_audit.audits.rules import AuditStatus
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Kind, Link, Permission
from qse_audit.db.participation import write_links
from qse_audit.policies import allows
from qse_audit.portfolios.models import Candidacy
from qse_audit.portfolios.queries.candidacies import (
    as_line,
    candidacy_lines,
    get_candidacy,
    situations_relying_on,
)
from qse_audit.portfolios.queries.records import find_record, find_records
from qse_audit.portfolios.services import situations
from tests.factories import NOW
from tests.portfolios import factories as make


def test_the_list_shows_exactly_what_the_policy_lets_read(session, cast, dossier):
    version = session.get(Candidacy, dossier.candidacy_id).certification
    make.make_candidacy(session, cast, version)
    make.make_candidacy(session, cast, version, started=False, exam_centre_id=None)
    elsewhere = make.make_candidacy(session, cast, version)
    elsewhere.organisation_id = cast.other_company
    elsewhere.exam_centre_id = None
    session.commit()
    for who in cast.everyone().values():
        shown = {row.id: as_line(row) for row in session.execute(candidacy_lines(who))}
        for key in session.scalars(select(Candidacy.id)):
            access = get_candidacy(session, key).access()
            reads = allows(who, Permission.CANDIDACY_READ, access)
            assert (key in shown) == (reads or allows(who, Permission.DOSSIER_READ, access))
            if key in shown:
                assert shown[key].is_open_to_me == reads


@pytest.fixture
def records(session, cast, files):
    """Two audits: one that Emma leads, one that is none of hers, each with all its records."""
    found = {}
    for name, lead in (("mine", cast.emma), ("theirs", cast.alice)):
        audit = make.make_audit(session, cast, lead=lead, title=f"Audit {name}")
        finding = make.make_finding(session, cast, audit, author=lead, title=f"Écart {name}")
        found[name] = {
            Kind.AUDIT: audit.id,
            Kind.FINDING: finding.id,
            Kind.ACTION: make.make_action(session, cast, finding, owner=lead).id,
            Kind.EVIDENCE: make.make_evidence(session, cast, files, audit, by=lead).id,
            Kind.REPORT: make.make_report(session, cast, files, audit, by=lead).id,
        }
    return found


def test_the_picker_offers_what_the_candidate_lived_and_nothing_else(
    session, cast, candidacy, records
):
    offered = {(line.kind, line.id): line for line in find_records(session, candidacy)}
    assert set(offered) == set(records["mine"].items())
    assert offered[Kind.AUDIT, records["mine"][Kind.AUDIT]].involvement == "lead_auditor"
    assert offered[Kind.FINDING, records["mine"][Kind.FINDING]].involvement == "author"
    assert offered[Kind.ACTION, records["mine"][Kind.ACTION]].involvement == "owner"


def test_the_picker_searches_titles_and_references(session, cast, candidacy, records):
    found = find_records(session, candidacy, search="Écart mine")
    assert [line.kind for line in found] == [Kind.FINDING]
    assert find_records(session, candidacy, search="100%") == ()
    assert {line.kind for line in find_records(session, candidacy, kind="audit")} == {Kind.AUDIT}


@pytest.mark.parametrize(
    "kind", [Kind.AUDIT, Kind.FINDING, Kind.ACTION, Kind.EVIDENCE, Kind.REPORT]
)
def test_a_record_that_one_took_no_part_in_looks_missing(session, cast, candidacy, records, kind):
    situation = make.make_situation(session, cast, candidacy)
    for key in (records["theirs"][kind], 999_999):
        assert find_record(session, candidacy, kind, key) is None
        with pytest.raises(NotFound):
            situations.tie_record(session, situation, kind, key, actor=cast.emma, now=NOW)


def test_the_team_counts_but_a_draft_shown_to_nobody_does_not(session, cast, candidacy):
    audit = make.make_audit(session, cast, lead=cast.alice, status=AuditStatus.DRAFT)
    assert find_record(session, candidacy, Kind.AUDIT, audit.id) is None
    write_links(session, Kind.AUDIT, audit.id, {Link.AUDITEE: [cast.emma.user_id]})
    assert find_record(session, candidacy, Kind.AUDIT, audit.id) is None
    write_links(session, Kind.AUDIT, audit.id, {Link.TRAINEE_AUDITOR: [cast.emma.user_id]})
    found = find_record(session, candidacy, Kind.AUDIT, audit.id)
    assert found.involvement == "trainee_auditor"


def test_a_record_of_another_company_is_out_of_reach(session, cast, candidacy):
    audit = make.make_audit(session, cast, organisation_id=cast.other_company)
    assert find_record(session, candidacy, Kind.AUDIT, audit.id) is None


def test_a_file_knows_the_situations_that_rely_on_it(session, cast, ready):
    tied = next(r for r in ready.situations[0].records if r.record_kind is Kind.EVIDENCE)
    expected = [(ready.situations[0].id, ready.situations[0].title)]
    assert situations_relying_on(session, tied.record_id, cast.emma) == expected
    assert situations_relying_on(session, tied.record_id, cast.farid) == expected
    assert situations_relying_on(session, tied.record_id, cast.claire) == []


def test_whoever_left_the_company_finds_none_of_its_records_any_more(
    session, cast, candidacy, records
):
    situation = make.make_situation(session, cast, candidacy)
    session.execute(delete(Membership).where(Membership.person_id == cast.emma.user_id))
    assert find_records(session, candidacy) == ()
    for kind, key in records["mine"].items():
        assert find_record(session, candidacy, kind, key) is None
        with pytest.raises(NotFound):
            situations.tie_record(session, situation, kind, key, actor=cast.emma, now=NOW)
