"""Acts on findings, on real databases."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from qse_audit.core.errors import NotFound
from qse_audit.findings import queries
from qse_audit.findings.models import Finding
from qse_audit.findings.rules import FindingStatus
from tests.factories import Cast, make_process

Draft = Callable[..., Finding]


def test_a_drafted_finding_gets_a_reference_of_the_year(draft: Draft) -> None:
    assert [draft().reference, draft().reference] == ["CST-2026-001", "CST-2026-002"]


def test_a_long_question_becomes_a_title_cut_at_a_word(draft: Draft) -> None:
    title = draft(title="exigence " * 100).title
    assert len(title) <= 200
    assert title.endswith("exigence…")


def test_a_foreign_process_cannot_be_named(session: Session, cast: Cast, draft: Draft) -> None:
    process = make_process(session, cast)
    process.organisation_id = cast.other_company
    session.commit()
    with pytest.raises(NotFound):
        draft(process_id=process.id)


def test_an_auditee_does_not_know_of_drafts(session: Session, cast: Cast, draft: Draft) -> None:
    origin = draft().origin_kind, draft().origin_id
    assert len(queries.findings_of(session, *origin, who=cast.alice)) == 2
    assert queries.findings_of(session, *origin, who=cast.bob) == ()
    assert queries.findings_of(session, *origin)[0].status is FindingStatus.DRAFT
