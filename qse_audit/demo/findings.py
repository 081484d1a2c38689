"""The findings, proofs and actions of the demo company."""

from datetime import datetime
from io import BytesIO
from typing import Any

from sqlalchemy import select

from qse_audit.actions import queries as action_queries
from qse_audit.actions import services as actions
from qse_audit.actions.models import Action
from qse_audit.actions.rules import ActionDraft, ActionKind, Move
from qse_audit.audits import services as audits
from qse_audit.audits.models import ChecklistItem
from qse_audit.core.permissions import Kind
from qse_audit.demo.pictures import picture
from qse_audit.demo.world import World
from qse_audit.evidence.intake import Upload
from qse_audit.evidence.rules import EvidenceType
from qse_audit.evidence.services import add_evidence
from qse_audit.findings import services as findings
from qse_audit.findings.models import Finding
from qse_audit.findings.rules import Grade, Statement
from qse_audit.policies import Identity


def plan_findings(world: World, content: dict[str, Any]) -> None:
    """Plan the findings of one audit, and what follows from them."""
    start, key = content["days_ago"], content["key"]
    for place, each in enumerate(content["findings"], start=1):

        def draft(now: datetime, place: int = place, each: dict[str, Any] = each) -> None:
            _draft(world, content, place, each=each, now=now)

        def finalise(now: datetime, place: int = place) -> None:
            _move(world, key, place, name="finalise", who=content["lead"], now=now)

        world.timeline.at(start, "15:00", draft)
        world.timeline.at(start - content["lasts"], "17:00", finalise)
        held = [_plan_action(world, content, place, each=a) for a in each.get("actions", ())]
        if content["end"] == "closed" and held and all(day is not None for day in held):

            def close(now: datetime, place: int = place) -> None:
                _move(world, key, place, name="close", who="claire", now=now)

            world.timeline.at(min(day for day in held if day is not None), "19:00", close)


def _draft(
    world: World, content: dict[str, Any], place: int, *, each: dict[str, Any], now: datetime
) -> None:
    audit, lead = world.audits[content["key"]], world.people[content["lead"]]
    item = world.session.scalars(
        select(ChecklistItem)
        .where(
            ChecklistItem.audit_id == audit.id, ChecklistItem.clause_ref.startswith(each["clause"])
        )
        .order_by(ChecklistItem.position)
    ).first()
    finding = findings.draft_finding(
        world.session,
        organisation_id=world.company_id,
        origin=(Kind.AUDIT, audit.id),
        checklist_item_id=item.id if item else None,
        grade=Grade(each["grade"]),
        title=each["title"],
        requirement_text=each["requirement"],
        referential_label=item.referential_label if item else "",
        clause_ref=each["clause"],
        process_id=world.processes[each["process"]],
        actor=lead,
        now=now,
    )
    world.findings[(content["key"], place)] = finding
    words = _statement(finding, each)
    findings.edit_finding(world.session, finding, words, version=None, actor=lead, now=now)
    for number, file in enumerate(each.get("files", ()), start=1):
        _add_file(world, content, place, number=number, file=file, now=now)


def _statement(finding: Finding, each: dict[str, Any]) -> Statement:
    return Statement(
        grade=Grade(each["grade"]),
        title=each["title"],
        requirement_text=each["requirement"],
        evidence_text=each["evidence"],
        gap_text=each["gap"],
        impact_text=each["impact"],
        referential_label=finding.referential_label,
        clause_ref=each["clause"],
        process_id=finding.process_id,
    )


def _add_file(
    world: World,
    content: dict[str, Any],
    place: int,
    *,
    number: int,
    file: dict[str, Any],
    now: datetime,
) -> None:
    finding, lead = world.findings[(content["key"], place)], world.people[content["lead"]]
    if "photo" in file:
        data = picture(file["photo"], file["name"])
    else:
        data = f"{file['title']}\n\n{finding.evidence_text}\n".encode()
    proof = add_evidence(
        world.session,
        world.files,
        organisation_id=world.company_id,
        origin=(finding.origin_kind, finding.origin_id),
        upload=Upload(file["name"], BytesIO(data)),
        title=file["title"],
        type=EvidenceType(file["type"]),
        happened_on=world.timeline.day(content["days_ago"]),
        place=content["scope"].split(",")[0],
        actor=lead,
        now=now,
    )
    if finding.checklist_item_id is not None:
        item = world.session.get_one(ChecklistItem, finding.checklist_item_id)
        audits.attach_evidence(world.session, item, proof, actor=lead, now=now)
    findings.attach_evidence(world.session, finding, proof, actor=lead, now=now)
    world.evidence[(content["key"], place, number)] = proof


def _move(world: World, key: str, place: int, *, name: str, who: str, now: datetime) -> None:
    finding = world.findings[(key, place)]
    world.session.expire(finding)
    findings.move_finding(world.session, finding, name, actor=world.people[who], now=now)


def _plan_action(
    world: World, content: dict[str, Any], place: int, *, each: dict[str, Any]
) -> int | None:
    """Plan one action from asking to checking; return the day of its good end, if it has one."""
    line, held = world.timeline, {}

    def ask(now: datetime) -> None:
        held["action"] = _ask(world, content, place, each=each, now=now)

    def move(name: str, who: str, words: Move) -> Any:
        def step(now: datetime) -> None:
            action = action_queries.get_action(world.session, held["action"].id)
            by: Identity = world.people[who]
            actions.move_action(world.session, action, name, words, actor=by, now=now)

        return step

    line.at(content["days_ago"] - (0 if each["due"] >= content["days_ago"] else 1), "17:30", ask)
    if "done" in each:
        line.at(
            min(each["done"], content["days_ago"]),
            "18:00",
            move("do", each["owner"], Move(note=each["note"])),
        )
    if "ineffective" in each:
        words = Move(note=each["ineffective_note"], due_on=line.day(each["new_due"]))
        line.at(each["ineffective"], "18:30", move("verify-ineffective", each["by"], words))
    if "verified" in each:
        words = Move(note=f"Critère vérifié : {each['criterion']}")
        line.at(each["verified"], "18:30", move("verify-effective", each["by"], words))
    return each.get("verified")


def _ask(
    world: World, content: dict[str, Any], place: int, *, each: dict[str, Any], now: datetime
) -> Action:
    finding = world.findings[(content["key"], place)]
    origin = actions.Origin(
        kind=Kind.FINDING,
        id=finding.id,
        context_kind=finding.origin_kind,
        context_id=finding.origin_id,
        organisation_id=world.company_id,
    )
    draft = ActionDraft(
        kind=ActionKind(each["kind"]),
        title=each["title"],
        owner_id=world.people[each["owner"]].user_id,
        due_on=world.timeline.day(each["due"]),
        criterion=each["criterion"],
        cause=each.get("cause", ""),
    )
    return actions.plan_action(
        world.session, draft, origin=origin, actor=world.people["claire"], now=now
    )
