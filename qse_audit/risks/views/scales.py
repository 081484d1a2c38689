"""The pages about scales: those delivered, and those that a firm takes as its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.core.clock import now
from qse_audit.core.errors import BadInput, NotFound, Refused
from qse_audit.core.permissions import Permission
from qse_audit.risks import queries, services
from qse_audit.risks.forms import ReasonForm, ScaleFileForm
from qse_audit.risks.library import MAX_BYTES, read_own_scale, scale_named, shipped
from qse_audit.risks.models import RiskScale, RiskScaleVersion
from qse_audit.risks.reports.scales import MEDIA_TYPE, file_name, scale_yaml, start_of
from qse_audit.risks.rules import Band, Level, Scale
from qse_audit.risks.rules.own_scales import TakeOutcome, changed_parts, spread, taking_refusals
from qse_audit.risks.views.blueprint import SCALE, bp
from qse_audit.risks.views.parts import TONES, scale_of
from qse_audit.web.database import commits, files, session
from qse_audit.web.forms import accepted
from qse_audit.web.guards import requires
from qse_audit.web.i18n import locale
from qse_audit.web.sign_in import identity
from qse_audit.web.waiting import known_of, token_of

P = Permission
PURPOSE = "risk-scale"
SHOWN_FAULTS = 20


@bp.get("/scales")
@requires(P.RISK_LIST)
def scales() -> ResponseReturnValue:
    """List the scales that an analysis may begin with, and those that were withdrawn."""
    own = queries.own_scales(session(), identity().organisation_id)
    return render_template(
        "risks/scales.html",
        own=[(each, scale_of(each.data)) for each in own],
        shipped=shipped(),
    )


@bp.get("/scales/shipped/<string:key>")
@requires(P.RISK_LIST)
def shipped_scale(key: str) -> ResponseReturnValue:
    """Show what a delivered scale means."""
    return render_template("risks/scale.html", meant=Meant.of(scale_named(key)), row=None)


@bp.get("/scales/shipped/<string:key>/file")
@requires(P.RISK_LIST)
def shipped_file(key: str) -> ResponseReturnValue:
    """Send a delivered scale as the file that a firm starts from."""
    return _file(start_of(scale_named(key)))


@bp.get("/scales/<int:scale_id>")
@requires(P.RISK_LIST, on=SCALE)
def own_scale(row: RiskScale) -> ResponseReturnValue:
    """Show what a version of the firm’s scale means; the one in force unless another is asked."""
    version = version_asked(row)
    scale = scale_of(version.data)
    return render_template(
        "risks/scale.html",
        meant=Meant.of(scale),
        row=row,
        version=version,
        uses=queries.analyses_by_version(session(), row.organisation_id, scale.key),
    )


@bp.get("/scales/<int:scale_id>/file")
@requires(P.RISK_LIST, on=SCALE)
def own_file(row: RiskScale) -> ResponseReturnValue:
    """Send a version of the firm’s scale as a file."""
    return _file(scale_of(version_asked(row).data))


@bp.route("/scales/new", methods=["GET", "POST"])
@requires(P.RISK_SCALE)
@commits
def new_scale() -> ResponseReturnValue:
    """Take a file in and show what it means; a wrong one is not kept."""
    form = ScaleFileForm()
    if not form.validate_on_submit():
        return _upload_page(form)
    name, content = form.file.data.filename or "", form.file.data.read(MAX_BYTES + 1)
    try:
        read_own_scale(content)
    except BadInput as wrong:
        return _upload_page(form, wrong, name)
    waiting = Waiting(files().put_bytes(content).sha256, name[-150:])
    return redirect(url_for("risks.preview_scale", token=waiting.token()), 303)


@bp.get("/scales/new/<string:token>")
@requires(P.RISK_SCALE)
def preview_scale(token: str) -> ResponseReturnValue:
    """Show what a waiting file means and what taking it would make of it."""
    return _preview_page(Waiting.of(token))


@bp.post("/scales/new/<string:token>")
@requires(P.RISK_SCALE)
@commits
def take_scale(token: str) -> ResponseReturnValue:
    """Take a waiting file as the version in force."""
    waiting = Waiting.of(token)
    try:
        done = services.take_scale(session(), waiting.scale(), actor=identity(), now=now())
    except Refused:
        return _preview_page(waiting)
    if done.outcome is not TakeOutcome.UNCHANGED:
        flash(_("Version %(number)s enregistrée : les analyses qui commencent l’ont ; celles qui "
                "ont commencé gardent la leur.", number=done.number), "success")  # fmt: skip
    return redirect(url_for("risks.own_scale", scale_id=done.scale_id), 303)


@bp.route("/scales/<int:scale_id>/withdraw", methods=["GET", "POST"])
@requires(P.RISK_SCALE, on=SCALE)
@commits
def withdraw_scale(row: RiskScale) -> ResponseReturnValue:
    """Offer a scale no more, with the reason."""
    form, back = ReasonForm(), url_for("risks.own_scale", scale_id=row.id)

    def out() -> None:
        reason = form.note.data or ""
        services.withdraw_scale(session(), row, reason, actor=identity(), now=now())

    if accepted(form, out):
        flash(_("Échelle retirée : les analyses qui l’ont la gardent."), "success")
        return redirect(back, 303)
    scale = scale_of(row.versions[0].data)
    body = render_template("risks/scale_withdraw.html", form=form, row=row, scale=scale)
    return body, 422 if form.is_submitted() else 200


@bp.post("/scales/<int:scale_id>/restore")
@requires(P.RISK_SCALE, on=SCALE)
@commits
def restore_scale(row: RiskScale) -> ResponseReturnValue:
    """Offer a withdrawn scale again."""
    services.restore_scale(session(), row, actor=identity(), now=now())
    flash(_("Échelle remise : les analyses qui commencent peuvent la prendre."), "success")
    return redirect(url_for("risks.own_scale", scale_id=row.id), 303)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that a person gave and has not confirmed yet."""

    sha256: str
    name: str

    def token(self) -> str:
        """Return it as a part of a URL that only this person can use, in this organisation."""
        return token_of(PURPOSE, self.sha256, self.name)

    @classmethod
    def of(cls, token: str) -> "Waiting":
        """Return the file behind a part of a URL.

        :raises NotFound: for one that is old, changed, or somebody else’s.
        """
        return cls(*known_of(PURPOSE, token))

    def scale(self) -> Scale:
        """Read the file again."""
        with files().open(self.sha256) as file:
            return read_own_scale(file.read())


def version_asked(row: RiskScale) -> RiskScaleVersion:
    """Return the version that the address names, the one in force if it names none.

    :raises NotFound: for one that the scale has not.
    """
    number = request.args.get("version", row.versions[0].number, type=int)
    for version in row.versions:
        if version.number == number:
            return version
    raise NotFound(f"version {number} of scale {row.id}")


@dataclass(frozen=True, slots=True)
class Meant:
    """What a page shows of a scale."""

    scale: Scale
    looks: Mapping[str, tuple[Band, str, str]]
    """The band, tone and shape of each code."""
    counts: Mapping[str, int] | None
    """Sets of notes by band; ``None`` when they are too many."""
    total: int
    letters: Mapping[str, str]
    matrix: Sequence[tuple[Level, tuple[str, ...]]]
    """Its rows, the worst first."""

    @classmethod
    def of(cls, scale: Scale) -> "Meant":
        """Return what there is to show of a scale."""
        counts = spread(scale)
        rows = zip(scale.criteria[0].levels, scale.cells, strict=False)
        return cls(
            scale,
            {band.code: (band, *TONES[band.rank]) for band in scale.bands},
            counts,
            sum(counts.values()) if counts else 0,
            {each.code: each.letter for each in scale.criteria},
            list(reversed(list(rows))),
        )


def _upload_page(
    form: ScaleFileForm, wrong: BadInput | None = None, name: str = ""
) -> ResponseReturnValue:
    faults = (wrong, *wrong.others) if wrong else ()
    page = render_template(
        "risks/scale_new.html",
        form=form,
        faults=faults[:SHOWN_FAULTS],
        fault_count=len(faults),
        name=name,
    )
    return page, 422 if form.is_submitted() else 200


def _preview_page(waiting: Waiting) -> ResponseReturnValue:
    scale = waiting.scale()
    found = queries.prospect_of(session(), identity().organisation_id, scale)
    page = render_template(
        "risks/scale_preview.html",
        meant=Meant.of(scale),
        found=found,
        name=waiting.name,
        refusals=taking_refusals(found),
        changed=changed_parts(found.before, scale) if found.before else (),
    )
    return page, 422 if request.method == "POST" else 200


def _file(scale: Scale) -> Response:
    return Response(
        scale_yaml(scale, locale()),
        content_type=MEDIA_TYPE,
        headers={"Content-Disposition": f"attachment; filename={file_name(scale)}"},
    )
