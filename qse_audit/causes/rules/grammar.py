"""What each tool is made of: which lines, under which, holding what. One table for all tools."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from qse_audit.causes.rules.codes import (
    CONTRASTS,
    FAMILIES,
    ORIGINS,
    QUESTIONS,
    STEPS,
    CauseTool,
    NodeField,
    NodeKind,
    Slot,
)
from qse_audit.core.text import N_, Message

MAX_DEPTH = 15
MAX_NODES = 400

F, K = NodeField, NodeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One kind of line in one tool."""

    kind: NodeKind
    under: frozenset[NodeKind | None]
    """What it may stand under; ``None``: under nothing."""
    adds: Message
    """The act as a button: “Ajouter un pourquoi”."""
    text_label: Message
    begins: Message | None = None
    """The act that adds the first one, where it has a name of its own."""
    text_hint: Message | None = None
    goes_on: tuple[NodeKind, Message] | None = None
    """What one usually writes below it next, and the act that keeps it and leads there."""
    fields: Mapping[NodeField, Message] = field(default_factory=dict)
    """What it holds besides its text, each as it is called here."""
    slots: tuple[Slot, ...] = ()
    """The fixed places that it takes; empty: none."""
    under_slot: Slot | None = None
    """The fixed place of the line above it, where only that one will do."""
    is_only_one: bool = False
    is_given: bool = False
    """It is there from the start: nobody adds, moves or deletes it."""
    is_round: bool = False
    """Its fixed places are gone through one after the other."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """The lines of one tool."""

    shapes: tuple[Shape, ...]

    @property
    def is_nested(self) -> bool:
        """Say whether a line may stand under another one."""
        return any(parent is not None for shape in self.shapes for parent in shape.under)

    def of(self, kind: NodeKind) -> Shape | None:
        """Return how a kind of line looks in this tool, ``None`` where it has no place."""
        return next((shape for shape in self.shapes if shape.kind is kind), None)

    def under(self, parent: NodeKind | None, slot: Slot | None = None) -> tuple[Shape, ...]:
        """Return what may be added under a line, or under nothing."""
        return tuple(
            shape
            for shape in self.shapes
            if parent in shape.under
            and not shape.is_given
            and (shape.under_slot in {None, slot} or parent is shape.kind)
        )


ROOT: frozenset[NodeKind | None] = frozenset({None})
PROOF = N_("Ce qui le montre")
BARRED = N_("Enregistrer et ajouter une barrière")
CHECKED = {
    F.VERIFIED: N_("Vérifiée sur le terrain"),
    F.DISCARDED: N_("Écartée : la vérification la dément"),
    F.FACT: N_("Le fait qui la confirme ou la dément"),
}
"""How a cause is checked."""

GRAMMARS: Mapping[CauseTool, Grammar] = {
    CauseTool.QQOQCP: Grammar(
        (
            Shape(
                kind=K.ANSWER,
                under=ROOT,
                adds=N_("Répondre"),
                text_label=N_("Réponse"),
                text_hint=N_("Ce que l’on sait, avec des chiffres et des noms de choses."),
                fields={F.FACT: PROOF},
                slots=QUESTIONS,
                is_round=True,
            ),
        )
    ),
    CauseTool.IS_IS_NOT: Grammar(
        (
            Shape(
                kind=K.CONTRAST,
                under=ROOT,
                adds=N_("Ajouter un contraste"),
                text_label=N_("Le problème est"),
                text_hint=N_("Ce que l’on voit : quelle pièce, quel poste, quel jour."),
                fields={
                    F.FACT: N_("Il pourrait être, mais n’est pas"),
                    F.NOTE: N_("Ce qui distingue les deux"),
                },
                slots=CONTRASTS,
                is_round=True,
            ),
        )
    ),
    CauseTool.PARETO: Grammar(
        (
            Shape(
                kind=K.LINE,
                under=ROOT,
                adds=N_("Ajouter une cause"),
                text_label=N_("Cause ou catégorie"),
                fields={
                    F.COUNT: N_("Nombre de cas"),
                    F.COST: N_("Coût (€)"),
                    F.FACT: N_("D’où vient le chiffre"),
                },
            ),
        )
    ),
    CauseTool.ISHIKAWA: Grammar(
        (
            Shape(
                kind=K.CAUSE,
                under=frozenset({None, K.CAUSE}),
                adds=N_("Ajouter une cause"),
                text_label=N_("Cause possible"),
                text_hint=N_("Une chose précise qui aurait pu agir, pas un mot général."),
                fields={F.VOTES: N_("Voix de l’équipe"), **CHECKED},
                slots=FAMILIES,
            ),
        )
    ),
    CauseTool.FIVE_WHYS: Grammar(
        (
            Shape(
                kind=K.WHY,
                under=frozenset({None, K.WHY}),
                adds=N_("Demander pourquoi"),
                begins=N_("Ajouter une réponse à la question"),
                text_label=N_("Parce que…"),
                goes_on=(K.WHY, N_("Enregistrer et demander pourquoi")),
                text_hint=N_("Une réponse à la fois ; s’il y en a deux, ce sont deux branches."),
                fields={
                    F.FACT: N_("Le fait qui le montre"),
                    F.ROOT: N_("Cause du système, sur laquelle on peut agir : on s’arrête ici"),
                    F.DISCARDED: N_("Branche écartée : le fait la dément"),
                },
            ),
        )
    ),
    CauseTool.CAUSE_TREE: Grammar(
        (
            Shape(
                kind=K.FACT,
                under=frozenset({None, K.FACT}),
                adds=N_("Ajouter un antécédent"),
                begins=N_("Écrire le fait ultime"),
                text_label=N_("Ce qui s’est passé"),
                goes_on=(K.FACT, N_("Enregistrer et chercher ce qui l’a produit")),
                text_hint=N_(
                    "Ce qui s’est passé ou existait, sans jugement ni tournure négative : "
                    "« la barrière était ouverte »."
                ),
                fields={
                    F.FACT: N_("D’où on le tient"),
                    F.GATE: N_("Comment ses antécédents l’ont produit"),
                    F.ROOT: N_("Retenu pour agir"),
                    F.SAME_AS: N_("C’est le même fait que"),
                },
                is_only_one=True,
            ),
        )
    ),
    CauseTool.BOW_TIE: Grammar(
        (
            Shape(
                kind=K.EVENT,
                under=ROOT,
                adds=N_("Écrire l’événement redouté"),
                text_label=N_("Événement redouté"),
                goes_on=(K.THREAT, N_("Enregistrer et ajouter une menace")),
                text_hint=N_("Le moment où l’on perd la maîtrise, pas encore le dommage."),
                is_only_one=True,
            ),
            Shape(
                kind=K.THREAT,
                under=frozenset({K.EVENT}),
                adds=N_("Ajouter une menace"),
                text_label=N_("Menace"),
                goes_on=(K.BARRIER, BARRED),
                fields={F.FACT: PROOF},
            ),
            Shape(
                kind=K.CONSEQUENCE,
                under=frozenset({K.EVENT}),
                adds=N_("Ajouter une conséquence"),
                text_label=N_("Conséquence"),
                goes_on=(K.BARRIER, BARRED),
                fields={F.FACT: PROOF},
            ),
            Shape(
                kind=K.BARRIER,
                under=frozenset({K.THREAT, K.CONSEQUENCE}),
                adds=N_("Ajouter une barrière"),
                text_label=N_("Barrière"),
                text_hint=N_("Ce qui arrête la menace, ou limite le dommage."),
                fields={
                    F.OWNER: N_("Qui la tient en état"),
                    F.HEALTH: N_("État aujourd’hui"),
                    F.FACT: N_("Comment on le sait"),
                },
            ),
        )
    ),
    CauseTool.EIGHT_D: Grammar(
        (
            Shape(
                kind=K.STEP,
                under=ROOT,
                adds=N_("Ajouter une étape"),
                text_label=N_("Ce qui a été fait"),
                fields={F.FACT: PROOF, F.DONE_AT: N_("Étape terminée le")},
                slots=STEPS,
                is_given=True,
            ),
            Shape(
                kind=K.CAUSE,
                under=frozenset({K.STEP, K.CAUSE}),
                under_slot=Slot.D4,
                adds=N_("Ajouter une cause"),
                text_label=N_("Cause"),
                fields=CHECKED,
                slots=ORIGINS,
            ),
            Shape(
                kind=K.ITEM,
                under=frozenset({K.STEP}),
                adds=N_("Ajouter un point"),
                text_label=N_("Point"),
                fields={F.OWNER: F.OWNER.label, F.FACT: PROOF},
            ),
        )
    ),
}
"""The lines of every tool."""


def takes_slot(shape: Shape, parent: NodeKind | None) -> bool:
    """Say whether a line takes a fixed place there: causes below a cause stand with it."""
    return bool(shape.slots) and parent is not shape.kind


def slots_of(shape: Shape, families: int | None) -> tuple[Slot, ...]:
    """Return the fixed places on offer: of the families, as many as the analysis takes."""
    if shape.slots is FAMILIES and families:
        return FAMILIES[:families]
    return shape.slots
