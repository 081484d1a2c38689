"""The anomalies of a cascade as JSON and as lines, for the command line."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from qse_audit.objectives.reports.words import say
from qse_audit.objectives.rules import Judged


def anomalies_json(judged: Sequence[Judged], locale: str = "fr") -> dict[str, Any]:
    """Return every anomaly with its objects and exact figures, and how many are open."""
    return {
        "open": sum(each.is_open for each in judged),
        "accepted": sum(not each.is_open for each in judged),
        "anomalies": [_one(each, locale) for each in judged],
    }


def _one(judged: Judged, locale: str) -> dict[str, Any]:
    anomaly, word = judged.anomaly, judged.acceptance
    accepted = word and {"by": word.name, "on": word.on.isoformat(), "reason": word.reason}
    return {
        "code": anomaly.code.value,
        "key": anomaly.key,
        "state": judged.state.value,
        "sentence": say(anomaly.sentence, locale),
        "objects": [
            {"kind": each.kind, "id": each.id, "label": each.label} for each in anomaly.subjects
        ],
        "figures": dict(anomaly.figures),
        "figures_sha256": anomaly.figures_sha256,
        "accepted": accepted,
    }


def as_lines(judged: Sequence[Judged], locale: str = "fr") -> Iterator[str]:
    """Give one line an anomaly, those that somebody accepted in brackets."""
    for each in judged:
        line = f"{each.anomaly.code} {say(each.anomaly.sentence, locale)}"
        yield line if each.is_open else f"({line})"


def told(judged: Sequence[Judged], *, as_json: bool) -> str:
    """Return what the command line prints: JSON, or one line an anomaly."""
    if as_json:
        return json.dumps(anomalies_json(judged), ensure_ascii=False)
    return "\n".join(as_lines(judged))
