"""Composing the mails about accounts, in the language of who reads them."""

from collections.abc import Mapping
from typing import Any

from flask import render_template, url_for
from flask_babel import force_locale

from qse_audit.accounts.models import OneTimeToken, Person
from qse_audit.accounts.rules import one_line
from qse_audit.accounts.views.blueprint import settings
from qse_audit.core.clock import now
from qse_audit.db.outbox import post_mail
from qse_audit.web.database import session


def address_of(endpoint: str, **values: Any) -> str:
    """Return the address of a page for a mail: never from the request, which anybody can forge."""
    return settings().public_url + url_for(endpoint, **values)


def compose(template: str, locale: str, values: Mapping[str, Any]) -> tuple[str, str]:
    """Return the subject (first line) and the text of the mail ``template``."""
    with force_locale(locale):
        subject, _, text = render_template(f"emails/{template}.txt", **values).partition("\n")
    return one_line(subject), text.strip() + "\n"


def send_link(
    template: str, link: OneTimeToken, *, person: Person | None, locale: str, **values: Any
) -> None:
    """Put the mail of a single-use link in the outbox, once."""
    subject, text = compose(template, locale, {"link": link, **values})
    post_mail(
        session(),
        key=f"link/{link.id}",
        address=link.email,
        subject=subject,
        text=text,
        person_id=person.id if person else None,
        now=now(),
    )
