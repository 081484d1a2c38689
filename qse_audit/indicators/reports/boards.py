"""A dashboard on paper and as a spreadsheet."""

from collections.abc import Iterable, Sequence
from typing import Any

from qse_audit.core.series import Reading as Read
from qse_audit.core.text import N_, Coded, Message
from qse_audit.documents.charts import ChartSpec, to_svg
from qse_audit.documents.charts.control import Subject, axis_of
from qse_audit.documents.charts.spec import Line, Scale, Tone
from qse_audit.documents.charts.words import worded
from qse_audit.documents.pdf import render_pdf
from qse_audit.documents.sheets import Cell, Column, Sheet, xlsx
from qse_audit.documents.text import Texts
from qse_audit.indicators.queries.readings import Reading
from qse_audit.indicators.reports.charts import face_of, main_chart
from qse_audit.indicators.rules import Comparison, last_of

TEMPLATE = "indicator_board.typ"
TONES = (Tone.ACCENT, Tone.INFO, Tone.WARNING, Tone.SUCCESS, Tone.DANGER, Tone.NEUTRAL)


class Light(Coded):
    """What a chart says in one word; never told by colour alone."""

    SIGNAL_BAD = "signal_bad", N_("Dégradation")
    SIGNAL_GOOD = "signal_good", N_("Amélioration")
    SIGNAL = "signal", N_("Changement")
    STABLE = "stable", N_("Stable")
    PLAIN = "plain", N_("Suivi simple")
    SILENT = "silent", N_("Trop peu de valeurs")


LIGHTS = {
    Read.WORSENED: Light.SIGNAL_BAD,
    Read.IMPROVED: Light.SIGNAL_GOOD,
    Read.CHANGED: Light.SIGNAL,
    Read.JUMPED: Light.SIGNAL,
    Read.STABLE: Light.STABLE,
    Read.PLAIN: Light.PLAIN,
}
"""What each reading is in one word; the others say nothing yet."""
PRINT_TONES = {Light.SIGNAL_BAD: "major", Light.SIGNAL_GOOD: "good", Light.SIGNAL: "watch"}


def light_of(reading: Reading) -> Light:
    """Return what a chart says in one word."""
    return LIGHTS.get(reading.analysis.told.code, Light.SILENT)


def comparison_chart(comparison: Comparison, reading: Reading, locale: str) -> ChartSpec:
    """Return one line a site; ``reading`` is of one of them and gives name and unit."""
    face = face_of(reading, locale)
    subject = Subject(face.title, face.title, Scale(face.unit, face.digits), locale)
    return ChartSpec(
        title=subject.say(N_("%(title)s : les sites côte à côte", title=comparison.key)),
        reading=subject.say(_SIDE_BY_SIDE),
        axis=axis_of(comparison.periods, subject),
        scale=subject.scale,
        locale=locale,
        lines=[
            Line(member.place, comparison.values(member), tone=TONES[n % len(TONES)])
            for n, member in enumerate(comparison.members)
        ],
    )


def board_pdf(
    readings: Sequence[Reading], *, title: str, organisation: str, made: str, locale: str
) -> bytes:
    """Return a dashboard as PDF: each chart with its sentence and the decision it serves."""
    texts = Texts(locale)
    images: dict[str, bytes] = {}
    charts = []
    for reading in readings:
        face = face_of(reading, locale)
        spec = main_chart(reading.analysis, face)
        name = f"chart-{reading.indicator.id}.svg"
        light = light_of(reading)
        if not spec.is_empty:
            images[name] = to_svg(spec).encode()
        charts.append(
            {
                "title": spec.title,
                "reading": spec.reading,
                "image": "" if spec.is_empty else name,
                "decision": reading.indicator.decision,
                "owner": reading.indicator.owner.name,
                "light": {
                    "tone": PRINT_TONES.get(light, "plain"),
                    "label": texts.translate(light.label),
                },
            }
        )
    data: dict[str, Any] = {
        "lang": locale,
        "title": title,
        "organisation": organisation,
        "made": made,
        "charts": charts,
        "words": {name: texts.translate(text) for name, text in _WORDS.items()},
    }
    return render_pdf(TEMPLATE, data, images=images)


def board_xlsx(readings: Sequence[Reading], *, title: str, locale: str) -> bytes:
    """Return a dashboard as a spreadsheet: one line an indicator, then every value."""
    texts = Texts(locale)
    sheets = [
        sheet_of(title, SUMMARY, (_summary(each, texts) for each in readings), texts),
        sheet_of(texts.translate(N_("Valeurs")), VALUES, _values(readings, texts), texts),
    ]
    return xlsx(sheets, title=title)


def sheet_of(
    title: str, columns: Iterable[tuple[Message, int]], rows: Iterable[Sequence[Cell]], texts: Texts
) -> Sheet:
    """Return a sheet with its headings in one language."""
    return Sheet(title, [Column(texts.translate(name), width) for name, width in columns], rows)


def _summary(reading: Reading, texts: Texts) -> Sequence[Cell]:
    indicator = reading.indicator
    last = last_of(reading.analysis, indicator.direction)
    scale = Scale(indicator.measure_unit, indicator.decimals)
    return (
        indicator.reference,
        indicator.title,
        indicator.measure_unit,
        None if last is None else texts.translate(last.period.label),
        None if last is None else last.value,
        None if last is None else last.target,
        texts.translate(light_of(reading).label),
        worded(reading.analysis.told.sentence, scale, texts.locale),
        indicator.decision,
        indicator.owner.name,
        reading.open_signals,
    )


def _values(readings: Sequence[Reading], texts: Texts) -> Iterable[Sequence[Cell]]:
    for reading in readings:
        pairs = zip(reading.analysis.series, reading.analysis.targets, strict=True)
        for point, target in pairs:
            label = getattr(point.period, "label", None)
            name = str(point.period) if label is None else texts.translate(label)
            yield (reading.indicator.reference, reading.indicator.title, name, point.value, target)


SUMMARY = (
    (N_("Référence"), 14),
    (N_("Indicateur"), 40),
    (N_("Unité"), 16),
    (N_("Dernière période"), 18),
    (N_("Valeur"), 12),
    (N_("Cible"), 12),
    (N_("Lecture"), 18),
    (N_("Phrase de lecture"), 70),
    (N_("Décision qu’il permet"), 50),
    (N_("Responsable"), 24),
    (N_("Signaux à expliquer"), 12),
)
VALUES = (
    (N_("Référence"), 14),
    (N_("Indicateur"), 40),
    (N_("Période"), 18),
    (N_("Valeur"), 12),
    (N_("Cible"), 12),
)
_WORDS = {
    "page": N_("Page"),
    "kind": N_("Tableau de bord"),
    "decision": N_("Décision qu’il permet"),
    "owner": N_("Responsable"),
    "none": N_("Aucune valeur à dessiner pour l’instant."),
}
_SIDE_BY_SIDE = N_(
    "Comparer des sites aide à apprendre les uns des autres ; un écart n’est un signal que si la "
    "carte du site le montre."
)
