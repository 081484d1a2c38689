"""Versions of the policy in a portfolio: who wrote or decided them, and what a dossier keeps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, String, case, cast, literal, or_, select
from sqlalchemy.orm import Session

from qse_audit.core.involvement import Involvement
from qse_audit.core.permissions import Kind, Link
from qse_audit.core.text import N_, Message, pick
from qse_audit.db.participation import linked_to
from qse_audit.documents.text import NOTHING, Texts, day, moment
from qse_audit.policy import commitments
from qse_audit.policy.models import (
    CommitmentCoverage,
    Policy,
    PolicyCommunication,
    PolicyRecord,
    PolicySentence,
)
from qse_audit.policy.rules import (
    VERBS,
    Answer,
    Covered,
    CoveredList,
    Domain,
    PolicyStatus,
    ShownBy,
    chosen,
    judge,
    missing_places,
)
from qse_audit.records import (
    CANDIDATE,
    Candidate,
    RecordKind,
    Rows,
    Snapshot,
    Start,
    Telling,
    as_code,
    as_day,
    state_of,
    taken,
)

VERSIONS = 20
"""How many versions a dossier lists, up to the one it is about."""
MANAGEMENT = N_("la direction")
"""Who decided, when it was not the candidate."""


def taken_part(who: Candidate) -> Select[Any]:
    """Return the versions that a candidate wrote in, or decided.

    Whoever changed a text, a sentence or the checklist is among its authors; the management that
    approved, returned or refused it decided. Reading it, or being told of it, is no part.
    """
    wrote = or_(
        Policy.created_by_id == who.person_id,
        linked_to(Kind.POLICY, Policy.id, who.person_id, [Link.AUTHOR]),
    )
    return taken(
        Kind.POLICY,
        Policy.id,
        reference=literal("v").concat(cast(Policy.number, String)),
        title=Policy.title,
        happened_on=as_day(Policy.created_at),
        involvement=case((wrote, Involvement.AUTHOR.value), else_=Involvement.DECIDER.value),
        detail=as_code(Policy.status),
    ).where(
        Policy.organisation_id == who.organisation_id,
        or_(wrote, Policy.decided_by_id == who.person_id),
    )


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around the versions of a company, by the id of the version."""

    sentences: Mapping[int, Sequence[PolicySentence]]
    judged: Mapping[int, tuple[CoveredList, ...]]
    told: Mapping[int, Sequence[PolicyCommunication]]
    records: Mapping[int, PolicyRecord]
    versions: Mapping[int, Sequence[Any]]
    """Every version of an organisation, by its id, the first first."""


def snapshots(session: Session, ids: Sequence[int], telling: Telling) -> Mapping[int, Snapshot]:
    """Return versions as they are now: six statements."""
    policies = session.scalars(select(Policy).where(Policy.id.in_(ids))).all()
    around = _around(session, policies)
    return {each.id: _snapshot(each, around, telling) for each in policies}


def _around(session: Session, policies: Sequence[Policy]) -> Around:
    ids = [each.id for each in policies]
    sentences = _by_policy(
        session.scalars(
            select(PolicySentence)
            .where(PolicySentence.policy_id.in_(ids))
            .order_by(PolicySentence.position)
        )
    )
    told = _by_policy(
        session.scalars(
            select(PolicyCommunication)
            .where(PolicyCommunication.policy_id.in_(ids))
            .order_by(PolicyCommunication.happened_on, PolicyCommunication.id)
        )
    )
    answers = _by_policy(
        session.scalars(select(CommitmentCoverage).where(CommitmentCoverage.policy_id.in_(ids)))
    )
    records = session.scalars(select(PolicyRecord).where(PolicyRecord.policy_id.in_(ids)))
    return Around(
        sentences=sentences,
        judged={each.id: _judged(each, sentences, answers, told) for each in policies},
        told=told,
        records={record.policy_id: record for record in records},
        versions=_versions(session, {each.organisation_id for each in policies}),
    )


def _by_policy(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.policy_id, []).append(row)
    return found


def _judged(
    policy: Policy,
    sentences: Mapping[int, Sequence[PolicySentence]],
    answers: Mapping[int, Sequence[CommitmentCoverage]],
    told: Mapping[int, Sequence[PolicyCommunication]],
) -> tuple[CoveredList, ...]:
    given = answers.get(policy.id, ())
    return judge(
        chosen(commitments.shipped(), policy.referential_keys),
        {each.expected_key: Answer(tuple(each.sentence_keys), each.note) for each in given},
        {each.key: each.position for each in sentences.get(policy.id, ())},
        is_communicated=bool(told.get(policy.id)),
    )


def _versions(session: Session, organisation_ids: Iterable[int]) -> dict[int, list[Any]]:
    rows = session.execute(
        select(
            Policy.organisation_id,
            Policy.number,
            Policy.title,
            Policy.status,
            Policy.created_at,
            Policy.decided_at,
            Policy.change_reason,
        )
        .where(Policy.organisation_id.in_(list(organisation_ids)))
        .order_by(Policy.number)
    )
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.organisation_id, []).append(row)
    return found


def _snapshot(policy: Policy, around: Around, telling: Telling) -> Snapshot:
    words = telling.words
    fields = (
        "number", "title", "introduction", "status", "change_reason", "referential_keys",
        "review_on", "created_at", "submitted_at", "decided_at", "decision_note", "superseded_at",
    )  # fmt: skip
    sentences = around.sentences.get(policy.id, ())
    judged, told = around.judged[policy.id], around.told.get(policy.id, ())
    state = {
        **state_of(policy, *fields),
        "decided_by_candidate": policy.decided_by_id == telling.candidate_id,
        "sentences": [
            state_of(each, "position", "key", "text", "is_commitment", "domains")
            for each in sentences
        ],
        "coverage": {each.checklist.edition: list(map(_line, each.lines)) for each in judged},
        "communications": [state_of(each, "happened_on", "audience", "channel") for each in told],
        "approved_sha256": record.sha256 if (record := around.records.get(policy.id)) else None,
    }
    return Snapshot(
        f"v{policy.number}",
        policy.title,
        policy.created_at.date(),
        state,
        _facts(policy, around, telling),
        tables=(
            _text(sentences, words),
            *(_checklist(each, words) for each in judged),
            _communications(told, words),
            _history(policy, around.versions[policy.organisation_id], words),
        ),
    )


def _line(covered: Covered) -> dict[str, Any]:
    return {
        "expected": covered.expected.key,
        "clause": covered.expected.clause,
        "sentences": list(covered.positions),
        "note": covered.note,
        "is_met": covered.is_met,
    }


def _facts(policy: Policy, around: Around, telling: Telling) -> list[tuple[Message, str]]:
    words = telling.words
    judged, record = around.judged[policy.id], around.records.get(policy.id)
    decided_by = CANDIDATE if policy.decided_by_id == telling.candidate_id else MANAGEMENT
    covered = ", ".join(
        f"{each.checklist.name} : {each.met_count} / {len(each.lines)}" for each in judged
    )

    def at(instant: Any) -> str:
        return moment(instant, words.locale) if instant else ""

    return [
        (N_("Version"), str(policy.number)),
        (N_("Statut"), words.translate(policy.status.label)),
        (N_("Raison de la version"), policy.change_reason),
        (N_("Introduction"), policy.introduction),
        (N_("Engagements attendus couverts"), covered),
        (N_("Commencée le"), at(policy.created_at)),
        (N_("Soumise le"), at(policy.submitted_at)),
        (N_("Décidée le"), at(policy.decided_at)),
        (N_("Décidée par"), words.translate(decided_by) if policy.decided_by_id else ""),
        (N_("Mot de la décision"), policy.decision_note),
        (N_("Remplacée le"), at(policy.superseded_at)),
        (N_("À revoir le"), day(policy.review_on, words.locale) if policy.review_on else ""),
        (N_("Empreinte du texte approuvé"), record.sha256 if record else ""),
    ]


def _text(sentences: Sequence[PolicySentence], words: Texts) -> Rows:
    return Rows(
        N_("Le texte"),
        (N_("N°"), N_("Phrase"), N_("Engagement"), N_("Domaines")),
        [
            (
                str(each.position),
                each.text,
                words.translate(N_("oui") if each.is_commitment else N_("non")),
                ", ".join(words.translate(Domain(code).label) for code in each.domains),
            )
            for each in sentences
        ],
    )


def _checklist(judged: CoveredList, words: Texts) -> Rows:
    return Rows(
        N_("Engagements attendus : %(edition)s", edition=judged.checklist.name),
        (N_("Article"), N_("Engagement attendu"), N_("Réponse"), N_("Raison de faire sans")),
        [
            (
                line.expected.clause,
                pick(line.expected.title, words.locale),
                words.translate(_answer(line)),
                line.note,
            )
            for line in judged.lines
        ],
    )


def _answer(line: Covered) -> Message:
    if line.positions:
        numbers = ", ".join(map(str, line.positions))
        return N_("couvert par la phrase %(numbers)s", numbers=numbers)
    if line.expected.shown_by is ShownBy.COMMUNICATION:
        return N_("communiqué") if line.is_met else N_("pas encore communiqué")
    return N_("non couvert") if line.is_missing else N_("écarté, avec sa raison")


def _communications(told: Sequence[PolicyCommunication], words: Texts) -> Rows:
    return Rows(
        N_("Communication"),
        (N_("Date"), N_("À qui"), N_("Comment")),
        [(day(each.happened_on, words.locale), each.audience, each.channel) for each in told],
        "" if told else words.translate(N_("Aucune communication enregistrée.")),
    )


def _history(policy: Policy, versions: Sequence[Any], words: Texts) -> Rows:
    known = [row for row in versions if row.number <= policy.number]
    return Rows(
        N_("Les versions"),
        (N_("Version"), N_("Statut"), N_("Commencée le"), N_("Décidée le"), N_("Raison")),
        [
            (
                str(row.number),
                words.translate(row.status.label),
                day(row.created_at.date(), words.locale),
                day(row.decided_at.date(), words.locale) if row.decided_at else NOTHING,
                row.change_reason,
            )
            for row in known[-VERSIONS:]
        ],
    )


def facts(session: Session, ids: Sequence[int]) -> Mapping[int, frozenset[str]]:
    """Return what each version holds: ``covered submitted decided communicated``."""
    policies = session.scalars(select(Policy).where(Policy.id.in_(ids))).all()
    around = _around(session, policies)
    return {each.id: frozenset(_held(each, around)) for each in policies}


def _held(policy: Policy, around: Around) -> Iterable[str]:
    judged = around.judged[policy.id]
    if judged and around.sentences.get(policy.id) and not missing_places(judged):
        yield "covered"
    if policy.status is not PolicyStatus.DRAFT and policy.submitted_at:
        yield "submitted"
    if policy.decided_at:
        yield "decided"
    if around.told.get(policy.id):
        yield "communicated"


def start(session: Session, policy_id: int) -> Start:
    """Return the first words of a situation about a version: why it was begun, its introduction."""
    row = session.execute(
        select(
            Policy.title, Policy.number, Policy.created_at, Policy.decided_at,
            Policy.change_reason, Policy.introduction,
        ).where(Policy.id == policy_id)
    ).one()  # fmt: skip
    context = "\n\n".join(t.strip() for t in (row.change_reason, row.introduction) if t.strip())
    end = row.decided_at.date() if row.decided_at else None
    return Start(f"{row.title} v{row.number}"[:200], row.created_at.date(), end, context)


POLICY = RecordKind(
    kind=Kind.POLICY,
    word=N_("Politique"),
    icon="flag",
    taken_part=taken_part,
    snapshots=snapshots,
    verbs={verb: word for verb, word in VERBS.items() if verb.startswith("policy.")},
    facts=facts,
    start=start,
)
