"""What people type about processes."""

from collections.abc import Iterable

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from qse_audit.accounts.rules import one_line
from qse_audit.processes.models import Process
from qse_audit.processes.rules import PURPOSE_MAX, ProcessKind
from qse_audit.processes.services import ProcessDraft
from qse_audit.web.forms import REQUIRED, CheckboxesField, CodeField, VersionedForm


def chosen_id(value: object) -> int | None:
    """Return the id that was chosen, ``None`` for the empty choice.

    :raises ValueError: for what is no id: the form then says so.
    """
    return int(str(value)) if value not in {None, ""} else None


class ProcessForm(VersionedForm):
    """A process: what it is for, who answers for it, who works in it and where."""

    name = StringField(
        _l("Nom"),
        [DataRequired(REQUIRED), Length(max=120)],
        filters=[lambda text: one_line(text) if text else text],
    )
    kind = CodeField(_l("Famille"), ProcessKind, [InputRequired(REQUIRED)])
    purpose = TextAreaField(
        _l("Finalité"),
        [Length(max=PURPOSE_MAX)],
        description=_l("À quoi il sert, et pour qui, en quelques lignes."),
        render_kw={"rows": 4},
    )
    owner_id = SelectField(
        _l("Pilote"), coerce=chosen_id, description=_l("Qui répond de ses résultats.")
    )
    member_ids = CheckboxesField(
        _l("Personnes qui y travaillent"),
        coerce=chosen_id,
        description=_l("Elles ne pourront pas l’auditer : l’auditeur est impartial."),
    )
    site_ids = CheckboxesField(_l("Sites"), coerce=chosen_id)

    def offer(
        self, people: Iterable[tuple[int, str]], sites: Iterable[tuple[int, str]]
    ) -> "ProcessForm":
        """Offer these people and sites; return the form."""
        members = list(people)
        self.owner_id.choices = [("", gettext("Pas encore de pilote")), *members]
        self.member_ids.choices = members
        self.site_ids.choices = list(sites)
        return self

    def draft(self) -> ProcessDraft:
        """Return what was typed, checked."""
        return ProcessDraft(
            name=self.name.data,
            kind=self.kind.data,
            purpose=self.purpose.data or "",
            owner_id=self.owner_id.data,
            member_ids=frozenset(self.member_ids.data or ()),
            site_ids=frozenset(self.site_ids.data or ()),
        )


def values_of(process: Process) -> dict[str, object]:
    """Return a stored process as the values of its form."""
    return {
        "name": process.name,
        "kind": process.kind,
        "purpose": process.purpose,
        "owner_id": process.owner_id,
        "member_ids": [member.id for member in process.members],
        "site_ids": [site.id for site in process.sites],
        "version": str(process.version),
    }
