"""What a line of an analysis is, in words: its badges, its number, its text equivalent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qse_audit.causes.rules import (
    FAMILIES,
    GRAMMARS,
    CauseTool,
    Gate,
    Health,
    Node,
    NodeField,
    NodeKind,
    Shape,
    Slot,
    Tree,
    slots_of,
)
from qse_audit.core.text import N_, Message
from qse_audit.documents.text import Texts, moment, number

SAME_AS = N_("Même fait que le n° %(number)s", number="")
SHARED = N_("Commun à %(count)s faits : disjonction", count="")
VOTES = N_("Voix : %(count)s", count="")
CHOSEN = N_("retenu pour agir")
VERIFIED, DISCARDED = N_("vérifiée"), N_("écartée")
ROOT = N_("cause racine")
DONE = N_("Terminée : %(moment)s", moment="")
HEALTH_TONES = {
    Health.SOUND: "success",
    Health.WEAK: "warning",
    Health.ABSENT: "danger",
    Health.UNKNOWN: "neutral",
}
"""The tone of a barrier; its word always stands beside it."""


class Wording:
    """Words the lines of one analysis in one language."""

    def __init__(self, tool: CauseTool, tree: Tree, locale: str) -> None:
        self.tool, self.tree, self.locale = tool, tree, locale
        self._texts = Texts(locale)

    def say(self, message: Message, **values: object) -> str:
        """Return a sentence in the language of the page, with ``values`` in their places."""
        return self._texts.translate(Message(message.msgid, values) if values else message)

    def shape(self, node: Node) -> Shape:
        """Return how this kind of line looks."""
        found = GRAMMARS[self.tool].of(node.kind)
        assert found is not None  # no line is stored that its tool does not know
        return found

    def number(self, node: Node) -> int | None:
        """Return the number of a line, where lines are referred to by it."""
        return self.tree.numbers.get(node.id) if self.tool is CauseTool.CAUSE_TREE else None

    def text(self, node: Node) -> str:
        """Return what a line says; a pointer says what it points to."""
        if node.same_as_id is None:
            return node.text
        return self.say(SAME_AS, number=self.tree.numbers[node.same_as_id])

    def badges(self, node: Node) -> list[str]:
        """Return the short words that stand with a line."""
        return list(self._badges(node))

    def _badges(self, node: Node) -> Iterator[str]:
        root = CHOSEN if self.tool is CauseTool.CAUSE_TREE else ROOT
        for holds, word in (
            (node.is_verified, VERIFIED),
            (node.is_discarded, DISCARDED),
            (node.is_root, root),
        ):
            if holds:
                yield self.say(word)
        if node.votes:
            yield self.say(VOTES, count=node.votes)
        if node.health is not None:
            yield self.say(node.health.label)
        if node.owner_name:
            yield node.owner_name
        if twins := len(self.tree.pointing_to(node.id)):
            yield self.say(SHARED, count=twins + 1)
        if node.done_at is not None:
            yield self.say(DONE, moment=moment(node.done_at, self.locale))

    def details(self, node: Node) -> list[tuple[str, str]]:
        """Return what a line holds besides, as (label, value); nothing kept is left out."""
        return [
            (self.say(self.shape(node).fields.get(field, field.label)), value)
            for field, value in self._details(node)
            if value
        ]

    def _details(self, node: Node) -> Iterator[tuple[NodeField, str]]:
        yield NodeField.FACT, node.fact
        yield NodeField.NOTE, node.note
        if node.count is not None:
            yield NodeField.COUNT, number(node.count, self.locale)
        if node.cost is not None:
            yield NodeField.COST, number(node.cost, self.locale, digits=2)
        joins = node.gate is Gate.CONJUNCTION or len(self.tree.children(node.id)) > 1
        if joins and node.kind is NodeKind.FACT:
            yield NodeField.GATE, self.say(node.gate.label)

    def slot(self, node: Node) -> str:
        """Return the fixed place of a line, ``""`` for none."""
        return self.say(node.slot.label) if node.slot else ""


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the text equivalent of a drawing."""

    depth: int
    label: str
    """Its kind or fixed place, with its number."""
    text: str
    badges: Sequence[str]
    details: Sequence[tuple[str, str]]


def told(wording: Wording, families: int | None = None) -> list[Told]:
    """Return every line in the order of reading, grouped by fixed place where the tool has some."""
    return [
        Told(
            depth,
            _label(wording, node),
            wording.text(node),
            wording.badges(node),
            wording.details(node),
        )
        for slot in _groups(wording, families)
        for node, depth in wording.tree.walk(_roots(wording.tree, slot))
    ]


def _groups(wording: Wording, families: int | None) -> Sequence[Slot | None]:
    """Return the fixed places of the roots in order; ``None`` alone where there is none."""
    shapes = GRAMMARS[wording.tool].under(None)
    slots = [slot for shape in shapes for slot in slots_of(shape, families)]
    if any(shape.slots is FAMILIES for shape in shapes):
        slots = [slot for slot in FAMILIES if slot in slots or wording.tree.in_slot(slot)]
    return slots or [None]


def _roots(tree: Tree, slot: Slot | None) -> Sequence[Node]:
    return tree.roots if slot is None else tree.in_slot(slot)


def _label(wording: Wording, node: Node) -> str:
    rank = wording.number(node)
    if node.slot is not None:
        return wording.slot(node)
    if rank is not None:
        return f"{wording.say(node.kind.label)} {rank}"
    return wording.say(node.kind.label)
