"""What organisations and accounts need done by itself; every job may run twice."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import OneTimeToken, Organisation, SignInFailure, SignInSession
from qse_audit.accounts.rules import SESSION_ABSOLUTE, THROTTLE_WINDOW, TokenPurpose
from qse_audit.core.clock import day_in_paris
from qse_audit.db.trail import chain_head
from qse_audit.documents.heads import is_signed, sign_head
from qse_audit.documents.seal import SealKey

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


def sign_heads(session: Session, folder: Path, key: Callable[[], SealKey], now: datetime) -> int:
    """Sign the head of each register that was not signed today; return how many were.

    ``key`` gives the key of the seals; it is asked for only when something is to be signed.
    """
    day, count = day_in_paris(now), 0
    for organisation_id in session.scalars(select(Organisation.id).order_by(Organisation.id)).all():
        if is_signed(folder, organisation_id, day):
            continue
        head = chain_head(session, organisation_id)
        if head.seq:
            count += sign_head(
                folder,
                key(),
                (head.seq, head.hash),
                organisation_id=organisation_id,
                day=day,
                signed_at=now,
            )
    return count
