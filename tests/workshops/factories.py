"""Makers of what the tests of workshops need, by the services."""

from qse_audit.workshops import queries, services
from qse_audit.workshops.rules import Ballot, VoteMethod, WorkshopDraft
from tests.factories import NOW

KEY = "k" * 64


def make_workshop(session, cast, *moves, actor=None, secret_key=KEY, **changes):
    """Prepare a workshop that Alice leads, then apply ``moves``."""
    who = actor or cast.alice
    given = {"title": "Causes des rayures", "question": "Que vérifier d’abord ?"}
    extra = {name: changes.pop(name) for name in ("subject", "is_restricted") if name in changes}
    draft = WorkshopDraft(**{**given, **changes})
    made = services.create_workshop(
        session, draft, secret_key=secret_key, actor=who, now=NOW, **{"subject": None, **extra}
    )
    for name in moves:
        services.move_workshop(session, made, name, "", actor=who, now=NOW)
    session.commit()
    return made


def come(session, workshop, name="Régis", function="Rectifieur"):
    """Let somebody in."""
    secret = services.join(session, workshop, name, function, now=NOW)
    session.flush()
    return queries.participant_of(session, workshop.id, secret)


def voting(session, cast, *texts, actor=None, **changes):
    """Make a workshop with two people and these proposals, its vote open."""
    made = make_workshop(session, cast, "open", actor=actor, **changes)
    people = [come(session, made, name) for name in ("Régis", "Lina")]
    proposals = [
        services.propose(session, made, text, by=people[0], now=NOW)
        for text in texts or ("Bac chargé", "Palier usé")
    ]
    services.move_workshop(session, made, "open-vote", "", actor=actor or cast.alice, now=NOW)
    session.commit()
    return made, people, proposals


def frozen_workshop(session, cast, *, actor=None, method=VoteMethod.POINTS):
    """Make a workshop with a frozen result."""
    made, people, proposals = voting(session, cast, actor=actor, method=method)
    for person, value in zip(people, (3, 2), strict=True):
        services.vote(session, made, person, Ballot(votes={proposals[0].id: value}))
    who = actor or cast.alice
    services.move_workshop(session, made, "freeze", "Le bac d’abord.", actor=who, now=NOW)
    session.commit()
    return made
