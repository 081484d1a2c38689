"""A version of the DUERP as PDF: a document that is read alone, in forty years."""

from collections.abc import Sequence
from typing import Any

from qse_audit.core.canonical import canonical_json
from qse_audit.core.clock import day_in_paris
from qse_audit.core.text import N_, Message
from qse_audit.documents.pdf import render_pdf
from qse_audit.documents.text import moment, number
from qse_audit.duerp.reports.edition import Edition
from qse_audit.duerp.reports.parts import (
    MEASURE_HEADS,
    contributor_row,
    measure_row,
    programme_title,
    reminders,
    summary_rows,
)
from qse_audit.duerp.reports.words import PAPER_TONES, Wording
from qse_audit.duerp.rules import (
    Content,
    RiskLine,
    document_of,
    exposure_by_unit,
    kept_until,
    summary_by_family,
    summary_by_unit,
)

TEMPLATE = "duerp.typ"
ATTACHED = "document-unique.json"
WORDS: dict[str, Message] = {
    "kind": N_("Document unique d’évaluation des risques professionnels"),
    "page": N_("page"),
    "contents": N_("Sommaire"),
    "summary": N_("En bref"),
    "answers": N_("Ce que cette version prend en compte"),
    "by_unit": N_("Risques par unité de travail"),
    "by_family": N_("Risques par famille de dangers"),
    "unit": N_("Unité de travail"),
    "family": N_("Famille"),
    "total": N_("Total"),
    "exposure": N_("Exposition des femmes et des hommes"),
    "exposure_text": N_(
        "Nombre de risques de chaque unité selon les personnes exposées : l’évaluation tient "
        "compte de l’effet différencié selon le sexe (Code du travail, L4121-3)."
    ),
    "women": N_("Femmes"),
    "men": N_("Hommes"),
    "both": N_("Les deux"),
    "unsaid": N_("Non précisé"),
    "contributors": N_("Contributeurs"),
    "nobody": N_("Aucune consultation notée."),
    "part": N_("À quel titre"),
    "who": N_("Qui"),
    "consulted": N_("Consulté le"),
    "opinion": N_("Avis ou observation"),
    "inventory": N_("Inventaire des risques"),
    "inventory_text": N_(
        "Par unité de travail, le plus grave d’abord. « Non coté » : personne n’a encore coté ce "
        "risque ; il ne compte pas parmi les plus faibles."
    ),
    "no_line": N_("Aucun risque inscrit."),
    "risk": N_("Danger, situation"),
    "harm": N_("Dommage"),
    "exposed": N_("Exposés"),
    "existing": N_("Mesures existantes"),
    "rating": N_("Cotation"),
    "measures": N_("Mesures à venir"),
    "no_measure": N_("Aucune mesure à venir."),
    "integrity": N_("Intégrité et conservation"),
    "integrity_text": N_(
        "Cette version est figée. Elle est conservée quarante ans et tenue à la disposition des "
        "salariés, des anciens salariés et des organismes que cite l’article R4121-4 du Code du "
        "travail. Les données dont elle est faite sont jointes au fichier."
    ),
}
"""The words of the document; the template has none of its own."""


def document_pdf(edition: Edition, locale: str) -> bytes:
    """Return a version as PDF, once approved with its data inside; same version, same bytes."""
    content, wording = edition.content, Wording(edition.content, locale)
    data = {} if edition.is_project else {ATTACHED: canonical_json(document_of(content))}
    return render_pdf(
        TEMPLATE,
        document_data(edition, wording),
        attachments=data,
        made_at=edition.made_at,
        timeout_seconds=120,
    )


def document_data(edition: Edition, wording: Wording) -> dict[str, Any]:
    """Return what the template draws."""
    content, state = edition.content, _state(edition, wording)
    words = {name: wording.say(message) for name, message in WORDS.items()}
    return {
        "lang": wording.locale,
        "words": words,
        "title": content.title,
        "organisation": content.organisation,
        "reference": f"{content.reference} v{content.number}",
        "state": {"tone": "watch" if edition.is_project else "plain", "label": state},
        "imprint": f"{content.reference} v{content.number} · {_mark(edition, state)}",
        "facts": _facts(edition, wording),
        **_summaries(content, wording),
        "contributors": [contributor_row(each, wording) for each in content.contributions],
        "units": [
            {
                "title": unit.name,
                "description": unit.description,
                "lines": [_line(each, content, wording) for each in content.by_unit[unit.key]],
            }
            for unit in content.units
        ],
        "programme": {
            "title": wording.say(programme_title(content)[0]),
            "text": wording.say(programme_title(content)[1]),
            "heads": [wording.say(each) for each in MEASURE_HEADS],
            "rows": [measure_row(each, content, wording) for each in content.measures],
        },
        "integrity": [] if edition.is_project else _integrity(edition, wording),
    }


def _state(edition: Edition, wording: Wording) -> str:
    """Say whether a paper is what was approved."""
    if not edition.is_project:
        return wording.say(N_("Approuvée"))
    return wording.say(N_("Projet du %(day)s", day=wording.day(day_in_paris(edition.made_at))))


def _mark(edition: Edition, state: str) -> str:
    """Return what proves each page, or says that nothing does."""
    return state if edition.is_project else f"SHA-256 {edition.sha256[:16]}…"


def _summaries(content: Content, wording: Wording) -> dict[str, Any]:
    return {
        "counted": [
            {
                "label": label,
                "tone": "unrated" if place == len(content.levels) else PAPER_TONES[tone],
                "count": str(count),
            }
            for place, (label, tone, count) in enumerate(wording.counted(content))
        ],
        "reminders": [
            {"title": title, "text": text} for title, text in reminders(wording, content)
        ],
        "answers": list(content.answers),
        "level_heads": [*wording.levels.values(), wording.unrated],
        "by_unit": summary_rows(summary_by_unit(content), wording.units),
        "by_family": summary_rows(summary_by_family(content), wording.families),
        "exposure": _exposure(content, wording),
    }


def _facts(edition: Edition, wording: Wording) -> list[tuple[str, str]]:
    content = edition.content
    approved = f"{wording.day(content.approved_on)} ({content.approved_by})"
    pairs = [
        (N_("Version"), str(content.number)),
        (N_("Approuvée le"), "" if edition.is_project else approved),
        (N_("Préparée par"), content.prepared_by),
        (N_("Pourquoi cette version"), content.reason),
        (N_("Effectif"), number(content.employees, wording.locale)),
        (N_("Unités de travail"), str(len(content.units))),
        (N_("Risques"), str(len(content.lines))),
    ]
    return [(wording.say(label), value) for label, value in pairs if value]


def _exposure(content: Content, wording: Wording) -> list[list[str]]:
    return [
        [wording.units[each.key], *map(str, (each.women, each.men, each.both, each.unsaid))]
        for each in exposure_by_unit(content)
    ]


def _line(line: RiskLine, content: Content, wording: Wording) -> dict[str, Any]:
    return {
        "hazard": line.hazard,
        "situation": line.situation,
        "family": wording.family(line),
        "harm": line.harm,
        "existing": line.existing,
        "exposed": wording.exposed(line),
        "exposure_note": line.exposure_note,
        "tone": wording.paper_tone(line),
        "level": wording.level(line),
        "score": wording.score(line) if line.rating else "",
        "measures": _named(content.by_line.get(line.key, ())),
    }


def _named(measures: Sequence[Any]) -> list[str]:
    return [f"{each.reference} {each.title}" for each in measures]


def _integrity(edition: Edition, wording: Wording) -> list[tuple[str, str]]:
    content = edition.content
    pairs = [
        (N_("Approuvée le"), moment(edition.made_at, wording.locale)),
        (N_("Empreinte SHA-256"), edition.sha256),
        (N_("Journal n°"), str(edition.head_seq)),
    ]
    if content.approved_on is not None:
        pairs.append((N_("Conservée jusqu’au"), wording.day(kept_until(content.approved_on))))
    return [(wording.say(label), value) for label, value in pairs]
