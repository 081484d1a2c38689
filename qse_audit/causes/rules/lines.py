"""What a line may say and where it may stand: every reason to refuse. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from qse_audit.causes.rules.codes import CauseTool, Gate, Health, NodeField, NodeKind, Slot
from qse_audit.causes.rules.grammar import (
    GRAMMARS,
    MAX_DEPTH,
    MAX_NODES,
    Shape,
    slots_of,
    takes_slot,
)
from qse_audit.causes.rules.tree import Node, Tree
from qse_audit.core.errors import Refusal
from qse_audit.core.text import N_

METHOD = N_("Règle de l’outil")
HOUSE = N_("Règle de l’application")
MAX_LETTERS = 1_000
MAX_VOTES = 99
MAX_COUNT = 1_000_000_000
MAX_COST = Fraction(10) ** 12


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeDraft:
    """What people type of one line."""

    text: str = ""
    fact: str = ""
    note: str = ""
    slot: Slot | None = None
    gate: Gate = Gate.CHAIN
    is_verified: bool = False
    is_root: bool = False
    is_discarded: bool = False
    votes: int = 0
    count: int | None = None
    cost: Fraction | None = None
    owner_id: int | None = None
    health: Health | None = None
    same_as_id: int | None = None
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a line stands or is to stand: the analysis, its tool, what it stands under."""

    tool: CauseTool
    tree: Tree
    kind: NodeKind
    parent_id: int | None = None
    node_id: int | None = None
    """The line itself; ``None`` while it is not stored yet."""
    families: int | None = None
    started_at: datetime | None = None
    now: datetime | None = None

    @property
    def shape(self) -> Shape | None:
        """How this kind of line looks in this tool."""
        return GRAMMARS[self.tool].of(self.kind)

    @property
    def parent(self) -> Node | None:
        """What it stands under."""
        return self.tree.by_id.get(self.parent_id or 0)


def line_refusals(spot: Spot, draft: NodeDraft) -> tuple[Refusal, ...]:
    """Return every reason why a line cannot be written so."""
    return (*place_refusals(spot), *content_refusals(spot, draft))


def place_refusals(spot: Spot) -> tuple[Refusal, ...]:
    """Return every reason why such a line cannot stand there."""
    return tuple(_misplaced(spot))


def _misplaced(spot: Spot) -> Iterator[Refusal]:
    shape, parent = spot.shape, spot.parent
    kind = None if parent is None else parent.kind
    slot = None if parent is None else parent.slot
    if spot.parent_id is not None and parent is None:
        yield Refusal("parent_unknown", N_("Cette ligne n’est pas de cette analyse."), HOUSE)
        return
    if shape is None or kind not in shape.under or not _of_its_step(spot, shape, slot):
        yield Refusal(
            "wrong_place",
            N_("« %(kind)s » ne se place pas ici dans cet outil.", kind=spot.kind.label),
            METHOD,
        )
        return
    if parent is not None and parent.same_as_id is not None:
        yield Refusal(
            "under_pointer",
            N_("Cette ligne renvoie à un autre fait : placez ses antécédents sous celui-là."),
            METHOD,
        )
    if spot.node_id is not None:
        yield from _cyclic(spot, spot.node_id)
    if shape.is_only_one and kind is None and _another_root(spot):
        yield Refusal(
            "only_one",
            N_("Il y en a déjà un : tout le reste se rattache à lui."),
            METHOD,
        )
    if spot.node_id is None and len(spot.tree.nodes) >= MAX_NODES:
        yield Refusal(
            "too_many", N_("Pas plus de %(count)d lignes dans une analyse.", count=MAX_NODES), HOUSE
        )
    if _depth(spot) > MAX_DEPTH:
        yield Refusal("too_deep", N_("Pas plus de %(count)d niveaux.", count=MAX_DEPTH), HOUSE)


def _depth(spot: Spot) -> int:
    """Return how deep the tree becomes where a line is put, with all below it."""
    higher = sum(1 for _ in spot.tree.above(spot.parent_id))
    own = spot.tree.by_id.get(spot.node_id or 0)
    lower = [depth for _, depth in spot.tree.walk([own])] if own else [0]
    return higher + 1 + max(lower)


def move_refusals(spot: Spot) -> tuple[Refusal, ...]:
    """Return every reason why a stored line cannot be put there."""
    shape = spot.shape
    if shape is not None and shape.is_given:
        return (GIVEN,)
    return place_refusals(spot)


GIVEN = Refusal("given", N_("Cette étape fait partie de l’outil."), METHOD)


def _of_its_step(spot: Spot, shape: Shape, slot: Slot | None) -> bool:
    """Say whether the causes of an 8D stand in D4, at any depth."""
    if shape.under_slot is None or slot is shape.under_slot:
        return True
    return any(each.slot is shape.under_slot for each in spot.tree.above(spot.parent_id))


def _cyclic(spot: Spot, node_id: int) -> Iterator[Refusal]:
    """Refuse a line under itself, also by way of a pointer."""
    if spot.parent_id is None:
        return
    if spot.parent_id == node_id or spot.parent_id in spot.tree.below(node_id):
        yield Refusal(
            "cycle",
            N_("Une ligne ne peut pas être placée sous elle-même ni sous ce qui en dépend."),
            METHOD,
        )
        return
    higher = {each.id for each in spot.tree.above(spot.parent_id)}
    if spot.tree.reaches(node_id, higher):
        yield LOOP


LOOP = Refusal("loop", N_("Un fait ne peut pas être, même de loin, sa propre cause."), METHOD)


def _another_root(spot: Spot) -> bool:
    return any(node.kind is spot.kind and node.id != spot.node_id for node in spot.tree.roots)


# --- what it says ---


def content_refusals(spot: Spot, draft: NodeDraft) -> tuple[Refusal, ...]:
    """Return every reason why a line cannot say that."""
    shape = spot.shape
    if shape is None:
        return ()
    return (
        *_text_refusals(shape, draft),
        *_slot_refusals(spot, shape, draft),
        *_flag_refusals(draft),
        *_number_refusals(shape, draft),
        *_pointer_refusals(spot, draft),
        *_time_refusals(spot, draft),
    )


def _text_refusals(shape: Shape, draft: NodeDraft) -> Iterator[Refusal]:
    if not draft.text.strip() and not shape.is_given and draft.same_as_id is None:
        yield Refusal("text_missing", N_("Écrivez cette ligne."), METHOD)
    for name in ("text", "fact", "note"):
        if len(getattr(draft, name)) > MAX_LETTERS:
            long = N_("Pas plus de %(count)d caractères.", count=MAX_LETTERS)
            yield Refusal(f"{name}_long", long, HOUSE)


def _slot_refusals(spot: Spot, shape: Shape, draft: NodeDraft) -> Iterator[Refusal]:
    parent = spot.parent
    if not takes_slot(shape, None if parent is None else parent.kind) or shape.is_given:
        return
    if draft.slot not in slots_of(shape, spot.families):
        yield Refusal("slot_missing", N_("Choisissez où se range cette ligne."), METHOD)


def _flag_refusals(draft: NodeDraft) -> Iterator[Refusal]:
    claims = draft.is_verified or draft.is_discarded
    if claims and not draft.fact.strip():
        yield Refusal(
            "claim_without_fact",
            N_("Vérifiée ou écartée : écrivez le fait qui le montre."),
            METHOD,
        )
    if draft.is_discarded and (draft.is_verified or draft.is_root):
        yield Refusal(
            "both_ways",
            N_("Une cause écartée n’est ni vérifiée, ni une cause racine : choisissez."),
            METHOD,
        )


def _number_refusals(shape: Shape, draft: NodeDraft) -> Iterator[Refusal]:
    if not 0 <= draft.votes <= MAX_VOTES:
        range_told = N_("Un nombre entier de 0 à %(most)d.", most=MAX_VOTES)
        yield Refusal("votes_range", range_told, HOUSE)
    if NodeField.COUNT not in shape.fields:
        return
    if draft.count is None and draft.cost is None:
        told = N_("Donnez un nombre de cas, un coût, ou les deux.")
        yield Refusal("amount_missing", told, METHOD)
    if draft.count is not None and not 0 <= draft.count <= MAX_COUNT:
        told = N_("Un nombre de cas est un entier, zéro ou plus.")
        yield Refusal("count_negative", told, METHOD)
    if draft.cost is not None and not 0 <= draft.cost <= MAX_COST:
        yield Refusal("cost_negative", N_("Un coût est un montant, zéro ou plus."), METHOD)


def _pointer_refusals(spot: Spot, draft: NodeDraft) -> Iterator[Refusal]:
    if draft.same_as_id is None:
        return
    other = spot.tree.by_id.get(draft.same_as_id)
    if other is None or other.kind is not spot.kind or other.id == spot.node_id:
        yield Refusal("same_as_unknown", N_("Choisissez un autre fait de cet arbre."), METHOD)
        return
    if other.same_as_id is not None:
        told = N_("Ce fait renvoie lui-même à un autre : choisissez celui-là.")
        yield Refusal("same_as_pointer", told, METHOD)
    if spot.parent_id is None:
        told = N_("Le fait ultime ne renvoie à aucun autre.")
        yield Refusal("same_as_ultimate", told, METHOD)
    if spot.node_id is not None and spot.tree.children(spot.node_id):
        told = N_("Ce fait a des antécédents : déplacez-les avant de renvoyer à un autre fait.")
        yield Refusal("same_as_parent", told, METHOD)
    twins = [] if spot.parent_id is None else spot.tree.children(spot.parent_id)
    if any(twin.id == other.id for twin in twins if twin.id != spot.node_id):
        yield Refusal("same_as_twin", N_("Ce fait est déjà un antécédent ici."), METHOD)
    if spot.parent_id is not None and spot.tree.loops(spot.parent_id, draft.same_as_id):
        yield LOOP


def _time_refusals(spot: Spot, draft: NodeDraft) -> Iterator[Refusal]:
    if draft.done_at is None:
        return
    if spot.now is not None and draft.done_at > spot.now:
        told = N_("Une étape ne peut pas être terminée dans l’avenir.")
        yield Refusal("done_later", told, HOUSE)
    if spot.started_at is not None and draft.done_at < spot.started_at:
        told = N_("Une étape ne peut pas être terminée avant le départ du 8D.")
        yield Refusal("done_before", told, HOUSE)


def deletion_refusals(tree: Tree, node: Node, tool: CauseTool) -> tuple[Refusal, ...]:
    """Return why a line cannot be deleted with all that stands below it."""
    shape = GRAMMARS[tool].of(node.kind)
    if shape is not None and shape.is_given:
        return (GIVEN,)
    gone = {node.id, *tree.below(node.id)}
    left = [n for n in tree.nodes if n.same_as_id in gone and n.id not in gone]
    if left:
        told = N_("Un autre endroit de l’arbre renvoie à ce fait : supprimez d’abord ce renvoi.")
        return (Refusal("pointed_to", told, METHOD),)
    return ()


def bare(draft: NodeDraft, shape: Shape) -> NodeDraft:
    """Return a draft without what this kind of line does not hold."""
    empty = NodeDraft()
    kept = {"text", "slot", *(field.value for field in shape.fields)}
    changes = {name: getattr(empty, name) for name in NodeDraft.__slots__ if name not in kept}
    return replace(draft, **changes)


def as_amount(value: Fraction | None) -> Decimal | None:
    """Return an exact amount as it is stored; parse_number only reads what a decimal writes."""
    return None if value is None else Decimal(value.numerator) / Decimal(value.denominator)
