"""What makes a process acceptable. Pure."""

from qse_audit.core.text import N_, Coded


class ProcessKind(Coded):
    """The three families of the process map."""

    MANAGEMENT = "management", N_("Management")
    OPERATIONAL = "operational", N_("Réalisation")
    SUPPORT = "support", N_("Support")
