"""The frozen result of a workshop as PDF, with what it was made from inside."""

from typing import Any

from qse_audit.core.text import N_, Message
from qse_audit.documents.pdf import render_pdf
from qse_audit.documents.text import Texts, moment
from qse_audit.workshops.models import WorkshopResult
from qse_audit.workshops.queries import document_of
from qse_audit.workshops.reports.words import attendance, instant, table_of
from qse_audit.workshops.rules import VoteMethod

TEMPLATE = "workshop.typ"
ATTACHED = "workshop.json"
WORDS: dict[str, Message] = {
    "kind": N_("Résultat d’un atelier"),
    "page": N_("page"),
    "question": N_("La question"),
    "agenda": N_("Déroulé"),
    "standings": N_("Résultat du vote"),
    "rank": N_("Rang"),
    "proposal": N_("Proposition"),
    "score": N_("Voix"),
    "conclusion": N_("Ce que l’équipe retient"),
    "attendance": N_("Présence"),
    "name": N_("Nom"),
    "function": N_("Fonction"),
    "joined": N_("Entré à"),
    "led_by": N_("Animé par"),
    "opened": N_("Ouvert le"),
    "frozen": N_("Figé le"),
    "method": N_("Vote"),
    "ballots": N_("Bulletins"),
    "integrity": N_("Intégrité"),
    "integrity_text": N_(
        "Ce résultat est figé. Son empreinte est dans le journal ; les données dont il est fait "
        "sont jointes au fichier. Les bulletins sont secrets : seules les sommes sont gardées ici."
    ),
    "sha256": N_("Empreinte SHA-256"),
}
"""The words of the document; the template has none of its own."""


def result_pdf(result: WorkshopResult, organisation: str, locale: str) -> bytes:
    """Return a frozen result as PDF; the same result gives the same bytes."""
    document = document_of(result)
    return render_pdf(
        TEMPLATE,
        _values(document, result, organisation, locale=locale),
        attachments={ATTACHED: result.document.encode()},
        made_at=result.frozen_at,
    )


def _values(
    document: dict[str, Any], result: WorkshopResult, organisation: str, *, locale: str
) -> dict[str, Any]:
    texts = Texts(locale)
    words = {name: texts.translate(message) for name, message in WORDS.items()}
    rule = texts.translate(VoteMethod(document["method"]).label)
    if document["method"] == VoteMethod.POINTS.value:
        rule = f"{rule} ({document['points_each']})"
    facts = [
        (words["led_by"], document["led_by"]),
        (words["opened"], moment(instant(document["opened_at"]), locale)),
        (words["frozen"], moment(result.frozen_at, locale)),
        (words["method"], rule),
        (words["ballots"], f"{document['ballots']} / {len(document['attendance'])}"),
    ]
    return {
        "lang": locale,
        "words": words,
        "title": document["title"],
        "organisation": organisation,
        "reference": document["reference"],
        "made": f"{document['reference']} · {moment(result.frozen_at, locale)}",
        "question": document["question"],
        "agenda": document["agenda"],
        "facts": facts,
        "standings": table_of(document, locale),
        "conclusion": document["conclusion"],
        "attendance": attendance(document, locale),
        "sha256": result.sha256,
    }
