"""What changed from one report of coherence to the next: what C4 asks to show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qse_audit.core.text import Message
from qse_audit.objectives.rules.anomalies import Judged, read_sentence, sentence_json
from qse_audit.objectives.rules.codes import AnomalyCode, AnomalyState


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One anomaly as a report keeps it."""

    key: str
    code: AnomalyCode
    sentence: Message
    state: AnomalyState
    figures_sha256: str
    figures: Mapping[str, str]
    reason: str = ""
    accepted_by: str = ""
    accepted_on: str = ""
    """An ISO day; empty: not accepted."""


def line_of(judged: Judged) -> Line:
    """Return what a report keeps of an anomaly."""
    anomaly, acceptance = judged.anomaly, judged.acceptance
    return Line(
        key=anomaly.key,
        code=anomaly.code,
        sentence=anomaly.sentence,
        state=judged.state,
        figures_sha256=anomaly.figures_sha256,
        figures=dict(anomaly.figures),
        reason=acceptance.reason if acceptance else "",
        accepted_by=acceptance.name if acceptance else "",
        accepted_on=acceptance.on.isoformat() if acceptance else "",
    )


def line_json(line: Line) -> dict[str, Any]:
    """Return a line as JSON."""
    return {
        "key": line.key,
        "code": line.code.value,
        "sentence": sentence_json(line.sentence),
        "state": line.state.value,
        "figures_sha256": line.figures_sha256,
        "figures": dict(line.figures),
        "reason": line.reason,
        "accepted_by": line.accepted_by,
        "accepted_on": line.accepted_on,
    }


def read_line(stored: Mapping[str, Any]) -> Line:
    """Return the line that :func:`line_json` wrote."""
    return Line(
        key=stored["key"],
        code=AnomalyCode(stored["code"]),
        sentence=read_sentence(stored["sentence"]),
        state=AnomalyState(stored["state"]),
        figures_sha256=stored["figures_sha256"],
        figures=stored["figures"],
        reason=stored["reason"],
        accepted_by=stored["accepted_by"],
        accepted_on=stored["accepted_on"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The lines of now beside those of before."""

    mended: tuple[Line, ...]
    """Open before, gone now."""
    ended: tuple[Line, ...]
    """Accepted before, gone now."""
    appeared: tuple[Line, ...]
    accepted: tuple[Line, ...]
    """Open before, accepted since."""
    remaining: tuple[Line, ...]
    """Open before and now."""

    @property
    def is_empty(self) -> bool:
        """Say whether nothing changed and nothing remains."""
        return not (self.mended or self.ended or self.appeared or self.accepted or self.remaining)


def compare(before: Sequence[Line], after: Sequence[Line]) -> Comparison:
    """Return what became of each anomaly from ``before`` to ``after``."""
    then = {line.key: line for line in before}
    now = {line.key for line in after}
    gone = [line for line in before if line.key not in now]
    stayed = [line for line in after if line.key in then]

    def accepted(line: Line) -> bool:
        return line.state is AnomalyState.ACCEPTED

    return Comparison(
        mended=tuple(line for line in gone if not accepted(line)),
        ended=tuple(line for line in gone if accepted(line)),
        appeared=tuple(line for line in after if line.key not in then),
        accepted=tuple(line for line in stayed if accepted(line) and not accepted(then[line.key])),
        remaining=tuple(line for line in stayed if not accepted(line)),
    )
