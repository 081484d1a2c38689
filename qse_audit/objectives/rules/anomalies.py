"""An anomaly of coherence: what it is about, its figures, its sentence, and how it is kept."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from qse_audit.core.canonical import canonical_json
from qse_audit.core.text import Message
from qse_audit.objectives.rules.codes import AnomalyCode, AnomalyState


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """An object that an anomaly is about."""

    kind: str
    """``objective commitment axis indicator person domain site priority conflict policy``."""
    id: str
    label: str = field(compare=False)
    """How people call it: ``OBJ-2026-003``."""

    @property
    def key(self) -> str:
        """Return its name in keys: ``objective/12``."""
        return f"{self.kind}/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """Something in the cascade that does not hold together."""

    code: AnomalyCode
    subjects: tuple[Subject, ...]
    """The first one is where it is mended."""
    sentence: Message
    """Its values may be exact numbers, days or messages: they are worded where they are shown."""
    figures: Mapping[str, str] = field(default_factory=dict)
    """Exact numbers and days as text; nothing in it moves with the calendar alone."""

    @property
    def key(self) -> str:
        """Return its name, the same from one check to the next: ``K7:objective/12``."""
        return f"{self.code}:{self.subjects[0].key}"

    @property
    def figures_sha256(self) -> str:
        """Return the hash of its figures: once they change, an acceptance no longer holds."""
        return hashlib.sha256(canonical_json(dict(self.figures))).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """Somebody’s word that an anomaly may stay, for a reason."""

    key: str
    figures_sha256: str
    reason: str
    name: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An anomaly with what people decided about it."""

    anomaly: Anomaly
    state: AnomalyState
    acceptance: Acceptance | None = None
    """Also there when the figures have changed since: what was accepted then."""

    @property
    def is_open(self) -> bool:
        """Say whether it waits for somebody."""
        return self.state is not AnomalyState.ACCEPTED


def judge(
    anomalies: tuple[Anomaly, ...], acceptances: Mapping[str, Acceptance]
) -> tuple[Judged, ...]:
    """Return each anomaly with its state; ``acceptances`` by key."""
    return tuple(_judged(each, acceptances.get(each.key)) for each in anomalies)


def _judged(anomaly: Anomaly, acceptance: Acceptance | None) -> Judged:
    if acceptance is None:
        return Judged(anomaly=anomaly, state=AnomalyState.OPEN)
    same = acceptance.figures_sha256 == anomaly.figures_sha256
    state = AnomalyState.ACCEPTED if same else AnomalyState.CHANGED
    return Judged(anomaly=anomaly, state=state, acceptance=acceptance)


# --- as JSON, to be frozen and read again ---


def sentence_json(message: Message) -> dict[str, Any]:
    """Return a sentence with its exact values as JSON."""
    return {
        "msgid": message.msgid,
        "values": {name: _value_json(value) for name, value in message.values.items()},
    }


def read_sentence(stored: Mapping[str, Any]) -> Message:
    """Return the sentence that :func:`sentence_json` wrote."""
    values = {name: _read_value(value) for name, value in stored["values"].items()}
    return Message(stored["msgid"], values)


def _value_json(value: object) -> Any:
    if isinstance(value, Message):
        return {"message": sentence_json(value)}
    if isinstance(value, Fraction):
        return {"number": str(value)}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return value if isinstance(value, int) else str(value)


def _read_value(stored: Any) -> object:
    if not isinstance(stored, dict):
        return stored
    if "message" in stored:
        return read_sentence(stored["message"])
    if "number" in stored:
        return Fraction(stored["number"])
    return date.fromisoformat(stored["day"])
