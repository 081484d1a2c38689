"""The outbox leaves: each mail at most once, whatever dies in between.

States: due → claimed → sending → sent; or, from sending, uncertain when nobody can say. Every step
is an UPDATE that names the state before it, committed before the next: of four processes one wins
each mail, and a process that dies leaves a state that tells how far it went. This job commits by
itself: what a mail server was told cannot be rolled back.
"""

import secrets
import smtplib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from qse_audit.dashboard.rules import (
    CLAIM_LIFE,
    DIED_WHILE_SENDING,
    MAIL_LIFE,
    SENDING_LIFE,
    TOO_OLD,
    next_try,
)
from qse_audit.db.lease import database_now
from qse_audit.db.outbox import Mail, MailState
from qse_audit.documents.mail import Delivery, Outcome, build_message, connected, deliver
from qse_audit.settings import Settings

BATCH = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """One mail that this run alone may send; no row is held while a server is spoken to."""

    id: int
    key: str
    address: str
    subject: str
    text: str
    tries: int
    posted_at: datetime


def send_mail(session: Session, now: datetime, settings: Settings) -> int:
    """Hand over every mail that is due; return how many the server took.

    Without a server in the settings nothing is touched.
    """
    if not settings.smtp_host:
        return 0
    run = _Run(session, settings, holder=secrets.token_hex(16), now=now)
    run.recover()
    sent = 0
    while batch := run.claim():
        sent += run.send(batch)
    return sent


class _Run:
    """One run of the job in one process."""

    def __init__(self, session: Session, settings: Settings, *, holder: str, now: datetime) -> None:
        self.session, self.settings, self.holder, self.now = session, settings, holder, now

    def recover(self) -> None:
        """Take back what a dead process claimed, doubt what it was sending, give up what is old."""
        self._change(
            Mail.state == MailState.CLAIMED,
            Mail.claimed_at < self.now - CLAIM_LIFE,
            state=MailState.DUE,
            claimed_by=None,
        )
        self._change(
            Mail.state == MailState.SENDING,
            Mail.claimed_at < self.now - SENDING_LIFE,
            state=MailState.UNCERTAIN,
            problem=DIED_WHILE_SENDING,
        )
        self._change(
            Mail.state == MailState.DUE,
            Mail.posted_at < self.now - MAIL_LIFE,
            state=MailState.FAILED,
            problem=TOO_OLD,
        )

    def claim(self) -> list[Claimed]:
        """Claim the next mails that are due, oldest first; none that another process holds."""
        ids = list(
            self.session.scalars(
                select(Mail.id)
                .where(Mail.state == MailState.DUE, Mail.due_at <= self.now)
                .order_by(Mail.due_at, Mail.id)
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            )
        )
        rows = self.session.execute(
            update(Mail)
            .where(Mail.id.in_(ids), Mail.state == MailState.DUE)
            .values(state=MailState.CLAIMED, claimed_by=self.holder, claimed_at=self.now)
            .returning(
                Mail.id,
                Mail.key,
                Mail.address,
                Mail.subject,
                Mail.text,
                Mail.tries,
                Mail.posted_at,
            )
            .execution_options(synchronize_session=False)
        ).all()
        self.session.commit()
        return sorted((Claimed(**row._mapping) for row in rows), key=lambda mail: mail.id)

    def send(self, batch: Sequence[Claimed]) -> int:
        """Speak to the server once for a batch; return how many it took."""
        with ExitStack() as stack:
            try:
                server = stack.enter_context(connected(self.settings))
            except (smtplib.SMTPException, OSError, UnicodeError) as error:
                problem = Delivery(Outcome.LATER, f"{type(error).__name__}: {error}")
                for mail in batch:
                    self._finish(mail, problem, before=MailState.CLAIMED)
                return 0
            sent = 0
            for mail in batch:
                if server.sock is None:  # it hung up on the mail before: the rest stays due
                    self._give_back(mail)
                else:
                    sent += self._send_one(server, mail)
        return sent

    def _send_one(self, server: smtplib.SMTP, mail: Claimed) -> bool:
        try:
            message = build_message(
                key=mail.key,
                sender=self.settings.mail_from,
                address=mail.address,
                subject=mail.subject,
                text=mail.text,
                at=self.now,
            )
        except ValueError as error:
            unsendable = Delivery(Outcome.REFUSED, f"{type(error).__name__}: {error}")
            self._finish(mail, unsendable, before=MailState.CLAIMED)
            return False
        if not self._start(mail):
            return False
        delivery = deliver(server, message)
        self._finish(mail, delivery, before=MailState.SENDING)
        return delivery.outcome is Outcome.SENT

    def _start(self, mail: Claimed) -> bool:
        """Say that the server is about to be told; from here on a death leaves a doubt."""
        return self._change(
            Mail.id == mail.id,
            Mail.state == MailState.CLAIMED,
            Mail.claimed_by == self.holder,
            state=MailState.SENDING,
            claimed_at=database_now(self.session),
        )

    def _finish(self, mail: Claimed, delivery: Delivery, *, before: MailState) -> None:
        """Write how it ended; even if another process has begun to doubt it meanwhile."""
        self._change(
            Mail.id == mail.id,
            Mail.state.in_([before, MailState.UNCERTAIN]),
            Mail.claimed_by == self.holder,
            **self._ending(mail, delivery),
        )

    def _ending(self, mail: Claimed, delivery: Delivery) -> dict[str, Any]:
        tries, problem = mail.tries + 1, delivery.problem[:500]
        if delivery.outcome is Outcome.SENT:
            # What it said is no longer needed: it may hold a link that opens an account.
            return {
                "state": MailState.SENT,
                "sent_at": self.now,
                "tries": tries,
                "problem": "",
                "text": "",
            }
        state = {
            Outcome.REFUSED: MailState.FAILED,
            Outcome.UNCERTAIN: MailState.UNCERTAIN,
            Outcome.LATER: MailState.DUE,
        }[delivery.outcome]
        again = next_try(tries, self.now)
        if state is MailState.DUE and again is None:
            state = MailState.FAILED
        ending: dict[str, Any] = {"state": state, "tries": tries, "problem": problem}
        return {**ending, "due_at": again} if state is MailState.DUE else ending

    def _give_back(self, mail: Claimed) -> None:
        self._change(
            Mail.id == mail.id,
            Mail.state == MailState.CLAIMED,
            Mail.claimed_by == self.holder,
            state=MailState.DUE,
            due_at=next_try(1, self.now),
        )

    def _change(self, *conditions: Any, **values: Any) -> bool:
        """Change mails on conditions and commit; say whether any was changed."""
        result = self.session.execute(
            update(Mail)
            .where(*conditions)
            .values(**values)
            .execution_options(synchronize_session=False)
        )
        self.session.commit()
        assert isinstance(result, CursorResult)
        return result.rowcount > 0
