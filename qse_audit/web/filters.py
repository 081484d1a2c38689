"""How templates word values: dates, numbers, sizes, in the language of the page."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import msgspec
from flask import Flask
from markupsafe import Markup, escape

from qse_audit.core.periods import Frequency, Period
from qse_audit.core.text import N_, pick, typeset
from qse_audit.documents import text
from qse_audit.documents.charts import NARROW, WIDE, ChartSpec, to_plotly, to_svg, to_table
from qse_audit.web.i18n import locale, translate
from qse_audit.web.paging import COUNTED_AT_MOST

REFERENCE = re.compile(r"\b[A-Z]{3}-\d{4}-\d{3,}\b")
"""The reference of a record, as people cite it."""


def _worded(word: Callable[..., str]) -> Callable[..., str]:
    """Return ``word`` as a filter: an empty value gives a dash, the language is the page’s."""

    def worded(value: Any, *args: Any, **kwargs: Any) -> str:
        return "—" if value is None else word(value, locale(), *args, **kwargs)

    return worded


def local(texts: Any) -> str:
    """Return a text stored in several languages, in the language of the page."""
    found = pick(texts, locale())
    return typeset(found) if locale() == "fr" else found


def period_label(day: date, frequency: Frequency) -> str:
    """Return the name of the period that ``day`` begins: ``mars 2026``."""
    return translate(Period.of(frequency, day).label)


def span(first: date, last: date) -> str:
    """Return the days from ``first`` to ``last``: ``août 2026 – octobre 2026`` for whole months."""
    return text.Texts(locale()).span(first, last)


def colon() -> str:
    """Return what stands between a thing and what is said of it, with the spaces of the page."""
    return translate(N_(" : "))


def unbroken(text: str) -> Markup:
    """Return ``text`` with its references (ACT-2026-013) kept on one line."""
    return Markup(REFERENCE.sub(r'<span class="nowrap">\g<0></span>', str(escape(text))))


def counted(count: int) -> str:
    """Word a count of a list: ``37``, or ``1 000+`` where counting stopped."""
    most = text.number(COUNTED_AT_MOST, locale())
    return f"{most}+" if count > COUNTED_AT_MOST else text.number(count, locale())


def chart_svg(spec: ChartSpec, *, narrow: bool = False) -> Markup:
    """Return the drawing of a chart, for a wide or a narrow place."""
    return Markup(to_svg(spec, NARROW if narrow else WIDE))  # it escapes every text itself


def chart_data(spec: ChartSpec) -> Markup:
    """Return what Plotly draws as JSON that no page mistakes for markup."""
    written = msgspec.json.encode(to_plotly(spec)).decode()
    for sign, harmless in _HARMLESS.items():  # four times as fast as a translation
        written = written.replace(sign, harmless)
    return Markup(written)


_HARMLESS = {sign: f"\\u{ord(sign):04x}" for sign in "<>&'"}


def labelled(cells: Markup, labels: Sequence[str]) -> Markup:
    """Give each ``<td>`` of a row the name of its column, which a narrow screen shows."""
    first, *rest = str(cells).split("<td")
    shift = 1 if "<th" in first else 0
    return Markup(
        first
        + "".join(
            f'<td data-label="{escape(label)}"{cell}'
            for label, cell in zip(labels[shift:], rest, strict=False)
        )
        + "".join(f"<td{cell}" for cell in rest[len(labels) - shift :])
    )


def init_app(app: Flask) -> None:
    """Give the templates of ``app`` the filters."""
    app.jinja_env.globals.update(colon=colon, span=span)
    app.jinja_env.filters.update(
        day=_worded(text.day),
        moment=_worded(text.moment),
        number=_worded(text.number),
        percent=_worded(text.percent),
        filesize=_worded(text.file_size),
        local=local,
        period_label=period_label,
        unbroken=unbroken,
        counted=counted,
        labelled=labelled,
        chart_data=chart_data,
        chart_svg=chart_svg,
        chart_table=to_table,
    )
