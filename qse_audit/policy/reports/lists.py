"""The lists of this feature as spreadsheets."""

from collections.abc import Iterable, Sequence

from qse_audit.core.text import N_, Message
from qse_audit.documents.sheets import Cell, Column, Sheet, csv_bytes, xlsx
from qse_audit.documents.text import Texts
from qse_audit.policy.queries import IssueLine, NeedLine, ProposalLine
from qse_audit.policy.rules import Domain, Level, Priority

Heading = tuple[Message, int]
"""A heading and the width of its column."""

ISSUES: tuple[Heading, ...] = (
    (N_("Enjeu"), 40),
    (N_("Origine"), 12),
    (N_("Ce qu’il est pour nous"), 16),
    (N_("Famille PESTEL"), 18),
    (N_("Domaines"), 24),
    (N_("Poids"), 10),
    (N_("Fait"), 50),
    (N_("Effet"), 40),
    (N_("Noté par"), 20),
    (N_("Noté le"), 16),
    (N_("Revu par"), 20),
    (N_("Revu le"), 16),
    (N_("À revoir le"), 14),
    (N_("Retiré le"), 16),
    (N_("Motif du retrait"), 40),
)
NEEDS: tuple[Heading, ...] = (
    (N_("Partie intéressée"), 30),
    (N_("Famille"), 24),
    (N_("Influence"), 10),
    (N_("Intérêt"), 10),
    (N_("Exigence"), 50),
    (N_("Domaines"), 24),
    (N_("Obligation de conformité"), 12),
    (N_("D’où vient l’obligation"), 40),
    (N_("Réponse du système"), 50),
)
PROPOSALS: tuple[Heading, ...] = (
    (N_("Référence"), 14),
    (N_("Priorité"), 14),
    (N_("Statut"), 12),
    (N_("Proposition"), 40),
    (N_("Motif"), 50),
    (N_("Domaines"), 24),
    (N_("Faits"), 50),
    (N_("Faite par"), 20),
    (N_("Faite le"), 16),
    (N_("Décidée par"), 20),
    (N_("Décidée le"), 16),
    (N_("Motif de la décision"), 40),
)


def issues_sheet(found: Iterable[IssueLine], extension: str, locale: str) -> bytes:
    """Return issues as a ``csv`` or ``xlsx`` file."""
    words = _Words(locale)
    rows = (
        (
            line.title,
            words.tr(line.kind.label),
            words.tr(line.swot.label),
            words.tr(line.pestel.label) if line.pestel else "",
            words.domains(line.domains),
            words.level(line.weight),
            line.fact,
            line.effect,
            line.created_by,
            line.created_at,
            line.reviewed_by,
            line.reviewed_at,
            line.review_on,
            line.withdrawn_at,
            line.withdrawal_reason,
        )
        for line in found
    )
    return words.file(N_("Enjeux"), ISSUES, rows, extension)


def needs_sheet(found: Iterable[NeedLine], extension: str, locale: str) -> bytes:
    """Return the requirements of parties as a ``csv`` or ``xlsx`` file."""
    words = _Words(locale)
    rows = (
        (
            line.party,
            words.tr(line.kind.label),
            words.level(line.influence),
            words.level(line.interest),
            line.text,
            words.domains(line.domains),
            words.tr(N_("Oui") if line.is_obligation else N_("Non")),
            line.obligation,
            line.answer,
        )
        for line in found
    )
    return words.file(N_("Parties intéressées"), NEEDS, rows, extension)


def proposals_sheet(found: Iterable[ProposalLine], extension: str, locale: str) -> bytes:
    """Return proposals as a ``csv`` or ``xlsx`` file."""
    words = _Words(locale)
    rows = (
        (
            line.reference,
            words.tr(Priority(str(line.priority)).label),
            words.tr(line.status.label),
            line.title,
            line.reason,
            words.domains(line.domains),
            "\n".join(str(fact["label"]) for fact in line.facts),
            line.created_by,
            line.created_at,
            line.decided_by or "",
            line.decided_at,
            line.decision,
        )
        for line in found
    )
    return words.file(N_("Propositions"), PROPOSALS, rows, extension)


class _Words:
    """Codes in the language of a file, each looked up once."""

    def __init__(self, locale: str) -> None:
        self.locale = locale
        self.tr = Texts(locale).translate
        self._domains = {domain.value: self.tr(domain.label) for domain in Domain}
        self._levels = {int(level): self.tr(level.label) for level in Level}

    def domains(self, codes: Sequence[str]) -> str:
        return ", ".join(self._domains[code] for code in self._domains if code in codes)

    def level(self, value: int) -> str:
        return self._levels[value]

    def file(
        self, title: Message, headings: Sequence[Heading], rows: Iterable[Sequence[Cell]], kind: str
    ) -> bytes:
        columns = [Column(self.tr(name), width) for name, width in headings]
        sheet = Sheet(self.tr(title), columns, rows)
        if kind == "csv":
            return csv_bytes(sheet, locale=self.locale)
        return xlsx([sheet], title=self.tr(title))
