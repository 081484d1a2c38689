"""A family: what changed in a model since an analysis began from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from qse_audit.core.canonical import canonical_json
from qse_audit.core.text import N_, Coded
from qse_audit.risks.rules.codes import RiskMethod
from qse_audit.risks.rules.methods import METHODS, LineDraft

DIGEST = 16
"""Characters of a digest: enough to see that a line changed."""


class LineChange(Coded):
    """What became of a line of the model."""

    CHANGED = "changed", N_("Modifiée dans le modèle")
    ADDED = "added", N_("Ajoutée au modèle")
    WITHDRAWN = "withdrawn", N_("Retirée du modèle")


@dataclass(frozen=True, slots=True)
class Copied:
    """A line as it was taken from the model."""

    number: int
    """Of the line that it became."""
    digest: str
    """Of what the model then said."""


def digest_of(draft: LineDraft) -> str:
    """Return a short digest of what a line says, its ratings left aside."""
    told = {"section": list(draft.section), **values_of(draft)}
    return sha256(canonical_json(told)).hexdigest()[:DIGEST]


def values_of(draft: LineDraft) -> dict[str, Any]:
    """Return what a line says, column by column; details that say nothing are left out."""
    common = ("situation", "event", "effect", "cause", "prevention", "detection", "family")
    kept = {key: value for key, value in draft.details.items() if value not in (None, "", [])}
    return {**{name: getattr(draft, name) for name in common}, **kept}


def model_changes(
    copied: Mapping[int, Copied], now: Mapping[int, LineDraft]
) -> list[tuple[int, LineChange]]:
    """Return what became of the lines of a model since they were ``copied``, by their number."""
    changes = []
    for number in sorted(copied.keys() | now.keys()):
        if number not in copied:
            changes.append((number, LineChange.ADDED))
        elif number not in now:
            changes.append((number, LineChange.WITHDRAWN))
        elif digest_of(now[number]) != copied[number].digest:
            changes.append((number, LineChange.CHANGED))
    return changes


def differing(method: RiskMethod, model: LineDraft, copy: LineDraft) -> tuple[str, ...]:
    """Return the codes of the columns in which two lines differ, in the order of the method."""
    ours, theirs = values_of(copy), values_of(model)
    columns = [column.code for column in METHODS[method].columns]
    found = tuple(code for code in columns if ours.get(code, "") != theirs.get(code, ""))
    return (("section",) if model.section != copy.section else ()) + found
