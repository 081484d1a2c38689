"""The clocks of an 8D in words."""

from collections.abc import Sequence
from datetime import timedelta

from qse_audit.causes.rules import Clock, ClockState
from qse_audit.core.text import N_, Message
from qse_audit.documents.text import Texts, moment, number

HOURS, DAYS = N_("%(count)s h", count=""), N_("%(count)s j", count="")
SAYS = {
    ClockState.RUNNING: N_("il reste %(gap)s", gap=""),
    ClockState.OVERDUE: N_("en retard de %(gap)s", gap=""),
    ClockState.KEPT: N_("tenu, %(gap)s d’avance", gap=""),
    ClockState.MISSED: N_("terminé avec %(gap)s de retard", gap=""),
}
TONES = {
    ClockState.RUNNING: "info",
    ClockState.OVERDUE: "danger",
    ClockState.KEPT: "success",
    ClockState.MISSED: "warning",
}
"""The tone of a clock on a page; its words always stand beside it."""


def gap_text(gap: timedelta, locale: str) -> str:
    """Return a span of time as people say it: hours below two days, then days."""
    hours = gap.total_seconds() / 3600
    unit, count = (HOURS, hours) if hours < 48 else (DAYS, hours / 24)
    shown = number(int(count), locale) if count >= 1 else "< 1"
    return Texts(locale).translate(Message(unit.msgid, {"count": shown}))


def clock_text(clock: Clock, locale: str) -> str:
    """Return where a step stands against its clock: “en retard de 3 j”."""
    words = {"gap": gap_text(clock.gap, locale)}
    return Texts(locale).translate(Message(SAYS[clock.state].msgid, words))


def clock_rows(clocks: Sequence[Clock], locale: str) -> list[list[str]]:
    """Return the clocks as rows: step, due, done, how it stands."""
    texts = Texts(locale)
    return [
        [
            texts.translate(clock.step.label),
            moment(clock.due_at, locale),
            moment(clock.done_at, locale),
            clock_text(clock, locale),
        ]
        for clock in clocks
    ]
