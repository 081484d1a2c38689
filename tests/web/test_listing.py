"""The addresses of a list."""

import pytest
from flask import Flask

from qse_audit.web.listing import Listing, listing


def of(**values: str) -> Listing:
    return Listing("/audits", values, ("title", "planned_on"), "-planned_on")


def test_a_list_is_sorted_as_its_address_says():
    assert of().sort == ("planned_on", True)
    assert of(sort="title").sort == ("title", False)
    assert of(sort="-title").direction("title") == "desc"


@pytest.mark.parametrize("sort", ["password", "-", "--title", "title;drop"])
def test_a_sort_that_is_not_offered_gives_the_default(sort):
    assert of(sort=sort).sort == ("planned_on", True)


def test_sorting_again_turns_the_order_round():
    assert of(sort="title").url("title") == "/audits?sort=-title"
    assert of(sort="-title").url("title") == "/audits?sort=title"


def test_a_change_keeps_the_filters_and_goes_back_to_the_first_page():
    seen = of(q="presse", after="abc")
    assert seen.url("title") == "/audits?q=presse&sort=title"
    assert seen.without("q") == "/audits"
    assert seen.page_url("xyz") == "/audits?q=presse&after=xyz"
    assert seen.page_url(None) is None
    assert seen.address("/audits/export.csv") == "/audits/export.csv?q=presse"


def test_values_cannot_break_out_of_the_address():
    assert of(q='"><script>&sort=x').without() == "/audits?q=%22%3E%3Cscript%3E%26sort%3Dx"


def test_empty_values_of_the_address_are_left_out():
    with Flask("t").test_request_context("/audits?q=+&status=open&sort="):
        assert listing(("title",), "title").values == {"status": "open"}
