"""What leaves the company with a dossier, and how: whole, masked, or mentioned only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from qse_audit.core.canonical import canonical_json
from qse_audit.core.clock import day_in_paris, utc_text
from qse_audit.core.errors import NotFound
from qse_audit.core.permissions import Kind
from qse_audit.core.text import N_
from qse_audit.documents.text import Texts, moment
from qse_audit.portfolios.models import Candidacy, Disclosure, Situation, SituationRecord
from qse_audit.portfolios.queries.snapshots import Key, snapshots
from qse_audit.portfolios.rules import Way
from qse_audit.records import FileRef, Snapshot

FILE_KINDS = (Kind.EVIDENCE, Kind.REPORT)
"""The records that bring a file."""
EMPREINTE = "Empreinte"
HIDDEN_NAME = N_("fichier gardé en entreprise")
"""What stands for the name of a file that does not leave as it is: a name may name somebody."""


@dataclass(frozen=True, slots=True)
class Source:
    """The file behind a tied record, as it is in the company."""

    title: str
    file: FileRef
    disclosure: Disclosure | None

    @property
    def way(self) -> Way:
        """Return how it goes out now."""
        return self.disclosure.way if self.disclosure else Way.WHOLE


def disclosures_of(session: Session, candidacy_id: int) -> Mapping[Key, Disclosure]:
    """Return what was decided for the files of a portfolio; the others leave whole."""
    rows = session.scalars(
        select(Disclosure)
        .where(Disclosure.candidacy_id == candidacy_id)
        .options(joinedload(Disclosure.made_by))
        .order_by(Disclosure.id)
    )
    return {(Kind(row.record_kind), row.record_id): row for row in rows}


def get_disclosure(session: Session, disclosure_id: int) -> Disclosure:
    """Return a masked copy, with the candidacy behind it.

    :raises NotFound: if there is none.
    """
    found = session.scalars(
        select(Disclosure)
        .where(Disclosure.id == disclosure_id)
        .options(joinedload(Disclosure.candidacy).selectinload(Candidacy.participations))
    ).one_or_none()
    if found is None:
        raise NotFound(f"disclosure {disclosure_id}")
    return found


def source_of(session: Session, tied: SituationRecord, *, locale: str) -> Source:
    """Return the file of a tied record, and how it goes out.

    :raises NotFound: for a record that brings no file.
    """
    key = (Kind(tied.record_kind), tied.record_id)
    candidacy = tied.situation.candidacy
    on = day_in_paris(tied.tied_at)  # no file depends on the day
    shot = snapshots(session, candidacy, [key], words=Texts(locale), today=on).get(key)
    if key[0] not in FILE_KINDS or shot is None or not shot.files:
        raise NotFound(f"no file behind {key[0]} {key[1]}")
    known = disclosures_of(session, candidacy.id)
    return Source(shot.title, shot.files[0], known.get(key))


def tied_by_key(session: Session, candidacy_id: int) -> Mapping[Key, int]:
    """Return, for each record of a portfolio, the id of one of its ties to a situation."""
    rows = session.execute(
        select(SituationRecord.record_kind, SituationRecord.record_id, SituationRecord.id)
        .join(Situation, Situation.id == SituationRecord.situation_id)
        .where(Situation.candidacy_id == candidacy_id)
        .order_by(SituationRecord.id.desc())
    )
    return {(Kind(kind), record_id): tied_id for kind, record_id, tied_id in rows}


# --- in a dossier ---


def veiled(
    shots: Mapping[Key, Snapshot], known: Mapping[Key, Disclosure], words: Texts
) -> dict[Key, Snapshot]:
    """Return the records as they go out: no file and no file name that was to stay inside."""
    kept = {key: known[key] for key in shots if key in known and known[key].way is not Way.WHOLE}
    inside = {each.source_sha256 for each in known.values() if each.way is not Way.WHOLE}
    found = dict(shots)
    for key, shot in shots.items():
        if key in kept:
            found[key] = _veil(shot, kept[key], words)
        elif key in known:
            found[key] = replace(shot, state={**shot.state, "disclosure": _told(known[key])})
        elif key[0] is Kind.FINDING:
            found[key] = _unnamed(shot, inside, words)
    return found


def _veil(shot: Snapshot, disclosure: Disclosure, words: Texts) -> Snapshot:
    """Return a record with its masked copy instead of its file, or with none."""
    hidden = words.translate(HIDDEN_NAME)
    facts = [(label, value) for label, value in shot.facts if label.msgid != EMPREINTE]
    facts.append((N_("Sortie du fichier"), words.translate(_sentence(disclosure, words))))
    facts.append((N_("Empreinte de l’original"), disclosure.source_sha256))
    files: tuple[FileRef, ...] = ()
    if disclosure.sha256 is not None:
        facts.append((N_("Empreinte de la copie masquée"), disclosure.sha256))
        files = (
            FileRef(
                disclosure.sha256,
                disclosure.file_name,
                disclosure.media_type,
                disclosure.is_image,
                disclosure.thumbnail_sha256,
            ),
        )
    state = {**shot.state, "disclosure": _told(disclosure)}
    is_evidence = "file_name" in state
    if is_evidence:
        state["file_name"] = hidden
    reference = hidden if is_evidence else shot.reference
    return replace(shot, reference=reference, state=state, facts=facts, files=files)


def _told(disclosure: Disclosure) -> dict[str, Any]:
    """Return what a dossier keeps of a decision."""
    return {
        "way": disclosure.way.value,
        "people": disclosure.people,
        "source_sha256": disclosure.source_sha256,
        "sha256": disclosure.sha256,
        "zones": disclosure.zones,
        "made_at": utc_text(disclosure.made_at),
    }


def _sentence(disclosure: Disclosure, words: Texts) -> Any:
    when = moment(disclosure.made_at, words.locale)
    if disclosure.way is Way.MENTION:
        return N_(
            "Mention seule, choisie par le candidat le %(when)s : l’original est consultable en "
            "entreprise.",
            when=when,
        )
    return N_(
        "Copie masquée, faite par le candidat le %(when)s : l’original reste en entreprise.",
        when=when,
    )


def _unnamed(shot: Snapshot, inside: set[str], words: Texts) -> Snapshot:
    """Return a finding without the names of files that stay in the company."""
    listed = shot.state.get("evidence", [])
    if not any(each["sha256"] in inside for each in listed):
        return shot
    hidden = words.translate(HIDDEN_NAME)
    shown = [{**e, "name": hidden} if e["sha256"] in inside else e for e in listed]
    names = ", ".join(each["name"] for each in shown)
    facts = [
        (label, names if label.msgid == "Fichiers du constat" else value)
        for label, value in shot.facts
    ]
    return replace(shot, state={**shot.state, "evidence": shown}, facts=facts)


def release_of(
    records: Sequence[Mapping[str, Any]], files: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return every file that leaves with these frozen records, and the hash of that list."""
    by_number = {file["number"]: file for file in files}
    lines = [line for record in records for line in _lines(record, by_number)]
    return {"files": lines, "sha256": sha256(canonical_json(lines)).hexdigest()}


def _lines(
    record: Mapping[str, Any], files: Mapping[int, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    decided = record["state"].get("disclosure", {})
    told = {
        "record": record["key"],
        "title": record["title"],
        "way": decided.get("way", Way.WHOLE.value),
        "people": decided.get("people", ""),
        "source_sha256": decided.get("source_sha256"),
    }
    if told["way"] == Way.MENTION:
        return [{**told, "name": record["reference"], "size_bytes": None, "sha256": None}]
    return [
        {**told, **{name: files[number][name] for name in ("name", "size_bytes", "sha256")}}
        for number in record["files"]
    ]
