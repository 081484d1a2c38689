"""Logging signals of variation, once each, and what their owner says of them. None commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import Conflict, Refusal, refuse_all
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_
from qse_audit.db.outbox import notify
from qse_audit.db.trail import Act, record
from qse_audit.findings.models import Finding
from qse_audit.findings.queries import readable_by as findings_readable_by
from qse_audit.indicators.models import Indicator, LoggedSignal
from qse_audit.indicators.queries.readings import reading_of
from qse_audit.indicators.rules import IndicatorStatus, Sighting
from qse_audit.indicators.rules.cards import HOUSE, TEXT_MAX
from qse_audit.indicators.services.writing import record_act
from qse_audit.policies import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What the owner found out about a signal."""

    cause: str
    analysis: str
    """What happened, and what is done about it or kept."""
    finding: str = ""
    """Reference of the finding that tells of the same; empty: none."""


def watch(session: Session, indicator: Indicator, *, now: datetime) -> int:
    """Log the signals of the current values that are not logged yet; return how many.

    The owner hears of them once, however many there are.
    """
    if indicator.status is not IndicatorStatus.ACTIVE:
        return 0
    reading = reading_of(session, indicator, day_in_paris(now))
    fresh = _log(session, indicator, reading.analysis.sightings, now=now)
    if not fresh:
        return 0
    session.flush()
    names = [f"{each.rule} {each.from_on.isoformat()}" for each in fresh]
    act = Act(
        verb="indicator.signal",
        kind=Kind.INDICATOR,
        subject_id=indicator.id,
        data={"reference": indicator.reference, "signals": names},
        texts={"title": indicator.title, "note": ", ".join(names)},
    )
    head = record(session, act, organisation_id=indicator.organisation_id, actor_id=None, now=now)
    notify(
        session,
        N_("Signal à expliquer : %(title)s (%(reference)s)", title=indicator.title,
           reference=indicator.reference),
        key=f"signal/{indicator.organisation_id}/{head.seq}/{indicator.owner_id}",
        person_id=indicator.owner_id,
        organisation_id=indicator.organisation_id,
        subject=(Kind.INDICATOR, indicator.id),
        now=now,
    )  # fmt: skip
    return len(fresh)


def _log(
    session: Session, indicator: Indicator, sightings: Sequence[Sighting], *, now: datetime
) -> list[LoggedSignal]:
    """Return the rows added; a signal that goes on only grows."""
    known = {
        (each.rule, each.from_on): each
        for each in session.scalars(
            select(LoggedSignal).where(LoggedSignal.indicator_id == indicator.id)
        )
    }
    fresh = []
    for sighting in sightings:
        key = (sighting.rule.value, sighting.from_on)
        if key in known:
            if sighting.until_on > known[key].until_on:
                known[key].until_on = sighting.until_on
            continue
        known[key] = LoggedSignal(
            organisation_id=indicator.organisation_id,
            indicator_id=indicator.id,
            rule=sighting.rule.value,
            from_on=sighting.from_on,
            until_on=sighting.until_on,
            is_favourable=sighting.is_favourable,
            found_at=now,
        )
        fresh.append(known[key])
    session.add_all(fresh)
    return fresh


def explain_signal(
    session: Session,
    signal: LoggedSignal,
    told: Explanation,
    *,
    version: int,
    actor: Identity,
    now: datetime,
) -> None:
    """Store what was found out about a signal; it can be told better later.

    :raises Refused: without words, or for a finding that the person may not read.
    :raises Conflict: when somebody else explained it in between; with both texts.
    """
    texts = {"cause": told.cause.strip(), "analysis": told.analysis.strip()}
    if version != signal.version:
        raise Conflict(theirs={"cause": signal.cause, "analysis": signal.analysis}, yours=texts)
    finding_id, refusals = _finding(session, told.finding.strip(), actor)
    refuse_all((*_explanation_refusals(texts), *refusals))
    signal.cause, signal.analysis = texts["cause"], texts["analysis"]
    signal.answer_kind = "" if finding_id is None else Kind.FINDING.value
    signal.answer_id = finding_id
    signal.analysed_at, signal.analysed_by_id = now, actor.user_id
    session.flush()
    data = {
        "rule": signal.rule,
        "from": signal.from_on.isoformat(),
        "until": signal.until_on.isoformat(),
        "finding": finding_id,
    }
    note = f"{texts['cause']} — {texts['analysis']}"
    record_act(session, signal.indicator, "explain", actor=actor, now=now, data=data, note=note)


def _explanation_refusals(texts: dict[str, str]) -> list[Refusal]:
    found = []
    if not texts["cause"]:
        message = N_("Dites la cause, ou ce que vous avez cherché sans la trouver.")
        found.append(Refusal("cause_missing", message, HOUSE))
    if not texts["analysis"]:
        message = N_("Dites ce qui est fait, ou pourquoi rien n’est à faire.")
        found.append(Refusal("analysis_missing", message, HOUSE))
    for text in texts.values():
        if len(text) > TEXT_MAX:
            message = N_("%(count)d caractères ; attendu : au plus %(most)d", count=len(text),
                         most=TEXT_MAX)  # fmt: skip
            found.append(Refusal("text_long", message, HOUSE))
    return found


def _finding(
    session: Session, reference: str, actor: Identity
) -> tuple[int | None, tuple[Refusal, ...]]:
    """Return the finding of a reference that ``actor`` may read."""
    if not reference:
        return None, ()
    found = session.scalar(
        select(Finding.id).where(
            Finding.organisation_id == actor.organisation_id,
            Finding.reference == reference,
            findings_readable_by(actor),
        )
    )
    if found is None:
        message = N_("Aucun constat « %(reference)s » que vous puissiez lire.",
                     reference=reference[:40])  # fmt: skip
        return None, (Refusal("finding_unknown", message, HOUSE),)
    return found, ()
