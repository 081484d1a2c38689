"""Makers of the records that a balance counts, each by its dates alone."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

from sqlalchemy.orm import Session

from qse_audit.accounts.models import Site
from qse_audit.actions.models import Action
from qse_audit.actions.rules import ActionKind, ActionStatus
from qse_audit.audits.models import Audit, AuditCriterion
from qse_audit.audits.rules import AuditStatus
from qse_audit.balances import services
from qse_audit.balances.models import Balance
from qse_audit.balances.rules import BalanceDraft, ReadingDraft, Section
from qse_audit.core.clock import PARIS
from qse_audit.core.expressions import Aggregation
from qse_audit.core.periods import Frequency
from qse_audit.core.permissions import Kind
from qse_audit.core.series import Direction
from qse_audit.db.trail import Act, record
from qse_audit.findings.models import Finding
from qse_audit.findings.rules import FindingStatus, Grade
from qse_audit.indicators.models import Indicator, LoggedSignal, Measurement, Target, Variable
from qse_audit.indicators.rules import Chart, IndicatorDomain, IndicatorStatus, Timing
from qse_audit.objectives.models import CoherenceReport, Objective
from qse_audit.objectives.rules import Level, ObjectiveStatus
from qse_audit.policies import Identity
from qse_audit.referentials.models import Edition, Referential
from qse_audit.referentials.rules import Domain, EditionStatus
from tests.factories import Cast

FROM, UNTIL = date(2025, 1, 1), date(2025, 12, 31)
"""The period of the tests; the one before is 2024."""
AFTER = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""When balances are written and frozen."""
_numbers = count(1)


def at(day: date | None, hour: int = 12, minute: int = 0) -> datetime | None:
    """Return an instant of a day, as read on a wall in France."""
    return day and datetime(day.year, day.month, day.day, hour, minute, tzinfo=PARIS)


def reference(prefix: str) -> str:
    return f"{prefix}-{next(_numbers):04d}"


def make_site(session: Session, organisation_id: int, name: str) -> Site:
    site = Site(organisation_id=organisation_id, name=name)
    session.add(site)
    session.flush()
    return site


def make_edition(session: Session, ref: str, label: str, *domains: str) -> Edition:
    referential = Referential(
        identifier=reference(ref), ref=ref, title={"fr": ref}, domains=list(domains)
    )
    session.add(referential)
    session.flush()
    edition = Edition(
        referential_id=referential.id,
        label=label,
        status=EditionStatus.IN_FORCE,
        description={},
        amendments=[],
        sha256="0" * 64,
        created_at=AFTER,
    )
    session.add(edition)
    session.flush()
    return edition


def make_audit(
    session: Session,
    who: Identity,
    ends_on: date | None,
    *,
    reported: date | None = None,
    closed: date | None = None,
    met: date | None = None,
    status: AuditStatus | None = None,
    sites: tuple[Site, ...] = (),
    editions: tuple[Edition, ...] = (),
) -> Audit:
    if status is None:
        status = AuditStatus.PLANNED
        if reported:
            status = AuditStatus.CLOSED if closed else AuditStatus.REPORTED
    audit = Audit(
        organisation_id=who.organisation_id,
        reference=reference("AUD"),
        title="Un audit",
        status=status,
        starts_on=ends_on,
        ends_on=ends_on,
        listed_on=ends_on or FROM,
        closing_meeting_on=met,
        created_at=at(date(2024, 1, 2)),
        created_by_id=who.user_id,
        reported_at=at(reported),
        closed_at=at(closed),
        sites=list(sites),
    )
    session.add(audit)
    session.flush()
    session.add_all(AuditCriterion(audit_id=audit.id, edition_id=each.id) for each in editions)
    session.flush()
    return audit


def make_finding(
    session: Session,
    who: Identity,
    audit: Audit,
    final: datetime | None,
    *,
    grade: Grade = Grade.MINOR_NONCONFORMITY,
    closed: date | None = None,
    clause: str = "7.5",
    label: str = "",
    process_id: int | None = None,
) -> Finding:
    finding = Finding(
        organisation_id=who.organisation_id,
        reference=reference("CST"),
        origin_kind=Kind.AUDIT,
        origin_id=audit.id,
        grade=grade,
        status=FindingStatus.CLOSED if closed else FindingStatus.FINAL,
        title="Un constat",
        evidence_text="Vu à l’atelier",
        clause_ref=clause,
        referential_label=label,
        process_id=process_id,
        created_at=final,
        created_by_id=who.user_id,
        finalised_at=final,
        closed_at=at(closed),
    )
    session.add(finding)
    session.flush()
    return finding


def make_action(
    session: Session,
    who: Identity,
    asked: date,
    due: date,
    *,
    done: date | None = None,
    audit: Audit | None = None,
    status: ActionStatus | None = None,
) -> Action:
    key = audit.id if audit else 999_999
    action = Action(
        organisation_id=who.organisation_id,
        reference=reference("ACT"),
        origin_kind=Kind.AUDIT,
        origin_id=key,
        context_kind=Kind.AUDIT,
        context_id=key,
        kind=ActionKind.CORRECTIVE,
        title="Une action",
        owner_id=who.user_id,
        due_on=due,
        due_set_on=asked,
        status=status or (ActionStatus.DONE if done else ActionStatus.OPEN),
        created_at=at(asked),
        done_at=at(done),
    )
    session.add(action)
    session.flush()
    return action


def judge(session: Session, who: Identity, action: Action, on: date, verdict: str) -> None:
    """Record in the register that an action was judged; later days come later."""
    act = Act(verb=f"action.verify-{verdict}", kind=Kind.ACTION, subject_id=action.id, data={})
    record(session, act, organisation_id=who.organisation_id, actor_id=who.user_id, now=at(on))


def make_indicator(
    session: Session,
    who: Identity,
    values: dict[date, dict[str, str]],
    *,
    title: str = "Fréquence des accidents",
    formula: str = "accidents * 1000000 / heures",
    target: str | None = "20",
    library_key: str = "tf1",
    site_id: int | None = None,
    results: dict[date, str] | None = None,
    **given: object,
) -> Indicator:
    """Store a monthly indicator of accidents over hours, and its values by month."""
    fields = {
        "domain": IndicatorDomain.SAFETY,
        "direction": Direction.DOWN,
        "status": IndicatorStatus.ACTIVE,
        "starts_on": date(2024, 1, 1),
        **given,
    }
    indicator = Indicator(
        organisation_id=who.organisation_id,
        reference=reference("IND"),
        title=title,
        timing=Timing.LAGGING,
        owner_id=who.user_id,
        formula=formula,
        measure_unit="par million d’heures",
        decimals=2,
        frequency=Frequency.MONTH,
        chart=Chart.XMR,
        library_key=library_key,
        site_id=site_id,
        created_at=AFTER,
        created_by_id=who.user_id,
        **fields,
    )
    session.add(indicator)
    session.flush()
    names = ("accidents", "heures")
    session.add_all(
        Variable(
            indicator_id=indicator.id,
            position=place,
            name=name,
            label=name.capitalize(),
            measure_unit="",
            aggregation=Aggregation.SUM,
        )
        for place, name in enumerate(names)
    )
    if target is not None:
        session.add(
            Target(indicator_id=indicator.id, period_on=date(2025, 12, 1), value=Decimal(target))
        )
    session.add_all(
        Measurement(
            organisation_id=who.organisation_id,
            indicator_id=indicator.id,
            period_on=day,
            inputs=inputs,
            value=None if results is None or day not in results else Decimal(results[day]),
            is_complete=True,
            late_days=0,
            entered_at=AFTER,
        )
        for day, inputs in values.items()
    )
    session.flush()
    return indicator


def make_signal(
    session: Session, indicator: Indicator, day: date, *, favourable: bool, analysed: bool = False
) -> None:
    session.add(
        LoggedSignal(
            organisation_id=indicator.organisation_id,
            indicator_id=indicator.id,
            rule="W1",
            from_on=day.replace(day=1),
            until_on=day,
            is_favourable=favourable,
            found_at=AFTER,
            analysis="Le gel" if analysed else "",
            analysed_at=AFTER if analysed else None,
            analysed_by_id=indicator.owner_id if analysed else None,
        )
    )
    session.flush()


def make_objective(
    session: Session,
    who: Identity,
    starts: date,
    due: date,
    status: ObjectiveStatus = ObjectiveStatus.RUNNING,
    *,
    closed: date | None = None,
    domain: Domain = Domain.QUALITY,
) -> Objective:
    objective = Objective(
        organisation_id=who.organisation_id,
        reference=reference("OBJ"),
        level=Level.COMPANY,
        domain=domain,
        status=status,
        title="Un objectif",
        owner_id=who.user_id,
        starts_on=starts,
        due_on=due,
        created_at=at(starts),
        created_by_id=who.user_id,
        closed_at=at(closed),
    )
    session.add(objective)
    session.flush()
    return objective


def make_coherence(
    session: Session, who: Identity, made: date, *, still: int, accepted: int
) -> CoherenceReport:
    number = next(_numbers)
    report = CoherenceReport(
        organisation_id=who.organisation_id,
        number=number,
        reference=f"COH-{number}",
        document="{}",
        sha256="0" * 64,
        open_count=still,
        accepted_count=accepted,
        made_at=at(made),
        made_by_id=who.user_id,
    )
    session.add(report)
    session.flush()
    return report


def make_balance(
    session: Session,
    who: Identity,
    *,
    from_on: date = FROM,
    until_on: date = UNTIL,
    title: str = "Bilan QSE 2025",
    now: datetime = AFTER,
    **given: object,
) -> Balance:
    """Store a draft through the service."""
    draft = BalanceDraft(title=title, from_on=from_on, until_on=until_on, **given)
    balance = services.start_balance(session, draft, actor=who, now=now)
    session.commit()
    return balance


def make_ready(session: Session, balance: Balance, who: Identity, now: datetime = AFTER) -> None:
    """Write all that a draft needs to be frozen."""
    for section in Section:
        words = ReadingDraft(comment=f"Lu : {section.value}", salient=("audits-planned",))
        services.write_reading(session, balance, section, words, actor=who, now=now)
    services.write_conclusion(session, balance, "Le système tient.", actor=who, now=now)
    session.commit()


def freeze(session: Session, balance: Balance, who: Identity, now: datetime = AFTER) -> None:
    """Freeze a balance that is ready."""
    services.move_balance(session, balance, "freeze", actor=who, now=now + timedelta(minutes=1))
    session.commit()


def fill_small_world(session: Session, cast: Cast) -> dict[str, object]:
    """Store the small world whose figures ``test_queries`` computes by hand."""
    who, here = cast.claire, cast.company
    north = make_site(session, here, "Atelier nord")
    south = make_site(session, here, "Atelier sud")
    iso9 = make_edition(session, "ISO 9001", "2015", "quality")
    iso14 = make_edition(session, "ISO 14001", "2026", "environment")
    # 2024: one audit, held and reported 20 days later.
    old = make_audit(
        session, who, date(2024, 1, 10), reported=date(2024, 1, 30), closed=date(2024, 6, 1),
        sites=(north,), editions=(iso9,),
    )  # fmt: skip
    # 2025: four planned, three held, two reported in 2025 (one within 15 days), one cancelled.
    first = make_audit(
        session, who, FROM, reported=date(2025, 1, 16), closed=UNTIL, sites=(north,),
        editions=(iso9, iso14),
    )  # fmt: skip
    second = make_audit(
        session, who, date(2025, 6, 10), reported=date(2025, 7, 10), sites=(south,),
        editions=(iso14,),
    )  # fmt: skip
    make_audit(session, who, UNTIL, met=UNTIL, sites=(south,), editions=(iso9,))
    make_audit(session, who, date(2025, 9, 9), editions=(iso9,))
    make_audit(session, who, date(2025, 8, 8), status=AuditStatus.CANCELLED)
    make_audit(session, who, date(2025, 8, 8), status=AuditStatus.DRAFT)
    # Findings. 2024: a gap closed in 2024, another closed in 2025, one still open.
    make_finding(session, who, old, at(date(2024, 1, 30)), closed=date(2024, 3, 1),
                 label="ISO 9001:2015")  # fmt: skip
    make_finding(session, who, old, at(date(2024, 2, 1)), closed=date(2025, 2, 5), clause="8.4",
                 label="ISO 9001:2015")  # fmt: skip
    # 2025: the first gap is back; a major one; a strength.
    make_finding(session, who, first, at(FROM, 0, 0), label="ISO 9001:2015")
    make_finding(session, who, first, at(date(2025, 1, 16)), grade=Grade.MAJOR_NONCONFORMITY,
                 clause="6.1.2", closed=date(2025, 1, 26), label="ISO 14001:2026")  # fmt: skip
    make_finding(session, who, second, at(UNTIL, 23, 59), grade=Grade.STRENGTH, clause="",
                 label="ISO 14001:2026")  # fmt: skip
    # One second after the period: 2026.
    make_finding(session, who, second, at(date(2026, 1, 1), 0, 0), label="ISO 14001:2026")
    # Actions: asked in 2024 and done in time; three due in 2025: in time, late, not done.
    make_action(session, who, date(2024, 2, 1), date(2024, 5, 1), done=date(2024, 5, 1), audit=old)
    done = make_action(
        session, who, date(2025, 1, 20), date(2025, 3, 1), done=date(2025, 3, 1), audit=first
    )
    late = make_action(
        session, who, date(2025, 1, 20), date(2025, 3, 1), done=date(2025, 4, 1), audit=first
    )
    make_action(session, who, date(2025, 7, 1), date(2025, 10, 1), audit=second)
    make_action(session, who, date(2025, 7, 1), UNTIL, audit=second, status=ActionStatus.CANCELLED)
    make_action(session, who, UNTIL, date(2026, 2, 1), audit=second)
    judge(session, who, done, date(2025, 5, 1), "effective")
    judge(session, who, late, date(2025, 6, 1), "ineffective")
    judge(session, who, late, date(2026, 1, 1), "effective")
    # Objectives: reached, missed, still running and late, dropped; a draft counts nowhere.
    make_objective(session, who, FROM, date(2025, 6, 30), ObjectiveStatus.REACHED,
                   closed=date(2025, 7, 1))  # fmt: skip
    make_objective(session, who, FROM, UNTIL, ObjectiveStatus.MISSED, closed=date(2026, 1, 5))
    make_objective(session, who, FROM, date(2025, 11, 30))
    make_objective(session, who, FROM, UNTIL, ObjectiveStatus.DROPPED, closed=date(2025, 5, 5))
    make_objective(session, who, FROM, UNTIL, ObjectiveStatus.DRAFT)
    make_coherence(session, who, date(2024, 12, 31), still=5, accepted=0)
    make_coherence(session, who, date(2025, 3, 1), still=4, accepted=1)
    make_coherence(session, who, UNTIL, still=2, accepted=3)
    make_coherence(session, who, date(2026, 1, 1), still=0, accepted=9)
    # Accidents: 1 in 16,450 h in January 2025; 0 in 3,550 h in February. 2024: 1 in 40,000 h.
    tf1 = make_indicator(
        session, who,
        {
            date(2024, 6, 1): {"accidents": "1", "heures": "40000"},
            date(2025, 1, 1): {"accidents": "1", "heures": "16450"},
            date(2025, 2, 1): {"accidents": "0", "heures": "3550"},
        },
    )  # fmt: skip
    make_signal(session, tf1, date(2025, 1, 31), favourable=False)
    make_signal(session, tf1, date(2025, 2, 28), favourable=True, analysed=True)
    # A stranger’s records count nowhere.
    stranger = cast.david
    theirs = make_audit(session, stranger, date(2025, 5, 5), reported=date(2025, 5, 6))
    make_finding(session, stranger, theirs, at(date(2025, 5, 6)))
    make_action(session, stranger, date(2025, 5, 6), date(2025, 6, 6), audit=theirs)
    make_objective(session, stranger, FROM, UNTIL)
    session.commit()
    return {"north": north, "south": south, "tf1": tf1}
