"""What awaits an administrator."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import OneTimeToken
from qse_audit.accounts.rules import TokenPurpose
from qse_audit.core.permissions import Role
from qse_audit.core.text import N_
from qse_audit.dashboard.queries.lines import Line, Section
from qse_audit.dashboard.queries.mails import TROUBLED, concerns
from qse_audit.db.outbox import Mail
from qse_audit.policies import Identity


def administration(session: Session, who: Identity, now: datetime) -> Iterable[Section]:
    """Give the invitations nobody accepted yet and the mails that did not leave."""
    if Role.ADMINISTRATOR not in who.roles:
        return
    pending = (
        select(func.count(OneTimeToken.id))
        .where(
            OneTimeToken.purpose == TokenPurpose.INVITATION,
            OneTimeToken.organisation_id == who.organisation_id,
            OneTimeToken.used_at.is_(None),
            OneTimeToken.revoked_at.is_(None),
            OneTimeToken.expires_at > now,
        )
        .scalar_subquery()
    )
    troubled = (
        select(func.count(Mail.id))
        .where(Mail.state.in_(TROUBLED), concerns(who.organisation_id))
        .scalar_subquery()
    )
    invited, mails = session.execute(select(pending, troubled)).one()
    lines = []
    if mails:
        lines.append(
            Line(
                title=N_("Courriels non partis ou incertains : %(count)s", count=mails),
                endpoint="dashboard.mails",
            )
        )
    if invited:
        lines.append(
            Line(
                title=N_("Invitations qui attendent une réponse : %(count)s", count=invited),
                endpoint="accounts.people",
            )
        )
    yield Section(title=N_("Administration"), lines=lines, rank=35)
