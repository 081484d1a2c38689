"""The pages that bring lines in from a spreadsheet: give them, look at them, confirm."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.core.clock import now
from qse_audit.core.errors import BadInput, NotFound, Refused
from qse_audit.core.permissions import Permission
from qse_audit.referentials.formats.yaml_text import MAX_BYTES
from qse_audit.risks import services
from qse_audit.risks.files import PASTED
from qse_audit.risks.forms import BringForm, GridForm
from qse_audit.risks.models import RiskAnalysis
from qse_audit.risks.rules import METHODS
from qse_audit.risks.rules.tables import ReadLines
from qse_audit.risks.views.blueprint import ANALYSIS, bp
from qse_audit.risks.views.parts import SEPARATOR, scale_of, shown_ratings
from qse_audit.web.database import commits, files, session
from qse_audit.web.guards import requires
from qse_audit.web.sign_in import identity
from qse_audit.web.waiting import known_of, token_of

P = Permission
PURPOSE = "risk-lines"
SHOWN_LINES = 20


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a person gave for one analysis and has not confirmed yet."""

    sha256: str
    name: str

    def token(self, analysis: RiskAnalysis) -> str:
        """Return it as a part of a URL that only this person can use, for this analysis."""
        return token_of(PURPOSE, self.sha256, self.name, analysis.id)

    @classmethod
    def of(cls, token: str, analysis: RiskAnalysis) -> "Waiting":
        """Return what waits behind a part of a URL.

        :raises NotFound: for one that is old, changed, or somebody else’s.
        """
        sha256, name, key = known_of(PURPOSE, token)
        if key != analysis.id:
            raise NotFound(token)
        return cls(sha256, name)

    def read(self, analysis: RiskAnalysis) -> ReadLines:
        """Return its lines."""
        with files().open(self.sha256) as file:
            content = file.read()
        return services.read_for(analysis, content, self.name)


@bp.route("/<int:analysis_id>/bring", methods=["GET", "POST"])
@requires(P.RISK_EDIT, on=ANALYSIS)
@commits
def bring(analysis: RiskAnalysis) -> ResponseReturnValue:
    """Take lines in; a table with a fault is not kept."""
    form = BringForm()
    if not form.validate_on_submit():
        return _bring_page(analysis, form)
    content, name = _given(form)
    try:
        read = services.read_for(analysis, content, name)
    except BadInput as wrong:
        return _bring_page(analysis, form, wrong=(wrong, *wrong.others))
    if read.faults:
        return _bring_page(analysis, form, read=read)
    waiting = Waiting(files().put_bytes(content).sha256, name[-150:])
    token = waiting.token(analysis)
    return redirect(url_for("risks.preview_lines", analysis_id=analysis.id, token=token), 303)


@bp.get("/<int:analysis_id>/bring/<string:token>")
@requires(P.RISK_EDIT, on=ANALYSIS)
def preview_lines(analysis: RiskAnalysis, token: str) -> ResponseReturnValue:
    """Show what waiting lines would add and replace."""
    return _preview_page(analysis, Waiting.of(token, analysis), GridForm())


@bp.post("/<int:analysis_id>/bring/<string:token>")
@requires(P.RISK_EDIT, on=ANALYSIS)
@commits
def confirm_lines(analysis: RiskAnalysis, token: str) -> ResponseReturnValue:
    """Store waiting lines."""
    waiting, form = Waiting.of(token, analysis), GridForm()
    if not form.validate_on_submit():
        return _preview_page(analysis, waiting, form)
    try:
        done = services.import_lines(
            session(), analysis, waiting.read(analysis), reason=form.reason.data or "",
            actor=identity(), now=now(),
        )  # fmt: skip
    except Refused as refused:
        form.refuse(refused)
        return _preview_page(analysis, waiting, form)
    flash(
        _(
            "Lignes ajoutées : %(added)d ; modifiées : %(changed)d ; cotées : %(rated)d.",
            added=done.added,
            changed=done.changed,
            rated=done.rated,
        ),
        "success",
    )
    return redirect(url_for("risks.lines", analysis_id=analysis.id), 303)


def _given(form: BringForm) -> tuple[bytes, str]:
    """Return what was given and its name: the file, else the paste."""
    file = form.file.data
    if file and file.filename:
        return file.read(MAX_BYTES + 1), file.filename
    return (form.paste.data or "").encode(), PASTED


def _bring_page(
    analysis: RiskAnalysis,
    form: BringForm,
    *,
    wrong: tuple[BadInput, ...] = (),
    read: ReadLines | None = None,
) -> ResponseReturnValue:
    page = render_template(
        "risks/bring.html",
        analysis=analysis,
        form=form,
        card=METHODS[analysis.method],
        scale=scale_of(analysis.scale),
        wrong=wrong,
        read=read,
        separator=SEPARATOR,
    )
    return page, 422 if form.is_submitted() else 200


def _preview_page(analysis: RiskAnalysis, waiting: Waiting, form: GridForm) -> ResponseReturnValue:
    read = waiting.read(analysis)
    shown = read.lines[:SHOWN_LINES]
    page = render_template(
        "risks/preview.html",
        analysis=analysis,
        form=form,
        card=METHODS[analysis.method],
        found=services.preview_lines(session(), analysis, read),
        lines=list(zip(shown, shown_ratings(analysis, shown), strict=True)),
        separator=SEPARATOR,
    )
    return page, 422 if form.is_submitted() else 200
