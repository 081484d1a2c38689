"""What the tests about evidence share: a finding of an audit, and files tied to it."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from qse_audit.core.permissions import Kind, Link
from qse_audit.db.participation import write_links
from qse_audit.documents.store import FileStore
from qse_audit.evidence import services
from qse_audit.evidence.intake import Upload
from qse_audit.evidence.models import Evidence
from qse_audit.evidence.rules import EvidenceType
from qse_audit.findings.models import Finding
from qse_audit.findings.rules import Grade
from qse_audit.findings.services import draft_finding
from qse_audit.settings import Settings
from tests.evidence import samples
from tests.factories import NOW, Cast

AUDIT = (Kind.AUDIT, 7001)
"""Evidence only knows the kind and the id of what it was gathered for."""


@pytest.fixture
def files(settings: Settings) -> FileStore:
    """The folder of the application under test."""
    return FileStore(settings.files_folder)


@pytest.fixture
def finding(session: Session, cast: Cast) -> Finding:
    """A draft of an audit that Alice leads and in which Bob is audited."""
    people = {Link.LEAD_AUDITOR: [cast.alice.user_id], Link.AUDITEE: [cast.bob.user_id]}
    write_links(session, *AUDIT, people)
    finding = draft_finding(
        session,
        organisation_id=cast.company,
        origin=AUDIT,
        checklist_item_id=None,
        grade=Grade.MINOR_NONCONFORMITY,
        title="Pied à coulisse hors date",
        requirement_text="",
        referential_label="ISO 9001:2015",
        clause_ref="7.1.5",
        process_id=None,
        actor=cast.alice,
        now=NOW,
    )
    session.commit()
    return finding


@pytest.fixture
def keep(session: Session, cast: Cast, files: FileStore) -> Callable[..., Evidence]:
    """Keep a photo of Alice’s audit; name only what matters."""

    def keep(name: str = "photo.jpg", content: bytes | None = None, **changes: Any) -> Evidence:
        given: dict[str, Any] = {
            "organisation_id": cast.company,
            "origin": AUDIT,
            "upload": Upload(name, io.BytesIO(content or samples.photo())),
            "title": "Étiquette d’étalonnage",
            "type": EvidenceType.OBSERVATION,
            "happened_on": date(2026, 3, 1),
            "place": "Contrôle",
            "actor": cast.alice,
            "now": NOW,
        }
        evidence = services.add_evidence(session, files, **(given | changes))
        session.commit()
        return evidence

    return keep
