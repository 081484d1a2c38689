"""Files and functions stay small: split by meaning, not by line count."""

import ast
from functools import cache

from qse_audit.paths import PACKAGE

ROOT = PACKAGE.parent
SOURCES = sorted(p for p in PACKAGE.rglob("*.py") if "_data" not in p.parts)
FILE_LINES, FUNCTION_LINES, POSITIONAL = 400, 40, 3


def named(wrong):
    """Return every path with what is wrong there, one a line."""
    return "\n".join(f"{path.relative_to(ROOT)}: {what}" for path, what in wrong.items() if what)


def test_a_file_stays_under_400_lines():
    pages = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static").rglob("*.js")]
    lines = {p: len(p.read_text("utf-8").splitlines()) for p in [*SOURCES, *sorted(pages)]}
    long = named({path: n for path, n in lines.items() if n > FILE_LINES})
    assert not long, f"split by meaning what has so many lines:\n{long}"


@cache
def functions():
    """Return the functions of each module, but for migrations."""
    trees = {p: ast.parse(p.read_text("utf-8")) for p in SOURCES if "versions" not in p.parts}
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return {p: [n for n in ast.walk(tree) if isinstance(n, kinds)] for p, tree in trees.items()}


def statement_lines(node):
    """Lines of a function without its signature and docstring: explaining is free."""
    first = node.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    body = node.body[1:] if documented and isinstance(first.value.value, str) else node.body
    return node.end_lineno - body[0].lineno + 1 if body else 0


def test_a_function_stays_under_40_lines():
    lines = {p: {f.name: statement_lines(f) for f in found} for p, found in functions().items()}
    long = {p: {k: n for k, n in all_.items() if n > FUNCTION_LINES} for p, all_ in lines.items()}
    assert not named(long), f"give the steps of these names of their own:\n{named(long)}"


def test_arguments_after_the_third_are_named_by_the_caller():
    def positional(node):
        return [a for a in node.args.args if a.arg not in {"self", "cls"}]

    wide = {
        path: [f.name for f in found if len(positional(f)) > POSITIONAL + 1]
        for path, found in functions().items()
    }
    assert not named(wide), f"put * before the later arguments of:\n{named(wide)}"
