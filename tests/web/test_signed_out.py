"""A form that is sent after the session ended: nothing is lost, the way leads back to it."""

from urllib.parse import parse_qs, urlsplit

import pytest


@pytest.mark.parametrize(
    ("back", "way"),
    [
        ("/candidacies/register", "/candidacies/register"),
        ("/candidacies/situations/3?x=1", "/candidacies/situations/3?x=1"),
        (None, "/"),
    ],
)
def test_the_page_leads_back_to_the_form_through_sign_in(cast, browse, back, way):
    data = {"x": "1"} | ({"back": back} if back else {})
    page = browse(None, "POST", "/candidacies/register", status=401, **data)
    assert page.select_one("[data-signed-out]")
    assert "rien n’a été enregistré" in page.text
    link = urlsplit(page.select_one(".trouble a.btn")["href"])
    assert (link.path, parse_qs(link.query)["next"]) == ("/sign-in", [way])
