"""What accounts tidy up by themselves."""

from datetime import timedelta

from sqlalchemy import func, select, update

from qse_audit.accounts import services
from qse_audit.accounts.jobs import KEPT, forget_stale, sign_heads
from qse_audit.accounts.models import OneTimeToken, SignInFailure, SignInSession
from qse_audit.accounts.rules import INVITATION_LIFE, SESSION_ABSOLUTE, THROTTLE_WINDOW
from qse_audit.core.clock import now
from qse_audit.db.trail import Act, chain_head, record
from qse_audit.documents.heads import read_heads
from qse_audit.documents.seal import load_or_make_key


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


def test_the_head_of_each_register_is_signed_once_a_day(session, cast, tmp_path):
    at, key = now(), load_or_make_key(tmp_path / "seal.pem", now=now())
    for organisation_id in (cast.company, cast.centre):
        act = Act(verb="site.add", kind="organisation", subject_id=organisation_id)
        record(session, act, organisation_id=organisation_id, actor_id=None, now=at)
    session.commit()

    def signed(when):
        return sign_heads(session, tmp_path / "heads", lambda: key, when)

    assert (signed(at), signed(at), signed(at + timedelta(days=1))) == (2, 0, 2)
    heads = list(read_heads(tmp_path / "heads", key.public))
    assert {(h.organisation_id, h.seq, h.hash) for h in heads} == {
        (key, chain_head(session, key).seq, chain_head(session, key).hash)
        for key in (cast.company, cast.centre)
    }


def test_without_anything_to_sign_no_key_is_asked_for(session, cast, tmp_path):
    assert sign_heads(session, tmp_path / "heads", lambda: 1 / 0, now()) == 0
