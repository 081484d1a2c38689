"""Libraries of CISO Assistant, YAML: the framework inside becomes a referential.

Shapes met in 288 real libraries (formats.md, 1): version as number or text, ``framework`` or a
list ``frameworks``, null translations, nodes without depth, name or ref_id.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from qse_audit.core.text import N_, Message
from qse_audit.referentials.formats.yaml_text import Cursor, Mapping, Sequence
from qse_audit.referentials.rules import (
    MAX_DEPTH,
    MAX_KEY,
    MAX_NODES,
    MAX_REF,
    MAX_TEXT,
    Ask,
    Node,
    Outline,
)

OTHER_OBJECTS: dict[str, Message] = {
    "requirement_mapping_sets": N_("correspondances entre référentiels"),
    "requirement_mapping_set": N_("correspondances entre référentiels"),
    "reference_controls": N_("mesures de référence"),
    "risk_matrix": N_("matrice de risques"),
    "threats": N_("menaces"),
    "metric_definitions": N_("définitions d’indicateurs"),
    "preset": N_("jeu de réglages"),
}
"""What else a library may hold, in our words."""


def read(top: Cursor) -> Outline:
    """Return the framework of a loaded library.

    :raises BadInput: for a library without one, saying what it does hold, and for a tree that is
        none: a urn written twice, a parent that does not come before its child.
    """
    locale = top.get("locale").text(most=10, required=False) or "en"
    framework, notes = _framework(top.get("objects").mapping())
    framework.mapping()
    reader = _Reader(locale)
    nodes = reader.nodes(framework.get("requirement_nodes"))
    ref = framework.get("ref_id").text(most=MAX_TEXT, required=False)
    urn = framework.get("urn").text(most=MAX_KEY)
    provider = top.get("provider").text(most=MAX_TEXT, required=False)
    packager = top.get("packager").text(most=MAX_TEXT, required=False)
    return Outline(
        identifier=urn,
        ref=_cut(ref or urn.rsplit(":", 1)[-1], MAX_REF),
        edition=top.get("version").text(most=32),
        title=_localized(framework, "name", locale),
        description=_localized(framework, "description", locale),
        publisher=_cut(provider, 120),
        source=" · ".join(filter(None, ["CISO Assistant", packager, urn])),
        copyright=top.get("copyright").text(most=MAX_TEXT, required=False),
        nodes=nodes,
        warnings=(*notes, *reader.warnings()),
        format=N_("bibliothèque CISO Assistant"),
    )


def _framework(objects: Cursor) -> tuple[Cursor, list[Message]]:
    """Return the framework, and a note about the others of a list."""
    if not objects.get("framework").is_missing:
        return objects.get("framework"), []
    several = list(objects.get("frameworks").items())
    if not several:
        raise objects.wrong(
            N_(
                "cette bibliothèque ne contient pas de référentiel mais : %(held)s. "
                "Rien n’a été importé.",
                held=_held(objects),
            )
        )
    notes = []
    if several[1:]:
        names = [str(other.mapping().value.get("ref_id", "?"))[:80] for other in several[1:]]
        notes.append(
            N_(
                "Seul le premier référentiel est repris ; restent : %(names)s.",
                names=", ".join(names),
            )
        )
    return several[0], notes


def _held(objects: Cursor) -> Message:
    """Return what a library holds instead of a framework, with the numbers."""
    parts = []
    for key, value in objects.entries():
        count = len(value.value) if isinstance(value.value, Sequence) else 1
        name = OTHER_OBJECTS.get(key, key[:40])
        parts.append(N_("%(name)s (%(count)d)", name=name, count=count))
    return _listed(parts) if parts else N_("rien")


def _listed(parts: list[Message]) -> Message:
    if len(parts) == 1:
        return parts[0]
    return N_("%(first)s, %(others)s", first=parts[0], others=_listed(parts[1:]))


def _localized(at: Cursor, name: str, locale: str) -> dict[str, str]:
    """Return field ``name`` in its own language and in those of ``translations``."""
    found = {locale: at.get(name).text(most=MAX_TEXT, required=False)}
    for code, translated in at.get("translations").entries():
        if not translated.is_missing:
            translated.mapping()
            found[code[:10]] = translated.get(name).text(most=MAX_TEXT, required=False)
    return {code: text for code, text in found.items() if text}


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


@dataclass(slots=True)
class _Made:
    """A node whose children are still coming."""

    at: Cursor
    depth: int
    children: list["_Made"] = field(default_factory=list)


class _Reader:
    """Puts the flat list of nodes into a tree."""

    def __init__(self, locale: str) -> None:
        self.locale = locale
        self.made: dict[str, _Made] = {}
        self.noted: Counter[str] = Counter()

    def nodes(self, at: Cursor) -> tuple[Node, ...]:
        """Return the tree of a list of nodes, each after its parent."""
        roots: list[_Made] = []
        for item in at.items():
            siblings, made = self._place(item.mapping(), roots)
            siblings.append(made)
        if not roots:
            raise at.fail(N_("une liste d’au moins un « requirement_node »"))
        return tuple(self._node(made) for made in roots)

    def _place(self, at: Cursor, roots: list[_Made]) -> tuple[list[_Made], _Made]:
        urn = at.get("urn").text(most=MAX_KEY)
        if urn in self.made:
            raise at.get("urn").wrong(
                N_(
                    "« %(name)s » est déjà pris ligne %(line)d ; attendu : un urn par nœud",
                    name=urn,
                    line=self.made[urn].at.line,
                )
            )
        if len(self.made) >= MAX_NODES:
            raise at.wrong(N_("plus de %(count)d exigences.", count=MAX_NODES))
        parent = self._parent(at, urn)
        depth = parent.depth + 1 if parent else 0
        if depth >= MAX_DEPTH:
            raise at.wrong(N_("plus de %(count)d niveaux.", count=MAX_DEPTH))
        self.made[urn] = made = _Made(at, depth)
        return (parent.children if parent else roots), made

    def _parent(self, at: Cursor, urn: str) -> _Made | None:
        given = at.get("parent_urn").text(most=MAX_KEY, required=False)
        if not given:
            return None
        if given not in self.made:
            raise at.get("parent_urn").fail(
                N_("un autre nœud que lui-même")
                if given == urn
                else N_("l’urn d’un nœud écrit plus haut")
            )
        return self.made[given]

    def _node(self, made: _Made) -> Node:
        at = made.at
        ref = at.get("ref_id").text(most=MAX_TEXT, required=False)
        if len(ref) > MAX_REF:
            self.noted["ref"] += 1
        assessable = at.get("assessable").truth()
        questions = tuple(self._questions(at.get("questions")))
        if questions and not assessable:
            self.noted["heading"] += 1
        return Node(
            key=at.get("urn").text(most=MAX_KEY),
            ref=_cut(ref, MAX_REF),
            title=_localized(at, "name", self.locale),
            text=_localized(at, "description", self.locale),
            guidance=_localized(at, "annotation", self.locale),
            expected_evidence=_localized(at, "typical_evidence", self.locale),
            assessable=assessable,
            weight=at.get("weight").whole(least=0, most=1_000_000, default=1),
            tags=tuple(g.text(most=64) for g in at.get("implementation_groups").items()),
            questions=questions if assessable else (),
            children=tuple(self._node(child) for child in made.children),
        )

    def _questions(self, at: Cursor) -> Iterator[Ask]:
        for urn, question in at.entries():
            question.mapping()
            texts = _localized(question, "text", self.locale)
            if len(urn) > MAX_KEY or not texts:
                raise question.wrong(N_("une question sans texte, ou un urn trop long"))
            if isinstance(question.value.get("choices"), Mapping | Sequence):
                self.noted["choices"] += 1
            yield Ask(urn, texts)

    def warnings(self) -> Iterator[Message]:
        """Give what was left out or cut."""
        worded = {
            "ref": N_(
                "Numéros de plus de 80 caractères coupés : %(count)d.", count=self.noted["ref"]
            ),
            "heading": N_(
                "Titres non évaluables dont les questions sont laissées : %(count)d.",
                count=self.noted["heading"],
            ),
            "choices": N_(
                "Questions à choix reprises sans leurs réponses types : %(count)d.",
                count=self.noted["choices"],
            ),
        }
        return (message for name, message in worded.items() if self.noted[name])
