"""What the loaders of the demo share: who is who, and what was made so far."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from qse_audit.accounts.models import Organisation
from qse_audit.audits.models import Audit, Report
from qse_audit.core.permissions import Kind
from qse_audit.demo.timeline import Timeline
from qse_audit.documents.seal import SealKey
from qse_audit.documents.store import FileStore
from qse_audit.evidence.models import Evidence
from qse_audit.findings.models import Finding
from qse_audit.policies import Identity
from qse_audit.portfolios.models import Candidacy


@dataclass
class World:
    """The demo company while it is being made."""

    session: Session
    files: FileStore
    seal_key: SealKey
    timeline: Timeline
    organisations: dict[str, Organisation] = field(default_factory=dict)
    people: dict[str, Identity] = field(default_factory=dict)
    sites: dict[str, int] = field(default_factory=dict)
    processes: dict[str, int] = field(default_factory=dict)
    audits: dict[str, Audit] = field(default_factory=dict)
    reports: dict[str, Report] = field(default_factory=dict)
    findings: dict[tuple[str, int], Finding] = field(default_factory=dict)
    evidence: dict[tuple[str, int, int], Evidence] = field(default_factory=dict)
    candidacies: dict[str, Candidacy] = field(default_factory=dict)
    indicators: dict[str, int] = field(default_factory=dict)
    """The ids of the indicators."""
    named: dict[tuple[Kind, str], int] = field(default_factory=dict)
    """Other records by kind and by the key of their file, for whoever tells of them later."""

    @property
    def company_id(self) -> int:
        """Return the id of the workshop."""
        return self.organisations["company"].id


def read(name: str) -> Any:
    """Return the content of one of the demo’s YAML files."""
    import yaml  # late: only while the demo company is made

    path = Path(__file__).with_name(f"{name}.yaml")
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
