"""Rules that every workflow obeys."""

import importlib

import pytest

from qse_audit.core.workflow import Workflow
from qse_audit.paths import PACKAGE
from qse_audit.policies import POLICY

FEATURES = sorted({path.relative_to(PACKAGE).parts[0] for path in PACKAGE.glob("*/rules*")})
WORKFLOWS = {
    f"{feature}.{name}": value
    for feature in FEATURES
    for name, value in vars(importlib.import_module(f"qse_audit.{feature}.rules")).items()
    if isinstance(value, Workflow)
}
each = pytest.mark.parametrize("workflow", WORKFLOWS.values(), ids=WORKFLOWS)


def test_the_workflows_are_found():
    found = {"audits.AUDIT_WORKFLOW", "findings.FINDING_WORKFLOW", "policy.POLICY_WORKFLOW"}
    assert found <= set(WORKFLOWS)


@each
def test_every_state_can_be_reached(workflow):
    reached, frontier = set(), {workflow.initial}
    while frontier:
        state = frontier.pop()
        reached.add(state)
        frontier |= {t.target for t in workflow.available(state)} - reached
    assert reached == set(type(workflow.initial))


@each
def test_transition_names_are_unique_permitted_and_worded(workflow):
    names = [t.name for t in workflow.transitions]
    assert len(names) == len(set(names))
    assert {t.permission for t in workflow.transitions} <= set(POLICY)
    assert all(t.label and t.name == t.name.lower() for t in workflow.transitions)
