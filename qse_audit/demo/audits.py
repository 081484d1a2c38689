"""The audits of the demo company: planned, held, reported and closed through the services."""

import random
from datetime import datetime
from typing import Any

from sqlalchemy import select

from qse_audit.audits import queries
from qse_audit.audits import services as audits
from qse_audit.audits.models import Audit, ChecklistItem
from qse_audit.audits.reports import report_files
from qse_audit.audits.rules import Verdict
from qse_audit.core.permissions import Link
from qse_audit.demo.findings import plan_findings
from qse_audit.demo.timeline import Step
from qse_audit.demo.world import World, read
from qse_audit.policies import Identity
from qse_audit.referentials.models import Edition, Referential

EDITIONS = {
    "iso-9001": ("ISO 9001", "2015"),
    "iso-14001-2015": ("ISO 14001", "2015"),
    "iso-14001-2026": ("ISO 14001", "2026"),
    "iso-45001": ("ISO 45001", "2018"),
    "grille-atelier": ("GRILLE-ATELIER", "2026"),
}
LINKS = {
    "team": Link.AUDITOR,
    "trainees": Link.TRAINEE_AUDITOR,
    "auditees": Link.AUDITEE,
}
SEEN = (
    "Vu au poste avec l’opérateur, conforme.",
    "Trois dossiers consultés, rien à signaler.",
    "Expliqué clairement par le pilote, enregistrement à jour.",
    "Échantillon de cinq, tous en règle.",
    "",
    "",
)
NOT_APPLICABLE = "Activité non exercée sur le périmètre audité."
SAMPLING = (
    "L’audit repose sur un échantillon : ce qui n’a pas été vu peut différer de ce qui est "
    "rapporté ici."
)
FOLLOW_UP = (
    "Les actions sont suivies dans l’application ; leur efficacité est vérifiée par une autre "
    "personne."
)


def plan_audits(world: World) -> None:
    """Plan every audit of ``audits.yaml``."""
    for content in read("audits"):
        _plan_audit(world, content)


def _plan_audit(world: World, content: dict[str, Any]) -> None:
    """Plan the life of one audit, as far as its ``end`` says."""
    start, lasts, end = content["days_ago"], content["lasts"], content["end"]
    line, key, lead = world.timeline, content["key"], content["lead"]

    def move(name: str, who: str) -> Step:
        return lambda now: _move(world, key, name, who=who, now=now)

    line.at(max(start + 24, 1), "10:00", lambda now: _draft(world, content, now))
    if end == "draft":
        return
    line.at(max(start + 14, 1), "11:00", move("plan", "claire"))
    if end == "planned":
        return
    line.at(start, "08:15", move("start", lead))
    line.at(start, "09:00", lambda now: _answer(world, content, now))
    plan_findings(world, content)
    if end == "in_progress":
        return
    after = start - lasts - 4
    line.at(after, "14:00", lambda now: _report(world, content, now))
    if end == "closed":
        done = [
            action.get("verified", action.get("ineffective", after))
            for finding in content["findings"]
            for action in finding.get("actions", ())
        ]
        closing = min([after, *done]) - 2
        line.at(closing, "19:30", move("close", lead))


def _draft(world: World, content: dict[str, Any], now: datetime) -> None:
    people = {
        link: [world.people[key].user_id for key in content.get(name, ())]
        for name, link in LINKS.items()
    }
    people[Link.LEAD_AUDITOR] = [world.people[content["lead"]].user_id]
    day = world.timeline.day
    plan = audits.AuditPlan(
        title=content["title"],
        objectives=content["objectives"],
        scope=content["scope"],
        client=content["client"],
        starts_on=day(content["days_ago"]),
        ends_on=day(content["days_ago"] - content["lasts"] + 1),
        site_ids=[world.sites[key] for key in content["sites"]],
        process_ids=[world.processes[key] for key in content["processes"]],
    )
    criteria = {_edition(world, c["edition"]): c.get("clauses") for c in content["criteria"]}
    world.audits[content["key"]] = audits.create_audit(
        world.session,
        plan,
        team=audits.AuditTeam(people=people),
        criteria=criteria,
        actor=world.people["claire"],
        now=now,
    )


def _edition(world: World, name: str) -> int:
    """Return the id of a shipped edition."""
    ref, label = EDITIONS[name]
    return (
        world.session.scalars(
            select(Edition.id)
            .join(Referential)
            .where(
                Referential.ref == ref,
                Edition.label == label,
                Referential.organisation_id.is_(None),
            )
            .order_by(Edition.id.desc())
        ).first()
        or 0
    )


def _audit(world: World, key: str) -> Audit:
    """Return an audit as it is stored now."""
    world.session.flush()
    world.session.expire(world.audits[key])  # counters are raised in the database
    return queries.get_audit(world.session, world.audits[key].id)


def _move(world: World, key: str, name: str, *, who: str, now: datetime) -> None:
    audits.move_audit(world.session, _audit(world, key), name, actor=world.people[who], now=now)


def _answer(world: World, content: dict[str, Any], now: datetime) -> None:
    """Answer the checklist, or its first part while the audit is in progress."""
    audit, rng = _audit(world, content["key"]), random.Random(content["key"])
    items = world.session.scalars(
        select(ChecklistItem).where(ChecklistItem.audit_id == audit.id).order_by("position")
    ).all()
    graded = {finding["clause"]: finding for finding in content["findings"]}
    team = [content["lead"], *content.get("team", ())]
    for item in items[: int(len(items) * content.get("answered", 1))]:
        clause = next((c for c in graded if item.clause_ref.startswith(c)), None)
        found = graded.pop(clause) if clause else None
        verdict, words = _judge(found, rng)
        who: Identity = world.people[rng.choice(team)]
        audits.answer(world.session, item, verdict=verdict, observation=words, actor=who, now=now)


def _judge(found: dict[str, Any] | None, rng: random.Random) -> tuple[Verdict, str]:
    if found:
        return Verdict(found["grade"]), found["evidence"]
    if rng.random() < 0.06:
        return Verdict.NOT_APPLICABLE, NOT_APPLICABLE
    return Verdict.CONFORMING, rng.choice(SEEN)


def _report(world: World, content: dict[str, Any], now: datetime) -> None:
    audit, lead = _audit(world, content["key"]), world.people[content["lead"]]
    day = world.timeline.day(content["days_ago"])
    words = audits.ReportWords(
        participants="Le pilote du processus et les opérateurs des deux équipes.",
        opening_meeting_on=day,
        closing_meeting_on=world.timeline.day(content["days_ago"] - content["lasts"] + 1),
        conclusions=content["conclusions"],
        fulfilment=content["fulfilment"],
        divergences="Aucune divergence non résolue.",
        sampling=SAMPLING,
        follow_up=FOLLOW_UP,
        confidentiality="Diffusion limitée aux audités, à la direction et à l’équipe d’audit.",
    )
    audits.write_report(world.session, audit, words, actor=lead, now=now)
    world.session.flush()
    report = audits.prepare_report(world.session, audit, actor=lead, now=now)
    files = {
        name: world.files.put_bytes(made).sha256
        for name, made in report_files(report, world.files).items()
    }
    world.reports[content["key"]] = audits.issue_report(
        world.session, audit, report, files=files, actor=lead, now=now
    )
