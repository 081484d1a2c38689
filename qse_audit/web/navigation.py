"""The side navigation: what people do, by group, only what their role may use."""

from dataclasses import dataclass

from flask import request, url_for

from qse_audit.core.permissions import Permission
from qse_audit.core.text import N_, Message
from qse_audit.policies import allows
from qse_audit.web.i18n import translate
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


def navigation(unread: int) -> tuple[Group, ...]:
    """Return the groups that the visitor may use; empty when nobody is signed in."""
    found = visitor()
    if found is None:
        return ()
    groups = []
    blueprint = request.blueprint
    for heading, places in MAP:
        entries = tuple(
            Entry(
                title=translate(place.title),
                url=url_for(place.endpoint),
                icon=place.icon,
                current=_is_current(place.endpoint, blueprint),
                badge=unread if place.endpoint == "dashboard.inbox" and unread else None,
            )
            for place in places
            if allows(found.identity, place.permission)
        )
        if entries:
            groups.append(Group(translate(heading), entries))
    return tuple(groups)


def _is_current(endpoint: str, blueprint: str | None) -> bool:
    if request.endpoint == endpoint:
        return True
    feature = endpoint.split(".")[0]
    alone = sum(p.endpoint.split(".")[0] == feature for _, places in MAP for p in places) == 1
    return alone and feature == blueprint
