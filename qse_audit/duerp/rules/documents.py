"""A DUERP as canonical JSON and back: what is frozen, read again in forty years. Pure."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from qse_audit.duerp.rules.codes import Part
from qse_audit.duerp.rules.content import (
    Axis,
    Content,
    Contribution,
    Family,
    Level,
    Rating,
    RiskLine,
    Unit,
)
from qse_audit.duerp.rules.programme import Measure

FORMAT = "qse-duerp-1"
_HEAD = ("organisation", "title", "reference", "number", "reason", "employees")
_BY = ("prepared_by", "approved_by")
_LINE = ("key", "number", "unit_key", "hazard", "situation", "family", "harm", "existing",
         "women", "men", "exposure_note")  # fmt: skip
_UNIT = ("key", "name", "parent_key", "depth", "description")
_MEASURE = ("action_id", "reference", "title", "conditions", "result_indicator", "responsible",
            "principle")  # fmt: skip


def document_of(content: Content) -> dict[str, Any]:
    """Return a version as JSON can hold it."""
    return {
        "format": FORMAT,
        **_fields(content, _HEAD + _BY),
        "approved_on": _day(content.approved_on),
        **lines_document(content),
        "contributions": [
            {
                **_fields(each, ("who", "opinion", "is_absent")),
                "part": each.part.value,
                "consulted_on": each.consulted_on.isoformat(),
            }
            for each in content.contributions
        ],
        "measures": [
            {
                **_fields(each, _MEASURE),
                "lines": list(each.line_keys),
                "cost_euros": None if each.cost_euros is None else format(each.cost_euros, "f"),
                "starts_on": _day(each.starts_on),
                "due_on": _day(each.due_on),
            }
            for each in content.measures
        ],
        "answers": list(content.answers),
        "unrated_note": content.unrated_note,
    }


def lines_document(content: Content) -> dict[str, Any]:
    """Return the assessment alone: what contributors are consulted on."""
    return {
        "axes": [{"code": each.code, "label": dict(each.label)} for each in content.axes],
        "levels": [
            {"code": each.code, "label": dict(each.label), "tone": each.tone}
            for each in content.levels
        ],
        "families": [{"code": each.code, "label": dict(each.label)} for each in content.families],
        "units": [_fields(each, _UNIT) for each in content.units],
        "lines": [{**_fields(each, _LINE), "rating": _rating(each)} for each in content.lines],
    }


def read_document(document: Mapping[str, Any]) -> Content:
    """Return the version that :func:`document_of` wrote.

    :raises ValueError: for another format.
    """
    if document.get("format") != FORMAT:
        raise ValueError(f"expected {FORMAT}, found {document.get('format')!r}")
    return Content(
        **{name: document[name] for name in _HEAD + _BY},
        approved_on=_read_day(document["approved_on"]),
        axes=tuple(Axis(each["code"], each["label"]) for each in document["axes"]),
        levels=tuple(
            Level(each["code"], each["label"], each["tone"]) for each in document["levels"]
        ),
        families=tuple(Family(each["code"], each["label"]) for each in document["families"]),
        units=tuple(Unit(**each) for each in document["units"]),
        lines=tuple(_read_line(each) for each in document["lines"]),
        contributions=tuple(_read_contribution(each) for each in document["contributions"]),
        measures=tuple(_read_measure(each) for each in document["measures"]),
        answers=tuple(document["answers"]),
        unrated_note=document.get("unrated_note", ""),  # not yet asked of the oldest versions
    )


def _fields(value: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names}


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _read_day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _rating(line: RiskLine) -> dict[str, Any] | None:
    rating = line.rating
    if rating is None:
        return None
    return {"values": list(rating.values), "score": rating.score, "level": rating.level}


def _read_line(stored: Mapping[str, Any]) -> RiskLine:
    rated = stored["rating"]
    rating = rated and Rating(tuple(rated["values"]), rated["score"], rated["level"])
    return RiskLine(**{name: stored[name] for name in _LINE}, rating=rating)


def _read_contribution(stored: Mapping[str, Any]) -> Contribution:
    return Contribution(
        part=Part(stored["part"]),
        who=stored["who"],
        consulted_on=date.fromisoformat(stored["consulted_on"]),
        opinion=stored["opinion"],
        is_absent=stored["is_absent"],
    )


def _read_measure(stored: Mapping[str, Any]) -> Measure:
    cost = stored["cost_euros"]
    return Measure(
        **{name: stored[name] for name in _MEASURE},
        line_keys=tuple(stored["lines"]),
        cost_euros=None if cost is None else Decimal(cost),
        starts_on=_read_day(stored["starts_on"]),
        due_on=_read_day(stored["due_on"]),
    )
