"""What people type about audits. Shape only: rules that need facts live in ``rules``."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from flask_babel import lazy_gettext as _l
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
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import HiddenInput

from qse_audit.audits.models import Audit
from qse_audit.audits.rules import AuditMethod, Verdict
from qse_audit.audits.services import AuditPlan, AuditTeam, ReportWords
from qse_audit.core.permissions import Link
from qse_audit.web.forms import (
    REQUIRED,
    CheckboxesField,
    CodeField,
    Form,
    VersionedForm,
    choices_of,
    only_digits,
)

TEXT_LETTERS = 20_000
EMPTY_ROWS = 3
PARTS = (
    Link.AUDITOR,
    Link.TRAINEE_AUDITOR,
    Link.TECHNICAL_EXPERT,
    Link.OBSERVER,
    Link.AUDITEE,
)
"""The parts that a plan gives besides the lead auditor’s."""


def _text(label: Any, hint: Any = "", *, rows: int = 4) -> TextAreaField:
    checks = [Optional(), Length(max=TEXT_LETTERS)]
    return TextAreaField(label, checks, description=hint, render_kw={"rows": rows})


class PlanForm(VersionedForm):
    """Write what an audit is about, where and when."""

    title = StringField(
        _l("Titre"),
        [DataRequired(REQUIRED), Length(max=200)],
        description=_l("Court et parlant : le processus et l’occasion."),
    )
    objectives = _text(_l("Objectifs"), _l("Ce que l’audit doit permettre de décider."), rows=3)
    client = StringField(
        _l("Commanditaire"),
        [Optional(), Length(max=200)],
        description=_l("Qui demande l’audit : la direction, un client…"),
    )
    processes = CheckboxesField(_l("Processus audités"), [Optional()], coerce=int)
    sites = CheckboxesField(_l("Sites"), [Optional()], coerce=int)
    virtual_places = _text(
        _l("Lieux virtuels"), _l("Espaces partagés, outils, réunions à distance."), rows=2
    )
    scope = _text(
        _l("Limites du champ"),
        _l("Activités, équipes, période regardée ; ce qui est exclu."),
        rows=3,
    )
    method = CodeField(_l("Méthode"), AuditMethod, default=AuditMethod.ON_SITE)
    starts_on = DateField(_l("Premier jour"), [Optional()])
    ends_on = DateField(_l("Dernier jour"), [Optional()])

    def offer(self, processes: Iterable[Any], sites: Iterable[Any]) -> None:
        """Give the choices of the organisation."""
        self.processes.choices = [(process.id, process.name) for process in processes]
        self.sites.choices = [(site.id, site.name) for site in sites]

    def plan(self) -> AuditPlan:
        """Return what was typed."""
        return AuditPlan(
            title=self.title.data or "",
            objectives=self.objectives.data or "",
            scope=self.scope.data or "",
            virtual_places=self.virtual_places.data or "",
            client=self.client.data or "",
            method=self.method.data or AuditMethod.ON_SITE,
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            site_ids=self.sites.data or (),
            process_ids=self.processes.data or (),
        )


class NewAuditForm(PlanForm):
    """Draft an audit: its plan, and the referentials that it judges against."""

    editions = CheckboxesField(
        _l("Critères d’audit"),
        [Optional()],
        coerce=int,
        description=_l("Les référentiels entiers ; vous pourrez ensuite choisir des articles."),
    )


def stored_plan(audit: Audit) -> dict[str, Any]:
    """Return the values that a plan form starts from."""
    return {
        "version": audit.version,
        "title": audit.title,
        "objectives": audit.objectives,
        "client": audit.client,
        "processes": [process.id for process in audit.processes],
        "sites": [site.id for site in audit.sites],
        "virtual_places": audit.virtual_places,
        "scope": audit.scope,
        "method": audit.method,
        "starts_on": audit.starts_on,
        "ends_on": audit.ends_on,
    }


class ParticipantRow(PlainForm):
    """One person and the part they take."""

    person = SelectField(_l("Personne"), [Optional()], coerce=only_digits)
    part = SelectField(_l("Rôle dans l’audit"), [Optional()])


class TeamForm(VersionedForm):
    """Name who takes part; a row without a person counts for nothing."""

    lead = SelectField(_l("Responsable d’audit"), [Optional()], coerce=only_digits)
    participants = FieldList(FormField(ParticipantRow), label=_l("Participants"), max_entries=200)

    def offer(self, people: Sequence[Any]) -> None:
        """Give the choices of the organisation."""
        names = [("", "—"), *((person.id, person.name) for person in people)]
        self.lead.choices = names
        for row in self.participants:
            row.form.person.choices = names
            row.form.part.choices = choices_of(Link, PARTS)

    def add_rows(self) -> None:
        """Leave room for more people."""
        for _ in range(EMPTY_ROWS):
            self.participants.append_entry({"person": None, "part": Link.AUDITOR.value})

    def team(self) -> AuditTeam:
        """Return who was named; the last part given to a person counts."""
        parts = {
            row["person"]: Link(row["part"]) for row in self.participants.data if row["person"]
        }
        if self.lead.data:
            parts[self.lead.data] = Link.LEAD_AUDITOR
        people: dict[Link, list[int]] = {}
        for person_id, link in parts.items():
            people.setdefault(link, []).append(person_id)
        return AuditTeam(people=people)


def chosen_criteria(
    sent: Any, stored: Mapping[int, Sequence[str] | None]
) -> dict[int, Sequence[str] | None]:
    """Return the criteria that the tree page sent: kept editions, then the added ones.

    A kept edition is whole, or narrowed to the ticked clauses when ``extent`` says so.
    """
    kept = [i for i in stored if str(i) in sent.getlist("keep")]
    criteria: dict[int, Sequence[str] | None] = {}
    for edition_id in kept:
        narrowed = sent.get(f"extent-{edition_id}") == "chosen"
        criteria[edition_id] = sent.getlist(f"clause-{edition_id}") if narrowed else None
    for text in sent.getlist("add"):
        if text.isdecimal() and int(text) not in criteria:
            criteria[int(text)] = None
    return criteria


class CriteriaForm(VersionedForm):
    """Carry the token and the version of the tree page."""


class ShareForm(Form):
    """Carry the token of the page that shares the sections out."""


class AnswerForm(VersionedForm):
    """Answer one question."""

    verdict = CodeField(_l("Verdict"), Verdict, [Optional()], empty="—")
    observation = TextAreaField(
        _l("Observation"),
        [Optional(), Length(max=TEXT_LETTERS)],
        description=_l("Ce qui a été vu : quoi, où, quand, sur quel échantillon."),
        render_kw={"rows": 5},
    )


class ReasonForm(Form):
    """Say why."""

    reason = TextAreaField(
        _l("Raison"),
        [DataRequired(REQUIRED), Length(max=2000)],
        description=_l("Elle est gardée au journal."),
        render_kw={"rows": 3},
    )


class RevisionForm(ReasonForm):
    """Say why a report is revised; sent twice, it asks for the same version."""

    number = IntegerField(widget=HiddenInput(), validators=[Optional()])


class ReportForm(VersionedForm):
    """Write the words of a report."""

    participants = _text(
        _l("Participants et personnes rencontrées"), _l("Nom et fonction de chacun."), rows=4
    )
    opening_meeting_on = DateField(_l("Réunion d’ouverture"), [Optional()])
    closing_meeting_on = DateField(_l("Réunion de clôture"), [Optional()])
    conclusions = _text(
        _l("Conclusions"), _l("Conformité et efficacité : ce que l’audit permet de dire."), rows=6
    )
    fulfilment = _text(
        _l("Degré de satisfaction des critères"),
        _l("Jusqu’où les exigences des critères sont satisfaites, référentiel par référentiel."),
    )
    divergences = _text(
        _l("Divergences non résolues"),
        _l("Entre l’équipe d’audit et les audités. Écrivez « Aucune » s’il n’y en a pas."),
        rows=2,
    )
    sampling = _text(_l("Limites de l’échantillonnage"), rows=4)
    not_covered = _text(_l("Ce qui n’a pas été audité, et pourquoi"), rows=2)
    follow_up = _text(_l("Suites convenues"), rows=2)
    confidentiality = _text(_l("Confidentialité et diffusion"), rows=2)

    def words(self) -> ReportWords:
        """Return what was typed."""
        values: dict[str, Any] = {f.name: self[f.name].data for f in fields(ReportWords)}
        for name in values.keys() - {"opening_meeting_on", "closing_meeting_on"}:
            values[name] = values[name] or ""
        return ReportWords(**values)


def stored_words(audit: Audit) -> dict[str, Any]:
    """Return the values that a report form starts from."""
    return {"version": audit.version} | {
        field.name: getattr(audit, field.name) for field in fields(ReportWords)
    }
