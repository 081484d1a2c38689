"""The pages about balances: who may, who may not, bad input, what is saved, what is sent."""

import io
import json
import zipfile

import pypdf
import pytest
from sqlalchemy import func, select

from qse_audit.accounts.models import Person
from qse_audit.balances import queries, services
from qse_audit.balances.models import Balance, BalanceFact
from qse_audit.balances.rules import BalanceDraft, BalanceStatus, ReadingDraft, Section
from qse_audit.policy.models import Proposal
from tests.balances.factories import (
    AFTER,
    FROM,
    UNTIL,
    fill_small_world,
    freeze,
    make_balance,
    make_ready,
    make_site,
)
from tests.papers import pdf_problems

JSON = {"Accept": "application/json"}
SENT = {
    "title": "Bilan QSE 2025",
    "from_on": "2025-01-01",
    "until_on": "2025-12-31",
    "domains": ["quality", "safety"],
}


@pytest.fixture
def world(session, cast):
    return fill_small_world(session, cast)


@pytest.fixture
def draft(session, cast, world):
    return make_balance(session, cast.claire)


@pytest.fixture
def frozen(session, cast, world):
    balance = make_balance(session, cast.claire, title="Bilan arrêté 2025")
    make_ready(session, balance, cast.claire)
    freeze(session, balance, cast.claire)
    return balance


def speak_english(session, who):
    session.get(Person, who.user_id).locale = "en"
    session.commit()


def one(session):
    session.expire_all()
    return session.scalars(select(Balance).order_by(Balance.id.desc())).first()


# --- who may ---


def test_the_list_says_what_it_is_for_when_there_is_nothing(browse, cast):
    page = browse(cast.claire, "GET", "/balances/")
    assert "Aucun bilan pour l’instant" in page.text
    assert page.select_one('a[href="/balances/new"]')
    assert not browse(cast.bob, "GET", "/balances/").select('a[href="/balances/new"]')


def test_a_draft_is_read_by_those_who_write_and_decide_only(browse, cast, draft):
    url = f"/balances/{draft.id}"
    for who in (cast.claire, cast.jean):
        assert "Chiffres vivants" in browse(who, "GET", url).text
    for who in (cast.bob, cast.alice, cast.emma, cast.david, cast.karine):
        for path in ("", "/facts.xlsx", "/figures/audits-held", "/compare", "/balance.pdf"):
            browse(who, "GET", url + path, status=404)
    assert "Bilan QSE 2025" not in browse(cast.bob, "GET", "/balances/").text


def test_a_frozen_balance_is_read_by_the_company_and_by_nobody_else(browse, cast, frozen):
    url = f"/balances/{frozen.id}"
    for who in (cast.bob, cast.alice, cast.emma, cast.farid, cast.jean):
        page = browse(who, "GET", url)
        assert "Le système tient." in page.text
        may_replace = who is cast.emma  # a candidate prepares the next one
        assert bool(page.select(f'a[href="{url}/replace"]')) is may_replace
    for who in (cast.david, cast.karine, cast.ines):
        browse(who, "GET", url, status=404)
    browse(cast.karine, "GET", "/balances/", status=403)


def test_only_the_coordinator_freezes_and_only_authors_write(browse, session, cast, draft):
    url = f"/balances/{draft.id}"
    make_ready(session, draft, cast.emma)  # a candidate who wrote in it
    browse(cast.emma, "GET", f"{url}/write")
    browse(cast.emma, "POST", f"{url}/freeze", status=403, back=url)
    browse(cast.jean, "POST", f"{url}/freeze", status=403, back=url)
    browse(cast.jean, "GET", f"{url}/write", status=403)
    browse(cast.bob, "POST", f"{url}/conclusion", status=404, conclusion="X")
    assert one(session).status is BalanceStatus.DRAFT
    browse(cast.claire, "POST", f"{url}/freeze", status=303, back=url)
    assert one(session).status is BalanceStatus.FROZEN


# --- writing ---


def test_a_balance_is_begun_for_the_last_whole_year(browse, session, cast):
    page = browse(cast.claire, "GET", "/balances/new")
    assert page.select_one("#from_on")["value"].endswith("-01-01")
    assert page.select_one("#until_on")["value"].endswith("-12-31")
    site = make_site(session, cast.company, "Bourges")
    session.commit()
    sent = {**SENT, "sites": [str(site.id)]}
    page = browse(cast.claire, "POST", "/balances/new", status=303, **sent)
    made = one(session)
    assert page.response.location == f"/balances/{made.id}/write"
    assert (made.from_on, made.until_on, made.domains) == (FROM, UNTIL, ["quality", "safety"])
    assert [each.name for each in made.sites] == ["Bourges"]


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"until_on": "2024-01-01"}, "until_on", "finit avant de commencer"),
        ({"from_on": "1900-01-01"}, "from_on", "entre 1950 et 2150"),
        ({"from_on": "2149-01-01", "until_on": "2150-01-01"}, "from_on", "pas commencé"),
        ({"from_on": "hier"}, "from_on", ""),
        ({"title": ""}, "title", "obligatoire"),
        ({"domains": []}, "domains", "au moins un domaine"),
        ({"domains": ["cuisine"]}, "domains", ""),
        ({"sites": ["999"]}, "sites", ""),
        ({"sites": ["x"]}, "sites", ""),
    ],
)
def test_bad_input_is_named_at_its_field_and_nothing_is_saved(
    browse, session, cast, change, field, words
):
    page = browse(cast.claire, "POST", "/balances/new", status=422, **{**SENT, **change})
    summary = page.select_one(".summary")
    assert summary.select(f'a[href^="#{field}"]')
    assert words in summary.text
    assert one(session) is None


def test_the_site_of_somebody_else_cannot_be_chosen(browse, session, cast):
    site = make_site(session, cast.other_company, "Leur atelier")
    session.commit()
    browse(cast.claire, "POST", "/balances/new", status=422, **SENT, sites=[str(site.id)])
    assert one(session) is None


def test_what_is_typed_is_saved_by_script_with_what_still_lacks(client_of, session, cast, draft):
    key = draft.id
    client = client_of(cast.claire)
    answer = client.post(
        f"/balances/{key}/readings/audits",
        data={"comment": "Bien\0 tenu", "version": "0", "salient": ["audits-held"]},
        headers=JSON,
    )
    assert answer.status_code == 200
    found = answer.get_json()
    assert found["version"] == 1
    missing = " ".join(each["message"] for each in found["missing"])
    assert "conclusion" in missing
    assert "fait marquant" not in missing
    session.expire_all()
    assert queries.readings_of(session, key)[Section.AUDITS].comment == "Bien tenu"
    assert [each.key for each in queries.salient_of(session, key)] == ["audits-held"]
    version = queries.get_balance(session, key).version
    session.rollback()
    answer = client.post(
        f"/balances/{key}/conclusion",
        data={"conclusion": "Tenu", "version": str(version)},
        headers=JSON,
    )
    assert answer.get_json()["version"] == version + 1


def test_without_script_it_is_saved_too(browse, session, cast, draft):
    url = f"/balances/{draft.id}"
    browse(cast.claire, "POST", f"{url}/readings/actions", status=303, comment="Lu", version="0")
    session.expire_all()
    assert queries.readings_of(session, draft.id)[Section.ACTIONS].comment == "Lu"
    assert "Lu" in browse(cast.claire, "GET", f"{url}/write").select_one("#comment-actions").text


def test_a_conflict_shows_both_texts_and_overwrites_nothing(
    browse, client_of, session, cast, draft
):
    url = f"/balances/{draft.id}/readings/audits"
    browse(cast.claire, "POST", url, status=303, comment="Leur texte", version="0")
    page = browse(cast.claire, "POST", url, status=409, comment="Mon texte", version="0")
    assert "Leur texte" in page.text
    assert "Mon texte" in page.text
    answer = client_of(cast.claire).post(
        url, data={"comment": "Mien", "version": "0"}, headers=JSON
    )
    assert answer.status_code == 409
    assert answer.get_json()["theirs"]["comment"] == "Leur texte"
    session.expire_all()
    assert queries.readings_of(session, draft.id)[Section.AUDITS].comment == "Leur texte"


def test_the_period_is_changed_and_a_stale_form_is_a_conflict(browse, session, cast, draft):
    url, version = f"/balances/{draft.id}/edit", str(draft.version)
    sent = {**SENT, "title": "Bilan corrigé", "version": version}
    browse(cast.claire, "POST", url, status=303, **sent)
    assert one(session).title == "Bilan corrigé"
    page = browse(cast.claire, "POST", url, status=409, **{**sent, "title": "Encore"})
    assert "Bilan corrigé" in page.text
    assert one(session).title == "Bilan corrigé"


def test_too_long_a_text_is_refused_and_named(client_of, session, cast, draft):
    url = f"/balances/{draft.id}/conclusion"
    answer = client_of(cast.claire).post(url, data={"conclusion": "x" * 4001}, headers=JSON)
    assert answer.status_code == 422
    assert "conclusion" in answer.get_json()["errors"]


@pytest.mark.parametrize("path", ["readings/cuisine", "readings/Audits", "thaw"])
def test_what_a_balance_does_not_have_is_not_found(browse, cast, draft, path):
    browse(cast.claire, "POST", f"/balances/{draft.id}/{path}", status=404, comment="X")


def test_a_figure_of_another_section_or_none_cannot_be_kept(client_of, session, cast, draft):
    url = f"/balances/{draft.id}/readings/audits"
    sent = {"salient": ["actions-due"], "version": "0"}
    answer = client_of(cast.claire).post(url, data=sent, headers=JSON)
    assert answer.status_code == 422
    assert session.scalar(select(func.count(BalanceFact.id))) == 0


def test_what_gets_worse_without_a_comment_is_told_on_both_pages(browse, session, cast, draft):
    url = f"/balances/{draft.id}"
    page = browse(cast.claire, "GET", url)
    told = page.select_one("#freeze").text
    assert "« Indicateurs » : commentez ce qui se dégrade (Signaux défavorables" in told
    assert "Règle de la maison, à confirmer" in told
    assert not page.select(f'form[action="{url}/freeze"]')
    page = browse(cast.claire, "GET", f"{url}/write")
    assert "À commenter, car cela se dégrade" in page.select_one("#part-indicators").text
    browse(cast.claire, "POST", f"{url}/freeze", status=303, back=url)
    assert one(session).status is BalanceStatus.DRAFT


def test_a_draft_is_deleted(browse, session, cast, draft):
    browse(cast.claire, "POST", f"/balances/{draft.id}/delete", status=303)
    assert one(session) is None


# --- reading ---


def test_a_frozen_balance_shows_facts_reading_and_what_nothing_records(browse, cast, frozen):
    page = browse(cast.bob, "GET", f"/balances/{frozen.id}")
    audits = page.select_one("#part-audits")
    row = audits.select_one("#audits-completion").find_parent("tr").text
    assert "75 %" in row
    assert "3 sur 4" in row
    assert "Lu : audits" in audits.text
    assert "Aucune donnée enregistrée" in page.select_one("#part-complaints").text
    assert "Aucune donnée enregistrée" in page.select_one("#part-compliance").text
    assert page.select("#part-audits svg")
    assert "Enregistré depuis le mer. 10 janv. 2024" in page.select_one("#part-audits").text


def test_a_figure_leads_to_the_records_that_one_may_read(browse, session, cast, frozen):
    url = f"/balances/{frozen.id}/figures/findings-major"
    page = browse(cast.claire, "GET", url)
    (link,) = page.select("#sources a")
    assert link.text.startswith("CST-")
    browse(cast.claire, "GET", link["href"])
    page = browse(cast.emma, "GET", url)  # who may not read this finding
    assert link.text in page.select_one("#sources").text
    assert not page.select("#sources a")
    browse(cast.claire, "GET", f"/balances/{frozen.id}/figures/nothing", status=404)


def test_english_is_complete(browse, session, cast, frozen):
    speak_english(session, cast.bob)
    page = browse(cast.bob, "GET", f"/balances/{frozen.id}")
    assert page.html["lang"] == "en"
    assert "Programme completion" in page.text
    assert "3 of 4" in page.text
    assert "Nothing recorded" in page.text


def test_two_frozen_balances_are_shown_side_by_side(browse, session, cast, frozen):
    url = f"/balances/{frozen.id}/compare"
    page = browse(cast.bob, "GET", url, status=303)  # there is no other one yet
    other = make_balance(
        session, cast.claire, title="Bilan 2024", from_on=FROM.replace(year=2024),
        until_on=UNTIL.replace(year=2024),
    )  # fmt: skip
    browse(cast.claire, "GET", f"{url}?with={other.id}", status=404)
    make_ready(session, other, cast.claire)
    freeze(session, other, cast.claire)
    page = browse(cast.bob, "GET", f"{url}?with={other.id}")
    rows = {tr.th.text.strip(): [cell.text for cell in tr.select("td")] for tr in page.select("tr")}
    assert [cell.strip() for cell in rows["Audits prévus"]] == ["4", "1", "+3"]
    here, there, gap = rows["Réalisation du programme"]
    assert ("75 %" in here, "100 %" in there, gap.strip()) == (True, True, "-25 pts")
    third = make_balance(session, cast.claire, title="Projet")
    browse(cast.bob, "GET", f"{url}?with={third.id}", status=404)
    browse(cast.claire, "GET", f"{url}?with={third.id}", status=404)


def test_a_frozen_balance_is_replaced_with_a_reason(browse, session, cast, frozen):
    url = f"/balances/{frozen.id}"
    browse(cast.claire, "POST", f"{url}/replace", status=422, **SENT)
    browse(cast.bob, "GET", f"{url}/replace", status=403)
    browse(cast.claire, "POST", f"{url}/replace", status=303, **SENT, reason="Un audit oublié")
    made = one(session)
    assert (made.replaces_id, made.replaces_reason) == (frozen.id, "Un audit oublié")
    assert "en préparation" in browse(cast.claire, "GET", url).text
    page = browse(cast.claire, "POST", f"{url}/replace", status=422, **SENT, reason="Encore")
    assert "déjà remplacé" in page.text


# --- papers ---


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_paper_is_valid_tagged_and_carries_its_data(browse, session, cast, frozen, language):
    if language == "en":
        speak_english(session, cast.bob)
    answer = browse(cast.bob, "GET", f"/balances/{frozen.id}/balance.pdf").response
    for profile in ("pdfa3a", "pdfua1"):
        assert pdf_problems(answer.data, profile) == []
    paper = pypdf.PdfReader(io.BytesIO(answer.data))
    text = "\n".join(page.extract_text() for page in paper.pages)
    record = queries.record_of(session, frozen.id)
    assert record.sha256 in text.replace("\n", "")
    assert "Le système tient." in text
    assert ("Réalisation du programme" if language == "fr" else "Programme completion") in text
    assert ("Aucune donnée enregistrée" if language == "fr" else "Nothing recorded") in text
    (attached,) = paper.attachments["bilan.json"]
    assert attached == record.document.encode()


def test_the_same_balance_makes_the_same_paper(browse, cast, frozen):
    url = f"/balances/{frozen.id}/balance.pdf"
    first, second = (browse(cast.bob, "GET", url).response.data for _ in range(2))
    assert first == second


def test_a_draft_has_no_paper_but_its_facts_as_a_spreadsheet(browse, cast, draft):
    browse(cast.claire, "GET", f"/balances/{draft.id}/balance.pdf", status=404)
    answer = browse(cast.claire, "GET", f"/balances/{draft.id}/facts.xlsx").response
    book = zipfile.ZipFile(io.BytesIO(answer.data))
    words = book.read("xl/worksheets/sheet1.xml").decode()
    shared = book.read("xl/sharedStrings.xml").decode() if (
        "xl/sharedStrings.xml" in book.namelist()
    ) else words  # fmt: skip
    assert "Réalisation du programme" in shared
    assert "<v>0.75</v>" in words


# --- what the policy rests on ---


def test_a_proposal_rests_on_a_salient_fact_and_leads_to_it(browse, session, cast, frozen):
    page = browse(cast.emma, "GET", "/policy/proposals/new")
    box = page.select_one('input[name="facts"][value^="balance_fact:"]')
    label = page.select_one(f'label[for="{box["id"]}"]').text
    assert label.strip() == "BIL-2026-001 · Audits prévus : 4"
    browse(
        cast.emma, "POST", "/policy/proposals/new", status=303, title="Auditer plus tôt",
        domains=["quality"], priority="1", facts=[box["value"]],
    )  # fmt: skip
    proposal = session.scalars(select(Proposal)).one()
    link = browse(cast.jean, "GET", f"/policy/proposals/{proposal.id}").find(
        "a", string=label.strip()
    )
    page = browse(cast.jean, "GET", link["href"], status=303)
    assert page.response.location == f"/balances/{frozen.id}/figures/audits-planned"
    browse(cast.david, "GET", link["href"], status=404)


def test_the_salient_facts_of_a_draft_are_not_offered(browse, session, cast, draft):
    make_ready(session, draft, cast.claire)
    page = browse(cast.claire, "GET", "/policy/proposals/new")
    assert not page.select('input[value^="balance_fact:"]')


# --- hostile words, budgets ---


def test_words_of_people_are_never_markup(browse, session, cast, world):
    nasty = "<script>alert(1)</script> {{ 7*7 }} #eval"
    draft = BalanceDraft(title=nasty, from_on=FROM, until_on=UNTIL)
    balance = services.start_balance(session, draft, actor=cast.claire, now=AFTER)
    for section in Section:
        words = ReadingDraft(comment=nasty, strengths="=1+1", salient=("audits-planned",))
        services.write_reading(session, balance, section, words, actor=cast.claire, now=AFTER)
    services.write_conclusion(session, balance, nasty, actor=cast.claire, now=AFTER)
    freeze(session, balance, cast.claire)
    page = browse(cast.bob, "GET", f"/balances/{balance.id}")
    assert nasty in page.select_one("#conclusion").text
    assert not [each for each in page.select("script") if each.text == "alert(1)"]
    answer = browse(cast.bob, "GET", f"/balances/{balance.id}/balance.pdf").response
    text = "".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(answer.data)).pages)
    assert "<script>alert(1)</script>" in text.replace("\n", "")
    assert json.loads(queries.record_of(session, balance.id).document)["conclusion"] == nasty


def test_pages_cost_the_same_whatever_they_show(browse, session, cast, frozen, statements):
    draft, costs = make_balance(session, cast.claire), {}
    paths = (
        "",
        f"{frozen.id}",
        f"{draft.id}",
        f"{draft.id}/write",
        f"{frozen.id}/figures/audits-held",
    )
    for _turn in range(2):
        for path in paths:
            statements.clear()
            browse(cast.claire, "GET", f"/balances/{path}")
            costs.setdefault(path, []).append(len(statements))
        for _ in range(12):
            make_balance(session, cast.claire)
    most = dict(zip(paths, (10, 14, 34, 32, 12), strict=True))
    for path, (few, many) in costs.items():
        assert few == many <= most[path], (path, few, many)
