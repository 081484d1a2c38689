"""The read model of a dossier: everything as it is at one instant, and nothing that lives on.

The dictionary returned is stored with the dossier, and every file of it is made from it alone:

``reference number locale frozen_at late_days … candidacy certification blocks[] situations[]
records[] files[] opinion release``; submitting adds ``chain``. Situations are numbered from 1,
records from R1; capabilities and criteria point to situations, situations to records, records to
files.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from qse_audit.core.canonical import canonical_json
from qse_audit.core.clock import day_in_paris, utc_text
from qse_audit.core.errors import Refusal
from qse_audit.core.involvement import Involvement
from qse_audit.core.permissions import Kind, Link
from qse_audit.core.text import N_, pick
from qse_audit.documents.store import FileStore
from qse_audit.documents.text import Texts
from qse_audit.portfolios.guidance import AUTHENTICITY, CONFIDENTIALITY
from qse_audit.portfolios.models import Candidacy, Situation, SituationRecord
from qse_audit.portfolios.queries.candidacies import people_of_candidacy
from qse_audit.portfolios.queries.disclosures import disclosures_of, release_of, veiled
from qse_audit.portfolios.queries.events import events_of
from qse_audit.portfolios.queries.kinds import RECORDS
from qse_audit.portfolios.queries.portfolio import BlockInfo, Portfolio, structure_of
from qse_audit.portfolios.queries.records import records_by_key
from qse_audit.portfolios.queries.snapshots import Key, snapshots
from qse_audit.portfolios.rules import CapabilityReadiness, late_days, registration_ended
from qse_audit.records import FileRef, Rows, Snapshot

FORMAT = "qse-dossier-model-1"
TEXTS = ("context", "own_role", "team_part", "what_i_did", "result", "otherwise")
OWN_PARTS = (
    "late_days", "candidacy", "certification", "declaration", "blocks", "is_ready", "situations",
    "opinion", "release",
)  # fmt: skip
"""The parts of the model that are the candidate’s, the tutor’s and the company’s word on them."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """A read model, and why it could not be submitted."""

    model: dict[str, Any]
    refusals: tuple[Refusal, ...]


def freeze(
    session: Session,
    candidacy: Candidacy,
    portfolio: Portfolio,
    *,
    files: FileStore,
    locale: str,
    now: datetime,
) -> Frozen:
    """Return everything that the dossier of ``candidacy`` says now; reference and number miss."""
    words = Texts(locale)
    situations = _situations(session, candidacy)
    tied = {(Kind(r.record_kind), r.record_id): r for s in situations for r in s.records}
    known = records_by_key(session, candidacy, tied)
    shots = veiled(
        snapshots(session, candidacy, list(tied), words=words, today=day_in_paris(now)),
        disclosures_of(session, candidacy.id),
        words,
    )
    keys = [key for key in tied if key in known and key in shots]
    annexes = _annexes(shots, keys, files)
    numbers = {s.id: number for number, s in enumerate(situations, start=1)}
    names = {key: f"R{number}" for number, key in enumerate(keys, start=1)}
    blocks = structure_of(session, candidacy.certification_version_id, with_criteria=True)
    events = events_of(session, candidacy, keys)
    model: dict[str, Any] = {
        "format": FORMAT,
        "locale": locale,
        "frozen_at": now.isoformat(timespec="seconds"),
        "late_days": late_days(candidacy.report_due_on, day_in_paris(now)),
        "candidacy": _candidacy(session, candidacy, words),
        "certification": _certification(candidacy, locale),
        "declaration": words.translate(AUTHENTICITY),
        "confidentiality": words.translate(CONFIDENTIALITY),
        "blocks": [_block(block, portfolio, situations, numbers, words=words) for block in blocks],
        "is_ready": portfolio.readiness.is_ready,
        "situations": [
            _situation(s, numbers[s.id], blocks, names, words=words) for s in situations
        ],
        "records": [
            {"key": names[key], **_record(key, tied[key], shots[key], annexes=annexes, words=words)}
            | {"events": events.get(key, [])}
            for key in keys
        ],
        "files": list(annexes.values()),
        "opinion": _opinion(portfolio),
    }
    model["release"] = release_of(model["records"], model["files"])
    refusals = (*_to_come(situations, day_in_paris(now)), *_refusals(tied, keys, annexes))
    return Frozen(model, refusals)


def own_part(model: Mapping[str, Any]) -> bytes:
    """Return what the candidate answers for, to see whether it changed since it was frozen.

    The records themselves may live on: the dossier says how they stood when it was frozen.
    """
    own = {name: model.get(name) for name in OWN_PARTS}
    records = [[record["kind"], record["id"]] for record in model["records"]]
    return canonical_json({**own, "records": records})


def _to_come(situations: Sequence[Situation], today: date) -> tuple[Refusal, ...]:
    """Refuse what is told before it happened: one refusal a situation."""
    return tuple(
        Refusal(
            "situation_to_come",
            N_(
                "« %(title)s » : la date est à venir, une situation se raconte une fois vécue.",
                title=s.title,
            ),
        )
        for s in situations
        if any(on is not None and on > today for on in (s.starts_on, s.ends_on))
    )


def _refusals(
    tied: Mapping[Key, Any], keys: Sequence[Key], annexes: Mapping[str, Mapping[str, Any]]
) -> tuple[Refusal, ...]:
    lost = [key for key in tied if key not in keys]
    found = [
        Refusal(
            "record_lost",
            N_(
                "Un enregistrement rattaché (%(kind)s) ne vous est plus ouvert : détachez-le.",
                kind=RECORDS[kind].word,
            ),
        )
        for kind, _ in lost
    ]
    found += [
        Refusal("file_lost", N_("Le fichier « %(name)s » manque sur le serveur.", name=a["name"]))
        for a in annexes.values()
        if a["size_bytes"] is None
    ]
    return tuple(found)


def _situations(session: Session, candidacy: Candidacy) -> Sequence[Situation]:
    return session.scalars(
        select(Situation)
        .where(Situation.candidacy_id == candidacy.id)
        .options(selectinload(Situation.claims), selectinload(Situation.records))
        .order_by(Situation.position, Situation.id)
    ).all()


def _candidacy(session: Session, candidacy: Candidacy, words: Texts) -> dict[str, Any]:
    tutors = [p.name for p in people_of_candidacy(session, candidacy.id) if p.link is Link.TUTOR]
    due, provider = candidacy.report_due_on, candidacy.training_provider
    return {
        "id": candidacy.id,
        "candidate": candidacy.candidate.name,
        "company": candidacy.organisation.name,
        "organisation_id": candidacy.organisation_id,
        "tutors": tutors,
        "training_provider": provider.name if provider else "",
        "exam_centre": candidacy.exam_centre.name if candidacy.exam_centre else "",
        "route": candidacy.route.value,
        "route_word": words.translate(candidacy.route.label),
        "mission": candidacy.mission,
        "company_context": candidacy.company_context,
        "starts_on": candidacy.starts_on.isoformat(),
        "report_due_on": due.isoformat() if due else None,
    }


def _certification(candidacy: Candidacy, locale: str) -> dict[str, Any]:
    version = candidacy.certification
    return {
        "code": version.code,
        "title": pick(version.title, locale),
        "authority": version.authority,
        "starts_on": version.starts_on.isoformat(),
        "ends_on": version.ends_on.isoformat(),
        "has_ended": registration_ended(version.ends_on, starts_on=candidacy.starts_on),
        "grid_notice": pick(version.record.get("grid_notice"), locale),
        "sha256": version.sha256,
    }


def _block(
    block: BlockInfo,
    portfolio: Portfolio,
    situations: Sequence[Situation],
    numbers: Mapping[int, int],
    *,
    words: Texts,
) -> dict[str, Any]:
    by_criterion: dict[int, list[int]] = {}
    for situation in situations:
        for claim in situation.claims:
            if claim.criterion_id is not None:
                by_criterion.setdefault(claim.criterion_id, []).append(numbers[situation.id])
    capabilities = [
        {
            "id": capability.id,
            "code": capability.code,
            "title": pick(capability.title, words.locale),
            **_readiness(portfolio.readiness.of(capability.code), numbers, words),
            "criteria": [
                {
                    "key": criterion.key,
                    "label": pick(criterion.label, words.locale),
                    "source": criterion.source.value,
                    "situations": sorted(by_criterion.get(criterion.id, [])),
                }
                for criterion in capability.criteria
            ],
        }
        for capability in block.capabilities
    ]
    return {
        "code": block.code,
        "title": pick(block.title, words.locale),
        "is_ready": all(capability["is_ready"] for capability in capabilities),
        "capabilities": capabilities,
    }


def _readiness(
    state: CapabilityReadiness, numbers: Mapping[int, int], words: Texts
) -> dict[str, Any]:
    return {
        "is_ready": state.is_ready,
        "situations": sorted(numbers[key] for key in state.claimed),
        "observation": state.observation.value if state.observation else "",
        "missing": [{"code": r.code, "text": words.translate(r.message)} for r in state.missing],
    }


def _situation(
    situation: Situation,
    number: int,
    blocks: Sequence[BlockInfo],
    names: Mapping[Key, str],
    *,
    words: Texts,
) -> dict[str, Any]:
    capabilities = [c for block in blocks for c in block.capabilities]
    claimed = {claim.capability_id for claim in situation.claims}
    ticked = {claim.criterion_id for claim in situation.claims}
    return {
        "number": number,
        "id": situation.id,
        "title": situation.title,
        "modality": situation.modality.value,
        "modality_word": words.translate(situation.modality.label),
        "starts_on": situation.starts_on.isoformat() if situation.starts_on else None,
        "ends_on": situation.ends_on.isoformat() if situation.ends_on else None,
        **{name: getattr(situation, name) for name in TEXTS},
        "capabilities": [c.code for c in capabilities if c.id in claimed],
        "criteria": [k.key for c in capabilities for k in c.criteria if k.id in ticked],
        "records": [
            {
                "key": names[key],
                "own_part": tied.own_part,
                "tied_at": utc_text(tied.tied_at),
            }
            for tied in situation.records
            if (key := (Kind(tied.record_kind), tied.record_id)) in names
        ],
    }


def _record(
    key: Key,
    tied: SituationRecord,
    snapshot: Snapshot,
    *,
    annexes: Mapping[str, Mapping[str, Any]],
    words: Texts,
) -> dict[str, Any]:
    return {
        "kind": key[0].value,
        "id": key[1],
        "word": words.translate(RECORDS[key[0]].word),
        "involvement": tied.involvement,
        "involvement_word": words.translate(Involvement(tied.involvement).label),
        "reference": snapshot.reference,
        "title": snapshot.title,
        "happened_on": snapshot.happened_on.isoformat() if snapshot.happened_on else None,
        "facts": [[words.translate(label), value] for label, value in snapshot.facts if value],
        "tables": [_table(each, words) for each in snapshot.tables],
        "drawings": [asdict(each) for each in snapshot.drawings],
        "state": dict(snapshot.state),
        "files": [annexes[file.sha256]["number"] for file in snapshot.files],
    }


def _table(table: Rows, words: Texts) -> dict[str, Any]:
    return {
        "title": words.translate(table.title),
        "head": [words.translate(label) for label in table.head],
        "rows": [list(row) for row in table.rows],
        "note": table.note,
    }


def _annexes(
    shots: Mapping[Key, Snapshot], keys: Sequence[Key], files: FileStore
) -> dict[str, dict[str, Any]]:
    """Return the files of the records, each once, numbered in the order of the records."""
    refs: dict[str, FileRef] = {}
    for key in keys:
        for ref in shots[key].files:
            refs.setdefault(ref.sha256, ref)
    return {
        digest: {
            "number": number,
            "sha256": digest,
            "name": ref.name,
            "path": f"evidence/{digest}-{_short(ref.name)}",
            "media_type": ref.media_type,
            "is_image": ref.is_image,
            "size_bytes": _size(files, digest),
        }
        for number, (digest, ref) in enumerate(refs.items(), start=1)
    }


def _short(name: str) -> str:
    """Return a file name that leaves room for the hash in front, its ending kept."""
    stem, dot, ending = name.rpartition(".")
    room = 90 - len(ending.encode())
    if not dot or room < 10:
        return name.encode()[:90].decode(errors="ignore").strip(" .")
    return stem.encode()[:room].decode(errors="ignore").strip(" .") + "." + ending


def _size(files: FileStore, digest: str) -> int | None:
    path = files.path(digest)
    return path.stat().st_size if path.exists() else None


def _opinion(portfolio: Portfolio) -> dict[str, Any] | None:
    signed = portfolio.signed
    if signed is None:
        return None
    return {
        "number": signed.number,
        "document": dict(signed.document),
        "text": signed.text,
        "sha256": signed.sha256,
        "consent": signed.consent,
        "signed_by": signed.signed_by,
        "signed_at": utc_text(signed.signed_at),
        "head_seq": signed.head_seq,
        "head_hash": signed.head_hash,
    }
