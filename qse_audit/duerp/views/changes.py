"""How the differences between two versions are shown."""

from typing import Any

from qse_audit.core.text import N_
from qse_audit.documents.text import NOTHING
from qse_audit.duerp.reports import Wording
from qse_audit.duerp.rules import FIELDS, Change, Comparison, FieldChange, LineChange

LOOKS = {
    Change.ADDED: ("success", "plus-circle"),
    Change.REMOVED: ("danger", "dash-circle"),
    Change.CHANGED: ("info", "pencil"),
    Change.RERATED: ("warning", "arrow-repeat"),
}


def shown_changes(found: Comparison, before: Wording, after: Wording) -> list[dict[str, Any]]:
    """Return each line that differs with its fields in both versions, in words."""
    return [_shown(each, before, after) for each in found.lines]


def _shown(each: LineChange, before: Wording, after: Wording) -> dict[str, Any]:
    here = before if each.after is None else after
    tone, symbol = LOOKS[each.change]
    fields = [
        (here.say(FIELDS[one.name]), _value(one, before, is_before=True),
         _value(one, after, is_before=False))
        for one in each.fields
    ]  # fmt: skip
    if each.is_rerated and each.before and each.after:
        fields.append(
            (
                here.say(N_("Cotation")),
                f"{before.level(each.before)} · {before.score(each.before)}",
                f"{after.level(each.after)} · {after.score(each.after)}",
            )
        )
    return {
        "label": here.say(each.change.label),
        "tone": tone,
        "symbol": symbol,
        "hazard": each.line.hazard,
        "unit": here.units.get(each.line.unit_key, NOTHING),
        "level": here.level(each.line),
        "fields": fields,
    }


def _value(one: FieldChange, wording: Wording, *, is_before: bool) -> str:
    value = one.before if is_before else one.after
    if one.name == "unit_key":
        return wording.units.get(value, NOTHING)
    if one.name == "family":
        return wording.families.get(value, value) or NOTHING
    return NOTHING if value in {None, ""} else str(value)
