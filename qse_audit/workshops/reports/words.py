"""The standings and the attendance of a frozen workshop, in words."""

from datetime import datetime
from fractions import Fraction
from typing import Any

from qse_audit.core.text import N_, Message
from qse_audit.documents.text import Texts, moment, number
from qse_audit.workshops.rules import VoteMethod

MEAN = N_("moyenne %(mean)s · notes : %(voters)s", mean="", voters="")
POINTS = N_("points : %(points)s · votants : %(voters)s", points="", voters="")


def score(method: str, row: dict[str, Any], locale: str) -> str:
    """Return what a proposal got: “points : 12 · votants : 5”."""
    words = {"voters": number(row["voters"], locale)}
    if method == VoteMethod.RATING.value:
        mean = None if row["mean"] is None else Fraction(row["mean"])
        words["mean"], told = number(mean, locale, digits=1), MEAN
    else:
        words["points"], told = number(row["points"], locale), POINTS
    return Texts(locale).translate(Message(told.msgid, words))


def table_of(document: dict[str, Any], locale: str) -> list[tuple[str, str, str]]:
    """Return the standings as (rank, proposal, what it got)."""
    return [
        (str(row["rank"]), row["text"], score(document["method"], row, locale))
        for row in document["standings"]
    ]


def attendance(document: dict[str, Any], locale: str) -> list[tuple[str, str, str]]:
    """Return who came as (name, function, when)."""
    return [
        (each["name"], each["function"], moment(instant(each["joined_at"]), locale))
        for each in document["attendance"]
    ]


def instant(text: str | None) -> datetime | None:
    """Return a frozen instant."""
    return datetime.fromisoformat(text) if text else None
