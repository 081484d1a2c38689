"""Trees of formulas for hypothesis, and a second way to compute them: Python’s own."""

import re
from fractions import Fraction

from hypothesis import strategies as st

from qse_audit.core.expressions import Binary, Call, Function, Name, Negation, Number, Power

NAMES = ("a", "b", "heures_travaillées")

numbers = st.builds(
    lambda digits, scale, is_percent: Number(
        Fraction(digits, 10**scale) / (100 if is_percent else 1), is_percent
    ),
    st.integers(0, 10**7),
    st.integers(0, 4),
    st.booleans(),
)
leaves = numbers | st.sampled_from([Name(name) for name in NAMES])
values = st.fractions(-1000, 1000, max_denominator=100) | st.just(Fraction(0))


def _larger(parts):
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return (
        st.builds(Binary, st.sampled_from("+-*/"), parts, parts)
        | st.builds(Negation, parts)
        | st.builds(Power, parts, st.integers(0, 3))
        | st.builds(Call, st.sampled_from([Function.MIN, Function.MAX, Function.SUM]), several)
        | st.builds(lambda part: Call(Function.ABS, (part,)), parts)
        | st.builds(lambda part, n: Call(Function.ROUND, (part,), n), parts, st.integers(0, 4))
    )


trees = st.recursive(leaves, _larger, max_leaves=12)


def _round(value, digits):
    scaled = value * 10**digits
    whole = int(abs(scaled) + Fraction(1, 2))
    return Fraction(whole if scaled >= 0 else -whole, 10**digits)


def python_value(text, known):
    """Return the value of a stored formula by Python’s own arithmetic; ``None`` for x / 0."""
    source = re.sub(
        r"([0-9]+(?:\.[0-9]+)?)(%?)",
        lambda m: f"(F('{m[1]}')/100)" if m[2] else f"F('{m[1]}')",
        text,
    )
    source = source.replace("^", "**").replace(";", ",")
    functions = {
        "min": min, "max": max, "abs": abs, "sum": lambda *all: sum(all),
        "round": lambda value, digits: _round(value, int(digits)), "F": Fraction,
    }  # fmt: skip
    try:
        return Fraction(eval(source, {"__builtins__": {}}, {**functions, **known}))
    except ZeroDivisionError:
        return None
