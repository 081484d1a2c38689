"""The shipped certification, stored."""

import pytest
from sqlalchemy import select

from qse_audit.certifications import queries, services
from qse_audit.certifications.models import CertificationVersion
from qse_audit.certifications.rules import CriterionSource
from qse_audit.core.errors import BadInput, NotFound
from tests.factories import NOW


@pytest.fixture
def stored(session):
    assert services.load_shipped(session, NOW) == 1
    session.commit()
    return session.scalars(select(CertificationVersion)).one()


def test_the_record_is_loaded_once(session, stored):
    assert services.load_shipped(session, now=NOW) == 0
    assert len(queries.certifications(session)) == 1


def test_a_changed_record_stands_beside_the_one_that_candidacies_use(session, stored):
    stored.sha256 = "0" * 64
    session.flush()
    assert services.load_shipped(session, NOW) == 1
    versions = session.scalars(select(CertificationVersion.content_version)).all()
    assert sorted(versions) == [1, 2]
    (line,) = queries.certifications(session)
    assert line.id != stored.id


def test_blocks_capabilities_and_criteria_are_stored_in_order(session, stored):
    found = queries.get_certification(session, stored.id)
    assert [(b.code, [c.code for c in b.capabilities]) for b in found.blocks] == [
        ("BC1", ["C1", "C2", "C3"]),
        ("BC2", ["C4", "C5", "C6"]),
        ("BC3", ["C7", "C8"]),
    ]
    last = found.blocks[2].capabilities[1]
    assert last.position == 8
    assert [c.key for c in last.criteria] == [f"C8-{letter}" for letter in "abcdefghij"]
    assert {c.source for c in last.criteria} == {CriterionSource.WORKING_GRID}


def test_the_record_keeps_its_types(stored):
    assert stored.record["level"] is None
    assert stored.record["routes"][2]["open"] is True
    assert stored.record["jury"]["max_employer_members"] == 5
    assert stored.record["idcc"][0]["code"] == "3109"
    assert "blocks" not in stored.record


def test_the_list_counts_what_it_holds(session, stored):
    (line,) = queries.certifications(session)
    assert (line.blocks, line.capabilities, line.criteria) == (3, 8, 59)


def test_another_file_is_no_certification():
    with pytest.raises(BadInput, match="qse-audit/certification/1"):
        services.read_record(b"format: autre\n")


def test_a_certification_that_is_not_there_is_not_found(session):
    with pytest.raises(NotFound):
        queries.get_certification(session, 404)
