"""Approved versions in a portfolio: a DUERP tells, besides its assessment, how the law was met.

Who was consulted is told by the capacity in which they were; nobody is named.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from qse_audit.core.text import N_
from qse_audit.db.trail import Event
from qse_audit.documents.text import number
from qse_audit.duerp.models import DuerpRecord, DuerpTransmission, DuerpVersion
from qse_audit.duerp.queries import frozen_content
from qse_audit.duerp.reports import Wording, programme_title
from qse_audit.duerp.rules import VERBS, Content, document_of
from qse_audit.records import Candidate, Rows, Snapshot, Telling, by_whom
from qse_audit.risks import records as risks

MEASURES = 200
"""How many measures a dossier lists of one version."""


def taken_part(who: Candidate) -> Select[Any]:
    """Return the approved versions in which a candidate took part, or that they prepared."""
    prepared = (
        select(DuerpRecord.risk_version_id)
        .join(DuerpVersion, DuerpVersion.id == DuerpRecord.version_id)
        .where(DuerpVersion.prepared_by_id == who.person_id)
    )
    return risks.version_taken_part(who, prepared)


def snapshots(session: Session, ids: Sequence[int], telling: Telling) -> Mapping[int, Snapshot]:
    """Return versions exactly as they were approved: three statements."""
    found = dict(risks.version_snapshots(session, ids, telling))
    rows = session.execute(
        select(DuerpRecord, DuerpVersion.prepared_by_id)
        .join(DuerpVersion, DuerpVersion.id == DuerpRecord.version_id)
        .where(DuerpRecord.risk_version_id.in_(ids))
    ).all()
    sent = _sent(session, [record.version_id for record, _ in rows])
    for record, prepared_by_id in rows:
        base, key = found[record.risk_version_id], record.version_id
        found[record.risk_version_id] = _with_law(
            base, record, prepared_by_id, sent=sent.get(key, []), telling=telling
        )
    return found


def _with_law(
    base: Snapshot,
    record: DuerpRecord,
    prepared_by_id: int,
    *,
    sent: Sequence[DuerpTransmission],
    telling: Telling,
) -> Snapshot:
    content = frozen_content(record)
    wording = Wording(content, telling.words.locale)
    facts = [
        (N_("Préparée par"), by_whom(prepared_by_id, telling)),
        (N_("Effectif"), number(content.employees, wording.locale)),
        (N_("Ce que cette version prend en compte"), " ; ".join(content.answers)),
        (N_("Risques non cotés"), str(content.unrated_count)),
        (N_("Empreinte du document unique"), record.sha256),
    ]
    return replace(
        base,
        state={**base.state, "duerp": {**_nameless(content), "sha256": record.sha256}},
        facts=[*base.facts, *facts],
        tables=(*_tables(content, wording, sent), *base.tables),
    )


def _nameless(content: Content) -> dict[str, Any]:
    """Return what the law asked for, without the lines that the assessment tells already."""
    document = document_of(content)
    kept = {name: document[name] for name in ("number", "reason", "employees", "answers")}
    kept["contributions"] = [
        {name: value for name, value in each.items() if name in {"part", "consulted_on"}}
        for each in document["contributions"]
    ]
    kept["measures"] = [
        {name: value for name, value in each.items() if name != "responsible"}
        for each in document["measures"]
    ]
    return kept


def _tables(
    content: Content, wording: Wording, sent: Sequence[DuerpTransmission]
) -> Iterator[Rows]:
    yield Rows(
        N_("Contributeurs consultés"),
        (N_("À quel titre"), N_("Consulté le")),
        [
            (wording.say(each.part.label), wording.day(each.consulted_on))
            for each in content.contributions
        ],
    )
    yield Rows(
        programme_title(content)[0],
        (N_("Mesure de prévention"), N_("Conditions d’exécution"), N_("Indicateur de résultat"),
         N_("Coût estimé"), N_("Calendrier")),
        [
            (
                f"{each.reference} {each.title}",
                each.conditions,
                each.result_indicator,
                wording.cost(each.cost_euros),
                wording.calendar(each),
            )
            for each in content.measures[:MEASURES]
        ],
        "" if len(content.measures) <= MEASURES else f"{MEASURES} / {len(content.measures)}",
    )  # fmt: skip
    yield Rows(
        N_("Transmissions"),
        (N_("À qui"), N_("Le"), N_("Par")),
        [
            (wording.say(each.recipient.label), wording.day(each.sent_on),
             wording.say(each.channel.label))
            for each in sent
        ],
    )  # fmt: skip


def _sent(session: Session, ids: Sequence[int]) -> dict[int, list[DuerpTransmission]]:
    found: dict[int, list[DuerpTransmission]] = {}
    for each in session.scalars(
        select(DuerpTransmission)
        .where(DuerpTransmission.version_id.in_(ids))
        .order_by(DuerpTransmission.sent_on, DuerpTransmission.id)
    ):
        found.setdefault(each.version_id, []).append(each)
    return found


def acts(session: Session, ids: Sequence[int]) -> Mapping[int, Collection[int]]:
    """Return the events of the making of each version: prepared, consulted, approved, sent."""
    rows = session.execute(
        select(DuerpRecord.risk_version_id, Event.id)
        .join(DuerpVersion, DuerpVersion.id == DuerpRecord.version_id)
        .join(
            Event,
            (Event.subject_kind == "duerp_version")
            & (Event.subject_id == DuerpRecord.version_id)
            & (Event.organisation_id == DuerpVersion.organisation_id),
        )
        .where(DuerpRecord.risk_version_id.in_(ids))
    )
    found: dict[int, set[int]] = {}
    for row in rows:
        found.setdefault(row.risk_version_id, set()).add(row.id)
    return found


RISK_VERSION = replace(
    risks.RISK_VERSION, taken_part=taken_part, snapshots=snapshots, verbs=VERBS, acts=acts
)
"""How approved versions enter a portfolio and leave in a dossier, those of a DUERP included."""
