"""What the page of one situation shows: its grid, its records, and what they suggest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from qse_audit.core.errors import Refusal
from qse_audit.core.permissions import Kind
from qse_audit.db.wall import within
from qse_audit.portfolios.guidance import Suggestion, TiedRecord, suggestions
from qse_audit.portfolios.models import Situation, SituationRecord
from qse_audit.portfolios.queries.disclosures import disclosures_of
from qse_audit.portfolios.queries.kinds import RECORDS
from qse_audit.portfolios.queries.portfolio import (
    BlockInfo,
    CriterionInfo,
    facts_of,
    structure_of,
)
from qse_audit.portfolios.queries.records import RecordLine, records_by_key
from qse_audit.portfolios.queries.snapshots import Key, ids_by_kind
from qse_audit.portfolios.rules import Way, situation_gaps
from qse_audit.records import Start


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
    """Return everything around a loaded situation: four statements, and one a kind of record."""
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
        hints=_hints(
            session,
            situation.records,
            lines,
            organisation_id=candidacy.organisation_id,
            blocks=blocks,
            ticked=ticked,
        ),
        gaps=situation_gaps(facts_of(situation, codes)),
        ways={key: each.way for key, each in disclosures_of(session, candidacy.id).items()},
    )


def _hints(
    session: Session,
    tied: Sequence[SituationRecord],
    lines: Mapping[tuple[Kind, int], RecordLine],
    *,
    organisation_id: int,
    blocks: Sequence[BlockInfo],
    ticked: frozenset[int],
) -> tuple[Hinted, ...]:
    with within(session, organisation_id):
        facts = _facts(session, list(lines))
    found = suggestions(
        TiedRecord(
            kind=Kind(each.record_kind),
            involvement=each.involvement,
            label=line.reference,
            facts=facts.get((line.kind, line.id), frozenset()),
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


def _facts(session: Session, keys: Sequence[Key]) -> dict[Key, frozenset[str]]:
    """Return what the suggestions look at of each record: one statement a kind at most."""
    return {
        (kind, key): held
        for kind, ids in ids_by_kind(keys).items()
        if (read := RECORDS[kind].facts) is not None
        for key, held in read(session, ids).items()
    }


def start_from(session: Session, line: RecordLine) -> Start:
    """Return the first words of a situation about a record, as its feature gives them."""
    start = RECORDS[line.kind].start
    return start(session, line.id) if start else Start(line.title, line.happened_on)
