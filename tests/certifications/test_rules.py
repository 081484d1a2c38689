"""When a capability is ready, by the rule of the record."""

from datetime import date
from itertools import combinations

import pytest

from qse_audit.certifications.rules import (
    Modality,
    Readiness,
    has_expired,
    missing,
    readiness_of,
    routes_of,
)

REAL, TOLD, PLAYED = Modality.REAL_SITUATION, Modality.PRESENTATION, Modality.SIMULATED_SITUATION
RULE = readiness_of({})

TABLE = [
    # shown, opinion signed, what is missing
    (set(), False, ["modality_missing", "opinion_missing"]),
    (set(), True, ["modality_missing"]),
    ({REAL}, False, ["opinion_missing"]),
    ({REAL}, True, []),
    ({TOLD}, True, []),
    ({PLAYED}, True, []),
    ({PLAYED}, False, ["opinion_missing"]),
    ({REAL, TOLD, PLAYED}, False, ["opinion_missing"]),
    ({REAL, TOLD, PLAYED}, True, []),
]


@pytest.mark.parametrize(("shown", "opinion", "lacks"), TABLE)
def test_a_capability_needs_one_modality_and_always_the_company(shown, opinion, lacks):
    found = missing(RULE, frozenset(shown), opinion_signed_covers=opinion)
    assert [refusal.code for refusal in found] == lacks


def test_showing_more_never_makes_a_capability_less_ready():
    for size in range(3):
        for shown in combinations(Modality, size):
            for more in Modality:
                for opinion in (False, True):
                    less = missing(RULE, frozenset(shown), opinion_signed_covers=opinion)
                    then = missing(RULE, frozenset({*shown, more}), opinion_signed_covers=opinion)
                    assert len(then) <= len(less)


def test_what_is_missing_is_named_with_its_source():
    first, second = missing(RULE, frozenset(), opinion_signed_covers=False)
    assert "Situation professionnelle réelle ; ou Présentation" in first.message
    assert "avis de l’entreprise" in second.message
    assert "fiche RNCP" in first.source


def test_a_record_may_ask_for_a_modality_in_every_case():
    rule = Readiness(any_of=frozenset(), all_of=frozenset({REAL.value, TOLD.value}))
    (lack,) = missing(rule, frozenset({REAL}), opinion_signed_covers=False)
    assert lack.code == "presentation_missing"


def test_a_record_may_take_the_opinion_for_one_of_several_proofs():
    rule = Readiness(any_of=frozenset({REAL.value, "company_opinion"}), all_of=frozenset())
    assert missing(rule, frozenset(), opinion_signed_covers=True) == ()
    (lack,) = missing(rule, frozenset(), opinion_signed_covers=False)
    assert "Avis de l’entreprise" in lack.message


def test_the_rule_comes_from_the_record():
    rule = readiness_of({"readiness": {"any_of": ["presentation"], "all_of": []}})
    assert rule == Readiness(frozenset({"presentation"}), frozenset())


@pytest.mark.parametrize(
    ("today", "expired"), [(date(2022, 4, 21), False), (date(2022, 4, 22), True)]
)
def test_a_registration_holds_through_its_last_day(today, expired):
    assert has_expired(date(2022, 4, 21), today) is expired


def test_a_route_with_a_note_is_to_be_confirmed():
    record = {
        "routes": [
            {"code": "FC", "title": {"fr": "a"}, "open": True, "jury": {"fr": "j"}},
            {"code": "CA", "title": {"fr": "b"}, "open": False, "note": {"fr": "À confirmer"}},
        ]
    }
    open_route, closed = routes_of(record)
    assert (open_route.is_open, open_route.has_jury, open_route.is_unsure) == (True, True, False)
    assert (closed.is_open, closed.has_jury, closed.is_unsure) == (False, False, True)
