"""What the page of one situation shows: its grid, its records, and what they suggest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.audits.models import Audit
from qse_audit.core.errors import Refusal
from qse_audit.core.permissions import Kind
from qse_audit.portfolios.guidance import Suggestion, TiedRecord, suggestions
from qse_audit.portfolios.models import Situation, SituationRecord
from qse_audit.portfolios.queries.disclosures import disclosures_of
from qse_audit.portfolios.queries.portfolio import (
    BlockInfo,
    CriterionInfo,
    facts_of,
    structure_of,
)
from qse_audit.portfolios.queries.records import RecordLine, records_by_key
from qse_audit.portfolios.rules import Way, situation_gaps


@dataclass(frozen=True, slots=True)
class Hinted:
    """A suggested criterion, with what to show of it."""

    criterion: CriterionInfo
    suggestion: Suggestion


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """One situation, ready to be written."""

    blocks: tuple[BlockInfo, ...]
    claimed: frozenset[int]
    """Ids of the ticked capabilities."""
    ticked: frozenset[int]
    """Ids of the ticked criteria."""
    records: Sequence[tuple[SituationRecord, RecordLine | None]]
    hints: tuple[Hinted, ...]
    gaps: tuple[Refusal, ...]

    ways: Mapping[tuple[str, int], Way]
    """How the files of records go out, where it was decided."""

    def way_of(self, tied: SituationRecord) -> Way:
        """Return how the file of a tied record goes out."""
        return self.ways.get((tied.record_kind, tied.record_id), Way.WHOLE)

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the codes of the ticked capabilities, in order."""
        return tuple(
            c.code for block in self.blocks for c in block.capabilities if c.id in self.claimed
        )


def read_editor(session: Session, situation: Situation) -> Editor:
    """Return everything around a loaded situation: five statements at most."""
    candidacy = situation.candidacy
    blocks = structure_of(session, candidacy.certification_version_id, with_criteria=True)
    keys = [(Kind(tied.record_kind), tied.record_id) for tied in situation.records]
    lines = records_by_key(session, candidacy, keys)
    ticked = frozenset(c.criterion_id for c in situation.claims if c.criterion_id is not None)
    codes = {c.id: c.code for block in blocks for c in block.capabilities}
    return Editor(
        blocks=blocks,
        claimed=frozenset(c.capability_id for c in situation.claims),
        ticked=ticked,
        records=[
            (tied, lines.get((Kind(tied.record_kind), tied.record_id)))
            for tied in situation.records
        ],
        hints=_hints(session, situation.records, lines, blocks=blocks, ticked=ticked),
        gaps=situation_gaps(facts_of(situation, codes)),
        ways={key: each.way for key, each in disclosures_of(session, candidacy.id).items()},
    )


def _hints(
    session: Session,
    tied: Sequence[SituationRecord],
    lines: Mapping[tuple[Kind, int], RecordLine],
    *,
    blocks: Sequence[BlockInfo],
    ticked: frozenset[int],
) -> tuple[Hinted, ...]:
    facts = _audit_facts(session, [r.record_id for r in tied if r.record_kind is Kind.AUDIT])
    found = suggestions(
        TiedRecord(
            kind=Kind(each.record_kind),
            involvement=each.involvement,
            label=line.reference,
            facts=facts.get(each.record_id, frozenset()),
        )
        for each in tied
        if (line := lines.get((Kind(each.record_kind), each.record_id))) is not None
    )
    grid = {k.key: k for block in blocks for c in block.capabilities for k in c.criteria}
    return tuple(
        Hinted(grid[each.criterion], each)
        for each in found
        if each.criterion in grid and grid[each.criterion].id not in ticked
    )


def _audit_facts(session: Session, ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """Return what each audit holds, by the names that the suggestions know."""
    if not ids:
        return {}
    return {
        row.id: frozenset(name for name, holds in _facts(row).items() if holds)
        for row in session.execute(
            select(
                Audit.id,
                Audit.status,
                Audit.opening_meeting_on,
                Audit.closing_meeting_on,
                Audit.conclusions,
                Audit.reported_at,
                Audit.closed_at,
                Audit.answered_count,
                Audit.question_count,
            ).where(Audit.id.in_(ids))
        )
    }


def _facts(row: Any) -> dict[str, bool]:
    return {
        "criteria": row.question_count > 0,
        "planned": row.status not in {"draft", "cancelled"},
        "answers": row.answered_count > 0,
        "meetings": bool(row.opening_meeting_on and row.closing_meeting_on),
        "conclusions": bool(row.conclusions.strip()),
        "reported": row.reported_at is not None,
        "closed": row.closed_at is not None,
    }


@dataclass(frozen=True, slots=True)
class Start:
    """What a situation starts with when it is made from a record."""

    title: str
    starts_on: Any
    ends_on: Any
    context: str


def start_from(session: Session, line: RecordLine) -> Start:
    """Return the first words of a situation about a record: those of the audit, if it is one."""
    if line.kind is not Kind.AUDIT:
        return Start(line.title, line.happened_on, None, "")
    row = session.execute(
        select(Audit.title, Audit.starts_on, Audit.ends_on, Audit.objectives, Audit.scope).where(
            Audit.id == line.id
        )
    ).one()
    context = "\n\n".join(text.strip() for text in (row.objectives, row.scope) if text.strip())
    return Start(row.title, row.starts_on, row.ends_on, context)
