"""The home page, the inbox, the register of acts, the mails in trouble, the server’s health."""

from datetime import date
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from qse_audit import __version__
from qse_audit.accounts.queries import people_of
from qse_audit.core.clock import day_in_paris, now
from qse_audit.core.permissions import Permission
from qse_audit.core.text import Message
from qse_audit.dashboard import queries, reports, services
from qse_audit.dashboard.queries import Line, MailLine, Section, TrailFilter
from qse_audit.dashboard.rules import SUBJECTS, VERBS, as_message
from qse_audit.documents.names import MEDIA_TYPES
from qse_audit.documents.text import day
from qse_audit.web.database import commits, engine, session
from qse_audit.web.guards import Target, public, requires
from qse_audit.web.i18n import locale, translate
from qse_audit.web.listing import Listing, listing
from qse_audit.web.origins import origin_url
from qse_audit.web.paging import page
from qse_audit.web.sign_in import identity, visitor

bp = Blueprint("dashboard", __name__)

MAIL = Target(load=queries.get_mail, argument="mail_id", read=Permission.ORGANISATION_MANAGE)
RECENT = 5
"""How many unread messages the home page shows."""


@bp.get("/")
@requires(Permission.OWN_SPACE)
def home() -> ResponseReturnValue:
    """Show what awaits the person, what is late, what changed."""
    who, at = identity(), now()
    found = queries.home(session(), who, at)
    recent = page(
        session(),
        queries.notices(who, unread_only=True),
        queries.unread_first(),
        size=RECENT,
        make=queries.notice_maker(locale()),
    )
    return render_template(
        "dashboard/home.html",
        home=found,
        sections=[shown_section(section) for section in found.sections],
        changes=recent.rows,
        today=day_in_paris(at),
    )


@bp.get("/health")
@public("supervisors ask without an account; no personal data")
def health() -> ResponseReturnValue:
    """Answer the version, the database and the scheduler’s last beat."""
    try:
        found = queries.health(session())
    except SQLAlchemyError:
        database = {"kind": engine().dialect.name, "ok": False}
        return jsonify(status="error", version=__version__, database=database), 503
    return jsonify(
        status="ok",
        version=__version__,
        database={"kind": found.database_kind, "ok": True},
        scheduler={
            "last_beat": found.last_beat.isoformat() if found.last_beat else None,
            "alive": found.alive,
        },
    )


# --- messages ---


@bp.get("/inbox")
@requires(Permission.OWN_SPACE)
def inbox() -> ResponseReturnValue:
    """List the messages of the person, unread first."""
    shown = listing((), "")
    only = shown.values.get("show") == "unread"
    return render_template(
        "dashboard/inbox.html",
        page=page(
            session(),
            queries.notices(identity(), unread_only=only),
            queries.unread_first(),
            cursor=shown.cursor,
            make=queries.notice_maker(locale()),
        ),
        total=queries.count_notices(session(), identity()),
        only=only,
        listing=shown,
    )


@bp.post("/inbox/read-all")
@requires(Permission.OWN_SPACE)
@commits
def read_all() -> ResponseReturnValue:
    """Mark every message as read."""
    services.read_all_notices(session(), actor=identity(), now=now())
    return redirect(url_for("dashboard.inbox"), 303)


@bp.post("/inbox/<int:notice_id>/read")
@requires(Permission.OWN_SPACE)
@commits
def read(notice_id: int) -> ResponseReturnValue:
    """Mark one’s own message as read and stay in the inbox."""
    services.read_notice(session(), notice_id, actor=identity(), now=now())
    return redirect(url_for("dashboard.inbox"), 303)


@bp.post("/inbox/<int:notice_id>/open")
@requires(Permission.OWN_SPACE)
@commits
def open_notice(notice_id: int) -> ResponseReturnValue:
    """Mark one’s own message as read and go to what it is about."""
    about = services.read_notice(session(), notice_id, actor=identity(), now=now())
    return redirect(origin_url(*about) or url_for("dashboard.inbox"), 303)


for own in (read, open_notice):
    own.own_ids = {"notice_id"}  # type: ignore[attr-defined]  # read by tests/meta


# --- the register ---


@bp.get("/trail")
@requires(Permission.TRAIL_READ)
def trail() -> ResponseReturnValue:
    """List the recorded acts of the organisation; check the whole chain when asked to."""
    who, shown = identity(), listing((), "")
    wanted = asked_for(shown)
    found = page(
        session(),
        queries.event_statement(who, wanted),
        queries.by_newest(),
        cursor=shown.cursor,
        make=queries.as_event,
    )
    people, checks = choices_of_people(), shown.values.get("verify") == "1"
    return render_template(
        "dashboard/trail.html",
        page=found,
        total=queries.count_events(session(), who, wanted),
        audits=queries.audit_references(session(), who, found.rows),
        wanted=wanted,
        listing=shown,
        kinds=worded_choices(SUBJECTS),
        verbs=worded_choices(VERBS),
        people=people,
        chips=[(label, shown.without(*names)) for label, names in narrowings(wanted, people)],
        check=queries.check_chain(session(), who.organisation_id) if checks else None,
    )


@bp.get("/trail/export.csv", defaults={"extension": "csv"})
@bp.get("/trail/export.xlsx", defaults={"extension": "xlsx"})
@requires(Permission.TRAIL_READ)
def export_trail(extension: str) -> ResponseReturnValue:
    """Send what the register shows as a spreadsheet, with what checking the chain found."""
    who, at = identity(), now()
    wanted = asked_for(listing((), ""))
    extract = reports.Extract(
        events=queries.export_events(session(), who, wanted),
        audits=queries.audit_references(session(), who),
        organisation=organisation_name(),
        narrowed_by=[label for label, __ in narrowings(wanted, choices_of_people())],
        check=queries.check_chain(session(), who.organisation_id),
        made_at=at,
    )
    return Response(
        reports.spreadsheet(extract, extension, locale()),
        content_type=MEDIA_TYPES[extension],
        headers={"Content-Disposition": f"attachment; filename=journal.{extension}"},
    )


def asked_for(shown: Listing) -> TrailFilter:
    """Return what the address of the register asks for; what means nothing is left out."""
    values = shown.values
    return TrailFilter(
        search=values.get("q", "")[:200],
        kind=values.get("kind", "")[:32],
        subject_id=small_number(values.get("subject", "")) if values.get("kind") else None,
        verb=values.get("verb", "")[:64],
        person_id=small_number(values.get("person", "")),
        since=day_asked(values.get("since", "")),
        until=day_asked(values.get("until", "")),
    )


def organisation_name() -> str:
    """Return the name of the organisation where the person acts."""
    found = visitor()
    memberships = found.memberships if found else ()
    return next((each.organisation_name for each in memberships if each.current), "")


def narrowings(
    wanted: TrailFilter, people: list[tuple[str, str]]
) -> list[tuple[str, tuple[str, ...]]]:
    """Return each filter that holds, as people read it, with its names in the address."""
    subject, verb = SUBJECTS.get(wanted.kind, wanted.kind), VERBS.get(wanted.verb, wanted.verb)
    one = {"kind": translate(subject), "number": wanted.subject_id}
    person = dict(people).get(str(wanted.person_id), f"n° {wanted.person_id}")
    held = (
        (wanted.search, _("« %(text)s »", text=wanted.search), ("q",)),
        (wanted.kind and not wanted.subject_id, translate(subject), ("kind",)),
        (wanted.subject_id, _("%(kind)s : un seul objet (n° %(number)s)", **one), ("subject",)),
        (wanted.verb, translate(verb), ("verb",)),
        (wanted.person_id is not None, person, ("person",)),
        (wanted.since, _("depuis le %(day)s", day=day(wanted.since, locale())), ("since",)),
        (wanted.until, _("jusqu’au %(day)s", day=day(wanted.until, locale())), ("until",)),
    )
    return [(label, names) for holds, label, names in held if holds]


def small_number(text: str) -> int | None:
    """Return an id of an address, ``None`` for what is none."""
    return int(text) if text.isdecimal() and len(text) < 10 else None


def day_asked(text: str) -> date | None:
    """Return a day of an address, ``None`` for what is none or lies out of reach."""
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        return None
    return asked if 1970 <= asked.year <= 2999 else None


def choices_of_people() -> list[tuple[str, str]]:
    """Return who may have acted: the application, then the people of the organisation."""
    people = people_of(session(), identity().organisation_id)
    return [("0", _("L’application")), *((str(each.id), each.name) for each in people)]


def worded_choices(table: Any) -> list[tuple[str, str]]:
    """Return the choices of a filter in alphabetical order of their words."""
    return sorted(
        ((code, translate(words)) for code, words in table.items()), key=lambda pair: pair[1]
    )


# --- mails ---


@bp.get("/mail")
@requires(Permission.ORGANISATION_MANAGE)
def mails() -> ResponseReturnValue:
    """Show the mails that are uncertain or given up."""
    organisation_id = identity().organisation_id
    return render_template(
        "dashboard/mails.html",
        mails=queries.mail_problems(session(), organisation_id),
        waiting=queries.count_waiting(session(), organisation_id),
        has_server=bool(current_app.config["SETTINGS"].smtp_host),
    )


@bp.post("/mail/<int:mail_id>/resend")
@requires(Permission.ORGANISATION_MANAGE, on=MAIL)
@commits
def resend(mail: MailLine) -> ResponseReturnValue:
    """Put a mail in the outbox again."""
    services.resend_mail(session(), mail, actor=identity(), now=now())
    flash(_("Le courriel repartira dans la minute."), "success")
    return redirect(url_for("dashboard.mails"), 303)


@bp.post("/mail/<int:mail_id>/drop")
@requires(Permission.ORGANISATION_MANAGE, on=MAIL)
@commits
def drop(mail: MailLine) -> ResponseReturnValue:
    """Let a mail be."""
    services.drop_mail(session(), mail, actor=identity(), now=now())
    return redirect(url_for("dashboard.mails"), 303)


# --- what the home page is made of ---


def shown_section(section: Section) -> dict[str, Any]:
    """Return a section as the template shows it: words and addresses."""
    more = url_for(section.more, **section.more_values) if section.more else ""
    return {
        "title": translate(section.title),
        "lines": [shown_line(line, more) for line in section.lines],
        "more": more,
        "is_late": section.rank <= 10,
    }


def shown_line(line: Line, more: str) -> dict[str, Any]:
    """Return a line as the template shows it."""
    if line.endpoint:
        url = url_for(line.endpoint, **line.values)
    else:
        url = origin_url(line.kind, line.id) or more or url_for("dashboard.home")
    return {
        "title": worded(line.title),
        "url": url,
        "meta": " · ".join(worded(piece) for piece in line.meta),
        "status": line.status,
        "label": worded(line.status_label),
    }


def worded(text: Message | str) -> str:
    """Return words in the language of the page, days included."""
    if isinstance(text, Message):
        return translate(as_message(text.msgid, text.values, locale()))
    return text
