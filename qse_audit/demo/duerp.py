"""The single document of the demo company: assessed, consulted, approved twice, sent, asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import select

from qse_audit.actions import services as actions
from qse_audit.actions.models import Action
from qse_audit.actions.rules import ActionDraft, ActionKind
from qse_audit.core.domains import Domain
from qse_audit.core.permissions import Kind
from qse_audit.core.prevention import PreventionPrinciple
from qse_audit.demo.world import World, read
from qse_audit.duerp import queries, services
from qse_audit.duerp.models import DuerpEvent, DuerpRecord, DuerpVersion
from qse_audit.duerp.rules import (
    Channel,
    Contribution,
    Headcount,
    MeasureDraft,
    Part,
    Recipient,
    TriggerKind,
)
from qse_audit.duerp.services import Asked, Transmitted
from qse_audit.risks import services as risks
from qse_audit.risks.models import Risk, RiskAnalysis
from qse_audit.risks.rules import LineDraft, RatingStage, RiskMethod
from qse_audit.risks.rules.analyses import AnalysisDraft, MemberDraft, RatingDraft
from qse_audit.risks.services.batches import Line

SCALE = "duerp-gravite-probabilite-maitrise"
CRITERIA = ("gravity", "probability", "mastery")


@dataclass
class Made:
    """The document while it is being made."""

    world: World
    content: Mapping[str, Any]
    analysis: RiskAnalysis | None = None
    versions: list[DuerpVersion] = field(default_factory=list)
    answered: list[DuerpEvent] = field(default_factory=list)

    @property
    def found(self) -> RiskAnalysis:
        """Return the assessment, once it was begun."""
        assert self.analysis is not None
        return self.analysis

    def line(self, number: int) -> Risk:
        """Return a line by its number."""
        return self.world.session.scalars(
            select(Risk).where(Risk.analysis_id == self.found.id, Risk.number == number)
        ).one()

    def day(self, ago: int) -> date:
        """Return a working day counted back."""
        return self.world.timeline.day(ago)


def plan_duerp(world: World) -> None:
    """Plan the assessment, its measures, its versions and the registers beside them."""
    made = Made(world, read("duerp"))
    content, at = made.content, world.timeline.at
    for each in content["headcount"]:
        at(each["ago"], "08:30", partial(_count, made, each))
    at(content["ago"], "09:00", partial(_assess, made))
    at(content["place"]["ago"], "09:30", partial(_place, made))
    for each in content["actions"]:
        at(each["ago"], "11:00", partial(_ask_action, made, each))
    for each in content["events"]:
        at(each["ago"], "07:45", partial(_happen, made, each))
    for each in content["versions"]:
        at(each["ago"], "14:00", partial(_prepare, made, each))
        if "rates" in each:
            at(each["ago"] - 2, "10:00", partial(_rate, made, each["rates"]))
        at(each["approved"] + 4, "16:00", partial(_consult, made, each))
        at(each["approved"], "17:30", partial(_approve, made))
        at(each["sent"], "09:15", partial(_send, made))
    prepared = content["prepared"]
    at(prepared["ago"], "15:00", partial(_prepare, made, prepared))
    for each in prepared["asked"]:
        at(each["ago"], "15:30", partial(_contribute, made, prepared["by"], each))
    for each in content["requests"]:
        at(each["ago"], "10:30", partial(_request, made, each))


def _count(made: Made, each: Mapping[str, Any], now: datetime) -> None:
    noted = Headcount(made.day(each["since"]), each["employees"])
    services.note_headcount(made.world.session, noted, actor=made.world.people["claire"], now=now)


def _assess(made: Made, now: datetime) -> None:
    content, world = made.content, made.world
    actor = world.people[content["by"]]
    draft = AnalysisDraft(
        title=content["title"],
        method=RiskMethod.OCCUPATIONAL,
        domains=(Domain.SAFETY,),
        scale=SCALE,
        scope=content["scope"],
        site_id=world.sites["vierzon"],
        owner_id=actor.user_id,
        review_on=made.day(content["review"]),
        triggers=content["triggers"],
    )
    made.analysis = risks.create_analysis(world.session, draft, actor=actor, now=now)
    team = [
        MemberDraft(
            function=member["function"],
            name=member.get("name", ""),
            person_id=world.people[member["person"]].user_id if "person" in member else None,
        )
        for member in content["team"]
    ]
    risks.set_team(world.session, made.found, team, actor=actor, now=now)
    lines = [Line(draft=_draft(content, each), notes=_notes(each)) for each in content["lines"]]
    risks.write_lines(world.session, made.found, lines, actor=actor, now=now)
    world.named[Kind.RISK_ANALYSIS, "duerp"] = made.found.id


def _draft(content: Mapping[str, Any], each: Mapping[str, Any]) -> LineDraft:
    women, men = each["exposed"]
    details = {"exposed_women": women, "exposed_men": men}
    if "note" in each:
        details["exposure_note"] = each["note"]
    texts = dict(zip(content["columns"], each["texts"], strict=True))
    return LineDraft(section=tuple(each["at"]), details=details, **texts)


def _notes(each: Mapping[str, Any]) -> dict[str, int] | None:
    return dict(zip(CRITERIA, each["notes"], strict=True)) if "notes" in each else None


def _place(made: Made, now: datetime) -> None:
    texts = {name: made.content["place"][name] for name in ("location", "hours", "contact")}
    actor = made.world.people["claire"]
    services.write_place(made.world.session, texts, actor=actor, now=now)


def _ask_action(made: Made, each: Mapping[str, Any], now: datetime) -> None:
    world, actor = made.world, made.world.people["claire"]
    draft = ActionDraft(
        kind=ActionKind.PREVENTIVE,
        title=each["title"],
        owner_id=world.people[each["owner"]].user_id,
        due_on=made.day(each["due"]),
        criterion=each["criterion"],
        principle=PreventionPrinciple(each["principle"]),
    )
    origin = actions.Origin(
        kind=Kind.RISK,
        id=made.line(each["line"]).id,
        context_kind=Kind.RISK_ANALYSIS,
        context_id=made.found.id,
        organisation_id=world.company_id,
    )
    action = actions.plan_action(world.session, draft, origin=origin, actor=actor, now=now)
    if "conditions" in each:
        _describe(made, action, each, now)


def _describe(made: Made, action: Action, each: Mapping[str, Any], now: datetime) -> None:
    described = queries.get_described(made.world.session, made.found.id, action.id)
    draft = MeasureDraft(
        conditions=each["conditions"],
        result_indicator=each["result"],
        cost_euros=Decimal(each["cost"]),
        starts_on=made.day(each["starts"]),
    )
    actor = made.world.people["claire"]
    services.describe_measure(made.world.session, described, draft, actor=actor, now=now)


def _happen(made: Made, each: Mapping[str, Any], now: datetime) -> None:
    session, actor = made.world.session, made.world.people["claire"]
    kind, day = TriggerKind(each["kind"]), made.day(each["ago"])
    event = services.note_event(session, kind, day, each["what"], actor=actor, now=now)
    services.follow_event(session, event, each["done"], actor=actor, now=now)
    if each.get("answered"):
        made.answered.append(event)


def _prepare(made: Made, each: Mapping[str, Any], now: datetime) -> None:
    actor, session = made.world.people[each["by"]], made.world.session
    version = services.prepare_version(session, made.found.id, each["reason"], actor=actor, now=now)
    made.versions.append(version)
    if made.answered:
        events = [event.id for event in made.answered]
        services.write_version(session, version, each["reason"], events, actor=actor, now=now)
        made.answered.clear()


def _rate(made: Made, each: Mapping[str, Any], now: datetime) -> None:
    notes = dict(zip(CRITERIA, each["notes"], strict=True))
    draft = RatingDraft(stage=RatingStage.NET, notes=notes, reason=each["why"])
    actor = made.world.people["claire"]
    risks.rate_risk(made.world.session, made.line(each["line"]), draft, actor=actor, now=now)


def _consult(made: Made, each: Mapping[str, Any], now: datetime) -> None:
    actor, version = made.world.people[each["by"]], made.versions[-1]
    for asked in made.content["consulted"]:
        _contribute(made, each["by"], asked, now)
    services.move_version(made.world.session, version, "consult", actor=actor, now=now)


def _contribute(made: Made, by: str, asked: Mapping[str, Any], now: datetime) -> None:
    draft = Contribution(
        part=Part(asked["part"]),
        who=asked["name"],
        consulted_on=now.date(),
        opinion=asked["opinion"],
    )
    actor, version = made.world.people[by], made.versions[-1]
    services.add_contribution(made.world.session, version, draft, actor=actor, now=now)


def _approve(made: Made, now: datetime) -> None:
    session, version = made.world.session, made.versions[-1]
    jean, why = made.world.people["jean"], made.content["unrated"]
    services.move_version(session, version, "approve", reason=why, actor=jean, now=now)
    frozen = select(DuerpRecord.risk_version_id).where(DuerpRecord.version_id == version.id)
    key = f"duerp-{len(made.versions)}"
    made.world.named[Kind.RISK_VERSION, key] = session.scalars(frozen).one()


def _send(made: Made, now: datetime) -> None:
    sent = Transmitted(
        recipient=Recipient.HEALTH_SERVICE,
        name="SPST du Cher, secteur Vierzon",
        sent_on=now.date(),
        channel=Channel.PORTAL,
    )
    version, actor = made.versions[-1], made.world.people["claire"]
    services.note_transmission(made.world.session, version, sent, actor=actor, now=now)


def _request(made: Made, each: Mapping[str, Any], now: datetime) -> None:
    asked = Asked(
        recipient=Recipient(each["recipient"]),
        name=each["name"],
        asked_on=now.date(),
        from_on=made.day(each["from"]),
        until_on=made.day(each["until"]) if "until" in each else None,
    )
    session, actor = made.world.session, made.world.people["claire"]
    request = services.note_request(session, asked, actor=actor, now=now)
    if "answered" in each:
        services.answer_request(session, request, actor=actor, now=now)
