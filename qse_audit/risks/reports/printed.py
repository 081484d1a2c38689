"""An analysis as PDF, A3 across: what hangs beside the table during a meeting."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from typing import Any

from qse_audit.core.text import N_, pick
from qse_audit.documents.pdf import render_pdf
from qse_audit.documents.text import day
from qse_audit.risks.queries.exports import Exported
from qse_audit.risks.queries.lines import RiskLine
from qse_audit.risks.reports.words import Wording
from qse_audit.risks.rules import UNRATED, Column, RiskRank
from qse_audit.risks.rules.headings import ACTIONS, LINE_NUMBER, PLANNED_LEVEL
from qse_audit.risks.rules.results import result
from qse_audit.risks.rules.scales import Band

TEMPLATE = "risk_lines.typ"
TONES = {None: "plain", RiskRank.LOW: "good", RiskRank.MEDIUM: "watch", RiskRank.HIGH: "major"}
LEAST_WIDTH = 14
MOST_COLUMNS = 11
"""Columns of words that an A3 page holds; the last details give way."""
TIMEOUT_SECONDS = 120


def lines_pdf(found: Exported, *, today: date, made_at: datetime, locale: str) -> bytes:
    """Return the lines section by section, with their rating, their plan and their actions."""
    wording = Wording(found, locale)
    return render_pdf(
        TEMPLATE, document_of(found, wording, today), made_at=made_at,
        timeout_seconds=TIMEOUT_SECONDS,
    )  # fmt: skip


def document_of(found: Exported, wording: Wording, today: date) -> dict[str, Any]:
    """Return what the template is given."""
    say, locale = wording.say, wording.texts.locale
    columns = printed_columns(found)
    letters = [each.letter for each in found.scale.criteria]
    has_plan = any(line.planned_band for line in found.lines)
    facts = (
        (N_("Responsable"), found.owner),
        (N_("Équipe"), " ; ".join(found.team)),
        (N_("Périmètre"), found.scope),
        (N_("Prochaine revue"), day(found.review_on, locale) if found.review_on else ""),
    )
    return {
        "lang": locale,
        "words": {"page": say(N_("page")), "none": say(N_("Aucune ligne."))},
        "title": found.title,
        "kind": f"{found.organisation} · {say(found.card.method.label)}",
        "organisation": found.organisation,
        "reference": found.reference,
        "imprint": f"{found.organisation} · {found.reference}",
        "made": say(N_("%(status)s, état au %(day)s", status=found.status, day=day(today, locale))),
        "facts": [(say(label), value) for label, value in facts if value],
        "heads": [
            say(LINE_NUMBER),
            *(say(column.label) for column in columns),
            *letters,
            say(N_("Niveau")),
            *([say(PLANNED_LEVEL)] if has_plan else []),
            say(ACTIONS),
        ],
        "widths": [max(column.width, LEAST_WIDTH) for column in columns],
        "letters": len(letters),
        "has_plan": has_plan,
        "sections": list(_sections(found, wording, columns)),
        "scale": _scale(found, wording),
    }


def _scale(found: Exported, wording: Wording) -> dict[str, Any]:
    """Return how the lines were rated: what each note means, and what each level asks."""
    scale, say, locale = found.scale, wording.say, wording.texts.locale
    labels = [*(each.label for each in scale.floors), *(each.label for each in scale.overrides)]
    raises = [pick(label, locale) for label in labels]
    return {
        "heading": say(N_("Comment les lignes sont cotées")),
        "title": f"{pick(scale.title, locale)}. {say(scale.formula.label)}.",
        "criteria": [
            {
                "title": f"{each.letter} – {pick(each.label, locale)}",
                "levels": [
                    (str(level.value), pick(level.label, locale), pick(level.meaning, locale))
                    for level in each.levels
                ],
            }
            for each in scale.criteria
        ],
        "bands": [
            (TONES[band.rank], _reached(band, wording), pick(band.meaning, locale))
            for band in reversed(scale.bands)
        ],
        "raised": say(
            N_(
                "Relèvent le niveau, quelles que soient les notes : %(reasons)s.",
                reasons=" ; ".join(raises),
            )
        )
        if raises
        else "",
        "source": scale.source,
    }


def _reached(band: Band, wording: Wording) -> str:
    label = wording.band(band.code)
    if band.least is None or band.most is None:
        return label
    return f"{label} ({band.least} – {band.most})"


def printed_columns(found: Exported) -> list[Column]:
    """Return the columns of words that are printed: those that some line fills, as many as fit."""
    filled = [
        column
        for column in found.card.columns
        if any(line.details.get(column.code) or getattr(line, column.code, "")
               for line in found.lines)
    ]  # fmt: skip
    return filled[:MOST_COLUMNS]


def _sections(found: Exported, wording: Wording, columns: list[Column]) -> Iterator[dict[str, Any]]:
    for title, lines in groupby(found.lines, key=wording.section):
        yield {
            "title": title,
            "rows": [_row(line, found, wording, columns=columns) for line in lines],
        }


def _row(
    line: RiskLine, found: Exported, wording: Wording, *, columns: list[Column]
) -> dict[str, Any]:
    notes = line.notes or {}
    level = wording.band(line.band) or wording.say(UNRATED)
    return {
        "number": str(line.number),
        "cells": [str(wording.cell(line, column)) for column in columns],
        "notes": [str(notes.get(each.code, "")) for each in found.scale.criteria],
        "level": {
            "tone": TONES[wording.rank(line.band)],
            "label": wording.say(result(found.scale, line.score, level)),
        },
        "planned": (
            {
                "tone": TONES[wording.rank(line.planned_band)],
                "label": wording.say(
                    result(found.scale, line.planned_score, wording.band(line.planned_band))
                ),
            }
            if line.planned_band
            else None
        ),
        "actions": wording.actions(line),
    }
