"""A history as the macro ``timeline`` shows it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from qse_audit.core.text import Message
from qse_audit.documents.text import moment
from qse_audit.web.i18n import locale


class Happening(Protocol):
    """What a history holds of each act."""

    @property
    def verb(self) -> str: ...  # noqa: D102  # a protocol’s field
    @property
    def at(self) -> datetime: ...  # noqa: D102  # a protocol’s field
    @property
    def who(self) -> str | None: ...  # noqa: D102  # a protocol’s field
    @property
    def detail(self) -> str: ...  # noqa: D102  # a protocol’s field


def timeline(
    happenings: Iterable[Happening],
    verbs: Mapping[str, Message],
    tones: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """Return each act with the words of its verb; ``tones`` says what stands out."""
    language = locale()
    return [
        {
            "title": verbs.get(each.verb, each.verb),
            "when": moment(each.at, language),
            "datetime": each.at.isoformat(),
            "who": each.who,
            "detail": each.detail,
            "tone": (tones or {}).get(each.verb),
        }
        for each in happenings
    ]
