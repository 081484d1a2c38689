"""What helps against the blank page: questions, suggestions and the sentences that people accept.

Pure data, in our own words; nothing here comes from a standard or from the official grid.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from qse_audit.core.involvement import Involvement
from qse_audit.core.permissions import Kind, Link
from qse_audit.core.text import N_, Message

FIELDS: Mapping[str, tuple[Message, Message, Message]] = {
    "context": (
        N_("Contexte"),
        N_("Le point de départ : l’entreprise, le problème ou la demande, l’enjeu."),
        N_("Qui vous a demandé quoi, quand, et que risquait l’entreprise à ne rien faire ?"),
    ),
    "own_role": (
        N_("Mon rôle"),
        N_("« Je » : ce qui vous était confié à vous, et jusqu’où vous décidiez seul."),
        N_("Qu’est-ce qui n’aurait pas eu lieu sans vous ? Qui validait vos choix ?"),
    ),
    "team_part": (
        N_("La part de l’équipe"),
        N_("« Nous » : ce que les autres ont fait. Le dire donne du poids à votre part."),
        N_("Qui d’autre a travaillé avec vous, et sur quoi précisément ?"),
    ),
    "what_i_did": (
        N_("Ce que j’ai fait"),
        N_("Les étapes dans l’ordre, la méthode et l’outil choisis, et pourquoi ceux-là."),
        N_("Par quoi avez-vous commencé ? Quel choix avez-vous fait, et contre quel autre ?"),
    ),
    "result": (
        N_("Résultat"),
        N_("Des chiffres avant et après, une décision prise, un document en service."),
        N_("À quoi voit-on, chiffre ou fait à l’appui, que la situation a changé ?"),
    ),
    "otherwise": (
        N_("Ce que je ferais autrement"),
        N_("Une difficulté réelle et ce qu’elle vous a appris."),
        N_("Si c’était à refaire lundi, que changeriez-vous en premier ?"),
    ),
}
"""Field of a situation → its label, its hint, and a question that always applies."""

PROMPTS: Mapping[str, Mapping[str, Message]] = {
    "C1": {
        "context": N_(
            "Quels enjeux et quelles parties intéressées pesaient sur la politique QSE ?"
        ),
        "own_role": N_("Quels éléments du bilan avez-vous réunis vous-même ?"),
        "what_i_did": N_("Quelles données avez-vous retenues, et sur quelle période ?"),
        "result": N_("Quelle proposition la direction a-t-elle retenue, et où est-ce écrit ?"),
        "otherwise": N_("Quelle donnée vous a manqué pour convaincre ?"),
    },
    "C2": {
        "context": N_("Pourquoi ce processus, et où commençait et finissait-il ?"),
        "own_role": N_("Qui avez-vous rencontré pour le décrire, et qui l’a validé ?"),
        "what_i_did": N_("Comment avez-vous vérifié que la description colle au terrain ?"),
        "result": N_("Qu’est-ce que la fiche a rendu visible : interface, risque, doublon ?"),
        "otherwise": N_("Quelle étape avez-vous d’abord mal comprise ?"),
    },
    "C3": {
        "context": N_("Quel était l’état du système avant : documents, rôles, revues ?"),
        "own_role": N_("Quelle partie du système avez-vous organisée ?"),
        "what_i_did": N_("Comment avez-vous relié les exigences aux processus ?"),
        "result": N_("Qu’avez-vous simplifié, et qui s’en sert aujourd’hui ?"),
        "otherwise": N_("Quelle règle s’est révélée trop lourde pour l’entreprise ?"),
    },
    "C4": {
        "context": N_("De quel engagement de la politique êtes-vous parti ?"),
        "own_role": N_("Avec qui avez-vous discuté les cibles, et qu’avez-vous décidé ?"),
        "what_i_did": N_("Comment avez-vous contrôlé que les niveaux s’accordent ?"),
        "result": N_("Quel conflit entre qualité, sécurité et environnement a été tranché ?"),
        "otherwise": N_("Quelle cible était intenable, et à quoi l’auriez-vous vu ?"),
    },
    "C5": {
        "context": N_("Quel objectif fallait-il piloter, et avec quelles données ?"),
        "own_role": N_("Qu’avez-vous choisi : formule, seuil, fréquence, source ?"),
        "what_i_did": N_("Comment avez-vous distingué un vrai signal d’une simple variation ?"),
        "result": N_("Quelle décision cet indicateur a-t-il fait prendre ?"),
        "otherwise": N_("Quel indicateur abandonneriez-vous, et pourquoi ?"),
    },
    "C6": {
        "context": N_("Quel risque cherchiez-vous, dans quelle unité de travail ?"),
        "own_role": N_("Comment avez-vous animé le groupe ?"),
        "what_i_did": N_("Pourquoi cet outil plutôt qu’un autre, et quelles échelles ?"),
        "result": N_("Quelle cotation avant, quelle cotation après, avec quelle preuve ?"),
        "otherwise": N_("Quel danger aviez-vous d’abord oublié ?"),
    },
    "C7": {
        "context": N_("Quels audits étaient prévus dans l’année, et pourquoi ceux-là ?"),
        "own_role": N_("Qu’avez-vous organisé : programme, équipe, critères, suivi ?"),
        "what_i_did": N_("Comment avez-vous choisi des auditeurs compétents et impartiaux ?"),
        "result": N_("Que dit le suivi : audits tenus, écarts soldés, délais ?"),
        "otherwise": N_("Quel audit auriez-vous placé plus tôt ou plus tard ?"),
    },
    "C8": {
        "context": N_("Quel champ, quels critères, quel audité, et quel enjeu pour lui ?"),
        "own_role": N_("Étiez-vous responsable d’audit, auditeur ou en formation ?"),
        "what_i_did": N_("Quel échantillon, quelles sources croisées, quelle preuve décisive ?"),
        "result": N_("Combien de constats, de quelle gravité, et quelles suites vérifiées ?"),
        "otherwise": N_("Quelle question n’avez-vous pas posée assez tôt ?"),
    },
}
"""Capability → field → a guiding question, for RNCP 28242."""

FACTS_TO_RECALL: Mapping[str, Message] = {
    "C1": N_("Quels éléments du bilan ou des enjeux ont été réunis, et pour quelle décision ?"),
    "C2": N_("Quel processus a été décrit, avec qui, et qui a validé la fiche ?"),
    "C3": N_("Quelle partie du système a été organisée : documents, rôles, planning, revues ?"),
    "C4": N_("Quel objectif a été relié à la politique, quelle incohérence relevée ?"),
    "C5": N_("Quel indicateur a été construit ou suivi, et quelle décision en est sortie ?"),
    "C6": N_("Quelle analyse de risques a été animée, dans quelle unité de travail ?"),
    "C7": N_("Qu’est-ce qui a été organisé dans l’année d’audits : programme, équipes, suivi ?"),
    "C8": N_("Quel audit avez-vous vu mener, de la préparation au rapport ?"),
}
"""Capability → what a tutor may remember having seen, for RNCP 28242."""


def questions(field: str, capabilities: Iterable[str]) -> tuple[tuple[str, Message], ...]:
    """Return the questions of a field: the general one (``""``), then those of the capabilities."""
    own = ((code, PROMPTS.get(code, {}).get(field)) for code in capabilities)
    return (("", FIELDS[field][2]), *((code, text) for code, text in own if text))


# Suggestions -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hint:
    """A criterion that a kind of record usually helps to show, and why."""

    criterion: str
    kind: Kind
    involvements: frozenset[str]
    because: Message
    fact: str = ""
    """What the record must also hold: ``meetings``; ``""`` for nothing more."""


_LEAD = frozenset({Link.LEAD_AUDITOR})
_CONDUCT = frozenset({Link.LEAD_AUDITOR, Link.AUDITOR, Link.TRAINEE_AUDITOR})
_AUTHOR = frozenset({Link.AUTHOR, Link.LEAD_AUDITOR})
_WROTE = frozenset({Involvement.AUTHOR})
_CARRIED = frozenset({Involvement.OWNER, Involvement.AUTHOR})
_LED = frozenset({Involvement.FACILITATOR})
_TALKED = _CARRIED | {Involvement.SPEAKER}
_JUDGED = frozenset({Involvement.AUTHOR, Involvement.JUDGE})
_ANALYSED = _CARRIED | {Involvement.MEMBER}
_LIMITS = _CARRIED | {Involvement.KEEPER}
_ANALYST = frozenset({Involvement.ANALYST})

HINTS: tuple[Hint, ...] = (
    Hint(
        "C6-a",
        Kind.RISK_ANALYSIS,
        _CARRIED,
        N_("vous avez dit à quelle question l’outil répond"),
        "question",
    ),
    Hint(
        "C6-b",
        Kind.RISK_ANALYSIS,
        _CARRIED,
        N_("vous avez réuni une équipe et choisi l’échelle"),
        "team",
    ),
    Hint("C6-c", Kind.RISK_ANALYSIS, _ANALYSED, N_("vous y avez relevé ce qui peut arriver")),
    Hint("C6-d", Kind.RISK_ANALYSIS, _ANALYSED, N_("toutes ses lignes sont cotées"), "rated"),
    Hint(
        "C6-e",
        Kind.RISK_ANALYSIS,
        _ANALYSED,
        N_("ses actions suivent l’ordre de la prévention"),
        "prevention",
    ),
    Hint(
        "C6-f",
        Kind.RISK_ANALYSIS,
        _ANALYSED,
        N_("un risque y est recoté, preuve à l’appui"),
        "verified",
    ),
    Hint("C6-g", Kind.RISK_VERSION, _ANALYSED, N_("cette version est approuvée et diffusable")),
    Hint("C7-e", Kind.AUDIT, _LEAD, N_("vous en avez fixé le champ et les critères"), "criteria"),
    Hint("C8-a", Kind.AUDIT, _LEAD, N_("vous avez fait planifier cet audit"), "planned"),
    Hint("C8-b", Kind.AUDIT, _CONDUCT, N_("vous avez travaillé sur sa grille"), "answers"),
    Hint(
        "C8-c",
        Kind.AUDIT,
        _LEAD,
        N_("ses réunions d’ouverture et de clôture sont datées"),
        "meetings",
    ),
    Hint("C8-d", Kind.AUDIT, _CONDUCT, N_("vous y avez recueilli des preuves"), "answers"),
    Hint("C8-g", Kind.AUDIT, _LEAD, N_("il porte vos conclusions"), "conclusions"),
    Hint("C8-h", Kind.AUDIT, _LEAD, N_("son rapport est émis"), "reported"),
    Hint("C8-j", Kind.AUDIT, _LEAD, N_("il est clos après vérification des suites"), "closed"),
    Hint("C8-e", Kind.FINDING, _AUTHOR, N_("vous avez rédigé ce constat")),
    Hint("C8-f", Kind.FINDING, _AUTHOR, N_("vous en avez proposé la gravité")),
    Hint("C8-g", Kind.REPORT, _AUTHOR, N_("ce rapport conclut l’audit")),
    Hint("C8-h", Kind.REPORT, _AUTHOR, N_("ce rapport est complet et daté")),
    Hint("C8-d", Kind.EVIDENCE, frozenset({Link.AUTHOR}), N_("vous avez recueilli cette preuve")),
    Hint("C8-j", Kind.ACTION, frozenset({Link.VERIFIER}), N_("vous en avez vérifié l’efficacité")),
    Hint("C7-f", Kind.ACTION, frozenset({Link.VERIFIER}), N_("vous en avez assuré le suivi")),
    Hint(
        "C6-a",
        Kind.CAUSE_ANALYSIS,
        _CARRIED,
        N_("elle part d’une question écrite, et l’outil est choisi pour elle"),
        "asked",
    ),
    Hint("C6-b", Kind.WORKSHOP, _LED, N_("vous l’avez animé, présence à l’appui"), "team"),
    Hint("C6-b", Kind.CAUSE_ANALYSIS, _CARRIED, N_("vous y avez réuni une équipe nommée"), "team"),
    Hint("C6-c", Kind.ACCIDENT, _AUTHOR, N_("vous avez dit ce fait du terrain")),
    Hint(
        "C6-c",
        Kind.ACCIDENT,
        frozenset({Involvement.OWNER}),
        N_("vous en avez mené l’enquête jusqu’aux causes"),
        "causes",
    ),
    Hint("C1-a", Kind.CONTEXT_ISSUE, _WROTE, N_("vous avez noté cet enjeu")),
    Hint("C1-b", Kind.INTERESTED_PARTY, _WROTE, N_("vous avez noté ce qu’elle demande"), "needs"),
    Hint("C1-c", Kind.BALANCE, _WROTE, N_("vous y avez réuni les faits d’une période")),
    Hint("C1-c", Kind.BALANCE, _WROTE, N_("chaque partie y est commentée"), "read"),
    Hint(
        "C1-d",
        Kind.INTERESTED_PARTY,
        _WROTE,
        N_("l’une de ses demandes est une obligation"),
        "obligation",
    ),
    Hint("C1-e", Kind.PROPOSAL, _WROTE, N_("vous l’avez appuyée sur des faits"), "facts"),
    Hint("C1-g", Kind.PROPOSAL, _WROTE, N_("la direction l’a décidée"), "decided"),
    Hint("C1-f", Kind.POLICY, _WROTE, N_("son texte couvre les engagements attendus"), "covered"),
    Hint("C1-g", Kind.POLICY, _WROTE, N_("la direction l’a décidée"), "decided"),
    Hint("C4-a", Kind.COHERENCE, _JUDGED, N_("aucun engagement n’y est sans objectif"), "deployed"),
    Hint("C4-b", Kind.COHERENCE, _JUDGED, N_("aucun objectif n’y est sans engagement"), "traced"),
    Hint("C4-d", Kind.COHERENCE, _JUDGED, N_("les niveaux s’y accordent"), "levels"),
    Hint(
        "C4-d",
        Kind.COHERENCE,
        _JUDGED,
        N_("il montre ce qui a été corrigé depuis le précédent"),
        "compared",
    ),
    Hint("C4-b", Kind.OBJECTIVE, _CARRIED, N_("il sert un engagement"), "commitment"),
    Hint(
        "C4-c",
        Kind.OBJECTIVE,
        _CARRIED,
        N_("il est mesurable, daté, confié et doté de moyens"),
        "measurable",
    ),
    Hint("C4-d", Kind.OBJECTIVE, _CARRIED, N_("il se décline en sous-objectifs"), "children"),
    Hint(
        "C4-e",
        Kind.OBJECTIVE,
        frozenset({Involvement.DECIDER}),
        N_("vous en avez arbitré un conflit"),
        "settled",
    ),
    Hint("C4-e", Kind.OBJECTIVE, _CARRIED, N_("un conflit y est arbitré"), "settled"),
    Hint("C4-f", Kind.OBJECTIVE, _TALKED, N_("l’échange a mené à un accord"), "agreed"),
    Hint("C5-a", Kind.INDICATOR, _CARRIED, N_("vous en avez construit la fiche"), "card"),
    Hint("C5-b", Kind.INDICATOR, _CARRIED, N_("ses dernières valeurs sont complètes"), "values"),
    Hint("C5-c", Kind.INDICATOR, _LIMITS, N_("ses limites sont verrouillées"), "locked"),
    Hint("C5-d", Kind.INDICATOR, _CARRIED, N_("un signal y a mené à une suite"), "answered"),
    Hint("C5-e", Kind.INDICATOR, _CARRIED, N_("il a été revu"), "reviewed"),
    Hint("C5-f", Kind.INDICATOR, _CARRIED, N_("il est montré à ceux qui agissent"), "shown"),
    Hint("C5-c", Kind.SIGNAL, _ANALYST, N_("vous avez dit ce que ce signal voulait dire")),
    Hint("C5-d", Kind.SIGNAL, _ANALYST, N_("votre analyse a mené à une suite"), "answered"),
)
"""Kind of record and involvement → criterion of the working grid of RNCP 28242."""


@dataclass(frozen=True, slots=True)
class TiedRecord:
    """What the suggestions look at of one tied record."""

    kind: Kind
    involvement: str
    label: str
    facts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A criterion worth a look, never ticked by itself."""

    criterion: str
    because: Message


def suggestions(records: Iterable[TiedRecord]) -> tuple[Suggestion, ...]:
    """Return the criteria that tied records may help to show, each once, with the first reason."""
    found: dict[str, Suggestion] = {}
    for record in records:
        for hint in HINTS:
            if _fits(hint, record) and hint.criterion not in found:
                because = N_("%(record)s : %(because)s", record=record.label, because=hint.because)
                found[hint.criterion] = Suggestion(hint.criterion, because)
    return tuple(sorted(found.values(), key=lambda suggestion: suggestion.criterion))


def _fits(hint: Hint, record: TiedRecord) -> bool:
    return (
        hint.kind is record.kind
        and record.involvement in hint.involvements
        and (not hint.fact or hint.fact in record.facts)
    )


# Sentences that people accept ------------------------------------------------------------------

SIMPLE = N_("Signature électronique simple (règlement eIDAS)")
CONSENT = N_(
    "J’atteste que cet avis rapporte des faits que j’ai constatés ou vérifiés, et j’accepte de le "
    "signer par une signature électronique simple, liée à mon compte et à cette date."
)
"""What the tutor accepts when signing."""
AUTHENTICITY = N_(
    "Je déclare que les situations décrites sont les miennes, que ma propre part y est distinguée "
    "de celle de l’équipe, et que les enregistrements joints n’ont pas été modifiés "
    "pour ce dossier."
)
"""What the candidate accepts when submitting."""
RELEASE_SENTENCE = N_(
    "J’ai relu la liste de ce qui quitte l’entreprise : aucun fichier n’y montre une personne qui "
    "ne doit pas l’être, ni un secret de l’entreprise."
)
"""What the candidate confirms of the files that go out."""
CONFIDENTIALITY = N_(
    "Ce dossier contient des informations internes de l’entreprise et des données personnelles. Il "
    "est réservé à l’évaluation de cette candidature ; il ne peut être ni diffusé ni réutilisé."
)
