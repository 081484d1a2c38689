"""When a portfolio is ready: a complete situation and the company’s opinion, never an average."""

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qse_audit.certifications.rules import Modality, Route
from qse_audit.certifications.rules import Readiness as Requirement
from qse_audit.core.errors import TransitionRefused
from qse_audit.core.permissions import Kind
from qse_audit.paths import referentials_dir
from qse_audit.portfolios import rules
from qse_audit.portfolios.guidance import FIELDS, HINTS, PROMPTS, TiedRecord, suggestions
from qse_audit.portfolios.rules import (
    CANDIDACY_WORKFLOW,
    Advice,
    CandidacyFacts,
    CandidacyStatus,
    NextAct,
    Observation,
    SituationFacts,
    advise,
    readiness,
    situation_gaps,
)
from tests.portfolios.ways import WAYS

STRUCTURE = [("BC1", ["C1", "C2"]), ("BC3", ["C7", "C8"])]
CODES = [code for _, codes in STRUCTURE for code in codes]
ANY = Requirement(frozenset(m.value for m in Modality), frozenset({"company_opinion"}))
FULL = SituationFacts(
    id=1, title="Audit", modality=Modality.REAL_SITUATION, capabilities=frozenset(CODES),
    is_dated=True, has_context=True, has_own_role=True, has_deeds=True, has_result=True,
    record_count=1,
)  # fmt: skip
SIGNED = dict.fromkeys(CODES, Observation.OBSERVED)


def judged(situations, opinion, requirement=ANY):
    return readiness(STRUCTURE, situations, opinion, requirement=requirement)


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({}, None),
        ({"is_dated": False}, "date_missing"),
        ({"has_context": False}, "context_empty"),
        ({"has_own_role": False}, "own_role_empty"),
        ({"has_deeds": False}, "deeds_empty"),
        ({"has_result": False}, "result_empty"),
        ({"record_count": 0}, "record_missing"),
        ({"record_count": 0, "modality": Modality.PRESENTATION}, "record_missing"),
        ({"record_count": 0, "modality": Modality.SIMULATED_SITUATION}, None),
        ({"capabilities": frozenset()}, "capability_missing"),
    ],
)
def test_what_a_situation_lacks_is_named(change, missing):
    gaps = situation_gaps(replace(FULL, **change))
    assert [gap.code for gap in gaps] == ([missing] if missing else [])


@pytest.mark.parametrize(
    ("situations", "opinion", "missing"),
    [
        ([FULL], SIGNED, []),
        ([], SIGNED, ["modality_missing"]),
        ([FULL], {}, ["opinion_missing"]),
        ([], {}, ["modality_missing", "opinion_missing"]),
        ([replace(FULL, has_own_role=False)], SIGNED, ["own_role_empty"]),
        ([replace(FULL, record_count=0)], {}, ["record_missing", "opinion_missing"]),
        ([replace(FULL, modality=Modality.PRESENTATION)], SIGNED, ["modality_not_allowed"]),
        ([FULL], {"C8": Observation.NOT_OBSERVED}, []),
        ([replace(FULL, has_result=False), replace(FULL, id=2)], SIGNED, []),
    ],
)
def test_a_capability_is_ready_with_a_complete_situation_and_an_opinion(
    situations, opinion, missing
):
    allowed = frozenset({Modality.REAL_SITUATION.value, Modality.SIMULATED_SITUATION.value})
    state = judged(situations, opinion, Requirement(allowed, ANY.all_of)).of("C8")
    assert [gap.code for gap in state.missing] == missing
    assert state.is_ready == (not missing)


def test_a_block_is_ready_only_with_all_its_capabilities_and_nothing_compensates():
    partial = replace(FULL, capabilities=frozenset({"C1", "C7", "C8"}))
    state = judged([partial, replace(partial, id=2), replace(partial, id=3)], SIGNED)
    assert [block.is_ready for block in state.blocks] == [False, True]
    assert not state.is_ready
    assert state.blocks[0].ready_count == 1


situations_of = st.lists(
    st.builds(
        SituationFacts,
        id=st.integers(1, 99),
        title=st.just("x"),
        modality=st.sampled_from(Modality),
        capabilities=st.frozensets(st.sampled_from(CODES)),
        is_dated=st.booleans(),
        has_context=st.booleans(),
        has_own_role=st.booleans(),
        has_deeds=st.booleans(),
        has_result=st.booleans(),
        record_count=st.integers(0, 2),
    ),
    max_size=4,
)
opinions_of = st.dictionaries(st.sampled_from(CODES), st.sampled_from(Observation))


def ready_codes(state):
    return {c.code for c in state.capabilities if c.is_ready}


@given(situations_of, opinions_of, situations_of, opinions_of)
def test_adding_proof_never_makes_a_portfolio_less_ready(before, opinion, added, more):
    less = judged(before, opinion)
    richer = [replace(s, record_count=s.record_count + 1) for s in before]
    then = judged([*richer, *added], {**opinion, **more})
    assert ready_codes(less) <= ready_codes(then)
    assert less.is_ready <= then.is_ready


@given(situations_of, opinions_of)
def test_ready_and_missing_say_the_same_thing(situations, opinion):
    state = judged(situations, opinion)
    assert all(c.is_ready == (not c.missing) for c in state.capabilities)
    assert state.is_ready == (ready_codes(state) == set(CODES))


@pytest.mark.parametrize(
    ("status", "situations", "opinion", "expected"),
    [
        ("registered", [], {}, Advice(NextAct.START)),
        ("evidencing", [], {}, Advice(NextAct.WRITE, "C1")),
        (
            "evidencing",
            [replace(FULL, id=4, has_result=False)],
            {},
            Advice(NextAct.COMPLETE, situation_id=4),
        ),
        (
            "evidencing",
            [replace(FULL, capabilities=frozenset({"C1"}))],
            {},
            Advice(NextAct.WRITE, "C2"),
        ),
        ("evidencing", [FULL], {"C1": Observation.PARTLY}, Advice(NextAct.ASK_OPINION, "C2")),
        ("evidencing", [FULL], SIGNED, Advice(NextAct.SUBMIT)),
        ("submitted", [FULL], SIGNED, Advice(NextAct.NONE)),
    ],
)
def test_there_is_always_one_next_act(status, situations, opinion, expected):
    state = judged(situations, opinion)
    assert advise(CandidacyStatus(status), state, situations) == expected


@pytest.mark.parametrize(
    ("name", "status", "facts", "refused"),
    [
        ("submit", "evidencing", (True, 1, True), []),
        ("submit", "evidencing", (False, 1, True), ["exam_centre_missing"]),
        ("submit", "evidencing", (True, 0, False), ["no_complete_situation", "not_declared"]),
        ("submit", "registered", (True, 1, True), ["no_such_transition"]),
        ("submit", "submitted", (True, 1, True), ["no_such_transition"]),
        ("reopen", "submitted", (True, 0, False), []),
        ("reopen", "evidencing", (True, 0, False), ["no_such_transition"]),
        ("withdraw", "submitted", (True, 0, False), ["no_such_transition"]),
        ("start", "withdrawn", (True, 0, False), ["no_such_transition"]),
    ],
)
def test_the_workflow_says_every_reason(name, status, facts, refused):
    known = CandidacyFacts(
        has_exam_centre=facts[0], complete_situations=facts[1], is_declared_authentic=facts[2]
    )
    found = CANDIDACY_WORKFLOW.refusals(CandidacyStatus(status), name, known)
    assert [refusal.code for refusal in found] == refused
    if refused:
        with pytest.raises(TransitionRefused):
            CANDIDACY_WORKFLOW.decide(CandidacyStatus(status), name, known)


def test_nobody_is_the_own_tutor_and_dates_follow():
    codes = [
        r.code
        for r in rules.registration_refusals(
            7, [7], starts_on=date(2026, 2, 1), report_due_on=date(2026, 1, 1)
        )
    ]
    assert codes == ["tutor_is_candidate", "due_before_start"]
    none = rules.registration_refusals(7, [], starts_on=date(2026, 2, 1), report_due_on=None)
    assert [r.code for r in none] == ["tutor_missing"]


def test_a_tutor_or_the_candidate_cannot_sit_on_the_panel():
    found = rules.panel_refusals(
        {1: "Emma", 2: "Farid", 3: "Gaëlle"}, candidate_id=1, tutor_ids=[2]
    )
    assert [r.code for r in found] == ["panel_conflict", "panel_conflict"]


@pytest.mark.parametrize(
    ("due", "on", "days"),
    [(date(2026, 6, 30), date(2026, 7, 2), 2), (date(2026, 6, 30), date(2026, 6, 30), 0),
     (date(2026, 6, 30), date(2026, 6, 1), 0), (None, date(2026, 7, 2), 0)],
)  # fmt: skip
def test_lateness_is_counted_in_days(due, on, days):
    assert rules.late_days(due, on) == days


def test_the_end_of_the_registration_and_closed_routes_are_seen():
    assert rules.registration_ended(date(2022, 4, 21), starts_on=date(2026, 1, 5))
    assert not rules.registration_ended(date(2022, 4, 21), starts_on=date(2022, 4, 21))
    record = {"routes": [{"code": "FC", "open": True}, {"code": "CA", "open": False}]}
    assert rules.route_is_open(record, Route.CONTINUING)
    assert not rules.route_is_open(record, Route.APPRENTICESHIP)
    assert not rules.route_is_open({}, Route.VAE)


def test_suggestions_follow_the_part_played_and_what_the_record_holds():
    lead = TiedRecord(Kind.AUDIT, "lead_auditor", "AUD-1", frozenset({"planned", "meetings"}))
    assert [s.criterion for s in suggestions([lead])] == ["C8-a", "C8-c"]
    watcher = TiedRecord(Kind.AUDIT, "observer", "AUD-1", frozenset({"planned", "meetings"}))
    assert suggestions([watcher]) == ()
    written = TiedRecord(Kind.FINDING, "author", "CST-1")
    assert [s.criterion for s in suggestions([written, written])] == ["C8-e", "C8-f"]
    assert "CST-1" in suggestions([written])[0].because


def test_every_capability_has_its_questions():
    assert set(PROMPTS) == {f"C{n}" for n in range(1, 9)}
    assert all(set(prompts) <= set(FIELDS) and len(prompts) >= 5 for prompts in PROMPTS.values())
    assert {hint.criterion[:2] for hint in HINTS} == {"C1", "C4", "C5", "C6", "C7", "C8"}


def test_every_suggestion_names_a_criterion_of_the_working_grid():
    path = referentials_dir() / "certifications" / "rncp-28242.yaml"
    grid = set(re.findall(r"- id: (C\d-[a-z])\n", path.read_text("utf-8")))
    assert {hint.criterion for hint in HINTS} <= grid


def test_every_suggestion_is_about_a_part_that_can_be_played():
    played = {(way.kind, str(way.involvement)) for way in WAYS}
    for hint in HINTS:
        assert any((hint.kind, str(part)) in played for part in hint.involvements), hint


@pytest.mark.parametrize(
    ("kind", "part", "facts", "expected"),
    [
        (Kind.CONTEXT_ISSUE, "author", set(), ["C1-a"]),
        (Kind.INTERESTED_PARTY, "author", set(), []),
        (Kind.INTERESTED_PARTY, "author", {"needs", "obligation"}, ["C1-b", "C1-d"]),
        (Kind.BALANCE, "author", {"read"}, ["C1-c"]),
        (Kind.PROPOSAL, "author", {"facts", "decided"}, ["C1-e", "C1-g"]),
        (Kind.PROPOSAL, "decider", {"facts", "decided"}, []),
        (Kind.POLICY, "author", {"covered", "decided"}, ["C1-f", "C1-g"]),
        (Kind.POLICY, "author", {"submitted"}, []),
        (Kind.COHERENCE, "judge", {"deployed", "traced", "levels"}, ["C4-a", "C4-b", "C4-d"]),
        (Kind.OBJECTIVE, "owner", {"commitment", "measurable"}, ["C4-b", "C4-c"]),
        (Kind.OBJECTIVE, "speaker", {"agreed", "measurable"}, ["C4-f"]),
        (Kind.OBJECTIVE, "decider", {"settled"}, ["C4-e"]),
        (Kind.INDICATOR, "owner", {"card", "values", "reviewed"}, ["C5-a", "C5-b", "C5-e"]),
        (Kind.INDICATOR, "keeper", {"card", "locked"}, ["C5-c"]),
        (Kind.INDICATOR, "starter", {"card", "locked", "shown"}, []),
        (Kind.SIGNAL, "analyst", set(), ["C5-c"]),
        (Kind.SIGNAL, "analyst", {"answered"}, ["C5-c", "C5-d"]),
    ],
)
def test_what_policies_objectives_and_indicators_help_to_show(kind, part, facts, expected):
    record = TiedRecord(kind, part, "X-1", frozenset(facts))
    assert [s.criterion for s in suggestions([record])] == expected
