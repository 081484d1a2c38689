"""All that a balance shows, live or as it was frozen, and how that is written. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from qse_audit.balances.rules.codes import BalanceDomain, Section
from qse_audit.balances.rules.facts import Facts, facts_json, read_facts
from qse_audit.balances.rules.figures import Figure
from qse_audit.balances.rules.writing import BalanceFacts, Reading, unread

FORMAT = "qse-audit/balance/1"


@dataclass(frozen=True, slots=True)
class Salient:
    """A figure that the author keeps as salient."""

    id: int
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a balance says, whoever reads it and however it is shown."""

    organisation: str
    reference: str
    title: str
    author: str
    facts: Facts
    facts_at: datetime
    """When the records were read."""
    sites: tuple[str, ...]
    """Their names; empty: the whole organisation."""
    domains: tuple[BalanceDomain, ...]
    readings: Mapping[Section, Reading]
    salient: tuple[Salient, ...]
    conclusion: str
    replaces: str = ""
    """The reference of the balance that this one corrects."""
    replaces_reason: str = ""

    def reading(self, section: Section) -> Reading:
        """Return what the author reads in one section."""
        return self.readings.get(section, Reading())

    def salient_figures(self) -> tuple[tuple[int, Figure], ...]:
        """Return the salient facts with their figures, in the order of the sections."""
        ids = {each.key: each.id for each in self.salient}
        return tuple((ids[each.key], each) for each in self.facts.figures if each.key in ids)

    def workflow_facts(self, today: date) -> BalanceFacts:
        """Return what the workflow may know."""
        return BalanceFacts(
            today=today,
            until_on=self.facts.span.until_on,
            has_conclusion=bool(self.conclusion.strip()),
            salient_count=len(self.salient_figures()),
            unread=unread(self.facts, self.readings),
        )


def document_of(content: Content) -> dict[str, Any]:
    """Return what is frozen, as JSON."""
    return {
        "format": FORMAT,
        "organisation": content.organisation,
        "reference": content.reference,
        "title": content.title,
        "author": content.author,
        "facts_at": content.facts_at.isoformat(timespec="seconds"),
        "perimeter": {
            "sites": list(content.sites),
            "domains": [each.value for each in content.domains],
        },
        "facts": facts_json(content.facts),
        "readings": {
            section.value: {
                "comment": each.comment,
                "strengths": each.strengths,
                "weaknesses": each.weaknesses,
            }
            for section, each in content.readings.items()
            if not each.is_empty
        },
        "salient": [{"id": key, "figure": figure.key} for key, figure in content.salient_figures()],
        "conclusion": content.conclusion,
        "replaces": content.replaces,
        "replaces_reason": content.replaces_reason,
    }


def read_document(found: Mapping[str, Any]) -> Content:
    """Return the content that :func:`document_of` wrote."""
    return Content(
        organisation=found["organisation"],
        reference=found["reference"],
        title=found["title"],
        author=found["author"],
        facts=read_facts(found["facts"]),
        facts_at=datetime.fromisoformat(found["facts_at"]),
        sites=tuple(found["perimeter"]["sites"]),
        domains=tuple(BalanceDomain(each) for each in found["perimeter"]["domains"]),
        readings={
            Section(section): Reading(**texts) for section, texts in found["readings"].items()
        },
        salient=tuple(Salient(each["id"], each["figure"]) for each in found["salient"]),
        conclusion=found["conclusion"],
        replaces=found["replaces"],
        replaces_reason=found["replaces_reason"],
    )
