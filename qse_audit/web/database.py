"""One session per request, committed in one place; GET cannot write at all."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Flask, Response, current_app, g, make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from qse_audit.core.clock import now
from qse_audit.core.errors import Conflict, QseError
from qse_audit.db.engine import read_only_options
from qse_audit.db.idempotency import HandledRequest
from qse_audit.db.upsert import insert_missing
from qse_audit.db.wall import act_as_system, silent_session
from qse_audit.documents.store import FileStore

A = ParamSpec("A")
IDEMPOTENCY_HEADER = "Idempotency-Key"


def engine() -> Engine:
    """Return the engine of the application."""
    found: Engine = current_app.extensions["engine"]
    return found


def files() -> FileStore:
    """Return where files are kept by content address."""
    found: FileStore = current_app.extensions["files"]
    return found


def session() -> Session:
    """Return the session of the current request; read-only for GET, HEAD and OPTIONS.

    Until the visitor is known it has not said who acts: PostgreSQL shows it no organisation.
    """
    if "session" not in g:
        bound = engine()
        if request.method in {"GET", "HEAD", "OPTIONS"}:
            bound = bound.execution_options(**read_only_options(bound))
        g.session = silent_session(bound)
        if "sees_every_organisation" in g:
            act_as_system(g.session)
    opened: Session = g.session
    return opened


def see_every_organisation() -> None:
    """Let the session of the request, open or still to be opened, see every organisation."""
    g.sees_every_organisation = True
    if "session" in g:
        act_as_system(g.session)


def commits(view: Callable[A, ResponseReturnValue]) -> Callable[A, Response]:
    """Commit what ``view`` did if it succeeds; undo it if it raises or answers 4xx/5xx.

    A request with an ``Idempotency-Key`` that was handled before gets the same answer again and
    changes nothing. A row that somebody changed in between becomes a conflict.
    """

    @wraps(view)
    def committing(*args: A.args, **kwargs: A.kwargs) -> Response:
        try:
            response = make_response(view(*args, **kwargs))
            if response.status_code >= 400:
                session().rollback()
                return response
            if earlier := _remember(response):
                return earlier
            session().commit()
            return response
        except StaleDataError as error:
            session().rollback()
            if earlier := _earlier_answer():
                return earlier
            raise Conflict(theirs={}, yours={}) from error
        except (QseError, IntegrityError):
            session().rollback()
            if earlier := _earlier_answer():
                return earlier
            raise

    committing.commits = True  # type: ignore[attr-defined]  # read by tests/meta
    return committing


def _remember(response: Response) -> Response | None:
    """Keep the answer under its key; return the earlier answer if there was one."""
    key, person_id = request.headers.get(IDEMPOTENCY_HEADER), g.get("person_id")
    if not key or person_id is None:
        return None
    kept = insert_missing(
        session(),
        HandledRequest,
        person_id=person_id,
        key=key[:80],
        at=now(),
        status=response.status_code,
        body=response.get_data(as_text=True),
        media_type=response.mimetype,
    )
    if kept is not None:
        return None
    session().rollback()
    return _earlier_answer()


def _earlier_answer() -> Response | None:
    key, person_id = request.headers.get(IDEMPOTENCY_HEADER), g.get("person_id")
    if not key or person_id is None:
        return None
    row = (
        session()
        .scalars(
            select(HandledRequest).where(
                HandledRequest.person_id == person_id, HandledRequest.key == key[:80]
            )
        )
        .first()
    )
    return Response(row.body, status=row.status, mimetype=row.media_type) if row else None


def init_app(app: Flask) -> None:
    """Close each session of ``app`` with its request."""

    @app.teardown_appcontext
    def close(_: BaseException | None) -> None:
        if opened := g.pop("session", None):
            opened.close()
