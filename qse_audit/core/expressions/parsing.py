"""Read a formula into a tree, or say at which character it cannot be read."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

from qse_audit.core.expressions.tokens import Token, tokens
from qse_audit.core.expressions.tree import (
    ARGUMENTS,
    MAX_DEPTH,
    MAX_EXPONENT,
    MAX_LENGTH,
    MAX_NODES,
    MAX_STEPS,
    OVER_PERIODS,
    SPANS,
    Binary,
    Call,
    FormulaError,
    Function,
    Name,
    Negation,
    Node,
    Number,
    Power,
    names,
    steps,
    walk,
)
from qse_audit.core.text import N_, Message

FUNCTIONS: dict[str, Function] = {
    **{function.value: function for function in Function},
    "somme": Function.SUM,
    "moyenne": Function.MEAN,
    "arrondi": Function.ROUND,
    "glissant": Function.ROLLING,
}
"""The names of functions, in English as stored and in French; none may name a variable."""

_BINDING = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 4}
_SIGN_BINDING = 3
_SHOWN = 24

_OPERAND = N_("un nombre, un nom, une fonction ou « ( »")
_COUNTED = {
    Function.ROUND: N_("un nombre de décimales"),
    Function.ROLLING: N_("un nombre de périodes"),
}
_FOLLOWING = N_("+ - * / ^ ou la fin de la formule")
_FOLLOWING_INSIDE = N_("+ - * / ^ ou « ) »")
_FOLLOWING_ARGUMENT = N_("+ - * / ^ « ; » ou « ) »")


@dataclass(frozen=True)
class Formula:
    """A formula that was read."""

    text: str
    """As it was typed."""
    root: Node

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Return the variables and indicators it names, in reading order."""
        return names(self.root)


@lru_cache(maxsize=1024)
def parse(text: str) -> Formula:
    """Return the formula that ``text`` writes.

    :raises FormulaError: naming the character, what was found there and what was expected; and
        for a formula that is longer, deeper or larger than the limits of this language.
    """
    if len(text) > MAX_LENGTH:
        raise FormulaError(
            "too_long",
            N_(
                "une formule de %(count)d caractères ; attendu : au plus %(most)d",
                count=len(text),
                most=MAX_LENGTH,
            ),
            MAX_LENGTH + 1,
        )
    root = _Parser(list(tokens(text))).formula()
    if steps(root) > MAX_STEPS:
        first = next(n for n in walk(root) if isinstance(n, Call) and n.function in OVER_PERIODS)
        raise FormulaError(
            "too_costly",
            N_(
                "%(count)d opérations pour une valeur ; attendu : au plus %(most)d, donc moins de "
                "périodes ou une formule plus courte",
                count=steps(root),
                most=MAX_STEPS,
            ),
            first.position,
        )
    return Formula(text, root)


class _Parser:
    """Takes tokens from left to right; each method reads one thing and stands after it."""

    def __init__(self, found: list[Token]) -> None:
        self.tokens = found
        self.at = 0
        self.depth = 0
        self.count = 0
        self.over_periods = False
        self.following: list[Message] = [_FOLLOWING]
        """What may stand after an operand, the innermost parenthesis last."""

    @property
    def here(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        """Return the token here and step over it."""
        token = self.tokens[self.at]
        self.at += 1
        return token

    def formula(self) -> Node:
        """Read everything."""
        root = self.expression(0)
        if self.here.kind != "end":
            raise _unexpected(self.here, self.following[-1])
        return root

    def expression(self, binding: int) -> Node:
        """Read operands and the operators between them that bind tighter than ``binding``."""
        left = self.operand()
        while _BINDING.get(self.here.kind, 0) > binding:
            sign = self.take()
            if sign.kind == "^":
                left = self.power(left, sign)
            else:
                right = self.expression(_BINDING[sign.kind])
                left = self.made(Binary(sign.kind, left, right, sign.position))
        return left

    def power(self, base: Node, sign: Token) -> Node:
        """Read a whole exponent."""
        if isinstance(base, Power) and self.tokens[self.at - 2].kind == "number":
            raise FormulaError(
                "two_powers",
                N_("deux exposants de suite ; attendu : des parenthèses"),
                sign.position,
            )
        exponent = self.whole(0, MAX_EXPONENT, N_("un exposant"))
        return self.made(Power(base, exponent, sign.position))

    def whole(self, least: int, most: int, what: Message) -> int:
        """Read a whole number from ``least`` to ``most``, written as such."""
        expected = N_("%(what)s, entier de %(least)d à %(most)d", what=what, least=least, most=most)
        if self.here.kind != "number":
            raise _unexpected(self.here, expected)
        token = self.take()
        if token.value.denominator != 1 or not least <= token.value <= most:
            raise _unexpected(token, expected)
        return int(token.value)

    def operand(self) -> Node:
        """Read a number, a name, a call, a sign or a parenthesis."""
        token = self.here
        if token.kind not in ("number", "name", "(", "-", "+"):
            raise _unexpected(token, _OPERAND)
        self.take()
        if token.kind == "number":
            return self.number(token)
        if token.kind == "name":
            return self.named(token)
        self.deeper(token)
        node = self.parenthesis() if token.kind == "(" else self.signed(token)
        self.depth -= 1
        return node

    def number(self, token: Token) -> Node:
        """Read the percent sign that may follow a number."""
        if self.here.kind != "%":
            return self.made(Number(token.value, position=token.position))
        self.take()
        return self.made(Number(token.value / 100, is_percent=True, position=token.position))

    def signed(self, sign: Token) -> Node:
        """Read what a sign stands before; a plus changes nothing."""
        operand = self.expression(_SIGN_BINDING)
        return self.made(Negation(operand, sign.position)) if sign.kind == "-" else operand

    def parenthesis(self) -> Node:
        """Read up to the closing parenthesis."""
        self.following.append(_FOLLOWING_INSIDE)
        inside = self.expression(0)
        if self.here.kind != ")":
            raise _unexpected(self.here, self.following[-1])
        self.take()
        self.following.pop()
        return inside

    def named(self, token: Token) -> Node:
        """Read a variable, or the arguments of a function."""
        function = FUNCTIONS.get(token.text.casefold())
        if function is None and self.here.kind == "(":
            raise FormulaError(
                "not_a_function",
                N_(
                    "« %(found)s( » n’est pas une fonction ; attendu : %(expected)s",
                    found=token.text[:_SHOWN],
                    expected=", ".join(FUNCTIONS),
                ),
                token.position,
            )
        if function is None:
            return self.made(Name(token.text, token.position))
        if self.here.kind != "(":
            raise _unexpected(
                self.here, N_("« ( » après la fonction %(name)s", name=token.text[:_SHOWN])
            )
        return self.call(function, token)

    def call(self, function: Function, token: Token) -> Node:
        """Read the arguments of ``function``."""
        is_over = function in OVER_PERIODS
        if is_over and self.over_periods:
            raise FormulaError(
                "nested_periods",
                N_(
                    "« %(found)s » à l’intérieur d’un cumul ; attendu : un cumul sans autre cumul",
                    found=token.text[:_SHOWN],
                ),
                token.position,
            )
        self.deeper(token)
        self.over_periods = self.over_periods or is_over
        self.following.append(_FOLLOWING_ARGUMENT)
        self.take()
        arguments, count = self.arguments(function, token)
        self.following.pop()
        self.over_periods = self.over_periods and not is_over
        self.depth -= 1
        return self.made(Call(function, arguments, count, token.position))

    def arguments(self, function: Function, token: Token) -> tuple[tuple[Node, ...], int | None]:
        """Read arguments and the closing parenthesis; the whole number of some comes apart."""
        least, most = ARGUMENTS[function]
        found: list[Node] = []
        while True:
            if function in SPANS and len(found) == 1:
                count = self.whole(*SPANS[function], _COUNTED[function])
                self.closing(token, given=2, least=least, most=most)
                return tuple(found), count
            found.append(self.expression(0))
            if self.here.kind != ";":
                self.closing(token, given=len(found), least=least, most=most)
                return tuple(found), None
            if len(found) == most:
                raise self.miscounted(token, len(found) + 1, least=least, most=most)
            self.take()

    def closing(self, token: Token, *, given: int, least: int, most: int) -> None:
        """Step over the closing parenthesis, once there are enough arguments."""
        if self.here.kind == ";" or (self.here.kind == ")" and given < least):
            raise self.miscounted(token, given + (self.here.kind == ";"), least=least, most=most)
        if self.here.kind != ")":
            raise _unexpected(self.here, self.following[-1])
        self.take()

    def miscounted(self, token: Token, given: int, *, least: int, most: int) -> FormulaError:
        """Return the error that a function has too few or too many arguments."""
        return FormulaError(
            "arguments",
            N_(
                "arguments de %(name)s : %(given)d ; attendu : de %(least)d à %(most)d, séparés "
                "par « ; »",
                given=given,
                name=token.text[:_SHOWN],
                least=least,
                most=most,
            ),
            self.here.position,
        )

    def deeper(self, token: Token) -> None:
        """Count one level more."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FormulaError(
                "too_deep",
                N_("plus de %(most)d niveaux de parenthèses ou de signes", most=MAX_DEPTH),
                token.position,
            )

    def made(self, node: Node) -> Node:
        """Count a node."""
        self.count += 1
        if self.count > MAX_NODES:
            raise FormulaError(
                "too_large",
                N_("plus de %(most)d nombres, noms et opérations", most=MAX_NODES),
                node.position,
            )
        return node


def _unexpected(token: Token, expected: Message) -> FormulaError:
    text = token.text if len(token.text) <= _SHOWN else token.text[: _SHOWN - 1] + "…"
    found = N_("fin de la formule") if token.kind == "end" else N_("« %(text)s »", text=text)
    return FormulaError(
        "unexpected",
        N_("%(found)s ; attendu : %(expected)s", found=found, expected=expected),
        token.position,
    )
