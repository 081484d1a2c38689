"""An analysis as PDF, A4 landscape: its question, its drawing, every line, what was concluded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from qse_audit.actions.queries import ActionLine
from qse_audit.causes.models import CauseAnalysis
from qse_audit.causes.reports.clocks import clock_rows
from qse_audit.causes.reports.drawings import charts, drawing
from qse_audit.causes.reports.words import Wording, told
from qse_audit.causes.rules import CauseStatus, Clock, Tree
from qse_audit.core.text import N_, Message
from qse_audit.documents.charts import WIDE, to_svg
from qse_audit.documents.pdf import render_pdf
from qse_audit.documents.text import Texts, day, moment

TEMPLATE = "cause_analysis.typ"
WORDS: dict[str, Message] = {
    "kind": N_("Analyse de causes"),
    "page": N_("page"),
    "question": N_("La question"),
    "drawing": N_("Le dessin"),
    "lines": N_("Ligne par ligne"),
    "place": N_("Place"),
    "text": N_("Ce qui est dit"),
    "shows": N_("Ce qui le montre"),
    "state": N_("État"),
    "nothing": N_("Rien n’est encore écrit."),
    "clocks": N_("Les délais"),
    "step": N_("Étape"),
    "due": N_("À faire avant"),
    "done": N_("Fait"),
    "conclusion": N_("Conclusion"),
    "not_concluded": N_("L’analyse n’est pas encore conclue."),
    "actions": N_("Actions demandées"),
    "no_actions": N_("Aucune action demandée."),
    "action": N_("Action"),
    "owner": N_("Responsable"),
    "due_on": N_("Échéance"),
    "team": N_("Équipe"),
    "name": N_("Nom"),
    "function": N_("Fonction"),
}
"""The words of the document; the template has none of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What a paper is made from, besides the analysis itself."""

    tree: Tree
    organisation: str
    actions: Sequence[ActionLine]
    clocks: Sequence[Clock]
    made_at: datetime
    locale: str


def analysis_pdf(analysis: CauseAnalysis, paper: Paper) -> bytes:
    """Return an analysis as PDF; the same analysis at the same instant gives the same bytes."""
    wording = Wording(analysis.tool, paper.tree, paper.locale)
    svg = drawing(wording, analysis.question or analysis.title, analysis.families)
    images = {"drawing.svg": svg.encode()} if svg else {}
    values = {**_values(analysis, paper, wording), "is_drawn": bool(svg), "charts": []}
    for place, spec in enumerate(charts(wording), start=1):
        name = f"chart-{place}.svg"
        images[name] = to_svg(spec, WIDE).encode()
        values["charts"].append({"image": name, "title": spec.title, "reading": spec.reading})
    return render_pdf(TEMPLATE, values, images=images, made_at=paper.made_at)


def _values(analysis: CauseAnalysis, paper: Paper, wording: Wording) -> dict[str, Any]:
    texts = Texts(paper.locale)
    words = {name: texts.translate(message) for name, message in WORDS.items()}
    is_over = analysis.status is CauseStatus.CONCLUDED
    made = f"{analysis.reference} · {moment(paper.made_at, paper.locale)}"
    return {
        "lang": paper.locale,
        "words": words,
        "title": analysis.title,
        "organisation": paper.organisation,
        "reference": analysis.reference,
        "kind": f"{words['kind']} · {texts.translate(analysis.tool.label)}",
        "made": made,
        "state": {
            "tone": "good" if is_over else "watch",
            "label": texts.translate(analysis.status.label),
        },
        "question": analysis.question,
        "alt": f"{texts.translate(analysis.tool.label)}. {words['lines']}",
        "lines": _lines(wording, analysis.families),
        "clocks": clock_rows(paper.clocks, paper.locale),
        "conclusion": analysis.conclusion,
        "actions": [
            [f"{each.reference} {each.title}", each.owner_name, day(each.due_on, paper.locale)]
            for each in paper.actions
        ],
        "team": [[analysis.owner.name, words["owner"]]]
        + [
            [m.shown_name, m.function] for m in analysis.members if m.person_id != analysis.owner_id
        ],
    }


def _lines(wording: Wording, families: int | None) -> list[dict[str, Any]]:
    return [
        {
            "depth": each.depth,
            "label": each.label,
            "text": each.text,
            "details": [f"{label} : {value}" for label, value in each.details],
            "badges": " · ".join(each.badges),
        }
        for each in told(wording, families)
    ]
