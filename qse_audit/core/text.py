"""Texts that people read, written in pure code and translated where they are shown."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Self


class Message(str):
    """A French sentence that remembers its msgid and values, so that it can be translated later.

    As a ``str`` it is the French sentence itself: it can be raised, logged and printed as it is.
    """

    __slots__ = ("msgid", "values")

    msgid: str
    values: Mapping[str, Any]

    def __new__(cls, msgid: str, values: Mapping[str, Any]) -> Self:
        """Fill ``values`` into ``msgid`` (``%(name)s`` places)."""
        text = super().__new__(cls, msgid % values if values else msgid)
        text.msgid = msgid
        text.values = dict(values)
        return text

    def __reduce__(self) -> tuple[type["Message"], tuple[str, Mapping[str, Any]]]:
        """Survive pickling and copying with both halves."""
        return Message, (self.msgid, self.values)


_GAP = re.compile(r" (?=[;:!?»](?!\w)|%(?!\())|(?<=«) ")
"""The spaces of a French text at which no line ends; ``" %(name)s"`` is a place, no percentage."""


def typeset(french: str) -> str:
    """Return a French text with the narrow no-break spaces that its punctuation asks for."""
    return _GAP.sub("\u202f", french)


def N_(msgid: str, **values: Any) -> Message:  # the gettext convention
    """Mark ``msgid`` for the catalogue and return it as a :class:`Message`."""
    return Message(msgid, values)


class Coded(StrEnum):
    """A code stored in the database, with the label that people read: ``X = "x", N_("…")``."""

    label: Message

    def __new__(cls, value: str, label: Message | None = None) -> Self:
        """Keep ``label`` beside the stored ``value``; members always give both."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label or Message(value, {})
        return member


LOCALES = ("fr", "en")
"""The languages of the interface, the source language first."""

Localized = Mapping[str, str]
"""One text in several languages: ``{"fr": "…", "en": "…"}``; imports may add others."""


def pick(texts: Localized | None, locale: str) -> str:
    """Return the text in ``locale``, else French, else English, else any; ``""`` for none."""
    if not texts:
        return ""
    for wanted in (locale, *LOCALES):
        if found := texts.get(wanted):
            return found
    return next((text for text in texts.values() if text), "")
