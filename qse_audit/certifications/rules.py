"""How a certification is built, and when a block is ready. Pure."""

from qse_audit.core.text import N_, Coded


class Modality(Coded):
    """How a capability may be shown to the evaluators (RNCP 28242)."""

    REAL_SITUATION = "real_situation", N_("Situation professionnelle réelle")
    PRESENTATION = "presentation", N_("Présentation de projets ou activités")
    SIMULATED_SITUATION = "simulated_situation", N_("Situation professionnelle reconstituée")


class Route(Coded):
    """How a candidate reaches the certification (codes of the RNCP open data)."""

    STUDENT = "FI", N_("Formation initiale, élève ou étudiant")
    APPRENTICESHIP = "CA", N_("Contrat d’apprentissage")
    CONTINUING = "FC", N_("Formation continue")
    PROFESSIONALISATION = "CQ", N_("Contrat de professionnalisation")
    INDIVIDUAL = "CL", N_("Candidature individuelle")
    VAE = "VAE", N_("Validation des acquis de l’expérience")


class CriterionSource(Coded):
    """Who wrote an assessment criterion."""

    OFFICIAL = "official", N_("Référentiel officiel")
    WORKING_GRID = "working_grid", N_("Grille de travail, non officielle")
    CENTRE = "centre", N_("Centre d’examen")
