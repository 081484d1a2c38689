"""The texts that an expression of our code may be, found by reading the code.

A verb of the register is a text or is put together: ``f"indicator.{name}"``. Such an expression is
rewritten with the arguments of whoever calls the function around it, until only constants are
left. What comes from an address or looks at a row is named in ``GIVEN`` and ``GIVEN_BY``.
"""

import ast
import importlib
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

from qse_audit.accidents.rules import EVENT_WORKFLOW
from qse_audit.actions.rules import ACTION_WORKFLOW
from qse_audit.audits.rules import AUDIT_WORKFLOW
from qse_audit.balances.rules import BALANCE_WORKFLOW
from qse_audit.causes.rules import CAUSE_WORKFLOW
from qse_audit.core.permissions import Kind
from qse_audit.core.workflow import Workflow
from qse_audit.duerp.rules import DUERP_WORKFLOW
from qse_audit.findings.rules import FINDING_WORKFLOW
from qse_audit.indicators.rules import INDICATOR_WORKFLOW
from qse_audit.objectives.rules import OBJECTIVE_WORKFLOW
from qse_audit.paths import PACKAGE
from qse_audit.policy.rules import POLICY_WORKFLOW, PROPOSAL_WORKFLOW
from qse_audit.portfolios.rules import CANDIDACY_WORKFLOW
from qse_audit.risks.rules.analyses import ANALYSIS_WORKFLOW
from qse_audit.workshops.rules import WORKSHOP_WORKFLOW


def moves_of(workflow: Workflow[Any, Any]) -> list[str]:
    return sorted({each.name for each in workflow.transitions})


GIVEN: Mapping[tuple[str, str], Iterable[str]] = {
    ("accidents.views.detail.move", "name"): moves_of(EVENT_WORKFLOW),
    ("actions.views.move", "name"): moves_of(ACTION_WORKFLOW),
    ("audits.views.detail.move", "name"): moves_of(AUDIT_WORKFLOW),
    ("balances.views.writing.move", "name"): moves_of(BALANCE_WORKFLOW),
    ("causes.views.analysis.move", "name"): moves_of(CAUSE_WORKFLOW),
    ("duerp.views.preparing.move", "name"): moves_of(DUERP_WORKFLOW),
    ("findings.views.move", "name"): moves_of(FINDING_WORKFLOW),
    ("indicators.views.moves.move", "name"): moves_of(INDICATOR_WORKFLOW),
    ("objectives.views.objective.move", "name"): moves_of(OBJECTIVE_WORKFLOW),
    ("policy.views.deciding.decide", "name"): moves_of(POLICY_WORKFLOW),
    ("policy.views.deciding.move", "name"): moves_of(POLICY_WORKFLOW),
    ("policy.views.proposals.move_proposal", "name"): moves_of(PROPOSAL_WORKFLOW),
    ("risks.views.analysis.move", "name"): moves_of(ANALYSIS_WORKFLOW),
    ("workshops.views.leading.move", "name"): moves_of(WORKSHOP_WORKFLOW),
    ("portfolios.views.candidacies.move", "name"): moves_of(CANDIDACY_WORKFLOW),
}
"""What an address may say, by the view and its parameter."""
GIVEN_BY: Mapping[str, Iterable[str]] = {
    "kind_of": (Kind.CONTEXT_ISSUE, Kind.INTERESTED_PARTY),
}
"""What functions return that look at a row."""


@dataclass(frozen=True, eq=False)
class Function:
    """A function of ours, with those inside of it, and where it is."""

    module: str
    node: ast.FunctionDef

    @property
    def name(self) -> str:
        return f"{self.module.removeprefix('qse_audit.')}.{self.node.name}"

    @property
    def parameters(self) -> list[str]:
        arguments = self.node.args
        return [each.arg for each in (*arguments.posonlyargs, *arguments.args)]

    @property
    def keywords(self) -> list[str]:
        return [each.arg for each in self.node.args.kwonlyargs]

    def default(self, name: str) -> ast.expr | None:
        """Return what a parameter is when nobody says."""
        arguments = self.node.args
        plain = dict(zip(reversed(self.parameters), reversed(arguments.defaults), strict=False))
        named = dict(zip(self.keywords, arguments.kw_defaults, strict=True))
        return {**plain, **named}.get(name)


@cache
def functions() -> tuple[Function, ...]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if {"migrations", "demo"} & set(path.parts):  # the demo does what anybody may do
            continue
        module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        tree = ast.parse(path.read_text("utf-8"))
        found += [
            Function(module.removesuffix(".__init__"), node)
            for holder in [tree, *(n for n in tree.body if isinstance(n, ast.ClassDef))]
            for node in holder.body
            if isinstance(node, ast.FunctionDef)
        ]
    return tuple(found)


def called(node: ast.Call) -> str:
    """Return the last name of what is called."""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


@cache
def calls() -> Mapping[str, list[tuple[Function, ast.Call]]]:
    """Return every call by the name of what is called, with the function that it stands in."""
    found: dict[str, list[tuple[Function, ast.Call]]] = {}
    for function in functions():
        for node in ast.walk(function.node):
            if isinstance(node, ast.Call):
                found.setdefault(called(node), []).append((function, node))
    return found


def callers(function: Function) -> list[tuple[Function, ast.Call]]:
    """Return who calls a function: in its module when it is private, else where it is imported."""
    found = []
    for caller, call in calls().get(function.node.name, []):
        names = vars(importlib.import_module(caller.module))
        if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
            # ``type``: a proxy of the request would look for one to say what it is
            place = names.get(call.func.value.id)
            names = vars(place) if type(place) is ModuleType else {}
        target = names.get(function.node.name)
        if type(target) is FunctionType and target.__module__ == function.module:
            found.append((caller, call))
    return found


class _Named(ast.NodeTransformer):
    """Puts expressions in the place of names."""

    def __init__(self, values: Mapping[str, ast.expr]) -> None:
        self.values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return deepcopy(self.values.get(node.id, node))


def names_in(expression: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}


def with_names(expression: ast.expr, values: Mapping[str, ast.expr]) -> ast.expr:
    return _Named(values).visit(deepcopy(expression))


def argument(function: Function, call: ast.Call, name: str) -> ast.expr | None:
    """Return what a call gives for a parameter."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    if name in function.parameters:
        place = function.parameters.index(name)
        if place < len(call.args):
            return call.args[place]
    return function.default(name)


def assigned(function: Function, name: str) -> list[ast.expr]:
    """Return what a local name is made of; of a pair that is taken apart, its part."""
    found: list[ast.expr] = []
    for node in ast.walk(function.node):
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            if isinstance(target, ast.Name) and target.id == name:
                found.append(node.value)
            if isinstance(target, ast.Tuple):
                for place, part in enumerate(target.elts):
                    if isinstance(part, ast.Name) and part.id == name:
                        found.append(ast.Subscript(node.value, ast.Constant(place), ctx=ast.Load()))
    return found


def branches(expression: ast.expr) -> Iterator[ast.expr]:
    """Yield an expression with each choice (``a if … else b``) made both ways."""
    choice = next((node for node in ast.walk(expression) if isinstance(node, ast.IfExp)), None)
    if choice is None:
        yield expression
        return
    for taken in (choice.body, choice.orelse):
        yield from branches(_Replaced(choice, taken).visit(deepcopy(expression)))


class _Replaced(ast.NodeTransformer):
    """Puts one expression in the place of another."""

    def __init__(self, old: ast.expr, new: ast.expr) -> None:
        self.old, self.new = ast.dump(old), new

    def visit(self, node: ast.AST) -> ast.AST:
        return deepcopy(self.new) if ast.dump(node) == self.old else self.generic_visit(node)


def texts_of(expression: ast.expr, function: Function, depth: int = 0) -> Iterator[str]:
    """Yield every text that an expression of ``function`` may be."""
    assert depth < 9, f"{function.name}: {ast.unparse(expression)}"
    for each in branches(deepcopy(expression)):
        yield from _texts_of(simplified(each), function, depth)


class _Pairs(ast.NodeTransformer):
    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.value, ast.Tuple) and isinstance(node.slice, ast.Constant):
            return node.value.elts[node.slice.value]
        return node


def simplified(expression: ast.expr) -> ast.expr:
    """Return the expression with parts of written pairs in their place."""
    return _Pairs().visit(expression)


def _texts_of(expression: ast.expr, function: Function, depth: int) -> Iterator[str]:
    steps = _rewritten(expression, function) or _called_by(expression, function)
    if steps is None:
        yield constant_of(settled(expression, function), function)
        return
    for made, where in steps:
        yield from texts_of(made, where, depth + 1)


Step = tuple[ast.expr, Function]


def _rewritten(expression: ast.expr, function: Function) -> list[Step]:
    """Return the expression with one of its names, or calls, replaced by what it may be."""
    for name in sorted(names_in(expression)):
        known = [ast.Constant(each) for each in GIVEN.get((function.name, name), ())]
        if values := known or assigned(function, name):
            return [(with_names(expression, {name: value}), function) for value in values]
    for call in (node for node in ast.walk(expression) if isinstance(node, ast.Call)):
        if known := [ast.Constant(str(each)) for each in GIVEN_BY.get(called(call), ())]:
            return [(_Replaced(call, each).visit(deepcopy(expression)), function) for each in known]
    return []


def _called_by(expression: ast.expr, function: Function) -> list[Step] | None:
    """Return the expression as each caller says it; ``None`` when it needs none."""
    expression = settled(expression, function)
    mine = names_in(expression) & {*function.parameters, *function.keywords}
    if not mine:
        return None
    sites = callers(function)
    assert sites, f"{function.name}: who says {ast.unparse(expression)}? Name it in GIVEN."
    found = []
    for caller, call in sites:
        values = {name: argument(function, call, name) for name in mine}
        assert all(values.values()), f"{caller.name} calls {function.name} without {mine}"
        found.append((with_names(expression, values), caller))
    return found


class _Constants(ast.NodeTransformer):
    """Puts texts in the place of the constants of a module, which its callers may not know."""

    def __init__(self, function: Function) -> None:
        self.names = vars(importlib.import_module(function.module))
        self.own = {*function.parameters, *function.keywords}

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return self._settled(node) or self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._settled(node) or node

    def _settled(self, node: ast.expr) -> ast.expr | None:
        root = node
        while isinstance(root, ast.Attribute):
            root = root.value
        if not isinstance(root, ast.Name) or root.id in self.own:
            return None
        value = self.names.get(root.id)
        if not issubclass(type(value), (str, type, ModuleType)):
            return None
        for part in ast.unparse(node).split(".")[1:]:
            value = getattr(value, part, None)
        return ast.Constant(str(value)) if isinstance(value, str) else None


def settled(expression: ast.expr, function: Function) -> ast.expr:
    return _Constants(function).visit(deepcopy(expression))


def constant_of(expression: ast.expr, function: Function) -> str:
    module = importlib.import_module(function.module)
    code = compile(ast.fix_missing_locations(ast.Expression(deepcopy(expression))), "verb", "eval")
    try:
        return str(eval(code, vars(module)))
    except Exception as error:
        told = f"{function.name}: {ast.unparse(expression)}: {error}. Name it in GIVEN."
        raise AssertionError(told) from error
