"""What people write: issues, parties, needs, proposals, texts of the policy; what is refused."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from qse_audit.core.domains import Domain
from qse_audit.core.errors import Refusal
from qse_audit.core.text import N_
from qse_audit.policy.rules.codes import (
    SENTENCE_MAX,
    SENTENCES_MAX,
    SWOT_OF,
    IssueKind,
    PartyKind,
    Pestel,
    PolicyStatus,
    Swot,
)

NO_DOMAIN = Refusal("no_domain", N_("Choisissez au moins un domaine."))
NO_PESTEL = Refusal(
    "no_pestel", N_("Un enjeu externe se range dans une famille du PESTEL : choisissez-la.")
)
NO_FACT = Refusal(
    "no_issue_fact",
    N_("Donnez le fait qui montre cet enjeu : un chiffre, un enregistrement, un texte."),
    N_("ISO 9001, 14001 et 45001, 4.1"),
)
SWOT_MISMATCH = Refusal(
    "swot_mismatch",
    N_(
        "Une force ou une faiblesse est interne ; une opportunité ou une menace vient "
        "de l’extérieur."
    ),
)
NO_SOURCE = Refusal(
    "no_obligation_source",
    N_("Dites quel texte, contrat ou promesse en fait une obligation."),
    N_("ISO 14001 et 45001, 6.1.3"),
)
NAME_TAKEN = Refusal("name_taken", N_("Une partie intéressée porte déjà ce nom."))
WITHDRAWN = Refusal("withdrawn", N_("Cette fiche est retirée : elle ne change plus."))
FROZEN = Refusal(
    "not_a_draft",
    N_("Ce texte n’est plus un projet : il ne change plus."),
    "ISO 9001:2015, 7.5.3.2 c",
)
DECIDED = Refusal("decided", N_("La direction a décidé : la proposition ne change plus."))
TOO_MANY = Refusal(
    "too_many_sentences",
    N_("Une politique compte %(most)d phrases au plus.", most=SENTENCES_MAX),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueDraft:
    """What people write about an issue."""

    title: str
    kind: IssueKind
    swot: Swot
    pestel: Pestel | None
    domains: tuple[Domain, ...]
    fact: str
    effect: str = ""
    weight: int = 2
    review_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyDraft:
    """What people write about an interested party."""

    name: str
    kind: PartyKind
    influence: int = 2
    interest: int = 2
    heard_by: str = ""
    review_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedDraft:
    """What people write about a requirement of a party."""

    text: str
    domains: tuple[Domain, ...]
    is_obligation: bool = False
    obligation: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """What a proposal rests on: any record, named as people know it."""

    kind: str
    id: int
    label: str

    def as_stored(self) -> dict[str, Any]:
        """Return it as the proposal keeps it."""
        return {"kind": self.kind, "id": self.id, "label": self.label}


def stored_facts(facts: Iterable[Mapping[str, Any]]) -> tuple[Fact, ...]:
    """Return the facts that a proposal keeps."""
    return tuple(Fact(each["kind"], each["id"], each["label"]) for each in facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalDraft:
    """What people write about a proposal."""

    title: str
    reason: str = ""
    domains: tuple[Domain, ...]
    priority: int = 2
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDraft:
    """What people write around the sentences of a policy."""

    title: str
    introduction: str = ""
    signature: str = ""
    change_reason: str = ""
    review_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceDraft:
    """What people write about one sentence."""

    text: str
    is_commitment: bool = True
    domains: tuple[Domain, ...] = ()


def issue_refusals(draft: IssueDraft) -> tuple[Refusal, ...]:
    """Return every reason why an issue cannot be kept."""
    found = domain_refusals(draft.domains)
    if draft.swot not in SWOT_OF[draft.kind]:
        found += (SWOT_MISMATCH,)
    if draft.kind is IssueKind.EXTERNAL and draft.pestel is None:
        found += (NO_PESTEL,)
    if not draft.fact.strip():
        found += (NO_FACT,)
    return found


def need_refusals(draft: NeedDraft) -> tuple[Refusal, ...]:
    """Return every reason why a requirement of a party cannot be kept."""
    found = domain_refusals(draft.domains)
    if draft.is_obligation and not draft.obligation.strip():
        found += (NO_SOURCE,)
    return found


def domain_refusals(domains: Collection[Domain]) -> tuple[Refusal, ...]:
    """Return why a choice of domains is refused."""
    return () if domains else (NO_DOMAIN,)


def sentence_refusals(draft: SentenceDraft) -> tuple[Refusal, ...]:
    """Return every reason why a sentence cannot be kept."""
    found: tuple[Refusal, ...] = ()
    if not draft.text.strip():
        found += (Refusal("blank_sentence", N_("Écrivez la phrase, ou retirez-la.")),)
    if len(draft.text) > SENTENCE_MAX:
        message = N_(
            "La phrase compte %(found)d caractères ; %(most)d au plus : coupez-la en deux.",
            found=len(draft.text),
            most=SENTENCE_MAX,
        )
        found += (Refusal("long_sentence", message),)
    if draft.is_commitment and not draft.domains:
        found += (NO_DOMAIN,)
    return found


def change_refusals(status: PolicyStatus) -> tuple[Refusal, ...]:
    """Return why a version of the policy cannot be written in."""
    return () if status is PolicyStatus.DRAFT else (FROZEN,)
