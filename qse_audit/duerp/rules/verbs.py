"""What the history and the register say of each act on a DUERP."""

from collections.abc import Mapping

from qse_audit.core.text import N_, Message

VERBS: Mapping[str, Message] = {
    "duerp.prepare": N_("Version du document unique mise en préparation"),
    "duerp.write": N_("Raison de la version réécrite"),
    "duerp.consultation": N_("Consultation notée"),
    "duerp.withdraw-consultation": N_("Consultation retirée"),
    "duerp.consult": N_("Contributeurs consultés"),
    "duerp.resume": N_("Préparation reprise"),
    "duerp.send-back": N_("Version renvoyée en préparation"),
    "duerp.approve": N_("Version du document unique approuvée"),
    "duerp.abandon": N_("Version en préparation abandonnée"),
    "duerp.send": N_("Version transmise"),
    "duerp.measure": N_("Mesure du programme décrite"),
    "duerp.ask": N_("Demande de consultation notée"),
    "duerp.answer": N_("Demande de consultation satisfaite"),
    "duerp.event": N_("Fait nouveau noté : mise à jour due"),
    "duerp.follow-event": N_("Suite donnée au fait nouveau"),
    "duerp.headcount": N_("Effectif noté"),
    "duerp.place": N_("Lieu de consultation du document unique écrit"),
}
"""What each verb says to people."""
REPEATED = frozenset({"duerp.write"})
"""Acts that a history shows once when one person does them in a row."""
