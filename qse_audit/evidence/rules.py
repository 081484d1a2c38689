"""What makes a file acceptable as evidence. Pure."""

from dataclasses import dataclass
from datetime import date

from qse_audit.core.errors import Refusal
from qse_audit.core.text import N_, Coded, Message

MAX_BYTES = 50 * 1024 * 1024
MAX_PIXELS = 50_000_000
THUMBNAIL_PIXELS = 480
"""Longest side of a thumbnail."""
MAX_TITLE_LETTERS = 200
MAX_PLACE_LETTERS = 200


class EvidenceType(Coded):
    """How the fact was established."""

    DOCUMENT = "document", N_("Document")
    RECORD = "record", N_("Enregistrement")
    OBSERVATION = "observation", N_("Observation")
    INTERVIEW = "interview", N_("Entretien")
    MEASUREMENT = "measurement", N_("Mesure")
    DATA_EXTRACT = "data_extract", N_("Extraction de données")
    SCREEN_CAPTURE = "screen_capture", N_("Capture d’écran autorisée")


OPEN, SEALED = "open", "sealed"
"""The status of an evidence file for the policy: its facts may be corrected, or no longer."""


@dataclass(frozen=True, slots=True)
class FileType:
    """One type of file that is accepted."""

    name: str
    media_type: str
    inspector: str
    """What checks it: ``image``, ``pdf``, ``ooxml``, ``odf`` or ``text``."""


FILE_TYPES: dict[str, FileType] = {
    ".jpg": FileType("JPEG", "image/jpeg", "image"),
    ".jpeg": FileType("JPEG", "image/jpeg", "image"),
    ".png": FileType("PNG", "image/png", "image"),
    ".webp": FileType("WebP", "image/webp", "image"),
    ".pdf": FileType("PDF", "application/pdf", "pdf"),
    ".docx": FileType(
        "Word",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "ooxml",
    ),
    ".xlsx": FileType(
        "Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "ooxml"
    ),
    ".pptx": FileType(
        "PowerPoint",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "ooxml",
    ),
    ".odt": FileType("OpenDocument", "application/vnd.oasis.opendocument.text", "odf"),
    ".ods": FileType("OpenDocument", "application/vnd.oasis.opendocument.spreadsheet", "odf"),
    ".txt": FileType("texte", "text/plain", "text"),
    ".csv": FileType("CSV", "text/csv", "text"),
}
"""Accepted extensions; what the bytes are is checked besides."""

ACCEPTED = N_(
    "Sont acceptés : photos JPEG, PNG ou WebP, PDF, Word (.docx), Excel (.xlsx), "
    "PowerPoint (.pptx), OpenDocument (.odt, .ods), texte (.txt) et CSV."
)
ACCEPT_ATTRIBUTE = ",".join(FILE_TYPES)
"""What a browser’s file chooser offers."""


def extension_of(file_name: str) -> str:
    """Return the extension in lower case with its dot; ``""`` for none."""
    stem, dot, end = file_name.rpartition(".")
    return f".{end.lower()}" if dot and stem else ""


def default_type(extension: str) -> EvidenceType:
    """Return how a fact was established when nobody said: seen on a photo, read in a file."""
    kind = FILE_TYPES.get(extension)
    return EvidenceType.OBSERVATION if kind and kind.inspector == "image" else EvidenceType.DOCUMENT


def fact_refusals(*, title: str, place: str, happened_on: date, today: date) -> list[Refusal]:
    """Return every reason why the facts about an evidence file cannot be kept."""
    found = []
    if not title.strip():
        found.append(Refusal("no_title", N_("Donnez un titre à la preuve.")))
    if len(title) > MAX_TITLE_LETTERS or len(place) > MAX_PLACE_LETTERS:
        found.append(
            Refusal(
                "too_long",
                N_("Le titre et le lieu comptent %(count)d caractères au plus.", count=200),
            )
        )
    if happened_on > today:
        found.append(
            Refusal(
                "in_the_future", N_("La date du fait est à venir ; elle est passée ou du jour.")
            )
        )
    return found


def refusal(code: str, file_name: str, **values: object) -> Refusal:
    """Return why a file is refused, in a sentence that names it and says what is accepted."""
    reason = FILE_REFUSALS.get(code, FILE_REFUSALS["unreadable"])
    said = Message(reason.msgid, values)
    return Refusal(
        code if code in FILE_REFUSALS else "unreadable",
        N_(
            "« %(file)s » : %(reason)s %(accepted)s", file=file_name, reason=said, accepted=ACCEPTED
        ),
    )


FILE_REFUSALS: dict[str, Message] = {
    "unreadable": N_("le fichier est abîmé ou n’est pas ce que dit son nom."),
}
