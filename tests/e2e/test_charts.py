"""Charts in a browser: drawn without script, explored on demand, silent under the policy."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e


@pytest.fixture
def guide(visit):
    visitor = visit("coordinator")
    requests = []
    visitor.page.on("request", lambda request: requests.append(request.url))
    visitor.open("/styleguide/")
    visitor.page.wait_for_load_state("networkidle")
    return visitor, requests


def test_the_first_paint_of_a_chart_needs_no_plotly(guide, width):
    visitor, requests = guide
    first = visitor.page.locator("[data-chart]").first
    wide, narrow = first.locator(".chart__wide svg"), first.locator(".chart__narrow svg")
    expect(narrow if width == "phone" else wide).to_be_visible()
    expect(wide if width == "phone" else narrow).to_be_hidden()
    assert not [url for url in requests if "plotly" in url]
    visitor.check()


def test_a_chart_is_explored_on_demand_and_put_back(guide):
    visitor, requests = guide
    charts = visitor.page.locator("[data-chart]")
    for n in range(charts.count()):
        chart = charts.nth(n)
        button = chart.get_by_role("button", name="Explorer")
        button.click()
        expect(chart.locator("[data-chart-live] .main-svg").first).to_be_visible(timeout=30_000)
        expect(chart.locator(".chart__still")).to_be_hidden()
        expect(button).to_have_attribute("aria-pressed", "true")
        assert visitor.complaints == []
        button.click()
        expect(chart.locator(".chart__still")).to_be_visible()
    assert len([url for url in requests if "plotly" in url]) == 1
    visitor.check()


def test_the_words_of_plotly_are_french(guide):
    visitor, _ = guide
    chart = visitor.page.locator("[data-chart]").first
    chart.get_by_role("button", name="Explorer").click()
    expect(chart.locator(".modebar-btn").first).to_be_attached(timeout=30_000)
    titles = chart.locator(".modebar-btn").evaluate_all("all => all.map(b => b.dataset.title)")
    assert "Enregistrer l’image" in titles
    assert not [title for title in titles if "Zoom" in title or "plot" in title]


def test_a_chart_stays_when_plotly_does_not_come(guide):
    visitor, _ = guide
    visitor.page.route("**/plotly.min.js", lambda route: route.abort())
    chart = visitor.page.locator("[data-chart]").first
    chart.get_by_role("button", name="Explorer").click()
    expect(chart.locator("[data-chart-said]")).to_contain_text("n’a pas pu être chargé")
    expect(chart.locator(".chart__still")).to_be_visible()


def test_the_figures_are_a_table(guide):
    visitor, _ = guide
    chart = visitor.page.locator("[data-chart]").first
    chart.get_by_text("Voir les chiffres").click()
    expect(chart.locator("tbody tr")).to_have_count(24)
    visitor.check()
