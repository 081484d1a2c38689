"""The register as a spreadsheet: events in, bytes out; no name, no function, no lesion."""

from collections.abc import Iterable, Sequence

from qse_audit.accidents.queries.lists import RegisterLine
from qse_audit.accidents.rules.duties import Duty
from qse_audit.core.text import N_
from qse_audit.documents.sheets import Cell, Column, Sheet, csv_bytes, xlsx
from qse_audit.documents.text import Texts, moment

COLUMNS = (
    (N_("Référence"), 14),
    (N_("Nature"), 30),
    (N_("Statut"), 12),
    (N_("Arrivé le"), 16),
    (N_("Lieu"), 28),
    (N_("Site"), 20),
    (N_("Processus"), 20),
    (N_("Les faits"), 50),
    (N_("Mesures immédiates"), 40),
    (N_("Causes"), 40),
    (N_("Personne concernée"), 24),
    (N_("Gravité potentielle"), 24),
    (N_("Jours d’arrêt"), 10),
    (N_("Démarches"), 50),
    (N_("Déclaré le"), 16),
    (N_("Clos le"), 16),
    (N_("Actions"), 9),
)


def spreadsheet(found: Iterable[RegisterLine], extension: str, locale: str) -> bytes:
    """Return ``found`` as a ``csv`` or ``xlsx`` file in one language."""
    texts = Texts(locale)
    title = texts.translate(N_("Registre des événements"))
    columns = [Column(texts.translate(name), width) for name, width in COLUMNS]
    sheet = Sheet(title, columns, _rows(found, texts, locale))
    return csv_bytes(sheet, locale=locale) if extension == "csv" else xlsx([sheet], title=title)


def _rows(found: Iterable[RegisterLine], texts: Texts, locale: str) -> Iterable[Sequence[Cell]]:
    for each in found:
        yield (
            each.reference,
            texts.translate(each.kind.label),
            texts.translate(each.status.label),
            each.happened_at,
            each.place,
            each.site_name,
            each.process_name,
            each.facts_text,
            each.measures_text,
            each.causes_text,
            texts.translate(each.category.label) if each.category else "",
            texts.translate(each.potential.label) if each.potential else "",
            each.stop_days,
            " ; ".join(_duty(duty, texts, locale) for duty in each.duties),
            each.declared_at,
            each.closed_at,
            each.action_count,
        )


def _duty(duty: Duty, texts: Texts, locale: str) -> str:
    words = f"{texts.translate(duty.code.label)} : {texts.translate(duty.state.label)}"
    done = duty.answer.done_at if duty.answer else None
    return f"{words} ({moment(done, locale)})" if done else words
