"""How a certification is built, and when a capability is ready. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from qse_audit.core.errors import Refusal
from qse_audit.core.text import N_, Coded, Localized, Message

COMPANY_OPINION = "company_opinion"
"""How the record names the opinion among the modalities."""
THE_RECORD = N_("fiche RNCP, modalités d’évaluation")


class Modality(Coded):
    """How a capability may be shown to the evaluators (RNCP 28242)."""

    REAL_SITUATION = "real_situation", N_("Situation professionnelle réelle")
    PRESENTATION = "presentation", N_("Présentation de projets ou activités")
    SIMULATED_SITUATION = "simulated_situation", N_("Situation professionnelle reconstituée")


class Route(Coded):
    """How a candidate reaches the certification (codes of the RNCP open data)."""

    STUDENT = "FI", N_("Formation initiale, élève ou étudiant")
    APPRENTICESHIP = "CA", N_("Contrat d’apprentissage")
    CONTINUING = "FC", N_("Formation continue")
    PROFESSIONALISATION = "CQ", N_("Contrat de professionnalisation")
    INDIVIDUAL = "CL", N_("Candidature individuelle")
    VAE = "VAE", N_("Validation des acquis de l’expérience")


class CriterionSource(Coded):
    """Who wrote an assessment criterion."""

    OFFICIAL = "official", N_("Référentiel officiel")
    WORKING_GRID = "working_grid", N_("Grille de travail, non officielle")
    CENTRE = "centre", N_("Centre d’examen")


@dataclass(frozen=True, slots=True)
class Readiness:
    """What must be shown of each capability: one of some modalities, and each of others."""

    any_of: frozenset[str]
    all_of: frozenset[str]


def readiness_of(record: Mapping[str, Any]) -> Readiness:
    """Return the rule of a certification’s record.

    A record that gives none asks for one of the three modalities and the company’s opinion.
    """
    given = record.get("readiness") or {
        "any_of": [modality.value for modality in Modality],
        "all_of": [COMPANY_OPINION],
    }
    return Readiness(frozenset(given["any_of"]), frozenset(given["all_of"]))


def missing(
    rule: Readiness, shown: frozenset[Modality], *, opinion_signed_covers: bool
) -> tuple[Refusal, ...]:
    """Return what one capability still lacks, each named; empty when it is ready.

    ``shown``: the modalities in which it is evidenced; ``opinion_signed_covers``: whether a signed
    company opinion speaks of it.
    """
    here = {modality.value for modality in shown}
    here |= {COMPANY_OPINION} if opinion_signed_covers else set()
    found = []
    if rule.any_of and not rule.any_of & here:
        found.append(_one_of_missing(rule.any_of))
    found += [_each_missing(code) for code in sorted(rule.all_of - here)]
    return tuple(found)


def _one_of_missing(codes: frozenset[str]) -> Refusal:
    names = [modality.label for modality in Modality if modality in codes]
    if COMPANY_OPINION in codes:
        names.append(_OPINION)
    return Refusal(
        "modality_missing",
        N_("Il manque l’une de ces preuves : %(names)s.", names=_or(names)),
        THE_RECORD,
    )


def _each_missing(code: str) -> Refusal:
    if code == COMPANY_OPINION:
        return Refusal(
            "opinion_missing", N_("Il manque l’avis de l’entreprise, signé."), THE_RECORD
        )
    label = Modality(code).label
    return Refusal(f"{code}_missing", N_("Il manque : %(name)s.", name=label), THE_RECORD)


_OPINION = N_("Avis de l’entreprise")


def _or(names: Sequence[Message]) -> Message:
    if len(names) == 1:
        return names[0]
    return N_("%(first)s ; ou %(others)s", first=names[0], others=_or(names[1:]))


# The record, as its page shows it ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RouteLine:
    """One way to the certification, and what the record says of it."""

    code: str
    title: Localized
    is_open: bool
    has_jury: bool
    note: Localized

    @property
    def is_unsure(self) -> bool:
        """Say whether our reading of the record is to be confirmed."""
        return bool(self.note)


def routes_of(record: Mapping[str, Any]) -> tuple[RouteLine, ...]:
    """Return the routes of a record, in its order."""
    return tuple(
        RouteLine(
            code=route["code"],
            title=route["title"],
            is_open=route["open"],
            has_jury="jury" in route,
            note=route.get("note", {}),
        )
        for route in record.get("routes", ())
    )


def has_expired(ends_on: date, today: date) -> bool:
    """Say whether a registration has ended."""
    return today > ends_on
