"""How long a work may be silent, how often it is tried, and what is said when it fails. Pure."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from qse_audit.core.errors import (
    EDITED_MEANWHILE,
    BadInput,
    Conflict,
    DocumentError,
    NotAllowed,
    NotFound,
    Refusal,
    Refused,
    StorageFull,
)
from qse_audit.core.text import N_, Message

BEAT_SECONDS = 5
"""How often a holder says that it is alive."""
SILENT_LIFE = timedelta(seconds=30)
"""A running work of which nothing was heard for so long has lost its holder."""
MOST_TRIES = 2
"""How often a work is begun: what died once is tried once more."""
MOST_READINGS = 3
"""How often what changed while the files were made is read and made again."""
KEPT = timedelta(days=30)
"""How long the row of a work that ended stays."""

STORAGE_FULL = N_(
    "Il n’y a plus assez de place sur le serveur : rien n’a été gardé. Prévenez votre "
    "administrateur, puis redemandez."
)
NOT_ALLOWED = N_("Vous n’avez plus le droit de faire cela.")
NOT_FOUND = N_("La fiche n’existe plus.")
DIED = Refusal(
    "died",
    N_("Le serveur s’est arrêté deux fois pendant ce travail. Rien n’a été modifié : redemandez."),
)
UNKNOWN_KIND = Refusal("unknown_kind", N_("Cette version de l’application ne sait pas le faire."))
INCIDENT = Refusal(
    "incident",
    N_(
        "Un incident s’est produit. Rien n’a été modifié : redemandez ; s’il se répète, donnez "
        "son numéro à votre administrateur."
    ),
)


def reasons(error: Exception) -> tuple[Refusal, ...]:
    """Return why a work failed, for the person who reads it; nothing for what nobody foresaw."""
    if isinstance(error, Refused):
        return error.refusals
    if isinstance(error, StorageFull):
        return (Refusal("storage_full", STORAGE_FULL),)
    if isinstance(error, Conflict):
        return (Refusal("edited_meanwhile", EDITED_MEANWHILE),)
    if isinstance(error, NotAllowed):
        return (Refusal("not_allowed", NOT_ALLOWED),)
    if isinstance(error, NotFound):
        return (Refusal("not_found", NOT_FOUND),)
    if isinstance(error, BadInput):
        return (Refusal("bad_input", error.message, error.place),)
    if isinstance(error, DocumentError) and error.args and isinstance(error.args[0], Message):
        return (Refusal("document", error.args[0]),)
    return ()


def percent(done: int, total: int) -> int | None:
    """Return how much is done, in whole percents; ``None`` while that is not known."""
    return done * 100 // total if total else None


def as_stored(text: Message | str) -> Any:
    """Return a sentence as JSON: its msgid and values, so that it is worded when it is read."""
    if not isinstance(text, Message):
        return str(text)
    return {
        "msgid": text.msgid,
        "values": {
            name: as_stored(value) if isinstance(value, str) else value
            for name, value in text.values.items()
        },
    }


def from_stored(stored: Any) -> Message | str:
    """Return the sentence that was stored."""
    if not isinstance(stored, Mapping):
        return str(stored)
    values = stored["values"]
    return Message(
        stored["msgid"],
        {
            name: from_stored(value) if isinstance(value, str | Mapping) else value
            for name, value in values.items()
        },
    )


def stored_refusals(refusals: Sequence[Refusal]) -> list[Any]:
    """Return refusals as JSON."""
    return [
        {"code": r.code, "message": as_stored(r.message), "source": as_stored(r.source)}
        for r in refusals
    ]


def refusals_from(stored: Sequence[Any]) -> tuple[Refusal, ...]:
    """Return the refusals that were stored."""
    return tuple(
        Refusal(each["code"], _sentence(each["message"]), from_stored(each["source"]))
        for each in stored
    )


def _sentence(stored: Any) -> Message:
    found = from_stored(stored)
    return found if isinstance(found, Message) else Message(found, {})
