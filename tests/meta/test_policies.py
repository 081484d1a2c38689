"""The access matrix, approved line by line. Change a line only on purpose."""

import itertools
from dataclasses import replace

import pytest

from qse_audit.core.permissions import Link, Permission, Role
from qse_audit.policies import POLICY, Access, Identity, allows

ME, HERE, ELSEWHERE = 7, 1, 2
P, R, L = Permission, Role, Link


def somebody(*roles, at=HERE):
    return Identity(ME, at, frozenset(roles))


def thing(status="", *links, at=HERE):
    return Access(frozenset({at}), status, {link: frozenset({ME}) for link in links})


def test_every_permission_has_a_policy():
    assert set(POLICY) == set(Permission)


@pytest.mark.parametrize(
    ("permission", "roles", "status", "links", "expected"),
    [
        (P.AUDIT_READ, [R.COORDINATOR], "draft", [], True),
        (P.AUDIT_READ, [R.MANAGEMENT], "draft", [], True),
        (P.AUDIT_READ, [R.ADMINISTRATOR], "closed", [], False),
        (P.AUDIT_READ, [R.AUDITOR], "in_progress", [], False),
        (P.AUDIT_READ, [R.AUDITOR], "draft", [L.LEAD_AUDITOR], True),
        (P.AUDIT_READ, [R.CANDIDATE], "in_progress", [L.TRAINEE_AUDITOR], True),
        (P.AUDIT_READ, [R.PROCESS_OWNER], "draft", [L.AUDITEE], False),
        (P.AUDIT_READ, [R.PROCESS_OWNER], "planned", [L.AUDITEE], True),
        (P.AUDIT_READ, [R.EVALUATOR, R.JURY, R.EXAM_STAFF], "closed", [], False),
        (P.AUDIT_PLAN, [R.COORDINATOR], "draft", [], True),
        (P.AUDIT_PLAN, [R.AUDITOR], "draft", [], False),
        (P.AUDIT_CONDUCT, [R.COORDINATOR], "in_progress", [], False),
        (P.AUDIT_CONDUCT, [R.AUDITOR], "in_progress", [L.AUDITOR], True),
        (P.AUDIT_CONDUCT, [R.AUDITOR], "in_progress", [L.OBSERVER], False),
        (P.AUDIT_CONDUCT, [R.PROCESS_OWNER], "in_progress", [L.AUDITEE], False),
        (P.AUDIT_REPORT, [R.COORDINATOR], "in_progress", [], False),
        (P.AUDIT_REPORT, [R.AUDITOR], "in_progress", [L.LEAD_AUDITOR], True),
        (P.FINDING_READ, [R.PROCESS_OWNER], "draft", [L.AUDITEE], False),
        (P.FINDING_READ, [R.PROCESS_OWNER], "final", [L.OWNER], True),
        (P.FINDING_EDIT, [R.AUDITOR], "draft", [L.AUDITOR], True),
        (P.FINDING_EDIT, [R.AUDITOR], "final", [L.LEAD_AUDITOR], False),
        (P.ACCIDENT_DECLARE, [R.AUDITOR], "", [], True),
        (P.ACCIDENT_DECLARE, [R.ADMINISTRATOR], "", [], True),
        (P.ACCIDENT_DECLARE, [R.EXAM_STAFF, R.JURY, R.EVALUATOR], "", [], False),
        (P.ACCIDENT_RECORD, [R.MANAGEMENT, R.PROCESS_OWNER], "", [], False),
        (P.ACCIDENT_RECORD, [R.COORDINATOR], "", [], True),
        (P.ACCIDENT_READ, [R.MANAGEMENT], "declared", [], True),
        (P.ACCIDENT_READ, [R.ADMINISTRATOR, R.AUDITOR, R.PROCESS_OWNER], "closed", [], False),
        (P.ACCIDENT_READ, [R.AUDITOR], "closed", [L.AUTHOR], True),
        (P.ACCIDENT_FILE, [R.AUDITOR], "declared", [L.AUTHOR], False),
        (P.ACCIDENT_FILE, [R.CANDIDATE], "investigating", [L.OWNER], True),
        (P.ACCIDENT_EDIT, [R.CANDIDATE], "investigating", [L.OWNER], True),
        (P.ACCIDENT_EDIT, [R.CANDIDATE], "declared", [L.OWNER, L.AUTHOR], False),
        (P.ACCIDENT_EDIT, [R.COORDINATOR], "closed", [], False),
        (P.ACCIDENT_ATTACH, [R.AUDITOR], "declared", [L.AUTHOR], True),
        (P.ACCIDENT_ATTACH, [R.AUDITOR], "closed", [L.AUTHOR], False),
        (P.ACCIDENT_TREAT, [R.COORDINATOR], "closed", [], True),
        (P.ACCIDENT_TREAT, [R.COORDINATOR], "dismissed", [], False),
        (P.ACCIDENT_TREAT, [R.MANAGEMENT], "declared", [L.OWNER], False),
        (P.ACCIDENT_CLOSE, [R.MANAGEMENT], "investigating", [L.OWNER], False),
        (P.ACCIDENT_FIGURES, [R.MANAGEMENT], "", [], True),
        (P.ACCIDENT_FIGURES, [R.AUDITOR, R.CANDIDATE], "", [], False),
        (P.ACCIDENT_HOURS, [R.MANAGEMENT], "", [], False),
        (P.ACTION_PLAN, [R.CANDIDATE], "investigating", [L.OWNER], True),
        (P.EVIDENCE_WITHDRAW, [R.COORDINATOR], "open", [], True),
        (P.EVIDENCE_WITHDRAW, [R.AUDITOR], "open", [L.AUTHOR], True),
        (P.EVIDENCE_WITHDRAW, [R.AUDITOR], "open", [L.LEAD_AUDITOR], True),
        (P.EVIDENCE_WITHDRAW, [R.AUDITOR], "open", [L.AUDITOR], False),
        (P.EVIDENCE_WITHDRAW, [R.MANAGEMENT], "open", [L.AUDITEE], False),
        (P.ACTION_DO, [R.COORDINATOR], "open", [], False),
        (P.ACTION_DO, [R.PROCESS_OWNER], "open", [L.OWNER], True),
        (P.ACTION_VERIFY, [R.COORDINATOR], "done", [], True),
        (P.ACTION_VERIFY, [R.COORDINATOR], "done", [L.OWNER], False),
        (P.ACTION_VERIFY, [R.AUDITOR], "done", [L.LEAD_AUDITOR], True),
        (P.ACTION_VERIFY, [R.AUDITOR], "done", [L.LEAD_AUDITOR, L.OWNER], False),
        (P.CAUSE_READ, [R.TUTOR], "in_analysis", [], True),
        (P.CAUSE_READ, [R.ADMINISTRATOR, R.JURY], "concluded", [], False),
        (P.CAUSE_CREATE, [R.PROCESS_OWNER], "", [], True),
        (P.CAUSE_CREATE, [R.MANAGEMENT, R.TUTOR], "", [], False),
        (P.CAUSE_EDIT, [R.AUDITOR], "in_analysis", [], False),
        (P.CAUSE_EDIT, [R.AUDITOR], "reopened", [L.MEMBER], True),
        (P.CAUSE_EDIT, [R.COORDINATOR], "concluded", [], False),
        (P.CAUSE_CONCLUDE, [R.PROCESS_OWNER], "in_analysis", [L.MEMBER], False),
        (P.CAUSE_CONCLUDE, [R.PROCESS_OWNER], "concluded", [L.OWNER], True),
        (P.ACTION_PLAN, [R.PROCESS_OWNER], "concluded", [L.OWNER], True),
        (P.POLICY_READ, [R.TUTOR], "", [], True),
        (P.POLICY_READ, [R.EXAM_STAFF], "", [], False),
        (P.POLICY_NOTE, [R.COORDINATOR], "", [], True),
        (P.POLICY_NOTE, [R.PROCESS_OWNER], "", [], False),
        (P.POLICY_NOTE, [R.PROCESS_OWNER], "", [L.AUTHOR], True),
        (P.POLICY_NOTE, [R.AUDITOR], "", [L.AUTHOR], False),
        (P.CLIMATE_DECIDE, [R.CANDIDATE], "", [], False),
        (P.PROPOSAL_DECIDE, [R.MANAGEMENT], "open", [], True),
        (P.PROPOSAL_DECIDE, [R.MANAGEMENT], "open", [L.AUTHOR], False),
        (P.PROPOSAL_DECIDE, [R.COORDINATOR], "open", [], False),
        (P.POLICY_TEXT_READ, [R.AUDITOR], "in_force", [], True),
        (P.POLICY_TEXT_READ, [R.AUDITOR], "draft", [], False),
        (P.POLICY_TEXT_READ, [R.CANDIDATE], "draft", [L.AUTHOR], True),
        (P.POLICY_TEXT_READ, [R.JURY, R.EVALUATOR], "in_force", [L.AUTHOR], False),
        (P.POLICY_WRITE, [R.COORDINATOR], "draft", [], True),
        (P.POLICY_WRITE, [R.COORDINATOR], "submitted", [], False),
        (P.POLICY_WRITE, [R.MANAGEMENT], "draft", [], False),
        (P.POLICY_WRITE, [R.CANDIDATE], "draft", [L.AUTHOR], True),
        (P.POLICY_RESUME, [R.CANDIDATE], "submitted", [L.AUTHOR], True),
        (P.POLICY_RESUME, [R.MANAGEMENT], "submitted", [], False),
        (P.POLICY_DECIDE, [R.MANAGEMENT], "submitted", [], True),
        (P.POLICY_DECIDE, [R.MANAGEMENT, R.COORDINATOR], "submitted", [L.AUTHOR], False),
        (P.POLICY_DECIDE, [R.COORDINATOR], "submitted", [], False),
        (P.POLICY_COMMUNICATE, [R.COORDINATOR], "in_force", [], True),
        (P.POLICY_COMMUNICATE, [R.COORDINATOR], "draft", [], False),
        (P.INDICATOR_READ, [R.TUTOR], "draft", [], True),
        (P.INDICATOR_READ, [R.ADMINISTRATOR, R.EVALUATOR, R.JURY], "active", [], False),
        (P.INDICATOR_CREATE, [R.CANDIDATE], "", [], True),
        (P.INDICATOR_CREATE, [R.AUDITOR, R.MANAGEMENT, R.TUTOR], "", [], False),
        (P.INDICATOR_EDIT, [R.COORDINATOR], "dropped", [], True),
        (P.INDICATOR_EDIT, [R.PROCESS_OWNER], "active", [], False),
        (P.INDICATOR_EDIT, [R.PROCESS_OWNER], "active", [L.OWNER], True),
        (P.INDICATOR_EDIT, [R.EVALUATOR], "active", [L.OWNER], False),
        (P.INDICATOR_MEASURE, [R.AUDITOR], "active", [L.OWNER], True),
        (P.INDICATOR_MEASURE, [R.AUDITOR], "active", [], False),
        (P.INDICATOR_MEASURE, [R.COORDINATOR], "draft", [], False),
        (P.INDICATOR_MEASURE, [R.MANAGEMENT], "active", [], False),
        (P.OBJECTIVE_READ, [R.AUDITOR], "draft", [], True),
        (P.OBJECTIVE_READ, [R.ADMINISTRATOR, R.EXAM_STAFF, R.JURY], "running", [], False),
        (P.OBJECTIVE_CREATE, [R.AUDITOR], "", [], False),
        (P.OBJECTIVE_EDIT, [R.COORDINATOR], "running", [], True),
        (P.OBJECTIVE_EDIT, [R.COORDINATOR], "reached", [], False),
        (P.OBJECTIVE_EDIT, [R.CANDIDATE], "proposed", [L.AUTHOR], True),
        (P.OBJECTIVE_EDIT, [R.CANDIDATE], "running", [L.AUTHOR], False),
        (P.OBJECTIVE_EDIT, [R.PROCESS_OWNER], "proposed", [L.OWNER], False),
        (P.OBJECTIVE_DISCUSS, [R.PROCESS_OWNER], "proposed", [L.OWNER], True),
        (P.OBJECTIVE_DISCUSS, [R.PROCESS_OWNER], "proposed", [], False),
        (P.OBJECTIVE_DISCUSS, [R.PROCESS_OWNER], "draft", [L.OWNER], False),
        (P.OBJECTIVE_REVIEW, [R.PROCESS_OWNER], "running", [L.OWNER], True),
        (P.OBJECTIVE_DECIDE, [R.PROCESS_OWNER], "running", [L.OWNER], False),
        (P.OBJECTIVE_DECIDE, [R.MANAGEMENT], "running", [], True),
        (P.CASCADE_EDIT, [R.PROCESS_OWNER], "", [], False),
        (P.COHERENCE_JUDGE, [R.MANAGEMENT], "", [], True),
        (P.COHERENCE_JUDGE, [R.CANDIDATE], "", [], False),
        (P.COHERENCE_FREEZE, [R.CANDIDATE], "", [], True),
        (P.ACTION_PLAN, [R.PROCESS_OWNER], "running", [L.OWNER], True),
        (P.ACTION_PLAN, [R.PROCESS_OWNER], "reached", [L.OWNER], False),
        (P.ACTION_PLAN, [R.PROCESS_OWNER], "open", [L.OWNER], False),
        (P.CANDIDACY_EDIT, [R.CANDIDATE], "evidencing", [L.CANDIDATE], True),
        (P.CANDIDACY_EDIT, [R.CANDIDATE], "submitted", [L.CANDIDATE], False),
        (P.CANDIDACY_EDIT, [R.TUTOR], "evidencing", [L.TUTOR], False),
        (P.OPINION_GIVE, [R.TUTOR], "evidencing", [L.TUTOR], True),
        (P.OPINION_GIVE, [R.TUTOR], "submitted", [L.TUTOR], False),
        (P.OPINION_GIVE, [R.CANDIDATE], "evidencing", [L.CANDIDATE, L.TUTOR], False),
        (P.DOSSIER_READ, [R.EVALUATOR], "submitted", [L.EVALUATOR], True),
        (P.DOSSIER_READ, [R.EVALUATOR], "evidencing", [L.EVALUATOR], False),
        (P.DOSSIER_READ, [R.EVALUATOR], "submitted", [], False),
        (P.DOSSIER_READ, [R.COORDINATOR], "submitted", [], False),
        (P.ASSESSMENT_NOTE, [R.EVALUATOR], "submitted", [L.EVALUATOR], True),
        (P.ASSESSMENT_NOTE, [R.EVALUATOR], "submitted", [L.EVALUATOR, L.TUTOR], False),
        (P.ASSESSMENT_NOTE, [R.JURY], "submitted", [L.JURY], False),
        (P.ORGANISATION_MANAGE, [R.COORDINATOR], "", [], False),
        (P.ORGANISATION_MANAGE, [R.ADMINISTRATOR], "", [], True),
    ],
)
def test_the_approved_matrix(permission, roles, status, links, expected):
    assert allows(somebody(*roles), permission, thing(status, *links)) is expected


def test_every_role_together_opens_nothing_of_another_organisation():
    boss = somebody(*Role, at=ELSEWHERE)
    for permission in Permission:
        opened = allows(boss, permission, thing("submitted", at=HERE))
        assert opened is (() in POLICY[permission]), permission


@pytest.mark.parametrize(
    "permission", [P.CANDIDACY_EDIT, P.OPINION_GIVE, P.ASSESSMENT_NOTE, P.AUDIT_CONDUCT]
)
def test_a_role_alone_never_writes_in_somebody_elses_work(permission):
    for status in ("draft", "evidencing", "submitted", "in_progress"):
        assert not allows(somebody(*Role), permission, thing(status))


def test_whoever_judges_a_portfolio_has_no_tie_with_it():
    for links in itertools.combinations(Link, 2):
        if {L.TUTOR, L.CANDIDATE} & set(links):
            judged = thing("submitted", *links)
            assert not allows(somebody(R.EVALUATOR), P.ASSESSMENT_NOTE, judged), links


def test_what_belongs_to_a_candidacy_opens_to_no_role():
    private = replace(thing(""), is_private=True)
    assert not allows(somebody(*Role), P.EVIDENCE_READ, private)
    assert not allows(somebody(*Role), P.EVIDENCE_WITHDRAW, private)


def test_whoever_left_an_organisation_left_its_records():
    gone = somebody(*Role, at=ELSEWHERE)
    links = [link for link in Link if link is not L.CANDIDATE]
    statuses = ("draft", "in_progress", "evidencing", "submitted", "open", "final")
    for permission, link, status in itertools.product(Permission, links, statuses):
        opened = allows(gone, permission, thing(status, link))
        assert opened is (() in POLICY[permission]), (permission, link, status)


def test_a_candidate_keeps_what_is_theirs_wherever_they_go():
    gone = somebody(at=ELSEWHERE)
    assert allows(gone, P.CANDIDACY_READ, thing("evidencing", L.CANDIDATE))


def test_a_tie_of_elsewhere_still_bars_from_judging():
    tied = thing("submitted", L.EVALUATOR, L.TUTOR)
    assert not allows(somebody(R.EVALUATOR), P.ASSESSMENT_NOTE, tied)
