"""What a referential is made of: the one internal tree of every format. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from qse_audit.core.canonical import canonical_json
from qse_audit.core.text import N_, Coded, Localized, Message

MAX_NODES = 20_000
"""Requirements in one edition; the largest real one we know holds 5,880."""
MAX_DEPTH = 20
"""Levels of the tree."""
MAX_TEXT = 20_000
"""Characters of one text."""
MAX_REF = 80
MAX_KEY = 200


class Domain(Coded):
    """What a referential is about."""

    QUALITY = "quality", N_("Qualité")
    SAFETY = "safety", N_("Sécurité")
    ENVIRONMENT = "environment", N_("Environnement")
    ENERGY = "energy", N_("Énergie")
    OTHER = "other", N_("Autre")


class EditionStatus(Coded):
    """Where an edition stands."""

    DRAFT = "draft", N_("En cours de rédaction")
    IN_FORCE = "in_force", N_("En vigueur")
    SUPERSEDED = "superseded", N_("Remplacée")
    TO_BE_CONFIRMED = "to_be_confirmed", N_("À confirmer")


class Origin(Coded):
    """Where a referential comes from."""

    SHIPPED = "shipped", N_("Livré")
    IMPORTED = "imported", N_("Importé")
    IN_HOUSE = "in_house", N_("Rédigé ici")


class ImportOutcome(Coded):
    """What an import does, or would do."""

    NEW_REFERENTIAL = "new_referential", N_("Nouveau référentiel")
    NEW_EDITION = "new_edition", N_("Nouvelle édition")
    NEW_CONTENT = "new_content", N_("Contenu mis à jour")
    UNCHANGED = "unchanged", N_("Rien ne change : ce contenu est déjà là")


@dataclass(frozen=True, slots=True)
class Ask:
    """One audit question, as read or written."""

    key: str
    """Stable inside the edition: ``7.2-1``, or the urn of an imported library."""
    text: Localized


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One requirement with all below it: the internal tree of every format."""

    key: str
    """Stable inside the edition: the ref, or the urn of an imported library."""
    ref: str
    title: Localized
    text: Localized = field(default_factory=dict)
    guidance: Localized = field(default_factory=dict)
    expected_evidence: Localized = field(default_factory=dict)
    assessable: bool
    weight: int = 1
    tags: tuple[str, ...] = ()
    questions: tuple[Ask, ...] = ()
    children: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A whole edition as read from a file: identity, tree, and what the reader noticed."""

    identifier: str
    """Of the referential through its editions: ``iso-9001``, or the urn of a library."""
    ref: str
    edition: str
    title: Localized
    description: Localized = field(default_factory=dict)
    publisher: str = ""
    domains: tuple[Domain, ...] = (Domain.OTHER,)
    status: EditionStatus = EditionStatus.IN_FORCE
    amendments: tuple[str, ...] = ()
    source: str = ""
    licence: str = ""
    copyright: str = ""
    nodes: tuple[Node, ...] = ()
    warnings: tuple[Message, ...] = ()
    format: Message = field(default_factory=lambda: N_("YAML de qse-audit"))
    sha256: str = ""
    """Of the file that it was read from."""
    is_guessed: bool = False
    """Whether ref, title and edition only come from the name of the file."""

    def walk(self) -> Iterator[tuple[int, Node]]:
        """Give (depth, node) from top to bottom, parents before children."""
        return walk(self.nodes)

    def called(self, *, ref: str, title: str, label: str) -> "Outline":
        """Return the same tree under the name that a person gave it."""
        return replace(
            self,
            identifier=slug(ref) or ref,
            ref=ref,
            title={**self.title, "fr": title},
            edition=label,
            is_guessed=False,
        )

    @property
    def counts(self) -> "Counts":
        """Return how many nodes, check points and questions there are."""
        nodes = [node for _, node in self.walk()]
        return Counts(
            requirements=len(nodes),
            assessable=sum(node.assessable for node in nodes),
            questions=sum(len(node.questions) for node in nodes),
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """How much an edition holds."""

    requirements: int
    assessable: int
    questions: int


def walk(nodes: Sequence[Node]) -> Iterator[tuple[int, Node]]:
    """Give (depth, node) of a tree from top to bottom, parents before children."""
    stack = [(0, node) for node in reversed(nodes)]
    while stack:
        depth, node = stack.pop()
        yield depth, node
        stack.extend((depth + 1, child) for child in reversed(node.children))


def searchable(*texts: str) -> str:
    """Return ``texts`` in plain small letters: no accent, no sign, one space between words."""
    return slug(" ".join(texts), most=10_000).replace("-", " ")


def slug(text: str, *, most: int = MAX_KEY) -> str:
    """Return ``text`` as a stable identifier: ``ISO 9001`` gives ``iso-9001``."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:most].strip("-")


def edition_name(ref: str, label: str) -> str:
    """Return how people cite an edition: ``ISO 9001:2015``, ``GRILLE-ATELIER (2026)``."""
    if re.match(r"(ISO|IEC|EN|NF|IATF|AFNOR)\b", ref) and re.match(r"\d{4}\b", label):
        return f"{ref}:{label}"
    return f"{ref} ({label})"


def content_sha256(nodes: Sequence[Node]) -> str:
    """Return the SHA-256 of a tree’s canonical content, for what is written here."""
    return hashlib.sha256(canonical_json([_plain(node) for node in nodes])).hexdigest()


def _plain(node: Node) -> dict[str, object]:
    return {
        "key": node.key,
        "ref": node.ref,
        "title": dict(node.title),
        "text": dict(node.text),
        "guidance": dict(node.guidance),
        "expected_evidence": dict(node.expected_evidence),
        "assessable": node.assessable,
        "weight": node.weight,
        "tags": list(node.tags),
        "questions": [{"key": ask.key, "text": dict(ask.text)} for ask in node.questions],
        "children": [_plain(child) for child in node.children],
    }


def noticed(outline: Outline) -> tuple[Message, ...]:
    """Return what a person should know of a tree that is otherwise acceptable."""
    nodes = [node for _, node in outline.walk()]
    silent = sum(node.assessable and not node.questions for node in nodes)
    found = []
    if silent:
        found.append(
            N_(
                "Points à vérifier sans question : %(count)d. "
                "La grille d’audit reprendra leur intitulé.",
                count=silent,
            )
        )
    if not any(node.assessable for node in nodes):
        found.append(N_("Aucun point à vérifier : une grille d’audit serait vide."))
    if not any("fr" in node.title for node in nodes if node.title):
        found.append(N_("Aucun intitulé en français : les pages montreront l’autre langue."))
    return tuple(found)
