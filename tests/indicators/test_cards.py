from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from qse_audit.core.periods import Frequency, Period
from qse_audit.core.series import Direction
from qse_audit.indicators.rules import (
    Band,
    Card,
    Chart,
    IndicatorDomain,
    TargetPoint,
    Timing,
    Variable,
    readiness_refusals,
    writing_refusals,
)

F = Fraction
TODAY = date(2026, 11, 25)


def variable(name, **changes):
    given = {"name": name, "label": name, "unit": "h", "definition": "…"}
    return Variable(**{**given, **changes})


def target(iso, value, reason=""):
    return TargetPoint(Period.from_iso(iso), F(value), reason)


CARD = Card(
    code="TF1",
    name="Taux de fréquence",
    domain=IndicatorDomain.SAFETY,
    direction=Direction.DOWN,
    timing=Timing.LAGGING,
    frequency=Frequency.MONTH,
    chart=Chart.G,
    formula="accidents * 1000000 / heures",
    unit="par million d’heures",
    variables=(variable("accidents"), variable("heures")),
    purpose="Suivre les accidents avec arrêt.",
    decision="Renforcer la prévention.",
    perimeter="Tous les salariés.",
    source="Registre des accidents ; paie.",
    collection="Relevé mensuel par le service QSE.",
    has_owner=True,
    targets=(target("2026", 20), target("2027", 15)),
    alert=Band(high=F(20)),
    action=Band(high=F(30)),
    reaction_plan="Analyse dans les 48 h.",
    review_on=date(2027, 1, 15),
    biases="Varie fort quand les heures sont peu nombreuses.",
)


def codes(card, others=None):
    return [refusal.code for refusal in writing_refusals(card, others)]


def test_a_sound_card_is_accepted_and_ready():
    assert codes(CARD) == []
    assert readiness_refusals(CARD, TODAY) == ()


def test_an_empty_card_has_no_fault_but_lacks_everything():
    bare = Card(
        name="",
        domain=IndicatorDomain.QUALITY,
        direction=Direction.UP,
        timing=Timing.LEADING,
        frequency=Frequency.MONTH,
        chart=Chart.RUN,
    )
    assert codes(bare) == []
    lacking = {refusal.code.removesuffix("_missing") for refusal in readiness_refusals(bare, TODAY)}
    assert lacking == {
        "name", "purpose", "decision", "formula", "unit", "perimeter", "source", "collection",
        "owner", "target", "review_on", "biases",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"formula": "accidents * / heures"}, "formula_unexpected"),
        ({"formula": "accidents / heure"}, "formula_unknown_name"),
        ({"formula": "accidents / accidents + heures"}, "formula_divides_by_itself"),
        ({"formula": "accidents / heures + TF1"}, "formula_refers_to_itself"),
        ({"formula": "accidents / heures / 0"}, "formula_zero_denominator"),
        ({"formula": "x" * 10_000}, "formula_too_long"),
        ({"formula": "accidents"}, "variable_unused"),
        ({"formula": "12", "variables": ()}, "formula_constant"),
        ({"variables": (variable("accidents"), variable("heures"), variable("heures"))},
         "variable_twice"),
        ({"variables": (variable("accidents"), variable("heures"), variable("deux mots"))},
         "variable_unusable"),
        ({"variables": (variable("accidents"), variable("heures"), variable("min"))},
         "variable_unusable"),
        ({"variables": (variable("accidents"), variable("heures", minimum=F(2), maximum=F(1)))},
         "variable_bounds"),
        ({"code": "T F"}, "code_unusable"),
        ({"name": "x" * 201}, "name_long"),
        ({"biases": "x" * 4001}, "biases_long"),
        ({"alert": Band(low=F(1))}, "limit_side"),
        ({"alert": Band(high=F(31))}, "limits_out_of_order"),
        ({"alert": Band(high=F(14))}, "limits_out_of_order"),
        ({"direction": Direction.UP}, "limit_side"),
        ({"targets": (target("2027", 15), target("2026", 20))}, "targets_out_of_order"),
        ({"targets": (target("2026-Q4", 15), target("2026", 14))}, "targets_out_of_order"),
        ({"targets": (target("2026", 15), target("2027", 16))}, "target_goes_back"),
    ],
)  # fmt: skip
def test_what_is_wrong_on_a_card_is_said(changes, code):
    assert code in codes(replace(CARD, **changes))


def test_a_formula_error_names_its_character():
    (refusal,) = (r for r in writing_refusals(replace(CARD, formula="accidents * / heures"))
                  if r.code == "formula_unexpected")  # fmt: skip
    assert "Formule, caractère 13 : « / » ; attendu" in refusal.message


def test_a_target_may_go_back_for_a_reason():
    path = (target("2026", 15), target("2027", 16, "Le périmètre s’étend au second site."))
    assert codes(replace(CARD, targets=path)) == []


def test_a_rising_target_goes_back_when_it_falls():
    card = replace(CARD, direction=Direction.UP, alert=Band(), action=Band())
    assert codes(card) == ["target_goes_back"]
    assert codes(replace(card, targets=card.targets[:1])) == []


def test_an_indicator_to_raise_has_its_limits_below_the_target():
    card = replace(CARD, direction=Direction.UP, targets=(target("2026", 95),))
    limits = {"alert": Band(low=F(90)), "action": Band(low=F(80))}
    assert codes(replace(card, **limits)) == []
    swapped = {"alert": Band(low=F(80)), "action": Band(low=F(90))}
    assert codes(replace(card, **swapped)) == ["limits_out_of_order"]


def test_an_indicator_to_hold_has_limits_on_both_sides():
    card = replace(CARD, direction=Direction.NOMINAL, targets=(target("2026", 20),))
    assert codes(replace(card, alert=Band(F(18), F(22)), action=Band(F(15), F(25)))) == []
    assert codes(replace(card, alert=Band(F(14), F(26)), action=Band(F(15), F(25)))) == [
        "limits_out_of_order",
        "limits_out_of_order",
    ]


@pytest.mark.parametrize("code", ["TF1", ""])
def test_a_formula_may_name_other_indicators(code):
    card = replace(CARD, code=code, formula="accidents / heures * IF")
    assert codes(card, {"IF": "a / b"}) == []


def test_formulas_that_go_round_in_circles_are_named():
    card = replace(CARD, formula="accidents / heures * IF")
    refusals = writing_refusals(card, {"IF": "TG + 1", "TG": "TF1 * 2", "TF1": "old"})
    assert [r.code for r in refusals] == ["formula_circle"]
    assert "TF1 → IF → TG → TF1" in refusals[0].message


def test_a_circle_among_other_cards_is_not_this_cards_fault():
    assert codes(CARD, {"A": "B", "B": "A"}) == []


def test_a_variable_cannot_bear_the_name_of_an_indicator():
    assert codes(CARD, {"heures": "a / b"}) == ["variable_is_indicator"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"decision": "  "}, "decision_missing"),
        ({"reaction_plan": ""}, "reaction_plan_missing"),
        ({"review_on": TODAY}, "review_on_missing"),
        ({"targets": ()}, "target_missing"),
        ({"variables": (variable("accidents", definition=""), variable("heures", unit=" "))},
         "definition_missing"),
    ],
)  # fmt: skip
def test_what_a_card_lacks_before_values_are_collected_is_said(changes, code):
    assert [r.code for r in readiness_refusals(replace(CARD, **changes), TODAY)] == [code]


def test_without_limits_there_is_nothing_to_react_to():
    card = replace(CARD, alert=Band(), action=Band(), reaction_plan="")
    assert readiness_refusals(card, TODAY) == ()
