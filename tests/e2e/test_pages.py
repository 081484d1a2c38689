"""Every page that a role meets, at both widths: axe, console and width find nothing to say."""

import re

import pytest

pytestmark = pytest.mark.e2e

ROLES = ["coordinator", "candidate", "tutor", "evaluator", "exam_staff", "administrator"]
"""Between them they see every page of the navigation."""

DEEPER = {
    "coordinator": [
        "/audits/new",
        "/audits/1",
        "/audits/6/edit",
        "/audits/6/team",
        "/audits/6/criteria",
        "/findings/1",
        "/actions/1",
        "/processes/1",
        "/referentials/new",
        "/referentials/import",
        "/referentials/editions/1",
        "/candidacies/register",
        "/balances/1",
        "/balances/1/figures/audits-held",
        "/balances/1/replace",
        "/balances/2",
        "/balances/2/write",
        "/balances/new",
        "/styleguide/",
        "/indicators/1",
        "/indicators/1/chart",
        "/indicators/1/values",
        "/indicators/1/edit",
        "/indicators/1/formula",
        "/indicators/1/targets",
        "/indicators/1/import",
        "/indicators/library",
        "/indicators/library/tf1",
        "/indicators/signals",
        "/indicators/dashboard/audiences",
        "/objectives/1",
        "/objectives/1/edit",
        "/objectives/1/talk",
        "/objectives/arrange",
        "/objectives/axes",
        "/objectives/coherence",
        "/objectives/matrix",
        "/objectives/reports/1",
        "/causes/6",
        "/duerp/versions/2",
        "/risks/3/grid",
        "/risks/3/map",
        "/policy/context",
        "/policy/issues",
        "/policy/issues/1",
        "/policy/parties",
        "/policy/parties/1",
        "/policy/proposals/1",
        "/policy/versions/1",
        "/policy/versions/3/compare",
    ],
    "candidate": [
        "/audits/6",
        "/audits/7/checklist",
        "/audits/7/checklist/1",
        "/audits/7/report",
        "/candidacies/1",
        "/evidence/add/audit/7",
    ],
    "tutor": ["/candidacies/2/opinion"],
    "evaluator": ["/dossiers/1"],
    "administrator": ["/people/invite", "/mail"],
}


@pytest.mark.parametrize("role", ROLES)
def test_the_pages_of_a_role_are_clean(visit, role):
    visitor = visit(role)
    links = visitor.page.locator("nav a[href]").evaluate_all("all => all.map(a => a.pathname)")
    for path in dict.fromkeys([*links, *DEEPER.get(role, ())]):
        page = visitor.open(path)
        assert page.locator("h1").count() == 1, path
        visitor.check()


def test_the_door_is_clean(visit):
    visitor = visit()
    for path in ("/sign-in", "/password-reset"):
        visitor.open(path)
        visitor.check()


def test_one_click_signs_in_as_a_role(visit):
    visitor = visit()
    page = visitor.open("/sign-in")
    page.get_by_role("button", name=re.compile("Entrer")).first.click()
    page.wait_for_url(f"{visitor.url}/")
    visitor.check()


def test_the_interface_turns_english_and_back(visit, width):
    visitor = visit("management")
    page = visitor.page
    for name, language in (("EN", "en"), ("FR", "fr")):
        if width == "phone":
            page.locator(".bar button[popovertarget=navigation]").click()
        page.get_by_role("button", name=re.compile(f"^{name} –")).first.click()
        page.wait_for_function(f"document.documentElement.lang === '{language}'")
        visitor.check()
