"""What people write about an in-house referential, and when they may. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from qse_audit.core.errors import Refusal
from qse_audit.core.text import LOCALES, N_, Localized
from qse_audit.referentials.rules.content import Ask, Counts, Domain, EditionStatus

SHIPPED_IS_READ_ONLY = Refusal(
    "shipped_is_read_only",
    N_("Ce référentiel est livré avec l’outil : il ne se modifie pas. Copiez-le pour l’adapter."),
)
EDITION_IS_FROZEN = Refusal(
    "edition_is_frozen",
    N_("Un audit a utilisé cette édition : son contenu ne change plus. Créez la suivante."),
)
EDITION_IS_SUPERSEDED = Refusal(
    "edition_is_superseded",
    N_("Cette édition a été remplacée : son contenu ne change plus. Créez la suivante."),
)
NOT_A_DRAFT = Refusal(
    "not_a_draft", N_("Seule une édition en cours de rédaction peut être supprimée.")
)


def asked(key: str, before: Sequence[Ask], lines: Mapping[str, Sequence[str]]) -> tuple[Ask, ...]:
    """Return the questions typed as ``lines`` (one per line, by language), with stable keys.

    A question that is still there keeps its key. When as many remain, the others are the same
    questions reworded; otherwise they are other questions and take the next free numbers.
    """
    count = max((len(texts) for texts in lines.values()), default=0)
    texts = [text for n in range(count) if (text := _nth(lines, n))]
    free = list(before)
    same = [_claim(text, free) for text in texts]
    reworded = iter(free if len(texts) == len(before) else ())
    taken = {ask.key for ask in before}
    found = []
    for known, text in zip(same, texts, strict=True):
        ask = known or next(reworded, None)
        found.append(
            Ask(ask.key, merged(ask.text, text)) if ask else Ask(_next_key(key, taken), text)
        )
    return tuple(found)


def merged(before: Localized, written: Localized) -> dict[str, str]:
    """Return ``written``, with the languages of ``before`` that the forms do not show."""
    return {**{code: t for code, t in before.items() if code not in LOCALES}, **written}


def _nth(lines: Mapping[str, Sequence[str]], n: int) -> dict[str, str]:
    """Return line ``n`` in each language that has it."""
    given = {code: lines.get(code, ()) for code in LOCALES}
    return {code: texts[n] for code, texts in given.items() if n < len(texts) and texts[n]}


def _claim(text: Localized, free: list[Ask]) -> Ask | None:
    """Return the question of ``free`` that says the same, and take it out."""
    for ask in free:
        if any(ask.text.get(code) == value for code, value in text.items()):
            free.remove(ask)
            return ask
    return None


def _next_key(key: str, taken: set[str]) -> str:
    """Return the next free question key under ``key``, and take it."""
    number = 1
    while f"{key}-{number}" in taken:
        number += 1
    taken.add(f"{key}-{number}")
    return f"{key}-{number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What people write about an in-house referential and its edition."""

    ref: str
    label: str
    title: Localized
    description: Localized = field(default_factory=dict)
    publisher: str = ""
    domains: tuple[Domain, ...] = (Domain.OTHER,)
    source: str = ""
    licence: str = ""
    copyright: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What people write about one requirement."""

    ref: str
    title: Localized
    text: Localized = field(default_factory=dict)
    guidance: Localized = field(default_factory=dict)
    expected_evidence: Localized = field(default_factory=dict)
    assessable: bool = True
    weight: int = 1
    tags: tuple[str, ...] = ()
    questions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """One per line, by language."""


def writing_refusals(
    *, is_shipped: bool, is_frozen: bool, status: EditionStatus
) -> tuple[Refusal, ...]:
    """Return every reason why the content of an edition cannot be changed in place."""
    if is_shipped:
        return (SHIPPED_IS_READ_ONLY,)
    if is_frozen:
        return (EDITION_IS_FROZEN,)
    return (EDITION_IS_SUPERSEDED,) if status is EditionStatus.SUPERSEDED else ()


def ref_taken(ref: str) -> Refusal:
    """Return the refusal of a number that another requirement has."""
    return Refusal("ref_taken", N_("Le numéro « %(ref)s » est déjà pris.", ref=ref))


def label_taken(label: str) -> Refusal:
    """Return the refusal of an edition that exists."""
    return Refusal("label_taken", N_("L’édition « %(label)s » existe déjà.", label=label))


def referential_taken(ref: str) -> Refusal:
    """Return the refusal of a referential whose name is already used here."""
    return Refusal(
        "referential_taken",
        N_("Votre organisation a déjà un référentiel « %(ref)s ».", ref=ref),
    )


def publication_refusals(status: EditionStatus, counts: Counts) -> tuple[Refusal, ...]:
    """Return every reason why an edition cannot be put in force."""
    found = []
    if status is not EditionStatus.DRAFT:
        found.append(Refusal("already_published", N_("Cette édition est déjà publiée.")))
    if not counts.assessable:
        found.append(
            Refusal(
                "nothing_to_assess",
                N_("Aucun point à vérifier : ajoutez-en au moins un avant de publier."),
            )
        )
    return tuple(found)
