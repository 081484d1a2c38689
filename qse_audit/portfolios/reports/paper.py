"""The paper of a dossier: a PDF for people who print."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from qse_audit.core.text import N_, Message
from qse_audit.documents.pdf import MAX_FILE_BYTES, render_pdf
from qse_audit.documents.store import FileStore
from qse_audit.documents.text import Texts
from qse_audit.portfolios.guidance import FIELDS, SIMPLE

PRINTABLE = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
MAX_PICTURES = 60
WORDS: Mapping[str, Message] = {
    "kind": N_("Dossier de preuves"),
    "confidentiality": N_("Confidentialité"),
    "contents": N_("Sommaire"),
    "summary": N_("De la capacité à la preuve"),
    "capability": N_("Capacité"),
    "situation": N_("Situation"),
    "evidence": N_("Enregistrements et annexes"),
    "page": N_("Page"),
    "setting": N_("Le cadre"),
    "company": N_("L’entreprise et son contexte QSE"),
    "mission": N_("La mission du candidat"),
    "situations": N_("Les situations professionnelles"),
    "records": N_("Enregistrements de l’entreprise"),
    "part": N_("Ma part"),
    "register": N_("Au registre"),
    "by_candidate": N_("par le candidat"),
    "opinion": N_("L’avis de l’entreprise"),
    "no_opinion": N_("Aucun avis n’est signé à ce jour."),
    "annexes": N_("Annexes"),
    "number": N_("N°"),
    "no_annex": N_("Aucun fichier n’est joint."),
    "file": N_("Fichier et empreinte SHA-256"),
    "size": N_("Taille"),
    "declaration": N_("Déclaration d’authenticité"),
    "candidate": N_("Le candidat"),
    "tutor": N_("Le tuteur"),
    "empty": N_("Non renseigné."),
    "no_situation": N_("Aucune situation."),
    "missing": N_("Ce qui manque à la remise"),
    "observed": N_("Avis de l’entreprise"),
    "grid": N_("Grille de critères"),
    "signature": SIMPLE,
    "facts": N_("Faits constatés"),
    "declared": N_("Déclaré en ligne depuis son compte"),
}


def dossier_pdf(reading: Mapping[str, Any], files: FileStore, *, made_at: datetime) -> bytes:
    """Return the PDF of a worded read model; photographs come with it, other files are listed."""
    words = Texts(reading["locale"])
    pictures = _pictures(reading, files)
    drawings = {
        each["image"]: each["svg"].encode() for r in reading["records"] for each in r["drawings"]
    }
    data = {
        **_head(reading, words),
        "lang": reading["locale"],
        "words": {name: words.translate(text) for name, text in WORDS.items()},
        "fields": [[name, words.translate(label)] for name, (label, _, _) in FIELDS.items()],
        "d": reading,
        "pictures": {name.split(".")[0]: name for name in pictures},
    }
    return render_pdf("dossier.typ", data, images={**pictures, **drawings}, made_at=made_at)


def _head(reading: Mapping[str, Any], words: Texts) -> dict[str, Any]:
    candidacy, certification, chain = (
        reading["candidacy"], reading["certification"], reading["chain"]
    )  # fmt: skip
    late = reading["late_days"]
    until = N_("enregistrée jusqu’au %(day)s", day=certification["ends"])
    state = N_("Remis avec %(count)d jours de retard", count=late) if late else N_("Remis")
    facts = [
        (N_("Candidat"), candidacy["candidate"]),
        (N_("Entreprise"), candidacy["company"]),
        (N_("Tuteur"), ", ".join(candidacy["tutors"])),
        (N_("Organisme de formation"), candidacy["training_provider"]),
        (N_("Centre d’examen"), candidacy["exam_centre"]),
        (N_("Voie d’accès"), candidacy["route_word"]),
        (N_("Certification"), f"{certification['code']}, {words.translate(until)}"),
        (N_("Remis le"), reading["frozen"]),
    ]  # fmt: skip
    imprint = N_(
        "%(reference)s · tête du registre n° %(seq)d : %(head)s",
        reference=reading["reference"],
        seq=chain["seq"],
        head=chain["hash"][:16],
    )
    return {
        "title": candidacy["candidate"],
        "subtitle": certification["title"],
        "organisation": candidacy["company"],
        "reference": reading["reference"],
        "imprint": words.translate(imprint),
        "state": {"tone": "watch" if late else "good", "label": words.translate(state)},
        "facts": [[words.translate(label), value] for label, value in facts if value],
    }


def _pictures(reading: Mapping[str, Any], files: FileStore) -> dict[str, bytes | Path]:
    """Return the photographs that the paper shows, by the name that the template knows."""
    found: dict[str, bytes | Path] = {}
    for file in reading["files"]:
        ending = PRINTABLE.get(file["media_type"])
        fits = ending and file["is_image"] and file["size_bytes"] <= MAX_FILE_BYTES
        if fits and len(found) < MAX_PICTURES:
            found[f"a{file['number']}.{ending}"] = files.path(file["sha256"])
    return found
