"""The pages: who may read, prepare, approve and keep; what they say; what is refused."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from qse_audit.core.clock import now
from qse_audit.duerp import services
from qse_audit.duerp.models import (
    DuerpContribution,
    DuerpEvent,
    DuerpPlace,
    DuerpRequest,
    DuerpTransmission,
    DuerpVersion,
    HeadcountNote,
)
from qse_audit.duerp.rules import TriggerKind, VersionStatus
from tests.duerp.conftest import approve, consult, count_employees
from tests.duerp.test_reports import text_of
from tests.duerp.test_services import plan
from tests.factories import NOW


@pytest.fixture
def approved(session, cast, duerp):
    return approve(session, duerp, cast)


def one(session, model):
    session.expire_all()
    return session.scalars(select(model).order_by(model.id.desc())).first()


def rows(page):
    return " ".join(page.get_text(" ").split())


# --- who may ---


def test_an_approved_version_is_read_by_the_company_and_by_nobody_else(browse, cast, approved):
    url = f"/duerp/versions/{approved.id}"
    for who in (cast.bob, cast.alice, cast.emma, cast.jean, cast.claire):
        page = browse(who, "GET", url)
        assert "Pièce en rotation" in page.text
        assert bool(page.select(f'a[href="{url}/transmissions/new"]')) is (who is cast.claire)
    for who in (cast.david, cast.karine, cast.ines):
        for path in ("", "/programme", "/document.pdf", "/register.xlsx", "/compare"):
            browse(who, "GET", url + path, status=404)
    browse(cast.karine, "GET", "/duerp/", status=403)
    for path in ("headcount", "events/new", "requests", "place"):
        browse(cast.bob, "GET", f"/duerp/{path}", status=403)
        browse(cast.jean, "GET", f"/duerp/{path}", status=403)


def test_a_version_in_preparation_is_between_those_who_write_and_who_decide(
    browse, session, cast, duerp
):
    draft = services.prepare_version(session, duerp.id, "Annuelle", actor=cast.emma, now=NOW)
    session.commit()
    url = f"/duerp/versions/{draft.id}"
    for who in (cast.claire, cast.jean, cast.emma):
        assert "En préparation" in browse(who, "GET", url).text
    for who in (cast.bob, cast.alice, cast.david):
        browse(who, "GET", url, status=404)
    file = browse(cast.claire, "GET", f"{url}/document.pdf").response
    assert "projet.pdf" in file.headers["Content-Disposition"]
    assert "Projet du" in text_of(file.data)
    browse(cast.claire, "GET", f"{url}/posters.pdf", status=404)
    browse(cast.bob, "GET", f"{url}/document.pdf", status=404)
    browse(cast.bob, "POST", f"{url}/consult", status=404)
    consult(session, draft, cast.claire)
    browse(cast.claire, "POST", f"{url}/approve", status=403, elevated=True, back=url)
    page = browse(cast.jean, "POST", f"{url}/approve", status=303, back=url)
    assert "/confirm" in page.response.location
    assert one(session, DuerpVersion).status is VersionStatus.CONSULTED
    browse(cast.jean, "POST", f"{url}/approve", status=303, elevated=True, unrated_note="En mars")
    assert one(session, DuerpVersion).status is VersionStatus.APPROVED


def test_a_company_without_a_document_is_led_to_its_first_assessment(browse, cast):
    page = browse(cast.claire, "GET", "/duerp/")
    assert page.select('.empty a[href="/risks/new?method=occupational"]')
    assert "L’effectif n’a pas encore été noté" in page.select_one("#headcount").text
    assert "pas d’obligation" not in page.text
    assert not browse(cast.jean, "GET", "/duerp/").select(".empty a")


# --- making a version ---


def test_a_coordinator_prepares_a_version_and_management_approves_it(browse, session, cast, duerp):
    page = browse(cast.claire, "GET", "/duerp/")
    assert "Aucune version approuvée" in page.text
    page = browse(cast.claire, "POST", "/duerp/new", status=422, analysis=duerp.id, reason=" ")
    assert page.select_one('#reason[aria-invalid="true"]')
    browse(cast.claire, "POST", "/duerp/new", status=422, analysis=duerp.id + 99, reason="X")
    browse(cast.claire, "POST", "/duerp/new", status=303, analysis=duerp.id, reason="Annuelle")
    draft = one(session, DuerpVersion)
    url = f"/duerp/versions/{draft.id}"
    page = browse(cast.claire, "GET", url)
    assert "Notez la consultation, ou pourquoi il n’y en a pas" in page.text
    assert not page.select(f'form[action="{url}/consult"]')
    event = services.note_event(
        session, TriggerKind.MACHINE, NOW.date(), "Tour neuf", actor=cast.claire, now=NOW
    )
    session.commit()
    browse(cast.claire, "POST", f"{url}/edit", status=303, reason="Tour neuf", events=[event.id],
           version="1")  # fmt: skip
    browse(cast.claire, "POST", f"{url}/edit", status=409, reason="Autre", version="1")
    sent = {"part": "cse", "name": "", "consulted_on": "2026-01-05", "opinion": ""}
    page = browse(cast.claire, "POST", f"{url}/consultations/new", status=422, **sent)
    assert page.select_one('#name[aria-invalid="true"]')
    for part in ("cse", "designated", "health_service", "other"):
        sent = {**sent, "part": part, "name": f"Qui {part}", "opinion": "Favorable"}
        browse(cast.claire, "POST", f"{url}/consultations/new", status=303, **sent)
    last = one(session, DuerpContribution)
    browse(cast.claire, "POST", f"/duerp/consultations/{last.id}/remove", status=303, back=url)
    page = browse(cast.claire, "GET", url)
    assert "Qui other" not in page.text
    assert "Qui cse" in page.text
    browse(cast.claire, "POST", f"{url}/consult", status=303, back=url)
    page = browse(cast.jean, "GET", url)
    assert page.select(f'a[href="{url}/approve"]')
    page = browse(cast.jean, "GET", f"{url}/approve", elevated=True)
    assert "Bruit continu" in page.select_one(".callout").text
    page = browse(cast.jean, "POST", f"{url}/approve", status=422, elevated=True)
    assert page.select('#unrated_note[aria-invalid="true"]')
    browse(cast.jean, "POST", f"{url}/approve", status=303, elevated=True, unrated_note="En mars")
    assert "« En mars »" in browse(cast.bob, "GET", url).select_one(".callout").text
    browse(cast.jean, "GET", f"{url}/approve", status=303, elevated=True)
    page = browse(cast.bob, "GET", "/duerp/")
    assert "version 1" in page.text
    assert "Version 1" in rows(page.select_one("#events"))


def test_what_is_missing_is_told_and_nothing_is_approved(browse, session, cast, duerp):
    count_employees(session, cast.claire, 55, NOW.date())
    draft = services.prepare_version(session, duerp.id, "Annuelle", actor=cast.claire, now=NOW)
    consult(session, draft, cast.claire)
    action = plan(session, duerp, cast.claire, due_days=900)
    session.commit()
    url = f"/duerp/versions/{draft.id}"
    page = browse(cast.jean, "GET", url)
    assert "conditions d’exécution, indicateur de résultat" in page.text
    assert not page.select(f'a[href="{url}/approve"]')
    page = browse(cast.claire, "GET", url)
    assert "conditions d’exécution, indicateur de résultat" in page.select_one(".refusals").text
    assert page.select(f'.duerp-acts a[href="{url}/programme"]')
    page = browse(cast.jean, "GET", f"{url}/approve", elevated=True)
    assert "conditions d’exécution" in page.text
    assert not page.select("#unrated_note")
    page = browse(
        cast.jean, "POST", f"{url}/approve", status=422, elevated=True, unrated_note="En mars"
    )
    assert "conditions d’exécution" in page.text
    assert one(session, DuerpVersion).status is VersionStatus.CONSULTED
    page = browse(cast.claire, "GET", f"{url}/programme")
    assert "Mesures à compléter : 1" in page.text
    address = f"{url}/measures/{action.id}"
    assert page.select(f'a[href="{address}"]')
    page = browse(cast.claire, "POST", address, status=422, cost_euros="-3", version="0")
    assert page.select_one('#cost_euros[aria-invalid="true"]')
    sent = {"conditions": "Arrêt", "result_indicator": "dB", "cost_euros": "1500.5",
            "starts_on": NOW.date().isoformat(), "version": "0"}  # fmt: skip
    browse(cast.claire, "POST", address, status=303, **sent)
    browse(cast.claire, "POST", address, status=409, **{**sent, "conditions": "Autre"})
    page = browse(cast.claire, "GET", f"{url}/programme")
    assert "1 500,50" in rows(page)
    file = browse(cast.claire, "GET", f"{url}/programme.pdf")
    assert "Projet du" in text_of(file.response.data)
    browse(cast.jean, "POST", f"{url}/approve", status=303, elevated=True, unrated_note="En mars")
    assert one(session, DuerpVersion).status is VersionStatus.APPROVED


def test_management_sends_a_version_back_and_its_page_says_why(browse, session, cast, duerp):
    draft = services.prepare_version(session, duerp.id, "Annuelle", actor=cast.claire, now=NOW)
    consult(session, draft, cast.claire)
    url = f"/duerp/versions/{draft.id}"
    form = f'form[action="{url}/send-back"]'
    assert not browse(cast.claire, "GET", url).select(form)
    browse(cast.claire, "POST", f"{url}/send-back", status=403, reason="X", back=url)
    assert browse(cast.jean, "GET", url).select(f"details:not([open]) {form}")
    page = browse(cast.jean, "POST", f"{url}/send-back", status=422, reason=" ")
    assert page.select('details[open] #reason[aria-invalid="true"]')
    browse(cast.jean, "POST", f"{url}/send-back", status=303, reason="Le quai manque")
    page = browse(cast.claire, "GET", url)
    assert "Renvoyée en préparation par Jean Garnier" in page.text
    assert "Le quai manque" in page.select_one(".callout").text
    browse(cast.claire, "POST", f"{url}/consult", status=303, back=url)
    assert "Renvoyée en préparation par" not in browse(cast.jean, "GET", url).text


def test_deleting_an_approved_version_is_refused_with_the_day(
    browse, client_of, session, cast, approved
):
    url = f"/duerp/versions/{approved.id}"
    browse(cast.claire, "POST", f"{url}/delete", status=303, back=url)
    refused = client_of(cast.claire).post(f"{url}/delete", headers={"Accept": "application/json"})
    assert refused.status_code == 422
    assert f"{NOW.year + 40}" in refused.json["error"]
    assert "quarante ans" in refused.json["error"]
    browse(cast.jean, "POST", f"{url}/delete", status=403, back=url)
    browse(cast.claire, "GET", f"{url}/consultations/new", status=403)
    draft = services.prepare_version(session, approved.analysis_id, "X", actor=cast.claire, now=NOW)
    session.commit()
    browse(cast.claire, "POST", f"/duerp/versions/{draft.id}/delete", status=303)
    session.expire_all()
    assert session.scalars(select(DuerpVersion.id)).all() == [approved.id]


# --- reading ---


def test_papers_units_and_differences_of_a_version(browse, session, cast, duerp, approved):
    url = f"/duerp/versions/{approved.id}"
    for path, kind in (
        ("document.pdf", "application/pdf"), ("posters.pdf", "application/pdf"),
        ("register.xlsx", "sheet"), ("document.docx", "word"),
    ):  # fmt: skip
        assert kind in browse(cast.bob, "GET", f"{url}/{path}").response.content_type
    page = browse(cast.bob, "GET", url)
    unit = next(a["href"] for a in page.select("#units th a") if "Tours" in a.text)
    page = browse(cast.bob, "GET", unit)
    assert "Bruit continu" in page.text
    assert "Non coté" in page.text
    browse(cast.bob, "GET", f"{url}/units/9999", status=404)
    browse(cast.bob, "GET", f"{url}/posters.pdf?unit=9999", status=404)
    browse(cast.bob, "GET", f"{url}/compare", status=303)
    later = approve(session, duerp, cast, now=NOW + timedelta(days=2), reason="Suite")
    page = browse(cast.bob, "GET", f"/duerp/versions/{later.id}/compare")
    assert "Rien n’a changé" in page.text
    browse(cast.bob, "GET", f"/duerp/versions/{later.id}/compare?with=9999", status=404)


# --- registers ---


def test_the_registers_are_kept_by_the_coordinator(browse, session, cast, approved):
    browse(cast.claire, "POST", "/duerp/headcount", status=422, employees="-2",
           since_on="2026-01-01")  # fmt: skip
    browse(cast.claire, "POST", "/duerp/headcount", status=303, employees="0",
           since_on="2026-01-01")  # fmt: skip
    assert one(session, HeadcountNote).employees == 0
    assert "2026" in rows(browse(cast.claire, "GET", "/duerp/headcount"))
    sent = {"kind": "layout", "happened_on": "2026-01-02", "what": "Presse déplacée"}
    for kind, chosen in (("accident", ["accident"]), ("?", [])):
        page = browse(cast.claire, "GET", f"/duerp/events/new?kind={kind}")
        assert [each["value"] for each in page.select("#kind option[selected]")] == chosen
    page = browse(cast.claire, "POST", "/duerp/events/new", status=422, **{**sent, "what": ""})
    assert page.select_one('#what[aria-invalid="true"]')
    browse(cast.claire, "POST", "/duerp/events/new", status=303, **sent)
    event = one(session, DuerpEvent)
    address = f"/duerp/events/{event.id}"
    browse(cast.claire, "POST", address, status=303, done="Balisage", version="1")
    browse(cast.claire, "POST", address, status=409, done="Rien", version="1")
    browse(cast.bob, "GET", address, status=403)
    browse(cast.david, "GET", address, status=404)
    page = browse(cast.claire, "GET", "/duerp/")
    assert "Mise à jour due" in page.text
    assert "Balisage" in page.text
    version = f"/duerp/versions/{approved.id}"
    to_do = [a["href"] for a in page.select(".callout a")]
    assert to_do == ["/duerp/new", f"{version}/transmissions/new", "/duerp/place"]
    page = browse(cast.claire, "POST", "/duerp/new", status=303, analysis=str(approved.analysis_id),
                  reason="Presse")  # fmt: skip
    draft = f"/duerp/versions/{one(session, DuerpVersion).id}"
    assert page.response.location.endswith(f"{draft}/edit")
    page = browse(cast.claire, "GET", "/duerp/")
    assert page.select_one(".callout a")["href"] == f"{draft}/edit"
    assert not page.select('a[href="/duerp/new"]')
    browse(cast.claire, "POST", "/duerp/place", status=303, location="Accueil", hours="",
           contact="", version="0")  # fmt: skip
    browse(cast.claire, "POST", "/duerp/place", status=409, location="Ailleurs", version="0")
    assert one(session, DuerpPlace).location == "Accueil"
    assert "Accueil" in text_of(browse(cast.bob, "GET", "/duerp/notice.pdf").response.data)
    url = f"{version}/transmissions/new"
    sent = {"recipient": "health_service", "name": "SPST", "channel": "mail"}
    page = browse(cast.claire, "POST", url, status=422, **sent, sent_on="2019-01-01")
    assert page.select_one('#sent_on[aria-invalid="true"]')
    browse(cast.claire, "POST", url, status=303, **sent, sent_on=now().date().isoformat())
    assert one(session, DuerpTransmission).name == "SPST"
    assert "à transmettre" not in browse(cast.claire, "GET", "/duerp/").text


def test_a_request_finds_the_versions_of_its_time(browse, session, cast, approved):
    assert "Aucune demande notée" in browse(cast.claire, "GET", "/duerp/requests").text
    today = now().date()
    sent = {"recipient": "former_worker", "name": "Un ancien tourneur",
            "asked_on": f"{today}", "from_on": "2020-01-01", "until_on": "2019-01-01"}  # fmt: skip
    page = browse(cast.claire, "POST", "/duerp/requests/new", status=422, **sent)
    assert page.select_one('#until_on[aria-invalid="true"]')
    sent["until_on"] = today.isoformat()
    browse(cast.claire, "POST", "/duerp/requests/new", status=303, **sent)
    request = one(session, DuerpRequest)
    url = f"/duerp/requests/{request.id}"
    page = browse(cast.claire, "GET", url)
    assert page.select(f'a[href="/duerp/versions/{approved.id}/document.pdf"]')
    browse(cast.bob, "GET", url, status=404)
    browse(cast.claire, "POST", f"{url}/answer", status=303, back=url)
    assert one(session, DuerpRequest).versions == [approved.id]
    page = browse(cast.claire, "GET", "/duerp/requests")
    assert "Claire Dubois" in page.text
    assert isinstance(request.from_on, date)


def test_a_difference_sends_few_statements(browse, session, cast, duerp, approved, statements):
    later = approve(session, duerp, cast, now=NOW + timedelta(days=2), reason="Suite")
    url = f"/duerp/versions/{later.id}/compare"
    statements.clear()
    browse(cast.bob, "GET", url)
    assert len(statements) - 1 <= 8, "\n\n".join(statements)  # one signs in


def test_the_home_page_says_what_is_due_and_what_awaits_the_employer(browse, session, cast, duerp):
    event = services.note_event(
        session, TriggerKind.MACHINE, NOW.date(), "Tour neuf", actor=cast.claire, now=NOW
    )
    draft = services.prepare_version(session, duerp.id, "Tour", actor=cast.claire, now=NOW)
    services.write_version(session, draft, "Tour", [event.id], actor=cast.claire, now=NOW)
    session.commit()
    page = browse(cast.claire, "GET", "/")
    assert "Aucune version approuvée" in page.text
    assert "Faits nouveaux à prendre en compte : 1" in page.text
    assert "Document unique à approuver" not in browse(cast.jean, "GET", "/").text
    consult(session, draft, cast.claire)
    page = browse(cast.jean, "GET", "/")
    assert page.select(f'.todo a[href="/duerp/versions/{draft.id}"]')
    url = f"/duerp/versions/{draft.id}/approve"
    browse(cast.jean, "POST", url, status=303, elevated=True, unrated_note="En mars")
    page = browse(cast.claire, "GET", "/")
    assert "Version non transmise" in page.text
    assert "Faits nouveaux à prendre en compte" not in page.text
    assert "Document unique" not in browse(cast.bob, "GET", "/").select_one("main").text
