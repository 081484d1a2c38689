"""The pages about cards: who may, who may not, who must not know, and what is saved."""

import csv
import io

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from qse_audit.core.clock import now
from qse_audit.indicators import services
from qse_audit.indicators.library import shipped
from qse_audit.indicators.models import Indicator
from qse_audit.indicators.rules import IndicatorStatus
from tests.indicators.factories import MONTH, make_indicator, measure

LAST = MONTH.previous
CARD = {
    "title": "Livraisons à l’heure",
    "domain": "quality",
    "direction": "up",
    "timing": "lagging",
    "frequency": "month",
    "chart": "xmr",
    "rule_set": "wheeler",
    "delay_days": "5",
}
FORMULA = {
    "formula": "aheure / dues * 100",
    "unit": "%",
    "decimals": "1",
    "code": "OTD",
    "variables-0-name": "aheure",
    "variables-0-label": "Lignes à l’heure",
    "variables-0-unit": "ligne",
    "variables-0-aggregation": "sum",
    "variables-0-definition": "Livrées au jour confirmé",
    "variables-1-name": "dues",
    "variables-1-label": "Lignes dues",
    "variables-1-unit": "ligne",
    "variables-1-aggregation": "sum",
    "variables-1-minimum": "0",
    "variables-2-name": "",
}


def only(session) -> Indicator:
    session.expire_all()
    return session.scalars(select(Indicator)).one()


def fresh(session, key) -> Indicator:
    session.expire_all()
    return session.get_one(Indicator, key)


# --- list ---


def test_the_empty_list_offers_the_library_to_those_who_may_create(cast, browse):
    assert browse(cast.claire, "GET", "/indicators/").select('a[href="/indicators/library"]')
    assert not browse(cast.jean, "GET", "/indicators/").select('a[href="/indicators/new"]')


@pytest.mark.parametrize(("who", "status"), [("david", 200), ("hugo", 403), ("ines", 403)])
def test_a_list_shows_nothing_of_another_company(session, cast, browse, who, status):
    make_indicator(session, cast)
    page = browse(getattr(cast, who), "GET", "/indicators/?show=all", status=status)
    assert "Fréquence des accidents" not in page.text


def test_the_list_is_narrowed_by_word_domain_owner_and_lateness(session, cast, browse):
    make_indicator(session, cast, title="Fréquence")
    make_indicator(session, cast, title="Gravité", owner=cast.emma, domain="system")
    for query, shown in (
        ("", {"Fréquence", "Gravité"}),
        ("?q=grav", {"Gravité"}),
        ("?domain=system", {"Gravité"}),
        (f"?owner={cast.bob.user_id}", {"Fréquence"}),
        ("?show=late", {"Fréquence", "Gravité"}),
        ("?show=draft", set()),
        ("?domain=nonsense&owner=abc", {"Fréquence", "Gravité"}),
    ):
        page = browse(cast.claire, "GET", f"/indicators/{query}")
        found = {link.text for link in page.select("tbody th a")}
        assert found == shown, query


def test_an_export_holds_what_the_list_shows(session, cast, browse, client_of):
    indicator = make_indicator(session, cast)
    measure(session, indicator, {LAST: {"accidents": 1, "heures": 16450}}, by=cast.bob)
    answer = client_of(cast.claire).get("/indicators/export.csv")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert rows[1][0] == indicator.reference
    assert rows[1][9].startswith("60,79")
    assert client_of(cast.claire).get("/indicators/export.xlsx").data.startswith(b"PK")


def test_the_list_sends_few_statements(session, cast, browse, statements):
    for number in range(3):
        made = make_indicator(session, cast, title=f"Indicateur {number}")
        measure(session, made, {LAST: {"accidents": 1, "heures": 16450}}, by=cast.bob)
    browse(cast.claire, "GET", "/indicators/")
    statements.clear()
    browse(cast.claire, "GET", "/indicators/")
    assert len(statements) - 1 <= 8, "\n".join(statements)


# --- making a card ---


def test_the_library_is_searched(cast, browse):
    page = browse(cast.bob, "GET", "/indicators/library?q=accidents&domain=safety")
    assert page.select('a[href="/indicators/library/tf1"]')
    assert "Rien ne correspond" in browse(cast.bob, "GET", "/indicators/library?q=zzzz").text


def test_a_card_of_the_library_shows_its_traps_and_dated_context(cast, browse):
    page = browse(cast.bob, "GET", "/indicators/library/tf1")
    assert "200 000 heures" in page.text.replace("\u202f", " ").replace("\u00a0", " ")
    assert page.select_one("math")
    browse(cast.bob, "GET", "/indicators/library/unknown", status=404)


def test_adopting_makes_a_draft(session, cast, browse):
    done = browse(
        cast.claire, "POST", "/indicators/library/tf1", status=303,
        title="TF1 de l’atelier", owner_id=cast.bob.user_id, process_id="",
    )  # fmt: skip
    made = only(session)
    assert done.response.location.endswith(f"/indicators/{made.id}")
    assert (made.title, made.status, made.short_name) == (
        "TF1 de l’atelier", IndicatorStatus.DRAFT, "TF1",
    )  # fmt: skip


@pytest.mark.parametrize("who", ["jean", "alice", "farid", "hugo"])
def test_others_do_not_create(session, cast, browse, who):
    actor = getattr(cast, who)
    browse(actor, "POST", "/indicators/library/tf1", status=403, title="x", owner_id=1)
    browse(actor, "POST", "/indicators/new", status=403, owner_id=1, **CARD)
    assert session.query(Indicator).count() == 0


def test_a_card_from_scratch_leads_to_its_formula(session, cast, browse):
    done = browse(
        cast.bob, "POST", "/indicators/new", status=303, owner_id=cast.bob.user_id, **CARD
    )
    made = only(session)
    assert done.response.location.endswith(f"/indicators/{made.id}/formula")
    assert (made.delay_days, made.starts_on) == (5, MONTH.starts_on)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": ""}, "obligatoire"),
        ({"title": "x" * 300}, "200"),
        ({"domain": "nonsense"}, ""),
        ({"delay_days": "-3"}, ""),
        ({"starts_on": "2026-02-31"}, ""),
    ],
)
def test_what_is_wrong_on_a_card_is_said_and_stays_typed(session, cast, browse, change, said):
    sent = {**CARD, "owner_id": cast.bob.user_id, "purpose": "Mes mots", **change}
    page = browse(cast.bob, "POST", "/indicators/new", status=422, **sent)
    assert page.select(".summary li")
    assert said in page.text
    assert page.select_one("[name=purpose]").text.strip() == "Mes mots"
    assert session.query(Indicator).count() == 0


# --- writing it ---


def test_the_formula_page_stores_formula_and_quantities(session, cast, browse):
    browse(cast.bob, "POST", "/indicators/new", status=303, owner_id=cast.bob.user_id, **CARD)
    key = only(session).id
    browse(cast.bob, "POST", f"/indicators/{key}/formula", status=303, **FORMULA)
    made = fresh(session, key)
    assert (made.formula, made.short_name) == ("aheure / dues * 100", "OTD")
    assert [v.name for v in made.variables] == ["aheure", "dues"]
    page = browse(cast.bob, "GET", f"/indicators/{key}/formula")
    assert page.select_one("[name=variables-1-label]")["value"] == "Lignes dues"
    assert page.select_one("[name=variables-2-name]")["value"] == ""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"formula": "aheure / due"}, "vouliez-vous dire « dues »"),
        ({"formula": "aheure / dues +"}, "caractère"),
        ({"formula": "aheure + " * 1_111 + "d"}, "caractère 2001"),
        ({"formula": "aheure + " * 1_111 + "d"}, "10000 caractères ; attendu : au plus 2000"),
        ({"formula": "aheure / 0 + dues"}, "caractère 8"),
        ({"formula": "aheure / aheure + dues"}, "dépend de rien"),
        ({"formula": "OTD + aheure + dues"}, "défini par cette formule même"),
        ({"variables-1-minimum": "1,2,3x"}, "caractère « x » en position 6"),
        ({"variables-1-name": "mes lignes"}, "ne peut pas servir de nom"),
    ],
)
def test_a_formula_that_is_wrong_names_the_character(session, cast, browse, change, said):
    browse(cast.bob, "POST", "/indicators/new", status=303, owner_id=cast.bob.user_id, **CARD)
    key = only(session).id
    page = browse(
        cast.bob, "POST", f"/indicators/{key}/formula", status=422, **{**FORMULA, **change}
    )
    assert said in page.select_one(".summary").text
    assert not fresh(session, key).formula


def test_a_formula_is_checked_while_it_is_typed(session, cast, client_of):
    indicator = make_indicator(session, cast, active=False)
    session.rollback()
    path = f"/indicators/{indicator.id}/formula/check"
    bob = client_of(cast.bob)
    told = bob.get(f"{path}?formula=a/b&names=a,b").text
    assert "<math" in told
    assert "field__errors" not in told
    assert "caractère 3" in bob.get(f"{path}?formula=a/c&names=a,b").text
    assert client_of(cast.alice).get(f"{path}?formula=a").status_code == 403
    assert client_of(cast.david).get(f"{path}?formula=a").status_code == 404


def test_the_targets_page_stores_path_and_limits(session, cast, browse):
    indicator = make_indicator(session, cast, active=False)
    sent = {
        "targets-0-period": "décembre 2027",
        "targets-0-value": "12,5",
        "targets-1-period": "",
        "targets-1-value": "",
        "alert_high": "20",
        "action_high": "1 000",
        "reaction_plan": "Réunir l’atelier.",
    }
    browse(cast.bob, "POST", f"/indicators/{indicator.id}/targets", status=303, **sent)
    made = fresh(session, indicator.id)
    assert [(str(t.period_on), str(t.value)) for t in made.targets] == [("2027-12-01", "12.5")]
    assert str(made.action_high) == "1000"
    page = browse(cast.bob, "GET", f"/indicators/{indicator.id}/targets")
    assert page.select_one("[name=targets-0-period]")["value"] == "2027-12"
    assert page.select_one("[name=targets-0-value]")["value"] == "12,5"
    assert page.select_one("[name=action_high]")["value"] == "1000"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"targets-0-value": "abc"}, "caractère « a »"),
        ({"targets-0-period": "jamais"}, "cible 1"),
        ({"targets-0-value": ""}, "cible 1"),
        ({"targets-1-period": "2028-12", "targets-1-value": "50"}, "dites pourquoi"),
        ({"alert_high": "5"}, "cible ≤ seuil d’alerte"),
    ],
)
def test_a_target_that_is_wrong_is_said(session, cast, browse, change, said):
    indicator = make_indicator(session, cast, active=False)
    sent = {"targets-0-period": "2027-12", "targets-0-value": "12", "targets-1-period": "",
            "targets-1-value": "", **change}  # fmt: skip
    page = browse(cast.bob, "POST", f"/indicators/{indicator.id}/targets", status=422, **sent)
    assert said in page.select_one(".summary").text


def test_a_page_written_meanwhile_shows_both_texts(session, cast, browse):
    indicator = make_indicator(session, cast, active=False)
    seen = indicator.version - 1
    sent = {"targets-0-period": MONTH.shift(6).iso, "targets-0-value": "9", "version": str(seen)}
    page = browse(cast.bob, "POST", f"/indicators/{indicator.id}/targets", status=409, **sent)
    assert "entre-temps" in page.text
    assert page.select_one("[name=targets-0-value]")["value"] == "9"
    form = {**sent, "version": page.select_one("[name=version]")["value"]}
    browse(cast.bob, "POST", f"/indicators/{indicator.id}/targets", status=303, **form)


def test_a_card_written_meanwhile_is_a_conflict(session, cast, browse):
    indicator = make_indicator(session, cast)
    sent = {**CARD, "owner_id": cast.bob.user_id, "version": str(indicator.version - 1)}
    page = browse(cast.bob, "POST", f"/indicators/{indicator.id}/edit", status=409, **sent)
    assert "Livraisons à l’heure" in page.text
    assert fresh(session, indicator.id).title == "Fréquence des accidents avec arrêt"


# --- reading and moving it ---


@pytest.mark.parametrize(
    ("who", "status"),
    [("claire", 200), ("bob", 200), ("jean", 200), ("farid", 200), ("ines", 404),
     ("david", 404), ("hugo", 404)],
)  # fmt: skip
def test_a_card_is_read_by_the_company(session, cast, browse, who, status):
    indicator = make_indicator(session, cast)
    page = browse(getattr(cast, who), "GET", f"/indicators/{indicator.id}", status=status)
    assert ("Renforcer la prévention" in page.text) is (status == 200)


def test_a_draft_says_everything_that_is_missing(session, cast, browse):
    browse(cast.bob, "POST", "/indicators/new", status=303, owner_id=cast.bob.user_id, **CARD)
    key = only(session).id
    page = browse(cast.bob, "GET", f"/indicators/{key}")
    told = page.select_one(".refusals").text
    for words in ("Dites à quoi sert", "quelle décision", "Écrivez la formule", "biais connus"):
        assert words in told
    page = browse(cast.bob, "POST", f"/indicators/{key}/move/activate", status=422, reason="")
    assert "Écrivez la formule" in page.text
    assert fresh(session, key).status is IndicatorStatus.DRAFT


def test_dropping_asks_a_reason_and_keeps_it(session, cast, browse):
    indicator = make_indicator(session, cast)
    path = f"/indicators/{indicator.id}/move/drop"
    assert "pourquoi" in browse(cast.bob, "POST", path, status=422, reason=" ").text
    browse(cast.bob, "POST", path, status=303, reason="Ne décide plus rien")
    page = browse(cast.claire, "GET", f"/indicators/{indicator.id}")
    assert "Ne décide plus rien" in page.text
    browse(cast.jean, "POST", f"/indicators/{indicator.id}/move/resume", status=403, reason="x")
    browse(cast.claire, "POST", f"/indicators/{indicator.id}/move/resume", status=303, reason="x")
    assert fresh(session, indicator.id).status is IndicatorStatus.DRAFT


def test_closing_is_for_those_who_edit(session, cast, browse):
    indicator = make_indicator(session, cast)
    path = f"/indicators/{indicator.id}/close"
    browse(cast.alice, "POST", path, status=403, until=LAST.ends_on.isoformat())
    page = browse(cast.bob, "POST", path, status=422, until=MONTH.next.next.ends_on.isoformat())
    assert "déjà écoulé" in page.text
    browse(cast.bob, "POST", path, status=303, until=LAST.ends_on.isoformat())
    assert fresh(session, indicator.id).closed_until == LAST.ends_on


def test_a_review_notes_its_conclusion_and_the_next_one(session, cast, browse):
    indicator = make_indicator(session, cast)
    path, following = f"/indicators/{indicator.id}/review", MONTH.next.ends_on
    asked = {"note": "A permis de renforcer la prévention.", "review_on": following.isoformat()}
    browse(cast.alice, "POST", path, status=403, **asked)
    browse(cast.david, "GET", path, status=404)
    page = browse(cast.bob, "POST", path, status=422, note=" ", review_on=LAST.ends_on.isoformat())
    assert "date, à venir" in page.text
    browse(cast.bob, "POST", path, status=303, **asked)
    kept = fresh(session, indicator.id)
    assert (kept.review_note, kept.review_on) == (asked["note"], following)
    assert asked["note"] in browse(cast.bob, "GET", path).text


def test_the_page_of_a_card_sends_few_statements(session, cast, browse, statements):
    shelf = next(each for each in shipped() if each.code == "TF1")
    assert shelf
    indicator = make_indicator(session, cast)
    for back in range(14):
        values = {MONTH.shift(-1 - back): {"accidents": back % 2, "heures": 9000}}
        measure(session, indicator, values, by=cast.bob)
    services.move_indicator(session, indicator, "drop", reason="x", actor=cast.bob, now=now())
    session.commit()
    browse(cast.claire, "GET", f"/indicators/{indicator.id}")
    statements.clear()
    browse(cast.claire, "GET", f"/indicators/{indicator.id}")
    assert len(statements) - 1 <= 12, "\n".join(statements)


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_the_card_is_printed_as_pdf(session, cast, client_of, locale):
    indicator = make_indicator(session, cast)
    measure(session, indicator, {LAST: {"accidents": 1, "heures": 16450}}, by=cast.bob)
    key = indicator.id
    session.rollback()
    client = client_of(cast.bob)
    client.post("/locale", data={"locale": locale})
    answer = client.get(f"/indicators/{key}/card.pdf")
    assert answer.content_type == "application/pdf"
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    words = {"fr": "Comment il est calculé", "en": "How it is computed"}[locale]
    for wanted in (words, "Renforcer la prévention", "60,79" if locale == "fr" else "60.79"):
        assert wanted in text.replace("\u202f", " ").replace("\u00a0", " ")
    assert client_of(cast.david).get(f"/indicators/{key}/card.pdf").status_code == 404
