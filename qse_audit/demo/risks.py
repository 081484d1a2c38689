"""The risk analyses of the demo company, with their ratings, actions and versions over a year."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select

from qse_audit.actions import services as actions
from qse_audit.actions.models import Action
from qse_audit.actions.rules import ActionDraft, ActionKind, Move
from qse_audit.core.domains import Domain
from qse_audit.core.permissions import Kind
from qse_audit.core.prevention import PreventionPrinciple
from qse_audit.demo.world import World, read
from qse_audit.risks import services as risks
from qse_audit.risks.library import scale_named
from qse_audit.risks.models import Risk, RiskAnalysis
from qse_audit.risks.rules import LineDraft, RatingStage, RiskMethod, with_thresholds
from qse_audit.risks.rules.analyses import AnalysisDraft, MemberDraft, RatingDraft
from qse_audit.risks.services.batches import Line

HOUSE_SCALE_AGO = (200, 40)
"""Days ago when the firm took each version of its own scale."""
HOUSE_THRESHOLDS: tuple[Mapping[str, int], ...] = (
    {"medium": 50, "high": 90},
    {"medium": 40, "high": 80},
)
"""Where its levels begin in each version."""


@dataclass
class Made:
    """One analysis while it is being made."""

    world: World
    content: Mapping[str, Any]
    analysis: RiskAnalysis | None = None
    actions: dict[str, Action] = field(default_factory=dict)

    @property
    def found(self) -> RiskAnalysis:
        """Return the analysis, once it was begun."""
        assert self.analysis is not None
        return self.analysis

    def line(self, number: int) -> Risk:
        """Return a line by its number."""
        return self.world.session.scalars(
            select(Risk).where(Risk.analysis_id == self.found.id, Risk.number == number)
        ).one()

    def notes(self, values: list[int]) -> dict[str, int]:
        """Return notes by criterion."""
        return dict(zip(self.content["criteria"], values, strict=True))


def plan_risks(world: World) -> None:
    """Plan the analyses, their lines, what was done about them and what was approved."""
    for number, thresholds in enumerate(HOUSE_THRESHOLDS):
        take = partial(_take_scale, world, thresholds)
        world.timeline.at(HOUSE_SCALE_AGO[number], "09:00", take)
    for content in read("risks")["analyses"]:
        made = Made(world, content)
        at = world.timeline.at
        at(content["ago"], "09:30", partial(_begin, made))
        at(content["ago"] - 5, "14:00", partial(_write, made))
        for each in content["actions"]:
            at(each["ago"], "11:00", partial(_ask, made, each))
            if "done" in each:
                at(each["done"], "16:00", partial(_do, made, each))
            if "verified" in each:
                at(each["verified"], "10:00", partial(_verify, made, each))
        for each in content.get("verified", ()):
            at(each["ago"], "15:00", partial(_rate_again, made, each))
        for each in content["versions"]:
            at(each["ago"], "17:00", partial(_approve, made, each))


def _take_scale(world: World, thresholds: Mapping[str, int], now: datetime) -> None:
    """Take the firm’s own scale: a delivered one with thresholds of the house."""
    delivered = with_thresholds(scale_named("amdec-ipr-10"), thresholds)
    scale = replace(
        delivered,
        key="amdec-ipr-val-arnon",
        methods=frozenset({RiskMethod.FMEA_PROCESS}),
        title={"fr": "AMDEC procédé, seuils du Val d’Arnon", "en": "Process FMEA, our thresholds"},
        source="Comité de direction : seuils plus sévères que l’usage.",
        is_to_be_confirmed=False,
    )
    risks.take_scale(world.session, scale, actor=world.people["claire"], now=now)


def _begin(made: Made, now: datetime) -> None:
    each, world = made.content, made.world
    draft = AnalysisDraft(
        title=each["title"],
        method=RiskMethod(each["method"]),
        domains=tuple(Domain(code) for code in each["domains"]),
        scale=each["scale"],
        question=each["question"],
        scope=each["scope"],
        process_id=world.processes[each["process"]],
        site_id=world.sites[each["site"]],
        owner_id=world.people[each["owner"]].user_id,
        review_on=world.timeline.day(each["review"]),
        triggers=each["triggers"],
    )
    actor = world.people[each["by"]]
    made.analysis = risks.create_analysis(world.session, draft, actor=actor, now=now)
    team = [
        MemberDraft(
            function=member["function"],
            name=member.get("name", ""),
            person_id=world.people[member["person"]].user_id if "person" in member else None,
        )
        for member in each["team"]
    ]
    risks.set_team(world.session, made.found, team, actor=actor, now=now)
    world.named[Kind.RISK_ANALYSIS, each["key"]] = made.found.id


def _write(made: Made, now: datetime) -> None:
    lines = [
        Line(draft=_draft(made, each), notes=made.notes(each["notes"]) if "notes" in each else None)
        for each in made.content["lines"]
    ]
    actor = made.world.people[made.content["owner"]]
    risks.write_lines(made.world.session, made.found, lines, actor=actor, now=now)


def _draft(made: Made, each: Mapping[str, Any]) -> LineDraft:
    texts = dict(zip(made.content["columns"], each["texts"], strict=True))
    names = made.content.get("details", ())
    details = dict(zip(names, each.get("more", ()), strict=True))
    return LineDraft(section=tuple(each["at"]), details=details, **texts)


def _ask(made: Made, each: Mapping[str, Any], now: datetime) -> None:
    world, risk = made.world, made.line(each["line"])
    draft = ActionDraft(
        kind=ActionKind.PREVENTIVE,
        title=each["title"],
        owner_id=world.people[each["owner"]].user_id,
        due_on=world.timeline.day(each["due"]),
        criterion=each["criterion"],
        principle=PreventionPrinciple(each["principle"]),
    )
    origin = actions.Origin(
        kind=Kind.RISK,
        id=risk.id,
        context_kind=Kind.RISK_ANALYSIS,
        context_id=made.found.id,
        organisation_id=world.company_id,
    )
    actor = world.people[made.content["by"]]
    made.actions[each["title"]] = actions.plan_action(
        world.session, draft, origin=origin, actor=actor, now=now
    )
    line = made.content["lines"][each["line"] - 1]
    if "planned" in line:
        hoped = RatingDraft(
            stage=RatingStage.PLANNED, notes=made.notes(line["planned"]), reason=line["why"]
        )
        risks.rate_risk(world.session, made.line(each["line"]), hoped, actor=actor, now=now)


def _do(made: Made, each: Mapping[str, Any], now: datetime) -> None:
    owner = made.world.people[each["owner"]]
    action = made.actions[each["title"]]
    actions.move_action(
        made.world.session, action, "do", Move(note=each["note"]), actor=owner, now=now
    )


def _verify(made: Made, each: Mapping[str, Any], now: datetime) -> None:
    actor, action = made.world.people["claire"], made.actions[each["title"]]
    actions.move_action(
        made.world.session, action, "verify-effective", Move(note=each["seen"]), actor=actor,
        now=now,
    )  # fmt: skip


def _rate_again(made: Made, each: Mapping[str, Any], now: datetime) -> None:
    draft = RatingDraft(
        stage=RatingStage.VERIFIED,
        notes=made.notes(each["notes"]),
        reason=each["reason"],
        proof=each["proof"],
    )
    actor = made.world.people[made.content["owner"]]
    risks.rate_risk(made.world.session, made.line(each["line"]), draft, actor=actor, now=now)


def _approve(made: Made, each: Mapping[str, Any], now: datetime) -> None:
    actor = made.world.people[each["by"]]
    risks.move_analysis(
        made.world.session, made.found, "approve", each["reason"], actor=actor, now=now
    )
