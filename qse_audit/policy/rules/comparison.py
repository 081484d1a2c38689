"""What changed from one version of the policy to the next, sentence by sentence."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_WORD = re.compile(r"\S+\s*")


class Change(StrEnum):
    """What happened to a sentence."""

    SAME = "same"
    MOVED = "moved"
    """The same words at another place."""
    REWORDED = "reworded"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence as a version has it."""

    key: str
    position: int
    text: str
    is_commitment: bool
    domains: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A run of words that one version, the other or both have."""

    text: str
    tag: str
    """``same``, ``removed`` or ``added``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceChange:
    """One sentence in both versions."""

    change: Change
    before: Sentence | None
    after: Sentence | None
    spans: tuple[Span, ...]

    @property
    def is_reclassified(self) -> bool:
        """Say whether it became, or stopped being, a commitment, or changed domains."""
        if self.before is None or self.after is None:
            return False
        old, new = self.before, self.after
        return (old.is_commitment, set(old.domains)) != (new.is_commitment, set(new.domains))


def compare(before: Sequence[Sentence], after: Sequence[Sentence]) -> tuple[SentenceChange, ...]:
    """Return every sentence of both versions, in the order of ``after``.

    A sentence that was removed stands where it stood: behind the one that it followed. Sentences
    are matched by their lasting key, not by their words.
    """
    old = {each.key: each for each in before}
    kept = {each.key for each in after} & set(old)
    moved = _moved([each.key for each in before], [each.key for each in after if each.key in old])
    removed = _removed_behind(before, kept)
    found = [*removed.get("", ())]
    for each in after:
        found.append(_change(old.get(each.key), each, has_moved=each.key in moved))
        found += removed.get(each.key, ())
    return tuple(found)


def word_spans(before: str, after: str) -> tuple[Span, ...]:
    """Return both texts woven together, word by word."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    found: list[Span] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Span("".join(old[i:j]), "same"))
            continue
        if j > i:
            found.append(Span("".join(old[i:j]), "removed"))
        if m > k:
            found.append(Span("".join(new[k:m]), "added"))
    return tuple(found)


def _change(old: Sentence | None, new: Sentence, *, has_moved: bool) -> SentenceChange:
    spans: tuple[Span, ...]
    if old is None:
        kind, spans = Change.ADDED, (Span(new.text, "added"),)
    elif old.text != new.text:
        kind, spans = Change.REWORDED, word_spans(old.text, new.text)
    else:
        kind = Change.MOVED if has_moved else Change.SAME
        spans = (Span(new.text, "same"),)
    return SentenceChange(change=kind, before=old, after=new, spans=spans)


def _removed_behind(before: Sequence[Sentence], kept: set[str]) -> dict[str, list[SentenceChange]]:
    """Return the removed sentences by the key of the kept one that they followed, or ``""``."""
    found: dict[str, list[SentenceChange]] = {}
    behind = ""
    for each in before:
        if each.key in kept:
            behind = each.key
            continue
        spans = (Span(each.text, "removed"),)
        change = SentenceChange(change=Change.REMOVED, before=each, after=None, spans=spans)
        found.setdefault(behind, []).append(change)
    return found


def _moved(before: list[str], after: list[str]) -> set[str]:
    """Return the keys that left the longest run of sentences that kept their order."""
    old = [key for key in before if key in set(after)]
    matcher = difflib.SequenceMatcher(None, old, after, autojunk=False)
    stayed = {old[i] for a, _, size in matcher.get_matching_blocks() for i in range(a, a + size)}
    return set(after) - stayed
