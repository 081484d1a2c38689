"""The pages of long works: how far one is, what it led to, and where to find it again."""

from dataclasses import dataclass

from flask import (
    Blueprint,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from qse_audit.accounts.queries import WorkGlance
from qse_audit.core.clock import now
from qse_audit.core.permissions import Permission
from qse_audit.core.text import N_
from qse_audit.db.work import WorkStatus
from qse_audit.web.database import commits, session
from qse_audit.web.guards import Target, requires
from qse_audit.web.i18n import translate
from qse_audit.web.listing import listing
from qse_audit.web.origins import origin_url
from qse_audit.web.paging import page
from qse_audit.web.sign_in import identity
from qse_audit.works import queries, services
from qse_audit.works.queries import WorkLine
from qse_audit.works.rules import percent
from qse_audit.works.services import WorkKind

bp = Blueprint("works", __name__, url_prefix="/works")

WORK = Target(load=queries.get_work, argument="work_id", read=Permission.WORK_READ)
WAITING, STARTING = N_("Attend son tour"), N_("Préparation")
ASKED, UNKNOWN, FAILED = N_("En cours"), N_("Travail"), N_("Non abouti")


@dataclass(frozen=True, slots=True)
class Shown:
    """One work as the pages show it: words and addresses."""

    line: WorkLine
    title: str
    """What is being made."""
    state: str
    """What it does now, or what became of it."""
    act: str
    """The button that leads to the outcome."""
    back: str
    """The button that leads to where it was asked for."""
    url: str


@bp.get("/")
@requires(Permission.OWN_SPACE)
def index() -> ResponseReturnValue:
    """List the works that the person asked for, the newest first."""
    asked = listing((), "")
    found = page(
        session(),
        queries.works_of(identity()),
        queries.newest_first(),
        cursor=asked.cursor,
        make=lambda row: shown(queries.as_line(row)),
    )
    return render_template("works/index.html", page=found, listing=asked)


@bp.get("/<int:work_id>")
@requires(Permission.WORK_READ, on=WORK)
def show(work: WorkLine) -> ResponseReturnValue:
    """Show how far a work is, then its outcome."""
    return render_template("works/show.html", work=shown(work), back=origin_url(*work.subject))


@bp.get("/<int:work_id>/state")
@requires(Permission.WORK_READ, on=WORK)
def state(work: WorkLine) -> ResponseReturnValue:
    """Tell a script how far a work is."""
    return jsonify(
        status=work.status,
        is_over=work.is_over,
        percent=work.percent,
        state=shown(work).state,
    )


@bp.post("/<int:work_id>/open")
@requires(Permission.WORK_READ, on=WORK)
@commits
def leave(work: WorkLine) -> ResponseReturnValue:
    """Lead to the outcome of a work, or back to where it was asked, and count it as seen."""
    services.see_work(session(), work.id, now())
    if work.result is None:
        return redirect(origin_url(*work.subject) or url_for("works.index"), 303)
    flash(translate(work.message), "success")
    return redirect(origin_url(*work.result), 303)


def shown(work: WorkLine) -> Shown:
    """Return a work with its words."""
    kind = kind_of(work.kind)
    return Shown(
        line=work,
        title=translate(kind.title if kind else UNKNOWN),
        state=translate(_state(work, kind)),
        act=translate(kind.open if kind else N_("Ouvrir")),
        back=translate(kind.back if kind else services.BACK),
        url=url_for("works.show", work_id=work.id),
    )


@dataclass(frozen=True, slots=True)
class Glance:
    """The last work that a person was not led to the outcome of, in the bar of every page."""

    state: str
    label: str
    url: str
    state_url: str
    status: str
    percent: int | None


def glance(work: WorkGlance | None) -> Glance | None:
    """Return the one line that other pages say of a work; ``None`` when there is nothing to say."""
    if work is None or request.blueprint == bp.name:
        return None
    kind = kind_of(work.kind)
    words = {
        WorkStatus.DONE: kind.ready if kind else UNKNOWN,
        WorkStatus.FAILED: kind.failed if kind else FAILED,
    }
    return Glance(
        state=translate(words.get(work.status, kind.title if kind else UNKNOWN)),
        label=work.label,
        url=url_for("works.show", work_id=work.id),
        state_url=url_for("works.state", work_id=work.id),
        status=work.status,
        percent=percent(work.done_count, work.total_count),
    )


def kind_of(name: str) -> WorkKind | None:
    """Return the kind called ``name``, ``None`` when this version does not know it."""
    found: WorkKind | None = current_app.extensions["work_kinds"].get(name)
    return found


def _state(work: WorkLine, kind: WorkKind | None) -> str:
    if work.status is WorkStatus.DONE:
        return kind.ready if kind else work.message
    if work.status is WorkStatus.FAILED:
        return kind.failed if kind else FAILED
    if work.status is WorkStatus.ASKED:
        return WAITING
    return kind.phases.get(work.phase, STARTING) if kind else ASKED
