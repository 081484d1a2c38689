"""A version of the policy as its files show it: frozen if it was approved. Nothing here writes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from qse_audit.accounts.models import Organisation
from qse_audit.policy.models import Policy, PolicyRecord
from qse_audit.policy.queries.texts import coverage, record_of, sentences_of
from qse_audit.policy.rules import CoveredList, PolicyStatus, Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """One version with all that its files print."""

    organisation: str
    number: int
    title: str
    introduction: str
    signature: str
    change_reason: str
    status: PolicyStatus
    review_on: date | None
    made_at: datetime
    """When it was approved; for a draft, when it was begun: the same text gives the same file."""
    approved_at: datetime | None
    sentences: Sequence[Sentence]
    judged: Sequence[CoveredList]
    document: str
    """The frozen text; ``""`` before the approval."""
    sha256: str
    head_seq: int
    head_hash: str


def poster_of(session: Session, policy: Policy) -> Poster:
    """Return a version as it is printed: from its record once it is approved."""
    record = record_of(session, policy.id)
    organisation = session.get_one(Organisation, policy.organisation_id)
    words: dict[str, Any] = _frozen(record) if record else _current(session, policy)
    return Poster(
        organisation=organisation.name,
        number=policy.number,
        status=policy.status,
        review_on=policy.review_on,
        made_at=record.approved_at if record else policy.created_at,
        approved_at=record.approved_at if record else None,
        judged=coverage(session, policy),
        document=record.document if record else "",
        sha256=record.sha256 if record else "",
        head_seq=record.head_seq if record else 0,
        head_hash=record.head_hash if record else "",
        **words,
    )


NAMES = ("title", "introduction", "signature", "change_reason")


def _current(session: Session, policy: Policy) -> dict[str, Any]:
    words = {name: getattr(policy, name) for name in NAMES}
    return words | {"sentences": sentences_of(session, policy.id)}


def _frozen(record: PolicyRecord) -> dict[str, Any]:
    document = json.loads(record.document)
    words = {name: document[name] for name in NAMES}
    sentences = [
        Sentence(**each | {"domains": tuple(each["domains"])}) for each in document["sentences"]
    ]
    return words | {"sentences": sentences}
