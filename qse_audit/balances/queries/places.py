"""Where every record belongs: its sites and its domains. Nothing here writes."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qse_audit.audits.models import Audit, AuditCriterion, audit_site
from qse_audit.core.permissions import Kind
from qse_audit.indicators.models import Indicator
from qse_audit.objectives.models import Objective
from qse_audit.referentials.models import Edition, Referential

LABEL_LETTERS = 120
"""What a finding keeps of the label of its edition."""
DOMAIN_OF = {
    "quality": "quality",
    "safety": "safety",
    "environment": "environment",
    "energy": "environment",
}
"""The domain of a balance that each domain of a referential belongs to; others belong to none."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the records of one object belong."""

    sites: frozenset[int] = frozenset()
    domains: frozenset[str] = frozenset()

    def values(self) -> dict[str, frozenset[Any]]:
        """Return it as the fields of a record."""
        return {"sites": self.sites, "domains": self.domains}


NOWHERE = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Atlas:
    """Where everything belongs, by its kind and id, and what each audit judges against."""

    places: Mapping[tuple[Kind, int], Place]
    labels: Mapping[int, tuple[str, ...]]
    domains: Mapping[tuple[int, str], frozenset[str]]
    """The domains of each edition of each audit, by its label."""

    def place(self, kind: Kind, key: int) -> Place:
        """Return where an object belongs."""
        return self.places.get((kind, key), NOWHERE)

    def finding(self, row: Any) -> Place:
        """Return where a finding belongs: the sites of its audit, the domains of its edition."""
        whole = self.place(row.origin_kind, row.origin_id)
        own = self.domains.get((row.origin_id, row.referential_label))
        return Place(whole.sites, own) if own else whole


def atlas_of(session: Session, here: int) -> Atlas:
    """Return where audits, indicators and objectives belong: four statements."""
    sites: dict[int, set[int]] = defaultdict(set)
    for audit_id, site_id in session.execute(
        select(audit_site.c.audit_id, audit_site.c.site_id)
        .join(Audit, Audit.id == audit_site.c.audit_id)
        .where(Audit.organisation_id == here)
    ):
        sites[audit_id].add(site_id)
    labels: dict[int, list[str]] = defaultdict(list)
    domains: dict[tuple[int, str], frozenset[str]] = {}
    for row in session.execute(
        select(AuditCriterion.audit_id, Referential.ref, Edition.label, Referential.domains)
        .join(Audit, Audit.id == AuditCriterion.audit_id)
        .join(Edition, Edition.id == AuditCriterion.edition_id)
        .join(Referential, Referential.id == Edition.referential_id)
        .where(Audit.organisation_id == here)
        .order_by(AuditCriterion.id)
    ):
        label = f"{row.ref}:{row.label}"[:LABEL_LETTERS]
        labels[row.audit_id].append(label)
        domains[row.audit_id, label] = _known(row.domains)
    places: dict[tuple[Kind, int], Place] = {
        (Kind.AUDIT, key): Place(
            frozenset(sites[key]),
            frozenset().union(*(domains[key, label] for label in labels.get(key, ()))),
        )
        for key in sites.keys() | labels.keys()
    }
    places |= _placed(session, here)
    return Atlas(
        places=places, labels={key: tuple(each) for key, each in labels.items()}, domains=domains
    )


def _placed(session: Session, here: int) -> dict[tuple[Kind, int], Place]:
    """Return where indicators and objectives belong, for the actions that they ask for."""
    found: dict[tuple[Kind, int], Place] = {}
    for kind, model in ((Kind.INDICATOR, Indicator), (Kind.OBJECTIVE, Objective)):
        rows = session.execute(
            select(model.id, model.site_id, model.domain).where(model.organisation_id == here)
        )
        found |= {(kind, row.id): place_of(row.site_id, row.domain.value) for row in rows}
    return found


def place_of(site_id: int | None, domain: str) -> Place:
    """Return where something of one site and one domain belongs; the system is of all domains."""
    known = frozenset(DOMAIN_OF.values()) if domain == "system" else _known([domain])
    return Place(frozenset() if site_id is None else frozenset({site_id}), known)


def _known(domains: list[str]) -> frozenset[str]:
    return frozenset(DOMAIN_OF[each] for each in domains if each in DOMAIN_OF)
