"""The audit report as a Word file, to be quoted from."""

from qse_audit.audits.queries.report_model import AuditReport
from qse_audit.audits.reports.photos import NO_PHOTOS, Photos
from qse_audit.audits.reports.words import INTEGRITY, Worded
from qse_audit.documents.docx import DocxBuilder
from qse_audit.documents.text import percent


def report_docx(report: AuditReport, locale: str, photos: Photos = NO_PHOTOS) -> bytes:
    """Return ``report`` as a Word file."""
    worded = Worded(report, locale)
    words = worded.words
    file = DocxBuilder(
        title=f"{report.reference} – {report.title}",
        locale=locale,
        author=report.organisation,
        made_at=worded.issued_at,
    )
    file.paragraph(f"{report.organisation} · {words['kind']} {report.reference}", muted=True)
    file.title(report.title, ", ".join(line.label for line in report.criteria))
    file.facts(worded.facts())
    _add_summary(file, worded)
    _add_audit(file, worded)
    _add_findings(file, worded, photos)
    _add_results(file, worded)
    _add_evidence(file, worded, photos)
    file.heading(words["integrity"])
    file.paragraph(worded.tr(INTEGRITY))
    file.facts(
        [
            (words["model"], worded.sha256),
            (words["head"], str(report.head_seq)),
            (words["head_hash"], report.head_hash),
        ]
    )
    return file.to_bytes()


def _add_summary(file: DocxBuilder, worded: Worded) -> None:
    """Add the conclusions, first what is read first."""
    report, words = worded.report, worded.words
    file.heading(words["summary"])
    file.paragraph(worded.conformity())
    for name in ("conclusions", "fulfilment", "divergences", "sampling"):
        _add_text(file, words[name], getattr(report, name))
    for name in ("not_covered", "follow_up", "confidentiality"):
        _add_text(file, words[name], getattr(report, name))


def _add_audit(file: DocxBuilder, worded: Worded) -> None:
    """Add what was audited, against what, with whom."""
    report, words = worded.report, worded.words
    file.heading(words["audit"])
    _add_text(file, words["objectives"], report.objectives)
    _add_text(file, words["scope"], report.scope)
    file.heading(words["criteria"], 2)
    file.bullets(worded.criteria())
    file.heading(words["team"], 2)
    pairs = [
        *worded.people(),
        (words["participants"], report.participants),
        (words["meetings"], worded.meetings()),
    ]
    file.facts([(label, value) for label, value in pairs if value])


def _add_findings(file: DocxBuilder, worded: Worded, photos: Photos) -> None:
    """Add the table of findings, then each in detail with its photos."""
    words, findings = worded.words, worded.report.findings
    file.heading(words["findings"])
    if not findings:
        file.paragraph(words["no_finding"])
        return
    file.table(
        [words["reference"], words["finding"], words["grade"], words["clause"]],
        [
            (f.reference, f.title, worded.grade(f.grade), f"{f.referential_label} {f.clause_ref}")
            for f in findings
        ],
        weights=[2.6, 7, 3.6, 3.6],
    )
    for finding in findings:
        file.heading(f"{finding.reference} · {finding.title}", 2)
        file.paragraph(f"{worded.grade(finding.grade)} · {worded.about(finding)}", muted=True)
        file.facts([(label, text) for label, text in worded.parts(finding) if text])
        printed, left_out = photos.of(worded.report, finding)
        for photo in printed:
            content, alternative = photos.content[photo.number], worded.photo(photo)
            caption = worded.caption(photo)
            file.image(content, alternative, caption=caption, width_cm=8, height_cm=8)
        if left_out:
            file.paragraph(worded.left_out(left_out), muted=True)


def _add_results(file: DocxBuilder, worded: Worded) -> None:
    """Add the figures of each chapter; the answers one by one are in the PDF."""
    words = worded.words
    file.heading(words["results"])
    file.table(
        [words["chapter"], words["answers"], words["nonconforming"], words["conformity"]],
        [
            (
                name,
                str(counts["answers"]),
                str(counts["nonconforming"]),
                percent(share, worded.locale),
            )
            for name, counts, share in worded.sections()
        ],
        weights=[8, 2.6, 3, 3],
    )


def _add_evidence(file: DocxBuilder, worded: Worded, photos: Photos) -> None:
    """Add the list of evidence with its hashes."""
    words, evidence = worded.words, worded.report.evidence
    file.heading(words["evidence"])
    if not evidence:
        file.paragraph(words["no_evidence"])
        return
    if photos.content:
        file.paragraph(words["small_photos"], muted=True)
    file.table(
        [words["number"], words["file"], words["fact_day"]],
        [(e.number, f"{worded.file(e)}\n{e.sha256}", worded.day(e.happened_on)) for e in evidence],
        weights=[1.6, 11, 3.4],
    )


def _add_text(file: DocxBuilder, label: str, text: str) -> None:
    if text:
        file.heading(label, 2)
        file.paragraph(text)
