"""Writing situations and tying live records to them."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.core.clock import now
from qse_audit.core.errors import Conflict, NotFound, Refused
from qse_audit.core.permissions import Kind, Permission
from qse_audit.portfolios.forms import OwnPartForm, SituationForm
from qse_audit.portfolios.guidance import FIELDS, questions
from qse_audit.portfolios.models import Candidacy, Situation, SituationRecord
from qse_audit.portfolios.queries.candidacies import get_candidacy, own_open_candidacy
from qse_audit.portfolios.queries.editor import read_editor, start_from
from qse_audit.portfolios.queries.kinds import RECORDS
from qse_audit.portfolios.queries.portfolio import structure_of
from qse_audit.portfolios.queries.records import (
    PICKED,
    RecordLine,
    find_record,
    find_records,
)
from qse_audit.portfolios.services import situations as services
from qse_audit.portfolios.services.situations import Story
from qse_audit.portfolios.views.blueprint import (
    CANDIDACY,
    SITUATION,
    TIED,
    bp,
    conflicting,
    refused_fields,
    saved,
    wrong,
)
from qse_audit.web.database import commits, session
from qse_audit.web.errors import wants_json
from qse_audit.web.guards import can, requires
from qse_audit.web.sign_in import identity


@bp.route("/<int:candidacy_id>/situations/new", methods=["GET", "POST"])
@requires(Permission.CANDIDACY_EDIT, on=CANDIDACY)
@commits
def new(candidacy: Candidacy) -> ResponseReturnValue:
    """Start a situation, empty or from a record that the candidate took part in."""
    line = _asked_record(candidacy)
    form = SituationForm()
    if request.method == "GET" and line:
        form = SituationForm(obj=start_from(session(), line))
    blocks = structure_of(session(), candidacy.certification_version_id)
    chosen = _numbers("capability")
    if form.validate_on_submit():
        try:
            situation = _add(candidacy, form, chosen, line)
            return redirect(url_for("portfolios.situation", situation_id=situation.id), 303)
        except Refused as refused:
            form.refuse(refused)
    body = render_template(
        "portfolios/new.html",
        form=form,
        candidacy=candidacy,
        record=line,
        blocks=blocks,
        chosen=chosen or _wanted(blocks),
    )
    return body, 422 if form.errors or form.form_errors else 200


@bp.get("/situations/from")
@requires(Permission.CANDIDACY_LIST)
def start() -> ResponseReturnValue:
    """Go from a record (``?record=audit/12``) to a new situation of one’s own portfolio."""
    candidacy_id = own_open_candidacy(session(), identity())
    if candidacy_id is None:
        flash(_("Aucun dossier en cours : rien ne peut y être ajouté pour l’instant."), "info")
        return redirect(url_for("portfolios.index"), 303)
    kind, record_id = _reference(request.args.get("record"))
    if find_record(session(), get_candidacy(session(), candidacy_id), kind, record_id) is None:
        flash(_("Seul ce à quoi vous avez pris part peut entrer dans votre dossier."), "info")
        return redirect(url_for("portfolios.show", candidacy_id=candidacy_id), 303)
    record = f"{kind}/{record_id}"
    return redirect(url_for("portfolios.new", candidacy_id=candidacy_id, record=record), 303)


@bp.get("/situations/<int:situation_id>")
@requires(Permission.SITUATION_READ, on=SITUATION)
def situation(situation: Situation) -> ResponseReturnValue:
    """Show a situation: to write for its candidate, to read for the tutor."""
    editor = read_editor(session(), situation)
    mine = can(Permission.CANDIDACY_EDIT, situation)
    return render_template(
        "portfolios/situation.html" if mine else "portfolios/read.html",
        situation=situation,
        candidacy=situation.candidacy,
        editor=editor,
        form=SituationForm(obj=situation),
        fields=FIELDS,
        questions={name: questions(name, editor.codes) for name in FIELDS},
    )


@bp.post("/situations/<int:situation_id>")
@requires(Permission.CANDIDACY_EDIT, on=SITUATION)
@commits
def save(situation: Situation) -> ResponseReturnValue:
    """Keep what is written and ticked, as it is typed or by the button."""
    form = SituationForm()
    if not form.validate_on_submit():
        return wrong(form)
    try:
        services.save_situation(
            session(),
            situation,
            _story(form),
            capability_ids=_numbers("capability"),
            criterion_ids=_numbers("criterion"),
            version=form.stored_version,
            actor=identity(),
            now=now(),
        )
    except Conflict as conflict:
        return conflicting(conflict.theirs, situation.version)
    except Refused as refused:
        return refused_fields(refused)
    if wants_json():
        return saved(situation.version)
    return redirect(url_for("portfolios.situation", situation_id=situation.id), 303)


@bp.post("/situations/<int:situation_id>/remove")
@requires(Permission.CANDIDACY_EDIT, on=SITUATION)
@commits
def remove(situation: Situation) -> ResponseReturnValue:
    """Take a situation out of the portfolio."""
    candidacy_id = situation.candidacy_id
    services.remove_situation(session(), situation, actor=identity(), now=now())
    flash(_("Situation retirée du dossier."), "success")
    return redirect(url_for("portfolios.show", candidacy_id=candidacy_id), 303)


@bp.post("/situations/<int:situation_id>/claims")
@requires(Permission.CANDIDACY_EDIT, on=SITUATION)
@commits
def claim(situation: Situation) -> ResponseReturnValue:
    """Tick a suggested criterion."""
    criterion_id = request.form.get("criterion", 0, type=int)
    services.claim_criterion(session(), situation, criterion_id, actor=identity(), now=now())
    return redirect(_page_of(situation, "suggestions"), 303)


@bp.get("/situations/<int:situation_id>/records")
@requires(Permission.CANDIDACY_EDIT, on=SITUATION)
def records(situation: Situation) -> ResponseReturnValue:
    """Choose among the records that the candidate took part in."""
    search, kind = request.args.get("q", "").strip(), request.args.get("kind", "")
    return render_template(
        "portfolios/records.html",
        situation=situation,
        found=find_records(session(), situation.candidacy, search=search, kind=kind),
        tied={(Kind(r.record_kind), r.record_id): r.id for r in situation.records},
        search=search,
        kind=kind,
        kinds=RECORDS,
        most=PICKED,
    )


@bp.post("/situations/<int:situation_id>/records")
@requires(Permission.CANDIDACY_EDIT, on=SITUATION)
@commits
def tie(situation: Situation) -> ResponseReturnValue:
    """Tie a record; one that the candidate took no part in looks missing."""
    kind, record_id = _reference(request.form.get("record"))
    services.tie_record(session(), situation, kind, record_id, actor=identity(), now=now())
    flash(_("Enregistrement rattaché : dites maintenant quelle part est la vôtre."), "success")
    return redirect(_page_of(situation, "records"), 303)


@bp.post("/records/<int:tied_id>")
@requires(Permission.CANDIDACY_EDIT, on=TIED)
@commits
def own_part(tied: SituationRecord) -> ResponseReturnValue:
    """Keep what in a record is the candidate’s own work."""
    form = OwnPartForm()
    if not form.validate_on_submit():
        return wrong(form)
    text, version = form.own_part.data or "", form.stored_version
    try:
        services.describe_own_part(
            session(), tied, text, version=version, actor=identity(), now=now()
        )
    except Conflict as conflict:
        return conflicting(conflict.theirs, tied.version)
    if wants_json():
        return saved(tied.version)
    return redirect(_page_of(tied.situation, "records"), 303)


@bp.post("/records/<int:tied_id>/remove")
@requires(Permission.CANDIDACY_EDIT, on=TIED)
@commits
def untie(tied: SituationRecord) -> ResponseReturnValue:
    """Take a record away from a situation."""
    page = _page_of(tied.situation, "records")
    services.untie_record(session(), tied, actor=identity(), now=now())
    return redirect(page, 303)


def _page_of(situation: Situation, anchor: str) -> str:
    return url_for("portfolios.situation", situation_id=situation.id, _anchor=anchor)


def _asked_record(candidacy: Candidacy) -> RecordLine | None:
    """Return the record that the address names (``?record=audit/12``), if any.

    :raises NotFound: for one that the candidate took no part in.
    """
    given = request.values.get("record")
    if not given:
        return None
    line = find_record(session(), candidacy, *_reference(given))
    if line is None:
        raise NotFound(given)
    return line


def _reference(given: str | None) -> tuple[Kind, int]:
    kind, _slash, number = (given or "").partition("/")
    if kind not in RECORDS or not number.isdecimal() or len(number) > 12:
        raise NotFound(str(given))
    return Kind(kind), int(number)


def _numbers(name: str) -> tuple[int, ...]:
    given = request.form.getlist(name)
    if not all(text.isdecimal() and len(text) <= 9 for text in given):
        abort(400)
    return tuple(int(text) for text in given)


def _wanted(blocks: Any) -> tuple[int, ...]:
    """Return the capability that the address asks for: ``?capability=C8``."""
    code = request.args.get("capability")
    return tuple(c.id for block in blocks for c in block.capabilities if c.code == code)


def _add(
    candidacy: Candidacy, form: SituationForm, chosen: tuple[int, ...], line: RecordLine | None
) -> Situation:
    who, at = identity(), now()
    situation = services.add_situation(
        session(), candidacy, _story(form), capability_ids=chosen, actor=who, now=at
    )
    if line is not None:
        services.tie_record(session(), situation, line.kind, line.id, actor=who, now=at)
    return situation


def _story(form: SituationForm) -> Story:
    return Story(
        title=form.title.data or "",
        modality=form.modality.data,
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        **{name: getattr(form, name).data or "" for name in FIELDS},
    )
