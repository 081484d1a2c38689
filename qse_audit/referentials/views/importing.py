"""The pages that bring a file in: drop it, look at what it holds, confirm."""

from dataclasses import astuple, dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qse_audit.core.clock import now
from qse_audit.core.errors import BadInput
from qse_audit.core.permissions import Permission
from qse_audit.referentials import queries, services
from qse_audit.referentials.formats.any_file import read_outline
from qse_audit.referentials.formats.yaml_text import MAX_BYTES
from qse_audit.referentials.forms import ImportForm, NamingForm, naming_values
from qse_audit.referentials.rules import Outline
from qse_audit.referentials.views.blueprint import bp
from qse_audit.web.database import commits, files, session
from qse_audit.web.guards import requires
from qse_audit.web.i18n import locale
from qse_audit.web.sign_in import identity
from qse_audit.web.waiting import known_of, token_of
from qse_audit.web.work import follow_work, starts_work

PURPOSE = "referential-import"
SHOWN_CLAUSES = 40


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that a person dropped and has not confirmed yet."""

    sha256: str
    name: str
    ref: str
    """What the referential is called in the file."""
    is_guessed: bool
    """Whether that is only guessed: the person names it."""

    def token(self) -> str:
        """Return it as a part of a URL that only this person can use, in this organisation."""
        return token_of(PURPOSE, *astuple(self))

    @classmethod
    def of(cls, token: str) -> "Waiting":
        """Return the file behind a part of a URL.

        :raises NotFound: for one that is old, changed, or somebody else’s.
        """
        return cls(*known_of(PURPOSE, token))

    def outline(self) -> Outline:
        """Read the file again."""
        with files().open(self.sha256) as file:
            return read_outline(file.read(), self.name)


@bp.route("/import", methods=["GET", "POST"])
@requires(Permission.REFERENTIAL_EDIT)
@commits
def upload() -> ResponseReturnValue:
    """Take a file in and show what it holds; a wrong one is not kept."""
    form = ImportForm()
    if not form.validate_on_submit():
        return _upload_page(form)
    name, content = form.file.data.filename or "", form.file.data.read(MAX_BYTES + 1)
    try:
        outline = read_outline(content, name)
    except BadInput as wrong:
        return _upload_page(form, wrong, name)
    stored = files().put_bytes(content)
    waiting = Waiting(stored.sha256, name[-200:], outline.ref, outline.is_guessed)
    return redirect(url_for("referentials.preview", token=waiting.token()), code=303)


def _upload_page(
    form: ImportForm, wrong: BadInput | None = None, name: str = ""
) -> ResponseReturnValue:
    page = render_template("referentials/import.html", form=form, wrong=wrong, name=name)
    return page, 422 if form.is_submitted() else 200


@bp.route("/import/<string:token>", methods=["GET", "POST"])
@requires(Permission.REFERENTIAL_EDIT)
@starts_work
@commits
def preview(token: str) -> ResponseReturnValue:
    """Show what a waiting file would become, then ask for its import."""
    waiting = Waiting.of(token)
    form = NamingForm() if waiting.is_guessed else None
    if request.method == "GET" or (form is not None and not form.validate()):
        return _preview_page(waiting, form)
    naming = form and {name: form[name].data for name in ("ref", "title", "label")}
    return follow_work(
        services.ask_import(
            session(),
            waiting.sha256,
            waiting.name,
            preview=token,
            naming=naming,
            label=naming["ref"] if naming else waiting.ref,
            actor=identity(),
            now=now(),
        )
    )


def _preview_page(waiting: Waiting, form: NamingForm | None) -> ResponseReturnValue:
    outline = waiting.outline()
    if form is not None and not form.is_submitted():
        form = NamingForm(**naming_values(outline))
    chapters, who = queries.chapters_of(outline.nodes, locale()), identity()
    report = services.import_outline(
        session(),
        outline,
        organisation_id=who.organisation_id,
        actor_id=who.user_id,
        now=now(),
        dry_run=True,
    )
    page = render_template(
        "referentials/preview.html",
        name=waiting.name,
        outline=outline,
        report=report,
        clauses=[c for chapter in chapters for c in (chapter.head, *chapter.below)][:SHOWN_CLAUSES],
        form=form,
    )
    return page, 422 if form is not None and form.is_submitted() else 200
