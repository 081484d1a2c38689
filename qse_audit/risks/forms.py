"""What people type about risk analyses. Shape only: rules that need facts live in ``rules``."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    DateField,
    FieldList,
    FormField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from qse_audit.core.text import pick
from qse_audit.risks.rules import (
    METHODS,
    Column,
    Criterion,
    Kind,
    LineDraft,
    RatingStage,
    RiskMethod,
    Scale,
)
from qse_audit.risks.rules.analyses import (
    NAME_MAX,
    TEXT_MAX,
    TITLE_MAX,
    AnalysisDraft,
    MemberDraft,
    RatingDraft,
)
from qse_audit.risks.rules.methods import COUNT_MAX
from qse_audit.risks.rules.pasting import MOST_PASTED
from qse_audit.web.forms import (
    REQUIRED,
    TABLES,
    CheckboxesField,
    CodeField,
    DomainsField,
    Form,
    VersionedForm,
    choices_of,
    only_digits,
)
from qse_audit.web.i18n import locale, translate

COMMON = ("situation", "event", "effect", "cause", "prevention", "detection", "family")
Choices = Sequence[tuple[Any, str]]


class AnalysisForm(VersionedForm):
    """What an analysis is about."""

    title = StringField(
        _l("Ce que l’on analyse"),
        [InputRequired(REQUIRED), Length(max=TITLE_MAX)],
        description=_l("Une ligne : le procédé, le moyen, le site ou l’activité."),
    )
    domains = DomainsField(_l("Domaines"), is_short=True)
    scale = SelectField(
        _l("Échelle de cotation"),
        [InputRequired(REQUIRED)],
        description=_l("Elle est copiée dans l’analyse : les notes gardent leur sens."),
    )
    question = TextAreaField(
        _l("La question, et pourquoi cet outil y répond"),
        [Length(max=TEXT_MAX)],
        description=_l("Ce que l’on veut savoir, et pour décider quoi."),
    )
    scope = TextAreaField(_l("Périmètre"), [Length(max=TEXT_MAX)])
    process_id = SelectField(_l("Processus"), [Optional()], coerce=only_digits)
    site_id = SelectField(_l("Site"), [Optional()], coerce=only_digits)
    owner_id = SelectField(_l("Responsable"), [Optional()], coerce=only_digits)
    review_on = DateField(_l("Prochaine revue"), [Optional()])
    triggers = TextAreaField(
        _l("Ce qui la fait revoir avant"),
        [Length(max=TEXT_MAX)],
        description=_l("Un accident, une réclamation, un nouveau moyen, un changement de lieu…"),
    )

    def offer(
        self,
        *,
        scales: Sequence[Scale],
        own: Sequence[Scale],
        processes: Choices,
        sites: Choices,
        people: Choices,
    ) -> None:
        """Offer what can be chosen, the firm’s ``own`` first; without scales, its own stays."""
        none = [("", "—")]
        if scales:
            self.scale.choices = scale_choices(own, scales)
        else:
            del self.scale
        self.process_id.choices = [*none, *processes]
        self.site_id.choices = [*none, *sites]
        self.owner_id.choices = [*none, *people]

    def draft(self, method: RiskMethod, scale: str = "") -> AnalysisDraft:
        """Return what was typed."""
        return AnalysisDraft(
            title=self.title.data or "",
            method=method,
            domains=self.domains.members(),
            scale=self.scale.data if "scale" in self else scale,
            question=self.question.data or "",
            scope=self.scope.data or "",
            process_id=self.process_id.data,
            site_id=self.site_id.data,
            owner_id=self.owner_id.data,
            review_on=self.review_on.data,
            triggers=self.triggers.data or "",
        )


def scale_choices(
    own: Sequence[Scale], delivered: Sequence[Scale]
) -> list[tuple[str, str]] | dict[str, list[tuple[str, str]]]:
    """Return scales as choices; in two groups where the firm has its own."""
    language = locale()
    usual = [(each.key, pick(each.title, language)) for each in delivered]
    if not own:
        return usual
    mine = [
        (each.key, gettext("%(title)s (version %(number)s)", title=pick(each.title, language),
                           number=each.version))
        for each in own
    ]  # fmt: skip
    return {gettext("Échelles de l’entreprise"): mine, gettext("Échelles livrées"): usual}


class MemberRow(PlainForm):
    """Somebody of the team."""

    person_id = SelectField(_l("Personne de l’organisation"), [Optional()], coerce=only_digits)
    name = StringField(_l("Ou un nom"), [Length(max=NAME_MAX)])
    function = StringField(_l("Fonction, apport"), [Length(max=NAME_MAX)])


class TeamForm(Form):
    """Who looked, and what each one brings."""

    members = FieldList(FormField(MemberRow), label=_l("Équipe"), max_entries=60)

    def offer(self, people: Choices) -> None:
        """Offer the people of the organisation, and a few empty lines."""
        if not self.is_submitted():
            for _place in range(3):
                self.members.append_entry({})
        choices = [("", "—"), *people]
        for row in self.members:
            row.person_id.choices = choices

    def drafts(self) -> list[MemberDraft]:
        """Return what was typed, the empty lines too."""
        return [
            MemberDraft(
                function=row.function.data or "",
                name=row.form.name.data or "",
                person_id=row.person_id.data,
            )
            for row in self.members
        ]


class SectionForm(VersionedForm):
    """A section: a step, a work unit, an activity."""

    title = StringField(_l("Nom"), [InputRequired(REQUIRED), Length(max=TITLE_MAX)])
    description = TextAreaField(_l("Description"), [Length(max=TEXT_MAX)])
    parent_id = SelectField(
        _l("Placée sous"), [Optional()], coerce=only_digits, validate_choice=False
    )

    def offer(self, sections: Choices) -> None:
        """Offer the sections that it may stand below; the service refuses any other."""
        self.parent_id.choices = [("", gettext("La racine")), *sections]


class ReasonForm(Form):
    """Why something is done."""

    note = TextAreaField(_l("Raison"), [Length(max=TEXT_MAX)])


# --- a line, as its method wants it ---


class LineForm(VersionedForm):
    """A line; :func:`line_form` adds the fields of its method and, for a new one, its notes."""

    section = SelectField("", [Optional()])
    """A path of titles, joined."""

    method: RiskMethod
    criteria: Sequence[Criterion] = ()

    def draft(self, paths: Mapping[str, tuple[str, ...]]) -> LineDraft:
        """Return what was typed; ``paths`` gives the section that each choice stands for."""
        card = METHODS[self.method]
        values = {column.code: self[f"c_{column.code}"].data for column in card.columns}
        details = {
            column.code: values[column.code]
            for column in card.details
            if values[column.code] not in (None, "", [])
        }
        texts = {name: str(values[name] or "") for name in COMMON if name in values}
        return LineDraft(section=paths.get(self.section.data or "", ()), details=details, **texts)

    def notes(self) -> dict[str, int]:
        """Return the notes that were given; empty for none."""
        return given_notes(self, self.criteria)


class RatingForm(Form):
    """A rating at a stage; :func:`rating_form` adds a field a criterion."""

    stage = CodeField(_l("Ce que l’on cote"), RatingStage, [InputRequired(REQUIRED)])
    reason = TextAreaField(
        _l("Pourquoi ces notes"),
        [Length(max=TEXT_MAX)],
        description=_l("Les faits : une mesure, un historique, ce que l’équipe a vu."),
    )
    proof = TextAreaField(
        _l("Preuve de l’effet"),
        [Length(max=TEXT_MAX)],
        description=_l("Pour une cotation vérifiée : ce qui montre que l’action a marché."),
    )
    design_change = TextAreaField(
        _l("Ce qui a changé dans la conception"),
        [Length(max=TEXT_MAX)],
        description=_l("Si la gravité baisse : elle ne baisse pas autrement."),
    )

    criteria: Sequence[Criterion] = ()
    places = {"off_the_scale": "stage", "half_rated": "stage"}

    def draft(self) -> RatingDraft:
        """Return what was typed."""
        return RatingDraft(
            stage=self.stage.data,
            notes=given_notes(self, self.criteria),
            reason=self.reason.data or "",
            proof=self.proof.data or "",
            design_change=self.design_change.data or "",
        )


def line_form(
    method: RiskMethod, scale: Scale | None, sections: Choices, **values: Any
) -> LineForm:
    """Return the form of a line of ``method``; with ``scale``, its notes are asked too."""
    fields: dict[str, Any] = {
        f"c_{column.code}": _field(column) for column in METHODS[method].columns
    }
    criteria = scale.criteria if scale else ()
    made = type("LineForm", (LineForm,), {**fields, **_note_fields(criteria)})
    form: LineForm = made(**values)
    form.method, form.criteria = method, criteria
    form.section.label.text = translate(METHODS[method].section.label)
    form.section.choices = [("", "—"), *sections]
    for column in METHODS[method].columns:
        if column.kind is Kind.FLAGS and column.choices:
            form[f"c_{column.code}"].choices = choices_of(column.choices)
    _offer_notes(form, criteria)
    return form


def rating_form(scale: Scale, stages: Sequence[RatingStage], **values: Any) -> RatingForm:
    """Return the form of a rating on ``scale``."""
    made = type("RatingForm", (RatingForm,), _note_fields(scale.criteria))
    form: RatingForm = made(**values)
    form.criteria = scale.criteria
    form.stage.choices = choices_of(RatingStage, stages)
    _offer_notes(form, scale.criteria)
    return form


def given_notes(form: Form, criteria: Sequence[Criterion]) -> dict[str, int]:
    """Return the notes of a form, without those that were left open."""
    found = {each.code: form[f"n_{each.code}"].data for each in criteria}
    return {code: int(value) for code, value in found.items() if value is not None}


def _note_fields(criteria: Sequence[Criterion]) -> dict[str, Any]:
    language = locale()
    return {
        f"n_{each.code}": SelectField(
            f"{each.letter} – {pick(each.label, language)}", [Optional()], coerce=only_digits
        )
        for each in criteria
    }


def _offer_notes(form: Form, criteria: Sequence[Criterion]) -> None:
    language = locale()
    for each in criteria:
        levels = [(lv.value, f"{lv.value} – {pick(lv.label, language)}") for lv in each.levels]
        form[f"n_{each.code}"].choices = [("", "—"), *levels]


def _field(column: Column) -> Any:
    """Return the field that asks for a column."""
    label = translate(column.label)
    hint = translate(column.hint) if column.hint else ""
    needed: list[Any] = [InputRequired(REQUIRED) if column.required else Optional()]
    if column.kind is Kind.CHOICE and column.choices:
        return CodeField(label, column.choices, needed, empty="", description=hint)
    if column.kind is Kind.FLAGS and column.choices:
        return CheckboxesField(label, description=hint)
    if column.kind is Kind.COUNT:
        return IntegerField(label, [*needed, NumberRange(0, COUNT_MAX)], description=hint)
    made = StringField if column.kind is Kind.TEXT else TextAreaField
    return made(label, [*needed, Length(max=column.most)], description=hint)


class BringForm(Form):
    """Lines from a spreadsheet: pasted, or in a file."""

    paste = TextAreaField(
        _l("Coller depuis un tableur"),
        [Length(max=MOST_PASTED)],
        description=_l("Copiez les cellules dans le tableur, collez-les ici."),
    )
    file = FileField(
        _l("Ou un fichier XLSX ou CSV"),
        description=_l("La première feuille qui contient quelque chose est lue."),
        render_kw={"accept": TABLES},
    )


class GridForm(Form):
    """What goes with the cells of a grid."""

    reason = TextAreaField(
        _l("Raison des notes qui changent"),
        [Length(max=TEXT_MAX)],
        description=_l(
            "Nécessaire quand une note baisse sans action : ce qui corrige l’estimation."
        ),
    )


class ScaleFileForm(Form):
    """The file of a scale of the firm’s own."""

    file = FileField(
        _l("Fichier YAML"),
        [FileRequired(REQUIRED)],
        description=_l("Partez d’une échelle de la liste : téléchargez-la, changez-la."),
        render_kw={"accept": ".yaml,.yml"},
    )


class CopyForm(Form):
    """An analysis that begins from another."""

    title = StringField(
        _l("Ce que l’on analyse"),
        [InputRequired(REQUIRED), Length(max=TITLE_MAX)],
        description=_l("Une ligne : le procédé, le moyen, le site ou l’activité."),
    )


class ThresholdsForm(Form):
    """Where bands begin; :func:`thresholds_form` adds a field a band."""

    bands: Sequence[str] = ()

    def thresholds(self) -> dict[str, int]:
        """Return what was typed, by the code of the band."""
        return {code: int(self[f"t_{code}"].data) for code in self.bands}


def thresholds_form(scale: Scale) -> ThresholdsForm:
    """Return the form of the thresholds of ``scale``, with what they are."""
    language = locale()
    fields = {
        f"t_{code}": IntegerField(
            gettext("« %(band)s » à partir de", band=pick(scale.band(code).label, language)),
            [InputRequired(REQUIRED), NumberRange(2, scale.most)],
            default=least,
        )
        for code, least in scale.thresholds.items()
    }
    made = type("ThresholdsForm", (ThresholdsForm,), fields)
    form: ThresholdsForm = made()
    form.bands = tuple(scale.thresholds)
    return form
