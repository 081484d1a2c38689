"""Registering a candidacy, choosing its people, and moving it from state to state."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.accounts.models import Membership, Organisation, Person
from qse_audit.accounts.rules import OrganisationKind
from qse_audit.certifications.models import CertificationVersion
from qse_audit.certifications.rules import Route
from qse_audit.core.errors import Conflict, NotFound, Refusal, refuse_all
from qse_audit.core.permissions import Kind, Link, Role
from qse_audit.core.text import N_, Message
from qse_audit.db.outbox import notify
from qse_audit.db.participation import read_links, write_links
from qse_audit.db.trail import Act, record
from qse_audit.policies import Identity
from qse_audit.portfolios.models import Candidacy
from qse_audit.portfolios.queries.candidacies import panel_version
from qse_audit.portfolios.rules import (
    CANDIDACY_WORKFLOW,
    CandidacyFacts,
    panel_refusals,
    registration_refusals,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What is said of a candidacy when it is registered, or corrected."""

    tutor_ids: tuple[int, ...]
    route: Route
    starts_on: date
    report_due_on: date | None = None
    exam_centre_id: int | None = None
    training_provider_id: int | None = None


def register_candidacy(
    session: Session,
    registration: Registration,
    *,
    candidate_id: int,
    certification_version_id: int,
    actor: Identity,
    now: datetime,
) -> Candidacy:
    """Register a candidate of the actor’s company on one certification version (rule R1).

    :raises NotFound: for a person, organisation or certification that cannot be chosen here.
    :raises Refused: when the rules say no: a candidate is never the own tutor.
    """
    if session.get(CertificationVersion, certification_version_id) is None:
        raise NotFound(f"certification {certification_version_id}")
    _known_member(session, candidate_id, actor.organisation_id, Role.CANDIDATE)
    _check(session, registration, candidate_id, company_id=actor.organisation_id)
    candidacy = Candidacy(
        organisation_id=actor.organisation_id,
        candidate_id=candidate_id,
        certification_version_id=certification_version_id,
        created_at=now,
    )
    _apply(candidacy, registration)
    session.add(candidacy)
    session.flush()
    _link_people(session, candidacy, registration.tutor_ids)
    _record(session, candidacy, "register", actor=actor, now=now, data=_data(registration))
    _tell(
        session,
        candidacy,
        [candidate_id],
        N_("Vous êtes inscrit à une certification : votre dossier vous attend."),
        key="registered",
        now=now,
    )
    return candidacy


def correct_registration(
    session: Session,
    candidacy: Candidacy,
    registration: Registration,
    *,
    version: int | None,
    actor: Identity,
    now: datetime,
) -> None:
    """Change the people, the route, the organisations or the dates of a candidacy.

    :raises Conflict: when ``version`` is no longer the stored one.
    :raises Refused: when the rules say no.
    """
    if version is not None and version != candidacy.version:
        raise Conflict(theirs={}, yours={})
    _check(session, registration, candidacy.candidate_id, company_id=candidacy.organisation_id)
    if registration.exam_centre_id != candidacy.exam_centre_id:
        write_links(session, Kind.CANDIDACY, candidacy.id, {Link.EVALUATOR: [], Link.JURY: []})
    else:
        _refuse_conflicts(session, candidacy, registration.tutor_ids)
    _apply(candidacy, registration)
    _link_people(session, candidacy, registration.tutor_ids)
    _record(session, candidacy, "correct", actor=actor, now=now, data=_data(registration))


def assign_panel(
    session: Session,
    candidacy: Candidacy,
    *,
    evaluator_ids: Iterable[int],
    jury_ids: Iterable[int],
    seen: str | None = None,
    actor: Identity,
    now: datetime,
) -> None:
    """Name the evaluators and the jury among the people of the exam centre.

    ``seen`` is the ``panel_version`` that the person started from; ``None`` overwrites knowingly.

    :raises Conflict: when somebody else named other people since.
    :raises NotFound: for somebody who has no such role there.
    :raises Refused: for the tutor or the candidate (rule R7).
    """
    centre = candidacy.exam_centre_id
    if centre is None or centre != actor.organisation_id:
        raise NotFound("exam centre")
    panel = {Link.EVALUATOR: set(evaluator_ids), Link.JURY: set(jury_ids)}
    for link, role in ((Link.EVALUATOR, Role.EVALUATOR), (Link.JURY, Role.JURY)):
        for person_id in panel[link]:
            _known_member(session, person_id, centre, role)
    everyone = panel[Link.EVALUATOR] | panel[Link.JURY]
    links = _lock_links(session, candidacy)
    sitting = links.get(Link.EVALUATOR, frozenset()), links.get(Link.JURY, frozenset())
    if seen is not None and seen != panel_version(links):
        raise Conflict(theirs={}, yours={})
    refuse_all(
        panel_refusals(
            _names(session, everyone),
            candidate_id=candidacy.candidate_id,
            tutor_ids=links.get(Link.TUTOR, ()),
        )
    )
    write_links(session, Kind.CANDIDACY, candidacy.id, panel)
    session.expire(candidacy, ["participations"])
    data = {str(link): sorted(ids) for link, ids in panel.items()}
    _record(session, candidacy, "assign", actor=actor, now=now, data=data)
    _tell(
        session,
        candidacy,
        everyone.difference(*sitting),
        N_("Un dossier de candidature vous est confié."),
        key="assigned",
        now=now,
    )


def move_candidacy(
    session: Session,
    candidacy: Candidacy,
    name: str,
    *,
    reason: str = "",
    facts: CandidacyFacts | None = None,
    actor: Identity,
    now: datetime,
) -> None:
    """Apply a transition of the workflow; submitting is :func:`submissions.keep_dossier`.

    :raises Refused: when the workflow says no, or when the reason that it asks for is missing.
    """
    transition = CANDIDACY_WORKFLOW.named(name)
    if transition is None:
        raise NotFound(name)
    reason = reason.strip()
    if transition.asks_reason and not reason:
        refuse_all([Refusal("reason_missing", N_("Dites pourquoi : le motif reste au journal."))])
    known = facts or CandidacyFacts(has_exam_centre=True, complete_situations=0)
    candidacy.status = CANDIDACY_WORKFLOW.decide(candidacy.status, name, known)
    if name == "reopen":
        candidacy.late_accepted_at = candidacy.late_accepted_by_id = None
    texts = {"reason": reason} if reason else {}
    _record(session, candidacy, name, actor=actor, now=now, texts=texts)
    if name == "reopen":
        _tell(
            session,
            candidacy,
            [candidacy.candidate_id],
            N_("Le centre d’examen a rouvert votre dossier : %(reason)s", reason=reason),
            key="reopened",
            now=now,
        )


def describe_frame(
    session: Session,
    candidacy: Candidacy,
    *,
    company_context: str,
    mission: str,
    version: int | None,
    actor: Identity,
    now: datetime,
) -> None:
    """Keep what the candidate says of the company and of the own mission.

    :raises Conflict: when ``version`` is no longer the stored one; carries both texts.
    """
    given = {"company_context": company_context, "mission": mission}
    stored = {"company_context": candidacy.company_context, "mission": candidacy.mission}
    if version is not None and version != candidacy.version:
        raise Conflict(theirs=stored, yours=given)
    if stored == given:
        return
    candidacy.company_context, candidacy.mission = company_context, mission
    _record(session, candidacy, "describe", actor=actor, now=now)


def accept_lateness(
    session: Session, candidacy: Candidacy, *, actor: Identity, now: datetime
) -> None:
    """Accept a late dossier in one’s own name (rule R16)."""
    if candidacy.late_accepted_at is not None:
        return
    candidacy.late_accepted_at, candidacy.late_accepted_by_id = now, actor.user_id
    _record(session, candidacy, "accept-lateness", actor=actor, now=now)


def _apply(candidacy: Candidacy, registration: Registration) -> None:
    candidacy.route = registration.route
    candidacy.starts_on = registration.starts_on
    candidacy.report_due_on = registration.report_due_on
    candidacy.exam_centre_id = registration.exam_centre_id
    candidacy.training_provider_id = registration.training_provider_id


def _check(
    session: Session, registration: Registration, candidate_id: int, *, company_id: int
) -> None:
    for tutor_id in registration.tutor_ids:
        _known_member(session, tutor_id, company_id, Role.TUTOR)
    _known_organisation(session, registration.exam_centre_id, OrganisationKind.EXAM_CENTRE)
    _known_organisation(
        session, registration.training_provider_id, OrganisationKind.TRAINING_PROVIDER
    )
    refuse_all(
        registration_refusals(
            candidate_id,
            registration.tutor_ids,
            starts_on=registration.starts_on,
            report_due_on=registration.report_due_on,
        )
    )


def _lock_links(session: Session, candidacy: Candidacy) -> dict[Link, frozenset[int]]:
    """Return who is tied to the candidacy; whoever else changes the panel waits until we end."""
    session.execute(select(Candidacy.id).where(Candidacy.id == candidacy.id).with_for_update())
    session.expire(candidacy, ["participations"])
    return read_links(session, Kind.CANDIDACY, candidacy.id)


def _refuse_conflicts(session: Session, candidacy: Candidacy, tutor_ids: Iterable[int]) -> None:
    """Refuse a new tutor who already sits on the panel or the jury (rule R7, the other way)."""
    links = read_links(session, Kind.CANDIDACY, candidacy.id)
    sitting = links.get(Link.EVALUATOR, frozenset()) | links.get(Link.JURY, frozenset())
    refuse_all(
        panel_refusals(
            _names(session, sitting), candidate_id=candidacy.candidate_id, tutor_ids=tutor_ids
        )
    )


def _known_member(session: Session, person_id: int, organisation_id: int, role: Role) -> None:
    """Refuse, as if missing, a person who does not have ``role`` in the organisation."""
    held = session.scalar(
        select(Membership.id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.person_id == person_id,
            Membership.organisation_id == organisation_id,
            Membership.role == role,
            Person.disabled_at.is_(None),
        )
    )
    if held is None:
        raise NotFound(f"person {person_id}")


def _known_organisation(
    session: Session, organisation_id: int | None, kind: OrganisationKind
) -> None:
    found = session.get(Organisation, organisation_id) if organisation_id else None
    if organisation_id is not None and (found is None or found.kind is not kind):
        raise NotFound(f"organisation {organisation_id}")


def _names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(list(ids))))
    return {row.id: row.name for row in rows}


def _link_people(session: Session, candidacy: Candidacy, tutor_ids: Iterable[int]) -> None:
    people = {Link.CANDIDATE: [candidacy.candidate_id], Link.TUTOR: list(tutor_ids)}
    write_links(session, Kind.CANDIDACY, candidacy.id, people)
    session.expire(candidacy, ["participations"])


def _data(registration: Registration) -> dict[str, object]:
    due = registration.report_due_on
    return {
        "route": registration.route.value,
        "tutors": sorted(registration.tutor_ids),
        "exam_centre": registration.exam_centre_id,
        "training_provider": registration.training_provider_id,
        "starts_on": registration.starts_on.isoformat(),
        "report_due_on": due.isoformat() if due else None,
    }


def _record(
    session: Session,
    candidacy: Candidacy,
    verb: str,
    *,
    actor: Identity,
    now: datetime,
    data: Mapping[str, object] | None = None,
    texts: Mapping[str, str] | None = None,
) -> None:
    act = Act(
        verb=f"candidacy.{verb}",
        kind=Kind.CANDIDACY,
        subject_id=candidacy.id,
        data=data or {},
        texts=texts or {},
    )
    record(
        session,
        act,
        organisation_id=candidacy.organisation_id,
        actor_id=actor.user_id,
        now=now,
    )


def _tell(
    session: Session,
    candidacy: Candidacy,
    people: Iterable[int],
    message: Message,
    *,
    key: str,
    now: datetime,
) -> None:
    """Put ``message`` in the inbox of ``people``, once for this state of the candidacy."""
    panel = key == "assigned"
    place = candidacy.exam_centre_id if panel else candidacy.organisation_id
    for person_id in people:
        notify(
            session,
            message,
            key=f"candidacy/{candidacy.id}/{key}/{person_id}/{now:%Y%m%dT%H%M%S}",
            person_id=person_id,
            organisation_id=place or candidacy.organisation_id,
            subject=None if panel else (Kind.CANDIDACY, candidacy.id),
            now=now,
        )
