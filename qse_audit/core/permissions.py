"""The vocabulary of access: permissions, roles and links. No rule lives here."""

from enum import StrEnum

from qse_audit.core.text import N_, Coded


class Permission(StrEnum):
    """Something a person may be allowed to do; named ``<thing>:<action>``."""

    OWN_SPACE = "own:use"
    """One's own account, sessions, inbox and home page."""
    WORK_READ = "work:read"
    """A long work that one asked for."""
    ORGANISATION_READ = "organisation:read"
    ORGANISATION_MANAGE = "organisation:manage"
    PERSON_LIST = "person:list"
    TRAIL_READ = "trail:read"

    PROCESS_READ = "process:read"
    PROCESS_EDIT = "process:edit"

    REFERENTIAL_READ = "referential:read"
    REFERENTIAL_EDIT = "referential:edit"

    EVIDENCE_READ = "evidence:read"
    EVIDENCE_ADD = "evidence:add"
    EVIDENCE_EDIT = "evidence:edit"
    EVIDENCE_WITHDRAW = "evidence:withdraw"

    AUDIT_LIST = "audit:list"
    AUDIT_READ = "audit:read"
    AUDIT_PLAN = "audit:plan"
    AUDIT_CONDUCT = "audit:conduct"
    AUDIT_REPORT = "audit:report"
    AUDIT_CLOSE = "audit:close"

    FINDING_LIST = "finding:list"
    FINDING_READ = "finding:read"
    FINDING_EDIT = "finding:edit"
    FINDING_CLOSE = "finding:close"

    CAUSE_LIST = "cause:list"
    CAUSE_READ = "cause:read"
    CAUSE_CREATE = "cause:create"
    """Begin an analysis of causes, also about what one may read."""
    CAUSE_EDIT = "cause:edit"
    CAUSE_CONCLUDE = "cause:conclude"
    ACCIDENT_LIST = "accident:list"
    ACCIDENT_DECLARE = "accident:declare"
    """Tell a near miss, a dangerous situation, an environmental incident."""
    ACCIDENT_RECORD = "accident:record"
    """Declare an accident too."""
    ACCIDENT_READ = "accident:read"
    ACCIDENT_ATTACH = "accident:attach"
    """Add a photo."""
    ACCIDENT_EDIT = "accident:edit"
    ACCIDENT_FILE = "accident:file"
    """Read the days of stop and the duties of an event."""
    ACCIDENT_TREAT = "accident:treat"
    """Record the days of stop, answer the duties, open the investigation."""
    ACCIDENT_CLOSE = "accident:close"
    """Close, reopen, dismiss."""
    ACCIDENT_FIGURES = "accident:figures"
    """Read the rates and take the register out."""
    ACCIDENT_HOURS = "accident:hours"
    """Enter the hours worked."""

    ACTION_LIST = "action:list"
    ACTION_READ = "action:read"
    ACTION_PLAN = "action:plan"
    ACTION_DO = "action:do"
    ACTION_VERIFY = "action:verify"

    OBJECTIVE_READ = "objective:read"
    """The axes, the objectives, their talk, the priorities and the anomalies."""
    OBJECTIVE_CREATE = "objective:create"
    OBJECTIVE_EDIT = "objective:edit"
    OBJECTIVE_DISCUSS = "objective:discuss"
    OBJECTIVE_REVIEW = "objective:review"
    OBJECTIVE_DECIDE = "objective:decide"
    """Start, end or drop an objective."""
    CASCADE_EDIT = "cascade:edit"
    """Write the axes and the priorities, move objectives in the tree, declare conflicts."""
    COHERENCE_JUDGE = "coherence:judge"
    """Accept an anomaly, settle a conflict."""
    COHERENCE_FREEZE = "coherence:freeze"
    """Make a report of coherence."""

    POLICY_READ = "policy:read"
    """What the policy rests on: the context, the interested parties, the proposals."""
    POLICY_PROPOSE = "policy:propose"
    """Note an issue, a party, a proposal."""
    POLICY_NOTE = "policy:note"
    """Change or withdraw an issue, a party, a proposal."""
    CLIMATE_DECIDE = "climate:decide"
    PROPOSAL_DECIDE = "proposal:decide"
    POLICY_TEXT_READ = "policy:read-text"
    """One version of the policy."""
    POLICY_START = "policy:start"
    """Begin a version of the policy."""
    POLICY_WRITE = "policy:write"
    POLICY_RESUME = "policy:resume"
    """Take back what was submitted."""
    POLICY_DECIDE = "policy:decide"
    POLICY_COMMUNICATE = "policy:communicate"
    INDICATOR_LIST = "indicator:list"
    INDICATOR_READ = "indicator:read"
    INDICATOR_CREATE = "indicator:create"
    INDICATOR_EDIT = "indicator:edit"
    """The card, the targets and the baselines."""
    INDICATOR_MEASURE = "indicator:measure"
    """Enter and correct values, analyse signals."""
    INDICATOR_SHOW = "indicator:show"
    """Choose who sees what on their dashboard."""

    RISK_LIST = "risk:list"
    RISK_READ = "risk:read"
    """A risk analysis, its lines and its versions."""
    RISK_CREATE = "risk:create"
    RISK_EDIT = "risk:edit"
    """What it is about, its team, its lines and their ratings."""
    RISK_APPROVE = "risk:approve"
    """Freeze a version, archive."""
    RISK_SCALE = "risk:scale"
    """Take and withdraw the scales of the firm: what notes mean, for every analysis to come."""

    BALANCE_LIST = "balance:list"
    BALANCE_READ = "balance:read"
    BALANCE_START = "balance:start"
    """Begin a balance, or one that replaces a frozen one."""
    BALANCE_WRITE = "balance:write"
    BALANCE_FREEZE = "balance:freeze"

    DUERP_LIST = "duerp:list"
    """The page of the DUERP: the versions in force, what is due."""
    DUERP_READ = "duerp:read"
    """One version of the DUERP."""
    DUERP_PREPARE = "duerp:prepare"
    """Begin a version."""
    DUERP_EDIT = "duerp:edit"
    DUERP_APPROVE = "duerp:approve"
    DUERP_KEEP = "duerp:keep"
    """Keep its registers: headcount, events, measures, transmissions, requests, notice."""

    WORKSHOP_LIST = "workshop:list"
    WORKSHOP_READ = "workshop:read"
    WORKSHOP_START = "workshop:start"
    """Prepare a workshop, also about what one may read."""
    WORKSHOP_LEAD = "workshop:lead"

    CERTIFICATION_READ = "certification:read"

    CANDIDACY_LIST = "candidacy:list"
    CANDIDACY_REGISTER = "candidacy:register"
    CANDIDACY_READ = "candidacy:read"
    CANDIDACY_EDIT = "candidacy:edit"
    CANDIDACY_ASSIGN = "candidacy:assign"
    SITUATION_READ = "situation:read"
    OPINION_GIVE = "opinion:give"
    OPINION_READ = "opinion:read"
    DOSSIER_LIST = "dossier:list"
    """The list of the dossiers that one evaluates or judges."""
    DOSSIER_READ = "dossier:read"
    ASSESSMENT_NOTE = "assessment:note"


class Role(Coded):
    """What a person is everywhere in one organisation."""

    ADMINISTRATOR = "administrator", N_("Administrateur")
    COORDINATOR = "coordinator", N_("Coordinateur QSE")
    AUDITOR = "auditor", N_("Auditeur")
    PROCESS_OWNER = "process_owner", N_("Pilote de processus")
    MANAGEMENT = "management", N_("Direction")
    CANDIDATE = "candidate", N_("Candidat")
    TUTOR = "tutor", N_("Tuteur")
    EVALUATOR = "evaluator", N_("Évaluateur")
    EXAM_STAFF = "exam_staff", N_("Personnel du centre d’examen")
    JURY = "jury", N_("Membre du jury")


class Link(Coded):
    """What a person is for one given object."""

    LEAD_AUDITOR = "lead_auditor", N_("Responsable d’audit")
    AUDITOR = "auditor", N_("Auditeur")
    TRAINEE_AUDITOR = "trainee_auditor", N_("Auditeur en formation")
    TECHNICAL_EXPERT = "technical_expert", N_("Expert technique")
    OBSERVER = "observer", N_("Observateur")
    AUDITEE = "auditee", N_("Audité")
    OWNER = "owner", N_("Responsable")
    VERIFIER = "verifier", N_("Vérificateur")
    AUTHOR = "author", N_("Auteur")
    MEMBER = "member", N_("Membre de l’équipe")
    CANDIDATE = "candidate", N_("Candidat")
    TUTOR = "tutor", N_("Tuteur")
    EVALUATOR = "evaluator", N_("Évaluateur")
    JURY = "jury", N_("Membre du jury")


AUDIT_TEAM = frozenset(
    {Link.LEAD_AUDITOR, Link.AUDITOR, Link.TRAINEE_AUDITOR, Link.TECHNICAL_EXPERT}
)
"""The links of people who conduct an audit and must be impartial."""


class Kind(StrEnum):
    """The kinds of objects that people, evidence and actions can be tied to."""

    AUDIT = "audit"
    CHECKLIST_ITEM = "checklist_item"
    FINDING = "finding"
    ACTION = "action"
    REPORT = "report"
    EVIDENCE = "evidence"
    CANDIDACY = "candidacy"
    SITUATION = "situation"
    DOSSIER = "dossier"
    CONTEXT_ISSUE = "context_issue"
    INTERESTED_PARTY = "interested_party"
    PROPOSAL = "proposal"
    POLICY = "policy"
    INDICATOR = "indicator"
    SIGNAL = "signal"
    OBJECTIVE = "objective"
    ARBITRATION = "arbitration"
    COHERENCE = "coherence"
    BALANCE = "balance"
    CAUSE_ANALYSIS = "cause_analysis"
    ACCIDENT = "accident"
    RISK_ANALYSIS = "risk_analysis"
    RISK = "risk"
    RISK_VERSION = "risk_version"
    WORKSHOP = "workshop"
