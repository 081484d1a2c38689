"""Pages as tests read them: checked when they answer, cooked into a soup when somebody looks."""

from functools import cached_property
from typing import Any

import lxml.html
from bs4 import BeautifulSoup
from lxml import etree
from werkzeug.test import TestResponse

NARROW_SPACE = "\u202f"
"""What French puts before its punctuation; tests are written, and pages compared, with spaces."""

SILENT = ("script", "style", "template", etree.Comment)
"""Elements whose text nobody reads."""


class Page:
    """The answer to a request: its response, and all that a :class:`BeautifulSoup` of it can.

    Making the soup takes longer than making the page, and many tests only want the status.
    """

    def __init__(self, response: TestResponse) -> None:
        self.response = response

    @cached_property
    def source(self) -> str:
        """The text of the answer, with plain spaces; "" for a file."""
        is_text = self.response.mimetype.startswith("text/") or self.response.is_json
        return self.response.text.replace(NARROW_SPACE, " ") if is_text else ""

    @cached_property
    def text(self) -> str:
        """The words that a page shows, without scripts and styles."""
        if self.response.mimetype != "text/html" or not self.source:
            return str(self.soup.text)
        html = lxml.html.document_fromstring(self.source)
        etree.strip_elements(html, *SILENT, with_tail=False)
        return str(html.text_content())

    @cached_property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.source, "html.parser")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.soup, name)

    def __call__(self, *asked: Any, **wanted: Any) -> Any:
        return self.soup(*asked, **wanted)

    def __str__(self) -> str:
        return str(self.soup)


FIELDS = "//input[not(@type='hidden' or @type='submit')] | //select | //textarea"


def inspect_page(text: str) -> None:
    """Check what every page owes its readers."""
    html = lxml.html.document_fromstring(text)
    named = html.xpath("string(//title)").split("–")[0].strip()
    assert named, "a page needs a title"
    assert html.xpath("count(//h1)") == 1, "a page has one h1"
    assert html.get("lang") in {"fr", "en"}, "a page says its language: lang"
    labels = set(html.xpath("//label/@for"))
    for field in html.xpath(FIELDS):
        labelled = (
            field.get("aria-label")
            or field.get("aria-labelledby")
            or next(field.iterancestors("label"), None) is not None
            or field.get("id") in labels
        )
        assert labelled, f"a field without a label: {shown(field)}"
    for script in html.xpath("//script[not(@nonce) or @nonce = '']"):
        raise AssertionError(f"a script without the nonce of the page: {shown(script)}")
    for styled in html.xpath("//*[@style]"):
        raise AssertionError(
            f"inline style: the content security policy refuses it: {shown(styled)}"
        )


def shown(element: Any) -> str:
    """Return the start of an element as HTML."""
    return lxml.html.tostring(element, encoding="unicode", with_tail=False)[:300]
