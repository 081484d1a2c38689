"""The scale of evaluators’ working notes, and how far a reading is. Pure."""

from qse_audit.core.text import N_, Coded, Message

TEXT_MAX = 10_000
"""Characters of one note."""

LEVELS: dict[int, Message] = {
    0: N_("Non montré"),
    1: N_("Partiellement montré"),
    2: N_("Montré"),
    3: N_("Maîtrisé, en autonomie"),
}
"""Formative scale (domain.md 1.3): an aid, never the official result."""


class Reading(Coded):
    """How far one evaluator is with one dossier, by the capabilities that have a note."""

    TO_READ = "to_read", N_("À lire")
    BEGUN = "begun", N_("Commencée")
    NOTED = "noted", N_("Toutes notées")


def reading(noted: int, capabilities: int) -> Reading:
    """Return how far it is when ``noted`` of ``capabilities`` have a note."""
    if noted == 0:
        return Reading.TO_READ
    return Reading.NOTED if noted >= capabilities else Reading.BEGUN
