"""One event: what happened, what the law asks, what was done about it."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accidents import queries, services
from qse_audit.accidents.forms import DutyForm, MoveForm, OwnerForm, StopForm, wall
from qse_audit.accidents.models import Accident
from qse_audit.accidents.rules import EVENT_WORKFLOW, HARMS, VERBS, DutyCode
from qse_audit.accidents.rules.codes import BECOME_STOP, STOPS_IN
from qse_audit.accidents.rules.duties import Duty
from qse_audit.accidents.rules.events import advice
from qse_audit.accidents.rules.stops import days_of, in_force
from qse_audit.accidents.views.blueprint import ACCIDENT, bp
from qse_audit.accounts.queries import history, people_of
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Kind, Link, Permission
from qse_audit.documents.text import day
from qse_audit.evidence.queries import EvidenceLine
from qse_audit.web.database import commits, session
from qse_audit.web.forms import Form, accepted
from qse_audit.web.guards import can, requires, requires_move
from qse_audit.web.i18n import locale, translate
from qse_audit.web.sign_in import identity
from qse_audit.web.timeline import timeline

TONES = {
    "accident.declare": "accent",
    "accident.close": "success",
    "accident.reopen": "warning",
    "accident.dismiss": "neutral",
}
"""What stands out in the history."""


@bp.get("/<int:accident_id>")
@requires(Permission.ACCIDENT_READ, on=ACCIDENT)
def detail(accident: Accident) -> ResponseReturnValue:
    """Show one event, and what can be done next."""
    return render_template("accidents/detail.html", **shown(accident))


@bp.post("/<int:accident_id>/move/<name>")
@requires_move(EVENT_WORKFLOW, on=ACCIDENT)
@commits
def move(accident: Accident, name: str) -> ResponseReturnValue:
    """Apply one transition of the workflow."""
    form = move_form(name)

    def act() -> None:
        services.move_event(
            session(), accident, name, reason=form.reason.data or "", actor=identity(), now=now()
        )

    if accepted(form, act):
        return redirect(url_for("accidents.detail", accident_id=accident.id), 303)
    return render_template("accidents/detail.html", **shown(accident, moves={name: form})), 422


@bp.post("/<int:accident_id>/owner")
@requires(Permission.ACCIDENT_TREAT, on=ACCIDENT)
@commits
def owner(accident: Accident) -> ResponseReturnValue:
    """Ask somebody to lead the investigation."""
    form = owner_form(accident)

    def act() -> None:
        person_id = form.owner_id.data or 0
        services.assign_owner(session(), accident, person_id, actor=identity(), now=now())

    if accepted(form, act):
        flash(_("L’enquête est confiée."), "success")
        return redirect(url_for("accidents.detail", accident_id=accident.id), 303)
    return render_template("accidents/detail.html", **shown(accident, owner=form)), 422


@bp.post("/<int:accident_id>/stops")
@requires(Permission.ACCIDENT_TREAT, on=ACCIDENT)
@commits
def stop(accident: Accident) -> ResponseReturnValue:
    """Record days of stop."""
    form = StopForm()

    def act() -> None:
        services.record_stop(session(), accident, form.draft(), actor=identity(), now=now())

    if accepted(form, act):
        flash(_("Les jours d’arrêt sont enregistrés."), "success")
        return redirect(url_for("accidents.detail", accident_id=accident.id) + "#stops", 303)
    return render_template("accidents/detail.html", **shown(accident, stop=form)), 422


@bp.post("/<int:accident_id>/duties/<code>")
@requires(Permission.ACCIDENT_TREAT, on=ACCIDENT)
@commits
def duty(accident: Accident, code: str) -> ResponseReturnValue:
    """Say that something the law asks is done, or does not apply."""
    if code not in set(DutyCode):
        raise NotFound(code)
    form = duty_form(code)

    def act() -> None:
        services.answer_duty(
            session(), accident, DutyCode(code), form.answer(), actor=identity(), now=now()
        )

    if accepted(form, act):
        flash(_("La démarche est renseignée."), "success")
        return redirect(url_for("accidents.detail", accident_id=accident.id) + "#duties", 303)
    return render_template("accidents/detail.html", **shown(accident, duties={code: form})), 422


# --- what the page is made of ---


def leads(accident: Accident, person_id: int) -> bool:
    """Say whether somebody leads the investigation."""
    return person_id in accident.access().links.get(Link.OWNER, ())


def shown(
    accident: Accident,
    *,
    moves: dict[str, MoveForm] | None = None,
    owner: OwnerForm | None = None,
    stop: StopForm | None = None,
    duties: dict[str, DutyForm] | None = None,
) -> dict[str, Any]:
    """Return all that the page of one event shows."""
    who, at = identity(), now()
    spans = in_force(queries.stop_rows(accident.stops))
    sees_file, treats = (
        can(Permission.ACCIDENT_FILE, accident),
        can(Permission.ACCIDENT_TREAT, accident),
    )
    told = queries.told_duties(accident, at) if sees_file else ()
    may_edit = can(Permission.ACCIDENT_EDIT, accident)
    texts = (accident.facts_text, accident.measures_text, accident.causes_text)
    return {
        "accident": accident,
        "took_part": who.user_id == accident.declared_by_id or leads(accident, who.user_id),
        "sees_file": sees_file,
        "treats": treats,
        "may_edit": may_edit,
        "is_hurt": accident.kind in HARMS,
        "takes_stops": accident.kind in STOPS_IN | BECOME_STOP,
        "spans": spans,
        "stop_days": days_of(spans),
        "stop_form": stop or StopForm(formdata=None),
        "told_duties": duty_rows(told, duties or {}),
        "owner_name": owner_name(accident),
        "owner_form": owner or owner_form(accident, fresh=True),
        "moves": offered_moves(accident, moves or {}),
        "advice": advice(*texts) if may_edit else (),
        "evidence": [thumb(line) for line in queries.evidence_of_event(session(), accident, who)],
        "actions": queries.actions_of_event(session(), accident, who, day_in_paris(at)),
        "history": timeline(
            history(
                session(), Kind.ACCIDENT, accident.id, text="reason", repeated=queries.REPEATED
            ),
            VERBS,
            TONES,
        )
        if sees_file
        else (),
    }


def offered_moves(accident: Accident, sent: dict[str, MoveForm]) -> list[dict[str, Any]]:
    """Return the moves open to the person, what stands in their way, and their forms.

    A reason that may still be typed is taken as given.
    """
    facts = queries.event_facts(session(), accident, now(), reason="…")
    return [
        {
            "transition": each,
            "against": EVENT_WORKFLOW.refusals(accident.status, each.name, facts),
            "form": sent.get(each.name) or move_form(each.name, fresh=True),
            "is_sent": each.name in sent,
        }
        for each in EVENT_WORKFLOW.available(accident.status)
        if can(each.permission, accident)
    ]


def move_form(name: str, *, fresh: bool = False) -> MoveForm:
    """Return the form of one move: each on the page has field ids of its own."""
    form = MoveForm(**({"formdata": None} if fresh else {}))
    _name(form, name)
    return form


def duty_form(code: str, *, fresh: bool = False) -> DutyForm:
    """Return the form of one duty: each on the page has field ids of its own."""
    form = DutyForm(**({"formdata": None} if fresh else {}))
    _name(form, code)
    if fresh:
        form.done_on.data, form.done_time.data = wall(now())
    return form


def _name(form: Form, name: str) -> None:
    """Give the fields of a form ids of their own."""
    for each in form:
        each.id = f"{name}-{each.short_name}"
        each.label.field_id = each.id


def duty_rows(told: tuple[Duty, ...], sent: dict[str, DutyForm]) -> list[dict[str, Any]]:
    """Return what the law asks with the form to answer it."""
    return [
        {
            "duty": each,
            "form": sent.get(each.code) or duty_form(each.code, fresh=True),
            "is_sent": each.code in sent,
        }
        for each in told
    ]


def owner_form(accident: Accident, *, fresh: bool = False) -> OwnerForm:
    """Return the choice of who leads the investigation."""
    given: dict[str, Any] = {"formdata": None} if fresh else {}
    form = OwnerForm(**given, owner_id=queries.owner_of(accident))
    people = people_of(session(), accident.organisation_id)
    form.offer([(person.id, person.name) for person in people])
    return form


def owner_name(accident: Accident) -> str | None:
    """Return who leads the investigation."""
    key = queries.owner_of(accident)
    people = people_of(session(), accident.organisation_id) if key is not None else ()
    return next((person.name for person in people if person.id == key), None)


def thumb(line: EvidenceLine) -> dict[str, Any]:
    """Return a file as the grid of thumbnails shows it."""
    small = url_for("evidence.thumbnail", evidence_id=line.id)
    return {
        "name": line.title,
        "file": line.file_name,
        "url": url_for("evidence.detail", evidence_id=line.id),
        "thumb_url": small if line.has_thumbnail else None,
        "note": day(line.happened_on, locale()),
        "gone": translate(gone) if (gone := line.tombstone(locale())) else None,
    }
