"""A risk is lower when an action is proven to work, not when it is hoped to."""

from dataclasses import replace

import pytest

from qse_audit.core.prevention import PreventionPrinciple as P
from qse_audit.risks.library import scale_named
from qse_audit.risks.rules import (
    RatingStage,
    ReratingFacts,
    RiskRank,
    highest,
    prevention_warnings,
    rerating_refusals,
    stage_to_rate,
)
from qse_audit.risks.rules.aspects import AspectFacts, aspect_warnings

SCALE = scale_named("amdec-priorite-action")
BEFORE = {"severity": 8, "occurrence": 6, "detection": 5}
LOWER_O = {**BEFORE, "occurrence": 3}
LOWER_S = {**BEFORE, "severity": 4}
OPEN = ReratingFacts(
    stage=RatingStage.VERIFIED, values=LOWER_O, before=BEFORE, standing_actions=1, open_actions=1
)
PROVEN = replace(OPEN, open_actions=0, effective_since=1, has_proof=True)


def codes(facts, **changes):
    return [refusal.code for refusal in rerating_refusals(SCALE, replace(facts, **changes))]


def test_a_lower_note_stays_planned_until_an_action_is_verified_and_proven():
    assert codes(OPEN) == ["no_effective_action", "proof_missing"]
    assert codes(OPEN, stage=RatingStage.PLANNED) == []
    assert stage_to_rate(OPEN) is RatingStage.PLANNED
    assert codes(PROVEN) == []
    assert stage_to_rate(PROVEN) is RatingStage.VERIFIED
    assert codes(PROVEN, has_proof=False) == ["proof_missing"]


def test_a_milder_harm_needs_a_change_of_design():
    assert codes(PROVEN, values=LOWER_S) == ["design_change_missing"]
    assert codes(PROVEN, values=LOWER_S, design_change="Arête supprimée au plan indice C") == []


def test_what_is_in_place_does_not_get_better_by_itself():
    net = replace(OPEN, stage=RatingStage.NET)
    assert codes(net) == ["net_to_planned"]
    assert codes(net, open_actions=0) == ["reason_missing"]
    assert codes(net, open_actions=0, reason="12 mois sans défaut") == []
    assert codes(net, open_actions=0, effective_since=1) == ["net_to_verified"]
    assert codes(net, values={**BEFORE, "occurrence": 9}) == []
    assert codes(net, before={}) == []


@pytest.mark.parametrize("stage", [RatingStage.PLANNED, RatingStage.VERIFIED])
def test_what_comes_after_needs_what_is_today(stage):
    assert "net_missing" in codes(OPEN, stage=stage, before={})


def test_a_planned_rating_needs_an_action_and_a_gross_one_nothing():
    assert codes(OPEN, stage=RatingStage.PLANNED, standing_actions=0) == ["action_missing"]
    assert codes(OPEN, stage=RatingStage.GROSS, before={}, standing_actions=0) == []
    assert stage_to_rate(replace(OPEN, before={})) is RatingStage.NET
    assert stage_to_rate(replace(OPEN, standing_actions=0)) is RatingStage.NET


def test_a_high_risk_answered_only_by_protection_is_told_the_order_of_the_law():
    cases = [
        ((P.INSTRUCT,), ["only_protection"]),
        ((P.INDIVIDUAL, P.INSTRUCT, None), ["only_protection"]),
        ((P.COLLECTIVE, P.INSTRUCT), []),
        ((P.REPLACE, P.INSTRUCT), []),
        ((None, None), ["principles_missing"]),
        ((), ["high_unanswered"]),
    ]
    for principles, expected in cases:
        assert [w.code for w in prevention_warnings(RiskRank.HIGH, principles)] == expected
        assert prevention_warnings(RiskRank.MEDIUM, principles) == ()
        assert prevention_warnings(None, principles) == ()
    (warning,) = prevention_warnings(RiskRank.HIGH, (P.INDIVIDUAL, P.INSTRUCT))
    assert "L4121-2" in warning.source
    assert "principe 8 au mieux" in warning.message
    assert highest((P.INSTRUCT, P.SOURCE, None)) is P.SOURCE
    assert highest((None,)) is None


def test_a_significant_aspect_is_asked_for_what_the_standard_expects_of_it():
    bare = AspectFacts(
        rank=RiskRank.HIGH, condition="emergency", control=" ", monitoring="", has_action=False
    )
    codes = ["no_control", "no_monitoring", "no_response"]
    assert [each.code for each in aspect_warnings(bare)] == codes
    held = replace(bare, control="Rétention", monitoring="Ronde", has_action=True)
    assert aspect_warnings(held) == ()
    assert aspect_warnings(replace(held, condition="normal", has_action=False)) == ()
    assert aspect_warnings(replace(bare, rank=RiskRank.MEDIUM)) == ()
