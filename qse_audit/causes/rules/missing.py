"""What an analysis still lacks before it can be concluded, tool by tool; and advice. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from qse_audit.causes.rules.codes import (
    ORIGINS,
    STEPS,
    CauseTool,
    Gate,
    Health,
    NodeKind,
    Slot,
)
from qse_audit.causes.rules.lines import METHOD
from qse_audit.causes.rules.tree import Node, Tree
from qse_audit.causes.rules.wording import judgements
from qse_audit.core.errors import Refusal
from qse_audit.core.text import N_, Message
from qse_audit.findings.rules import blaming_words

ASKED = (Slot.WHO, Slot.WHAT, Slot.WHERE, Slot.WHEN, Slot.HOW, Slot.HOW_MANY)
"""The questions that describe a problem; “why” is left to the tools that look for causes."""
DONE_STEPS = STEPS[2:]
"""The steps of an 8D that must be over; D0 is for emergencies, D1 is the team itself."""
SMALLEST_TEAM = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisFacts:
    """All on which the tool judges an analysis."""

    tool: CauseTool
    question: str
    tree: Tree
    team_size: int


def _short(node: Node, most: int = 60) -> str:
    text = " ".join(node.text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _lacks(code: str, message: Message) -> Refusal:
    return Refusal(code, message, METHOD)


def missing(facts: AnalysisFacts) -> tuple[Refusal, ...]:
    """Return what the tool still asks for; empty when it has been used to its end."""
    if not facts.question.strip():
        told = N_("Écrivez la question : ce que l’on cherche à comprendre.")
        return (_lacks("question_missing", told), *CHECKS[facts.tool](facts))
    return tuple(CHECKS[facts.tool](facts))


def _of_questions(facts: AnalysisFacts) -> Iterator[Refusal]:
    open_ones = [slot for slot in ASKED if not facts.tree.in_slot(slot)]
    for slot in open_ones:
        told = N_("La question « %(question)s » n’a pas de réponse.", question=slot.label)
        yield _lacks("question_open", told)


def _of_contrasts(facts: AnalysisFacts) -> Iterator[Refusal]:
    if not facts.tree.nodes:
        yield _lacks("nothing_written", N_("Aucun contraste n’est écrit."))
    for node in facts.tree.nodes:
        if not node.fact.strip():
            told = N_("« %(text)s » : écrivez où le problème n’est pas.", text=_short(node))
            yield _lacks("half_contrast", told)


def _of_lines(facts: AnalysisFacts) -> Iterator[Refusal]:
    if len(facts.tree.nodes) < 2:
        yield _lacks("too_few_lines", N_("Un Pareto compare au moins deux causes."))
    elif not any(node.count or node.cost for node in facts.tree.nodes):
        yield _lacks("nothing_counted", N_("Le total est nul : il n’y a rien à classer."))


def _of_families(facts: AnalysisFacts) -> Iterator[Refusal]:
    if not facts.tree.nodes:
        yield _lacks("nothing_written", N_("Aucune cause n’est écrite."))
    elif not any(node.is_verified for node in facts.tree.nodes):
        told = N_("Aucune cause n’est vérifiée : une voix n’est pas un fait.")
        yield _lacks("nothing_verified", told)


def _of_whys(facts: AnalysisFacts) -> Iterator[Refusal]:
    tree = facts.tree
    if not tree.nodes:
        yield _lacks("nothing_written", N_("Aucun pourquoi n’est écrit."))
    for node in tree.nodes:
        if not node.fact.strip():
            told = N_("« %(text)s » : aucun fait ne le montre.", text=_short(node))
            yield _lacks("why_without_fact", told)
    for node in tree.nodes:
        if tree.is_leaf(node) and not (node.is_root or node.is_discarded):
            told = N_(
                "« %(text)s » : la branche s’arrête avant une cause sur laquelle agir.",
                text=_short(node),
            )
            yield _lacks("branch_open", told)
    if tree.nodes and not any(node.is_root for node in tree.nodes):
        told = N_("Aucune branche n’arrive à une cause du système sur laquelle on peut agir.")
        yield _lacks("no_root", told)


def _of_facts(facts: AnalysisFacts) -> Iterator[Refusal]:
    tree = facts.tree
    if not tree.nodes:
        yield _lacks("nothing_written", N_("Le fait ultime n’est pas écrit."))
        return
    if len(tree.nodes) == 1:
        yield _lacks("no_antecedent", N_("Le fait ultime n’a aucun antécédent."))
    for node in tree.nodes:
        if node.same_as_id is None:
            yield from _of_fact(node, len(tree.children(node.id)))


def _of_fact(node: Node, antecedents: int) -> Iterator[Refusal]:
    if not node.fact.strip():
        told = N_("« %(text)s » : dites d’où on tient ce fait.", text=_short(node))
        yield _lacks("fact_without_source", told)
    if node.gate is Gate.CONJUNCTION and antecedents < 2:
        told = N_(
            "« %(text)s » : une conjonction réunit au moins deux antécédents.", text=_short(node)
        )
        yield _lacks("conjunction_of_one", told)
    if node.gate is Gate.CHAIN and antecedents > 1:
        told = N_(
            "« %(text)s » a plusieurs antécédents : s’il les a fallu ensemble, c’est une "
            "conjonction ; sinon, l’un d’eux n’en est pas un.",
            text=_short(node),
        )
        yield _lacks("chain_of_many", told)


def _of_bow(facts: AnalysisFacts) -> Iterator[Refusal]:
    tree = facts.tree
    if not tree.of(NodeKind.EVENT):
        yield _lacks("nothing_written", N_("L’événement redouté n’est pas écrit."))
        return
    if not tree.of(NodeKind.THREAT):
        yield _lacks("no_threat", N_("Aucune menace n’est écrite."))
    if not tree.of(NodeKind.CONSEQUENCE):
        yield _lacks("no_consequence", N_("Aucune conséquence n’est écrite."))
    for node in (*tree.of(NodeKind.THREAT), *tree.of(NodeKind.CONSEQUENCE)):
        if tree.is_leaf(node):
            told = N_("« %(text)s » : aucune barrière, pas même absente.", text=_short(node))
            yield _lacks("no_barrier", told)
    for node in tree.of(NodeKind.BARRIER):
        yield from _of_barrier(node)


def _of_barrier(node: Node) -> Iterator[Refusal]:
    if node.owner_id is None:
        told = N_("La barrière « %(text)s » n’est tenue par personne.", text=_short(node))
        yield _lacks("barrier_without_owner", told)
    if node.health in {None, Health.UNKNOWN}:
        told = N_("L’état de la barrière « %(text)s » n’est pas connu.", text=_short(node))
        yield _lacks("barrier_unknown", told)


def _of_steps(facts: AnalysisFacts) -> Iterator[Refusal]:
    tree = facts.tree
    if facts.team_size < SMALLEST_TEAM:
        yield _lacks("team_small", N_("D1 : une équipe compte au moins deux personnes."))
    steps = {node.slot: node for node in tree.of(NodeKind.STEP)}
    for origin in ORIGINS:
        causes = [n for first in steps.values() for n in tree.in_slot(origin, first.id)]
        if not any(node.is_verified for node, _ in tree.walk(causes)):
            told = N_("D4 : aucune cause vérifiée pour « %(origin)s ».", origin=origin.label)
            yield _lacks("origin_open", told)
    for slot in DONE_STEPS:
        step = steps.get(slot)
        if step is None or step.done_at is None:
            yield _lacks("step_open", N_("%(step)s : l’étape n’est pas terminée.", step=slot.label))


CHECKS: Mapping[CauseTool, Callable[[AnalysisFacts], Iterator[Refusal]]] = {
    CauseTool.QQOQCP: _of_questions,
    CauseTool.IS_IS_NOT: _of_contrasts,
    CauseTool.PARETO: _of_lines,
    CauseTool.ISHIKAWA: _of_families,
    CauseTool.FIVE_WHYS: _of_whys,
    CauseTool.CAUSE_TREE: _of_facts,
    CauseTool.BOW_TIE: _of_bow,
    CauseTool.EIGHT_D: _of_steps,
}
"""What each tool asks for before its conclusion."""


# --- advice: nothing of it refuses anything ---

BLAMES = N_(
    "Le texte semble viser une personne (« %(words)s »). Cherchez ce qui, dans l’organisation, "
    "a rendu cela possible.",
    words="",
)
JUDGES = N_(
    "« %(words)s » dit ce qui a manqué ou ce que l’on en pense. Un arbre des causes ne prend que "
    "ce qui s’est passé.",
    words="",
)


def advice(tool: CauseTool, tree: Tree) -> tuple[Refusal, ...]:
    """Return what would make the analysis better."""
    texts = [node.text for node in tree.nodes if not node.is_discarded]
    found = []
    if tool is not CauseTool.PARETO and (words := blaming_words(*texts)):
        told = Message(BLAMES.msgid, {"words": " », « ".join(words[:5])})
        found.append(Refusal("blames_a_person", told, METHOD))
    if tool is CauseTool.CAUSE_TREE and (words := judgements(*texts)):
        told = Message(JUDGES.msgid, {"words": " », « ".join(words[:5])})
        found.append(Refusal("judges", told, METHOD))
    if tool is CauseTool.FIVE_WHYS and _is_short(tree):
        told = N_("Une cause racine est trouvée au premier pourquoi : est-ce bien la racine ?")
        found.append(Refusal("shallow", told, METHOD))
    return tuple(found)


def _is_short(tree: Tree) -> bool:
    return any(node.is_root for node in tree.roots)
