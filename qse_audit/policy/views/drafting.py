"""The pages where a version of the policy is written, and checked against what is expected."""

from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.errors import BadInput, Conflict, NotFound, Refused, refuse_all
from qse_audit.core.permissions import Permission
from qse_audit.core.text import N_
from qse_audit.policy import commitments, queries, services
from qse_audit.policy.forms import CoverForm, PolicyForm, SentenceForm, StartForm, plain
from qse_audit.policy.models import Policy, PolicySentence
from qse_audit.policy.rules import (
    POLICY_WORKFLOW,
    Answer,
    Domain,
    PolicyStatus,
    ShownBy,
    change_refusals,
)
from qse_audit.policy.views.blueprint import POLICY, SENTENCE, bp
from qse_audit.web.conflicts import conflict_page
from qse_audit.web.database import commits, session
from qse_audit.web.errors import wants_json
from qse_audit.web.forms import Form
from qse_audit.web.guards import can, reach, requires
from qse_audit.web.i18n import translate
from qse_audit.web.sign_in import identity

P = Permission


@bp.route("/versions/new", methods=["GET", "POST"])
@requires(P.POLICY_START)
@commits
def start() -> ResponseReturnValue:
    """Begin a version, from another one or from a blank page."""
    form, versions = StartForm(), queries.versions_of(session(), identity())
    form.offer((line.id, f"{line.number} · {line.title}") for line in versions)
    if request.method == "GET":
        form.after.data = next(
            (line.id for line in versions if line.status is PolicyStatus.IN_FORCE), 0
        )
    if not form.validate_on_submit():
        return render_template("policy/start.html", form=form), 422 if form.errors else 200
    key = form.after.data
    source = reach(POLICY, key, P.POLICY_TEXT_READ) if key else None
    made = services.start_policy(
        session(),
        source.title if source else _("Politique qualité, santé-sécurité, environnement"),
        editions=source.referential_keys if source else (),
        after=source,
        actor=identity(),
        now=now(),
    )
    return redirect(url_for("policy.write", policy_id=made.id), 303)


@bp.route("/versions/<int:policy_id>/write", methods=["GET", "POST"])
@requires(P.POLICY_WRITE, on=POLICY)
@commits
def write(policy: Policy) -> ResponseReturnValue:
    """Write a version; a script saves it as it is typed."""
    form = PolicyForm(obj=policy)
    if not form.validate_on_submit():
        return write_page(policy, form)
    seen, who = form.stored_version, identity()
    try:
        services.edit_policy(session(), policy, form.draft(), version=seen, actor=who, now=now())
    except Conflict as conflict:
        stored = PolicyForm(formdata=None, obj=policy)
        return both(form, stored, conflict, version=policy.version, policy_id=policy.id)
    session().flush()
    return saved(policy, policy.version)


@bp.post("/versions/<int:policy_id>/sentences")
@requires(P.POLICY_WRITE, on=POLICY)
@commits
def add_sentence(policy: Policy) -> ResponseReturnValue:
    """Add a sentence at the end."""
    form = SentenceForm()
    if not form.validate_on_submit():
        return write_page(policy, added=form)
    try:
        services.add_sentence(session(), policy, form.draft(), actor=identity(), now=now())
    except Refused as refused:
        form.refuse(refused, "domains" if len(refused.refusals) == 1 else None)
        return write_page(policy, added=form)
    return redirect(url_for("policy.write", policy_id=policy.id, _anchor="add"), 303)


@bp.post("/sentences/<int:sentence_id>/edit")
@requires(P.POLICY_WRITE, on=SENTENCE)
@commits
def edit_sentence(sentence: PolicySentence) -> ResponseReturnValue:
    """Write a sentence anew; a script saves it as it is typed."""
    form, policy = SentenceForm(), sentence.policy
    if not form.validate_on_submit():
        return wrong(form)
    seen, who = form.stored_version, identity()
    try:
        services.edit_sentence(
            session(), sentence, form.draft(), version=seen, actor=who, now=now()
        )
    except Conflict as conflict:
        stored = SentenceForm(formdata=None, data=sentence_values(sentence))
        return both(form, stored, conflict, version=sentence.version, policy_id=policy.id)
    except Refused as refused:
        form.refuse(refused)
        return wrong(form)
    session().flush()
    return saved(policy, sentence.version)


@bp.post("/sentences/<int:sentence_id>/remove")
@requires(P.POLICY_WRITE, on=SENTENCE)
@commits
def remove_sentence(sentence: PolicySentence) -> ResponseReturnValue:
    """Take a sentence out."""
    policy_id = sentence.policy_id
    services.remove_sentence(session(), sentence, actor=identity(), now=now())
    flash(_("Phrase retirée."), "success")
    return redirect(url_for("policy.write", policy_id=policy_id, _anchor="sentences"), 303)


@bp.post("/versions/<int:policy_id>/order")
@requires(P.POLICY_WRITE, on=POLICY)
@commits
def order(policy: Policy) -> ResponseReturnValue:
    """Put the sentences in another order: all at once, or one by one place."""
    who = identity()
    if request.is_json:
        services.order_sentences(session(), policy, sent_order(), actor=who, now=now())
        return jsonify(version=policy.version)
    services.step_sentence(
        session(),
        policy,
        request.form.get("id", 0, type=int),
        direction=request.form.get("direction", ""),
        actor=who,
        now=now(),
    )
    return redirect(url_for("policy.write", policy_id=policy.id, _anchor="sentences"), 303)


@bp.get("/versions/<int:policy_id>/checklist")
@requires(P.POLICY_TEXT_READ, on=POLICY)
def checklist(policy: Policy) -> ResponseReturnValue:
    """Show what each chosen edition expects, and which sentence covers it."""
    answers = queries.answers_of(session(), policy.id)
    judged = queries.coverage(session(), policy)
    may_write = can(P.POLICY_WRITE, policy)
    forms = {}
    for each in judged if may_write else ():
        for line in each.lines:
            answer, version = answers.get(line.expected.key, (Answer(), 0))
            forms[line.expected.key] = cover_form(policy, answer, version, key=line.expected.key)
    return render_template(
        "policy/checklist.html",
        policy=policy,
        judged=judged,
        sentences=queries.sentences_of(session(), policy.id),
        forms=forms,
        may_write=may_write,
        editions=[(c.edition, c.name, c.is_to_be_confirmed) for c in commitments.shipped()],
        missing=missing(policy),
    )


@bp.post("/versions/<int:policy_id>/editions")
@requires(P.POLICY_WRITE, on=POLICY)
@commits
def choose_editions(policy: Policy) -> ResponseReturnValue:
    """Say which editions the policy must answer."""
    known = {checklist.edition for checklist in commitments.shipped()}
    wanted = known.intersection(request.form.getlist("editions"))
    services.choose_editions(session(), policy, wanted, actor=identity(), now=now())
    return redirect(url_for("policy.checklist", policy_id=policy.id), 303)


@bp.post("/versions/<int:policy_id>/cover/<edition>/<name>")
@requires(P.POLICY_WRITE, on=POLICY)
@commits
def cover(policy: Policy, edition: str, name: str) -> ResponseReturnValue:
    """Say which sentences cover an expected commitment, or why none does."""
    key, form = f"{edition}/{name}", CoverForm()
    known = {e.key for c in commitments.shipped() for e in c.expected if e.shown_by is ShownBy.TEXT}
    if key not in known:
        raise NotFound(key)
    offer_sentences(form, policy)
    if not form.validate_on_submit():
        return wrong(form)
    answer = Answer(tuple(form.sentences.data or ()), plain(form.note.data))
    seen, who = form.stored_version, identity()
    try:
        held = services.answer_expected(
            session(), policy, key, answer=answer, version=seen, actor=who, now=now()
        )
    except Conflict as conflict:
        answer, version = queries.answers_of(session(), policy.id).get(key, (Answer(), 0))
        stored = cover_form(policy, answer, version, key=key)
        return both(form, stored, conflict, version=version, policy_id=policy.id)
    session().flush()
    if wants_json():
        return saved(policy, held.version)
    return redirect(url_for("policy.checklist", policy_id=policy.id), 303)


# --- what the views are made of ---


def write_page(
    policy: Policy, form: PolicyForm | None = None, *, added: SentenceForm | None = None
) -> ResponseReturnValue:
    """Return the page where a version is written."""
    if form is not None and form.errors and wants_json():
        return wrong(form)
    refuse_all(change_refusals(policy.status))
    wrongs = [each for each in (form, added) if each is not None and each.errors]
    body = render_template(
        "policy/write.html",
        policy=policy,
        form=form or PolicyForm(formdata=None, obj=policy),
        rows=[(row, sentence_form(row)) for row in queries.sentence_rows(session(), policy.id)],
        added=added or SentenceForm(formdata=None, is_commitment=True),
        missing=missing(policy),
    )
    return body, 422 if wrongs else 200


def missing(policy: Policy) -> list[dict[str, str]]:
    """Return what a draft lacks before it can be submitted, in the language of the page."""
    if policy.status is not PolicyStatus.DRAFT:
        return []
    judged = queries.coverage(session(), policy)
    facts = queries.policy_facts(session(), policy, judged, today=day_in_paris(now()))
    return [
        {"message": translate(refusal.message), "source": translate(refusal.source)}
        for refusal in POLICY_WORKFLOW.refusals(policy.status, "submit", facts)
    ]


def saved(policy: Policy, version: int) -> ResponseReturnValue:
    """Answer what was saved, with what the draft still lacks."""
    if wants_json():
        return jsonify(version=version, missing=missing(policy))
    return redirect(url_for("policy.write", policy_id=policy.id), 303)


def wrong(form: Form) -> ResponseReturnValue:
    """Answer what is wrong with a form that a script sent, or that has no page of its own."""
    if wants_json():
        return jsonify(status=422, errors=worded_errors(form)), 422
    for message in (m for messages in form.errors.values() for m in messages):
        flash(translate(message), "error")
    return redirect(request.form.get("back") or url_for("policy.index"), 303)


def worded_errors(form: Form) -> dict[str, list[str]]:
    """Return the errors of a form, those of the whole at its first field."""
    errors: dict[str, list[str]] = {
        name: [str(message) for message in messages]
        for name, messages in form.errors.items()
        if name
    }
    if form.form_errors:
        errors.setdefault("text", []).extend(map(str, form.form_errors))
    return errors


def both(
    form: Any, stored: Any, conflict: Conflict, *, version: int, policy_id: int
) -> ResponseReturnValue:
    """Answer 409 with what is stored beside what was sent."""
    if wants_json():
        return jsonify(status=409, theirs=conflict.theirs, version=version), 409
    back_url = url_for("policy.write", policy_id=policy_id)
    return conflict_page(form, stored, version=version, back_url=back_url)


def sent_order() -> list[int]:
    """Return the order that a script sent.

    :raises BadInput: for anything else than a list of ids.
    """
    sent = request.get_json(silent=True)
    rows = sent.get("order") if isinstance(sent, dict) else None
    try:
        return [int(row["id"]) for row in rows or ()]
    except (TypeError, KeyError, ValueError) as error:
        raise BadInput(N_("L’ordre envoyé est une liste de phrases.")) from error


def sentence_values(sentence: PolicySentence) -> dict[str, Any]:
    """Return a stored sentence as the values of its form."""
    return {
        "text": sentence.text,
        "is_commitment": sentence.is_commitment,
        "domains": [Domain(code) for code in sentence.domains],
        "version": str(sentence.version),
    }


def sentence_form(sentence: PolicySentence) -> SentenceForm:
    """Return the form of a stored sentence, one of many on its page."""
    form = SentenceForm(formdata=None, data=sentence_values(sentence))
    one_of_many(form, f"s{sentence.id}")
    return form


def cover_form(policy: Policy, answer: Answer, version: int, *, key: str) -> CoverForm:
    """Return the form of an expected commitment, with what is stored."""
    values = {"sentences": list(answer.sentence_keys), "note": answer.note, "version": str(version)}
    form = CoverForm(formdata=None, data=values)
    offer_sentences(form, policy)
    one_of_many(form, key.replace("/", "-"))
    return form


def offer_sentences(form: CoverForm, policy: Policy) -> None:
    """Offer the sentences of a version by their number."""
    found = queries.sentences_of(session(), policy.id)
    form.sentences.choices = [(each.key, str(each.position)) for each in found]


def one_of_many(form: Form, key: str) -> None:
    """Give the fields of a form ids that no other form of the page has."""
    for field in form:
        field.id = f"{field.id}-{key}"
