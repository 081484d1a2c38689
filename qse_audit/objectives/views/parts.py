"""What several pages about objectives are made of."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from flask import request, url_for

from qse_audit.accounts.queries import people_of, sites_of
from qse_audit.core.text import Message
from qse_audit.indicators.queries import indicators_of
from qse_audit.objectives import queries, reports
from qse_audit.objectives.forms import ObjectiveForm, ids_and_labels
from qse_audit.objectives.models import Objective
from qse_audit.objectives.rules import AnomalyCode, Cascade, Judged
from qse_audit.processes.queries import processes_of
from qse_audit.web.database import session
from qse_audit.web.i18n import locale, translate
from qse_audit.web.sign_in import identity

MENDS = {
    AnomalyCode.K1: "commitments",
    AnomalyCode.K2: "commitments",
    AnomalyCode.K3: "indicator_id",
    AnomalyCode.K4: "owner_id",
    AnomalyCode.K5: "target",
    AnomalyCode.K6: "due_on",
    AnomalyCode.K7: "target",
    AnomalyCode.K8: "direction",
}
"""The field of the form where an anomaly of an objective is mended."""


def said(message: Message) -> str:
    """Return a sentence of the rules in the language of the page, its numbers worded."""
    return reports.say(message, locale())


def figure(value: Fraction | Decimal | None) -> str:
    """Return an exact number in the language of the page."""
    return reports.exact(value, locale())


def offered(form: ObjectiveForm, objective: Objective | None = None) -> ObjectiveForm:
    """Offer what can be chosen, and what the objective already has even when it is out of use."""
    here = identity().organisation_id
    chosen = queries.objective_choices(session(), here)
    others = [c for c in chosen if objective is None or c.id != objective.id]
    kept: dict[str, Any] = {}
    if objective is not None:
        kept = {
            "axis": objective.axis and (objective.axis.id, objective.axis.title),
            "site": objective.site and (objective.site.id, objective.site.name),
            "process": objective.process and (objective.process.id, objective.process.name),
            "owner": objective.owner and (objective.owner.id, objective.owner.name),
        }
    return form.offer(
        parent_id=ids_and_labels(others),
        axis_id=_with(ids_and_labels(queries.axes_of(session(), here), "title"), kept.get("axis")),
        commitments=commitment_choices(),
        site_id=_with(ids_and_labels(sites_of(session(), here), "name"), kept.get("site")),
        process_id=_with(
            ids_and_labels(processes_of(session(), here), "name"), kept.get("process")
        ),
        owner_id=_with(ids_and_labels(people_of(session(), here), "name"), kept.get("owner")),
        indicator_id=[
            (each.id, f"{each.title} ({each.measure_unit or '—'})")
            for each in indicators_of(session(), here)
        ],
    )


def _with(choices: list[tuple[int, str]], kept: tuple[int, str] | None) -> list[tuple[int, str]]:
    return choices if kept is None or kept in choices else [*choices, kept]


def commitment_choices() -> list[tuple[str, str]]:
    """Return the commitments of the policy in force as choices."""
    found = queries.commitments_of(session(), identity().organisation_id)
    return [(each.key, f"{each.position}. {each.text}") for each in found]


def shown_anomalies(judged: Sequence[Judged], cascade: Cascade) -> list[dict[str, Any]]:
    """Return anomalies as pages show them, each with the way to mend it."""
    return [
        {
            "key": each.anomaly.key,
            "figures": each.anomaly.figures_sha256,
            "code": each.anomaly.code,
            "label": translate(each.anomaly.code.label),
            "sentence": said(each.anomaly.sentence),
            "about": [
                (cascade.by_id[key].title, url_for("objectives.detail", objective_id=key))
                for subject in each.anomaly.subjects
                if subject.kind == "objective" and (key := int(subject.id)) in cascade.by_id
            ],
            "state": each.state,
            "is_open": each.is_open,
            "acceptance": each.acceptance,
            "mend": mend_url(each),
            "accept_url": url_for("objectives.accept", key=each.anomaly.key),
            "withdraw_url": url_for("objectives.withdraw", key=each.anomaly.key),
        }
        for each in judged
    ]


def mend_url(judged: Judged) -> tuple[str, str]:
    """Return (act, address) of the page where an anomaly is mended."""
    subjects, code = judged.anomaly.subjects, judged.anomaly.code
    first = subjects[0]
    at = next((s for s in subjects if s.kind == "objective"), None)
    if at is not None and first.kind in {"objective", "indicator"}:
        return _mend_objective(int(at.id), code)
    place = _MEND_PLACES.get(first.kind)
    if place is None:
        values: dict[str, Any] = {first.kind: first.id}
        return "new", url_for("objectives.new", **values)
    act, endpoint, argument = place
    values = {argument: first.id} if argument else {}
    return act, url_for(endpoint, **values)


_MEND_PLACES = {
    "conflict": ("settle", "objectives.settle", "arbitration_id"),
    "priority": ("edit", "objectives.edit_priority", "priority_id"),
    "person": ("tree", "objectives.index", "owner"),
    "policy": ("policy", "objectives.axes", ""),
}
"""Where anomalies that are about no single objective are mended; a new objective mends the rest."""


def _mend_objective(key: int, code: AnomalyCode) -> tuple[str, str]:
    if code is AnomalyCode.K14:
        return "actions", url_for("objectives.detail", objective_id=key, _anchor="actions")
    if code is AnomalyCode.K13:
        return "review", url_for("objectives.move", objective_id=key, name="review")
    return "edit", url_for("objectives.edit", objective_id=key, _anchor=MENDS.get(code))


def given(name: str) -> int | None:
    """Return an id of the address, ``None`` for none."""
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else None
