"""Analyses of causes in a portfolio: who led or took part, and what a dossier keeps of each.

Third parties are counted, never named: the people of a barrier stay in the company.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from qse_audit.causes.models import CauseAnalysis, CauseMember, CauseNode, as_tree
from qse_audit.causes.reports import Wording, charts, drawing, told
from qse_audit.causes.rules import SMALLEST_TEAM, VERBS, Tree
from qse_audit.core.involvement import Involvement
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_
from qse_audit.documents.charts import to_svg
from qse_audit.documents.text import moment
from qse_audit.records import (
    Candidate,
    Drawing,
    RecordKind,
    Rows,
    Snapshot,
    Start,
    Telling,
    as_code,
    as_day,
    by_whom,
    state_of,
    taken,
)


def taken_part(who: Candidate) -> Select[Any]:
    """Return the analyses that a candidate leads, began, or in whose team they are."""
    person = who.person_id
    team = select(CauseMember.analysis_id).where(CauseMember.person_id == person)
    leads, began = CauseAnalysis.owner_id == person, CauseAnalysis.created_by_id == person
    return taken(
        Kind.CAUSE_ANALYSIS,
        CauseAnalysis.id,
        reference=CauseAnalysis.reference,
        title=CauseAnalysis.title,
        happened_on=as_day(CauseAnalysis.created_at),
        involvement=case(
            (leads, Involvement.OWNER.value),
            (began, Involvement.AUTHOR.value),
            else_=Involvement.MEMBER.value,
        ),
        detail=as_code(CauseAnalysis.tool),
    ).where(
        CauseAnalysis.organisation_id == who.organisation_id,
        or_(leads, began, CauseAnalysis.id.in_(team)),
    )


def snapshots(session: Session, ids: Sequence[int], telling: Telling) -> Mapping[int, Snapshot]:
    """Return analyses as they are now: a constant number of statements."""
    found = session.scalars(
        select(CauseAnalysis)
        .where(CauseAnalysis.id.in_(ids))
        .options(selectinload(CauseAnalysis.members))
    ).all()
    trees = _trees(session, ids)
    return {each.id: _snapshot(each, trees.get(each.id, Tree()), telling) for each in found}


def _trees(session: Session, ids: Sequence[int]) -> dict[int, Tree]:
    """Return the lines of each analysis, the names of people left out."""
    rows: dict[int, list[CauseNode]] = {}
    for row in session.scalars(
        select(CauseNode)
        .where(CauseNode.analysis_id.in_(ids))
        .options(joinedload(CauseNode.owner))
        .order_by(CauseNode.position, CauseNode.id)
    ):
        rows.setdefault(row.analysis_id, []).append(row)
    nameless = {
        key: tuple(replace(node, owner_name="") for node in as_tree(found).nodes)
        for key, found in rows.items()
    }
    return {key: Tree(nodes) for key, nodes in nameless.items()}


def _snapshot(analysis: CauseAnalysis, tree: Tree, telling: Telling) -> Snapshot:
    wording = Wording(analysis.tool, tree, telling.words.locale)
    return Snapshot(
        analysis.reference,
        analysis.title,
        analysis.created_at.date(),
        _state(analysis, tree, telling),
        _facts(analysis, telling),
        tables=(_lines(wording, analysis),),
        drawings=_drawings(wording, analysis),
    )


def _state(analysis: CauseAnalysis, tree: Tree, telling: Telling) -> dict[str, Any]:
    fields = (
        "reference", "title", "tool", "status", "question", "families", "started_at",
        "contain_hours", "cause_days", "close_days", "conclusion", "created_at", "concluded_at",
    )  # fmt: skip
    held = (
        "id", "parent_id", "kind", "slot", "text", "fact", "note", "gate", "is_verified",
        "is_root", "is_discarded", "votes", "count", "cost", "health", "same_as_id", "done_at",
    )  # fmt: skip
    return {
        **state_of(analysis, *fields),
        "led_by_candidate": analysis.owner_id == telling.candidate_id,
        "team_count": len(analysis.members),
        "lines": [state_of(node, *held) for node in tree.nodes],
    }


def _facts(analysis: CauseAnalysis, telling: Telling) -> list[tuple[Any, str]]:
    words = telling.words
    others = [each for each in analysis.members if each.person_id != telling.candidate_id]
    functions = ", ".join(dict.fromkeys(each.function for each in others if each.function))
    ended = analysis.concluded_at
    return [
        (N_("Outil"), words.translate(analysis.tool.label)),
        (N_("Statut"), words.translate(analysis.status.label)),
        (N_("Conduite par"), by_whom(analysis.owner_id, telling)),
        (N_("La question"), analysis.question),
        (N_("Autres personnes de l’équipe"), str(len(others)) if others else ""),
        (N_("Leurs fonctions"), functions),
        (N_("Commencée le"), moment(analysis.created_at, words.locale)),
        (N_("Conclue le"), moment(ended, words.locale) if ended else ""),
        (N_("Conclusion"), analysis.conclusion),
    ]


def _lines(wording: Wording, analysis: CauseAnalysis) -> Rows:
    found = told(wording, analysis.families)
    return Rows(
        N_("Ligne par ligne"),
        (N_("Place"), N_("Ce qui est dit"), N_("Ce qui le montre"), N_("État")),
        [
            (
                each.label,
                f"{'— ' * each.depth}{each.text}",
                "\n".join(f"{label} : {value}" for label, value in each.details),
                " · ".join(each.badges),
            )
            for each in found
        ],
        "" if found else wording.say(N_("Rien n’est encore écrit.")),
    )


def _drawings(wording: Wording, analysis: CauseAnalysis) -> list[Drawing]:
    title = wording.say(analysis.tool.label)
    found = [Drawing(spec.title, spec.reading, to_svg(spec)) for spec in charts(wording)]
    svg = drawing(wording, analysis.question or analysis.title, analysis.families)
    return [*found, Drawing(title, analysis.question, svg)] if svg else found


def facts(session: Session, ids: Sequence[int]) -> Mapping[int, frozenset[str]]:
    """Return what each analysis holds: ``asked team``."""
    size = (
        select(func.count())
        .where(CauseMember.analysis_id == CauseAnalysis.id)
        .correlate(CauseAnalysis)
        .scalar_subquery()
    )
    rows = session.execute(
        select(CauseAnalysis.id, CauseAnalysis.question, size.label("size")).where(
            CauseAnalysis.id.in_(ids)
        )
    )
    return {row.id: frozenset(_held(row)) for row in rows}


def _held(row: Any) -> Iterator[str]:
    if row.question.strip():
        yield "asked"
    if row.size >= SMALLEST_TEAM:
        yield "team"


def start(session: Session, cause_id: int) -> Start:
    """Return the first words of a situation about an analysis: its days and its question."""
    row = session.execute(
        select(
            CauseAnalysis.title,
            CauseAnalysis.created_at,
            CauseAnalysis.concluded_at,
            CauseAnalysis.question,
        ).where(CauseAnalysis.id == cause_id)
    ).one()
    end = row.concluded_at.date() if row.concluded_at else None
    return Start(row.title, row.created_at.date(), end, row.question.strip())


CAUSE_ANALYSIS = RecordKind(
    kind=Kind.CAUSE_ANALYSIS,
    word=N_("Analyse de causes"),
    icon="diagram-2",
    taken_part=taken_part,
    snapshots=snapshots,
    verbs=VERBS,
    facts=facts,
    start=start,
)
