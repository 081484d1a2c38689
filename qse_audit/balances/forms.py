"""What people send about a balance."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import DateField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from qse_audit.balances.rules import (
    TEXT_MAX,
    TITLE_MAX,
    BalanceDomain,
    BalanceDraft,
    ReadingDraft,
)
from qse_audit.web.forms import (
    REQUIRED,
    CheckboxesField,
    VersionedForm,
    choices_of,
)


class BalanceForm(VersionedForm):
    """What a balance covers."""

    places: ClassVar[Mapping[str, str]] = {
        "period_backwards": "until_on",
        "period_too_long": "until_on",
        "period_out_of_time": "from_on",
        "not_begun": "from_on",
        "no_domain": "domains",
        "no_reason": "reason",
    }

    title = StringField(_l("Titre"), [DataRequired(REQUIRED), Length(max=TITLE_MAX)])
    from_on = DateField(_l("Du"), [InputRequired(REQUIRED)])
    until_on = DateField(
        _l("Au"),
        [InputRequired(REQUIRED)],
        description=_l("Dernier jour compris. La période précédente de même durée s’y compare."),
    )
    domains = CheckboxesField(_l("Domaines"), choices=lambda: choices_of(BalanceDomain))
    sites = CheckboxesField(
        _l("Sites"),
        coerce=lambda value: int(value or 0),
        description=_l("Aucun coché : toute l’entreprise."),
    )

    def offer(self, sites: Iterable[tuple[int, str]]) -> None:
        """Offer the sites of the organisation."""
        self.sites.choices = list(sites)

    def draft(self) -> BalanceDraft:
        """Return what was typed."""
        return BalanceDraft(
            title=self.title.data or "",
            from_on=self.from_on.data,
            until_on=self.until_on.data,
            site_ids=frozenset(self.sites.data or ()),
            domains=tuple(BalanceDomain(each) for each in self.domains.data or ()),
        )


class RevisionForm(BalanceForm):
    """A balance that replaces a frozen one."""

    reason = TextAreaField(
        _l("Pourquoi ce bilan en remplace un autre"),
        [DataRequired(REQUIRED), Length(max=TEXT_MAX)],
        render_kw={"rows": 2},
    )


class ReadingForm(VersionedForm):
    """What the author reads in one section."""

    comment = TextAreaField(_l("Ce que l’on en lit"), [Length(max=TEXT_MAX)])
    strengths = TextAreaField(_l("Points forts"), [Length(max=TEXT_MAX)], render_kw={"rows": 2})
    weaknesses = TextAreaField(_l("Points faibles"), [Length(max=TEXT_MAX)], render_kw={"rows": 2})
    salient = CheckboxesField(_l("Faits marquants"))

    def draft(self) -> ReadingDraft:
        """Return what was typed."""
        return ReadingDraft(
            comment=plain(self.comment.data),
            strengths=plain(self.strengths.data),
            weaknesses=plain(self.weaknesses.data),
            salient=tuple(self.salient.data or ()),
            offered=frozenset(str(key) for key, _ in self.salient.choices or ()),
        )


class ConclusionForm(VersionedForm):
    """What is concluded of the whole period."""

    conclusion = TextAreaField(
        _l("Conclusion"),
        [Length(max=TEXT_MAX)],
        description=_l("Ce que l’on retient de la période, pour qui ne lira que cela."),
        render_kw={"rows": 5},
    )


def plain(text: str | None) -> str:
    """Return a text with one kind of line end and no blank ends."""
    return (text or "").replace("\r\n", "\n").strip()
