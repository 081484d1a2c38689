"""What people type of a workshop. Shape only: rules that need facts live in ``rules``."""

from flask_babel import lazy_gettext as _
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from qse_audit.web.forms import REQUIRED, CodeField, Form, VersionedForm
from qse_audit.workshops.rules import (
    MAX_NAME,
    MAX_PROPOSAL,
    MAX_TEXT,
    MAX_TITLE,
    VoteMethod,
    WorkshopDraft,
)


class WorkshopForm(VersionedForm):
    """What a workshop is about, and how its people vote."""

    title = StringField(
        _("Titre"),
        [InputRequired(REQUIRED), Length(max=MAX_TITLE)],
        description=_("Pour vous et l’entreprise ; les participants ne voient que la question."),
    )
    question = TextAreaField(
        _("La question posée aux participants"),
        [InputRequired(REQUIRED), Length(max=MAX_TEXT)],
        description=_("Quiconque a le lien la lit : rien de confidentiel, aucun nom."),
    )
    agenda = TextAreaField(
        _("Déroulé"),
        [Length(max=MAX_TEXT)],
        description=_("Vos étapes et leur durée : elles restent sur votre écran."),
    )
    method = CodeField(_("Comment on vote"), VoteMethod, [InputRequired(REQUIRED)])
    points_each = IntegerField(_("Points par personne"), [Optional()], default=5)

    places = {
        "title_missing": "title", "title_long": "title", "question_missing": "question",
        "question_long": "question", "points_range": "points_each", "rule_fixed": "method",
    }  # fmt: skip

    def draft(self) -> WorkshopDraft:
        """Return what was typed."""
        return WorkshopDraft(
            title=self.title.data or "",
            question=(self.question.data or "").replace("\r\n", "\n"),
            agenda=(self.agenda.data or "").replace("\r\n", "\n"),
            method=self.method.data,
            points_each=self.points_each.data or 0,
        )


class JoinForm(Form):
    """Who comes in."""

    name = StringField(_("Votre nom"), [InputRequired(REQUIRED), Length(max=MAX_NAME)])
    function = StringField(
        _("Votre fonction"),
        [InputRequired(REQUIRED), Length(max=MAX_NAME)],
        description=_("Votre nom et votre fonction figureront dans la feuille de présence."),
    )

    places = {"name_missing": "name", "function_missing": "function"}


class ProposalForm(Form):
    """One proposal."""

    text = TextAreaField(
        _("Votre proposition"), [InputRequired(REQUIRED), Length(max=MAX_PROPOSAL)]
    )

    places = {"text_missing": "text", "text_long": "text"}


class MoveForm(Form):
    """What the team concludes, when the result is frozen."""

    note = TextAreaField(_("Ce que l’équipe retient"), [Optional(), Length(max=MAX_TEXT)])

    places = {"note_missing": "note"}
