"""Bringing in a file of values: look at it, then store everything or nothing."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Membership, Person
from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import BadInput, Refusal, Refused
from qse_audit.core.permissions import Kind
from qse_audit.core.tables import Line
from qse_audit.core.text import N_
from qse_audit.db.work import ask_work
from qse_audit.indicators.models import Indicator
from qse_audit.indicators.queries import get_indicator, sheet_of, stored_rows
from qse_audit.indicators.rules import SOURCE_MAX, changes
from qse_audit.indicators.rules.tables import Read, read_table
from qse_audit.indicators.services.values import Entered, enter_values
from qse_audit.policies import Identity
from qse_audit.referentials.formats.sheets import first_table, too_large, typed_text

IMPORT_WORK = "values"
"""The kind of long work that imports a file."""
FAULTS_RAISED = 50


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would do."""

    read: Read
    added: int = 0
    corrected: int = 0
    unchanged: int = 0
    """In periods."""

    def as_json(self) -> dict[str, Any]:
        """Return it as the command line prints it."""
        return {
            "values": self.read.value_count,
            "added": self.added,
            "corrected": self.corrected,
            "unchanged": self.unchanged,
            "errors": [
                {"line": each.line, "column": each.column, "cell": each.cell,
                 "message": str(each.message)}
                for each in self.read.faults
            ],
        }  # fmt: skip


def read_values(content: bytes, name: str, indicator: Indicator, *, today: date) -> Read:
    """Return the values in a CSV or XLSX file, with every fault.

    :raises BadInput: for a file that is no table, or whose header names nothing known.
    """
    too_large(content)
    if not content.strip():
        raise BadInput(N_("fichier vide ; attendu : une ligne de titres, puis une par période"))
    table = first_table(content, name)
    lines = [Line(row.number, [typed_text(cell) for cell in row.cells]) for row in table.rows]
    return read_table(lines, sheet_of(indicator, today))


def preview_values(session: Session, indicator: Indicator, read: Read) -> Preview:
    """Return what storing ``read`` would add and correct: one statement."""
    stored = stored_rows(session, indicator.id, indicator.frequency)
    found = changes(read.entries, stored)
    corrected = sum(change.corrects for change in found)
    return Preview(read, len(found) - corrected, corrected, len(read.entries) - len(found))


def import_values(
    session: Session,
    indicator: Indicator,
    read: Read,
    *,
    source: str,
    reason: str = "",
    actor: Identity,
    now: datetime,
) -> Entered:
    """Store the values of a file: everything, or nothing.

    :raises Refused: with every fault, each with its line and column.
    """
    if read.faults:
        raise Refused([Refusal("import", fault.text) for fault in read.faults[:FAULTS_RAISED]])
    return enter_values(
        session, indicator, read.entries, source=source, reason=reason,
        actor=actor, now=now, verb="import",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where a file goes, on the command line."""

    reference: str
    """The reference or the short name of the indicator."""
    reason: str = ""
    """Why values that are there are corrected."""
    email: str | None = None
    """Who enters them; ``None``: the owner."""


def import_file(
    session: Session, content: bytes, name: str, *, wanted: Wanted, dry_run: bool, now: datetime
) -> Preview:
    """Import a file and return what it does; with a fault, or on a dry run, change nothing.

    :raises BadInput: for a file that is no table, or an indicator or a person that is not known.
    :raises Refused: when values that are there would be corrected without a reason.
    """
    indicator = indicator_named(session, wanted.reference)
    actor = _importer(session, indicator, wanted.email)
    read = read_values(content, name, indicator, today=day_in_paris(now))
    preview = preview_values(session, indicator, read)
    if not read.faults and not dry_run:
        import_values(session, indicator, read, source=name[-SOURCE_MAX:], reason=wanted.reason,
                      actor=actor, now=now)  # fmt: skip
    return preview


def _importer(session: Session, indicator: Indicator, email: str | None) -> Identity:
    if email is None:
        return Identity(indicator.owner_id, indicator.organisation_id)
    found = session.scalar(
        select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Person.email == email.strip().lower(),
            Membership.organisation_id == indicator.organisation_id,
        )
    )
    if found is None:
        message = N_("« %(email)s » ; attendu : une personne de l’organisation", email=email)
        raise BadInput(message, place="--by")
    return Identity(found, indicator.organisation_id)


def ask_import(
    session: Session,
    indicator: Indicator,
    *,
    sha256: str,
    name: str,
    reason: str,
    actor: Identity,
    now: datetime,
) -> int:
    """Ask for the import of a file that waits; return the work."""
    return ask_work(
        session,
        IMPORT_WORK,
        key=f"values/{indicator.id}/{sha256[:40]}/{now.timestamp():.0f}",
        subject=(Kind.INDICATOR, indicator.id),
        label=indicator.reference,
        payload={"sha256": sha256, "name": name, "reason": reason},
        person_id=actor.user_id,
        organisation_id=indicator.organisation_id,
        now=now,
    )


def indicator_named(session: Session, reference: str) -> Indicator:
    """Return the only indicator with a reference or a short name.

    :raises BadInput: if there is none, or several organisations have one.
    """
    ids = session.scalars(
        select(Indicator.id).where(
            (Indicator.reference == reference) | (Indicator.short_name == reference)
        )
    ).all()
    if not ids:
        message = N_("« %(name)s » n’est pas un indicateur ; attendu : sa référence ou son nom "
                     "court", name=reference)  # fmt: skip
        raise BadInput(message, place="--indicator")
    if len(ids) > 1:
        message = N_("« %(name)s » existe %(count)d fois ; attendu : une référence unique",
                     name=reference, count=len(ids))  # fmt: skip
        raise BadInput(message, place="--indicator")
    return get_indicator(session, ids[0])
