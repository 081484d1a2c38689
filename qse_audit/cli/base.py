"""What every command shares: how it answers, and how it opens the database."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Organisation
from qse_audit.accounts.rules import OrganisationKind
from qse_audit.certifications import services as certifications
from qse_audit.core.clock import now
from qse_audit.core.errors import BadInput
from qse_audit.core.text import N_
from qse_audit.db.engine import make_engine
from qse_audit.db.schema import upgrade
from qse_audit.db.wall import system_session
from qse_audit.documents.seal import SealKey, load_or_make_key
from qse_audit.documents.store import FileStore
from qse_audit.referentials import services as referentials
from qse_audit.settings import Settings

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def complain(text: str) -> int:
    """Say what is wrong on the error stream; return exit code 2."""
    sys.stderr.write(f"qse-audit: {text}\n")
    return 2


def say(text: str) -> None:
    """Print one line of answer."""
    sys.stdout.write(f"{text}\n")


def prepare(settings: Settings) -> Engine:
    """Open the database at its newest schema, with the shipped referentials inside."""
    engine = make_engine(settings.database)
    upgrade(engine)
    with system_session(engine) as session:
        referentials.load_shipped(session, now=now())
        certifications.load_shipped(session, now=now())
        session.commit()
    return engine


@contextmanager
def opened(settings: Settings) -> Iterator[Session]:
    """Give a session for a command; the database is let go whatever happens."""
    engine = prepare(settings)
    try:
        with system_session(engine) as session:
            yield session
    finally:
        engine.dispose()


def store(settings: Settings) -> FileStore:
    """Return where files are kept."""
    return FileStore(
        settings.files_folder, reserve_bytes=settings.storage_reserve_mib * 1024 * 1024
    )


def seal_key(settings: Settings) -> SealKey:
    """Return the key of this instance’s seals; it is made at its first use."""
    return load_or_make_key(settings.seal_key_path, now=now(), name=settings.public_url)


def company_of(session: Session, name: str | None) -> int | None:
    """Return whose the import is: the one named, the only company, nobody’s on an empty database.

    :raises BadInput: when the name is unknown, or there are several to choose from.
    """
    companies = session.execute(
        select(Organisation.name, Organisation.id)
        .where(Organisation.kind == OrganisationKind.COMPANY)
        .order_by(Organisation.name)
    ).all()
    found = [row for row in companies if name in {None, row.name}]
    if len(found) == 1:
        return int(found[0].id)
    if not companies and name is None:
        return None
    known = ", ".join(row.name for row in companies)
    raise BadInput(N_("Nommez l’organisation avec --organisation : %(known)s.", known=known))
