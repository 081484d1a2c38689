"""What the history and the register say of each act on a DUERP."""

from collections.abc import Mapping

from qse_audit.core.text import N_, Message

VERBS: Mapping[str, Message] = {
    "risk_analysis.duerp-prepare": N_("Version du document unique mise en préparation"),
    "risk_analysis.duerp-reason": N_("Raison de la version réécrite"),
    "risk_analysis.duerp-contribution": N_("Consultation notée"),
    "risk_analysis.duerp-uncontribution": N_("Consultation retirée"),
    "risk_analysis.duerp-consult": N_("Contributeurs consultés"),
    "risk_analysis.duerp-resume": N_("Préparation reprise"),
    "risk_analysis.duerp-approve": N_("Version du document unique approuvée"),
    "risk_analysis.duerp-abandon": N_("Version en préparation abandonnée"),
    "risk_analysis.duerp-measure": N_("Mesure du programme décrite"),
    "risk_analysis.duerp-send": N_("Version transmise"),
    "risk_analysis.duerp-ask": N_("Demande de consultation notée"),
    "risk_analysis.duerp-answer": N_("Demande de consultation satisfaite"),
    "risk_analysis.duerp-trigger": N_("Évènement noté : mise à jour due"),
    "risk_analysis.duerp-trigger-done": N_("Suite donnée à l’évènement"),
}
"""What each verb says to people."""
REPEATED = frozenset({"risk_analysis.duerp-measure"})
"""Acts that a history shows once when one person does them in a row."""
