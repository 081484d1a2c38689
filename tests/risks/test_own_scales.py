"""A firm’s own scale: its file, its versions, and what begins with it."""

import io
from dataclasses import replace

import pytest
from sqlalchemy import select

from qse_audit.core.clock import now
from qse_audit.core.errors import BadInput, Refused
from qse_audit.dashboard.rules import VERBS
from qse_audit.db.trail import Event
from qse_audit.risks import queries, services
from qse_audit.risks.library import read_own_scale, scale_named, shipped
from qse_audit.risks.models import RiskAnalysis
from qse_audit.risks.reports.scales import scale_yaml, start_of
from qse_audit.risks.rules import RiskMethod, scale_data, scale_refusals, with_thresholds
from qse_audit.risks.rules.own_scales import TakeOutcome, changed_parts, spread
from qse_audit.risks.rules.results import MOST_COMBINATIONS
from tests.risks.factories import make_analysis, make_risk

IPR = start_of(scale_named("amdec-ipr-10"))
MATRIX = start_of(scale_named("apr-matrice-4x4"))
STRICT = with_thresholds(IPR, {"high": 80})


def faults(content: bytes) -> list[str]:
    with pytest.raises(BadInput) as caught:
        read_own_scale(content)
    return [str(each) for each in (caught.value, *caught.value.others)]


def file_of(scale=MATRIX, *swaps: tuple[str, str]) -> bytes:
    text = scale_yaml(scale, "fr").decode()
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new, 1)
    return text.encode()


def take(session, cast, scale):
    return services.take_scale(session, scale, actor=cast.claire, now=now())


def upload(browse, who, content, **wanted):
    file = (io.BytesIO(content), "echelle.yaml")
    return browse(who, "POST", "/risks/scales/new", file=file, **wanted)


# --- the file ---


def test_every_delivered_scale_is_a_start_that_reads_back_the_same_in_both_languages():
    for scale in shipped():
        for locale in ("fr", "en"):
            assert read_own_scale(scale_yaml(start_of(scale), locale)) == start_of(scale)


def test_each_fault_of_a_file_is_told_at_its_line():
    lines = file_of().decode().splitlines()
    row, letter = lines.index("- [low, low, low, medium]") + 1, lines.index("  letter: V") + 1
    cases = {
        ("[low, low, low, medium]", "[low, '', low, medium]"):
            f"ligne {row}, cells[0][1]: case vide, pour G = 1 et V = 2",
        ("[low, low, low, medium]", "[low, low, medium, low]"):
            f"ligne {row}, cells[0][3]: « low » est moins grave",
        ("letter: V", "letter: VOLUME"): f"ligne {letter}, criteria[1].letter: « VOLUME »",
        ("letter: V", "letter: \"V\\x07\""): "caractère interdit U+0007",
        ("- [low, low, low, medium]\n", ""): "cells[3][0]: case vide",
        ("id: apr-matrice-4x4-maison", "id: apr matrice"): "ligne 10, id: « apr matrice »",
        ("id: apr-matrice-4x4-maison", "id: amdec-ipr-10"): "amdec-ipr-10 » est une échelle livrée",
        ("formula: matrix", "formule: matrix"): "formule: clé inconnue",
        ("format: qse-audit/scale/1", "format: autre"): "ligne 9, format: « autre »",
        ("cells:", "cells: &a\n- *a\ncells2:"): "alias",
        ("title:", "title: !!python/name:os"): "étiquette YAML",
    }  # fmt: skip
    for swap, wanted in cases.items():
        found = faults(file_of(MATRIX, swap))
        assert any(wanted in each for each in found), (swap, found)
    both = faults(file_of(MATRIX, ("letter: V", "letter: VVVV"), ("rank: low", "rank: bas")))
    assert ["letter" in each or "rank" in each for each in both] == [True, True]


def test_a_file_is_bounded_whatever_it_holds():
    assert "256 Kio" in faults(b"#" * 300_000)[0]
    levels = scale_data(MATRIX)["criteria"][0]["levels"]
    many = [{**levels[0], "value": n} for n in range(1, 400)]
    for path, wrong in (("levels", many), ("levels", [])):
        data = scale_data(MATRIX)
        data["criteria"][0][path] = wrong
        assert f"{len(wrong)} éléments" in str(scale_refusals(data)[0].message)
    data = scale_data(IPR)
    data["bands"][0]["code"] = "x" * 40  # longer than the column that keeps it
    assert "bands[0].code" in {each.place for each in scale_refusals(data)}


def test_one_language_stands_for_both_and_the_number_is_ours_to_give():
    words = "  fr: Mineure\n      en: Minor\n", "  fr: Mineure\n"
    read = read_own_scale(file_of(MATRIX, words, ("version: 1\n", "")))
    assert read.criteria[0].levels[0].label == {"fr": "Mineure", "en": "Mineure"}
    assert read.version == 1


def test_a_scale_knows_the_facts_that_its_method_asks_for_and_no_other():
    aspects = scale_data(scale_named("aspects-gravite-frequence-maitrise"))
    lacking = {**aspects, "overrides": aspects["overrides"][1:]}
    assert [each.code for each in scale_refusals(lacking)] == ["override_missing"]
    foreign = {**scale_data(MATRIX), "overrides": aspects["overrides"][:1]}
    assert [(each.code, each.place) for each in scale_refusals(foreign)] == [
        ("unknown_name", "overrides[0].code")
    ]


def test_what_a_scale_says_is_counted_unless_there_is_too_much():
    assert spread(MATRIX) == {"low": 6, "medium": 5, "high": 5}
    assert sum(spread(IPR).values()) == 1000
    third = replace(IPR, criteria=(*IPR.criteria, IPR.criteria[0]))
    assert spread(third) is None
    assert MOST_COMBINATIONS < 10_000
    assert [str(each) for each in changed_parts(IPR, STRICT)] == ["niveaux"]
    assert changed_parts(IPR, IPR) == ()


# --- its versions ---


def test_a_scale_is_taken_version_after_version_and_the_same_again_changes_nothing(session, cast):
    first = take(session, cast, IPR)
    again = take(session, cast, replace(IPR, version=7))
    second = take(session, cast, STRICT)
    assert [each.outcome for each in (first, again, second)] == [
        TakeOutcome.NEW, TakeOutcome.UNCHANGED, TakeOutcome.NEXT,
    ]  # fmt: skip
    row = queries.get_scale(session, first.scale_id)
    assert [(v.number, v.data["version"], v.data["bands"][2]["from"]) for v in row.versions] == [
        (2, 2, 80), (1, 1, 100),
    ]  # fmt: skip
    acts = session.scalars(select(Event).where(Event.subject_kind == "risk_scale")).all()
    assert [act.verb for act in acts] == ["risk_scale.take"] * 2
    assert row.versions[0].sha256 in acts[1].body


def test_an_analysis_keeps_the_version_that_it_began_with(browse, session, cast):
    take(session, cast, IPR)
    old = make_analysis(session, cast.claire, scale=IPR.key)
    take(session, cast, STRICT)
    new = make_analysis(session, cast.claire, scale=IPR.key)
    assert [each.scale["version"] for each in (old, new)] == [1, 2]
    ranks = [make_risk(session, each, cast.claire, 5, 4, 4).band for each in (old, new)]
    assert ranks == ["medium", "high"]
    here = cast.claire.organisation_id
    assert queries.analyses_by_version(session, here, IPR.key) == {1: 1, 2: 1}
    for analysis, number in ((old, 1), (new, 2)):
        page = browse(cast.claire, "GET", f"/risks/{analysis.id}")
        assert f"Échelle de l’entreprise, version {number}" in page.text


def test_a_withdrawn_scale_begins_nothing_and_takes_no_version_until_it_is_put_back(session, cast):
    row = queries.get_scale(session, take(session, cast, IPR).scale_id)
    here = cast.claire.organisation_id
    with pytest.raises(Refused):
        services.withdraw_scale(session, row, " ", actor=cast.claire, now=now())
    services.withdraw_scale(session, row, "Trop sévère", actor=cast.claire, now=now())
    own, delivered = queries.scales_to_begin(session, here, RiskMethod.FMEA_PROCESS)
    assert (own, len(delivered)) == ((), 3)
    for act in (
        lambda: take(session, cast, STRICT),
        lambda: services.withdraw_scale(session, row, "encore", actor=cast.claire, now=now()),
    ):
        with pytest.raises(Refused) as caught:
            act()
        assert caught.value.refusals[0].code == "withdrawn"
    services.restore_scale(session, row, actor=cast.claire, now=now())
    own, _ = queries.scales_to_begin(session, here, RiskMethod.FMEA_PROCESS)
    assert [each.key for each in own] == [IPR.key]
    with pytest.raises(Refused):
        services.restore_scale(session, row, actor=cast.claire, now=now())
    with pytest.raises(Refused):
        take(session, cast, scale_named("amdec-ipr-10"))
    assert {f"risk_scale.{act}" for act in ("take", "withdraw", "restore")} <= set(VERBS)


# --- its pages ---


def test_a_coordinator_brings_a_scale_sees_what_it_means_and_begins_with_it(browse, session, cast):
    wrong = upload(browse, cast.claire, file_of(MATRIX, ("rank: low", "rank: bas")), status=422)
    assert "bands[0].rank" in wrong.text
    assert "1 faute" in wrong.text
    there = upload(browse, cast.claire, file_of(), status=303).response.location
    preview = browse(cast.claire, "GET", there)
    assert "Nouvelle échelle" in preview.text
    assert len(preview.select("table")) == 4
    kept = browse(cast.claire, "POST", there, status=303).response.location
    assert "En vigueur" in browse(cast.claire, "GET", kept).text
    assert "Rien à faire" in browse(cast.claire, "GET", there).text
    begin = browse(cast.claire, "GET", "/risks/new?method=preliminary")
    groups = {each["label"]: each.text for each in begin.select("select[name=scale] optgroup")}
    assert list(groups) == ["Échelles de l’entreprise", "Échelles livrées"]
    assert "version 1" in groups["Échelles de l’entreprise"]
    assert begin.select_one("option[selected]")["value"] == "apr-matrice-4x4"  # the usual one
    data = {"title": "Four", "domains": "safety", "scale": MATRIX.key}
    browse(cast.claire, "POST", "/risks/new?method=preliminary", **data, status=303)
    assert session.scalars(select(RiskAnalysis)).one().scale["key"] == MATRIX.key


def test_a_file_of_a_scale_comes_back_as_it_was_taken(browse, session, cast):
    key = take(session, cast, IPR).scale_id
    take(session, cast, STRICT)
    session.commit()
    for query, wanted in (("", STRICT), ("?version=1", IPR)):
        page = browse(cast.bob, "GET", f"/risks/scales/{key}/file{query}")
        assert replace(read_own_scale(page.response.data), version=1) == wanted
    start = browse(cast.bob, "GET", "/risks/scales/shipped/amdec-ipr-10/file")
    assert read_own_scale(start.response.data) == IPR
    assert "80 – 1000" in browse(cast.bob, "GET", f"/risks/scales/{key}").text
    old = browse(cast.bob, "GET", f"/risks/scales/{key}?version=1")
    assert "100 – 1000" in old.text
    assert "La version 2 est en vigueur" in old.text
    for missing in (f"/risks/scales/{key}?version=9", "/risks/scales/shipped/hazop"):
        browse(cast.bob, "GET", missing, status=404)


def test_only_a_coordinator_takes_and_withdraws_and_a_stranger_knows_nothing(browse, session, cast):
    key = take(session, cast, IPR).scale_id
    session.commit()
    page = f"/risks/scales/{key}"
    browse(cast.bob, "POST", "/risks/scales/new", status=403)
    browse(cast.bob, "POST", f"{page}/withdraw", status=403)
    browse(cast.david, "GET", page, status=404)
    there = upload(browse, cast.claire, file_of(), status=303).response.location
    browse(cast.bob, "GET", there, status=403)
    browse(cast.claire, "POST", f"{page}/withdraw", status=422, note=" ")
    browse(cast.claire, "POST", f"{page}/withdraw", status=303, note="Remplacée")
    gone = browse(cast.bob, "GET", page)
    assert "Remplacée" in gone.text
    assert "Retirée" in gone.text
    refused = browse(
        cast.claire, "GET", upload(browse, cast.claire, file_of(IPR), status=303).response.location
    )
    assert "remettez-la d’abord" in refused.text
    assert "Enregistrer comme" not in refused.text
    browse(cast.claire, "POST", f"{page}/restore", status=303)
    assert "Retirée" not in browse(cast.bob, "GET", page).text
