"""Files and functions stay small: split by meaning, not by line count."""

import ast

import pytest

from qse_audit.paths import PACKAGE

ROOT = PACKAGE.parent
SOURCES = sorted(p for p in PACKAGE.rglob("*.py") if "_data" not in p.parts)
FILE_LINES, FUNCTION_LINES, POSITIONAL = 400, 40, 3


def of(paths):
    return pytest.mark.parametrize("path", paths, ids=lambda p: str(p.relative_to(ROOT)))


@of(
    [
        *SOURCES,
        *sorted((ROOT / "templates").rglob("*.html")),
        *sorted((ROOT / "static").rglob("*.js")),
    ]
)
def test_a_file_stays_under_400_lines(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= FILE_LINES, f"{path} has {lines} lines: split it by meaning"


def functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def statement_lines(node):
    """Lines of a function without its signature and docstring: explaining is free."""
    first = node.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    body = node.body[1:] if documented and isinstance(first.value.value, str) else node.body
    return node.end_lineno - body[0].lineno + 1 if body else 0


@of([p for p in SOURCES if "versions" not in p.parts])
def test_a_function_stays_under_40_lines(path):
    long = {f.name: statement_lines(f) for f in functions(path)}
    long = {name: lines for name, lines in long.items() if lines > FUNCTION_LINES}
    assert not long, f"{path}: give the steps of {long} names of their own"


@of([p for p in SOURCES if "versions" not in p.parts])
def test_arguments_after_the_third_are_named_by_the_caller(path):
    wide = []
    for node in functions(path):
        positional = [a for a in node.args.args if a.arg not in {"self", "cls"}]
        if len(positional) > POSITIONAL + 1:
            wide.append(node.name)
    assert not wide, f"{path}: put * before the later arguments of {wide}"
