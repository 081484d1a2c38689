"""The photos that a report prints: the small pictures of what its findings rely on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from qse_audit.audits.queries.report_model import AuditReport, ReportedEvidence, ReportedFinding
from qse_audit.core.errors import Damaged
from qse_audit.documents.store import FileStore

MAX_PHOTOS = 120
"""Small pictures of 480 pixels, some 30 kB each: a report of 60 pages stays under 4 MB."""


@dataclass(frozen=True, slots=True)
class Photos:
    """The bytes of the photos of one report, by their number in the list of evidence."""

    content: Mapping[str, bytes] = field(default_factory=dict)

    def of(
        self, report: AuditReport, finding: ReportedFinding
    ) -> tuple[list[ReportedEvidence], list[str]]:
        """Return the photos to print beside a finding, and the numbers of those left out."""
        photos = [e for e in report.evidence if e.number in finding.evidence and e.photo_sha256]
        return (
            [photo for photo in photos if photo.number in self.content],
            [photo.number for photo in photos if photo.number not in self.content],
        )


NO_PHOTOS = Photos()


def read_photos(report: AuditReport, files: FileStore, *, most: int = MAX_PHOTOS) -> Photos:
    """Read the photos of the findings of ``report``, the most serious first, ``most`` at most.

    One that is no longer what was kept is left out: the report names it, the doctor finds it.
    """
    addresses = {e.number: e.photo_sha256 for e in report.evidence if e.photo_sha256}
    content: dict[str, bytes] = {}
    cited = [n for finding in report.findings for n in finding.evidence if n in addresses]
    for number in dict.fromkeys(cited):
        if len(content) == most:
            break
        try:
            content[number] = files.sound(addresses[number]).read_bytes()
        except Damaged:
            continue
    return Photos(content)
