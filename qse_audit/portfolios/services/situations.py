"""Writing situations, ticking capabilities, tying live records."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from qse_audit.certifications.models import Block, Capability, Criterion
from qse_audit.certifications.rules import Modality
from qse_audit.core.errors import Conflict, NotAllowed, NotFound, Refusal, refuse_all
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_
from qse_audit.db.trail import Act, record
from qse_audit.evidence.models import Evidence
from qse_audit.policies import Identity
from qse_audit.portfolios.models import Candidacy, Claim, Situation, SituationRecord
from qse_audit.portfolios.queries.records import RecordLine, find_record
from qse_audit.portfolios.rules import TEXT_MAX
from qse_audit.portfolios.services.disclosures import forget_unused


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What the candidate writes of a situation."""

    title: str
    modality: Modality
    starts_on: date | None = None
    ends_on: date | None = None
    context: str = ""
    own_role: str = ""
    team_part: str = ""
    what_i_did: str = ""
    result: str = ""
    otherwise: str = ""

    def as_text(self) -> dict[str, str]:
        """Return each field as text, by its name, as a conflict shows it."""
        return {f.name: _text(getattr(self, f.name)) for f in fields(self)}


def add_situation(
    session: Session,
    candidacy: Candidacy,
    story: Story,
    *,
    capability_ids: Iterable[int] = (),
    actor: Identity,
    now: datetime,
) -> Situation:
    """Add a situation at the end of a portfolio.

    :raises Refused: for dates out of order, no title or a text too long.
    """
    refuse_all(story_refusals(story))
    last = session.scalar(
        select(func.max(Situation.position)).where(Situation.candidacy_id == candidacy.id)
    )
    situation = Situation(
        candidacy_id=candidacy.id, candidacy=candidacy, position=(last or 0) + 1, created_at=now
    )
    _write(situation, story)
    session.add(situation)
    session.flush()
    _claim(session, situation, capability_ids, ())
    _record(session, situation, "add", actor=actor, now=now, texts={"title": situation.title})
    return situation


def save_situation(
    session: Session,
    situation: Situation,
    story: Story,
    *,
    capability_ids: Iterable[int],
    criterion_ids: Iterable[int],
    version: int | None,
    actor: Identity,
    now: datetime,
) -> None:
    """Keep what was written and ticked; nothing is recorded when nothing changed.

    :raises Conflict: when ``version`` is no longer the stored one; carries both texts.
    :raises Refused: for dates out of order, no title or a text too long.
    """
    refuse_all(story_refusals(story))
    stored = story_of(situation)
    if version is not None and version != situation.version:
        raise Conflict(theirs=stored.as_text(), yours=story.as_text())
    ticked = _claim(session, situation, capability_ids, criterion_ids)
    if not ticked and stored == story:
        return
    _write(situation, story)
    if ticked:
        flag_modified(situation, "title")  # a new version, even if only boxes changed
    changed = sorted(n for n, text in story.as_text().items() if text != stored.as_text()[n])
    data = {"changed": changed, "claims": sorted(c.capability_id for c in situation.claims)}
    _record(session, situation, "correct", actor=actor, now=now, data=data)
    session.flush()


def claim_criterion(
    session: Session, situation: Situation, criterion_id: int, *, actor: Identity, now: datetime
) -> None:
    """Tick one suggested criterion, and so its capability.

    :raises NotFound: for a criterion of another certification.
    """
    criteria = {c.criterion_id for c in situation.claims if c.criterion_id is not None}
    capabilities = {c.capability_id for c in situation.claims if c.criterion_id is None}
    if _claim(session, situation, capabilities, criteria | {criterion_id}):
        _record(session, situation, "claim", actor=actor, now=now, data={"criterion": criterion_id})


def remove_situation(
    session: Session, situation: Situation, *, actor: Identity, now: datetime
) -> None:
    """Take a situation out of the portfolio; submitted dossiers keep theirs."""
    _record(session, situation, "remove", actor=actor, now=now, texts={"title": situation.title})
    session.delete(situation)
    session.flush()
    forget_unused(session, situation.candidacy_id)


def tie_record(
    session: Session,
    situation: Situation,
    kind: Kind,
    record_id: int,
    *,
    actor: Identity,
    now: datetime,
) -> RecordLine:
    """Tie a live record that the candidate took part in.

    :raises NotFound: for any other record, whether it exists or not.
    """
    found = find_record(session, situation.candidacy, kind, record_id)
    if found is None:
        raise NotFound(f"{kind} {record_id}")
    if any((r.record_kind, r.record_id) == (kind, record_id) for r in situation.records):
        return found
    situation.records.append(
        SituationRecord(
            record_kind=kind, record_id=record_id, involvement=found.involvement, tied_at=now
        )
    )
    session.flush()
    data = {"record": f"{kind}/{record_id}", "involvement": found.involvement}
    _record(session, situation, "tie", actor=actor, now=now, data=data)
    return found


def untie_record(
    session: Session, tied: SituationRecord, *, actor: Identity, now: datetime
) -> None:
    """Take a record away from a situation; the record itself is untouched."""
    situation = tied.situation
    data = {"record": f"{tied.record_kind}/{tied.record_id}"}
    situation.records.remove(tied)
    session.flush()
    forget_unused(session, situation.candidacy_id)
    _record(session, situation, "untie", actor=actor, now=now, data=data)


def describe_own_part(
    session: Session,
    tied: SituationRecord,
    text: str,
    *,
    version: int | None,
    actor: Identity,
    now: datetime,
) -> None:
    """Say what in a tied record is the candidate’s own work.

    :raises Conflict: when ``version`` is no longer the stored one.
    """
    if version is not None and version != tied.version:
        raise Conflict(theirs={"own_part": tied.own_part}, yours={"own_part": text})
    refuse_all(_too_long("own_part", text))
    if tied.own_part == text:
        return
    tied.own_part = text
    session.flush()
    data = {"record": f"{tied.record_kind}/{tied.record_id}"}
    _record(session, tied.situation, "own-part", actor=actor, now=now, data=data)


def attach_evidence(
    session: Session, situation: Situation, evidence: Evidence, *, actor: Identity, now: datetime
) -> None:
    """Tie a file that the candidate has just brought to a situation.

    :raises NotAllowed: when somebody else brings it: a situation belongs to its candidate.
    """
    if actor.user_id != situation.candidacy.candidate_id:
        raise NotAllowed("situation:edit")
    tie_record(session, situation, Kind.EVIDENCE, evidence.id, actor=actor, now=now)


def story_of(situation: Situation) -> Story:
    """Return what is stored of a situation."""
    return Story(**{f.name: getattr(situation, f.name) for f in fields(Story)})


def story_refusals(story: Story) -> list[Refusal]:
    """Return what makes a story impossible to keep; unfinished texts are welcome."""
    found: list[Refusal] = []
    if not story.title.strip():
        found.append(Refusal("title", N_("Donnez un titre à la situation.")))
    if len(story.title) > 200:
        found.append(Refusal("title", N_("Le titre dépasse 200 caractères.")))
    if story.starts_on and story.ends_on and story.ends_on < story.starts_on:
        found.append(Refusal("ends_on", N_("La fin ne peut pas précéder le début.")))
    if story.ends_on and not story.starts_on:
        found.append(Refusal("starts_on", N_("Indiquez aussi le début.")))
    for name, text in story.as_text().items():
        found += _too_long(name, text)
    return found


def _too_long(name: str, text: str) -> list[Refusal]:
    if len(text) <= TEXT_MAX:
        return []
    return [Refusal(name, N_("Ce texte dépasse %(count)d caractères.", count=TEXT_MAX))]


def _text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def _write(situation: Situation, story: Story) -> None:
    for each in fields(story):
        setattr(situation, each.name, getattr(story, each.name))


def _claim(
    session: Session,
    situation: Situation,
    capability_ids: Iterable[int],
    criterion_ids: Iterable[int],
) -> bool:
    """Make the claims of a situation exactly these; say whether anything changed.

    :raises NotFound: for a capability or a criterion of another certification.
    """
    grid = _grid(session, situation.candidacy.certification_version_id)
    wanted: set[tuple[int, int | None]] = {(_known(grid, c), None) for c in set(capability_ids)}
    for criterion_id in set(criterion_ids):
        capability = next((c for c, own in grid.items() if criterion_id in own), None)
        if capability is None:
            raise NotFound(f"criterion {criterion_id}")
        wanted |= {(capability, criterion_id), (capability, None)}
    held = {(c.capability_id, c.criterion_id): c for c in situation.claims}
    for key in held.keys() - wanted:
        situation.claims.remove(held[key])
    situation.claims.extend(
        Claim(capability_id=capability, criterion_id=criterion)
        for capability, criterion in sorted(wanted - held.keys(), key=str)
    )
    session.flush()
    return wanted != held.keys()


def _known(grid: Mapping[int, frozenset[int]], capability_id: int) -> int:
    if capability_id not in grid:
        raise NotFound(f"capability {capability_id}")
    return capability_id


def _grid(session: Session, certification_version_id: int) -> dict[int, frozenset[int]]:
    """Return the criteria of each capability of a certification."""
    rows = session.execute(
        select(Capability.id, Criterion.id.label("criterion"))
        .join(Block, Block.id == Capability.block_id)
        .outerjoin(Criterion, Criterion.capability_id == Capability.id)
        .where(Block.certification_version_id == certification_version_id)
    )
    grid: dict[int, set[int]] = {}
    for row in rows:
        grid.setdefault(row.id, set()).update([row.criterion] if row.criterion else [])
    return {capability: frozenset(own) for capability, own in grid.items()}


def _record(
    session: Session,
    situation: Situation,
    verb: str,
    *,
    actor: Identity,
    now: datetime,
    data: Mapping[str, object] | None = None,
    texts: Mapping[str, str] | None = None,
) -> None:
    act = Act(
        verb=f"situation.{verb}",
        kind=Kind.SITUATION,
        subject_id=situation.id,
        data={"candidacy": situation.candidacy_id, **(data or {})},
        texts=texts or {},
    )
    record(
        session,
        act,
        organisation_id=situation.candidacy.organisation_id,
        actor_id=actor.user_id,
        now=now,
    )
