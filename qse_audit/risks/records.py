"""Risk analyses in a portfolio: who led or took part, and what a dossier keeps of each.

The names of the team stay in the company: functions are told, people are counted. An approved
version is told from its frozen document, the analysis as it is now.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, String, and_, case, cast, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from qse_audit.actions.models import Action
from qse_audit.actions.rules import ActionStatus
from qse_audit.core.involvement import Involvement
from qse_audit.core.permissions import Kind, Link
from qse_audit.core.prevention import PreventionPrinciple
from qse_audit.core.text import N_, Message, pick
from qse_audit.db.participation import linked_to
from qse_audit.documents.text import Texts, day, moment
from qse_audit.records import (
    Candidate,
    RecordKind,
    Rows,
    Snapshot,
    Start,
    Telling,
    as_code,
    as_day,
    by_whom,
    taken,
)
from qse_audit.risks.models import Risk, RiskAnalysis, RiskMember, RiskRating, RiskVersion
from qse_audit.risks.queries import contents_of, read_document
from qse_audit.risks.rules import (
    METHODS,
    SHORT_STAGES,
    UNRATED,
    MethodCard,
    RatingStage,
    RiskMethod,
    Scale,
    scale_from,
)
from qse_audit.risks.rules.analyses import VERBS, AnalysisStatus
from qse_audit.risks.rules.prevention import LIVING_WITH_IT
from qse_audit.risks.rules.results import result

LINES, RATINGS = 200, 200
"""How many lines, and how many ratings, a dossier lists of one analysis."""
WORKED = (Link.OWNER, Link.AUTHOR, Link.MEMBER)
PRIVATE = ("owner", "team")
"""What a document says of people by name."""


# --- who took part ---


def _part(who: Candidate, analysis_id: Any) -> tuple[Any, Any]:
    """Return (condition, involvement) of whoever leads an analysis or is of its team."""

    def tied(link: Link) -> Any:
        return linked_to(Kind.RISK_ANALYSIS, analysis_id, who.person_id, [link])

    involvement = case(
        (tied(Link.OWNER), Involvement.OWNER.value),
        (tied(Link.AUTHOR), Involvement.AUTHOR.value),
        else_=Involvement.MEMBER.value,
    )
    return linked_to(Kind.RISK_ANALYSIS, analysis_id, who.person_id, WORKED), involvement


def taken_part(who: Candidate) -> Select[Any]:
    """Return the analyses that a candidate leads, began, or in whose team they are."""
    condition, involvement = _part(who, RiskAnalysis.id)
    return taken(
        Kind.RISK_ANALYSIS,
        RiskAnalysis.id,
        reference=RiskAnalysis.reference,
        title=RiskAnalysis.title,
        happened_on=as_day(RiskAnalysis.changed_at),
        involvement=involvement,
        detail=as_code(RiskAnalysis.method),
    ).where(RiskAnalysis.organisation_id == who.organisation_id, condition)


def version_taken_part(who: Candidate, prepared: Select[Any] | None = None) -> Select[Any]:
    """Return the approved versions of the analyses in which a candidate took part.

    ``prepared``: the ids of those that they made, whatever their part in the analysis.
    """
    condition, involvement = _part(who, RiskVersion.analysis_id)
    if prepared is not None:
        made = RiskVersion.id.in_(prepared)
        condition = or_(condition, made)
        involvement = case((made, Involvement.AUTHOR.value), else_=involvement)
    number = cast(RiskVersion.number, String)
    return (
        taken(
            Kind.RISK_VERSION,
            RiskVersion.id,
            reference=RiskAnalysis.reference.concat(" v").concat(number),
            title=RiskAnalysis.title,
            happened_on=as_day(RiskVersion.approved_at),
            involvement=involvement,
            detail=as_code(RiskAnalysis.method),
        )
        .join(RiskAnalysis, RiskAnalysis.id == RiskVersion.analysis_id)
        .where(RiskAnalysis.organisation_id == who.organisation_id, condition)
    )


# --- what a dossier keeps ---


def snapshots(session: Session, ids: Sequence[int], telling: Telling) -> Mapping[int, Snapshot]:
    """Return analyses as they are now: a constant number of statements."""
    found = session.scalars(
        select(RiskAnalysis)
        .where(RiskAnalysis.id.in_(ids))
        .options(
            selectinload(RiskAnalysis.members).joinedload(RiskMember.person),
            joinedload(RiskAnalysis.process),
            joinedload(RiskAnalysis.site),
            joinedload(RiskAnalysis.owner),
        )
    ).all()
    ratings = _ratings(session, ids)
    contents = contents_of(session, found)
    return {
        each.id: _analysis(each, contents[each.id], ratings.get(each.id, ()), telling=telling)
        for each in found
    }


def _analysis(
    analysis: RiskAnalysis, content: Mapping[str, Any], ratings: Sequence[Any], *, telling: Telling
) -> Snapshot:
    words = telling.words
    facts = [
        (N_("Statut"), words.translate(analysis.status.label)),
        *_facts(content, words),
        (N_("Commencée par"), by_whom(analysis.created_by_id, telling)),
        (N_("Responsable"), by_whom(analysis.owner_id, telling)),
    ]
    return Snapshot(
        analysis.reference,
        analysis.title,
        analysis.changed_at.date(),
        {**_without_people(content), "status": analysis.status.value},
        facts,
        tables=(*_tables(content, words), _history(ratings, telling, content)),
    )


def version_snapshots(
    session: Session, ids: Sequence[int], telling: Telling
) -> Mapping[int, Snapshot]:
    """Return versions exactly as they were approved: one statement."""
    found = session.scalars(select(RiskVersion).where(RiskVersion.id.in_(ids)))
    return {each.id: _version(each, telling) for each in found}


def _version(version: RiskVersion, telling: Telling) -> Snapshot:
    content, words = read_document(version), telling.words
    facts = [
        (N_("Version"), str(version.number)),
        (N_("Approuvée le"), moment(version.approved_at, words.locale)),
        (N_("Approuvée par"), by_whom(version.approved_by_id, telling)),
        (N_("Raison"), version.reason),
        *_facts(content, words),
        (N_("Empreinte du contenu"), version.sha256),
    ]
    state = {
        **_without_people(content),
        "number": version.number,
        "sha256": version.sha256,
        "approved_at": version.approved_at.isoformat(),
    }
    reference = f"{content['reference']} v{version.number}"
    return Snapshot(
        reference,
        content["title"],
        version.approved_at.date(),
        state,
        facts,
        tables=tuple(_tables(content, words)),
    )


def _without_people(content: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in content.items() if name not in PRIVATE}
    kept["team"] = [each["function"] for each in content["team"]]
    kept["actions"] = [
        {name: value for name, value in each.items() if name != "owner"}
        for each in content["actions"]
    ]
    return kept


def _facts(content: Mapping[str, Any], words: Texts) -> list[tuple[Message, str]]:
    review = content["review_on"]
    functions = [each["function"] for each in content["team"] if each["function"]]
    return [
        (N_("Méthode"), words.translate(RiskMethod(content["method"]).label)),
        (N_("Question"), content["question"]),
        (N_("Périmètre"), content["scope"]),
        (N_("Échelle"), pick(content["scale"]["title"], words.locale)),
        (N_("Équipe"), ", ".join(functions)),
        (N_("Prochaine revue"), day(date.fromisoformat(review), words.locale) if review else ""),
        (N_("Ce qui la fait revoir avant"), content["triggers"]),
    ]


def _tables(content: Mapping[str, Any], words: Texts) -> Iterator[Rows]:
    """Give the lines with their ratings, then the actions on the principles of prevention."""
    scale = scale_from(content["scale"])
    lines = content["lines"]
    card = METHODS[RiskMethod(content["method"])]
    rows = [_line(each, card, scale, words=words) for each in lines[:LINES]]
    left = "" if len(lines) <= LINES else f"{LINES} / {len(lines)}"
    heads = (N_("Ligne"), N_("Ce qui peut arriver"), N_("Effet"), N_("Maîtrises"), N_("Cotation"))
    yield Rows(N_("Lignes"), heads, rows, left)
    if content["actions"]:
        yield Rows(
            N_("Actions"),
            (N_("Ligne"), N_("Action"), N_("Principe de prévention"), N_("Statut")),
            [_action(each, words) for each in content["actions"][:LINES]],
        )


def _line(
    line: Mapping[str, Any], card: MethodCard, scale: Scale, *, words: Texts
) -> tuple[str, ...]:
    chosen = ", ".join(_chosen(line, card, words))
    said = (line["event"], line["situation"], " › ".join(line["path"]), chosen)
    controls = (line["prevention"], line["detection"])
    ratings = (
        (RatingStage.GROSS, line["gross"]),
        (None, line["rating"]),
        (RatingStage.PLANNED, line["planned"]),
    )
    shown = [_rated(stage, each, scale, words) for stage, each in ratings if each or not stage]
    return (
        str(line["number"]),
        " – ".join(filter(None, said)),
        " – ".join(filter(None, (line["effect"], line["cause"]))),
        " – ".join(filter(None, controls)),
        " ; ".join(shown),
    )


def _chosen(line: Mapping[str, Any], card: MethodCard, words: Texts) -> Iterator[str]:
    """Give what was chosen on a line: hazard, condition, life-cycle stage, what counts anyway."""
    for column in card.columns:
        if column.choices is not None:
            value = line["details"].get(column.code, line.get(column.code)) or ()
            labels = {str(choice): words.translate(choice.label) for choice in column.choices}
            codes = [value] if isinstance(value, str) else value
            yield from (labels.get(each, each) for each in codes)


def _rated(
    stage: RatingStage | None, held: Mapping[str, Any] | None, scale: Scale, words: Texts
) -> str:
    if held is None:
        return words.translate(UNRATED)
    stage = stage or RatingStage(held["stage"])
    band = pick(scale.band(held["band"]).label, words.locale)
    notes = held.get("notes") or {}
    letters = [f"{each.letter} {notes[each.code]}" for each in scale.criteria if notes]
    shown = " · ".join([*letters, words.translate(result(scale, held["score"], band))])
    return f"{words.translate(SHORT_STAGES[stage])} : {shown}"


def _action(action: Mapping[str, Any], words: Texts) -> tuple[str, ...]:
    principle = action["principle"]
    return (
        str(action["line"]),
        f"{action['reference']} {action['title']}",
        words.translate(PreventionPrinciple(principle).label) if principle else "",
        words.translate(ActionStatus(action["status"]).label),
    )


def _ratings(session: Session, ids: Sequence[int]) -> dict[int, list[Any]]:
    """Return the ratings of analyses, the newest first: one statement."""
    columns: list[Any] = [
        Risk.analysis_id, Risk.number, RiskRating.stage, RiskRating.notes, RiskRating.score,
        RiskRating.band, RiskRating.reason, RiskRating.proof,
        RiskRating.rated_by_id, RiskRating.rated_at,
    ]  # fmt: skip
    rows = session.execute(
        select(*columns)
        .join(Risk, Risk.id == RiskRating.risk_id)
        .where(Risk.analysis_id.in_(ids))
        .order_by(RiskRating.id.desc())
    )
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.analysis_id, []).append(row)
    return found


def _history(ratings: Sequence[Any], telling: Telling, content: Mapping[str, Any]) -> Rows:
    scale, words = scale_from(content["scale"]), telling.words
    rows = [
        (
            str(each.number),
            moment(each.rated_at, words.locale),
            _rated(each.stage, each._mapping, scale, words),
            " – ".join(filter(None, (each.reason, each.proof))),
            by_whom(each.rated_by_id, telling),
        )
        for each in ratings[:RATINGS]
    ]
    left = "" if len(ratings) <= RATINGS else f"{RATINGS} / {len(ratings)}"
    heads = (N_("Ligne"), N_("Quand"), N_("Cotation"), N_("Pourquoi"), N_("Par"))
    return Rows(N_("Cotations dans le temps"), heads, rows, left)


# --- what it helps to show ---


def facts(session: Session, ids: Sequence[int]) -> Mapping[int, frozenset[str]]:
    """Return what each analysis shows: ``question team rated prevention verified approved``."""
    of_lines = Risk.analysis_id == RiskAnalysis.id, Risk.withdrawn_at.is_(None)
    verified = (
        exists()
        .where(RiskRating.risk_id == Risk.id, RiskRating.stage == RatingStage.VERIFIED)
        .correlate(Risk)
    )
    higher = exists().where(
        Action.origin_kind == Kind.RISK,
        Action.origin_id == Risk.id,
        Action.principle.not_in(sorted(LIVING_WITH_IT)),
        *of_lines,
    )
    columns: list[Any] = [
        RiskAnalysis.id,
        (func.length(func.trim(RiskAnalysis.question)) > 0).label("question"),
        (func.coalesce(_team_size(), 0) > 1).label("team"),
        and_(exists().where(*of_lines), ~exists().where(*of_lines, Risk.notes.is_(None))).label(
            "rated"
        ),
        higher.label("prevention"),
        exists().where(*of_lines, verified).label("verified"),
        (RiskAnalysis.status == AnalysisStatus.IN_FORCE).label("approved"),
    ]
    names = [column.name for column in columns[1:]]
    rows = session.execute(select(*columns).where(RiskAnalysis.id.in_(ids)))
    return {row.id: frozenset(name for name in names if getattr(row, name)) for row in rows}


def _team_size() -> Any:
    counted = select(func.count(RiskMember.id)).where(RiskMember.analysis_id == RiskAnalysis.id)
    return counted.correlate(RiskAnalysis).scalar_subquery()


def start(session: Session, analysis_id: int) -> Start:
    """Return the first words of a situation about an analysis: its title, its question."""
    row = session.execute(
        select(RiskAnalysis.title, RiskAnalysis.created_at, RiskAnalysis.question).where(
            RiskAnalysis.id == analysis_id
        )
    ).one()
    return Start(row.title, row.created_at.date(), None, row.question)


def version_start(session: Session, version_id: int) -> Start:
    """Return the first words of a situation about a version: its title, why it was approved."""
    version = session.get_one(RiskVersion, version_id)
    content = json.loads(version.document)
    return Start(content["title"], version.approved_at.date(), None, content["question"])


RISK_ANALYSIS = RecordKind(
    kind=Kind.RISK_ANALYSIS,
    word=N_("Analyse de risques"),
    icon="shield-exclamation",
    taken_part=taken_part,
    snapshots=snapshots,
    verbs=VERBS,
    facts=facts,
    start=start,
)
RISK_VERSION = RecordKind(
    kind=Kind.RISK_VERSION,
    word=N_("Version approuvée d’une analyse de risques"),
    icon="shield-check",
    taken_part=version_taken_part,
    snapshots=version_snapshots,
    verbs={},
    start=version_start,
)
"""How analyses and their versions enter a portfolio and leave in a dossier."""
