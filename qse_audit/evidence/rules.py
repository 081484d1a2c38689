"""What makes a file acceptable as evidence. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from qse_audit.core.errors import Refusal
from qse_audit.core.text import N_, Coded, Message

MAX_BYTES = 50 * 1024 * 1024
MAX_PIXELS = 50_000_000
THUMBNAIL_PIXELS = 480
"""Longest side of a thumbnail."""
THUMBNAIL_MEDIA_TYPE = "image/jpeg"
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


OPEN, SEALED, WITHDRAWN = "open", "sealed", "withdrawn"
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


class Hiding(Coded):
    """How a zone of a photo is made unreadable, for good."""

    BLACK = "black", N_("Noir")
    BLUR = "blur", N_("Flou")


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A rectangle of a photo to hide, in percent of its width and height."""

    x: float
    y: float
    width: float
    height: float
    hiding: Hiding = Hiding.BLACK

    def as_json(self) -> dict[str, float | str]:
        """Return the zone as it is kept with the masked copy."""
        return {
            "x": self.x,
            "y": self.y,
            "width": self.width,
            "height": self.height,
            "hiding": self.hiding.value,
        }


MAX_ZONES = 40
SMALLEST_ZONE = 0.5
"""Percent of a side; a smaller zone hides nothing."""


def zone_refusals(zones: Sequence[Zone]) -> list[Refusal]:
    """Return every reason why these zones cannot be hidden."""
    if not zones:
        return [Refusal("no_zone", N_("Placez au moins une zone à masquer sur l’image."))]
    if len(zones) > MAX_ZONES:
        return [Refusal("zones", N_("Une image a %(count)d zones au plus.", count=MAX_ZONES))]
    return [
        Refusal(
            "zone",
            N_(
                "Zone %(number)d : de 0 à 100 %% de l’image, sans en sortir, et de %(least)s %% "
                "au moins de chaque côté.",
                number=number,
                least="0,5",
            ),
        )
        for number, zone in enumerate(zones, 1)
        if not _fits(zone)
    ]


def _fits(zone: Zone) -> bool:
    sides = ((zone.x, zone.width), (zone.y, zone.height))
    return all(0 <= at <= 100 and SMALLEST_ZONE <= size <= 100.05 - at for at, size in sides)


FACT_CODES = frozenset({"no_title", "too_long", "in_the_future"})
"""The refusals of :func:`fact_refusals`: about what is said of a file, not about the file."""


SEALED_REFUSAL = Refusal(
    "sealed", N_("Un document définitif s’appuie sur cette preuve : elle ne change plus.")
)


MAX_REASON_LETTERS = 500
WITHDRAWN_REFUSAL = Refusal("withdrawn", N_("Cette preuve a été retirée."))
RELIED_ON = Refusal(
    "relied_on",
    N_(
        "Un document définitif s’appuie sur cette preuve (constat, rapport émis, action vérifiée "
        "ou dossier remis) : elle ne se retire plus."
    ),
)


def withdrawal_refusals(*, status: str, reason: str) -> list[Refusal]:
    """Return every reason why an evidence file cannot be withdrawn."""
    found = {SEALED: [RELIED_ON], WITHDRAWN: [WITHDRAWN_REFUSAL]}.get(status, [])
    if not reason.strip():
        found = [*found, Refusal("no_reason", N_("Dites pourquoi la preuve est retirée."))]
    if len(reason) > MAX_REASON_LETTERS:
        too_long = N_("Le motif compte %(count)d caractères au plus.", count=MAX_REASON_LETTERS)
        found = [*found, Refusal("too_long", too_long)]
    return found


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


TOO_BIG = "too_big"
OTHER_TYPES: dict[str, str] = {
    **dict.fromkeys((".heic", ".heif"), "heic"),
    **dict.fromkeys((".docm", ".xlsm", ".pptm", ".dotm", ".xltm", ".xlsb", ".xlam"), "macros"),
    **dict.fromkeys((".doc", ".xls", ".ppt"), "old_office"),
    **dict.fromkeys((".zip", ".rar", ".7z", ".gz", ".tar", ".tgz"), "archive"),
    **dict.fromkeys((".svg", ".html", ".htm", ".xhtml", ".xml", ".js", ".mjs", ".md"), "markup"),
    **dict.fromkeys((".mp4", ".mov", ".avi", ".mp3", ".m4a", ".wav"), "film"),
}
"""Extensions that people try, and the refusal that tells them what to do instead."""
UNSUPPORTED = frozenset({"type", *OTHER_TYPES.values()})
"""Refusals of a type as such, whatever the file holds."""

FILE_REFUSALS: dict[str, Message] = {
    "no_file": N_("Choisissez un fichier."),
    "empty": N_("le fichier est vide."),
    TOO_BIG: N_("il dépasse %(most)d Mo."),
    "type": N_("ce type de fichier n’est pas accepté."),
    "heic": N_(
        "les photos HEIC ne s’ouvrent pas partout. Réglez l’appareil photo sur « Le plus "
        "compatible » (JPEG), ou exportez la photo en JPEG."
    ),
    "macros": N_("les fichiers à macros ne sont pas acceptés. Enregistrez-le sans macro."),
    "old_office": N_(
        "cet ancien format peut contenir des macros. Enregistrez-le en .docx, .xlsx ou .pptx."
    ),
    "archive": N_("les archives ne sont pas acceptées. Envoyez les fichiers un par un."),
    "markup": N_(
        "les pages web, dessins SVG et scripts ne sont pas acceptés. Envoyez une capture ou un PDF."
    ),
    "film": N_("les films et les sons ne sont pas acceptés. Envoyez une photo ou un compte rendu."),
    "mismatch": N_("son contenu (%(found)s) ne correspond pas à son nom (%(expected)s)."),
    "unreadable": N_("le fichier est abîmé ou n’est pas ce que dit son nom."),
    "hidden_archive": N_("une archive est cachée dans le fichier."),
    "too_complex": N_("il est trop long ou trop lourd à vérifier."),
    "too_many_pixels": N_(
        "la photo compte %(found)d millions de pixels, %(most)d au plus. Réduisez-la."
    ),
    "image_moving": N_("les images animées ne sont pas acceptées."),
    "image_damaged": N_("la photo est abîmée ou incomplète."),
    "pdf_damaged": N_("le PDF est abîmé. Imprimez-le de nouveau en PDF."),
    "pdf_locked": N_("le PDF est protégé par un mot de passe. Enlevez la protection."),
    "pdf_script": N_("le PDF contient un programme. Imprimez-le en PDF, puis envoyez le résultat."),
    "pdf_launch": N_(
        "le PDF lance une action à l’ouverture ou à la saisie. Imprimez-le en PDF, puis envoyez le "
        "résultat."
    ),
    "pdf_attachment": N_("le PDF contient un fichier risqué (%(attached)s)."),
    "zip_bomb": N_("son contenu déplié est démesuré."),
    "zip_entries": N_("il contient plus de %(most)d éléments."),
    "zip_link": N_("il contient un lien vers un autre endroit."),
    "zip_escape": N_("il contient un nom de fichier dangereux."),
    "office_damaged": N_("le document est abîmé. Ouvrez-le et enregistrez-le de nouveau."),
    "office_locked": N_("le document est protégé par un mot de passe. Enlevez la protection."),
    "office_mismatch": N_("ce n’est pas un document %(extension)s."),
    "office_macro": N_("le document contient un programme. Enregistrez-le sans macro."),
    "office_remote": N_("le document va chercher un modèle ou un objet sur un autre serveur."),
    "text_binary": N_("ce n’est pas du texte : il contient des caractères de commande."),
    "text_encoding": N_("l’encodage du texte est inconnu. Enregistrez-le en UTF-8."),
}
"""Why files are refused; each says what to do where something can be done."""


def refusal(code: str, file_name: str, **values: object) -> Refusal:
    """Return why a file is refused, in a sentence that names it; then what is accepted."""
    if code == "no_file":
        return Refusal(code, FILE_REFUSALS[code], ACCEPTED)
    code = code if code in FILE_REFUSALS else "unreadable"
    reason = Message(FILE_REFUSALS[code].msgid, values)
    return Refusal(code, N_("« %(file)s » : %(reason)s", file=file_name, reason=reason), ACCEPTED)


def type_refusal(extension: str) -> str:
    """Return the code of the refusal of an extension that is not accepted."""
    return OTHER_TYPES.get(extension, "type")


EXPECTED_SIGNATURES: dict[str, frozenset[str]] = {
    "pdf": frozenset({"PDF"}),
    "ooxml": frozenset({"ZIP"}),
    "odf": frozenset({"ZIP"}),
    "text": frozenset({""}),
}
"""By inspector, what the first bytes may say that the file is."""
SIGNATURE_REFUSALS = {"HEIC": "heic", "MP4": "film", "HTML": "markup", "script": "markup"}


def signature_refusal(kind: FileType, found: str) -> str | None:
    """Return the code of the refusal when the first bytes say ``found``; ``None`` when they fit."""
    expected = EXPECTED_SIGNATURES.get(kind.inspector, frozenset({kind.name}))
    if found in expected:
        return None
    if kind.inspector in {"ooxml", "odf"} and found == "OLE":
        return "office_locked"
    return SIGNATURE_REFUSALS.get(found, "mismatch" if found else "unreadable")
