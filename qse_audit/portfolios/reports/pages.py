"""The pages of a dossier that open from a disk without network: what it says, and its check."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from qse_audit.core.text import Message
from qse_audit.documents.text import Texts, catalogue
from qse_audit.paths import templates_dir


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(templates_dir()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def gettext_of(locale: str) -> Callable[..., str]:
    """Return the ``_`` of templates that are written outside of a request."""
    words = Texts(locale)

    def gettext(msgid: str, **values: Any) -> str:
        return words.translate(Message(msgid, values))

    return gettext


def ngettext_of(locale: str) -> Callable[..., str]:
    """Return the ``ngettext`` of templates that are written outside of a request."""

    def ngettext(singular: str, plural: str, num: int) -> str:
        return catalogue(locale).ngettext(singular, plural, num) % {"num": num}

    return ngettext


def index_page(reading: Mapping[str, Any]) -> bytes:
    """Return ``index.html``: the whole dossier on one page, without script or outside address."""
    template = _environment().get_template("documents/dossier.html")
    locale = reading["locale"]
    words = {"_": gettext_of(locale), "ngettext": ngettext_of(locale)}
    return template.render(d=reading, **words).encode()


def verify_page(locale: str) -> bytes:
    """Return ``verify.html``: checks the dossier with WebCrypto, from file://, without network."""
    template = _environment().get_template("documents/verify.html")
    return template.render(lang=locale, _=gettext_of(locale)).encode()


def read_me(reading: Mapping[str, Any]) -> bytes:
    """Return ``LISEZ-MOI.txt`` or ``README.txt``: what to open, and how to check without us."""
    template = _environment().get_template("documents/readme.txt")
    return template.render(d=reading, _=gettext_of(reading["locale"])).encode()
