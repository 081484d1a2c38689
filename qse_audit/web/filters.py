"""How templates word values: dates, numbers, sizes, in the language of the page."""

from collections.abc import Callable
from typing import Any

from flask import Flask

from qse_audit.core.text import pick, typeset
from qse_audit.documents import text
from qse_audit.web.i18n import locale


def _worded(word: Callable[..., str]) -> Callable[..., str]:
    """Return ``word`` as a filter: an empty value gives a dash, the language is the page’s."""

    def worded(value: Any, *args: Any, **kwargs: Any) -> str:
        return "—" if value is None else word(value, locale(), *args, **kwargs)

    return worded


def local(texts: Any) -> str:
    """Return a text stored in several languages, in the language of the page."""
    found = pick(texts, locale())
    return typeset(found) if locale() == "fr" else found


def init_app(app: Flask) -> None:
    """Give the templates of ``app`` the filters."""
    app.jinja_env.filters.update(
        day=_worded(text.day),
        moment=_worded(text.moment),
        number=_worded(text.number),
        percent=_worded(text.percent),
        filesize=_worded(text.file_size),
        local=local,
    )
