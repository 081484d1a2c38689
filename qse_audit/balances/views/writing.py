"""The pages where a balance is prepared: what it covers, what is read in it, freezing it."""

import dataclasses
from typing import Any

from flask import flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.accounts.queries import sites_of
from qse_audit.balances import queries, reports, services
from qse_audit.balances.forms import (
    BalanceForm,
    ConclusionForm,
    ReadingForm,
    RevisionForm,
    plain,
)
from qse_audit.balances.models import Balance
from qse_audit.balances.rules import (
    BALANCE_WORKFLOW,
    FROZEN,
    BalanceDomain,
    BalanceStatus,
    Content,
    Reading,
    Section,
)
from qse_audit.balances.views.blueprint import BALANCE, bp
from qse_audit.balances.views.reading import head_of, missing
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import Conflict, NotFound, Refused, refuse_all
from qse_audit.core.periods import Frequency, Period
from qse_audit.core.permissions import Permission
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, session
from qse_audit.web.errors import wants_json
from qse_audit.web.forms import Form
from qse_audit.web.guards import requires, requires_move
from qse_audit.web.i18n import locale, translate
from qse_audit.web.sign_in import identity

P = Permission


@bp.route("/new", methods=["GET", "POST"])
@requires(P.BALANCE_START)
@commits
def new() -> ResponseReturnValue:
    """Begin a balance."""
    form = offered(BalanceForm(data=_last_year()))
    if form.validate_on_submit():
        try:
            made = services.start_balance(session(), form.draft(), actor=identity(), now=now())
            return redirect(url_for("balances.write", balance_id=made.id), 303)
        except Refused as refused:
            form.refuse(refused)
    return _form_page(form, None)


@bp.route("/<int:balance_id>/replace", methods=["GET", "POST"])
@requires(P.BALANCE_START, on=BALANCE)
@commits
def replace(balance: Balance) -> ResponseReturnValue:
    """Begin a balance that replaces a frozen one."""
    values = {key: value for key, value in _values(balance).items() if key != "version"}
    form = offered(RevisionForm(data=values))
    if form.validate_on_submit():
        try:
            made = services.start_balance(
                session(), form.draft(), replaces=balance, reason=plain(form.reason.data),
                actor=identity(), now=now(),
            )  # fmt: skip
            return redirect(url_for("balances.write", balance_id=made.id), 303)
        except Refused as refused:
            form.refuse(refused)
    return _form_page(form, balance)


@bp.route("/<int:balance_id>/edit", methods=["GET", "POST"])
@requires(P.BALANCE_WRITE, on=BALANCE)
@commits
def edit(balance: Balance) -> ResponseReturnValue:
    """Say anew what a balance covers."""
    form = offered(BalanceForm(data=_values(balance)))
    if not form.validate_on_submit():
        return _form_page(form, balance)
    seen, draft, url = form.stored_version, form.draft(), _write_url(balance)
    try:
        services.edit_balance(session(), balance, draft, version=seen, actor=identity(), now=now())
    except Conflict:
        stored = offered(BalanceForm(formdata=None, data=_values(balance)))
        return conflict_page(form, stored, version=balance.version, back_url=url)
    except Refused as refused:
        form.refuse(refused)
        return _form_page(form, balance)
    return redirect(url, 303)


@bp.get("/<int:balance_id>/write")
@requires(P.BALANCE_WRITE, on=BALANCE)
def write(balance: Balance) -> ResponseReturnValue:
    """Write what is read in each section; scripts save it as it is typed."""
    return _write_page(balance)


@bp.post("/<int:balance_id>/readings/<section>")
@requires(P.BALANCE_WRITE, on=BALANCE)
@commits
def read(balance: Balance, section: str) -> ResponseReturnValue:
    """Save what is read in one section."""
    if section not in set(Section):
        raise NotFound(section)
    code, content = Section(section), queries.live_content(session(), balance, now())
    form = _keeping(ReadingForm(), code, content)
    if not form.validate_on_submit():
        return _wrong(form, balance)
    try:
        version = services.write_reading(
            session(), balance, code, form.draft(), version=form.stored_version,
            actor=identity(), now=now(),
        )  # fmt: skip
    except Conflict as conflict:
        stored = queries.readings_of(session(), balance.id).get(code, Reading())
        made = _keeping(ReadingForm(formdata=None, data=_texts(stored)), code, content)
        return _both(form, made, conflict, version=stored.version, url=_write_url(balance))
    after = dataclasses.replace(
        content,
        readings=queries.readings_of(session(), balance.id),
        salient=queries.salient_of(session(), balance.id),
    )
    return _saved(balance, version, after)


@bp.post("/<int:balance_id>/conclusion")
@requires(P.BALANCE_WRITE, on=BALANCE)
@commits
def conclude(balance: Balance) -> ResponseReturnValue:
    """Save what is concluded of the period."""
    form = ConclusionForm()
    if not form.validate_on_submit():
        return _wrong(form, balance)
    text, seen, who = plain(form.conclusion.data), form.stored_version, identity()
    try:
        services.write_conclusion(session(), balance, text, version=seen, actor=who, now=now())
    except Conflict as conflict:
        stored = ConclusionForm(formdata=None, conclusion=balance.conclusion)
        url = _write_url(balance)
        return _both(form, stored, conflict, version=balance.version, url=url)
    session().flush()
    return _saved(balance, balance.version, queries.live_content(session(), balance, now()))


@bp.post("/<int:balance_id>/delete")
@requires(P.BALANCE_WRITE, on=BALANCE)
@commits
def delete(balance: Balance) -> ResponseReturnValue:
    """Delete a draft."""
    reference = balance.reference
    services.delete_balance(session(), balance, actor=identity(), now=now())
    flash(_("Projet de bilan %(reference)s supprimé.", reference=reference), "success")
    return redirect(url_for("balances.index"), 303)


@bp.post("/<int:balance_id>/<name>")
@requires_move(BALANCE_WORKFLOW, on=BALANCE)
@commits
def move(balance: Balance, name: str) -> ResponseReturnValue:
    """Freeze a balance."""
    services.move_balance(session(), balance, name, actor=identity(), now=now())
    flash(_("Le bilan est arrêté : ses chiffres et sa lecture ne changent plus."), "success")
    return redirect(url_for("balances.show", balance_id=balance.id), 303)


# --- what the views are made of ---


def _last_year() -> dict[str, Any]:
    """Return what a new balance covers unless somebody says otherwise: the last whole year."""
    year = Period.of(Frequency.YEAR, day_in_paris(now())).previous
    return {
        "from_on": year.starts_on,
        "until_on": year.ends_on,
        "domains": list(BalanceDomain),
        "title": _("Bilan QSE %(year)s", year=year.year),
    }


def _values(balance: Balance) -> dict[str, Any]:
    """Return a stored balance as the values of its form."""
    return {
        "title": balance.title,
        "from_on": balance.from_on,
        "until_on": balance.until_on,
        "domains": balance.domains,
        "sites": [site.id for site in balance.sites],
        "version": str(balance.version),
    }


def offered(form: BalanceForm) -> Any:
    """Offer the sites of the organisation, and those that the balance names already."""
    form.offer((site.id, site.name) for site in sites_of(session(), identity().organisation_id))
    return form


def _form_page(form: BalanceForm, balance: Balance | None) -> ResponseReturnValue:
    is_revision = isinstance(form, RevisionForm)
    body = render_template(
        "balances/edit.html", form=form, balance=balance, is_revision=is_revision
    )
    return body, 422 if form.errors or form.form_errors else 200


def _write_url(balance: Balance) -> str:
    return url_for("balances.write", balance_id=balance.id)


def _write_page(balance: Balance) -> ResponseReturnValue:
    refuse_all([FROZEN] if balance.status is BalanceStatus.FROZEN else [])
    content = queries.live_content(session(), balance, now())
    wording = reports.Wording(locale())
    return render_template(
        "balances/write.html",
        balance=balance,
        content=content,
        head=head_of(content, wording),
        conclusion=ConclusionForm(
            formdata=None, conclusion=balance.conclusion, version=str(balance.version)
        ),
        sections=[_written(balance, content, each, wording) for each in Section],
        missing=_missing(content, balance),
    )


def _written(
    balance: Balance, content: Content, section: Section, wording: reports.Wording
) -> dict[str, Any]:
    reading = content.reading(section)
    form = _keeping(ReadingForm(formdata=None, data=_texts(reading)), section, content)
    one_of_many(form, section.value)
    rows = [wording.figure(each) for each in content.facts.of(section)]
    return {
        "code": section.value,
        "title": wording.say(section.label),
        "rows": rows,
        "worse": [each for each in rows if each.drift == "worse"],
        "notes": wording.notes(content, section),
        "is_silent": content.facts.is_silent(section),
        "is_compared": content.facts.is_compared(section),
        "form": form,
        "url": url_for("balances.read", balance_id=balance.id, section=section.value),
    }


def _missing(content: Content, balance: Balance) -> list[dict[str, str]]:
    """Return what keeps a draft from being frozen, in the language of the page."""
    return [
        {"message": translate(refusal.message), "source": translate(refusal.source)}
        for refusal in missing(content, balance)
    ]


def _texts(reading: Reading) -> dict[str, str]:
    return {
        "comment": reading.comment,
        "strengths": reading.strengths,
        "weaknesses": reading.weaknesses,
        "version": str(reading.version),
    }


def _keeping(form: ReadingForm, section: Section, content: Content) -> ReadingForm:
    """Offer the figures of a section to be kept as salient; those kept are ticked."""
    wording, kept = reports.Wording(locale()), {each.key for each in content.salient}
    shown = [wording.figure(each) for each in content.facts.of(section)]
    form.salient.choices = [(each.key, f"{each.label} : {each.value}") for each in shown]
    if not form.is_submitted() or form.salient.data is None:
        form.salient.data = [each.key for each in shown if each.key in kept]
    return form


def one_of_many(form: Form, key: str) -> None:
    """Give the fields of a form ids that no other form of the page has."""
    for field in form:
        field.id = f"{field.id}-{key}"


def _saved(balance: Balance, version: int, content: Content) -> ResponseReturnValue:
    """Answer what was saved, with what the balance still lacks."""
    if wants_json():
        return jsonify(version=version, missing=_missing(content, balance))
    return redirect(_write_url(balance), 303)


def _wrong(form: Form, balance: Balance) -> ResponseReturnValue:
    """Answer what is wrong with a form that has no page of its own."""
    if wants_json():
        errors = {name: [str(each) for each in texts] for name, texts in form.errors.items()}
        return jsonify(status=422, errors=errors), 422
    for message in (each for texts in form.errors.values() for each in texts):
        flash(translate(message), "error")
    return redirect(_write_url(balance), 303)


def _both(
    form: Any, stored: Any, conflict: Conflict, *, version: int, url: str
) -> ResponseReturnValue:
    """Answer 409 with what is stored beside what was sent."""
    if wants_json():
        return jsonify(status=409, theirs=conflict.theirs, version=version), 409
    return conflict_page(form, stored, version=version, back_url=url)
