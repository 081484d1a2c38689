"""The pages where a DUERP is read: where it stands, one version, one unit, two versions."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accounts.queries import Happening, history
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import NotFound, Refusal
from qse_audit.core.permissions import Permission
from qse_audit.core.text import Message
from qse_audit.documents.text import day
from qse_audit.duerp import queries, reports
from qse_audit.duerp.forms import SendBackForm
from qse_audit.duerp.models import DuerpVersion
from qse_audit.duerp.queries import Standpoint
from qse_audit.duerp.reports.parts import reminders
from qse_audit.duerp.rules import (
    DUERP_WORKFLOW,
    REPEATED,
    VERBS,
    Alarm,
    AlarmKind,
    Change,
    Content,
    TriggerKind,
    VersionStatus,
    before_approval,
    compare,
    exposure_by_unit,
    kept_until,
    summary_by_family,
    summary_by_unit,
    total_cost,
)
from qse_audit.duerp.views.blueprint import (
    VERSION,
    bp,
    lines_of,
    wording_of,
)
from qse_audit.duerp.views.changes import shown_changes
from qse_audit.web.database import session
from qse_audit.web.guards import can, reach, requires
from qse_audit.web.i18n import locale, translate
from qse_audit.web.sign_in import identity
from qse_audit.web.timeline import timeline

P = Permission
MOST_LINES_AT_ONCE = 150
"""Lines that the page of a version shows; above, it shows its units and each has its page."""
TONES = {"duerp.approve": "success", "duerp.send-back": "warning"}
MOVES = frozenset(f"duerp.{each.name}" for each in DUERP_WORKFLOW.transitions)


@bp.get("/")
@requires(P.DUERP_LIST)
def index() -> ResponseReturnValue:
    """Show where each DUERP stands: its version in force, what is due, what happened."""
    today = day_in_paris(now())
    found = queries.overview(session(), identity(), today)
    return render_template(
        "duerp/index.html",
        overview=found,
        alarm_text=alarm_text,
        alarm_url=alarm_url,
        kept_until=kept_until,
    )


@bp.get("/versions/<int:duerp_id>")
@requires(P.DUERP_READ, on=VERSION)
def show(version: DuerpVersion) -> ResponseReturnValue:
    """Show a version: what it says in brief, its units, who contributed, what is missing."""
    return render_template("duerp/show.html", **shown(version))


def shown(version: DuerpVersion, send_back: SendBackForm | None = None) -> dict[str, Any]:
    """Return all that the page of a version shows; ``send_back``: as it was sent, with errors."""
    today = day_in_paris(now())
    record = queries.record_of(session(), version.id)
    content = (
        queries.frozen_content(record)
        if record
        else queries.live_content(session(), version, today)
    )
    wording = wording_of(content)
    against = {} if record else _refusals(version, content)
    happened = history(session(), "duerp_version", version.id, text="reason", repeated=REPEATED)
    return {
        "version": version,
        "record": record,
        "content": content,
        **_brief(content, wording),
        "units": _units(content, wording),
        "contributors": _contributors(version, content, wording),
        "transmissions": queries.transmissions_of(session(), version.id) if record else (),
        "kept_until": kept_until(version.approved_on) if version.approved_on else None,
        "refusals": against,
        "ahead": [] if record else _ahead(version, content, against),
        "send_back": send_back or SendBackForm(formdata=None),
        "sent_back": _sent_back(happened),
        "others": _others(version),
        "history": timeline(happened, VERBS, TONES),
    }


@bp.get("/versions/<int:duerp_id>/units/<key>")
@requires(P.DUERP_READ, on=VERSION)
def unit(version: DuerpVersion, key: str) -> ResponseReturnValue:
    """Show the risks of one work unit."""
    content = queries.content_of(session(), version, day_in_paris(now()))
    found = next((each for each in content.units if each.key == key), None)
    if found is None:
        raise NotFound(key)
    return render_template(
        "duerp/unit.html",
        version=version,
        unit=found,
        lines=lines_of(content, wording_of(content), key),
    )


@bp.get("/versions/<int:duerp_id>/programme")
@requires(P.DUERP_READ, on=VERSION)
def programme(version: DuerpVersion) -> ResponseReturnValue:
    """Show the measures to come: the yearly programme, or the list of actions."""
    content = queries.content_of(session(), version, day_in_paris(now()))
    title, text = reports.programme_title(content)
    facts = queries.facts_of(content, version)
    return render_template(
        "duerp/programme.html",
        version=version,
        title=title,
        text=text,
        rows=_measures(content),
        needs_all=facts.duties.needs_programme,
        cost=wording_of(content).cost(total_cost(content.measures)[0]),
    )


@bp.get("/versions/<int:duerp_id>/compare")
@requires(P.DUERP_READ, on=VERSION)
def compared(version: DuerpVersion) -> ResponseReturnValue:
    """Show what changed from an earlier version to this one."""
    others = _others(version)
    chosen = request.args.get("with", type=int) or next((key for key, _ in others), None)
    if chosen is None:
        flash(_("Il n’y a pas encore d’autre version approuvée à comparer."), "info")
        return redirect(url_for("duerp.show", duerp_id=version.id), 303)
    other = reach(VERSION, chosen, P.DUERP_READ)
    if other.analysis_id != version.analysis_id or other.status is not VersionStatus.APPROVED:
        raise NotFound(str(chosen))
    today = day_in_paris(now())
    before, after = (queries.content_of(session(), each, today) for each in (other, version))
    found = compare(before, after)
    return render_template(
        "duerp/compare.html",
        version=version,
        other=other,
        others=others,
        found=found,
        counts=[(each, found.count(each)) for each in Change],
        changes=shown_changes(found, wording_of(before), wording_of(after)),
    )


def alarm_text(alarm: Alarm) -> str:
    """Return what an alarm says, its days as people read them."""
    values = {
        name: day(alarm.due_on, locale()) if name == "due_on" else value
        for name, value in alarm.message.values.items()
    }
    return translate(Message(alarm.message.msgid, values))


ANSWERED_AT = {
    AlarmKind.ACCIDENTS: "duerp.new_event",
    AlarmKind.NOT_SENT: "duerp.new_transmission",
    AlarmKind.NO_PLACE: "duerp.place",
    AlarmKind.NO_HEADCOUNT: "duerp.headcount",
}
"""Where one does what an alarm asks; the others ask for a version, or what it answers."""


def alarm_url(alarm: Alarm, stands: Standpoint) -> str:
    """Return the page where one does what an alarm asks."""
    if alarm.kind not in ANSWERED_AT:
        if stands.prepared is None:
            return url_for("duerp.new")
        page = "duerp.edit" if alarm.kind is AlarmKind.TRIGGER else "duerp.show"
        return url_for(page, duerp_id=stands.prepared.id)
    values: dict[AlarmKind, dict[str, Any]] = {
        AlarmKind.ACCIDENTS: {"kind": TriggerKind.ACCIDENT},
        AlarmKind.NOT_SENT: {"duerp_id": stands.in_force and stands.in_force.id},
    }
    return url_for(ANSWERED_AT[alarm.kind], **values.get(alarm.kind, {}))


# --- what the views are made of ---


def _brief(content: Content, wording: reports.Wording) -> dict[str, Any]:
    """Return what a version says in a few figures."""
    heads = [*wording.levels.values(), wording.unrated]
    return {
        "counted": wording.counted(content),
        "reminders": list(reminders(wording, content)),
        "num_heads": [{"label": head, "num": True} for head in heads],
        "families": [
            (wording.families.get(each.key, each.key), each.counts, each.total)
            for each in summary_by_family(content)
        ],
        "exposures": [(wording.units[each.key], each) for each in exposure_by_unit(content)],
    }


def _units(content: Content, wording: reports.Wording) -> list[dict[str, Any]]:
    """Return the units with how many lines of each level; their lines while they are few."""
    is_short = len(content.lines) <= MOST_LINES_AT_ONCE
    counts = {each.key: each for each in summary_by_unit(content)}
    return [
        {
            "key": each.key,
            "name": each.name,
            "description": each.description,
            "counts": counts[each.key].counts,
            "total": counts[each.key].total,
            "lines": lines_of(content, wording, each.key) if is_short else None,
        }
        for each in content.units
    ]


def _contributors(
    version: DuerpVersion, content: Content, wording: reports.Wording
) -> list[dict[str, Any]]:
    """Return who was asked, with the key of what may still be taken back."""
    keys = [each.id for each in version.contributions]
    keys = keys if len(keys) == len(content.contributions) else [0] * len(content.contributions)
    return [
        {
            "id": key,
            "part": wording.say(each.part.label),
            "who": each.who,
            "consulted_on": each.consulted_on,
            "opinion": each.opinion,
            "is_absent": each.is_absent,
        }
        for key, each in zip(keys, content.contributions, strict=True)
    ]


def _measures(content: Content) -> list[dict[str, Any]]:
    wording = wording_of(content)
    return [
        {
            "action_id": each.action_id,
            "reference": each.reference,
            "title": each.title,
            "conditions": each.conditions,
            "result_indicator": each.result_indicator,
            "cost": wording.cost(each.cost_euros),
            "calendar": wording.calendar(each),
            "responsible": each.responsible,
            "gaps": [wording.say(gap.label) for gap in each.gaps],
        }
        for each in content.measures
    ]


def _refusals(version: DuerpVersion, content: Content) -> dict[str, Sequence[Refusal]]:
    """Return what keeps each possible move of a version from being made, by its name."""
    facts = queries.facts_of(content, version)
    return {
        each.name: before_approval(version.status, facts)
        if each.name == "approve"
        else DUERP_WORKFLOW.refusals(version.status, each.name, facts)
        for each in DUERP_WORKFLOW.available(version.status)
        if can(each.permission, version)
    }


def _ahead(
    version: DuerpVersion, content: Content, told: Mapping[str, Sequence[Refusal]]
) -> list[Refusal]:
    """Return what else will stand against the approval, for those who can still complete it."""
    if "approve" in told or not can(P.DUERP_EDIT, version):
        return []
    known = [each for reasons in told.values() for each in reasons]
    facts = queries.facts_of(content, version)
    found = before_approval(VersionStatus.CONSULTED, facts)
    return [each for each in found if each not in known]


def _sent_back(happened: Sequence[Happening]) -> Happening | None:
    """Return by whom and why a version was sent back, until it is submitted anew."""
    last = next((each for each in happened if each.verb in MOVES), None)
    return last if last is not None and last.verb == "duerp.send-back" else None


def _others(version: DuerpVersion) -> list[tuple[int, str]]:
    """Return the approved versions before this one, the newest first."""
    return [
        (each.id, f"{each.reference} v{each.number}")
        for each in queries.version_lines(session(), identity())
        if each.analysis_id == version.analysis_id
        and each.status is VersionStatus.APPROVED
        and each.number < version.number
    ]
