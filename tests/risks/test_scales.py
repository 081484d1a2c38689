"""Scales are data: what a rating comes to, and what makes a scale or a rating unusable."""

import copy
from itertools import product

import pytest

from qse_audit.core.errors import BadInput, NotFound, Refused
from qse_audit.paths import referentials_dir
from qse_audit.risks.library import read_scale, scale_named, scales_for, shipped
from qse_audit.risks.rules import (
    METHODS,
    Formula,
    OverrideReason,
    RiskMethod,
    RiskRank,
    rate,
    rating_refusals,
    scale_data,
    scale_from,
    scale_refusals,
    with_thresholds,
)

PRIORITY = scale_named("amdec-priorite-action")
IPR = scale_named("amdec-ipr-10")
DUERP = scale_named("duerp-gravite-probabilite-maitrise")
ASPECTS = scale_named("aspects-gravite-frequence-maitrise")
MATRIX = scale_named("apr-matrice-4x4")


def codes(refusals):
    return [refusal.code for refusal in refusals]


def sod(severity, occurrence, detection):
    return {"severity": severity, "occurrence": occurrence, "detection": detection}


def gpm(gravity, probability, mastery):
    return {"gravity": gravity, "probability": probability, "mastery": mastery}


def test_every_method_has_a_scale_and_every_scale_a_card():
    assert set(METHODS) == set(RiskMethod)
    for method in RiskMethod:
        assert scales_for(method), method
        assert METHODS[method].method is method
    assert scales_for(RiskMethod.FMEA_PROCESS)[0] is PRIORITY


def test_every_shipped_scale_rates_every_combination_and_never_milder_for_a_worse_note():
    for scale in shipped():
        axes = [criterion.values for criterion in scale.criteria]
        places = {}
        for notes in product(*axes):
            names = [criterion.code for criterion in scale.criteria]
            rating = rate(scale, dict(zip(names, notes, strict=True)))
            places[notes] = scale.place(rating.band.code)
        for notes, place in places.items():
            for n, axis in enumerate(axes):
                if notes[n] != axis[-1]:
                    worse = axis[axis.index(notes[n]) + 1]
                    assert places[*notes[:n], worse, *notes[n + 1 :]] >= place, (scale.key, notes)
        assert set(places.values()) == set(range(len(scale.bands))), scale.key


def test_a_scale_survives_being_kept_with_an_analysis():
    for scale in shipped():
        assert scale_from(scale_data(scale)) == scale


def test_a_priority_comes_from_its_table_and_the_product_stands_beside_it():
    rating = rate(PRIORITY, sod(9, 2, 7))
    assert (rating.priority, rating.score, rating.rank) == ("H", 126, RiskRank.HIGH)
    assert rate(PRIORITY, sod(9, 3, 4)).rank is RiskRank.LOW
    # Both make 216: the product does not decide.
    assert rate(PRIORITY, sod(6, 6, 6)).rank < rate(PRIORITY, sod(9, 8, 3)).rank


def test_a_product_falls_into_its_band_at_both_ends():
    ranks = {score: rate(DUERP, notes).rank for score, notes in {
        1: gpm(1, 1, 1), 6: gpm(1, 2, 3), 8: gpm(2, 2, 2), 16: gpm(2, 4, 2), 18: gpm(3, 3, 2),
        64: gpm(4, 4, 4),
    }.items()}  # fmt: skip
    low, medium, high = RiskRank
    assert ranks == {1: low, 6: low, 8: medium, 16: medium, 18: high, 64: high}
    assert rate(IPR, sod(5, 5, 4)).band.code == "high"
    assert rate(IPR, sod(3, 3, 11 - 1)).band.code == "medium"


def test_a_deadly_risk_is_never_low_and_says_why():
    rating = rate(DUERP, gpm(4, 1, 1))
    assert (rating.score, rating.rank) == (4, RiskRank.MEDIUM)
    assert "irréversible" in rating.reasons[0]["fr"]
    assert rate(DUERP, gpm(4, 4, 4)).reasons == ()


def test_a_legal_breach_makes_an_aspect_significant_whatever_its_notes():
    notes = {"gravity": 1, "frequency": 1, "mastery": 1}
    assert rate(ASPECTS, notes).rank is RiskRank.LOW
    for reason in OverrideReason:
        rating = rate(ASPECTS, notes, {reason})
        assert (rating.band.code, len(rating.reasons)) == ("high", 1)
    assert {each.code for each in ASPECTS.overrides} == set(OverrideReason)
    assert codes(rating_refusals(ASPECTS, notes, {"flood"})) == ["unknown_override"]


def test_a_matrix_is_read_by_row_and_column():
    assert rate(MATRIX, {"gravity": 4, "likelihood": 1}).band.code == "medium"
    assert rate(MATRIX, {"gravity": 2, "likelihood": 2}).band.code == "low"


def test_what_is_not_rated_has_no_rating_at_all():
    for values in ({}, {"severity": 5}, sod(0, 5, 5), sod(5, 5, 11), {**sod(5, 5, 5), "x": 1}):
        assert rate(PRIORITY, values) is None
    assert rating_refusals(PRIORITY, {}) == ()


def test_every_fault_of_a_rating_is_said_at_once():
    found = rating_refusals(PRIORITY, {"severity": 0, "occurrence": 11})
    assert [(r.code, str(r.message)) for r in found] == [
        ("off_the_scale", "S = 0 ; attendu : un nombre entier de 1 à 10"),
        ("off_the_scale", "O = 11 ; attendu : un nombre entier de 1 à 10"),
        ("half_rated", "Cotation incomplète, il manque : D ; attendu : toutes les notes, ou "
                       "aucune."),
    ]  # fmt: skip
    assert codes(rating_refusals(PRIORITY, {**sod(1, 1, 1), "cost": 2})) == ["unknown_criterion"]


def test_a_threshold_is_a_setting_of_the_firm():
    stricter = with_thresholds(IPR, {"high": 80})
    assert (rate(IPR, sod(4, 4, 5)).band.code, rate(stricter, sod(4, 4, 5)).band.code) == (
        "medium",
        "high",
    )
    assert stricter.thresholds == {"medium": 50, "high": 80}
    for wrong, code in (({"low": 2}, "no_threshold"), ({"high": 40}, "thresholds_out_of_order")):
        with pytest.raises(Refused) as caught:
            with_thresholds(IPR, wrong)
        assert codes(caught.value.refusals)[0] == code
    with pytest.raises(Refused):
        with_thresholds(PRIORITY, {"H": 100})
    with pytest.raises(Refused):
        with_thresholds(IPR, {"high": 1001})


def change(scale, *path, to):
    """Return the data of ``scale`` with another value at ``path``; ``to=None`` takes it away."""
    data = copy.deepcopy(scale_data(scale))
    here = data
    for key in path[:-1]:
        here = here[key]
    here[path[-1]] = to
    return data


def test_an_unusable_scale_is_refused_with_place_and_reason():
    cases = [
        (change(MATRIX, "cells", 1, to=["low", "low", "medium"]), "matrix_hole", "cells[1][3]"),
        (change(MATRIX, "cells", 0, 0, to=""), "matrix_hole", "G = 1 et V = 1"),
        (change(MATRIX, "cells", 3, 3, to="low"), "matrix_not_monotonic", "cells[3][3]"),
        (change(MATRIX, "cells", 2, 2, to="purple"), "unknown_name", "cells[2][2]"),
        (change(MATRIX, "cells", to=[["low"] * 5] * 5), "matrix_size", "5 lignes"),
        (change(DUERP, "formula", to="matrix"), "unreadable", "bands[0].from"),
        (change(DUERP, "bands", 1, "from", to=9), "band_gap", "de 8 à 8"),
        (change(DUERP, "bands", 1, "from", to=6), "band_overlap", "de 6 à 7"),
        (change(DUERP, "bands", 2, "to", to=63), "band_gap", "de 64 à 64"),
        (change(DUERP, "bands", 0, "rank", to="high"), "bands_not_monotonic", "bands[1]"),
        (change(DUERP, "criteria", 0, "levels", to=[]), "unreadable", "criteria[0].levels"),
        (change(DUERP, "criteria", 0, "levels", 2, "value", to=2), "levels_out_of_order", "2"),
        (change(DUERP, "criteria", 1, "code", to="gravity"), "named_twice", "« gravity »"),
        (change(DUERP, "floors", 0, "band", to="blue"), "unknown_name", "floors[0].band"),
        (change(DUERP, "floors", 0, "criterion", to="cost"), "unknown_name", "floors[0].criterion"),
        (change(PRIORITY, "criteria", 0, "code", to="gravity"), "priority_criteria", "gravity"),
        (change(PRIORITY, "bands", 0, "code", to="N"), "priority_bands", "N, M, H"),
        (change(PRIORITY, "title", "en", to=None), "unreadable", "title.en"),
        (change(PRIORITY, "colour", to="red"), "unreadable", "colour"),
        (change(PRIORITY, "version", to=True), "unreadable", "version"),
        (change(PRIORITY, "methods", to=["hazop"]), "unreadable", "methods[0]"),
        ([], "unreadable", "/"),
        ({}, "unreadable", "formula"),
    ]  # fmt: skip
    for data, code, words in cases:
        found = scale_refusals(data)
        assert any(r.code == code and words in r.message for r in found), (code, words, found)
    short = change(PRIORITY, "criteria", 1, "levels", to=scale_data(DUERP)["criteria"][0]["levels"])
    assert "priority_levels" in codes(scale_refusals(short))


def test_all_that_is_wrong_is_said_at_once():
    data = change(MATRIX, "cells", 0, to=["low", "", "", "low"])
    assert codes(scale_refusals(data)) == ["matrix_hole"] * 2
    data = change(MATRIX, "version", to=0) | {"source": ""}
    assert codes(scale_refusals(data)) == ["unreadable"] * 2


def test_a_file_is_read_with_its_format_and_an_unknown_key_has_no_scale():
    content = (referentials_dir() / "matrices" / "amdec-gfd-4.yaml").read_bytes()
    assert read_scale(content).formula is Formula.PRODUCT
    with pytest.raises(BadInput):
        read_scale(content.replace(b"qse-audit/scale/1", b"qse-audit/scale/9"))
    with pytest.raises(NotFound):
        scale_named("hazop")
