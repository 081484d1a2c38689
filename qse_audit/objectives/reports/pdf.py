"""The report of coherence as PDF: what does not hold together, and what was mended since."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from qse_audit.core.canonical import canonical_json
from qse_audit.core.text import N_, Message
from qse_audit.documents.pdf import render_pdf
from qse_audit.documents.text import Texts, day, moment, number
from qse_audit.objectives.queries import Frozen
from qse_audit.objectives.reports.words import say
from qse_audit.objectives.rules import AnomalyCode, AnomalyState, Line

TEMPLATE = "coherence_report.typ"
ATTACHED = "coherence.json"
WORDS: dict[str, Message] = {
    "kind": N_("Rapport de cohérence"),
    "title": N_("Cohérence des objectifs avec la politique QSE"),
    "page": N_("page"),
    "made_at": N_("Établi le"),
    "made_by": N_("par"),
    "note": N_("Mot"),
    "objectives": N_("Objectifs examinés"),
    "open": N_("À traiter"),
    "accepted": N_("Acceptées"),
    "mended": N_("Corrigées"),
    "appeared": N_("Nouvelles"),
    "summary": N_("En bref"),
    "since": N_("Depuis le rapport précédent"),
    "first": N_("C’est le premier rapport : il servira de point de départ."),
    "previous": N_("Rapport précédent"),
    "nothing": N_("Rien."),
    "check": N_("Contrôle"),
    "anomaly": N_("Anomalie"),
    "reason": N_("Acceptée par"),
    "reason_text": N_("Raison"),
    "still_open": N_("Anomalies à traiter"),
    "none_open": N_("Aucune anomalie à traiter."),
    "accepted_list": N_("Anomalies acceptées, avec leur raison"),
    "none_accepted": N_("Aucune anomalie acceptée."),
    "integrity": N_("Intégrité"),
    "integrity_text": N_(
        "Ce rapport est figé. Son empreinte est dans le journal ; les données dont il est fait "
        "sont jointes au fichier."
    ),
    "sha256": N_("Empreinte SHA-256"),
    "gone_mended": N_("Corrigées depuis"),
    "gone_ended": N_("Acceptées avant, disparues depuis"),
    "newly": N_("Apparues depuis"),
    "newly_accepted": N_("Acceptées depuis"),
}
"""The words of the document; the template has none of its own."""


def report_pdf(report: Frozen, document: str, locale: str) -> bytes:
    """Return ``report`` as PDF, with the data it was made from inside; same report, same bytes."""
    return render_pdf(
        TEMPLATE,
        values_of(report, locale),
        attachments={ATTACHED: canonical_json(json.loads(document))},
        made_at=report.made_at,
    )


def values_of(report: Frozen, locale: str) -> dict[str, Any]:
    """Return what the template shows."""
    texts = Texts(locale)
    words = {name: texts.translate(message) for name, message in WORDS.items()}
    still = [line for line in report.lines if line.state is not AnomalyState.ACCEPTED]
    accepted = [line for line in report.lines if line.state is AnomalyState.ACCEPTED]
    facts = [
        (words["made_at"], f"{moment(report.made_at, locale)} {words['made_by']} {report.made_by}"),
        (words["objectives"], number(report.objective_count, locale)),
        *([(words["note"], report.note)] if report.note else []),
    ]
    if report.before is not None:
        before = f"{report.before.reference} ({moment(report.before.made_at, locale)})"
        facts.append((words["previous"], before))
    return {
        "lang": locale,
        "words": words,
        "title": words["title"],
        "organisation": report.organisation,
        "reference": report.reference,
        "state": {
            "tone": "watch" if still else "good",
            "label": texts.translate(N_("À traiter : %(count)s", count=len(still))),
        },
        "facts": facts,
        "imprint": f"{report.reference} · SHA-256 {report.sha256[:16]}…",
        "tiles": _tiles(report, len(still), len(accepted), words),
        "open": _rows(still, locale),
        "accepted": [_accepted(line, locale) for line in accepted],
        "changes": _changes(report, words, locale),
        "sha256": report.sha256,
    }


def _tiles(
    report: Frozen, still: int, accepted: int, words: dict[str, str]
) -> list[dict[str, str]]:
    """Return the key figures."""
    tiles = [
        {"value": str(still), "label": words["open"], "tone": "watch" if still else "good"},
        {"value": str(accepted), "label": words["accepted"], "tone": "plain"},
    ]
    if report.before is not None:
        told = report.before.comparison
        tiles += [
            {"value": str(len(told.mended)), "label": words["mended"], "tone": "good"},
            {"value": str(len(told.appeared)), "label": words["appeared"], "tone": "minor"},
        ]
    return tiles


def _rows(lines: Sequence[Line], locale: str) -> list[dict[str, str]]:
    """Return lines as rows, by check."""
    texts = Texts(locale)
    order = {code: rank for rank, code in enumerate(AnomalyCode)}
    return [
        {
            "code": line.code.value,
            "check": texts.translate(line.code.label),
            "sentence": say(line.sentence, locale),
        }
        for line in sorted(lines, key=lambda each: order[each.code])
    ]


def _accepted(line: Line, locale: str) -> dict[str, str]:
    (row,) = _rows([line], locale)
    return {
        **row,
        "name": line.accepted_by,
        "day": day(date.fromisoformat(line.accepted_on), locale),
        "reason": line.reason,
    }


def _changes(report: Frozen, words: dict[str, str], locale: str) -> list[dict[str, Any]]:
    """Return what became of each anomaly since the report before; empty for the first report."""
    if report.before is None:
        return []
    told = report.before.comparison
    return [
        {"title": words[name], "tone": tone, "rows": _rows(lines, locale)}
        for name, tone, lines in (
            ("gone_mended", "good", told.mended),
            ("newly_accepted", "plain", told.accepted),
            ("gone_ended", "plain", told.ended),
            ("newly", "minor", told.appeared),
        )
    ]
