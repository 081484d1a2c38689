"""The company opinion: what the tutor looks at, and the exact text that would be signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Person
from qse_audit.core.canonical import canonical_json
from qse_audit.core.errors import Refusal
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_, pick
from qse_audit.documents.text import Texts
from qse_audit.policies import Identity
from qse_audit.portfolios.guidance import CONSENT, SIMPLE
from qse_audit.portfolios.models import (
    Candidacy,
    CompanyOpinion,
    SignedOpinion,
    Situation,
    SituationRecord,
)
from qse_audit.portfolios.queries.portfolio import (
    CapabilityInfo,
    Portfolio,
    opinions_in_progress,
    signed_opinions,
)
from qse_audit.portfolios.queries.records import RecordLine, records_by_key

FORMAT = "qse-opinion-1"


@dataclass(frozen=True, slots=True)
class OpinionDraft:
    """The opinion as it would be signed now."""

    document: Mapping[str, Any]
    text: str
    """Canonical JSON: what is signed."""
    sha256: str
    refusals: tuple[Refusal, ...]
    """Why it cannot be signed yet."""
    is_signed_already: bool
    """Whether the last signed version says exactly the same."""


def draft_opinion(
    session: Session, candidacy: Candidacy, portfolio: Portfolio, *, actor: Identity
) -> OpinionDraft:
    """Return the exact text that ``actor`` would sign now, and what it still lacks."""
    written = opinions_in_progress(session, candidacy.id)
    signed = signed_opinions(session, candidacy.id)
    words = Texts(actor.locale)
    answers = [
        _answer(capability, block.code, written.get(capability.id), portfolio, words=words)
        for block in portfolio.blocks
        for capability in block.capabilities
    ]
    document = {
        "format": FORMAT,
        "candidacy": candidacy.id,
        "number": len(signed) + 1,
        "candidate": candidacy.candidate.name,
        "company": candidacy.organisation.name,
        "certification": candidacy.certification.code,
        "title": pick(candidacy.certification.title, actor.locale),
        "signer": {"person": actor.user_id, "name": _name(session, actor.user_id)},
        "answers": answers,
        "level": words.translate(SIMPLE),
        "consent": words.translate(CONSENT),
    }
    text = canonical_json(document)
    last = signed[0].document if signed else {}
    return OpinionDraft(
        document=document,
        text=text.decode(),
        sha256=sha256(text).hexdigest(),
        refusals=tuple(
            Refusal(
                "answer_missing",
                N_(
                    "%(code)s : dites ce que vous avez observé (« non observé » est une réponse).",
                    code=answer["capability"],
                ),
            )
            for answer in answers
            if not answer["observation"]
        ),
        is_signed_already=bool(last) and _said(last) == _said(document),
    )


def _said(document: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return [(a["capability"], a["observation"], a["comment"]) for a in document["answers"]]


def _answer(
    capability: CapabilityInfo,
    block: str,
    written: CompanyOpinion | None,
    portfolio: Portfolio,
    *,
    words: Texts,
) -> dict[str, Any]:
    observation = written.observation if written else None
    claimed = portfolio.readiness.of(capability.code).claimed
    return {
        "block": block,
        "capability": capability.code,
        "title": pick(capability.title, words.locale),
        "observation": observation.value if observation else "",
        "words": words.translate(observation.label) if observation else "",
        "comment": written.comment if written else "",
        "situations": [portfolio.situation(key).facts.title for key in claimed],
    }


def _name(session: Session, person_id: int) -> str:
    return session.scalars(select(Person.name).where(Person.id == person_id)).one()


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A situation as the tutor reads it, with the records that prove it."""

    situation: Situation
    records: Sequence[tuple[SituationRecord, RecordLine | None]]


def exhibits(session: Session, candidacy: Candidacy) -> Mapping[int, Exhibit]:
    """Return every situation with its records, by situation id (three statements)."""
    situations = session.scalars(
        select(Situation)
        .where(Situation.candidacy_id == candidacy.id)
        .order_by(Situation.position, Situation.id)
    ).all()
    tied = session.scalars(
        select(SituationRecord)
        .join(Situation, Situation.id == SituationRecord.situation_id)
        .where(Situation.candidacy_id == candidacy.id)
        .order_by(SituationRecord.id)
    ).all()
    keys = [(Kind(each.record_kind), each.record_id) for each in tied]
    lines = records_by_key(session, candidacy, keys)
    return {
        situation.id: Exhibit(
            situation,
            [
                (each, lines.get((each.record_kind, each.record_id)))
                for each in tied
                if each.situation_id == situation.id
            ],
        )
        for situation in situations
    }


def is_opinion_signed() -> ColumnElement[bool]:
    """Return, in SQL, that the opinion on a candidacy is signed and was not changed since."""
    changed_at = select(func.max(CompanyOpinion.updated_at)).where(
        CompanyOpinion.candidacy_id == Candidacy.id
    )
    signed = select(SignedOpinion.id).where(
        SignedOpinion.candidacy_id == Candidacy.id,
        SignedOpinion.signed_at >= changed_at.correlate(Candidacy).scalar_subquery(),
    )
    return signed.correlate(Candidacy).exists()
