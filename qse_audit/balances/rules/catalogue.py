"""Every figure of a balance with its definition and how it is counted. Pure data."""

from dataclasses import dataclass

from qse_audit.accidents.rules import EventKind
from qse_audit.balances.rules import counting as c
from qse_audit.balances.rules import measuring as m
from qse_audit.balances.rules import register as e
from qse_audit.balances.rules.codes import Section, Unit, Wanted
from qse_audit.balances.rules.counting import Count
from qse_audit.balances.rules.figures import Definition
from qse_audit.core.text import N_, Message


@dataclass(frozen=True, slots=True)
class Counted:
    """A definition, and how to count by it."""

    definition: Definition
    count: Count


def _line(
    key: str,
    label: Message,
    text: Message,
    count: Count,
    *,
    section: Section,
    unit: Unit = Unit.COUNT,
    wanted: Wanted = Wanted.EITHER,
) -> Counted:
    made = Definition(key=key, section=section, label=label, text=text, unit=unit, wanted=wanted)
    return Counted(made, count)


A, F, T = Section.AUDITS, Section.FINDINGS, Section.ACTIONS
N, X, B = Section.INDICATORS, Section.ACCIDENTS, Section.OBJECTIVES
UP, DOWN = Wanted.UP, Wanted.DOWN

AUDITS = (
    _line(
        "audits-planned", N_("Audits prévus"),
        N_("Audits dont le dernier jour tombe dans la période, hors brouillons et annulés."),
        c.audits_planned, section=A,
    ),
    _line(
        "audits-held", N_("Audits réalisés"),
        N_("Parmi les audits prévus, ceux dont la réunion de clôture a eu lieu ou le rapport est "
           "émis, au jour du bilan."),
        c.audits_held, section=A,
    ),
    _line(
        "audits-completion", N_("Réalisation du programme"),
        N_("Audits réalisés, divisés par les audits prévus."),
        c.audits_completion, section=A, unit=Unit.RATIO, wanted=UP,
    ),
    _line(
        "audits-cancelled", N_("Audits annulés"),
        N_("Audits annulés dont le dernier jour prévu tombait dans la période."),
        c.audits_cancelled, section=A, wanted=DOWN,
    ),
    _line(
        "audits-reported", N_("Rapports d’audit émis"),
        N_("Audits dont le rapport a été émis pendant la période."),
        c.audits_reported, section=A,
    ),
    _line(
        "reports-on-time", N_("Rapports émis dans les 15 jours"),
        N_("Parmi ces rapports, ceux émis au plus tard 15 jours après le dernier jour de l’audit."),
        c.reports_on_time, section=A, unit=Unit.RATIO, wanted=UP,
    ),
    _line(
        "audits-closed", N_("Audits clos"),
        N_("Audits clos pendant la période."),
        c.audits_closed, section=A,
    ),
)  # fmt: skip
FINDINGS = (
    _line(
        "findings-total", N_("Constats établis"),
        N_("Constats rendus définitifs pendant la période, toutes gravités."),
        c.findings_total, section=F,
    ),
    _line(
        "findings-major", N_("Non-conformités majeures"),
        N_("Constats de cette gravité rendus définitifs pendant la période."),
        c.findings_of("major_nonconformity"), section=F, wanted=DOWN,
    ),
    _line(
        "findings-minor", N_("Non-conformités mineures"),
        N_("Constats de cette gravité rendus définitifs pendant la période."),
        c.findings_of("minor_nonconformity"), section=F,
    ),
    _line(
        "findings-concern", N_("Points sensibles"),
        N_("Constats de cette gravité rendus définitifs pendant la période."),
        c.findings_of("area_of_concern"), section=F,
    ),
    _line(
        "findings-opportunity", N_("Pistes de progrès"),
        N_("Constats de cette gravité rendus définitifs pendant la période."),
        c.findings_of("improvement_opportunity"), section=F,
    ),
    _line(
        "findings-strength", N_("Points forts"),
        N_("Constats de cette gravité rendus définitifs pendant la période."),
        c.findings_of("strength"), section=F,
    ),
    _line(
        "nonconformities-per-audit", N_("Non-conformités par audit"),
        N_("Non-conformités de la période, divisées par les audits dont le rapport y a été émis."),
        c.nonconformities_per_audit, section=F, unit=Unit.MEASURE, wanted=DOWN,
    ),
    _line(
        "findings-recurring", N_("Récidives"),
        N_("Non-conformités de la période dont la même exigence, dans le même processus, avait "
           "déjà fait l’objet d’une non-conformité close avant."),
        c.findings_recurring, section=F, wanted=DOWN,
    ),
    _line(
        "nonconformities-closed", N_("Non-conformités closes"),
        N_("Non-conformités closes pendant la période."),
        c.nonconformities_closed, section=F,
    ),
    _line(
        "closure-days", N_("Délai médian de clôture"),
        N_("Jours entre le constat définitif et sa clôture, pour les non-conformités closes "
           "pendant la période : la moitié a demandé moins, l’autre plus."),
        c.closure_days, section=F, unit=Unit.DAYS, wanted=DOWN,
    ),
    _line(
        "nonconformities-open", N_("Non-conformités encore ouvertes"),
        N_("Non-conformités définitives et non closes au soir du dernier jour de la période."),
        c.nonconformities_open, section=F, wanted=DOWN,
    ),
)  # fmt: skip
ACTIONS = (
    _line(
        "actions-opened", N_("Actions décidées"),
        N_("Actions demandées pendant la période, hors annulées."),
        c.actions_opened, section=T,
    ),
    _line(
        "actions-done", N_("Actions réalisées"),
        N_("Actions déclarées faites pendant la période et non rouvertes depuis."),
        c.actions_done, section=T,
    ),
    _line(
        "actions-due", N_("Actions échues"),
        N_("Actions dont l’échéance tombe dans la période."),
        c.actions_due, section=T,
    ),
    _line(
        "actions-on-time", N_("Actions faites à l’échéance"),
        N_("Parmi les actions échues, celles faites au plus tard le jour prévu."),
        c.actions_on_time, section=T, unit=Unit.RATIO, wanted=UP,
    ),
    _line(
        "actions-open", N_("Actions encore ouvertes"),
        N_("Actions demandées et non faites au soir du dernier jour de la période."),
        c.actions_open, section=T,
    ),
    _line(
        "actions-overdue", N_("Actions en retard"),
        N_("Parmi elles, celles dont l’échéance était passée ce jour-là."),
        c.actions_overdue, section=T, wanted=DOWN,
    ),
    _line(
        "actions-verified", N_("Vérifications d’efficacité"),
        N_("Jugements portés pendant la période, d’après le journal : une action jugée deux fois "
           "compte deux fois."),
        c.actions_verified, section=T,
    ),
    _line(
        "actions-effective", N_("Actions efficaces"),
        N_("Parmi ces jugements, ceux qui ont conclu à l’efficacité."),
        c.actions_effective, section=T, unit=Unit.RATIO, wanted=UP,
    ),
)  # fmt: skip
INDICATORS = (
    _line(
        "indicators-followed", N_("Indicateurs suivis"),
        N_("Indicateurs suivis à un moment de la période, hors projets ; ceux des parties "
           "suivantes sont comptés ici aussi."),
        m.indicators_followed, section=N,
    ),
    _line(
        "indicators-on-target", N_("Indicateurs à la cible"),
        N_("Parmi les indicateurs qui ont une valeur et une cible pour la période, ceux dont la "
           "valeur atteint la cible du dernier relevé."),
        m.indicators_on_target, section=N, unit=Unit.RATIO, wanted=UP,
    ),
    _line(
        "indicators-silent", N_("Indicateurs sans valeur"),
        N_("Indicateurs suivis dont aucune valeur n’est connue ou calculable sur la période."),
        m.indicators_silent, section=N, wanted=DOWN,
    ),
    _line(
        "signals-found", N_("Signaux"),
        N_("Changements réels relevés par les cartes, dont le dernier relevé tombe dans la "
           "période."),
        m.signals_found, section=N,
    ),
    _line(
        "signals-unfavourable", N_("Signaux défavorables"),
        N_("Parmi eux, ceux qui vont dans le mauvais sens."),
        m.signals_unfavourable, section=N, wanted=DOWN,
    ),
    _line(
        "signals-unanalysed", N_("Signaux sans analyse"),
        N_("Parmi eux, ceux que personne n’a encore expliqués."),
        m.signals_unanalysed, section=N, wanted=DOWN,
    ),
)  # fmt: skip
ACCIDENTS = (
    _line(
        "accidents-stop", N_("Accidents du travail avec arrêt"),
        N_("Événements de cette nature au registre, arrivés pendant la période, hors écartés ; "
           "ceux des intérimaires quand leurs heures sont comptées, jamais ceux des entreprises "
           "extérieures."),
        e.events_of(EventKind.STOP), section=X, wanted=DOWN,
    ),
    _line(
        "accidents-no-stop", N_("Accidents du travail sans arrêt"),
        N_("Accidents déclarés sans jour d’arrêt, au registre, comptés de la même façon."),
        e.events_of(EventKind.NO_STOP), section=X, wanted=DOWN,
    ),
    _line(
        "days-lost", N_("Jours d’arrêt"),
        N_("Jours calendaires d’arrêt qui tombent dans la période, aussi pour des accidents "
           "antérieurs, d’après le registre."),
        e.days_lost, section=X, unit=Unit.DAYS, wanted=DOWN,
    ),
    _line(
        "near-misses", N_("Presque accidents et situations dangereuses"),
        N_("Événements dits avant que quelqu’un soit touché, au registre, pendant la période : en "
           "dire plus est souvent bon signe."),
        e.events_of(EventKind.NEAR_MISS, EventKind.DANGEROUS), section=X,
    ),
)  # fmt: skip
OBJECTIVES = (
    _line(
        "objectives-due", N_("Objectifs échus"),
        N_("Objectifs décidés dont l’échéance tombe dans la période, hors abandonnés."),
        c.objectives_due, section=B,
    ),
    _line(
        "objectives-reached", N_("Objectifs atteints"),
        N_("Parmi eux, ceux que la direction a déclarés atteints."),
        c.objectives_reached, section=B,
    ),
    _line(
        "objectives-reached-part", N_("Part des objectifs atteints"),
        N_("Objectifs atteints, divisés par les objectifs échus."),
        c.objectives_reached_ratio, section=B, unit=Unit.RATIO, wanted=UP,
    ),
    _line(
        "objectives-missed", N_("Objectifs non atteints"),
        N_("Parmi les objectifs échus, ceux déclarés non atteints."),
        c.objectives_missed, section=B, wanted=DOWN,
    ),
    _line(
        "objectives-running", N_("Objectifs en cours"),
        N_("Objectifs commencés et non terminés au soir du dernier jour de la période."),
        c.objectives_running, section=B,
    ),
    _line(
        "objectives-late", N_("Objectifs en retard"),
        N_("Parmi eux, ceux dont l’échéance était passée ce jour-là."),
        c.objectives_late, section=B, wanted=DOWN,
    ),
    _line(
        "objectives-dropped", N_("Objectifs abandonnés"),
        N_("Objectifs abandonnés pendant la période."),
        c.objectives_dropped, section=B,
    ),
    _line(
        "anomalies-open", N_("Anomalies de cohérence à traiter"),
        N_("D’après le dernier rapport de cohérence figé au plus tard le dernier jour de la "
           "période, pour toute l’entreprise."),
        c.anomalies(accepted=False), section=B, wanted=DOWN,
    ),
    _line(
        "anomalies-accepted", N_("Anomalies de cohérence acceptées"),
        N_("D’après le même rapport : acceptées par quelqu’un, avec une raison."),
        c.anomalies(accepted=True), section=B,
    ),
)  # fmt: skip
CATALOGUE: tuple[Counted, ...] = (
    *AUDITS,
    *FINDINGS,
    *ACTIONS,
    *INDICATORS,
    *ACCIDENTS,
    *OBJECTIVES,
)
"""Every figure, section by section, in the order in which they are read."""
