"""Reading families: what an analysis began from, what changed there since, what began from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Permission
from qse_audit.policies import Identity, allows
from qse_audit.risks.models import RiskAnalysis, RiskCopy
from qse_audit.risks.queries.analyses import get_analysis, readable_by
from qse_audit.risks.queries.lines import RiskLine, lines_of, section_paths
from qse_audit.risks.rules import LineDraft
from qse_audit.risks.rules.analyses import AnalysisStatus
from qse_audit.risks.rules.families import Copied, LineChange, differing, model_changes


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedLine:
    """A line of the model that is no longer what was copied, beside what stands here."""

    number: int
    """In the model."""
    change: LineChange
    model: RiskLine | None
    """``None``: withdrawn there."""
    here: RiskLine | None
    """``None``: it never came, or was withdrawn here."""
    texts: tuple[tuple[str, str, str], ...]
    """Where both differ today: column, there, here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyLine:
    """An analysis that began from a model."""

    id: int
    reference: str
    title: str
    status: AnalysisStatus
    copied_at: datetime
    seen_at: datetime
    change_count: int
    """Lines of the model that changed since its people last looked."""


@dataclass(frozen=True, slots=True)
class Model:
    """What an analysis began from, as far as its reader may know it."""

    analysis: RiskAnalysis | None
    """``None``: the reader may not read it."""
    changes: tuple[ChangedLine, ...] = ()


def draft_of(line: RiskLine, paths: Mapping[int, tuple[str, ...]]) -> LineDraft:
    """Return what a line says, with the path of its section."""
    return LineDraft(
        section=paths.get(line.section_id or 0, ()),
        situation=line.situation,
        event=line.event,
        effect=line.effect,
        cause=line.cause,
        prevention=line.prevention,
        detection=line.detection,
        family=line.family,
        details=line.details,
    )


def model_of(session: Session, analysis: RiskAnalysis, who: Identity) -> Model | None:
    """Return what ``analysis`` began from and what changed there since; ``None`` for no model."""
    if analysis.origin is None:
        return None
    try:
        model = get_analysis(session, analysis.origin.model_id)
    except NotFound:
        return Model(None)
    if not allows(who, Permission.RISK_READ, model.access()):
        return Model(None)
    return Model(model, tuple(_changes(session, analysis, model)))


def copies_of(session: Session, model: RiskAnalysis, who: Identity) -> list[CopyLine]:
    """Return the analyses that began from ``model`` and that ``who`` may read."""
    rows = session.execute(
        select(
            RiskAnalysis.id, RiskAnalysis.reference, RiskAnalysis.title, RiskAnalysis.status,
            RiskCopy.copied_at, RiskCopy.seen_at, RiskCopy.lines,
        )
        .join(RiskCopy, RiskCopy.analysis_id == RiskAnalysis.id)
        .where(RiskCopy.model_id == model.id, readable_by(who))
        .order_by(RiskAnalysis.id)
    ).all()  # fmt: skip
    now = drafts_of(session, model.id) if rows else {}
    return [
        CopyLine(
            **{name: value for name, value in row._mapping.items() if name != "lines"},
            change_count=len(model_changes(copied_from(row.lines), now)),
        )
        for row in rows
    ]


def families(session: Session, who: Identity) -> list[tuple[int, str, str]]:
    """Return the id, reference and title of the models that ``who`` may read."""
    rows = session.execute(
        select(RiskAnalysis.id, RiskAnalysis.reference, RiskAnalysis.title)
        .where(RiskAnalysis.is_family, RiskAnalysis.status != AnalysisStatus.ARCHIVED)
        .where(readable_by(who))
        .order_by(RiskAnalysis.id.desc())
        .limit(50)
    )
    return [(row.id, row.reference, row.title) for row in rows]


def drafts_of(session: Session, analysis_id: int) -> dict[int, LineDraft]:
    """Return what the live lines of an analysis say, by their number: two statements."""
    paths = section_paths(session, analysis_id)
    return {line.number: draft_of(line, paths) for line in lines_of(session, analysis_id)}


def copied_from(stored: Mapping[str, list[object]]) -> dict[int, Copied]:
    """Return what :func:`as_stored` kept."""
    return {
        int(number): Copied(int(str(here)), str(digest))
        for number, (here, digest) in stored.items()
    }


def as_stored(copied: Mapping[int, Copied]) -> dict[str, list[object]]:
    """Return lines of a model as they are kept: number there → number here, digest."""
    return {str(number): [each.number, each.digest] for number, each in copied.items()}


def copied_lines(session: Session, analysis_id: int) -> dict[int, Copied]:
    """Return how the lines of its model were when the people of an analysis last looked."""
    stored = session.scalar(
        select(RiskCopy).where(RiskCopy.analysis_id == analysis_id).options(undefer(RiskCopy.lines))
    )
    return copied_from(stored.lines) if stored else {}


def _changes(session: Session, analysis: RiskAnalysis, model: RiskAnalysis) -> list[ChangedLine]:
    """Return what changed in a model, each line beside its own here."""
    copied = copied_lines(session, analysis.id)
    there = {line.number: line for line in lines_of(session, model.id)}
    paths = section_paths(session, model.id)
    drafts = {number: draft_of(line, paths) for number, line in there.items()}
    changes = model_changes(copied, drafts)
    if not changes:
        return []
    here = {line.number: line for line in lines_of(session, analysis.id)}
    own_paths = section_paths(session, analysis.id)
    found = []
    for number, change in changes:
        own = here.get(copied[number].number) if number in copied else None
        texts: tuple[tuple[str, str, str], ...] = ()
        if own is not None and number in there:
            texts = _texts(analysis, drafts[number], draft_of(own, own_paths))
        found.append(
            ChangedLine(
                number=number, change=change, model=there.get(number), here=own, texts=texts
            )
        )
    return found


def _texts(
    analysis: RiskAnalysis, model: LineDraft, copy: LineDraft
) -> tuple[tuple[str, str, str], ...]:
    """Return where two lines differ: column, there, here."""

    def value(draft: LineDraft, code: str) -> str:
        if code == "section":
            return " › ".join(draft.section)
        found = draft.details.get(code, getattr(draft, code, ""))
        return ", ".join(map(str, found)) if isinstance(found, list) else str(found or "")

    return tuple(
        (code, value(model, code), value(copy, code))
        for code in differing(analysis.method, model, copy)
    )
