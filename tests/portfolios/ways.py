"""Every way to take part in a record: who did what, and how the portfolio must call it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qse_audit.accidents import services as accidents
from qse_audit.accidents.rules import EventDraft, EventKind
from qse_audit.actions.rules import ActionStatus
from qse_audit.causes import services as causes
from qse_audit.causes.rules import MemberDraft
from qse_audit.core.canonical import canonical_json
from qse_audit.core.involvement import Involvement as I
from qse_audit.core.permissions import Kind, Link
from qse_audit.core.series import Direction
from qse_audit.core.text import N_
from qse_audit.db.participation import write_links
from qse_audit.db.trail import Act, record
from qse_audit.documents.store import FileStore
from qse_audit.duerp.models import DuerpRecord
from qse_audit.duerp.rules import Headcount
from qse_audit.duerp.services import note_headcount
from qse_audit.indicators.models import Baseline, Indicator, LoggedSignal
from qse_audit.objectives.models import (
    AnomalyAcceptance,
    Arbitration,
    CoherenceReport,
    Objective,
    Talk,
)
from qse_audit.objectives.rules import (
    AnomalyCode,
    AnomalyState,
    Level,
    Line,
    TalkKind,
    line_json,
)
from qse_audit.policies import Identity
from qse_audit.policy.models import (
    ContextIssue,
    InterestedParty,
    PartyNeed,
    Policy,
    PolicySentence,
    Proposal,
)
from qse_audit.policy.rules import (
    IssueKind,
    PartyKind,
    Pestel,
    PolicyStatus,
    ProposalStatus,
    Swot,
)
from qse_audit.referentials.rules import Domain
from qse_audit.risks import services as risk_services
from qse_audit.risks.rules.analyses import MemberDraft as RiskMember
from tests.balances.factories import freeze, make_balance, make_ready
from tests.causes.factories import make_analysis
from tests.duerp.conftest import approve_of as approve_duerp
from tests.duerp.stored import make_duerp
from tests.factories import NOW, Cast
from tests.objectives.factories import make_indicator
from tests.portfolios import factories as make
from tests.risks import factories as risks
from tests.workshops.factories import frozen_workshop


@dataclass(frozen=True)
class Stage:
    """What a record is made with."""

    session: Session
    cast: Cast
    files: FileStore


@dataclass(frozen=True)
class Way:
    """One way to take part in a record of one kind."""

    kind: Kind
    involvement: I
    make: Callable[[Stage, Identity], int]
    """Make a record in which this person, and nobody else of the cast but the usual, took part so;
    return its id."""

    def __str__(self) -> str:
        return f"{self.kind}-{self.involvement}"


def _audit(stage: Stage, who: Identity) -> Any:
    return make.make_audit(stage.session, stage.cast, lead=who)


def _joined(link: Link) -> Callable[[Stage, Identity], int]:
    def joined(stage: Stage, who: Identity) -> int:
        team = {link: [who.user_id]}
        return make.make_audit(stage.session, stage.cast, lead=stage.cast.claire, team=team).id

    return joined


def _finding(stage: Stage, who: Identity) -> int:
    audit = _audit(stage, stage.cast.claire)
    return make.make_finding(stage.session, stage.cast, audit, author=who).id


def _finding_of_team(stage: Stage, who: Identity) -> int:
    return make.make_finding(
        stage.session, stage.cast, _audit(stage, who), author=stage.cast.claire
    ).id


def _report(stage: Stage, who: Identity) -> int:
    audit = _audit(stage, stage.cast.claire)
    return make.make_report(stage.session, stage.cast, stage.files, audit, by=who).id


def _report_of_team(stage: Stage, who: Identity) -> int:
    audit = _audit(stage, who)
    return make.make_report(stage.session, stage.cast, stage.files, audit, by=stage.cast.claire).id


def _evidence(stage: Stage, who: Identity) -> int:
    audit = _audit(stage, stage.cast.claire)
    return make.make_evidence(stage.session, stage.cast, stage.files, audit, by=who).id


def _action(stage: Stage, who: Identity) -> int:
    finding = make.make_finding(stage.session, stage.cast, _audit(stage, stage.cast.claire))
    return make.make_action(stage.session, stage.cast, finding, owner=who).id


def _event(stage: Stage, who: Identity, leader: Identity | None = None) -> int:
    draft = EventDraft(
        kind=EventKind.NEAR_MISS,
        happened_at=NOW,
        place="Quai",
        facts_text="Une palette a glissé",
        causes_text="Un sol gras",
    )
    event = accidents.declare_event(stage.session, draft, actor=who, now=NOW)
    if leader is not None:
        accidents.assign_owner(
            stage.session, event, leader.user_id, actor=stage.cast.claire, now=NOW
        )
    stage.session.commit()
    return event.id


def _verified(stage: Stage, who: Identity) -> int:
    finding = make.make_finding(stage.session, stage.cast, _audit(stage, stage.cast.claire))
    action = make.make_action(stage.session, stage.cast, finding, owner=stage.cast.bob)
    action.status, action.criterion = (
        ActionStatus.EFFECTIVE,
        "Aucune gamme périmée en six semaines.",
    )
    action.done_at = NOW
    action.verified_by_id, action.verified_at = who.user_id, NOW
    stage.session.commit()
    return action.id


def _policy(stage: Stage, who: Identity) -> Any:
    number = 1 + (stage.session.scalar(select(func.max(Policy.number))) or 0)
    policy = Policy(
        organisation_id=stage.cast.company,
        number=number,
        title="Politique QSE",
        introduction="Soixante personnes, un métier.",
        signature="Jean Garnier, directeur",
        change_reason="Un nouveau site.",
        referential_keys=["iso-9001-2015"],
        created_at=NOW,
        created_by_id=who.user_id,
    )
    stage.session.add(policy)
    stage.session.flush()
    stage.session.add(
        PolicySentence(
            policy_id=policy.id, position=1, key="c1", text="Prévenir les accidents.",
            domains=["safety"],
        )
    )  # fmt: skip
    stage.session.commit()
    return policy


def _wrote_in_policy(stage: Stage, who: Identity) -> int:
    policy = _policy(stage, stage.cast.claire)
    write_links(stage.session, Kind.POLICY, policy.id, {Link.AUTHOR: [who.user_id]})
    stage.session.commit()
    return int(policy.id)


def _decided_policy(stage: Stage, who: Identity) -> int:
    policy = _policy(stage, stage.cast.claire)
    policy.status = PolicyStatus.REJECTED
    policy.submitted_at = policy.decided_at = NOW
    policy.decided_by_id = who.user_id
    stage.session.commit()
    return int(policy.id)


def _balance(stage: Stage, who: Identity, *, by: Identity | None = None) -> int:
    """Freeze a balance that ``who`` wrote in, begun by ``by`` or by themselves."""
    balance = make_balance(stage.session, by or who)
    make_ready(stage.session, balance, who)
    freeze(stage.session, balance, stage.cast.claire)
    return int(balance.id)


def _issue(stage: Stage, who: Identity) -> int:
    issue = ContextIssue(
        organisation_id=stage.cast.company, kind=IssueKind.EXTERNAL, swot=Swot.THREAT,
        pestel=Pestel.ECONOMIC, domains=["quality"], title="Le prix de l’acier monte",
        fact="Plus 18 % en un an.", review_on=NOW.date(), created_at=NOW, created_by_id=who.user_id,
        reviewed_at=NOW, reviewed_by_id=stage.cast.claire.user_id,
    )  # fmt: skip
    return _stored(stage, issue)


def _party(stage: Stage, who: Identity) -> int:
    party = InterestedParty(
        organisation_id=stage.cast.company, kind=PartyKind.AUTHORITY, name=f"DREAL {who.user_id}",
        review_on=NOW.date(), created_at=NOW, created_by_id=who.user_id, reviewed_at=NOW,
        reviewed_by_id=stage.cast.claire.user_id,
        needs=[PartyNeed(text="Déclarer les rejets.", domains=["environment"], is_obligation=True,
                         obligation="Arrêté préfectoral")],
    )  # fmt: skip
    party.name = f"DREAL {stage.session.scalar(select(func.count(InterestedParty.id)))}"
    return _stored(stage, party)


def _proposal(stage: Stage, who: Identity, *, decided_by: Identity | None = None) -> int:
    count = stage.session.scalar(select(func.count(Proposal.id))) or 0
    proposal = Proposal(
        organisation_id=stage.cast.company, reference=f"PRO-2026-{count:03d}", domains=["safety"],
        title="Former les chefs d’équipe", reason="Trois accidents au même poste.",
        facts=[{"kind": "finding", "id": 1, "label": "CST-2026-001 Carter ouvert"}],
        created_at=NOW, created_by_id=who.user_id,
    )  # fmt: skip
    if decided_by:
        proposal.status, proposal.decision = ProposalStatus.ACCEPTED, "Budget accordé."
        proposal.decided_at, proposal.decided_by_id = NOW, decided_by.user_id
    return _stored(stage, proposal)


def _objective(stage: Stage, who: Identity, *, owner: Identity | None = None) -> Any:
    count = stage.session.scalar(select(func.count(Objective.id))) or 0
    objective = Objective(
        organisation_id=stage.cast.company, reference=f"OBJ-2026-{count:03d}", level=Level.COMPANY,
        domain=Domain.SAFETY, title="Réduire les accidents avec arrêt", status="proposed",
        owner_id=(owner or stage.cast.bob).user_id, baseline=9, target=4, measure_unit="accidents",
        direction=Direction.DOWN, due_on=date(2026, 12, 31), created_at=NOW,
        created_by_id=who.user_id,
    )  # fmt: skip
    _stored(stage, objective)
    return objective


def _spoke(stage: Stage, who: Identity) -> int:
    objective = _objective(stage, stage.cast.claire)
    for kind, speaker in ((TalkKind.PROPOSAL, stage.cast.claire), (TalkKind.ANSWER, who)):
        stage.session.add(
            Talk(objective_id=objective.id, kind=kind, text="Plutôt cinq.", target=5, said_at=NOW,
                 said_by_id=speaker.user_id)
        )  # fmt: skip
    stage.session.commit()
    return int(objective.id)


def _arbitrated(stage: Stage, who: Identity) -> int:
    first, second = (_objective(stage, stage.cast.claire) for _ in range(2))
    _stored(
        stage,
        Arbitration(
            organisation_id=stage.cast.company, first_id=first.id, second_id=second.id,
            conflict="La cadence contre les arrêts.", declared_at=NOW,
            declared_by_id=stage.cast.claire.user_id, decision="La sécurité d’abord.",
            decided_at=NOW, decided_by_id=who.user_id,
        ),
    )  # fmt: skip
    return int(first.id)


def make_coherence(stage: Stage, who: Identity, key: str = "K7:objective/12") -> Any:
    """Freeze a report that holds three anomalies, one of them about a person."""
    number = 1 + (stage.session.scalar(select(func.max(CoherenceReport.number))) or 0)
    lines = [
        line_json(
            Line(
                key=key, code=AnomalyCode(key.partition(":")[0]),
                sentence=N_(words, name="Bob Lefèvre"),
                state=AnomalyState(state), figures_sha256="a" * 64, figures={},
                reason="Le temps d’un chantier." if state == "accepted" else "",
                accepted_by="Jean Garnier" if state == "accepted" else "",
                accepted_on="2026-03-01" if state == "accepted" else "",
            )
        )
        for key, words, state in (
            ("K3:objective/1", "OBJ-2026-001 n’a pas d’indicateur.", "open"),
            (key, "Il manque 2 accidents.", "accepted"),
            ("K10:person/2", "%(name)s porte 9 objectifs.", "open"),
        )
    ]  # fmt: skip
    document = canonical_json({"organisation": "Atelier Martin", "made_by": "Claire Dubois",
                               "objectives": 4, "lines": lines})  # fmt: skip
    report = CoherenceReport(
        organisation_id=stage.cast.company, number=number, reference=f"COH-2026-{number:03d}",
        document=document.decode(), sha256="b" * 64, open_count=2, accepted_count=1, made_at=NOW,
        made_by_id=who.user_id,
    )  # fmt: skip
    _stored(stage, report)
    return report


def _judged(stage: Stage, who: Identity) -> int:
    key = f"K7:objective/{who.user_id}"
    accept(stage, who, key)
    return int(make_coherence(stage, stage.cast.claire, key).id)


def accept(stage: Stage, who: Identity, key: str, *, at: datetime | None = None) -> None:
    """Store that somebody accepted an anomaly, the day before reports are made."""
    _stored(
        stage,
        AnomalyAcceptance(
            organisation_id=stage.cast.company, key=key, figures_sha256="a" * 64,
            reason="Le temps d’un chantier.", said_at=at or NOW - timedelta(days=1),
            said_by_id=who.user_id,
        ),
    )  # fmt: skip


def _indicator(stage: Stage, who: Identity, *, owner: Identity | None = None) -> Any:
    count = stage.session.scalar(select(func.count(Indicator.id))) or 0
    indicator = make_indicator(
        stage.session, stage.cast, f"Accidents {count}", 9, 7, 8, 6, 7, 8,
        reference=f"IND-2026-{count:03d}", owner_id=(owner or stage.cast.bob).user_id,
        created_by_id=who.user_id, purpose="Savoir si la prévention suffit.",
    )  # fmt: skip
    stage.session.commit()
    return indicator


def _kept(stage: Stage, who: Identity) -> int:
    indicator = _indicator(stage, stage.cast.claire)
    _stored(
        stage,
        Baseline(indicator_id=indicator.id, from_on=date(2026, 1, 1), until_on=date(2026, 6, 30),
                 locked_at=NOW, locked_by_id=who.user_id),
    )  # fmt: skip
    return int(indicator.id)


def _started(stage: Stage, who: Identity) -> int:
    indicator = _indicator(stage, stage.cast.claire)
    act = Act(verb="indicator.activate", kind=Kind.INDICATOR, subject_id=indicator.id)
    record(stage.session, act, organisation_id=stage.cast.company, actor_id=who.user_id, now=NOW)
    stage.session.commit()
    return int(indicator.id)


def _signal(stage: Stage, who: Identity) -> int:
    indicator = _indicator(stage, stage.cast.claire)
    signal = LoggedSignal(
        organisation_id=stage.cast.company, indicator_id=indicator.id, rule="W2",
        from_on=date(2026, 1, 1), until_on=date(2026, 6, 30), is_favourable=True, found_at=NOW,
        cause="Nouveau carter.", analysis="Généraliser aux autres presses.", analysed_at=NOW,
        analysed_by_id=who.user_id,
    )  # fmt: skip
    return _stored(stage, signal)


def _causes(stage: Stage, who: Identity, **changes: Any) -> int:
    return int(make_analysis(stage.session, stage.cast, actor=who, **changes).id)


def _team_of_causes(stage: Stage, who: Identity) -> int:
    made = make_analysis(stage.session, stage.cast)
    for person in (who, stage.cast.alice, stage.cast.bob):
        if all(member.person_id != person.user_id for member in made.members):
            draft = MemberDraft(person_id=person.user_id)
            causes.add_member(stage.session, made, draft, actor=stage.cast.claire, now=NOW)
    stage.session.commit()
    return int(made.id)


def _risks(stage: Stage, who: Identity, *, owner: Identity | None = None) -> Any:
    given = {"owner_id": (owner or stage.cast.bob).user_id, "title": "Tournage des axes"}
    draft = risks.make_draft(question="Où le procédé peut-il livrer un défaut ?", **given)
    made = risk_services.create_analysis(stage.session, draft, actor=who, now=NOW)
    risks.make_risk(stage.session, made, who, 8, 5, 5, family="function")
    return made


def _team_of_risks(stage: Stage, who: Identity) -> int:
    made = _risks(stage, stage.cast.claire)
    team = [RiskMember(function="Alternante", person_id=who.user_id)]
    risk_services.set_team(stage.session, made, team, actor=stage.cast.claire, now=NOW)
    stage.session.commit()
    return int(made.id)


def _version(stage: Stage, who: Identity) -> int:
    frozen = risk_services.freeze_version(
        stage.session, _risks(stage, who), "Revue annuelle", actor=stage.cast.jean, now=NOW
    )
    stage.session.commit()
    return int(frozen.id)


def _duerp(stage: Stage, who: Identity) -> int:
    """Approve a version of a DUERP that ``who`` prepared, of an assessment of somebody else."""
    found = make_duerp(stage.session, stage.cast.claire)
    note_headcount(stage.session, Headcount(NOW.date(), 20), actor=stage.cast.claire, now=NOW)
    made = approve_duerp(stage.session, found, who, stage.cast.jean)
    return int(
        stage.session.scalars(
            select(DuerpRecord.risk_version_id).where(DuerpRecord.version_id == made.id)
        ).one()
    )


def _workshop(stage: Stage, who: Identity) -> int:
    return int(frozen_workshop(stage.session, stage.cast, actor=who).id)


def _stored(stage: Stage, row: Any) -> int:
    stage.session.add(row)
    stage.session.commit()
    return int(row.id)


WAYS = (
    Way(Kind.AUDIT, I.LEAD_AUDITOR, lambda stage, who: _audit(stage, who).id),
    Way(Kind.AUDIT, I.TRAINEE_AUDITOR, _joined(Link.TRAINEE_AUDITOR)),
    Way(Kind.AUDIT, I.OBSERVER, _joined(Link.OBSERVER)),
    Way(Kind.FINDING, I.AUTHOR, _finding),
    Way(Kind.FINDING, I.LEAD_AUDITOR, _finding_of_team),
    Way(Kind.CAUSE_ANALYSIS, I.AUTHOR, _causes),
    Way(Kind.CAUSE_ANALYSIS, I.OWNER, lambda stage, who: _causes(stage, who, owner_id=who.user_id)),
    Way(Kind.CAUSE_ANALYSIS, I.MEMBER, _team_of_causes),
    Way(Kind.WORKSHOP, I.FACILITATOR, _workshop),
    Way(Kind.REPORT, I.AUTHOR, _report),
    Way(Kind.REPORT, I.LEAD_AUDITOR, _report_of_team),
    Way(Kind.EVIDENCE, I.AUTHOR, _evidence),
    Way(Kind.ACTION, I.OWNER, _action),
    Way(Kind.ACTION, I.VERIFIER, _verified),
    Way(Kind.ACCIDENT, I.AUTHOR, _event),
    Way(Kind.ACCIDENT, I.OWNER, lambda stage, who: _event(stage, stage.cast.claire, who)),
    Way(Kind.POLICY, I.AUTHOR, lambda stage, who: int(_policy(stage, who).id)),
    Way(Kind.POLICY, I.AUTHOR, _wrote_in_policy),
    Way(Kind.POLICY, I.DECIDER, _decided_policy),
    Way(Kind.BALANCE, I.AUTHOR, _balance),
    Way(
        Kind.BALANCE,
        I.AUTHOR,
        lambda stage, who: _balance(stage, who, by=stage.cast.claire),
    ),
    Way(Kind.CONTEXT_ISSUE, I.AUTHOR, _issue),
    Way(Kind.INTERESTED_PARTY, I.AUTHOR, _party),
    Way(Kind.PROPOSAL, I.AUTHOR, _proposal),
    Way(
        Kind.PROPOSAL,
        I.DECIDER,
        lambda stage, who: _proposal(stage, stage.cast.claire, decided_by=who),
    ),
    Way(
        Kind.OBJECTIVE,
        I.OWNER,
        lambda stage, who: int(_objective(stage, stage.cast.claire, owner=who).id),
    ),
    Way(Kind.OBJECTIVE, I.AUTHOR, lambda stage, who: int(_objective(stage, who).id)),
    Way(Kind.OBJECTIVE, I.SPEAKER, _spoke),
    Way(Kind.OBJECTIVE, I.DECIDER, _arbitrated),
    Way(Kind.COHERENCE, I.AUTHOR, lambda stage, who: int(make_coherence(stage, who).id)),
    Way(Kind.COHERENCE, I.JUDGE, _judged),
    Way(
        Kind.INDICATOR,
        I.OWNER,
        lambda stage, who: int(_indicator(stage, stage.cast.claire, owner=who).id),
    ),
    Way(Kind.INDICATOR, I.AUTHOR, lambda stage, who: int(_indicator(stage, who).id)),
    Way(Kind.INDICATOR, I.KEEPER, _kept),
    Way(Kind.INDICATOR, I.STARTER, _started),
    Way(Kind.SIGNAL, I.ANALYST, _signal),
    Way(Kind.RISK_ANALYSIS, I.AUTHOR, lambda stage, who: int(_risks(stage, who).id)),
    Way(
        Kind.RISK_ANALYSIS,
        I.OWNER,
        lambda stage, who: int(_risks(stage, stage.cast.claire, owner=who).id),
    ),
    Way(Kind.RISK_ANALYSIS, I.MEMBER, _team_of_risks),
    Way(Kind.RISK_VERSION, I.AUTHOR, _version),
    Way(Kind.RISK_VERSION, I.AUTHOR, _duerp),
)
