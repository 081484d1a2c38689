"""State machines declared as data.

A workflow is a value: an initial state, transitions, guards. It decides and
never writes, so the same value draws the buttons, the diagram in the
documentation and the tests.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from qse_audit.core.errors import Refusal, TransitionRefused
from qse_audit.core.permissions import Permission
from qse_audit.core.text import N_, Coded, Message

S = TypeVar("S", bound=Coded)
"""The states of one kind of object."""
F = TypeVar("F")
"""The facts on which its guards decide."""

Guard: TypeAlias = Callable[[F], Refusal | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition(Generic[S, F]):
    """One arrow of the diagram: who may draw it, from where, on what conditions."""

    name: str
    """Stable, in URLs: ``plan``, ``issue-report``."""
    label: Message
    """The act as a button: “Planifier l’audit”."""
    sources: frozenset[S]
    target: S
    permission: Permission
    guards: tuple[Guard[F], ...] = ()
    asks_reason: bool = False
    """Whether the person must say why; the reason goes to the trail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow(Generic[S, F]):
    """The legal moves of one kind of object, judged on facts of type ``F``."""

    initial: S
    transitions: tuple[Transition[S, F], ...]

    def available(self, status: S) -> tuple[Transition[S, F], ...]:
        """Return the transitions that leave ``status``, guards not yet checked."""
        return tuple(t for t in self.transitions if status in t.sources)

    def refusals(self, status: S, name: str, facts: F) -> tuple[Refusal, ...]:
        """Return every reason why ``name`` is refused; empty when it is accepted."""
        transition = self._leaving(status, name)
        if transition is None:
            return (
                Refusal(
                    "no_such_transition",
                    N_("Cette action n’est pas possible à l’état « %(state)s ».", state=status),
                ),
            )
        return tuple(r for guard in transition.guards if (r := guard(facts)) is not None)

    def decide(self, status: S, name: str, facts: F) -> S:
        """Return the status that ``name`` leads to.

        :raises TransitionRefused: with all the reasons, not only the first.
        """
        if refusals := self.refusals(status, name, facts):
            raise TransitionRefused(refusals)
        transition = self._leaving(status, name)
        assert transition is not None  # refusals() has just said so
        return transition.target

    def named(self, name: str) -> Transition[S, F] | None:
        """Return the transition called ``name``, or ``None``."""
        return next((t for t in self.transitions if t.name == name), None)

    def _leaving(self, status: S, name: str) -> Transition[S, F] | None:
        return next((t for t in self.available(status) if t.name == name), None)
