"""A balance as PDF: what is concluded, the facts with their definitions, and their reading."""

import json
from typing import Any

from qse_audit.balances.models import BalanceRecord
from qse_audit.balances.queries import frozen_content
from qse_audit.balances.reports.charts import charts_of
from qse_audit.balances.reports.words import Shown, Wording
from qse_audit.balances.rules import Breakdown, Content, Drift, Section
from qse_audit.core.canonical import canonical_json
from qse_audit.core.text import N_, Message
from qse_audit.documents.charts import to_svg
from qse_audit.documents.pdf import render_pdf
from qse_audit.documents.text import NOTHING, moment, number

TEMPLATE = "balance.typ"
ATTACHED = "bilan.json"
TONES = {Drift.BETTER: "good", Drift.WORSE: "watch"}
WORDS: dict[str, Message] = {
    "kind": N_("Bilan QSE"),
    "page": N_("page"),
    "contents": N_("Sommaire"),
    "period": N_("Période"),
    "compared": N_("Comparée à"),
    "sites": N_("Sites"),
    "domains": N_("Domaines"),
    "author": N_("Préparé par"),
    "frozen": N_("Arrêté le"),
    "replaces": N_("Remplace"),
    "summary": N_("En bref"),
    "conclusion": N_("Conclusion"),
    "salient": N_("Faits marquants"),
    "figure": N_("Chiffre"),
    "value": N_("Période"),
    "before": N_("Période précédente"),
    "drift": N_("Évolution"),
    "reading": N_("Lecture"),
    "strengths": N_("Points forts"),
    "weaknesses": N_("Points faibles"),
    "nothing": N_("Aucune donnée enregistrée"),
    "unread": N_("Pas de commentaire."),
    "definitions": N_("Définitions"),
    "definitions_text": N_(
        "Chaque chiffre est compté dans les enregistrements, au jour où le bilan est arrêté."
    ),
    "integrity": N_("Intégrité"),
    "integrity_text": N_(
        "Ce bilan est figé. Son empreinte est dans le journal ; les données dont il est fait "
        "sont jointes au fichier."
    ),
    "sha256": N_("Empreinte SHA-256"),
}
"""The words of the document; the template has none of its own."""


def balance_pdf(record: BalanceRecord, frozen_by: str, locale: str) -> bytes:
    """Return a frozen balance as PDF, with its data inside; same balance, same bytes."""
    content, wording = frozen_content(record), Wording(locale)
    charts = charts_of(content, wording)
    images = {f"{section.value}.svg": to_svg(spec).encode() for section, spec in charts.items()}
    words = {name: wording.say(message) for name, message in WORDS.items()}
    data = {
        "lang": wording.locale,
        "words": words,
        "title": content.title,
        "organisation": content.organisation,
        "reference": content.reference,
        "state": {"tone": "plain", "label": wording.say(N_("Arrêté"))},
        "imprint": f"{content.reference} · SHA-256 {record.sha256[:16]}…",
        "facts": _facts(record, content, wording, frozen_by=frozen_by, words=words),
        "conclusion": content.conclusion,
        "salient": [_row(wording.figure(each)) for _, each in content.salient_figures()],
        "sections": [_section(content, section, wording, charts) for section in Section],
        "definitions": _definitions(content, wording),
        "sha256": record.sha256,
    }
    return render_pdf(
        TEMPLATE,
        data,
        images=images,
        attachments={ATTACHED: canonical_json(json.loads(record.document))},
        made_at=record.frozen_at,
    )


def _facts(
    record: BalanceRecord,
    content: Content,
    wording: Wording,
    *,
    frozen_by: str,
    words: dict[str, str],
) -> list[tuple[str, str]]:
    facts = content.facts
    rows = [
        (words["period"], wording.period(content)),
        (words["compared"], wording.days(facts.before.from_on, facts.before.until_on)),
        (words["sites"], wording.sites(content)),
        (words["domains"], wording.domains(content)),
        (words["author"], content.author),
        (words["frozen"], f"{moment(record.frozen_at, wording.locale)} ({frozen_by})"),
    ]
    if content.replaces:
        rows.append((words["replaces"], f"{content.replaces} : {content.replaces_reason}"))
    return rows


def _row(shown: Shown) -> dict[str, Any]:
    return {
        "label": shown.label,
        "value": shown.value,
        "detail": shown.detail,
        "before": shown.before,
        "drift": NOTHING if shown.drift is Drift.NEITHER else shown.drift_label,
        "tone": TONES.get(shown.drift, "plain"),
        "known": shown.is_known,
    }


def _section(
    content: Content, section: Section, wording: Wording, charts: dict[Section, Any]
) -> dict[str, Any]:
    reading, spec = content.reading(section), charts.get(section)
    return {
        "title": wording.say(section.label),
        "rows": [_row(wording.figure(each)) for each in content.facts.of(section)],
        "is_silent": content.facts.is_silent(section),
        "is_compared": content.facts.is_compared(section),
        "notes": wording.notes(content, section),
        "chart": None if spec is None else {
            "image": f"{section.value}.svg",
            "title": spec.title,
            "reading": spec.reading,
        },
        "tables": [
            _table(each, wording)
            for each in content.facts.breakdowns
            if each.section is section and each.rows and each.key != "findings-by-grade"
        ],
        "comment": reading.comment,
        "strengths": reading.strengths,
        "weaknesses": reading.weaknesses,
    }  # fmt: skip


def _table(breakdown: Breakdown, wording: Wording) -> dict[str, Any]:
    return {
        "title": wording.say(breakdown.title),
        "heads": ["", *(wording.say(each) for each in breakdown.columns)],
        "rows": [
            [wording.named(label), *(number(count, wording.locale) for count in counts)]
            for label, counts in breakdown.rows
        ],
    }


def _definitions(content: Content, wording: Wording) -> list[tuple[str, str]]:
    """Return each definition once; that of the indicators stands for all of them."""
    found = [(wording.label(each), wording.say(each.text)) for each in content.facts.figures
             if each.line is None]  # fmt: skip
    lines = [each for each in content.facts.figures if each.line]
    if lines:
        found.append((wording.say(N_("Valeur d’un indicateur")), wording.say(lines[0].text)))
    return found
