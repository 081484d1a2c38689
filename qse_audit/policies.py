"""Who may do what: the only place where access is decided.

Each permission lists alternatives; an alternative grants it when all of its
conditions hold. The access matrix shown to administrators and the one that the
tests approve are both computed from ``POLICY``; never write that table twice.

A role, and a link too, holds only in an organisation of the object, where the
person now acts: whoever leaves an organisation leaves its records. Only what a
candidate made stays theirs wherever they go.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from qse_audit.core.permissions import AUDIT_TEAM, Link, Permission, Role

P, R, L = Permission, Role, Link


@dataclass(frozen=True, slots=True)
class Identity:
    """The person who acts, in the organisation where they now act."""

    user_id: int
    organisation_id: int
    roles: frozenset[Role] = frozenset()
    locale: str = "fr"


@dataclass(frozen=True, slots=True)
class Access:
    """What the policy may know about an object: whose it is, its status, who is linked to it."""

    organisations: frozenset[int] | None = None
    """Where roles count; ``None`` for what has no owner yet: the actor's own organisation."""
    status: str = ""
    links: Mapping[Link, frozenset[int]] = field(default_factory=dict)
    is_private: bool = False
    """Whether it opens to the people linked to it alone, and to no role."""
    is_restricted: bool = False
    """Whether it opens, besides them, only to those who coordinate and to the management."""


NOTHING = Access()


@dataclass(frozen=True, slots=True)
class Condition:
    """A predicate with its words, so that the access matrix can be printed."""

    name: str
    holds: Callable[[Identity, Access], bool]


Alternative: TypeAlias = tuple[Condition, ...]


FOLLOWS_THE_PERSON = frozenset({L.CANDIDATE})
"""Links that hold wherever the person acts."""


def is_here(who: Identity, on: Access) -> bool:
    """Say whether the person now acts in an organisation of the object."""
    return on.organisations is None or who.organisation_id in on.organisations


def role(*wanted: Role) -> Condition:
    """Hold for people who have one of ``wanted`` in the organisation of the object."""
    roles = frozenset(wanted)

    def holds(who: Identity, on: Access) -> bool:
        return is_here(who, on) and not on.is_private and not roles.isdisjoint(who.roles)

    return Condition(" / ".join(wanted), holds)


def linked(*links: Link) -> Condition:
    """Hold for people tied to the object by one of ``links``."""

    def holds(who: Identity, on: Access) -> bool:
        kept = links if is_here(who, on) else FOLLOWS_THE_PERSON.intersection(links)
        return _is_tied(who, on, kept)

    return Condition("@" + " / @".join(links), holds)


def not_linked(*links: Link) -> Condition:
    """Hold for everyone except people tied by ``links``, wherever (separation of duties)."""
    name = "not @" + " / @".join(links)
    return Condition(name, lambda who, on: not _is_tied(who, on, links))


def _is_tied(who: Identity, on: Access, links: Iterable[Link]) -> bool:
    return any(who.user_id in on.links.get(link, frozenset()) for link in links)


def status(*wanted: str) -> Condition:
    """Hold while the object is in one of ``wanted``."""
    return Condition("[" + ", ".join(wanted) + "]", lambda _, on: on.status in wanted)


SHARED = Condition("not restricted", lambda _, on: not on.is_restricted)
"""Hold for what everybody of the company may know of."""

ANYONE: Alternative = ()
"""Signing in is enough: an alternative without conditions always holds."""

COMPANY = (R.COORDINATOR, R.AUDITOR, R.PROCESS_OWNER, R.MANAGEMENT, R.CANDIDATE, R.TUTOR)
"""The roles of people who work with the company's QSE records."""
STEERING = (R.COORDINATOR, R.MANAGEMENT, R.PROCESS_OWNER, R.CANDIDATE)
"""The roles of people who steer: they note what bears on the policy."""
TEAM = tuple(sorted(AUDIT_TEAM))
SHARED_AUDIT = ("planned", "in_progress", "reported", "closed")
"""The audits that the auditee knows of."""
OPEN_EVENT = ("declared", "investigating")
"""The events of the register that are still treated."""
OPEN_CANDIDACY = ("registered", "evidencing")
LOOKED_INTO = ("in_analysis", "concluded", "reopened")
"""What an analysis of causes may be while it asks for actions."""

POLICY: Mapping[Permission, tuple[Alternative, ...]] = {
    P.OWN_SPACE: (ANYONE,),
    P.WORK_READ: ((linked(L.AUTHOR),),),
    P.ORGANISATION_READ: ((role(R.ADMINISTRATOR, R.COORDINATOR),),),
    P.ORGANISATION_MANAGE: ((role(R.ADMINISTRATOR),),),
    P.PERSON_LIST: ((role(R.ADMINISTRATOR, R.COORDINATOR),),),
    P.TRAIL_READ: ((role(R.ADMINISTRATOR, R.COORDINATOR),),),
    P.PROCESS_READ: ((role(*COMPANY),),),
    P.PROCESS_EDIT: ((role(R.COORDINATOR),),),
    P.REFERENTIAL_READ: ((role(*COMPANY, R.ADMINISTRATOR),),),
    P.REFERENTIAL_EDIT: ((role(R.COORDINATOR),),),
    P.EVIDENCE_READ: (
        (role(R.COORDINATOR, R.MANAGEMENT),),
        (linked(*TEAM, L.AUDITEE, L.OWNER, L.VERIFIER, L.AUTHOR, L.CANDIDATE, L.TUTOR),),
    ),
    P.EVIDENCE_ADD: ((role(*COMPANY),),),
    P.EVIDENCE_EDIT: ((linked(L.AUTHOR, L.LEAD_AUDITOR), status("open")),),
    P.EVIDENCE_WITHDRAW: ((linked(L.AUTHOR, L.LEAD_AUDITOR),), (role(R.COORDINATOR),)),
    P.AUDIT_LIST: ((role(*COMPANY),),),
    P.AUDIT_READ: (
        (role(R.COORDINATOR, R.MANAGEMENT),),
        (linked(*TEAM, L.OBSERVER),),
        (linked(L.AUDITEE), status(*SHARED_AUDIT)),
    ),
    P.AUDIT_PLAN: ((role(R.COORDINATOR),), (linked(L.LEAD_AUDITOR),)),
    P.AUDIT_CONDUCT: ((linked(L.LEAD_AUDITOR, L.AUDITOR, L.TRAINEE_AUDITOR),),),
    P.AUDIT_REPORT: ((linked(L.LEAD_AUDITOR),),),
    P.AUDIT_CLOSE: ((linked(L.LEAD_AUDITOR),), (role(R.COORDINATOR),)),
    P.FINDING_LIST: ((role(*COMPANY),),),
    P.FINDING_READ: (
        (role(R.COORDINATOR, R.MANAGEMENT),),
        (linked(*TEAM, L.OBSERVER),),
        (linked(L.AUDITEE, L.OWNER), status("final", "closed")),
    ),
    P.FINDING_EDIT: ((linked(L.LEAD_AUDITOR, L.AUDITOR, L.TRAINEE_AUDITOR), status("draft")),),
    P.FINDING_CLOSE: ((role(R.COORDINATOR),), (linked(L.LEAD_AUDITOR),)),
    P.CAUSE_LIST: ((role(*COMPANY),),),
    # What looks into an accident is as restricted as the accident.
    P.CAUSE_READ: (
        (role(R.COORDINATOR, R.MANAGEMENT),),
        (linked(L.OWNER, L.AUTHOR, L.MEMBER),),
        (role(*COMPANY), SHARED),
    ),
    P.CAUSE_CREATE: ((role(R.COORDINATOR, R.AUDITOR, R.PROCESS_OWNER, R.CANDIDATE),),),
    P.CAUSE_EDIT: (
        (role(R.COORDINATOR), status("in_analysis", "reopened")),
        (linked(L.OWNER, L.AUTHOR, L.MEMBER), status("in_analysis", "reopened")),
    ),
    P.CAUSE_CONCLUDE: ((role(R.COORDINATOR),), (linked(L.OWNER),)),
    # Whoever works here may tell what happened; the register is for few.
    P.ACCIDENT_LIST: ((role(*COMPANY, R.ADMINISTRATOR),),),
    P.ACCIDENT_DECLARE: ((role(*COMPANY, R.ADMINISTRATOR),),),
    P.ACCIDENT_RECORD: ((role(R.COORDINATOR),),),
    P.ACCIDENT_READ: ((role(R.COORDINATOR, R.MANAGEMENT),), (linked(L.AUTHOR, L.OWNER),)),
    P.ACCIDENT_ATTACH: (
        (role(R.COORDINATOR), status(*OPEN_EVENT)),
        (linked(L.AUTHOR, L.OWNER), status(*OPEN_EVENT)),
    ),
    P.ACCIDENT_EDIT: (
        (role(R.COORDINATOR), status(*OPEN_EVENT)),
        (linked(L.OWNER), role(*COMPANY), status("investigating")),
    ),
    P.ACCIDENT_FILE: ((role(R.COORDINATOR, R.MANAGEMENT),), (linked(L.OWNER), role(*COMPANY))),
    # A stop may be prolonged long after the event is closed.
    P.ACCIDENT_TREAT: ((role(R.COORDINATOR), status(*OPEN_EVENT, "closed")),),
    P.ACCIDENT_CLOSE: ((role(R.COORDINATOR),),),
    P.ACCIDENT_FIGURES: ((role(R.COORDINATOR, R.MANAGEMENT),),),
    P.ACCIDENT_HOURS: ((role(R.COORDINATOR),),),
    P.ACTION_LIST: ((role(*COMPANY),),),
    P.ACTION_READ: (
        (role(R.COORDINATOR, R.MANAGEMENT),),
        (linked(*TEAM, L.AUDITEE, L.OWNER, L.VERIFIER, L.MEMBER),),
    ),
    P.ACTION_PLAN: (
        (role(R.COORDINATOR),),
        (linked(L.LEAD_AUDITOR, L.AUDITOR, L.AUDITEE),),
        # What answers a signal, an objective, a cause or an accident is asked for by who answers
        # for it.
        (
            linked(L.OWNER),
            status("active", "proposed", "running", "investigating", *LOOKED_INTO),
        ),
        # What answers a risk, or a cause, is asked for by those who look for it together.
        (linked(L.MEMBER), role(*COMPANY)),
    ),
    P.ACTION_DO: ((linked(L.OWNER),),),
    P.ACTION_VERIFY: (
        (role(R.COORDINATOR), not_linked(L.OWNER)),
        (linked(L.LEAD_AUDITOR, L.VERIFIER), not_linked(L.OWNER)),
    ),
    P.OBJECTIVE_READ: ((role(*COMPANY),),),
    P.OBJECTIVE_CREATE: ((role(R.COORDINATOR, R.MANAGEMENT, R.PROCESS_OWNER, R.CANDIDATE),),),
    P.OBJECTIVE_EDIT: (
        (role(R.COORDINATOR, R.MANAGEMENT), status("draft", "proposed", "running")),
        (linked(L.AUTHOR), role(*COMPANY), status("draft", "proposed")),
    ),
    P.OBJECTIVE_DISCUSS: (
        (role(R.COORDINATOR, R.MANAGEMENT), status("proposed", "running")),
        (linked(L.OWNER, L.AUTHOR), role(*COMPANY), status("proposed", "running")),
    ),
    P.OBJECTIVE_REVIEW: (
        (role(R.COORDINATOR, R.MANAGEMENT), status("running")),
        (linked(L.OWNER, L.AUTHOR), role(*COMPANY), status("running")),
    ),
    P.OBJECTIVE_DECIDE: ((role(R.COORDINATOR, R.MANAGEMENT),),),
    P.CASCADE_EDIT: ((role(R.COORDINATOR, R.MANAGEMENT, R.CANDIDATE),),),
    P.COHERENCE_JUDGE: ((role(R.COORDINATOR, R.MANAGEMENT),),),
    P.COHERENCE_FREEZE: ((role(R.COORDINATOR, R.MANAGEMENT, R.CANDIDATE),),),
    P.POLICY_READ: ((role(*COMPANY),),),
    P.POLICY_PROPOSE: ((role(*STEERING),),),
    P.POLICY_NOTE: ((role(R.COORDINATOR),), (linked(L.AUTHOR), role(*STEERING))),
    P.CLIMATE_DECIDE: ((role(R.COORDINATOR, R.MANAGEMENT),),),
    # Whoever asks does not decide.
    P.PROPOSAL_DECIDE: ((role(R.MANAGEMENT), not_linked(L.AUTHOR)),),
    P.POLICY_TEXT_READ: (
        (role(R.COORDINATOR, R.MANAGEMENT),),
        (linked(L.AUTHOR), role(*COMPANY)),
        (role(*COMPANY), status("in_force", "superseded")),
    ),
    P.POLICY_START: ((role(R.COORDINATOR, R.CANDIDATE),),),
    P.POLICY_WRITE: (
        (role(R.COORDINATOR), status("draft")),
        (linked(L.AUTHOR), role(*STEERING), status("draft")),
    ),
    P.POLICY_RESUME: (
        (role(R.COORDINATOR), status("submitted")),
        (linked(L.AUTHOR), role(*STEERING), status("submitted")),
    ),
    # Whoever wrote in it does not decide on it.
    P.POLICY_DECIDE: ((role(R.MANAGEMENT), not_linked(L.AUTHOR)),),
    P.POLICY_COMMUNICATE: ((role(R.COORDINATOR, R.MANAGEMENT), status("in_force")),),
    P.INDICATOR_LIST: ((role(*COMPANY),),),
    P.INDICATOR_READ: ((role(*COMPANY),),),
    P.INDICATOR_SHOW: ((role(R.COORDINATOR, R.MANAGEMENT),),),
    P.INDICATOR_CREATE: ((role(R.COORDINATOR, R.PROCESS_OWNER, R.CANDIDATE),),),
    P.INDICATOR_EDIT: ((role(R.COORDINATOR),), (linked(L.OWNER, L.AUTHOR), role(*COMPANY))),
    P.INDICATOR_MEASURE: (
        (role(R.COORDINATOR), status("active")),
        (linked(L.OWNER, L.AUTHOR), role(*COMPANY), status("active")),
    ),
    P.RISK_LIST: ((role(*COMPANY),),),
    # What is in force is everybody's: workers read what was found about their work.
    P.RISK_READ: (
        (role(R.COORDINATOR, R.MANAGEMENT),),
        (linked(L.OWNER, L.AUTHOR, L.MEMBER), role(*COMPANY)),
        (role(*COMPANY), status("in_force")),
    ),
    P.RISK_CREATE: ((role(R.COORDINATOR, R.PROCESS_OWNER, R.CANDIDATE),),),
    P.RISK_EDIT: (
        (role(R.COORDINATOR), status("draft", "in_force")),
        (linked(L.OWNER, L.MEMBER), role(*COMPANY), status("draft", "in_force")),
    ),
    P.RISK_APPROVE: ((role(R.COORDINATOR, R.MANAGEMENT),),),
    P.RISK_SCALE: ((role(R.COORDINATOR),),),
    P.BALANCE_LIST: ((role(*COMPANY),),),
    # Before it is frozen its figures still move: it is between those who write and who decide.
    P.BALANCE_READ: (
        (role(R.COORDINATOR, R.MANAGEMENT),),
        (linked(L.AUTHOR), role(*COMPANY)),
        (role(*COMPANY), status("frozen")),
    ),
    P.BALANCE_START: ((role(R.COORDINATOR, R.CANDIDATE),),),
    P.BALANCE_WRITE: (
        (role(R.COORDINATOR), status("draft")),
        (linked(L.AUTHOR), role(*STEERING), status("draft")),
    ),
    P.BALANCE_FREEZE: ((role(R.COORDINATOR),),),
    P.DUERP_LIST: ((role(*COMPANY),),),
    # R4121-4: workers read what was approved, and former versions of their time.
    P.DUERP_READ: (
        (role(R.COORDINATOR, R.MANAGEMENT),),
        (linked(L.AUTHOR), role(*COMPANY)),
        (role(*COMPANY), status("approved")),
    ),
    P.DUERP_PREPARE: ((role(R.COORDINATOR, R.CANDIDATE),),),
    P.DUERP_EDIT: (
        (role(R.COORDINATOR), status("prepared", "consulted")),
        (linked(L.AUTHOR), role(*STEERING), status("prepared", "consulted")),
    ),
    # The employer approves; whoever prepared it does not.
    P.DUERP_APPROVE: ((role(R.MANAGEMENT), not_linked(L.AUTHOR)),),
    P.DUERP_KEEP: ((role(R.COORDINATOR),),),
    P.WORKSHOP_LIST: ((role(*COMPANY),),),
    P.WORKSHOP_READ: (
        (role(R.COORDINATOR, R.MANAGEMENT),),
        (linked(L.OWNER),),
        (role(*COMPANY), SHARED, status("frozen")),
    ),
    P.WORKSHOP_START: ((role(R.COORDINATOR, R.AUDITOR, R.PROCESS_OWNER, R.CANDIDATE),),),
    P.WORKSHOP_LEAD: (
        (linked(L.OWNER), status("prepared", "gathering", "voting")),
        (role(R.COORDINATOR), status("prepared", "gathering", "voting")),
    ),
    P.CERTIFICATION_READ: (ANYONE,),
    P.CANDIDACY_LIST: (ANYONE,),
    P.CANDIDACY_REGISTER: ((role(R.COORDINATOR),),),
    P.CANDIDACY_READ: (
        (linked(L.CANDIDATE, L.TUTOR),),
        (role(R.COORDINATOR, R.EXAM_STAFF),),
    ),
    # A portfolio belongs to its candidate until it is submitted; no role opens it for writing.
    P.CANDIDACY_EDIT: ((linked(L.CANDIDATE), status(*OPEN_CANDIDACY)),),
    P.CANDIDACY_ASSIGN: ((role(R.EXAM_STAFF),),),
    # What the candidate is still writing is between the candidate and the tutor.
    P.SITUATION_READ: ((linked(L.CANDIDATE, L.TUTOR),),),
    # An opinion is the tutor's own act; a candidate never gives one on himself.
    P.OPINION_GIVE: ((linked(L.TUTOR), not_linked(L.CANDIDATE), status(*OPEN_CANDIDACY)),),
    P.OPINION_READ: ((linked(L.CANDIDATE, L.TUTOR),),),
    P.DOSSIER_LIST: ((role(R.EVALUATOR, R.JURY),),),
    P.DOSSIER_READ: (
        (linked(L.CANDIDATE, L.TUTOR),),
        (linked(L.EVALUATOR, L.JURY), not_linked(L.TUTOR, L.CANDIDATE), status("submitted")),
        (role(R.EXAM_STAFF), status("submitted")),
    ),
    P.ASSESSMENT_NOTE: (
        (linked(L.EVALUATOR), not_linked(L.TUTOR, L.CANDIDATE), status("submitted")),
    ),
}


def allows(who: Identity, permission: Permission, on: Access = NOTHING) -> bool:
    """Say whether ``who`` may exercise ``permission`` on an object."""
    return any(
        all(condition.holds(who, on) for condition in alternative)
        for alternative in POLICY[permission]
    )
