"""What makes a finding acceptable, and how it moves. Pure."""

from qse_audit.core.text import N_, Coded


class Grade(Coded):
    """How serious a finding is: the usual French scale (domain.md 2.1)."""

    STRENGTH = "strength", N_("Point fort")
    IMPROVEMENT_OPPORTUNITY = "improvement_opportunity", N_("Piste de progrès")
    AREA_OF_CONCERN = "area_of_concern", N_("Point sensible")
    MINOR_NONCONFORMITY = "minor_nonconformity", N_("Non-conformité mineure")
    MAJOR_NONCONFORMITY = "major_nonconformity", N_("Non-conformité majeure")


NONCONFORMITIES = frozenset({Grade.MINOR_NONCONFORMITY, Grade.MAJOR_NONCONFORMITY})


class FindingStatus(Coded):
    """Where a finding stands."""

    DRAFT = "draft", N_("Brouillon")
    FINAL = "final", N_("Définitif")
    CLOSED = "closed", N_("Clos")
