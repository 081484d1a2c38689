"""Importing referentials: from files that people bring, and those that are shipped."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from qse_audit.core.errors import BadInput
from qse_audit.core.text import N_, Message
from qse_audit.db.trail import Act, record
from qse_audit.db.upsert import insert_missing
from qse_audit.paths import referentials_dir
from qse_audit.referentials.formats.any_file import read_outline
from qse_audit.referentials.formats.yaml_text import MAX_BYTES
from qse_audit.referentials.models import Edition, Referential
from qse_audit.referentials.rules import (
    Counts,
    EditionStatus,
    ImportOutcome,
    Outline,
    content_sha256,
    searchable,
)
from qse_audit.referentials.services.writing import clear_tree, insert_tree

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did, or would do."""

    outcome: ImportOutcome
    ref: str
    edition: str
    counts: Counts
    warnings: tuple[Message, ...]
    edition_id: int | None = None
    """``None`` while nothing is stored."""

    def as_json(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        return {
            "referential": self.ref,
            "edition": self.edition,
            "requirements": self.counts.requirements,
            "assessable": self.counts.assessable,
            "warnings": [str(warning) for warning in self.warnings],
        }


def import_outline(
    session: Session,
    outline: Outline,
    *,
    organisation_id: int | None,
    actor_id: int | None,
    now: datetime,
    dry_run: bool = False,
) -> ImportReport:
    """Store what was read from a file, and say what became of it.

    The same content again changes nothing. Another content of the same edition raises its
    content version: in place while no audit used it and nobody edited it here, beside it
    otherwise. ``organisation_id`` is ``None`` for what is shipped to everyone.
    """
    if dry_run:
        known = session.scalars(_named(outline.identifier, organisation_id)).first()
        last = session.scalars(_newest(known.id, outline.edition)).first() if known else None
        return _report(outline, _outcome(known, last, outline), last)
    referential, is_new = _claimed(session, outline, organisation_id)
    last = session.scalars(_locked(_newest(referential.id, outline.edition))).first()
    outcome = _outcome(None if is_new else referential, last, outline)
    if outcome is ImportOutcome.UNCHANGED:
        return _report(outline, outcome, last)
    edition = _written(session, referential, outline, last=last, now=now)
    if organisation_id is not None:
        act = Act(
            verb="referential.import",
            kind="edition",
            subject_id=edition.id,
            data={
                "outcome": outcome.value,
                "sha256": outline.sha256,
                "requirements": edition.requirement_count,
                "content_version": edition.content_version,
            },
            texts={"ref": referential.ref, "edition": edition.label},
        )
        record(session, act, organisation_id=organisation_id, actor_id=actor_id, now=now)
    return _report(outline, outcome, edition)


def _report(outline: Outline, outcome: ImportOutcome, edition: Edition | None) -> ImportReport:
    return ImportReport(
        outcome=outcome,
        ref=outline.ref,
        edition=outline.edition,
        counts=outline.counts,
        warnings=outline.warnings,
        edition_id=edition.id if edition else None,
    )


def _outcome(
    referential: Referential | None, last: Edition | None, outline: Outline
) -> ImportOutcome:
    if referential is None:
        return ImportOutcome.NEW_REFERENTIAL
    if last is None:
        return ImportOutcome.NEW_EDITION
    if outline.sha256 == last.sha256:
        return ImportOutcome.UNCHANGED
    return ImportOutcome.NEW_CONTENT


def _named(identifier: str, organisation_id: int | None) -> Select[Referential]:
    """Return the SELECT of a referential by its stable name."""
    return select(Referential).where(
        Referential.identifier == identifier,
        Referential.organisation_id.is_not_distinct_from(organisation_id),
    )


def _newest(referential_id: int, label: str) -> Select[Edition]:
    """Return the SELECT of the newest content of an edition."""
    return (
        select(Edition)
        .where(Edition.referential_id == referential_id, Edition.label == label)
        .order_by(Edition.content_version.desc())
        .limit(1)
    )


def _locked(statement: Select[T]) -> Select[T]:
    """Return a SELECT that waits for other writers and sees what they wrote."""
    return statement.with_for_update().execution_options(populate_existing=True)


def _claimed(
    session: Session, outline: Outline, organisation_id: int | None
) -> tuple[Referential, bool]:
    """Return the referential of a file, locked, and whether this import made it."""
    made = insert_missing(
        session,
        Referential,
        organisation_id=organisation_id,
        identifier=outline.identifier,
        ref=outline.ref,
        title=dict(outline.title),
        publisher=outline.publisher,
        domains=[domain.value for domain in outline.domains],
        in_house=False,
        search=searchable(outline.ref, *outline.title.values(), outline.publisher),
    )
    found = session.scalars(_locked(_named(outline.identifier, organisation_id))).first()
    assert found is not None  # it was there, or has just been made
    if not made and not found.in_house:
        found.ref, found.title = outline.ref, dict(outline.title)
        found.publisher = outline.publisher
        found.search = searchable(found.ref, *outline.title.values(), found.publisher)
        found.domains = [domain.value for domain in outline.domains]
    return found, made is not None


def _written(
    session: Session,
    referential: Referential,
    outline: Outline,
    *,
    last: Edition | None,
    now: datetime,
) -> Edition:
    """Write the content of ``outline`` where it may go, and return its edition."""
    if last is not None and last.frozen_at is None and not last.written_here:
        edition = last
        clear_tree(session, edition.id)
    else:
        _supersede(session, referential.id, outline.edition)
        edition = Edition(referential_id=referential.id, label=outline.edition, created_at=now)
    edition.content_version = last.content_version + 1 if last else 1
    _describe(edition, outline)
    session.add(edition)
    session.flush()
    insert_tree(session, edition.id, outline.nodes)
    return edition


def _supersede(session: Session, referential_id: int, label: str) -> None:
    """Mark the former contents of an edition as replaced; drafts stay drafts."""
    session.execute(
        update(Edition)
        .where(
            Edition.referential_id == referential_id,
            Edition.label == label,
            Edition.status != EditionStatus.DRAFT,
        )
        .values(status=EditionStatus.SUPERSEDED)
    )


def _describe(edition: Edition, outline: Outline) -> None:
    """Give an edition what a file says of it."""
    counts = outline.counts
    edition.status = outline.status
    edition.description = dict(outline.description)
    edition.amendments = list(outline.amendments)
    edition.source, edition.licence = outline.source, outline.licence
    edition.copyright = outline.copyright
    edition.sha256 = outline.sha256 or content_sha256(outline.nodes)
    edition.requirement_count = counts.requirements
    edition.assessable_count = counts.assessable
    edition.question_count = counts.questions


def import_file(
    session: Session,
    path: Path,
    *,
    organisation_id: int | None,
    now: datetime,
    dry_run: bool = False,
) -> ImportReport:
    """Import a file for an organisation, or for everyone, from the command line.

    :raises BadInput: naming the place, what was found and what was expected; nothing is changed.
    """
    outline = read_outline(_content(path), path.name)
    return import_outline(
        session, outline, organisation_id=organisation_id, actor_id=None, now=now, dry_run=dry_run
    )


def check_file(path: Path) -> Outline:
    """Return what a file holds, without any database.

    :raises BadInput: naming the place, what was found and what was expected.
    """
    return read_outline(_content(path), path.name)


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInput(
            N_("fichier illisible (%(problem)s)", problem=error.strerror or str(error)),
            place=str(path),
        ) from error


def load_shipped(session: Session, now: datetime) -> int:
    """Store the shipped referentials that are new or have changed; return how many there were."""
    known = set(
        session.scalars(
            select(Edition.sha256)
            .join(Edition.referential)
            .where(Referential.organisation_id.is_(None))
        )
    )
    loaded = 0
    for path in sorted((referentials_dir() / "audits").glob("*.yaml")):
        outline = (
            check_file(path) if hashlib.sha256(path.read_bytes()).hexdigest() not in known else None
        )
        if outline is not None:
            import_outline(session, outline, organisation_id=None, actor_id=None, now=now)
            loaded += 1
    return loaded


def freeze_edition(session: Session, edition: Edition, now: datetime) -> None:
    """Close the content of an edition for good: an audit uses it."""
    if edition.frozen_at is None:
        edition.frozen_at = now
        session.flush()
