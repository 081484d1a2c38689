"""A portfolio as one read model: certification, situations, opinion, what is missing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Person
from qse_audit.certifications.models import Block, Capability, Criterion
from qse_audit.certifications.rules import CriterionSource, Modality, readiness_of
from qse_audit.portfolios.models import (
    Candidacy,
    Claim,
    CompanyOpinion,
    SignedOpinion,
    Situation,
    SituationRecord,
)
from qse_audit.portfolios.rules import (
    Observation,
    Readiness,
    SituationFacts,
    readiness,
    situation_gaps,
)


@dataclass(frozen=True, slots=True)
class CriterionInfo:
    """One criterion of the grid."""

    id: int
    key: str
    label: Mapping[str, str]
    evidence: Mapping[str, str]
    source: CriterionSource


@dataclass(frozen=True, slots=True)
class CapabilityInfo:
    """One capability, with its criteria where they were asked for."""

    id: int
    code: str
    title: Mapping[str, str]
    criteria: tuple[CriterionInfo, ...] = ()


@dataclass(frozen=True, slots=True)
class BlockInfo:
    """One block of the certification."""

    code: str
    title: Mapping[str, str]
    capabilities: tuple[CapabilityInfo, ...]


def structure_of(
    session: Session, certification_version_id: int, *, with_criteria: bool = False
) -> tuple[BlockInfo, ...]:
    """Return the blocks and capabilities of a certification: one statement, two with criteria."""
    rows = session.execute(
        select(
            Block.code.label("block"),
            Block.title.label("block_title"),
            Capability.id,
            Capability.code,
            Capability.title,
        )
        .join(Capability, Capability.block_id == Block.id)
        .where(Block.certification_version_id == certification_version_id)
        .order_by(Block.position, Capability.position)
    ).all()
    criteria = _criteria(session, [row.id for row in rows]) if with_criteria else {}
    titles: dict[str, Mapping[str, str]] = {row.block: row.block_title for row in rows}
    return tuple(
        BlockInfo(
            block,
            title,
            tuple(
                CapabilityInfo(row.id, row.code, row.title, tuple(criteria.get(row.id, ())))
                for row in rows
                if row.block == block
            ),
        )
        for block, title in titles.items()
    )


def _criteria(session: Session, capability_ids: Sequence[int]) -> dict[int, list[CriterionInfo]]:
    found: dict[int, list[CriterionInfo]] = {}
    for each in session.scalars(
        select(Criterion)
        .where(Criterion.capability_id.in_(capability_ids))
        .order_by(Criterion.capability_id, Criterion.position)
    ):
        info = CriterionInfo(each.id, each.key, each.label, each.evidence, each.source)
        found.setdefault(each.capability_id, []).append(info)
    return found


def grid_of(
    session: Session, certification_version_id: int
) -> Mapping[str, tuple[CriterionInfo, ...]]:
    """Return capability code → its criteria: what counts as proof of it (two statements)."""
    blocks = structure_of(session, certification_version_id, with_criteria=True)
    return {each.code: each.criteria for block in blocks for each in block.capabilities}


@dataclass(frozen=True, slots=True, kw_only=True)
class SituationLine:
    """One situation as shown on the page of the portfolio."""

    facts: SituationFacts
    starts_on: date | None
    ends_on: date | None
    criterion_count: int

    @property
    def id(self) -> int:
        """Return the situation’s id."""
        return self.facts.id

    @property
    def gaps(self) -> tuple[Any, ...]:
        """Return what it still lacks."""
        return situation_gaps(self.facts)


def situation_lines(session: Session, candidacy_id: int) -> tuple[SituationLine, ...]:
    """Return the situations of a candidacy in their order (two statements)."""
    tied = (
        select(func.count())
        .where(SituationRecord.situation_id == Situation.id)
        .correlate(Situation)
        .scalar_subquery()
    )
    texts = (Situation.context, Situation.own_role, Situation.what_i_did, Situation.result)
    rows = session.execute(
        select(
            Situation.id,
            Situation.title,
            Situation.modality,
            Situation.starts_on,
            Situation.ends_on,
            *(func.length(func.trim(text)).label(f"has_{text.key}") for text in texts),
            tied.label("record_count"),
        )
        .where(Situation.candidacy_id == candidacy_id)
        .order_by(Situation.position, Situation.id)
    ).all()
    claims = _claims(session, candidacy_id)
    return tuple(_situation_line(row, claims.get(row.id, [])) for row in rows)


def _claims(session: Session, candidacy_id: int) -> dict[int, list[tuple[str, bool]]]:
    """Return (capability code, whether by a criterion) of each claim, by situation."""
    found: dict[int, list[tuple[str, bool]]] = {}
    for row in session.execute(
        select(Claim.situation_id, Capability.code, Claim.criterion_id)
        .join(Situation, Situation.id == Claim.situation_id)
        .join(Capability, Capability.id == Claim.capability_id)
        .where(Situation.candidacy_id == candidacy_id)
    ):
        found.setdefault(row.situation_id, []).append((row.code, row.criterion_id is not None))
    return found


def _situation_line(row: Any, claims: Sequence[tuple[str, bool]]) -> SituationLine:
    facts = SituationFacts(
        id=row.id,
        title=row.title,
        modality=row.modality,
        capabilities=frozenset(code for code, _ in claims),
        is_dated=row.starts_on is not None,
        has_context=bool(row.has_context),
        has_own_role=bool(row.has_own_role),
        has_deeds=bool(row.has_what_i_did),
        has_result=bool(row.has_result),
        record_count=row.record_count,
    )
    return SituationLine(
        facts=facts,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        criterion_count=sum(by_criterion for _, by_criterion in claims),
    )


def facts_of(situation: Situation, codes: Mapping[int, str]) -> SituationFacts:
    """Return what the rules need of a loaded situation; ``codes``: capability id → code."""
    return SituationFacts(
        id=situation.id,
        title=situation.title,
        modality=Modality(situation.modality),
        capabilities=frozenset(codes[claim.capability_id] for claim in situation.claims),
        is_dated=situation.starts_on is not None,
        has_context=bool(situation.context.strip()),
        has_own_role=bool(situation.own_role.strip()),
        has_deeds=bool(situation.what_i_did.strip()),
        has_result=bool(situation.result.strip()),
        record_count=len(situation.records),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOpinionLine:
    """A company opinion as signed."""

    number: int
    document: Mapping[str, Any]
    text: str
    """The canonical JSON, byte for byte."""
    sha256: str
    consent: str
    signed_at: datetime
    signed_by: str
    signed_by_id: int
    head_seq: int
    head_hash: str

    @property
    def observations(self) -> Mapping[str, Observation]:
        """Return capability code → what the company saw."""
        return {a["capability"]: Observation(a["observation"]) for a in self.document["answers"]}


def signed_opinions(session: Session, candidacy_id: int) -> tuple[SignedOpinionLine, ...]:
    """Return the signed opinions of a candidacy, the newest first."""
    rows = session.execute(
        select(SignedOpinion, Person.name)
        .join(Person, Person.id == SignedOpinion.signed_by_id)
        .where(SignedOpinion.candidacy_id == candidacy_id)
        .order_by(SignedOpinion.number.desc())
    )
    return tuple(
        SignedOpinionLine(
            number=opinion.number,
            document=json.loads(opinion.document),
            text=opinion.document,
            sha256=opinion.sha256,
            consent=opinion.consent,
            signed_at=opinion.signed_at,
            signed_by=name,
            signed_by_id=opinion.signed_by_id,
            head_seq=opinion.head_seq,
            head_hash=opinion.head_hash,
        )
        for opinion, name in rows
    )


def opinions_in_progress(session: Session, candidacy_id: int) -> Mapping[int, CompanyOpinion]:
    """Return capability id → what the tutor wrote so far."""
    rows = session.scalars(
        select(CompanyOpinion).where(CompanyOpinion.candidacy_id == candidacy_id)
    )
    return {row.capability_id: row for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """What the pages of a portfolio show."""

    blocks: tuple[BlockInfo, ...]
    situations: tuple[SituationLine, ...]
    readiness: Readiness
    signed: SignedOpinionLine | None
    """The last signed company opinion."""

    @property
    def facts(self) -> tuple[SituationFacts, ...]:
        """Return what the rules need of every situation."""
        return tuple(line.facts for line in self.situations)

    @property
    def complete_count(self) -> int:
        """Count the situations that lack nothing."""
        return sum(not line.gaps for line in self.situations)

    def situation(self, situation_id: int) -> SituationLine:
        """Return one situation."""
        return next(line for line in self.situations if line.id == situation_id)


def read_portfolio(session: Session, candidacy: Candidacy) -> Portfolio:
    """Return the portfolio of a candidacy: four statements whatever its size."""
    blocks = structure_of(session, candidacy.certification_version_id)
    lines = situation_lines(session, candidacy.id)
    signed = next(iter(signed_opinions(session, candidacy.id)), None)
    state = readiness(
        [(block.code, [c.code for c in block.capabilities]) for block in blocks],
        [line.facts for line in lines],
        signed.observations if signed else {},
        requirement=readiness_of(candidacy.certification.record),
    )
    return Portfolio(blocks=blocks, situations=lines, readiness=state, signed=signed)
