"""Submitting a portfolio: declared and frozen, made into a sealed file, then kept.

Three steps, so that no write transaction is open while the file is made (``jobs.py`` runs them as a
long work; :func:`submit_dossier` runs them one after the other):

* :func:`declare_dossier` freezes what the portfolio says and records the candidate’s declaration
  with its hash: the last event of the register that travels with the dossier;
* :func:`~.sealing.seal_dossier` writes the sealed ZIP from what was frozen alone;
* :func:`keep_dossier` checks that the candidate’s part is still what was frozen, then moves the
  candidacy, stores the dossier and records both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.accounts.queries import people_of
from qse_audit.core.canonical import canonical_json
from qse_audit.core.clock import day_in_paris
from qse_audit.core.errors import NotAllowed, Refusal, refuse_all
from qse_audit.core.permissions import Kind, Link, Permission, Role
from qse_audit.core.text import N_, Message
from qse_audit.db.numbering import next_reference
from qse_audit.db.outbox import notify
from qse_audit.db.participation import read_links
from qse_audit.db.trail import Act, Head, record
from qse_audit.db.work import ask_work, asked_work
from qse_audit.documents.seal import SealKey
from qse_audit.documents.store import FileStore, Stored
from qse_audit.documents.text import Texts
from qse_audit.evidence.services import seal_evidence
from qse_audit.policies import Identity, allows
from qse_audit.portfolios.guidance import RELEASE_SENTENCE
from qse_audit.portfolios.models import Candidacy, Dossier
from qse_audit.portfolios.queries.candidacies import dossiers_of
from qse_audit.portfolios.queries.frozen import Frozen, freeze, own_part
from qse_audit.portfolios.queries.portfolio import read_portfolio
from qse_audit.portfolios.rules import CANDIDACY_WORKFLOW, CandidacyFacts, CandidacyStatus
from qse_audit.portfolios.services.sealing import seal_dossier

WHATEVER = "*"
DOSSIER_WORK = "dossier"
"""The kind of the work that seals a dossier."""
READY_MESSAGE = N_("Dossier de %(name)s remis : vous pouvez le lire.")
"""What the tutor and the panel read."""
ARRIVED_MESSAGE = N_("Dossier de %(name)s arrivé : désignez qui l’évalue.")
"""What the exam centre reads while nobody evaluates it."""
NOT_RELEASED = Refusal(
    "not_released",
    N_("Relisez la liste de ce qui quitte l’entreprise, puis confirmez-la."),
    N_("règle de la maison : rien ne sort sans avoir été relu"),
)
OTHER_LIST = Refusal(
    "other_list",
    N_("La liste de ce qui quitte l’entreprise a changé depuis : relisez-la, puis confirmez-la."),
)
CHANGED = Refusal(
    "changed_meanwhile",
    N_("Votre dossier a changé pendant le scellement : relisez-le, puis remettez-le de nouveau."),
)


@dataclass(frozen=True, slots=True)
class Ready:
    """What would be submitted, and the status that submitting leads to."""

    frozen: Frozen
    status: CandidacyStatus


def ask_submission(
    session: Session,
    candidacy: Candidacy,
    *,
    files: FileStore,
    actor: Identity,
    now: datetime,
    is_declared_authentic: bool,
    release_sha256: str | None,
) -> int:
    """Freeze the portfolio as it is now, and ask for it to be sealed and submitted.

    Asked twice, it is submitted once. ``release_sha256``: the hash of the list of what leaves that
    the candidate confirmed, ``None`` for no confirmation.

    :returns: the id of the work.
    :raises Refused: with every reason why it cannot be submitted.
    """
    key = f"{DOSSIER_WORK}/{candidacy.id}/{_number(session, candidacy)}/{actor.user_id}"
    if (known := asked_work(session, key)) is not None:
        return known
    model = declare_dossier(
        session,
        candidacy,
        files=files,
        actor=actor,
        now=now,
        is_declared_authentic=is_declared_authentic,
        release_sha256=release_sha256,
    )
    return ask_work(
        session,
        DOSSIER_WORK,
        key=key,
        subject=(Kind.CANDIDACY, candidacy.id),
        label=f"{model['reference']} · {model['certification']['title']}",
        payload={"model": model},
        person_id=actor.user_id,
        organisation_id=actor.organisation_id,
        now=now,
    )


def submit_dossier(
    session: Session,
    candidacy: Candidacy,
    *,
    files: FileStore,
    seal_key: SealKey,
    actor: Identity,
    now: datetime,
    is_declared_authentic: bool = True,
) -> Dossier:
    """Freeze the portfolio as it is now, seal it, keep the file and say so in the chain.

    ``is_declared_authentic``: whether the candidate accepted the declaration of authenticity.

    :raises Refused: with every reason why it cannot be submitted.
    """
    model = declare_dossier(
        session,
        candidacy,
        files=files,
        actor=actor,
        now=now,
        is_declared_authentic=is_declared_authentic,
        release_sha256=WHATEVER,
    )
    stored = seal_dossier(session, model, files=files, key=seal_key, now=now)
    return keep_dossier(session, candidacy, model, stored=stored, files=files, actor=actor, now=now)


def declare_dossier(
    session: Session,
    candidacy: Candidacy,
    *,
    files: FileStore,
    actor: Identity,
    now: datetime,
    is_declared_authentic: bool,
    release_sha256: str | None,
) -> dict[str, Any]:
    """Record that the candidate declares the portfolio authentic, and return what it says now.

    What leaves the company is confirmed with it: ``release_sha256`` is the hash of the list that
    the candidate read, ``WHATEVER`` when they confirm without a page (a demonstration, a test).

    :raises Refused: with every reason why it cannot be submitted.
    """
    ready = _ready(
        session,
        candidacy,
        files=files,
        actor=actor,
        locale=actor.locale,
        now=now,
        is_declared_authentic=is_declared_authentic,
        also=[NOT_RELEASED] if release_sha256 is None else [],
    )
    _refuse_unread(ready.frozen.model["release"], release_sha256)
    confirmed = {"release_confirmed": Texts(actor.locale).translate(RELEASE_SENTENCE)}
    model = {**ready.frozen.model, **confirmed, **_named(session, candidacy, now)}
    digest = sha256(canonical_json(model)).hexdigest()
    head = _record(session, candidacy, "declare", _facts_of(model, digest), actor=actor, now=now)
    model["chain"] = {"seq": head.seq, "hash": head.hash, "model_sha256": digest}
    return model


def keep_dossier(
    session: Session,
    candidacy: Candidacy,
    model: Mapping[str, Any],
    *,
    stored: Stored,
    files: FileStore,
    actor: Identity,
    now: datetime,
) -> Dossier:
    """Submit what was declared, with its sealed file, unless the candidate’s part has changed.

    The company’s records stay as they were when they were frozen: they live on beside the dossier.

    :raises Refused: when it can no longer be submitted, or no longer says what was declared.
    """
    session.execute(select(Candidacy.id).where(Candidacy.id == candidacy.id).with_for_update())
    session.refresh(candidacy, ["status", "version"])
    declared_at = datetime.fromisoformat(model["frozen_at"])
    again = _ready(
        session,
        candidacy,
        files=files,
        actor=actor,
        locale=model["locale"],
        now=declared_at,
        is_declared_authentic=True,
    )
    refuse_all([] if own_part(again.frozen.model) == own_part(model) else [CHANGED])
    candidacy.status, candidacy.submitted_at = again.status, declared_at
    digest = model["chain"]["model_sha256"]
    _record(session, candidacy, "submit", _facts_of(model, digest), actor=actor, now=now)
    dossier = _dossier(candidacy, model, stored, actor=actor)
    session.add(dossier)
    session.flush()
    _record_seal(session, dossier, actor=actor, now=now)
    tied = [r["id"] for r in model["records"] if r["kind"] == Kind.EVIDENCE]
    seal_evidence(session, tied, now=now)
    _tell(session, candidacy, dossier, now)
    return dossier


def _ready(
    session: Session,
    candidacy: Candidacy,
    *,
    files: FileStore,
    actor: Identity,
    locale: str,
    now: datetime,
    is_declared_authentic: bool,
    also: Sequence[Refusal] = (),
) -> Ready:
    """Return what the portfolio says, and where submitting it leads.

    :raises Refused: with every reason, ``also`` among them, why it may not be submitted.
    """
    if not allows(actor, Permission.CANDIDACY_EDIT, candidacy.access()):
        raise NotAllowed(Permission.CANDIDACY_EDIT)
    portfolio = read_portfolio(session, candidacy)
    facts = CandidacyFacts(
        has_exam_centre=candidacy.exam_centre_id is not None,
        complete_situations=portfolio.complete_count,
        is_declared_authentic=is_declared_authentic,
    )
    frozen = freeze(session, candidacy, portfolio, files=files, locale=locale, now=now)
    refusals = CANDIDACY_WORKFLOW.refusals(candidacy.status, "submit", facts)
    refuse_all([*refusals, *frozen.refusals, *also])
    return Ready(frozen, CANDIDACY_WORKFLOW.decide(candidacy.status, "submit", facts))


def _refuse_unread(release: Mapping[str, Any], shown_sha256: str | None) -> None:
    """Refuse to let out what the candidate has read otherwise than as it is now.

    :raises Refused: then.
    """
    refuse_all([] if shown_sha256 in {WHATEVER, release["sha256"]} else [OTHER_LIST])


def _number(session: Session, candidacy: Candidacy) -> int:
    earlier = dossiers_of(session, candidacy.id)
    return earlier[0].number + 1 if earlier else 1


def _named(session: Session, candidacy: Candidacy, now: datetime) -> dict[str, Any]:
    """Return the number and the reference of the next dossier: DOS-2026-003-2 follows -1."""
    earlier = dossiers_of(session, candidacy.id)
    number = earlier[0].number + 1 if earlier else 1
    if earlier:
        base = earlier[0].reference.rpartition("-")[0]
    else:
        base = next_reference(
            session,
            "DOS",
            organisation_id=candidacy.organisation_id,
            year=day_in_paris(now).year,
        )
    return {"number": number, "reference": f"{base}-{number}"}


def _dossier(
    candidacy: Candidacy, model: Mapping[str, Any], stored: Stored, *, actor: Identity
) -> Dossier:
    return Dossier(
        candidacy_id=candidacy.id,
        number=model["number"],
        reference=model["reference"],
        model=dict(model),
        sha256=stored.sha256,
        size_bytes=stored.size_bytes,
        late_days=model["late_days"],
        head_seq=model["chain"]["seq"],
        head_hash=model["chain"]["hash"],
        submitted_at=candidacy.submitted_at,
        submitted_by_id=actor.user_id,
    )


def _facts_of(model: Mapping[str, Any], digest: str) -> dict[str, Any]:
    """Return what the register keeps of what was declared and submitted."""
    return {
        "reference": model["reference"],
        "number": model["number"],
        "late_days": model["late_days"],
        "model_sha256": digest,
        "release_sha256": model["release"]["sha256"] if "release" in model else None,
        "opinion_sha256": model["opinion"]["sha256"] if model["opinion"] else None,
    }


def _record(
    session: Session,
    candidacy: Candidacy,
    act: str,
    facts: Mapping[str, Any],
    *,
    actor: Identity,
    now: datetime,
) -> Head:
    told = Act(verb=f"candidacy.{act}", kind=Kind.CANDIDACY, subject_id=candidacy.id, data=facts)
    return record(
        session, told, organisation_id=candidacy.organisation_id, actor_id=actor.user_id, now=now
    )


def _record_seal(session: Session, dossier: Dossier, *, actor: Identity, now: datetime) -> None:
    act = Act(
        verb="dossier.seal",
        kind=Kind.DOSSIER,
        subject_id=dossier.id,
        data={"reference": dossier.reference, "sha256": dossier.sha256},
    )
    record(
        session,
        act,
        organisation_id=dossier.model["candidacy"]["organisation_id"],
        actor_id=actor.user_id,
        now=now,
    )


def _tell(session: Session, candidacy: Candidacy, dossier: Dossier, now: datetime) -> None:
    """Tell the tutor, the panel and the exam centre that there is something to read."""
    links = read_links(session, Kind.CANDIDACY, candidacy.id)
    company, centre = candidacy.organisation_id, candidacy.exam_centre_id
    told = [(person_id, company, READY_MESSAGE) for person_id in links.get(Link.TUTOR, ())]
    if centre is not None:
        panel = {*links.get(Link.EVALUATOR, ()), *links.get(Link.JURY, ())}
        told += [(person_id, centre, READY_MESSAGE) for person_id in panel]
        words = READY_MESSAGE if links.get(Link.EVALUATOR) else ARRIVED_MESSAGE
        staff = people_of(session, centre, [Role.EXAM_STAFF])
        told += [(each.id, centre, words) for each in staff if each.id not in panel]
    for person_id, place, message in told:
        notify(
            session,
            Message(message.msgid, {"name": candidacy.candidate.name}),
            key=f"dossier/{dossier.id}/{person_id}",
            person_id=person_id,
            organisation_id=place,
            subject=(Kind.DOSSIER, dossier.id),
            now=now,
        )
