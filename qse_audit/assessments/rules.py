"""The scale of evaluators’ working notes. Pure."""

from qse_audit.core.text import N_, Message

TEXT_MAX = 10_000
"""Characters of one note."""

LEVELS: dict[int, Message] = {
    0: N_("Non montré"),
    1: N_("Partiellement montré"),
    2: N_("Montré"),
    3: N_("Maîtrisé, en autonomie"),
}
"""Formative scale (domain.md 1.3): an aid, never the official result."""
