"""Writing in-house referentials: their editions. None commits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from qse_audit.core.errors import refuse_all
from qse_audit.db.trail import Act, record
from qse_audit.db.upsert import insert_missing
from qse_audit.policies import Identity as Actor
from qse_audit.referentials import queries
from qse_audit.referentials.models import Edition, Question, Referential, Requirement
from qse_audit.referentials.rules import (
    NOT_A_DRAFT,
    SHIPPED_IS_READ_ONLY,
    EditionStatus,
    Identity,
    content_sha256,
    label_taken,
    merged,
    publication_refusals,
    referential_taken,
    searchable,
    slug,
    writing_refusals,
)
from qse_audit.referentials.services.writing import insert_tree, settle


def create_in_house(
    session: Session,
    identity: Identity,
    *,
    copied: Edition | None = None,
    actor: Actor,
    now: datetime,
) -> Edition:
    """Begin a referential of the actor’s organisation, empty or copied from an edition.

    :raises Refused: when the organisation already has one of that name.
    """
    referential_id = insert_missing(
        session,
        Referential,
        organisation_id=actor.organisation_id,
        identifier=slug(identity.ref) or identity.ref,
        ref=identity.ref,
        title=dict(identity.title),
        publisher=identity.publisher,
        domains=[domain.value for domain in identity.domains],
        in_house=True,
        search=_search(identity),
    )
    refuse_all([] if referential_id else [referential_taken(identity.ref)])
    referential = session.get_one(Referential, referential_id)
    edition = _new_edition(session, referential, identity.label, copied=copied, now=now)
    _describe(edition, identity)
    session.flush()
    data = {"copied": copied.id} if copied else {}
    note(session, edition, "referential.create", actor=actor, now=now, data=data)
    return edition


def next_edition(
    session: Session, edition: Edition, *, label: str, actor: Actor, now: datetime
) -> Edition:
    """Begin the next edition of a referential as a copy of ``edition``.

    :raises Refused: for a shipped referential, and a label that is taken.
    """
    referential = edition.referential
    taken = session.scalar(
        select(Edition.id)
        .where(Edition.referential_id == referential.id, Edition.label == label)
        .limit(1)
    )
    reasons = [SHIPPED_IS_READ_ONLY] if referential.organisation_id is None else []
    refuse_all([*reasons, *([label_taken(label)] if taken else [])])
    made = _new_edition(session, referential, label, copied=edition, now=now)
    made.description, made.source = dict(edition.description), edition.source
    made.licence, made.copyright = edition.licence, edition.copyright
    session.flush()
    data = {"copied": edition.id}
    note(session, made, "referential.next-edition", actor=actor, now=now, data=data)
    return made


def _new_edition(
    session: Session,
    referential: Referential,
    label: str,
    *,
    copied: Edition | None,
    now: datetime,
) -> Edition:
    """Add a draft edition with the content of ``copied``."""
    tree = queries.tree_of(session, copied.id) if copied else ()
    edition = Edition(
        referential=referential,
        label=label,
        status=EditionStatus.DRAFT,
        description={},
        amendments=[],
        sha256=content_sha256(tree),
        created_at=now,
        written_here=True,
    )
    session.add(edition)
    session.flush()
    insert_tree(session, edition.id, tree)
    settle(session, edition)
    return edition


def describe_edition(
    session: Session, edition: Edition, identity: Identity, *, actor: Actor, now: datetime
) -> None:
    """Change what is said of a referential and of this edition.

    :raises Refused: when the edition cannot be written, or a name is taken.
    """
    open_edition(session, edition)
    referential = edition.referential
    if identity.label != edition.label:
        taken = [e.label for e in queries.editions_of(session, referential.id)]
        refuse_all([label_taken(identity.label)] if identity.label in taken else [])
    edition.label = identity.label
    referential.ref, referential.title = identity.ref, merged(referential.title, identity.title)
    referential.publisher, referential.search = identity.publisher, _search(identity)
    referential.domains = [domain.value for domain in identity.domains]
    _describe(edition, identity)
    session.flush()
    note(session, edition, "referential.describe", actor=actor, now=now)


def _describe(edition: Edition, identity: Identity) -> None:
    edition.description = merged(edition.description, identity.description)
    edition.source, edition.licence = identity.source, identity.licence
    edition.copyright = identity.copyright
    edition.written_here = True


def _search(identity: Identity) -> str:
    return searchable(identity.ref, *identity.title.values(), identity.publisher)


def publish(session: Session, edition: Edition, *, actor: Actor, now: datetime) -> None:
    """Put a draft edition in force; those that were are replaced by it.

    :raises Refused: with every reason.
    """
    open_edition(session, edition)
    counts = queries.counts_of(session, edition.id)
    refuse_all(publication_refusals(edition.status, counts))
    session.execute(
        update(Edition)
        .where(
            Edition.referential_id == edition.referential_id,
            Edition.status == EditionStatus.IN_FORCE,
        )
        .values(status=EditionStatus.SUPERSEDED)
    )
    edition.status = EditionStatus.IN_FORCE
    settle(session, edition)
    data = {"sha256": edition.sha256, "requirements": counts.requirements}
    note(session, edition, "referential.publish", actor=actor, now=now, data=data)


def delete_draft(session: Session, edition: Edition, *, actor: Actor, now: datetime) -> None:
    """Delete a draft edition, and its referential with the last one.

    :raises Refused: for an edition that was published.
    """
    open_edition(session, edition)
    refuse_all([] if edition.status is EditionStatus.DRAFT else [NOT_A_DRAFT])
    note(session, edition, "referential.delete-draft", actor=actor, now=now)
    referential_id = edition.referential_id
    session.execute(delete(Question).where(Question.edition_id == edition.id))
    session.execute(delete(Requirement).where(Requirement.edition_id == edition.id))
    session.delete(edition)
    session.flush()
    left = session.scalar(
        select(Edition.id).where(Edition.referential_id == referential_id).limit(1)
    )
    if left is None:
        session.execute(delete(Referential).where(Referential.id == referential_id))


def open_edition(session: Session, edition: Edition) -> None:
    """Lock an edition and make sure that its content may change.

    :raises Refused: otherwise.
    """
    session.refresh(edition, with_for_update={"of": Edition})
    refuse_all(
        writing_refusals(
            is_shipped=edition.referential.organisation_id is None,
            is_frozen=edition.frozen_at is not None,
            status=edition.status,
        )
    )


def note(
    session: Session,
    edition: Edition,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Record an act on an edition in the trail of the actor’s organisation."""
    act = Act(
        verb=verb,
        kind="edition",
        subject_id=edition.id,
        data=data or {},
        texts={"ref": edition.referential.ref, "edition": edition.label},
    )
    record(
        session,
        act,
        organisation_id=actor.organisation_id,
        actor_id=actor.user_id,
        now=now,
    )
