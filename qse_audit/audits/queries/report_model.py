"""What a report says, as one value: the read model behind every file of it.

It is neutral in language (codes, and texts in several languages), so that the French and the
English files come from the same bytes, whose SHA-256 is stored and printed.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import msgspec

SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedPerson:
    """Somebody who took part."""

    link: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedCriterion:
    """One edition judged against."""

    label: str
    title: dict[str, str]
    clauses: list[str] | None
    """The chosen clauses; ``None`` for the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedAnswer:
    """One question and its answer."""

    position: int
    clause_ref: str
    question: dict[str, str]
    verdict: str
    observation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedSection:
    """The answers under one chapter of one referential."""

    referential_label: str
    ref: str
    title: dict[str, str]
    answers: list[ReportedAnswer]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedAction:
    """One action that a finding asked for, as it stood."""

    reference: str
    kind: str
    title: str
    owner: str
    due_on: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedFinding:
    """One finding as it stood."""

    reference: str
    grade: str
    status: str
    title: str
    requirement_text: str
    evidence_text: str
    gap_text: str
    impact_text: str
    referential_label: str
    clause_ref: str
    process: str
    evidence: list[str]
    """Numbers in the list of evidence: ``P-03``."""
    actions: list[ReportedAction]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedEvidence:
    """One evidence file, by its hash."""

    number: str
    title: str
    file_name: str
    type: str
    happened_on: str
    place: str
    sha256: str
    size_bytes: int
    uploaded_by: str
    question: int = 0
    """Number of the question at which it was gathered; 0 for none."""
    clause_ref: str = ""
    """The clause of that question."""
    photo_sha256: str = ""
    """The address of the small picture that is printed; "" for what is no photo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """Everything a report prints: exporters receive this and nothing else."""

    schema: int = SCHEMA
    reference: str
    title: str
    organisation: str
    number: int
    reason: str
    issued_at: str
    issued_by: str
    head_seq: int
    head_hash: str
    method: str
    objectives: str
    scope: str
    virtual_places: str
    client: str
    starts_on: str
    ends_on: str
    opening_meeting_on: str
    closing_meeting_on: str
    participants: str
    conclusions: str
    fulfilment: str
    divergences: str
    sampling: str
    not_covered: str
    follow_up: str
    confidentiality: str
    sites: list[str]
    processes: list[str]
    people: list[ReportedPerson]
    criteria: list[ReportedCriterion]
    verdicts: dict[str, int]
    conformity: list[int] | None
    """Numerator and denominator of the share of applicable answers that conform."""
    sections: list[ReportedSection]
    findings: list[ReportedFinding]
    evidence: list[ReportedEvidence]

    def content(self) -> "AuditReport":
        """Return the report without what only says when it was made: to see whether it changed."""
        return replace(self, issued_at="", head_seq=0, head_hash="")


def as_model(report: AuditReport) -> dict[str, Any]:
    """Return ``report`` as JSON values; equal reports give equal bytes."""
    return asdict(report)


def from_model(model: Mapping[str, Any]) -> AuditReport:
    """Return the report that was stored as ``model``."""
    return msgspec.convert(dict(model), AuditReport)
