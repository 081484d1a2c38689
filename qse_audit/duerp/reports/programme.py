"""The measures to come as PDF: PAPRIPACT from fifty employees, list of actions below."""

from datetime import date, datetime

from qse_audit.core.text import N_
from qse_audit.documents.pdf import render_pdf
from qse_audit.documents.text import number
from qse_audit.duerp.reports.parts import MEASURE_HEADS, measure_row, programme_title
from qse_audit.duerp.reports.words import Wording
from qse_audit.duerp.rules import Content, programme_refusals, total_cost
from qse_audit.duerp.rules.headcount import Duties

TEMPLATE = "duerp_programme.typ"


def programme_pdf(content: Content, *, today: date, made_at: datetime, locale: str) -> bytes:
    """Return the programme as it is in ``content``: frozen, or still being written."""
    wording = Wording(content, locale)
    title, text = programme_title(content)
    is_approved = content.approved_on is not None
    state = N_("Approuvée le %(day)s", day=wording.day(content.approved_on)) if is_approved else N_(
        "Projet du %(day)s", day=wording.day(today)
    )  # fmt: skip
    cost, unknown = total_cost(content.measures)
    facts = [
        (N_("Effectif"), number(content.employees, wording.locale)),
        (N_("Mesures"), str(len(content.measures))),
        (N_("Coût estimé"), wording.cost(cost)),
    ]
    if unknown:
        facts.append((N_("Mesures sans estimation"), str(unknown)))
    missing = () if is_approved else programme_refusals(content.measures, Duties(content.employees))
    return render_pdf(
        TEMPLATE,
        {
            "lang": wording.locale,
            "words": {
                "page": wording.say(N_("page")),
                "no_measure": wording.say(N_("Aucune mesure à venir.")),
            },
            "title": wording.say(title),
            "organisation": content.organisation,
            "reference": f"{content.reference} v{content.number}",
            "imprint": f"{content.organisation} · {content.reference} v{content.number}",
            "made": wording.say(state),
            "text": wording.say(text),
            "notes": [wording.say(each.message) for each in missing],
            "facts": [(wording.say(label), value) for label, value in facts],
            "heads": [wording.say(each) for each in MEASURE_HEADS],
            "rows": [measure_row(each, content, wording) for each in content.measures],
        },
        made_at=made_at,
    )
