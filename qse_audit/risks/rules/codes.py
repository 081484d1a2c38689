"""The words of a risk analysis that are chosen from a list."""

from enum import IntEnum
from typing import Self

from qse_audit.core.text import N_, Coded, Message


class RiskMethod(Coded):
    """How risks are looked for and rated; what a line holds follows from it."""

    FMEA_PROCESS = "fmea_process", N_("AMDEC procédé")
    FMEA_PRODUCT = "fmea_product", N_("AMDEC produit")
    FMEA_EQUIPMENT = "fmea_equipment", N_("AMDEC moyen")
    OCCUPATIONAL = "occupational", N_("Risques professionnels (DUERP)")
    ENVIRONMENTAL = "environmental", N_("Aspects environnementaux")
    PRELIMINARY = "preliminary", N_("Analyse préliminaire des risques")

    @property
    def is_fmea(self) -> bool:
        """Say whether failure modes are what is looked for."""
        return self in FMEA_METHODS


FMEA_METHODS = frozenset(
    {RiskMethod.FMEA_PROCESS, RiskMethod.FMEA_PRODUCT, RiskMethod.FMEA_EQUIPMENT}
)


class RiskRank(IntEnum):
    """The order that all scales share; it compares, and does not say that scales are equal.

    What is not rated has no rank (``None``): it is no low risk.
    """

    label: Message

    def __new__(cls, value: int, label: Message | None = None) -> Self:
        """Keep ``label`` beside the stored number; members always give both."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.label = label or Message(str(value), {})
        return member

    LOW = 1, N_("Faible")
    MEDIUM = 2, N_("Moyen")
    HIGH = 3, N_("Élevé")

    @property
    def code(self) -> str:
        """Return the word that scale files use: ``high``."""
        return self.name.lower()


UNRATED = N_("Non coté")
"""What is shown where there is no rank."""


class RatingStage(Coded):
    """What a rating takes into account, in the order in which ratings come."""

    GROSS = "gross", N_("Brute : sans les maîtrises")
    NET = "net", N_("Nette : avec les maîtrises en place")
    PLANNED = "planned", N_("Prévue : après les actions")
    VERIFIED = "verified", N_("Vérifiée : actions efficaces, preuve à l’appui")


SHORT_STAGES: dict[RatingStage, Message] = {
    RatingStage.GROSS: N_("Brute"),
    RatingStage.NET: N_("Nette"),
    RatingStage.PLANNED: N_("Prévue"),
    RatingStage.VERIFIED: N_("Vérifiée"),
}
"""The same where there is little room."""


class SpecialCharacteristic(Coded):
    """Why a characteristic is watched more closely than the others."""

    SAFETY = "safety", N_("Sécurité ou réglementation")
    FUNCTION = "function", N_("Fonction ou montage")
    CUSTOMER = "customer", N_("Désignée par le client")
    PROCESS = "process", N_("Paramètre clé du procédé")


class HazardFamily(Coded):
    """What hurts, in families that a walk through the workshop can follow."""

    FALL_LEVEL = "fall_level", N_("Glissade, trébuchement, chute de plain-pied")
    HEIGHT = "height", N_("Travail en hauteur, chute de hauteur")
    FALLING_OBJECT = "falling_object", N_("Chute d’objets, effondrement")
    TRAFFIC = "traffic", N_("Circulation interne, engins de manutention")
    ROAD = "road", N_("Route, déplacements")
    MACHINE = "machine", N_("Machines, outils, organes en mouvement")
    LIFTING = "lifting", N_("Levage, manutention mécanique")
    MSD = "msd", N_("Gestes, postures, charges (TMS)")
    ELECTRICITY = "electricity", N_("Électricité")
    FIRE = "fire", N_("Incendie, explosion (ATEX)")
    PRESSURE = "pressure", N_("Pression, fluides sous énergie")
    CHEMICAL = "chemical", N_("Produits et agents chimiques")
    CMR = "cmr", N_("Agents cancérogènes, mutagènes, toxiques pour la reproduction (CMR)")
    BIOLOGICAL = "biological", N_("Agents biologiques")
    NOISE = "noise", N_("Bruit")
    VIBRATION = "vibration", N_("Vibrations")
    RADIATION = "radiation", N_("Rayonnements (ionisants, optiques, électromagnétiques)")
    HEAT = "heat", N_("Chaleur, froid, ambiance thermique")
    LIGHT = "light", N_("Éclairage")
    AIR = "air", N_("Aération, espace confiné")
    SCREEN = "screen", N_("Travail sur écran")
    LONE = "lone", N_("Travail isolé")
    COACTIVITY = "coactivity", N_("Coactivité, entreprises extérieures")
    PSYCHOSOCIAL = "psychosocial", N_("Risques psychosociaux")
    VIOLENCE = "violence", N_("Violence, harcèlement, agissements sexistes")
    HOURS = "hours", N_("Horaires atypiques, travail de nuit")
    ADDICTION = "addiction", N_("Addictions")
    ORGANISATION = "organisation", N_("Accueil, formation, intérim, urgence")
    OTHER = "other", N_("Autre danger")


class LifeCycleStage(Coded):
    """Where in the life of a product an aspect arises."""

    RAW_MATERIAL = "raw_material", N_("Matières, achats")
    DESIGN = "design", N_("Conception")
    MANUFACTURE = "manufacture", N_("Fabrication, sous-traitance")
    TRANSPORT = "transport", N_("Transport, emballage")
    USE = "use", N_("Utilisation, entretien")
    END_OF_LIFE = "end_of_life", N_("Fin de vie")


class Condition(Coded):
    """In which running an aspect arises."""

    NORMAL = "normal", N_("Normale")
    DEGRADED = "degraded", N_("Dégradée")
    EMERGENCY = "emergency", N_("Urgence")


class Influence(Coded):
    """What the firm can do about an aspect."""

    DIRECT = "direct", N_("Directe : nous la maîtrisons")
    INFLUENCEABLE = "influenceable", N_("Indirecte : nous pouvons l’influencer")


class Receptor(Coded):
    """What receives an impact."""

    AIR = "air", N_("Air")
    CLIMATE = "climate", N_("Climat")
    WATER = "water", N_("Eau")
    SOIL = "soil", N_("Sol, eau souterraine")
    RESOURCES = "resources", N_("Ressources")
    BIODIVERSITY = "biodiversity", N_("Biodiversité")
    NEIGHBOURS = "neighbours", N_("Riverains (bruit, odeurs, lumière)")
    WORKERS = "workers", N_("Personnes sur le site")
