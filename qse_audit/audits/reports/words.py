"""The words of a printed report, and its values worded in one language."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction
from itertools import groupby

from qse_audit.actions.rules import ActionKind, ActionStatus
from qse_audit.audits.queries.report_model import (
    AuditReport,
    ReportedEvidence,
    ReportedFinding,
    as_model,
)
from qse_audit.audits.rules import NONCONFORMING, AuditMethod, Verdict, conformity
from qse_audit.core.canonical import canonical_json
from qse_audit.core.permissions import Link
from qse_audit.core.text import N_, Message, pick
from qse_audit.documents.text import NOTHING, Texts, day, moment, percent
from qse_audit.evidence.rules import EvidenceType
from qse_audit.findings.rules import FindingStatus, Grade

TONES: Mapping[str, str] = {
    Verdict.CONFORMING: "good",
    Verdict.STRENGTH: "strength",
    Verdict.IMPROVEMENT_OPPORTUNITY: "idea",
    Verdict.AREA_OF_CONCERN: "watch",
    Verdict.MINOR_NONCONFORMITY: "minor",
    Verdict.MAJOR_NONCONFORMITY: "major",
    Verdict.NOT_APPLICABLE: "plain",
    "": "plain",
}
"""How the base template colours each verdict; the word always stands beside."""

WORDS: Mapping[str, Message] = {
    "kind": N_("Rapport d’audit"),
    "contents": N_("Sommaire"),
    "summary": N_("Synthèse"),
    "audit": N_("L’audit"),
    "objectives": N_("Objectifs"),
    "scope": N_("Champ"),
    "criteria": N_("Critères"),
    "team": N_("Équipe et participants"),
    "conclusions": N_("Conclusions"),
    "fulfilment": N_("Degré de satisfaction des critères"),
    "divergences": N_("Divergences non résolues"),
    "sampling": N_("Limites de l’échantillonnage"),
    "not_covered": N_("Ce qui n’a pas été audité"),
    "follow_up": N_("Suites convenues"),
    "confidentiality": N_("Confidentialité et diffusion"),
    "findings": N_("Constats"),
    "finding_list": N_("Liste des constats"),
    "finding_details": N_("Constats en détail"),
    "results": N_("Résultats de la grille"),
    "by_section": N_("Par chapitre"),
    "all_answers": N_("Toutes les réponses"),
    "evidence": N_("Preuves"),
    "small_photos": N_(
        "Les photos sont imprimées en petit ; l’empreinte est celle du fichier gardé en entier."
    ),
    "integrity": N_("Intégrité de ce document"),
    "no_finding": N_("Aucun constat n’a été écrit : toutes les réponses sont conformes."),
    "no_evidence": N_("Aucun fichier n’a été joint : les preuves sont citées dans les constats."),
    "reference": N_("Référence"),
    "grade": N_("Gravité"),
    "finding": N_("Constat"),
    "clause": N_("Article"),
    "process": N_("Processus"),
    "question": N_("Question"),
    "verdict": N_("Verdict"),
    "chapter": N_("Chapitre"),
    "answers": N_("Réponses"),
    "nonconforming": N_("Non conformes"),
    "conformity": N_("Conformité"),
    "requirement": N_("Exigence"),
    "seen": N_("Preuve"),
    "gap": N_("Écart"),
    "impact": N_("Risque"),
    "benefit": N_("Bénéfice"),
    "files": N_("Fichiers"),
    "actions": N_("Actions"),
    "file": N_("Fichier et empreinte SHA-256"),
    "number": N_("N°"),
    "fact_day": N_("Date du fait"),
    "client": N_("Commanditaire"),
    "dates": N_("Dates"),
    "method": N_("Méthode"),
    "sites": N_("Sites"),
    "virtual_places": N_("Lieux virtuels"),
    "processes": N_("Processus audités"),
    "meetings": N_("Réunions"),
    "participants": N_("Personnes rencontrées"),
    "issued": N_("Émis"),
    "version": N_("Version"),
    "revision": N_("Motif de la révision"),
    "model": N_("Empreinte SHA-256 des données du rapport"),
    "head": N_("Dernier événement du journal couvert"),
    "head_hash": N_("Empreinte de cet événement"),
    "unanswered": N_("Sans réponse"),
    "status": N_("Statut"),
    "page": N_("Page"),
}
INTEGRITY = N_(
    "Les données de ce rapport sont jointes au fichier PDF (report.json). Leur empreinte SHA-256 "
    "et la tête du journal de l’organisation permettent de vérifier que rien n’a changé depuis "
    "l’émission."
)
CONFORMITY = N_(
    "%(share)s des %(count)s questions applicables sont sans non-conformité. Les points forts, "
    "pistes de progrès et points sensibles sont comptés comme satisfaits ; les questions non "
    "applicables ne sont pas comptées."
)


class Worded:
    """A report’s values in one language."""

    def __init__(self, report: AuditReport, locale: str) -> None:
        self.report, self.locale = report, locale
        self._texts = Texts(locale)
        self.words = {name: self.tr(message) for name, message in WORDS.items()}
        self.sha256 = hashlib.sha256(canonical_json(as_model(report))).hexdigest()

    def tr(self, message: Message | str) -> str:
        """Return a message in the language of the paper."""
        return self._texts.translate(message)

    def pick(self, texts: Mapping[str, str]) -> str:
        """Return a text stored in several languages."""
        return pick(texts, self.locale)

    def verdict(self, code: str) -> str:
        """Return the label of a verdict; of its absence for ``""``."""
        return self.tr(Verdict(code).label) if code else self.words["unanswered"]

    def grade(self, code: str) -> str:
        """Return the label of a grade."""
        return self.tr(Grade(code).label)

    def day(self, iso: str) -> str:
        """Return a calendar day; a dash for none."""
        return day(date.fromisoformat(iso), self.locale) if iso else NOTHING

    def days(self, first: str, last: str) -> str:
        """Return a span of days."""
        if first == last or not last:
            return self.day(first)
        return self._texts.days(date.fromisoformat(first), date.fromisoformat(last))

    @property
    def issued_at(self) -> datetime:
        """Return when the report was issued."""
        return datetime.fromisoformat(self.report.issued_at)

    @property
    def issued(self) -> str:
        """Return when and by whom the report was issued."""
        when = moment(self.issued_at, self.locale)
        return self.tr(N_("%(when)s par %(who)s", when=when, who=self.report.issued_by))

    @property
    def share(self) -> str:
        """Return the share of applicable answers that conform."""
        ratio = self.report.conformity
        return percent(Fraction(*ratio) if ratio else None, self.locale)

    def people(self) -> list[tuple[str, str]]:
        """Return the people by part: (part, names)."""
        by_part = groupby(self.report.people, key=lambda person: person.link)
        return [
            (self.tr(Link(link).label), ", ".join(person.name for person in people))
            for link, people in by_part
        ]

    def facts(self) -> list[tuple[str, str]]:
        """Return what the first page says of the audit, without empty values."""
        report, words = self.report, self.words
        pairs = [
            (words["client"], report.client),
            (words["dates"], self.days(report.starts_on, report.ends_on)),
            (words["method"], self.tr(AuditMethod(report.method).label)),
            (words["sites"], ", ".join(report.sites)),
            (words["virtual_places"], report.virtual_places),
            (words["processes"], ", ".join(report.processes)),
            (words["criteria"], ", ".join(line.label for line in report.criteria)),
            *self.people(),
            (words["issued"], self.issued),
            (words["version"], str(report.number)),
            (words["revision"], report.reason),
        ]
        return [(label, value) for label, value in pairs if value]

    def meetings(self) -> str:
        """Return the days of the opening and closing meetings."""
        opening, closing = self.report.opening_meeting_on, self.report.closing_meeting_on
        told = []
        if opening:
            told.append(self.tr(N_("ouverture le %(day)s", day=self.day(opening))))
        if closing:
            told.append(self.tr(N_("clôture le %(day)s", day=self.day(closing))))
        return ", ".join(told)

    def criteria(self) -> list[str]:
        """Return each edition judged against, with the chosen clauses."""
        lines = []
        for line in self.report.criteria:
            text = f"{line.label} – {self.pick(line.title)}"
            if line.clauses is not None:
                chosen = N_("%(edition)s (articles %(clauses)s)", edition=text,
                            clauses=", ".join(line.clauses))  # fmt: skip
                text = self.tr(chosen)
            lines.append(text)
        return lines

    def conformity(self) -> str:
        """Return the sentence that says what the share of conformity counts."""
        counts = self.report.verdicts
        applicable = sum(n for code, n in counts.items() if code != Verdict.NOT_APPLICABLE)
        return self.tr(Message(CONFORMITY.msgid, {"share": self.share, "count": applicable}))

    def parts(self, finding: ReportedFinding) -> list[tuple[str, str]]:
        """Return the parts of a finding’s statement, and what follows from it."""
        words = self.words
        brings = words["benefit" if finding.grade == Grade.STRENGTH else "impact"]
        return [
            (words["requirement"], finding.requirement_text),
            (words["seen"], finding.evidence_text),
            (words["gap"], finding.gap_text),
            (brings, finding.impact_text),
            (words["files"], ", ".join(finding.evidence)),
            (words["actions"], "\n".join(self.actions(finding))),
        ]

    def photo(self, file: ReportedEvidence) -> str:
        """Return what a photo shows, for whoever does not see it."""
        return self.tr(N_("Photo %(number)s : %(title)s", number=file.number, title=file.title))

    def caption(self, file: ReportedEvidence) -> str:
        """Return what stands under a photo: its number, what it shows, where and when."""
        about = [file.title, file.place, self.day(file.happened_on)]
        return f"{file.number} · {', '.join(filter(None, about))}"

    def left_out(self, numbers: list[str]) -> str:
        """Return which photos of a finding are not printed; "" when all are."""
        if not numbers:
            return ""
        return self.tr(
            N_(
                "Photos non imprimées, à ouvrir dans l’application : %(numbers)s.",
                numbers=", ".join(numbers),
            )
        )

    def actions(self, finding: ReportedFinding) -> list[str]:
        """Return each action that a finding asked for, in one line."""
        return [
            f"{action.reference} · {self.tr(ActionKind(action.kind).label)} – {action.title} "
            f"({action.owner}, {self.day(action.due_on)}, "
            f"{self.tr(ActionStatus(action.status).label)})"
            for action in finding.actions
        ]

    def about(self, finding: ReportedFinding) -> str:
        """Return what a finding is about: its clause, its process, its status."""
        clause = " ".join(filter(None, [finding.referential_label, finding.clause_ref]))
        status = self.tr(FindingStatus(finding.status).label)
        return " · ".join(filter(None, [clause, finding.process, status]))

    def sections(self) -> list[tuple[str, dict[str, int], Fraction | None]]:
        """Return each section with its answers counted and its share of conformity."""
        found = []
        for section in self.report.sections:
            given = [answer.verdict for answer in section.answers if answer.verdict]
            name = f"{section.ref} {self.pick(section.title)}".strip()
            counts = {
                "answers": len(given),
                "nonconforming": sum(verdict in NONCONFORMING for verdict in given),
            }
            found.append((name, counts, conformity(Verdict(v) for v in given)))
        return found

    def file(self, file: ReportedEvidence) -> str:
        """Return what a file is called, and the question at which it was gathered."""
        name = f"{file.title} ({file.file_name})"
        if not file.question:
            return name
        at = N_("question %(number)d, %(clause)s", number=file.question, clause=file.clause_ref)
        return f"{name} – {self.tr(at)}"

    def evidence_type(self, code: str) -> str:
        """Return the label of a type of evidence."""
        return self.tr(EvidenceType(code).label)
