"""What makes a file acceptable as evidence. Pure."""

from qse_audit.core.text import N_, Coded

MAX_BYTES = 50 * 1024 * 1024
MAX_PIXELS = 50_000_000


class EvidenceType(Coded):
    """How the fact was established."""

    DOCUMENT = "document", N_("Document")
    RECORD = "record", N_("Enregistrement")
    OBSERVATION = "observation", N_("Observation")
    INTERVIEW = "interview", N_("Entretien")
    MEASUREMENT = "measurement", N_("Mesure")
    DATA_EXTRACT = "data_extract", N_("Extraction de données")
    SCREEN_CAPTURE = "screen_capture", N_("Capture d’écran autorisée")
