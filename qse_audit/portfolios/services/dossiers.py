"""Submitting a portfolio: freeze it, seal it, keep the file; give it back; check it."""

import json
import zipfile
from collections.abc import Generator, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from qse_audit.core.canonical import canonical_json
from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import DocumentError, NotAllowed, refuse_all
from qse_audit.core.permissions import Kind, Link, Permission
from qse_audit.core.text import N_, Message
from qse_audit.db.numbering import next_reference
from qse_audit.db.outbox import notify
from qse_audit.db.participation import read_links
from qse_audit.db.trail import Act, Head, first_broken, read_chain, record
from qse_audit.documents.archive import CHUNK_BYTES
from qse_audit.documents.bag import BagSummary, Writable, bag_chunks
from qse_audit.documents.bag_check import verify_bag
from qse_audit.documents.seal import PublicKey, SealKey
from qse_audit.documents.store import FileStore, Stored
from qse_audit.evidence.services import seal_evidence
from qse_audit.policies import Identity, allows
from qse_audit.portfolios.models import Candidacy, Dossier
from qse_audit.portfolios.queries.candidacies import dossiers_of
from qse_audit.portfolios.queries.frozen import freeze
from qse_audit.portfolios.queries.portfolio import read_portfolio
from qse_audit.portfolios.reports.bundle import members
from qse_audit.portfolios.rules import CANDIDACY_WORKFLOW, CandidacyFacts

READY_MESSAGE = N_("Un dossier vient d’être remis : vous pouvez le lire.")


def submit_dossier(
    session: Session,
    candidacy: Candidacy,
    *,
    files: FileStore,
    seal_key: SealKey,
    actor: Identity,
    now: datetime,
    is_declared_authentic: bool = True,
) -> Dossier:
    """Freeze the portfolio as it is now, seal it, keep the file and say so in the chain.

    ``is_declared_authentic``: whether the candidate accepted the declaration of authenticity.

    :raises Refused: with every reason why it cannot be submitted.
    """
    if not allows(actor, Permission.CANDIDACY_EDIT, candidacy.access()):
        raise NotAllowed(Permission.CANDIDACY_EDIT)
    portfolio = read_portfolio(session, candidacy)
    facts = CandidacyFacts(
        has_exam_centre=candidacy.exam_centre_id is not None,
        complete_situations=portfolio.complete_count,
        is_declared_authentic=is_declared_authentic,
    )
    frozen = freeze(session, candidacy, portfolio, files=files, locale=actor.locale, now=now)
    refusals = CANDIDACY_WORKFLOW.refusals(candidacy.status, "submit", facts)
    refuse_all([*refusals, *frozen.refusals])
    model = {**frozen.model, **_named(session, candidacy, now)}
    digest = sha256(canonical_json(model)).hexdigest()
    candidacy.status = CANDIDACY_WORKFLOW.decide(candidacy.status, "submit", facts)
    candidacy.submitted_at = now
    head = _record_submission(session, candidacy, model, digest, actor=actor, now=now)
    model["chain"] = {"seq": head.seq, "hash": head.hash, "model_sha256": digest}
    stored = _seal(session, candidacy, model, files=files, key=seal_key, now=now)
    dossier = _dossier(candidacy, model, stored, head=head, actor=actor)
    session.add(dossier)
    session.flush()
    _record_seal(session, dossier, actor=actor, now=now)
    tied = [r["id"] for r in model["records"] if r["kind"] == Kind.EVIDENCE]
    seal_evidence(session, tied, now=now)
    _tell(session, candidacy, dossier, now)
    return dossier


def export_dossier(session: Session, dossier: Dossier, files: FileStore, out: Writable) -> int:
    """Write the sealed ZIP of ``dossier`` to ``out``, as it was sealed; return its size.

    :raises NotFound: when the file is not in the store.
    """
    size = 0
    with files.open(dossier.sha256) as file:
        while chunk := file.read(CHUNK_BYTES):
            out.write(chunk)
            size += len(chunk)
    return size


def verify_file(path: Path, *keys: PublicKey) -> tuple[bool, Message | None]:
    """Check a dossier’s file against the keys that may have sealed it, then its event chain.

    Every byte counts, tag files and the ZIP’s own structures included.

    :returns: whether all is well, and the first thing that is not.
    """
    found = verify_bag(path, public_keys=keys)
    if not found.ok:
        return False, found.first_problem
    claims = (found.seal or {}).get("claims", {})
    with zipfile.ZipFile(path) as archive:
        name = next((n for n in archive.namelist() if n.endswith("/data/events.jsonl")), "")
        if not name:
            return False, N_("Le fichier %(name)s manque.", name="data/events.jsonl")
        problem = _chain_problem(archive.read(name), claims)
    return problem is None, problem


def _chain_problem(lines: bytes, claims: Mapping[str, Any]) -> Message | None:
    """Return what is wrong with the events of a dossier: the chain itself, or its last link."""
    events = [json.loads(line) for line in lines.splitlines()]
    chain = ((e["seq"], e["prev"], e["body"], e["hash"]) for e in events)
    if (broken := first_broken(chain)) is not None:
        return N_("La chaîne du registre est rompue à l’événement n° %(seq)d.", seq=broken)
    if not events or events[-1]["hash"] != claims.get("head_hash"):
        return N_("Le registre ne s’arrête pas à la tête que le sceau annonce.")
    return None


def _named(session: Session, candidacy: Candidacy, now: datetime) -> dict[str, Any]:
    """Return the number and the reference of the next dossier: DOS-2026-003-2 follows -1."""
    earlier = dossiers_of(session, candidacy.id)
    number = earlier[0].number + 1 if earlier else 1
    if earlier:
        base = earlier[0].reference.rpartition("-")[0]
    else:
        base = next_reference(
            session,
            "DOS",
            organisation_id=candidacy.organisation_id,
            year=day_in_paris(now).year,
        )
    return {"number": number, "reference": f"{base}-{number}"}


def _seal(
    session: Session,
    candidacy: Candidacy,
    model: Mapping[str, Any],
    *,
    files: FileStore,
    key: SealKey,
    now: datetime,
) -> Stored:
    """Write the sealed ZIP into the store, as a stream."""
    chain = read_chain(session, candidacy.organisation_id)
    bag = _Watched(
        bag_chunks(
            root=model["reference"],
            members=members(model, chain, files, now=now),
            info={
                "Source-Organization": model["candidacy"]["company"],
                "External-Identifier": model["reference"],
                "External-Description": f"{model['certification']['code']}, "
                f"{model['candidacy']['candidate']}",
            },
            key=key,
            sealed_at=now,
            claims={
                "reference": model["reference"],
                "head_seq": model["chain"]["seq"],
                "head_hash": model["chain"]["hash"],
                "model_sha256": model["chain"]["model_sha256"],
            },
        )
    )
    stored = files.put(bag)
    _check_evidence(model, bag.summary)
    return stored


class _Watched:
    """A stream of chunks that keeps what its generator returns."""

    def __init__(self, chunks: Generator[bytes, None, BagSummary]) -> None:
        self._chunks = chunks
        self.summary: BagSummary | None = None

    def __iter__(self) -> Iterator[bytes]:
        self.summary = yield from self._chunks


def _check_evidence(model: Mapping[str, Any], summary: BagSummary | None) -> None:
    """Refuse to seal a file whose bytes are no longer those of its address."""
    written = {entry.name: entry.sha256 for entry in summary.entries} if summary else {}
    root = model["reference"]
    for file in model["files"]:
        if written.get(f"{root}/data/{file['path']}") != file["sha256"]:
            raise DocumentError(
                N_("Le fichier « %(name)s » est abîmé sur le serveur.", name=file["name"])
            )


def _dossier(
    candidacy: Candidacy, model: Mapping[str, Any], stored: Stored, *, head: Head, actor: Identity
) -> Dossier:
    return Dossier(
        candidacy_id=candidacy.id,
        number=model["number"],
        reference=model["reference"],
        model=dict(model),
        sha256=stored.sha256,
        size_bytes=stored.size_bytes,
        late_days=model["late_days"],
        head_seq=head.seq,
        head_hash=head.hash,
        submitted_at=candidacy.submitted_at,
        submitted_by_id=actor.user_id,
    )


def _record_submission(
    session: Session,
    candidacy: Candidacy,
    model: Mapping[str, Any],
    digest: str,
    *,
    actor: Identity,
    now: datetime,
) -> Head:
    act = Act(
        verb="candidacy.submit",
        kind=Kind.CANDIDACY,
        subject_id=candidacy.id,
        data={
            "reference": model["reference"],
            "number": model["number"],
            "late_days": model["late_days"],
            "model_sha256": digest,
            "opinion_sha256": model["opinion"]["sha256"] if model["opinion"] else None,
        },
    )
    return record(
        session, act, organisation_id=candidacy.organisation_id, actor_id=actor.user_id, now=now
    )


def _record_seal(session: Session, dossier: Dossier, *, actor: Identity, now: datetime) -> None:
    act = Act(
        verb="dossier.seal",
        kind=Kind.DOSSIER,
        subject_id=dossier.id,
        data={"reference": dossier.reference, "sha256": dossier.sha256},
    )
    record(
        session,
        act,
        organisation_id=dossier.model["candidacy"]["organisation_id"],
        actor_id=actor.user_id,
        now=now,
    )


def _tell(session: Session, candidacy: Candidacy, dossier: Dossier, now: datetime) -> None:
    """Tell the tutor and the panel that there is something to read."""
    links = read_links(session, Kind.CANDIDACY, candidacy.id)
    centre = candidacy.exam_centre_id or candidacy.organisation_id
    places = {
        Link.TUTOR: candidacy.organisation_id,
        Link.EVALUATOR: centre,
        Link.JURY: centre,
    }
    for link, place in places.items():
        for person_id in links.get(link, ()):
            notify(
                session,
                READY_MESSAGE,
                key=f"dossier/{dossier.id}/{person_id}",
                person_id=person_id,
                organisation_id=place,
                subject=(Kind.DOSSIER, dossier.id),
                now=now,
            )
