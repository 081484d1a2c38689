"""Which of the records behind a figure a person may open."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from qse_audit.accidents.models import Accident
from qse_audit.accidents.queries import readable_by as readable_accidents
from qse_audit.actions.models import Action
from qse_audit.actions.queries import readable_by as readable_actions
from qse_audit.audits.models import Audit
from qse_audit.audits.queries import readable_by as readable_audits
from qse_audit.balances.rules import Source
from qse_audit.core.permissions import Kind
from qse_audit.findings.models import Finding
from qse_audit.findings.queries import readable_by as readable_findings
from qse_audit.policies import Identity


def readable_sources(
    session: Session, who: Identity, sources: Iterable[Source]
) -> frozenset[tuple[str, int]]:
    """Return the keys of the sources that ``who`` may read: a statement a kind at most.

    Indicators, objectives and reports of coherence open to whoever reads a balance.
    """
    ids: dict[str, list[int]] = {}
    for each in sources:
        ids.setdefault(each.kind, []).append(each.id)
    found: set[tuple[str, int]] = set()
    for kind, keys in ids.items():
        if (statement := _scoped(kind, keys, who)) is None:
            found |= {(kind, key) for key in keys}
        else:
            found |= {(kind, key) for key in session.scalars(statement)}
    return frozenset(found)


def _scoped(kind: str, keys: list[int], who: Identity) -> Select[Any] | None:
    if kind == Kind.AUDIT:
        return select(Audit.id).where(Audit.id.in_(keys), readable_audits(who))
    if kind == Kind.FINDING:
        return select(Finding.id).where(Finding.id.in_(keys), readable_findings(who))
    if kind == Kind.ACTION:
        return select(Action.id).where(Action.id.in_(keys), readable_actions(who))
    if kind == Kind.ACCIDENT:
        return select(Accident.id).where(Accident.id.in_(keys), readable_accidents(who))
    return None
