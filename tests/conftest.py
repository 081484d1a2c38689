"""The stage shared by every test: real databases, the application, and a careful browser.

``--db sqlite|postgresql|both`` (both by default) chooses where tests that store things run.
"""

import gc
import json
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session
from xdist.scheduler import LoadScopeScheduling

from qse_audit.accounts.models import SignInSession
from qse_audit.accounts.queries import token_hash
from qse_audit.app import create_app, furnish
from qse_audit.core.clock import now
from qse_audit.db.engine import make_engine
from qse_audit.policies import Identity
from qse_audit.settings import Settings
from tests import databases, shared
from tests.factories import Cast, make_cast
from tests.pages import Page, inspect_page


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--db", choices=["sqlite", "postgresql", "both"], default="both")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shared.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shared.end()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames:
        metafunc.parametrize("database", databases.kinds(metafunc.config), indirect=True)


TOGETHER = {
    "tests/meta/test_access.py": "walks",
    "tests/meta/test_canaries.py": "walks",
    "tests/demo/test_cli.py": "commands",
    "tests/portfolios/test_kinds_dossier.py": "an archive",
}
"""Files whose tests share what takes long, by what they share: those of one database run in one
worker, in order."""


class Together(LoadScopeScheduling):
    """Hands tests to the workers one by one, but for those that belong together."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, name = nodeid.partition("::")
        kind = "postgresql" if "[postgresql" in name else ""
        return f"{TOGETHER[file]} {kind}" if file in TOGETHER else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Together:
    return Together(config, log)


def pytest_collection_finish() -> None:
    """Let the collector pass by what lives as long as the worker, and come less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_sessionfinish() -> None:
    databases.stop()


@event.listens_for(Session, "after_flush")
def _mark_pending(session: Session, _: object) -> None:
    session.info["pending"] = True


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_rollback")
def _mark_saved(session: Session) -> None:
    session.info["pending"] = False


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty, migrated database of this test alone."""
    with databases.fresh_url(request.param) as url:
        yield url


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    engine = databases.engine_of(database)
    yield engine
    databases.leave(engine)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session


@pytest.fixture
def cast(session: Session) -> Cast:
    """The eleven people of ``factories.CAST``, stored."""
    return make_cast(session)


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    return Settings(
        instance=tmp_path,
        secret_key=secrets.token_hex(32),
        database_url=database,
        storage_reserve_mib=0,
        scheduler=False,
    )


@cache
def _shared_app() -> Flask:
    settings = Settings(instance=shared.folder() / "app", secret_key="-" * 32)
    app = create_app(settings, make_engine("sqlite://"))
    app.jinja_env.bytecode_cache = shared.templates()
    return app


@pytest.fixture
def app(request: pytest.FixtureRequest, settings: Settings, engine: Engine) -> Iterator[Flask]:
    """The application on the test’s database; one of its own where ``own_app`` marks the test."""
    own = request.node.get_closest_marker("own_app") or settings.demo
    app = create_app(settings, engine) if own else _shared_app()
    app.jinja_env.bytecode_cache = shared.templates()
    config, extensions = dict(app.config), dict(app.extensions)
    furnish(app, settings, engine)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, WORK_PATIENCE_SECONDS=60.0)
    yield app
    app.extensions["worker"].stop()
    app.config.clear()
    app.config.update(config)
    app.extensions.clear()
    app.extensions.update(extensions)


@pytest.fixture
def sign_in(engine: Engine, session: Session) -> Callable[[Identity], str]:
    """Open a sign-in session and return the cookie’s token."""

    def sign_in(who: Identity, *, elevated: bool = False) -> str:
        session.rollback()  # SQLite has one writer: the test lets go first
        token = secrets.token_urlsafe(32)
        at = now()
        with Session(engine) as own:
            own.add(
                SignInSession(
                    token_hash=token_hash(token),
                    person_id=who.user_id,
                    organisation_id=who.organisation_id,
                    created_at=at,
                    seen_at=at,
                    elevated_at=at - timedelta(seconds=1) if elevated else None,
                )
            )
            own.commit()
        return token

    return sign_in


@pytest.fixture
def client_of(app: Flask, sign_in: Callable[..., str]) -> Callable[..., FlaskClient]:
    """A signed-in test client; ``None`` for nobody."""

    def client_of(who: Identity | None, *, elevated: bool = False) -> FlaskClient:
        client = app.test_client()
        if who is not None:
            client.set_cookie("sid", sign_in(who, elevated=elevated), domain="localhost")
        return client

    return client_of


@pytest.fixture
def browse(
    session: Session, app: Flask, client_of: Callable[..., FlaskClient]
) -> Callable[..., Page]:
    """Ask for a page as somebody; the page must answer as expected and be well formed."""

    def browse(
        who: Identity | None,
        method: str,
        path: str,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        elevated: bool = False,
        **data: object,
    ) -> Page:
        session.rollback()  # SQLite has one writer: the test lets go first
        with client_of(who, elevated=elevated) as client:
            response = client.open(
                path,
                method=method,
                data=data or None,
                headers=headers,
                content_type="multipart/form-data" if data else None,
                buffered=True,  # a file that was sent is closed
            )
            from flask import g  # the request’s own context is still open here

            opened = g.get("session")
            pending = bool(opened and opened.info.get("pending"))
        assert response.status_code == status, f"{response.status}: {response.text[-2000:]}"
        assert not (pending and status < 400), f"{method} {path} wrote without @commits"
        page = Page(response)
        if status == 200 and response.mimetype == "text/html":
            inspect_page(page.source)
        session.expire_all()
        return page

    return browse


@pytest.fixture
def statements(engine: Engine) -> Iterator[list[str]]:
    """The SQL statements sent so far; transaction control is not counted."""
    seen: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_: object) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def as_json(page: Page) -> object:
    """Return the JSON that a page holds."""
    return json.loads(page.response.text)
