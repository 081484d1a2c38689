"""Write a formula: stored, for people in French or English, and as MathML for a page."""

from collections.abc import Mapping
from html import escape

from qse_audit.core.expressions.tree import (
    Binary,
    Call,
    Function,
    Name,
    Negation,
    Node,
    Number,
    Power,
)
from qse_audit.core.numbers import decimal_text

_BINDING = {"+": 1, "-": 1, "*": 2, "/": 2}
_SIGN_BINDING, _POWER_BINDING, _TIGHTEST = 3, 4, 5
_PEOPLE = {"+": "+", "-": "−", "*": "×", "/": "÷"}
_FRENCH = {
    Function.SUM: "somme",
    Function.MEAN: "moyenne",
    Function.ROUND: "arrondi",
    Function.ROLLING: "glissant",
}
_THIN = "\u202f"


def as_text(node: Node, locale: str | None = None) -> str:
    """Return a formula as :func:`~qse_audit.core.expressions.parse` reads it.

    Without ``locale`` it is the stored form: dots, English functions, ASCII signs, no parenthesis
    more than needed.
    """
    match node:
        case Number():
            return _number(node, locale)
        case Name():
            return node.name
        case Negation():
            sign = "−" if locale else "-"
            return sign + _inside(node.operand, _SIGN_BINDING, locale)
        case Power():
            return f"{_inside(node.base, _TIGHTEST, locale)}^{node.exponent}"
        case Call():
            return _call(node, locale)
        case Binary():
            binding = _BINDING[node.operator]
            sign = _PEOPLE[node.operator] if locale else node.operator
            right = _inside(node.right, binding + 1, locale)
            return f"{_inside(node.left, binding, locale)} {sign} {right}"


def as_mathml(node: Node, locale: str, labels: Mapping[str, str]) -> str:
    """Return a formula as a ``<math>`` element, divisions as fractions, names by their labels.

    The markup is safe to show as it is: labels and names are escaped.
    """
    return f'<math display="block">{_mathml(node, locale, labels)}</math>'


def _number(node: Number, locale: str | None) -> str:
    text = decimal_text(node.value * 100 if node.is_percent else node.value)
    if locale:
        whole, dot, decimals = text.partition(".")
        whole = f"{int(whole):,}".replace(",", _THIN)
        if dot and locale == "fr":
            dot, decimals = ",", decimals + "0" * (len(decimals) == 3)  # 1,234 has two readings
        text = whole + dot + decimals
    if not node.is_percent:
        return text
    return f"{text}{_THIN}%" if locale == "fr" else f"{text}%"


def _call(node: Call, locale: str | None) -> str:
    name = _FRENCH.get(node.function) if locale == "fr" else None
    arguments = [as_text(argument, locale) for argument in node.arguments]
    if node.count is not None:
        arguments.append(str(node.count))
    return f"{name or node.function}({'; '.join(arguments)})"


def _inside(node: Node, binding: int, locale: str | None) -> str:
    text = as_text(node, locale)
    return f"({text})" if _binding(node) < binding else text


def _binding(node: Node) -> int:
    match node:
        case Binary():
            return _BINDING[node.operator]
        case Negation():
            return _SIGN_BINDING
        case Power():
            return _POWER_BINDING
    return _TIGHTEST


def _mathml(node: Node, locale: str, labels: Mapping[str, str]) -> str:
    match node:
        case Number():
            return f"<mn>{_number(node, locale)}</mn>"
        case Name():
            return f"<mtext>{escape(labels.get(node.name, node.name))}</mtext>"
        case Negation():
            return (
                f"<mrow><mo>−</mo>{_row(node.operand, _SIGN_BINDING, locale, labels=labels)}</mrow>"
            )
        case Power():
            base = _row(node.base, _TIGHTEST, locale, labels=labels)
            return f"<msup>{base}<mn>{node.exponent}</mn></msup>"
        case Call():
            return _mathml_call(node, locale, labels)
        case Binary():
            return _mathml_binary(node, locale, labels)


def _mathml_binary(node: Binary, locale: str, labels: Mapping[str, str]) -> str:
    if node.operator == "/":
        above, below = (_mathml(side, locale, labels) for side in (node.left, node.right))
        return f"<mfrac>{above}{below}</mfrac>"
    binding = _BINDING[node.operator]
    left = _row(node.left, binding, locale, labels=labels)
    right = _row(node.right, binding + 1, locale, labels=labels)
    return f"<mrow>{left}<mo>{_PEOPLE[node.operator]}</mo>{right}</mrow>"


def _mathml_call(node: Call, locale: str, labels: Mapping[str, str]) -> str:
    name = _FRENCH.get(node.function) if locale == "fr" else None
    arguments = [_mathml(argument, locale, labels) for argument in node.arguments]
    if node.count is not None:
        arguments.append(f"<mn>{node.count}</mn>")
    inside = "<mo>;</mo>".join(arguments)
    return f"<mrow><mi>{name or node.function}</mi><mo>(</mo>{inside}<mo>)</mo></mrow>"


def _row(node: Node, binding: int, locale: str, *, labels: Mapping[str, str]) -> str:
    """Return a part, in parentheses where the reader needs them; a fraction needs none."""
    text = _mathml(node, locale, labels)
    is_fraction = isinstance(node, Binary) and node.operator == "/"
    if _binding(node) >= binding or (is_fraction and binding < _TIGHTEST):
        return text
    return f"<mrow><mo>(</mo>{text}<mo>)</mo></mrow>"
