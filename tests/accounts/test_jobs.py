"""What accounts tidy up by themselves."""

from datetime import timedelta

from sqlalchemy import func, select, update

from qse_audit.accounts import services
from qse_audit.accounts.jobs import KEPT, forget_stale
from qse_audit.accounts.models import OneTimeToken, SignInFailure, SignInSession
from qse_audit.accounts.rules import INVITATION_LIFE, SESSION_ABSOLUTE, THROTTLE_WINDOW
from qse_audit.core.clock import now


def test_what_is_long_over_goes_and_what_may_serve_stays(
    engine, session, cast, client_of, invited, reset_link
):
    at = now()
    long_ago = at - KEPT - SESSION_ABSOLUTE - INVITATION_LIFE
    client_of(cast.alice)
    client_of(cast.bob)
    bob = SignInSession.person_id == cast.bob.user_id
    session.execute(update(SignInSession).where(bob).values(created_at=long_ago))
    session.commit()
    invited("waits@example.org", at=long_ago)
    reset_link("bob@example.org", at=long_ago)
    reset_link("alice@example.org")
    services.claim_try(engine, {"account/old": 5}, now=at - THROTTLE_WINDOW)
    services.claim_try(engine, {"account/new": 5}, now=at - timedelta(seconds=1))
    assert forget_stale(session, at) == 3
    assert forget_stale(session, at) == 0
    left = [
        session.scalar(select(func.count()).select_from(table))
        for table in (SignInSession, OneTimeToken, SignInFailure)
    ]
    assert left == [1, 2, 1]
