"""The pages of whoever comes by the link: no account, and nothing of the company but the question.

The link is found among every organisation, since nobody is known yet; from then on the request
acts for the company of that workshop alone, as no person.
"""

from typing import Any

from flask import jsonify, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from qse_audit.accounts.rules import address_key
from qse_audit.accounts.services import claim_try
from qse_audit.core.clock import now
from qse_audit.core.errors import NotFound, Refused, TooManyTries
from qse_audit.core.text import N_
from qse_audit.db.wall import act_as
from qse_audit.web.database import commits, engine, session
from qse_audit.web.forms import accepted
from qse_audit.web.guards import public
from qse_audit.web.i18n import locale, translate
from qse_audit.workshops import queries, reports, services
from qse_audit.workshops.forms import JoinForm, ProposalForm
from qse_audit.workshops.models import Workshop, WorkshopParticipant
from qse_audit.workshops.rules import HIGHEST_RATING, Ballot, VoteMethod
from qse_audit.workshops.views.blueprint import bp, stamp_of

WHY = "participants have no account; the link, which nobody can guess, is their proof"
NO_LINK = N_(
    "Ce lien ne mène à aucun atelier : il a été changé, ou mal recopié. Demandez-le à l’animateur."
)
NOT_IN = N_("Dites d’abord qui vous êtes : ouvrez de nouveau le lien de l’atelier.")
NOBODY = 0
"""As whom the database sees a participant: no person of ours."""
THROTTLE_JOIN = 120
"""How many may come in from one network address and window: a whole workshop sits behind one."""


@bp.get("/at/<string:token>")
@public(WHY)
def enter(token: str) -> ResponseReturnValue:
    """Show who may come in a form, and who came in the question, the proposals and the vote."""
    workshop = reached(token)
    return shown(token, workshop, me(workshop))


@bp.get("/at/<string:token>/state")
@public(WHY)
def state_at(token: str) -> ResponseReturnValue:
    """Say whether the page should be read again."""
    workshop = reached(token)
    count = queries.count_of(session(), workshop.id)
    return jsonify(stamp=stamp_of(workshop, count.proposals))


@bp.post("/at/<string:token>/join")
@public(WHY)
@commits
def join(token: str) -> ResponseReturnValue:
    """Come in with a name and a function."""
    session().rollback()  # SQLite has one writer: the count is a transaction of its own
    key = f"workshop:{address_key(request.remote_addr or '')}"
    if wait := claim_try(engine(), {key: THROTTLE_JOIN}, now=now()):
        raise TooManyTries(wait)
    workshop, form = reached(token), JoinForm()

    def come() -> Any:
        name, function = form.name.data or "", form.function.data or ""
        return services.join(session(), workshop, name, function, now=now())

    if secret := accepted(form, come):
        cookie[_name(workshop)] = secret
        return redirect(url_for("workshops.enter", token=token), 303)
    return shown(token, workshop, None, join=form)


@bp.post("/at/<string:token>/propose")
@public(WHY)
@commits
def propose_at(token: str) -> ResponseReturnValue:
    """Add a proposal."""
    workshop = reached(token)
    person, form = known(workshop), ProposalForm()

    def add() -> Any:
        text = form.text.data or ""
        return services.propose(session(), workshop, text, by=person, now=now())

    if accepted(form, add):
        return redirect(url_for("workshops.enter", token=token), 303)
    return shown(token, workshop, person, proposal=form)


@bp.post("/at/<string:token>/vote")
@public(WHY)
@commits
def vote_at(token: str) -> ResponseReturnValue:
    """Put one’s ballot, in place of the one before; after the close it is refused, and why."""
    workshop = reached(token)
    person = known(workshop)
    try:
        services.vote(session(), workshop, person, sent_ballot())
    except Refused as refused:
        said = [translate(each.message) for each in refused.refusals]
        return shown(token, workshop, person, refusals=said, sent=request.form)
    return redirect(url_for("workshops.enter", token=token), 303)


# --- what the views are made of ---


def reached(token: str) -> Workshop:
    """Return the workshop of a link; the request acts for its company alone from then on.

    :raises NotFound: for a link that leads nowhere.
    """
    workshop = queries.workshop_at(session(), token)
    if workshop is None:
        raise NotFound("workshop", told=NO_LINK)
    act_as(session(), organisation_id=workshop.organisation_id, person_id=NOBODY)
    return workshop


def _name(workshop: Workshop) -> str:
    return f"workshop-{workshop.id}"


def me(workshop: Workshop) -> WorkshopParticipant | None:
    """Return who this browser is in the workshop."""
    secret = cookie.get(_name(workshop))
    return queries.participant_of(session(), workshop.id, secret) if secret else None


def known(workshop: Workshop) -> WorkshopParticipant:
    """Return who this browser is.

    :raises NotFound: for one that did not come in.
    """
    found = me(workshop)
    if found is None:
        raise NotFound("participant", told=NOT_IN)
    return found


def sent_ballot() -> Ballot:
    """Return the ballot that was sent; what is no number counts as out of range."""
    votes = {}
    for name, value in request.form.items():
        key = name.removeprefix("vote-")
        if name.startswith("vote-") and key.isdecimal() and len(key) < 10 and value:
            votes[int(key)] = int(value) if value.isdecimal() and len(value) < 4 else -1
    return Ballot(votes=votes)


def shown(
    token: str,
    workshop: Workshop,
    person: WorkshopParticipant | None,
    *,
    join: JoinForm | None = None,
    proposal: ProposalForm | None = None,
    refusals: list[str] | None = None,
    sent: Any = None,
) -> ResponseReturnValue:
    """Return the page of a participant; 422 when something they sent is not acceptable."""
    proposals = queries.proposals_of(session(), workshop.id) if person else ()
    cast = queries.ballot_of(session(), person.id) if person else {}
    mine = {key: str(value) for key, value in cast.items()}
    if sent is not None:
        mine = {each.id: sent.get(f"vote-{each.id}", "") for each in proposals}
    result = queries.result_of(session(), workshop.id) if person else None
    body = render_template(
        "workshops/at.html",
        token=token,
        workshop=workshop,
        me=person,
        join=join or JoinForm(formdata=None),
        form=proposal or ProposalForm(formdata=None),
        proposals=proposals,
        values=values_of(workshop),
        mine=mine,
        standings=reports.table_of(queries.document_of(result), locale()) if result else (),
        refusals=refusals or [],
        stamp=stamp_of(workshop, len(proposals)),
        has_voted=bool(cast),
    )
    return body, 422 if join or proposal or refusals else 200


def values_of(workshop: Workshop) -> list[str]:
    """Return what one may give to a proposal: points from none, ratings from no opinion."""
    if workshop.method is VoteMethod.POINTS:
        return [str(value) for value in range(workshop.points_each + 1)]
    return ["", *(str(value) for value in range(1, HIGHEST_RATING + 1))]
