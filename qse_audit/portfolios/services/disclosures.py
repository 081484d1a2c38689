"""Deciding how a file of the company goes out: whole, masked, or mentioned only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from qse_audit.core.errors import NotAllowed, Refusal, refuse_all
from qse_audit.core.permissions import Kind, Permission
from qse_audit.core.text import N_
from qse_audit.db.trail import Act, record
from qse_audit.documents.names import safe_name
from qse_audit.evidence.intake import Masked, TakenIn
from qse_audit.evidence.rules import Zone
from qse_audit.policies import Identity, allows
from qse_audit.portfolios.models import Candidacy, Disclosure, Situation, SituationRecord
from qse_audit.portfolios.queries.disclosures import Source, disclosures_of
from qse_audit.portfolios.rules import Way

ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}
SAME_FILE = Refusal(
    "same_file",
    N_("Ce fichier est l’original : envoyez une copie où ce qui doit l’être est masqué."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """The file that goes out instead of another one."""

    sha256: str
    media_type: str
    file_name: str
    size_bytes: int
    thumbnail_sha256: str | None = None
    zones: tuple[Zone, ...] = ()


def masked_copy(source: Source, masked: Masked, zones: Sequence[Zone]) -> Copy:
    """Return the copy of a photo in which ``zones`` are hidden."""
    return Copy(
        sha256=masked.sha256,
        media_type=source.file.media_type,
        file_name=_name_of(source, ENDINGS[source.file.media_type]),
        size_bytes=masked.size_bytes,
        thumbnail_sha256=masked.thumbnail_sha256,
        zones=tuple(zones),
    )


def brought_copy(source: Source, taken: TakenIn) -> Copy:
    """Return the copy that the candidate masked elsewhere and sent.

    :raises Refused: for the original itself.
    """
    same = source.file.sha256 in {taken.sha256, taken.received_sha256}
    refuse_all([SAME_FILE] if same else [])
    _, dot, ending = taken.file_name.rpartition(".")
    return Copy(
        sha256=taken.sha256,
        media_type=taken.media_type,
        file_name=_name_of(source, f"{dot}{ending}".lower()),
        size_bytes=taken.size_bytes,
        thumbnail_sha256=taken.thumbnail_sha256,
    )


def _name_of(source: Source, ending: str) -> str:
    """Return the name of a copy: after the title, as the name of the original may name somebody."""
    return safe_name(f"copie masquée - {source.title[:100]}", ending)


def disclose(
    session: Session,
    tied: SituationRecord,
    source: Source,
    way: Way,
    *,
    copy: Copy | None = None,
    people: str = "",
    actor: Identity,
    now: datetime,
) -> Disclosure:
    """Decide how the file of a tied record goes out, in every situation of the portfolio.

    ``copy``: what goes out instead, for :attr:`Way.COPY` and no other way; ``people``: who can be
    recognised in what goes out.

    :raises NotAllowed: to others than the candidate, and once the portfolio is submitted.
    """
    candidacy = tied.situation.candidacy
    if not allows(actor, Permission.CANDIDACY_EDIT, candidacy.access()):
        raise NotAllowed(Permission.CANDIDACY_EDIT)
    if (way is Way.COPY) != (copy is not None):
        raise ValueError("a copy goes with its way, and with no other")
    key = (Kind(tied.record_kind), tied.record_id)
    found = disclosures_of(session, candidacy.id).get(key)
    if found is None:
        found = Disclosure(candidacy_id=candidacy.id, record_kind=key[0].value, record_id=key[1])
        session.add(found)
    found.way, found.source_sha256 = way, source.file.sha256
    found.people = people.strip()[:200]
    found.made_at, found.made_by_id = now, actor.user_id
    _write(found, copy)
    session.flush()
    _record(session, candidacy, found, actor=actor, now=now)
    return found


def _write(disclosure: Disclosure, copy: Copy | None) -> None:
    disclosure.sha256 = copy.sha256 if copy else None
    disclosure.thumbnail_sha256 = copy.thumbnail_sha256 if copy else None
    disclosure.media_type = copy.media_type if copy else ""
    disclosure.file_name = copy.file_name if copy else ""
    disclosure.size_bytes = copy.size_bytes if copy else None
    disclosure.zones = [zone.as_json() for zone in copy.zones] if copy else []


def forget_unused(session: Session, candidacy_id: int) -> None:
    """Drop what was decided for records that no situation of the portfolio ties any more."""
    used = (
        select(SituationRecord.record_kind, SituationRecord.record_id)
        .join(Situation, Situation.id == SituationRecord.situation_id)
        .where(Situation.candidacy_id == candidacy_id)
    )
    tied = {(str(kind), key) for kind, key in session.execute(used)}
    unused = [
        each.id
        for each in disclosures_of(session, candidacy_id).values()
        if (each.record_kind, each.record_id) not in tied
    ]
    if unused:
        session.execute(delete(Disclosure).where(Disclosure.id.in_(unused)))


def _record(
    session: Session, candidacy: Candidacy, found: Disclosure, *, actor: Identity, now: datetime
) -> None:
    data: Mapping[str, Any] = {
        "record": f"{found.record_kind}/{found.record_id}",
        "way": found.way.value,
        "source_sha256": found.source_sha256,
        "sha256": found.sha256,
        "zones": len(found.zones),
    }
    act = Act(verb="candidacy.disclose", kind=Kind.CANDIDACY, subject_id=candidacy.id, data=data)
    record(session, act, organisation_id=candidacy.organisation_id, actor_id=actor.user_id, now=now)
