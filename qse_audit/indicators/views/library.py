"""Starting an indicator: from the shipped library, or from scratch."""

from functools import cache

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from qse_audit.core.clock import now
from qse_audit.core.errors import NotFound
from qse_audit.core.expressions import as_mathml, parse
from qse_audit.core.permissions import Permission
from qse_audit.core.text import pick
from qse_audit.indicators import services
from qse_audit.indicators.forms import AdoptForm, CardForm
from qse_audit.indicators.library import LibraryIndicator, adoption, shipped
from qse_audit.indicators.models import Indicator
from qse_audit.indicators.rules import IndicatorDomain
from qse_audit.indicators.views.blueprint import bp, choices
from qse_audit.web.database import commits, session
from qse_audit.web.forms import accepted, choices_of
from qse_audit.web.guards import requires
from qse_audit.web.i18n import locale
from qse_audit.web.sign_in import identity


@bp.get("/library")
@requires(Permission.INDICATOR_LIST)
def library() -> ResponseReturnValue:
    """Show the shipped indicators by domain."""
    search, domain = request.args.get("q", "").strip()[:200], request.args.get("domain", "")
    found = [each for each in everything() if _matches(each, search, domain)]
    return render_template(
        "indicators/library.html",
        bands={name: [each for each in found if each.domain is name] for name in IndicatorDomain},
        count=len(found),
        search=search,
        domain=domain,
        domains=choices_of(IndicatorDomain),
    )


@bp.get("/library/<key>")
@requires(Permission.INDICATOR_LIST)
def shelf(key: str) -> ResponseReturnValue:
    """Show one shipped indicator with its traps and its dated context."""
    found = named(key)
    return _shelf_page(found, _adopt_form(found))


@bp.post("/library/<key>")
@requires(Permission.INDICATOR_CREATE)
@commits
def adopt(key: str) -> ResponseReturnValue:
    """Take a shipped indicator as one of ours."""
    found = named(key)
    form = _adopt_form(found)
    made = accepted(form, lambda: _adopted(found, form))
    if not made:
        return _shelf_page(found, form)
    flash(_("Fiche créée : complétez ce qui est propre à l’entreprise."), "success")
    return redirect(url_for("indicators.detail", indicator_id=made.id), 303)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.INDICATOR_CREATE)
@commits
def new() -> ResponseReturnValue:
    """Make a card from scratch."""
    form = CardForm(owner_id=identity().user_id).offer(*choices())
    made = accepted(
        form,
        lambda: services.create_indicator(session(), form.draft(), actor=identity(), now=now()),
    )
    if made:
        flash(_("Fiche créée : écrivez maintenant sa formule."), "success")
        return redirect(url_for("indicators.define", indicator_id=made.id), 303)
    body = render_template("indicators/edit.html", form=form, indicator=None)
    return body, 422 if form.errors else 200


@cache
def everything() -> tuple[LibraryIndicator, ...]:
    """Return the shipped library, read once."""
    return shipped()


def named(key: str) -> LibraryIndicator:
    """Return the shipped indicator of a key.

    :raises NotFound: if there is none.
    """
    found = next((each for each in everything() if each.identifier == key), None)
    if found is None:
        raise NotFound(key)
    return found


def _matches(found: LibraryIndicator, search: str, domain: str) -> bool:
    words = f"{found.code} {pick(found.name, locale())} {pick(found.purpose, locale())}".casefold()
    is_in = domain in {"", found.domain.value}
    return is_in and all(word in words for word in search.casefold().split())


def _adopt_form(found: LibraryIndicator) -> AdoptForm:
    people, processes, _sites = choices()
    values = {"title": pick(found.name, locale()), "owner_id": identity().user_id}
    return AdoptForm(**values).offer(people, processes)


def _adopted(found: LibraryIndicator, form: AdoptForm) -> Indicator:
    draft = adoption(
        found,
        locale(),
        title=form.title.data or "",
        owner_id=form.owner_id.data or 0,
        process_id=form.process_id.data,
    )
    return services.adopt_indicator(session(), found, draft, actor=identity(), now=now())


def _shelf_page(found: LibraryIndicator, form: AdoptForm) -> ResponseReturnValue:
    labels = {each.name: pick(each.label, locale()) for each in found.variables}
    formula = Markup(as_mathml(parse(found.formula).root, locale(), labels))
    body = render_template("indicators/adopt.html", found=found, form=form, formula=formula)
    return body, 422 if form.errors else 200
