"""Writing a version of the policy: its sentences, and which commitments they cover."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from qse_audit.accounts.rules import one_line
from qse_audit.core.errors import BadInput, NotFound, refuse_all
from qse_audit.core.permissions import Kind, Link
from qse_audit.core.text import N_
from qse_audit.db.notes import change, note
from qse_audit.db.participation import Participation
from qse_audit.db.upsert import insert_missing
from qse_audit.policies import Identity
from qse_audit.policy.models import CommitmentCoverage, Policy, PolicySentence
from qse_audit.policy.rules import (
    POLICY_WORKFLOW,
    SENTENCES_MAX,
    TOO_MANY,
    Answer,
    PolicyDraft,
    SentenceDraft,
    change_refusals,
    sentence_refusals,
)


def start_policy(
    session: Session,
    title: str,
    *,
    editions: Collection[str],
    after: Policy | None = None,
    actor: Identity,
    now: datetime,
) -> Policy:
    """Begin a version in the organisation of ``actor``, as a copy of ``after`` if that is given.

    The copied sentences keep their keys, so that objectives keep their commitment.
    """
    last = select(func.max(Policy.number)).where(Policy.organisation_id == actor.organisation_id)
    policy = Policy(
        organisation_id=actor.organisation_id,
        number=(session.scalar(last) or 0) + 1,
        title=one_line(title),
        introduction=after.introduction if after else "",
        signature=after.signature if after else "",
        referential_keys=sorted(editions),
        status=POLICY_WORKFLOW.initial,
        created_at=now,
        created_by_id=actor.user_id,
    )
    session.add(policy)
    session.flush()
    if after is not None:
        _copy(session, after, policy)
    data = {"number": policy.number, "after": after.number if after else None}
    texts = {"title": policy.title}
    note(session, (Kind.POLICY, policy), "start", actor=actor, now=now, data=data, texts=texts)
    return policy


def _copy(session: Session, source: Policy, target: Policy) -> None:
    sentences = session.scalars(
        select(PolicySentence).where(PolicySentence.policy_id == source.id)
    ).all()
    answers = session.scalars(
        select(CommitmentCoverage).where(CommitmentCoverage.policy_id == source.id)
    ).all()
    session.add_all(
        PolicySentence(
            policy_id=target.id,
            position=each.position,
            key=each.key,
            text=each.text,
            is_commitment=each.is_commitment,
            domains=list(each.domains),
        )
        for each in sentences
    )
    session.add_all(
        CommitmentCoverage(
            policy_id=target.id,
            expected_key=each.expected_key,
            sentence_keys=list(each.sentence_keys),
            note=each.note,
        )
        for each in answers
    )
    session.flush()


def edit_policy(
    session: Session,
    policy: Policy,
    draft: PolicyDraft,
    *,
    version: int | None = None,
    actor: Identity,
    now: datetime,
) -> None:
    """Write what stands around the sentences.

    :raises Refused: once it is no draft.
    :raises Conflict: when ``version`` is no longer the stored one.
    """
    _open_for(session, policy, actor)
    values = asdict(draft) | {"title": one_line(draft.title)}
    if changed := change(policy, values, version=version):
        _note(session, policy, "edit", {"changed": changed}, actor=actor, now=now)


def choose_editions(
    session: Session, policy: Policy, editions: Collection[str], *, actor: Identity, now: datetime
) -> None:
    """Say which editions the policy must answer.

    :raises Refused: once it is no draft.
    """
    _open_for(session, policy, actor)
    if sorted(editions) != policy.referential_keys:
        policy.referential_keys = sorted(editions)
        data = {"editions": policy.referential_keys}
        _note(session, policy, "choose-editions", data, actor=actor, now=now)


def add_sentence(
    session: Session, policy: Policy, draft: SentenceDraft, *, actor: Identity, now: datetime
) -> PolicySentence:
    """Add a sentence at the end.

    :raises Refused: for what a sentence cannot be, one too many, or once it is no draft.
    """
    _open_for(session, policy, actor)
    refuse_all(sentence_refusals(draft))
    last = select(func.max(PolicySentence.position)).where(PolicySentence.policy_id == policy.id)
    position = (session.scalar(last) or 0) + 1
    refuse_all([TOO_MANY] if position > SENTENCES_MAX else [])
    sentence = PolicySentence(
        policy=policy, position=position, key=str(uuid.uuid4()), **_sentence_values(draft)
    )
    session.add(sentence)
    session.flush()
    data = {"position": position, "key": sentence.key}
    _note(session, policy, "add-sentence", data, actor=actor, now=now)
    return sentence


def edit_sentence(
    session: Session,
    sentence: PolicySentence,
    draft: SentenceDraft,
    *,
    version: int | None = None,
    actor: Identity,
    now: datetime,
) -> None:
    """Write a sentence anew; it keeps its key.

    :raises Refused: for what a sentence cannot be, or once it is no draft.
    :raises Conflict: when ``version`` is no longer the stored one.
    """
    _open_for(session, sentence.policy, actor)
    refuse_all(sentence_refusals(draft))
    if changed := change(sentence, _sentence_values(draft), version=version):
        data = {"position": sentence.position, "key": sentence.key, "changed": changed}
        _note(session, sentence.policy, "edit-sentence", data, actor=actor, now=now)


def remove_sentence(
    session: Session, sentence: PolicySentence, *, actor: Identity, now: datetime
) -> None:
    """Take a sentence out; those behind it move up, and it covers nothing any more.

    :raises Refused: once it is no draft.
    """
    policy = sentence.policy
    _open_for(session, policy, actor)
    data = {"position": sentence.position, "key": sentence.key}
    _forget(session, policy, sentence.key)
    session.delete(sentence)
    session.flush()
    _number(session, policy, _ids_in_order(session, policy))
    _note(session, policy, "remove-sentence", data, actor=actor, now=now)


def _forget(session: Session, policy: Policy, key: str) -> None:
    """Take a sentence out of what covers the expected commitments."""
    for held in session.scalars(
        select(CommitmentCoverage).where(CommitmentCoverage.policy_id == policy.id)
    ):
        if key in held.sentence_keys:
            held.sentence_keys = [each for each in held.sentence_keys if each != key]


def order_sentences(
    session: Session, policy: Policy, ids: Sequence[int], *, actor: Identity, now: datetime
) -> None:
    """Put the sentences in the order of ``ids``, which names each of them once.

    :raises BadInput: for another set of sentences: somebody added or removed one meanwhile.
    :raises Refused: once it is no draft.
    """
    _open_for(session, policy, actor)
    stored = _ids_in_order(session, policy)
    if sorted(ids) != sorted(stored):
        raise BadInput(N_("Les phrases ont changé entre-temps : rechargez la page."))
    if list(ids) != stored:
        _number(session, policy, ids)
        _note(session, policy, "order", {"order": list(ids)}, actor=actor, now=now)


def step_sentence(
    session: Session,
    policy: Policy,
    sentence_id: int,
    *,
    direction: str,
    actor: Identity,
    now: datetime,
) -> None:
    """Move one sentence ``up`` or ``down`` by one place; at the end it stays.

    :raises NotFound: for a sentence of another policy.
    """
    ids = _ids_in_order(session, policy)
    if sentence_id not in ids:
        raise NotFound(f"sentence {sentence_id}")
    place = ids.index(sentence_id)
    other = place + {"up": -1, "down": 1}.get(direction, 0)
    if 0 <= other < len(ids):
        ids[place], ids[other] = ids[other], ids[place]
    order_sentences(session, policy, ids, actor=actor, now=now)


def answer_expected(
    session: Session,
    policy: Policy,
    expected_key: str,
    *,
    answer: Answer,
    version: int | None = None,
    actor: Identity,
    now: datetime,
) -> CommitmentCoverage:
    """Say which sentences cover an expected commitment, or why the policy does without.

    ``version`` is 0 for what nobody answered yet.

    :raises NotFound: for a sentence that is not in this version.
    :raises Conflict: when ``version`` is no longer the stored one.
    :raises Refused: once it is no draft.
    """
    _open_for(session, policy, actor)
    positions = _positions(session, policy)
    if set(answer.sentence_keys) - set(positions):
        raise NotFound("sentence")
    held = session.scalars(
        select(CommitmentCoverage).where(
            CommitmentCoverage.policy_id == policy.id,
            CommitmentCoverage.expected_key == expected_key,
        )
    ).first()
    if held is None:
        held = CommitmentCoverage(
            policy_id=policy.id, expected_key=expected_key, sentence_keys=[], note="", version=0
        )
    keys = sorted(answer.sentence_keys, key=positions.__getitem__)
    wanted = {"sentence_keys": keys, "note": answer.note.strip()}
    if change(held, wanted, version=version):
        held.version = held.version or 1
        session.add(held)
        data = {"expected": expected_key, "sentences": [positions[key] for key in keys]}
        _note(session, policy, "cover", data, actor=actor, now=now)
    return held


def _positions(session: Session, policy: Policy) -> dict[str, int]:
    rows = session.execute(
        select(PolicySentence.key, PolicySentence.position).where(
            PolicySentence.policy_id == policy.id
        )
    )
    return {row.key: row.position for row in rows}


def _sentence_values(draft: SentenceDraft) -> dict[str, object]:
    return {
        "text": " ".join(draft.text.split()),
        "is_commitment": draft.is_commitment,
        "domains": [domain.value for domain in draft.domains],
    }


def _open_for(session: Session, policy: Policy, actor: Identity) -> None:
    """Hold the policy until the end of the transaction, and name ``actor`` among its authors.

    :raises Refused: once it is no draft, even if that was decided a moment ago.
    """
    status = select(Policy.status).where(Policy.id == policy.id).with_for_update()
    refuse_all(change_refusals(session.scalars(status).one()))
    if actor.user_id not in policy.access().links[Link.AUTHOR]:
        insert_missing(
            session,
            Participation,
            subject_kind=Kind.POLICY,
            subject_id=policy.id,
            link=Link.AUTHOR,
            person_id=actor.user_id,
        )
        session.expire(policy, ["participations"])


def _ids_in_order(session: Session, policy: Policy) -> list[int]:
    return list(
        session.scalars(
            select(PolicySentence.id)
            .where(PolicySentence.policy_id == policy.id)
            .order_by(PolicySentence.position)
        )
    )


def _number(session: Session, policy: Policy, ids: Sequence[int]) -> None:
    """Number the sentences in the order of ``ids``.

    By way of negative numbers: a position is held by one sentence at a time.
    """
    if not ids:
        return
    places = case({key: -place for place, key in enumerate(ids, 1)}, value=PolicySentence.id)
    for value in (places, -PolicySentence.position):
        session.execute(
            update(PolicySentence)
            .where(PolicySentence.policy_id == policy.id)
            .values(position=value),
            execution_options={"synchronize_session": False},
        )
    for each in session.identity_map.values():
        if isinstance(each, PolicySentence) and each.policy_id == policy.id:
            session.expire(each)


def _note(
    session: Session,
    policy: Policy,
    act: str,
    data: Mapping[str, object],
    *,
    actor: Identity,
    now: datetime,
) -> None:
    subject = Kind.POLICY, policy
    note(session, subject, act, actor=actor, now=now, data={"number": policy.number, **data})
