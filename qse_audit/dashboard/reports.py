"""The register of acts as a spreadsheet: lines in, bytes out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from qse_audit.core.text import N_, Message
from qse_audit.dashboard.queries import ChainCheck, EventLine
from qse_audit.documents.sheets import Cell, Column, Sheet, csv_bytes, xlsx
from qse_audit.documents.text import Texts

COLUMNS = (
    (N_("N°"), 8),
    (N_("Quand"), 17),
    (N_("Par"), 24),
    (N_("Acte"), 38),
    (N_("Objet"), 16),
    (N_("Référence"), 16),
    (N_("Intitulé"), 44),
    (N_("Précision"), 30),
    (N_("Code de l’acte"), 24),
    (N_("Empreinte SHA-256"), 68),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """What is shown of a register, and what checking the whole of it found."""

    events: Iterable[EventLine]
    audits: Mapping[int, str]
    """References of audits, by id."""
    organisation: str
    narrowed_by: Sequence[str]
    """The filters, as people read them."""
    check: ChainCheck
    made_at: datetime


def verdict(check: ChainCheck) -> Message:
    """Return in one sentence what checking a whole chain found."""
    if check.broken_seq is not None:
        return N_("La chaîne est rompue à l’acte n° %(seq)s", seq=check.broken_seq)
    if check.altered_seq is not None:
        return N_("Les mots de l’acte n° %(seq)s ont été changés", seq=check.altered_seq)
    return N_("La chaîne est intacte")


def spreadsheet(extract: Extract, extension: str, locale: str) -> bytes:
    """Return ``extract`` as a ``csv`` or ``xlsx`` file in one language."""
    texts = Texts(locale)
    title = texts.translate(N_("Journal"))
    columns = [Column(texts.translate(name), width) for name, width in COLUMNS]
    sheet = Sheet(title, columns, _rows(extract, texts))
    if extension == "csv":
        return csv_bytes(sheet, locale=locale)
    return xlsx([sheet, _verification(extract, texts)], title=f"{title} – {extract.organisation}")


def _rows(extract: Extract, texts: Texts) -> Iterator[Sequence[Cell]]:
    nobody = texts.translate(N_("L’application"))
    for event in extract.events:
        yield (
            event.seq,
            event.at,
            event.who or nobody,
            texts.translate(event.wording),
            texts.translate(event.subject),
            event.reference or extract.audits.get(event.audit_id or 0, ""),
            event.title,
            ", ".join(texts.translate(each) for each in event.precision),
            event.verb,
            event.hash,
        )


def _verification(extract: Extract, texts: Texts) -> Sheet:
    """Return the sheet that says what the register was worth when the extract was made."""
    tr, check = texts.translate, extract.check
    everything = tr(N_("Tout le journal"))
    rows: list[tuple[str, Cell]] = [
        (tr(N_("Organisation")), extract.organisation),
        (tr(N_("Extrait du")), extract.made_at),
        (tr(N_("Filtres")), ", ".join(extract.narrowed_by) or everything),
        (tr(N_("Vérification de toute la chaîne")), tr(verdict(check))),
        (tr(N_("Dernier acte du journal")), check.head.seq),
        (tr(N_("Empreinte de cet acte")), check.head.hash),
    ]
    names = (N_("Vérification"), N_("Valeur"))
    return Sheet(tr(N_("Vérification")), [Column(tr(names[0]), 34), Column(tr(names[1]), 70)], rows)
