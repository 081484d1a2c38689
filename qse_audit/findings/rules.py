"""What makes a finding acceptable, and how it moves. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from qse_audit.core.errors import Refusal
from qse_audit.core.permissions import Permission
from qse_audit.core.text import N_, Coded, Message
from qse_audit.core.workflow import Transition, Workflow

MAX_TITLE_LETTERS = 200
MAX_LABEL_LETTERS = 120
MAX_CLAUSE_LETTERS = 80
MAX_TEXT_LETTERS = 20_000


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


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingFacts:
    """All that the rules may know of a finding; ``queries.finding_facts`` builds it."""

    grade: Grade
    title: str
    requirement_text: str = ""
    evidence_text: str = ""
    gap_text: str = ""
    impact_text: str = ""
    clause_ref: str = ""
    evidence_count: int = 0
    corrective_actions: int = 0
    """Corrective actions that were not cancelled."""
    unsettled_actions: tuple[str, ...] = ()
    """References of the actions that are neither verified effective nor cancelled."""
    action_owner_ids: frozenset[int] = frozenset()
    """Who answers for the actions that were not cancelled."""
    actor_id: int = 0
    """Who asks for the move."""

    @property
    def is_nonconformity(self) -> bool:
        """Say whether something required is not met."""
        return self.grade in NONCONFORMITIES


CLAUSE_10_2 = "ISO 9001:2015, 10.2"
CLAUSE_6_4_8 = "ISO 19011, 6.4.8"
HOUSE = N_("règle interne")


def is_titled(facts: FindingFacts) -> Refusal | None:
    """A finding has a title, by which people speak of it."""
    if facts.title.strip():
        return None
    return Refusal("no_title", N_("Donnez un titre au constat."), HOUSE)


def says_what_was_seen(facts: FindingFacts) -> Refusal | None:
    """A finding rests on evidence: words, files, or both."""
    if facts.evidence_text.strip() or facts.evidence_count:
        return None
    return Refusal(
        "no_evidence",
        N_("Dites ce qui a été vu (quoi, où, quand, sur quel échantillon) ou joignez une preuve."),
        CLAUSE_6_4_8,
    )


def names_its_clause(facts: FindingFacts) -> Refusal | None:
    """A nonconformity names the requirement that is not met."""
    if not facts.is_nonconformity or facts.clause_ref.strip():
        return None
    return Refusal(
        "no_clause", N_("Une non-conformité cite l’article ou la règle concernés."), CLAUSE_6_4_8
    )


def states_the_requirement(facts: FindingFacts) -> Refusal | None:
    """A nonconformity says what was required."""
    if not facts.is_nonconformity or facts.requirement_text.strip():
        return None
    return Refusal(
        "no_requirement", N_("Dites ce qui est exigé, avec vos propres mots."), CLAUSE_6_4_8
    )


def states_the_gap(facts: FindingFacts) -> Refusal | None:
    """A nonconformity says why what was seen fails what is required."""
    if not facts.is_nonconformity or facts.gap_text.strip():
        return None
    return Refusal(
        "no_gap", N_("Dites en une phrase en quoi l’exigence n’est pas tenue."), CLAUSE_6_4_8
    )


def has_a_corrective_action(facts: FindingFacts) -> Refusal | None:
    """A nonconformity is closed by an action on its cause, not by a correction alone."""
    if not facts.is_nonconformity or facts.corrective_actions:
        return None
    return Refusal(
        "no_corrective_action",
        N_("Une non-conformité appelle au moins une action corrective, qui en traite la cause."),
        CLAUSE_10_2,
    )


def actions_are_settled(facts: FindingFacts) -> Refusal | None:
    """Every action was verified effective by someone, or cancelled."""
    if not facts.unsettled_actions:
        return None
    return Refusal(
        "actions_unsettled",
        N_(
            "Des actions restent à réaliser ou à vérifier : %(references)s.",
            references=", ".join(facts.unsettled_actions[:10])
            + ("…" if len(facts.unsettled_actions) > 10 else ""),
        ),
        f"{CLAUSE_10_2}.1 d",
    )


def closer_is_not_an_owner(facts: FindingFacts) -> Refusal | None:
    """Nobody closes a nonconformity on the strength of their own action."""
    if not facts.is_nonconformity or facts.actor_id not in facts.action_owner_ids:
        return None
    return Refusal(
        "closer_owns_an_action",
        N_("Vous répondez d’une action de ce constat : une autre personne doit le clore."),
        N_("règle interne : séparation des tâches"),
    )


S, P = FindingStatus, Permission
FINDING_WORKFLOW: Workflow[FindingStatus, FindingFacts] = Workflow(
    initial=S.DRAFT,
    transitions=(
        Transition(
            name="finalise",
            label=N_("Rendre définitif"),
            sources=frozenset({S.DRAFT}),
            target=S.FINAL,
            permission=P.FINDING_EDIT,
            guards=(
                is_titled,
                names_its_clause,
                states_the_requirement,
                says_what_was_seen,
                states_the_gap,
            ),
        ),
        Transition(
            name="close",
            label=N_("Clore le constat"),
            sources=frozenset({S.FINAL}),
            target=S.CLOSED,
            permission=P.FINDING_CLOSE,
            guards=(has_a_corrective_action, actions_are_settled, closer_is_not_an_owner),
        ),
        Transition(
            name="reopen",
            label=N_("Rouvrir le constat"),
            sources=frozenset({S.CLOSED}),
            target=S.FINAL,
            permission=P.FINDING_CLOSE,
            asks_reason=True,
        ),
    ),
)

REOPENED_WITHOUT_REASON = Refusal(
    "no_reason", N_("Dites pourquoi le constat est rouvert."), f"{CLAUSE_10_2}.1 e"
)
VERBS: Mapping[str, Message] = {
    "finding.draft": N_("Constat rédigé"),
    "finding.edit": N_("Texte modifié"),
    "finding.attach": N_("Preuve jointe"),
    "finding.detach": N_("Preuve retirée"),
    "finding.finalise": N_("Rendu définitif"),
    "finding.close": N_("Constat clos"),
    "finding.reopen": N_("Constat rouvert"),
}
"""What the history says of each act."""

TEXT_FIELDS: Mapping[str, int] = {
    "title": MAX_TITLE_LETTERS,
    "requirement_text": MAX_TEXT_LETTERS,
    "evidence_text": MAX_TEXT_LETTERS,
    "gap_text": MAX_TEXT_LETTERS,
    "impact_text": MAX_TEXT_LETTERS,
    "referential_label": MAX_LABEL_LETTERS,
    "clause_ref": MAX_CLAUSE_LETTERS,
}
"""What people write in a finding, with the most letters each may hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What an auditor writes of a finding."""

    grade: Grade
    title: str
    requirement_text: str = ""
    """What is asked, in the auditor’s own words."""
    evidence_text: str = ""
    """What was seen: what, where, when, on which sample."""
    gap_text: str = ""
    """Why what was seen fails what is asked."""
    impact_text: str = ""
    """What it may lead to."""
    referential_label: str = ""
    clause_ref: str = ""
    process_id: int | None = None


def statement_refusals(statement: Statement) -> tuple[Refusal, ...]:
    """Return every reason why a statement cannot even be kept as a draft."""
    return tuple(
        Refusal(
            "too_long",
            N_("Un texte compte %(found)d caractères ; %(most)d au plus.", found=found, most=most),
        )
        for name, most in TEXT_FIELDS.items()
        if (found := len(getattr(statement, name))) > most
    )


FROZEN = Refusal(
    "not_a_draft", N_("Un constat définitif ne change plus et ne se supprime plus."), CLAUSE_6_4_8
)


def change_refusals(status: FindingStatus) -> tuple[Refusal, ...]:
    """Return why what a finding says, or rests on, cannot change."""
    return () if status is FindingStatus.DRAFT else (FROZEN,)


def deletion_refusals(status: FindingStatus, facts: FindingFacts) -> tuple[Refusal, ...]:
    """Return every reason why a finding cannot be deleted."""
    found = list(change_refusals(status))
    if facts.action_owner_ids:
        found.append(
            Refusal(
                "has_actions",
                N_("Des actions répondent à ce constat : annulez-les d’abord."),
                CLAUSE_10_2,
            )
        )
    return tuple(found)


# --- words ---

_BLAME = re.compile(
    r"""
    \bn[ée]gligen(?:ce|te?s?|tly)\b | \bincomp[ée]ten\w+
    | \birresponsab\w+ | \birresponsib\w+ | \bparesseu\w+ | \bfain[ée]ant\w* | \blazy\b
    | \bje-m[’']en-fou\w+ | \bmauvaise\ (?:foi|volont[ée])\b | \bbad\ faith\b
    | \binattention\b | \b[ée]tourderie\b | \bdistrait\w* | \bcareless\w*
    | \berreurs?\ humaines?\b | \bhuman\ errors?\b
    | \b(?:coupable|fauti(?:f|ve))s?\b | \bguilty\b | \bto\ blame\b | \bblamed?\b
    | \b(?:sa|leur|ma|ta|votre)\ faute\b | \b(?:his|her|their|your)\ fault\b
    | \bfaute\ (?:professionnelle|de\ l[’'](?:op[ée]rat\w+|employ\w+|agent\w*|int[ée]rimaire\w*)
      |du\ (?:technicien|chef|salari[ée]|magasinier|responsable|pilote|conducteur|soudeur))\b
    | \b(?:a|ont|avait|avaient)\ oubli[ée]\w* | \bforgot(?:ten)?\b
    | \brefus(?:e|ent|ait|aient)\ de\b | \ba\ refus[ée]\ de\b | \brefuse[sd]?\ to\b
    | \b(?:n[’']a|n[’']ont)\ pas\ fait\ (?:son|leur)\ travail\b | \bdid\ ?n[o’']t\ bother\b
    """,
    re.I | re.X,
)
_PERSON = re.compile(
    r"\b(?:M\.|Mme|Mlle|Monsieur|Madame|Mademoiselle|Mr\.?|Mrs\.?)\s+[A-ZÉÈÀÂÇ][\w’'-]+"
)


def blaming_words(*texts: str) -> tuple[str, ...]:
    """Return the words, in French or English, that name or blame a person; each once, in order."""
    found: dict[str, str] = {}
    for text in texts:
        matches = [*_BLAME.finditer(text), *_PERSON.finditer(text)]
        for match in sorted(matches, key=lambda m: m.start()):
            words = " ".join(match.group().split())
            found.setdefault(words.casefold(), words)
    return tuple(found.values())


def advice(facts: FindingFacts) -> tuple[Refusal, ...]:
    """Return what would make a finding better; nothing here refuses anything."""
    found = []
    words = blaming_words(facts.title, facts.evidence_text, facts.gap_text, facts.impact_text)
    if words:
        found.append(
            Refusal(
                "blames_a_person",
                N_(
                    "Le texte semble viser une personne (« %(words)s »). Décrivez le fait et le "
                    "système, pas la personne.",
                    words=" », « ".join(words[:5]),
                ),
                N_("ISO 19011, 4 : restitution impartiale"),
            )
        )
    if facts.is_nonconformity and not facts.impact_text.strip():
        found.append(
            Refusal(
                "no_impact",
                N_("Dites ce que l’écart peut entraîner : cela aide à fixer les délais."),
                HOUSE,
            )
        )
    return tuple(found)


def short_title(text: str) -> str:
    """Return ``text`` in one line that fits a title, cut at a word."""
    line = " ".join(text.split())
    if len(line) <= MAX_TITLE_LETTERS:
        return line
    head = line[: MAX_TITLE_LETTERS - 1]
    return (head.rsplit(" ", 1)[0] or head).rstrip(" ,;:") + "…"
