"""What people type about the elements of the policy. Shape only: rules live in ``rules``."""

from collections.abc import Iterable

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from qse_audit.policy.rules import (
    LABEL_MAX,
    LINE_MAX,
    SENTENCE_MAX,
    SWOT_OF,
    TEXT_MAX,
    Fact,
    IssueDraft,
    IssueKind,
    Level,
    NeedDraft,
    PartyDraft,
    PartyKind,
    Pestel,
    PolicyDraft,
    Priority,
    ProposalDraft,
    SentenceDraft,
    Swot,
)
from qse_audit.web.forms import (
    REQUIRED,
    CheckboxesField,
    CodeField,
    DomainsField,
    Form,
    VersionedForm,
)


class IssueForm(VersionedForm):
    """An issue of the context: what it is, the fact that shows it, what it changes."""

    title = StringField(
        _l("Enjeu"),
        [DataRequired(REQUIRED), Length(max=LINE_MAX)],
        description=_l("Une ligne qui se comprend seule."),
    )
    swot = CodeField(_l("Ce qu’il est pour nous"), Swot, [InputRequired(REQUIRED)], empty="")
    pestel = CodeField(
        _l("Famille, s’il vient de l’extérieur"),
        Pestel,
        [Optional()],
        empty=_l("Aucune : il est interne"),
        description=_l("Une opportunité ou une menace vient de l’extérieur."),
    )
    domains = DomainsField(_l("Domaines touchés"), [InputRequired(REQUIRED)])
    fact = TextAreaField(
        _l("Le fait qui le montre"),
        [DataRequired(REQUIRED), Length(max=TEXT_MAX)],
        description=_l("Un chiffre, un enregistrement, un texte : ce que chacun peut revoir."),
    )
    effect = TextAreaField(_l("Ce qu’il change pour nous"), [Length(max=TEXT_MAX)])
    weight = CodeField(
        _l("Poids"),
        Level,
        [InputRequired(REQUIRED)],
        default=Level.SOME,
        description=_l("Ce qu’il pèse sur les résultats attendus : 1 peu, 3 beaucoup."),
    )
    review_on = DateField(_l("À revoir le"), [InputRequired(REQUIRED)])

    def draft(self) -> IssueDraft:
        """Return what was typed; where it comes from follows from what it is."""
        swot = self.swot.data
        kind = next(kind for kind, each in SWOT_OF.items() if swot in each)
        return IssueDraft(
            title=" ".join((self.title.data or "").split()),
            kind=kind,
            swot=swot,
            pestel=self.pestel.data if kind is IssueKind.EXTERNAL else None,
            domains=self.domains.members(),
            fact=plain(self.fact.data),
            effect=plain(self.effect.data),
            weight=int(self.weight.data),
            review_on=self.review_on.data,
        )


class ReviewForm(Form):
    """Say that it was looked at and still holds."""

    review_on = DateField(_l("À revoir le"), [InputRequired(REQUIRED)])


class ReasonForm(Form):
    """Say why; the reason stays."""

    reason = TextAreaField(_l("Motif"), [DataRequired(REQUIRED), Length(max=2_000)])


class ClimateForm(Form):
    """Decide whether climate change is a relevant issue."""

    is_relevant = RadioField(
        _l("Le changement climatique est-il un enjeu pertinent ?"),
        [InputRequired(REQUIRED)],
        choices=lambda: [
            ("yes", gettext("Oui, il est pertinent")),
            ("no", gettext("Non, il ne l’est pas")),
        ],
    )
    reason = TextAreaField(
        _l("Pourquoi"),
        [DataRequired(REQUIRED), Length(max=TEXT_MAX)],
        description=_l("Ce que le climat fait à l’activité, et ce que l’activité fait au climat."),
        render_kw={"rows": 5},
    )
    review_on = DateField(_l("À revoir le"), [InputRequired(REQUIRED)])


class PartyForm(VersionedForm):
    """An interested party: who, how much it can do, how much it cares."""

    name = StringField(_l("Nom"), [DataRequired(REQUIRED), Length(max=LABEL_MAX)])
    kind = CodeField(_l("Famille"), PartyKind, [InputRequired(REQUIRED)], empty="")
    influence = CodeField(
        _l("Influence"),
        Level,
        [InputRequired(REQUIRED)],
        default=Level.SOME,
        description=_l("Ce qu’elle peut nous faire faire, ou empêcher : 1 peu, 3 beaucoup."),
    )
    interest = CodeField(
        _l("Intérêt"),
        Level,
        [InputRequired(REQUIRED)],
        default=Level.SOME,
        description=_l("À quel point ce que nous faisons compte pour elle : 1 peu, 3 beaucoup."),
    )
    heard_by = TextAreaField(
        _l("Comment nous l’écoutons"),
        [Length(max=TEXT_MAX)],
        description=_l("Réunions, enquêtes, visites, courriers : d’où vient ce que nous savons."),
    )
    review_on = DateField(_l("À revoir le"), [InputRequired(REQUIRED)])

    def draft(self) -> PartyDraft:
        """Return what was typed."""
        return PartyDraft(
            name=self.name.data or "",
            kind=self.kind.data,
            influence=int(self.influence.data),
            interest=int(self.interest.data),
            heard_by=plain(self.heard_by.data),
            review_on=self.review_on.data,
        )


class NeedForm(VersionedForm):
    """What a party asks for, whether we must, and how we answer."""

    text = TextAreaField(_l("Ce qu’elle demande"), [DataRequired(REQUIRED), Length(max=TEXT_MAX)])
    domains = DomainsField(_l("Domaines touchés"), [InputRequired(REQUIRED)])
    is_obligation = BooleanField(
        _l("C’est une obligation de conformité"),
        description=_l("La loi l’impose, ou nous avons promis de le faire."),
    )
    obligation = TextAreaField(
        _l("D’où vient l’obligation"),
        [Length(max=TEXT_MAX)],
        description=_l("Le texte, l’arrêté, le contrat ou la promesse."),
        render_kw={"rows": 2},
    )
    answer = TextAreaField(
        _l("Comment le système y répond"),
        [Length(max=TEXT_MAX)],
        description=_l("Le processus, la règle, le suivi."),
    )

    def draft(self) -> NeedDraft:
        """Return what was typed."""
        return NeedDraft(
            text=plain(self.text.data),
            domains=self.domains.members(),
            is_obligation=bool(self.is_obligation.data),
            obligation=plain(self.obligation.data),
            answer=plain(self.answer.data),
        )


class ProposalForm(VersionedForm):
    """What should enter or change the policy, and the facts behind it."""

    title = StringField(
        _l("Proposition"),
        [DataRequired(REQUIRED), Length(max=LINE_MAX)],
        description=_l("Ce qui devrait entrer dans la politique, ou y changer."),
    )
    reason = TextAreaField(
        _l("Pourquoi, et ce que cela changerait"), [Length(max=TEXT_MAX)], render_kw={"rows": 5}
    )
    domains = DomainsField(_l("Domaines"), [InputRequired(REQUIRED)])
    priority = CodeField(_l("Priorité"), Priority, [InputRequired(REQUIRED)], default=Priority.THEN)
    facts = CheckboxesField(
        _l("Les faits sur lesquels elle repose"),
        description=_l("La direction ne retient que ce qui repose sur au moins un fait."),
    )

    def offer(self, facts: Iterable[Fact]) -> None:
        """Offer these facts."""
        self._offered = {f"{fact.kind}:{fact.id}": fact for fact in facts}
        self.facts.choices = [(code, fact.label) for code, fact in self._offered.items()]

    def draft(self) -> ProposalDraft:
        """Return what was typed."""
        return ProposalDraft(
            title=self.title.data or "",
            reason=plain(self.reason.data),
            domains=self.domains.members(),
            priority=int(self.priority.data),
            facts=tuple(self._offered[code] for code in self.facts.data or ()),
        )


class PolicyForm(VersionedForm):
    """What stands around the sentences of a policy."""

    title = StringField(_l("Titre"), [DataRequired(REQUIRED), Length(max=LINE_MAX)])
    introduction = TextAreaField(
        _l("Introduction"),
        [Length(max=TEXT_MAX)],
        description=_l("Qui nous sommes, en quelques lignes : on doit reconnaître l’entreprise."),
        render_kw={"rows": 4},
    )
    signature = StringField(
        _l("Signataire"),
        [Length(max=LINE_MAX)],
        description=_l("Nom et fonction, comme sur l’affiche."),
    )
    review_on = DateField(_l("Prochaine revue"), [Optional()])
    change_reason = TextAreaField(
        _l("Pourquoi cette version"),
        [Length(max=TEXT_MAX)],
        description=_l("Ce qui a changé depuis la précédente."),
        render_kw={"rows": 2},
    )

    def draft(self) -> PolicyDraft:
        """Return what was typed."""
        return PolicyDraft(
            title=self.title.data or "",
            introduction=plain(self.introduction.data),
            signature=" ".join((self.signature.data or "").split()),
            review_on=self.review_on.data,
            change_reason=plain(self.change_reason.data),
        )


class SentenceForm(VersionedForm):
    """One sentence of a policy."""

    text = TextAreaField(
        _l("Phrase"), [DataRequired(REQUIRED), Length(max=SENTENCE_MAX)], render_kw={"rows": 2}
    )
    is_commitment = BooleanField(_l("C’est un engagement"))
    domains = DomainsField(_l("Domaines"), is_short=True)

    def draft(self) -> SentenceDraft:
        """Return what was typed."""
        return SentenceDraft(
            text=plain(self.text.data),
            is_commitment=bool(self.is_commitment.data),
            domains=self.domains.members(),
        )


class CoverForm(VersionedForm):
    """Which sentences cover an expected commitment, or why none does."""

    sentences = CheckboxesField(_l("Phrases qui le portent"))
    note = TextAreaField(
        _l("Sinon, pourquoi la politique s’en passe"), [Length(max=2_000)], render_kw={"rows": 2}
    )


class StartForm(Form):
    """Begin a version."""

    after = SelectField(_l("Partir de"), coerce=lambda value: int(value or 0))

    def offer(self, versions: Iterable[tuple[int, str]]) -> None:
        """Offer these versions to start from."""
        self.after.choices = [*versions, (0, gettext("Une page blanche"))]


class DecisionForm(Form):
    """What management decides, and why."""

    decision = RadioField(_l("Votre décision"), [InputRequired(REQUIRED)], choices=[])
    reason = TextAreaField(
        _l("Motif"),
        [Length(max=2_000)],
        description=_l("Obligatoire pour renvoyer ou refuser ; les rédacteurs le lisent."),
    )


class CommunicationForm(Form):
    """When, to whom and how a policy was made known."""

    happened_on = DateField(_l("Le"), [InputRequired(REQUIRED)])
    audience = StringField(_l("À qui"), [DataRequired(REQUIRED), Length(max=LINE_MAX)])
    channel = StringField(
        _l("Comment"),
        [DataRequired(REQUIRED), Length(max=LINE_MAX)],
        description=_l("Réunion, affichage, site, courrier, accueil des nouveaux."),
    )
    note = TextAreaField(_l("Précisions"), [Length(max=TEXT_MAX)], render_kw={"rows": 2})


def plain(text: str | None) -> str:
    """Return a text with one kind of line end and no blank ends."""
    return (text or "").replace("\r\n", "\n").strip()
