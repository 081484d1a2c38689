"""What a policy is expected to commit to, edition by edition, and what its sentences cover."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from qse_audit.core.domains import Domain
from qse_audit.core.text import Localized


class ShownBy(StrEnum):
    """What shows that an expectation is met."""

    TEXT = "text"
    """A sentence of the policy."""
    COMMUNICATION = "communication"
    """A record of how the policy was made known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One thing that an edition expects of a policy, in our own words."""

    key: str
    """``iso-9001-2015/improvement``."""
    clause: str
    """``5.2.1 d``."""
    title: Localized
    hint: Localized
    """What a good sentence says, and what is often missing."""
    domain: Domain
    shown_by: ShownBy
    is_to_be_confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """What one edition of a referential expects of a policy."""

    edition: str
    """``iso-9001-2015``: the outline in ``referentiels/audits``."""
    name: str
    """``ISO 9001:2015``."""
    domain: Domain
    is_to_be_confirmed: bool
    expected: tuple[Expected, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the author of a policy says about one expectation."""

    sentence_keys: tuple[str, ...] = ()
    note: str = ""
    """Why the policy does without."""


NO_ANSWER = Answer()


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """One expectation, and where the policy meets it."""

    expected: Expected
    positions: tuple[int, ...]
    """The numbers of the sentences that cover it, in order."""
    note: str
    is_communicated: bool

    @property
    def is_met(self) -> bool:
        """Say whether the policy meets it."""
        if self.expected.shown_by is ShownBy.COMMUNICATION:
            return self.is_communicated
        return bool(self.positions)

    @property
    def is_missing(self) -> bool:
        """Say whether the text neither meets it nor says why it does without."""
        is_of_text = self.expected.shown_by is ShownBy.TEXT
        return is_of_text and not self.positions and not self.note.strip()


@dataclass(frozen=True, slots=True)
class CoveredList:
    """The checklist of one edition, judged."""

    checklist: Checklist
    lines: tuple[Covered, ...]

    @property
    def met_count(self) -> int:
        """Return how many expectations are met."""
        return sum(line.is_met for line in self.lines)

    @property
    def missing(self) -> tuple[Covered, ...]:
        """Return what the text neither meets nor explains."""
        return tuple(line for line in self.lines if line.is_missing)


def judge(
    checklists: Iterable[Checklist],
    answers: Mapping[str, Answer],
    positions: Mapping[str, int],
    *,
    is_communicated: bool,
) -> tuple[CoveredList, ...]:
    """Return each checklist with what covers it.

    ``positions`` gives the number of each sentence by its key; an answer that names a sentence
    which is no longer there does not count.
    """
    return tuple(
        CoveredList(
            checklist,
            tuple(
                _covered(each, answers.get(each.key, NO_ANSWER), positions, is_communicated)
                for each in checklist.expected
            ),
        )
        for checklist in checklists
    )


def _covered(
    expected: Expected, answer: Answer, positions: Mapping[str, int], is_communicated: bool
) -> Covered:
    found = sorted(positions[key] for key in answer.sentence_keys if key in positions)
    return Covered(
        expected=expected,
        positions=tuple(found),
        note=answer.note,
        is_communicated=is_communicated,
    )


def chosen(checklists: Iterable[Checklist], editions: Collection[str]) -> tuple[Checklist, ...]:
    """Return the checklists of ``editions``, in their own order."""
    return tuple(checklist for checklist in checklists if checklist.edition in editions)


def missing_places(judged: Iterable[CoveredList]) -> tuple[str, ...]:
    """Return (``ISO 9001:2015, 5.2.1 d``) what a text neither meets nor explains."""
    return tuple(
        f"{each.checklist.name}, {line.expected.clause}" for each in judged for line in each.missing
    )
