"""What was issued, signed or sealed: its content, its event, and the head that it names."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.audits.models import Report
from qse_audit.balances.models import Balance, BalanceRecord
from qse_audit.core.canonical import canonical_json
from qse_audit.core.text import N_
from qse_audit.db.trail import Event
from qse_audit.doctor.faults import Examination, Fault
from qse_audit.duerp.models import DuerpRecord, DuerpVersion
from qse_audit.portfolios.models import Candidacy, Dossier, SignedOpinion

VERBS = (
    "audit.report",
    "audit.revise",
    "opinion.sign",
    "dossier.seal",
    "balance.freeze",
    "duerp.approve",
)
"""The events that record a content with its hash."""
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class _Paper:
    """A row that is final, in the terms of the register."""

    subject: str
    """``report/4``, as a fault names it."""
    label: str
    organisation_id: int
    key: tuple[str, int, int | None]
    """Kind, id and number in the register."""
    facts: Mapping[str, Any]
    """What its event must say."""
    is_whole: bool
    """Whether its content still has the hash that stands beside it."""
    head: tuple[int, str]


def examine_sealed(session: Session, found: Examination) -> None:
    """Look at every report, signed opinion, dossier, frozen balance and approved DUERP."""
    told = _told(session)
    for paper in _papers(session):
        found.count("sealed")
        found.faults += _faults(session, paper, told.pop(paper.key, None))
    for kind, key, number in told:
        message = N_("Un document émis ou signé a disparu de la base.")
        subject = f"{kind}/{key}" + (f"/{number}" if number else "")
        found.faults.append(Fault("sealed_missing", subject, message))


def _told(session: Session) -> dict[tuple[str, int, int | None], dict[str, Any]]:
    """Return what the register says of each final content."""
    rows = session.execute(
        select(Event.subject_kind, Event.subject_id, Event.body).where(Event.verb.in_(VERBS))
    )
    told = {}
    for row in rows:
        data = json.loads(row.body)["data"]
        told[row.subject_kind, row.subject_id, data.get("number")] = data
    return told


def _faults(session: Session, paper: _Paper, told: Mapping[str, Any] | None) -> Iterator[Fault]:
    if not paper.is_whole:
        message = N_("Le contenu de « %(label)s » a été modifié.", label=paper.label)
        yield Fault("sealed_changed", paper.subject, message)
    if told is None:
        message = N_("Le registre ne connaît pas « %(label)s ».", label=paper.label)
        yield Fault("sealed_unknown", paper.subject, message)
    elif any(told.get(name) != value for name, value in paper.facts.items()):
        message = N_("« %(label)s » n’est plus ce que dit le registre.", label=paper.label)
        yield Fault("sealed_differs", paper.subject, message)
    seq, digest = paper.head
    if not _is_head(session, paper.organisation_id, seq, digest=digest):
        message = N_(
            "« %(label)s » cite la tête n° %(seq)d, que la chaîne n’a pas : elle a été réécrite.",
            label=paper.label,
            seq=seq,
        )
        yield Fault("head_lost", paper.subject, message)


def _is_head(session: Session, organisation_id: int, seq: int, *, digest: str) -> bool:
    if seq == 0:
        return True
    found = session.scalar(
        select(Event.hash).where(Event.organisation_id == organisation_id, Event.seq == seq)
    )
    return found == digest


def _papers(session: Session) -> Iterable[_Paper]:
    yield from _reports(session)
    yield from _opinions(session)
    yield from _dossiers(session)
    yield from _balances(session)
    yield from _duerps(session)


def _digest(content: Any) -> str:
    return hashlib.sha256(canonical_json(content)).hexdigest()


def _reports(session: Session) -> Iterator[_Paper]:
    options = {"yield_per": AT_ONCE}
    statement = select(Report).order_by(Report.id).execution_options(**options)
    for report in session.scalars(statement):
        yield _Paper(
            f"report/{report.id}",
            f"{report.model.get('reference', '')} v{report.number}".strip(),
            report.organisation_id,
            ("audit", report.audit_id, report.number),
            {"model_sha256": report.model_sha256, "files": report.files},
            _digest(report.model) == report.model_sha256,
            (report.head_seq, report.head_hash),
        )


def _opinions(session: Session) -> Iterator[_Paper]:
    statement = (
        select(SignedOpinion, Candidacy.organisation_id)
        .join(Candidacy, Candidacy.id == SignedOpinion.candidacy_id)
        .order_by(SignedOpinion.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for opinion, organisation_id in session.execute(statement):
        yield _Paper(
            f"signed_opinion/{opinion.id}",
            N_("avis signé n° %(number)d", number=opinion.number),
            organisation_id,
            ("candidacy", opinion.candidacy_id, opinion.number),
            {"sha256": opinion.sha256},
            hashlib.sha256(opinion.document.encode()).hexdigest() == opinion.sha256,
            (opinion.head_seq, opinion.head_hash),
        )


def _dossiers(session: Session) -> Iterator[_Paper]:
    statement = (
        select(Dossier, Candidacy.organisation_id)
        .join(Candidacy, Candidacy.id == Dossier.candidacy_id)
        .order_by(Dossier.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for dossier, organisation_id in session.execute(statement):
        model = {name: value for name, value in dossier.model.items() if name != "chain"}
        yield _Paper(
            f"dossier/{dossier.id}",
            dossier.reference,
            organisation_id,
            ("dossier", dossier.id, None),
            {"sha256": dossier.sha256, "reference": dossier.reference},
            _digest(model) == dossier.model["chain"]["model_sha256"],
            (dossier.head_seq, dossier.head_hash),
        )


def _balances(session: Session) -> Iterator[_Paper]:
    statement = (
        select(BalanceRecord, Balance.organisation_id, Balance.reference)
        .join(Balance, Balance.id == BalanceRecord.balance_id)
        .order_by(BalanceRecord.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for record, organisation_id, reference in session.execute(statement):
        yield _Paper(
            f"balance/{record.balance_id}",
            reference,
            organisation_id,
            ("balance", record.balance_id, None),
            {"sha256": record.sha256, "reference": reference},
            hashlib.sha256(record.document.encode()).hexdigest() == record.sha256,
            (record.head_seq, record.head_hash),
        )


def _duerps(session: Session) -> Iterator[_Paper]:
    statement = (
        select(DuerpRecord, DuerpVersion.organisation_id, DuerpVersion.number)
        .join(DuerpVersion, DuerpVersion.id == DuerpRecord.version_id)
        .order_by(DuerpRecord.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for record, organisation_id, number in session.execute(statement):
        yield _Paper(
            f"duerp_version/{record.version_id}",
            N_("document unique, version %(number)d", number=number),
            organisation_id,
            ("duerp_version", record.version_id, number),
            {"sha256": record.sha256},
            hashlib.sha256(record.document.encode()).hexdigest() == record.sha256,
            (record.head_seq, record.head_hash),
        )
