"""Languages: French first, English complete."""

from functools import lru_cache
from gettext import NullTranslations

from flask import Flask, request
from flask import session as cookie
from flask_babel import Babel, Domain, get_locale, ngettext

from qse_audit.core.text import LOCALES, Message
from qse_audit.documents.text import catalogue
from qse_audit.web.sign_in import visitor


class Words(Domain):  # type: ignore[misc]  # Flask-Babel has no types
    """The words of the language of the page: the same as in documents."""

    def get_translations(self) -> NullTranslations:
        """Return the catalogue of the current language."""
        return catalogue(locale())


class Bilingual(Babel):  # type: ignore[misc]  # Flask-Babel has no types
    """Flask-Babel with our catalogues."""

    @property
    def domain_instance(self) -> Words:
        """Return what finds the words."""
        return Words()


def choose_locale() -> str:
    """Return the visitor’s language: their choice, else the browser’s, else French."""
    if found := visitor():
        return found.identity.locale
    if (chosen := cookie.get("locale")) in LOCALES:
        return str(chosen)
    return request.accept_languages.best_match(LOCALES, default=LOCALES[0]) or LOCALES[0]


def locale() -> str:
    """Return the language of the current page: ``fr`` or ``en``."""
    found = get_locale()
    return found.language if found else LOCALES[0]


def word(msgid: str, **values: object) -> str:
    """Return a text of a template in the language of the page; each is looked up once."""
    text = _looked_up(locale(), msgid)
    return text % values if values else text


@lru_cache(maxsize=8192)
def _looked_up(language: str, msgid: str) -> str:
    return str(catalogue(language).gettext(msgid))


def translate(message: str) -> str:
    """Return a message of the pure layers in the language of the page."""
    if isinstance(message, Message):
        # A value may itself be a message: a label inside a sentence.
        return word(message.msgid, **{name: _value(v) for name, v in message.values.items()})
    return word(str(message)) if message else ""


def _value(value: object) -> object:
    return translate(value) if isinstance(value, Message) else value


def init_app(app: Flask) -> None:
    """Give ``app`` its catalogue and its templates the filter ``tr``."""
    app.config["BABEL_DEFAULT_LOCALE"] = LOCALES[0]
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Europe/Paris"
    Bilingual(app, locale_selector=choose_locale)
    app.jinja_env.filters["tr"] = translate
    app.jinja_env.globals.update(gettext=word, ngettext=ngettext, _=word)
