"""A scale of the firm’s own: what taking a file makes of it, and what a scale says in figures."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from qse_audit.core.errors import Refusal
from qse_audit.core.text import N_, Coded, Message
from qse_audit.risks.rules.analyses import HOUSE
from qse_audit.risks.rules.results import every_band
from qse_audit.risks.rules.scale_data import VERSION_MAX
from qse_audit.risks.rules.scales import Scale


class TakeOutcome(Coded):
    """What a file makes of the scales of a firm."""

    NEW = "new", N_("Nouvelle échelle")
    NEXT = "next", N_("Nouvelle version")
    UNCHANGED = "unchanged", N_("Déjà enregistrée")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What a file would become, or has become."""

    outcome: TakeOutcome
    number: int
    """Of the version that it is, or would be."""
    scale_id: int | None = None
    """``None`` for a scale that is not there yet."""
    before: Scale | None = None
    """What is in force today."""
    is_withdrawn: bool = False
    is_delivered: bool = False
    """Whether it is a delivered scale, word for word."""


def prospect(
    scale: Scale,
    before: Scale | None,
    *,
    scale_id: int | None = None,
    is_withdrawn: bool = False,
    is_delivered: bool = False,
) -> Prospect:
    """Return what taking ``scale`` makes of what is in force, whatever version it says it is."""
    if before is None:
        return Prospect(outcome=TakeOutcome.NEW, number=1, is_delivered=is_delivered)
    same = replace(scale, version=before.version) == before
    return Prospect(
        outcome=TakeOutcome.UNCHANGED if same else TakeOutcome.NEXT,
        number=before.version if same else before.version + 1,
        scale_id=scale_id,
        before=before,
        is_withdrawn=is_withdrawn,
    )


def taking_refusals(found: Prospect) -> tuple[Refusal, ...]:
    """Return why a file cannot be taken."""
    refusals = []
    if found.is_delivered:
        told = N_("C’est une échelle livrée, telle quelle : elle est déjà proposée.")
        refusals.append(Refusal("delivered", told, HOUSE))
    if found.is_withdrawn:
        told = N_("Cette échelle est retirée : remettez-la d’abord, ou donnez un autre nom à la "
                  "vôtre.")  # fmt: skip
        refusals.append(Refusal("withdrawn", told, HOUSE))
    if found.number > VERSION_MAX:
        told = N_("%(most)d versions de cette échelle ; donnez un autre nom à la suite.",
                  most=VERSION_MAX)  # fmt: skip
        refusals.append(Refusal("too_many", told, HOUSE))
    return tuple(refusals)


def withdrawing_refusals(*, is_withdrawn: bool, reason: str) -> tuple[Refusal, ...]:
    """Return why a scale cannot be withdrawn."""
    if is_withdrawn:
        return (Refusal("withdrawn", N_("Cette échelle est déjà retirée."), HOUSE),)
    if not reason.strip():
        told = N_("Dites pourquoi : la raison reste au journal.")
        return (Refusal("note", told, HOUSE),)
    return ()


PARTS: Mapping[str, Message] = {
    "title": N_("titre"),
    "description": N_("description"),
    "source": N_("source"),
    "is_to_be_confirmed": N_("à confirmer ou non"),
    "methods": N_("méthodes"),
    "formula": N_("formule"),
    "criteria": N_("critères et notes"),
    "bands": N_("niveaux"),
    "cells": N_("matrice"),
    "floors": N_("planchers"),
    "overrides": N_("motifs qui comptent quelles que soient les notes"),
}
"""The parts of a scale, in the order in which it is read."""


def changed_parts(before: Scale, after: Scale) -> tuple[Message, ...]:
    """Return the parts that differ between two versions."""
    return tuple(
        label for name, label in PARTS.items() if getattr(before, name) != getattr(after, name)
    )


def spread(scale: Scale) -> Mapping[str, int] | None:
    """Return how many sets of notes fall into each band; ``None`` when there are too many."""
    found = every_band(scale)
    return None if found is None else Counter(band.code for band in found)


VERBS: dict[str, Message] = {
    "risk_scale.take": N_("Échelle de l’entreprise enregistrée"),
    "risk_scale.withdraw": N_("Échelle de l’entreprise retirée"),
    "risk_scale.restore": N_("Échelle de l’entreprise remise"),
}
"""What each verb of the event chain says to people."""
