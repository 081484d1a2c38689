"""What the history and the register say of each act on a balance."""

from collections.abc import Mapping

from qse_audit.core.text import N_, Message

VERBS: Mapping[str, Message] = {
    "balance.start": N_("Bilan commencé"),
    "balance.edit": N_("Période ou périmètre du bilan modifiés"),
    "balance.read": N_("Lecture du bilan écrite"),
    "balance.conclude": N_("Conclusion du bilan écrite"),
    "balance.freeze": N_("Bilan arrêté"),
    "balance.delete": N_("Projet de bilan supprimé"),
}
"""What each verb says to people."""
REPEATED = frozenset({"balance.edit", "balance.read", "balance.conclude"})
"""Acts that a history shows once when one person does them in a row."""
