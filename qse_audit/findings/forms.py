"""What people write about findings. Shape only: rules that need facts live in ``rules``."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from qse_audit.findings.rules import (
    MAX_CLAUSE_LETTERS,
    MAX_LABEL_LETTERS,
    MAX_TEXT_LETTERS,
    MAX_TITLE_LETTERS,
    Grade,
    Statement,
)
from qse_audit.processes.queries import ProcessChoice
from qse_audit.web.forms import REQUIRED, CodeField, Form, VersionedForm, only_digits

PARTS = ("requirement_text", "evidence_text", "gap_text", "impact_text")
"""The four parts of a statement, in the order in which one thinks."""


class FindingForm(VersionedForm):
    """Write a finding."""

    grade = CodeField(_l("Gravité"), Grade, [InputRequired(REQUIRED)])
    title = StringField(
        _l("Titre"),
        [Optional(), Length(max=MAX_TITLE_LETTERS)],
        description=_l("Une ligne qui se comprend seule dans une liste."),
    )
    requirement_text = TextAreaField(
        _l("Ce qui est exigé"),
        [Optional(), Length(max=MAX_TEXT_LETTERS)],
        description=_l("La règle, avec vos mots, et où elle se trouve."),
    )
    evidence_text = TextAreaField(
        _l("Ce qui a été vu"),
        [Optional(), Length(max=MAX_TEXT_LETTERS)],
        description=_l("Quoi, où, quand, sur quel échantillon. Des faits que chacun peut revoir."),
    )
    gap_text = TextAreaField(
        _l("L’écart"),
        [Optional(), Length(max=MAX_TEXT_LETTERS)],
        description=_l("La phrase qui dit en quoi ce qui a été vu ne tient pas l’exigence."),
    )
    impact_text = TextAreaField(
        _l("Le risque"),
        [Optional(), Length(max=MAX_TEXT_LETTERS)],
        description=_l("Ce que cela peut entraîner pour le client, les personnes, le milieu."),
    )
    referential_label = StringField(_l("Référentiel"), [Optional(), Length(max=MAX_LABEL_LETTERS)])
    clause_ref = StringField(_l("Article ou règle"), [Optional(), Length(max=MAX_CLAUSE_LETTERS)])
    process_id = SelectField(_l("Processus"), coerce=only_digits, validate_choice=False)

    def offer(self, processes: Iterable[ProcessChoice], stored: tuple[int, str] | None) -> None:
        """Give the choices of the process; the stored one stays even when it was archived."""
        choices = {process.id: process.name for process in processes}
        if stored is not None:
            choices.setdefault(*stored)
        self.process_id.choices = [("", "—"), *choices.items()]

    def statement(self) -> Statement:
        """Return what was written."""
        return Statement(
            grade=self.grade.data,
            title=" ".join((self.title.data or "").split()),
            requirement_text=_plain(self.requirement_text.data),
            evidence_text=_plain(self.evidence_text.data),
            gap_text=_plain(self.gap_text.data),
            impact_text=_plain(self.impact_text.data),
            referential_label=(self.referential_label.data or "").strip(),
            clause_ref=(self.clause_ref.data or "").strip(),
            process_id=self.process_id.data,
        )


class MoveForm(Form):
    """Say why a finding moves, where it must be said."""

    reason = TextAreaField(_l("Motif"), [Optional(), Length(max=2_000)])


def _plain(text: str | None) -> str:
    """Return a text with one kind of line end and no blank ends."""
    return (text or "").replace("\r\n", "\n").strip()
