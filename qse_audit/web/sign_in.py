"""Who is asking: the cookie, the visitor behind it, and how a browser is signed in and out."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Protocol

from flask import Flask, Response, current_app, g, request
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from qse_audit.core.errors import NotSignedIn
from qse_audit.db.wall import act_as, act_as_nobody, act_as_system
from qse_audit.policies import Identity
from qse_audit.web.database import engine, session

LOOPBACK = frozenset({"127.0.0.1", "::1"})


class MembershipLine(Protocol):
    """An organisation that the visitor may act in."""

    @property
    def organisation_id(self) -> int: ...  # noqa: D102  # a protocol’s field
    @property
    def organisation_name(self) -> str: ...  # noqa: D102  # a protocol’s field
    @property
    def current(self) -> bool: ...  # noqa: D102  # a protocol’s field


class Visitor(Protocol):
    """What every page needs to know of the person who is signed in."""

    @property
    def identity(self) -> Identity: ...  # noqa: D102  # a protocol’s field
    @property
    def session_id(self) -> int: ...  # noqa: D102  # a protocol’s field
    @property
    def memberships(self) -> Sequence[MembershipLine]: ...  # noqa: D102  # a protocol’s field
    @property
    def needs_touch(self) -> bool: ...  # noqa: D102  # a protocol’s field
    @property
    def is_elevated(self) -> bool: ...  # noqa: D102  # a protocol’s field


VisitorLoader = Callable[[Session, str], Visitor | None]
"""Finds the visitor behind a cookie’s token; ``None`` when it no longer counts."""
VisitorTouch = Callable[[Engine, int], None]
"""Notes, in a transaction of its own, that a sign-in session is alive."""


def visitor() -> Visitor | None:
    """Return who is signed in, or ``None``."""
    found: Visitor | None = g.get("visitor")
    return found


def identity() -> Identity:
    """Return who is signed in, as the policy sees them.

    :raises NotSignedIn: if nobody is.
    """
    found = visitor()
    if found is None:
        raise NotSignedIn
    return found.identity


def visitor_session_id() -> int:
    """Return the sign-in session of this browser.

    :raises NotSignedIn: if there is none.
    """
    found = visitor()
    if found is None:
        raise NotSignedIn
    return found.session_id


def cookie_name() -> str:
    """Return the name of the cookie; browsers bind ``__Host-`` to HTTPS and to this host."""
    return "__Host-sid" if request.is_secure else "sid"


def is_loopback() -> bool:
    """Say whether the request comes from this machine, for this machine."""
    return request.remote_addr in LOOPBACK and request.host.rsplit(":", 1)[0].strip("[]") in (
        LOOPBACK | {"localhost"}
    )


def set_cookie(response: Response, token: str, life: timedelta) -> Response:
    """Put the token of a new sign-in session into the browser."""
    response.set_cookie(
        cookie_name(),
        token,
        max_age=int(life.total_seconds()),
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response


def clear_cookie(response: Response) -> Response:
    """Take the token out of the browser."""
    response.delete_cookie(
        cookie_name(), path="/", secure=request.is_secure, httponly=True, samesite="Lax"
    )
    return response


def init_app(app: Flask, load: VisitorLoader, touch: VisitorTouch) -> None:
    """Look up the visitor before each request; the features give the two functions."""

    @app.before_request
    def recognise() -> None:
        g.visitor = None
        token = request.cookies.get(cookie_name())
        if not token or request.endpoint in app.config["ENDPOINTS_WITHOUT_VISITOR"]:
            return
        if not request.is_secure and not (is_loopback() or current_app.config["ALLOW_HTTP"]):
            return  # a plain cookie only counts on this machine
        act_as_system(session())  # a cookie may belong to anybody
        found = load(session(), token)
        if found is None:
            act_as_nobody(session())
            return
        who = found.identity
        act_as(session(), organisation_id=who.organisation_id, person_id=who.user_id)
        g.visitor, g.person_id = found, who.user_id
        if found.needs_touch:
            session().rollback()  # SQLite: let the writer pass
            touch(engine(), found.session_id)
