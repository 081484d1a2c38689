"""Live records as they are now, to be frozen in a dossier: each in the words of its feature."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from qse_audit.core.permissions import Kind
from qse_audit.db.wall import within
from qse_audit.documents.text import Texts
from qse_audit.portfolios.models import Candidacy
from qse_audit.portfolios.queries.kinds import RECORDS
from qse_audit.records import Snapshot, Telling

Key = tuple[Kind, int]


def ids_by_kind(keys: Sequence[Key]) -> Mapping[Kind, list[int]]:
    """Return the ids of ``keys`` by kind, kinds in the order of the picker, ids ascending."""
    return {
        kind: ids
        for kind in RECORDS
        if (ids := sorted({key for wanted, key in keys if wanted is kind}))
    }


def snapshots(
    session: Session, candidacy: Candidacy, keys: Sequence[Key], *, words: Texts, today: date
) -> Mapping[Key, Snapshot]:
    """Return each record of ``keys`` as it is now: a constant number of statements a kind.

    They are read in the company of the candidacy, even once its candidate has left it.
    """
    telling = Telling(candidacy.candidate_id, words, today)
    with within(session, candidacy.organisation_id):
        return {
            (kind, key): snapshot
            for kind, ids in ids_by_kind(keys).items()
            for key, snapshot in RECORDS[kind].snapshots(session, ids, telling).items()
        }
