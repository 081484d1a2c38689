"""The side navigation: what people do, by group, only what their role may use."""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from flask import request, url_for

from qse_audit.core.permissions import Permission, Role
from qse_audit.core.text import N_, Message
from qse_audit.policies import Identity, allows
from qse_audit.web.i18n import locale, translate
from qse_audit.web.sign_in import visitor

P = Permission


@dataclass(frozen=True, slots=True)
class Place:
    """One page of the navigation, before it is judged for a person."""

    title: Message
    endpoint: str
    icon: str
    """A Bootstrap icon’s name."""
    permission: Permission


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the navigation, as drawn."""

    title: str
    url: str
    icon: str
    current: bool
    badge: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one heading."""

    title: str
    entries: tuple[Entry, ...]


MAP: tuple[tuple[Message, tuple[Place, ...]], ...] = (
    (
        N_("Piloter"),
        (
            Place(N_("Accueil"), "dashboard.home", "house", P.OWN_SPACE),
            Place(N_("Messages"), "dashboard.inbox", "bell", P.OWN_SPACE),
            Place(N_("Politique QSE"), "policy.index", "flag", P.POLICY_READ),
            Place(N_("Bilans QSE"), "balances.index", "clipboard-data", P.BALANCE_LIST),
            Place(N_("Tableau de bord"), "indicators.dashboard", "speedometer2", P.INDICATOR_LIST),
            Place(N_("Objectifs"), "objectives.index", "bullseye", P.OBJECTIVE_READ),
            Place(N_("Indicateurs"), "indicators.index", "graph-up", P.INDICATOR_LIST),
        ),
    ),
    (
        N_("Prévenir"),
        (
            Place(N_("Analyses de risques"), "risks.index", "shield-exclamation", P.RISK_LIST),
            Place(N_("Document unique"), "duerp.index", "shield-check", P.DUERP_LIST),
        ),
    ),
    (
        N_("Auditer"),
        (
            Place(N_("Audits"), "audits.index", "clipboard-check", P.AUDIT_LIST),
            Place(N_("Référentiels"), "referentials.index", "journal-text", P.REFERENTIAL_READ),
            Place(N_("Processus"), "processes.index", "diagram-3", P.PROCESS_READ),
        ),
    ),
    (
        N_("Améliorer"),
        (
            Place(N_("Constats"), "findings.index", "search", P.FINDING_LIST),
            Place(N_("Causes"), "causes.index", "diagram-2", P.CAUSE_LIST),
            Place(N_("Événements"), "accidents.index", "cone-striped", P.ACCIDENT_LIST),
            Place(N_("Ateliers"), "workshops.index", "people", P.WORKSHOP_LIST),
            Place(N_("Actions"), "actions.index", "check2-square", P.ACTION_LIST),
        ),
    ),
    (
        N_("Certifier"),
        (
            Place(N_("Dossiers à évaluer"), "assessments.index", "journal-check", P.DOSSIER_LIST),
            Place(N_("Candidatures"), "portfolios.index", "mortarboard", P.CANDIDACY_LIST),
            Place(N_("Certifications"), "certifications.index", "award", P.CERTIFICATION_READ),
        ),
    ),
    (
        N_("Administrer"),
        (
            Place(N_("Personnes"), "accounts.people", "people", P.PERSON_LIST),
            Place(N_("Organisation"), "accounts.organisation", "building", P.ORGANISATION_READ),
            Place(N_("Journal"), "dashboard.trail", "clock-history", P.TRAIL_READ),
            Place(N_("Courriels"), "dashboard.mails", "envelope", P.ORGANISATION_MANAGE),
        ),
    ),
)


ALONE = frozenset(
    feature
    for feature, count in Counter(
        place.endpoint.split(".")[0] for _, places in MAP for place in places
    ).items()
    if count == 1
)
"""The features with one place: it is the current one on each of their pages."""


def navigation(unread: int) -> tuple[Group, ...]:
    """Return the groups that the visitor may use; empty when nobody is signed in."""
    found = visitor()
    if found is None:
        return ()
    offered = _offered(found.identity.roles, locale(), request.script_root)
    return tuple(
        Group(
            heading, tuple(_entry(place, title, url, unread=unread) for place, title, url in some)
        )
        for heading, some in offered
    )


@lru_cache(maxsize=256)
def _offered(
    roles: frozenset[Role], language: str, root: str
) -> tuple[tuple[str, tuple[tuple[Place, str, str], ...]], ...]:
    """Return the places that roles open, worded and addressed: the same on every page.

    ``language`` and ``root`` are those of the request, which words and addresses follow.
    """
    who = Identity(0, 0, roles)
    groups = (
        (
            translate(heading),
            tuple(
                (place, translate(place.title), url_for(place.endpoint))
                for place in places
                if allows(who, place.permission)
            ),
        )
        for heading, places in MAP
    )
    return tuple(group for group in groups if group[1])


def _entry(place: Place, title: str, url: str, *, unread: int) -> Entry:
    feature = place.endpoint.split(".")[0]
    return Entry(
        title=title,
        url=url,
        icon=place.icon,
        current=request.endpoint == place.endpoint
        or (feature in ALONE and feature == request.blueprint),
        badge=unread if place.endpoint == "dashboard.inbox" and unread else None,
    )
