"""How a person took part in a record: what a portfolio says of it, beside the links of access."""

from qse_audit.core.permissions import Link
from qse_audit.core.text import N_, Coded


class Involvement(Coded):
    """What a person did for a record: a link to it, or an act that it keeps."""

    LEAD_AUDITOR = Link.LEAD_AUDITOR.value, Link.LEAD_AUDITOR.label
    AUDITOR = Link.AUDITOR.value, Link.AUDITOR.label
    TRAINEE_AUDITOR = Link.TRAINEE_AUDITOR.value, Link.TRAINEE_AUDITOR.label
    TECHNICAL_EXPERT = Link.TECHNICAL_EXPERT.value, Link.TECHNICAL_EXPERT.label
    AUDITEE = Link.AUDITEE.value, Link.AUDITEE.label
    OBSERVER = Link.OBSERVER.value, Link.OBSERVER.label
    AUTHOR = Link.AUTHOR.value, Link.AUTHOR.label
    OWNER = Link.OWNER.value, Link.OWNER.label
    MEMBER = Link.MEMBER.value, Link.MEMBER.label
    """Of the team that looked for causes or for risks."""
    VERIFIER = Link.VERIFIER.value, Link.VERIFIER.label
    DECIDER = "decider", N_("Décideur")
    """Decided on it: a policy, a proposal."""
    JUDGE = "judge", N_("Arbitre d’anomalies")
    """Accepted an anomaly that it holds, by name and for a reason, or took that back."""
    SPEAKER = "speaker", N_("Partie à l’échange")
    """Proposed, answered or agreed in the talk about it."""
    STARTER = "starter", N_("Met en service")
    """Put it into service once its card was complete."""
    KEEPER = "keeper", N_("Garant de la référence")
    """Locked the values that its limits are computed from."""
    ANALYST = "analyst", N_("Analyste")
    """Said what happened, and what is done about it."""
    FACILITATOR = "facilitator", N_("Animateur")
    """Led a workshop to its frozen result."""
