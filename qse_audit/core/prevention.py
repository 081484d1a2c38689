"""The nine general principles of prevention, in the order of the law.

Source: Code du travail, article L4121-2. The labels are our own short words. The eighth puts
collective protection before individual protection: both have a word, so that the order shows.
"""

from qse_audit.core.text import N_, Coded

SOURCE = "Code du travail, L4121-2"


class PreventionPrinciple(Coded):
    """How far up an action attacks a risk: the first remove it, the last live with it."""

    AVOID = "avoid", N_("1. Éviter le risque")
    ASSESS = "assess", N_("2. Évaluer ce qui ne peut être évité")
    SOURCE = "source", N_("3. Combattre le risque à la source")
    ADAPT = "adapt", N_("4. Adapter le travail à la personne")
    PROGRESS = "progress", N_("5. Suivre l’évolution de la technique")
    REPLACE = "replace", N_("6. Remplacer ce qui est dangereux")
    PLAN = "plan", N_("7. Planifier la prévention comme un ensemble")
    COLLECTIVE = "collective", N_("8. Protéger collectivement")
    INDIVIDUAL = "individual", N_("8 bis. Équiper chacun (EPI), faute de protection collective")
    INSTRUCT = "instruct", N_("9. Donner les instructions utiles")

    @property
    def rank(self) -> int:
        """Return its place in the law, 1 to 9; both kinds of protection are the eighth."""
        place = list(PreventionPrinciple).index(self) + 1
        return place if self is not PreventionPrinciple.INDIVIDUAL and place < 9 else place - 1
