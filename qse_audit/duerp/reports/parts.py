"""What several papers of a DUERP share: summaries, contributors, measures, reminders."""

from collections.abc import Iterator, Mapping, Sequence

from qse_audit.core.text import N_, Message
from qse_audit.documents.text import NOTHING
from qse_audit.duerp.reports.words import Wording
from qse_audit.duerp.rules import (
    PSYCHOSOCIAL,
    THERMAL,
    Content,
    Contribution,
    Duties,
    Measure,
    Summary,
)

MEASURE_HEADS = (
    N_("Mesure de prévention"),
    N_("Conditions d’exécution"),
    N_("Indicateur de résultat"),
    N_("Coût estimé"),
    N_("Calendrier"),
    N_("Responsable"),
)
SILENT: Mapping[str, tuple[Message, Message]] = {
    PSYCHOSOCIAL: (
        N_("Aucune ligne ne parle des risques psychosociaux"),
        N_("Charge, horaires, relations, harcèlement : l’évaluation les comprend (L4121-2, 7°)."),
    ),
    THERMAL: (
        N_("Aucune ligne ne parle des ambiances thermiques"),
        N_("Chaleur, froid : l’inventaire les comprend (R4121-1)."),
    ),
}
"""What is said while no line speaks of a family that the law names."""


def reminders(wording: Wording, content: Content) -> Iterator[tuple[str, str]]:
    """Give (title, text) of what a reader must know first."""
    if content.unrated_count:
        yield (
            wording.say(N_("Risques non cotés : %(count)d", count=content.unrated_count)),
            " ".join(_unrated(wording, content)),
        )
    for family in content.silent_families:
        title, text = SILENT[family]
        yield wording.say(title), wording.say(text)


def _unrated(wording: Wording, content: Content) -> Iterator[str]:
    """Say what it means that risks are not rated, and why they were approved so."""
    yield wording.say(N_("Leur gravité n’est pas connue : ils restent à coter."))
    if content.unrated_note:
        told = {"name": content.approved_by, "note": content.unrated_note}
        yield wording.say(N_("À l’approbation, %(name)s : « %(note)s »", **told))


def summary_rows(summaries: Sequence[Summary], names: Mapping[str, str]) -> list[list[str]]:
    """Return (name, count of each level, not rated, total)."""
    return [
        [names.get(each.key, each.key) or NOTHING, *map(str, each.counts), str(each.total)]
        for each in summaries
    ]


def contributor_row(each: Contribution, wording: Wording) -> list[str]:
    """Return (part, who, day, opinion); who is absent is said to be."""
    who = wording.say(N_("Sans interlocuteur")) if each.is_absent else each.who
    return [wording.say(each.part.label), who, wording.day(each.consulted_on), each.opinion]


def measure_row(each: Measure, content: Content, wording: Wording) -> list[str]:
    """Return a measure under :data:`MEASURE_HEADS`; what is missing is a dash."""
    return [
        f"{each.reference} {each.title}",
        each.conditions or NOTHING,
        each.result_indicator or NOTHING,
        wording.cost(each.cost_euros),
        wording.calendar(each),
        each.responsible or NOTHING,
    ]


def programme_title(content: Content) -> tuple[Message, Message]:
    """Return what the measures to come make, with its source."""
    if Duties(content.employees).needs_programme:
        return (
            N_("Programme annuel de prévention (PAPRIPACT)"),
            N_(
                "Mesures de l’année à venir, avec leurs conditions d’exécution, l’indicateur de "
                "résultat, le coût et le calendrier (Code du travail, L4121-3-1 III, 1°)."
            ),
        )
    return (
        N_("Liste des actions de prévention"),
        N_(
            "Actions de prévention et de protection décidées après l’évaluation (Code du travail, "
            "L4121-3-1 III, 2°)."
        ),
    )
