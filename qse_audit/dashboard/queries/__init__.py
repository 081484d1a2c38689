"""Reading what the dashboard shows. Nothing here writes."""

from qse_audit.dashboard.queries.health import Health, health
from qse_audit.dashboard.queries.home import (
    HOME_SECTIONS,
    Figures,
    Home,
    home,
)
from qse_audit.dashboard.queries.inbox import (
    NoticeLine,
    count_notices,
    notice_maker,
    notices,
    unread_first,
)
from qse_audit.dashboard.queries.lines import HomeSection, Line, Section
from qse_audit.dashboard.queries.mails import MailLine, count_waiting, get_mail, mail_problems
from qse_audit.dashboard.queries.trail import (
    ChainCheck,
    EventLine,
    TrailFilter,
    as_event,
    audit_references,
    by_newest,
    check_chain,
    count_events,
    event_statement,
    export_events,
)

__all__ = [
    "HOME_SECTIONS",
    "ChainCheck",
    "EventLine",
    "Figures",
    "Health",
    "Home",
    "HomeSection",
    "Line",
    "MailLine",
    "NoticeLine",
    "Section",
    "TrailFilter",
    "as_event",
    "audit_references",
    "by_newest",
    "check_chain",
    "count_events",
    "count_notices",
    "count_waiting",
    "event_statement",
    "export_events",
    "get_mail",
    "health",
    "home",
    "mail_problems",
    "notice_maker",
    "notices",
    "unread_first",
]
