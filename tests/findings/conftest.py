"""What the tests about findings share: an audit under way, and findings made by the services."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from qse_audit.core.permissions import Kind, Link
from qse_audit.db.participation import write_links
from qse_audit.findings import services
from qse_audit.findings.models import Finding
from qse_audit.findings.rules import Grade
from tests.factories import NOW, Cast

AUDIT = (Kind.AUDIT, 7001)
"""Findings only know the kind and the id of where they come from."""


@pytest.fixture
def audit(session: Session, cast: Cast) -> tuple[Kind, int]:
    """An audit that Alice leads and in which Bob is audited."""
    people = {Link.LEAD_AUDITOR: [cast.alice.user_id], Link.AUDITEE: [cast.bob.user_id]}
    write_links(session, *AUDIT, people)
    session.commit()
    return AUDIT


@pytest.fixture
def draft(session: Session, cast: Cast, audit: tuple[Kind, int]) -> Callable[..., Finding]:
    """Draft a finding as Alice; name only what matters."""

    def draft(**changes: Any) -> Finding:
        given: dict[str, Any] = {
            "organisation_id": cast.company,
            "origin": audit,
            "checklist_item_id": None,
            "grade": Grade.MINOR_NONCONFORMITY,
            "title": "Pied à coulisse hors date",
            "requirement_text": "",
            "referential_label": "ISO 9001:2015",
            "clause_ref": "7.1.5",
            "process_id": None,
            "actor": cast.alice,
            "now": NOW,
        }
        finding = services.draft_finding(session, **(given | changes))
        session.commit()
        return finding

    return draft
