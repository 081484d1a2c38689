"""What people type about referentials."""

from collections.abc import Iterable
from typing import ClassVar

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, Field, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError

from qse_audit.core.text import LOCALES
from qse_audit.referentials.models import Edition, Requirement
from qse_audit.referentials.rules import MAX_REF, Ask, Domain, Draft, Identity, Outline
from qse_audit.web.forms import (
    REQUIRED,
    CheckboxesField,
    Form,
    VersionedForm,
    choices_of,
    only_digits,
)

TITLE_MAX, TEXT_MAX = 300, 4000
MAX_QUESTIONS = 200


def one_line(text: str | None) -> str | None:
    """Return ``text`` with single spaces and no line breaks."""
    return " ".join(text.split()) if text else text


def line(label: object, most: int, *, required: bool = False, hint: object = "") -> StringField:
    """Return a field of one line."""
    checks = [DataRequired(REQUIRED)] if required else []
    return StringField(label, [*checks, Length(max=most)], filters=[one_line], description=hint)


class RequiredUnless:
    """Ask for a field unless another one is filled: a title in one language is enough."""

    field_flags: ClassVar[dict[str, bool]] = {"required": True}

    def __init__(self, other: str) -> None:
        self.other = other

    def __call__(self, form: FlaskForm, field: Field) -> None:
        """Check one form."""
        if not field.data and not form[self.other].data:
            raise ValidationError(str(REQUIRED))


def title(other: str) -> StringField:
    """Return the field of a title in French, needed unless ``other`` holds it in English."""
    return StringField(
        _l("Intitulé"), [RequiredUnless(other), Length(max=TITLE_MAX)], filters=[one_line]
    )


def lines(label: object, *, rows: int = 3, hint: object = "") -> TextAreaField:
    """Return a field of several lines."""
    return TextAreaField(label, [Length(max=TEXT_MAX)], description=hint, render_kw={"rows": rows})


class ImportForm(Form):
    """A file that holds a referential."""

    file = FileField(
        _l("Fichier"),
        [FileRequired(REQUIRED)],
        description=_l(
            "YAML de qse-audit, CSV, XLSX ou bibliothèque CISO Assistant ; 8 Mo au plus."
        ),
        render_kw={"accept": ".yaml,.yml,.csv,.tsv,.txt,.xlsx,.json"},
    )


class NamingForm(Form):
    """What a table is, when only its file name tells."""

    ref = line(_l("Sigle ou numéro"), MAX_REF, required=True)
    title = line(_l("Intitulé"), TITLE_MAX, required=True)
    label = line(_l("Édition"), 32, required=True, hint=_l("Une année ou un indice : 2026, A, 1."))


class IdentityForm(VersionedForm):
    """A referential and its edition."""

    ref = line(_l("Sigle ou numéro"), MAX_REF, required=True, hint=_l("Court : GRILLE-ATELIER."))
    label = line(_l("Édition"), 32, required=True, hint=_l("Une année ou un indice : 2026, A, 1."))
    title_fr = title("title_en")
    title_en = line(_l("Intitulé en anglais"), TITLE_MAX)
    description_fr = lines(_l("À quoi il sert"))
    description_en = lines(_l("À quoi il sert, en anglais"))
    domains = CheckboxesField(_l("Domaines"), choices=lambda: choices_of(Domain))
    publisher = line(_l("Éditeur"), 120, hint=_l("Votre entreprise, un client, l’ISO."))
    source = lines(_l("Source"), rows=2, hint=_l("D’où viennent les exigences et les questions."))
    licence = line(_l("Licence"), TEXT_MAX)
    copyright = line(_l("Droits d’auteur"), TEXT_MAX)

    def identity(self) -> Identity:
        """Return what was typed, checked."""
        return Identity(
            ref=self.ref.data,
            label=self.label.data,
            title=_given(self.title_fr.data, self.title_en.data),
            description=_given(self.description_fr.data, self.description_en.data),
            publisher=self.publisher.data or "",
            domains=tuple(Domain(code) for code in self.domains.data or ()) or (Domain.OTHER,),
            source=self.source.data or "",
            licence=self.licence.data or "",
            copyright=self.copyright.data or "",
        )


class NewForm(IdentityForm):
    """A new in-house referential, empty or copied."""

    copied_id = SelectField(
        _l("Partir de"),
        coerce=only_digits,
        description=_l("Une copie se modifie librement ; l’original ne change pas."),
    )


class NextForm(Form):
    """The next edition."""

    label = line(_l("Édition"), 32, required=True, hint=_l("Une année ou un indice : 2027, B, 2."))


class RequirementForm(VersionedForm):
    """One requirement with its questions."""

    ref = line(_l("Numéro"), MAX_REF, required=True, hint=_l("Tel qu’on le cite : 7.10, A-3."))
    title_fr = title("title_en")
    assessable = BooleanField(
        _l("Point à vérifier"), description=_l("Décochez pour un simple titre de chapitre.")
    )
    questions_fr = lines(
        _l("Questions d’audit"),
        rows=4,
        hint=_l("Une question par ligne, telle que l’auditeur la pose sur le terrain."),
    )
    guidance_fr = lines(_l("Conseils à l’auditeur"), hint=_l("Où regarder, qui rencontrer."))
    evidence_fr = lines(_l("Preuves attendues"))
    text_fr = lines(
        _l("Texte de l’exigence"),
        hint=_l("Seulement un texte interne ou libre : jamais celui d’une norme."),
    )
    weight = IntegerField(
        _l("Poids"),
        [InputRequired(REQUIRED), NumberRange(0, 1_000_000)],
        description=_l("1 pour un point ordinaire."),
    )
    tags = line(_l("Thèmes"), 500, hint=_l("Séparés par des virgules : machines, epi."))
    title_en = line(_l("Intitulé en anglais"), TITLE_MAX)
    questions_en = lines(
        _l("Questions en anglais"), rows=4, hint=_l("Une par ligne, dans le même ordre.")
    )
    guidance_en = lines(_l("Conseils en anglais"))
    evidence_en = lines(_l("Preuves attendues en anglais"))
    text_en = lines(_l("Texte de l’exigence en anglais"))

    def validate_assessable(self, field: Field) -> None:
        """Refuse questions that no audit would ask, rather than lose them."""
        if not field.data and (self.questions_fr.data or self.questions_en.data):
            raise ValidationError(
                gettext("Un titre n’a pas de questions : retirez-les, ou cochez cette case.")
            )

    def draft(self) -> Draft:
        """Return what was typed, checked."""
        asked = {
            "fr": _lines_of(self.questions_fr.data),
            "en": _lines_of(self.questions_en.data),
        }
        return Draft(
            ref=self.ref.data,
            title=_given(self.title_fr.data, self.title_en.data),
            text=_given(self.text_fr.data, self.text_en.data),
            guidance=_given(self.guidance_fr.data, self.guidance_en.data),
            expected_evidence=_given(self.evidence_fr.data, self.evidence_en.data),
            assessable=bool(self.assessable.data),
            weight=self.weight.data,
            tags=tuple(tag[:64] for t in (self.tags.data or "").split(",") if (tag := t.strip())),
            questions=asked,
        )


def _given(fr: str | None, en: str | None) -> dict[str, str]:
    """Return the texts that hold something, by language."""
    texts = {"fr": (fr or "").strip(), "en": (en or "").strip()}
    return {code: text.replace("\r\n", "\n") for code, text in texts.items() if text}


def _lines_of(text: str | None) -> list[str]:
    """Return the questions of a field, one a line; an empty line inside keeps its rank."""
    found = [" ".join(part.split()) for part in (text or "").rstrip().splitlines()]
    return found[:MAX_QUESTIONS]


def identity_values(edition: Edition) -> dict[str, object]:
    """Return a stored edition as the values of its form."""
    referential = edition.referential
    return {
        "ref": referential.ref,
        "label": edition.label,
        **{f"title_{code}": referential.title.get(code, "") for code in LOCALES},
        **{f"description_{code}": edition.description.get(code, "") for code in LOCALES},
        "domains": referential.domains,
        "publisher": referential.publisher,
        "source": edition.source,
        "licence": edition.licence,
        "copyright": edition.copyright,
        "version": str(edition.version),
    }


def requirement_values(requirement: Requirement, asks: Iterable[Ask]) -> dict[str, object]:
    """Return a stored requirement as the values of its form."""
    questions = list(asks)
    values: dict[str, object] = {
        "ref": requirement.ref,
        "assessable": requirement.assessable,
        "weight": requirement.weight,
        "tags": ", ".join(requirement.tags),
        "version": str(requirement.version),
    }
    for code in LOCALES:
        values[f"title_{code}"] = requirement.title.get(code, "")
        values[f"text_{code}"] = requirement.text.get(code, "")
        values[f"guidance_{code}"] = requirement.guidance.get(code, "")
        values[f"evidence_{code}"] = requirement.expected_evidence.get(code, "")
        asked = [" ".join(ask.text.get(code, "").split()) for ask in questions]
        values[f"questions_{code}"] = "\n".join(asked).rstrip()
    return values


def naming_values(outline: Outline) -> dict[str, object]:
    """Return what a file name tells as the values of the form that corrects it."""
    return {
        "ref": outline.ref,
        "title": outline.title.get("fr", outline.ref),
        "label": outline.edition,
    }
