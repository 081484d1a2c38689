"""The two candidates of the demo company: one dossier handed in and sealed, one half way."""

from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import select

from qse_audit.certifications.models import Block, Capability, CertificationVersion, Criterion
from qse_audit.certifications.rules import Modality, Route
from qse_audit.core.permissions import Kind
from qse_audit.demo.indicators import first_explained
from qse_audit.demo.world import World, read
from qse_audit.portfolios.models import Candidacy, Situation
from qse_audit.portfolios.queries.candidacies import get_candidacy
from qse_audit.portfolios.queries.opinions import draft_opinion
from qse_audit.portfolios.queries.portfolio import read_portfolio
from qse_audit.portfolios.rules import Observation
from qse_audit.portfolios.services import candidacies, opinions, situations, submissions

TIED = 6
"""Days ago when the situations were tied to their records."""


def plan_candidates(world: World) -> None:
    """Plan every candidacy of ``candidates.yaml``."""
    for content in read("candidates"):
        began = content["started_days_ago"]
        steps = [
            (began, "09:00", _register),
            (began - 3, "09:00", _begin),
            (TIED, "10:00", _write_situations),
            (TIED - 1, "16:00", _give_opinion),
        ]
        if content["submit"]:
            steps.append((TIED - 2, "17:00", _submit))
        for days_ago, clock, step in steps:
            world.timeline.at(days_ago, clock, partial(step, world, content))


def _register(world: World, content: dict[str, Any], now: datetime) -> None:
    version = world.session.scalars(
        select(CertificationVersion.id).where(CertificationVersion.code == "RNCP28242")
    ).one()
    world.candidacies[content["key"]] = candidacies.register_candidacy(
        world.session,
        candidacies.Registration(
            tutor_ids=(world.people[content["tutor"]].user_id,),
            route=Route(content["route"]),
            starts_on=world.timeline.day(content["started_days_ago"]),
            report_due_on=world.timeline.day(content["report_due"]),
            exam_centre_id=world.organisations[content["centre"]].id,
            training_provider_id=world.organisations[content["provider"]].id,
        ),
        candidate_id=world.people[content["person"]].user_id,
        certification_version_id=version,
        actor=world.people["claire"],
        now=now,
    )


def _candidacy(world: World, key: str) -> Candidacy:
    """Return a candidacy as it is stored now."""
    world.session.flush()
    return get_candidacy(world.session, world.candidacies[key].id)


def _begin(world: World, content: dict[str, Any], now: datetime) -> None:
    who = world.people[content["person"]]
    candidacy = _candidacy(world, content["key"])
    if panel := content.get("evaluators"):
        candidacies.assign_panel(
            world.session,
            candidacy,
            evaluator_ids=[world.people[p].user_id for p in panel],
            jury_ids=[world.people[p].user_id for p in content["jury"]],
            actor=world.people["karine"],
            now=now,
        )
    candidacies.move_candidacy(
        world.session, _candidacy(world, content["key"]), "start", actor=who, now=now
    )
    candidacies.describe_frame(
        world.session,
        _candidacy(world, content["key"]),
        mission=content["mission"],
        company_context=content["company_context"],
        version=None,
        actor=who,
        now=now,
    )


def _capabilities(world: World) -> dict[str, int]:
    rows = world.session.execute(select(Capability.code, Capability.id).join(Block))
    return {row.code: row.id for row in rows}


def _write_situations(world: World, content: dict[str, Any], now: datetime) -> None:
    for each in content["situations"]:
        _write_situation(world, content, each, now=now)


def _write_situation(
    world: World, content: dict[str, Any], each: dict[str, Any], *, now: datetime
) -> None:
    who, codes = world.people[content["person"]], _capabilities(world)
    criteria = {
        row.key: row.id for row in world.session.execute(select(Criterion.key, Criterion.id))
    }
    story = _story(each, world.timeline.day(each["days_ago"]))
    claimed = [codes[code] for code in each["claims"]]
    situation = situations.add_situation(
        world.session,
        _candidacy(world, content["key"]),
        story,
        capability_ids=claimed,
        actor=who,
        now=now,
    )
    situations.save_situation(
        world.session,
        situation,
        story,
        capability_ids=claimed,
        criterion_ids=[criteria[key] for keys in each["claims"].values() for key in keys],
        version=None,
        actor=who,
        now=now,
    )
    for record in each["records"]:
        _tie(world, situation, record, who=content["person"], now=now)


def _story(each: dict[str, Any], day: date) -> situations.Story:
    texts = ("context", "own_role", "team_part", "what_i_did", "result", "otherwise")
    return situations.Story(
        title=each["title"],
        modality=Modality(each["modality"]),
        starts_on=day,
        ends_on=day,
        **{name: each[name] for name in texts},
    )


def _tie(
    world: World, situation: Situation, record: dict[str, Any], *, who: str, now: datetime
) -> None:
    kind, record_id = _record(world, record)
    actor = world.people[who]
    situations.tie_record(world.session, situation, kind, record_id, actor=actor, now=now)
    tied = next(r for r in situation.records if (r.record_kind, r.record_id) == (kind, record_id))
    situations.describe_own_part(
        world.session, tied, record["own_part"], version=None, actor=actor, now=now
    )


def _record(world: World, record: dict[str, Any]) -> tuple[Kind, int]:
    if "kind" in record:
        kind, key = Kind(record["kind"]), str(record["key"])
        if kind is Kind.INDICATOR:
            return kind, world.indicators[key]
        if kind is Kind.SIGNAL:
            return kind, first_explained(world, key).id
        return kind, world.named[kind, key]
    key = record["audit"]
    if "file" in record:
        return Kind.EVIDENCE, world.evidence[(key, record["finding"], record["file"])].id
    if "finding" in record:
        return Kind.FINDING, world.findings[(key, record["finding"])].id
    if record.get("report"):
        return Kind.REPORT, world.reports[key].id
    return Kind.AUDIT, world.audits[key].id


def _give_opinion(world: World, content: dict[str, Any], now: datetime) -> None:
    tutor, codes = world.people[content["tutor"]], _capabilities(world)
    candidacy = _candidacy(world, content["key"])
    for code, (observation, comment) in content["opinions"].items():
        opinions.save_opinion(
            world.session,
            candidacy,
            codes[code],
            observation=Observation(observation),
            comment=comment,
            version=None,
            actor=tutor,
            now=now,
        )
    if not content["submit"]:
        return
    portfolio = read_portfolio(world.session, candidacy)
    draft = draft_opinion(world.session, candidacy, portfolio, actor=tutor)
    opinions.sign_opinion(
        world.session,
        candidacy,
        shown_sha256=draft.sha256,
        consents=True,
        actor=tutor,
        now=now,
    )


def _submit(world: World, content: dict[str, Any], now: datetime) -> None:
    candidacy = _candidacy(world, content["key"])
    submissions.submit_dossier(
        world.session,
        candidacy,
        files=world.files,
        seal_key=world.seal_key,
        actor=world.people[content["person"]],
        now=now,
    )
