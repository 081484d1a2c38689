"""The pages that bring a file of values in: drop it, look at what it would do, confirm."""

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import BadInput, NotFound
from qse_audit.core.permissions import Permission
from qse_audit.indicators import services
from qse_audit.indicators.forms import ImportForm, ReasonForm
from qse_audit.indicators.models import Indicator
from qse_audit.indicators.views.blueprint import INDICATOR, bp
from qse_audit.referentials.formats.yaml_text import MAX_BYTES
from qse_audit.web.database import commits, files, session
from qse_audit.web.guards import requires
from qse_audit.web.sign_in import identity
from qse_audit.web.waiting import known_of, token_of
from qse_audit.web.work import follow_work, starts_work

PURPOSE = "values-import"
SHOWN_FAULTS = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that a person dropped for one indicator and has not confirmed yet."""

    sha256: str
    name: str

    def token(self, indicator: Indicator) -> str:
        """Return it as a part of a URL that only this person can use, for this indicator."""
        return token_of(PURPOSE, self.sha256, self.name, indicator.id)

    @classmethod
    def of(cls, token: str, indicator: Indicator) -> "Waiting":
        """Return the file behind a part of a URL.

        :raises NotFound: for one that is old, changed, or somebody else’s.
        """
        sha256, name, key = known_of(PURPOSE, token)
        if key != indicator.id:
            raise NotFound(token)
        return cls(sha256, name)

    def preview(self, indicator: Indicator) -> services.Preview:
        """Read the file again, and compare it with what is stored."""
        with files().open(self.sha256) as file:
            content = file.read()
        today = day_in_paris(now())
        read = services.read_values(content, self.name, indicator, today=today)
        return services.preview_values(session(), indicator, read)


@bp.route("/<int:indicator_id>/import", methods=["GET", "POST"])
@requires(Permission.INDICATOR_MEASURE, on=INDICATOR)
@commits
def upload(indicator: Indicator) -> ResponseReturnValue:
    """Take a file of values in; one that is no table is not kept."""
    form = ImportForm()
    if not form.validate_on_submit():
        return _upload_page(indicator, form)
    name, content = form.file.data.filename or "", form.file.data.read(MAX_BYTES + 1)
    try:
        services.read_values(content, name, indicator, today=day_in_paris(now()))
    except BadInput as wrong:
        return _upload_page(indicator, form, wrong)
    waiting = Waiting(files().put_bytes(content).sha256, name[-150:])
    token = waiting.token(indicator)
    url = url_for("indicators.preview_import", indicator_id=indicator.id, token=token)
    return redirect(url, 303)


def _upload_page(
    indicator: Indicator, form: ImportForm, wrong: BadInput | None = None
) -> ResponseReturnValue:
    page = render_template("indicators/import.html", indicator=indicator, form=form, wrong=wrong)
    return page, 422 if form.is_submitted() else 200


@bp.get("/<int:indicator_id>/import/<string:token>")
@requires(Permission.INDICATOR_MEASURE, on=INDICATOR)
def preview_import(indicator: Indicator, token: str) -> ResponseReturnValue:
    """Show what a waiting file would add and correct, or every fault in it."""
    return _preview_page(indicator, Waiting.of(token, indicator), ReasonForm())


@bp.post("/<int:indicator_id>/import/<string:token>")
@requires(Permission.INDICATOR_MEASURE, on=INDICATOR)
@starts_work
@commits
def confirm_import(indicator: Indicator, token: str) -> ResponseReturnValue:
    """Store the values of a waiting file, as a long work."""
    waiting, form = Waiting.of(token, indicator), ReasonForm()
    found = waiting.preview(indicator)
    if found.corrected and not (form.reason.data or "").strip():
        form.ask()
    if found.read.faults or not form.validate_on_submit():
        return _preview_page(indicator, waiting, form)
    work_id = services.ask_import(
        session(), indicator, sha256=waiting.sha256, name=waiting.name,
        reason=form.reason.data or "", actor=identity(), now=now(),
    )  # fmt: skip
    return follow_work(work_id)


def _preview_page(indicator: Indicator, waiting: Waiting, form: ReasonForm) -> ResponseReturnValue:
    found = waiting.preview(indicator)
    page = render_template(
        "indicators/preview.html",
        indicator=indicator,
        name=waiting.name,
        found=found,
        faults=found.read.faults[:SHOWN_FAULTS],
        form=form,
    )
    return page, 422 if request.method == "POST" else 200
