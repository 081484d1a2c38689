"""Reading the versions of the policy: sentences, coverage, communication. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from qse_audit.accounts.models import Person
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Kind, Link, Permission
from qse_audit.db.loading import loaded
from qse_audit.db.participation import linked_to
from qse_audit.policies import Access, Identity, allows
from qse_audit.policy import commitments
from qse_audit.policy.models import (
    CommitmentCoverage,
    Policy,
    PolicyCommunication,
    PolicyRecord,
    PolicySentence,
)
from qse_audit.policy.rules import (
    Answer,
    CoveredList,
    PolicyFacts,
    PolicyStatus,
    Sentence,
    chosen,
    judge,
    missing_places,
)

KNOWN_TO_ALL = (PolicyStatus.IN_FORCE, PolicyStatus.SUPERSEDED)
"""The versions that everybody in the company may read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """A commitment of the policy in force, from which objectives are deployed."""

    key: str
    """The same from one version to the next."""
    position: int
    text: str
    domains: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyLine:
    """One version, in a list."""

    id: int
    number: int
    title: str
    status: PolicyStatus
    change_reason: str
    submitted_at: datetime | None
    decided_at: datetime | None
    superseded_at: datetime | None
    review_on: date | None
    sentence_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunicationLine:
    """One time that a policy was made known."""

    happened_on: date
    audience: str
    channel: str
    note: str
    recorded_at: datetime
    recorded_by: str


def commitments_in_force(session: Session, organisation_id: int) -> tuple[Commitment, ...]:
    """Return the commitments of the policy in force, in order; empty when none is."""
    rows = session.execute(
        select(
            PolicySentence.key, PolicySentence.position, PolicySentence.text, PolicySentence.domains
        )
        .join(Policy, Policy.id == PolicySentence.policy_id)
        .where(
            Policy.organisation_id == organisation_id,
            Policy.status == PolicyStatus.IN_FORCE,
            PolicySentence.is_commitment,
        )
        .order_by(PolicySentence.position)
    )
    return tuple(
        Commitment(key=row.key, position=row.position, text=row.text, domains=tuple(row.domains))
        for row in rows
    )


def get_policy(session: Session, policy_id: int) -> Policy:
    """Return a version of the policy with the people who wrote, submitted and decided.

    :raises NotFound: if there is none.
    """
    found = session.scalars(
        select(Policy)
        .where(Policy.id == policy_id)
        .options(
            joinedload(Policy.created_by),
            joinedload(Policy.submitted_by),
            joinedload(Policy.decided_by),
            selectinload(Policy.participations),
        )
    ).first()
    if found is None:
        raise NotFound(f"policy {policy_id}")
    return found


def get_sentence(session: Session, sentence_id: int) -> PolicySentence:
    """Return a sentence with its policy.

    :raises NotFound: if there is none.
    """
    return loaded(
        session,
        PolicySentence,
        sentence_id,
        joinedload(PolicySentence.policy).selectinload(Policy.participations),
    )


def sentences_of(session: Session, policy_id: int) -> tuple[Sentence, ...]:
    """Return the sentences of a version, in order."""
    rows = session.execute(
        select(
            PolicySentence.key,
            PolicySentence.position,
            PolicySentence.text,
            PolicySentence.is_commitment,
            PolicySentence.domains,
        )
        .where(PolicySentence.policy_id == policy_id)
        .order_by(PolicySentence.position)
    )
    return tuple(Sentence(**dict(row._mapping) | {"domains": tuple(row.domains)}) for row in rows)


def sentence_rows(session: Session, policy_id: int) -> Sequence[PolicySentence]:
    """Return the sentences of a version as rows, to be written in."""
    return session.scalars(
        select(PolicySentence)
        .where(PolicySentence.policy_id == policy_id)
        .order_by(PolicySentence.position)
    ).all()


def answers_of(session: Session, policy_id: int) -> dict[str, tuple[Answer, int]]:
    """Return what a version answers to each expected commitment, with the version of the answer."""
    rows = session.execute(
        select(
            CommitmentCoverage.expected_key,
            CommitmentCoverage.sentence_keys,
            CommitmentCoverage.note,
            CommitmentCoverage.version,
        ).where(CommitmentCoverage.policy_id == policy_id)
    )
    return {
        row.expected_key: (Answer(tuple(row.sentence_keys), row.note), row.version) for row in rows
    }


def coverage(session: Session, policy: Policy) -> tuple[CoveredList, ...]:
    """Return what each chosen edition expects, with what covers it: three statements."""
    answers = {key: answer for key, (answer, _) in answers_of(session, policy.id).items()}
    positions = {each.key: each.position for each in sentences_of(session, policy.id)}
    told = select(exists().where(PolicyCommunication.policy_id == policy.id))
    return judge(
        chosen(commitments.shipped(), policy.referential_keys),
        answers,
        positions,
        is_communicated=bool(session.scalar(told)),
    )


def policy_facts(
    session: Session, policy: Policy, judged: Sequence[CoveredList], *, today: date
) -> PolicyFacts:
    """Return what the workflow may know of a version."""
    counts = session.execute(
        select(
            func.count(PolicySentence.id).label("sentences"),
            func.count(PolicySentence.id).filter(PolicySentence.is_commitment).label("commitments"),
        ).where(PolicySentence.policy_id == policy.id)
    ).one()
    follows = exists().where(
        Policy.organisation_id == policy.organisation_id, Policy.status.in_(KNOWN_TO_ALL)
    )
    return PolicyFacts(
        today=today,
        sentence_count=counts.sentences,
        commitment_count=counts.commitments,
        uncovered=missing_places(judged),
        has_checklist=bool(judged),
        signature=policy.signature,
        review_on=policy.review_on,
        follows=bool(session.scalar(select(follows))),
        change_reason=policy.change_reason,
    )


def readable_by(who: Identity) -> ColumnElement[bool]:
    """Return POLICY_TEXT_READ in SQL; ``test_scopes`` holds it and the policy together."""
    here = Policy.organisation_id == who.organisation_id
    own = frozenset({who.organisation_id})
    if allows(who, Permission.POLICY_TEXT_READ, Access(own, PolicyStatus.DRAFT)):
        return here
    known = Policy.status.in_(KNOWN_TO_ALL)
    if not allows(who, Permission.POLICY_TEXT_READ, Access(own, PolicyStatus.IN_FORCE)):
        return here & (Policy.id < 0)
    written = linked_to(Kind.POLICY, Policy.id, who.user_id, [Link.AUTHOR])
    return here & or_(known, Policy.created_by_id == who.user_id, written)


def version_lines(who: Identity) -> Select[Any]:
    """Return the statement of the versions that ``who`` may read, unordered."""
    sentences = (
        select(func.count())
        .where(PolicySentence.policy_id == Policy.id)
        .correlate(Policy)
        .scalar_subquery()
    )
    lines: Select[Any] = select(
        Policy.id,
        Policy.number,
        Policy.title,
        Policy.status,
        Policy.change_reason,
        Policy.submitted_at,
        Policy.decided_at,
        Policy.superseded_at,
        Policy.review_on,
        sentences.label("sentence_count"),
    ).where(readable_by(who))
    return lines


def as_policy_line(row: Row[Any]) -> PolicyLine:
    """Return a row of :func:`version_lines` as a line."""
    return PolicyLine(**dict(row._mapping))


def versions_of(session: Session, who: Identity) -> tuple[PolicyLine, ...]:
    """Return the versions that ``who`` may read, the last first; a hundred at most."""
    rows = session.execute(version_lines(who).order_by(Policy.number.desc()).limit(100))
    return tuple(map(as_policy_line, rows))


def in_force(session: Session, organisation_id: int) -> Policy | None:
    """Return the version in force, ``None`` when there is none."""
    return session.scalars(
        select(Policy).where(
            Policy.organisation_id == organisation_id, Policy.status == PolicyStatus.IN_FORCE
        )
    ).first()


def record_of(session: Session, policy_id: int) -> PolicyRecord | None:
    """Return a version exactly as it was approved; ``None`` before."""
    return session.scalars(select(PolicyRecord).where(PolicyRecord.policy_id == policy_id)).first()


def communications_of(session: Session, policy_id: int) -> tuple[CommunicationLine, ...]:
    """Return how a version was made known, the last time first."""
    rows = session.execute(
        select(
            PolicyCommunication.happened_on,
            PolicyCommunication.audience,
            PolicyCommunication.channel,
            PolicyCommunication.note,
            PolicyCommunication.recorded_at,
            Person.name.label("recorded_by"),
        )
        .join(Person, Person.id == PolicyCommunication.recorded_by_id)
        .where(PolicyCommunication.policy_id == policy_id)
        .order_by(PolicyCommunication.happened_on.desc(), PolicyCommunication.id.desc())
    )
    return tuple(CommunicationLine(**dict(row._mapping)) for row in rows)
