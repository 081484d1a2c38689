"""The words of the context, the parties, the proposals and the policy that come from a list."""

from qse_audit.core.text import N_, Coded

LABEL_MAX, LINE_MAX, TEXT_MAX = 160, 200, 10_000
"""Characters of a name, of one line, of a longer text."""
SENTENCE_MAX = 600
"""Characters of one sentence of a policy: what is longer is not remembered."""
SENTENCES_MAX = 40
"""Sentences of one policy."""


class Level(Coded):
    """How much, in three steps: the weight of an issue, the influence or interest of a party."""

    LITTLE = "1", N_("1 sur 3")
    SOME = "2", N_("2 sur 3")
    MUCH = "3", N_("3 sur 3")


class Priority(Coded):
    """What comes first."""

    FIRST = "1", N_("1, d’abord")
    THEN = "2", N_("2, ensuite")
    LATER = "3", N_("3, plus tard")


class IssueKind(Coded):
    """Where an issue comes from."""

    INTERNAL = "internal", N_("Interne")
    EXTERNAL = "external", N_("Externe")


class Swot(Coded):
    """What an issue is for the organisation: the four boxes of the SWOT board."""

    STRENGTH = "strength", N_("Force")
    WEAKNESS = "weakness", N_("Faiblesse")
    OPPORTUNITY = "opportunity", N_("Opportunité")
    THREAT = "threat", N_("Menace")


SWOT_OF: dict[IssueKind, tuple[Swot, Swot]] = {
    IssueKind.INTERNAL: (Swot.STRENGTH, Swot.WEAKNESS),
    IssueKind.EXTERNAL: (Swot.OPPORTUNITY, Swot.THREAT),
}
"""What an issue can be, by where it comes from."""


class Pestel(Coded):
    """What an external issue is about: the six boxes of the PESTEL board."""

    POLITICAL = "political", N_("Vie politique")
    ECONOMIC = "economic", N_("Économique")
    SOCIAL = "social", N_("Social")
    TECHNOLOGICAL = "technological", N_("Technologique")
    ENVIRONMENTAL = "environmental", N_("Environnemental")
    LEGAL = "legal", N_("Légal")


class PartyKind(Coded):
    """The families of interested parties."""

    CUSTOMER = "customer", N_("Clients")
    WORKER = "worker", N_("Travailleurs et représentants")
    AUTHORITY = "authority", N_("Administrations")
    NEIGHBOUR = "neighbour", N_("Riverains et collectivités")
    SUPPLIER = "supplier", N_("Fournisseurs et sous-traitants")
    OWNER = "owner", N_("Actionnaires, groupe")
    INSURER = "insurer", N_("Assureurs, banques")
    CERTIFIER = "certifier", N_("Organismes certificateurs")
    OTHER = "other", N_("Autres")


class ProposalStatus(Coded):
    """What became of a proposal for the policy."""

    OPEN = "open", N_("À décider")
    ACCEPTED = "accepted", N_("Retenue")
    REJECTED = "rejected", N_("Écartée")


class PolicyStatus(Coded):
    """Where a version of the policy stands."""

    DRAFT = "draft", N_("Projet")
    SUBMITTED = "submitted", N_("Soumise à la direction")
    IN_FORCE = "in_force", N_("En vigueur")
    REJECTED = "rejected", N_("Refusée")
    ABANDONED = "abandoned", N_("Abandonnée")
    SUPERSEDED = "superseded", N_("Remplacée")


class Standing(Coded):
    """Which issues or parties a list shows."""

    CURRENT = "current", N_("Actuels")
    DUE = "due", N_("Revue à faire")
    WITHDRAWN = "withdrawn", N_("Retirés")


NEED_KIND = "party_need"
"""What a fact is that is a requirement of an interested party."""
