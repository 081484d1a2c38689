"""What tidies accounts up by itself; every job may run twice."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from qse_audit.accounts.models import OneTimeToken, SignInFailure, SignInSession
from qse_audit.accounts.rules import SESSION_ABSOLUTE, THROTTLE_WINDOW, TokenPurpose

KEPT = timedelta(days=90)
"""How long what is over stays readable: when somebody was last here, which link was used."""


def forget_stale(session: Session, now: datetime) -> int:
    """Delete the sessions, links and counts of failures that are long over; return how many."""
    stale = (
        delete(SignInFailure).where(SignInFailure.since <= now - THROTTLE_WINDOW),
        delete(SignInSession).where(SignInSession.created_at <= now - SESSION_ABSOLUTE - KEPT),
        delete(OneTimeToken).where(
            OneTimeToken.expires_at <= now - KEPT,
            or_(
                OneTimeToken.purpose == TokenPurpose.RESET,
                OneTimeToken.used_at.is_not(None),
                OneTimeToken.revoked_at.is_not(None),
            ),
        ),
    )
    return sum(len(session.execute(each.returning(each.table.c.id)).all()) for each in stale)
