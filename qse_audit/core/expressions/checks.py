"""What a formula that can be read may still have wrong: names, circles, empty divisions."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches

from qse_audit.core.expressions.evaluation import Snapshot, evaluate
from qse_audit.core.expressions.parsing import Formula
from qse_audit.core.expressions.tree import (
    Binary,
    Call,
    FormulaError,
    Name,
    Negation,
    Node,
    Number,
    Power,
    children,
    names,
    walk,
)
from qse_audit.core.text import N_, Message

_LISTED = 12


def problems(
    formula: Formula, known: Collection[str], *, itself: str = ""
) -> tuple[FormulaError, ...]:
    """Return everything that makes ``formula`` meaningless, in reading order.

    ``known`` are the variables and the other indicators that it may name; ``itself`` is the name
    of the indicator that it defines.
    """
    found = [
        *_strangers(formula.root, known, itself),
        *_zero_denominators(formula.root),
        *_self_divisions(formula.root),
    ]
    return tuple(sorted(found, key=lambda problem: problem.position))


def find_cycle(references: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Return the names of one circle of formulas, its first name last again; ``()`` for none.

    ``references`` gives for each formula the names in it; names without a formula end the way.
    """
    done: set[str] = set()
    for start in references:
        path: dict[str, Iterator[str]] = (
            {start: iter(references[start])} if start not in done else {}
        )
        while path:
            here = next(reversed(path))
            following = next(path[here], None)
            if following is None:
                done.add(here)
                del path[here]
            elif following in path:
                names_on_path = list(path)
                return (*names_on_path[names_on_path.index(following) :], following)
            elif following in references and following not in done:
                path[following] = iter(references[following])
    return ()


def _strangers(root: Node, known: Collection[str], itself: str) -> Iterator[FormulaError]:
    """Give each name that is not known, once, with the nearest one that is."""
    seen: set[str] = set()
    for node in walk(root):
        if not isinstance(node, Name) or node.name in seen:
            continue
        seen.add(node.name)
        if itself and node.name == itself:
            message = N_("« %(name)s » est défini par cette formule même ; attendu : d’autres noms",
                         name=node.name)  # fmt: skip
            yield FormulaError("refers_to_itself", message, node.position)
        elif node.name not in known:
            yield FormulaError("unknown_name", _unknown(node.name, known), node.position)


def _unknown(name: str, known: Collection[str]) -> Message:
    near = get_close_matches(name, sorted(known), n=1)
    if near:
        return N_(
            "« %(name)s » n’est pas une variable ; vouliez-vous dire « %(near)s » ?",
            name=name,
            near=near[0],
        )
    listed = ", ".join(sorted(known)[:_LISTED]) + ("…" if len(known) > _LISTED else "")
    if not listed:
        return N_("« %(name)s » n’est pas une variable ; aucune n’est définie", name=name)
    return N_(
        "« %(name)s » n’est pas une variable ; attendu : %(listed)s", name=name, listed=listed
    )


def _zero_denominators(root: Node) -> Iterator[FormulaError]:
    """Give each division by a number that is always zero."""
    for node in walk(root):
        if isinstance(node, Binary) and node.operator == "/" and not names(node.right):
            try:
                is_zero = evaluate(node.right, Snapshot({})).value in (None, 0)
            except FormulaError as error:
                yield error
                continue
            if is_zero:
                yield FormulaError(
                    "zero_denominator",
                    N_("« / » suivi d’un dénominateur toujours nul ; attendu : une variable"),
                    node.position,
                )


def _self_divisions(root: Node) -> Iterator[FormulaError]:
    """Give each product or quotient that comes down to a plain number: ``x / x``."""
    if isinstance(root, Binary) and root.operator in "*/":
        factors: Counter[str] = Counter()
        _gather(root, 1, factors)
        divisions = [n for n in walk(root) if isinstance(n, Binary) and n.operator == "/"]
        if factors and divisions and not any(factors.values()):
            yield FormulaError(
                "divides_by_itself",
                N_(
                    "« / » : le dénominateur est le numérateur, le résultat ne dépend de rien ; "
                    "attendu : deux grandeurs différentes"
                ),
                divisions[0].position,
            )
            return
    for child in children(root):
        yield from _self_divisions(child)


def _gather(node: Node, exponent: int, factors: Counter[str]) -> None:
    """Count the factors of a product, those below the line negative; plain numbers apart."""
    match node:
        case Binary(operator="*" | "/"):
            _gather(node.left, exponent, factors)
            _gather(node.right, exponent if node.operator == "*" else -exponent, factors)
        case Negation():
            _gather(node.operand, exponent, factors)
        case Power():
            _gather(node.base, exponent * node.exponent, factors)
        case Number():
            pass
        case _:
            factors[_key(node)] += exponent


def _key(node: Node) -> str:
    """Return a text that is equal for nodes equal up to the order of their sums and products."""
    match node:
        case Number():
            return str(node.value)
        case Name():
            return node.name
        case Binary(operator="+" | "*"):
            return f"({node.operator.join(sorted(_operands(node, node.operator)))})"
        case Binary():
            return f"({_key(node.left)}{node.operator}{_key(node.right)})"
        case Call():
            return f"{node.function}({';'.join(map(_key, node.arguments))};{node.count})"
        case Power():
            return f"({_key(node.base)}^{node.exponent})"
        case Negation():
            return f"(-{_key(node.operand)})"


def _operands(node: Node, operator: str) -> Iterator[str]:
    if isinstance(node, Binary) and node.operator == operator:
        yield from _operands(node.left, operator)
        yield from _operands(node.right, operator)
    else:
        yield _key(node)
