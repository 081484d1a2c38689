"""Bringing in the lines of a spreadsheet: look at them, then store everything or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Membership, Person
from qse_audit.core.errors import BadInput, Refusal, Refused, refuse_all
from qse_audit.core.text import N_
from qse_audit.policies import Identity
from qse_audit.risks import queries
from qse_audit.risks.files import read_content
from qse_audit.risks.models import RiskAnalysis
from qse_audit.risks.rules import (
    METHODS,
    RatingStage,
    ReratingFacts,
    rerating_refusals,
    scale_from,
)
from qse_audit.risks.rules.tables import MOST_FAULTS, ReadLine, ReadLines
from qse_audit.risks.services.batches import Line, Written, write_lines


@dataclass(frozen=True, slots=True)
class Preview:
    """What a table would do."""

    read: ReadLines
    added: int = 0
    replaced: int = 0
    """Lines of the analysis that it names."""
    unknown: tuple[int, ...] = ()
    """Numbers that it names and the analysis does not have."""
    planned: int = 0
    """Lines whose expected notes are taken: those that are rated and have an action."""

    @property
    def left_aside(self) -> int:
        """Return how many lines have expected notes that are not taken."""
        return self.read.planned_count - self.planned


def read_for(analysis: RiskAnalysis, content: bytes, name: str) -> ReadLines:
    """Return the lines in a file or a paste, as the method and the scale of an analysis want them.

    :raises BadInput: for what is no table, or whose titles name nothing known.
    """
    return read_content(content, name, METHODS[analysis.method], scale_from(analysis.scale))


def preview_lines(session: Session, analysis: RiskAnalysis, read: ReadLines) -> Preview:
    """Return what storing ``read`` would add and replace: three statements at most."""
    known = queries.lines_by_number(session, analysis.id)
    numbers = [line.number for line in read.lines if line.number is not None]
    unknown = tuple(number for number in numbers if number not in known)
    return Preview(
        read,
        len(read.lines) - len(numbers),
        len(numbers) - len(unknown),
        unknown,
        planned=len(_plannable(session, analysis, read.lines)),
    )


def import_lines(
    session: Session,
    analysis: RiskAnalysis,
    read: ReadLines,
    *,
    reason: str = "",
    actor: Identity,
    now: datetime,
) -> Written:
    """Store the lines of a table: everything, or nothing.

    :raises Refused: with every fault, each with its row and column, and every note that goes down
        without what it takes.
    """
    if read.faults:
        raise Refused([Refusal("import", fault.text) for fault in read.faults])
    refuse_all(_lowered(session, analysis, read.lines, reason)[:MOST_FAULTS])
    plannable = _plannable(session, analysis, read.lines)
    lines = [
        Line(
            draft=line.draft,
            notes=line.values or None,
            planned=line.planned if line.number in plannable else None,
            number=line.number,
            place=N_("ligne %(line)d", line=line.row),
            reason=reason.strip(),
        )
        for line in read.lines
    ]
    return write_lines(session, analysis, lines, actor=actor, now=now)


def _plannable(
    session: Session, analysis: RiskAnalysis, lines: Sequence[ReadLine]
) -> frozenset[int]:
    """Return the numbers of the lines that may have expected notes: two statements at most.

    A plan says what an action is hoped to bring: a line without a rating or an action has none.
    """
    planned = [line for line in lines if line.number is not None and line.planned]
    if not planned:
        return frozenset()
    scale = scale_from(analysis.scale)
    known = queries.lines_by_number(session, analysis.id)
    treated = queries.treated_lines(session, analysis.id)
    found = set()
    for line in planned:
        stored = known.get(line.number or 0)
        if stored is None:
            continue
        held = {} if stored.stage is RatingStage.GROSS else stored.notes or {}
        facts = ReratingFacts(
            stage=RatingStage.PLANNED,
            values=line.planned,
            before=line.values or held,
            standing_actions=treated.get(stored.id, queries.Treated()).standing,
        )
        if not rerating_refusals(scale, facts):
            found.add(line.number or 0)
    return frozenset(found)


def _lowered(
    session: Session, analysis: RiskAnalysis, lines: Sequence[ReadLine], reason: str
) -> list[Refusal]:
    """Return why notes that are there may not change so: two statements at most."""
    renewed = [line for line in lines if line.number is not None and line.values]
    if not renewed:
        return []
    scale = scale_from(analysis.scale)
    known = queries.lines_by_number(session, analysis.id)
    treated = queries.treated_lines(session, analysis.id)
    found = []
    for line in renewed:
        stored = known.get(line.number or 0)
        if stored is None or stored.notes is None or stored.stage is RatingStage.GROSS:
            continue
        done = treated.get(stored.id, queries.Treated())
        facts = ReratingFacts(
            stage=RatingStage.NET, values=line.values, before=stored.notes, reason=reason,
            standing_actions=done.standing, open_actions=done.waiting,
            effective_since=done.effective_since,
        )  # fmt: skip
        found += [
            Refusal(each.code, N_("ligne %(line)d : %(message)s", line=line.row,
                                  message=each.message), each.source)
            for each in rerating_refusals(scale, facts)
        ]  # fmt: skip
    return found


def analysis_named(session: Session, reference: str) -> RiskAnalysis:
    """Return the only analysis with a reference.

    :raises BadInput: if there is none, or several organisations have one.
    """
    ids = session.scalars(select(RiskAnalysis.id).where(RiskAnalysis.reference == reference)).all()
    if len(ids) != 1:
        message = N_("« %(name)s » : %(count)d analyses ; attendu : la référence d’une seule",
                     name=reference, count=len(ids))  # fmt: skip
        raise BadInput(message, place="--analysis")
    return queries.get_analysis(session, ids[0])


def importer(session: Session, analysis: RiskAnalysis, email: str | None) -> Identity:
    """Return who brings lines in from the command line: the person named, else the owner.

    :raises BadInput: for somebody of elsewhere, or an analysis that nobody owns.
    """
    here = analysis.organisation_id
    if email is None and analysis.owner_id is not None:
        return Identity(analysis.owner_id, here)
    found = session.scalar(
        select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(Person.email == (email or "").strip().lower(), Membership.organisation_id == here)
    )
    if found is None:
        message = N_("« %(email)s » ; attendu : une personne de l’organisation", email=email or "")
        raise BadInput(message, place="--by")
    return Identity(found, here)
