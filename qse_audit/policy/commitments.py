"""What each edition expects of a policy: the checklists in ``referentiels/engagements``."""

from collections.abc import Iterator
from functools import cache

from qse_audit.core.text import LOCALES
from qse_audit.paths import referentials_dir
from qse_audit.policy.rules import Checklist, Domain, Expected, ShownBy
from qse_audit.referentials.formats import yaml_text
from qse_audit.referentials.formats.yaml_text import Cursor

FORMAT = "qse-audit/commitments/1"
TEXT_MAX, WORD_MAX = 4000, 80


@cache
def shipped() -> tuple[Checklist, ...]:
    """Return every checklist that is delivered, in the order of the domains; read once."""
    paths = sorted((referentials_dir() / "engagements").glob("*.yaml"))
    found = [read_checklist(path.read_bytes()) for path in paths]
    return tuple(sorted(found, key=lambda checklist: list(Domain).index(checklist.domain)))


def read_checklist(content: bytes) -> Checklist:
    """Return the checklist in a file.

    :raises BadInput: at the first thing that is wrong, with line and key path.
    """
    top = Cursor(yaml_text.load(yaml_text.decode(content))).mapping()
    top.get("format").one_of(FORMAT)
    edition = top.get("edition").text(most=WORD_MAX)
    domain = Domain(top.get("domain").one_of(*Domain))
    return Checklist(
        edition=edition,
        name=top.get("name").text(most=WORD_MAX),
        domain=domain,
        is_to_be_confirmed=top.get("to_be_confirmed").truth(default=False),
        expected=tuple(
            _expected(item.mapping(), edition, domain) for item in top.get("commitments").items()
        ),
    )


def _expected(at: Cursor, edition: str, domain: Domain) -> Expected:
    return Expected(
        key=f"{edition}/{at.get('id').text(most=WORD_MAX)}",
        clause=at.get("clause").text(most=WORD_MAX),
        title=_localized(at.get("title")),
        hint=_localized(at.get("hint")),
        domain=domain,
        shown_by=ShownBy(at.get("shown_by").one_of(*ShownBy)),
        is_to_be_confirmed=at.get("to_be_confirmed").truth(default=False),
    )


def _localized(at: Cursor) -> dict[str, str]:
    at.mapping(frozenset(LOCALES))
    return dict(_languages(at))


def _languages(at: Cursor) -> Iterator[tuple[str, str]]:
    for locale in LOCALES:
        yield locale, at.get(locale).text(most=TEXT_MAX)
