"""Reading referentials. Nothing here writes."""

from sqlalchemy.orm import Session, joinedload

from qse_audit.core.errors import NotFound
from qse_audit.referentials.models import Edition, Referential, Requirement
from qse_audit.referentials.queries.lists import (
    EditionChoice,
    EditionLine,
    Filters,
    ReferentialLine,
    Section,
    count_readable_by,
    editions_for,
    editions_of,
    origin_of,
    readable_by,
    referentials_readable_by,
    sections_of,
)
from qse_audit.referentials.queries.trees import (
    Chapter,
    Clause,
    Item,
    chapters_of,
    counts_of,
    items_of,
    outline_of,
    places_of,
    questions_of,
    taken_refs,
    tree_of,
)

__all__ = [
    "Chapter",
    "Clause",
    "EditionChoice",
    "EditionLine",
    "Filters",
    "Item",
    "ReferentialLine",
    "Section",
    "chapters_of",
    "count_readable_by",
    "counts_of",
    "editions_for",
    "editions_of",
    "get_edition",
    "get_referential",
    "get_requirement",
    "items_of",
    "origin_of",
    "outline_of",
    "places_of",
    "questions_of",
    "readable_by",
    "referentials_readable_by",
    "sections_of",
    "taken_refs",
    "tree_of",
]


def get_referential(session: Session, referential_id: int) -> Referential:
    """Return a referential.

    :raises NotFound: if there is none.
    """
    found = session.get(Referential, referential_id)
    if found is None:
        raise NotFound(f"referential {referential_id}")
    return found


def get_edition(session: Session, edition_id: int) -> Edition:
    """Return an edition with its referential.

    :raises NotFound: if there is none.
    """
    found = session.get(Edition, edition_id, options=[joinedload(Edition.referential)])
    if found is None:
        raise NotFound(f"edition {edition_id}")
    return found


def get_requirement(session: Session, requirement_id: int) -> Requirement:
    """Return a requirement with its edition and referential.

    :raises NotFound: if there is none.
    """
    found = session.get(
        Requirement,
        requirement_id,
        options=[joinedload(Requirement.edition).joinedload(Edition.referential)],
    )
    if found is None:
        raise NotFound(f"requirement {requirement_id}")
    return found
