"""The home page, the inbox, the register, the mails in trouble, the health of the server."""

from datetime import timedelta

import pytest

from qse_audit.accounts.models import Membership
from qse_audit.audits.rules import AuditStatus
from qse_audit.core.clock import now
from qse_audit.core.permissions import Kind, Role
from qse_audit.core.text import N_
from qse_audit.dashboard import queries
from qse_audit.db.engine import make_engine
from qse_audit.db.lease import SCHEDULER, take_lease
from qse_audit.db.outbox import Mail, MailState, Notice, notify, post_mail
from qse_audit.db.trail import Event
from qse_audit.findings.rules import FindingStatus, Grade
from tests.actions.factories import make_action, make_audit, make_done, make_finding
from tests.audits.test_lists import insert_audits
from tests.factories import today

# --- home ---


@pytest.fixture
def living(session, cast):
    """A company where something awaits nearly everybody."""
    finding = make_finding(session, cast, grade=Grade.MAJOR_NONCONFORMITY)
    make_action(session, cast, finding=finding, title="Retard", due_on=today() - timedelta(days=4))
    make_action(session, cast, finding=finding, title="Bientôt", due_on=today() + timedelta(days=3))
    make_done(session, cast, finding=finding, title="À juger")
    make_audit(
        session,
        cast,
        reference="AUD-2",
        title="Grille entamée",
        status=AuditStatus.IN_PROGRESS,
        question_count=120,
        answered_count=42,
    )
    make_audit(
        session,
        cast,
        reference="AUD-3",
        title="Grille finie",
        status=AuditStatus.IN_PROGRESS,
        question_count=10,
        answered_count=10,
    )
    make_audit(
        session,
        cast,
        reference="AUD-4",
        title="Audit prévu",
        status=AuditStatus.PLANNED,
        starts_on=today() + timedelta(days=9),
    )
    draft = make_audit(
        session, cast, reference="AUD-5", title="Audit ébauché", status=AuditStatus.DRAFT
    )
    make_finding(
        session,
        cast,
        draft,
        title="Constat ébauché",
        status=FindingStatus.DRAFT,
        reference="CST-2026-009",
    )


def home_of(browse, who):
    page = browse(who, "GET", "/")
    return {
        section.h2.text.strip(): [item.text for item in section.select(".todo a")]
        for section in page.select("section.section")
        if section.select(".todo")
    }


def test_each_role_finds_what_awaits_it(cast, browse, living):
    coordinator = home_of(browse, cast.claire)
    assert coordinator["Actions à vérifier"] == ["À juger"]
    assert coordinator["Actions des autres en retard"] == ["Retard"]
    assert coordinator["Audits à planifier"] == ["Audit ébauché"]
    assert coordinator["Rapports à émettre"] == ["Grille finie"]
    assert coordinator["Constats à finir de rédiger"] == ["Constat ébauché"]
    assert "Audits à terminer" not in coordinator

    lead = home_of(browse, cast.alice)
    assert lead["Audits à terminer"] == ["Grille entamée"]
    assert lead["Audits à démarrer"] == ["Audit prévu"]
    assert lead["Rapports à émettre"] == ["Grille finie"]
    assert lead["Actions à vérifier"] == ["À juger"]

    auditee = home_of(browse, cast.bob)
    assert auditee["Vos actions en retard"] == ["Retard"]
    assert auditee["Vos actions à faire"] == ["Bientôt"]
    assert set(auditee["Audits de votre activité"]) == {
        "Grille entamée",
        "Grille finie",
        "Audit prévu",
    }
    assert "Constats à finir de rédiger" not in auditee

    management = home_of(browse, cast.jean)
    assert set(management["Audits en cours et à venir"]) == {
        "Grille entamée",
        "Grille finie",
        "Audit prévu",
    }
    assert management["Actions des autres en retard"] == ["Retard"]


def test_management_reads_a_few_numbers_with_links(cast, browse, living):
    page = browse(cast.jean, "GET", "/")
    figures = {s.a.text: s.select_one(".stat__value").text.strip() for s in page.select(".stat")}
    assert figures["Non-conformités majeures ouvertes"] == "1"
    assert figures["Actions en retard"] == "1"
    assert figures["Prochains audits"] == "1"
    for link in page.select(".stat a"):
        browse(cast.jean, "GET", link["href"])


def test_the_progress_of_an_audit_is_told(cast, browse, living):
    assert "42 réponses sur 120" in browse(cast.alice, "GET", "/").text


def test_every_line_of_the_home_page_opens_for_the_person_who_reads_it(cast, browse, living):
    for who in cast.everyone().values():
        for link in browse(who, "GET", "/").select(".todo a, .timeline a"):
            browse(who, "GET", link["href"])


def test_a_stranger_sees_nothing_of_the_company(cast, browse, living):
    for who in (cast.david, cast.gaelle, cast.hugo, cast.karine):
        page = browse(who, "GET", "/").text
        assert not any(word in page for word in ("Retard", "À juger", "Grille", "ébauché"))


def test_the_home_page_of_each_person_sends_at_most_ten_statements(
    cast, browse, living, statements
):
    for name, who in cast.everyone().items():
        statements.clear()
        browse(who, "GET", "/")
        assert len(statements) - 1 <= 10, f"{name}\n" + "\n\n".join(statements)


def test_the_home_page_sends_at_most_twelve_statements_whatever_the_roles(
    session, cast, browse, living, statements
):
    session.add_all(
        Membership(
            person_id=cast.claire.user_id,
            organisation_id=cast.company,
            role=role,
            granted_at=now(),
        )
        for role in Role
        if role not in cast.claire.roles
    )
    session.commit()
    statements.clear()
    browse(cast.claire, "GET", "/")
    assert len(statements) - 1 <= 12, "\n\n".join(statements)


def test_the_first_day_offers_the_first_acts(cast, browse):
    page = browse(cast.claire, "GET", "/")
    links = [a["href"] for a in page.select(".todo a")]
    assert links == ["/processes/", "/people", "/audits/new"]


def test_an_administrator_starts_with_the_places(session, cast, browse):
    session.add(
        Membership(
            person_id=cast.claire.user_id,
            organisation_id=cast.company,
            role=Role.ADMINISTRATOR,
            granted_at=now(),
        )
    )
    session.commit()
    links = [a["href"] for a in browse(cast.claire, "GET", "/").select(".todo a")]
    assert links == ["/organisation", "/processes/", "/people", "/audits/new"]


@pytest.mark.parametrize("more", [0, 1000])
def test_the_home_page_of_1000_audits_sends_no_more_statements_than_of_two(
    session, cast, browse, living, statements, more
):
    if more:
        insert_audits(session, cast, more, status=AuditStatus.IN_PROGRESS)
    statements.clear()
    browse(cast.claire, "GET", "/")
    assert len(statements) - 1 <= 10, "\n\n".join(statements)  # one signs in


@pytest.mark.parametrize("who", ["bob", "emma", "gaelle", "ines", "jean", "hugo", "karine"])
def test_a_quiet_day_says_so(cast, browse, who):
    assert "Rien ne vous attend" in browse(getattr(cast, who), "GET", "/").text


def test_the_administrator_hears_of_mails_that_did_not_leave(session, cast, browse):
    trouble(session, cast.bob.user_id)
    assert "non partis ou incertains : 1" in browse(cast.ines, "GET", "/").text


def test_the_table_of_sections_is_open_to_features(session, cast):
    def extra(_session, _who, _now):
        yield queries.Section(title=N_("Nouveau"), lines=[queries.Line(title="Ligne")])

    queries.HOME_SECTIONS.append(extra)
    try:
        found = queries.home(session, cast.emma, now())
    finally:
        queries.HOME_SECTIONS.remove(extra)
    assert [section.title for section in found.sections] == ["Nouveau"]


# --- print ---


def test_a_printed_page_says_whose_it_is_and_who_read_it(cast, browse):
    told = browse(cast.claire, "GET", "/audits/").select_one("main .only-print").text
    assert told.startswith("Atelier Martin · lu par Claire")


# --- inbox ---


def send(session, who, key="k/1", about=None):
    message = N_("Échéance le %(due_on)s : 100 %% de %(title)s", due_on="2026-11-30", title="<b>x")
    notify(
        session,
        message,
        key=key,
        person_id=who.user_id,
        organisation_id=who.organisation_id,
        subject=about,
        now=now(),
    )
    session.commit()
    return session.query(Notice).filter_by(key=key).one()


def test_a_message_is_worded_when_it_is_read(session, cast, browse):
    send(session, cast.bob)
    page = browse(cast.bob, "GET", "/inbox")
    assert "lun. 30 nov. 2026 : 100 % de <b>x" in page.select_one("tbody").text
    assert not page.select("tbody b")


def test_unread_messages_come_first(session, cast, browse):
    old = send(session, cast.bob, "k/1")
    send(session, cast.bob, "k/2").read_at = now()
    session.commit()
    rows = browse(cast.bob, "GET", "/inbox").select("tbody tr")
    assert f"/inbox/{old.id}/read" in str(rows[0])
    assert "Non lu" not in rows[1].text
    assert len(browse(cast.bob, "GET", "/inbox?show=unread").select("tbody tr")) == 1


def test_opening_a_message_marks_it_and_leads_to_its_object(session, cast, browse):
    action = make_action(session, cast)
    session.query(Notice).delete()
    notice = send(session, cast.bob, about=(Kind.ACTION, action.id))
    done = browse(cast.bob, "POST", f"/inbox/{notice.id}/open", status=303)
    assert done.response.location == f"/actions/{action.id}"
    assert session.get(Notice, notice.id).read_at is not None


def test_messages_are_marked_one_by_one_or_all_at_once(session, cast, browse):
    first = send(session, cast.bob, "k/1")
    send(session, cast.bob, "k/2")
    send(session, cast.claire, "k/3")
    browse(cast.bob, "POST", f"/inbox/{first.id}/read", status=303)
    assert session.query(Notice).filter(Notice.read_at.is_(None)).count() == 2
    browse(cast.bob, "POST", "/inbox/read-all", status=303)
    assert session.query(Notice).filter(Notice.read_at.is_(None)).one().key == "k/3"


@pytest.mark.parametrize("act", ["read", "open"])
def test_the_message_of_someone_else_does_not_exist(session, cast, browse, act):
    notice = send(session, cast.claire)
    browse(cast.bob, "POST", f"/inbox/{notice.id}/{act}", status=404)
    browse(cast.bob, "POST", f"/inbox/999/{act}", status=404)
    assert session.get(Notice, notice.id).read_at is None
    assert "100 %" not in browse(cast.bob, "GET", "/inbox").text


def test_the_inbox_pages_and_sends_few_statements(session, cast, browse, statements):
    for n in range(120):
        send(session, cast.bob, f"k/{n}")
    statements.clear()
    page = browse(cast.bob, "GET", "/inbox")
    assert len(statements) - 1 <= 8
    seen = len(page.select("tbody tr"))
    while link := page.select_one("a[rel=next]"):
        page = browse(cast.bob, "GET", link["href"])
        seen += len(page.select("tbody tr"))
    assert seen == 120


def test_an_empty_inbox_says_what_will_come(cast, browse):
    assert "Aucun message" in browse(cast.emma, "GET", "/inbox").text


# --- mails ---


def trouble(session, person_id, state=MailState.UNCERTAIN, address="bob@example.org", key="m/1"):
    post_mail(
        session,
        key=key,
        address=address,
        subject="Objet",
        text="https://secret",
        person_id=person_id,
        now=now(),
    )
    mail = session.query(Mail).filter_by(key=key).one()
    mail.state, mail.tries, mail.problem = state, 3, "550 no"
    session.commit()
    return mail


def test_troubled_mails_are_shown_without_their_text(session, cast, browse):
    trouble(session, cast.bob.user_id)
    trouble(session, cast.emma.user_id, MailState.FAILED, "emma@example.org", "m/2")
    trouble(session, cast.david.user_id, MailState.FAILED, "david@example.org", "m/3")
    page = browse(cast.ines, "GET", "/mail")
    assert len(page.select("tbody tr")) == 2
    assert "secret" not in page.text
    assert "david@example.org" not in page.text


@pytest.mark.parametrize("who", ["claire", "bob", "jean", "emma"])
def test_only_administrators_look_after_mails(session, cast, browse, who):
    mail = trouble(session, cast.bob.user_id)
    browse(getattr(cast, who), "GET", "/mail", status=403)
    browse(getattr(cast, who), "POST", f"/mail/{mail.id}/resend", status=404)
    assert session.get(Mail, mail.id).state is MailState.UNCERTAIN


def test_the_mail_of_another_company_does_not_exist(session, cast, browse):
    mail = trouble(session, cast.david.user_id)
    for act in ("resend", "drop"):
        browse(cast.ines, "POST", f"/mail/{mail.id}/{act}", status=404)
    assert session.get(Mail, mail.id).state is MailState.UNCERTAIN


@pytest.mark.parametrize(("act", "state"), [("resend", MailState.DUE), ("drop", MailState.DROPPED)])
def test_an_administrator_decides_and_it_is_recorded(session, cast, browse, act, state):
    mail = trouble(session, cast.bob.user_id)
    browse(cast.ines, "POST", f"/mail/{mail.id}/{act}", status=303)
    assert session.get(Mail, mail.id).state is state
    assert session.query(Event).one().verb == f"mail.{act}"
    browse(cast.ines, "POST", f"/mail/{mail.id}/{act}", status=404)


# --- health ---


def test_health_tells_version_database_and_scheduler(session, app):
    client = app.test_client()
    found = client.get("/health").json
    assert found["database"] == {"kind": session.get_bind().dialect.name, "ok": True}
    assert found["scheduler"] == {"last_beat": None, "alive": False}
    take_lease(session, SCHEDULER, holder="x", now=now(), seconds=60)
    session.commit()
    found = client.get("/health").json
    assert found["scheduler"]["alive"] is True
    assert found["version"]


def test_a_beat_long_ago_is_not_alive(session, app):
    take_lease(session, SCHEDULER, holder="x", now=now() - timedelta(minutes=5), seconds=60)
    session.commit()
    assert app.test_client().get("/health").json["scheduler"]["alive"] is False


def test_health_answers_503_when_the_database_fails(app, tmp_path):
    app.extensions["engine"] = make_engine(f"sqlite:///{tmp_path / 'none' / 'x.sqlite3'}")
    answer = app.test_client().get("/health")
    assert answer.status_code == 503
    assert answer.json["database"] == {"kind": "sqlite", "ok": False}
