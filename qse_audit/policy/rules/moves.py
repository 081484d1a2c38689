"""How proposals and versions of the policy move, and what stands against it."""

from dataclasses import dataclass
from datetime import date

from qse_audit.core.errors import Refusal
from qse_audit.core.permissions import Permission
from qse_audit.core.text import N_
from qse_audit.core.workflow import Transition, Workflow
from qse_audit.policy.rules.codes import PolicyStatus, ProposalStatus

HOUSE = N_("règle de la maison")
CLAUSE_5_2 = N_("ISO 9001, 14001 et 45001, 5.2")
REASON_ASKED = Refusal("reason_asked", N_("Dites pourquoi : la raison est gardée au journal."))


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFacts:
    """What the workflow may know of one version of the policy."""

    today: date
    sentence_count: int = 0
    commitment_count: int = 0
    uncovered: tuple[str, ...] = ()
    """Edition and clause of what the text neither covers nor explains."""
    has_checklist: bool = True
    """Whether at least one edition says what is expected."""
    signature: str = ""
    review_on: date | None = None
    follows: bool = False
    """Whether another version is, or was, in force."""
    change_reason: str = ""
    next_is_approved: bool = False
    """Whether the version that takes its place is being approved now."""


def has_commitments(facts: PolicyFacts) -> Refusal | None:
    """A policy commits to something."""
    if facts.commitment_count:
        return None
    message = N_("Écrivez au moins une phrase d’engagement.")
    return Refusal("no_commitment", message, CLAUSE_5_2)


def has_checklist(facts: PolicyFacts) -> Refusal | None:
    """Somebody said which editions the policy must answer."""
    if facts.has_checklist:
        return None
    message = N_("Choisissez au moins une norme dont les engagements sont attendus.")
    return Refusal("no_checklist", message, CLAUSE_5_2)


def is_covered(facts: PolicyFacts) -> Refusal | None:
    """Every expected commitment is in a sentence, or its absence has a reason."""
    if not facts.uncovered:
        return None
    message = N_(
        "Engagement attendu sans phrase ni raison : %(names)s.", names=" ; ".join(facts.uncovered)
    )
    return Refusal("uncovered", message, CLAUSE_5_2)


def is_signed(facts: PolicyFacts) -> Refusal | None:
    """The poster says who commits."""
    if facts.signature.strip():
        return None
    return Refusal("no_signature", N_("Dites qui signe : nom et fonction."), CLAUSE_5_2)


def review_is_set(facts: PolicyFacts) -> Refusal | None:
    """A policy is looked at again on a day to come."""
    if facts.review_on is None or facts.review_on <= facts.today:
        message = N_("Donnez la date de la prochaine revue : un jour à venir.")
        return Refusal("no_review", message, N_("ISO 9001, 14001 et 45001, 9.3"))
    return None


def change_is_explained(facts: PolicyFacts) -> Refusal | None:
    """Who follows says why."""
    if not facts.follows or facts.change_reason.strip():
        return None
    message = N_("Dites pourquoi cette version remplace la précédente.")
    return Refusal("no_change_reason", message, "ISO 9001:2015, 7.5.3.2 c")


def takes_its_place(facts: PolicyFacts) -> Refusal | None:
    """No policy leaves without the next one."""
    if facts.next_is_approved:
        return None
    message = N_("Une politique est remplacée par l’approbation de la suivante.")
    return Refusal("no_next", message, HOUSE)


S, P = PolicyStatus, Permission
READY = (
    has_commitments,
    has_checklist,
    is_covered,
    is_signed,
    review_is_set,
    change_is_explained,
)
POLICY_WORKFLOW: Workflow[PolicyStatus, PolicyFacts] = Workflow(
    initial=S.DRAFT,
    transitions=(
        Transition(
            name="submit",
            label=N_("Soumettre à la direction"),
            sources=frozenset({S.DRAFT}),
            target=S.SUBMITTED,
            permission=P.POLICY_WRITE,
            guards=READY,
        ),
        Transition(
            name="abandon",
            label=N_("Abandonner ce projet"),
            sources=frozenset({S.DRAFT}),
            target=S.ABANDONED,
            permission=P.POLICY_WRITE,
            asks_reason=True,
        ),
        Transition(
            name="resume",
            label=N_("Reprendre la rédaction"),
            sources=frozenset({S.SUBMITTED}),
            target=S.DRAFT,
            permission=P.POLICY_RESUME,
        ),
        Transition(
            name="approve",
            label=N_("Approuver"),
            sources=frozenset({S.SUBMITTED}),
            target=S.IN_FORCE,
            permission=P.POLICY_DECIDE,
            guards=READY,
        ),
        Transition(
            name="return",
            label=N_("Renvoyer à la rédaction"),
            sources=frozenset({S.SUBMITTED}),
            target=S.DRAFT,
            permission=P.POLICY_DECIDE,
            asks_reason=True,
        ),
        Transition(
            name="reject",
            label=N_("Refuser"),
            sources=frozenset({S.SUBMITTED}),
            target=S.REJECTED,
            permission=P.POLICY_DECIDE,
            asks_reason=True,
        ),
        Transition(
            name="supersede",
            label=N_("Remplacer"),
            sources=frozenset({S.IN_FORCE}),
            target=S.SUPERSEDED,
            permission=P.POLICY_DECIDE,
            guards=(takes_its_place,),
        ),
    ),
)
"""From draft to in force; exactly one version is in force."""


@dataclass(frozen=True, slots=True)
class ProposalFacts:
    """What the workflow may know of a proposal."""

    fact_count: int = 0


def rests_on_facts(facts: ProposalFacts) -> Refusal | None:
    """What enters the policy rests on something."""
    if facts.fact_count:
        return None
    message = N_("Reliez la proposition à au moins un fait : enjeu, exigence, constat.")
    return Refusal("no_fact", message, N_("ISO 9001, 14001 et 45001, 4.1 et 4.2"))


PROPOSAL_WORKFLOW: Workflow[ProposalStatus, ProposalFacts] = Workflow(
    initial=ProposalStatus.OPEN,
    transitions=(
        Transition(
            name="accept",
            label=N_("Retenir la proposition"),
            sources=frozenset({ProposalStatus.OPEN}),
            target=ProposalStatus.ACCEPTED,
            permission=P.PROPOSAL_DECIDE,
            guards=(rests_on_facts,),
            asks_reason=True,
        ),
        Transition(
            name="reject",
            label=N_("Écarter la proposition"),
            sources=frozenset({ProposalStatus.OPEN}),
            target=ProposalStatus.REJECTED,
            permission=P.PROPOSAL_DECIDE,
            asks_reason=True,
        ),
        Transition(
            name="reopen",
            label=N_("Rouvrir la proposition"),
            sources=frozenset({ProposalStatus.ACCEPTED, ProposalStatus.REJECTED}),
            target=ProposalStatus.OPEN,
            permission=P.PROPOSAL_DECIDE,
            asks_reason=True,
        ),
    ),
)
"""Management decides on a proposal; it may come back to it."""
