"""How messages are worded, when mails are tried again, and how the chain’s verbs read. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from qse_audit.accidents.rules import VERBS as ACCIDENT_VERBS
from qse_audit.actions.rules import VERBS as ACTION_VERBS
from qse_audit.audits.rules import Verdict
from qse_audit.balances.rules import VERBS as BALANCE_VERBS
from qse_audit.causes.rules import VERBS as CAUSE_VERBS
from qse_audit.core.text import N_, Message
from qse_audit.documents.text import day, moment
from qse_audit.duerp.rules import VERBS as DUERP_VERBS
from qse_audit.duerp.rules import Duties, year_after
from qse_audit.findings.rules import VERBS as FINDING_VERBS
from qse_audit.indicators.rules import VERBS as INDICATOR_VERBS
from qse_audit.objectives.rules import VERBS as OBJECTIVE_VERBS
from qse_audit.policy.rules import VERBS as POLICY_VERBS
from qse_audit.risks.rules.analyses import VERBS as RISK_VERBS
from qse_audit.risks.rules.own_scales import VERBS as SCALE_VERBS
from qse_audit.workshops.rules import VERBS as WORKSHOP_VERBS

RETRY_MINUTES = (1, 5, 15, 60, 240, 720)
"""How long to wait after each failed attempt to hand a mail over; then it is given up."""
CLAIM_LIFE = timedelta(minutes=10)
"""A claimed mail of which no more is heard is due again: nothing was sent yet."""
SENDING_LIFE = timedelta(minutes=10)
"""A mail whose sending never ended is uncertain after that."""
MAIL_LIFE = timedelta(days=3)
"""A mail that could not leave for so long is given up: its links may no longer serve."""
DIED_WHILE_SENDING, TOO_OLD = "died-while-sending", "too-old"
PROBLEMS: Mapping[str, Message] = {
    DIED_WHILE_SENDING: N_("L’application s’est arrêtée pendant l’envoi."),
    TOO_OLD: N_("Aucun serveur ne l’a pris à temps : ses liens ne servent peut-être plus."),
}
"""What our own words for a failed mail say to people; other problems are the server’s words."""
CATCH_UP_DAYS = 60
"""Reminders that fell longer ago are not made up for."""
ALIVE_SECONDS = 120
"""The scheduler counts as alive for so long after its last beat."""


def next_try(tries: int, now: datetime) -> datetime | None:
    """Return when to try again after ``tries`` failed attempts; ``None`` to give up."""
    if tries > len(RETRY_MINUTES):
        return None
    return now + timedelta(minutes=RETRY_MINUTES[tries - 1])


def as_message(msgid: str, values: Mapping[str, Any], locale: str) -> Message:
    """Return a stored message, its days and instants (``…_on``, ``…_at``) as people read them."""
    return Message(msgid, {name: _shown(name, value, locale) for name, value in values.items()})


def _shown(name: str, value: Any, locale: str) -> Any:
    if not name.endswith(("_on", "_at")):
        return value
    try:
        if name.endswith("_at"):
            return moment(datetime.fromisoformat(str(value)), locale)
        return day(date.fromisoformat(str(value)), locale)
    except ValueError:
        return value


def reminder(due_on: date, today: date, **words: str) -> Message:
    """Return what the owner of an action reads; true on the day when it is read, too."""
    words["due_on"] = due_on.isoformat()
    if due_on < today:
        return N_("Échéance dépassée depuis le %(due_on)s : %(title)s (%(reference)s)", **words)
    return N_("Échéance le %(due_on)s : %(title)s (%(reference)s)", **words)


def values_due(due_on: date, **words: str) -> Message:
    """Return what the owner of an indicator reads when its values are due."""
    words["due_on"] = due_on.isoformat()
    return N_("Valeurs attendues pour le %(due_on)s : %(title)s (%(reference)s)", **words)


def verification_due(verify_on: date, **words: str) -> Message:
    """Return what a verifier reads when the delay before verification is over."""
    words["verify_on"] = verify_on.isoformat()
    return N_("Efficacité à vérifier depuis le %(verify_on)s : %(title)s (%(reference)s)", **words)


def policy_review(review_on: date, today: date, *, number: str) -> Message:
    """Return what a coordinator reads about the review of the policy in force."""
    words = {"review_on": review_on.isoformat(), "number": number}
    if review_on < today:
        return N_("La politique version %(number)s devait être revue le %(review_on)s.", **words)
    return N_("La politique version %(number)s est à revoir le %(review_on)s.", **words)


DUERP_OFFSETS = (-30, 0)
"""When coordinators hear of the yearly update of the DUERP: days from its date."""


def duerp_days(
    approved_on: date | None, duties: Duties, event_on: date | None, today: date
) -> Iterator[tuple[str, date]]:
    """Give what is to be said of a DUERP by ``today``: ``soon``, ``late`` or ``event``, its day.

    What fell longer ago than reminders are made up for is not said again.
    """
    oldest = today - timedelta(days=CATCH_UP_DAYS)
    if event_on is not None and event_on >= oldest:
        yield "event", event_on
    if approved_on is None or not duties.is_yearly:
        return
    due_on = year_after(approved_on)
    passed = [n for n in DUERP_OFFSETS if due_on + timedelta(days=n) <= today]
    if passed and due_on >= oldest:
        yield ("late" if max(passed) == 0 else "soon"), due_on


def duerp_update(name: str, due_on: date, *, reference: str) -> Message:
    """Return what a coordinator reads about the update of a DUERP."""
    words = {"due_on": due_on.isoformat(), "reference": reference}
    if name == "event":
        return N_(
            "Le document unique %(reference)s est à mettre à jour : fait nouveau du %(due_on)s.",
            **words,
        )
    return N_("La mise à jour annuelle du document unique %(reference)s : le %(due_on)s.", **words)


def duty_due(due_at: datetime, now: datetime, *, reference: str) -> Message:
    """Return what a coordinator reads of what the law asks after an event."""
    words = {"due_at": due_at.isoformat(), "reference": reference}
    if due_at < now:
        return N_("Démarche légale en retard depuis le %(due_at)s : %(reference)s", **words)
    return N_("Démarche légale à faire avant le %(due_at)s : %(reference)s", **words)


def analysis_review(review_on: date, today: date, *, reference: str) -> Message:
    """Return what the owner of a risk analysis in force reads about its review."""
    words = {"review_on": review_on.isoformat(), "reference": reference}
    if review_on < today:
        return N_("L’analyse %(reference)s devait être revue le %(review_on)s.", **words)
    return N_("L’analyse %(reference)s est à revoir le %(review_on)s.", **words)


SUBJECTS: Mapping[str, Message] = {
    "audit": N_("Audit"),
    "cause_analysis": N_("Analyse de causes"),
    "checklist_item": N_("Question"),
    "finding": N_("Constat"),
    "action": N_("Action"),
    "accident": N_("Événement"),
    "exposure": N_("Heures travaillées"),
    "report": N_("Rapport"),
    "evidence": N_("Preuve"),
    "process": N_("Processus"),
    "referential": N_("Référentiel"),
    "edition": N_("Édition"),
    "candidacy": N_("Candidature"),
    "situation": N_("Situation"),
    "dossier": N_("Dossier"),
    "context_issue": N_("Enjeu"),
    "climate_decision": N_("Enjeu climatique"),
    "interested_party": N_("Partie intéressée"),
    "proposal": N_("Proposition"),
    "policy": N_("Politique"),
    "indicator": N_("Indicateur"),
    "signal": N_("Signal"),
    "objective": N_("Objectif"),
    "axis": N_("Axe"),
    "priority": N_("Priorité"),
    "cascade": N_("Déclinaison des objectifs"),
    "anomaly": N_("Anomalie de cohérence"),
    "arbitration": N_("Arbitrage"),
    "coherence": N_("Examen de cohérence"),
    "balance": N_("Bilan QSE"),
    "risk_analysis": N_("Analyse de risques"),
    "risk": N_("Risque"),
    "risk_version": N_("Version d’une analyse de risques"),
    "risk_scale": N_("Échelle de cotation de l’entreprise"),
    "workshop": N_("Atelier"),
    "duerp_version": N_("Document unique"),
    "duerp_event": N_("Fait nouveau du document unique"),
    "duerp_measure": N_("Mesure du programme de prévention"),
    "duerp_request": N_("Demande de consultation"),
    "person": N_("Personne"),
    "invitation": N_("Invitation"),
    "organisation": N_("Organisation"),
    "site": N_("Site"),
    "mail": N_("Courriel"),
}
"""What the kinds of the register are called."""

VERBS: Mapping[str, Message] = {
    **ACCIDENT_VERBS,
    **ACTION_VERBS,
    **BALANCE_VERBS,
    **DUERP_VERBS,
    **FINDING_VERBS,
    **CAUSE_VERBS,
    **WORKSHOP_VERBS,
    **INDICATOR_VERBS,
    **OBJECTIVE_VERBS,
    **POLICY_VERBS,
    **RISK_VERBS,
    **SCALE_VERBS,
    "finding.edit": N_("Constat modifié"),
    "finding.attach": N_("Preuve jointe au constat"),
    "finding.detach": N_("Preuve retirée du constat"),
    "finding.finalise": N_("Constat rendu définitif"),
    "finding.delete": N_("Constat supprimé"),
    "audit.draft": N_("Audit créé"),
    "audit.change_plan": N_("Plan d’audit modifié"),
    "audit.set_team": N_("Équipe d’audit modifiée"),
    "audit.set_criteria": N_("Critères d’audit modifiés"),
    "audit.make_checklist": N_("Grille d’audit préparée"),
    "audit.share_sections": N_("Sections d’audit réparties"),
    "audit.plan": N_("Audit planifié"),
    "audit.start": N_("Audit démarré"),
    "audit.answer": N_("Réponse donnée à une question d’audit"),
    "audit.gather": N_("Preuve jointe à une question d’audit"),
    "audit.write_report": N_("Texte du rapport enregistré"),
    "audit.report": N_("Rapport d’audit émis"),
    "audit.revise": N_("Rapport d’audit révisé"),
    "audit.close": N_("Audit clos"),
    "audit.cancel": N_("Audit annulé"),
    "evidence.add": N_("Preuve ajoutée"),
    "evidence.correct": N_("Preuve corrigée"),
    "evidence.withdraw": N_("Preuve retirée, avec sa raison"),
    "process.create": N_("Processus créé"),
    "process.edit": N_("Processus modifié"),
    "process.archive": N_("Processus archivé"),
    "process.restore": N_("Processus remis en service"),
    "referential.create": N_("Référentiel créé"),
    "referential.import": N_("Référentiel importé"),
    "referential.describe": N_("Référentiel décrit"),
    "referential.publish": N_("Édition de référentiel publiée"),
    "referential.next-edition": N_("Édition suivante commencée"),
    "referential.delete-draft": N_("Édition en préparation supprimée"),
    "requirement.add": N_("Exigence ajoutée au référentiel"),
    "requirement.edit": N_("Exigence du référentiel modifiée"),
    "requirement.remove": N_("Exigence retirée du référentiel"),
    "requirement.reorder": N_("Exigences du référentiel réordonnées"),
    "candidacy.register": N_("Candidature inscrite"),
    "candidacy.correct": N_("Inscription modifiée"),
    "candidacy.start": N_("Candidature commencée"),
    "candidacy.reopen": N_("Candidature rouverte"),
    "candidacy.describe": N_("Candidature complétée"),
    "candidacy.assign": N_("Évaluateurs désignés"),
    "candidacy.accept-lateness": N_("Retard de remise accepté"),
    "candidacy.declare": N_("Dossier déclaré authentique, remise demandée"),
    "candidacy.disclose": N_("Sortie d’un fichier choisie"),
    "candidacy.submit": N_("Dossier remis"),
    "candidacy.withdraw": N_("Candidature abandonnée"),
    "dossier.seal": N_("Dossier scellé"),
    "situation.add": N_("Situation ajoutée"),
    "situation.correct": N_("Situation modifiée"),
    "situation.remove": N_("Situation retirée"),
    "situation.claim": N_("Situation rattachée aux capacités"),
    "situation.tie": N_("Fiche rattachée à une situation"),
    "situation.untie": N_("Fiche détachée d’une situation"),
    "situation.own-part": N_("Part personnelle décrite"),
    "opinion.save": N_("Avis de l’entreprise enregistré"),
    "opinion.sign": N_("Avis de l’entreprise signé"),
    "assessment.note": N_("Note d’évaluation enregistrée"),
    "organisation.create": N_("Organisation créée"),
    "organisation.rename": N_("Organisation renommée"),
    "organisation.limit": N_("Seuils de cohérence changés"),
    "site.create": N_("Site ajouté"),
    "site.edit": N_("Site modifié"),
    "site.archive": N_("Site archivé"),
    "site.restore": N_("Site remis en service"),
    "person.grant": N_("Rôles donnés"),
    "person.roles": N_("Rôles changés"),
    "person.remove": N_("Personne retirée de l’organisation"),
    "person.rename": N_("Personne renommée"),
    "person.password": N_("Mot de passe changé"),
    "person.reset-link": N_("Lien de nouveau mot de passe donné"),
    "invitation.create": N_("Invitation envoyée"),
    "invitation.revoke": N_("Invitation retirée"),
    "invitation.accept": N_("Invitation acceptée"),
    "mail.resend": N_("Courriel remis en attente d’envoi"),
    "mail.drop": N_("Courriel laissé sans suite"),
}
"""What each verb of the chain says to people; a verb that is not here shows its code."""


def precision(data: Mapping[str, Any]) -> tuple[Message, ...]:
    """Return what an act says besides its verb: the question answered, and the answer."""
    found = []
    if isinstance(data.get("position"), int):
        found.append(N_("question %(number)s", number=data["position"]))
    if data.get("after") in set(Verdict):
        found.append(Verdict(data["after"]).label)
    return tuple(found)
