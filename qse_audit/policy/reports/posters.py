"""A version of the policy as a poster (PDF) and as a text to be discussed (Word)."""

from collections.abc import Mapping

from qse_audit.core.clock import day_in_paris
from qse_audit.core.text import N_, Message, pick
from qse_audit.documents.docx import DocxBuilder
from qse_audit.documents.pdf import render_pdf
from qse_audit.documents.text import Texts, day
from qse_audit.policy.queries import Poster
from qse_audit.policy.rules import Domain

TEMPLATE = "policy_poster.typ"
ATTACHED = "politique.json"
WORDS: Mapping[str, Message] = {
    "version": N_("Version"),
    "approved": N_("Approuvée le"),
    "review": N_("Prochaine revue le"),
    "draft": N_("Projet, non approuvé"),
    "superseded": N_("Remplacée"),
    "commit": N_("Nos engagements"),
    "signature": N_("Signature"),
    "coverage": N_("Engagements attendus par les normes"),
    "clause": N_("Article"),
    "expected": N_("Ce qui est attendu"),
    "sentences": N_("Phrases"),
    "none": N_("aucune"),
    "reason": N_("Pourquoi cette version"),
    "register": N_("Journal n°"),
}
TONES = {
    Domain.QUALITY.value: "idea",
    Domain.SAFETY.value: "minor",
    Domain.ENVIRONMENT.value: "good",
}


def poster_pdf(poster: Poster, size: str, locale: str) -> bytes:
    """Return a version as a poster of one page, ``a4`` or ``a3``; same version, same bytes.

    Once approved, the frozen text travels inside the file.
    """
    tr = Texts(locale).translate
    words = {name: tr(message) for name, message in WORDS.items()}
    labels = {domain.value: tr(domain.label) for domain in Domain}
    attached = {ATTACHED: poster.document.encode()} if poster.document else {}
    return render_pdf(
        TEMPLATE,
        {
            "lang": locale,
            "size": size,
            "words": words,
            "title": poster.title,
            "organisation": poster.organisation,
            "introduction": poster.introduction,
            "signature": poster.signature,
            "state": _state(poster, words, locale),
            "stamp": "" if poster.approved_at else words["draft"],
            "imprint": _imprint(poster, words),
            "domains": [{"label": labels[d], "tone": TONES[d]} for d in labels],
            "sentences": [
                {
                    "number": str(each.position),
                    "text": each.text,
                    "is_commitment": each.is_commitment,
                    "domains": [{"label": labels[d], "tone": TONES[d]} for d in each.domains],
                }
                for each in poster.sentences
            ],
        },
        attachments=attached,
        made_at=poster.made_at,
    )


def _state(poster: Poster, words: Mapping[str, str], locale: str) -> list[str]:
    version = f"{words['version']} {poster.number}"
    if poster.approved_at is not None:
        approved = day(day_in_paris(poster.approved_at), locale)
        version += f" · {words['approved']} {approved}"
    found = [version]
    if poster.review_on is not None:
        found.append(f"{words['review']} {day(poster.review_on, locale)}")
    return found


def _imprint(poster: Poster, words: Mapping[str, str]) -> str:
    if not poster.sha256:
        return ""
    return f"SHA-256 {poster.sha256[:16]}… · {words['register']} {poster.head_seq}"


def text_docx(poster: Poster, locale: str) -> bytes:
    """Return a version as a Word file, with what the standards expect of it."""
    tr = Texts(locale).translate
    words = {name: tr(message) for name, message in WORDS.items()}
    file = DocxBuilder(
        title=f"{poster.title} v{poster.number}",
        locale=locale,
        author=poster.organisation,
        made_at=poster.made_at,
    )
    file.paragraph(f"{poster.organisation} · {words['version']} {poster.number}", muted=True)
    file.title(poster.title, "" if poster.approved_at else words["draft"])
    if poster.introduction:
        file.paragraph(poster.introduction)
    file.heading(words["commit"])
    for each in poster.sentences:
        names = ", ".join(tr(domain.label) for domain in Domain if domain in each.domains)
        file.paragraph(f"{each.position}. {each.text}", bold=each.is_commitment)
        if names:
            file.paragraph(names, muted=True)
    if poster.signature:
        file.facts([(words["signature"], poster.signature)])
    if poster.change_reason:
        file.heading(words["reason"])
        file.paragraph(poster.change_reason)
    _add_coverage(file, poster, words, locale=locale)
    return file.to_bytes()


def _add_coverage(
    file: DocxBuilder, poster: Poster, words: Mapping[str, str], *, locale: str
) -> None:
    for each in poster.judged:
        file.heading(f"{words['coverage']} : {each.checklist.name}")
        file.table(
            [words["clause"], words["expected"], words["sentences"]],
            [
                (
                    line.expected.clause,
                    pick(line.expected.title, locale),
                    ", ".join(map(str, line.positions)) or line.note or words["none"],
                )
                for line in each.lines
            ],
            weights=[2.4, 9, 5],
        )
