"""K1, K2, K3, K9, K11: what should be tied and is not."""

from collections.abc import Iterator

from qse_audit.core.text import N_, Message
from qse_audit.objectives.rules.anomalies import Anomaly, Subject
from qse_audit.objectives.rules.codes import AnomalyCode
from qse_audit.objectives.rules.facts import Cascade, Commitment, ObjectiveFacts
from qse_audit.referentials.rules import Domain

SHOWN = 140
"""Letters of a commitment that a sentence quotes."""


def about(objective: ObjectiveFacts) -> Subject:
    """Return an objective as the subject of an anomaly."""
    return Subject("objective", str(objective.id), objective.reference)


def quoted(text: str) -> str:
    """Return the beginning of a text, cut at a word."""
    bare = " ".join(text.split())
    if len(bare) <= SHOWN:
        return bare
    return f"{bare[:SHOWN].rsplit(' ', 1)[0]}…"


def commitments_without_objective(cascade: Cascade) -> Iterator[Anomaly]:
    """K1: a commitment of the policy that no live objective serves."""
    served = {key for o in cascade.live for key in cascade.served[o.id]}
    for each in cascade.commitments:
        if each.key not in served:
            yield Anomaly(
                code=AnomalyCode.K1,
                subjects=(_commitment(each),),
                sentence=N_(
                    "Aucun objectif ne sert l’engagement n° %(position)s de la politique : "
                    "« %(text)s »",
                    position=each.position,
                    text=quoted(each.text),
                ),
                figures={"text": quoted(each.text)},
            )


def objectives_without_commitment(cascade: Cascade) -> Iterator[Anomaly]:
    """K2: an objective that goes back to no commitment in force."""
    if not cascade.commitments:
        if cascade.live:
            yield Anomaly(
                code=AnomalyCode.K2,
                subjects=(Subject("policy", "0", "politique"),),
                sentence=N_(
                    "Aucune politique n’est en vigueur : les objectifs ne servent aucun engagement."
                ),
            )
        return
    for each in cascade.live:
        keys = cascade.served[each.id]
        if keys & cascade.in_force:
            continue
        sentence = N_("%(objective)s ne sert aucun engagement de la politique.", objective="")
        if keys:
            sentence = N_(
                "%(objective)s sert un engagement qui n’est plus dans la politique en vigueur.",
                objective="",
            )
        yield _of(each, AnomalyCode.K2, sentence, {"stale": ",".join(sorted(keys))})


def objectives_without_indicator(cascade: Cascade) -> Iterator[Anomaly]:
    """K3: an objective whose progress nothing measures."""
    for each in cascade.live:
        if each.indicator_id is None or each.indicator_id not in cascade.indicators:
            told = N_("%(objective)s n’a pas d’indicateur.", objective="")
            yield _of(each, AnomalyCode.K3, told, {})


def domains_and_sites_without_objective(cascade: Cascade) -> Iterator[Anomaly]:
    """K9: a domain, or a site, for which nothing is aimed at."""
    promised = {domain for c in cascade.commitments for domain in c.domains}
    held = {o.domain for o in cascade.live}
    for domain in Domain:
        if domain in held or domain is Domain.OTHER:
            continue
        if domain in cascade.domains or domain in promised:
            yield Anomaly(
                code=AnomalyCode.K9,
                subjects=(Subject("domain", domain.value, str(domain.label)),),
                sentence=N_(
                    "Le domaine %(domain)s n’a aucun objectif.",
                    domain=domain.label,
                ),
            )
    places = {o.site_id for o in cascade.live}
    for site in cascade.sites:
        if site.id not in places:
            yield Anomaly(
                code=AnomalyCode.K9,
                subjects=(Subject("site", str(site.id), site.name),),
                sentence=N_("Le site %(site)s n’a aucun objectif.", site=site.name),
            )


def priorities_without_objective(cascade: Cascade) -> Iterator[Anomaly]:
    """K11: a significant aspect, a high risk, a legal gap that no live objective answers."""
    live = {o.id for o in cascade.live}
    for each in cascade.priorities:
        if not each.objectives & live:
            yield Anomaly(
                code=AnomalyCode.K11,
                subjects=(Subject("priority", str(each.id), each.title),),
                sentence=N_(
                    "Aucun objectif ne répond à la priorité « %(title)s » (%(kind)s).",
                    title=quoted(each.title),
                    kind=each.kind.label,
                ),
                figures={"title": each.title, "kind": each.kind.value},
            )


def _commitment(commitment: Commitment) -> Subject:
    return Subject("commitment", commitment.key, f"n° {commitment.position}")


def _of(
    objective: ObjectiveFacts, code: AnomalyCode, told: Message, figures: dict[str, str]
) -> Anomaly:
    return Anomaly(
        code=code,
        subjects=(about(objective),),
        sentence=N_(told.msgid, objective=objective.reference),
        figures=figures,
    )
