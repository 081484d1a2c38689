"""The audit report as PDF: PDF/A-3a for the archive, PDF/UA-1 for every reader."""

from typing import Any

from qse_audit.audits.queries.report_model import AuditReport, ReportedFinding, as_model
from qse_audit.audits.reports.photos import NO_PHOTOS, Photos
from qse_audit.audits.reports.words import INTEGRITY, TONES, Worded
from qse_audit.audits.rules import NONCONFORMING, Verdict
from qse_audit.core.canonical import canonical_json
from qse_audit.documents.pdf import render_pdf
from qse_audit.documents.text import percent
from qse_audit.findings.rules import Grade

TEMPLATE = "audit_report.typ"
ATTACHED = "report.json"


def report_pdf(report: AuditReport, locale: str, photos: Photos = NO_PHOTOS) -> bytes:
    """Return ``report`` as PDF, with the data it was made from inside; same report, same bytes."""
    worded = Worded(report, locale)
    return render_pdf(
        TEMPLATE,
        _values(worded, photos),
        images={f"{number}.jpg": content for number, content in photos.content.items()},
        attachments={ATTACHED: canonical_json(as_model(report))},
        made_at=worded.issued_at,
    )


def _values(worded: Worded, photos: Photos) -> dict[str, Any]:
    report = worded.report
    return {
        "lang": worded.locale,
        "words": worded.words,
        "title": report.title,
        "organisation": report.organisation,
        "reference": report.reference,
        "subtitle": ", ".join(line.label for line in report.criteria),
        "state": {"tone": "good", "label": f"{worded.words['version']} {report.number}"},
        "facts": worded.facts(),
        "imprint": f"{report.reference} · {worded.words['version']} {report.number} · "
        f"SHA-256 {worded.sha256[:16]}…",
        "tiles": _tiles(worded),
        "conformity": worded.conformity(),
        "texts": _texts(worded),
        "criteria": worded.criteria(),
        "people": [
            *worded.people(),
            (worded.words["participants"], report.participants),
            (worded.words["meetings"], worded.meetings()),
        ],
        "findings": _findings(worded, photos),
        "results": _results(worded),
        "answers": _answers(worded),
        "evidence": _evidence(worded),
        "integrity": {
            "text": worded.tr(INTEGRITY),
            "pairs": [
                (worded.words["model"], worded.sha256),
                (worded.words["head"], str(report.head_seq)),
                (worded.words["head_hash"], report.head_hash),
            ],
        },
    }


def _texts(worded: Worded) -> dict[str, str]:
    """Return the words that the lead auditor wrote, by name."""
    report = worded.report
    names = (
        "objectives",
        "scope",
        "conclusions",
        "fulfilment",
        "divergences",
        "sampling",
        "not_covered",
        "follow_up",
        "confidentiality",
        "participants",
    )
    return {name: getattr(report, name) for name in names}


def _tiles(worded: Worded) -> list[dict[str, str]]:
    """Return the key figures; a colour means that there is something of the kind."""
    counts, findings = worded.report.verdicts, worded.report.findings
    fails = any(counts.get(verdict) for verdict in NONCONFORMING)
    tiles = [
        {
            "value": str(sum(counts.values())),
            "label": worded.words["answers"],
            "tone": "plain",
        },
        {
            "value": worded.share,
            "label": worded.words["conformity"],
            "tone": "plain" if fails else "good",
        },
    ]
    for grade in (Grade.MAJOR_NONCONFORMITY, Grade.MINOR_NONCONFORMITY, Grade.STRENGTH):
        count = sum(finding.grade == grade for finding in findings)
        tiles.append(
            {
                "value": str(count),
                "label": worded.grade(grade),
                "tone": TONES[grade.value] if count else "plain",
            }
        )
    return tiles


def _findings(worded: Worded, photos: Photos) -> list[dict[str, Any]]:
    return [
        {
            **_photos(worded, finding, photos),
            "number": finding.reference,
            "title": finding.title,
            "verdict": {"tone": TONES[finding.grade], "label": worded.grade(finding.grade)},
            "clause": f"{finding.referential_label} {finding.clause_ref}".strip(),
            "process": finding.process,
            "about": worded.about(finding),
            "parts": worded.parts(finding),
        }
        for finding in worded.report.findings
    ]


def _photos(worded: Worded, finding: ReportedFinding, photos: Photos) -> dict[str, Any]:
    """Return the pictures beside a finding, each with its alternative text."""
    printed, left_out = photos.of(worded.report, finding)
    return {
        "photos": [
            {
                "path": f"/images/{photo.number}.jpg",
                "alt": worded.photo(photo),
                "caption": worded.caption(photo),
            }
            for photo in printed
        ],
        "left_out": worded.left_out(left_out),
    }


def _results(worded: Worded) -> list[dict[str, Any]]:
    """Return each chapter with its figures."""
    return [
        {
            "name": name,
            "answers": str(counts["answers"]),
            "nonconforming": str(counts["nonconforming"]),
            "share": float(share) if share is not None else 0,
            "percent": percent(share, worded.locale),
        }
        for name, counts, share in worded.sections()
    ]


def _answers(worded: Worded) -> list[dict[str, Any]]:
    """Return every answer, by chapter."""
    labels = {code: worded.verdict(code) for code in [*Verdict, ""]}
    return [
        {
            "title": f"{section.ref} {worded.pick(section.title)}".strip()
            or section.referential_label,
            "rows": [
                {
                    "clause": answer.clause_ref,
                    "question": worded.pick(answer.question),
                    "observation": answer.observation,
                    "tone": TONES[answer.verdict],
                    "verdict": labels[answer.verdict],
                }
                for answer in section.answers
            ],
        }
        for section in worded.report.sections
    ]


def _evidence(worded: Worded) -> list[dict[str, str]]:
    return [
        {
            "number": file.number,
            "name": worded.file(file),
            "sha256": file.sha256,
            "note": worded.day(file.happened_on),
        }
        for file in worded.report.evidence
    ]
